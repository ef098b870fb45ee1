"""`quad worker`: a process that runs jobs and answers nobody."""

import asyncio
import signal

from quadrangle.commands.common import fail, settings_for
from quadrangle.db import migrate
from quadrangle.logs import configure_logs
from quadrangle.settings import Settings


def worker(*, database: str | None, storage: str | None, concurrency: int) -> None:
    settings = settings_for(database, storage)
    if concurrency < 1:
        fail("--concurrency needs at least 1.")
    configure_logs(settings.log)
    migrate.upgrade(settings.database_url)
    try:
        import uvloop

        uvloop.run(_work(settings, concurrency))
    except ImportError:
        asyncio.run(_work(settings, concurrency))


async def _work(settings: Settings, concurrency: int) -> None:
    """Until SIGTERM or SIGINT; what runs then is given a while to end, and the rest back to the queue."""
    from quadrangle.blobs import open_blobs
    from quadrangle.commands.common import opened
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.work import create_worker

    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with opened(settings) as database:
        one = create_worker(
            settings, database, open_blobs(settings.storage_url), SystemClock(), concurrency=concurrency
        )
        await one.start()
        print(f"Worker {one.name} waits for jobs", flush=True)
        await stop.wait()
        await one.stop()
