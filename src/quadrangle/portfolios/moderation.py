"""Keeping spam out without punishing authors: what flags a portfolio, what moderators say of it, and how an author asks for a second look.

Source: eportfolios.md §3.6, §3.7, §6.
"""

from typing import Any

import msgspec

from quadrangle.accounts import AccountRights
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted, Table, authorise
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.portfolios import store
from quadrangle.portfolios.access import MODERATOR, Standing
from quadrangle.portfolios.model import (
    BY_AUTHOR,
    BY_SCORE,
    FLAGGED,
    SPAM_ORDER,
    Content,
    Entry,
    EntryScore,
    EPortfolio,
    JudgedPortfolio,
    Reason,
    later,
)
from quadrangle.portfolios.score import SUSPICIOUS, passages_of, points_of, reasons_of
from quadrangle.portfolios.tables import eportfolio_entries, eportfolio_passages, eportfolios

LIST_JUDGED = "list judged"
OFF, REVIEW, FLAG = "off", "review", "flag"


async def change(uow: UnitOfWork, portfolio: EPortfolio, **values: Any) -> EPortfolio:
    """Write what changed of a portfolio whose lock is held; with nothing said, that something in it changed. Its time moves."""
    at = later(uow.now, portfolio.updated_at)
    await uow.update(eportfolios, {"id": portfolio.id}, **values, updated_at=at)
    return written(portfolio, **values, updated_at=at)


def written(portfolio: EPortfolio, **values: Any) -> EPortfolio:
    """The portfolio after these columns were written; not all of them are fields of it."""
    kept = {name: value for name, value in values.items() if name in EPortfolio.__struct_fields__}
    return msgspec.structs.replace(portfolio, **kept)


# --- what is found by itself


def flags(
    standing: Standing, portfolio: EPortfolio, *, title: str | None = None, content: Content = None
) -> dict[str, Any]:
    """What to write on a portfolio after `title` or `content` was saved in it: nothing, or that keywords flag it.

    Only an active portfolio of which nobody has said anything is ever flagged.
    """
    if portfolio.deleted or portfolio.spam_status is not None:
        return {}
    reason = standing.words.in_title(title) or standing.words.in_content(content)
    return {} if reason is None else _flagged([reason])


def _flagged(reasons: list[Reason]) -> dict[str, Any]:
    return _judged(FLAGGED) | {"spam_reasons": msgspec.to_builtins(reasons)}


def _judged(status: str) -> dict[str, Any]:
    """Whatever is said of a portfolio, a review that was waited for has come with it."""
    return {"spam_status": status, "spam_order": SPAM_ORDER[status], "review": None, "review_at": None}


async def weigh(uow: UnitOfWork, standing: Standing, portfolio: EPortfolio, entry: Entry) -> dict[str, Any]:
    """Score an entry that was saved, where the root account wants scores; returns what to write on its portfolio.

    `review` only puts the portfolio into the moderators' queue; `flag` flags it, under the same conditions as a keyword.
    """
    mode = standing.score_mode
    if mode == OFF:
        return {}
    facts = standing.facts
    passages = passages_of(entry.content)
    others = await uow.one(store.REPEATED_BY, digests=passages, user_id=facts.user_id)
    await uow.run(store.REMOVE_PASSAGES, doomed=entry.id)
    for digest in passages:
        await uow.add(eportfolio_passages, digest=digest, entry_id=entry.id, user_id=facts.user_id)
    reasons = reasons_of(entry.content, author_since=facts.author_since, now=uow.now, repeated_by=others or 0)
    told = msgspec.to_builtins(reasons)
    await uow.update(eportfolio_entries, {"id": entry.id}, spam_score=points_of(reasons), spam_reasons=told)
    if points_of(reasons) < SUSPICIOUS or portfolio.deleted or portfolio.spam_status is not None:
        return {}
    if mode == FLAG:
        return _flagged(reasons)
    if portfolio.review is not None:
        return {}
    return {"review": BY_SCORE, "review_at": whole_seconds(uow.now), "spam_reasons": told}


# --- what moderators say


async def moderate(uow: UnitOfWork, granted: Granted[Standing], status: str) -> EPortfolio:
    """A moderator's word on a portfolio; said again, it changes nothing."""
    portfolio = granted.subject.portfolio_there
    if portfolio.spam_status != status:
        return await change(uow, portfolio, **_judged(status))
    if portfolio.review is not None:
        await uow.update(eportfolios, {"id": portfolio.id}, review=None, review_at=None)
    return msgspec.structs.replace(portfolio, review=None)


async def moderate_all(uow: UnitOfWork, granted: Granted[Standing], status: str) -> None:
    """A moderator's word on all active portfolios of a person."""
    await uow.run(
        store.JUDGE_ALL,
        owner_id=granted.subject.facts.user_id,
        spam_status=status,
        spam_order=SPAM_ORDER[status],
        now=whole_seconds(uow.now),
    )


# --- what authors ask


async def ask_for_review(uow: UnitOfWork, granted: Granted[Standing]) -> EPortfolio:
    """Put one's own portfolio before the moderators, once; only where something was found in it."""
    portfolio = granted.subject.portfolio_there
    if portfolio.review == BY_AUTHOR:
        return portfolio
    if not portfolio.is_spam and portfolio.review is None:
        raise Invalid(FieldError("base", "There is nothing to review", "nothing_to_review"))
    waiting = {"review": BY_AUTHOR} if portfolio.review else {"review": BY_AUTHOR, "review_at": whole_seconds(uow.now)}
    await uow.update(eportfolios, {"id": portfolio.id}, **waiting)
    return msgspec.structs.replace(portfolio, review=BY_AUTHOR)


async def why(uow: UnitOfWork, granted: Granted[Standing]) -> tuple[list[Reason], list[EntryScore]]:
    """What was found in a portfolio: the reasons it was flagged for, and those of each entry that has some."""
    portfolio_id = granted.subject.portfolio_there.id
    reasons = await uow.one(store.REASONS_OF, eportfolio_id=portfolio_id)
    return msgspec.convert(reasons or [], list[Reason]), await uow.all(store.SCORES_OF, eportfolio_id=portfolio_id)


# --- what waits for moderators


def _moderates(rights: AccountRights) -> bool:
    return rights.may(MODERATOR)


RULES: Table[AccountRights] = {LIST_JUDGED: [[_moderates]]}


def moderator_at(rights: AccountRights) -> Granted[AccountRights]:
    """Proof that the holder of these rights moderates at their account."""
    return authorise(RULES, LIST_JUDGED, rights, rights)


async def judged_at(
    uow: UnitOfWork, granted: Granted[AccountRights], *, waiting: bool, limit: int, offset: int
) -> list[JudgedPortfolio]:
    """Portfolios of the people of an account. waiting: those for which a review was asked; else those with a status (§4.22)."""
    statement = store.REVIEW_QUEUE if waiting else store.MODERATION_LIST
    return await uow.all(statement, account_id=granted.subject.account_id, limit=limit, offset=offset)


async def deleted_at(
    uow: UnitOfWork, granted: Granted[AccountRights], *, limit: int, offset: int
) -> list[JudgedPortfolio]:
    """Portfolios of the people of an account that were deleted, by whomever, the latest first; moderators can bring them back."""
    return await uow.all(store.DELETED_AT, account_id=granted.subject.account_id, limit=limit, offset=offset)
