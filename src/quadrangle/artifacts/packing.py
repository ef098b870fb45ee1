"""What a package needs to know of all that one person has collected: in few statements, whose number grows with the size of a batch alone.

An export reads `keys_of` once (ids and uids, no texts), then `items_among` and `comments_among` for some hundred ids at a time, and
`members_of_all` and `associations_of_all` once: pairs of ids. Nothing here asks for proof: the caller acts for the owner, in a job of theirs.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from quadrangle.artifacts import store
from quadrangle.artifacts.model import ALL, Association, Details, Item, Member, Rule, tag_key
from quadrangle.artifacts.store import Key, Placed
from quadrangle.artifacts.tables import portfolio_comments
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import random_uuid
from quadrangle.portfolios import eportfolio_members, portfolio_objects

# --- reading


async def keys_of(uow: UnitOfWork, owner_id: int) -> list[Key]:
    """All that somebody has, in the order of its making."""
    return await uow.all(store.KEYS_OF, owner_id=owner_id)


async def has_any(uow: UnitOfWork, owner_id: int) -> bool:
    return await uow.one(store.HAS_ANY, owner_id=owner_id) is True


async def owners(uow: UnitOfWork) -> list[int]:
    """Ids of everybody who has something, in their order."""
    return await uow.all(store.OWNERS)


async def keys_among(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Key]:
    """What these ids name, whosever it is and whether it is there or not; ids that were never given are missing."""
    return {key.id: key for key in await uow.all(store.KEYS_AMONG, ids=sorted(ids))} if ids else {}


async def keys_by_uid(uow: UnitOfWork, owner_id: int, uids: Collection[str]) -> dict[str, Key]:
    """Somebody's things by what packages call them, also those that are gone."""
    found = await uow.all(store.KEYS_BY_UID, owner_id=owner_id, uids=sorted(uids)) if uids else []
    return {key.uid: key for key in found}


async def keys_by_origin(uow: UnitOfWork, owner_id: int, origins: Collection[str]) -> dict[str, list[Key]]:
    """Somebody's things that stem from these, the oldest first."""
    by: dict[str, list[Key]] = {}
    for key in await uow.all(store.KEYS_BY_ORIGIN, owner_id=owner_id, origins=sorted(origins)) if origins else []:
        by.setdefault(key.origin or "", []).append(key)
    return by


async def items_among(uow: UnitOfWork, owner_id: int, ids: Collection[int]) -> dict[int, Item]:
    """Those of somebody's things that are there, with their tags and files."""
    return (
        {item.id: item for item in await uow.all(store.ITEMS_AMONG, owner_id=owner_id, ids=sorted(ids))} if ids else {}
    )


async def members_of_all(uow: UnitOfWork, owner_id: int) -> list[Member]:
    """Who is in which static collection of somebody, in order; either end may be gone."""
    return await uow.all(store.MEMBERS_OF_ALL, owner_id=owner_id)


async def associations_of_all(uow: UnitOfWork, owner_id: int) -> list[Association]:
    """Which reflections are on what, which objectives have what for evidence; either end may be gone."""
    return await uow.all(store.ASSOCIATIONS_OF_ALL, owner_id=owner_id)


async def chosen_by(uow: UnitOfWork, owner_id: int, collection_id: int, rule: Rule) -> list[int]:
    """What a dynamic collection consists of now."""
    keys = sorted({tag_key(text) for text in rule.tags})
    need = len(keys) if rule.mode == ALL else 1
    return await uow.all(store.TAGGED, owner_id=owner_id, item_id=collection_id, keys=keys, need=need)


async def placed_on(uow: UnitOfWork, entry_ids: Collection[int]) -> list[Placed]:
    """What belongs to these pages without a block."""
    return await uow.all(store.PLACED_ON, ids=sorted(entry_ids)) if entry_ids else []


# --- writing; the job holds the lock of the owner (`lock_owner`), and has checked what it writes


async def lock_owner(uow: UnitOfWork, owner_id: int) -> None:
    await uow.one(store.LOCK_OWNER, owner_id=owner_id)


async def give_up_uid(uow: UnitOfWork, item_id: int) -> None:
    """A thing that is gone loses its uid to one that comes (portfolio-package.md §7)."""
    await uow.update(portfolio_objects, {"id": item_id}, uid=random_uuid())


async def rewrite(uow: UnitOfWork, item_id: int, **values: Any) -> None:
    """What only the rest of a package could tell of a thing that was just made: addresses in its words, what it is related to."""
    await uow.update(portfolio_objects, {"id": item_id}, **values)


async def put_presentation(
    uow: UnitOfWork,
    eportfolio_id: int,
    *,
    uid: str,
    description: str,
    allow_comments: bool,
    details: Details,
    origin: str | None,
    created_at: datetime,
    modified_at: datetime,
) -> int:
    """What a package says of a presentation beyond its portfolio, which was just made; returns its id as a collected thing."""
    item = await uow.one(store.PRESENTATION_OF, eportfolio_id=eportfolio_id)
    assert item is not None
    await uow.update(
        portfolio_objects,
        {"id": item.id},
        uid=uid,
        description=description,
        allow_comments=allow_comments,
        details=msgspec.to_builtins(details),
        origin=origin,
        created_at=created_at,
        modified_at=modified_at,
    )
    return item.id


async def put_comment(uow: UnitOfWork, item_id: int, *, uid: str, body: str, created_at: datetime) -> None:
    """What somebody whom nobody knows any more said of a thing."""
    await uow.insert(portfolio_comments, uid=uid, item_id=item_id, user_id=None, body=body, created_at=created_at)


async def put_placement(uow: UnitOfWork, entry_id: int, item_id: int, position: int) -> None:
    """What belongs to a page without a block."""
    await uow.add(eportfolio_members, entry_id=entry_id, item_id=item_id, position=position)
