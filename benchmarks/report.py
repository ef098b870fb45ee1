"""What the benchmarks found, as a table for people and as JSON for programs."""

import statistics
from typing import Any, Final

import msgspec

from benchmarks.later import Later
from benchmarks.load import Measured
from benchmarks.moving import MovingFigures
from benchmarks.packages import PackageFigures
from benchmarks.signatures import SignatureFigures

BUDGET_RATIO: Final = {"sqlite": 0.40, "postgresql": 0.50}
BUDGET_STATEMENTS: Final = 3
BUDGET_IDLE_MB: Final = 90
BUDGET_LOAD_MB: Final = 150
BUDGET_START: Final = 1.0
BUDGET_GROWTH: Final = 1.5
HOT: Final = "GET one page"
# What changes something may ask for more.
WRITES: Final = ("PUT a body", "revert")


class Figure(msgspec.Struct, frozen=True):
    """One row of the table."""

    work: str
    connections: int
    measured: Measured


class Result(msgspec.Struct):
    """All figures of one engine.

    rounds: requests a second of the bare application and of ours, taken in turns; cpu_rounds: microseconds of processor a request of the same,
    which a busy machine hardly changes. growth: milliseconds of the median request on the
    ordinary and on the grown campus. Memory is resident memory of the server process in MB.
    """

    engine: str
    figures: list[Figure] = []
    rounds: list[tuple[float, float]] = []
    cpu_rounds: list[tuple[float, float]] = []
    statements: dict[str, int] = {}
    growth: dict[str, tuple[float, float]] = {}
    start_seconds: float = 0.0
    idle_mb: float = 0.0
    load_mb: float = 0.0
    after_mb: float = 0.0

    def add(self, work: str, connections: int, measured: Measured) -> None:
        self.figures.append(Figure(work, connections, measured))

    @property
    def ratio(self) -> float:
        """Of the budget: the median over the rounds of ours to the bare application."""
        return statistics.median(ours / bare for bare, ours in self.rounds)

    @property
    def cpu_ratio(self) -> float:
        """The same by processor time of the server process alone."""
        return statistics.median(bare / ours for bare, ours in self.cpu_rounds)

    def bare_at(self, connections: int) -> float:
        return next(
            one.measured.per_second
            for one in self.figures
            if one.work == "bare ASGI" and one.connections == connections
        )

    def budgets(self) -> list[tuple[str, str, str, bool]]:
        """Name, figure, budget, kept."""
        least = BUDGET_RATIO[self.engine]
        rows = [
            (f"{HOT} / bare ASGI, 32 connections", f"{self.ratio:.2f}", f"≥ {least:.2f}", self.ratio >= least),
            ("the same by processor time", f"{self.cpu_ratio:.2f}", "", True),
            ("memory, idle", f"{self.idle_mb:.0f} MB", f"< {BUDGET_IDLE_MB} MB", self.idle_mb < BUDGET_IDLE_MB),
            ("memory, that load", f"{self.load_mb:.0f} MB", f"< {BUDGET_LOAD_MB} MB", self.load_mb < BUDGET_LOAD_MB),
            ("memory, after all of this", f"{self.after_mb:.0f} MB", "", True),
            (
                "start to first answer",
                f"{self.start_seconds:.2f} s",
                f"< {BUDGET_START:.0f} s",
                self.start_seconds < BUDGET_START,
            ),
        ]
        for name, count in self.statements.items():
            bound = name not in WRITES
            limit = f"≤ {BUDGET_STATEMENTS}" if bound else ""
            rows.append((f"statements: {name}", str(count), limit, not bound or count <= BUDGET_STATEMENTS))
        for name, (before, after) in self.growth.items():
            times = after / before
            text = f"{times:.2f} × ({before:.2f} → {after:.2f} ms)"
            rows.append((f"growth: {name}", text, f"≤ {BUDGET_GROWTH} ×", times <= BUDGET_GROWTH))
        return rows


def as_json(
    results: list[Result],
    laters: list[Later],
    moved: list[MovingFigures],
    packed: PackageFigures | None,
    signed: SignatureFigures | None,
) -> str:
    def plain(result: Result | Later | MovingFigures | PackageFigures | SignatureFigures) -> dict[str, Any]:
        kept = {name: {"figure": figure, "budget": budget, "kept": ok} for name, figure, budget, ok in result.budgets()}
        return {**msgspec.to_builtins(result), "budgets": kept}

    requests = [plain(one) | {"ratio": one.ratio, "cpu_ratio": one.cpu_ratio} for one in results]
    told = {
        "requests": requests,
        "later": [plain(one) for one in laters],
        "moving": [plain(one) for one in moved],
        "packages": packed and plain(packed),
        "signatures": signed and plain(signed),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def as_table(results: list[Result], growth: int) -> str:
    lines = []
    for result in results:
        lines += [
            f"{result.engine}",
            f"  {'work':<22}{'connections':>12}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'cpu µs':>9}{'of bare':>9}",
        ]
        for one in result.figures:
            measured = one.measured
            ratio = measured.per_second / result.bare_at(one.connections)
            lines.append(
                f"  {one.work:<22}{one.connections:>12}{measured.per_second:>12,.0f}"
                f"{measured.p50:>9.2f}{measured.p99:>9.2f}{measured.cpu:>9.0f}{ratio:>9.2f}"
            )
        rounds = ", ".join(f"{ours:,.0f}/{bare:,.0f}" for bare, ours in result.rounds)
        lines += ["", f"  {HOT} and bare ASGI in turns, 32 connections: {rounds}", f"  growth: {growth} × data", ""]
        for name, figure, budget, kept in result.budgets():
            verdict = "" if not budget else "kept" if kept else "MISSED"
            lines.append(f"  {name:<44}{figure:<28}{budget:<10}{verdict}".rstrip())
        lines.append("")
    return "\n".join(lines)
