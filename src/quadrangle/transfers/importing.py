"""Doing an import. Source: brightspace-eportfolio.md §5.2, §5.10; portfolio-package.md §6, §7.

Bytes are stored first, each file checked as it comes; then one transaction writes everything, so that all of a package has come or nothing,
whatever happens. What was stored for nothing goes as all bytes go to which no row refers.

This module brings lxml along, which is large: jobs import it when one is to be done.
"""

import asyncio
from collections import Counter
from typing import Final

import msgspec

from quadrangle import artifacts
from quadrangle.db import UnitOfWork
from quadrangle.files import discard_file, find_file
from quadrangle.jobs import Running
from quadrangle.packages import Aborted, Item, Limits, Reading, Refused, on_thread, open_container, read
from quadrangle.packages.limits import NOTHING_IMPORTED, Problems
from quadrangle.portfolios import Keywords
from quadrangle.transfers import store
from quadrangle.transfers.aside import Aside
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
from quadrangle.transfers.unpacking import Unpacking

_TOGETHER: Final = 500
_TOLD_EVERY: Final = 200  # items, of how far it has come
UNREADABLE: Final = "package-unreadable"


class _Nothing(Exception):
    """Not one item could be imported: what was written so far is taken back."""


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
                problems = Problems()
                await self._take_out(transfer, reading, problems, aside)
            await self._land(transfer, reading, problems, aside)
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

    async def _take_out(self, transfer: Transfer, reading: Reading, problems: Problems, aside: Aside) -> None:
        """Read everything, store every file, and put aside what can be imported."""
        known = await self._known(transfer.owner_id, reading)
        seen = 0
        async with Unpacking(self._running, reading.container, problems) as unpacking:
            async for packed in on_thread(reading.items(known)):
                kept = await unpacking.take(packed)
                if kept is not None:
                    await aside.put([kept])
                if isinstance(packed, Item):
                    if seen % _TOLD_EVERY == 0:
                        async with self._running.change() as uow:
                            await uow.update(transfers, {"id": transfer.id}, total=reading.objects, done=seen)
                    seen += 1
            await unpacking.store()

    async def _known(self, owner_id: int, reading: Reading) -> set[str]:
        """Of what a package speaks of without having it, what the owner has."""
        missing, found = sorted(reading.missing), set[str]()
        async with self._running.reading() as uow:
            for start in range(0, len(missing), _TOGETHER):
                rows = await artifacts.keys_by_uid(uow, owner_id, missing[start : start + _TOGETHER])
                found |= {uid for uid, row in rows.items() if row.live}
        return found

    # --- rows ---------------------------------------------------------------------------------------------------------

    async def _land(self, transfer: Transfer, reading: Reading, problems: Problems, aside: Aside) -> None:
        try:
            async with self._running.last_change() as uow:
                await artifacts.lock_owner(uow, transfer.owner_id)
                person = await uow.one(store.PERSON, owner_id=transfer.owner_id)
                assert person is not None
                base_url = str(transfer.asks["base_url"])
                landing = Landing(
                    uow, self._running.blobs, transfer.owner_id, person, self._words, base_url, problems.add
                )
                await landing.land(aside, reading.missing)
                if reading.objects and not landing.landed:
                    raise _Nothing
                troubles = _troubles(reading, problems)
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
            await self._abort(transfer, [*_troubles(reading, problems), none], reading.objects)

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


def _troubles(reading: Reading, problems: Problems) -> list[Trouble]:
    """What is wrong with the package itself, then what could not be done with it."""
    return [Trouble(one.code, one.ref, one.text, one.error) for one in (*reading.problems(), *problems.found())]
