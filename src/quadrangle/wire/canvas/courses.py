"""Courses of the Canvas family: made, shown, listed, changed, ended. Source: supporting-resources.md §3."""

from collections.abc import Sequence
from typing import Any

from quadrangle.accounts import IS_WITHIN, Account, reload, rights_at
from quadrangle.courses import (
    COURSES_OF_USER,
    Course,
    CourseFilter,
    CourseStanding,
    EnrollmentFact,
    acquaintance,
    change_course,
    courses_for_user,
    create_course,
    creates_courses,
    enroll_in_role,
    find_course,
    move_course,
    revive_course,
    shown_enrollments,
    sis_id_taken,
)
from quadrangle.db import IntegrityViolation
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import Ref, parse_number, parse_ref
from quadrangle.kernel.params import Absent, Params, flag, text, words
from quadrangle.wire.canvas.account_users import TYPES
from quadrangle.wire.canvas.course_edits import (
    CourseEdit,
    CourseOptions,
    account_named,
    content_columns,
    content_keys,
    quota_column,
    sis_columns,
    term_named,
)
from quadrangle.wire.canvas.course_json import INCLUDES, CourseJson, beside, course_json, restricted_json
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import COURSE_KINDS, account_for, note_access
from quadrangle.wire.canvas.users import person_for

routes = Routes("canvas", "Courses")


# --- one course -------------------------------------------------------------------------------------------------------


class CourseShow(Params):
    include: tuple[str, ...] = words("What to add; `all_courses` shows a deleted course too.", choices=INCLUDES)


async def course_in_state(call: Call, text_: str, *, deleted: bool = False) -> CourseStanding:
    """The caller's standing in the course a reference names, or NotFound. deleted: deleted courses count."""
    ref = parse_ref(text_, kinds=COURSE_KINDS)
    user_id = None if call.actor is None else call.actor.user_id
    course = None if ref is None else await find_course(call.uow, ref, user_id)
    if course is None or (course.workflow_state == "deleted" and not deleted):
        raise NotFound
    standing = CourseStanding(course, user_id, call.now)
    note_access(call, standing)
    return standing


async def _again(call: Call, course_id: int) -> CourseStanding:
    """The standing after a change."""
    course = await find_course(call.uow, Ref("id", str(course_id)), call.user().user_id)
    assert course is not None
    return CourseStanding(course, call.user().user_id, call.now)


async def _show(call: Call, standing: CourseStanding, include: frozenset[str]) -> CourseJson:
    course, user_id = standing.course, standing.user_id
    near = await beside(call, [course], include, user_id)
    enrolled: Sequence[EnrollmentFact] = [one for one in course.enrollments if one.workflow_state != "inactive"]
    return course_json(call, standing, near, include, enrolled=enrolled, enrolled_id=user_id)


@routes.get("/api/v1/courses/:id", public=True, gives=CourseJson)
async def show_course(call: Call, asked: Asked[CourseShow]) -> Reply:
    """Show a course."""
    return await _shown(call, call.path["id"], asked.read().include)


@routes.get("/api/v1/accounts/:account_id/courses/:id", gives=CourseJson)
async def show_account_course(call: Call, asked: Asked[CourseShow]) -> Reply:
    """Show a course of an account."""
    account = await account_for(call, call.path["account_id"])
    return await _shown(call, call.path["id"], asked.read().include, within=account)


async def _shown(call: Call, text_: str, wanted: tuple[str, ...], within: Account | None = None) -> Reply:
    standing = await course_in_state(call, text_, deleted="all_courses" in wanted)
    if within is not None and within.id not in standing.account_ids:
        raise NotFound
    if not standing.reads:
        if standing.waits:
            return Reply(200, restricted_json(standing.course))
        standing.refuse()
    return Reply(200, await _show(call, standing, frozenset(wanted) & frozenset(INCLUDES)))


# --- somebody's courses -----------------------------------------------------------------------------------------------


class CourseList(Params):
    enrollment_type: str | None | Absent = text("Only courses where one is this.", choices=TYPES)
    enrollment_role: str | None | Absent = text("Only courses where one has the role of this name.")
    enrollment_role_id: str | None | Absent = text("Only courses where one has this role.")
    enrollment_state: str | None | Absent = text(
        "Only through enrollments in this state, dates considered.",
        choices=("active", "invited_or_pending", "completed"),
    )
    state: tuple[str, ...] = words(
        "Only courses in these states; without it `available` for students and observers, all but `deleted` for others.",
        choices=("unpublished", "available", "completed", "deleted"),
    )
    exclude_blueprint_courses: bool | Absent = flag("Leave out blueprint courses.")
    include: tuple[str, ...] = words("What to add.", choices=INCLUDES)


def _filter(wanted: CourseList) -> CourseFilter:
    role_id = wanted.enrollment_role_id
    return CourseFilter(
        type=TYPES.get(wanted.enrollment_type, wanted.enrollment_type) if wanted.enrollment_type else None,
        role=wanted.enrollment_role or None,
        role_id=(parse_number(role_id) or 0) if role_id else None,
        enrollment_state=wanted.enrollment_state or None,
        states=wanted.state,
        without_blueprints=bool(wanted.exclude_blueprint_courses),
    )


@routes.get("/api/v1/courses", gives=list[CourseJson], paged=True)
async def list_courses(call: Call, asked: Asked[CourseList]) -> Reply:
    """List the caller's courses."""
    return await _list(call, asked.read(), call.user().user_id)


@routes.get("/api/v1/users/:user_id/courses", gives=list[CourseJson], paged=True)
async def list_user_courses(call: Call, asked: Asked[CourseList]) -> Reply:
    """List the courses of a user: one's own, or those of somebody one observes or administers."""
    person = await person_for(call, call.path["user_id"])
    viewer = call.user().user_id
    if person.id != viewer:
        known = await acquaintance(call.uow, viewer, person.id)
        if not known.observes and not known.may_as_admin("read_course_list"):
            raise Forbidden
    return await _list(call, asked.read(), person.id)


async def _list(call: Call, wanted: CourseList, user_id: int) -> Reply:
    """The courses of `user_id`, as the caller sees them; all in memory, as nobody takes thousands of courses."""
    rows = await call.uow.all(COURSES_OF_USER, user_id=user_id)
    chosen: list[tuple[CourseStanding, list[EnrollmentFact]]] = []
    narrow = _filter(wanted)
    for row in rows:
        standing = CourseStanding(row, user_id, call.now)
        if enrolled := shown_enrollments(standing, narrow):
            chosen.append((standing, enrolled))
    viewer = call.user().user_id
    seen_by = {standing.course.id: standing for standing, _ in chosen}
    if viewer != user_id:
        seen_by = await _as_seen_by(call, list(seen_by), viewer)
        chosen = [(standing, enrolled) for standing, enrolled in chosen if standing.course.id in seen_by]
    part = call.paged(chosen)
    include = frozenset(wanted.include) & frozenset(INCLUDES)
    near = await beside(call, [standing.course for standing, _ in part.items], include, user_id)
    shown = []
    for standing, enrolled in part.items:
        if standing.waits and not standing.reads and viewer == user_id:
            shown.append(restricted_json(standing.course))
        else:
            seen = seen_by[standing.course.id]
            shown.append(course_json(call, seen, near, include, enrolled=enrolled, enrolled_id=user_id))
    return Reply(200, part.map(shown))


async def _as_seen_by(call: Call, ids: list[int], viewer: int) -> dict[int, CourseStanding]:
    """The standing of a viewer in those of some courses that they may know of."""
    found = await courses_for_user(call.uow, set(ids), viewer)
    standings = [CourseStanding(course, viewer, call.now) for course in found]
    return {one.course.id: one for one in standings if one.reads or one.admin_may("read_course_list")}


# --- a new course -----------------------------------------------------------------------------------------------------


@routes.post("/api/v1/accounts/:account_id/courses", gives=CourseJson)
async def create_account_course(call: Call, asked: Asked[CourseEdit], options: Asked[CourseOptions]) -> Reply:
    """Make a course in an account, or in one below it."""
    account = await account_for(call, call.path["account_id"])
    course_id = await make_course(call, account, asked.read(), options.read())
    return Reply(200, await _show(call, await _again(call, course_id), frozenset()))


async def make_course(call: Call, account: Account, edit: CourseEdit, how: CourseOptions) -> int:
    """Make a course in an account, or in the one below it that the edit names; returns its id. Raises Forbidden, Invalid, NotFound."""
    place = await account_named(call, edit) or account
    if place.id != account.id and not await _is_below(call, place, account):
        raise NotFound
    rights = await rights_at(call.uow, call.user().user_id, place)
    if not await creates_courses(call.uow, rights, await reload(call.uow, place.root_id)):
        raise Forbidden
    values, problems = content_columns(call, edit, None)
    if problems:
        raise Invalid(*problems)
    if rights.may("manage_sis"):
        values |= sis_columns(edit)
    if rights.may("manage_storage_quotas"):
        values |= quota_column(edit)
    term_id = await term_named(call, edit)
    state = "available" if how.offer or edit.event == "offer" else "claimed"
    course_id = None
    if how.enable_sis_reactivation and values.get("sis_source_id"):
        course_id = await revive_course(call.uow, place.root_id, values["sis_source_id"], state)
    if course_id is None:
        try:
            course_id = await create_course(
                call.uow, account_id=place.id, root_id=place.root_id, term_id=term_id, state=state, **values
            )
        except IntegrityViolation:
            raise sis_id_taken("sis_source_id", values.get("sis_source_id")) from None
    if how.enroll_me == "true":
        made = await _again(call, course_id)
        await enroll_in_role(call.uow, made, user_id=rights.user_id, type="TeacherEnrollment")
    return course_id


async def _is_below(call: Call, account: Account, above: Account) -> bool:
    return await call.uow.one(IS_WITHIN, account_id=account.id, ancestor_id=above.id) is not None


# --- changing and ending ----------------------------------------------------------------------------------------------

_EVENT_RIGHT = {
    "claim": "manage_courses_publish",
    "offer": "manage_courses_publish",
    "conclude": "manage_courses_conclude",
    "delete": "manage_courses_delete",
    "undelete": "undelete_courses",
}


@routes.put("/api/v1/courses/:id", gives=CourseJson)
async def update_course(call: Call, asked: Asked[CourseEdit], options: Asked[CourseOptions]) -> Reply:
    """Change a course, or let something happen to it."""
    edit = asked.read()
    event = edit.event if edit.event in _EVENT_RIGHT else "offer" if options.read().offer else None
    standing = await course_in_state(call, call.path["id"], deleted=event == "undelete")
    await revise_course(call, standing, edit, event)
    return Reply(200, await _show(call, await _again(call, standing.course.id), frozenset()))


async def revise_course(call: Call, standing: CourseStanding, edit: CourseEdit, event: str | None) -> None:
    """Write what was sent of a course, and let something happen to it. Raises Forbidden, Invalid, NotFound."""
    course = standing.course
    if content_keys(edit) or (event is None and not edit.sent):
        standing.require("manage_course_content_edit", "manage_courses_admin")
    if event is not None:
        standing.require(_EVENT_RIGHT[event])
    values, problems = content_columns(call, edit, course)
    if problems:
        raise Invalid(*problems)
    values |= await _placement(call, standing, edit)
    await change_course(call.uow, course, values)
    if event is not None:
        await move_course(call.uow, course, event)


async def _placement(call: Call, standing: CourseStanding, edit: CourseEdit) -> dict[str, Any]:
    """Account, term, SIS ids and quota, where they are new; each refused to those who may not change it."""
    course: Course = standing.course
    wanted: dict[str, Any] = {}
    account = await account_named(call, edit)
    if account is not None and account.id != course.account_id:
        standing.require("manage_courses_admin")
        rights = await rights_at(call.uow, call.user().user_id, account)
        rights.require("manage_courses_admin", "manage_courses_add")
        if account.root_id != course.root_account_id:
            raise NotFound
        wanted["account_id"] = account.id
    term_id = await term_named(call, edit)
    if term_id is not None and term_id != course.enrollment_term_id:
        standing.require("manage_courses_admin")
        wanted["enrollment_term_id"] = term_id
    sis = {name: value for name, value in sis_columns(edit).items() if value != getattr(course, name)}
    if sis:
        standing.require("manage_sis")
    quota = {name: value for name, value in quota_column(edit).items() if value != course.storage_quota}
    if quota:
        standing.require("manage_storage_quotas")
    return wanted | sis | quota


class CourseEnding(Params):
    event: str | None | Absent = text("What to do; required.", choices=("delete", "conclude"))


@routes.delete("/api/v1/courses/:id", gives=dict[str, bool])
async def end_course(call: Call, asked: Asked[CourseEnding]) -> Reply:
    """Delete or conclude a course."""
    standing = await course_in_state(call, call.path["id"])
    event = asked.read().event
    if event not in ("delete", "conclude"):
        standing.require("manage_courses_delete", "manage_courses_conclude")
        raise refuse(message(400, 'Only "delete" and "conclude" events are allowed.'))
    standing.require(_EVENT_RIGHT[event])
    done = await move_course(call.uow, standing.course, event)
    return Reply(200 if done else 400, {event: done})
