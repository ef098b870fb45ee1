"""Finding what a visitor sees: an entry with all that surrounds it, in one statement, however it is asked for.

What is found here is shown only to whoever may READ it; where it stands decides that (`Standing.inside`).
"""

from typing import Any

from quadrangle.db import UnitOfWork
from quadrangle.portfolios import store
from quadrangle.portfolios.access import READ, Standing, may, reads_all
from quadrangle.portfolios.authoring import places_of, sections_of
from quadrangle.portfolios.model import Outline, OutlinedEntry, OutlinedSection, VisitedEntry, outline_of


async def visited_entry(uow: UnitOfWork, portfolio_id: int, entry_id: int) -> VisitedEntry | None:
    return await _visited(uow, portfolio_id, "id", entry_id=entry_id)


async def visited_at(uow: UnitOfWork, portfolio_id: int, section_slug: str, slug: str) -> VisitedEntry | None:
    """What stands at an address."""
    return await _visited(uow, portfolio_id, "slugs", section_slug=section_slug, slug=slug)


async def visited_first(uow: UnitOfWork, portfolio_id: int, section_id: int) -> VisitedEntry | None:
    """The first entry of a section."""
    return await _visited(uow, portfolio_id, "section", section_id=section_id)


async def front_entry(uow: UnitOfWork, standing: Standing) -> VisitedEntry | None:
    """What a portfolio opens with: the first entry of what stands open to the viewer."""
    portfolio_id = standing.portfolio_there.id
    if reads_all(standing):
        return await _visited(uow, portfolio_id, "first")
    opened = standing.opened.sections if standing.opened is not None else None
    return await _visited(uow, portfolio_id, "opened", section_ids=sorted(opened or ()))


async def _visited(uow: UnitOfWork, portfolio_id: int, key: str, **binds: Any) -> VisitedEntry | None:
    return await uow.one(store.VISITED.at(key), eportfolio_id=portfolio_id, **binds)


async def outline(uow: UnitOfWork, portfolio_id: int) -> Outline:
    """Sections and entries, where no entry that is visited brings them along."""
    sections = [
        OutlinedSection(one.id, one.position, one.name, one.slug) for one in await sections_of(uow, portfolio_id)
    ]
    places = await places_of(uow, portfolio_id)
    return outline_of(
        sections, [OutlinedEntry(one.id, one.section_id, one.position, one.name, one.slug) for one in places]
    )


def open_to(standing: Standing, whole: Outline) -> Outline:
    """As much of an outline as the viewer may read: a link may open some sections alone."""
    if reads_all(standing):
        return whole
    sections = [one for one in whole.sections if may(standing.inside(one.id), READ)]
    return Outline(sections, {one.id: whole.entries[one.id] for one in sections if one.id in whole.entries})
