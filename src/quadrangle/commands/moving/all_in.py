"""Many packages come in: a CSV file says whose each is."""

import asyncio
import csv
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
import typer

from quadrangle.blobs import StorageUnavailable
from quadrangle.commands.common import fail, settings_for
from quadrangle.commands.moving.at_work import AtWork, at_work, find_named
from quadrangle.commands.moving.ledger import COMPLETE, FAILED, WITH_ERRORS, Begun, Ended, Ledger
from quadrangle.commands.moving.many import (
    Counting,
    Row,
    Summary,
    begun_before,
    open_for,
    said_of,
    several,
    summary_of,
    tell_summary,
)
from quadrangle.commands.moving.outcomes import why_aborted
from quadrangle.commands.moving.telling import Telling
from quadrangle.kernel.errors import Failure, Forbidden, NotFound
from quadrangle.packages import Refused
from quadrangle.transfers import ABORTED, IMPORT, Transfer
from quadrangle.transfers import COMPLETE as TRANSFER_COMPLETE

_NAME: Final = "import"
_COLUMNS: Final = ("file", "user")
_DELIMITERS: Final = ",;\t"


class Arriving(msgspec.Struct, frozen=True):
    """A package and whose it is."""

    file: str
    user_id: int
    user: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.user_id} {self.file}"

    def ended(self, state: str, why: str = "", size: int = 0) -> Ended:
        return Ended(
            key=self.key,
            user_id=self.user_id,
            user=self.user,
            name=self.name,
            state=state,
            file=self.file,
            bytes=size,
            why=why,
        )


def import_(
    map_: Path, folder: Path, *, again: bool, jobs: int, database: str | None, storage: str | None, json: bool
) -> None:
    rows, errors = read_map(map_, folder)
    if errors:
        for one in errors:
            typer.echo(f"{map_}: {one}", err=True)
        fail("Nothing was imported.")
    with Ledger(folder, _NAME, again=again) as ledger:
        summary, broken = asyncio.run(_import(rows, folder, ledger, jobs, database, storage, quiet=json))
    for row in summary.unknown or ():
        typer.echo(f"{map_}: line {row.line}: there is no user {row.user}; {row.file} was passed over.", err=True)
    tell_summary(summary, "imported", json, broken)


# --- the map


def read_map(path: Path, folder: Path) -> tuple[list[Row], list[str]]:
    """What a map says, and what is wrong with it. Columns may stand in any order beside others, divided by commas, semicolons or tabs."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return [], [f"it cannot be read: {error.strerror or error}."]
    except UnicodeDecodeError:
        return [], ["it is not UTF-8."]
    if not folder.is_dir():
        return [], [f"there is no folder {folder}."]
    header = text.partition("\n")[0]
    lines = csv.reader(text.splitlines(keepends=True), delimiter=max(_DELIMITERS, key=header.count))
    try:
        names = [one.strip().casefold() for one in next(lines, [])]
        if any(names.count(one) != 1 for one in _COLUMNS):
            return [], ["line 1: it needs the columns file and user, each once."]
        found = [(lines.line_num, fields) for fields in lines if any(one.strip() for one in fields)]
    except csv.Error as error:
        return [], [f"line {lines.line_num}: {error}."]
    at = {one: names.index(one) for one in _COLUMNS}
    rows, errors, seen = [], [], dict[tuple[str, str], int]()
    for number, fields in found:
        file, user = (fields[at[one]].strip() if at[one] < len(fields) else "" for one in _COLUMNS)
        problem = _problem_with(folder, file, user)
        if problem is None and (file, user) in seen:
            problem = f"says what line {seen[file, user]} says."
        if problem is not None:
            errors.append(f"line {number}: {problem}")
        seen[file, user] = number
        rows.append(Row(number, file, user))
    if not rows:
        errors.append("it names nobody.")
    return rows, errors


def _problem_with(folder: Path, file: str, user: str) -> str | None:
    if not file or not user:
        return "needs a file and a user."
    path = folder / file
    if Path(file).is_absolute() or ".." in Path(file).parts:
        return f"{file} is not in {folder}."
    return None if path.is_file() else f"there is no file {file} in {folder}."


# --- one after another for each person, several people at once


async def _import(
    rows: list[Row],
    folder: Path,
    ledger: Ledger,
    jobs: int,
    database: str | None,
    storage: str | None,
    *,
    quiet: bool,
) -> tuple[Summary, Exception | None]:
    async with at_work(settings_for(database, storage), jobs) as campus:
        await open_for(campus, ledger)
        arriving, unknown = await _whose(campus, rows)
        waiting: dict[int, list[Arriving]] = {}
        for one in arriving.values():
            if not _has_come(folder, ledger.ended.get(one.key)):
                waiting.setdefault(one.user_id, []).append(one)
        with Telling("Importing", "packages", quiet=quiet) as tell:
            counting = Counting(tell, len(arriving), len(arriving) - sum(map(len, waiting.values())))

            async def of_one(packages: list[Arriving]) -> None:
                for package in packages:
                    await ledger.settle(await _one(campus, folder, ledger, package))
                    counting.one_more()

            broken = await several(waiting.values(), jobs, of_one)
        return summary_of(folder, list(arriving), ledger, counting, unknown), broken


async def _whose(campus: AtWork, rows: list[Row]) -> tuple[dict[str, Arriving], list[Row]]:
    """What there is to import, once each, and the lines that name nobody."""
    arriving: dict[str, Arriving] = {}
    unknown = []
    async with campus.reading() as uow:
        people = {name: await find_named(uow, name) for name in dict.fromkeys(row.user for row in rows)}
    for row in rows:
        found = people[row.user]
        if found is None:
            unknown.append(row)
        else:
            one = Arriving(row.file, found.id, row.user, found.short_name)
            arriving.setdefault(one.key, one)
    return arriving, unknown


def _has_come(folder: Path, ended: Ended | None) -> bool:
    """An earlier run imported this package, and it is the same still."""
    return ended is not None and ended.done and (folder / ended.file).stat().st_size == ended.bytes


async def _one(campus: AtWork, folder: Path, ledger: Ledger, package: Arriving) -> Ended:
    path = folder / package.file
    try:
        transfer = await begun_before(campus, IMPORT, ledger.begun.get(package.key), package.user_id)
        if transfer is None or transfer.state == ABORTED:
            await campus.judged(path)
            started = await campus.start_import(package.user_id, path, lambda done, total: None)
            ledger.note(Begun(package.key, started))
        else:
            started = transfer.id
        transfer = await campus.followed(IMPORT, started, package.user_id, lambda done, total: None)
        size = path.stat().st_size
    except Refused as refused:
        return package.ended(FAILED, refused.says)
    except NotFound:
        return package.ended(FAILED, "They are not there any more.")
    except Forbidden:
        return package.ended(FAILED, "ePortfolios are switched off for them.")
    except StorageUnavailable:
        raise  # it is so for everybody
    except Failure as error:
        return package.ended(FAILED, error.says)
    except OSError as error:
        return package.ended(FAILED, f"It cannot be read: {error.strerror or error}.")
    if transfer.state == ABORTED:
        return package.ended(FAILED, why_aborted(transfer))
    return _come(package, transfer, size)


def _come(package: Arriving, transfer: Transfer, size: int) -> Ended:
    complete, report = transfer.state == TRANSFER_COMPLETE, transfer.reported
    ended = package.ended(COMPLETE if complete else WITH_ERRORS, said_of(transfer), size)
    errors = Counter(one.error for one in transfer.troubles)
    return msgspec.structs.replace(
        ended,
        objects=transfer.done,
        created=report.created,
        recognised=report.recognised,
        copied=report.copied,
        warnings=errors[False],
    )
