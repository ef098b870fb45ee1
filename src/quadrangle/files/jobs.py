"""What runs later for files."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from quadrangle.blobs import Blob, store_bytes
from quadrangle.db import UnitOfWork
from quadrangle.files.fetching import Fetched, Network, NotFetched, open_address
from quadrangle.files.model import Owner, QuotaExceeded, type_for
from quadrangle.files.resuming import forget_abandoned
from quadrangle.files.service import (
    FETCH_FILE,
    Arrival,
    folder_in,
    forget_stranded,
    keep_file,
    let_go_of_old_bytes,
    make_sure_of_room,
    old_bytes,
    quota_of,
    remove_bytes,
)
from quadrangle.jobs import Hopeless, Kind, Running
from quadrangle.kernel.errors import NotFound
from quadrangle.progress import cancel_progress, complete_progress, run_progress

_BATCH: Final = 200
_TRIES: Final = 3


async def _clear_away(running: Running) -> None:
    """Give up uploads nobody finished, let go of what was deleted long ago, and remove bytes to which nothing refers."""
    await running.blobs.clear_left_behind(running.clock.now())
    async with running.change() as uow:
        await forget_stranded(uow)
        await forget_abandoned(uow)
        await let_go_of_old_bytes(uow)
    offset = 0
    while True:
        async with running.reading() as uow:
            unused, looked_at = await old_bytes(uow, limit=_BATCH, offset=offset)
        if not looked_at:
            return
        # What could go is gone from the list; what stays is passed over.
        went = 0
        for digest in unused:
            async with running.change() as uow:
                went += await remove_bytes(uow, running.blobs, digest)
        offset += looked_at - went


CLEAR_AWAY: Final = Kind("clear_away_files", _clear_away, every=timedelta(hours=1))


def fetch_files(inside: Sequence[Network]) -> Kind:
    """The kind of job that fetches a file from an address. inside: networks that may be reached beside the public Internet."""

    async def fetch(running: Running) -> None:
        try:
            await _fetch(running, inside)
        except NotFetched as error:
            raise Hopeless(str(error)) from error
        except (QuotaExceeded, NotFound) as error:
            raise Hopeless(error.says) from error
        except OSError as error:
            if running.job.attempt >= _TRIES:
                raise Hopeless(f"The file could not be fetched: {error}.") from error
            raise

    return Kind(FETCH_FILE, fetch, given_up=_not_fetched, tries=_TRIES)


async def _fetch(running: Running, inside: Sequence[Network]) -> None:
    told = running.payload
    owner = Owner(told["owner_kind"], told["owner_id"])
    async with running.change() as uow:
        if not await run_progress(uow, told["progress_id"]):
            return  # it was cancelled
        quota, used = await quota_of(uow, owner)
    fetched = await asyncio.to_thread(open_address, told["url"], inside)
    try:
        async with running.blobs.incoming() as incoming:
            async for piece in _pieces(fetched):
                if incoming.size + len(piece) > quota - used:
                    raise QuotaExceeded
                await incoming.write(piece)
            blob = await store_bytes(running.database, running.clock, running.blobs, incoming)
    finally:
        await asyncio.to_thread(fetched.close)
    await _keep(running, owner, blob, fetched.content_type)


async def _pieces(fetched: Fetched) -> Any:
    pieces = fetched.pieces()
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


async def _keep(running: Running, owner: Owner, blob: Blob, claim: str | None) -> None:
    told = running.payload
    async with running.last_change() as uow:
        await folder_in(uow, owner, told["folder_id"])
        await make_sure_of_room(uow, owner, blob.size)
        arrival = Arrival(
            owner=owner,
            folder_id=told["folder_id"],
            name=told["name"],
            content_type=type_for(told["name"], told["content_type"], claim),
            user_id=told["user_id"],
            on_duplicate=told["on_duplicate"],
        )
        file = await keep_file(uow, arrival, blob)
        done = await complete_progress(uow, told["progress_id"], results={"id": file.id})
        if not done.results:
            raise Hopeless("It was cancelled.")


async def _not_fetched(uow: UnitOfWork, payload: dict[str, Any], why: str) -> None:
    await cancel_progress(uow, payload["progress_id"], message=why)
