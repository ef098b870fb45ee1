"""Everybody's portfolios leave, a package each, into one folder."""

import asyncio
import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from quadrangle.artifacts import owners
from quadrangle.blobs import StorageUnavailable
from quadrangle.commands.common import fail, settings_for
from quadrangle.commands.moving.at_work import AtWork, at_work, half_of, name_for, settle_folder
from quadrangle.commands.moving.ledger import COMPLETE, FAILED, NOTHING, WITH_ERRORS, Begun, Ended, Ledger
from quadrangle.commands.moving.many import (
    Counting,
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
from quadrangle.people import Person, people_by_id
from quadrangle.transfers import ABORTED, EXPORT, NothingToExport, Transfer, name_part
from quadrangle.transfers import COMPLETE as TRANSFER_COMPLETE

MAP: Final = "users.csv"
_NAME: Final = "export"
_TOGETHER: Final = 500


class Owner(msgspec.Struct, frozen=True):
    """Somebody to export. user: as `quad import` finds them."""

    id: int
    user: str
    name: str

    @property
    def key(self) -> str:
        return str(self.id)

    @property
    def file(self) -> str:
        return f"{self.id}-{name_part(self.name)}.zip"

    def ended(self, state: str, why: str = "") -> Ended:
        return Ended(key=self.key, user_id=self.id, user=self.user, name=self.name, state=state, why=why)


def export(
    folder: Path, dialect: str, *, again: bool, jobs: int, database: str | None, storage: str | None, json: bool
) -> None:
    _make_sure_of(folder)
    with Ledger(folder, _NAME, again=again) as ledger:
        for half in folder.glob(half_of(Path("*.zip")).name):
            half.unlink()  # of a run that was killed
        summary, broken = asyncio.run(_export(folder, ledger, dialect, jobs, database, storage, quiet=json))
    tell_summary(summary, "exported", json, broken)


def _make_sure_of(folder: Path) -> None:
    """A folder that is empty, or in which exports have been made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    except OSError as error:
        fail(f"{folder} is no folder to write to: {error.strerror or error}.")
    if names and f"{_NAME}.jsonl" not in names:
        fail(f"{folder} is not empty, and nothing has been exported into it so far. Choose another folder.")


async def _export(
    folder: Path, ledger: Ledger, dialect: str, jobs: int, database: str | None, storage: str | None, *, quiet: bool
) -> tuple[Summary, Exception | None]:
    # Nothing is written that a power cut may not take: whose transfer is gone then is begun anew. Waiting for the disk at each of its commits
    # took two thirds of the time.
    settings = settings_for(database, storage, sqlite_synchronous="normal")
    async with at_work(settings, jobs) as campus:
        await open_for(campus, ledger, dialect)
        everybody = await _everybody(campus)
        if not everybody:
            fail("Nobody has anything to export.")
        waiting = [one for one in everybody if not _is_there(folder, ledger.ended.get(one.key))]
        with Telling("Exporting", "users", quiet=quiet) as tell:
            counting = Counting(tell, len(everybody), len(everybody) - len(waiting))

            async def one(owner: Owner) -> None:
                await ledger.settle(await _one(campus, folder, ledger, owner, dialect))
                counting.one_more()

            broken = await several(waiting, jobs, one)
        keys = [one.key for one in everybody]
        if broken is None:
            broken = _write_map(folder, [ledger.ended[key] for key in keys])
        return summary_of(folder, keys, ledger, counting), broken


async def _everybody(campus: AtWork) -> list[Owner]:
    async with campus.reading() as uow:
        ids = await owners(uow)
        people: dict[int, Person] = {}
        for start in range(0, len(ids), _TOGETHER):
            people |= await people_by_id(uow, set(ids[start : start + _TOGETHER]))
    return [Owner(one.id, name_for(one, one.unique_id), one.short_name) for one in (people[id] for id in ids)]


def _is_there(folder: Path, ended: Ended | None) -> bool:
    """An earlier run put this package there, and it still is."""
    if ended is None or not ended.done:
        return False
    try:
        return (folder / ended.file).stat().st_size == ended.bytes
    except OSError:
        return False


async def _one(campus: AtWork, folder: Path, ledger: Ledger, owner: Owner, dialect: str) -> Ended:
    """Raises OSError when the folder cannot be written, StorageUnavailable: that is so for everybody."""
    try:
        transfer = await begun_before(campus, EXPORT, ledger.begun.get(owner.key), owner.id)
        if transfer is None or (transfer.over and transfer.file_id is None):
            started = await campus.start_export(owner.id, dialect)
            ledger.note(Begun(owner.key, started))
        else:
            started = transfer.id
        transfer = await campus.followed(EXPORT, started, owner.id, lambda done, total: None)
        if transfer.state == ABORTED and not transfer.troubles:
            return owner.ended(NOTHING, why_aborted(transfer))
        if transfer.file_id is None:
            return owner.ended(FAILED, why_aborted(transfer))
        written = await campus.hand_over(transfer, folder / owner.file)
        await campus.discard(transfer)
    except (NotFound, NothingToExport):
        return owner.ended(NOTHING, "Nothing of theirs was there any more.")
    except Forbidden:
        return owner.ended(FAILED, "ePortfolios are switched off for them.")
    except StorageUnavailable:
        raise
    except Failure as error:
        return owner.ended(FAILED, error.says)
    return _whole(owner, transfer, written)


def _whole(owner: Owner, transfer: Transfer, written: int) -> Ended:
    complete = transfer.state == TRANSFER_COMPLETE
    ended = owner.ended(COMPLETE if complete else WITH_ERRORS, said_of(transfer))
    return msgspec.structs.replace(ended, file=owner.file, bytes=written, objects=transfer.done)


def _write_map(folder: Path, ended: Iterable[Ended]) -> Exception | None:
    """Whose each package is, as `quad import --map` reads it; what went wrong."""
    target = folder / MAP
    half = half_of(target)
    try:
        with half.open("w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(("file", "user", "name"))
            rows.writerows((one.file, one.user, one.name) for one in ended if one.done)
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
        settle_folder(folder)
    except OSError as error:
        return error
    return None
