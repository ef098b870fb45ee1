"""Databases outside the world: empty ones, on either engine."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.engines import Postgres, postgres

_numbers = itertools.count()


@contextmanager
def fresh_database(engine: str, folder: Path, server: Postgres | None = None) -> Iterator[str]:
    """The address of an empty database; server: a PostgreSQL other than the one all tests share."""
    name = f"empty_{next(_numbers)}"
    if engine == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    server = server or postgres()
    admin(server, f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        admin(server, f"DROP DATABASE {name} WITH (FORCE)")


def admin(server: Postgres, sql: str) -> None:
    """Run one statement as the owner of the server."""

    async def run() -> None:
        connection = await asyncpg.connect(server.url())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    thread.join()
