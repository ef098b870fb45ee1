"""What stands beside a course when it is shown: account, term, teachers, sections, numbers. One statement each for any number of courses."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import bindparam, func, select

from quadrangle.accounts import (
    DEFAULT_TIME_ZONE,
    MEGABYTE,
    Term,
    account_lineage,
    accounts,
    enrollment_terms,
)
from quadrangle.courses.model import Course
from quadrangle.courses.tables import course_sections, enrollments
from quadrangle.db import Statement, UnitOfWork, any_of, collect
from quadrangle.db.schema import BigId
from quadrangle.people import users

_ROOT_STORAGE_MB: Final = 500
NOT_TAKING_PART: Final = ("rejected", "completed", "deleted", "inactive")


class Inherited(msgspec.Struct, frozen=True, array_like=True):
    """What one account of a chain hands down; distance 0 is the account itself. Quota in bytes."""

    distance: int
    time_zone: str | None
    storage_quota: int | None


class Home(msgspec.Struct, frozen=True):
    """The account a course stands in."""

    id: int
    name: str
    uuid: str
    parent_account_id: int | None
    root_account_id: int | None
    workflow_state: str
    sis_source_id: str | None
    chain: list[Inherited]

    @property
    def time_zone(self) -> str:
        """The account's own, else the root's (accounts.md §1.1)."""
        chain = sorted(self.chain, key=lambda one: one.distance)
        return chain[0].time_zone or chain[-1].time_zone or DEFAULT_TIME_ZONE

    @property
    def storage_quota_mb(self) -> int:
        """Of a course without a quota of its own."""
        for one in sorted(self.chain, key=lambda one: one.distance):
            if one.storage_quota:
                return one.storage_quota // MEGABYTE
        return _ROOT_STORAGE_MB


_above = accounts.alias("above")

# The accounts of some courses with what they inherit. Index: primary keys.
_HOMES = Statement(
    select(
        accounts.c.id,
        accounts.c.name,
        accounts.c.uuid,
        accounts.c.parent_account_id,
        accounts.c.root_account_id,
        accounts.c.workflow_state,
        accounts.c.sis_source_id,
        collect(
            select(account_lineage.c.distance, _above.c.default_time_zone, _above.c.default_storage_quota)
            .join(_above, _above.c.id == account_lineage.c.ancestor_id)
            .where(account_lineage.c.account_id == accounts.c.id),
            Inherited,
        ).label("chain"),
    ).where(any_of(accounts.c.id, "ids")),
    into=Home,
)


async def homes_of(uow: UnitOfWork, several: Iterable[Course]) -> dict[int, Home]:
    """The accounts of some courses, by account id; one statement."""
    ids = {course.account_id for course in several}
    return {home.id: home for home in await uow.all(_HOMES, ids=sorted(ids))} if ids else {}


_TERMS = Statement(
    # The terms of some courses. Index: primary key.
    select(*(enrollment_terms.c[name] for name in Term.__struct_fields__)).where(any_of(enrollment_terms.c.id, "ids")),
    into=Term,
)


async def terms_of(uow: UnitOfWork, several: Iterable[Course]) -> dict[int, Term]:
    """The terms of some courses, by term id; one statement."""
    return {term.id: term for term in await uow.all(_TERMS, ids=sorted({one.enrollment_term_id for one in several}))}


class CourseCount(msgspec.Struct, frozen=True):
    course_id: int
    number: int


# How many people study in each of some courses. Index: ix_enrollments_course_id_type_….
_STUDENTS = Statement(
    select(enrollments.c.course_id, func.count(enrollments.c.user_id.distinct()).label("number"))
    .where(
        any_of(enrollments.c.course_id, "ids"),
        enrollments.c.type == "StudentEnrollment",
        enrollments.c.workflow_state.not_in(NOT_TAKING_PART),
    )
    .group_by(enrollments.c.course_id),
    into=CourseCount,
)


async def students_in(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, int]:
    """How many people study in each of some courses; a course without students is not in it."""
    return {row.course_id: row.number for row in await uow.all(_STUDENTS, ids=sorted(ids))}


class TeacherOf(msgspec.Struct, frozen=True):
    """A teacher as they stand inside a course; fields of UserCard after the course."""

    course_id: int
    id: int
    short_name: str
    pronouns: str | None
    avatar_url: str | None


# The teachers of some courses, by name. Index: ix_enrollments_course_id_type_….
_TEACHERS = Statement(
    select(
        enrollments.c.course_id,
        users.c.id,
        users.c.short_name,
        users.c.pronouns,
        users.c.avatar_url,
    )
    .join(users, users.c.id == enrollments.c.user_id)
    .where(
        any_of(enrollments.c.course_id, "ids"),
        enrollments.c.type == "TeacherEnrollment",
        enrollments.c.workflow_state.not_in(NOT_TAKING_PART),
    )
    .group_by(
        enrollments.c.course_id,
        users.c.id,
        users.c.short_name,
        users.c.pronouns,
        users.c.avatar_url,
        users.c.sortable_key,
    )
    .order_by(enrollments.c.course_id, users.c.sortable_key, users.c.id),
    into=TeacherOf,
)


async def teachers_of(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, list[TeacherOf]]:
    """The distinct teachers of some courses, by sortable name."""
    found: dict[int, list[TeacherOf]] = {}
    for row in await uow.all(_TEACHERS, ids=sorted(ids)):
        found.setdefault(row.course_id, []).append(row)
    return found


class OwnSection(msgspec.Struct, frozen=True):
    """A section somebody is enrolled in, and as what."""

    course_id: int
    id: int
    name: str
    start_at: datetime | None
    end_at: datetime | None
    type: str


# The sections a user is enrolled in. Index: ix_enrollments_user_id_course_id.
_OWN_SECTIONS = Statement(
    select(
        enrollments.c.course_id,
        course_sections.c.id,
        course_sections.c.name,
        course_sections.c.start_at,
        course_sections.c.end_at,
        enrollments.c.type,
    )
    .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
    .where(
        enrollments.c.user_id == bindparam("user_id", type_=BigId),
        any_of(enrollments.c.course_id, "ids"),
        enrollments.c.workflow_state.not_in(("deleted", "rejected")),
    )
    .order_by(course_sections.c.id, enrollments.c.id),
    into=OwnSection,
)


async def own_sections(uow: UnitOfWork, user_id: int, ids: Iterable[int]) -> dict[int, list[OwnSection]]:
    """The sections of some courses in which a user is enrolled."""
    found: dict[int, list[OwnSection]] = {}
    for row in await uow.all(_OWN_SECTIONS, user_id=user_id, ids=sorted(ids)):
        found.setdefault(row.course_id, []).append(row)
    return found
