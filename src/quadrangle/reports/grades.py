"""Grade exports. Scores and grades are not kept here, so their columns stay empty. Source: account-reports.md §4.2."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, null, select

from quadrangle.accounts import enrollment_terms
from quadrangle.courses import course_sections, courses, enrollments
from quadrangle.db.cells import words
from quadrangle.people import users
from quadrangle.reports.kinds import TERM, WITH_DELETED, Parameter, Part, ReportKind
from quadrangle.reports.scope import STUDENT, Scope

INTEGRATION_IDS: Final = "include_integration_ids_in_gradebook_exports"
_HEADER: Final = [
    *("student name", "student id", "student sis", "course", "course id", "course sis"),
    *("section", "section id", "section sis", "term", "term id", "term sis"),
    *("current score", "final score", "enrollment state", "unposted current score", "unposted final score"),
    *("current grade", "final grade", "unposted current grade", "unposted final grade"),
]
NO_PERIODS: Final = "no grading periods configured for this term"


def _rows(scope: Scope, *, integration_ids: bool) -> Select[Any]:
    login = scope.logins_of_people(deleted=scope.include_deleted)
    if scope.include_deleted:
        wanted: list[ColumnElement[bool]] = [
            enrollments.c.workflow_state.in_(("active", "completed", "inactive", "deleted"))
        ]
    else:
        wanted = [
            enrollments.c.workflow_state.in_(("active", "completed")),
            courses.c.workflow_state == "available",
        ]
    empty = null()
    return (
        select(
            words(users.c.name),
            users.c.id,
            words(login.c.sis_user_id),
            *([words(login.c.integration_id)] if integration_ids else []),
            words(courses.c.name),
            courses.c.id,
            words(courses.c.sis_source_id),
            words(course_sections.c.name),
            course_sections.c.id,
            words(course_sections.c.sis_source_id),
            words(enrollment_terms.c.name),
            enrollment_terms.c.id,
            words(enrollment_terms.c.sis_source_id),
            empty,
            empty,
            case((enrollments.c.workflow_state == "completed", "concluded"), else_=enrollments.c.workflow_state),
            *[empty] * 6,
        )
        .select_from(enrollments)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .join(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
        .join(users, users.c.id == enrollments.c.user_id)
        .join(login, login.c.user_id == enrollments.c.user_id)
        .where(scope.of_courses(), enrollments.c.type == STUDENT, *wanted)
        .order_by(enrollment_terms.c.id, courses.c.id, enrollments.c.id)
    )


def _grade_export(scope: Scope) -> list[Part]:
    header = list(_HEADER)
    integration_ids = bool(scope.root_settings.get(INTEGRATION_IDS))
    if integration_ids:
        header.insert(3, "student integration id")
    return [Part("", header, _rows(scope, integration_ids=integration_ids))]


def _by_grading_period(scope: Scope) -> list[Part]:
    """A file for each term. There are no grading periods here, and that is what each says."""
    return [Part(name, (), None, instead=NO_PERIODS) for name in scope.term_names]


KINDS: Final = (
    ReportKind("grade_export_csv", "Grade Export", (TERM, WITH_DELETED), _grade_export),
    ReportKind(
        "mgp_grade_export_csv",
        "Multiple Grading Periods Grade Export",
        (Parameter(TERM.name, TERM.description, required=True),),
        _by_grading_period,
        zipped=True,
    ),
)
