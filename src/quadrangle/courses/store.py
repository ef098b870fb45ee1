"""Everything asked of the database about courses, sections and enrollments."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from quadrangle.accounts import (
    Ancestor,
    HeldRole,
    Override,
    account_courses,
    account_lineage,
    accounts,
    chain_of,
    enrollment_terms,
    held_by_user,
    overrides_for_user,
    roles,
    user_bind,
)
from quadrangle.courses.model import Course, Enrollment, EnrollmentFact, Section
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of, collect
from quadrangle.db.schema import BigId
from quadrangle.kernel.ids import Ref

COURSE_COLUMNS = [courses.c[name] for name in Course.__struct_fields__]
SECTION_COLUMNS = [course_sections.c[name] for name in Section.__struct_fields__]
ENROLLMENT_COLUMNS = [enrollments.c[name] for name in Enrollment.__struct_fields__]


def _own_enrollments() -> Any:
    """The bound user's enrollments in the enclosing course. Index: ix_enrollments_user_id_course_id."""
    rows = (
        select(
            enrollments.c.id,
            enrollments.c.type,
            enrollments.c.role_id,
            roles.c.base_role_type,
            roles.c.account_id,
            enrollments.c.workflow_state,
            enrollments.c.course_section_id,
            enrollments.c.associated_user_id,
            enrollments.c.limit_privileges_to_course_section,
            enrollments.c.start_at,
            enrollments.c.end_at,
            course_sections.c.restrict_enrollments_to_section_dates,
            course_sections.c.start_at.label("section_start_at"),
            course_sections.c.end_at.label("section_end_at"),
            roles.c.name.label("role"),
            enrollments.c.last_activity_at,
        )
        .join(roles, roles.c.id == enrollments.c.role_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .where(
            enrollments.c.user_id == user_bind(),
            enrollments.c.course_id == courses.c.id,
            enrollments.c.workflow_state.not_in(("deleted", "rejected")),
        )
    )
    return collect(rows, EnrollmentFact)


_OWN_ROLES = (
    select(enrollments.c.role_id)
    .where(enrollments.c.user_id == user_bind(), enrollments.c.course_id == courses.c.id)
    .correlate_except(enrollments)
)

FACT_COLUMNS = [
    enrollment_terms.c.start_at.label("term_start_at"),
    enrollment_terms.c.end_at.label("term_end_at"),
    enrollment_terms.c.overrides.label("term_overrides"),
    accounts.c.settings.label("root_settings"),
    chain_of(courses.c.account_id).label("ancestors"),
    held_by_user(courses.c.account_id).label("held"),
    overrides_for_user(courses.c.account_id, _OWN_ROLES).label("overrides"),
    _own_enrollments().label("enrollments"),
]


class CourseWithFacts(Course, frozen=True):
    """A course and everything that decides what the bound user may do in it."""

    term_start_at: datetime | None
    term_end_at: datetime | None
    term_overrides: dict[str, Any]
    root_settings: dict[str, Any]
    ancestors: list[Ancestor]
    held: list[HeldRole]
    overrides: list[Override]
    enrollments: list[EnrollmentFact]


def _courses_with_facts() -> Any:
    return (
        select(*COURSE_COLUMNS, *FACT_COLUMNS)
        .join(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
        .join(accounts, accounts.c.id == courses.c.root_account_id)
    )


# A course by one of its references, with the standing of one user. Hot: one statement for the whole permission question.
# Indexes: primary key (or uq_courses_sis_source_id, uuid) of courses, and those said at each fact.
COURSE_FOR_USER = Dynamic(
    lambda column: _courses_with_facts().where(courses.c[column] == bindparam("value")), into=CourseWithFacts, keep=True
)

# Several courses with the standing of one user, by id. Indexes: the same.
COURSES_FOR_USER = Statement(
    _courses_with_facts().where(any_of(courses.c.id, "ids")).order_by(courses.c.id), into=CourseWithFacts
)

# The courses a user is or was enrolled in, by id. Index: ix_enrollments_user_id_course_id.
COURSES_OF_USER = Statement(
    _courses_with_facts()
    .where(
        courses.c.id.in_(
            select(enrollments.c.course_id).where(
                enrollments.c.user_id == user_bind(), enrollments.c.workflow_state.not_in(("deleted", "rejected"))
            )
        )
    )
    .order_by(courses.c.id),
    into=CourseWithFacts,
)
_COLUMN_OF_KIND = {
    "id": "id",
    "sis_course_id": "sis_source_id",
    "sis_integration_id": "integration_id",
    "uuid": "uuid",
}


async def find_course(uow: UnitOfWork, ref: Ref, user_id: int | None) -> CourseWithFacts | None:
    """The course a reference names, deleted ones included, with the facts about one user (None: an anonymous caller)."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(COURSE_FOR_USER.at(column), value=value, user_id=user_id)


async def courses_for_user(uow: UnitOfWork, ids: set[int], user_id: int | None) -> list[CourseWithFacts]:
    """Several courses, deleted ones included, with the facts about one user; one statement, none for no ids."""
    return await uow.all(COURSES_FOR_USER, ids=sorted(ids), user_id=user_id) if ids else []


# The deleted course that holds a SIS id. Index: uq_courses_sis_source_id.
DELETED_COURSE_BY_SIS = Statement(
    select(courses.c.id).where(
        courses.c.root_account_id == bindparam("root_id", type_=BigId),
        courses.c.sis_source_id == bindparam("sis_source_id"),
        courses.c.workflow_state == "deleted",
    ),
    into=int,
)

# Take a course out of the accounts it was in. Index: ix_account_courses_course_id.
UNPLACE_COURSE = Statement[None](
    delete(account_courses).where(account_courses.c.course_id == bindparam("course_id", type_=BigId))
)
# Put it into an account and everything above. Index: primary key of account_lineage.
PLACE_COURSE = Statement[None](
    insert(account_courses).from_select(
        ["account_id", "course_id", "home_id", "term_id"],
        select(
            account_lineage.c.ancestor_id,
            bindparam("course_id", type_=BigId),
            account_lineage.c.account_id,
            bindparam("term_id", type_=BigId),
        ).where(account_lineage.c.account_id == bindparam("home_id", type_=BigId)),
    )
)

# End the enrollments of people in a root, and those through which others observe them. Indexes: ix_enrollments_user_id_course_id,
# ix_enrollments_associated_user_id.
WITHDRAW = Statement[None](
    update(enrollments)
    .where(
        or_(any_of(enrollments.c.user_id, "user_ids"), any_of(enrollments.c.associated_user_id, "user_ids")),
        enrollments.c.root_account_id == bindparam("root_id", type_=BigId),
        enrollments.c.workflow_state != "deleted",
    )
    .values(workflow_state="deleted", updated_at=bindparam("at", type_=enrollments.c.updated_at.type))
)

# Note an access on the active enrollments of a user in a course that have none since a moment. Index: ix_enrollments_user_id_course_id.
TOUCH_ENROLLMENTS = Statement[Any](
    update(enrollments)
    .where(
        enrollments.c.user_id == bindparam("user_id", type_=BigId),
        enrollments.c.course_id == bindparam("course_id", type_=BigId),
        enrollments.c.workflow_state == "active",
        or_(
            enrollments.c.last_activity_at.is_(None),
            enrollments.c.last_activity_at <= bindparam("before", type_=enrollments.c.last_activity_at.type),
        ),
    )
    .values(last_activity_at=bindparam("at", type_=enrollments.c.last_activity_at.type))
)
