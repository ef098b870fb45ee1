"""The versions of a page: who and when, what differs between two, and the way back. Source: web.md W11, pages.md §4.9."""

from functools import partial
from typing import Final
from urllib.parse import urlencode

from quadrangle import pages
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Window
from quadrangle.kernel.params import Absent, Params, integer, text
from quadrangle.kernel.words import _
from quadrangle.web.flash import Undo, done
from quadrangle.web.prose import prose
from quadrangle.web.shell import READING, show
from quadrangle.web.wikis import both, called, context_for, moved, page_for

screens = Routes("web", "Page history")

_SIZE: Final = 20  # rows
_HIGHEST: Final = 2**31 - 1  # number a version can have
INLINE, SIDE = "inline", "side"


class HistoryAsked(Params):
    """What to compare with what, and how to show it."""

    older: int | None | Absent = integer("A version.")
    newer: int | None | Absent = integer("Another.")
    view: str | None | Absent = text("How.", choices=(INLINE, SIDE))
    page: int | None | Absent = integer("Which part of the list.")


class Restoring(Params):
    """Why a version comes back."""

    undo: str | None | Absent = text("To take back that another came back.")


@both(screens, "GET", "pages/:url_or_id/revisions")
async def history(call: Call) -> Reply:
    """The versions of a page."""
    context = await context_for(call)
    asked = HistoryAsked.read(call.tree, call.reading())
    window = Window(min(max(asked.page or 1, 1), 100_000), _SIZE)
    page = await pages.page_with_texts(
        call.uow,
        context.wiki,
        call.path["url_or_id"],
        limit=_SIZE,
        offset=window.offset,
        older=_number(asked.older),
        newer=_number(asked.newer),
    )
    granted = pages.allow(context.wiki, pages.EDIT_CONTENT, page)
    elsewhere = moved(call, context, page, "/revisions") if call.method == "GET" else None
    if elsewhere is not None:
        return elsewhere
    newest = page.latest_revision
    before, after = pages.texts_of(granted)
    view = SIDE if asked.view == SIDE else INLINE
    address = f"{context.page(page)}/revisions"
    query = {"older": before.number, "newer": after.number, "view": view, "page": window.number}
    return await show(
        call,
        "pages_history.html",
        here="courses",
        policy=READING,
        context=context,
        page=page,
        versions=pages.versions_of(granted),
        newest=newest,
        number=window.number,
        last=max(1, -(-newest // _SIZE)),
        address=partial(_address, address, query),
        turn=lambda to: _address(address, query, page=to),
        before=before,
        after=after,
        view=view,
        comparison=pages.compared(before.title, before.body, after.title, after.body) if before is not after else None,
        prose=prose,
        may_restore=pages.may(context.wiki, pages.UPDATE, page),
    )


def _number(asked: int | None | Absent) -> int:
    """Of a version; 0 for none."""
    return asked if isinstance(asked, int) and 0 < asked <= _HIGHEST else 0


def _address(path: str, query: dict[str, object], **other: object) -> str:
    return f"{path}?{urlencode({**query, **other})}"


@both(screens, "POST", "pages/:url_or_id/revisions/:revision_id", again=history)
async def restore(call: Call, asked: Asked[Restoring]) -> Reply:
    """Bring a version back."""
    context = await context_for(call)
    page = await page_for(call, context)
    number = parse_number(call.path["revision_id"])
    if number is None or number > _HIGHEST:
        raise NotFound
    granted = pages.allow(context.wiki, pages.UPDATE, page)
    version = await pages.revision_of(call.uow, page, number)
    restored = await pages.revert_page(call.uow, context.wiki, granted, version)
    to = f"{context.page(restored)}/revisions"
    if restored.latest_revision == page.latest_revision:
        return done(
            call, to, _("Version %(number)s says what the page says now: nothing changed.") % {"number": number}
        )
    if asked.read().undo:
        return done(call, to, _("“%(title)s” says again what it said before.") % {"title": called(restored)})
    words = _("“%(title)s” says again what version %(number)s said.") % {"title": called(restored), "number": number}
    undo = Undo(f"{context.lasting(page)}/revisions/{restored.latest_revision - 1}", {"undo": "1"})
    return done(call, to, words, undo=undo)
