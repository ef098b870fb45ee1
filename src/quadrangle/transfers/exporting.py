"""Doing an export. Source: brightspace-eportfolio.md §5.2, §5.3.

This module brings lxml along, which is large: jobs import it when one is to be done.
"""

from uuid import uuid5

import msgspec

from quadrangle import artifacts
from quadrangle.blobs import Archive, Blob, store_bytes
from quadrangle.files import PACKAGE, Arrival, Owner, keep_file, root_of
from quadrangle.jobs import Running
from quadrangle.kernel.digest import random_uuid
from quadrangle.packages import Dialect, Head, PackedProblem, write_package
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
                await write_package(archive, _head(transfer, person, gathered.problems), gathered)
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
            await uow.update(
                transfers, {"id": transfer.id, "state": transfer.state}, state=PROCESSING, started_at=uow.now
            )
            person = await uow.one(store.PERSON, owner_id=transfer.owner_id)
            assert person is not None
            everything = await artifacts.keys_of(uow, transfer.owner_id)
            wish = wish_of(transfer.asks)
            if wish.object_ids is None:
                return transfer, person, Plan(everything, everything), []
            listed = set(wish.object_ids)
            there = {key.id for key in everything}
            unknown = [
                Trouble(UNKNOWN_OBJECT, f"object:{id}", "There is no such object.")
                for id in wish.object_ids
                if id not in there
            ]
            chosen = (listed & there) | await associated(uow, transfer.owner_id, everything, listed & there, wish)
            return transfer, person, Plan(everything, [key for key in everything if key.id in chosen]), unknown

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
