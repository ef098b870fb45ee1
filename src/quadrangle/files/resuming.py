"""Uploads that come in pieces, and go on after a break. Source: brightspace-eportfolio.md §6.5.

Each piece is stored as bytes of its own, with a row, so that whichever process is asked next goes on; they are joined when the upload becomes a
file. An upload is its sender's alone; a row is locked, or moved from the state that was seen, before anything about it changes.
"""

from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import Final

import msgspec

from quadrangle.blobs import Blob, Blobs
from quadrangle.db import UnitOfWork
from quadrangle.files import store
from quadrangle.files.access import Shelf
from quadrangle.files.model import USER, Piece, QuotaExceeded, TooManyUploads, Upload
from quadrangle.files.service import quota_of
from quadrangle.files.tables import upload_pieces, uploads
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.errors import NotFound

ABANDONED_AFTER: Final = timedelta(days=1)  # since the last piece
MOST_OPEN: Final = 100  # uploads of one person
MOST_PIECES: Final = 10_000  # of one upload


async def begin_upload(
    uow: UnitOfWork, granted: Granted[Shelf], user_id: int, filename: str, content_type: str, size: int
) -> Upload:
    """An upload of which nothing has come yet. What others are to have when they are complete counts as if it were there.

    Raises QuotaExceeded, TooManyUploads. The caller holds a lock of the sender.
    """
    owner = granted.subject.owner
    assert owner.kind == USER
    assert owner.id == user_id
    open_, due = 0, 0
    for one in await uow.all(store.UPLOADS_OF, user_id=user_id, since=uow.now - ABANDONED_AFTER):
        open_, due = open_ + 1, due + one.size
    if open_ >= MOST_OPEN:
        raise TooManyUploads
    quota, used = await quota_of(uow, owner)
    if used + due + size > quota:
        raise QuotaExceeded
    upload = Upload(random_uuid(), user_id, filename, content_type, size, 0, 0, uow.now)
    await uow.add(uploads, **msgspec.structs.asdict(upload))
    return upload


async def upload_of(uow: UnitOfWork, user_id: int, key: str, *, lock: bool = False) -> Upload:
    """One of somebody's own uploads that goes on, or NotFound. lock: it is about to change."""
    which = store.LOCK_UPLOAD if lock else store.UPLOAD
    found = await uow.one(which, key=key, user_id=user_id, since=uow.now - ABANDONED_AFTER)
    if found is None:
        raise NotFound
    return found


async def add_piece(uow: UnitOfWork, upload: Upload, blob: Blob) -> Upload:
    """Bytes that follow those that have come; `upload` is locked."""
    grown = msgspec.structs.replace(
        upload, received=upload.received + blob.size, pieces=upload.pieces + 1, touched_at=uow.now
    )
    await uow.update(
        uploads, {"key": upload.key}, received=grown.received, pieces=grown.pieces, touched_at=grown.touched_at
    )
    await uow.add(upload_pieces, upload_key=upload.key, start=upload.received, size=blob.size, digest=blob.digest)
    return grown


async def pieces_of(uow: UnitOfWork, upload: Upload) -> list[Piece]:
    """What has come, in its order."""
    return await uow.all(store.PIECES_OF, key=upload.key)


async def joined(blobs: Blobs, pieces: Collection[Piece]) -> AsyncIterator[bytes]:
    """The bytes of pieces, one after the other. Raises StorageUnavailable."""
    for piece in pieces:
        async for data in blobs.stream(piece.digest):
            yield data


async def end_upload(uow: UnitOfWork, upload: Upload) -> None:
    """It has become a file, or is given up; `upload` is locked. Bytes of pieces go when nothing refers to them."""
    await _forget(uow, [upload.key])


async def forget_abandoned(uow: UnitOfWork) -> int:
    """Give up uploads of which nothing more has come for a day; how many."""
    keys = await uow.all(store.LOCK_ABANDONED, before=uow.now - ABANDONED_AFTER)
    await _forget(uow, keys)
    return len(keys)


async def _forget(uow: UnitOfWork, keys: list[str]) -> None:
    await uow.run(store.REMOVE_PIECES, keys=keys)
    await uow.run(store.REMOVE_UPLOADS, keys=keys)
