"""The job engine: empty jobs a second, and how soon a job begins on an idle queue. `python -m benchmarks.jobs worker URL` is one worker."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from quadrangle.blobs import open_blobs
from quadrangle.db import Database, migrate, open_database, writing
from quadrangle.jobs import Kind, Running, Worker, enqueue
from quadrangle.kernel.clock import SystemClock

WORKERS: Final = {"sqlite": 1, "postgresql": 4}  # SQLite is written by one process
QUEUED: Final = 1_000  # jobs queued in one transaction


class JobFigures(msgspec.Struct, frozen=True):
    """per_second: claimed and finished. Latencies in milliseconds, from the commit that queued a job to the first line of its handler."""

    engine: str
    workers: int
    per_second: float
    p50: float
    p99: float


async def _nothing(running: Running) -> None:
    return None


def _worker(database: Database, *kinds: Kind) -> Worker:
    return Worker(database, open_blobs("file:///nowhere"), SystemClock(), kinds)


async def _opened(url: str) -> Database:
    database = open_database(url)
    await database.start()
    return database


async def _queue(database: Database, number: int) -> None:
    for start in range(0, number, QUEUED):
        async with writing(database, SystemClock()) as uow:
            for _ in range(min(QUEUED, number - start)):
                await enqueue(uow, "empty")


async def _left(database: Database) -> int:
    from sqlalchemy import func, select

    from quadrangle.db import Statement
    from quadrangle.jobs.tables import jobs

    count = Statement(select(func.count()).where(jobs.c.ready_at.is_not(None)), into=int)
    async with database.read() as connection:
        return await connection.one(count) or 0


async def _throughput(url: str, engine: str, number: int) -> float:
    """Workers are started first and wait; the clock runs from the last commit of the queue to the last end of a job."""
    database = await _opened(url)
    own: Worker | None = None
    processes: list[subprocess.Popen[bytes]] = []
    if engine == "sqlite":
        await _queue(database, number)
        own = _worker(database, Kind("empty", _nothing))
        began = time.perf_counter()
        await own.start()
    else:
        await _queue(database, number)
        # They are started at once, and wait for their standard input before they look for jobs: importing is no work of the queue.
        for _ in range(WORKERS[engine]):
            command = [sys.executable, "-m", "benchmarks.jobs", "worker", url]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))  # noqa: ASYNC220
        for process in processes:
            assert process.stdout is not None
            await asyncio.to_thread(process.stdout.readline)
        began = time.perf_counter()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
    while await _left(database):
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    if own is not None:
        await own.stop()
    for process in processes:
        process.terminate()
        process.wait()
    await database.stop()
    return number / seconds


async def _latencies(url: str, number: int) -> list[float]:
    """One job at a time on an idle queue; on PostgreSQL queue and worker are two connections, as two processes would be."""
    database = await _opened(url)
    begun: asyncio.Queue[float] = asyncio.Queue()

    async def note(running: Running) -> None:
        begun.put_nowait(time.perf_counter())

    worker = _worker(database, Kind("noted", note))
    await worker.start()
    await asyncio.sleep(0.5)
    found = []
    for _ in range(number):
        async with writing(database, SystemClock()) as uow:
            await enqueue(uow, "noted")
        queued = time.perf_counter()
        found.append(max(0.0, await begun.get() - queued) * 1000)
        await asyncio.sleep(0.005)
    await worker.stop()
    await database.stop()
    return sorted(found)


def measure(engine: str, url: str, *, number: int, singles: int) -> JobFigures:
    migrate.upgrade(url)
    per_second = asyncio.run(_throughput(url, engine, number))
    waits = asyncio.run(_latencies(url, singles))
    return JobFigures(engine, WORKERS[engine], per_second, waits[len(waits) // 2], waits[len(waits) * 99 // 100])


async def _wait_and_work(url: str) -> None:
    database = await _opened(url)
    print("ready", datetime.now(UTC), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    worker = _worker(database, Kind("empty", _nothing))
    await worker.start()
    stopped: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    await stopped


if __name__ == "__main__":
    asyncio.run(_wait_and_work(sys.argv[2]))
