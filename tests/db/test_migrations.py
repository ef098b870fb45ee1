"""The schema equals the sum of its migrations, on both engines. Source: STYLE §6."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

import quadrangle.db.tables  # noqa: F401 all tables into the metadata
from quadrangle.db import DatabaseProblem, metadata, migrate
from quadrangle.db.schema import FIRST_ID
from tests.databases import fresh_database
from tests.process import quad


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[str]:
    with fresh_database(engine, tmp_path) as url:
        yield url


def look(url: str, at: Callable[[Connection], Any]) -> Any:
    """What `at` finds out through a connection of SQLAlchemy."""
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.connect() as connection:
            found = at(connection)
        engine.dispose()
        return found

    async def run() -> Any:
        engine = create_async_engine("postgresql+asyncpg://" + url.partition("://")[2])
        async with engine.connect() as connection:
            found = await connection.run_sync(at)
        await engine.dispose()
        return found

    return asyncio.run(run())


def execute(url: str, *statements: str) -> None:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        with connection:
            for sql in statements:
                connection.execute(sql)
        connection.close()
        return

    async def run() -> None:
        connection = await asyncpg.connect(url)
        for sql in statements:
            await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


def history() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "quadrangle.db:migrations")
    return ScriptDirectory.from_config(config)


class TestTheHistory:
    def test_it_has_one_end_and_the_program_knows_it(self) -> None:
        assert history().get_heads() == [migrate.HEAD]

    def test_its_sum_is_what_the_tables_say(self, empty: str) -> None:
        migrate.upgrade(empty)

        def differences(connection: Connection) -> Any:
            # SQLite has no identity columns; where ids start there is a test of its own.
            opts = {"compare_server_default": connection.dialect.name == "postgresql"}
            context = MigrationContext.configure(connection, opts=opts)
            return compare_metadata(context, metadata)

        assert look(empty, differences) == []

    def test_a_second_run_changes_nothing(self, empty: str) -> None:
        assert migrate.upgrade(empty) is None
        assert migrate.upgrade(empty) == migrate.HEAD

    def test_servers_that_start_together_create_it_once(self, empty: str, tmp_path: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(quad, "migrate", "--database", empty, folder=tmp_path) for _ in range(4)]
        assert [run.result().stderr for run in runs] == [""] * 4
        assert migrate.current(empty) == migrate.HEAD

    def test_a_migration_that_fails_half_way_leaves_nothing(self, empty: str) -> None:
        taken = next(str(index.name) for table in reversed(metadata.sorted_tables) for index in table.indexes)
        execute(empty, "CREATE TABLE strange (id integer)", f"CREATE INDEX {taken} ON strange (id)")
        with pytest.raises(Exception, match="already exists"):
            migrate.upgrade(empty)
        assert migrate.current(empty) is None

        def tables(connection: Connection) -> set[str]:
            return set(connection.dialect.get_table_names(connection))

        assert look(empty, tables) == {"strange"}

    def test_a_newer_schema_is_refused_in_plain_words(self, empty: str) -> None:
        migrate.upgrade(empty)
        execute(empty, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(DatabaseProblem, match="newer"):
            migrate.upgrade(empty)


class TestIds:
    def test_the_first_one_a_database_gives_is_101(self, empty: str) -> None:
        migrate.upgrade(empty)
        for sequence in look(empty, _next_ids):
            assert sequence == FIRST_ID

    def test_they_are_never_given_twice(self, empty: str) -> None:
        migrate.upgrade(empty)
        columns = "(name, client_id, redirect_uri, scopes, require_scopes, allow_includes, trusted, workflow_state, created_at)"
        insert = (
            f"INSERT INTO developer_keys {columns} VALUES ('k', '%s', '', '[]', %s, 'active', '2026-01-01T00:00:00Z')"
        )
        flags = "0, 0, 0" if empty.startswith("sqlite") else "false, false, false"
        execute(empty, insert % ("a", flags), "DELETE FROM developer_keys", insert % ("b", flags))
        found = look(
            empty, lambda connection: connection.exec_driver_sql("SELECT id FROM developer_keys").scalars().all()
        )
        assert found == [FIRST_ID + 1]


def _next_ids(connection: Connection) -> list[int]:
    tables = [table.name for table in metadata.sorted_tables if "id" in table.c]
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, seq + 1 FROM sqlite_sequence").all()
        known = {str(name): int(value) for name, value in rows}
        return [known[name] for name in tables]
    return [
        int(connection.exec_driver_sql(f"SELECT nextval(pg_get_serial_sequence('{name}', 'id'))").scalar_one())
        for name in tables
    ]
