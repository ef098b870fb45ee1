"""The pages of a course or group: all of them in a table, and one to be read. Source: web.md W8 and W9, pages.md §3, §4."""

from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from quadrangle import pages
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.paging import Window
from quadrangle.kernel.params import Absent, Params, flag, integer, text
from quadrangle.kernel.slug import title_from_slug
from quadrangle.kernel.words import _
from quadrangle.modules import beside_page
from quadrangle.pages import PageChange, PageNotFound, PagesTabHidden, PageSummary
from quadrangle.web.flash import Undo, done
from quadrangle.web.prose import prose
from quadrangle.web.shell import READING, show
from quadrangle.web.wikis import Context, both, called, context_for, moved, page_for

screens = Routes("web", "Page screens")

_SIZE: Final = 50  # rows
_LAST: Final = 1_000_000  # page of the list that is looked for
_SORTS: Final = ("title", "created_at", "updated_at", "todo_date")
PUBLISHED, UNPUBLISHED, DELETED = "published", "unpublished", "deleted"
_NEW: Final = "new"  # a word that leads to a new page, where no page is called so


class ListAsked(Params):
    """Which pages, in which order."""

    search_term: str | None | Absent = text("Part of the title.")
    show: str | None | Absent = text("Which of them.", choices=(PUBLISHED, UNPUBLISHED, DELETED))
    sort: str | None | Absent = text("What to sort by.", choices=_SORTS)
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    page: int | None | Absent = integer("Which part of the list.")


class Back(Params):
    """Where a button stood."""

    on: str | None | Absent = text("`page`: on the page itself; else in the table.")


class TakenBack(Params):
    """How a page was before it was deleted."""

    published: bool | Absent = flag("It was published.")


class Row(msgspec.Struct, frozen=True):
    """A page in the table, with what one may do with it."""

    page: PageSummary
    address: str
    active: bool
    roles: str
    edits: bool
    manages: bool
    deletes: bool
    copies: bool

    @property
    def acts(self) -> bool:
        """There is anything that one may do."""
        return self.edits or self.manages or self.deletes or self.copies


# --- the table


@both(screens, "GET", "pages", public=True)
async def all_pages(call: Call) -> Reply:
    """The pages of a course or group."""
    context = await context_for(call)
    wiki = context.wiki
    if wiki.tab_hidden:
        raise PagesTabHidden
    asked = ListAsked.read(call.tree, call.reading())
    term = (asked.search_term or "").strip() or None
    sees_deleted = pages.may(wiki, pages.LIST_DELETED)
    shown = asked.show if asked.show in (PUBLISHED, UNPUBLISHED) or (asked.show == DELETED and sees_deleted) else None
    sort, downwards = asked.sort if asked.sort in _SORTS else "title", asked.order == "desc"
    number = min(max(asked.page or 1, 1), _LAST)
    window = Window(number, _SIZE)
    if shown == DELETED:
        granted = pages.allow(wiki, pages.LIST_DELETED)
        found, total = await pages.deleted_pages(call.uow, granted, limit=_SIZE, offset=window.offset, search=term)
    else:
        found, total = await pages.list_pages(
            call.uow,
            pages.allow(wiki, pages.LIST),
            limit=_SIZE,
            offset=window.offset,
            sort=sort,
            descending=downwards,
            published=None if shown is None else shown == PUBLISHED,
            search=term,
        )
    query = {"search_term": term or "", "show": shown or "", "sort": sort, "order": "desc" if downwards else "asc"}
    rows = [_row(context, one) for one in found]
    return await show(
        call,
        "pages_list.html",
        here="courses",
        context=context,
        rows=rows,
        acts=shown == DELETED or any(one.acts for one in rows),
        total=total,
        number=number,
        last=max(1, -(-total // _SIZE)),
        query=query,
        address=partial(_address, context, query),
        turn=lambda to: _address(context, query, page=to),
        shown=shown,
        searched=term,
        may_create=pages.may(wiki, pages.CREATE),
        sees_deleted=sees_deleted,
    )


def _row(context: Context, page: PageSummary) -> Row:
    wiki = context.wiki
    return Row(
        page=page,
        address=context.page(page),
        active=page.active(wiki.now),
        roles=context.roles(page.editing_roles),
        edits=pages.may(wiki, pages.EDIT_CONTENT, page),
        manages=wiki.full_update,
        deletes=pages.may(wiki, pages.DELETE, page),
        copies=wiki.in_course and pages.may(wiki, pages.CREATE),
    )


def _address(context: Context, query: dict[str, str], **other: object) -> str:
    """The list with something else asked."""
    asked = {name: str(value) for name, value in {**query, **other}.items() if value}
    return f"{context.pages}?{urlencode(asked)}"


# --- one page


@both(screens, "GET", "pages/:url_or_id", public=True)
async def read_page(call: Call) -> Reply:
    """A page."""
    context = await context_for(call)
    wiki = context.wiki
    page = await pages.find_page(call.uow, wiki, call.path["url_or_id"])
    if page is None:
        return _not_there(call, context)
    granted = pages.allow(wiki, pages.READ, page)
    elsewhere = moved(call, context, page)
    if elsewhere is not None:
        return elsewhere
    lock = pages.lock_for(wiki, page)
    return await show(
        call,
        "pages_read.html",
        here="courses",
        policy=READING,
        context=context,
        page=page,
        row=_row(context, page),
        lock=lock,
        now=call.now,
        body=None if lock is not None else prose(page.body),
        waits=page.publishes_at if not page.active(call.now) else None,
        beside=await beside_page(call.uow, wiki, granted) if wiki.in_course else None,
    )


def _not_there(call: Call, context: Context) -> Reply:
    """Whoever may write what was looked for is offered to (pages.md §4.5)."""
    wanted = call.path["url_or_id"]
    if not pages.may(context.wiki, pages.CREATE) or pages.explicit_id(wanted) is not None:
        raise PageNotFound
    query = "" if wanted == _NEW else f"?{urlencode({'title': title_from_slug(wanted)})}"
    return redirect(context.new + query).header("cache-control", "no-store")


# --- what a button does


async def _changed(call: Call, asked: Asked[Back], change: PageChange, words: str) -> Reply:
    context = await context_for(call)
    page = await page_for(call, context)
    granted = pages.allow(context.wiki, pages.EDIT_CONTENT, page)
    changed = await pages.change_page(call.uow, context.wiki, granted, change)
    return done(call, _back(context, asked, changed), words % {"title": called(changed)})


def _back(context: Context, asked: Asked[Back], page: PageSummary) -> str:
    return context.page(page) if asked.read().on == "page" else context.start


@both(screens, "POST", "pages/:url_or_id/publish", again=all_pages)
async def publish(call: Call, asked: Asked[Back]) -> Reply:
    """Publish a page."""
    return await _changed(call, asked, PageChange(published=True), _("“%(title)s” is published."))


@both(screens, "POST", "pages/:url_or_id/unpublish", again=all_pages)
async def unpublish(call: Call, asked: Asked[Back]) -> Reply:
    """Hide a page from students."""
    words = _("“%(title)s” is no longer published.")
    return await _changed(call, asked, PageChange(published=False, publish_at=None), words)


@both(screens, "POST", "pages/:url_or_id/front", again=all_pages)
async def make_front_page(call: Call, asked: Asked[Back]) -> Reply:
    """Make a page the front page."""
    return await _changed(call, asked, PageChange(front_page=True), _("“%(title)s” is the front page now."))


@both(screens, "POST", "pages/:url_or_id/not_front", again=all_pages)
async def clear_front_page(call: Call, asked: Asked[Back]) -> Reply:
    """Make a page the front page no longer."""
    words = _("“%(title)s” is the front page no longer.")
    return await _changed(call, asked, PageChange(front_page=False), words)


@screens.post("/courses/:course_id/pages/:url_or_id/duplicate", again=all_pages)
async def duplicate(call: Call) -> Reply:
    """Make a copy of a page."""
    context = await context_for(call)
    page = await page_for(call, context)
    pages.allow(context.wiki, pages.READ, page)
    copy = await pages.duplicate_page(call.uow, pages.allow(context.wiki, pages.CREATE), page)
    return done(
        call,
        context.start,
        _("“%(title)s” is ready. Only those who edit pages see it so far.") % {"title": called(copy)},
    )


@both(screens, "POST", "pages/:url_or_id/delete", again=all_pages)
async def delete(call: Call) -> Reply:
    """Delete a page; it can be taken back."""
    context = await context_for(call)
    page = await page_for(call, context)
    granted = pages.allow(context.wiki, pages.DELETE, page)
    gone = await pages.delete_page(call.uow, context.wiki, granted)
    fields = {"published": "1"} if page.active(call.now) else {}
    undo = Undo(f"{context.lasting(gone)}/take_back", fields)
    return done(call, context.start, _("“%(title)s” was deleted.") % {"title": called(gone)}, undo=undo)


@both(screens, "POST", "pages/:url_or_id/take_back", again=all_pages)
async def take_back(call: Call, asked: Asked[TakenBack]) -> Reply:
    """Take a deletion back."""
    context = await context_for(call)
    page = await page_for(call, context)
    granted: Any = pages.allow(context.wiki, pages.TAKE_BACK if page.deleted else pages.DELETE, page)
    back = await pages.take_back_page(call.uow, context.wiki, granted, published=asked.read().published is True)
    words = _("“%(title)s” is back.")
    if not back.active(call.now):
        words = _("“%(title)s” is back. It is not published.")
    return done(call, context.start, words % {"title": called(back)})
