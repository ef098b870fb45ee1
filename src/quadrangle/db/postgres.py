"""PostgreSQL through asyncpg: a pool, a connection held only around statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg

from quadrangle.db.database import IntegrityViolation
from quadrangle.db.statement import Statement

T = TypeVar("T")

POOL_SIZE: Final = 10


class _PooledConnection(asyncpg.Connection):  # type: ignore[misc]
    """asyncpg resets a connection on every release with a round trip; ours never changes session state, so there is nothing to reset."""

    def get_reset_query(self) -> str:
        return ""


class PostgresConnection:
    __slots__ = ("_connection",)

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        compiled = statement.compiled("postgresql")
        try:
            fetched = await self._connection.fetch(compiled.sql, *compiled.arguments(values))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityViolation(str(error), error.constraint_name) from error
        return statement.rows(compiled, fetched)

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.compiled("postgresql")
        try:
            status = await self._connection.execute(compiled.sql, *compiled.arguments(values))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityViolation(str(error), error.constraint_name) from error
        last = str(status).rpartition(" ")[2]
        return int(last) if last.isdigit() else 0

    async def script(self, sql: str) -> None:
        await self._connection.execute(sql)


class PostgresDatabase:
    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self._url = url.replace("postgres://", "postgresql://", 1)
        self._size = pool_size

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._size,
            statement_cache_size=1024,
            max_cacheable_statement_size=64 * 1024,
            connection_class=_PooledConnection,
            server_settings={"jit": "off", "application_name": "quadrangle", "timezone": "UTC"},
        )

    async def stop(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresConnection]:
        async with self._pool.acquire() as connection:
            yield PostgresConnection(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[PostgresConnection]:
        async with self._pool.acquire() as connection, connection.transaction():
            yield PostgresConnection(connection)

    async def version(self) -> str | None:
        async with self._pool.acquire() as connection:
            if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
                return None
            version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
            return version
