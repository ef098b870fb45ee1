"""Account reports over many rows: beside `COPY (the same query) TO STDOUT`, and beside people who read pages meanwhile."""

import asyncio
import contextlib
import csv
import io
import json
import sqlite3
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks import load, servers
from benchmarks.load import Measured, request
from quadrangle.campus import begin
from quadrangle.catalogue import REPORTS
from quadrangle.db import Statement, migrate, open_database, writing
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.reports import Scope

MOMENT: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PARTS: Final = (
    *("users", "accounts", "terms", "courses", "sections", "enrollments", "groups"),
    *("group_membership", "group_categories", "xlist", "user_observers", "admins"),
)
ASKED: Final[dict[str, dict[str, Any]]] = {
    "provisioning_csv": dict.fromkeys(PARTS, True),
    "grade_export_csv": {},
    "unused_courses_csv": {},
    "user_access_tokens_csv": {},
}
ZONE: Final = "America/Denver"
FIRST: Final = 1_000_000  # ids made here


class Crowd(msgspec.Struct, frozen=True):
    """How many there are."""

    users: int
    courses: int
    enrollments: int


class ReportFigures(msgspec.Struct):
    """Of one report. Seconds of the run (median), and of the plain copy of its rows; megabytes the server grew by; p99 in milliseconds of
    GET one page, one after another, on the same server before and while it ran."""

    report: str
    lines: int
    seconds: float
    plain: float
    grew: float
    idle_p99: float
    busy_p99: float

    @property
    def times(self) -> float:
        return self.seconds / self.plain


class Reports(msgspec.Struct):
    """All of one engine."""

    engine: str
    crowd: Crowd
    figures: list[ReportFigures] = []


# --- the campus -------------------------------------------------------------------------------------------------------

_TABLES: Final = {
    "users": """
        INSERT INTO users (id, uuid, name, sortable_name, sortable_key, short_name, search_key, calendar_secret, workflow_state,
          created_at, updated_at)
        SELECT {f} + n, 'u' || n, 'Given Name ' || n, 'Family ' || n || ', Given', 'family' || n, 'Given', 'given', 'c' || n, 'registered',
          {now}, {now} FROM numbers WHERE n < {users}""",
    "logins": """
        INSERT INTO logins (id, account_id, user_id, unique_id, unique_key, sis_user_id, workflow_state, position, created_at, updated_at)
        SELECT {f} + n, 1, {f} + n, 'person' || n || '@campus.example', 'person' || n, 'SIS' || n, 'active', 1, {now}, {now}
        FROM numbers WHERE n < {users}""",
    "addresses": """
        INSERT INTO communication_channels (id, user_id, type, address, address_key, workflow_state, position, created_at, updated_at)
        SELECT {f} + n, {f} + n, 'email', 'person' || n || '@campus.example', 'person' || n, 'active', 1, {now}, {now}
        FROM numbers WHERE n < {users}""",
    "tokens": """
        INSERT INTO access_tokens (id, user_id, digest, token_hint, purpose, workflow_state, scopes, remember_access, last_used_at,
          created_at, updated_at)
        SELECT {f} + n, {f} + n, 'd' || n, 'hint' || n % 10, 'bench', 'active', '[]', {no}, {now}, {now}, {now}
        FROM numbers WHERE n < {users}""",
    "courses": """
        INSERT INTO courses (id, uuid, name, name_key, name_folded, course_code, code_folded, account_id, root_account_id, enrollment_term_id,
          workflow_state, sis_source_id, settings, calendar_secret, created_at, updated_at, default_wiki_editing_roles, default_view,
          restrict_enrollments_to_course_dates, is_public_to_auth_users, public_syllabus, public_syllabus_to_auth, pages_tab_hidden,
          homeroom_course, template, is_blueprint, hide_final_grades, apply_assignment_group_weights)
        SELECT {f} + n, 'k' || n, 'Introduction to Subject ' || n, 'i', 'i', 'SUB' || n, 's', 1, 1,
          (SELECT min(id) FROM enrollment_terms WHERE root_account_id = 1), 'available', 'COURSE' || n, '{{}}', 'c' || n, {now}, {now},
          'teachers', 'modules', {no}, {no}, {no}, {no}, {no}, {no}, {no}, {no}, {no}, {no} FROM numbers WHERE n < {courses}""",
    "sections": """
        INSERT INTO course_sections (id, course_id, root_account_id, name, name_key, sis_source_id, workflow_state, is_default,
          restrict_enrollments_to_section_dates, created_at, updated_at)
        SELECT {f} + n, {f} + n, 1, 'Section ' || n, 's', 'SECTION' || n, 'active', {yes}, {no}, {now}, {now}
        FROM numbers WHERE n < {courses}""",
    "enrollments": """
        INSERT INTO enrollments (id, user_id, course_id, course_section_id, root_account_id, type, role_id, workflow_state,
          limit_privileges_to_course_section, self_enrolled, total_activity_time, created_at, updated_at)
        SELECT {f} + n, {f} + n % {users}, {f} + (n * 7919) % {courses}, {f} + (n * 7919) % {courses}, 1, 'StudentEnrollment',
          (SELECT id FROM roles WHERE root_account_id = 1 AND name = 'StudentEnrollment'), 'active', {no}, {no}, 0, {now}, {now}
        FROM numbers WHERE n < {enrollments}""",
}


def fill(url: str, crowd: Crowd) -> None:
    """A campus with one page to read and as many people, courses and enrollments as asked for."""
    migrate.upgrade(url)

    async def first() -> None:
        database = open_database(url)
        await database.start()
        async with writing(database, SettableClock(MOMENT)) as uow:
            await begin(
                uow,
                Digester(servers.KEY),
                account_name="Bench",
                admin_email="admin@example.com",
                password_digest="none",
                admin_token=servers.ADMIN_TOKEN,
            )
        await database.stop()

    asyncio.run(first())
    sqlite = url.startswith("sqlite")
    words = {
        "f": FIRST,
        "now": "'2026-09-01T08:00:00.000000Z'" if sqlite else "'2026-09-01T08:00:00Z'::timestamptz",
        "no": 0 if sqlite else "false",
        "yes": 1 if sqlite else "true",
        **msgspec.to_builtins(crowd),
    }
    most = max(crowd.users, crowd.courses, crowd.enrollments)
    statements = [sql.format(**words) for sql in _TABLES.values()]
    if sqlite:
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {most - 1}) "
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            for sql in statements:
                connection.execute(numbers + sql)
            connection.commit()
            connection.execute("ANALYZE")
            connection.commit()
        return

    async def rest() -> None:
        import asyncpg

        connection = await asyncpg.connect(url)
        numbers = f"WITH numbers AS (SELECT generate_series(0::bigint, {most - 1}) AS n) "
        for sql in statements:
            await connection.execute(numbers + sql, timeout=600)
        await connection.execute("VACUUM ANALYZE", timeout=600)
        await connection.close()

    asyncio.run(rest())


# --- the yardstick ----------------------------------------------------------------------------------------------------


def _statements(report: str) -> list[Statement[Any]]:
    """The queries of a report over the whole root."""
    scope = Scope(
        account_id=1,
        root_id=1,
        term_ids=None,
        term_names=(),
        course_id=None,
        include_deleted=False,
        parameters=ASKED[report],
        root_settings={},
        zone=ZONE,
        now=MOMENT,
    )
    return [Statement(part.rows) for part in REPORTS[report].parts(scope) if part.rows is not None]


def plain_copy(url: str, report: str) -> float:
    """Seconds that the rows take out of the database when nothing else is done with them."""
    if url.startswith("sqlite"):
        began = time.perf_counter()
        for statement in _statements(report):
            _write_csv(url, statement)
        return time.perf_counter() - began
    return asyncio.run(_copy(url, report))


def _write_csv(url: str, statement: Statement[Any]) -> None:
    """SQLite has no COPY: its rows through csv, on one thread."""
    compiled = statement.compiled("sqlite")
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(compiled.sql, compiled.arguments({}))
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n").writerows
        while some := rows.fetchmany(1000):
            write(some)
            out.seek(0)
            out.truncate()


async def _copy(url: str, report: str) -> float:
    import asyncpg

    connection = await asyncpg.connect(url, server_settings={"jit": "off", "random_page_cost": "1.1", "timezone": ZONE})

    async def nowhere(piece: bytes) -> None:
        return None

    began = time.perf_counter()
    for statement in _statements(report):
        compiled = statement.compiled("postgresql")
        await connection.copy_from_query(compiled.sql, *compiled.arguments({}), output=nowhere, format="csv")
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


# --- the run ----------------------------------------------------------------------------------------------------------


def call(port: int, method: str, path: str, body: Any = None) -> Any:
    sent = request_of(port, method, path, body)
    with urllib.request.urlopen(sent, timeout=600) as answer:
        return json.load(answer)


def request_of(port: int, method: str, path: str, body: Any) -> urllib.request.Request:
    return urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {servers.ADMIN_TOKEN}", "content-type": "application/json"},
    )


def _make(port: int, report: str, *, look: float = 0.02) -> dict[str, Any]:
    """Start a report and wait for its end, looking every so many seconds."""
    run = call(port, "POST", f"/accounts/1/reports/{report}", {"parameters": {**ASKED[report], "skip_message": True}})
    while run["status"] in ("created", "running", "compiling"):
        time.sleep(look)
        run = call(port, "GET", f"/accounts/1/reports/{report}/{run['id']}")
    if run["status"] != "complete":
        raise RuntimeError(f"{report} ended as {run['status']}: {run['parameters']}")
    made: dict[str, Any] = run
    return made


def _reading(port: int, path: str, seconds: float) -> Measured:
    wanted = request("GET", path, servers.ADMIN_TOKEN)

    def always() -> Any:
        while True:
            yield wanted

    return load.run("127.0.0.1", port, (always() for _ in range(1)), seconds, warm_up=0.2)


def _beside(port: int, path: str, report: str) -> Measured:
    """GET one page while the report is made again and again, its maker looking four times a second and asking at most once a second."""
    done = threading.Event()

    def make() -> None:
        while not done.is_set():
            began = time.monotonic()
            _make(port, report, look=0.25)
            done.wait(max(0.0, 1.0 - (time.monotonic() - began)))

    maker = threading.Thread(target=make)
    maker.start()
    try:
        return _reading(port, path, 4.0)
    finally:
        done.set()
        maker.join()


def measure(engine: str, url: str, crowd: Crowd, *, times: int, say: Callable[[str], None]) -> Reports:
    say(f"{engine}: filling a campus of {crowd.enrollments:,} enrollments")
    fill(url, crowd)
    found = Reports(engine, crowd)
    course = f"/courses/{FIRST}"
    with tempfile.TemporaryDirectory(prefix="quad-bench-files-") as folder:
        for report in ASKED:
            say(f"{engine}: {report}")
            with servers.quadrangle(url, "/healthz", storage_url=f"file://{Path(folder)}") as server:
                call(server.port, "PUT", f"{course}/pages/one", {"wiki_page": {"body": "<p>text</p>" * 300}})
                page = f"/api/v1{course}/pages/one"
                idle = _reading(server.port, page, 2.0)
                before = server.resident()
                with servers.Watching(server) as watching:
                    runs = [_make(server.port, report) for _ in range(times)]
                    plain = statistics.median(plain_copy(url, report) for _ in range(times))
                busy = _beside(server.port, page, report)
            found.figures.append(
                ReportFigures(
                    report=report,
                    lines=runs[0]["current_line"],
                    seconds=statistics.median(run["run_time"] for run in runs),
                    plain=plain,
                    grew=watching.largest - before,
                    idle_p99=idle.p99,
                    busy_p99=busy.p99,
                )
            )
    return found
