"""Bringing a database to the newest schema.

Alembic and its engines are imported only when there is something to do: they cost a quarter of a second, and a server that starts on a
database of today has nothing to do.
"""

import asyncio
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from quadrangle.db.database import DatabaseProblem, is_sqlite, sqlite_path

T = TypeVar("T")

HEAD: Final = "0017"

_LOCK: Final = 7148252  # of pg_advisory_xact_lock; any number nobody else takes


def upgrade(url: str) -> str | None:
    """Run every migration the database at `url` has not had; returns the one it was at, None for an empty database.

    Blocks. Raises DatabaseProblem when the database cannot be reached or is newer than this program.
    """
    was = current(url)
    if was != HEAD:
        _upgrade_sqlite(url) if is_sqlite(url) else _wait(_upgrade_postgresql(url))
    return was


def current(url: str) -> str | None:
    """The migration a database is at; None for an empty or missing one."""
    return _current_sqlite(sqlite_path(url)) if is_sqlite(url) else _wait(_current_postgresql(url))


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """Run on a thread with a loop of its own, as the calling one may have a loop that stands still meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _current_sqlite(path: str) -> str | None:
    if not Path(path).exists():
        return None
    try:
        connection = sqlite3.connect(path, timeout=30)
        try:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DatabaseProblem(f"The database {path} cannot be read: {error}.") from None


async def connect_postgresql(url: str) -> Any:
    """One connection of asyncpg; raises DatabaseProblem."""
    import asyncpg

    try:
        return await asyncpg.connect(url.replace("postgres://", "postgresql://", 1))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseProblem(f"The database does not answer: {error}.") from None


async def _current_postgresql(url: str) -> str | None:
    connection = await connect_postgresql(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return version
    finally:
        await connection.close()


def _run(connection: Any) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    import quadrangle.db.tables  # noqa: F401 all tables into the metadata

    config = Config()
    config.set_main_option("script_location", "quadrangle.db:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseProblem(f"The schema cannot be brought to {HEAD}, perhaps it is newer: {error}.") from None


def _upgrade_sqlite(url: str) -> None:
    from sqlalchemy import create_engine

    path = sqlite_path(url)
    Path(path).parent.mkdir(parents=True, exist_ok=True)

    # Python's own transaction handling commits before DDL; a migration that dies half-way must leave nothing. IMMEDIATE, as two servers
    # that start together must not both create the tables.
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path, timeout=30, isolation_level=None))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _run(connection)
            connection.commit()
    finally:
        engine.dispose()


async def _upgrade_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect_postgresql(url))
    try:
        async with engine.begin() as connection:
            # Two servers that start together must not both create the tables.
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            await connection.run_sync(_run)
    finally:
        await engine.dispose()
