"""Everything asked of the database about sections."""

from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, func, select

from quadrangle.courses.model import Section
from quadrangle.courses.store import SECTION_COLUMNS
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of
from quadrangle.db.schema import BigId
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.text import contains
from quadrangle.people import users


class SectionInFull(Section, frozen=True):
    """A section with the SIS ids of its course and how many study in it."""

    sis_batch_id: int | None
    sis_course_id: str | None
    course_state: str


def select_sections() -> Select[Any]:
    return select(
        *SECTION_COLUMNS,
        course_sections.c.sis_batch_id,
        courses.c.sis_source_id.label("sis_course_id"),
        courses.c.workflow_state.label("course_state"),
    ).join(courses, courses.c.id == course_sections.c.course_id)


_SECTION_COLUMN = {"id": "id", "sis_section_id": "sis_source_id", "sis_integration_id": "integration_id"}

# An active section by one of its references. Indexes: primary key, uq_course_sections_sis_source_id.
_SECTION_BY = Dynamic(
    lambda column: (
        select_sections()
        .where(
            course_sections.c[column] == bindparam("value"),
            course_sections.c.workflow_state == "active",
            courses.c.workflow_state != "deleted",
        )
        .order_by(course_sections.c.id)
        .limit(1)
    ),
    into=SectionInFull,
)


async def find_section(uow: UnitOfWork, ref: Ref) -> SectionInFull | None:
    """The active section a reference names."""
    column = _SECTION_COLUMN.get(ref.kind)
    if column is None:
        return None
    return await uow.one(_SECTION_BY.at(column), value=ref.number if column == "id" else ref.value)


def _sections_of(key: tuple[bool, bool]) -> Select[Any]:
    """A page of the sections of a course. key: whether a term narrows it, whether some ids do. Index: ix_course_sections_course_id_…."""
    by_term, some = key
    statement = (
        select(*select_sections().selected_columns, func.count().over().label("total"))
        .join(courses, courses.c.id == course_sections.c.course_id)
        .where(
            course_sections.c.course_id == bindparam("course_id", type_=BigId),
            course_sections.c.workflow_state == "active",
        )
    )
    if by_term:
        statement = statement.where(contains(course_sections.c.name_key, bindparam("term")))
    if some:
        statement = statement.where(any_of(course_sections.c.id, "ids"))
    return statement.order_by(course_sections.c.id).limit(bindparam("limit")).offset(bindparam("offset"))


class SectionInList(SectionInFull, frozen=True):
    total: int


SECTIONS_OF_COURSE = Dynamic(_sections_of, into=SectionInList)


class StudentOf(msgspec.Struct, frozen=True):
    """Somebody who studies in a section."""

    section_id: int
    user_id: int


# Who studies in some sections, by name. Index: ix_enrollments_course_section_id.
STUDENTS_OF_SECTIONS = Statement(
    select(enrollments.c.course_section_id.label("section_id"), enrollments.c.user_id)
    .join(users, users.c.id == enrollments.c.user_id)
    .where(
        any_of(enrollments.c.course_section_id, "ids"),
        enrollments.c.type == "StudentEnrollment",
        enrollments.c.workflow_state.in_(("active", "invited", "creation_pending")),
    )
    .group_by(enrollments.c.course_section_id, enrollments.c.user_id, users.c.sortable_key)
    .order_by(enrollments.c.course_section_id, users.c.sortable_key, enrollments.c.user_id),
    into=StudentOf,
)

# Whether anybody is enrolled in a section. Index: ix_enrollments_course_section_id.
ENROLLED_IN_SECTION = Statement(
    select(enrollments.c.id)
    .where(
        enrollments.c.course_section_id == bindparam("section_id", type_=BigId),
        enrollments.c.workflow_state.not_in(("deleted", "rejected")),
    )
    .limit(1),
    into=int,
)
