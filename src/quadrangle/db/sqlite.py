"""SQLite: one process, one reader and one writer connection, run inside the event loop.

A statement takes microseconds, a hop to a thread takes more, so statements run where they are called. WAL lets the reader go on while
the writer holds its transaction; BEGIN IMMEDIATE behind an asyncio.Lock means a write never fails half-way for want of the lock.
Statements marked `slow` run on a worker thread's own connection.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Select, func, select

from quadrangle.db.cells import LocalTime
from quadrangle.db.database import Connection, IntegrityViolation
from quadrangle.db.kept import KeptRows, tables_in
from quadrangle.db.sqlite_export import Export
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


class _Writing:
    """The writer connection inside its transaction; it remembers which tables it changed."""

    __slots__ = ("_execute", "told", "touched")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self.told: set[str] = set()
        self.touched: set[str] | None = set()  # None: who knows

    def _run(self, statement: Statement[Any], compiled: Compiled, values: dict[str, Any]) -> sqlite3.Cursor:
        if self.touched is not None and not isinstance(statement.clause, Select):
            self.touched |= tables_in(compiled.sql)
        try:
            return self._execute(compiled.sql, compiled.arguments(values))
        except sqlite3.IntegrityError as error:
            raise IntegrityViolation(str(error), str(error).rpartition(": ")[2]) from error

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        compiled = statement.compiled("sqlite")
        return statement.rows(compiled, self._run(statement, compiled, values).fetchall())

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        return self._run(statement, statement.compiled("sqlite"), values).rowcount

    async def tell(self, topic: str) -> None:
        self.told.add(topic)

    async def script(self, sql: str) -> None:
        self.touched = None
        for piece in sql.split(";\n"):
            if piece.strip():
                self._execute(piece)


class _Reading:
    """The reader connection. Reading needs no preparation: it serves all readers of the event loop, statement by statement."""

    __slots__ = ("_asked", "_database", "_execute", "_kept", "_seen", "_version")

    def __init__(self, database: "SqliteDatabase", reader: sqlite3.Connection, writer: sqlite3.Connection) -> None:
        self._database = database
        self._execute = reader.execute
        # Changes when somebody else has committed; what the writer itself commits, it tells (SqliteDatabase.write).
        self._version = writer.execute
        self._seen: int | None = None
        self._asked = False
        self._kept = database.kept

    async def __aenter__(self) -> "_Reading":
        """Ask whether somebody else has committed; once for all requests that arrived before the event loop took up the first of them."""
        if not self._asked:
            self._asked = True
            asyncio.get_running_loop().call_soon(self._ask_again)
            (version,) = self._version("PRAGMA data_version").fetchone()
            if version != self._seen:
                self._kept.forget_all()
                self._seen = version
        return self

    def _ask_again(self) -> None:
        self._asked = False

    async def __aexit__(self, *raised: object) -> None:
        return None

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        if statement.slow:
            compiled = statement.compiled("sqlite")
            return statement.rows(compiled, await self._database.in_thread(compiled.sql, compiled.arguments(values)))
        return self._rows(statement, values).copy()

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        rows = await self.all(statement, **values) if statement.slow else self._rows(statement, values)
        return rows[0] if rows else None

    def _rows(self, statement: Statement[T], values: dict[str, Any]) -> list[T]:
        key = tuple(values.items()) if statement.keep else None
        if key is not None and (kept := self._kept.get(statement, key)) is not None:
            return kept
        compiled = statement.compiled("sqlite")
        fetched = self._execute(compiled.sql, compiled.arguments(values)).fetchall()
        rows = statement.rows(compiled, fetched)
        if key is not None:
            self._kept.put(statement, compiled.sql, key, rows, fetched)
        return rows

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.compiled("sqlite")
        return self._execute(compiled.sql, compiled.arguments(values)).rowcount

    async def tell(self, topic: str) -> None:
        raise TypeError("there is nothing to tell without a change")

    async def script(self, sql: str) -> None:
        raise TypeError("a script is run in a transaction")


@lru_cache(64)
def _counting(statement: Statement[Any]) -> Compiled:
    """How many rows a statement has."""
    assert isinstance(statement.clause, Select)
    rows = statement.clause.order_by(None).subquery()
    return Statement(select(func.count()).select_from(rows), into=int).compiled("sqlite")


class SqliteDatabase:
    dialect = "sqlite"

    def __init__(self, path: str, *, synchronous: str = "full") -> None:
        self.path = path
        self.kept = KeptRows()
        self._synchronous = synchronous
        self._lock = asyncio.Lock()
        self._threads = threading.local()
        self._thread_connections: list[sqlite3.Connection] = []
        self._checkpoints: asyncio.Task[None] | None = None
        self._listeners: dict[str, set[Callable[[], None]]] = {}

    async def start(self) -> None:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = connect(self.path, synchronous=self._synchronous)
        self._reader = connect(self.path, read_only=True)
        self._reading = _Reading(self, self._reader, self._writer)
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

    def read(self) -> AbstractAsyncContextManager[Connection]:
        return self._reading

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        async with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            writing = _Writing(self._writer)
            try:
                yield writing
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            if writing.touched is None:
                self.kept.forget_all()
            else:
                self.kept.forget(writing.touched)
        for topic in writing.told:
            for heard in self._listeners.get(topic, ()):
                heard()

    async def export(self, statement: Statement[Any], write: Callable[[bytes], Awaitable[None]], *, zone: str) -> int:
        compiled = statement.compiled("sqlite")
        assert isinstance(statement.clause, Select)
        columns = statement.clause.selected_columns
        times = [at for at, column in enumerate(columns) if isinstance(column.type, LocalTime)]
        export = Export(self._exporting, compiled.sql, compiled.arguments({}), zone, times)
        return await export.run(write)

    def _exporting(self) -> sqlite3.Connection:
        connection = connect(self.path, read_only=True)
        connection.execute("PRAGMA temp_store = FILE")  # what a million rows are sorted in is no matter for the memory
        connection.execute("PRAGMA cache_size = -8000")
        return connection

    def prepare(self, statements: Iterable[Statement[Any]]) -> None:
        for statement in statements:
            statement.compiled("sqlite")
            _counting(statement)

    async def estimate(self, statement: Statement[Any]) -> int:
        counting = _counting(statement)
        ((number,),) = await self.in_thread(counting.sql, counting.arguments({}))
        return int(number)

    @asynccontextmanager
    async def listen(self, topic: str, heard: Callable[[], None]) -> AsyncIterator[None]:
        """Commits of this process; what another writes is seen by looking."""
        listeners = self._listeners.setdefault(topic, set())
        listeners.add(heard)
        try:
            yield
        finally:
            listeners.discard(heard)

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
            connection.create_function(
                "local_time", 1, lambda moment: moment
            )  # to count rows one need not know the zone
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
