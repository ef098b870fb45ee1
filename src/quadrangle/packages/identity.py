"""What becomes of an item that may have been here before. Pure. Source: portfolio-package.md §7."""

from collections.abc import Iterable
from enum import Enum

import msgspec


class Kept(msgspec.Struct, frozen=True):
    """An item that the owner has, or had: its id, the key it is known by (uid or foreign key), the key it is a copy of, and the hash of
    its present state."""

    id: int
    key: str
    origin: str | None
    hash: str
    deleted: bool = False


class Fate(Enum):
    """create: under its own key; a deleted item with that uid loses it. recognise: nothing changes. copy: under
    a new uid, with the key as origin."""

    CREATE = "create"
    RECOGNISE = "recognise"
    COPY = "copy"


def fate_of(key: str, digest: str, owned: Iterable[Kept]) -> tuple[Fate, Kept | None]:
    """What importing an item means for its owner, and the item that it was recognised as.

    digest: `content_hash` of the packaged item. owned: at least those of the owner's items whose key or origin is `key`; two with equal hash
    count in the order of their ids, an original before a copy.
    """
    alive = sorted(
        (one for one in owned if not one.deleted and key in (one.key, one.origin)),
        key=lambda one: (one.key != key, one.id),
    )
    for one in alive:
        if one.hash == digest:
            return Fate.RECOGNISE, one
    return (Fate.COPY if alive else Fate.CREATE), None
