"""What authors do with ePortfolios, for programs and for sessions. Source: eportfolios.md §4 and §5.

Every route here stands twice: under `/api/v1` for tokens, and under the web path for sessions.
"""

from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import asdict

from quadrangle import portfolios
from quadrangle.files import file_of, files_by_id
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, integer, leading_integer, moment, text
from quadrangle.portfolios import (
    Entry,
    EntryChange,
    EntryRevision,
    Link,
    LinkChange,
    PageChangedMeanwhile,
    PageComment,
    PortfolioChange,
    PortfolioSection,
    Standing,
)
from quadrangle.wire.canvas.eportfolio_paths import active_here, granted_here, twice
from quadrangle.wire.canvas.eportfolios import EPortfolioJson, eportfolio_json
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.file_json import download_url
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.shapes import Maybe, Time
from quadrangle.wire.spam_words import keywords_of

routes = Routes("canvas", "ePortfolio authoring")

_both = twice(routes)

# --- what is sent


class PortfolioFields(Params, group="eportfolio"):
    """A portfolio as its author, or a moderator, wants it."""

    name: str | None | Absent = text("Its name.", max=portfolios.LONGEST_NAME)
    public: bool | Absent = flag("Everybody may read it.")
    spam_status: str | None | Absent = text("Of moderators alone.", choices=portfolios.SPAM_ORDER)


class Redirect(Params):
    include_redirect: bool | Absent = flag("Add `eportfolio_url`.")


class SectionFields(Params, group="eportfolio_category"):
    """A section of a portfolio."""

    name: str | None | Absent = text("Its name.", max=portfolios.LONGEST_NAME)


class EntryFields(Params, group="eportfolio_entry"):
    """A page of a portfolio."""

    name: str | None | Absent = text("Its name.", max=portfolios.LONGEST_NAME)
    eportfolio_category_id: Any = anything("The section it stands in.", schema={"type": "integer"})
    allow_comments: bool | Absent = flag("Whether it may be commented upon.")
    show_comments: bool | Absent = flag("Whether comments are shown.")
    lock_version: int | None | Absent = integer("The version this was written against.")


class Sections(Params):
    """What stands on a page: `section_1[section_type]`, `section_1[content]`, `section_1[attachment_id]` and so on."""

    section_count: Any = anything("How many there are.", schema={"type": "integer"})
    lock_version: int | None | Absent = integer("The version this was written against.")


class Order(Params):
    order: Any = anything("Ids, divided by commas, in their new order.", schema={"type": "string"})

    def ids(self) -> list[int]:
        sent = self.order if isinstance(self.order, list) else str(self.order or "").split(",")
        return [number for one in sent if (number := parse_number(str(one))) is not None]


class CommentFields(Params, group="page_comment"):
    message: str | None | Absent = text("What to say.", max=portfolios.LONGEST_COMMENT)


class LinkFields(Params, group="link"):
    """A private link."""

    name: str | None | Absent = text("Its name, for its owner.", max=portfolios.LONGEST_NAME)
    section_id: Any = anything("The only section it opens.", schema={"type": ["integer", "null"]})
    expires_at: Any = moment("When it stops.")
    renew: bool | Absent = flag("Make a new address; the old one stops at once.")

    def change(self) -> LinkChange:
        section = self.section_id
        if not isinstance(section, Absent):
            section = None if section in (None, "") else parse_number(str(section))
            if section is None and self.section_id not in (None, ""):
                raise NotFound
        return LinkChange(name=self.name, section_id=section, expires_at=self.expires_at, renew=self.renew is True)


# --- what is answered


class PermissionsJson(Struct, frozen=True):
    read: bool
    update: bool
    manage: bool
    delete: bool
    moderate: bool


class StoredPortfolioJson(EPortfolioJson, frozen=True):
    """A portfolio; with what the caller may when it has just been made."""

    permissions: PermissionsJson | Maybe = UNSET


class PortfolioRoot(Struct, frozen=True):
    eportfolio: StoredPortfolioJson
    eportfolio_url: str | Maybe = UNSET


class SectionJson(Struct, frozen=True):
    id: int
    eportfolio_id: int
    name: str
    slug: str
    position: int
    created_at: Time
    updated_at: Time


class SectionRoot(Struct, frozen=True):
    """A section of a portfolio."""

    eportfolio_category: SectionJson


class EntryJson(Struct, frozen=True):
    """A page of a portfolio as it is stored. lock_version: of what it was read, for `If-Match`."""

    id: int
    eportfolio_id: int
    eportfolio_category_id: int
    name: str
    slug: str
    position: int
    content: Any
    allow_comments: bool
    show_comments: bool
    lock_version: int
    created_at: Time
    updated_at: Time
    category_slug: str


class EntryRoot(Struct, frozen=True):
    eportfolio_entry: EntryJson


class CommentJson(Struct, frozen=True):
    id: int
    page_id: int
    user_id: int | None
    message: str
    created_at: Time


class CommentRoot(Struct, frozen=True):
    page_comment: CommentJson


class RevisionJson(Struct, frozen=True):
    """One saved version of a page."""

    number: int
    name: str
    content: Any
    user_id: int
    created_at: Time


class LinkJson(Struct, frozen=True):
    """A private link; `url` opens the portfolio, or the one section, to whoever has it."""

    id: int
    name: str | None
    section_id: int | None
    expires_at: Time | None
    created_at: Time
    url: str


def portfolio_root(portfolio: portfolios.EPortfolio) -> PortfolioRoot:
    return PortfolioRoot(StoredPortfolioJson(**asdict(eportfolio_json(portfolio))))


def section_root(section: PortfolioSection) -> SectionRoot:
    return SectionRoot(
        SectionJson(
            id=section.id,
            eportfolio_id=section.eportfolio_id,
            name=section.name,
            slug=section.slug,
            position=section.position,
            created_at=zulu(section.created_at),
            updated_at=zulu(section.updated_at),
        )
    )


def entry_json(entry: Entry) -> EntryJson:
    return EntryJson(
        id=entry.id,
        eportfolio_id=entry.eportfolio_id,
        eportfolio_category_id=entry.section_id,
        name=entry.name,
        slug=entry.slug,
        position=entry.position,
        content=entry.content,
        allow_comments=entry.allow_comments,
        show_comments=entry.show_comments,
        lock_version=entry.lock_version,
        created_at=zulu(entry.created_at),
        updated_at=zulu(entry.updated_at),
        category_slug=entry.category_slug,
    )


def _entry(entry: Entry) -> Reply:
    return Reply(200, EntryRoot(entry_json(entry))).header("etag", f'"{entry.lock_version}"')


def comment_root(comment: PageComment) -> CommentRoot:
    return CommentRoot(
        CommentJson(comment.id, comment.entry_id, comment.user_id, comment.message, zulu(comment.created_at))
    )


def revision_json(revision: EntryRevision) -> RevisionJson:
    return RevisionJson(revision.number, revision.name, revision.content, revision.user_id, zulu(revision.created_at))


def link_json(call: Call, portfolio_id: int, link: Link) -> LinkJson:
    return LinkJson(
        id=link.id,
        name=link.name,
        section_id=link.section_id,
        expires_at=zulu_or_none(link.expires_at),
        created_at=zulu(link.created_at),
        url=f"{call.base_url}/eportfolios/{portfolio_id}?verifier={link.verifier}",
    )


# --- finding


def _id(granted: Granted[Standing]) -> int:
    return granted.subject.portfolio_there.id


async def _section(call: Call, granted: Granted[Standing], name: str = "cid") -> PortfolioSection:
    return await portfolios.section_named(call.uow, _id(granted), number_for(call.path[name]))


async def _entry_in(call: Call, granted: Granted[Standing]) -> Entry:
    """The page in the path; a link that opens one section alone opens none of the others."""
    entry = await portfolios.entry_named(call.uow, _id(granted), number_for(call.path["eid"]))
    portfolios.allow(granted.subject.inside(entry.section_id), granted.right)
    return entry


# --- the portfolio


@_both("POST", "/eportfolios", gives=PortfolioRoot)
async def create_portfolio(call: Call, asked: Asked[PortfolioFields], more: Asked[Redirect]) -> Reply:
    """Make an ePortfolio, with its first section and page."""
    me = call.user().user_id
    standing = await portfolios.standing_to(call.uow, me, me, keywords_of(call))
    granted = portfolios.allow(standing, portfolios.CREATE)
    wanted = asked.read()
    made = await portfolios.create_portfolio(call.uow, granted, PortfolioChange(name=wanted.name, public=wanted.public))
    now = await portfolios.standing_before(call.uow, made.id, me, keywords_of(call))
    may = {
        right: portfolios.may(now, right)
        for right in (portfolios.READ, portfolios.UPDATE, portfolios.DELETE, portfolios.MODERATE)
    }
    shown = StoredPortfolioJson(
        **asdict(eportfolio_json(now.portfolio_there)),
        permissions=PermissionsJson(
            may[portfolios.READ],
            may[portfolios.UPDATE],
            may[portfolios.UPDATE],
            may[portfolios.DELETE],
            may[portfolios.MODERATE],
        ),
    )
    url = f"{call.base_url}/eportfolios/{made.id}" if more.read().include_redirect is True else UNSET
    return Reply(200, PortfolioRoot(shown, url))


@_both("PUT", "/eportfolios/:id", gives=PortfolioRoot)
async def revise_portfolio(call: Call, asked: Asked[PortfolioFields]) -> Reply:
    """Change an ePortfolio: its author name and publicity, a moderator its spam status."""
    standing, wanted = await active_here(call), asked.read()
    if portfolios.may(standing, portfolios.MODERATE):
        granted = portfolios.allow(standing, portfolios.MODERATE)
        if wanted.spam_status is ABSENT:
            return Reply(200, portfolio_root(standing.portfolio_there))
        if wanted.spam_status not in portfolios.SPAM_ORDER:
            raise Invalid(FieldError("spam_status", "is not included in the list", "inclusion"))
        return Reply(200, portfolio_root(await portfolios.moderate(call.uow, granted, str(wanted.spam_status))))
    granted = portfolios.allow(standing, portfolios.UPDATE)
    change = PortfolioChange(name=wanted.name, public=wanted.public)
    return Reply(200, portfolio_root(await portfolios.revise_portfolio(call.uow, granted, change)))


@_both("POST", "/eportfolios/:id/reorder_categories", gives=list[list[int]])
async def reorder_sections(call: Call, asked: Asked[Order]) -> Reply:
    """Put the sections into a new order; answers every section with its place."""
    granted = await granted_here(call, portfolios.UPDATE)
    placed = await portfolios.reorder_sections(call.uow, granted, asked.read().ids())
    return Reply(200, [list(pair) for pair in placed])


@_both("POST", "/eportfolios/:id/:section_id/reorder_entries", gives=list[list[int]])
async def reorder_entries(call: Call, asked: Asked[Order]) -> Reply:
    """Put the pages of a section into a new order; answers every page of the portfolio with its place."""
    granted = await granted_here(call, portfolios.UPDATE)
    section = await _section(call, granted, "section_id")
    placed = await portfolios.reorder_entries(call.uow, granted, section, asked.read().ids())
    return Reply(200, [list(pair) for pair in placed])


@_both("GET", "/eportfolios/:id/recent_submissions", gives=list[str])
async def recent_submissions(call: Call) -> Reply:
    """None: this server keeps no submissions."""
    await granted_here(call, portfolios.READ)
    return Reply(200, [])


# --- sections


@routes.get("/api/v1/eportfolios/:id/categories", gives=list[SectionRoot])
async def list_sections(call: Call) -> Reply:
    """List the sections in their order."""
    granted = await granted_here(call, portfolios.READ)
    return Reply(200, [section_root(one) for one in await portfolios.sections_of(call.uow, _id(granted))])


@routes.get("/api/v1/eportfolios/:id/categories/:cid", gives=SectionRoot)
async def show_section(call: Call) -> Reply:
    """Show a section."""
    granted = await granted_here(call, portfolios.READ)
    return Reply(200, section_root(await _section(call, granted)))


@_both("POST", "/eportfolios/:id/categories", gives=SectionRoot)
async def create_section(call: Call, asked: Asked[SectionFields]) -> Reply:
    """Add a section, with one empty page."""
    granted = await granted_here(call, portfolios.UPDATE)
    name = asked.read().name
    made = await portfolios.add_section(call.uow, granted, None if isinstance(name, Absent) else name)
    return Reply(200, section_root(made))


@_both("PUT", "/eportfolios/:id/categories/:cid", gives=SectionRoot)
async def rename_section(call: Call, asked: Asked[SectionFields]) -> Reply:
    """Rename a section; its address follows."""
    granted = await granted_here(call, portfolios.UPDATE)
    section, name = await _section(call, granted), asked.read().name
    if not isinstance(name, Absent):
        section = await portfolios.rename_section(call.uow, granted, section, name)
    return Reply(200, section_root(section))


@_both("DELETE", "/eportfolios/:id/categories/:cid", gives=SectionRoot)
async def delete_section(call: Call) -> Reply:
    """Delete a section with its pages, for good."""
    granted = await granted_here(call, portfolios.UPDATE)
    section = await _section(call, granted)
    await portfolios.remove_section(call.uow, granted, section)
    return Reply(200, section_root(section))


# --- pages


async def content_sent(call: Call, owner_id: int, count: int) -> Any:
    """What was sent to stand on a page; of files, only the owner's own."""
    sent = portfolios.sections_sent(call.tree, count)
    found = await files_by_id(call.uow, portfolios.attachments_of(sent))
    own = {
        file.id
        for file in found.values()
        if (file.context_type, file.context_id, file.workflow_state) == ("User", owner_id, "available")
    }
    return portfolios.content_from(sent, own)


def _section_id(wanted: EntryFields) -> int | Absent:
    """Raises NotFound for what names no section."""
    sent = wanted.eportfolio_category_id
    if isinstance(sent, Absent):
        return ABSENT
    number = parse_number(str(sent))
    if number is None:
        raise NotFound
    return number


@_both("POST", "/eportfolios/:id/entries", gives=EntryRoot)
async def create_entry(call: Call, asked: Asked[EntryFields], sent: Asked[Sections]) -> Reply:
    """Add a page to a section."""
    granted = await granted_here(call, portfolios.UPDATE)
    wanted, section_id = asked.read(), _section_id(asked.read())
    section = await portfolios.section_named(
        call.uow, _id(granted), None if isinstance(section_id, Absent) else section_id
    )
    owner_id = granted.subject.portfolio_there.user_id
    wish = EntryChange(
        name=wanted.name,
        allow_comments=wanted.allow_comments,
        show_comments=wanted.show_comments,
        content=await content_sent(call, owner_id, leading_integer(sent.read().section_count)),
    )
    return _entry(await portfolios.add_entry(call.uow, granted, section, wish))


@routes.get("/api/v1/eportfolios/:id/entries/:eid", gives=EntryRoot)
async def show_entry(call: Call) -> Reply:
    """Show a page as it is stored."""
    granted = await granted_here(call, portfolios.READ)
    return _entry(await _entry_in(call, granted))


@_both("PUT", "/eportfolios/:id/entries/:eid", gives=EntryRoot)
async def revise_entry(call: Call, asked: Asked[EntryFields], sent: Asked[Sections]) -> Reply:
    """Change a page; its content only if `section_count` is sent. Written against another version than the current one it is refused."""
    granted = await granted_here(call, portfolios.UPDATE)
    entry, wanted, sections = await _entry_in(call, granted), asked.read(), sent.read()
    content: Any = ABSENT
    if not isinstance(sections.section_count, Absent):
        owner_id = granted.subject.portfolio_there.user_id
        content = await content_sent(call, owner_id, leading_integer(sections.section_count))
    wish = EntryChange(
        name=wanted.name,
        section_id=_section_id(wanted),
        allow_comments=wanted.allow_comments,
        show_comments=wanted.show_comments,
        content=content,
        lock_version=_version(call, wanted.lock_version, sections.lock_version),
    )
    try:
        return _entry(await portfolios.revise_entry(call.uow, granted, entry, wish))
    except PageChangedMeanwhile as conflict:
        both = {"current": entry_json(conflict.current), "yours": entry_json(conflict.yours)}
        raise refuse(Reply(409, {"message": conflict.says, **both})) from None


def _version(call: Call, *sent: int | None | Absent) -> int | None:
    """Which version a change was written against; None: nobody said."""
    for one in sent:
        if isinstance(one, int) and not isinstance(one, Absent):
            return one
    tag = (call.header("if-match") or "").strip().removeprefix("W/").strip('"')
    if not tag or tag == "*":
        return None
    return parse_number(tag) or 0


@_both("DELETE", "/eportfolios/:id/entries/:eid", gives=EntryRoot)
async def delete_entry(call: Call) -> Reply:
    """Delete a page for good."""
    granted = await granted_here(call, portfolios.UPDATE)
    entry = await _entry_in(call, granted)
    await portfolios.remove_entry(call.uow, granted, entry)
    return _entry(entry)


@_both("GET", "/eportfolios/:id/entries/:eid/files/:file_uuid", status=302)
async def open_file(call: Call) -> Reply:
    """Lead to a file of the portfolio's owner."""
    granted = await granted_here(call, portfolios.READ)
    await _entry_in(call, granted)
    file = await file_of(call.uow, granted.subject.portfolio_there.user_id, call.path["file_uuid"])
    if file is None:
        raise refuse(message(404, "Not Found"))
    return redirect(download_url(call.base_url, file))


@_both("GET", "/eportfolios/:id/entries/:eid/submissions/:sid", gives=str)
async def open_submission(call: Call) -> Reply:
    """Not found: this server keeps no submissions."""
    await _entry_in(call, await granted_here(call, portfolios.READ))
    raise NotFound


# --- history


@_both("GET", "/eportfolios/:id/entries/:eid/revisions", gives=list[RevisionJson], paged=True)
async def list_revisions(call: Call) -> Reply:
    """List the saved versions of a page, the newest first."""
    granted = await granted_here(call, portfolios.UPDATE)
    entry, window = await _entry_in(call, granted), call.window()
    rows = await portfolios.revisions_of(call.uow, granted, entry, limit=window.limit, offset=window.offset)
    part = cut(rows, window, total=entry.lock_version)
    return Reply(200, part.map([revision_json(one) for one in part.items]))


@_both("POST", "/eportfolios/:id/entries/:eid/revisions/:number", gives=EntryRoot)
async def restore_revision(call: Call) -> Reply:
    """Bring back name and content of an earlier version, as a new one."""
    granted = await granted_here(call, portfolios.UPDATE)
    entry = await _entry_in(call, granted)
    revision = await portfolios.revision_named(call.uow, granted, entry, number_for(call.path["number"]))
    return _entry(await portfolios.restore_revision(call.uow, granted, entry, revision))


# --- comments


@_both("GET", "/eportfolios/:id/entries/:eid/comments", gives=list[CommentRoot])
async def list_comments(call: Call) -> Reply:
    """List what was said about a page, the newest first, where it is shown; its author sees it in any case."""
    standing = await active_here(call)
    granted = portfolios.allow(standing, portfolios.READ)
    entry = await _entry_in(call, granted)
    if not entry.show_comments and not portfolios.may(standing, portfolios.UPDATE):
        return Reply(200, [])
    found = await portfolios.comments_of(call.uow, entry, limit=1000)
    return Reply(200, [comment_root(one) for one in found])


@_both("POST", "/eportfolios/:id/entries/:eid/comments", gives=CommentRoot)
async def comment(call: Call, asked: Asked[CommentFields]) -> Reply:
    """Say something about a page that may be commented upon."""
    granted = await granted_here(call, portfolios.COMMENT)
    entry, said = await _entry_in(call, granted), asked.read().message
    if not entry.allow_comments:
        raise Forbidden
    made = await portfolios.add_comment(call.uow, granted, entry, None if isinstance(said, Absent) else said)
    return Reply(200, comment_root(made))


@_both("DELETE", "/eportfolios/:id/entries/:eid/comments/:comment_id", gives=CommentRoot)
async def delete_comment(call: Call) -> Reply:
    """Take a comment away."""
    granted = await granted_here(call, portfolios.UPDATE)
    entry = await _entry_in(call, granted)
    number = number_for(call.path["comment_id"])
    return Reply(200, comment_root(await portfolios.remove_comment(call.uow, granted, entry, number)))


# --- private links


@_both("GET", "/eportfolios/:id/links", gives=list[LinkJson])
async def list_links(call: Call) -> Reply:
    """List the private links; the first was made with the portfolio."""
    granted = await granted_here(call, portfolios.UPDATE)
    found = await portfolios.links_of(call.uow, _id(granted))
    return Reply(200, [link_json(call, _id(granted), one) for one in found])


@_both("POST", "/eportfolios/:id/links", gives=LinkJson)
async def create_link(call: Call, asked: Asked[LinkFields]) -> Reply:
    """Make one more private link."""
    granted = await granted_here(call, portfolios.UPDATE)
    made = await portfolios.add_link(call.uow, granted, asked.read().change())
    return Reply(200, link_json(call, _id(granted), made))


async def _link(call: Call, granted: Granted[Standing]) -> Link:
    return await portfolios.link_named(call.uow, granted, number_for(call.path["lid"]))


@_both("PUT", "/eportfolios/:id/links/:lid", gives=LinkJson)
async def change_link(call: Call, asked: Asked[LinkFields]) -> Reply:
    """Name, limit or renew a private link."""
    granted = await granted_here(call, portfolios.UPDATE)
    link = await _link(call, granted)
    changed = await portfolios.change_link(call.uow, granted, link, asked.read().change())
    return Reply(200, link_json(call, _id(granted), changed))


@_both("DELETE", "/eportfolios/:id/links/:lid", gives=LinkJson)
async def delete_link(call: Call) -> Reply:
    """Take a private link away; it stops at once."""
    granted = await granted_here(call, portfolios.UPDATE)
    link = await _link(call, granted)
    await portfolios.remove_link(call.uow, granted, link)
    return Reply(200, link_json(call, _id(granted), link))
