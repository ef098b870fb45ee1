"""Spam in ePortfolios, for both sides: what moderators are shown, and how an author learns why and asks for another look.

Source: eportfolios.md §4.22, §6, and §2 for taking back a deletion.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu_or_none
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import leading_integer
from quadrangle.portfolios import EntryScore, JudgedPortfolio, Reason, Standing
from quadrangle.wire.canvas.eportfolio_authoring import PortfolioRoot, StoredPortfolioJson, portfolio_root
from quadrangle.wire.canvas.eportfolio_paths import active_here, granted_here, twice
from quadrangle.wire.canvas.eportfolios import eportfolio_json, standing_in
from quadrangle.wire.canvas.ids import account_standing_for
from quadrangle.wire.canvas.shapes import Time
from quadrangle.wire.spam_words import keywords_of

routes = Routes("canvas", "ePortfolio reviews")
_both = twice(routes)


# --- what is answered


class ReasonJson(Struct, frozen=True):
    """Why something looks like spam. points: of a score; null for a keyword."""

    code: str
    says: str
    points: int | None


class JudgedJson(StoredPortfolioJson, frozen=True, kw_only=True):
    user_name: str


class JudgedRoot(Struct, frozen=True):
    """A portfolio on the moderators' list."""

    eportfolio: JudgedJson


class WaitingJson(JudgedJson, frozen=True, kw_only=True):
    """review: who asked, `score` or `author`."""

    review: str
    review_at: Time
    reasons: list[ReasonJson]


class WaitingRoot(Struct, frozen=True):
    """A portfolio that waits for a review."""

    eportfolio: WaitingJson


class PageScoreJson(Struct, frozen=True):
    """What was found on one page."""

    id: int
    name: str
    score: int
    reasons: list[ReasonJson]


class ReviewJson(Struct, frozen=True):
    """What was found in a portfolio. review: who asked the moderators for a look that has not come yet, `score` or `author`; null: nobody."""

    eportfolio_id: int
    spam_status: str | None
    review: str | None
    reasons: list[ReasonJson]
    pages: list[PageScoreJson]


def _reasons(found: Sequence[Any] | None) -> list[ReasonJson]:
    return [ReasonJson(one.code, one.says, one.points) for one in msgspec.convert(found or [], list[Reason])]


def _page(score: EntryScore) -> PageScoreJson:
    return PageScoreJson(score.id, score.name, score.score, _reasons(score.reasons))


def judged_root(row: JudgedPortfolio) -> JudgedRoot:
    return JudgedRoot(JudgedJson(**asdict(eportfolio_json(row)), user_name=row.author))


def waiting_root(row: JudgedPortfolio) -> WaitingRoot:
    return WaitingRoot(
        WaitingJson(
            **asdict(eportfolio_json(row)),
            user_name=row.author,
            review=row.review or "",
            review_at=zulu_or_none(row.review_at) or "",
            reasons=_reasons(row.spam_reasons),
        )
    )


# --- moderators


async def _judged(call: Call, *, waiting: bool) -> list[JudgedPortfolio]:
    granted = portfolios.moderator_at((await account_standing_for(call, call.path["account_id"])).rights)
    size = call.app.settings.eportfolio_moderation_page_size
    page = max(leading_integer(call.tree.get("page")), 1)
    return await portfolios.judged_at(call.uow, granted, waiting=waiting, limit=size, offset=(page - 1) * size)


@_both("GET", "/accounts/:account_id/eportfolio_moderation", gives=list[JudgedRoot], public=False)
async def list_judged(call: Call) -> Reply:
    """List portfolios with a spam status whose author has at least one that counts as spam: flagged ones first, then spam, then safe."""
    return Reply(200, [judged_root(row) for row in await _judged(call, waiting=False)])


@_both("GET", "/accounts/:account_id/eportfolio_reviews", gives=list[WaitingRoot], public=False)
async def list_waiting(call: Call) -> Reply:
    """List portfolios that wait for a review, because of their score or because their author asked; the longest waiting first."""
    return Reply(200, [waiting_root(row) for row in await _judged(call, waiting=True)])


# --- authors


async def _review(call: Call, granted: Granted[Standing]) -> Reply:
    portfolio = granted.subject.portfolio_there
    reasons, pages = await portfolios.why(call.uow, granted)
    return Reply(
        200,
        ReviewJson(
            eportfolio_id=portfolio.id,
            spam_status=portfolio.spam_status,
            review=portfolio.review,
            reasons=_reasons(reasons),
            pages=[_page(one) for one in pages],
        ),
    )


@_both("GET", "/eportfolios/:id/review", gives=ReviewJson, public=False)
async def show_review(call: Call) -> Reply:
    """Show what was found in an ePortfolio, to its author and to moderators."""
    standing = await active_here(call)
    moderates = portfolios.may(standing, portfolios.MODERATE)
    return await _review(call, portfolios.allow(standing, portfolios.MODERATE if moderates else portfolios.ASK))


@_both("POST", "/eportfolios/:id/review", gives=ReviewJson)
async def ask_for_review(call: Call) -> Reply:
    """Ask the moderators to look at one's own ePortfolio again, where something was found in it."""
    await portfolios.ask_for_review(call.uow, await granted_here(call, portfolios.ASK))
    return await _review(call, await granted_here(call, portfolios.ASK))


# --- taking back a deletion: on the web alone, as over the documented API only moderators restore


@routes.get("/dashboard/eportfolios/deleted", gives=list[PortfolioRoot])
async def list_deleted(call: Call) -> Reply:
    """List the ePortfolios one has deleted oneself and may still take back, the last one first."""
    me = call.user().user_id
    granted = portfolios.allow(await portfolios.standing_to(call.uow, me, me, keywords_of(call)), portfolios.LIST)
    return Reply(200, [portfolio_root(row) for row in await portfolios.deleted_lately(call.uow, granted)])


@routes.post("/eportfolios/:id/take_back", gives=PortfolioRoot)
async def take_back(call: Call) -> Reply:
    """Undo the deletion of one's own ePortfolio, within thirty days."""
    standing = await standing_in(call, call.path["id"], lock=True)
    if standing.portfolio_there.deleted and not standing.owns:
        raise NotFound
    granted = portfolios.allow(standing, portfolios.TAKE_BACK)
    return Reply(200, portfolio_root(await portfolios.restore_portfolio(call.uow, granted)))
