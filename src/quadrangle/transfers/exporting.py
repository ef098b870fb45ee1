"""Doing an export. Source: brightspace-eportfolio.md §5.2, §5.3.

This module brings lxml along, which is large: jobs import it when one is to be done.
"""

from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid5

import msgspec

from quadrangle import artifacts
from quadrangle.blobs import Archive, Blob, store_bytes
from quadrangle.db import UnitOfWork
from quadrangle.files import PACKAGE, Arrival, Owner, keep_file, root_of
from quadrangle.jobs import Running
from quadrangle.kernel.digest import random_uuid
from quadrangle.packages import (
    Dialect,
    Head,
    Item,
    Packed,
    PackedFile,
    PackedProblem,
    files_of,
    write_package,
)
from quadrangle.transfers import store
from quadrangle.transfers.choosing import Plan, associated
from quadrangle.transfers.gathering import NAMES, Gathered, Gathering
from quadrangle.transfers.model import (
    ABORTED,
    COMPLETE,
    PROCESSING,
    UNKNOWN_OBJECT,
    WAITS_FOR,
    WITH_ERRORS,
    Transfer,
    TransferOver,
    Trouble,
)
from quadrangle.transfers.service import wish_of
from quadrangle.transfers.store import Person
from quadrangle.transfers.tables import transfers

_TOLD_EVERY: Final = 200  # objects, or
_TOLD_AFTER: Final = 16 * 1024 * 1024  # bytes of files, of how far it has come


class Exporting:
    """One attempt at one export."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._id = int(running.payload["transfer_id"])

    async def run(self) -> None:
        async with self._running.change() as uow:
            await uow.run(store.EXPIRE, before=uow.now - WAITS_FOR, now=uow.now)
        transfer, person, plan, problems = await self._begin()
        gathered = Gathered(self._running.blobs)
        gathered.problems += problems
        try:
            gathering = Gathering(
                self._running.reading,
                self._running.blobs,
                transfer.owner_id,
                plan,
                str(transfer.asks["base_url"]),
            )
            await gathering.gather(gathered)
            if not gathered.objects:
                await self._end(transfer, None, gathered)
                return
            async with self._running.blobs.incoming() as incoming:
                archive = Archive(incoming, transfer.created_at)
                source = _Counted(gathered, self._running, transfer.id)
                await write_package(archive, _head(transfer, person, gathered.problems), source)
                await archive.finish()
                blob = await store_bytes(self._running.database, self._running.clock, self._running.blobs, incoming)
            await self._end(transfer, blob, gathered)
        finally:
            gathered.close()

    async def _begin(self) -> tuple[Transfer, Person, Plan, list[Trouble]]:
        async with self._running.change() as uow:
            transfer = await uow.one(store.TRANSFER, transfer_id=self._id)
            if transfer is None or transfer.over:
                raise TransferOver
            person = await uow.one(store.PERSON, owner_id=transfer.owner_id)
            assert person is not None
            plan, unknown = await _planned(uow, transfer)
            await uow.update(
                transfers,
                {"id": transfer.id, "state": transfer.state},
                state=PROCESSING,
                started_at=uow.now,
                total=len(plan.chosen),
                done=0,
            )
            return transfer, person, plan, unknown

    async def _end(self, transfer: Transfer, blob: Blob | None, gathered: Gathered) -> None:
        async with self._running.last_change() as uow:
            file_id = None
            if blob is not None:
                owner = Owner(PACKAGE, transfer.owner_id)
                arrival = Arrival(
                    owner=owner,
                    folder_id=(await root_of(uow, owner)).id,
                    name=f"{transfer.id}.zip",
                    content_type="application/zip",
                    user_id=transfer.owner_id,
                )
                file_id = (await keep_file(uow, arrival, blob)).id
            state = ABORTED if blob is None else WITH_ERRORS if gathered.problems else COMPLETE
            ended = await uow.run(
                store.END,
                transfer_id=transfer.id,
                to=state,
                count_done=gathered.objects,
                count_failed=len(gathered.problems),
                told=msgspec.to_builtins(gathered.problems),
                reported=None,
                package_id=file_id,
                now=uow.now,
            )
            if not ended:
                raise TransferOver


async def _planned(uow: UnitOfWork, transfer: Transfer) -> tuple[Plan, list[Trouble]]:
    """What goes into the package, and which of the listed ids name nothing."""
    everything = await artifacts.keys_of(uow, transfer.owner_id)
    wish = wish_of(transfer.asks)
    if wish.object_ids is None:
        return Plan(everything, everything), []
    listed = set(wish.object_ids)
    there = {key.id for key in everything}
    unknown = [
        Trouble(UNKNOWN_OBJECT, f"object:{id}", "There is no such object.") for id in wish.object_ids if id not in there
    ]
    chosen = (listed & there) | await associated(uow, transfer.owner_id, everything, listed & there, wish)
    return Plan(everything, [key for key in everything if key.id in chosen]), unknown


class _Counted:
    """What was gathered, with word now and then of how far its packing has come: `quadrangle.packages.Source`.

    An object is done when the text of it is written, one with files when a file of it has been packed.
    """

    def __init__(self, gathered: Gathered, running: Running, transfer_id: int) -> None:
        self._gathered = gathered
        self._running = running
        self._id = transfer_id
        self._passes = self._written = self._with_files = self._files = self._told = self._bytes = 0

    async def items(self) -> AsyncIterator[Packed]:
        self._passes += 1
        async for packed in self._gathered.items():
            yield packed
            if self._passes == 2 and isinstance(packed, Item):  # the first time a writer only looks what there is
                if files_of(packed):
                    self._with_files += 1
                else:
                    self._written += 1
                    await self._tell()

    async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        async for piece in self._gathered.bytes_of(file):
            yield piece
            self._bytes += len(piece)
        self._files += 1
        await self._tell()

    async def _tell(self) -> None:
        done = self._written + min(self._files, self._with_files)
        if done - self._told >= _TOLD_EVERY or self._bytes >= _TOLD_AFTER:
            self._told, self._bytes = done, 0
            async with self._running.change() as uow:
                await uow.update(transfers, {"id": self._id}, done=done)


def _head(transfer: Transfer, person: Person, problems: list[Trouble]) -> Head:
    wish = wish_of(transfer.asks)
    return Head(
        feed_id=random_uuid(),
        display_name=person.short_name,
        person_uid=str(uuid5(NAMES, person.uuid)),
        person_since=person.created_at,
        made_at=transfer.created_at,
        everything=wish.object_ids is None,
        problems=tuple(PackedProblem(one.code, one.ref, one.text) for one in problems),
        dialect=msgspec.convert(wish.dialect, Dialect),
    )
