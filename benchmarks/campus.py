"""The two campuses under load: an ordinary one and one that has grown a hundredfold.

Pages and revisions go in by bulk copy, beside the services: a hundred thousand calls would be the longest part of the run.
"""

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from benchmarks.servers import KEY, TOKEN
from quadrangle.accounts import ROOT_ID, create_account
from quadrangle.campus import begin
from quadrangle.courses import create_course, enroll
from quadrangle.db import Statement, UnitOfWork, migrate, open_database
from quadrangle.db.sqlite import connect
from quadrangle.db.statement import time_to_sqlite
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.pages.tables import page_revisions, page_slugs, pages, wikis
from quadrangle.people import create_login, create_user

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
# About 4 KB of plain HTML, as a page of a course has.
BODY: Final = "<h2>Week one</h2>" + "".join(
    f"<p>Paragraph {n}: the quick brown fox reads the syllabus before the lazy dog asks about it again.</p>"
    for n in range(40)
)
FIRST_PAGE: Final = 1_001
HOT_PAGES: Final = 64  # pages with a full body: the ones that are read and written


class Size(msgspec.Struct, frozen=True):
    """pages: in the course. revisions: of its first page. accounts: in the tree."""

    pages: int
    revisions: int
    accounts: int

    def times(self, factor: int) -> "Size":
        return Size(self.pages * factor, self.revisions * factor, self.accounts * factor)


class Campus(msgspec.Struct, frozen=True):
    """Where to send requests. front: id of the page that has the long history."""

    url: str
    course_id: int
    front: int

    @property
    def course(self) -> str:
        return f"/api/v1/courses/{self.course_id}"


def build(url: str, size: Size) -> Campus:
    """Fill an empty database; returns where things are."""
    migrate.upgrade(url)
    course_id = asyncio.run(_furnish(url, size))
    _copy(url, _tables(course_id, size))
    return Campus(url, course_id, FIRST_PAGE)


async def _furnish(url: str, size: Size) -> int:
    database = open_database(url)
    await database.start()
    clock = SettableClock(START)
    try:
        async with database.write() as connection:
            uow = UnitOfWork(connection, clock.now())
            await begin(
                uow, Digester(KEY), account_name="Bench", admin_email="admin@example.com", password_digest="-",
                admin_token="admin-token-of-the-bench",
            )  # fmt: skip
            tree = [ROOT_ID]
            for n in range(size.accounts):
                tree.append(await create_account(uow, name=f"Account {n}", parent_id=tree[n // 4], root_id=ROOT_ID))
            course_id = await create_course(
                uow, account_id=tree[min(20, len(tree) - 1)], root_id=ROOT_ID, name="Bench", state="available"
            )
            await _teacher(uow, course_id)
        return course_id
    finally:
        await database.stop()


async def _teacher(uow: UnitOfWork, course_id: int) -> None:
    from sqlalchemy import select

    from quadrangle.accounts import roles
    from quadrangle.tokens import issue_token

    role = Statement(select(roles.c.id).where(roles.c.name == "TeacherEnrollment"), into=int)
    role_id = await uow.one(role)
    assert role_id is not None
    user_id = await create_user(uow, name="Ada Byron")
    await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id="ada@example.com")
    await enroll(uow, course_id=course_id, user_id=user_id, type="TeacherEnrollment", role_id=role_id, state="active")
    await issue_token(uow, Digester(KEY), user_id=user_id, purpose="bench", secret=TOKEN)


Rows = Iterable[tuple[Any, ...]]


def _tables(course_id: int, size: Size) -> list[tuple[Table, Sequence[str], Rows]]:
    wiki = 1_001
    author = 101

    def body(n: int) -> str:
        return BODY if n < HOT_PAGES else "<p>A short page.</p>"

    def title(n: int) -> str:
        return f"Page {n:06}"

    def moment(n: int) -> datetime:
        return START + timedelta(seconds=n)

    page_rows = (
        (
            FIRST_PAGE + n, wiki, title(n), title(n).casefold(), title(n).casefold(), f"page-{n:06}", body(n), "active", "teachers",
            author, "rce", size.revisions if n == 0 else 2, moment(n), moment(n), moment(n),
        )
        for n in range(size.pages)
    )  # fmt: skip
    page_names = [
        "id",
        "wiki_id",
        "title",
        "title_key",
        "title_folded",
        "url",
        "body",
        "workflow_state",
        "editing_roles",
        "user_id",
        "editor",
        "latest_revision",
        "created_at",
        "revised_at",
        "row_updated_at",
    ]
    slug_rows = ((wiki, f"page-{n:06}", FIRST_PAGE + n) for n in range(size.pages))
    revision_rows = itertools.chain(
        _history(FIRST_PAGE, title(0), "page-000000", size.revisions, author),
        itertools.chain.from_iterable(
            _history(FIRST_PAGE + n, title(n), f"page-{n:06}", 2, author) for n in range(1, min(HOT_PAGES, size.pages))
        ),
    )
    return [
        (
            wikis,
            ["id", "context_type", "context_id", "front_page_id", "pages_count", "created_at"],
            [(wiki, "Course", course_id, FIRST_PAGE, size.pages, START)],
        ),
        (pages, page_names, page_rows),
        (page_slugs, ["wiki_id", "slug", "page_id"], slug_rows),
        (
            page_revisions,
            ["page_id", "number", "title", "url", "body", "user_id", "revised_at", "created_at"],
            revision_rows,
        ),
    ]


def _history(page_id: int, title: str, url: str, count: int, author: int) -> Rows:
    """`count` revisions, each with another body; the last is the page as it stands."""
    for number in range(1, count + 1):
        moment = START + timedelta(seconds=number)
        text = BODY if number == count else f"{BODY}<p>Draft {number}</p>"
        yield page_id, number, title, url, text, author, moment, moment


def _copy(url: str, tables: list[tuple[Table, Sequence[str], Rows]]) -> None:
    if url.startswith("sqlite"):
        _copy_sqlite(url, tables)
    else:
        asyncio.run(_copy_postgresql(url, tables))


def _copy_sqlite(url: str, tables: list[tuple[Table, Sequence[str], Rows]]) -> None:
    connection = connect(url.removeprefix("sqlite:///"), synchronous="off")
    connection.execute("BEGIN")
    for table, names, rows in tables:
        marks = ", ".join("?" * len(names))
        plain = (tuple(time_to_sqlite(v) if isinstance(v, datetime) else v for v in row) for row in rows)
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", plain)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _copy_postgresql(url: str, tables: list[tuple[Table, Sequence[str], Rows]]) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    for table, names, rows in tables:
        await connection.copy_records_to_table(table.name, records=rows, columns=list(names))
    for table in ("pages", "wikis"):
        await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000)")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
