"""The two campuses under load: an ordinary one and one that has grown a hundredfold.

Pages and revisions go in by bulk copy, beside the services: a hundred thousand calls would be the longest part of the run.
"""

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Table, bindparam, select

from benchmarks import portfolios
from benchmarks.servers import ADMIN_TOKEN, KEY, STUDENT_TOKEN, TOKEN
from quadrangle.accounts import ROOT_ID, account_courses, create_account, create_term, roles
from quadrangle.announcements.tables import announcement_dismissals, announcement_roles, announcements
from quadrangle.campus import FIRST_USER_ID, begin
from quadrangle.courses import course_sections, courses, create_course, enroll, enrollments
from quadrangle.db import Statement, UnitOfWork, migrate, open_database
from quadrangle.db.sqlite import connect
from quadrangle.db.statement import time_to_sqlite
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.kernel.text import fold, sort_key
from quadrangle.pages.tables import page_revisions, page_slugs, pages, wikis
from quadrangle.people import create_login, create_user
from quadrangle.tokens import issue_token

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
# About 4 KB of plain HTML, as a page of a course has.
BODY: Final = "<h2>Week one</h2>" + "".join(
    f"<p>Paragraph {n}: the quick brown fox reads the syllabus before the lazy dog asks about it again.</p>"
    for n in range(40)
)
FIRST_PAGE: Final = 1_001
FIRST_COURSE: Final = 1_001
LIVE: Final = 1_000  # announcements that are on
HOT_PAGES: Final = 64  # pages with a full body: the ones that are read and written


class Size(msgspec.Struct, frozen=True):
    """pages: in the course. revisions: of its first page. accounts: in the tree. faculties: accounts of another tree, four below each, so that
    500 of them are five levels deep; courses: in these. over: announcements that are past, beside the thousand that are on. portfolios: of one
    student; entries: in one of them; judged: portfolios of others of which a moderator, or a keyword, has said something.
    """

    pages: int
    revisions: int
    accounts: int
    faculties: int
    courses: int
    over: int
    portfolios: int
    entries: int
    judged: int

    def times(self, factor: int) -> "Size":
        return Size(*(getattr(self, name) * factor for name in self.__struct_fields__))


class Campus(msgspec.Struct, frozen=True):
    """Where to send requests. front: id of the page that has the long history. faculties: ids of the accounts that hold courses, the one
    above all others first. term_id: of most of these courses. departments: one below the other, the lowest four deep, where a student has a
    course. student_id: of that student.
    """

    url: str
    course_id: int
    front: int
    faculties: list[int]
    term_id: int
    departments: list[int]
    student_id: int

    @property
    def course(self) -> str:
        return f"/api/v1/courses/{self.course_id}"


def build(url: str, size: Size) -> Campus:
    """Fill an empty database; returns where things are."""
    migrate.upgrade(url)
    campus = asyncio.run(_furnish(url, size))
    _copy(
        url,
        [
            *_pages(campus.course_id, size),
            *_courses(campus, size),
            *_announcements(campus, size),
            *portfolios.rows(campus.student_id, size.portfolios, size.entries, size.judged),
        ],
    )
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
            await _enrolled(uow, course_id, "TeacherEnrollment", "Ada Byron", TOKEN)
            faculties = [await create_account(uow, name="Faculties", parent_id=ROOT_ID, root_id=ROOT_ID)]
            for n in range(size.faculties - 1):
                faculties.append(
                    await create_account(uow, name=f"Faculty {n}", parent_id=faculties[n // 4], root_id=ROOT_ID)
                )
            term_id = await create_term(uow, root_id=ROOT_ID, name="Fall")
            departments = [ROOT_ID]
            for n in range(4):
                departments.append(
                    await create_account(uow, name=f"Department {n}", parent_id=departments[-1], root_id=ROOT_ID)
                )
            deep_id = await create_course(
                uow, account_id=departments[-1], root_id=ROOT_ID, name="Deep", state="available"
            )
            student_id = await _enrolled(uow, deep_id, "StudentEnrollment", "Ben Okri", STUDENT_TOKEN)
        return Campus(url, course_id, FIRST_PAGE, faculties, term_id, departments, student_id)
    finally:
        await database.stop()


# A built-in role by its name.
_ROLE: Final = Statement(select(roles.c.id).where(roles.c.name == bindparam("name")), into=int)


async def _enrolled(uow: UnitOfWork, course_id: int, type: str, name: str, token: str) -> int:
    """Somebody new in a course, with a token; their id."""
    role_id = await uow.one(_ROLE, name=type)
    assert role_id is not None
    user_id = await create_user(uow, name=name)
    await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id=f"{name.split()[0].lower()}@example.com")
    await enroll(uow, course_id=course_id, user_id=user_id, type=type, role_id=role_id, state="active")
    await issue_token(uow, Digester(KEY), user_id=user_id, purpose="bench", secret=token)
    return user_id


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


def _announcements(campus: Campus, size: Size) -> list[tuple[Table, Sequence[str], Rows]]:
    """A thousand that are on, spread over the root and the departments, and those that are over, which the student has all closed. Every
    fifth is for students."""
    [(role_id, user_id)] = [
        (row["role_id"], row["user_id"])
        for row in _read(campus.url, "SELECT role_id, user_id FROM enrollments WHERE type = 'StudentEnrollment'")
    ]
    numbers = range(1, LIVE + size.over + 1)
    homes = campus.departments

    def notice(n: int) -> tuple[Any, ...]:
        ends = datetime(2099, 1, 1, tzinfo=UTC) if n <= LIVE else datetime(2020, 1, 1, tzinfo=UTC)
        return (
            n, homes[n % len(homes)], ROOT_ID, FIRST_USER_ID, f"Announcement {n}", f"<p>What {n} is about.</p>",
            datetime(2019, 1, 1, tzinfo=UTC), ends - timedelta(minutes=n), "information", n % 5 == 0, False, False, "active",
            START, START,
        )  # fmt: skip

    names = [
        "id",
        "account_id",
        "root_account_id",
        "user_id",
        "subject",
        "message",
        "start_at",
        "end_at",
        "icon",
        "targeted",
        "domain_specific",
        "send_message",
        "workflow_state",
        "created_at",
        "updated_at",
    ]
    return [
        (announcements, names, (notice(n) for n in numbers)),
        (
            announcement_roles,
            ["announcement_id", "position", "role_id"],
            ((n, 0, role_id) for n in numbers if n % 5 == 0),
        ),
        (
            announcement_dismissals,
            ["user_id", "announcement_id", "dismissed_at"],
            ((user_id, n, START) for n in numbers if n > LIVE),
        ),
    ]


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
    for table in ("pages", "wikis", "courses", "course_sections", "enrollments", "users", "logins", "eportfolios"):
        await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000)")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
