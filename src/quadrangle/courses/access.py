"""What one person may do in one course: roles from enrollments active by date, and admin roles down the account tree.

Source: permissions.md §5 ("grants(user, course, right)", "Active by date").
"""

import enum
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn, Protocol

from quadrangle.accounts import HeldRole, RoleRights, hides_past_courses, in_order
from quadrangle.courses.model import STAFF_TYPES, STUDENT_TYPES, EnrollmentFact
from quadrangle.courses.store import CourseWithFacts, find_course
from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.kernel.ids import Ref

ACTIVITY_EVERY: Final = timedelta(minutes=10)


class Phase(enum.Enum):
    """Where an enrollment stands in time and state."""

    ACTIVE = "active"
    AHEAD = "ahead"  # before the window: students only know that the course exists
    CONCLUDED = "concluded"  # read remains, nothing else
    NONE = "none"  # invited, inactive, or the course is not published


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


class CourseDates(Protocol):
    """What of a course and its term decides when an enrollment in it is active."""

    @property
    def workflow_state(self) -> str: ...
    @property
    def restrict_enrollments_to_course_dates(self) -> bool: ...
    @property
    def start_at(self) -> datetime | None: ...
    @property
    def conclude_at(self) -> datetime | None: ...
    @property
    def term_start_at(self) -> datetime | None: ...
    @property
    def term_end_at(self) -> datetime | None: ...
    @property
    def term_overrides(self) -> dict[str, Any]: ...


class EnrollmentDates(Protocol):
    """What of an enrollment and its section decides the same."""

    @property
    def type(self) -> str: ...
    @property
    def section_restricts(self) -> bool: ...
    @property
    def section_start_at(self) -> datetime | None: ...
    @property
    def section_end_at(self) -> datetime | None: ...


def window_of(course: CourseDates, enrollment: EnrollmentDates) -> tuple[datetime | None, datetime | None]:
    """The dates between which this enrollment is active; an open end is None.

    The section's when it restricts, else the course's when it restricts, else the term's for the enrollment type, else the term's.
    """
    if enrollment.section_restricts:
        return enrollment.section_start_at, enrollment.section_end_at
    if course.restrict_enrollments_to_course_dates:
        return course.start_at, course.conclude_at
    override = course.term_overrides.get(enrollment.type)
    start, end = course.term_start_at, course.term_end_at
    if isinstance(override, dict):
        start = _moment(override.get("start_at")) or start
        end = _moment(override.get("end_at")) or end
    return start, end


def phase_of(course: CourseWithFacts, enrollment: EnrollmentFact, now: datetime) -> Phase:
    staff = enrollment.type in STAFF_TYPES
    if enrollment.workflow_state not in ("active", "completed") or course.workflow_state == "deleted":
        return Phase.NONE
    if course.workflow_state in ("created", "claimed") and not staff:
        return Phase.NONE
    if enrollment.workflow_state == "completed" or course.workflow_state == "completed":
        return Phase.CONCLUDED
    start, end = window_of(course, enrollment)
    if end is not None and now > end:
        return Phase.CONCLUDED
    if start is not None and now < start and not staff:
        return Phase.AHEAD
    return Phase.ACTIVE


class CourseStanding:
    """One person (or nobody) before one course. Everything the access tables of course and page ask is a property here."""

    __slots__ = ("_roles", "active", "concluded_ones", "course", "now", "phases", "user_id")

    def __init__(self, course: CourseWithFacts, user_id: int | None, now: datetime) -> None:
        self.course = course
        self.user_id = user_id
        self.now = now
        self.phases = [(enrollment, phase_of(course, enrollment, now)) for enrollment in course.enrollments]
        self.active = [enrollment for enrollment, phase in self.phases if phase is Phase.ACTIVE]
        self.concluded_ones = [enrollment for enrollment, phase in self.phases if phase is Phase.CONCLUDED]
        self._roles: tuple[RoleRights, RoleRights] | None = None  # most readers need no right of a role

    def _role_rights(self) -> tuple[RoleRights, RoleRights]:
        """Those of the admin roles held above the course, and those of the active enrollments."""
        if self._roles is None:
            course, chain = self.course, in_order(self.course.ancestors)
            enrolled = [HeldRole(one.role_id, one.base, None, one.role_owner) for one in self.active]
            self._roles = (
                RoleRights(course.held, chain, course.overrides),
                RoleRights(enrolled, chain, course.overrides),
            )
        return self._roles

    def may(self, permission: str) -> bool:
        """A registry permission in this course, from an active enrollment or an admin role."""
        admin, enrolled = self._role_rights()
        return enrolled.may(permission) or admin.may(permission)

    def admin_may(self, permission: str) -> bool:
        """The permission through an admin role alone."""
        return self._role_rights()[0].may(permission)

    def require(self, *permissions: str) -> None:
        if not any(self.may(permission) for permission in permissions):
            self.refuse()

    def refuse(self) -> NoReturn:
        raise Unauthenticated if self.user_id is None else Forbidden

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_admin(self) -> bool:
        """Holds an admin role that opens this course's content."""
        return self.admin_may("read_course_content")

    @property
    def is_staff(self) -> bool:
        """An active teacher, TA or designer."""
        return any(one.type in STAFF_TYPES for one in self.active)

    @property
    def is_active_student(self) -> bool:
        return any(one.type in STUDENT_TYPES for one in self.active)

    @property
    def is_active(self) -> bool:
        """Any enrollment that is active now."""
        return bool(self.active)

    @property
    def reads_as_past(self) -> bool:
        """A concluded enrollment keeps reading; a student's unless account or course hides past courses from students."""
        return any(one.type in STAFF_TYPES or not self._hides_past for one in self.concluded_ones)

    @property
    def _hides_past(self) -> bool:
        if self.course.settings.get("restrict_student_past_view"):
            return True
        return hides_past_courses(self.course.ancestors)

    @property
    def concluded(self) -> bool:
        """Over for everybody: concluded itself, or past the end that counts without a section of its own."""
        course = self.course
        if course.workflow_state == "completed":
            return True
        end = course.conclude_at if course.restrict_enrollments_to_course_dates else course.term_end_at
        return end is not None and self.now > end

    @property
    def open_to_all(self) -> bool:
        return self.course.published and bool(self.course.is_public)

    @property
    def open_to_signed_in(self) -> bool:
        return self.course.published and self.course.is_public_to_auth_users and self.signed_in

    @property
    def reads(self) -> bool:
        """The right to read the course (pages.md §3)."""
        return self.is_active or self.reads_as_past or self.is_admin or self.open_to_all or self.open_to_signed_in

    @property
    def account_ids(self) -> frozenset[int]:
        """The account the course stands in, and all above it."""
        return frozenset(one.account_id for one in self.course.ancestors)

    @property
    def access_is_news(self) -> bool:
        """Whether the last noted access of one of the enrollments is ten minutes old, or there is none."""
        return any(
            one.last_activity_at is None or self.now - one.last_activity_at >= ACTIVITY_EVERY
            for one in self.course.enrollments
            if one.workflow_state == "active"
        )

    @property
    def waits(self) -> bool:
        """Enrolled, but the course has not begun: only its existence may be known."""
        return any(phase is Phase.AHEAD for _, phase in self.phases)


async def standing_in(uow: UnitOfWork, ref: Ref, user_id: int | None) -> CourseStanding | None:
    """The standing of a user in the course a reference names; None when there is no such course, or it was deleted. One statement."""
    course = await find_course(uow, ref, user_id)
    if course is None or course.workflow_state == "deleted":
        return None
    return CourseStanding(course, user_id, uow.now)
