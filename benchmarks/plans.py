"""`python -m benchmarks.plans`: how the two engines find what hot requests ask for, written to docs/query-plans.md.

Another request is another line of REQUESTS.
"""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from tests.engines import Postgres

from benchmarks.__main__ import ORDINARY, address_in, address_on, reads
from benchmarks.campus import Campus, build
from benchmarks.statements import Noted, note
from quadrangle.db.postgres import SESSION
from quadrangle.db.sqlite import connect

OUT: Final = Path(__file__).parent.parent / "docs" / "query-plans.md"
# As large as the issue of account courses asks: 10,000 courses under 500 accounts, five levels deep.
SIZE: Final = msgspec.structs.replace(ORDINARY, faculties=500, courses=10_000, over=100_000)


class Request(msgspec.Struct, frozen=True):
    """A request whose statements are shown. work: its name among the benchmarks. what: a heading for each statement after the token's own."""

    title: str
    work: str
    what: tuple[str, ...]


REQUESTS: Final = (
    Request(
        "The courses of an account, 50 of 10,000",
        "account courses",
        ("The account, and the caller's standing there", "The page of courses"),
    ),
    Request(
        "The same with search, term and enrollment filters",
        "the same, filtered",
        ("The account, and the caller's standing there", "The page of courses"),
    ),
    Request(
        "The permission query, five levels deep",
        "permission query",
        ("The account, and the caller's standing there",),
    ),
    Request(
        "The announcements a student is told, four levels deep",
        "1,000 announcements",
        ("The account, and everything about the student that decides", "What is on, and not closed"),
    ),
)

Explain = Callable[[Noted], str]


def _sqlite(url: str) -> Explain:
    connection = connect(url.removeprefix("sqlite:///"), read_only=True)

    def explain(noted: Noted) -> str:
        statement, values = noted
        compiled = statement.compiled("sqlite")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", compiled.arguments(values)).fetchall()
        depth = {0: -1}
        lines = []
        for id_, parent, _, text in rows:
            depth[id_] = depth[parent] + 1
            lines.append("  " * depth[id_] + text)
        return "\n".join(lines)

    return explain


def _postgresql(url: str) -> Explain:
    async def ask(noted: Noted) -> str:
        import asyncpg

        statement, values = noted
        compiled = statement.compiled("postgresql")
        connection = await asyncpg.connect(url, server_settings=SESSION)
        # The plan that is kept for whatever values come, as it is used after the first few runs.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        rows = await connection.fetch(f"EXPLAIN (COSTS OFF) {compiled.sql}", *compiled.arguments(values))
        await connection.close()
        return "\n".join(row[0] for row in rows)

    return lambda noted: asyncio.run(ask(noted))


def _plans(campus: Campus, explain: Explain) -> dict[str, list[str]]:
    asked = {one.title: reads(campus)[one.work] for one in REQUESTS}
    noted = asyncio.run(note(campus, asked))
    return {title: [explain(one) for one in several[1:]] for title, several in noted.items()}


def _page(plans: dict[str, dict[str, list[str]]], versions: dict[str, str]) -> str:
    lines = [
        "# Query plans",
        "",
        "How the two engines find what hot requests ask for, on a campus of 10,000 courses under 500 accounts five levels deep, with 1,000",
        "announcements that are on and 100,000 that are over. Made by `make plans`; what to look for is that nothing is read whole that grows",
        "with the campus: on SQLite no `SCAN` of courses, accounts, enrollments or announcements, on PostgreSQL no `Seq Scan` of them; tables",
        "of a few rows, as roles, terms and, here, users are, it reads as they stand.",
        "The statement that looks up the token comes before these each time.",
        "",
        "The courses of an account are one stretch of `account_courses`, where each course stands with its account and all above it, in",
        "the order of their ids; the page is found there first, and what is shown of its courses is gathered for these alone. A search",
        "reads names until the page is full: what hardly any course has in its name is looked for in all that the other filters leave.",
        "",
        f"SQLite {versions['sqlite']}, without statistics, as it is served; PostgreSQL {versions['postgresql']}, with them.",
    ]
    for request in REQUESTS:
        lines += ["", f"## {request.title}"]
        for at, what in enumerate(request.what):
            lines += ["", f"### {what}"]
            for engine in ("sqlite", "postgresql"):
                lines += ["", f"{'SQLite' if engine == 'sqlite' else 'PostgreSQL'}:", "", "```text"]
                lines += [plans[engine][request.title][at], "```"]
    return "\n".join(lines) + "\n"


def main() -> None:
    import sqlite3

    with tempfile.TemporaryDirectory(prefix="quad-plans-") as folder:
        campus = build(address_in(Path(folder))("campus"), SIZE)
        plans = {"sqlite": _plans(campus, _sqlite(campus.url))}
        server = Postgres()
        try:
            campus = build(address_on(server)("campus"), SIZE)
            plans["postgresql"] = _plans(campus, _postgresql(campus.url))
            version = asyncio.run(_version(campus.url))
        finally:
            server.stop()
    OUT.write_text(_page(plans, {"sqlite": sqlite3.sqlite_version, "postgresql": version}))


async def _version(url: str) -> str:
    import asyncpg

    connection = await asyncpg.connect(url)
    version: str = (await connection.fetchval("SHOW server_version")).split()[0]
    await connection.close()
    return version


if __name__ == "__main__":
    main()
