"""Kept rows are never older than what was acknowledged before they are asked for. Source: docs/decisions/0008."""

import asyncio
import random
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

import pytest
from sqlalchemy import bindparam, select, update

from quadrangle.courses import courses
from quadrangle.db import Database, Statement, kept, metadata, open_database
from quadrangle.db.kept import KeptRows
from quadrangle.people import users
from tests.world import World

T = TypeVar("T")

TABLES = {"users": (users, users.c.short_name), "courses": (courses, courses.c.name)}
KEPT = {
    name: Statement(select(column).where(table.c.id == bindparam("id")), into=str, keep=True)
    for name, (table, column) in TABLES.items()
}
SAYS = {
    name: Statement(select(column).where(table.c.id == bindparam("id")), into=str)
    for name, (table, column) in TABLES.items()
}
RENAME = {
    name: Statement[Any](update(table).where(table.c.id == bindparam("key")).values({column.key: bindparam("to")}))
    for name, (table, column) in TABLES.items()
}


class Undone(Exception):
    pass


async def rename(database: Database, table: str, key: int, to: str, *, undo: bool = False) -> None:
    try:
        async with database.write() as connection:
            await connection.run(RENAME[table], key=key, to=to)
            if undo:
                raise Undone
    except Undone:
        pass


async def read(database: Database, statement: Statement[str], key: int) -> str | None:
    async with database.read() as connection:
        return await connection.one(statement, id=key)


class Elsewhere:
    """The same database as another process has it: on an event loop of its own."""

    def __init__(self, url: str) -> None:
        self._database = open_database(url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def rename(self, table: str, key: int, to: str, *, undo: bool = False) -> None:
        await self._there(rename(self._database, table, key, to, undo=undo))

    async def read(self, statement: Statement[str], key: int) -> str | None:
        return await self._there(read(self._database, statement, key))

    async def __aenter__(self) -> Self:
        self._thread.start()
        await self._there(self._database.start())
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._there(self._database.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_anybody_commits_is_seen_by_the_next_reader(world: World, seed: int) -> None:
    chance = random.Random(seed)
    keys = {"users": world.ids["ben"], "courses": world.ids["physics"]}

    async def run() -> None:
        here = world.app.database
        async with Elsewhere(world.database_url) as elsewhere:
            for turn in range(60):
                table, undo = chance.choice(list(TABLES)), chance.random() < 0.3
                match chance.randrange(4):
                    case 0:
                        await rename(here, table, keys[table], f"{turn}", undo=undo)
                    case 1:
                        await elsewhere.rename(table, keys[table], f"{turn}", undo=undo)
                for name in TABLES:
                    truth = await read(here, SAYS[name], keys[name])
                    assert await read(here, KEPT[name], keys[name]) == truth, (turn, name)
                    assert await elsewhere.read(KEPT[name], keys[name]) == truth, (turn, name)

    world.server.run(run())


def test_readers_beside_a_writer_never_go_back(world: World) -> None:
    """The number a reader gets is at least the one that was acknowledged when it began, and at most the one being written."""
    key, acknowledged, done = world.ids["ben"], 0, False
    seen: set[int] = set()

    async def write(elsewhere: Elsewhere) -> None:
        nonlocal acknowledged, done
        for number in range(1, 151):
            await elsewhere.rename("users", key, f"{number}")
            acknowledged = number
            await asyncio.sleep(chance.random() / 500)
        done = True

    async def reads(database: Database) -> None:
        while not done:
            least = acknowledged
            told = int(await read(database, KEPT["users"], key) or 0)
            assert least <= told <= acknowledged + 1
            seen.add(told)
            await asyncio.sleep(chance.random() / 1000)

    chance = random.Random(7)

    async def run() -> None:
        here = world.app.database
        async with Elsewhere(world.database_url) as elsewhere:
            await rename(here, "users", key, "0")
            await asyncio.gather(write(elsewhere), *(reads(here) for _ in range(8)))

    world.server.run(run())
    assert len(seen) > 20


def test_a_change_that_is_not_committed_is_seen_by_nobody(world: World) -> None:
    key = world.ids["ben"]

    async def run() -> None:
        database = world.app.database
        before = await read(database, KEPT["users"], key)
        async with database.write() as connection:
            await connection.run(RENAME["users"], key=key, to="Benedict")
            assert await connection.one(KEPT["users"], id=key) == "Benedict"
            assert await read(database, KEPT["users"], key) == before
        assert await read(database, KEPT["users"], key) == "Benedict"

    world.server.run(run())


def test_a_list_may_be_changed_by_whoever_asked_for_it(world: World) -> None:
    async def run() -> None:
        for _ in range(2):
            async with world.app.database.read() as connection:
                rows = await connection.all(KEPT["users"], id=world.ids["ben"])
                assert len(rows) == 1
                rows.clear()

    world.server.run(run())


def test_a_kept_row_is_not_read_again(world: World) -> None:
    """Otherwise everything above would hold without keeping anything."""

    async def run() -> None:
        rows = []
        for _ in range(2):
            async with world.app.database.read() as connection:
                rows.append(await connection.one(KEPT["users"], id=world.ids["ben"]))
        assert rows[0] is rows[1]

    world.server.run(run())


@pytest.mark.parametrize("engine", ["postgresql"])  # SQLite is in the process
def test_the_database_going_away_for_a_moment_hides_nothing(world: World) -> None:
    """Without a snapshot PostgreSQL's rows are not kept; with the next one they are again."""
    key = world.ids["ben"]

    async def run() -> None:
        here: Any = world.app.database
        async with Elsewhere(world.database_url) as elsewhere:
            await read(here, KEPT["users"], key)
            here.snapshots._connection.terminate()
            await elsewhere.rename("users", key, "Meanwhile")
            for _ in range(3):
                assert await read(here, KEPT["users"], key) == "Meanwhile"

    world.server.run(run())


def test_the_store_is_bounded() -> None:
    store, statement = KeptRows(), KEPT["users"]
    for number in range(1000):
        store.put(statement, "SELECT FROM users", (("id", number),), ["x"], [("x" * 100_000,)])
        assert store.get(statement, (("id", number),)) in (["x"], None)
    held = sum(len(found) for found in store._found.values())
    assert held * 100_000 <= kept.LARGEST


def test_no_table_changes_another_behind_the_statements() -> None:
    """What a transaction forgets is told by the tables its statements name."""
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            assert key.ondelete is None
            assert key.onupdate is None
