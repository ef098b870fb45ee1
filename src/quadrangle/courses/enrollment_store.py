"""Everything asked of the database about enrollments as they are shown and made."""

from typing import Any

import msgspec
from sqlalchemy import Select, Text, and_, bindparam, func, or_, select, tuple_

from quadrangle.accounts import account_lineage, accounts, roles
from quadrangle.courses.model import Enrollment
from quadrangle.courses.store import ENROLLMENT_COLUMNS
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, Statement, any_of
from quadrangle.db.schema import BigId, SortKey
from quadrangle.db.statement import TextList
from quadrangle.people import logins, users


class EnrollmentInFull(Enrollment, frozen=True):
    """An enrollment with the names and SIS ids around it, and the sort key of its user."""

    role: str
    sortable_key: str
    sis_course_id: str | None
    course_integration_id: str | None
    course_state: str
    sis_section_id: str | None
    section_integration_id: str | None
    section_name: str
    sis_account_id: str | None
    account_id: int
    sis_batch_id: int | None


def select_enrollments() -> Select[Any]:
    """Enrollments with their surroundings; narrow it with where()."""
    return (
        select(
            *ENROLLMENT_COLUMNS,
            roles.c.name.label("role"),
            users.c.sortable_key,
            courses.c.sis_source_id.label("sis_course_id"),
            courses.c.integration_id.label("course_integration_id"),
            courses.c.workflow_state.label("course_state"),
            course_sections.c.sis_source_id.label("sis_section_id"),
            course_sections.c.integration_id.label("section_integration_id"),
            course_sections.c.name.label("section_name"),
            accounts.c.sis_source_id.label("sis_account_id"),
            courses.c.account_id,
            enrollments.c.sis_batch_id,
        )
        .join(roles, roles.c.id == enrollments.c.role_id)
        .join(users, users.c.id == enrollments.c.user_id)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .join(accounts, accounts.c.id == courses.c.account_id)
    )


# One enrollment, in any state. Index: primary key.
ENROLLMENT = Statement(
    select_enrollments().where(enrollments.c.id == bindparam("id", type_=BigId)), into=EnrollmentInFull
)

# Everything some people are in one course. Index: ix_enrollments_user_id_course_id.
ENROLLMENTS_OF_PEOPLE = Statement(
    select_enrollments()
    .where(
        enrollments.c.course_id == bindparam("course_id", type_=BigId),
        any_of(enrollments.c.user_id, "user_ids"),
        any_of(enrollments.c.workflow_state, "states", of=TextList),
    )
    .order_by(enrollments.c.id),
    into=EnrollmentInFull,
)


class EnrollmentKey(msgspec.Struct, frozen=True):
    """Which list of enrollments: whose, and what narrows it."""

    of: str  # course | section | user
    after: bool = False
    typed: bool = False
    by_role: bool = False
    by_role_name: bool = False
    by_user: bool = False
    by_term: bool = False
    sis: frozenset[str] = frozenset()  # of account, course, section, user
    living: bool = False  # only in courses that are neither completed nor deleted
    sectioned: bool = False  # only in the bound `sections`
    below: bool = False  # only in courses of the bound account or below


_SIS_COLUMN = {
    "account": accounts.c.sis_source_id,
    "course": courses.c.sis_source_id,
    "section": course_sections.c.sis_source_id,
}
_OWNER = {
    "course": enrollments.c.course_id,
    "section": enrollments.c.course_section_id,
    "user": enrollments.c.user_id,
}


def _enrollments_of(key: EnrollmentKey) -> Select[Any]:
    """A page of enrollments by type, sortable name and id. Indexes: ix_enrollments_course_id_type_…, _course_section_id, _user_id_…."""
    statement = select_enrollments().where(
        _OWNER[key.of] == bindparam("owner", type_=BigId),
        any_of(enrollments.c.workflow_state, "states", of=TextList),
        courses.c.workflow_state != "deleted",
        users.c.workflow_state != "deleted",
    )
    if key.typed:
        statement = statement.where(any_of(enrollments.c.type, "types", of=TextList))
    if key.by_role:
        statement = statement.where(any_of(enrollments.c.role_id, "role_ids"))
    if key.by_role_name:
        statement = statement.where(any_of(roles.c.name, "role_names", of=TextList))
    if key.by_user:
        statement = statement.where(enrollments.c.user_id == bindparam("only_user", type_=BigId))
    if key.by_term:
        statement = statement.where(courses.c.enrollment_term_id == bindparam("term_id", type_=BigId))
    if key.sectioned:
        statement = statement.where(any_of(enrollments.c.course_section_id, "sections"))
    if key.living:
        statement = statement.where(courses.c.workflow_state != "completed")
    if key.below:
        below = select(account_lineage.c.account_id).where(
            account_lineage.c.ancestor_id == bindparam("below_id", type_=BigId)
        )
        statement = statement.where(courses.c.account_id.in_(below))
    for name in sorted(key.sis & _SIS_COLUMN.keys()):
        statement = statement.where(any_of(_SIS_COLUMN[name], f"sis_{name}", of=TextList))
    if "user" in key.sis:
        known = select(logins.c.user_id).where(
            any_of(logins.c.sis_user_id, "sis_user", of=TextList), logins.c.workflow_state != "deleted"
        )
        statement = statement.where(enrollments.c.user_id.in_(known))
    if key.after:
        place = tuple_(enrollments.c.type, users.c.sortable_key, enrollments.c.id)
        mark = tuple_(
            bindparam("after_type", type_=Text()),
            bindparam("after_key", type_=SortKey),
            bindparam("after_id", type_=BigId),
        )
        statement = statement.where(place > mark)
    order = (enrollments.c.type, users.c.sortable_key, enrollments.c.id)
    return statement.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))


ENROLLMENTS_OF = Dynamic(_enrollments_of, into=EnrollmentInFull)


class SameEnrollment(msgspec.Struct, frozen=True):
    id: int
    workflow_state: str


# The enrollments that are already what a new one would be; one that was not deleted first. Index: ix_enrollments_user_id_course_id.
SAME_ENROLLMENT = Statement(
    select(enrollments.c.id, enrollments.c.workflow_state)
    .where(
        enrollments.c.user_id == bindparam("user_id", type_=BigId),
        enrollments.c.course_id == bindparam("course_id", type_=BigId),
        enrollments.c.course_section_id == bindparam("section_id", type_=BigId),
        enrollments.c.type == bindparam("type"),
        enrollments.c.role_id == bindparam("role_id", type_=BigId),
        func.coalesce(enrollments.c.associated_user_id, 0) == bindparam("associated", type_=BigId),
    )
    .order_by(enrollments.c.workflow_state == "deleted", enrollments.c.id)
    .limit(1),
    into=SameEnrollment,
)


class RoleOfCourse(msgspec.Struct, frozen=True):
    """A course role as an enrollment may take it."""

    id: int
    name: str
    base_role_type: str
    workflow_state: str


# The course roles known in a course: the built-in ones of its root, and those of its account and above. Indexes:
# ix_roles_account_id, ix_roles_root_account_id_name.
ROLES_OF_COURSE = Statement(
    select(roles.c.id, roles.c.name, roles.c.base_role_type, roles.c.workflow_state)
    .where(
        or_(
            and_(roles.c.root_account_id == bindparam("root_id", type_=BigId), roles.c.workflow_state == "built_in"),
            any_of(roles.c.account_id, "chain"),
        ),
        roles.c.workflow_state != "deleted",
    )
    .order_by(roles.c.account_id.is_not(None), roles.c.id),
    into=RoleOfCourse,
)
