"""Doing an import. Source: brightspace-eportfolio.md §5.2, §5.10; portfolio-package.md §6, §7.

Bytes are stored first, each file checked as it comes; then one transaction writes everything, so that all of a package has come or nothing,
whatever happens. What was stored for nothing goes as all bytes go to which no row refers.

This module brings lxml along, which is large: jobs import it when one is to be done.
"""

import asyncio
from collections import Counter
from typing import Final

import msgspec
from msgspec.structs import replace

from quadrangle import artifacts
from quadrangle.blobs import Blob, store_bytes
from quadrangle.db import UnitOfWork
from quadrangle.files import discard_file, find_file
from quadrangle.jobs import Running
from quadrangle.kernel.errors import Invalid
from quadrangle.packages import (
    Aborted,
    Container,
    Damaged,
    EmbeddedFile,
    FileArtifact,
    Item,
    Limits,
    Packed,
    PackedFile,
    Problem,
    Reading,
    Refused,
    on_thread,
    open_container,
    pieces_of,
    read,
)
from quadrangle.packages.limits import ERRORS, MOST_LISTED, NOTHING_IMPORTED
from quadrangle.packages.model import LEArtifact
from quadrangle.portfolios import Keywords
from quadrangle.transfers import store
from quadrangle.transfers.aside import Aside
from quadrangle.transfers.landed import landed, landed_file
from quadrangle.transfers.landing import Landing
from quadrangle.transfers.model import (
    ABORTED,
    COMPLETE,
    MOST_REPORTED,
    PROCESSING,
    WAITS_FOR,
    WITH_ERRORS,
    Report,
    Transfer,
    TransferOver,
    Trouble,
)
from quadrangle.transfers.tables import transfers

_TOGETHER: Final = 500
_TOLD_EVERY: Final = 200  # items, of how far it has come
UNREADABLE: Final = "package-unreadable"


class _Nothing(Exception):
    """Not one item could be imported: what was written so far is taken back."""


class Noted:
    """What went wrong with a package beside what its reading found: of each code so many."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._of_code: Counter[str] = Counter()

    def __call__(self, code: str, ref: str, text: str) -> None:
        problem = Problem(code, ref, text)
        if problem not in self._found and self._of_code[code] < MOST_LISTED:
            self._of_code[code] += 1
            self._found[problem] = None

    def troubles(self, reading: Reading) -> list[Trouble]:
        found = [*reading.problems(), *self._found]
        return [Trouble(one.code, one.ref, one.text, one.code in ERRORS) for one in found]


class Importing:
    """One attempt at one import."""

    def __init__(self, running: Running, limits: Limits, words: Keywords) -> None:
        self._running = running
        self._limits = limits
        self._words = words
        self._id = int(running.payload["transfer_id"])

    async def run(self) -> None:
        async with self._running.change() as uow:
            await uow.run(store.EXPIRE, before=uow.now - WAITS_FOR, now=uow.now)
        transfer, digest = await self._begin()
        aside = Aside()
        try:
            async with self._running.blobs.incoming() as copy:
                async for piece in self._running.blobs.stream(digest):
                    await copy.write(piece)
                await copy.finish()
                assert copy.path is not None
                container = await asyncio.to_thread(open_container, copy.path, self._limits)
                reading = await asyncio.to_thread(read, container, self._running.clock.now())
                noted = Noted()
                await self._take_out(transfer, reading, noted, aside)
            await self._land(transfer, reading, noted, aside)
        except Refused as refused:
            await self._abort(transfer, [Trouble(UNREADABLE, "", str(refused))])
        except Aborted as aborted:
            await self._abort(transfer, [Trouble(aborted.reason, "", aborted.text)])
        finally:
            aside.close()

    async def _begin(self) -> tuple[Transfer, str]:
        async with self._running.change() as uow:
            transfer = await uow.one(store.TRANSFER, transfer_id=self._id)
            if transfer is None or transfer.over or transfer.file_id is None:
                raise TransferOver
            await uow.update(
                transfers, {"id": transfer.id, "state": transfer.state}, state=PROCESSING, started_at=uow.now
            )
            file = await find_file(uow, transfer.file_id)
            if file is None or file.digest is None:
                raise TransferOver
            return transfer, file.digest

    # --- bytes --------------------------------------------------------------------------------------------------------

    async def _take_out(self, transfer: Transfer, reading: Reading, noted: Noted, aside: Aside) -> None:
        """Read everything, store every file, and put aside what can be imported."""
        known = await self._known(transfer.owner_id, reading)
        seen = 0
        async for packed in on_thread(reading.items(known)):
            kept = await self._with_bytes(packed, reading.container, noted)
            if kept is not None:
                await aside.put([kept])
            if isinstance(packed, Item):
                if seen % _TOLD_EVERY == 0:
                    async with self._running.change() as uow:
                        await uow.update(transfers, {"id": transfer.id}, total=reading.objects, done=seen)
                seen += 1

    async def _known(self, owner_id: int, reading: Reading) -> set[str]:
        """Of what a package speaks of without having it, what the owner has."""
        missing, found = sorted(reading.missing), set[str]()
        async with self._running.reading() as uow:
            for start in range(0, len(missing), _TOGETHER):
                rows = await artifacts.keys_by_uid(uow, owner_id, missing[start : start + _TOGETHER])
                found |= {uid for uid, row in rows.items() if row.live}
        return found

    async def _with_bytes(self, packed: Packed, container: Container, noted: Noted) -> Packed | None:
        """A thing as it can be stored, its files stored already; None where it fails."""
        if isinstance(packed, EmbeddedFile):
            return await self._embedded(packed, container, noted)
        try:
            item = landed(packed, lambda code, text: noted(code, packed.key, text))
        except Invalid as invalid:
            noted("invalid-item", packed.key, f"It cannot be stored: {_why(invalid)}.")
            return None
        if isinstance(item, FileArtifact):
            if item.file is None:
                noted("attachment-missing", item.key, "Its file was not packed.")
                return None
            file = await self._stored(item.key, item.file, container, noted)
            return None if file is None else replace(item, file=file)
        if isinstance(item, LEArtifact):
            file = None if item.file is None else await self._stored(item.key, item.file, container, noted)
            more = [await self._embedded(one, container, noted) for one in item.more_files]
            return replace(item, file=file, more_files=tuple(one for one in more if one is not None))
        return item

    async def _embedded(self, packed: EmbeddedFile, container: Container, noted: Noted) -> EmbeddedFile | None:
        embedded = landed_file(packed)
        if embedded.file is None:
            return None
        file = await self._stored(packed.key, embedded.file, container, noted)
        return None if file is None else replace(embedded, file=file)

    async def _stored(self, key: str, file: PackedFile, container: Container, noted: Noted) -> PackedFile | None:
        """The file with what its bytes truly are."""
        running = self._running
        async with running.blobs.incoming() as incoming:
            try:
                async for piece in pieces_of(container, file):
                    await incoming.write(piece)
            except Damaged as damaged:
                noted("attachment-damaged", key, f"{damaged}.")
                return None
            blob: Blob = await store_bytes(running.database, running.clock, running.blobs, incoming)
        return replace(file, sha256=blob.digest, size=blob.size)

    # --- rows ---------------------------------------------------------------------------------------------------------

    async def _land(self, transfer: Transfer, reading: Reading, noted: Noted, aside: Aside) -> None:
        try:
            async with self._running.last_change() as uow:
                await artifacts.lock_owner(uow, transfer.owner_id)
                person = await uow.one(store.PERSON, owner_id=transfer.owner_id)
                assert person is not None
                base_url = str(transfer.asks["base_url"])
                landing = Landing(uow, self._running.blobs, transfer.owner_id, person, self._words, base_url, noted)
                await landing.land(aside, reading.missing)
                if reading.objects and not landing.landed:
                    raise _Nothing
                troubles = noted.troubles(reading)
                fates = Counter(one.fate for one in landing.landed)
                report = Report(
                    created=fates["create"],
                    recognised=fates["recognise"],
                    copied=fates["copy"],
                    things=landing.landed[:MOST_REPORTED],
                )
                state = WITH_ERRORS if any(one.error for one in troubles) else COMPLETE
                await self._end(uow, transfer, state, troubles, reading.objects, report)
        except _Nothing:
            none = Trouble(NOTHING_IMPORTED, "", "None of the items can be imported.")
            await self._abort(transfer, [*noted.troubles(reading), none], reading.objects)

    async def _abort(self, transfer: Transfer, troubles: list[Trouble], objects: int = 0) -> None:
        async with self._running.last_change() as uow:
            await self._end(uow, transfer, ABORTED, troubles, objects, Report())

    async def _end(
        self,
        uow: UnitOfWork,
        transfer: Transfer,
        state: int,
        troubles: list[Trouble],
        objects: int,
        report: Report,
    ) -> None:
        done = report.created + report.recognised + report.copied
        await uow.update(transfers, {"id": transfer.id}, total=objects)
        ended = await uow.run(
            store.END,
            transfer_id=transfer.id,
            to=state,
            count_done=done,
            count_failed=max(objects - done, 0),
            told=msgspec.to_builtins(troubles),
            reported=msgspec.to_builtins(report),
            package_id=None,
            now=uow.now,
        )
        if not ended:
            raise TransferOver
        if transfer.file_id is not None:
            await discard_file(uow, transfer.file_id)


def _why(invalid: Invalid) -> str:
    return "; ".join(f"{one.attribute} {one.message}" for one in invalid.errors)
