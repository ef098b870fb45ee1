"""What is exported beside a list: everything one step away from it that its flags ask for. Source: brightspace-eportfolio.md §5.3."""

import re
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from quadrangle import artifacts
from quadrangle.artifacts import Key
from quadrangle.artifacts.model import FORM_ARTIFACT, ON_REFLECTION, PRESENTATION
from quadrangle.db import UnitOfWork
from quadrangle.portfolios import Content, entries_with_texts, placed_files, texts_of
from quadrangle.transfers.model import ExportWish

ITEM: Final = re.compile(r'<div class="ep-item" data-ep-item="([1-9]\d{0,17})">', re.ASCII)


class Plan(msgspec.Struct, frozen=True):
    """everything: all that somebody has; chosen: what goes into the package."""

    everything: Sequence[Key]
    chosen: Sequence[Key]


async def associated(
    uow: UnitOfWork, owner_id: int, everything: Sequence[Key], listed: Collection[int], wish: ExportWish
) -> set[int]:
    """Ids of what the flags of a wish add to what is listed; nothing is followed further, so that circles are harmless."""
    found: set[int] = set()
    if wish.forms:
        found |= {key.id for key in everything if key.type == FORM_ARTIFACT}
    if not (wish.associated_reflections or wish.reflections_associations or wish.associated_items):
        return found
    for one in await artifacts.associations_of_all(uow, owner_id):
        reflects = one.kind == ON_REFLECTION
        if one.item_id in listed and (wish.associated_items or (reflects and wish.associated_reflections)):
            found.add(one.source_id)
        if one.source_id in listed and (wish.associated_items or (reflects and wish.reflections_associations)):
            found.add(one.item_id)
    if wish.associated_items:
        found |= await _inside(uow, owner_id, everything, listed)
    return found


async def _inside(uow: UnitOfWork, owner_id: int, everything: Sequence[Key], listed: Collection[int]) -> set[int]:
    """What is in the collections among them, and on the pages of the presentations."""
    found = {one.item_id for one in await artifacts.members_of_all(uow, owner_id) if one.collection_id in listed}
    rules = [one for one in (await artifacts.items_among(uow, owner_id, listed)).values() if one.more.rule is not None]
    for item in rules:
        assert item.more.rule is not None
        found |= set(await artifacts.chosen_by(uow, owner_id, item.id, item.more.rule))
    for key in everything:
        if key.id in listed and key.type == PRESENTATION and key.eportfolio_id is not None:
            entries = await entries_with_texts(uow, key.eportfolio_id)
            file_ids = {id for entry in entries for id in placed_files(entry.content)}
            found |= {one.id for one in everything if one.file_id in file_ids}
            found |= {id for entry in entries for id in items_in(entry.content)}
            found |= {one.item_id for one in await artifacts.placed_on(uow, [entry.id for entry in entries])}
    return found


def items_in(content: Content) -> list[int]:
    """Ids of the objects that stand on a page as read-only renderings (portfolio-package.md §5.3)."""
    found = [ITEM.match(text) for text in texts_of(content)]
    return [int(one[1]) for one in found if one is not None]
