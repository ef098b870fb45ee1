"""How many statements one request asks of the database, counted inside this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.campus import Campus
from benchmarks.servers import KEY, TOKEN
from quadrangle.app import create_app
from quadrangle.settings import Settings


class _Counting:
    """A connection that counts what goes through it."""

    def __init__(self, connection: Any, tally: list[int]) -> None:
        self._connection = connection
        self._tally = tally

    async def all(self, statement: Any, /, **values: Any) -> Any:
        self._tally[0] += 1
        return await self._connection.all(statement, **values)

    async def one(self, statement: Any, /, **values: Any) -> Any:
        self._tally[0] += 1
        return await self._connection.one(statement, **values)

    async def run(self, statement: Any, /, **values: Any) -> Any:
        self._tally[0] += 1
        return await self._connection.run(statement, **values)


class _CountingDatabase:
    def __init__(self, database: Any, tally: list[int]) -> None:
        self._database = database
        self._tally = tally

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_Counting]:
        async with self._database.read() as connection:
            yield _Counting(connection, self._tally)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_Counting]:
        async with self._database.write() as connection:
            yield _Counting(connection, self._tally)


async def _count(campus: Campus, requests: dict[str, tuple[str, str, bytes]]) -> dict[str, int]:
    app = create_app(Settings(database_url=campus.url, secret_key=KEY, throttle=False, log="error"))
    tally = [0]
    app.database = _CountingDatabase(app.database, tally)  # type: ignore[assignment]
    await app.database.start()
    counts = {}
    try:
        for name, (method, path, body) in requests.items():
            for _ in range(2):  # the first may note that the token was used
                tally[0] = 0
                await _ask(app, method, path, body)
            counts[name] = tally[0]
    finally:
        await app.database.stop()
    return counts


async def _ask(app: Any, method: str, path: str, body: bytes) -> None:
    raw_path, _, query = path.partition("?")
    headers = [(b"host", b"bench"), (b"authorization", f"Bearer {TOKEN}".encode())]
    if body:
        headers += [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
    scope = {
        "type": "http", "method": method, "path": raw_path, "raw_path": raw_path.encode(), "query_string": query.encode(), "headers": headers,
        "scheme": "http", "client": ("127.0.0.1", 1),
    }  # fmt: skip
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    if statuses != [200]:
        raise RuntimeError(f"{method} {path} answered {statuses}")


def count(campus: Campus, requests: dict[str, tuple[str, str, bytes]]) -> dict[str, int]:
    """Statements of each request. requests: method, path and body by name."""
    return asyncio.run(_count(campus, requests))
