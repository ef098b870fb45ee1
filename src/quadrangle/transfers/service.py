"""Asking for exports and imports, and looking at what was asked for. Source: brightspace-eportfolio.md §5.2 to §5.9."""

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from quadrangle import artifacts
from quadrangle.blobs import Blob
from quadrangle.db import UnitOfWork
from quadrangle.files import PACKAGE, Arrival, Owner, discard_file, keep_file, root_of
from quadrangle.jobs import enqueue
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import Clock, zulu
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.portfolios import Standing, presentation_of
from quadrangle.transfers import store
from quadrangle.transfers.model import (
    ABORTED,
    ARRIVAL,
    DIALECTS,
    EXPORT,
    IMPORT,
    QUEUED,
    REUSED_FOR,
    TRIED_AGAIN_AFTER,
    Bounds,
    Contents,
    ExportWish,
    NoTask,
    NothingToExport,
    ObjectsOfOthers,
    Transfer,
)
from quadrangle.transfers.tables import transfers

if TYPE_CHECKING:
    from quadrangle.packages import Limits

EXPORT_PACKAGE: Final = "export_package"
IMPORT_PACKAGE: Final = "import_package"
USUAL: Final = Bounds()
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|;]')
_LONGEST_NAME: Final = 64  # characters of each part of the person's name


async def start_export(
    uow: UnitOfWork,
    granted: Granted[Standing],
    wish: ExportWish,
    *,
    base_url: str,
    zone: str = "UTC",
    bounds: Bounds = USUAL,
) -> int:
    """Queue an export of what somebody owns; its id.

    granted: they stand before themselves, with the tool switched on. zone: of the time in the file's name. Raises NothingToExport,
    ObjectsOfOthers, NoTask. Source: §5.3, §5.4.
    """
    owner_id = granted.subject.facts.user_id
    await _make_sure_there_is_some(uow, owner_id, wish)
    return await _start(uow, owner_id, wish, base_url=base_url, zone=zone, bounds=bounds)


async def start_import(
    uow: UnitOfWork,
    granted: Granted[Standing],
    blob: Blob,
    *,
    creator_id: int,
    name: str,
    base_url: str,
    bounds: Bounds = USUAL,
) -> int:
    """Queue the import of a package for somebody; its id.

    granted: that somebody stands before themselves, with the tool switched on; whether `creator_id` may do this for them is settled. name: of
    the file that was sent. Raises NoTask. Source: §5.7.
    """
    transfer_id = await _receive(
        uow, granted, IMPORT, blob, creator_id=creator_id, name=name, asks={"base_url": base_url}, bounds=bounds
    )
    await _queue_import(uow, granted.subject.facts.user_id, transfer_id)
    return transfer_id


async def _queue_import(uow: UnitOfWork, owner_id: int, transfer_id: int) -> None:
    await enqueue(uow, IMPORT_PACKAGE, lane=f"transfers:{owner_id}", transfer_id=transfer_id)


async def _receive(
    uow: UnitOfWork,
    granted: Granted[Standing],
    kind: str,
    blob: Blob,
    *,
    creator_id: int,
    name: str,
    asks: dict[str, Any],
    bounds: Bounds,
) -> int:
    owner_id = granted.subject.facts.user_id
    await _make_sure_of_a_place(uow, owner_id, bounds)
    owner = Owner(PACKAGE, owner_id)
    arrival = Arrival(
        owner=owner,
        folder_id=(await root_of(uow, owner)).id,
        name=f"import-{random_text(20)}.zip",
        content_type="application/zip",
        user_id=creator_id,
    )
    file = await keep_file(uow, arrival, blob)
    return await uow.insert(
        transfers,
        kind=kind,
        owner_id=owner_id,
        creator_id=creator_id,
        state=QUEUED,
        asks=asks,
        name=name,
        file_id=file.id,
        done=0,
        failed=0,
        problems=[],
        created_at=uow.now,
    )


# --- looking before importing


async def look_into(path: Path, limits: "Limits", clock: Clock) -> Contents:
    """What is in a package that lies at a path. Raises Refused, Aborted."""
    from quadrangle.transfers.looking import look  # lxml is large: not before a package comes

    return await look(path, limits, clock)


async def keep_arrival(
    uow: UnitOfWork,
    granted: Granted[Standing],
    blob: Blob,
    *,
    name: str,
    base_url: str,
    contents: Contents,
    bounds: Bounds = USUAL,
) -> int:
    """Keep a package for its owner to look into, for a day; its id. Another that waited is let go. granted: as for an import. Raises NoTask."""
    owner_id = granted.subject.facts.user_id
    for waiting in await uow.all(store.ARRIVALS_OF, owner_id=owner_id):
        await let_go(uow, waiting)
    asks = {"base_url": base_url, "contents": msgspec.to_builtins(contents)}
    return await _receive(uow, granted, ARRIVAL, blob, creator_id=owner_id, name=name, asks=asks, bounds=bounds)


async def find_arrival(uow: UnitOfWork, granted: Granted[Standing], transfer_id: int) -> Transfer:
    """One's own package that came by `keep_arrival`, waiting or on its way in or over; NotFound."""
    found = await uow.one(store.TRANSFER, transfer_id=transfer_id)
    if found is None or found.kind not in (ARRIVAL, IMPORT) or found.owner_id != granted.subject.facts.user_id:
        raise NotFound
    if found.kind == ARRIVAL and found.over:
        raise NotFound  # it has waited too long, and is about to go
    return found


async def imports_of(uow: UnitOfWork, granted: Granted[Standing], *, limit: int) -> list[Transfer]:
    """What came in for somebody last, or waits to, the latest first."""
    return await uow.all(store.IMPORTS_OF, owner_id=granted.subject.facts.user_id, limit=limit)


async def begin_import(uow: UnitOfWork, granted: Granted[Standing], transfer: Transfer) -> None:
    """Import a package that waited. Once it has begun, or is gone, nothing happens."""
    values = {"id": transfer.id, "kind": ARRIVAL, "state": QUEUED, "owner_id": granted.subject.facts.user_id}
    if await uow.update(transfers, values, kind=IMPORT, created_at=uow.now):
        await _queue_import(uow, transfer.owner_id, transfer.id)


async def drop_arrival(uow: UnitOfWork, granted: Granted[Standing], transfer: Transfer) -> None:
    """Let a package go that waited; NotFound for what is no such thing any more."""
    if not await let_go(uow, transfer):
        raise NotFound


async def let_go(uow: UnitOfWork, transfer: Transfer) -> bool:
    """Forget a package that waits; False if it does not wait any more, and is being imported."""
    forgotten = await uow.run(store.FORGET_ARRIVAL, transfer_id=transfer.id)
    if forgotten and transfer.file_id is not None:
        await discard_file(uow, transfer.file_id)
    return bool(forgotten)


async def _make_sure_of_a_place(uow: UnitOfWork, owner_id: int, bounds: Bounds) -> None:
    waiting = await uow.one(store.WAITING, owner_id=owner_id, most=bounds.of_all)
    if waiting is not None and (waiting.own >= bounds.of_one or waiting.all >= bounds.of_all):
        raise NoTask


async def last_package_of(uow: UnitOfWork, granted: Granted[Standing]) -> Transfer | None:
    """The package of a portfolio that was asked for last, if it still holds what the portfolio does or is being made."""
    portfolio = granted.subject.portfolio_there
    last = await uow.one(store.LAST_OF_PORTFOLIO, eportfolio_id=portfolio.id)
    return last if last is not None and _still_good(last, zulu(portfolio.updated_at), uow.now) else None


async def package_of(
    uow: UnitOfWork, granted: Granted[Standing], base_url: str, *, dialect: str = DIALECTS[0]
) -> Transfer:
    """One portfolio, with the artifacts that stand on its pages, as a package: the last one of this hour, unless anything in the portfolio
    changed; else one that is begun now. Open to its owner also while it counts as spam (portfolio-package.md §5.2). Raises NoTask."""
    portfolio = granted.subject.portfolio_there
    last = await uow.one(store.LAST_OF_PORTFOLIO, eportfolio_id=portfolio.id)
    if last is not None and last.dialect == dialect and _still_good(last, zulu(portfolio.updated_at), uow.now):
        return last
    presentation = await presentation_of(uow, portfolio.id)
    wish = ExportWish(object_ids=(presentation,), associated_items=True, dialect=dialect)
    shows = zulu(portfolio.updated_at)
    made = await _start(uow, portfolio.user_id, wish, base_url=base_url, shows=shows, eportfolio_id=portfolio.id)
    started = await uow.one(store.TRANSFER, transfer_id=made)
    assert started is not None
    return started


def _still_good(last: Transfer, shows: str, now: datetime) -> bool:
    if not last.over:
        return True
    if last.state == ABORTED:
        return last.created_at > now - TRIED_AGAIN_AFTER
    return last.asks.get("shows") == shows and last.created_at > now - REUSED_FOR and last.file_id is not None


async def _start(
    uow: UnitOfWork,
    owner_id: int,
    wish: ExportWish,
    *,
    base_url: str,
    zone: str = "UTC",
    shows: str | None = None,
    eportfolio_id: int | None = None,
    bounds: Bounds = USUAL,
) -> int:
    await _make_sure_of_a_place(uow, owner_id, bounds)
    person = await uow.one(store.PERSON, owner_id=owner_id)
    assert person is not None
    family, _, given = (part.strip() for part in person.sortable_name.partition(","))
    moment = uow.now.astimezone(ZoneInfo(zone))
    transfer_id = await uow.insert(
        transfers,
        kind=EXPORT,
        owner_id=owner_id,
        creator_id=owner_id,
        state=QUEUED,
        eportfolio_id=eportfolio_id,
        asks={"wish": msgspec.to_builtins(wish), "base_url": base_url, "shows": shows},
        name=f"eP_Export_{name_part(given)}_{name_part(family)}_{moment:%Y%m%d%H%M}.zip",
        done=0,
        failed=0,
        problems=[],
        created_at=uow.now,
    )
    await enqueue(uow, EXPORT_PACKAGE, lane=f"transfers:{owner_id}", transfer_id=transfer_id)
    return transfer_id


async def _make_sure_there_is_some(uow: UnitOfWork, owner_id: int, wish: ExportWish) -> None:
    if wish.object_ids is None:
        if not await artifacts.has_any(uow, owner_id):
            raise NothingToExport
        return
    found = [key for key in (await artifacts.keys_among(uow, wish.ids)).values() if key.live]
    if any(key.user_id != owner_id for key in found):
        raise ObjectsOfOthers
    if not found:
        raise NothingToExport


async def find_transfer(uow: UnitOfWork, kind: str, transfer_id: int, viewer_id: int) -> Transfer:
    """A transfer of this kind for its owner alone: NotFound where there is none, Forbidden to everybody else (§5.5, §5.6)."""
    found = await uow.one(store.TRANSFER, transfer_id=transfer_id)
    if found is None or found.kind != kind:
        raise NotFound
    if found.owner_id != viewer_id:
        raise Forbidden
    return found


async def discard_package(uow: UnitOfWork, transfer: Transfer) -> None:
    """A package that is needed no more, or has been kept for long enough, goes with its bytes; what is known of the transfer stays."""
    await uow.update(transfers, {"id": transfer.id}, file_id=None)
    if transfer.file_id is not None:
        await discard_file(uow, transfer.file_id)


def name_part(name: str) -> str:
    """A part of a person's name as it stands in the name of a file (§5.6)."""
    fit = _UNFIT.sub("", unicodedata.normalize("NFC", name))
    return re.sub(r"\s+", "_", fit)[:_LONGEST_NAME].strip("_.") or "Unknown"


def wish_of(asks: dict[str, Any]) -> ExportWish:
    """What was asked for, as it is kept with the transfer."""
    return msgspec.convert(asks["wish"], ExportWish)
