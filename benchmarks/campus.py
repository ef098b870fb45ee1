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

from benchmarks.servers import ADMIN_TOKEN, KEY, TOKEN
from quadrangle.accounts import ROOT_ID, account_courses, create_account, create_term
from quadrangle.campus import begin
from quadrangle.courses import course_sections, courses, create_course, enroll, enrollments
from quadrangle.db import Statement, UnitOfWork, migrate, open_database
from quadrangle.db.sqlite import connect
from quadrangle.db.statement import time_to_sqlite
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.kernel.text import fold, sort_key
from quadrangle.pages.tables import page_revisions, page_slugs, pages, wikis
from quadrangle.people import create_login, create_user

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
# About 4 KB of plain HTML, as a page of a course has.
BODY: Final = "<h2>Week one</h2>" + "".join(
    f"<p>Paragraph {n}: the quick brown fox reads the syllabus before the lazy dog asks about it again.</p>"
    for n in range(40)
)
FIRST_PAGE: Final = 1_001
FIRST_COURSE: Final = 1_001
HOT_PAGES: Final = 64  # pages with a full body: the ones that are read and written


class Size(msgspec.Struct, frozen=True):
    """pages: in the course. revisions: of its first page. accounts: in the tree. faculties: accounts of another tree, four below each, so that
    500 of them are five levels deep; courses: in these.
    """

    pages: int
    revisions: int
    accounts: int
    faculties: int
    courses: int

    def times(self, factor: int) -> "Size":
        return Size(*(getattr(self, name) * factor for name in self.__struct_fields__))


class Campus(msgspec.Struct, frozen=True):
    """Where to send requests. front: id of the page that has the long history. faculties: ids of the accounts that hold courses, the one
    above all others first. term_id: of most of these courses.
    """

    url: str
    course_id: int
    front: int
    faculties: list[int]
    term_id: int

    @property
    def course(self) -> str:
        return f"/api/v1/courses/{self.course_id}"


def build(url: str, size: Size) -> Campus:
    """Fill an empty database; returns where things are."""
    migrate.upgrade(url)
    campus = asyncio.run(_furnish(url, size))
    _copy(url, [*_pages(campus.course_id, size), *_courses(campus, size)])
    return campus


async def _furnish(url: str, size: Size) -> Campus:
    database = open_database(url)
    await database.start()
    clock = SettableClock(START)
    try:
        async with database.write() as connection:
            uow = UnitOfWork(connection, clock.now())
            await begin(
                uow, Digester(KEY), account_name="Bench", admin_email="admin@example.com", password_digest="-",
                admin_token=ADMIN_TOKEN,
            )  # fmt: skip
            tree = [ROOT_ID]
            for n in range(size.accounts):
                tree.append(await create_account(uow, name=f"Account {n}", parent_id=tree[n // 4], root_id=ROOT_ID))
            course_id = await create_course(
                uow, account_id=tree[min(20, len(tree) - 1)], root_id=ROOT_ID, name="Bench", state="available"
            )
            await _teacher(uow, course_id)
            faculties = [await create_account(uow, name="Faculties", parent_id=ROOT_ID, root_id=ROOT_ID)]
            for n in range(size.faculties - 1):
                faculties.append(
                    await create_account(uow, name=f"Faculty {n}", parent_id=faculties[n // 4], root_id=ROOT_ID)
                )
            term_id = await create_term(uow, root_id=ROOT_ID, name="Fall")
        return Campus(url, course_id, FIRST_PAGE, faculties, term_id)
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


def _courses(campus: Campus, size: Size) -> list[tuple[Table, Sequence[str], Rows]]:
    """Courses like the one that is there, each with a section and, but for some, a student. Four in five stand in the term, six in seven are
    introductions."""
    [pattern], [section], [enrollment] = (
        _read(campus.url, f"SELECT * FROM {table} WHERE {column} = {campus.course_id}")
        for table, column in (("courses", "id"), ("course_sections", "course_id"), ("enrollments", "course_id"))
    )
    parents = {id: campus.faculties[(n - 1) // 4] for n, id in enumerate(campus.faculties) if n > 0}

    def above(account_id: int) -> Iterable[int]:
        yield account_id
        while account_id in parents:
            account_id = parents[account_id]
            yield account_id
        yield ROOT_ID

    def course(n: int) -> dict[str, Any]:
        name = f"Seminar {n}" if n % 7 == 0 else f"Introduction to subject {n}"
        return pattern | {
            "id": FIRST_COURSE + n,
            "uuid": f"{n:040}",
            "name": name,
            "name_key": sort_key(name),
            "name_folded": fold(name),
            "course_code": f"SUB{n}",
            "code_folded": f"sub{n}",
            "account_id": campus.faculties[n % len(campus.faculties)],
            "enrollment_term_id": pattern["enrollment_term_id"] if n % 5 == 0 else campus.term_id,
        }

    made = [course(n) for n in range(size.courses)]
    sections = [section | {"id": one["id"], "course_id": one["id"]} for one in made]
    taught = [one["id"] for n, one in enumerate(made) if n % 11]
    enrolled = [
        enrollment | {"id": id, "course_id": id, "course_section_id": id, "type": "StudentEnrollment"} for id in taught
    ]
    placed = [
        {
            "account_id": account,
            "course_id": one["id"],
            "home_id": one["account_id"],
            "term_id": one["enrollment_term_id"],
        }
        for one in made
        for account in above(one["account_id"])
    ]
    tables = ((courses, made), (course_sections, sections), (enrollments, enrolled), (account_courses, placed))
    return [(table, list(rows[0]), [tuple(row.values()) for row in rows]) for table, rows in tables]


def _read(url: str, sql: str) -> list[dict[str, Any]]:
    """Rows as the engine keeps them."""
    if not url.startswith("sqlite"):
        return asyncio.run(_read_postgresql(url, sql))
    connection = connect(url.removeprefix("sqlite:///"))
    cursor = connection.execute(sql)
    rows = [dict(zip((column[0] for column in cursor.description), row, strict=True)) for row in cursor]
    connection.close()
    return rows


async def _read_postgresql(url: str, sql: str) -> list[dict[str, Any]]:
    import asyncpg

    connection = await asyncpg.connect(url)
    rows = [dict(row) for row in await connection.fetch(sql)]
    await connection.close()
    return rows


def _pages(course_id: int, size: Size) -> list[tuple[Table, Sequence[str], Rows]]:
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
    for table in ("pages", "wikis", "courses", "course_sections", "enrollments"):
        await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000)")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
