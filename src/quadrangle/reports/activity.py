"""What students and others did last. Source: account-reports.md §4.3."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from quadrangle.courses import course_sections, courses, enrollments
from quadrangle.db.cells import local_time, words
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.params import parse_time, truthy
from quadrangle.people import logins, users
from quadrangle.reports.kinds import COURSE, TERM, WITH_DELETED, Parameter, Part, ReportKind, one_part
from quadrangle.reports.model import CannotBeDone
from quadrangle.reports.scope import STUDENT, Scope

LONGEST_WINDOW: Final = timedelta(weeks=2)
_SINCE: Final = Parameter("start_at", "Only what was done since then counts.", takes="moment")


def moment_of(parameters: dict[str, Any], name: str) -> datetime | None:
    """The moment somebody gave; None when they gave none. Raises CannotBeDone when it is no moment."""
    given = parameters.get(name)
    if given is None or str(given).strip() == "":
        return None
    moment = parse_time(str(given).strip())
    if moment is None:
        raise CannotBeDone(f"{name} '{given}' is no date.")
    return moment


def list_of(given: Any) -> list[str]:
    """What was given as a list, as one word or as several with commas between them."""
    if given is None:
        return []
    many = given if isinstance(given, list) else str(given).split(",")
    return [text for one in many if (text := str(one).strip())]


def _student_columns(login: Any) -> list[ColumnElement[Any]]:
    return [
        users.c.id,
        words(login.c.sis_user_id),
        words(users.c.sortable_name),
        course_sections.c.id,
        words(course_sections.c.sis_source_id),
        words(course_sections.c.name),
        courses.c.id,
        words(courses.c.sis_source_id),
        words(courses.c.name),
    ]


def _students(scope: Scope, *more: ColumnElement[Any]) -> Select[Any]:
    """Student enrollments with what is told of each; people without a login have no SIS id."""
    login = scope.logins_of_people(deleted=False)
    return (
        select(*_student_columns(login), *more)
        .select_from(enrollments)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .join(users, users.c.id == enrollments.c.user_id)
        .outerjoin(login, login.c.user_id == enrollments.c.user_id)
        .where(scope.of_courses(), enrollments.c.type == STUDENT)
        .order_by(enrollments.c.id)
    )


def _zero_activity(scope: Scope) -> Select[Any]:
    """Any enrollment of the same person in the same course carries their accesses to it."""
    since = moment_of(scope.parameters, _SINCE.name)
    theirs = enrollments.alias("theirs")
    accessed = (
        select(theirs.c.id)
        .where(
            theirs.c.user_id == enrollments.c.user_id,
            theirs.c.course_id == enrollments.c.course_id,
            theirs.c.last_activity_at.is_not(None) if since is None else theirs.c.last_activity_at >= since,
        )
        .correlate(enrollments)
        .exists()
    )
    return _students(scope).where(
        enrollments.c.workflow_state == "active",
        courses.c.workflow_state == "available",
        course_sections.c.workflow_state == "active",
        ~accessed,
    )


def _window(parameters: dict[str, Any], now: datetime) -> dict[str, Any]:
    """At most two weeks, written back into what was asked."""
    start, end = moment_of(parameters, "start_at"), moment_of(parameters, "end_at")
    if end is None:
        end = now if start is None else start + LONGEST_WINDOW
    if start is None or end - start > LONGEST_WINDOW:
        start = end - LONGEST_WINDOW
    return {**parameters, "start_at": zulu(start), "end_at": zulu(end)}


def _without_submissions(scope: Scope) -> list[Part]:
    """Submissions are not kept here, so nobody has made any."""
    header = [
        "user id",
        "user sis id",
        "user name",
        "section id",
        "section sis id",
        "section name",
        "course id",
        "course sis id",
        "course name",
    ]
    more: list[ColumnElement[Any]] = []
    if truthy(scope.parameters.get("include_enrollment_state")):
        header.append("enrollment state")
        more.append(enrollments.c.workflow_state)
    rows = _students(scope, *more).where(courses.c.workflow_state != "deleted")
    states = [state.lower() for state in list_of(scope.parameters.get("enrollment_state"))]
    if states and "all" not in states:
        rows = rows.where(enrollments.c.workflow_state.in_(stored_states(states)))
    return [Part("", header, rows)]


# The words that reports have for states of enrollments.
ENROLLMENT_STATES: Final = ("active", "invited", "inactive", "concluded", "rejected", "deleted")


def stored_states(told: list[str]) -> list[str]:
    """States of enrollments as they are kept, from the words reports have for them."""
    kept = {"concluded": ["completed"], "invited": ["invited", "creation_pending"]}
    return sorted({state for one in told for state in kept.get(one, [one])})


def _last_access(scope: Scope) -> Select[Any]:
    """A row for each person and SIS id: of the login that was used last."""
    newest = func.row_number().over(
        partition_by=(logins.c.user_id, logins.c.sis_user_id),
        order_by=(logins.c.last_request_at.desc().nulls_last(), logins.c.id),
    )
    wanted: list[ColumnElement[bool]] = [logins.c.account_id == scope.root_id]
    if not scope.include_deleted:
        wanted.append(logins.c.workflow_state != "deleted")
    if scope.course_id is None and (within := scope.of_users(logins.c.user_id)) is not None:
        wanted.append(within)
    if scope.course_id is not None or scope.term_ids is not None:
        there = select(enrollments.c.user_id).join(courses, courses.c.id == enrollments.c.course_id)
        there = there.where(scope.of_courses())
        if not scope.include_deleted:
            there = there.where(enrollments.c.workflow_state != "deleted")
        wanted.append(logins.c.user_id.in_(there))
    ranked = (
        select(
            logins.c.user_id,
            logins.c.sis_user_id,
            logins.c.last_request_at,
            logins.c.current_login_ip,
            newest.label("rank"),
        )
        .where(*wanted)
        .subquery("ranked")
    )
    return (
        select(
            users.c.id,
            words(ranked.c.sis_user_id),
            words(users.c.sortable_name),
            local_time(ranked.c.last_request_at),
            words(ranked.c.current_login_ip),
        )
        .select_from(ranked)
        .join(users, users.c.id == ranked.c.user_id)
        .where(ranked.c.rank == 1)
        .order_by(users.c.id, ranked.c.sis_user_id)
    )


def _last_activity(scope: Scope) -> Select[Any]:
    last = func.max(enrollments.c.last_activity_at)
    seen = (
        select(enrollments.c.user_id, last.label("at"))
        .join(courses, courses.c.id == enrollments.c.course_id)
        .where(scope.of_courses(always_within=True), enrollments.c.last_activity_at.is_not(None))
        .group_by(enrollments.c.user_id)
        .subquery("seen")
    )
    return (
        select(users.c.id, words(users.c.sortable_name), local_time(seen.c.at))
        .select_from(seen)
        .join(users, users.c.id == seen.c.user_id)
        .order_by(users.c.id)
    )


KINDS: Final = (
    ReportKind(
        "last_enrollment_activity_csv",
        "Last Enrollment Activity",
        (TERM, COURSE),
        one_part("user id,user name,last activity at", _last_activity),
    ),
    ReportKind(
        "last_user_access_csv",
        "Last User Access",
        (TERM, COURSE, WITH_DELETED),
        one_part("user id,user sis id,user name,last access at,last ip", _last_access),
    ),
    ReportKind(
        "students_with_no_submissions_csv",
        "Students with no submissions",
        (
            TERM,
            COURSE,
            Parameter(
                "start_at",
                "Where the time looked at begins, at most two weeks before its end.",
                required=True,
                takes="moment",
            ),
            Parameter("end_at", "Where it ends. Default: now.", required=True, takes="moment"),
            Parameter("include_enrollment_state", "Add a column with the state of the enrollment."),
            Parameter(
                "enrollment_state[]",
                "Only enrollments in these states; `all` for any.",
                takes="several",
                choices=ENROLLMENT_STATES,
            ),
        ),
        _without_submissions,
        prepare=_window,
    ),
    ReportKind(
        "zero_activity_csv",
        "Zero Activity",
        (TERM, _SINCE, COURSE),
        one_part(
            "user id,user sis id,name,section id,section sis id,section name,course id,course sis id,course name",
            _zero_activity,
        ),
    ),
)
