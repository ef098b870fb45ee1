"""What runs after the answer: the job engine, account reports and web sites of portfolios, each beside its budget."""

from collections.abc import Callable
from typing import Final

import msgspec

from benchmarks import jobs, reports, sites
from benchmarks.jobs import JobFigures
from benchmarks.reports import Crowd, Reports
from benchmarks.sites import SiteFigures

CROWDS: Final = {
    "sqlite": Crowd(users=20_000, courses=2_000, enrollments=100_000),
    "postgresql": Crowd(users=200_000, courses=20_000, enrollments=1_000_000),
}
BUDGET_JOBS: Final = {"sqlite": 1_500, "postgresql": 500}  # a second
BUDGET_LATENCY: Final = 50.0  # ms
BUDGET_TIMES: Final = 2.0  # of the plain copy; SQLite has none
BUDGET_GROWTH: Final = 64.0  # MB
BUDGET_READING: Final = 2.0  # times the idle p99
BUDGET_SITE: Final = 1.5  # of a plain deflate
BUDGET_SCORE: Final = 5.0  # ms


class Later(msgspec.Struct):
    engine: str
    jobs: JobFigures
    reports: Reports
    site: SiteFigures

    def budgets(self) -> list[tuple[str, str, str, bool]]:
        """Name, figure, budget, kept. Those of reports hold for the crowds they were given for: a report of a tenth is over in a tenth of the
        time, and what it costs to begin and end one counts ten times as much."""
        full = self.reports.crowd == CROWDS[self.engine]
        one = self.jobs
        least = BUDGET_JOBS[self.engine]
        rows = [
            (
                f"empty jobs/s, workers: {one.workers}",
                f"{one.per_second:,.0f}",
                f"≥ {least:,}",
                one.per_second >= least,
            ),
            (
                "job begins, idle queue, p99",
                f"{one.p99:.1f} ms (p50 {one.p50:.1f})",
                f"< {BUDGET_LATENCY:.0f} ms",
                one.p99 < BUDGET_LATENCY,
            ),
        ]
        for found in self.reports.figures:
            name = found.report.removesuffix("_csv")
            bound = full and self.engine == "postgresql"
            plain = "COPY" if self.engine == "postgresql" else "plain csv"
            rows += [
                (
                    f"{name}, {found.lines:,} lines",
                    f"{found.times:.2f} × {plain} ({found.plain:.2f} → {found.seconds:.2f} s)",
                    f"≤ {BUDGET_TIMES:.0f} ×" if bound else "",
                    not bound or found.times <= BUDGET_TIMES,
                ),
                (
                    f"{name}, memory grows",
                    f"{found.grew:.0f} MB",
                    f"< {BUDGET_GROWTH:.0f} MB",
                    found.grew < BUDGET_GROWTH,
                ),
                (
                    f"{name}, GET page p99 meanwhile",
                    f"{found.busy_p99 / found.idle_p99:.2f} × ({found.idle_p99:.2f} → {found.busy_p99:.2f} ms)",
                    f"≤ {BUDGET_READING:.0f} ×" if full else "",
                    not full or found.busy_p99 <= BUDGET_READING * found.idle_p99,
                ),
            ]
        site = self.site
        rows += [
            (
                f"portfolio as a web site, {site.megabytes:.0f} MB",
                f"{site.times:.2f} × deflate ({site.plain:.2f} → {site.seconds:.2f} s)",
                f"≤ {BUDGET_SITE} ×",
                site.times <= BUDGET_SITE,
            ),
            ("the same, memory grows", f"{site.grew:.0f} MB", f"< {BUDGET_GROWTH:.0f} MB", site.grew < BUDGET_GROWTH),
            (
                "a page of 100,000 characters is scored",
                f"{site.score_ms:.1f} ms",
                f"< {BUDGET_SCORE:.0f} ms",
                site.score_ms < BUDGET_SCORE,
            ),
        ]
        return rows


def measure(engine: str, address: Callable[[str], str], *, quick: bool, say: Callable[[str], None]) -> Later:
    say(f"{engine}: jobs")
    worked = jobs.measure(engine, address("jobs"), number=2_000 if quick else 10_000, singles=50 if quick else 300)
    crowd = CROWDS[engine]
    if quick:
        crowd = Crowd(crowd.users // 10, crowd.courses // 10, crowd.enrollments // 10)
    told = reports.measure(engine, address("reports"), crowd, times=3, say=say)
    return Later(engine, worked, told, sites.measure(engine, address("sites"), times=7, say=say))


def as_table(found: list[Later]) -> str:
    lines = []
    for one in found:
        crowd = one.reports.crowd
        lines += [
            f"{one.engine}: jobs, reports and sites, {crowd.enrollments:,} enrollments, {crowd.users:,} users, {crowd.courses:,} courses",
            "",
        ]
        for name, figure, budget, kept in one.budgets():
            verdict = "" if not budget else "kept" if kept else "MISSED"
            lines.append(f"  {name:<44}{figure:<34}{budget:<10}{verdict}".rstrip())
        lines.append("")
    return "\n".join(lines)
