"""What happens to courses: they are made, offered, concluded; people are enrolled."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from quadrangle.accounts import enrollment_terms
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Statement, UnitOfWork
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.text import sort_key

# The term a course stands in when nobody says otherwise.
_DEFAULT_TERM = Statement(
    select(enrollment_terms.c.id).where(
        enrollment_terms.c.root_account_id == bindparam("root_id"), enrollment_terms.c.is_default.is_(True)
    ),
    into=int,
)


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
    course_id = await uow.insert(
        courses,
        uuid=random_text(40),
        name=name,
        name_key=sort_key(name),
        course_code=course_code if course_code is not None else name,
        account_id=account_id,
        root_account_id=root_id,
        enrollment_term_id=term_id,
        workflow_state=state,
        calendar_secret=random_text(40),
        created_at=uow.now,
        updated_at=uow.now,
        **values,
    )
    await create_section(uow, course_id=course_id, root_id=root_id, name=name, is_default=True)
    return course_id


async def create_section(
    uow: UnitOfWork, *, course_id: int, root_id: int, name: str, is_default: bool = False, **more: Any
) -> int:
    """Add a section. more: start_at, end_at, restrict_enrollments_to_section_dates, sis_source_id, integration_id."""
    return await uow.insert(
        course_sections,
        course_id=course_id,
        root_account_id=root_id,
        name=name,
        workflow_state="active",
        is_default=is_default,
        created_at=uow.now,
        updated_at=uow.now,
        **{"restrict_enrollments_to_section_dates": False, **more},
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
    section = await uow.one(_DEFAULT_SECTION, course_id=course_id)
    assert section is not None
    return await uow.insert(
        enrollments,
        user_id=user_id,
        course_id=course_id,
        course_section_id=section_id or section.id,
        root_account_id=section.root_account_id,
        type=type,
        role_id=role_id,
        workflow_state=state,
        total_activity_time=0,
        created_at=uow.now,
        updated_at=uow.now,
        **{"limit_privileges_to_course_section": False, "self_enrolled": False, **more},
    )
