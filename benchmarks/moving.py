"""Portfolios on the move, from the wish to the end of the job: beside `zlib` at level 6 over the same bytes, a large one, and a thousand people.

`python -m benchmarks.moving large import|export DATABASE STORAGE PACKAGE` is one process that moves one portfolio.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import update
from tests.crowd import furnish, people

from benchmarks import servers
from benchmarks.packages import BYTES, ITEMS, LARGE, LARGE_FILE, Made, deflate_all, most_mb, now_mb, write_to
from quadrangle.accounts import accounts
from quadrangle.campus import begin
from quadrangle.commands.moving.at_work import AtWork, at_work
from quadrangle.db import Statement, migrate, open_database, writing
from quadrangle.kernel.clock import SystemClock
from quadrangle.kernel.digest import Digester
from quadrangle.settings import Settings, load_settings
from quadrangle.transfers import COMPLETE, EXPORT, IMPORT

BUDGET_OUT: Final = 1.0  # times the plain deflate
BUDGET_IN: Final = 2.0
BUDGET_GROWTH: Final = 96.0  # MB
MANY: Final = 1_000  # people
EACH: Final = 20_000  # bytes of each one's file
_UPLOAD: Final = 2 << 30  # a gigabyte of files is more than an upload may be
_QUOTA: Final = Statement[Any](update(accounts).values(default_user_storage_quota=8 << 30))


class MovingFigures(msgspec.Struct):
    """Seconds, medians, of 100 items with 10 MB; growth in MB of one process for each direction. per_second: people, exported in bulk."""

    engine: str
    deflate: float
    leaving: float
    coming: float
    items: int
    gigabytes: float
    leaving_grew: float
    coming_grew: float
    large_leaving: float
    large_coming: float
    people: int
    per_second: float

    def budgets(self) -> list[tuple[str, str, str, bool]]:
        """Name, figure, budget, kept."""
        out, come = self.leaving / self.deflate, self.coming / self.deflate
        size = f"{self.items:,} items, {self.gigabytes:.1f} GB"
        return [
            (
                f"exporting {ITEMS} items, 10 MB",
                f"{out:.2f} × deflate 6 ({self.deflate:.2f} → {self.leaving:.2f} s)",
                f"≤ {BUDGET_OUT:.0f} ×",
                out <= BUDGET_OUT,
            ),
            ("importing them", f"{come:.2f} × ({self.coming:.2f} s)", f"≤ {BUDGET_IN:.0f} ×", come <= BUDGET_IN),
            (
                f"exporting {size}, memory grows",
                f"{self.leaving_grew:.0f} MB ({self.large_leaving:.1f} s)",
                f"< {BUDGET_GROWTH:.0f} MB",
                self.leaving_grew < BUDGET_GROWTH,
            ),
            (
                "importing it, memory grows",
                f"{self.coming_grew:.0f} MB ({self.large_coming:.1f} s)",
                f"< {BUDGET_GROWTH:.0f} MB",
                self.coming_grew < BUDGET_GROWTH,
            ),
            (f"users/s, {self.people:,} in bulk", f"{self.per_second:.1f}", "", True),
        ]


def _settings(url: str, storage: str) -> Settings:
    return load_settings(
        {"database_url": url, "storage_url": storage, "secret_key": servers.KEY, "package_upload": _UPLOAD},
        environment={},
    )


def _begin(url: str, number: int) -> list[int]:
    """A campus with so many people, none of whom has anything yet; their ids."""
    migrate.upgrade(url)

    async def run() -> None:
        database = open_database(url)
        await database.start()
        async with writing(database, SystemClock()) as uow:
            await begin(
                uow,
                Digester(servers.KEY),
                account_name="Bench",
                admin_email="admin@example.com",
                password_digest="none",
            )
            await uow.run(_QUOTA)
        await database.stop()

    asyncio.run(run())
    return people(url, number)


async def _come(campus: AtWork, user_id: int, package: Path) -> float:
    began = time.perf_counter()
    await campus.judged(package)
    started = await campus.start_import(user_id, package, lambda done, total: None)
    ended = await campus.followed(IMPORT, started, user_id, lambda done, total: None)
    assert ended.state == COMPLETE, ended.problems
    return time.perf_counter() - began


async def _leave(campus: AtWork, user_id: int, target: Path) -> float:
    began = time.perf_counter()
    started = await campus.start_export(user_id, "standard")
    ended = await campus.followed(EXPORT, started, user_id, lambda done, total: None)
    assert ended.state == COMPLETE, ended.problems
    seconds = time.perf_counter() - began
    await campus.hand_over(ended, target)
    await campus.discard(ended)
    return seconds


async def _in_turns(settings: Settings, user_ids: list[int], folder: Path) -> tuple[list[float], ...]:
    """One person after another is given the same portfolio and has it exported, with a deflate of its files in between."""
    source = Made(ITEMS, BYTES // (ITEMS - ITEMS // 5), every=5)
    contents = [source.contents[number % len(source.contents)] for number in range(ITEMS // 5, ITEMS)]
    await write_to(source, folder, folder / "p.zip")
    deflate, coming, leaving = [], [], []
    async with at_work(settings, 1) as campus:
        for user_id in user_ids:
            deflate.append(await asyncio.to_thread(deflate_all, contents))
            coming.append(await _come(campus, user_id, folder / "p.zip"))
            leaving.append(await _leave(campus, user_id, folder / "q.zip"))
    return deflate[1:], coming[1:], leaving[1:]  # the first brings in all code


# --- a large one, a process for each direction


async def _large(direction: str, settings: Settings, package: Path) -> None:
    """A small portfolio first, which brings in all code; then the large one: the most it takes beyond that."""
    small = package.with_name("small.zip")
    async with at_work(settings, 1) as campus:
        if direction == "import":
            await _come(campus, _SMALL, small)
        else:
            await _leave(campus, _SMALL, small)
        before = now_mb()
        moved = _come if direction == "import" else _leave
        seconds = await moved(campus, _BIG, package)
    print(json.dumps([seconds, most_mb() - before]))


_SMALL: Final = 101  # whose is the small one, and the large one: the first people of a campus
_BIG: Final = 102


def _in_a_process(direction: str, url: str, storage: str, package: Path) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.moving", "large", direction, url, storage, str(package)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(one) for one in json.loads(told.stdout)]


def _move_large(url: str, folder: Path, items: int) -> tuple[list[float], list[float]]:
    storage = f"file://{folder / 'large'}"
    assert _begin(url, 2) == [_SMALL, _BIG]
    asyncio.run(write_to(Made(10, LARGE_FILE, every=5), folder, folder / "small.zip"))
    asyncio.run(write_to(Made(items, LARGE_FILE, every=5), folder, folder / "large.zip"))
    came = _in_a_process("import", url, storage, folder / "large.zip")
    return came, _in_a_process("export", url, storage, folder / "large.zip")


# --- a thousand people


def _export_all(url: str, folder: Path, number: int) -> float:
    storage = f"file://{folder / 'crowd'}"
    furnish(url, storage, _begin(url, number), size=EACH)
    command = [sys.executable, "-m", "quadrangle", "export", "--all", "--to", str(folder / "out"), "--json"]
    told = subprocess.run(
        [*command, "--database", url, "--storage", storage], check=True, capture_output=True, text=True, cwd=folder
    )
    summary = json.loads(told.stdout)
    assert summary["complete"] == number, summary["missing"][:3]
    return float(summary["per_second"])


def measure(engine: str, address: Callable[[str], str], *, quick: bool, say: Callable[[str], None]) -> MovingFigures:
    items, number, times = (LARGE // 10, MANY // 10, 3) if quick else (LARGE, MANY, 7)
    with tempfile.TemporaryDirectory(prefix="quad-bench-") as name:
        folder = Path(name)
        say(f"{engine}: moving {ITEMS} items")
        url = address("moving")
        settings = _settings(url, f"file://{folder / 'files'}")
        deflate, coming, leaving = asyncio.run(_in_turns(settings, _begin(url, times + 1), folder))
        say(f"{engine}: moving {items:,} items")
        came, left = _move_large(address("moving_large"), folder, items)
        say(f"{engine}: exporting {number:,} people")
        per_second = _export_all(address("moving_crowd"), folder, number)
    return MovingFigures(
        engine=engine,
        deflate=statistics.median(deflate),
        leaving=statistics.median(leaving),
        coming=statistics.median(coming),
        items=items,
        gigabytes=items * 4 // 5 * LARGE_FILE / 1e9,
        leaving_grew=left[1],
        coming_grew=came[1],
        large_leaving=left[0],
        large_coming=came[0],
        people=number,
        per_second=per_second,
    )


def as_table(found: list[MovingFigures]) -> str:
    lines = []
    for one in found:
        lines += [f"{one.engine}: portfolios on the move", ""]
        for name, figure, budget, kept in one.budgets():
            verdict = "" if not budget else "kept" if kept else "MISSED"
            lines.append(f"  {name:<44}{figure:<38}{budget:<10}{verdict}".rstrip())
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    asyncio.run(_large(sys.argv[2], _settings(sys.argv[3], sys.argv[4]), Path(sys.argv[5])))
