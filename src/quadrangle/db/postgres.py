"""PostgreSQL through asyncpg: a pool, a connection held only around statements."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg

from quadrangle.db.database import Connection, Deadlock, IntegrityViolation
from quadrangle.db.kept import KeptRows, Key
from quadrangle.db.statement import Compiled, Statement

T = TypeVar("T")

_log = logging.getLogger(__name__)

POOL_SIZE: Final = 10
ASK_SECONDS: Final = 5.0
# A campus is in memory, or on a disk that does not turn: by the server's own guess of what a page out of order costs (four times one in order),
# the planner read the whole table of 500 accounts once for each of 50 courses.
SESSION: Final = {"jit": "off", "random_page_cost": "1.1", "application_name": "quadrangle", "timezone": "UTC"}


class _PooledConnection(asyncpg.Connection):  # type: ignore[misc]
    """asyncpg resets a connection on every release with a round trip; ours never changes session state, so there is nothing to reset."""

    def get_reset_query(self) -> str:
        return ""


class PostgresConnection:
    """A connection held around statements."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        compiled, fetched = await self.fetch(statement, values)
        return statement.rows(compiled, fetched)

    async def fetch(
        self, statement: Statement[Any], values: dict[str, Any]
    ) -> tuple[Compiled, Sequence[Sequence[Any]]]:
        """The rows as the driver gives them, with the statement that says what they are."""
        compiled = statement.compiled("postgresql")
        try:
            return compiled, await self._connection.fetch(compiled.sql, *compiled.arguments(values))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityViolation(str(error), error.constraint_name) from error
        except asyncpg.DeadlockDetectedError as error:
            raise Deadlock(str(error)) from error

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.compiled("postgresql")
        try:
            status = await self._connection.execute(compiled.sql, *compiled.arguments(values))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityViolation(str(error), error.constraint_name) from error
        except asyncpg.DeadlockDetectedError as error:
            raise Deadlock(str(error)) from error
        last = str(status).rpartition(" ")[2]
        return int(last) if last.isdigit() else 0

    async def tell(self, topic: str) -> None:
        await self._connection.execute("SELECT pg_notify($1, '')", topic)

    async def script(self, sql: str) -> None:
        await self._connection.execute(sql)


class _Reading:
    """What one request reads: kept rows where the snapshot allows, a connection of the pool from the first statement that has to run."""

    __slots__ = ("_acquired", "_connection", "_database", "_mark")

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database
        self._acquired: Any = None
        self._connection: PostgresConnection | None = None

    async def __aenter__(self) -> "_Reading":
        self._mark = await self._database.snapshots.current()
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self._acquired is not None:
            await self._acquired.__aexit__(*raised)

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        if statement.keep:
            return (await self._rows(statement, values)).copy()
        return await (self._connection or await self._connect()).all(statement, **values)

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        if statement.keep:
            rows = await self._rows(statement, values)
            return rows[0] if rows else None
        return await (self._connection or await self._connect()).one(statement, **values)

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        return await (self._connection or await self._connect()).run(statement, **values)

    async def tell(self, topic: str) -> None:
        raise TypeError("there is nothing to tell without a change")

    async def script(self, sql: str) -> None:
        await (self._connection or await self._connect()).script(sql)

    async def _connect(self) -> PostgresConnection:
        acquired = self._database.connection()
        self._connection = await acquired.__aenter__()
        self._acquired = acquired
        return self._connection

    async def _rows(self, statement: Statement[T], values: dict[str, Any]) -> list[T]:
        snapshots, key = self._database.snapshots, tuple(values.items())
        rows = snapshots.get(self._mark, statement, key)
        if rows is None:
            connection = self._connection or await self._connect()
            compiled, fetched = await connection.fetch(statement, values)
            rows = statement.rows(compiled, fetched)
            snapshots.put(self._mark, statement, compiled.sql, key, rows, fetched)
        return rows


class _Snapshots:
    """Kept rows, and the snapshot of the database under which they are true.

    A snapshot as text says which transactions are visible. Two equal snapshots see the same, and one that has been replaced never comes back: so
    rows that were read after a snapshot was taken, and are asked for under an equal one, are what would be read again. Requests that arrive
    while the database is being asked share the next answer, as that one is taken after they arrived. It comes over a connection of its own;
    without it nothing is kept and everything still works.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._connection: Any = None
        self._waiting: list[asyncio.Future[str | None]] = []
        self._asking: asyncio.Task[None] | None = None
        self._rows = KeptRows()
        self._mark: str | None = None

    def current(self) -> asyncio.Future[str | None]:
        """The snapshot as it is now or a moment later; None: it could not be learnt."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()
        self._waiting.append(answer)
        if self._asking is None:
            self._asking = loop.create_task(self._ask())
        return answer

    async def _ask(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            mark = await self._snapshot()
            if mark != self._mark:
                self._rows.forget_all()
                self._mark = mark
            for answer in waiting:
                if not answer.done():
                    answer.set_result(mark)
        self._asking = None

    async def _snapshot(self) -> str | None:
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            mark: str = await self._connection.fetchval("SELECT pg_current_snapshot()::text", timeout=ASK_SECONDS)
        except Exception as error:  # whatever it is: those who wait go on, and their own statements tell what is wrong
            _log.warning("the snapshot of the database could not be learnt: %r", error)
            if self._connection is not None:
                self._connection.terminate()
            return None
        return mark

    def get(self, mark: str | None, statement: Statement[Any], key: Key) -> list[Any] | None:
        return self._rows.get(statement, key) if mark is not None and mark == self._mark else None

    def put(
        self,
        mark: str | None,
        statement: Statement[Any],
        sql: str,
        key: Key,
        rows: list[Any],
        fetched: Sequence[Sequence[Any]],
    ) -> None:
        if mark is not None and mark == self._mark:
            self._rows.put(statement, sql, key, rows, fetched)

    async def stop(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()


class PostgresDatabase:
    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self._url = url.replace("postgres://", "postgresql://", 1)
        self._size = pool_size
        self._turns = asyncio.Semaphore(pool_size)
        self.snapshots = _Snapshots(lambda: asyncpg.connect(self._url, timeout=ASK_SECONDS, server_settings=SESSION))

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._size,
            statement_cache_size=1024,
            max_cacheable_statement_size=64 * 1024,
            connection_class=_PooledConnection,
            server_settings=SESSION,
        )

    async def stop(self) -> None:
        await self.snapshots.stop()
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[PostgresConnection]:
        """A connection for statements. Whoever waits longest is next: the pool alone gives a free one to whoever comes just then."""
        async with self._turns, self._pool.acquire() as connection:
            yield PostgresConnection(connection)

    def read(self) -> AbstractAsyncContextManager[Connection]:
        return _Reading(self)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[PostgresConnection]:
        async with self._turns, self._pool.acquire() as connection, connection.transaction():
            yield PostgresConnection(connection)

    async def export(self, statement: Statement[Any], write: Callable[[bytes], Awaitable[None]], *, zone: str) -> int:
        compiled = statement.compiled("postgresql")
        async with self._turns, self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('TimeZone', $1, true)", zone)
            done = await connection.copy_from_query(
                compiled.sql, *compiled.arguments({}), output=write, format="csv", encoding="utf-8"
            )
        return int(str(done).rpartition(" ")[2])

    def prepare(self, statements: Iterable[Statement[Any]]) -> None:
        for statement in statements:
            statement.compiled("postgresql")

    async def estimate(self, statement: Statement[Any]) -> int:
        compiled = statement.compiled("postgresql")
        async with self._turns, self._pool.acquire() as connection:
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {compiled.sql}", *compiled.arguments({}))
        return int(json.loads(plan)[0]["Plan"]["Plan Rows"])

    @asynccontextmanager
    async def listen(self, topic: str, heard: Callable[[], None]) -> AsyncIterator[None]:
        """Over a connection of its own, made anew when it breaks."""
        listening = asyncio.create_task(self._listen(topic, heard))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, topic: str, heard: Callable[[], None]) -> None:
        while True:
            broken = asyncio.Event()
            connection = None
            try:
                connection = await asyncpg.connect(self._url, timeout=ASK_SECONDS, server_settings=SESSION)
                connection.add_termination_listener(lambda _, broken=broken: broken.set())
                await connection.add_listener(topic, lambda *_: heard())
                heard()  # whatever was told meanwhile
                await broken.wait()
            except (OSError, asyncpg.PostgresError, TimeoutError) as error:
                _log.warning("the database cannot be listened to: %r", error)
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(1)

    async def version(self) -> str | None:
        async with self._pool.acquire() as connection:
            if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
                return None
            version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
            return version
