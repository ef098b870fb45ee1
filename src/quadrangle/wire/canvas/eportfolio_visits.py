"""ePortfolios as visitors find them: the web paths that read, private links, the Atom feed. Source: eportfolios.md §4."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct
from msgspec.structs import asdict

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.portfolios import Entry, EPortfolio, Outline, PortfolioSection, Standing, VisitedEntry
from quadrangle.wire.canvas.eportfolio_authoring import EntryRoot, PortfolioRoot, entry_json, portfolio_root
from quadrangle.wire.canvas.eportfolio_links import opened_in, remember
from quadrangle.wire.canvas.eportfolios import EPortfolioJson, eportfolio_json
from quadrangle.wire.canvas.ids import number_for, viewer_of
from quadrangle.wire.spam_words import keywords_of

routes = Routes("canvas", "ePortfolio visits")

IN_FEED: Final = 100


class VisitedPortfolioJson(EPortfolioJson, frozen=True):
    """A portfolio. profile_url: of its owner, where the visitor may see it."""

    profile_url: str | None = None


# --- finding what is visited: the same for programs and for people


class Visit(Struct, frozen=True):
    """A visitor who may read what they have come for.

    portfolio: as it is now. proof: of a private link that they have brought just now. page: None where there is none, or where the address
    leads to no page, so that they are led to the portfolio. outline: all sections and pages; what of it is open is asked of the noun.
    """

    standing: Standing
    portfolio: EPortfolio
    proof: str | None
    page: VisitedEntry | None = None
    outline: Outline | None = None


async def _arrive(call: Call) -> tuple[Standing, str | None]:
    """The visitor before an active portfolio, or NotFound; and the proof of what they have just opened."""
    portfolio_id = number_for(call.path["id"])
    opened, proof = await opened_in(call, portfolio_id)
    standing = await portfolios.standing_before(
        call.uow, portfolio_id, viewer_of(call), keywords_of(call), opened=opened, lock=call.writing
    )
    if standing.portfolio_there.deleted:
        raise NotFound
    return standing, proof


async def _readable(call: Call, section_id: int | None = None) -> tuple[Standing, str | None]:
    """The visitor before a portfolio they may read, or a section of it alone."""
    standing, proof = await _arrive(call)
    if section_id is not None:
        standing = standing.inside(section_id)
    portfolios.allow(standing, portfolios.READ)
    return standing, proof


async def _complete(call: Call, standing: Standing, page: VisitedEntry | None) -> EPortfolio:
    """The portfolio with the section and page that every one has; made when somebody looks at one that lost them (§1, "Defaults")."""
    portfolio = standing.portfolio_there
    if (page is not None and page.outline.complete) or await portfolios.complete(call.uow, portfolio):
        return portfolio
    call.write()
    return await portfolios.ensure_defaults(call.uow, portfolio)


async def find_portfolio(call: Call) -> Visit:
    """The portfolio in the path, with the page it opens with."""
    standing, proof = await _readable(call)
    page = await portfolios.front_entry(call.uow, standing)
    portfolio = await _complete(call, standing, page)
    if page is None:
        page = await portfolios.front_entry(call.uow, standing)
    outline = await portfolios.outline(call.uow, portfolio.id) if page is None else page.outline
    return Visit(standing, portfolio, proof, page, outline)


async def find_section(call: Call, section: PortfolioSection | None) -> Visit:
    """The first page of a section; where there is none it is made for the author, and others are led to the portfolio."""
    standing, proof = await _readable(call, None if section is None else section.id)
    portfolio = standing.portfolio_there
    if section is None:
        return Visit(standing, portfolio, proof)
    page = await portfolios.visited_first(call.uow, portfolio.id, section.id)
    portfolio = await _complete(call, standing, page)
    if page is None:
        page = await portfolios.visited_first(call.uow, portfolio.id, section.id)
    if page is None and portfolios.may(standing, portfolios.UPDATE):
        call.write()
        await portfolios.add_empty_entry(call.uow, portfolios.allow(standing, portfolios.UPDATE), section)
        page = await portfolios.visited_first(call.uow, portfolio.id, section.id)
    return Visit(standing, portfolio, proof, page, None if page is None else page.outline)


async def find_section_by_slug(call: Call) -> Visit:
    """The same by its address; an unknown one leads to the portfolio."""
    portfolio_id = number_for(call.path["id"])
    return await find_section(
        call, await portfolios.section_by(call.uow, portfolio_id, "slug", call.path["section_slug"])
    )


async def find_section_by_id(call: Call) -> Visit:
    """The same by its id, or NotFound for whoever may read the portfolio."""
    portfolio_id, number = number_for(call.path["id"]), parse_number(call.path["cid"])
    section = None if number is None else await portfolios.section_by(call.uow, portfolio_id, "id", number)
    if section is None:
        await _readable(call)
        raise NotFound
    return await find_section(call, section)


async def _found(call: Call, page: VisitedEntry | None) -> Visit:
    standing, proof = await _readable(call, None if page is None else page.section_id)
    return Visit(standing, standing.portfolio_there, proof, page, None if page is None else page.outline)


async def find_page(call: Call) -> Visit:
    """The page at an address; an unknown one leads to the portfolio."""
    portfolio_id = number_for(call.path["id"])
    page = await portfolios.visited_at(call.uow, portfolio_id, call.path["section_slug"], call.path["page_slug"])
    return await _found(call, page)


async def find_page_by_id(call: Call) -> Visit:
    """The page of an id, or NotFound for whoever may read the portfolio."""
    number = parse_number(call.path["eid"])
    page = None if number is None else await portfolios.visited_entry(call.uow, number_for(call.path["id"]), number)
    visit = await _found(call, page)
    if page is None:
        raise NotFound
    return visit


def home(call: Call) -> str:
    """Where the portfolio in the path is."""
    return f"/eportfolios/{number_for(call.path['id'])}"


# --- the portfolio, its sections and pages


@routes.get("/dashboard/eportfolios", gives=list[PortfolioRoot])
async def my_portfolios(call: Call) -> Reply:
    """List one's own ePortfolios, the one that rested longest first."""
    me = call.user().user_id
    granted = portfolios.allow(await portfolios.standing_to(call.uow, me, me, keywords_of(call)), portfolios.LIST)
    rows, _ = await portfolios.portfolios_of(call.uow, granted, deleted=False, limit=1000, offset=0)
    return Reply(200, [portfolio_root(row) for row in rows])


@routes.get("/eportfolios/:id", public=True, gives=VisitedPortfolioJson)
async def visit_portfolio(call: Call) -> Reply:
    """Show an ePortfolio to whoever may read it; `verifier` opens it for the rest of the visit."""
    visit = await find_portfolio(call)
    return remember(call, Reply(200, VisitedPortfolioJson(**asdict(eportfolio_json(visit.portfolio)))), visit.proof)


@routes.get("/eportfolios/:id/categories", public=True, status=302)
async def to_portfolio(call: Call) -> Reply:
    """Lead to the portfolio."""
    return redirect(home(call))


def _page(call: Call, visit: Visit) -> Reply:
    if visit.page is None:
        return remember(call, redirect(home(call)), visit.proof)
    return remember(call, Reply(200, EntryRoot(entry_json(visit.page))), visit.proof)


@routes.get("/eportfolios/:id/categories/:cid", public=True, gives=EntryRoot)
async def visit_section_by_id(call: Call) -> Reply:
    """Show the first page of a section."""
    return _page(call, await find_section_by_id(call))


@routes.get("/eportfolios/:id/:section_slug", public=True, gives=EntryRoot)
async def visit_section(call: Call) -> Reply:
    """Show the first page of a section by its address."""
    return _page(call, await find_section_by_slug(call))


def _versioned(call: Call, visit: Visit) -> Reply:
    reply = _page(call, visit)
    return reply if visit.page is None else reply.header("etag", f'"{visit.page.lock_version}"')


@routes.get("/eportfolios/:id/entries/:eid", public=True, gives=EntryRoot)
async def visit_page_by_id(call: Call) -> Reply:
    """Show a page."""
    return _versioned(call, await find_page_by_id(call))


@routes.get("/eportfolios/:id/:section_slug/:page_slug", public=True, gives=EntryRoot)
async def visit_page(call: Call) -> Reply:
    """Show a page by its address; an unknown one leads to the portfolio."""
    return _versioned(call, await find_page(call))


# --- the feed


@routes.get("/feeds/eportfolios/:feed", public=True)
async def show_feed(call: Call) -> Reply:
    """The newest pages of an ePortfolio as an Atom feed (RFC 4287), for whoever may follow it."""
    name = call.path["feed"]
    number = parse_number(name.removesuffix(".atom"))
    if number is None or not name.endswith(".atom"):
        raise NotFound
    call.path["id"] = str(number)
    standing, _ = await _arrive(call)
    granted = portfolios.allow(standing, portfolios.FOLLOW)
    entries = await portfolios.newest_entries(call.uow, granted, limit=IN_FEED)
    reply = Reply(200, atom(standing, entries, call.base_url), content_type=b"application/atom+xml; charset=utf-8")
    return reply.header("cache-control", "private, max-age=300")


def atom(standing: Standing, entries: Sequence[Entry], base_url: str) -> bytes:
    """Each entry is but a line that leads to the page (§4.20)."""
    portfolio = standing.portfolio_there
    home = f"{base_url}/eportfolios/{portfolio.id}"
    title = escape(portfolio.name or "ePortfolio")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{title}</title><id>{escape(home)}</id><updated>{zulu(portfolio.updated_at)}</updated>",
        f'<link rel="alternate" href={quoteattr(home)}/>',
        f"<author><name>{escape(standing.facts.author)}</name></author>",
    ]
    for entry in entries:
        address = f"{home}/{entry.category_slug}/{entry.slug}"
        line = f"Click to view page: <a href={quoteattr(address)}>{escape(entry.name)}</a>"
        lines += [
            f"<entry><title>{escape(entry.name)}</title><id>{escape(f'{home}/entries/{entry.id}')}</id>",
            f'<link rel="alternate" href={quoteattr(address)}/><published>{zulu(entry.created_at)}</published>',
            f'<updated>{zulu(entry.updated_at)}</updated><content type="html">{escape(line)}</content></entry>',
        ]
    return "\n".join([*lines, "</feed>"]).encode()
