"""What happens to a portfolio as a whole: it is made, renamed, shown to the world, deleted and taken back.

Every verb is one complete change and asks for proof (`Granted`) that the caller may. Whoever changes a portfolio, or anything below it, holds
the lock of its row: `standing_before(…, lock=True)` takes it before the rights are looked at, so that nothing moves in between.
"""

from datetime import timedelta
from typing import Any, Final

import msgspec

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import ABSENT
from quadrangle.portfolios import store
from quadrangle.portfolios.access import CREATE, LIST, TAKE_BACK, Opened, Standing, allow, may
from quadrangle.portfolios.artifacts import register_portfolio
from quadrangle.portfolios.authoring import ensure_defaults, lay_out
from quadrangle.portfolios.links import add_first_link
from quadrangle.portfolios.model import (
    ACTIVE,
    DELETED,
    NONE_YET,
    UNDO_DAYS,
    EPortfolio,
    PortfolioChange,
    ShelvedPortfolio,
    check_name,
)
from quadrangle.portfolios.moderation import change, flags, written
from quadrangle.portfolios.spam import Keywords
from quadrangle.portfolios.tables import eportfolios

NOBODY: Final = 0  # as the id of a viewer who is not signed in: no row belongs to it


# --- who is before what


async def standing_before(
    uow: UnitOfWork,
    portfolio_id: int,
    viewer_id: int | None,
    words: Keywords,
    *,
    opened: Opened | None = None,
    lock: bool = False,
) -> Standing:
    """A viewer before a portfolio in any state, or NotFound. lock: it is about to change."""
    if lock and await uow.one(store.LOCK_PORTFOLIO, eportfolio_id=portfolio_id) is None:
        raise NotFound
    row = await uow.one(store.STANDING, eportfolio_id=portfolio_id, user_id=viewer_id or NOBODY)
    if row is None:
        raise NotFound
    return Standing(row, viewer_id, uow.now, row.portfolio, words=words, opened=opened)


async def standing_to(uow: UnitOfWork, owner_id: int, viewer_id: int | None, words: Keywords) -> Standing:
    """A viewer before a person, or NotFound."""
    row = await uow.one(store.STANDING_TO, owner_id=owner_id, user_id=viewer_id or NOBODY)
    if row is None:
        raise NotFound
    return Standing(row, viewer_id, uow.now, words=words)


# --- looking


async def portfolios_of(
    uow: UnitOfWork, granted: Granted[Standing], *, deleted: bool, limit: int, offset: int
) -> tuple[list[EPortfolio], int]:
    """Somebody's portfolios, the one that rested longest first, and how many there are. Their owner never sees deleted ones."""
    key = deleted and not granted.subject.owns
    owner_id = granted.subject.facts.user_id
    rows = await uow.all(store.PORTFOLIOS_OF.at(key), owner_id=owner_id, limit=limit, offset=offset)
    if rows or offset == 0:
        return [*rows], rows[0].total if rows else 0
    return [], await uow.one(store.COUNT_PORTFOLIOS_OF.at(key), owner_id=owner_id) or 0


class Shelf(msgspec.Struct, frozen=True):
    """standing: a person before themselves. portfolios: what changed last comes first. deleted: what can be taken back, the latest first."""

    standing: Standing
    portfolios: list[ShelvedPortfolio]
    deleted: list[ShelvedPortfolio]

    @property
    def may_make(self) -> bool:
        return may(self.standing, CREATE)


async def shelf_of(uow: UnitOfWork, user_id: int, words: Keywords) -> Shelf:
    """All that somebody has made, as they find it themselves. Raises Forbidden where they have no portfolios. One statement."""
    since = uow.now - timedelta(days=UNDO_DAYS)
    facts = await uow.one(store.SHELF, owner_id=user_id, user_id=user_id, now=uow.now, since=since)
    if facts is None:
        raise NotFound
    standing = Standing(facts, user_id, uow.now, words=words)
    allow(standing, LIST)
    there = [one for one in facts.shelf if not one.deleted]
    gone = [one for one in facts.shelf if may(Standing(facts, user_id, uow.now, one, words=words), TAKE_BACK)]
    return Shelf(
        standing,
        sorted(there, key=lambda one: (one.updated_at, one.id), reverse=True),
        sorted(gone, key=lambda one: (one.updated_at, one.id), reverse=True),
    )


async def deleted_lately(uow: UnitOfWork, granted: Granted[Standing]) -> list[EPortfolio]:
    """What somebody deleted themselves and may still take back, the latest first."""
    since = uow.now - timedelta(days=UNDO_DAYS)
    return await uow.all(store.DELETED_LATELY, owner_id=granted.subject.facts.user_id, since=since)


# --- changing


async def create_portfolio(uow: UnitOfWork, granted: Granted[Standing], wish: PortfolioChange) -> EPortfolio:
    """A new portfolio with its first section and entry, its private link, and its id in the Brightspace family."""
    standing = granted.subject
    check_name(wish.name)
    now = whole_seconds(uow.now)
    name = None if wish.name is ABSENT else wish.name
    values: dict[str, Any] = {
        "user_id": standing.facts.user_id,
        "name": name,
        "public": wish.public is True,
        "workflow_state": ACTIVE,
        "created_at": now,
        "updated_at": now,
    }
    fresh = EPortfolio(id=NONE_YET, deleted_at=None, deleted_by=None, spam_status=None, review=None, **values)
    found = flags(standing, fresh, title=name)
    portfolio_id = await uow.insert(eportfolios, **values, **found)
    await register_portfolio(uow, standing.facts.user_id, portfolio_id)
    await add_first_link(uow, portfolio_id)
    made = written(fresh, id=portfolio_id, **found)
    await lay_out(uow, made)
    return made


async def revise_portfolio(uow: UnitOfWork, granted: Granted[Standing], wish: PortfolioChange) -> EPortfolio:
    """Rename it, show it to the world or hide it again; what `wish` does not name stays."""
    portfolio = granted.subject.portfolio_there
    check_name(wish.name)
    asked = {"name": wish.name, "public": wish.public}
    values = {key: value for key, value in asked.items() if value is not ABSENT and value != getattr(portfolio, key)}
    if "name" in values:
        values |= flags(granted.subject, portfolio, title=wish.name or "")
    if values:
        portfolio = await change(uow, portfolio, **values)
    return await ensure_defaults(uow, portfolio)


async def delete_portfolio(uow: UnitOfWork, granted: Granted[Standing]) -> EPortfolio:
    """Take a portfolio out of sight; everything in it stays."""
    standing = granted.subject
    return await change(
        uow,
        standing.portfolio_there,
        workflow_state=DELETED,
        deleted_at=whole_seconds(uow.now),
        deleted_by=standing.viewer_id,
    )


async def restore_portfolio(uow: UnitOfWork, granted: Granted[Standing]) -> EPortfolio:
    """Bring a deleted portfolio back as it was, be it a moderator's doing or its owner's own; an active one stays as it is."""
    portfolio = granted.subject.portfolio_there
    if not portfolio.deleted:
        return portfolio
    back = {"workflow_state": ACTIVE, "deleted_at": None, "deleted_by": None}
    found = flags(granted.subject, written(portfolio, **back), title=portfolio.name)
    return await change(uow, portfolio, **back, **found)


async def delete_portfolios_of(uow: UnitOfWork, user_id: int, by: int) -> None:
    """With a person whom the campus lets go, their portfolios go out of sight."""
    await uow.run(store.DELETE_ALL_OF, owner_id=user_id, by=by, now=whole_seconds(uow.now))
