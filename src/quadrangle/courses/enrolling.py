"""How people come into a course, and out of it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from quadrangle.courses.access import CourseStanding
from quadrangle.courses.enrollment_store import ROLES_OF_COURSE, SAME_ENROLLMENT, EnrollmentInFull, RoleOfCourse
from quadrangle.courses.model import Enrollment
from quadrangle.courses.service import create_section, lock_section
from quadrangle.courses.store import WITHDRAW
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Statement, UnitOfWork
from quadrangle.kernel.errors import Conflict


class SectionFacts(msgspec.Struct, frozen=True):
    """Where an enrollment goes when no section is named."""

    id: int
    root_account_id: int


# The default section of a course. Index: ix_course_sections_course_id_….
_DEFAULT_SECTION = Statement(
    select(course_sections.c.id, course_sections.c.root_account_id)
    .where(course_sections.c.course_id == bindparam("course_id"), course_sections.c.workflow_state == "active")
    .order_by(course_sections.c.is_default.desc(), course_sections.c.id)
    .limit(1),
    into=SectionFacts,
)


# A section by id. Index: primary key.
_SECTION = Statement(
    select(course_sections.c.id, course_sections.c.root_account_id).where(
        course_sections.c.id == bindparam("section_id")
    ),
    into=SectionFacts,
)


class _Named(msgspec.Struct, frozen=True):
    name: str
    root_account_id: int


_COURSE_NAME = Statement(
    select(courses.c.name, courses.c.root_account_id).where(courses.c.id == bindparam("course_id")), into=_Named
)


async def enroll(
    uow: UnitOfWork,
    *,
    course_id: int,
    user_id: int,
    type: str,
    role_id: int,
    state: str = "invited",
    section_id: int | None = None,
    **more: Any,
) -> int:
    """Put a user into a course. section_id: the default section without one. more: associated_user_id, limit_privileges_…, dates."""
    if section_id is None:
        section: SectionFacts | None = await default_section(uow, course_id)
    else:
        section = await uow.one(_SECTION, section_id=section_id)
    assert section is not None
    return await uow.insert(
        enrollments,
        user_id=user_id,
        course_id=course_id,
        course_section_id=section.id,
        root_account_id=section.root_account_id,
        type=type,
        role_id=role_id,
        workflow_state=state,
        total_activity_time=0,
        created_at=uow.now,
        updated_at=uow.now,
        **{"limit_privileges_to_course_section": False, "self_enrolled": False, **more},
    )


async def default_section(uow: UnitOfWork, course_id: int) -> SectionFacts:
    """The section in which people are who were put into none; made anew where all were deleted or moved to other courses."""
    found = await uow.one(_DEFAULT_SECTION, course_id=course_id)
    if found is None:
        named = await uow.one(_COURSE_NAME, course_id=course_id)
        assert named is not None
        await create_section(uow, course_id=course_id, root_id=named.root_account_id, name=named.name, is_default=True)
        found = await uow.one(_DEFAULT_SECTION, course_id=course_id)
        assert found is not None
    return found


# Who may add, and take out, people of each kind (supporting-resources.md §5, Rights).
ADDING: Final[dict[str, str]] = {
    "StudentEnrollment": "add_student_to_course",
    "TeacherEnrollment": "add_teacher_to_course",
    "TaEnrollment": "add_ta_to_course",
    "DesignerEnrollment": "add_designer_to_course",
    "ObserverEnrollment": "add_observer_to_course",
}
REMOVING: Final[dict[str, str]] = {
    kind: right.replace("add_", "remove_").replace("_to_", "_from_") for kind, right in ADDING.items()
}


async def roles_of_course(uow: UnitOfWork, standing: CourseStanding) -> list[RoleOfCourse]:
    """The roles an enrollment in this course may take, the built-in ones first."""
    found = await uow.all(ROLES_OF_COURSE, root_id=standing.course.root_account_id, chain=sorted(standing.account_ids))
    return [role for role in found if role.base_role_type in ADDING]


def built_in(roles: Iterable[RoleOfCourse], type_: str) -> RoleOfCourse | None:
    return next((role for role in roles if role.name == type_ and role.workflow_state == "built_in"), None)


class Seat(msgspec.Struct, frozen=True):
    """What an enrollment is to be; more: limit_privileges_to_course_section, start_at, end_at, self_enrolled."""

    user_id: int
    course_id: int
    section_id: int
    type: str
    role_id: int
    state: str
    associated_user_id: int | None = None
    more: dict[str, Any] = {}


async def seat(uow: UnitOfWork, wanted: Seat) -> int:
    """Enroll somebody; who is already in this section in the same role keeps that enrollment, brought to life if it was over."""
    # Two requests at once must end as one enrollment: whoever comes second waits here and then finds it.
    await lock_section(uow, wanted.section_id)
    same = await uow.one(
        SAME_ENROLLMENT,
        user_id=wanted.user_id,
        course_id=wanted.course_id,
        section_id=wanted.section_id,
        type=wanted.type,
        role_id=wanted.role_id,
        associated=wanted.associated_user_id or 0,
    )
    if same is None:
        return await enroll(
            uow,
            course_id=wanted.course_id,
            user_id=wanted.user_id,
            type=wanted.type,
            role_id=wanted.role_id,
            state=wanted.state,
            section_id=wanted.section_id,
            associated_user_id=wanted.associated_user_id,
            **wanted.more,
        )
    state = same.workflow_state if same.workflow_state == "active" else wanted.state
    await uow.update(enrollments, {"id": same.id}, workflow_state=state, updated_at=uow.now, **wanted.more)
    return same.id


async def enroll_in_role(uow: UnitOfWork, standing: CourseStanding, *, user_id: int, type: str) -> None:
    """An active enrollment in the default section, in the built-in role of a type."""
    role = built_in(await roles_of_course(uow, standing), type)
    assert role is not None
    await enroll(uow, course_id=standing.course.id, user_id=user_id, type=type, role_id=role.id, state="active")


class NotInactive(Conflict):
    """Only an inactive enrollment can be reactivated."""

    code = "enrollment_not_inactive"
    says = "enrollment not inactive"


class NoInvitation(Conflict):
    """Only who is invited can accept or reject."""

    code = "no_current_invitation"
    says = "no current invitation"


_ENDINGS: Final = {"conclude": "completed", "delete": "deleted", "inactivate": "inactive", "deactivate": "inactive"}


async def end_enrollment(uow: UnitOfWork, enrollment: Enrollment, task: str) -> None:
    """Conclude (also for a task that is none), delete or deactivate an enrollment."""
    state = _ENDINGS.get(task, "completed")
    values: dict[str, Any] = {"workflow_state": state, "updated_at": uow.now}
    await uow.update(enrollments, {"id": enrollment.id, "workflow_state": enrollment.workflow_state}, **values)


async def reactivate(uow: UnitOfWork, enrollment: Enrollment) -> None:
    """Raises NotInactive."""
    where = {"id": enrollment.id, "workflow_state": "inactive"}
    if not await uow.update(enrollments, where, workflow_state="active", updated_at=uow.now):
        raise NotInactive


async def answer_invitation(uow: UnitOfWork, enrollment: EnrollmentInFull, *, accept: bool) -> None:
    """Accept or reject one's own invitation. Raises NoInvitation."""
    for invited in ("invited", "creation_pending"):
        where = {"id": enrollment.id, "workflow_state": invited}
        state = "active" if accept else "rejected"
        if await uow.update(enrollments, where, workflow_state=state, updated_at=uow.now):
            return
    raise NoInvitation


async def withdraw_everywhere(uow: UnitOfWork, user_ids: Sequence[int], root_id: int) -> None:
    """End all enrollments of some people in a root account; nobody observes them there any more."""
    await uow.run(WITHDRAW, user_ids=user_ids, root_id=root_id, at=uow.now)
