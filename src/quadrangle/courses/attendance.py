"""What somebody takes part in at present: enrollments that are active or still an invitation, in courses that have not ended for them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select

from quadrangle.accounts import enrollment_terms, user_bind
from quadrangle.courses.access import window_of
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import collect


class CourseFact(msgspec.Struct, frozen=True):
    """The dates of the course of an attendance, as `window_of` asks for them."""

    workflow_state: str
    restrict_enrollments_to_course_dates: bool
    start_at: datetime | None
    conclude_at: datetime | None
    term_start_at: datetime | None
    term_end_at: datetime | None
    term_overrides: dict[str, Any]


class Attendance(msgspec.Struct, frozen=True, array_like=True):
    """One enrollment, active or invited, with the account that holds its course and all that tells when it ends."""

    account_id: int
    type: str
    role_id: int
    course_state: str
    course_restricts: bool
    course_start_at: datetime | None
    course_conclude_at: datetime | None
    term_start_at: datetime | None
    term_end_at: datetime | None
    term_overrides: dict[str, Any]
    section_restricts: bool
    section_start_at: datetime | None
    section_end_at: datetime | None

    def lasts(self, now: datetime) -> bool:
        """Whether the course has not ended for it; one that has not begun lasts too."""
        if self.course_state == "completed":
            return False
        course = CourseFact(
            self.course_state,
            self.course_restricts,
            self.course_start_at,
            self.course_conclude_at,
            self.term_start_at,
            self.term_end_at,
            self.term_overrides,
        )
        _, end = window_of(course, self)
        return end is None or now <= end


def attendances() -> ColumnElement[Any]:
    """The bound user's active and invited enrollments in courses not deleted, as one column. Index: ix_enrollments_user_id_course_id."""
    rows = (
        select(
            courses.c.account_id,
            enrollments.c.type,
            enrollments.c.role_id,
            courses.c.workflow_state,
            courses.c.restrict_enrollments_to_course_dates,
            courses.c.start_at,
            courses.c.conclude_at,
            enrollment_terms.c.start_at.label("term_start_at"),
            enrollment_terms.c.end_at.label("term_end_at"),
            enrollment_terms.c.overrides,
            course_sections.c.restrict_enrollments_to_section_dates,
            course_sections.c.start_at.label("section_start_at"),
            course_sections.c.end_at.label("section_end_at"),
        )
        .select_from(enrollments)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .join(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
        .where(
            enrollments.c.user_id == user_bind(),
            enrollments.c.workflow_state.in_(("active", "invited")),
            courses.c.workflow_state != "deleted",
        )
    )
    return collect(rows, Attendance)
