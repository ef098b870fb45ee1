"""Pages and their revisions in the Canvas family. Source: pages.md §4."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, Struct, structs
from msgspec import json as msgjson

from quadrangle import pages
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Handler, Routes
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import PageNotNumbered, cut
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, moment, text, truthy, words
from quadrangle.kernel.slug import title_from_slug
from quadrangle.pages import Page, PageChange, PageLock, PageNotFound, PagesTabHidden, PageSummary, Wiki
from quadrangle.wire.canvas.errors import listed, refuse
from quadrangle.wire.canvas.ids import course_for, group_for, root_settings_of
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import Maybe, Time, UserShort, user_short

routes = Routes("canvas", "Pages")


def both(method: str, rest: str, **options: Any) -> Callable[[Handler], Handler]:
    """The same route below a course and below a group (pages.md §4)."""

    def register(handler: Handler) -> Handler:
        for context in ("courses/:course_id", "groups/:group_id"):
            routes.add(method, f"/api/v1/{context}/{rest}", **options)(handler)
        return handler

    return register


# --- what is sent


class PageEdit(Params, group="wiki_page"):
    """What one may say of a page. Unknown keys, `url` and `hide_from_students` among them, are ignored (pages.md §4.3)."""

    title: str | None | Absent = text("The title; the address follows it.", max=255)
    body: str | None | Absent = text("The text, HTML.", max=511_999)
    editing_roles: str | None | Absent = text(
        "Who may edit: any of teachers, students, members, public, comma separated."
    )
    notify_of_update: bool | Absent = flag("Tell the participants.")
    published: str | None | Absent = text("Whether it is published. Empty: not given.")
    front_page: bool | Absent = flag("Whether it is the front page.")
    publish_at: datetime | None | Absent = moment("When it is to be published.")
    student_todo_at: datetime | None | Absent = moment("The day on which it stands in the students' planners.")
    student_planner_checkbox: bool | Absent = flag("False takes it out of the planners.")
    block_editor_attributes: Any = anything("Time, version and blocks of a block page.")

    def change(self) -> PageChange:
        todo = self.student_todo_at
        return PageChange(
            title=self.title,
            body=self.body,
            editing_roles=self.editing_roles,
            published=ABSENT if self.published in (ABSENT, None, "") else truthy(self.published),
            front_page=self.front_page,
            publish_at=self.publish_at,
            todo_date=None if self.student_planner_checkbox is False else todo,
            blocks=_blocks_from(self.block_editor_attributes),
            notify=self.notify_of_update is True,
        )


def _blocks_from(sent: Any) -> dict[str, Any] | Absent:
    """The block data; `blocks` may itself be JSON text, as forms send it."""
    if not isinstance(sent, dict):
        return ABSENT
    blocks = sent.get("blocks")
    if isinstance(blocks, str):
        try:
            return {**sent, "blocks": msgjson.decode(blocks)}
        except ValueError:
            return {**sent, "blocks": []}
    return sent


class PageList(Params):
    """Filters and order of the list (pages.md §4.2)."""

    sort: str | None | Absent = text("What to sort by.", choices=("title", "created_at", "updated_at", "todo_date"))
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    search_term: str | None | Absent = text("Part of the title, at least two characters.")
    published: Any = anything("Only published, or only unpublished, pages.", schema={"type": "boolean"})
    include: tuple[str, ...] = words("`body` adds the text.", choices=("body",))


class RevisionShow(Params):
    """How much of a revision to show."""

    summary: bool | Absent = flag("Leave out url, title and body.")


class TitleAvailability(Params):
    """A title to be tried."""

    title: str | None | Absent = text("The title.")


# --- what is answered


class BlockEditorJson(Struct, frozen=True):
    """The blocks of a page made with the block editor."""

    id: int
    version: Any
    blocks: Any


class LockModule(Struct, frozen=True):
    """The module that keeps a page shut."""

    id: int
    name: str


class LockInfo(Struct, frozen=True):
    """Why a page is shut. Source: pages.md §4.1."""

    asset_string: str
    context_module: LockModule
    unlock_at: Time | Maybe = UNSET


class PageJson(Struct, frozen=True):
    """A page. Source: pages.md §4.1."""

    page_id: int
    url: str
    title: str
    created_at: Time
    updated_at: Time
    hide_from_students: bool
    editing_roles: str
    published: bool
    front_page: bool
    html_url: str
    todo_date: Time | None
    publish_at: Time | None
    editor: str
    locked_for_user: bool
    last_edited_by: UserShort | Maybe = UNSET
    lock_info: LockInfo | Maybe = UNSET
    lock_explanation: str | Maybe = UNSET
    body: str | None | Maybe = UNSET
    block_editor_attributes: BlockEditorJson | Maybe = UNSET


class RevisionJson(Struct, frozen=True):
    """A version of a page. Source: pages.md §4.9."""

    revision_id: int
    updated_at: Time
    latest: bool
    edited_by: UserShort | Maybe = UNSET
    url: str | Maybe = UNSET
    title: str | Maybe = UNSET
    body: str | None | Maybe = UNSET


class ConflictJson(Struct, frozen=True):
    """Whether a title is taken."""

    conflict: bool


@lru_cache(maxsize=4096)
def _quoted(segment: str) -> str:
    return quote(segment, safe="")


def page_json(call: Call, wiki: Wiki, page: PageSummary) -> PageJson:
    """The text is shown where the page was read with it."""
    published = page.active(wiki.now)
    lock = pages.lock_for(wiki, page)
    context = _path_of(wiki)
    editor = page.last_edited_by
    whole = page if isinstance(page, Page) and lock is None else None
    blocks = whole.blocks if whole is not None and page.editor == "block_editor" else None
    return PageJson(
        page_id=page.id,
        url=page.url,
        title=page.title,
        created_at=zulu(page.created_at),
        updated_at=zulu(page.revised_at),
        hide_from_students=not published,
        editing_roles=wiki.default_roles if page.editing_roles is None else page.editing_roles,
        published=published,
        front_page=page.is_front and not page.deleted,
        html_url=f"{call.base_url}{context}/pages/{_quoted(page.url)}",
        todo_date=zulu_or_none(page.todo_date),
        publish_at=zulu_or_none(page.publish_at),
        editor=page.editor,
        locked_for_user=lock is not None,
        lock_info=UNSET if lock is None else _lock_info(page, lock, wiki.now),
        lock_explanation=UNSET if lock is None else _lock_explanation(lock, wiki.now),
        last_edited_by=UNSET if editor is None else user_short(call, editor, context=context),
        body=UNSET if whole is None else whole.body,
        block_editor_attributes=UNSET
        if blocks is None
        else BlockEditorJson(page.id, blocks.get("version"), blocks.get("blocks")),
    )


def revision_json(
    call: Call, wiki: Wiki, revision: pages.Revision, *, latest: int, summary: bool = False
) -> RevisionJson:
    """latest: the number of the page's newest revision."""
    editor = revision.edited_by
    whole = revision if isinstance(revision, pages.RevisionWithText) and not summary else None
    return RevisionJson(
        revision_id=revision.number,
        updated_at=zulu(revision.revised_at),
        latest=revision.number == latest,
        edited_by=UNSET if editor is None else user_short(call, editor, context=_path_of(wiki)),
        url=UNSET if whole is None else whole.url,
        title=UNSET if whole is None else whole.title,
        body=UNSET if whole is None else whole.body,
    )


def _lock_info(page: PageSummary, lock: PageLock, now: datetime) -> LockInfo:
    opens_at = lock.opens_at
    return LockInfo(
        asset_string=f"wiki_page_{page.id}",
        context_module=LockModule(lock.module_id, lock.module_name),
        unlock_at=UNSET if opens_at is None or opens_at <= now else zulu(opens_at),
    )


def _lock_explanation(lock: PageLock, now: datetime) -> str:
    opens_at = lock.opens_at
    if opens_at is not None and opens_at > now:
        return f"This page is locked until {zulu(opens_at)}."
    return f"This page is part of the module {lock.module_name} and hasn't been unlocked yet."


def _path_of(wiki: Wiki) -> str:
    return f"/{'courses' if wiki.in_course else 'groups'}/{wiki.context_id}"


# --- finding


async def wiki_for(call: Call) -> Wiki:
    """The wiki of the course or group in the path, or NotFound."""
    hosted = call.app.settings.reference == "hosted"
    if (course := call.path.get("course_id")) is not None:
        standing = await course_for(call, course)
        return Wiki(standing, standing.course.root_settings, call.now, hosted=hosted)
    group = await group_for(call, call.path["group_id"])
    settings = group.course.course.root_settings if group.course is not None else await root_settings_of(call)
    return Wiki(group, settings, call.now, hosted=hosted)


async def page_for(call: Call, wiki: Wiki) -> Page:
    return await pages.page_named(call.uow, wiki, call.path["url_or_id"])


# --- pages


@both("GET", "pages", public=True, gives=list[PageJson], paged=True)
async def list_pages(call: Call, asked: Asked[PageList]) -> Reply:
    """List the pages of a course or group."""
    wiki = await wiki_for(call)
    granted = pages.allow(wiki, pages.LIST)
    if wiki.tab_hidden:
        raise PagesTabHidden
    wanted = asked.read()
    window = call.window()
    rows, total = await pages.list_pages(
        call.uow,
        granted,
        limit=window.limit,
        offset=window.offset,
        sort=wanted.sort if wanted.sort in ("title", "created_at", "updated_at", "todo_date") else None,
        descending=wanted.order == "desc",
        published=None if wanted.published is ABSENT else truthy(wanted.published),
        search=term_of(wanted.search_term, least=2),
        with_body="body" in wanted.include,
    )
    part = cut(rows, window, total)
    return Reply(200, part.map([page_json(call, wiki, row) for row in part.items]))


@both("POST", "pages", gives=PageJson)
async def create_page(call: Call, asked: Asked[PageEdit]) -> Reply:
    """Create a page."""
    wiki = await wiki_for(call)
    granted = pages.allow(wiki, pages.CREATE)
    page = await pages.create_page(call.uow, granted, asked.read().change())
    return Reply(200, page_json(call, wiki, page))


@both("GET", "pages/:url_or_id", public=True, gives=PageJson)
async def show_page(call: Call) -> Reply:
    """Show a page with its text."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    pages.allow(wiki, pages.READ, page)
    return Reply(200, page_json(call, wiki, page))


@both("PUT", "pages/:url_or_id", gives=PageJson)
async def update_page(call: Call, asked: Asked[PageEdit]) -> Reply:
    """Update a page, or create it when there is none."""
    wiki = await wiki_for(call)
    reference = call.path["url_or_id"]
    page = await pages.find_page(call.uow, wiki, reference)
    if page is None:
        page = await _made_meanwhile(call, wiki, reference)
    if page is not None:
        granted = pages.allow(wiki, pages.EDIT_CONTENT, page)
        changed = await pages.change_page(call.uow, wiki, granted, asked.read().change())
        return Reply(200, page_json(call, wiki, changed))
    new = pages.allow(wiki, pages.CREATE)
    change = asked.read().change()
    if change.title is ABSENT:
        change = _with(change, title=title_from_slug(reference))
    return Reply(200, page_json(call, wiki, await pages.create_page(call.uow, new, change)))


async def _made_meanwhile(call: Call, wiki: Wiki, reference: str) -> Page | None:
    """Two writers may put one new page at once: the second finds what the first made."""
    if pages.explicit_id(reference) is not None:
        raise PageNotFound
    if not pages.may(wiki, pages.CREATE):
        return None
    await pages.lock(call.uow, wiki)
    return await pages.find_page(call.uow, wiki, reference)


@both("DELETE", "pages/:url_or_id", gives=PageJson)
async def delete_page(call: Call) -> Reply:
    """Delete a page."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    granted = pages.allow(wiki, pages.DELETE, page)
    gone = await pages.delete_page(call.uow, wiki, granted)
    return Reply(200, page_json(call, wiki, gone))


@routes.post("/api/v1/courses/:course_id/pages/:url_or_id/duplicate", gives=PageJson)
async def duplicate_page(call: Call) -> Reply:
    """Duplicate a page."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    granted = pages.allow(wiki, pages.CREATE)
    if not page.deleted:
        pages.allow(wiki, pages.READ, page)
    copy = await pages.duplicate_page(call.uow, granted, page)
    return Reply(200, page_json(call, wiki, copy))


@routes.get("/api/v1/courses/:course_id/page_title_availability", public=True, gives=ConflictJson)
async def title_availability(call: Call, asked: Asked[TitleAvailability]) -> Reply:
    """Tell whether a page has exactly this title."""
    wiki = await wiki_for(call)
    granted = pages.allow(wiki, pages.LIST)
    if not wiki.setting("permanent_page_links"):
        raise NotFound
    title = asked.read().title
    if not isinstance(title, str) or not title.strip():
        raise refuse(listed(400, "title is missing"))
    return Reply(200, ConflictJson(await pages.title_taken(call.uow, granted, title)))


# --- front page


@both("GET", "front_page", public=True, gives=PageJson)
async def show_front_page(call: Call) -> Reply:
    """Show the front page with its text."""
    wiki = await wiki_for(call)
    page = await pages.front_page(call.uow, wiki)
    if page is None:
        if not wiki.context.reads:
            pages.refuse(wiki)
        raise pages.NoFrontPage
    pages.allow(wiki, pages.READ, page)
    return Reply(200, page_json(call, wiki, page))


@both("PUT", "front_page", gives=PageJson)
async def update_front_page(call: Call, asked: Asked[PageEdit]) -> Reply:
    """Update the front page, or create one."""
    wiki = await wiki_for(call)
    page = await pages.front_page(call.uow, wiki)
    if page is None and pages.may(wiki, pages.CREATE):
        await pages.lock(call.uow, wiki)
        page = await pages.front_page(call.uow, wiki)
    if page is not None:
        granted = pages.allow(wiki, pages.EDIT_CONTENT, page)
        changed = await pages.change_page(call.uow, wiki, granted, asked.read().change())
        return Reply(200, page_json(call, wiki, changed))
    new = pages.allow(wiki, pages.CREATE)
    change = _with(asked.read().change(), front_page=True)
    return Reply(200, page_json(call, wiki, await pages.create_page(call.uow, new, change, initial=pages.ACTIVE)))


# --- revisions


@both("GET", "pages/:url_or_id/revisions", gives=list[RevisionJson], paged=True)
async def list_revisions(call: Call) -> Reply:
    """List the revisions of a page, newest first."""
    wiki = await wiki_for(call)
    try:
        window = call.window()
    except PageNotNumbered:
        pages.allow(wiki, pages.EDIT_CONTENT, await page_for(call, wiki))  # that is said first
        raise
    page = await pages.page_with_versions(
        call.uow, wiki, call.path["url_or_id"], limit=window.limit, offset=window.offset
    )
    rows = pages.versions_of(pages.allow(wiki, pages.EDIT_CONTENT, page))
    part = cut(rows, window, page.latest_revision)
    items = [revision_json(call, wiki, row, latest=page.latest_revision, summary=True) for row in part.items]
    return Reply(200, part.map(items))


@both("GET", "pages/:url_or_id/revisions/latest", public=True, gives=RevisionJson)
async def show_latest_revision(call: Call, asked: Asked[RevisionShow]) -> Reply:
    """Show the newest revision of a page."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    pages.allow(wiki, pages.READ, page)
    revision = await pages.revision_of(call.uow, page, page.latest_revision)
    summary = asked.read().summary is True or pages.lock_for(wiki, page) is not None
    return Reply(200, revision_json(call, wiki, revision, latest=page.latest_revision, summary=summary))


@both("GET", "pages/:url_or_id/revisions/:revision_id", gives=RevisionJson)
async def show_revision(call: Call, asked: Asked[RevisionShow]) -> Reply:
    """Show one revision of a page."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    revision = await pages.revision_of(call.uow, page, _revision_number(call))
    pages.allow(wiki, pages.EDIT_CONTENT, page)
    summary = asked.read().summary is True
    return Reply(200, revision_json(call, wiki, revision, latest=page.latest_revision, summary=summary))


@both("POST", "pages/:url_or_id/revisions/:revision_id", gives=RevisionJson)
async def revert_to_revision(call: Call) -> Reply:
    """Bring a page back to one of its revisions."""
    wiki = await wiki_for(call)
    page = await page_for(call, wiki)
    revision = await pages.revision_of(call.uow, page, _revision_number(call))
    granted = pages.allow(wiki, pages.UPDATE, page)
    reverted = await pages.revert_page(call.uow, wiki, granted, revision)
    current = await pages.revision_of(call.uow, reverted, reverted.latest_revision)
    return Reply(200, revision_json(call, wiki, current, latest=reverted.latest_revision))


def _revision_number(call: Call) -> int:
    sent = call.path["revision_id"].strip()
    if not sent.isascii() or not sent.isdigit() or len(sent) > 9:
        raise NotFound
    return int(sent)


def _with(change: PageChange, **values: Any) -> PageChange:
    return structs.replace(change, **values)
