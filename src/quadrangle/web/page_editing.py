"""Where a page is written. Source: web.md W10, pages.md §4.3 to §7."""

from datetime import datetime
from typing import Any, Final

from msgspec import structs

from quadrangle import pages
from quadrangle.courses import CourseStanding
from quadrangle.files import COURSE, Owner, Shelf
from quadrangle.files import GROUP as OF_GROUP
from quadrangle.http.call import Asked, Call
from quadrangle.http.endpoint import NOT_ACCEPTED
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Invalid
from quadrangle.kernel.html import sanitise
from quadrangle.kernel.params import Absent, Params, integer, text
from quadrangle.kernel.words import _
from quadrangle.pages import Page, PageChange, PageSavedMeanwhile, Wiki
from quadrangle.web.flash import done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.prose import prose
from quadrangle.web.shell import EDITING, show
from quadrangle.web.wikis import Context, both, called, context_for, moved, page_for
from quadrangle.wire.canvas.pages import PageEdit

screens = Routes("web", "Page editing")

GROUP: Final = "wiki_page"
DRAFT, NOW, LATER = "draft", "now", "later"
_TYPED: Final = "%Y-%m-%dT%H:%M"  # as <input type="datetime-local"> has it


class PageForm(PageEdit, group=GROUP):
    """What the form says of a page: as the API takes it, but that one choice stands for `published` and `publish_at` together."""

    state: str | None | Absent = text("Whether it is published.", choices=(DRAFT, NOW, LATER))
    begun_from: int | None | Absent = integer("The version that was there when writing began.")

    def page_change(self, typed: dict[str, Any]) -> PageChange:
        """typed: the fields as they were sent."""
        for field, moment in (("publish_at", self.publish_at), ("student_todo_at", self.student_todo_at)):
            if moment is None and str(typed.get(field) or "").strip():
                raise Invalid.field(field, _("Write day and time like 2026-02-15 14:30."), "unreadable")
        change = structs.replace(self.change(), publish_at=PageChange().publish_at)
        if self.state == NOW:
            return structs.replace(change, published=True)
        if self.state == DRAFT:
            return structs.replace(change, published=False, publish_at=None)
        if self.state != LATER:
            return change
        if not isinstance(self.publish_at, datetime):
            raise Invalid.field("publish_at", "can't be blank", "blank")
        return structs.replace(change, publish_at=self.publish_at)


class NewAsked(Params):
    """What a new page begins with."""

    title: str | None | Absent = text("Its title.")


def _typed(call: Call) -> dict[str, Any]:
    typed = call.tree.get(GROUP)
    return typed if isinstance(typed, dict) else {}


# --- a new page


@both(screens, "GET", "new_page")
async def new_page(call: Call) -> Reply:
    """A new page."""
    context = await context_for(call)
    pages.allow(context.wiki, pages.CREATE)
    title = NewAsked.read(call.tree, call.reading()).title or ""
    return await _editor(call, context, None, _form(call, context, "pages", None, title))


@both(screens, "POST", "pages", again=new_page)
async def add_page(call: Call, asked: Asked[PageForm]) -> Reply:
    """Write a page."""
    context = await context_for(call)
    granted = pages.allow(context.wiki, pages.CREATE)
    made = await pages.create_page(call.uow, granted, asked.read().page_change(_typed(call)))
    return done(call, context.page(made), _saved(call, made))


# --- one that is there


@both(screens, "GET", "pages/:url_or_id/edit")
async def edit_page(call: Call) -> Reply:
    """Edit a page."""
    context = await context_for(call)
    page = await page_for(call, context)
    pages.allow(context.wiki, pages.EDIT_CONTENT, page)
    elsewhere = moved(call, context, page, "/edit") if call.method == "GET" else None
    if elsewhere is not None:
        return elsewhere
    return await _editor(call, context, page, _form(call, context, "pages/:url_or_id/edit", page, page.title))


@both(screens, "POST", "pages/:url_or_id/edit", again=edit_page)
async def save_page(call: Call, asked: Asked[PageForm]) -> Reply:
    """Save a page."""
    context = await context_for(call)
    page = await page_for(call, context)
    granted = pages.allow(context.wiki, pages.EDIT_CONTENT, page)
    wanted = asked.read()
    begun_from = wanted.begun_from if isinstance(wanted.begun_from, int) else None
    saved = await pages.change_page(
        call.uow, context.wiki, granted, wanted.page_change(_typed(call)), begun_from=begun_from
    )
    return done(call, context.page(saved), _saved(call, saved))


def _saved(call: Call, page: Page) -> str:
    if page.active(call.now) or page.publishes_at is None:
        return _("“%(title)s” is saved.") % {"title": called(page)}
    return _("“%(title)s” is saved. It will be published when its time comes.") % {"title": called(page)}


# --- the form


def _form(call: Call, context: Context, rest: str, page: Page | None, title: str) -> Form:
    wiki, now = context.wiki, call.now
    moments: dict[str, datetime | None] = {"publish_at": None, "student_todo_at": None}
    state = DRAFT if wiki.publishes else NOW
    roles = wiki.default_roles
    if page is not None:
        state = NOW if page.active(now) else LATER if page.publishes_at is not None else DRAFT
        moments = {"publish_at": page.publishes_at, "student_todo_at": page.todo_date}
        roles = page.editing_roles if page.editing_roles is not None else roles
    return form_on(
        call,
        context.template(rest),
        group=GROUP,
        title=title,
        body="" if page is None else page.body or "",
        begun_from=1 if page is None else page.latest_revision,
        state=state,
        editing_roles=roles,
        front_page=page is not None and page.is_front,
        notify_of_update=False,
        **{
            name: "" if moment is None else f"{moment.astimezone(call.zone):{_TYPED}}"
            for name, moment in moments.items()
        },
    )


async def _editor(call: Call, context: Context, page: Page | None, form: Form) -> Reply:
    wiki = context.wiki
    overtaken = page is not None and isinstance(call.notes.get(NOT_ACCEPTED), PageSavedMeanwhile)
    theirs = comparison = None
    if page is not None and overtaken:
        mine = str(form.value("title")) if _retitles(wiki, page) else page.title
        theirs = prose(page.body)
        comparison = pages.compared(page.title, page.body, mine, sanitise(str(form.value("body"))))
    return await show(
        call,
        "pages_edit.html",
        here="courses",
        policy=EDITING,
        context=context,
        page=page,
        form=form,
        action=context.pages if page is None else f"{context.page(page)}/edit",
        leads_back=context.start if page is None else context.page(page),
        begun_from=page.latest_revision if page is not None and overtaken else form.value("begun_from"),
        retitles=_retitles(wiki, page),
        manages=wiki.full_update,
        schedules=bool(wiki.setting("scheduled_page_publication")),
        plans=wiki.edits_content,
        role_choices=_role_choices(context, str(form.value("editing_roles"))),
        zone=str(call.zone),
        uploads=f"/api/v1{context.home}/files" if _uploads(wiki) else None,
        theirs=theirs,
        comparison=comparison,
    )


def _retitles(wiki: Wiki, page: Page | None) -> bool:
    return page is None or pages.may(wiki, pages.UPDATE, page)


def _uploads(wiki: Wiki) -> bool:
    """Whether pictures may be put among the files of the course or group."""
    context = wiki.context
    if isinstance(context, CourseStanding):
        return Shelf(Owner(COURSE, wiki.context_id), wiki.user_id, course=context).adds
    return Shelf(Owner(OF_GROUP, wiki.context_id), wiki.user_id, group=context).adds


def _role_choices(context: Context, chosen: str) -> list[tuple[str, str]]:
    """The sets of roles that people choose among, and the one there is."""
    usual = (
        ["teachers", "teachers,students", "teachers,students,public"]
        if context.wiki.in_course
        else ["members", "public"]
    )
    return [(one, context.roles(one)) for one in ([] if chosen in usual else [chosen]) + usual]
