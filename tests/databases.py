"""Databases outside the world: empty ones, on either engine."""

import asyncio
import itertools
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.engines import Postgres, postgres

_numbers = itertools.count()


@contextmanager
def fresh_database(
    engine: str, folder: Path, server: Postgres | None = None, *, like: str | None = None
) -> Iterator[str]:
    """The address of an empty database, or of a copy of one that nobody uses. server: a PostgreSQL other than the one all tests share."""
    name = f"empty_{next(_numbers)}"
    if engine == "sqlite":
        if like is not None:
            shutil.copy(like.removeprefix("sqlite:///"), folder / f"{name}.db")
        yield f"sqlite:///{folder / name}.db"
        return
    server = server or postgres()
    admin(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {like.rpartition('/')[2]}" if like is not None else ""))
    try:
        yield server.url(name)
    finally:
        admin(server, f"DROP DATABASE {name} WITH (FORCE)")


def admin(server: Postgres, sql: str) -> None:
    """Run one statement as the owner of the server."""

    async def run() -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                connection = await asyncpg.connect(server.url())
                break
            except asyncpg.CannotConnectNowError:  # it listens before it is ready
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()
