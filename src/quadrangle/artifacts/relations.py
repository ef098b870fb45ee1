"""What connects collected things: who is in which collection, which reflections are about what, what is evidence of an objective.

Both ends belong to one owner, who holds the lock.
"""

from quadrangle.artifacts import store
from quadrangle.artifacts.access import Standing
from quadrangle.artifacts.model import (
    ALL,
    DYNAMIC_COLLECTION,
    ON_OBJECTIVE,
    ON_REFLECTION,
    REFLECTION,
    Item,
    tag_key,
)
from quadrangle.artifacts.service import touch
from quadrangle.artifacts.tables import portfolio_associations, portfolio_members
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound

# --- collections


async def members_of(uow: UnitOfWork, granted: Granted[Standing]) -> list[int]:
    """What a collection consists of, in the order of its addition; what a dynamic one consists of now, by id. One statement."""
    item = granted.subject.item_there
    if item.type != DYNAMIC_COLLECTION:
        return await uow.all(store.MEMBERS, item_id=item.id)
    keys, need = _sought(item)
    return await uow.all(store.TAGGED, owner_id=item.user_id, item_id=item.id, keys=keys, need=need)


async def member_items(uow: UnitOfWork, granted: Granted[Standing]) -> list[Item]:
    """The same, as the things themselves. One statement."""
    item = granted.subject.item_there
    if item.type != DYNAMIC_COLLECTION:
        return await uow.all(store.MEMBER_ITEMS, item_id=item.id)
    keys, need = _sought(item)
    return await uow.all(store.TAGGED_ITEMS, owner_id=item.user_id, item_id=item.id, keys=keys, need=need)


def _sought(item: Item) -> tuple[list[str], int]:
    """The tags a dynamic collection looks for, and how many of them a thing must carry."""
    rule = item.more.rule
    keys = sorted({tag_key(text) for text in rule.tags}) if rule is not None else []
    return keys, len(keys) if rule is not None and rule.mode == ALL else 1


async def collect_item(uow: UnitOfWork, collection: Granted[Standing], item: Granted[Standing]) -> None:
    """Put a thing at the end of a static collection; done twice, it changes nothing.

    Raises Invalid for a dynamic collection, and where the collection would contain itself, be it through others.
    """
    into, what = collection.subject.item_there, item.subject.item_there
    _of_one_owner(into, what)
    _only_static(into)
    if what.id == into.id or await uow.one(store.CONTAINS, item_id=what.id, sought=into.id) is not None:
        raise Invalid.field("item", "would contain itself", "cycle")
    if await uow.one(store.IS_MEMBER, collection_id=into.id, item_id=what.id) is not None:
        return
    last = await uow.one(store.LAST_POSITION, item_id=into.id) or 0
    await uow.add(
        portfolio_members,
        collection_id=into.id,
        item_id=what.id,
        position=last + 1,
        added_at=whole_seconds(uow.now),
    )
    await touch(uow, into.id)


async def take_out(uow: UnitOfWork, collection: Granted[Standing], item: Granted[Standing]) -> None:
    """Take a thing out of a static collection; NotFound where it is not in it."""
    into, what = collection.subject.item_there, item.subject.item_there
    _only_static(into)
    if not await uow.run(store.REMOVE_MEMBER, collection_id=into.id, item_id=what.id):
        raise NotFound
    await touch(uow, into.id)


def _only_static(collection: Item) -> None:
    if collection.type == DYNAMIC_COLLECTION:
        raise Invalid.field("collection", "consists of what carries its tags", "dynamic")


def _of_one_owner(one: Item, other: Item) -> None:
    if one.user_id != other.user_id:
        raise Forbidden


# --- reflections and objectives


async def associated_with(uow: UnitOfWork, granted: Granted[Standing], kinds: list[int]) -> list[Item]:
    """The reflections on a thing (ON_REFLECTION), the objectives it is evidence of (ON_OBJECTIVE), by id; for their owner alone."""
    if not granted.subject.owns:
        return []
    return await uow.all(store.ASSOCIATED_WITH, item_id=granted.subject.item_there.id, kinds=kinds)


async def associate(uow: UnitOfWork, source: Granted[Standing], item: Granted[Standing]) -> None:
    """Make a reflection one on this thing, or a learning objective one that it is evidence of; done twice, it changes nothing."""
    about, what = source.subject.item_there, item.subject.item_there
    _of_one_owner(about, what)
    if about.id == what.id:
        raise Invalid.field("item", "cannot be associated with itself", "itself")
    if await uow.one(store.ASSOCIATION, source_id=about.id, item_id=what.id) is not None:
        return
    await uow.add(
        portfolio_associations,
        source_id=about.id,
        item_id=what.id,
        kind=ON_REFLECTION if about.type == REFLECTION else ON_OBJECTIVE,
        created_at=whole_seconds(uow.now),
    )


async def dissociate(uow: UnitOfWork, source: Granted[Standing], item: Granted[Standing]) -> None:
    """Undo it; where there is nothing to undo, nothing changes."""
    about, what = source.subject.item_there, item.subject.item_there
    await uow.run(store.REMOVE_ASSOCIATION, source_id=about.id, item_id=what.id)
