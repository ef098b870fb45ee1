"""The screens of a portfolio: `/eportfolios/:id` and what lies below it. Source: web.md W4, eportfolios.md §4.

What is found, and who may see it, is settled in `wire/canvas/eportfolio_visits.py`, for programs and people alike.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from quadrangle import portfolios
from quadrangle.files import files_by_id
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, page, redirect
from quadrangle.http.routing import Routes
from quadrangle.http.static import STATIC
from quadrangle.kernel.words import _
from quadrangle.portfolios import BY_AUTHOR, FLAGGED, EPortfolio, Outline, Reason, Standing, VisitedEntry
from quadrangle.web.viewer import (
    STYLESHEET,
    Addresses,
    PageLink,
    PortfolioView,
    SectionTab,
    ShownComment,
    ShownPage,
    State,
    render,
)
from quadrangle.wire.canvas import eportfolio_authoring, eportfolio_visits
from quadrangle.wire.canvas.eportfolio_links import brought_by, remember
from quadrangle.wire.canvas.eportfolio_visits import Visit, home

screens = Routes("web", "ePortfolio screens")

# No script, whatever an author wrote. Pictures, sounds, films and framed pages may come from elsewhere, as authors place them; the styles that
# stand in their HTML are those that the sanitiser let pass.
POLICY: Final = (
    "default-src 'self'; script-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: http: https:; "
    "media-src 'self' http: https:; frame-src 'self' https:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
PREVIEW: Final = "?view=preview"


def _screen(path: str, find: Callable[[Call], Awaitable[Visit]]) -> None:
    async def show(call: Call) -> Reply:
        return await show_visit(call, await find(call))

    show.__doc__ = find.__doc__
    screens.get(path, public=True)(show)


_screen("/eportfolios/:id", eportfolio_visits.find_portfolio)
_screen("/eportfolios/:id/categories/:cid", eportfolio_visits.find_section_by_id)
_screen("/eportfolios/:id/:section_slug", eportfolio_visits.find_section_by_slug)
_screen("/eportfolios/:id/entries/:eid", eportfolio_visits.find_page_by_id)
_screen("/eportfolios/:id/:section_slug/:page_slug", eportfolio_visits.find_page)
# These only lead on, but refuse people as people are refused.
screens.get("/eportfolios/:id/categories", public=True)(eportfolio_visits.to_portfolio)
screens.get("/eportfolios/:id/entries/:eid/files/:file_uuid", public=True)(eportfolio_authoring.open_file)


async def show_visit(call: Call, visit: Visit) -> Reply:
    """The page that a visitor has come for; the way to the portfolio where there is none."""
    if visit.outline is None:
        return remember(call, redirect(home(call)), visit.proof)
    standing, portfolio = visit.standing, visit.portfolio
    preview = standing.owns and not portfolio.is_spam and call.tree.get("view") == "preview"
    view = PortfolioView(
        id=portfolio.id,
        name=portfolio.name,
        author=standing.facts.author,
        sections=_tabs(portfolios.open_to(standing, visit.outline)),
        public=portfolio.public and not portfolio.is_spam,
        indexed=portfolios.may_be_listed(standing),
        zone=call.zone,
        state=None if preview else await _state(call, standing, portfolio),
        preview=preview,
        theme=portfolios.THEMES[0] if visit.page is None else visit.page.theme,
    )
    shown = None if visit.page is None else await _shown(call, visit.page)
    addresses = _addresses(call, standing, visit.page, preview=preview)
    reply = page(render(view, shown, addresses, interactive=True))
    reply.header("content-security-policy", POLICY).header("x-content-type-options", "nosniff")
    if not view.indexed:
        reply.header("x-robots-tag", "noindex")
    if not view.public:
        reply.header("cache-control", "private, no-store")
    # The address may hold the verifier of a private link.
    secret = not view.public or "verifier" in call.tree
    reply.header("referrer-policy", "no-referrer" if secret else "strict-origin-when-cross-origin")
    return remember(call, reply, visit.proof)


def _tabs(outline: Outline) -> tuple[SectionTab, ...]:
    return tuple(
        SectionTab(
            section.id,
            section.name,
            section.slug,
            tuple(
                PageLink(entry.id, entry.name, entry.slug, section.slug)
                for entry in outline.entries.get(section.id, ())
            ),
        )
        for section in outline.sections
    )


async def _shown(call: Call, entry: VisitedEntry) -> ShownPage:
    comments = (ShownComment(one.author, one.message, one.created_at) for one in entry.comments)
    return ShownPage(
        id=entry.id,
        name=entry.name,
        section_id=entry.section_id,
        content=entry.content,
        updated_at=entry.updated_at,
        files=await files_by_id(call.uow, set(portfolios.placed_files(entry.content))),
        comments=tuple(comments) if entry.show_comments else None,
        older_comments=entry.has_older_comments,
    )


def _addresses(call: Call, standing: Standing, page: VisitedEntry | None, *, preview: bool) -> Addresses:
    portfolio = standing.portfolio_there
    base = f"/eportfolios/{portfolio.id}"
    asked = PREVIEW if preview else ""
    other = None
    if standing.owns and not portfolio.is_spam:
        other = call.raw_path if preview else call.raw_path + PREVIEW
    return Addresses(
        stylesheet=STATIC.url(STYLESHEET),
        home=base + asked,
        section=lambda section: f"{base}/{quote(section.slug, safe='')}{asked}",
        page=lambda page: f"{base}/{quote(page.section_slug, safe='')}/{quote(page.slug, safe='')}{asked}",
        file=lambda page_id, file: f"{base}/entries/{page_id}/files/{quote(file.uuid, safe='')}",
        submission=lambda page_id, submission_id: f"{base}/entries/{page_id}/submissions/{submission_id}",
        absolute=lambda address: f"{call.base_url}{address.removesuffix(PREVIEW)}",
        feed=_feed(call, standing),
        preview=other,
        edit=_edit(standing, page) if portfolios.may(standing, portfolios.UPDATE) and not preview else None,
    )


def _edit(standing: Standing, page: VisitedEntry | None) -> str:
    base = f"/eportfolios/{standing.portfolio_there.id}/edit"
    return base if page is None else f"{base}/pages/{page.id}"


def _feed(call: Call, standing: Standing) -> str | None:
    """Where a feed reader, which has no cookies, may follow the portfolio; the verifier is in the address that was asked for already."""
    address = f"/feeds/eportfolios/{standing.portfolio_there.id}.atom"
    if not portfolios.may(standing, portfolios.FOLLOW):
        return None
    if standing.portfolio_there.public:
        return address
    verifier = brought_by(call)
    return None if verifier is None else f"{address}?verifier={quote(verifier, safe='')}"


# --- what owner and moderators are told


async def _state(call: Call, standing: Standing, portfolio: EPortfolio) -> State | None:
    moderates = portfolios.may(standing, portfolios.MODERATE)
    if not standing.owns and not moderates:
        return None
    reasons: list[Reason] = []
    if portfolio.is_spam or portfolio.review is not None:
        right = portfolios.ASK if standing.owns else portfolios.MODERATE
        reasons, _pages = await portfolios.why(call.uow, portfolios.allow(standing, right))
    if standing.owns:
        return owner_state(portfolio, reasons, reviewed=standing.facts.reviewed)
    return moderator_state(portfolio, reasons)


def owner_state(portfolio: EPortfolio, reasons: list[Reason], *, reviewed: bool) -> State:
    """How things stand for the author, and what they can do."""
    said = tuple(reason.says for reason in reasons)
    if portfolio.is_spam:
        flagged = portfolio.spam_status == FLAGGED
        asked = portfolio.review == BY_AUTHOR
        return State(
            _("It looks like spam, so only you and moderators can see this portfolio.")
            if flagged
            else _("A moderator marked this portfolio as spam: only you and moderators can see it."),
            (
                _("You have asked for a review; a moderator will look at it.")
                if asked
                else _(
                    "If this is a mistake, ask for a review: a moderator looks at it and can open it again for good."
                ),
                _(
                    "Until then you can read it, take it away as a package or delete it, but not change it or make another."
                ),
            ),
            said,
        )
    heading = (
        _("Everybody can see this.")
        if portfolio.public
        else _("Only you and whoever has one of your private links can see this.")
    )
    if portfolio.review is not None:
        return State(f"{heading} {_('A moderator will look at it.')}", (_("You need not do anything."),), said)
    if portfolio.public and not reviewed:
        return State(
            heading,
            (_("Search engines are asked to pass it over until a moderator has approved a portfolio of yours."),),
            calm=True,
        )
    return State(heading, calm=True)


def moderator_state(portfolio: EPortfolio, reasons: list[Reason]) -> State | None:
    """How things stand for somebody who moderates what its author makes."""
    said = tuple(reason.says for reason in reasons)
    if portfolio.is_spam:
        flagged = portfolio.spam_status == FLAGGED
        waits = (_("Its author asks for a review."),) if portfolio.review is not None else ()
        return State(
            _("Flagged as possible spam: only its author and moderators can see it.")
            if flagged
            else _("Marked as spam: only its author and moderators can see it."),
            (*waits, _("Mark it as safe to open it again for good.")),
            said,
        )
    if portfolio.review is not None:
        return State(_("This portfolio waits for a review."), (_("Mark it as safe, or as spam."),), said)
    if not portfolio.public:
        return State(_("This portfolio is private. You see it because you moderate what its author makes."), calm=True)
    return None
