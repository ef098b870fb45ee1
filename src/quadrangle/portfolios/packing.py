"""A portfolio on its way into a package, and out of one. Source: portfolio-package.md §5.2, §5.3.

Nothing that reads here asks for proof: the caller acts for the owner, in a job of theirs. Whoever writes has checked what they write, and
holds the lock of the owner; pages are made without content first, as they may lead to one another.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_uuid
from quadrangle.portfolios import store
from quadrangle.portfolios.access import Standing
from quadrangle.portfolios.artifacts import register_files, register_portfolio
from quadrangle.portfolios.authoring import free_slug, keep_revision
from quadrangle.portfolios.links import add_first_link
from quadrangle.portfolios.model import ACTIVE, RESERVED, Content, Entry, EPortfolio, PortfolioSection
from quadrangle.portfolios.moderation import flags, weigh, written
from quadrangle.portfolios.store import PackedComment, PagePlace
from quadrangle.portfolios.tables import eportfolio_comments, eportfolio_entries, eportfolio_sections, eportfolios

# --- reading


async def presentation_of(uow: UnitOfWork, portfolio_id: int) -> int:
    """The id that a portfolio has in the Brightspace family."""
    found = await uow.one(store.PRESENTATION_OF, eportfolio_id=portfolio_id)
    assert found is not None
    return found


async def entries_with_texts(uow: UnitOfWork, portfolio_id: int) -> list[Entry]:
    """All pages of a portfolio as they stand in it."""
    return await uow.all(store.ALL_ENTRIES, eportfolio_id=portfolio_id)


async def comments_on_entries(uow: UnitOfWork, portfolio_id: int) -> list[PackedComment]:
    """What was said of the pages of a portfolio, the oldest first."""
    return await uow.all(store.ALL_COMMENTS, eportfolio_id=portfolio_id)


async def comments_on_these(uow: UnitOfWork, entry_ids: Collection[int]) -> list[PackedComment]:
    return await uow.all(store.COMMENTS_ON, ids=sorted(entry_ids)) if entry_ids else []


async def page_places(uow: UnitOfWork, owner_id: int) -> list[PagePlace]:
    """Where every page of somebody's stands, and what packages call it."""
    return await uow.all(store.PAGE_PLACES, owner_id=owner_id)


# --- writing


class NewPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page that came in a package. uid: what packages call it. section: its number, from 1."""

    uid: str
    name: str
    section: int
    allow_comments: bool
    show_comments: bool
    created_at: datetime
    updated_at: datetime


async def put_portfolio(
    uow: UnitOfWork,
    granted: Granted[Standing],
    *,
    name: str | None,
    created_at: datetime,
    updated_at: datetime,
    sections: Sequence[str],
    pages: Sequence[NewPage],
) -> tuple[EPortfolio, list[Entry]]:
    """A portfolio with these sections and pages, private; the pages have no content yet. granted: its owner may make one."""
    owner_id = granted.subject.facts.user_id
    values: dict[str, Any] = {
        "user_id": owner_id,
        "name": name,
        "public": False,
        "workflow_state": ACTIVE,
        "created_at": created_at,
        "updated_at": updated_at,
    }
    portfolio = EPortfolio(
        id=await uow.insert(eportfolios, **values),
        deleted_at=None,
        deleted_by=None,
        spam_status=None,
        review=None,
        **values,
    )
    await register_portfolio(uow, owner_id, portfolio.id)
    await add_first_link(uow, portfolio.id)
    made, taken = [], set(RESERVED)
    for position, title in enumerate(sections, 1):
        row: dict[str, Any] = {
            "eportfolio_id": portfolio.id,
            "name": title,
            "slug": free_slug(title, taken),
            "position": position,
            "created_at": created_at,
            "updated_at": created_at,
        }
        taken.add(row["slug"])
        made.append(PortfolioSection(id=await uow.insert(eportfolio_sections, **row), **row))
    return portfolio, await _put_pages(uow, portfolio, made, pages)


async def _put_pages(
    uow: UnitOfWork, portfolio: EPortfolio, sections: Sequence[PortfolioSection], pages: Sequence[NewPage]
) -> list[Entry]:
    made = []
    taken: dict[int, set[str]] = {section.id: set() for section in sections}
    for page in pages:
        section = sections[page.section - 1]
        slug = free_slug(page.name, taken[section.id])
        taken[section.id].add(slug)
        values: dict[str, Any] = {
            "uid": page.uid,
            "eportfolio_id": portfolio.id,
            "section_id": section.id,
            "name": page.name,
            "slug": slug,
            "position": len(taken[section.id]),
            "allow_comments": page.allow_comments,
            "show_comments": page.show_comments,
            "lock_version": 1,
            "created_at": page.created_at,
            "updated_at": page.updated_at,
            "content": None,
        }
        entry_id = await uow.insert(eportfolio_entries, **values)
        made.append(Entry(id=entry_id, category_slug=section.slug, **values))
    return made


async def put_content(
    uow: UnitOfWork, granted: Granted[Standing], portfolio: EPortfolio, entry: Entry, content: Content
) -> EPortfolio:
    """What stands on a page that was just made, as its first version. The spam scan runs on it; the portfolio's time stays."""
    filled = msgspec.structs.replace(entry, content=content)
    if content is not None:
        await uow.update(eportfolio_entries, {"id": entry.id}, content=content)
    await keep_revision(uow, filled, portfolio.user_id)
    await register_files(uow, portfolio.user_id, content)
    standing = granted.subject
    found = flags(standing, portfolio, title=entry.name, content=content)
    return await _judge(uow, portfolio, found or await weigh(uow, standing, portfolio, filled))


async def scan_names(
    uow: UnitOfWork, granted: Granted[Standing], portfolio: EPortfolio, names: Sequence[str]
) -> EPortfolio:
    """The spam scan over the names of a portfolio and its sections."""
    for name in names:
        portfolio = await _judge(uow, portfolio, flags(granted.subject, portfolio, title=name))
    return portfolio


async def _judge(uow: UnitOfWork, portfolio: EPortfolio, values: dict[str, Any]) -> EPortfolio:
    if values:
        await uow.update(eportfolios, {"id": portfolio.id}, **values)
    return written(portfolio, **values)


async def put_page_comment(
    uow: UnitOfWork, entry_id: int, *, uid: str | None, message: str, created_at: datetime
) -> None:
    """What somebody whom nobody knows any more said of a page. uid: a new one where it had none."""
    await uow.insert(
        eportfolio_comments,
        uid=uid or random_uuid(),
        entry_id=entry_id,
        user_id=None,
        message=message,
        created_at=created_at,
    )
