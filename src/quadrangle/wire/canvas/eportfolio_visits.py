"""ePortfolios as visitors find them: the web paths that read, private links, the Atom feed. Source: eportfolios.md §4."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from msgspec.structs import asdict

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.portfolios import Entry, EPortfolio, PortfolioSection, Standing
from quadrangle.wire.canvas.eportfolio_authoring import EntryRoot, PortfolioRoot, entry_json, portfolio_root
from quadrangle.wire.canvas.eportfolio_links import opened_in, remember
from quadrangle.wire.canvas.eportfolios import EPortfolioJson, eportfolio_json, keywords_of
from quadrangle.wire.canvas.ids import number_for, viewer_of

routes = Routes("canvas", "ePortfolio visits")

IN_FEED: Final = 100


class VisitedPortfolioJson(EPortfolioJson, frozen=True):
    """A portfolio. profile_url: of its owner, where the visitor may see it."""

    profile_url: str | None = None


async def _visit(call: Call) -> tuple[Standing, str | None]:
    """The visitor before an active portfolio, or NotFound; and what they have just opened."""
    portfolio_id = number_for(call.path["id"])
    opened, proof = await opened_in(call, portfolio_id)
    standing = await portfolios.standing_before(
        call.uow, portfolio_id, viewer_of(call), keywords_of(call), opened=opened, lock=call.writing
    )
    if standing.portfolio_there.deleted:
        raise NotFound
    return standing, proof


async def _complete(call: Call, standing: Standing) -> EPortfolio:
    """The portfolio with the section and page that every one has; made when somebody looks at one that lost them (§1, "Defaults")."""
    portfolio = standing.portfolio_there
    if await portfolios.complete(call.uow, portfolio):
        return portfolio
    call.write()
    return await portfolios.ensure_defaults(call.uow, portfolio)


# --- the portfolio


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
    standing, proof = await _visited(call)
    portfolio = await _complete(call, standing)
    return remember(call, Reply(200, VisitedPortfolioJson(**asdict(eportfolio_json(portfolio)))), proof)


async def _visited(call: Call, section: PortfolioSection | None = None) -> tuple[Standing, str | None]:
    """The visitor before a portfolio they may read, or a section of it alone."""
    standing, proof = await _visit(call)
    if section is not None:
        standing = standing.inside(section.id)
    portfolios.allow(standing, portfolios.READ)
    return standing, proof


@routes.get("/eportfolios/:id/categories", public=True, status=302)
async def to_portfolio(call: Call) -> Reply:
    """Lead to the portfolio."""
    return redirect(f"/eportfolios/{number_for(call.path['id'])}")


# --- sections and pages


async def _first_page(call: Call, section: PortfolioSection | None) -> Reply:
    """The first page of a section; where there is none it is made for the author, and others are led to the portfolio."""
    home = f"/eportfolios/{number_for(call.path['id'])}"
    standing, proof = await _visited(call, section)
    if section is None:
        return remember(call, redirect(home), proof)
    await _complete(call, standing)
    entry = await portfolios.first_entry(call.uow, section)
    if entry is None and portfolios.may(standing, portfolios.UPDATE):
        call.write()
        entry = await portfolios.add_empty_entry(call.uow, portfolios.allow(standing, portfolios.UPDATE), section)
    if entry is None:
        return remember(call, redirect(home), proof)
    return remember(call, Reply(200, EntryRoot(entry_json(entry))), proof)


@routes.get("/eportfolios/:id/categories/:cid", public=True, gives=EntryRoot)
async def visit_section_by_id(call: Call) -> Reply:
    """Show the first page of a section."""
    portfolio_id, number = number_for(call.path["id"]), parse_number(call.path["cid"])
    section = None if number is None else await portfolios.section_by(call.uow, portfolio_id, "id", number)
    if section is None:
        await _visited(call)
        raise NotFound
    return await _first_page(call, section)


@routes.get("/eportfolios/:id/:section_slug", public=True, gives=EntryRoot)
async def visit_section(call: Call) -> Reply:
    """Show the first page of a section by its address."""
    section = await portfolios.section_by(call.uow, number_for(call.path["id"]), "slug", call.path["section_slug"])
    return await _first_page(call, section)


async def _page(call: Call, entry: Entry | None) -> Reply:
    section = None
    if entry is not None:
        section = await portfolios.section_by(call.uow, entry.eportfolio_id, "id", entry.section_id)
    _, proof = await _visited(call, section)
    if entry is None:
        return remember(call, redirect(f"/eportfolios/{number_for(call.path['id'])}"), proof)
    reply = Reply(200, EntryRoot(entry_json(entry))).header("etag", f'"{entry.lock_version}"')
    return remember(call, reply, proof)


@routes.get("/eportfolios/:id/entries/:eid", public=True, gives=EntryRoot)
async def visit_page_by_id(call: Call) -> Reply:
    """Show a page."""
    number = parse_number(call.path["eid"])
    try:
        entry = await portfolios.entry_named(call.uow, number_for(call.path["id"]), number or 0)
    except NotFound:
        await _visited(call)
        raise
    return await _page(call, entry)


@routes.get("/eportfolios/:id/:section_slug/:page_slug", public=True, gives=EntryRoot)
async def visit_page(call: Call) -> Reply:
    """Show a page by its address; an unknown one leads to the portfolio."""
    portfolio_id = number_for(call.path["id"])
    return await _page(
        call, await portfolios.entry_at(call.uow, portfolio_id, call.path["section_slug"], call.path["page_slug"])
    )


# --- the feed


@routes.get("/feeds/eportfolios/:feed", public=True)
async def show_feed(call: Call) -> Reply:
    """The newest pages of an ePortfolio as an Atom feed (RFC 4287), for whoever may follow it."""
    name = call.path["feed"]
    number = parse_number(name.removesuffix(".atom"))
    if number is None or not name.endswith(".atom"):
        raise NotFound
    call.path["id"] = str(number)
    standing, _ = await _visit(call)
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
