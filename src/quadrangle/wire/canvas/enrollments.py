"""Enrollments of the Canvas family. Source: supporting-resources.md §5."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from quadrangle.accounts import IS_WITHIN, ROOT_ID, find_term, rights_at
from quadrangle.courses import (
    ADDING,
    ENROLLMENT,
    ENROLLMENTS_OF,
    REMOVING,
    CourseStanding,
    EnrollmentInFull,
    EnrollmentKey,
    RoleOfCourse,
    Seat,
    SectionInFull,
    acquaintance,
    answer_invitation,
    built_in,
    default_section,
    end_enrollment,
    reactivate,
    roles_of_course,
    seat,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.kernel.ids import parse_number, parse_ref
from quadrangle.kernel.paging import cut, decode_bookmark, encode_bookmark
from quadrangle.kernel.params import Absent, Params, flag, moment, text, words
from quadrangle.people import DELETED, LOGIN_IN_ROOT
from quadrangle.wire.canvas.enrollment_json import EnrollmentJson, Sight, sight_of, with_users
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import account_for, course_for, find_user_for, number_for
from quadrangle.wire.canvas.sections import own_section_ids, section_and_course, section_for
from quadrangle.wire.canvas.users import person_for

routes = Routes("canvas", "Enrollments")

TYPES: Final = tuple(ADDING)
STATES: Final = ("active", "invited", "creation_pending", "deleted", "rejected", "completed", "inactive")


# --- lists ------------------------------------------------------------------------------------------------------------


class EnrollmentList(Params):
    type: tuple[str, ...] = words("Only these types.", choices=TYPES)
    role: tuple[str, ...] = words("Only roles of these names.")
    role_id: tuple[str, ...] = words("Only these roles.")
    state: tuple[str, ...] = words("Only these states; active and invited without it.", choices=STATES)
    user_id: str | None | Absent = text("Only this user; one's own are always shown.")
    include: tuple[str, ...] = words(
        "What to add.", choices=("avatar_url", "uuid", "locked", "observed_users", "can_be_removed", "email")
    )
    grading_period_id: str | None | Absent = text("Accepted; there are no grading periods.")
    enrollment_term_id: str | None | Absent = text("Only courses of this term.")
    sis_account_id: tuple[str, ...] = words("Only courses of these accounts; needs SIS rights.")
    sis_course_id: tuple[str, ...] = words("Only these courses; needs SIS rights.")
    sis_section_id: tuple[str, ...] = words("Only these sections; needs SIS rights.")
    sis_user_id: tuple[str, ...] = words("Only these users; needs SIS rights.")


_SIS = ("account", "course", "section", "user")


@routes.get("/api/v1/courses/:course_id/enrollments", gives=list[EnrollmentJson], paged=True)
async def list_course_enrollments(call: Call, asked: Asked[EnrollmentList]) -> Reply:
    """List the enrollments of a course."""
    standing = await course_for(call, call.path["course_id"])
    return await _list_in_course(call, standing, asked.read(), "course", standing.course.id)


@routes.get("/api/v1/sections/:section_id/enrollments", gives=list[EnrollmentJson], paged=True)
async def list_section_enrollments(call: Call, asked: Asked[EnrollmentList]) -> Reply:
    """List the enrollments of a section."""
    section, standing = await section_and_course(call, call.path["section_id"])
    return await _list_in_course(call, standing, asked.read(), "section", section.id)


async def _list_in_course(call: Call, standing: CourseStanding, wanted: EnrollmentList, of: str, owner: int) -> Reply:
    only = await _only_user(call, wanted)
    rights = ("read_roster", "view_all_grades", "manage_grades")
    viewer = call.user().user_id
    if not any(standing.may(right) for right in rights) and (only is None or only != viewer):
        standing.refuse()
    manages = standing.is_staff or standing.is_admin
    states = wanted.state or (("active", "invited", "inactive") if manages else ("active", "invited"))
    if not manages and only != viewer:
        # Who has left, or was never let in, is nobody else's business.
        states = tuple(state for state in states if state in ("active", "invited", "creation_pending", "completed"))
    sight = sight_of(standing, viewer)
    sections = own_section_ids(standing)
    key = EnrollmentKey(of=of, by_user=only is not None, sectioned=sections is not None)
    return await _list(call, wanted, key, owner, states, sight, only=only or 0, sections=sections)


async def _only_user(call: Call, wanted: EnrollmentList) -> int | None:
    """The user in `user_id`; an unknown one has no enrollments."""
    if not wanted.user_id:
        return None
    found = await find_user_for(call, wanted.user_id)
    return 0 if found is None else found.id


# What a user's own list understands beside the states themselves: the states meant, and whether only running courses count.
_OWN_STATES: Final = {
    "current_and_invited": (("active", "invited", "creation_pending"), True),
    "current_and_future": (("active", "invited"), True),
    "current_future_and_restricted": (("active", "invited"), True),
    "current_and_concluded": (("active", "completed"), False),
}


@routes.get("/api/v1/users/:user_id/enrollments", gives=list[EnrollmentJson], paged=True)
async def list_user_enrollments(call: Call, asked: Asked[EnrollmentList]) -> Reply:
    """List the enrollments of a user."""
    person = await person_for(call, call.path["user_id"])
    viewer = call.user().user_id
    known = await acquaintance(call.uow, viewer, person.id)
    below = None
    if not known.own:
        readers = [one.account_id for one in known.rights if one.may("read_roster")]
        if not readers:
            raise Forbidden
        below = ROOT_ID if ROOT_ID in readers else readers[0]
    wanted = asked.read()
    states: list[str] = []
    living = bool(wanted.state)
    for state in wanted.state:
        if state not in STATES and state not in _OWN_STATES:
            raise refuse(Reply(400, {"error": f"Invalid state {state}"}))
        meant, running = _OWN_STATES.get(state, ((state,), False))
        states += meant
        living = living and running
    sight = sight_of(known, viewer)
    key = EnrollmentKey(of="user", living=living, below=below is not None)
    return await _list(call, wanted, key, person.id, states or ["active", "invited"], sight, below=below or 0)


async def _list(
    call: Call,
    wanted: EnrollmentList,
    key: EnrollmentKey,
    owner: int,
    states: Collection[str],
    sight: Sight,
    *,
    only: int = 0,
    below: int = 0,
    sections: list[int] | None = None,
) -> Reply:
    sis = {name: getattr(wanted, f"sis_{name}_id") for name in _SIS}
    if any(sis.values()) and not sight.people.sis:
        raise refuse(message(400, "Insufficient permissions to filter by SIS fields"))
    term_id = await _term_id(call, wanted.enrollment_term_id) if wanted.enrollment_term_id else None
    window = call.bookmark_window()
    after = decode_bookmark(window.bookmark, [str, str, int]) if window.bookmark is not None else ["", "", 0]
    key = replace(
        key,
        after=window.bookmark is not None,
        typed=bool(wanted.type),
        by_role=bool(wanted.role_id),
        by_role_name=bool(wanted.role),
        by_term=term_id is not None,
        sis=frozenset(name for name, values in sis.items() if values),
    )
    rows = await call.uow.all(
        ENROLLMENTS_OF.at(key),
        owner=owner,
        states=sorted(set(states)),
        types=list(wanted.type),
        role_ids=[number for one in wanted.role_id if (number := parse_number(one)) is not None],
        role_names=list(wanted.role),
        only_user=only,
        sections=sections,
        below_id=below,
        term_id=term_id,
        **{f"sis_{name}": list(values) for name, values in sis.items()},
        after_type=after[0],
        after_key=after[1],
        after_id=after[2],
        limit=window.limit,
        offset=window.offset,
    )
    part = cut(rows, window)
    following = None
    if part.has_more:
        last = part.items[-1]
        following = encode_bookmark([last.type, last.sortable_key, last.id])
    shown = await with_users(call, list(part.items), sight, wanted.include)
    return Reply(200, replace(part.map(shown), bookmarked=True, next_bookmark=following))


async def _term_id(call: Call, text_: str) -> int:
    ref = parse_ref(text_, kinds=frozenset({"sis_term_id"}), words=frozenset({"default", "current"}))
    term = None if ref is None else await find_term(call.uow, ref, ROOT_ID, call.now)
    if term is None:
        raise NotFound
    return term.id


@routes.get("/api/v1/accounts/:account_id/enrollments/:id", gives=EnrollmentJson)
async def show_enrollment(call: Call) -> Reply:
    """Show an enrollment."""
    account = await account_for(call, call.path["account_id"])
    one = await _enrollment(call, number_for(call.path["id"]))
    if await call.uow.one(IS_WITHIN, account_id=one.account_id, ancestor_id=account.id) is None:
        raise NotFound
    viewer = call.user().user_id
    rights = await rights_at(call.uow, viewer, account)
    if one.user_id != viewer:
        rights.require("read_roster")
    (shown,) = await with_users(call, [one], sight_of(rights, viewer))
    return Reply(200, shown)


async def _enrollment(call: Call, id: int) -> EnrollmentInFull:
    one = await call.uow.one(ENROLLMENT, id=id)
    if one is None or one.course_state == DELETED:
        raise NotFound
    return one


# --- enrolling --------------------------------------------------------------------------------------------------------


class NewEnrollment(Params, group="enrollment"):
    user_id: str | None | Absent = text("Who is enrolled; required.")
    type: str | None | Absent = text("As what; StudentEnrollment without it.", choices=TYPES)
    role_id: str | None | Absent = text("In which role; the built-in one of the type without it.")
    role: str | None | Absent = text("The same by name; deprecated.")
    enrollment_state: str | None | Absent = text("invited without it.", choices=("active", "invited", "inactive"))
    course_section_id: str | None | Absent = text("The section; the default one without it.")
    limit_privileges_to_course_section: bool | Absent = flag("See and grade people of the own section only.")
    notify: bool | Absent = flag("Accepted; no message is sent.")
    start_at: datetime | None | Absent = moment("Kept with the enrollment.")
    end_at: datetime | None | Absent = moment("Kept with the enrollment.")
    self_enrolled: bool | Absent = flag("Whether the person enrolled themselves.")
    associated_user_id: str | None | Absent = text("Whom an observer observes.")
    self_enrollment_code: str | None | Absent = text("Not understood: there is no self-enrollment.")


NO_USER = "Can't create an enrollment without a user. Include enrollment[user_id] to create an enrollment"


@routes.post("/api/v1/courses/:course_id/enrollments", gives=EnrollmentJson)
async def create_course_enrollment(call: Call, asked: Asked[NewEnrollment]) -> Reply:
    """Enroll a user in a course."""
    standing = await course_for(call, call.path["course_id"])
    return await _create(call, standing, asked.read(), None)


@routes.post("/api/v1/sections/:section_id/enrollments", gives=EnrollmentJson)
async def create_section_enrollment(call: Call, asked: Asked[NewEnrollment]) -> Reply:
    """Enroll a user in a section."""
    section, standing = await section_and_course(call, call.path["section_id"])
    return await _create(call, standing, asked.read(), section)


async def _create(call: Call, standing: CourseStanding, wanted: NewEnrollment, section: SectionInFull | None) -> Reply:
    standing.require(*ADDING.values())
    roles = await roles_of_course(call.uow, standing)
    role = _role_for(standing, wanted, roles)
    standing.require(ADDING[role.base_role_type])
    person = await _in_root(call, wanted.user_id or "")
    associated = None
    if wanted.associated_user_id and role.base_role_type == "ObserverEnrollment":
        associated = await _in_root(call, wanted.associated_user_id)
    section_id = await _section_id(call, standing, wanted, section)
    state = wanted.enrollment_state if wanted.enrollment_state in ("active", "invited", "inactive") else "invited"
    names = ("limit_privileges_to_course_section", "start_at", "end_at", "self_enrolled")
    enrollment_id = await seat(
        call.uow,
        Seat(
            user_id=person,
            course_id=standing.course.id,
            section_id=section_id,
            type=role.base_role_type,
            role_id=role.id,
            state=str(state),
            associated_user_id=associated,
            more={name: getattr(wanted, name) for name in names if name in wanted.sent},
        ),
    )
    return await _answer(call, standing, enrollment_id)


async def _answer(call: Call, standing: CourseStanding, enrollment_id: int) -> Reply:
    one = await _enrollment(call, enrollment_id)
    (shown,) = await with_users(call, [one], sight_of(standing, call.user().user_id))
    return Reply(200, shown)


async def _in_root(call: Call, text_: str) -> int:
    """Somebody known in this root account, or NotFound."""
    user = await find_user_for(call, text_)
    if user is None or user.workflow_state == DELETED:
        raise NotFound
    if await call.uow.one(LOGIN_IN_ROOT, user_id=user.id, root_id=ROOT_ID) is None:
        raise NotFound
    return user.id


async def _section_id(
    call: Call, standing: CourseStanding, wanted: NewEnrollment, section: SectionInFull | None
) -> int:
    if section is None and wanted.course_section_id:
        section = await section_for(call, wanted.course_section_id)
        if section.course_id != standing.course.id:
            raise NotFound
    if section is not None:
        return section.id
    return (await default_section(call.uow, standing.course.id)).id


def _role_for(standing: CourseStanding, wanted: NewEnrollment, roles: list[RoleOfCourse]) -> RoleOfCourse:
    """The role asked for; refuses with everything that is wrong with the request (supporting-resources.md §5, Errors)."""
    if not wanted.sent:
        _refuse(["No parameters given"])
    problems = []
    type_ = wanted.type or None
    role: RoleOfCourse | None = None
    if type_ is not None and type_ not in TYPES:
        problems.append("Invalid type")
    elif wanted.role_id or wanted.role:
        role = _named(wanted, roles)
        if role is None:
            problems.append("Invalid role")
        elif role.workflow_state == "inactive":
            problems.append("Cannot create an enrollment with this role because it is inactive.")
        elif type_ is not None and role.base_role_type != type_:
            problems.append("The specified type must match the base type for the role")
    else:
        role = built_in(roles, type_ or "StudentEnrollment")
    if not wanted.user_id:
        problems.append(NO_USER)
    if standing.concluded:
        problems.append("Can't add an enrollment to a concluded course.")
    if problems:
        _refuse(problems)
    assert role is not None
    return role


def _named(wanted: NewEnrollment, roles: list[RoleOfCourse]) -> RoleOfCourse | None:
    if wanted.role_id:
        number = parse_number(wanted.role_id)
        return next((role for role in roles if role.id == number), None)
    known = [role for role in roles if role.name == wanted.role]
    return min(known, key=lambda role: role.workflow_state == "inactive", default=None)


def _refuse(texts: list[str]) -> NoReturn:
    raise refuse(message(400, ", ".join(texts)))


# --- ending and answering ---------------------------------------------------------------------------------------------


class Ending(Params):
    task: str | None | Absent = text(
        "What to do; conclude without it.", choices=("conclude", "delete", "inactivate", "deactivate")
    )


async def _of_course(call: Call) -> tuple[CourseStanding, EnrollmentInFull]:
    """The course of the path and the enrollment in it."""
    standing = await course_for(call, call.path["course_id"])
    one = await _enrollment(call, number_for(call.path["id"]))
    if one.course_id != standing.course.id:
        raise NotFound
    return standing, one


@routes.delete("/api/v1/courses/:course_id/enrollments/:id", gives=EnrollmentJson)
async def end_an_enrollment(call: Call, asked: Asked[Ending]) -> Reply:
    """Conclude, delete or deactivate an enrollment."""
    standing, one = await _of_course(call)
    standing.require(_right(REMOVING, one))
    await end_enrollment(call.uow, one, asked.read().task or "conclude")
    return await _answer(call, standing, one.id)


@routes.put("/api/v1/courses/:course_id/enrollments/:id/reactivate", gives=EnrollmentJson)
async def reactivate_enrollment(call: Call) -> Reply:
    """Make an inactive enrollment active again."""
    standing, one = await _of_course(call)
    standing.require(_right(ADDING, one))
    if one.workflow_state != "inactive":
        raise refuse(Reply(400, {"error": "enrollment not inactive"}))
    await reactivate(call.uow, one)
    return await _answer(call, standing, one.id)


def _right(rights: dict[str, str], one: EnrollmentInFull) -> str:
    return rights.get(one.type, rights["StudentEnrollment"])


class Success(Struct, frozen=True):
    success: bool


@routes.post("/api/v1/courses/:course_id/enrollments/:id/accept", gives=Success)
async def accept_invitation(call: Call) -> Reply:
    """Accept one's own invitation."""
    return await _answer_own(call, accept=True)


@routes.post("/api/v1/courses/:course_id/enrollments/:id/reject", gives=Success)
async def reject_invitation(call: Call) -> Reply:
    """Reject one's own invitation."""
    return await _answer_own(call, accept=False)


async def _answer_own(call: Call, *, accept: bool) -> Reply:
    _, one = await _of_course(call)
    if one.user_id != call.user().user_id:
        raise Forbidden
    if one.workflow_state not in ("invited", "creation_pending"):
        raise refuse(Reply(400, {"error": "no current invitation"}))
    await answer_invitation(call.uow, one, accept=accept)
    return Reply(200, Success(True))
