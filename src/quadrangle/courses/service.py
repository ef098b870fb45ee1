"""What happens to courses: they are made, offered, concluded; their sections are made, moved, deleted."""

from typing import Any, Final

from sqlalchemy import bindparam, select

from quadrangle.accounts import enrollment_terms, hold_tree
from quadrangle.courses.access import ACTIVITY_EVERY
from quadrangle.courses.model import Course, Section
from quadrangle.courses.section_store import ENROLLED_IN_SECTION
from quadrangle.courses.store import DELETED_COURSE_BY_SIS, PLACE_COURSE, TOUCH_ENROLLMENTS, UNPLACE_COURSE
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Database, IntegrityViolation, Statement, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Conflict, Invalid
from quadrangle.kernel.text import fold, sort_key

# The term a course stands in when nobody says otherwise.
_DEFAULT_TERM = Statement(
    select(enrollment_terms.c.id).where(
        enrollment_terms.c.root_account_id == bindparam("root_id"), enrollment_terms.c.is_default.is_(True)
    ),
    into=int,
)


def _keys(values: dict[str, Any]) -> dict[str, str | None]:
    """The columns by which courses are searched and sorted, of as many of their texts as are given."""
    keys: dict[str, str | None] = {}
    if "name" in values:
        keys |= {"name_key": sort_key(values["name"]), "name_folded": fold(values["name"])}
    if "course_code" in values:
        keys["code_folded"] = fold(values["course_code"])
    if "sis_source_id" in values:
        keys["sis_folded"] = None if values["sis_source_id"] is None else fold(values["sis_source_id"])
    return keys


async def create_course(
    uow: UnitOfWork,
    *,
    account_id: int,
    root_id: int,
    name: str = "My Course",
    course_code: str | None = None,
    term_id: int | None = None,
    state: str = "claimed",
    **more: Any,
) -> int:
    """Add a course with its default section (supporting-resources.md §3, side effects); returns the course's id.

    state: claimed is unpublished. more: any other column. Raises IntegrityViolation when the SIS id is taken.
    """
    if term_id is None:
        term_id = await uow.one(_DEFAULT_TERM, root_id=root_id)
    values: dict[str, Any] = {
        "restrict_enrollments_to_course_dates": False,
        "is_public": False,
        "is_public_to_auth_users": False,
        "public_syllabus": False,
        "public_syllabus_to_auth": False,
        "default_wiki_editing_roles": "teachers",
        "pages_tab_hidden": False,
        "default_view": "modules",
        "license": "private",
        "homeroom_course": False,
        "template": False,
        "is_blueprint": False,
        "hide_final_grades": False,
        "apply_assignment_group_weights": False,
        "settings": {},
        **more,
    }
    values |= {"name": name, "course_code": course_code if course_code is not None else name}
    course_id = await uow.insert(
        courses,
        uuid=random_text(40),
        account_id=account_id,
        root_account_id=root_id,
        enrollment_term_id=term_id,
        workflow_state=state,
        calendar_secret=random_text(40),
        created_at=uow.now,
        updated_at=uow.now,
        **values,
        **_keys(values),
    )
    await hold_tree(uow, root_id)
    await uow.run(PLACE_COURSE, course_id=course_id, home_id=account_id, term_id=term_id)
    await create_section(uow, course_id=course_id, root_id=root_id, name=name, is_default=True)
    return course_id


# From which states an event takes a course, and where to (supporting-resources.md §3).
_EVENTS: Final = {
    "claim": (frozenset({"created", "claimed", "available"}), "claimed"),
    "offer": (frozenset({"created", "claimed", "available", "completed"}), "available"),
    "conclude": (frozenset({"created", "claimed", "available"}), "completed"),
    "delete": (frozenset({"created", "claimed", "available", "completed"}), "deleted"),
    "undelete": (frozenset({"deleted"}), "claimed"),
}


async def move_course(uow: UnitOfWork, course: Course, event: str) -> bool:
    """Let an event (claim, offer, conclude, delete, undelete) happen to a course; False when its state does not allow it, or is no
    longer the one that was seen."""
    before, after = _EVENTS[event]
    if course.workflow_state not in before:
        return False
    where = {"id": course.id, "workflow_state": course.workflow_state}
    return await uow.update(courses, where, workflow_state=after, updated_at=uow.now) == 1


async def change_course(uow: UnitOfWork, course: Course, changes: dict[str, Any]) -> None:
    """Write the given columns of a course. Raises Invalid when its SIS id is taken."""
    if not changes:
        return
    values = dict(changes)
    try:
        await uow.update(courses, {"id": course.id}, updated_at=uow.now, **values, **_keys(values))
    except IntegrityViolation:
        raise sis_id_taken("sis_source_id", values.get("sis_source_id")) from None
    if not values.keys().isdisjoint(("account_id", "enrollment_term_id")):
        home_id = values.get("account_id", course.account_id)
        term_id = values.get("enrollment_term_id", course.enrollment_term_id)
        await hold_tree(uow, course.root_account_id)
        await uow.run(UNPLACE_COURSE, course_id=course.id)
        await uow.run(PLACE_COURSE, course_id=course.id, home_id=home_id, term_id=term_id)


def sis_id_taken(attribute: str, value: str | None) -> Invalid:
    return Invalid.field(attribute, f'SIS ID "{value}" is already in use')


async def create_section(
    uow: UnitOfWork, *, course_id: int, root_id: int, name: str, is_default: bool = False, **more: Any
) -> int:
    """Add a section. more: start_at, end_at, restrict_enrollments_to_section_dates, sis_source_id, integration_id."""
    return await uow.insert(
        course_sections,
        course_id=course_id,
        root_account_id=root_id,
        name=name,
        name_key=fold(name),
        workflow_state="active",
        is_default=is_default,
        created_at=uow.now,
        updated_at=uow.now,
        **{"restrict_enrollments_to_section_dates": False, **more},
    )


async def change_section(uow: UnitOfWork, section: Section, changes: dict[str, Any]) -> None:
    """Write the given columns of a section. Raises Invalid when its SIS id is taken."""
    if not changes:
        return
    values = dict(changes)
    if "name" in values:
        values["name_key"] = fold(values["name"])
    try:
        await uow.update(course_sections, {"id": section.id}, updated_at=uow.now, **values)
    except IntegrityViolation:
        raise sis_id_taken("sis_source_id", values.get("sis_source_id")) from None


class SectionHasEnrollments(Conflict):
    """A section that people are enrolled in stays."""

    code = "section_has_enrollments"
    says = "You can't delete a section that has enrollments"


class NotCrossListed(Conflict):
    """Only a section away from its first course can go back there."""

    code = "not_cross_listed"
    says = "section is not cross-listed"


async def lock_section(uow: UnitOfWork, section_id: int) -> None:
    """Make whoever enrolls people there, moves or deletes it wait: what is read after this stays true until the commit."""
    await uow.update(course_sections, {"id": section_id}, updated_at=uow.now)


async def delete_section(uow: UnitOfWork, section: Section) -> None:
    """Raises SectionHasEnrollments."""
    await lock_section(uow, section.id)
    if await uow.one(ENROLLED_IN_SECTION, section_id=section.id) is not None:
        raise SectionHasEnrollments
    # Its SIS id is free again, for the section that takes its place.
    await uow.update(
        course_sections, {"id": section.id}, workflow_state="deleted", sis_source_id=None, updated_at=uow.now
    )


async def cross_list(uow: UnitOfWork, section: Section, course_id: int) -> None:
    """Move a section with everybody in it to another course; its first course is remembered."""
    home = section.nonxlist_course_id or section.course_id
    await _move_section(uow, section, course_id, None if course_id == home else home)


async def take_back(uow: UnitOfWork, section: Section) -> None:
    """Bring a cross-listed section back to its first course. Raises NotCrossListed."""
    if section.nonxlist_course_id is None:
        raise NotCrossListed
    await _move_section(uow, section, section.nonxlist_course_id, None)


async def _move_section(uow: UnitOfWork, section: Section, course_id: int, home: int | None) -> None:
    where = {"id": section.id, "course_id": section.course_id}
    if await uow.update(course_sections, where, course_id=course_id, nonxlist_course_id=home, updated_at=uow.now):
        await uow.update(enrollments, {"course_section_id": section.id}, course_id=course_id, updated_at=uow.now)


async def note_activity(database: Database, clock: Clock, *, course_id: int, user_id: int) -> None:
    """Remember that somebody used a course; runs after the answer, and writes what is ten minutes old only."""
    async with writing(database, clock) as uow:
        await uow.run(
            TOUCH_ENROLLMENTS, course_id=course_id, user_id=user_id, at=uow.now, before=uow.now - ACTIVITY_EVERY
        )


async def revive_course(uow: UnitOfWork, root_id: int, sis_source_id: str, state: str) -> int | None:
    """Bring back the deleted course with a SIS id; None when there is none."""
    course_id = await uow.one(DELETED_COURSE_BY_SIS, root_id=root_id, sis_source_id=sis_source_id)
    if course_id is not None:
        where = {"id": course_id, "workflow_state": "deleted"}
        await uow.update(courses, where, workflow_state=state, updated_at=uow.now)
    return course_id
