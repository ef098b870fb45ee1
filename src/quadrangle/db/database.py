"""What both engines promise, and how one is chosen."""

import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from quadrangle.db.statement import Statement
from quadrangle.kernel.problem import OperatorProblem

T = TypeVar("T")


class Overtaken(Exception):
    """Another unit of work was faster; this one is rolled back and may be done again."""


class Deadlock(Overtaken):
    """Two units of work waited for each other, and this one was given up."""


class IntegrityViolation(Overtaken):
    """A unique or foreign key said no; the statement had no effect. `constraint` is its name where the engine tells it."""

    def __init__(self, message: str, constraint: str | None = None) -> None:
        super().__init__(message)
        self.constraint = constraint


class DatabaseProblem(OperatorProblem):
    """The database cannot be used at all; the text tells an operator why, in plain words."""


class Connection(Protocol):
    """One conversation with the database, inside a read or a write."""

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]: ...
    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        """The first row, or None."""
        ...

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        """Execute a statement without rows; returns how many rows it changed."""
        ...

    async def tell(self, topic: str) -> None:
        """Signal a topic with the commit of this write."""
        ...

    async def script(self, sql: str) -> None:
        """Plain SQL text, several statements allowed; for migrations and set-up only."""
        ...


class Database(Protocol):
    """An engine. `read` sees only what is committed; `write` is one transaction, rolled back when its block raises."""

    dialect: str

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def read(self) -> AbstractAsyncContextManager[Connection]: ...
    def write(self) -> AbstractAsyncContextManager[Connection]: ...
    async def export(self, statement: Statement[Any], write: Callable[[bytes], Awaitable[None]], *, zone: str) -> int:
        """The rows of a statement as CSV, in pieces as they come: UTF-8, commas, a line feed after each row, quotes where needed, nothing for
        null. zone: IANA name of what `cells.local_time` tells times in. Returns the number of rows. What `write` raises ends it."""
        ...

    def prepare(self, statements: Iterable[Statement[Any]]) -> None:
        """Make the SQL of statements that are about to be exported; blocks for milliseconds."""
        ...

    async def estimate(self, statement: Statement[Any]) -> int:
        """About how many rows a statement has."""
        ...

    def listen(self, topic: str, heard: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Within the block, `heard` is called after commits that told of the topic. A signal may be lost: look yourself now and then."""
        ...

    async def version(self) -> str | None:
        """The migration the schema is at; None for an empty database."""
        ...


def is_passing(error: BaseException) -> bool:
    """Whether the same may work later: the database or the disk was away, full or busy, or somebody was faster."""
    if isinstance(error, Overtaken | OSError):
        return True
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in _PASSING_IN_SQLITE
    asyncpg = sys.modules.get("asyncpg")
    if asyncpg is None:
        return False
    return isinstance(
        error,
        asyncpg.PostgresConnectionError
        | asyncpg.InterfaceError
        | asyncpg.OperatorInterventionError
        | asyncpg.InsufficientResourcesError,
    )


_PASSING_IN_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
    }
)


def is_sqlite(url: str) -> bool:
    """Raises DatabaseProblem for an address of neither engine."""
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", "postgresql", "postgres"):
        raise DatabaseProblem(f"The database address {url!r} is neither sqlite:///path nor postgresql://….")
    return scheme == "sqlite"


def sqlite_path(url: str) -> str:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    path = url.removeprefix("sqlite:///")
    if path in ("", ":memory:", url):
        raise DatabaseProblem(
            f"The database address {url!r} names no file: sqlite:///relative.db or sqlite:////absolute.db."
        )
    return path


def open_database(url: str, *, synchronous: str = "full") -> Database:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`."""
    if is_sqlite(url):
        from quadrangle.db.sqlite import SqliteDatabase

        return SqliteDatabase(sqlite_path(url), synchronous=synchronous)
    from quadrangle.db.postgres import PostgresDatabase

    return PostgresDatabase(url)
