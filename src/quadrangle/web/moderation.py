"""`/accounts/:id/eportfolio_moderation`: what somebody should look at, and a word on it. Source: web.md W18, eportfolios.md §2, §4.22, §6."""

from typing import Any, Final

import msgspec

from quadrangle import portfolios
from quadrangle.accounts import AccountRights
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.html import plain_text
from quadrangle.kernel.paging import Slice, Window, cut
from quadrangle.kernel.words import _
from quadrangle.portfolios import BY_AUTHOR, FLAGGED, SAFE, SPAM, Entry, EPortfolio, JudgedPortfolio, Reason, Standing
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.shell import part
from quadrangle.wire.canvas.eportfolios import granted_on
from quadrangle.wire.canvas.ids import account_standing_for, number_for
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "Moderation screens")

_HOME: Final = "/accounts/:account_id/eportfolio_moderation"
_OPEN, _JUDGED, _DELETED = "open", "judged", "deleted"
_PAGES_LOOKED_AT: Final = 5
_LONGEST_TEXT: Final = 1200  # characters of a page


class Judged(msgspec.Struct, frozen=True):
    """A portfolio before a moderator. state, kind: how it stands, as a badge. asked: who wants a look; why: what was found."""

    portfolio: JudgedPortfolio
    name: str
    state: str
    kind: str
    asked: str | None
    why: tuple[str, ...]


class Excerpt(msgspec.Struct, frozen=True):
    """The beginning of a page as words, and where its links lead: nothing of it is run or fetched before somebody has looked."""

    name: str
    words: str
    places: tuple[str, ...]


async def _here(call: Call) -> tuple[AccountStanding, Granted[AccountRights]]:
    standing = await account_standing_for(call, call.path["account_id"])
    return standing, portfolios.moderator_at(standing.rights)


def _base(standing: AccountStanding) -> str:
    return f"/accounts/{standing.account.id}/eportfolio_moderation"


@screens.get(_HOME)
async def queue(call: Call) -> Reply:
    """What waits for somebody to look at it; what was said; what was deleted."""
    standing, granted = await _here(call)
    wanted = call.tree.get("list")
    shown = wanted if wanted in (_JUDGED, _DELETED) else _OPEN
    base = _base(standing)
    found = await _list(call, granted, shown)
    labels = ((_OPEN, _("To look at")), (_JUDGED, _("Judged")), (_DELETED, _("Deleted")))
    return await show_admin(
        call,
        "admin_moderation.html",
        administration(standing, "eportfolio_moderation"),
        base=base,
        me=standing.user_id,
        shown=shown,
        lists=[(label, base if key == _OPEN else f"{base}?list={key}", key == shown) for key, label in labels],
        found=[_judged(one) for one in found.items],
        page=found.window.number,
        more=found.has_more,
        consequence=consequence(),
        address=lambda number: f"{base}?list={shown}&page={number}",
    )


async def _list(call: Call, granted: Granted[AccountRights], shown: str) -> Slice[JudgedPortfolio]:
    window = msgspec.structs.replace(call.window(), size=call.app.settings.eportfolio_moderation_page_size)
    if shown == _DELETED:
        gone = await portfolios.deleted_at(call.uow, granted, limit=window.limit, offset=window.offset)
        return cut(gone, window)
    judged = await _judged_at(call, granted, window, waiting=False)
    if shown == _JUDGED:
        return cut([one for one in judged if one.spam_status != FLAGGED], window)
    waiting = await _judged_at(call, granted, window, waiting=True)
    known = {one.id for one in waiting}
    flagged = [one for one in judged if one.spam_status == FLAGGED and one.id not in known]
    more = len(waiting) > window.size or len(flagged) > window.size
    return Slice([*waiting[: window.size], *flagged[: window.size]], window, has_more=more)


async def _judged_at(
    call: Call, granted: Granted[AccountRights], window: Window, *, waiting: bool
) -> list[JudgedPortfolio]:
    return await portfolios.judged_at(call.uow, granted, waiting=waiting, limit=window.limit, offset=window.offset)


def _judged(one: JudgedPortfolio) -> Judged:
    state, kind = {
        FLAGGED: (_("Hidden: looks like spam"), "warn"),
        SPAM: (_("Marked as spam"), "bad"),
        SAFE: (_("Marked as safe"), "good"),
    }.get(one.spam_status or "", (_("Everybody can see it") if one.public else _("Private"), ""))
    asked = None
    if one.review is not None:
        asked = _("Its author asks for a look.") if one.review == BY_AUTHOR else _("Its pages look suspicious.")
    reasons = msgspec.convert(one.spam_reasons or [], list[Reason])
    return Judged(one, _named(one), state, kind, asked, tuple(reason.says for reason in reasons))


def _named(portfolio: EPortfolio) -> str:
    return portfolio.name or _("Untitled portfolio")


@screens.get(f"{_HOME}/:id/preview")
async def look(call: Call) -> Reply:
    """The words of its first pages, and where its links lead."""
    await _here(call)
    granted = await granted_on(call, portfolios.READ, name="id")
    entries, total = await portfolios.entries_of(call.uow, granted, limit=_PAGES_LOOKED_AT, offset=0)
    return part(
        "admin_moderation_preview.html",
        excerpts=[_excerpt(one) for one in entries],
        further=max(0, total - len(entries)),
        address=f"/eportfolios/{granted.subject.portfolio_there.id}",
    )


def _excerpt(entry: Entry) -> Excerpt:
    said = "\n".join(plain_text(text) for text in portfolios.texts_of(entry.content))
    shown = said if len(said) <= _LONGEST_TEXT else said[:_LONGEST_TEXT] + "…"
    return Excerpt(entry.name, shown, tuple(portfolios.hosts_linked(entry.content)))


# --- a word on it


async def _say(call: Call, verdict: str) -> EPortfolio:
    return await portfolios.moderate(call.uow, await granted_on(call, portfolios.MODERATE, name="id"), verdict)


async def _say_of_all(call: Call, verdict: str) -> Standing:
    author_id = number_for(call.path["user_id"])
    standing = await portfolios.standing_to(call.uow, author_id, call.user().user_id, keywords_of(call))
    await portfolios.moderate_all(call.uow, portfolios.allow(standing, portfolios.MODERATE_ALL), verdict)
    return standing


@screens.post(f"{_HOME}/:id/safe")
async def mark_safe(call: Call) -> Reply:
    """It is no spam; others see it again, for good."""
    standing, _granted = await _here(call)
    portfolio = await _say(call, SAFE)
    return done(
        call, _base(standing), _("“%(name)s” is safe: it is open again, for good.") % {"name": _named(portfolio)}
    )


@screens.post(f"{_HOME}/:id/spam")
async def mark_spam(call: Call) -> Reply:
    """It is spam; only its author and moderators see it."""
    standing, _granted = await _here(call)
    portfolio = await _say(call, SPAM)
    words = _("“%(name)s” is marked as spam. If that was a mistake, mark it as safe, under “Judged”.")
    return done(call, _base(standing), words % {"name": _named(portfolio)})


@screens.post(f"{_HOME}/authors/:user_id/safe")
async def mark_all_safe(call: Call) -> Reply:
    """All of an author is safe."""
    standing, _granted = await _here(call)
    author = await _say_of_all(call, SAFE)
    return done(call, _base(standing), _("Everything by %(author)s is safe.") % {"author": author.facts.author})


@screens.post(f"{_HOME}/authors/:user_id/spam")
async def mark_all_spam(call: Call) -> Reply:
    """All of an author is spam."""
    standing, _granted = await _here(call)
    author = await _say_of_all(call, SPAM)
    words = _("Everything by %(author)s is marked as spam. Each can be marked as safe, under “Judged”.")
    return done(call, _base(standing), words % {"author": author.facts.author})


@screens.get(f"{_HOME}/authors/:user_id/spam")
async def ask_before_all(call: Call) -> Reply:
    """Where no scripts run: what it means for the author."""
    standing, _granted = await _here(call)
    author_id = number_for(call.path["user_id"])
    author = await portfolios.standing_to(call.uow, author_id, call.user().user_id, keywords_of(call))
    portfolios.allow(author, portfolios.MODERATE_ALL)
    values: dict[str, Any] = {"author": author.facts.author}
    return await show_admin(
        call,
        "admin_sure.html",
        administration(standing, "eportfolio_moderation", (author.facts.author, None)),
        title=_("Mark everything by %(author)s as spam?") % values,
        says=consequence(),
        action=f"{_base(standing)}/authors/{author_id}/spam",
        verb=_("Mark all as spam"),
        back=_base(standing),
    )


def consequence() -> str:
    return _(
        "All their portfolios are hidden from others, also those that were marked as safe, "
        "and they can make no further ones until you mark them as safe."
    )


@screens.post(f"{_HOME}/:id/restore")
async def restore(call: Call) -> Reply:
    """Bring back what was deleted."""
    standing, _granted = await _here(call)
    portfolio = await portfolios.restore_portfolio(call.uow, await granted_on(call, portfolios.RESTORE, name="id"))
    return done(call, f"{_base(standing)}?list=deleted", _("“%(name)s” is back.") % {"name": _named(portfolio)})
