"""A portfolio leaves as a web site: one ZIP that opens from a disk, made by a job. Source: eportfolios.md §4.19 and "Export content".

How a page of the site looks is an edge's affair: whoever wires the jobs brings a maker of sites along.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, Protocol

import msgspec
import structlog

from quadrangle.blobs import Archive, Blob, store_bytes
from quadrangle.db import UnitOfWork
from quadrangle.files import EPORTFOLIO, Arrival, File, Owner, discard_file, files_of, keep_file, open_files, root_of
from quadrangle.jobs import Kind, Running, attempting, enqueue
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Forbidden, NotFound, Unauthenticated
from quadrangle.portfolios import store
from quadrangle.portfolios.access import UPDATE, Standing, allow
from quadrangle.portfolios.addresses import Named
from quadrangle.portfolios.artifacts import theme_of
from quadrangle.portfolios.content import placed_files
from quadrangle.portfolios.model import (
    ERRORED,
    TO_BE_ZIPPED,
    ZIPPED,
    ZIPPING,
    Entry,
    EPortfolio,
    PortfolioSection,
    SiteExport,
)
from quadrangle.portfolios.service import standing_before
from quadrangle.portfolios.spam import Keywords
from quadrangle.portfolios.store import Place
from quadrangle.portfolios.tables import eportfolio_exports

EXPORT_SITE: Final = "export_eportfolio"
ARCHIVE_NAME: Final = "eportfolio.zip"
REUSED_FOR: Final = timedelta(hours=1)
TRIED_AGAIN_AFTER: Final = timedelta(minutes=5)  # a failure is told for as long, however often somebody asks
KEPT_FOR: Final = timedelta(days=1)
SEEN_AGAIN: Final = 0.5  # seconds between two notes of how far it has come
_BATCH: Final = 20  # pages whose texts are held at a time
_PAGE_WEIGHS: Final = 20_000  # bytes of files that take as long as a page, for the progress
_STARTS: Final = 3  # from the beginning, while the author takes pages away
_LONGEST_NAME: Final = 120  # characters of a file's name in the archive
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%#]')

_log = structlog.get_logger("quadrangle.portfolios")


class SitePlan(msgspec.Struct, frozen=True):
    """What a site is made of, but for the texts of its pages. base_url: where links lead that leave the site; now: of its making; theme: how
    it looks."""

    portfolio: EPortfolio
    author: str
    sections: Sequence[PortfolioSection]
    places: Sequence[Place]
    base_url: str
    now: datetime
    theme: str


class LocalFile(msgspec.Struct, frozen=True):
    """A file in the site. path: of its member."""

    file: File
    path: str


class Site(Protocol):
    """Makes the members of one site; pure. A member is a path and its bytes."""

    def named_in(self, entry: Entry) -> Named: ...

    def page(self, entry: Entry, files: Mapping[int, LocalFile]) -> tuple[str, bytes]: ...

    def rest(self, files: Mapping[int, LocalFile]) -> Iterable[tuple[str, bytes]]:
        """What belongs to no page: index, style, logo."""
        ...


SiteMaker = Callable[[SitePlan], Site]


class CannotBeMade(Exception):
    """A site of the portfolio cannot be made; the text says why in plain words."""


class _Stopped(Exception):
    """The export is over, or gone: nothing is left to do."""


class _PagesWent(Exception):
    """The author took a page away that the site leads to."""


# --- asking for one


async def ask_for_site(uow: UnitOfWork, granted: Granted[Standing], base_url: str) -> SiteExport:
    """The site of a portfolio, or that it is being made. What was made is given again for an hour, unless anything in the portfolio changed.

    base_url: of the server, as the caller knows it.
    """
    portfolio = granted.subject.portfolio_there
    last = await uow.one(store.LAST_SITE_EXPORT, eportfolio_id=portfolio.id)
    if last is not None and _still_good(last, portfolio, uow.now):
        return last
    export_id = await uow.insert(
        eportfolio_exports,
        eportfolio_id=portfolio.id,
        user_id=portfolio.user_id,
        workflow_state=TO_BE_ZIPPED,
        percent=0,
        created_at=uow.now,
    )
    await enqueue(uow, EXPORT_SITE, lane=f"eportfolio:{portfolio.id}", export_id=export_id, base_url=base_url)
    return await _reload(uow, export_id)


async def site_of(uow: UnitOfWork, granted: Granted[Standing]) -> SiteExport | None:
    """The site that was asked for last, if it still shows the portfolio or is being made: what `ask_for_site` would give without making one."""
    portfolio = granted.subject.portfolio_there
    last = await uow.one(store.LAST_SITE_EXPORT, eportfolio_id=portfolio.id)
    return last if last is not None and _still_good(last, portfolio, uow.now) else None


def _still_good(last: SiteExport, portfolio: EPortfolio, now: datetime) -> bool:
    """One that is on its way will show whatever it finds; should that have changed by its end, the next one who asks is given another."""
    if not last.over:
        return True
    if last.workflow_state == ERRORED:
        return last.ended_at is not None and last.ended_at > now - TRIED_AGAIN_AFTER
    return last.shows == portfolio.updated_at and last.created_at > now - REUSED_FOR


async def _reload(uow: UnitOfWork, export_id: int) -> SiteExport:
    found = await uow.one(store.SITE_EXPORT, export_id=export_id)
    if found is None:
        raise _Stopped
    return found


# --- making it


def export_sites(make_site: SiteMaker) -> Kind:
    """The kind of job that makes web sites of portfolios."""

    async def run(running: Running) -> None:
        export_id = running.payload["export_id"]
        async with attempting("export", _log, over=_Stopped, cannot=(CannotBeMade,), export=export_id):
            await _Making(running, make_site).run()

    return Kind(EXPORT_SITE, run, given_up=_given_up)


async def _given_up(uow: UnitOfWork, payload: dict[str, Any], why: str) -> None:
    await uow.run(store.FAIL_SITE_EXPORT, export_id=int(payload["export_id"]), why=why, now=uow.now)


class _Making:
    """One attempt at one site."""

    def __init__(self, running: Running, make_site: SiteMaker) -> None:
        self._running = running
        self._make_site = make_site
        self._id = int(running.payload["export_id"])
        self._done = self._expected = 0
        self._noted_at = time.monotonic()

    async def run(self) -> None:
        for _ in range(_STARTS):
            export, plan = await self._begin()
            try:
                blob = await self._zip(plan, export.user_id)
            except _PagesWent:
                continue
            await self._complete(export, blob)
            return
        raise CannotBeMade("The portfolio kept changing while it was exported. Try again in a moment.")

    async def _begin(self) -> tuple[SiteExport, SitePlan]:
        """What there is to show, now."""
        async with self._running.change() as uow:
            export = await _reload(uow, self._id)
            if export.over:
                raise _Stopped
            standing = await _standing_of(uow, export)
            portfolio = standing.portfolio_there
            await uow.update(
                eportfolio_exports,
                {"id": export.id, "workflow_state": export.workflow_state},
                workflow_state=ZIPPING,
                shows=portfolio.updated_at,
            )
            plan = SitePlan(
                portfolio=portfolio,
                author=standing.facts.author,
                sections=await uow.all(store.SECTIONS_OF, eportfolio_id=portfolio.id),
                places=await uow.all(store.PLACES_OF, eportfolio_id=portfolio.id),
                base_url=str(self._running.payload["base_url"]),
                now=uow.now,
                theme=await theme_of(uow, portfolio.id),
            )
            return export, plan

    async def _zip(self, plan: SitePlan, user_id: int) -> Blob:
        site = self._make_site(plan)
        local = await self._files(plan, site, user_id)
        self._done = 0
        self._expected = len(plan.places) * _PAGE_WEIGHS + sum(one.file.size for one in local.values())
        async with self._running.blobs.incoming() as incoming:
            archive = Archive(incoming, plan.now)
            for batch in _batches(plan.places):
                for name, page in await asyncio.to_thread(_pages, site, await self._entries(plan, batch), local):
                    await archive.whole(name, page)
                    await self._advanced(_PAGE_WEIGHS)
            for one in local.values():
                pieces = self._counted(self._running.blobs.stream(one.file.digest or ""))
                await archive.add(one.path, pieces, size=one.file.size)
            for name, data in site.rest(local):
                await archive.whole(name, data)
            await archive.finish()
            return await store_bytes(self._running.database, self._running.clock, self._running.blobs, incoming)

    async def _files(self, plan: SitePlan, site: Site, user_id: int) -> dict[int, LocalFile]:
        """The files that stand on its pages, or are named there, as far as whoever exports may have them; in the order of their pages."""
        owner_id = plan.portfolio.user_id
        wanted: dict[int, None] = {}
        for batch in _batches(plan.places):
            entries = await self._entries(plan, batch)
            named = await asyncio.to_thread(_all_named, site, entries)
            async with self._running.reading() as uow:
                own = await files_of(uow, owner_id, {uuid for one in named for uuid in one.uuids})
            for entry, one in zip(entries, named, strict=True):
                wanted |= dict.fromkeys(placed_files(entry.content))
                wanted |= dict.fromkeys(
                    [*sorted(one.ids), *(own[uuid].id for uuid in sorted(one.uuids) if uuid in own)]
                )
        async with self._running.reading() as uow:
            may = await open_files(uow, list(wanted), user_id)
        there = [may[id] for id in wanted if id in may and may[id].digest is not None]
        return {file.id: LocalFile(file, path_of(number, file.display_name)) for number, file in enumerate(there, 1)}

    async def _entries(self, plan: SitePlan, batch: Collection[Place]) -> list[Entry]:
        ids = [place.id for place in batch]
        async with self._running.reading() as uow:
            found = await uow.all(store.ENTRIES_AMONG, eportfolio_id=plan.portfolio.id, ids=ids)
        known = {entry.id: entry for entry in found}
        if len(known) < len(ids):
            raise _PagesWent
        return [known[id] for id in ids]

    async def _counted(self, pieces: Any) -> Any:
        async for piece in pieces:
            yield piece
            await self._advanced(len(piece))

    async def _advanced(self, weight: int) -> None:
        self._done += weight
        now = time.monotonic()
        if now - self._noted_at < SEEN_AGAIN:
            return
        self._noted_at = now
        percent = min(99, self._done * 100 // max(self._expected, 1))
        async with self._running.change() as uow:
            if not await uow.run(store.ADVANCE_SITE_EXPORT, export_id=self._id, percent=percent):
                raise _Stopped

    async def _complete(self, export: SiteExport, blob: Blob) -> None:
        """The site takes the place of the one before. What its author may no longer export by now, nobody gets."""
        async with self._running.last_change() as uow:
            await _standing_of(uow, export)
            owner = Owner(EPORTFOLIO, export.eportfolio_id)
            arrival = Arrival(
                owner=owner,
                folder_id=(await root_of(uow, owner)).id,
                name=ARCHIVE_NAME,
                content_type="application/zip",
                user_id=export.user_id,
            )
            for earlier in await uow.all(
                store.EARLIER_SITE_EXPORTS, eportfolio_id=export.eportfolio_id, export_id=export.id
            ):
                await _forget(uow, earlier)
            file = await keep_file(uow, arrival, blob)
            moved = await uow.update(
                eportfolio_exports,
                {"id": export.id, "workflow_state": ZIPPING},
                workflow_state=ZIPPED,
                percent=100,
                file_id=file.id,
                ended_at=uow.now,
            )
            if not moved:
                raise _Stopped


async def _standing_of(uow: UnitOfWork, export: SiteExport) -> Standing:
    """Its author before the portfolio, which they may still export. Raises CannotBeMade."""
    try:
        standing = await standing_before(uow, export.eportfolio_id, export.user_id, Keywords())
        allow(standing, UPDATE)
    except (NotFound, Forbidden, Unauthenticated):
        raise CannotBeMade("The portfolio was deleted, or may no longer be exported.") from None
    return standing


def _all_named(site: Site, entries: Iterable[Entry]) -> list[Named]:
    return [site.named_in(entry) for entry in entries]


def _pages(site: Site, entries: Iterable[Entry], files: Mapping[int, LocalFile]) -> list[tuple[str, bytes]]:
    return [site.page(entry, files) for entry in entries]


def _batches(places: Sequence[Place]) -> Iterable[Sequence[Place]]:
    return (places[start : start + _BATCH] for start in range(0, len(places), _BATCH))


def path_of(number: int, name: str) -> str:
    """Where a file lies in the site: its name with a number before it, as every file system takes it."""
    plain = _UNSAFE.sub("_", name).strip(". ") or "file"
    if len(plain) > _LONGEST_NAME:
        suffix = PurePosixPath(plain).suffix[:20]
        plain = plain[: _LONGEST_NAME - len(suffix)] + suffix
    return f"files/{number}_{plain}"


# --- forgetting it


async def _forget_old(running: Running) -> None:
    """Sites are made to be downloaded: what was made a day ago goes, with its bytes."""
    while True:
        async with running.change() as uow:
            old = await uow.all(store.OLD_SITE_EXPORTS, before=uow.now - KEPT_FOR, limit=_BATCH)
            for export in old:
                await _forget(uow, export)
        if len(old) < _BATCH:
            return


async def _forget(uow: UnitOfWork, export: SiteExport) -> None:
    await uow.run(store.REMOVE.at(eportfolio_exports), doomed=export.id)
    if export.file_id is not None:
        await discard_file(uow, export.file_id)


FORGET_SITES: Final = Kind("forget_eportfolio_exports", _forget_old, every=timedelta(hours=1))
