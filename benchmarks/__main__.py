"""`python -m benchmarks [--quick] [--json] [--engine sqlite|postgresql] [--only PART]`: everything, as tables or JSON."""

import argparse
import asyncio
import contextlib
import itertools
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
from tests.engines import ENGINES, Postgres

from benchmarks import later, load, moving, packages, portfolios, servers, signatures, statements
from benchmarks.campus import BODY, HOT_PAGES, Campus, Size, build
from benchmarks.load import Measured, request
from benchmarks.report import HOT as ONE_PAGE
from benchmarks.report import Result, as_json, as_table
from benchmarks.statements import Asked
from quadrangle.accounts import ROOT_ID

ORDINARY: Final = Size(
    pages=1_000,
    revisions=200,
    accounts=30,
    faculties=5,
    courses=100,
    over=1_000,
    portfolios=500,
    entries=200,
    judged=1_000,
)
GROWTH: Final = 100
_WITHOUT_DATABASE: Final = ("packages", "signatures")
SETTLE: Final = 0.4  # seconds of load before figures count

# One connection's requests, given its number.
Work = Callable[[int], Iterator[bytes]]


class Effort(msgspec.Struct, frozen=True):
    """How long to measure. rounds: of the budget's own request, taken in turns with the bare application; the median ratio counts."""

    seconds: float
    rounds: int
    starts: int
    growth: int


FULL: Final = Effort(seconds=2.5, rounds=5, starts=5, growth=GROWTH)
QUICK: Final = Effort(seconds=0.8, rounds=3, starts=2, growth=10)


def _form(**fields: str) -> bytes:
    return "&".join(f"wiki_page%5B{name}%5D={quote(value)}" for name, value in fields.items()).encode()


def _always(method: str, path: str, token: str = servers.TOKEN, accept: str = "*/*") -> Work:
    wanted = request(method, path, token, accept=accept)
    return lambda _: itertools.repeat(wanted)


def _page(number: int) -> str:
    """Slug of the page one connection writes to: not the first one, whose history is counted on."""
    return f"page-{1 + number % (HOT_PAGES - 1):06}"


def _writes(campus: Campus) -> Work:
    """PUT bodies of 4 KB, each unlike any other, so that each makes a revision."""
    tick = itertools.count()

    def requests(number: int) -> Iterator[bytes]:
        before, after = _form(body=BODY), quote("<p>Saved ")
        for n in tick:
            body = before + f"{after}{n}%3C/p%3E".encode()
            yield request("PUT", f"{campus.course}/pages/{_page(number)}", servers.TOKEN, body)

    return requests


def _reverts(campus: Campus) -> Work:
    """Back to revision 1, back to revision 2, and so on: each makes a revision."""

    def requests(number: int) -> Iterator[bytes]:
        path = f"{campus.course}/pages/{_page(number)}/revisions"
        both = [request("POST", f"{path}/{n}", servers.TOKEN) for n in (1, 2)]
        return itertools.cycle(both)

    return requests


def reads(campus: Campus) -> dict[str, Asked]:
    """Everything that is read, by its name in the table; of account courses both times 50 are found."""
    pages = f"{campus.course}/pages"
    courses = f"/api/v1/accounts/{campus.faculties[0]}/courses?per_page=50"
    narrowed = (
        f"{courses}&search_term=introduction&enrollment_term_id={campus.term_id}"
        "&enrollment_type%5B%5D=student&with_enrollments=true"
    )
    rights = "permissions%5B%5D=become_user&permissions%5B%5D=read_course_list"
    notices = f"/api/v1/accounts/{campus.departments[-1]}/account_notifications"
    return {
        ONE_PAGE: Asked(f"{pages}/page-000000", servers.TOKEN),
        "list 50 of 1,000": Asked(f"{pages}?per_page=50", servers.TOKEN),
        "revisions of 200": Asked(f"{pages}/page-000000/revisions?per_page=50", servers.TOKEN),
        "account courses": Asked(courses, servers.ADMIN_TOKEN),
        "the same, filtered": Asked(narrowed, servers.ADMIN_TOKEN),
        "permission query": Asked(f"/api/v1/accounts/{campus.faculties[-1]}/permissions?{rights}", servers.ADMIN_TOKEN),
        "1,000 announcements": Asked(notices, servers.STUDENT_TOKEN),
        "GET one portfolio": Asked(f"/api/v1/eportfolios/{portfolios.FIRST}", servers.STUDENT_TOKEN),
        "its 20 pages": Asked(f"/api/v1/eportfolios/{portfolios.FIRST}/pages?per_page=20", servers.STUDENT_TOKEN),
        "20 portfolios": Asked("/api/v1/users/self/eportfolios?per_page=20", servers.STUDENT_TOKEN),
        "a visitor's page, 20 blocks": Asked(
            f"/eportfolios/{portfolios.PUBLIC}/home/{portfolios.PUBLIC_PAGE}", servers.STUDENT_TOKEN, accept="text/html"
        ),
        "portfolios to moderate": Asked(f"/api/v1/accounts/{ROOT_ID}/eportfolio_moderation", servers.ADMIN_TOKEN),
    }


def writes(campus: Campus) -> dict[str, Asked]:
    page = f"{campus.course}/pages/{_page(0)}"
    return {
        "PUT a body": Asked(page, servers.TOKEN, "PUT", _form(body=BODY + "<p>Counted</p>")),
        "revert": Asked(f"{page}/revisions/1", servers.TOKEN, "POST"),
    }


def _readings(campus: Campus) -> dict[str, Work]:
    return {name: _always(one.method, one.path, one.token, one.accept) for name, one in reads(campus).items()}


def works(campus: Campus) -> dict[str, Work]:
    return {**_readings(campus), "PUT a body": _writes(campus), "revert": _reverts(campus)}


def _measure(server: servers.Serving, work: Work, connections: int, seconds: float) -> Measured:
    before = server.cpu_seconds()
    measured = load.run("127.0.0.1", server.port, (work(n) for n in range(connections)), seconds, warm_up=SETTLE)
    spent = server.cpu_seconds() - before
    if not measured.all_fine:
        raise RuntimeError(f"not every answer was a success: {measured.statuses}")
    return msgspec.structs.replace(measured, cpu=spent / measured.answered * 1e6)


def measure_engine(engine: str, address: Callable[[str], str], effort: Effort, say: Callable[[str], None]) -> Result:
    say(f"{engine}: filling an ordinary campus")
    campus = build(address("ordinary"), ORDINARY)
    one_page = reads(campus)[ONE_PAGE].path
    result = Result(engine)
    result.statements = statements.count(campus, reads(campus) | writes(campus))
    say(f"{engine}: starting {effort.starts} times")
    starts = []
    for _ in range(effort.starts):
        with servers.quadrangle(campus.url, one_page) as server:
            starts.append(server.started_in)
    result.start_seconds = statistics.median(starts)
    with servers.quadrangle(campus.url, one_page) as server, servers.bare(campus.url, campus.front) as bare:
        result.idle_mb = server.resident()
        work = works(campus)
        say(f"{engine}: GET one page and the bare application in turns")
        nothing = _always("GET", "/")
        with servers.Watching(server) as watching:
            for _ in range(effort.rounds):
                yardstick = _measure(bare, nothing, 32, effort.seconds)
                ours = _measure(server, work[ONE_PAGE], 32, effort.seconds)
                result.rounds.append((yardstick.per_second, ours.per_second))
                result.cpu_rounds.append((yardstick.cpu, ours.cpu))
        result.load_mb = watching.largest
        for connections in (1, 32):
            say(f"{engine}: {connections} connection{'s' if connections > 1 else ''}")
            result.add("bare ASGI", connections, _measure(bare, nothing, connections, effort.seconds))
            for name, one in work.items():
                result.add(name, connections, _measure(server, one, connections, effort.seconds))
        # Nothing is kept for long where somebody writes all the time (docs/decisions/0008).
        reading, writing = work[ONE_PAGE], _writes(campus)
        beside = _measure(server, lambda n: writing(n) if n == 31 else reading(n), 32, effort.seconds)
        result.add("31 × GET one page, 1 × PUT", 32, beside)
        result.after_mb = server.resident()
    say(f"{engine}: filling a campus grown {effort.growth} ×")
    grown = build(address("grown"), ORDINARY.times(effort.growth))
    say(f"{engine}: growth")
    _measure_growth(result, campus, grown, effort)
    return result


def _measure_growth(result: Result, campus: Campus, grown: Campus, effort: Effort) -> None:
    """Each request on both campuses in turns, at one connection; the time of the median request counts."""
    small, large = _readings(campus), _readings(grown)
    with (
        servers.quadrangle(campus.url, reads(campus)[ONE_PAGE].path) as before,
        servers.quadrangle(grown.url, reads(grown)[ONE_PAGE].path) as after,
    ):
        pairs: dict[str, tuple[Work, Work]] = {name: (small[name], large[name]) for name in small}
        pairs["PUT a body"] = (_writes(campus), _writes(grown))
        for name, (one, other) in pairs.items():
            times: list[tuple[float, float]] = []
            for _ in range(3):
                was = _measure(before, one, 1, effort.seconds / 3).p50
                times.append((was, _measure(after, other, 1, effort.seconds / 3).p50))
            result.growth[name] = (min(was for was, _ in times), min(now for _, now in times))


def address_in(folder: Path) -> Callable[[str], str]:
    return lambda name: f"sqlite:///{folder / name}.db"


def address_on(server: Postgres) -> Callable[[str], str]:
    def address(name: str) -> str:
        async def create() -> None:
            import asyncpg

            connection = await asyncpg.connect(server.url())
            await connection.execute(f"CREATE DATABASE {name}")
            await connection.close()

        asyncio.run(create())
        return server.url(name)

    return address


@contextlib.contextmanager
def addresses(engine: str) -> Iterator[Callable[[str], str]]:
    """Addresses of new databases by their names."""
    with tempfile.TemporaryDirectory(prefix="quad-bench-") as folder:
        if engine == "sqlite":
            yield address_in(Path(folder))
            return
        server = Postgres(durable=True)
        try:
            yield address_on(server)
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the time, growth by 10 only")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one; may be repeated")
    parser.add_argument(
        "--only",
        choices=("requests", "later", "moving", *_WITHOUT_DATABASE),
        help="requests, or the jobs and reports that come later, or portfolios on the move, or portfolio packages, or ID-key signatures",
    )
    chosen: Any = parser.parse_args()
    effort = QUICK if chosen.quick else FULL

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    results: list[Result] = []
    laters: list[later.Later] = []
    signed = None
    if chosen.only in (None, "signatures"):
        say("signatures")
        signed = signatures.measure(quick=chosen.quick)
    moved: list[moving.MovingFigures] = []
    packed = None
    if chosen.only in (None, "packages"):
        say("packages")
        packed = packages.measure(quick=chosen.quick)
    for engine in () if chosen.only in _WITHOUT_DATABASE else chosen.engine or ENGINES:
        with addresses(engine) as address:
            if chosen.only in (None, "requests"):
                results.append(measure_engine(engine, address, effort, say))
            if chosen.only in (None, "later"):
                laters.append(later.measure(engine, address, quick=chosen.quick, say=say))
            if chosen.only in (None, "moving"):
                moved.append(moving.measure(engine, address, quick=chosen.quick, say=say))
    if chosen.json:
        sys.stdout.write(as_json(results, laters, moved, packed, signed) + "\n")
        return
    print(f"\nPython {platform.python_version()}, {platform.machine()}; {effort.seconds} s a figure\n")
    print(as_table(results, effort.growth))
    print(later.as_table(laters))
    print(moving.as_table(moved))
    if packed is not None:
        print(packages.as_table(packed))
    if signed is not None:
        print(signatures.as_table(signed))


if __name__ == "__main__":
    main()
