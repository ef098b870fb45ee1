"""Courses, sections, enrollments as the rest of the house knows them."""

from datetime import datetime
from typing import Any, Final

import msgspec

STAFF_TYPES: Final = frozenset({"TeacherEnrollment", "TaEnrollment", "DesignerEnrollment"})
STUDENT_TYPES: Final = frozenset({"StudentEnrollment", "StudentViewEnrollment"})
WIRE_TYPE: Final = {
    "StudentEnrollment": "student",
    "TeacherEnrollment": "teacher",
    "TaEnrollment": "ta",
    "DesignerEnrollment": "designer",
    "ObserverEnrollment": "observer",
    "StudentViewEnrollment": "student_view",
}


class Course(msgspec.Struct, frozen=True):
    """One course. storage_quota in bytes, None inherits from the account."""

    id: int
    uuid: str
    name: str
    course_code: str
    account_id: int
    root_account_id: int
    enrollment_term_id: int
    workflow_state: str
    start_at: datetime | None
    conclude_at: datetime | None
    restrict_enrollments_to_course_dates: bool
    is_public: bool | None
    is_public_to_auth_users: bool
    public_syllabus: bool
    public_syllabus_to_auth: bool
    default_wiki_editing_roles: str
    pages_tab_hidden: bool
    default_view: str
    license: str | None
    grading_standard_id: int | None
    grade_passback_setting: str | None
    storage_quota: int | None
    sis_source_id: str | None
    integration_id: str | None
    sis_batch_id: int | None
    homeroom_course: bool
    course_color: str | None
    friendly_name: str | None
    syllabus_body: str | None
    public_description: str | None
    course_format: str | None
    locale: str | None
    template: bool
    is_blueprint: bool
    blueprint_course_id: int | None
    time_zone: str | None
    hide_final_grades: bool
    apply_assignment_group_weights: bool
    settings: dict[str, Any]
    calendar_secret: str
    created_at: datetime

    @property
    def published(self) -> bool:
        return self.workflow_state == "available"


class Section(msgspec.Struct, frozen=True):
    """A group of enrollments; CourseSection on the wire."""

    id: int
    course_id: int
    nonxlist_course_id: int | None
    root_account_id: int
    name: str
    sis_source_id: str | None
    integration_id: str | None
    workflow_state: str
    is_default: bool
    start_at: datetime | None
    end_at: datetime | None
    restrict_enrollments_to_section_dates: bool
    created_at: datetime


class Enrollment(msgspec.Struct, frozen=True):
    """A user in a course, through a section, in a role."""

    id: int
    user_id: int
    course_id: int
    course_section_id: int
    root_account_id: int
    type: str
    role_id: int
    workflow_state: str
    associated_user_id: int | None
    limit_privileges_to_course_section: bool
    start_at: datetime | None
    end_at: datetime | None
    last_activity_at: datetime | None
    total_activity_time: int
    created_at: datetime
    updated_at: datetime


class EnrollmentFact(msgspec.Struct, frozen=True, array_like=True):
    """As much of one's own enrollment as decides what one may do."""

    id: int
    type: str
    role_id: int
    base: str
    role_owner: int | None
    workflow_state: str
    section_id: int
    associated_user_id: int | None
    limited_to_section: bool
    start_at: datetime | None
    end_at: datetime | None
    section_restricts: bool
    section_start_at: datetime | None
    section_end_at: datetime | None
    role: str
    last_activity_at: datetime | None
