"""One request or job, one unit of work: its connection, its moment, and what waits for the commit."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table

from quadrangle.db.database import Connection, Database
from quadrangle.db.statement import INSERT, INSERT_ID, UPDATE, Statement
from quadrangle.kernel.clock import Clock

T = TypeVar("T")


class UnitOfWork:
    """Handed to every service and store. Nobody but the edge commits; `now` was read once, when the work began."""

    __slots__ = ("_after", "_connection", "now", "statements")

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._after: list[Callable[[], Awaitable[None]]] = []
        self.now = now
        self.statements = 0

    def all(self, statement: Statement[T], /, **values: Any) -> Coroutine[Any, Any, list[T]]:
        self.statements += 1
        return self._connection.all(statement, **values)

    def one(self, statement: Statement[T], /, **values: Any) -> Coroutine[Any, Any, T | None]:
        """The first row, or None."""
        self.statements += 1
        return self._connection.one(statement, **values)

    def run(self, statement: Statement[Any], /, **values: Any) -> Coroutine[Any, Any, int]:
        """Rows changed by a statement that returns none."""
        self.statements += 1
        return self._connection.run(statement, **values)

    async def insert(self, table: Table, /, **values: Any) -> int:
        """Add one row; returns its id."""
        self.statements += 1
        made = await self._connection.one(INSERT_ID.at((table, tuple(values))), **values)
        assert made is not None
        return made

    async def add(self, table: Table, /, **values: Any) -> None:
        """Add one row to a table without an id of its own."""
        self.statements += 1
        await self._connection.run(INSERT.at((table, tuple(values))), **values)

    async def update(self, table: Table, where: dict[str, Any], /, **values: Any) -> int:
        """Change the rows whose columns equal `where`; returns how many there were. A state moves only from the state one saw."""
        if None in where.values():
            raise ValueError("a null never equals: name what the rows must hold")
        if not values:
            return 0
        self.statements += 1
        binds = {f"to_{name}": value for name, value in values.items()}
        binds |= {f"if_{name}": value for name, value in where.items()}
        return await self._connection.run(UPDATE.at((table, tuple(values), tuple(where))), **binds)

    async def tell(self, topic: str) -> None:
        """Those who listen to the topic hear of it once the change is committed; in other processes, too, where the engine allows."""
        await self._connection.tell(topic)

    def after_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """Run `act` once the change is safe; never when it was rolled back."""
        self._after.append(act)

    async def committed(self) -> None:
        for act in self._after:
            await act()


@asynccontextmanager
async def reading(database: Database, clock: Clock) -> AsyncIterator[UnitOfWork]:
    async with database.read() as connection:
        yield UnitOfWork(connection, clock.now())


@asynccontextmanager
async def writing(database: Database, clock: Clock) -> AsyncIterator[UnitOfWork]:
    """A unit of work that is committed when its block ends and rolled back when it raises."""
    async with database.write() as connection:
        uow = UnitOfWork(connection, clock.now())
        yield uow
    await uow.committed()
