"""Reaching a thing through what it is in, as programs of the Brightspace family do. Source: brightspace-eportfolio.md §6.2, "Context chain"."""

import itertools
from collections.abc import Collection, Sequence

from quadrangle import portfolios
from quadrangle.artifacts import store
from quadrangle.artifacts.access import VIEW, Chain, Standing, may
from quadrangle.artifacts.model import DYNAMIC_COLLECTION, PRESENTATION, WITH_FILE, Item
from quadrangle.artifacts.packing import chosen_by
from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import NotFound
from quadrangle.portfolios import Keywords


async def standing_along(
    uow: UnitOfWork,
    own: Standing,
    ids: Sequence[int],
    words: Keywords,
    *,
    kinds: Collection[int] | None = None,
    lock: bool = False,
) -> Standing:
    """Somebody before the first of several things, each of which is said to be in the next, up to a root. NotFound where one of them is not
    there, also where the first is of another kind than `kinds`.

    kinds, lock: as of `standing_before`. Whether it is so, and what it opens, the table decides; three to five statements.
    """
    there = {item.id: item for item in await uow.all(store.ITEMS_NAMED, ids=sorted(set(ids)))}
    if not there.keys() >= set(ids):
        raise NotFound
    way = [there[id] for id in ids]
    if kinds is not None and way[0].type not in kinds:
        raise NotFound
    shown = await _before(uow, own, way[0], words, lock=lock)
    if len(way) == 1:
        return Standing(own.own, way[0], shown)
    root = Standing(own.own, way[-1], await _before(uow, own, way[-1], words))
    if not may(root, VIEW):  # and so nothing is learnt of what is in it
        return Standing(own.own, way[0], shown, Chain(root, holds=False, shown=False))
    on_page = len(way) == 2 and await _shows(uow, way[-1], way[0])
    holds = on_page or await _holds(uow, way)
    return Standing(own.own, way[0], shown, Chain(root, holds=holds, shown=on_page))


async def _before(
    uow: UnitOfWork, own: Standing, item: Item, words: Keywords, *, lock: bool = False
) -> portfolios.Standing | None:
    if item.eportfolio_id is None:
        return None
    return await portfolios.standing_before(uow, item.eportfolio_id, own.viewer_id, words, lock=lock)


async def _holds(uow: UnitOfWork, way: Sequence[Item]) -> bool:
    """Whether each is in the next indeed: a member, on a page or beside it, a reflection on it, an objective that it is evidence of."""
    if len({item.user_id for item in way}) > 1:
        return False
    tied = {(tie.item_id, tie.within_id) for tie in await uow.all(store.TIES, ids=[item.id for item in way])}
    for item, within in itertools.pairwise(way):
        if (item.id, within.id) not in tied and not await _inside(uow, item, within):
            return False
    return True


async def _inside(uow: UnitOfWork, item: Item, within: Item) -> bool:
    if within.type == DYNAMIC_COLLECTION:
        rule = within.more.rule
        return rule is not None and item.id in await chosen_by(uow, within.user_id, within.id, rule)
    if within.type == PRESENTATION and within.eportfolio_id is not None:
        return await _shows(uow, within, item) or await portfolios.has_beside(uow, within.eportfolio_id, item.id)
    return False


async def _shows(uow: UnitOfWork, presentation: Item, item: Item) -> bool:
    """Whether a page of a presentation shows a thing of the same owner; the number of anybody's can be written on a page."""
    if presentation.eportfolio_id is None or presentation.user_id != item.user_id:
        return False
    file_id = item.file_id if item.type in WITH_FILE else None
    return await portfolios.shows_on_a_page(
        uow, presentation.eportfolio_id, item_id=item.id, file_id=file_id, name=item.name
    )
