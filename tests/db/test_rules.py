"""The few rules of STYLE §19 that a reader's eye does not keep: each with its reason, and with lines it must and must not catch."""

import re
from pathlib import Path
from typing import Final

import msgspec
import pytest

import quadrangle

SOURCE: Final = Path(quadrangle.__file__).parent
NOUNS: Final = [
    "accounts",
    "announcements",
    "artifacts",
    "calendars",
    "courses",
    "files",
    "groups",
    "pages",
    "people",
    "portfolios",
    "progress",
    "reports",
    "tokens",
    "transfers",
]


class Rule(msgspec.Struct, frozen=True):
    """A pattern no line of `where` may match. but: files that may, each with its reason."""

    why: str
    pattern: str
    where: tuple[str, ...]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    but: dict[str, str]


RULES: Final = {
    "nobody but the edge commits": Rule(
        why="A service called inside another's change must not make half of it permanent (STYLE §7).",
        pattern=r"\b(writing|reading)\(\s*database|\.(write|read)\(\)|\bCOMMIT\b|\.committed\(\)",
        where=(*NOUNS, "kernel"),
        bad=("async with writing(database, clock) as uow:", "async with database.write() as connection:"),
        good=("await uow.update(logins, {'id': login.id})", "text = path.read_text()"),
        but={
            "tokens/sessions.py": "a password is verified between a reading and a writing unit of work: it takes too long for either",
            "tokens/service.py": "last_used_at is noted after the answer, when the request's own unit of work is over",
            "tokens/oauth.py": "a used-up code stays used up although the answer is a refusal",
            "courses/service.py": "the last visit is noted after the answer, when the request's own unit of work is over",
            "people/service.py": "last_request_at is noted after the answer, when the request's own unit of work is over",
        },
    ),
    "no engine checks in nouns": Rule(
        why="Two engines, one meaning: a difference is a question answered in db/ (STYLE §6).",
        pattern=r"\.dialect\b|\bis_sqlite\b|== \"(sqlite|postgresql)\"",
        where=(*NOUNS, "wire", "web", "kernel"),
        bad=('if database.dialect == "sqlite":', "if is_sqlite(url):"),
        good=("sqlite_autoincrement=True,", "from sqlalchemy.dialects import postgresql"),
        but={
            "transfers/exporting.py": "the dialect of a package, not that of an engine",
            "transfers/service.py": "the same",
            "web/portfolio_exports.py": "the same",
            "wire/brightspace/exports.py": "the same",
        },
    ),
    "one clock": Rule(
        why="A unit of work has one moment; tests move the clock (STYLE §10).",
        pattern=r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(|\bfunc\.(now|current_\w+)\(|CURRENT_TIMESTAMP",
        where=(".",),
        bad=("made = datetime.now(UTC)", ".values(at=func.now())"),
        good=("uow.now", "call.started = time.perf_counter()", "clock.now()"),
        but={"kernel/clock.py": "it is the clock"},
    ),
}


def breaches(rule: Rule) -> list[str]:
    found = []
    for folder in rule.where:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            name = path.relative_to(SOURCE).as_posix()
            if name in rule.but or name.startswith("db/migrations/"):
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(rule.pattern, line) and not line.lstrip().startswith("#"):
                    found.append(f"{name}:{number}: {line.strip()}")
    return found


@pytest.mark.parametrize("name", RULES)
def test_it_holds(name: str) -> None:
    assert breaches(RULES[name]) == [], RULES[name].why


@pytest.mark.parametrize("name", RULES)
def test_it_catches_what_it_should_and_nothing_else(name: str) -> None:
    rule = RULES[name]
    assert [line for line in rule.bad if not re.search(rule.pattern, line)] == []
    assert [line for line in rule.good if re.search(rule.pattern, line)] == []


@pytest.mark.parametrize("name", RULES)
def test_its_exceptions_are_still_needed(name: str) -> None:
    rule = RULES[name]
    idle = [file for file in rule.but if not re.search(rule.pattern, (SOURCE / file).read_text())]
    assert idle == []
