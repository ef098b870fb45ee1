"""One portfolio leaves, or comes in."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
import typer

from quadrangle.blobs import StorageUnavailable
from quadrangle.commands.common import fail, settings_for, show
from quadrangle.commands.moving.at_work import AtWork, at_work, find_named
from quadrangle.commands.moving.outcomes import (
    OUGHT_TO_EXIT,
    STATUSES,
    Problem,
    counted,
    kind_of,
    problems_of,
    why_aborted,
)
from quadrangle.commands.moving.telling import Telling, size
from quadrangle.kernel.errors import Forbidden
from quadrangle.packages import Refused
from quadrangle.people import User
from quadrangle.transfers import ABORTED, EXPORT, IMPORT, Landed, NothingToExport, Transfer

_NAMED: Final = 20  # of copies and failures, to people; programs are told all


class Exported(msgspec.Struct, frozen=True):
    """What `quad export USER` prints. output: where the package is."""

    transfer_id: int
    user_id: int
    name: str
    status: str
    objects: int
    bytes: int | None
    seconds: float
    output: str | None
    problems: list[Problem]


class Thing(msgspec.Struct, frozen=True):
    """fate: create, recognise or copy. id: of what it is here."""

    fate: str
    kind: str
    type: int
    id: int
    name: str


class Imported(msgspec.Struct, frozen=True):
    """What `quad import FILE` prints for programs. things: the first thousand."""

    transfer_id: int
    user_id: int
    name: str
    status: str
    objects: int
    created: int
    recognised: int
    copied: int
    failed: int
    seconds: float
    things: list[Thing]
    problems: list[Problem]
    warnings: list[Problem]


async def _user(campus: AtWork, name: str) -> User:
    async with campus.reading() as uow:
        found = await find_named(uow, name)
    if found is None:
        fail(f"There is no user {name}.")
    return found


# --- out


def export(user: str, to: Path, *, dialect: str, database: str | None, storage: str | None, json: bool) -> None:
    if not to.is_dir() and not to.absolute().parent.is_dir():
        fail(f"There is no folder {to.parent}.")
    line, state = asyncio.run(_export(user, to, dialect, database, storage, quiet=json))
    if json:
        show(line, as_json=True)
    elif line.output is None:
        typer.echo(f"Nothing of {line.name} could be exported.")
    else:
        typer.echo(f"{line.output}: {line.objects:,} objects of {line.name}, {size(line.bytes or 0)}")
    if not json:
        _tell_problems(line.problems)
    raise SystemExit(OUGHT_TO_EXIT[state])


async def _export(
    name: str, to: Path, dialect: str, database: str | None, storage: str | None, *, quiet: bool
) -> tuple[Exported, int]:
    began = time.perf_counter()
    async with at_work(settings_for(database, storage), 1) as campus:
        user = await _user(campus, name)
        try:
            started = await campus.start_export(user.id, dialect)
        except NothingToExport:
            fail(f"{user.short_name} has nothing to export.")
        except Forbidden:
            fail(f"ePortfolios are switched off for {user.short_name}.")
        with Telling(f"Exporting {user.short_name}", "objects", quiet=quiet) as tell:
            transfer = await campus.followed(EXPORT, started, user.id, tell)
        target = _target(to, transfer.name)
        written = await _hand_over(campus, transfer, target)
    line = Exported(
        transfer_id=transfer.id,
        user_id=user.id,
        name=user.short_name,
        status=STATUSES[transfer.state],
        objects=transfer.done,
        bytes=written,
        seconds=round(time.perf_counter() - began, 3),
        output=None if written is None else str(target),
        problems=problems_of(transfer.troubles, errors=True),
    )
    return line, transfer.state


def _target(to: Path, name: str) -> Path:
    return to / name if to.is_dir() else to


async def _hand_over(campus: AtWork, transfer: Transfer, target: Path) -> int | None:
    if transfer.file_id is None:
        return None
    try:
        written = await campus.hand_over(transfer, target)
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror or error}.")
    except StorageUnavailable as error:
        fail(error.says)
    await campus.discard(transfer)
    return written


# --- in


def import_(source: Path, for_: str, *, database: str | None, storage: str | None, json: bool) -> None:
    transfer, user, seconds = asyncio.run(_import(source, for_, database, storage, quiet=json))
    if json:
        show(_for_programs(transfer, user, seconds), as_json=True)
    else:
        _for_people(transfer, user, source)
    raise SystemExit(OUGHT_TO_EXIT[transfer.state])


async def _import(
    source: Path, for_: str, database: str | None, storage: str | None, *, quiet: bool
) -> tuple[Transfer, User, float]:
    began = time.perf_counter()
    async with at_work(settings_for(database, storage), 1) as campus:
        user = await _user(campus, for_)
        try:
            await campus.judged(source)
            with Telling(f"Reading {source.name}", "kB", quiet=quiet) as tell:
                started = await campus.start_import(
                    user.id, source, lambda done, total: tell(done // 1000, None if total is None else total // 1000)
                )
        except Refused as refused:
            fail(f"{source} cannot be imported: {refused.says}")
        except OSError as error:
            fail(f"{source} cannot be read: {error.strerror or error}.")
        except StorageUnavailable as error:
            fail(error.says)
        except Forbidden:
            fail(f"ePortfolios are switched off for {user.short_name}.")
        with Telling(f"Importing for {user.short_name}", "objects", quiet=quiet) as tell:
            transfer = await campus.followed(IMPORT, started, user.id, tell)
    return transfer, user, time.perf_counter() - began


def _for_programs(transfer: Transfer, user: User, seconds: float) -> Imported:
    report = transfer.reported
    return Imported(
        transfer_id=transfer.id,
        user_id=user.id,
        name=user.short_name,
        status=STATUSES[transfer.state],
        objects=transfer.total or 0,
        created=report.created,
        recognised=report.recognised,
        copied=report.copied,
        failed=transfer.failed,
        seconds=round(seconds, 3),
        things=[Thing(one.fate, kind_of(one.type), one.type, one.id, one.name) for one in report.things],
        problems=problems_of(transfer.troubles, errors=True),
        warnings=problems_of(transfer.troubles, errors=False),
    )


def _for_people(transfer: Transfer, user: User, source: Path) -> None:
    if transfer.state == ABORTED:
        typer.echo(f"Nothing of {source.name} came to {user.short_name}: {why_aborted(transfer)}")
    else:
        typer.echo(f"{source.name} ({size(source.stat().st_size)}) has come to {user.short_name}.")
        _tell_what_came(transfer)
    errors = problems_of(transfer.troubles, errors=True)
    if transfer.state != ABORTED and errors:
        typer.echo(f"Failed: {transfer.failed:,} of {transfer.total or 0:,}")
    if transfer.state != ABORTED or len(errors) > 1:
        _tell_problems(errors)
    warnings = Counter(one.code for one in problems_of(transfer.troubles, errors=False))
    if warnings:
        codes = ", ".join(f"{number:,} × {code}" for code, number in warnings.most_common())
        typer.echo(f"Warnings: {codes}")


def _tell_what_came(transfer: Transfer) -> None:
    report = transfer.reported
    by_fate: dict[str, list[Landed]] = {"create": [], "recognise": [], "copy": []}
    for thing in report.things:
        by_fate[thing.fate].append(thing)
    for word, number, things in (
        ("New", report.created, by_fate["create"]),
        ("Here already, and left as it is", report.recognised, by_fate["recognise"]),
        ("As a copy, as it has been changed here since; both stay", report.copied, by_fate["copy"]),
    ):
        if number:
            all_named = number == len(things)
            typer.echo(f"{word}: {number:,}" + (f" ({counted(things)})" if all_named else ""))
    for thing in by_fate["copy"][:_NAMED]:
        typer.echo(f"  {kind_of(thing.type)} {thing.id}  {thing.name}")
    _tell_of_more(len(by_fate["copy"]))


def _tell_problems(problems: list[Problem]) -> None:
    for one in problems[:_NAMED]:
        typer.echo(f"  {one.code}: {one.text}" + (f" ({one.ref})" if one.ref else ""))
    _tell_of_more(len(problems))


def _tell_of_more(number: int) -> None:
    if number > _NAMED:
        typer.echo(f"  and {number - _NAMED:,} more; --json names them")
