"""`/dashboard/eportfolios`: everything one has made, and what can be done with it as a whole. Source: web.md W3, eportfolios.md §2."""

from typing import Any, Final

import msgspec

from quadrangle import portfolios, transfers
from quadrangle.bounds import bounds_of
from quadrangle.files import find_file
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.words import _, counted
from quadrangle.portfolios import BY_AUTHOR, FLAGGED, PortfolioChange, ShelvedPortfolio, Standing
from quadrangle.transfers import ExportWish, Transfer
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.shell import part, show
from quadrangle.wire.canvas.eportfolio_authoring import PortfolioFields
from quadrangle.wire.canvas.eportfolios import standing_in
from quadrangle.wire.canvas.file_json import download_url
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "My ePortfolios")

HOME: Final = "/dashboard/eportfolios"


class Card(msgspec.Struct, frozen=True):
    """One portfolio in plain words. seen: who can see it; kind: how that is shown, with which icon. trouble: what is wrong, and what to do."""

    id: int
    name: str
    pages: int
    changed: object
    seen: str
    kind: str
    icon: str
    trouble: str | None
    next_step: str | None
    may_ask: bool
    may_change: bool


@screens.get(HOME)
async def my_portfolios(call: Call) -> Reply:
    """My portfolios."""
    user_id: int = call.user().user_id
    shelf = await portfolios.shelf_of(call.uow, user_id, keywords_of(call))
    return await show(
        call,
        "dashboard.html",
        here="portfolios",
        cards=[card_of(one) for one in shelf.portfolios],
        deleted=shelf.deleted,
        untitled=_("Untitled portfolio"),
        may_make=shelf.may_make,
        hidden=any(one.is_spam for one in shelf.portfolios),
        form=form_on(call, HOME, group="eportfolio", name="", public="0"),
    )


def card_of(one: ShelvedPortfolio) -> Card:
    """How things stand with a portfolio, for its author."""
    seen, kind, icon = _("Only you"), "", "lock"
    if one.is_spam:
        seen = _("Only you and moderators")
    elif one.public:
        seen, kind, icon = _("Everybody"), "good", "globe"
    elif one.links:
        seen, icon = _("You, and whoever has the link"), "link"
    trouble, next_step = _trouble(one)
    return Card(
        id=one.id,
        name=one.name or _("Untitled portfolio"),
        pages=one.pages,
        changed=one.updated_at,
        seen=seen,
        kind=kind,
        icon=icon,
        trouble=trouble,
        next_step=next_step,
        may_ask=(one.is_spam or one.review is not None) and one.review != BY_AUTHOR,
        may_change=not one.is_spam,
    )


def _trouble(one: ShelvedPortfolio) -> tuple[str | None, str | None]:
    waits = _("You have asked for a review. A moderator will look at it; you need do nothing more.")
    if one.spam_status == FLAGGED:
        asks = _(
            "Look through it for links and advertising. If it is a mistake, ask for a review: a moderator decides."
        )
        return _("Something in it looks like spam, so it is hidden from others."), (
            waits if one.review == BY_AUTHOR else asks
        )
    if one.is_spam:
        asks = _("If that is a mistake, ask for a review. You can still read it and take it with you.")
        return _("A moderator marked it as spam, so it is hidden from others."), (
            waits if one.review == BY_AUTHOR else asks
        )
    if one.review is not None:
        return _("A moderator will look at it. Others can see it meanwhile."), None
    return None, None


@screens.post(HOME, again=my_portfolios)
async def add_portfolio(call: Call, asked: Asked[PortfolioFields]) -> Reply:
    """Make a portfolio."""
    user_id: int = call.user().user_id
    standing = await portfolios.standing_to(call.uow, user_id, user_id, keywords_of(call))
    granted = portfolios.allow(standing, portfolios.CREATE)
    wanted = asked.read()
    if not (wanted.name or "").strip():
        raise Invalid.field("name", "can't be blank", "blank")  # a card without a name could not be told from another
    made = await portfolios.create_portfolio(call.uow, granted, PortfolioChange(name=wanted.name, public=wanted.public))
    return done(call, HOME, _("“%(name)s” is ready. Open it and write its first page.") % {"name": made.name})


async def _granted(call: Call, right: str) -> Granted[Standing]:
    standing = await standing_in(call, call.path["id"], lock=True)
    if standing.portfolio_there.deleted and not standing.owns:
        raise NotFound
    return portfolios.allow(standing, right)


@screens.post("/dashboard/eportfolios/:id/delete")
async def delete_portfolio(call: Call) -> Reply:
    """Delete one's portfolio; it can be taken back."""
    gone = await portfolios.delete_portfolio(call.uow, await _granted(call, portfolios.DELETE))
    words = _("“%(name)s” was deleted. You can take it back for 30 days, at the foot of this page.")
    return done(call, HOME, words % {"name": gone.name or _("Untitled portfolio")})


@screens.post("/dashboard/eportfolios/:id/take_back")
async def take_back(call: Call) -> Reply:
    """Take a deletion back."""
    back = await portfolios.restore_portfolio(call.uow, await _granted(call, portfolios.TAKE_BACK))
    return done(call, HOME, _("“%(name)s” is back.") % {"name": back.name or _("Untitled portfolio")})


@screens.post("/dashboard/eportfolios/:id/review", again=my_portfolios)
async def ask_for_review(call: Call) -> Reply:
    """Ask the moderators for another look."""
    await portfolios.ask_for_review(call.uow, await _granted(call, portfolios.ASK))
    return done(call, HOME, _("A moderator will look at it."))


# --- taking everything along


@screens.post("/dashboard/eportfolios/export", again=my_portfolios)
async def export_all(call: Call) -> Reply:
    """Have everything packed that one has made."""
    user_id: int = call.user().user_id
    standing = await portfolios.standing_to(call.uow, user_id, user_id, keywords_of(call))
    granted = portfolios.allow(standing, portfolios.LIST)
    made = await transfers.start_export(
        call.uow, granted, ExportWish(), base_url=call.base_url, bounds=bounds_of(call.app.settings)
    )
    return done(call, f"{HOME}/exports/{made}", _("Your portfolios are being packed."))


@screens.get("/dashboard/eportfolios/exports/:id")
async def follow_export(call: Call) -> Reply:
    """How far the packing is."""
    return await show(call, "export.html", here="portfolios", **await _progress(call))


@screens.get("/dashboard/eportfolios/exports/:id/progress")
async def export_progress(call: Call) -> Reply:
    """The same, as the piece of the page that changes."""
    return part("export_progress.html", **await _progress(call))


async def _progress(call: Call) -> dict[str, Any]:
    transfer: Transfer = await transfers.find_transfer(
        call.uow, transfers.EXPORT, number_for(call.path["id"]), call.user().user_id
    )
    file = None if transfer.file_id is None else await find_file(call.uow, transfer.file_id)
    return {
        "address": f"{HOME}/exports/{transfer.id}",
        "transfer": transfer,
        "packed": counted("%(num)s thing packed", "%(num)s things packed", transfer.done) % {"num": transfer.done},
        "failed": transfer.state == transfers.ABORTED,
        "troubles": transfer.troubles,
        "download": None if file is None else download_url("", file),
    }
