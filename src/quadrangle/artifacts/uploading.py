"""Files of somebody's that come in pieces before they become artifacts. Source: brightspace-eportfolio.md §6.5."""

from quadrangle import files
from quadrangle.artifacts.access import Standing
from quadrangle.artifacts.model import Item, ItemChange
from quadrangle.artifacts.service import add_upload
from quadrangle.blobs import Blob
from quadrangle.db import UnitOfWork
from quadrangle.files import ADD, MOST_PIECES, USER, Owner, QuotaExceeded, TooManyUploads, Upload, shelf_of
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound


async def begin_upload(
    uow: UnitOfWork, granted: Granted[Standing], filename: str, content_type: str, size: int
) -> Upload:
    """A file of so many bytes is about to come. Raises Invalid where there is no room, or too many others are on their way."""
    owner_id = _owner_of(granted)
    shelf = (await shelf_of(uow, Owner(USER, owner_id), owner_id)).allow(ADD)
    try:
        return await files.begin_upload(uow, shelf, owner_id, filename, content_type, size)
    except (QuotaExceeded, TooManyUploads) as full:
        raise Invalid.field("file", full.says, full.code) from None


async def upload_named(uow: UnitOfWork, granted: Granted[Standing], key: str) -> Upload:
    """One of one's own, or NotFound."""
    return await files.upload_of(uow, _owner_of(granted), key)


async def go_on(uow: UnitOfWork, granted: Granted[Standing], key: str, seen: int, blob: Blob | None) -> Upload:
    """The upload with the bytes that follow the first `seen` ones; without them where another request was faster.

    Raises Invalid where it has come in too many pieces.
    """
    upload = await files.upload_of(uow, _owner_of(granted), key, lock=True)
    if blob is None or upload.received != seen:
        return upload
    if upload.pieces >= MOST_PIECES:
        raise Invalid.field("file", f"comes in too many pieces (maximum is {MOST_PIECES})", "too_many")
    return await files.add_piece(uow, upload, blob)


async def collect_upload(uow: UnitOfWork, granted: Granted[Standing], key: str, blob: Blob, wish: ItemChange) -> Item:
    """A complete upload becomes a file of its owner, and an artifact; `blob` is its pieces joined. NotFound for one that has become one."""
    upload = await files.upload_of(uow, _owner_of(granted), key, lock=True)
    if not upload.complete or upload.size != blob.size:
        raise NotFound
    await files.end_upload(uow, upload)
    return await add_upload(uow, granted, blob, upload.filename, upload.content_type, wish)


def _owner_of(granted: Granted[Standing]) -> int:
    owner_id = granted.subject.viewer_id
    assert owner_id is not None
    return owner_id
