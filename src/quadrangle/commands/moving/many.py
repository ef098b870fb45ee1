"""What runs over many people share: several at once, going on where the last run ended, a summary."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import typer

from quadrangle.accounts import ROOT_ID, find_account
from quadrangle.commands.common import fail, show
from quadrangle.commands.moving.at_work import AtWork
from quadrangle.commands.moving.ledger import COMPLETE, NOTHING, WITH_ERRORS, Begun, Ended, Ledger, Opening, Run
from quadrangle.commands.moving.outcomes import problems_of
from quadrangle.commands.moving.telling import Telling, size
from quadrangle.jobs import take_back
from quadrangle.kernel.errors import Failure, Forbidden, NotFound
from quadrangle.kernel.ids import Ref
from quadrangle.transfers import Transfer

T = TypeVar("T")
_NAMED: Final = 50  # of what failed, to people; programs are told all


class Row(msgspec.Struct, frozen=True):
    """One line of a map: whose a package is. line: its number in the file, from 1."""

    line: int
    file: str
    user: str


class Missing(msgspec.Struct, frozen=True):
    """Somebody of whom not everything moved."""

    user: str
    name: str
    file: str
    status: str
    why: str


class Summary(msgspec.Struct, frozen=True):
    """What came of this run and those before it. earlier: done by those. left: not begun, as the run broke off. per_second: packages of
    this run. nothing: whoever had nothing any more when it was their turn. Of imports alone: unknown, created, recognised, copied, warnings."""

    folder: str
    packages: int
    complete: int
    with_errors: int
    nothing: int
    failed: int
    earlier: int
    left: int
    objects: int
    bytes: int
    seconds: float
    per_second: float
    missing: list[Missing]
    unknown: list[Row] | None = None
    created: int | None = None
    recognised: int | None = None
    copied: int | None = None
    warnings: int | None = None


async def open_for(campus: AtWork, ledger: Ledger, dialect: str = "") -> None:
    """Make sure that the folder is about this campus, and take the jobs of dead runs back."""
    async with campus.reading() as uow:
        root = await find_account(uow, Ref("id", str(ROOT_ID)), ROOT_ID)
    if root is None:
        fail("There is no campus in this database: run `quad init`.")
    wanted = Opening(root.uuid, dialect)
    opening = ledger.opening or wanted
    if opening.campus != wanted.campus:
        fail(f"{ledger.path} is of another campus. Choose another folder, or begin anew with --again.")
    if opening.dialect != wanted.dialect:
        fail(f"{ledger.path} is of dialect {opening.dialect}. Choose another folder, or begin anew with --again.")
    async with campus.writing() as uow:
        for worker in ledger.workers:
            await take_back(uow, worker)
    try:
        if ledger.opening is None:
            ledger.note(wanted)
        ledger.note(Run(campus.worker))
    except OSError as error:
        fail(f"{ledger.path} cannot be written: {error.strerror or error}.")


async def begun_before(campus: AtWork, kind: str, begun: Begun | None, owner_id: int) -> Transfer | None:
    """The transfer that a run before this one had begun, while it is known; after a power cut its id may be that of another."""
    if begun is None:
        return None
    try:
        return await campus.find(kind, begun.transfer_id, owner_id)
    except (NotFound, Forbidden):
        return None


async def several(waiting: Iterable[T], number: int, do: Callable[[T], Awaitable[None]]) -> Exception | None:
    """Do it for all, so many at once. What it raises ends the run, once those that have begun are through; it is returned."""
    left, raised = iter(waiting), []

    async def go_on() -> None:
        for one in left:
            try:
                await do(one)
            except Exception as error:
                raised.append(error)
            if raised:
                return

    await asyncio.gather(*(go_on() for _ in range(number)))
    return raised[0] if raised else None


class Counting:
    """How far a run has come, and how fast."""

    def __init__(self, tell: Telling, total: int, earlier: int) -> None:
        self._tell = tell
        self._total = total
        self._done = self.earlier = earlier
        self._began = time.perf_counter()

    def one_more(self) -> None:
        self._done += 1
        self._tell(self._done, self._total, f"{self.per_second:,.1f} a second")

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    @property
    def per_second(self) -> float:
        return (self._done - self.earlier) / max(self.seconds, 0.001)


def said_of(transfer: Transfer) -> str:
    """What is missing of a transfer, in a line."""
    errors = problems_of(transfer.troubles, errors=True)
    more = f", and {len(errors) - 1:,} more problems" if len(errors) > 1 else ""
    return f"{errors[0].code}: {errors[0].text}{more}" if errors else ""


def summary_of(
    folder: Path, keys: Sequence[str], ledger: Ledger, counting: Counting, unknown: list[Row] | None = None
) -> Summary:
    """unknown: of an import, the lines that name nobody."""
    ended = [ledger.ended[key] for key in keys if key in ledger.ended]
    counts = {state: sum(one.state == state for one in ended) for state in (COMPLETE, WITH_ERRORS, NOTHING)}
    came: dict[str, Any] = {}
    if unknown is not None:
        names = ("created", "recognised", "copied", "warnings")
        came = {name: sum(getattr(one, name) for one in ended) for name in names} | {"unknown": unknown}
    return Summary(
        folder=str(folder),
        packages=len(keys),
        complete=counts[COMPLETE],
        with_errors=counts[WITH_ERRORS],
        nothing=counts[NOTHING],
        failed=len(ended) - sum(counts.values()),
        earlier=counting.earlier,
        left=len(keys) - len(ended),
        objects=sum(one.objects for one in ended),
        bytes=sum(one.bytes for one in ended if one.done),
        seconds=round(counting.seconds, 3),
        per_second=round(counting.per_second, 2),
        missing=[_missing(one) for one in ended if one.state not in (COMPLETE, NOTHING)],
        **came,
    )


def _missing(ended: Ended) -> Missing:
    return Missing(ended.user, ended.name, ended.file, ended.state, ended.why)


def tell_summary(summary: Summary, what: str, json: bool, broken: Exception | None) -> None:
    """Print it, and exit: 0 all complete, 3 something is missing, 1 the run broke off. what: exported or imported."""
    if json:
        show(summary, as_json=True)
    else:
        _for_people(summary, what)
    if broken is not None:
        fail(f"The run broke off: {_why(broken)} What is done is noted; the same command goes on.")
    raise SystemExit(3 if summary.missing or summary.unknown or summary.left else 0)


def _why(error: Exception) -> str:
    if isinstance(error, Failure):
        return error.says
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return f"{type(error).__name__}: {error}."


def _for_people(summary: Summary, what: str) -> None:
    earlier = f", {summary.earlier:,} of them earlier" if summary.earlier else ""
    done = summary.complete + summary.with_errors
    typer.echo(f"{done:,} of {summary.packages:,} {what}{earlier}: {summary.objects:,} objects, {size(summary.bytes)}")
    if summary.created is not None:
        typer.echo(
            f"New: {summary.created:,}. Here already: {summary.recognised:,}. As a copy: {summary.copied:,}. "
            f"Warnings: {summary.warnings:,}"
        )
    for word, number in (
        ("With errors", summary.with_errors),
        ("Failed", summary.failed),
        ("Had nothing by then", summary.nothing),
        ("Not begun", summary.left),
    ):
        if number:
            typer.echo(f"{word}: {number:,}")
    for one in summary.missing[:_NAMED]:
        typer.echo(f"  {one.user}  {one.name}  {one.file}  {one.status}: {one.why}".replace("    ", "  "))
    if len(summary.missing) > _NAMED:
        typer.echo(f"  and {len(summary.missing) - _NAMED:,} more; --json names them")
    if summary.earlier < summary.packages:
        typer.echo(f"{summary.seconds:,.1f} s, {summary.per_second:,.1f} a second")
