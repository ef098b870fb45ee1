"""The courses of an account, searched by its administrators. Source: accounts.md §7."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from quadrangle.accounts import ROOT_ID, AccountRights, account_ids_named, find_terms
from quadrangle.courses import (
    SORTS,
    CourseInAccount,
    CourseSearch,
    CourseStanding,
    count_courses_of_account,
    courses_of_account,
    has_ended,
    states_shown,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import Ref, parse_ref
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, integer, moment, text, words
from quadrangle.people import user_ids_named
from quadrangle.wire.canvas.course_json import Beside, CourseJson, beside, course_json
from quadrangle.wire.canvas.ids import TERM_KINDS, TERM_WORDS, USER_KINDS, account_ref, account_standing_for, term_for
from quadrangle.wire.canvas.search import term_of

routes = Routes("canvas", "Accounts")

ENROLLED_AS: Final = {
    "teacher": "TeacherEnrollment",
    "student": "StudentEnrollment",
    "ta": "TaEnrollment",
    "observer": "ObserverEnrollment",
    "designer": "DesignerEnrollment",
}
STATES: Final = ("created", "claimed", "available", "completed", "deleted", "all")
ENROLLMENT_STATES: Final = ("active", "completed", "creation_pending", "deleted", "inactive", "invited", "rejected")
INCLUDES: Final = (
    "syllabus_body",
    "term",
    "course_progress",
    "storage_quota_used_mb",
    "total_students",
    "teachers",
    "account_name",
    "concluded",
    "post_manually",
)


class AccountCourses(Params):
    """A filter counts as soon as it is there: one that is sent empty is false."""

    state: tuple[str, ...] = words("Courses in these states; without it all but the deleted.", choices=STATES)
    published: bool | Absent = flag("true: published courses only; false: those left out.")
    with_enrollments: bool | Absent = flag("Whether anybody is enrolled.")
    hide_enrollmentless_courses: bool | Absent = flag("Sent at all: as with_enrollments=true.")
    enrollment_type: tuple[str, ...] = words("Somebody is enrolled as one of these.", choices=ENROLLED_AS, bare=False)
    enrollment_workflow_state: tuple[str, ...] = words(
        "Somebody is enrolled in one of these states.", choices=ENROLLMENT_STATES
    )
    completed: bool | Absent = flag("Whether the course is over, by its state or by its or its term's end.")
    blueprint: bool | Absent = flag("Whether it is a blueprint course.")
    blueprint_associated: bool | Absent = flag("Whether it was made from a blueprint course.")
    public: bool | Absent = flag("Whether it is public.")
    homeroom: bool | Absent = flag("true: homeroom courses only.")
    by_teachers: tuple[str, ...] = words("Taught by one of these users.", bare=False)
    by_subaccounts: tuple[str, ...] = words("In one of these accounts or below.", bare=False)
    enrollment_term_id: tuple[str, ...] = words("In this term, or one of these.")
    starts_before: datetime | None | Absent = moment("The course or its term starts by then, or neither has a start.")
    ends_after: datetime | None | Absent = moment("The course or its term ends then or later, or neither has an end.")
    search_term: str | None | Absent = text("Part of name, code or SIS id, or the whole id; at least 3 characters.")
    search_by: str | None | Absent = text("What the term is looked for in.", choices=("course", "teacher"))
    sort: str | None | Absent = text("What to sort by; without it by id.", choices=SORTS)
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    include: tuple[str, ...] = words("What to add.", choices=(*INCLUDES, "ui_invoked"))
    teacher_limit: int | None | Absent = integer(
        "From more teachers than this on, `teacher_count` stands for `teachers`."
    )
    include_crosslisted_courses: bool | Absent = flag(
        "Also courses that only a cross-listed section ties to the account."
    )


@routes.get("/api/v1/accounts/:account_id/courses", gives=list[CourseJson], paged=True)
async def list_account_courses(call: Call, asked: Asked[AccountCourses]) -> Reply:
    """List the courses of an account and of those below it."""
    standing = await account_standing_for(call, call.path["account_id"])
    standing.rights.require("read_course_list")
    wanted, window = asked.read(), call.window()
    search = await search_for(call, wanted, standing.rights)
    account_id, user_id = standing.account.id, call.user().user_id
    rows = await courses_of_account(call.uow, search, account_id=account_id, user_id=user_id, window=window)
    if not rows and search.terms is not None and len(search.terms) == 1:
        await term_for(call, str(search.terms[0]))
    total = None
    if "ui_invoked" in wanted.include:
        total = await count_courses_of_account(call.uow, search, account_id=account_id)
    part = cut(rows, window, total=total)
    include = frozenset(wanted.include) & frozenset(INCLUDES)
    near = await beside(call, part.items, include, user_id, {row.account_id: row.home for row in part.items})
    limit = wanted.teacher_limit if isinstance(wanted.teacher_limit, int) else None
    return Reply(200, part.map([_shown(call, row, near, include, limit) for row in part.items]))


def _shown(call: Call, course: CourseInAccount, near: Beside, include: frozenset[str], limit: int | None) -> CourseJson:
    shown = course_json(call, CourseStanding(course, call.user().user_id, call.now), near, include)
    if "concluded" in include:
        shown = replace(shown, concluded=has_ended(course, call.now))
    teachers = shown.teachers
    if limit is not None and teachers is not UNSET and len(teachers) > limit:
        shown = replace(shown, teachers=UNSET, teacher_count=len(teachers))
    return shown


async def search_for(call: Call, wanted: AccountCourses, rights: AccountRights) -> CourseSearch:
    term = term_of(wanted.search_term, least=2 if call.app.settings.reference == "hosted" else 3)
    enrolled = True if wanted.hide_enrollmentless_courses is not ABSENT else _given(wanted.with_enrollments)
    sort = wanted.sort if wanted.sort in SORTS else None
    types = [ENROLLED_AS.get(one, one) for one in wanted.enrollment_type if one]
    return CourseSearch(
        states=states_shown(_texts(wanted.state), _given(wanted.published)),
        crosslisted=bool(wanted.include_crosslisted_courses),
        enrolled=enrolled,
        enrolled_as=tuple(types) or None,
        enrolled_states=_texts(wanted.enrollment_workflow_state) or None,
        ended=_given(wanted.completed),
        blueprint=_given(wanted.blueprint),
        of_blueprint=_given(wanted.blueprint_associated),
        public=_given(wanted.public),
        homeroom=bool(wanted.homeroom),
        teachers=await _teachers(call, wanted) if "by_teachers" in wanted.sent else None,
        accounts=await _accounts(call, wanted) if "by_subaccounts" in wanted.sent else None,
        terms=await _terms(call, wanted),
        starts_before=wanted.starts_before or None,
        ends_after=wanted.ends_after or None,
        term=term,
        by_sis=rights.sees_sis,
        by_teacher=wanted.search_by == "teacher",
        sort=sort,
        descending=sort is not None and wanted.order == "desc",
    )


def _given(value: bool | Absent) -> bool | None:
    return None if value is ABSENT else value


def _texts(several: Iterable[str]) -> tuple[str, ...]:
    """Without the empty ones, which forms send for a list that nothing was chosen from."""
    return tuple(one for one in several if one.strip())


async def _teachers(call: Call, wanted: AccountCourses) -> tuple[int, ...]:
    refs = [parse_ref(one, kinds=USER_KINDS, words=frozenset({"self"})) for one in wanted.by_teachers]
    own = Ref("id", str(call.user().user_id))
    known = [own if ref.kind == "word" else ref for ref in refs if ref is not None]
    return tuple(sorted(await user_ids_named(call.uow, known)))


async def _accounts(call: Call, wanted: AccountCourses) -> tuple[int, ...]:
    refs = [ref for one in wanted.by_subaccounts if (ref := account_ref(one)) is not None]
    return tuple(sorted(await account_ids_named(call.uow, refs, ROOT_ID)))


async def _terms(call: Call, wanted: AccountCourses) -> tuple[int, ...] | None:
    """The ids of the terms asked for, None for none; one that is unknown is not found, even beside known ones.

    A single plain id is taken as it is: a list that finds something has proved its term, and only an empty one is asked again.
    """
    names = _texts(wanted.enrollment_term_id)
    if not names:
        return None
    refs = [parse_ref(one, kinds=TERM_KINDS, words=TERM_WORDS) for one in names]
    if len(refs) == 1 and refs[0] is not None and refs[0].kind == "id":
        return (refs[0].number,)
    known = [ref for ref in refs if ref is not None]
    found = await find_terms(call.uow, known, ROOT_ID, call.now)
    if found is None or len(known) < len(refs):
        raise NotFound
    return tuple(sorted({term.id for term in found}))
