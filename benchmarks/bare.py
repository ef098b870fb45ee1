"""The yardstick: a bare ASGI application that answers with one row found by its primary key.

No routing, no parameters, no access check; the drivers, the server and the encoder are those of Quadrangle. BARE_DATABASE_URL and
BARE_PAGE_ID say what it serves.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

Send = Callable[[dict[str, Any]], Awaitable[None]]

_encode = msgspec.json.Encoder().encode
_url = os.environ["BARE_DATABASE_URL"]
_page = int(os.environ["BARE_PAGE_ID"])
_columns = "id, title, url, body"


class _Sqlite:
    async def start(self) -> None:
        from quadrangle.db.sqlite import connect

        self._execute = connect(_url.removeprefix("sqlite:///"), read_only=True).execute

    async def row(self) -> Any:
        return self._execute(f"SELECT {_columns} FROM pages WHERE id = ?", (_page,)).fetchone()


class _Postgres:
    async def start(self) -> None:
        import asyncpg

        from quadrangle.db.postgres import POOL_SIZE, _PooledConnection

        self._pool = await asyncpg.create_pool(
            _url, min_size=1, max_size=POOL_SIZE, connection_class=_PooledConnection, server_settings={"jit": "off"}
        )

    async def row(self) -> Any:
        async with self._pool.acquire() as connection:
            return await connection.fetchrow(f"SELECT {_columns} FROM pages WHERE id = $1", _page)


_database = _Sqlite() if _url.startswith("sqlite") else _Postgres()


async def app(scope: dict[str, Any], receive: Any, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await _database.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    row = await _database.row()
    body = _encode({"page_id": row[0], "title": row[1], "url": row[2], "body": row[3]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
