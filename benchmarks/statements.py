"""What one request asks of the database, noted inside this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from benchmarks.campus import Campus
from benchmarks.servers import KEY
from quadrangle.app import create_app
from quadrangle.settings import Settings


class Asked(msgspec.Struct, frozen=True):
    """A request. body: a form's. accept: what the caller would rather have."""

    path: str
    token: str
    method: str = "GET"
    body: bytes = b""
    accept: str = "*/*"


# A statement with the values it ran with.
Noted = tuple[Any, dict[str, Any]]


class _Noting:
    """A connection that notes what goes through it."""

    def __init__(self, connection: Any, noted: list[Noted]) -> None:
        self._connection = connection
        self._noted = noted

    async def all(self, statement: Any, /, **values: Any) -> Any:
        self._noted.append((statement, values))
        return await self._connection.all(statement, **values)

    async def one(self, statement: Any, /, **values: Any) -> Any:
        self._noted.append((statement, values))
        return await self._connection.one(statement, **values)

    async def run(self, statement: Any, /, **values: Any) -> Any:
        self._noted.append((statement, values))
        return await self._connection.run(statement, **values)


class _NotingDatabase:
    def __init__(self, database: Any, noted: list[Noted]) -> None:
        self._database = database
        self._noted = noted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_Noting]:
        async with self._database.read() as connection:
            yield _Noting(connection, self._noted)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_Noting]:
        async with self._database.write() as connection:
            yield _Noting(connection, self._noted)


async def note(campus: Campus, requests: dict[str, Asked]) -> dict[str, list[Noted]]:
    """The statements of each request, by its name, in their order."""
    app = create_app(Settings(database_url=campus.url, secret_key=KEY, throttle=False, log="error"))
    noted: list[Noted] = []
    app.database = _NotingDatabase(app.database, noted)  # type: ignore[assignment]
    await app.database.start()
    found = {}
    try:
        for name, asked in requests.items():
            for _ in range(2):  # the first may note that the token was used
                noted.clear()
                await _ask(app, asked)
            found[name] = list(noted)
    finally:
        await app.database.stop()
    return found


async def _ask(app: Any, asked: Asked) -> None:
    raw_path, _, query = asked.path.partition("?")
    headers = [
        (b"host", b"bench"),
        (b"authorization", f"Bearer {asked.token}".encode()),
        (b"accept", asked.accept.encode()),
    ]
    if asked.body:
        headers += [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(asked.body)).encode()),
        ]
    scope = {
        "type": "http", "method": asked.method, "path": raw_path, "raw_path": raw_path.encode(),
        "query_string": query.encode(), "headers": headers,
        "scheme": "http", "client": ("127.0.0.1", 1),
    }  # fmt: skip
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    if statuses != [200]:
        raise RuntimeError(f"{asked.method} {asked.path} answered {statuses}")


def count(campus: Campus, requests: dict[str, Asked]) -> dict[str, int]:
    """Statements of each request, by its name."""
    return {name: len(noted) for name, noted in asyncio.run(note(campus, requests)).items()}
