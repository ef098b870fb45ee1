"""A Quadrangle inside the test process, behind a real socket: one uvicorn in a thread serves whichever application a test has."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvicorn

from tests.engines import free_port

T = TypeVar("T")


class Server:
    """One socket for all tests of a process; `app` is the application of the test that runs now."""

    def __init__(self) -> None:
        self.app: Any = None
        self.port = free_port()
        self._loop: asyncio.AbstractEventLoop | None = None
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait(10)

    def _serve(self, ready: threading.Event) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            config = uvicorn.Config(
                self._dispatch,
                host="127.0.0.1",
                port=self.port,
                log_level="warning",
                access_log=False,
                lifespan="off",
                interface="asgi3",
            )
            server = uvicorn.Server(config)
            server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign]
            task = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.005)
            ready.set()
            await task

        asyncio.run(main())

    async def _dispatch(self, scope: Any, receive: Any, send: Any) -> None:
        """Hold the end of an answer back until the application is done with its request.

        What a request leaves to be written after its answer (last_used_at, notes of access) was overtaken by the next request of a test
        now and then, whose clock had moved by then, too. Whatever client a test uses, it now goes on only after that work.
        """
        held: list[Any] = []

        async def hold(message: Any) -> None:
            held.append(message)
            if message.get("more_body"):
                await let_go()

        async def let_go() -> None:
            while held:
                await send(held.pop(0))

        try:
            await self.app(scope, receive, hold)
        finally:
            await let_go()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop, where the database connections live."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
