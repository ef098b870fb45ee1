"""The table of blobs: what is stored, and how what nobody refers to goes away without taking anything along.

An order holds it together. Who stores bytes notes them (in a transaction of its own), then stores them, then writes the row that
refers to them. Who removes bytes takes the note away, removes them, and commits. So whichever of the two comes second waits for the first.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql

from quadrangle.blobs.incoming import Incoming
from quadrangle.blobs.store import Blobs
from quadrangle.blobs.tables import blobs
from quadrangle.db import Database, Statement, UnitOfWork, writing
from quadrangle.db.schema import UtcTime
from quadrangle.kernel.clock import Clock

UNUSED_FOR: Final = timedelta(hours=1)


class Blob(msgspec.Struct, frozen=True):
    """Bytes. digest: their SHA-256, hexadecimal. size: their number."""

    digest: str
    size: int


_insert = postgresql.insert(blobs).values(
    digest=bindparam("digest"), size=bindparam("size"), touched_at=bindparam("now", type_=UtcTime)
)
# Note bytes that are about to be stored; once more makes the note young again. Index: primary key.
_NOTE = Statement[Any](
    _insert.on_conflict_do_update(index_elements=[blobs.c.digest], set_={"touched_at": _insert.excluded.touched_at})
)
# What was not touched since a moment, the longest first. Index: ix_blobs_touched_at.
_OLD = Statement(
    select(blobs.c.digest)
    .where(blobs.c.touched_at < bindparam("before", type_=UtcTime))
    .order_by(blobs.c.touched_at, blobs.c.digest)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=str,
)
# Take a note away if it is still old. Index: primary key.
_FORGET = Statement[Any](
    delete(blobs).where(
        blobs.c.digest == bindparam("digest_of"), blobs.c.touched_at < bindparam("before", type_=UtcTime)
    )
)


async def store_bytes(database: Database, clock: Clock, store: Blobs, incoming: Incoming) -> Blob:
    """Store all that has come. The row that refers to it is written afterwards, within the hour. Raises StorageUnavailable."""
    blob = Blob(await incoming.finish(), incoming.size)
    await store_all(database, clock, store, [(blob, incoming)])
    return blob


async def store_all(database: Database, clock: Clock, store: Blobs, several: Iterable[tuple[Blob, Incoming]]) -> None:
    """The same for bytes of which all have come: one transaction notes them together."""
    waiting = list(several)
    async with writing(database, clock) as uow:
        for digest, size in sorted({(blob.digest, blob.size) for blob, _ in waiting}):  # locks are taken in one order
            await uow.run(_NOTE, digest=digest, size=size, now=uow.now)
    await store.put((blob.digest, incoming) for blob, incoming in waiting)


async def old_blobs(uow: UnitOfWork, *, limit: int, offset: int = 0) -> list[str]:
    """Digests of blobs that nobody has begun to store within the last hour."""
    return await uow.all(_OLD, before=uow.now - UNUSED_FOR, limit=limit, offset=offset)


async def forget_if_unused(uow: UnitOfWork, store: Blobs, digest: str) -> bool:
    """Remove a blob to which no row refers, which the caller has made sure of in this unit of work; whether it was still old enough.

    The note is locked until the commit: who stores the same bytes waits, and stores them anew.
    """
    if not await uow.run(_FORGET, digest_of=digest, before=uow.now - UNUSED_FOR):
        return False
    await store.remove(digest)
    return True
