"""The courses and groups one is in, and what each opens with. Source: web.md W7."""

from typing import Final

import msgspec

from quadrangle import pages
from quadrangle.courses import COURSES_OF_USER, CourseFilter, CourseStanding, shown_enrollments
from quadrangle.groups import GROUPS, Listing
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.words import _
from quadrangle.pages import Page, PageSummary, Wiki
from quadrangle.web.prose import prose
from quadrangle.web.shell import POLICY, READING, show
from quadrangle.wire.canvas.pages import wiki_for

screens = Routes("web", "Course screens")

_MOST_GROUPS: Final = 100
_MOST_PAGES: Final = 100


class MyCourse(msgspec.Struct, frozen=True):
    """A course that somebody is in. role: in words. open: it has begun and may be read; over: it has ended."""

    standing: CourseStanding
    id: int
    name: str
    code: str
    role: str
    open: bool
    over: bool
    published: bool


def _role(type_: str) -> str:
    return {
        "TeacherEnrollment": _("Teacher"),
        "TaEnrollment": _("Teaching assistant"),
        "DesignerEnrollment": _("Designer"),
        "StudentEnrollment": _("Student"),
        "StudentViewEnrollment": _("Student"),
        "ObserverEnrollment": _("Observer"),
    }.get(type_, type_)


async def my_courses(call: Call) -> list[MyCourse]:
    """The courses of whoever is signed in, those that run first, then by name. One statement."""
    user_id: int = call.user().user_id
    found = []
    for row in await call.uow.all(COURSES_OF_USER, user_id=user_id):
        standing = CourseStanding(row, user_id, call.now)
        enrolled = shown_enrollments(standing, CourseFilter(states=("unpublished", "available", "completed")))
        if not enrolled:
            continue
        over = standing.concluded or not (standing.is_active or standing.waits)
        found.append(
            MyCourse(
                standing,
                row.id,
                row.name,
                row.course_code or "",
                _role(enrolled[0].type),
                standing.reads and not over,
                over,
                row.published,
            )
        )
    return sorted(found, key=lambda one: (one.over, one.name.casefold(), one.id))


@screens.get("/courses")
async def courses(call: Call) -> Reply:
    """My courses and groups."""
    mine = await my_courses(call)
    listing = Listing("user")
    found = await call.uow.all(GROUPS.at(listing), user_id=call.user().user_id, limit=_MOST_GROUPS, offset=0)
    return await show(
        call,
        "courses.html",
        here="courses",
        current=[one for one in mine if not one.over],
        past=[one for one in mine if one.over],
        groups=[one for one in found if not one.concluded_at(call.now)],
    )


@screens.get("/courses/:course_id", public=True)
async def course(call: Call) -> Reply:
    """A course: its front page, else its pages."""
    return await _opened(call)


@screens.get("/groups/:group_id", public=True)
async def group(call: Call) -> Reply:
    """A group: its front page, else its pages."""
    return await _opened(call)


async def _opened(call: Call) -> Reply:
    wiki = await wiki_for(call)
    granted = pages.allow(wiki, pages.LIST)
    front = await pages.front_page(call.uow, wiki)
    if front is not None and not _readable(wiki, front):
        front = None
    listed: list[PageSummary] = []
    if front is None and not wiki.tab_hidden:
        listed, _total = await pages.list_pages(call.uow, granted, limit=_MOST_PAGES, offset=0, sort="title")
    home = f"/courses/{wiki.context_id}" if wiki.in_course else f"/groups/{wiki.context_id}"
    return await show(
        call,
        "course.html",
        here="courses",
        policy=READING if front is not None else POLICY,
        name=name_of(wiki),
        code=code_of(wiki),
        home=home,
        front=front,
        body=None if front is None else prose(front.body),
        listed=listed,
        now=call.now,
        may_create=pages.may(wiki, pages.CREATE),
        sees_list=not wiki.tab_hidden,
        edits_front=front is not None and pages.may(wiki, pages.EDIT_CONTENT, front),
    )


def _readable(wiki: Wiki, page: Page) -> bool:
    return pages.may(wiki, pages.READ, page) and pages.lock_for(wiki, page) is None


def name_of(wiki: Wiki) -> str:
    context = wiki.context
    return context.course.name if isinstance(context, CourseStanding) else context.group.name


def code_of(wiki: Wiki) -> str | None:
    """The code of the course, where it is not its name; for a group the name of its course."""
    context = wiki.context
    if isinstance(context, CourseStanding):
        return context.course.course_code if context.course.course_code != context.course.name else None
    return context.course.course.name if context.course is not None else None
