"""SQLite: one process, one reader and one writer connection, run inside the event loop.

A statement takes microseconds, a hop to a thread takes more, so statements run where they are called. WAL lets the reader go on while
the writer holds its transaction; BEGIN IMMEDIATE behind an asyncio.Lock means a write never fails half-way for want of the lock.
Statements marked `slow` run on a worker thread's own connection.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from quadrangle.db.database import IntegrityViolation
from quadrangle.db.statement import Compiled, Statement

T = TypeVar("T")

CHECKPOINT_SECONDS: Final = 5.0


def connect(path: str, *, synchronous: str = "full", read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=1024, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


class SqliteConnection:
    __slots__ = ("_execute", "_offload")

    def __init__(self, connection: sqlite3.Connection, offload: "SqliteDatabase | None" = None) -> None:
        self._execute = connection.execute
        self._offload = offload

    def _run(self, compiled: Compiled, values: dict[str, Any]) -> sqlite3.Cursor:
        try:
            return self._execute(compiled.sql, compiled.arguments(values))
        except sqlite3.IntegrityError as error:
            raise IntegrityViolation(str(error), str(error).rpartition(": ")[2]) from error

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        compiled = statement.compiled("sqlite")
        if statement.slow and self._offload is not None:
            fetched = await self._offload.in_thread(compiled.sql, compiled.arguments(values))
        else:
            fetched = self._run(compiled, values).fetchall()
        return statement.rows(compiled, fetched)

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        if statement.slow:
            rows = await self.all(statement, **values)
        else:
            compiled = statement.compiled("sqlite")
            rows = statement.rows(compiled, self._run(compiled, values).fetchall())
        return rows[0] if rows else None

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        return self._run(statement.compiled("sqlite"), values).rowcount

    async def script(self, sql: str) -> None:
        for piece in sql.split(";\n"):
            if piece.strip():
                self._execute(piece)


class _Reading:
    """Reading needs no preparation: one connection serves all readers of the event loop, statement by statement."""

    __slots__ = ("_connection",)

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection

    async def __aenter__(self) -> SqliteConnection:
        return self._connection

    async def __aexit__(self, *raised: object) -> None:
        return None


class SqliteDatabase:
    dialect = "sqlite"

    def __init__(self, path: str, *, synchronous: str = "full") -> None:
        self.path = path
        self._synchronous = synchronous
        self._lock = asyncio.Lock()
        self._threads = threading.local()
        self._thread_connections: list[sqlite3.Connection] = []
        self._checkpoints: asyncio.Task[None] | None = None

    async def start(self) -> None:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = connect(self.path, synchronous=self._synchronous)
        self._reader = connect(self.path, read_only=True)
        self._reading = _Reading(SqliteConnection(self._reader, self))
        self._write = SqliteConnection(self._writer)
        self._checkpoints = asyncio.create_task(self._checkpoint_now_and_then())

    async def stop(self) -> None:
        if self._checkpoints is not None:
            self._checkpoints.cancel()
            await asyncio.gather(self._checkpoints, return_exceptions=True)
        async with self._lock:
            for connection in (self._reader, *self._thread_connections):
                connection.close()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    def read(self) -> AbstractAsyncContextManager[SqliteConnection]:
        return self._reading

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqliteConnection]:
        async with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._write
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    async def version(self) -> str | None:
        known = self._reader.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = self._reader.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
        return row[0] if row else None

    async def in_thread(self, sql: str, arguments: list[Any]) -> list[Any]:
        """Run one reading statement on a worker thread's own connection."""
        return await asyncio.to_thread(self._fetch, sql, arguments)

    def _fetch(self, sql: str, arguments: list[Any]) -> list[Any]:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = connect(self.path, read_only=True)
            self._thread_connections.append(connection)
        return connection.execute(sql, arguments).fetchall()

    async def _checkpoint_now_and_then(self) -> None:
        """Move the log into the database off the request path: an automatic checkpoint made one writer in a thousand slow."""
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            await asyncio.to_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        connection = connect(self.path)
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
