"""`/accounts/:id/courses`: the courses of an account, new ones, and what becomes of them. Source: web.md W14."""

from typing import Any, Final

from quadrangle.accounts import Term, terms_of
from quadrangle.courses import AccountStanding, CourseStanding, courses_of_account
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.paging import Window, cut
from quadrangle.kernel.words import _
from quadrangle.web.account_people import filled
from quadrangle.web.administration import address_with, administration, show_admin, sorted_heads
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.wire.canvas.account_courses import AccountCourses, search_for
from quadrangle.wire.canvas.course_edits import CourseEdit, CourseOptions
from quadrangle.wire.canvas.courses import course_in_state, make_course, revise_course
from quadrangle.wire.canvas.ids import account_standing_for

screens = Routes("web", "Course administration screens")

_HOME: Final = "/accounts/:account_id/courses"
_PAGE: Final = 50
_SHORTEST: Final = 3  # characters that can be looked for


async def _here(call: Call) -> AccountStanding:
    standing = await account_standing_for(call, call.path["account_id"])
    standing.rights.require("read_course_list")
    return standing


def state_of(state: str) -> tuple[str, str]:
    """How a course stands: in words, and the kind of badge for it."""
    return {
        "created": (_("Not published"), ""),
        "claimed": (_("Not published"), ""),
        "available": (_("Published"), "good"),
        "completed": (_("Concluded"), "accent"),
        "deleted": (_("Deleted"), "bad"),
    }.get(state, (state, ""))


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("All but deleted ones")),
        ("available", _("Published")),
        ("claimed", _("Not published")),
        ("completed", _("Concluded")),
        ("deleted", _("Deleted")),
    ]


def _further() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The filters that are asked for less often: their names, words for them, and what they take."""
    either = [("", _("All")), ("1", _("Yes")), ("0", _("No"))]
    kinds = [
        ("", _("Anybody, or nobody")),
        ("student", _("Students")),
        ("teacher", _("Teachers")),
        ("ta", _("Teaching assistants")),
        ("designer", _("Designers")),
        ("observer", _("Observers")),
    ]
    return [
        ("with_enrollments", _("Somebody is in it"), either),
        ("enrollment_type", _("Has"), kinds),
        ("public", _("Public"), either),
        ("completed", _("Over"), either),
        ("blueprint", _("A blueprint"), either),
        ("blueprint_associated", _("Made from a blueprint"), either),
        ("homeroom", _("A homeroom"), either[:2]),
    ]


def _first(said: object) -> str:
    """What a filter is, of which a form sends one."""
    return str(said[0]) if isinstance(said, list) and said else str(said or "")


def _terms(several: list[Term], first: str) -> list[tuple[str, str]]:
    return [("", first), *((str(term.id), term.name or _("Untitled term")) for term in several)]


@screens.get(_HOME)
async def courses(call: Call) -> Reply:
    """The courses of an account and of those below it."""
    standing = await _here(call)
    further = _further()
    said = filled(
        call.tree,
        "search_term",
        "search_by",
        "state",
        "enrollment_term_id",
        "sort",
        "order",
        *(one for one, *_ in further),
    )
    term = str(said.get("search_term") or "").strip()
    if len(term) < _SHORTEST:
        said.pop("search_term", None)
    wanted = AccountCourses.read(said, call.reading())
    search = await search_for(call, wanted, standing.rights)
    window = Window(call.window().number, _PAGE)
    account = standing.account
    found = await courses_of_account(call.uow, search, account_id=account.id, user_id=standing.user_id, window=window)
    several = await terms_of(call.uow, account.root_id)
    named = {one.id: one.name for one in several}
    base = f"/accounts/{account.id}/courses"
    columns = [
        ("course_name", _("Course")),
        ("", _("Code")),
        ("term", _("Term")),
        ("account_name", _("Account")),
        ("course_status", _("State")),
    ]
    return await show_admin(
        call,
        "admin_courses.html",
        administration(standing, "courses"),
        base=base,
        part=cut(found, window),
        named=named,
        state_of=state_of,
        term=term,
        too_short=0 < len(term) < _SHORTEST,
        state=str(said.get("state") or ""),
        states=_states(),
        in_term=str(said.get("enrollment_term_id") or ""),
        terms=_terms(several, _("Any term")),
        heads=sorted_heads(base, call.query, columns, search.sort, descending=search.descending),
        address=lambda number: address_with(base, call.query, page=str(number)),
        adds=standing.rights.may("manage_courses_add"),
        looked=bool(said),
        by_teacher=search.by_teacher,
        further=[(name, label, options, _first(said.get(name))) for name, label, options in further],
        narrowed=any(name in said for name, *_ in further),
    )


@screens.get(f"{_HOME}/new")
async def new_course(call: Call) -> Reply:
    """A new course."""
    standing = await _here(call)
    standing.rights.require("manage_courses_add")
    several = await terms_of(call.uow, standing.account.root_id)
    return await show_admin(
        call,
        "admin_course.html",
        administration(standing, "courses", (_("Add a course"), None)),
        base=f"/accounts/{standing.account.id}/courses",
        course=None,
        form=form_on(call, _HOME, group="course", **_blank()),
        terms=_terms(several, _("The default term")),
        state_of=state_of,
    )


def _blank() -> dict[str, Any]:
    return {"name": "", "course_code": "", "term_id": "", "sis_course_id": ""}


@screens.post(_HOME, again=new_course)
async def add_course(call: Call, asked: Asked[CourseEdit], options: Asked[CourseOptions]) -> Reply:
    """Add a course; it is published later."""
    standing = await _here(call)
    edit = _named(asked.read())
    course_id = await make_course(call, standing.account, edit, options.read())
    words = _("“%(name)s” was added. Its students see it when you publish it.")
    return done(call, f"/accounts/{standing.account.id}/courses/{course_id}", words % {"name": edit.name})


def _named(edit: CourseEdit) -> CourseEdit:
    """A list of courses without names is no list."""
    if not (edit.name or "").strip():
        raise Invalid.field("name", "can't be blank", "blank")
    return edit


# --- one course


async def _course(call: Call, standing: AccountStanding, *, deleted: bool = True) -> CourseStanding:
    """A course that stands in the account or below it."""
    course = await course_in_state(call, call.path["id"], deleted=deleted)
    if standing.account.id not in {one.account_id for one in course.course.ancestors}:
        raise NotFound
    return course


@screens.get(f"{_HOME}/:id")
async def show_course(call: Call) -> Reply:
    """One course: name, term, and what may become of it."""
    standing = await _here(call)
    found = await _course(call, standing)
    course = found.course
    several = await terms_of(call.uow, standing.account.root_id)
    said = {
        "name": course.name,
        "course_code": course.course_code,
        "term_id": str(course.enrollment_term_id),
        "sis_course_id": course.sis_source_id or "",
    }
    return await show_admin(
        call,
        "admin_course.html",
        administration(standing, "courses", (course.name, None)),
        base=f"/accounts/{standing.account.id}/courses",
        course=course,
        may=found.may,
        form=form_on(call, f"{_HOME}/:id", group="course", **said),
        terms=_terms(several, _("The default term")),
        state_of=state_of,
    )


@screens.post(f"{_HOME}/:id", again=show_course)
async def change_course(call: Call, asked: Asked[CourseEdit]) -> Reply:
    """Change a course."""
    standing = await _here(call)
    found = await _course(call, standing, deleted=False)
    await revise_course(call, found, _named(asked.read()), None)
    return done(call, f"/accounts/{standing.account.id}/courses/{found.course.id}", _("The changes were saved."))


async def _happen(call: Call, event: str, right: str, words: str) -> Reply:
    standing = await _here(call)
    found = await _course(call, standing, deleted=event == "undelete")
    found.require(right)
    await revise_course(call, found, CourseEdit(**dict[str, Any]()), event)
    return done(call, f"/accounts/{standing.account.id}/courses/{found.course.id}", words % {"name": found.course.name})


@screens.post(f"{_HOME}/:id/publish")
async def publish(call: Call) -> Reply:
    """Let its students see it."""
    return await _happen(call, "offer", "manage_courses_publish", _("“%(name)s” is published."))


@screens.post(f"{_HOME}/:id/unpublish")
async def unpublish(call: Call) -> Reply:
    """Hide it from its students."""
    return await _happen(call, "claim", "manage_courses_publish", _("“%(name)s” is no longer published."))


@screens.post(f"{_HOME}/:id/conclude")
async def conclude(call: Call) -> Reply:
    """Let it be over."""
    return await _happen(
        call, "conclude", "manage_courses_conclude", _("“%(name)s” is concluded. It can be published again.")
    )


@screens.post(f"{_HOME}/:id/delete")
async def delete(call: Call) -> Reply:
    """Delete it; it can be brought back."""
    return await _happen(
        call, "delete", "manage_courses_delete", _("“%(name)s” was deleted. You can bring it back here.")
    )


@screens.post(f"{_HOME}/:id/restore")
async def restore(call: Call) -> Reply:
    """Bring it back."""
    return await _happen(call, "undelete", "undelete_courses", _("“%(name)s” is back, and not published."))
