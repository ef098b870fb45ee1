"""The people of a course. Source: supporting-resources.md §1, endpoints-clients-use.md §1."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, select

from quadrangle.courses import (
    ENROLLMENTS_OF_PEOPLE,
    PEOPLE_OF_COURSE,
    ClassKey,
    CourseStanding,
    EnrollmentInFull,
)
from quadrangle.db import Statement, any_of
from quadrangle.db.schema import BigId
from quadrangle.groups import group_memberships, groups
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Handler, Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import Absent, Params, text, words
from quadrangle.kernel.text import fold, like
from quadrangle.people import Person
from quadrangle.wire.canvas.account_users import TYPES
from quadrangle.wire.canvas.enrollment_json import EnrollmentJson, enrollment_json, sight_of
from quadrangle.wire.canvas.ids import course_for, find_user_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.sections import own_section_ids
from quadrangle.wire.canvas.users import UserJson, include_of, person_for, person_json, sees_of

routes = Routes("canvas", "Courses")

_STATES = ("active", "invited", "rejected", "completed", "inactive")
_INCLUDES = ("enrollments", "email", "avatar_url", "uuid", "bio", "group_ids", "sections", "last_login", "locked")


class _Member(Struct, frozen=True):
    user_id: int
    group_id: int


# The groups of a course in which some people are members. It stands here, as courses come before groups and may not ask them.
# Index: ix_group_memberships_user_id.
_GROUPS_OF_PEOPLE = Statement(
    select(group_memberships.c.user_id, group_memberships.c.group_id)
    .join(groups, groups.c.id == group_memberships.c.group_id)
    .where(
        any_of(group_memberships.c.user_id, "user_ids"),
        group_memberships.c.workflow_state == "accepted",
        groups.c.course_id == bindparam("course_id", type_=BigId),
        groups.c.workflow_state != "deleted",
    )
    .order_by(group_memberships.c.group_id),
    into=_Member,
)


class CourseUsersShow(Params):
    include: tuple[str, ...] = words("What to add.", choices=_INCLUDES)


class CourseUsers(CourseUsersShow):
    search_term: str | None | Absent = text(
        "Part of a name, login, SIS id or address, or an id; at least 2 characters."
    )
    sort: str | None | Absent = text("What to sort by.", choices=("username", "last_login", "email", "sis_id"))
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    enrollment_type: tuple[str, ...] = words("Only people who are this.", choices=TYPES)
    enrollment_role: str | None | Absent = text("Only people of this type or role; deprecated.")
    enrollment_role_id: str | None | Absent = text("Only people in this role.")
    enrollment_state: tuple[str, ...] = words("In these states; active and invited without it.", choices=_STATES)
    user_ids: tuple[str, ...] = words("Only these users.")
    user_id: str | None | Absent = text("Only the page with this user; taken as one of user_ids.")
    limit: str | None | Absent = text("The same as per_page.")


def _both(handler: Handler) -> Handler:
    """The list and its older name, which a well-known client calls."""
    for path in ("users", "search_users"):
        routes.get(f"/api/v1/courses/:course_id/{path}", gives=list[UserJson], paged=True)(handler)
    return handler


@_both
async def list_course_users(call: Call, asked: Asked[CourseUsers]) -> Reply:
    """List the people of a course."""
    standing = await course_for(call, call.path["course_id"])
    call.user()
    standing.require("read_roster")
    wanted = asked.read()
    sees = sees_of(standing)
    term = term_of(wanted.search_term, least=2)
    window = call.window(alias="limit")
    types = [TYPES.get(one, one) for one in wanted.enrollment_type]
    if wanted.enrollment_role:
        types.append(wanted.enrollment_role)
    ids = await _ids(call, wanted)
    sections = own_section_ids(standing)
    key = ClassKey(
        term=term is not None,
        by_login=sees.logins,
        by_sis=sees.sis,
        by_email=sees.email,
        typed=bool(types),
        by_role=bool(wanted.enrollment_role_id),
        some=ids is not None,
        sectioned=sections is not None,
        sort=wanted.sort if wanted.sort in ("last_login", "email", "sis_id") else "username",
        descending=wanted.order == "desc",
    )
    rows = await call.uow.all(
        PEOPLE_OF_COURSE.at(key),
        course_id=standing.course.id,
        states=_states(standing, wanted.enrollment_state),
        types=types,
        role_ids=[parse_number(str(wanted.enrollment_role_id)) or 0],
        sections=sections,
        ids=ids,
        term=like(fold(term)) if term is not None else None,
        exact_id=(parse_number(term) or 0) if term is not None else 0,
        limit=window.limit,
        offset=window.offset,
    )
    part = cut(rows, window)
    return Reply(200, part.map(await _shown(call, standing, list(part.items), wanted.include)))


async def _ids(call: Call, wanted: CourseUsers) -> list[int] | None:
    """The users asked for by reference, None when all are; unknown ones are left out."""
    sent = (*wanted.user_ids, *((wanted.user_id,) if wanted.user_id else ()))
    if not sent:
        return None
    ids = []
    for one in sent[:100]:
        number = parse_number(one)
        if number is None:
            user = await find_user_for(call, one)
            number = None if user is None else user.id
        if number is not None:
            ids.append(number)
    return ids


def _states(standing: CourseStanding, sent: tuple[str, ...]) -> list[str]:
    """The states of enrollments that count; who has left is the business of staff alone."""
    manages = standing.is_staff or standing.is_admin
    allowed = _STATES if manages else ("active", "invited", "completed")
    if sent:
        return [state for state in sent if state in allowed] or ["none"]
    return ["active", "invited", "completed"] if standing.concluded else ["active", "invited"]


async def _shown(
    call: Call, standing: CourseStanding, people: list[Person], include: tuple[str, ...]
) -> list[UserJson]:
    """People with what `include` wants; two statements more at most, however many people."""
    sees = sees_of(standing)
    plain = include_of(include, "email", "avatar_url", "uuid", "bio", "last_login")
    shown = [person_json(call, person, sees, plain) for person in people]
    ids = [person.id for person in people]
    if ids and {"enrollments", "sections"} & set(include):
        rows = await call.uow.all(
            ENROLLMENTS_OF_PEOPLE,
            course_id=standing.course.id,
            user_ids=ids,
            states=["active", "invited", "creation_pending", "completed", "inactive"],
        )
        shown = [
            _with_enrollments(call, standing, one, person, rows, include)
            for one, person in zip(shown, people, strict=True)
        ]
    if ids and "group_ids" in include:
        found: dict[int, list[int]] = {}
        for member in await call.uow.all(_GROUPS_OF_PEOPLE, course_id=standing.course.id, user_ids=ids):
            found.setdefault(member.user_id, []).append(member.group_id)
        shown = [replace(one, group_ids=found.get(one.id, [])) for one in shown]
    return shown


def _with_enrollments(
    call: Call,
    standing: CourseStanding,
    shown: UserJson,
    person: Person,
    rows: list[EnrollmentInFull],
    include: tuple[str, ...],
) -> UserJson:
    sight = sight_of(standing, call.user().user_id)
    manages = standing.is_staff or standing.is_admin
    mine = [row for row in rows if row.user_id == person.id and (manages or row.workflow_state != "inactive")]
    made: list[EnrollmentJson] = [enrollment_json(call, row, sight, person.sis_user_id) for row in mine]
    more: dict[str, Any] = {}
    if "enrollments" in include:
        more["enrollments"] = made
    if "sections" in include:
        more["sections"] = ", ".join(dict.fromkeys(row.section_name for row in mine))
    return replace(shown, **more)


@routes.get("/api/v1/courses/:course_id/users/:id", gives=UserJson)
async def show_course_user(call: Call, asked: Asked[CourseUsersShow]) -> Reply:
    """Show somebody of a course."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("read_roster")
    person = await person_for(call, call.path["id"])
    sections = own_section_ids(standing)
    key = ClassKey(
        term=False,
        by_login=False,
        by_sis=False,
        by_email=False,
        typed=False,
        by_role=False,
        some=True,
        sectioned=sections is not None,
    )
    found = await call.uow.one(
        PEOPLE_OF_COURSE.at(key),
        course_id=standing.course.id,
        states=_states(standing, ("active", "invited", "completed", "inactive")),
        ids=[person.id],
        sections=sections,
        limit=1,
        offset=0,
    )
    if found is None:
        raise NotFound
    (shown,) = await _shown(call, standing, [person], asked.read().include)
    return Reply(200, shown)
