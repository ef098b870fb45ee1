"""`quad serve`: one process, or several on PostgreSQL, behind one socket."""

import contextlib
import gc
import os
import socket
import sys
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from quadrangle.commands.common import fail, settings_for
from quadrangle.db import migrate
from quadrangle.http.wire import JoiningProtocol
from quadrangle.logs import configure_logs

GRACE_SECONDS: Final = 10
_WORKER: Final = "QUAD_WORKER_SETTINGS"
_RUNS_JOBS: Final = "QUAD_WORKER_RUNS_JOBS"


def serve(*, host: str, port: int, database: str | None, storage: str | None, workers: int, worker: bool) -> None:
    settings = settings_for(database, storage)
    if workers < 1:
        fail("--workers needs at least 1.")
    if workers > 1 and settings.database_url.startswith("sqlite"):
        fail("--workers above 1 needs PostgreSQL: SQLite is written by one process (--database postgresql://…).")
    gc.disable()  # importing makes nothing to collect; looking for it took a tenth of the start. `_settle` starts it again
    configure_logs(settings.log)
    migrate.upgrade(settings.database_url)
    listening = _listen(host, port)
    address = _address(listening)
    if workers == 1:
        from quadrangle.app import create_app

        app = create_app(settings, worker=worker)
        _settle()
        with contextlib.suppress(KeyboardInterrupt):
            _Server(_config(app), address).run(sockets=[listening])
        return
    import msgspec

    os.environ[_WORKER] = msgspec.json.encode(settings).decode()
    os.environ[_RUNS_JOBS] = "yes" if worker else ""
    config = _config("quadrangle.commands.serve:application", factory=True, workers=workers)
    listening.listen(config.backlog)  # who calls before a process is ready waits instead of being turned away
    print(f"Quadrangle is at {address}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        Multiprocess(config, sockets=[listening]).run()


def application() -> Any:
    """The application of one of several worker processes: its own settings, its own pool."""
    import msgspec

    from quadrangle.app import create_app
    from quadrangle.settings import Settings

    settings = msgspec.json.decode(os.environ[_WORKER], type=Settings)
    configure_logs(settings.log)
    app = create_app(settings, worker=bool(os.environ.get(_RUNS_JOBS)))
    _settle()
    return app


def _settle() -> None:
    """Make threads give way soon, and let the garbage collector alone with what stays for good.

    Tables, statements and routes are a hundred thousand objects; looking through them every few hundred requests made the slowest percent of
    answers twice as slow. A request leaves hardly a cycle behind.
    """
    # A job's thread that computes gives way to the event loop after this long, instead of 5 ms that an answer would wait.
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


class _Server(uvicorn.Server):
    """Tells where it is once it answers there."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Quadrangle is at {self._address}", flush=True)


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        loop="uvloop" if os.name == "posix" else "auto",
        http=JoiningProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a call reads the forwarding headers itself
        timeout_graceful_shutdown=GRACE_SECONDS,
        **more,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        fail(f"Cannot listen at {host}:{port}: {getattr(error, 'strerror', None) or error}.")
    listening.set_inheritable(True)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
