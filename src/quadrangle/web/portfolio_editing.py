"""`/eportfolios/:id/edit`: the sections and pages of a portfolio, and what stands on them. Source: web.md W5, eportfolios.md §4.

A page is worked on in one form. Its buttons that add, move and take away blocks send all of it to be shown again as it then is, so that nothing
is saved before its author says so; with scripts only the blocks are exchanged. Moves in the tree are done at once.
"""

import re
from typing import Any, Final

import msgspec

from quadrangle import artifacts, portfolios
from quadrangle.files import File, files_by_id
from quadrangle.http.call import Asked, Call
from quadrangle.http.endpoint import NOT_ACCEPTED
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.params import Absent, Params, as_text, leading_integer, text, truthy
from quadrangle.kernel.words import _
from quadrangle.portfolios import Entry, EntryChange, PageChangedMeanwhile, PortfolioSection, Standing, VisitedEntry
from quadrangle.web.blocks import FILE, HTML, Block, ShownBlock, blocks_of, blocks_sent, file_ids, shown, stepped
from quadrangle.web.flash import done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.shell import EDITING, POLICY, part, shell_of, show
from quadrangle.wire.canvas.eportfolio_authoring import EntryFields, SectionFields, Sections, content_sent
from quadrangle.wire.canvas.eportfolios import standing_in
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "ePortfolio editing")

EDIT: Final = "/eportfolios/:id/edit"
PAGE: Final = f"{EDIT}/pages/:eid"
DRAFT: Final = f"{PAGE}/draft"
_GROUP: Final = "eportfolio_entry"
_MOVE: Final = re.compile(r"(page|section)-(\d{1,18})(?:-to-(\d{1,18}))?(?:-at-(\d{1,6}))?(?:-(up|down))?\Z", re.ASCII)
_THING: Final = re.compile(r"thing-(\d{1,18})\Z", re.ASCII)


class Move(Params):
    """A step in the tree: `page-12-up`, `section-3-down`, `page-12-to-3`, `page-12-to-3-at-1`, `section-3-at-1`."""

    move: str | None | Absent = text("What moves where.")


class Step(Params):
    """A step among the blocks of a page."""

    do: str | None | Absent = text("What is added, moved or taken away.")


# --- who is before what


async def before(call: Call, right: str = portfolios.UPDATE) -> Granted[Standing]:
    """Whoever may do this to the portfolio in the path. One that is deleted is not there."""
    standing = await standing_in(call, call.path["id"], lock=call.writing)
    if standing.portfolio_there.deleted:
        raise NotFound
    return portfolios.allow(standing, right)


def home_of(granted: Granted[Standing]) -> str:
    return f"/eportfolios/{granted.subject.portfolio_there.id}/edit"


def title_of(granted: Granted[Standing]) -> str:
    return (granted.subject.portfolio_there.name or "").strip() or _("Untitled portfolio")


async def show_of(
    call: Call, granted: Granted[Standing], template: str, *, policy: str = POLICY, **values: Any
) -> Reply:
    """A screen of somebody's portfolio, below its name."""
    framed = {"home": home_of(granted), "title": title_of(granted)} | values
    return await show(call, template, here="portfolios", policy=policy, **framed)


async def entry_here(call: Call, granted: Granted[Standing]) -> Entry:
    return await portfolios.entry_named(call.uow, granted.subject.portfolio_there.id, number_for(call.path["eid"]))


async def section_here(call: Call, granted: Granted[Standing], number: int | None = None) -> PortfolioSection:
    number = number_for(call.path["cid"]) if number is None else number
    return await portfolios.section_named(call.uow, granted.subject.portfolio_there.id, number)


async def led_back(call: Call, granted: Granted[Standing], to: str, words: str) -> Reply:
    """Where one goes on after a change: it may have made the portfolio look like spam, and then its page says what to do."""
    now = await standing_in(call, call.path["id"])
    if portfolios.may(now, granted.right):
        return done(call, to, words)
    return done(call, f"/eportfolios/{now.portfolio_there.id}", words, "warn")


# --- a page, and the tree beside it


@screens.get(EDIT)
async def edit_portfolio(call: Call) -> Reply:
    """Edit a portfolio, beginning with its first page."""
    granted = await before(call)
    page = await portfolios.front_entry(call.uow, granted.subject)
    if page is None or not page.outline.complete:
        call.write()
        await portfolios.ensure_defaults(call.uow, granted.subject.portfolio_there)
        page = await portfolios.front_entry(call.uow, granted.subject)
    assert page is not None
    return await _show_page(call, granted, page)


@screens.get(PAGE)
async def edit_page(call: Call) -> Reply:
    """Edit a page."""
    granted = await before(call)
    return await _show_page(call, granted, await _visited(call, granted))


async def _visited(call: Call, granted: Granted[Standing]) -> VisitedEntry:
    page = await portfolios.visited_entry(call.uow, granted.subject.portfolio_there.id, number_for(call.path["eid"]))
    if page is None:
        raise NotFound
    return page


class Draft(msgspec.Struct, frozen=True):
    """A page as somebody has it before them. version: what it was written against. theirs: what stands on the page, where that is another text.
    dirty: it is not saved."""

    form: Form
    blocks: list[Block]
    version: int
    theirs: Entry | None = None
    dirty: bool = False


def _stored(call: Call, page: VisitedEntry) -> Draft:
    """The page as it is; or what was sent and not accepted."""
    form = form_on(
        call,
        PAGE,
        group=_GROUP,
        name=page.name,
        allow_comments=page.allow_comments,
        show_comments=page.show_comments,
    )
    if not form.sent:
        return Draft(form, blocks_of(page.content), page.lock_version)
    failure = call.notes[NOT_ACCEPTED]
    conflict = isinstance(failure, PageChangedMeanwhile)
    version = page.lock_version if conflict else leading_integer(str(call.tree.get("lock_version")))
    return Draft(form, _blocks_typed(call), version, page if conflict else None, dirty=True)


def _blocks_typed(call: Call) -> list[Block]:
    count = leading_integer(str(call.tree.get("section_count")))
    return blocks_sent(portfolios.sections_sent(call.tree, count))


async def _show_page(call: Call, granted: Granted[Standing], page: VisitedEntry) -> Reply:
    return await _show_draft(call, granted, page, _stored(call, page))


async def _show_draft(
    call: Call, granted: Granted[Standing], page: VisitedEntry, draft: Draft, here: int | None = None
) -> Reply:
    theirs = [] if draft.theirs is None else blocks_of(draft.theirs.content)
    files = await _files(call, granted, [*draft.blocks, *theirs])
    return await show_of(
        call,
        granted,
        "portfolio_edit/page.html",
        policy=EDITING,
        page=page,
        form=draft.form,
        blocks=_shown(granted, page.id, draft.blocks, files, here),
        version=draft.version,
        theirs=None if draft.theirs is None else _shown(granted, page.id, theirs, files),
        dirty=draft.dirty,
        said=None,
        **tree_of(granted, page),
    )


def tree_of(granted: Granted[Standing], page: VisitedEntry) -> dict[str, Any]:
    outline = page.outline
    return {
        "sections": outline.sections,
        "pages": outline.entries,
        "at": page.id,
        "where": f"/eportfolios/{granted.subject.portfolio_there.id}",
    }


async def _files(call: Call, granted: Granted[Standing], blocks: list[Block]) -> dict[int, File]:
    """Of those that the blocks name, the owner's own."""
    found = await files_by_id(call.uow, {one for one in file_ids(blocks) if one > 0})
    owner_id = granted.subject.facts.user_id
    return {id: file for id, file in found.items() if (file.context_type, file.context_id) == ("User", owner_id)}


def _shown(
    granted: Granted[Standing], entry_id: int, blocks: list[Block], files: dict[int, File], here: int | None = None
) -> list[ShownBlock]:
    return shown(blocks, files, granted.subject.portfolio_there.id, entry_id, here=here)


@screens.post(DRAFT, work="read")
async def step_draft(call: Call, asked: Asked[Step]) -> Reply:
    """A page as it is after a step among its blocks; nothing is saved."""
    granted = await before(call)
    step = asked.read().do
    step = step if isinstance(step, str) else ""
    blocks, here = stepped(_blocks_typed(call), step)
    if (thing := await thing_block(call, step)) is not None:
        blocks, here = [*blocks, thing], len(blocks) + 1
    if call.header("hx-request"):
        files = await _files(call, granted, blocks)
        number = number_for(call.path["eid"])
        return part(
            "portfolio_edit/blocks.html",
            home=home_of(granted),
            page_id=number,
            blocks=_shown(granted, number, blocks, files, here),
        )
    page = await _visited(call, granted)
    typed = call.tree.get(_GROUP)
    typed = typed if isinstance(typed, dict) else {}
    form = Form(
        {
            "name": as_text(typed.get("name")) or "",
            "allow_comments": truthy(typed.get("allow_comments")),
            "show_comments": truthy(typed.get("show_comments")),
        },
        _GROUP,
        None,
        None,
    )
    version = leading_integer(str(call.tree.get("lock_version")))
    return await _show_draft(call, granted, page, Draft(form, blocks, version, dirty=True), here)


async def thing_block(call: Call, step: str) -> Block | None:
    """What one has collected, as it stands on a page: `thing-34`. None for another step, or for what is nobody's or somebody else's."""
    found = _THING.match(step)
    if found is None:
        return None
    own = await artifacts.standing_of(call.uow, call.user().user_id, keywords_of(call))
    try:
        standing = await artifacts.standing_before(call.uow, own, int(found[1]), keywords_of(call))
    except NotFound:
        return None
    item = standing.item_there
    if not artifacts.may(standing, artifacts.EDIT) or item.eportfolio_id is not None:
        return None
    if item.file_id is not None:
        return Block(FILE, file_id=item.file_id)
    return Block(HTML, artifacts.shown_on_page(item.id, item.name, item.description, item.more.url))


@screens.post(PAGE, again=edit_page)
async def save_page(call: Call, asked: Asked[EntryFields], sent: Asked[Sections]) -> Reply:
    """Save a page."""
    granted = await before(call)
    entry, wanted, sections = await entry_here(call, granted), asked.read(), sent.read()
    if not (wanted.name or "").strip():
        raise Invalid.field("name", "can't be blank", "blank")  # the API would call it "Page Name"
    owner_id = granted.subject.facts.user_id
    wish = EntryChange(
        name=wanted.name,
        allow_comments=wanted.allow_comments,
        show_comments=wanted.show_comments,
        content=await content_sent(call, owner_id, leading_integer(sections.section_count)),
        lock_version=sections.lock_version if isinstance(sections.lock_version, int) else None,
    )
    saved = await portfolios.revise_entry(call.uow, granted, entry, wish)
    # The mark tells the script that what it kept of this page is not needed any more.
    return await led_back(call, granted, f"{home_of(granted)}/pages/{saved.id}#saved", _("Saved."))


# --- the tree


@screens.post(f"{EDIT}/order")
async def move(call: Call, asked: Asked[Move]) -> Reply:
    """Move a page or a section."""
    granted = await before(call)
    found = _MOVE.match(str(asked.read().move))
    if found is None:
        raise NotFound
    kind, number, to, at, way = found[1], int(found[2]), found[3], found[4], found[5]
    by = {"up": -1, "down": 1}.get(way or "", 0)
    portfolio_id = granted.subject.portfolio_there.id
    if kind == "section":
        section = await section_here(call, granted, number)
        await portfolios.place_section(call.uow, granted, section, int(at) if at else section.position + by)
        words = _("“%(name)s” was moved.") % {"name": section.name}
    else:
        entry = await portfolios.entry_named(call.uow, portfolio_id, number)
        section = await section_here(call, granted, int(to) if to else entry.section_id)
        place = int(at) if at else entry.position + by if way else None
        await portfolios.place_entry(call.uow, granted, entry, section, place)
        words = _("“%(name)s” was moved.") % {"name": entry.name}
    return await _tree(call, granted, words)


async def _tree(call: Call, granted: Granted[Standing], words: str) -> Reply:
    """The tree as it is now: the piece of the screen for scripts, the whole of it otherwise."""
    portfolio_id = granted.subject.portfolio_there.id
    at = leading_integer(str(call.tree.get("at")))
    page = None if at <= 0 else await portfolios.visited_entry(call.uow, portfolio_id, at)
    if call.header("hx-request") and page is not None:
        return part(
            "portfolio_edit/tree.html",
            shell=await shell_of(call),
            home=home_of(granted),
            said=words,
            **tree_of(granted, page),
        )
    return done(call, home_of(granted) if page is None else f"{home_of(granted)}/pages/{page.id}", words)


@screens.post(f"{EDIT}/sections", again=edit_portfolio)
async def add_section(call: Call, asked: Asked[SectionFields]) -> Reply:
    """Add a section, with one empty page."""
    granted = await before(call)
    name = asked.read().name
    made = await portfolios.add_section(call.uow, granted, None if isinstance(name, Absent) else name)
    first = await portfolios.first_entry(call.uow, made)
    assert first is not None
    words = _("The section “%(name)s” is there, with one empty page.") % {"name": made.name}
    return await led_back(call, granted, f"{home_of(granted)}/pages/{first.id}", words)


@screens.post(f"{EDIT}/sections/:cid", again=edit_portfolio)
async def rename_section(call: Call, asked: Asked[SectionFields]) -> Reply:
    """Rename a section."""
    granted = await before(call)
    section, name = await section_here(call, granted), asked.read().name
    if isinstance(name, str):
        section = await portfolios.rename_section(call.uow, granted, section, name)
    words = _("The section is called “%(name)s” now.") % {"name": section.name}
    return await led_back(call, granted, _back(call, granted), words)


def _back(call: Call, granted: Granted[Standing]) -> str:
    at = leading_integer(str(call.tree.get("at")))
    return home_of(granted) if at <= 0 else f"{home_of(granted)}/pages/{at}"


@screens.post(f"{EDIT}/sections/:cid/pages", again=edit_portfolio)
async def add_page(call: Call, asked: Asked[EntryFields]) -> Reply:
    """Add a page to a section."""
    granted = await before(call)
    section = await section_here(call, granted)
    wish = EntryChange(name=asked.read().name, allow_comments=True, show_comments=True)
    made = await portfolios.add_entry(call.uow, granted, section, wish)
    words = _("The page “%(name)s” is there. Write on it what you like.") % {"name": made.name}
    return await led_back(call, granted, f"{home_of(granted)}/pages/{made.id}", words)


# --- taking away for good


@screens.get(f"{PAGE}/delete")
async def ask_before_page_goes(call: Call) -> Reply:
    """What is lost with a page."""
    granted = await before(call)
    page = await _visited(call, granted)
    return await show_of(
        call,
        granted,
        "portfolio_edit/delete.html",
        what=page.name,
        section=None,
        pages=[],
        comments=len(page.comments),
        versions=page.lock_version,
        back=f"{home_of(granted)}/pages/{page.id}",
    )


@screens.post(f"{PAGE}/delete")
async def delete_page(call: Call) -> Reply:
    """Delete a page."""
    granted = await before(call)
    entry = await entry_here(call, granted)
    await portfolios.remove_entry(call.uow, granted, entry)
    return done(call, home_of(granted), _("The page “%(name)s” was deleted.") % {"name": entry.name})


@screens.get(f"{EDIT}/sections/:cid/delete")
async def ask_before_section_goes(call: Call) -> Reply:
    """What is lost with a section."""
    granted = await before(call)
    section = await section_here(call, granted)
    places = await portfolios.places_of(call.uow, section.eportfolio_id)
    return await show_of(
        call,
        granted,
        "portfolio_edit/delete.html",
        what=section.name,
        section=section,
        pages=[place.name for place in places if place.section_id == section.id],
        comments=0,
        versions=0,
        back=home_of(granted),
    )


@screens.post(f"{EDIT}/sections/:cid/delete")
async def delete_section(call: Call) -> Reply:
    """Delete a section with its pages."""
    granted = await before(call)
    section = await section_here(call, granted)
    await portfolios.remove_section(call.uow, granted, section)
    return done(call, home_of(granted), _("The section “%(name)s” was deleted.") % {"name": section.name})
