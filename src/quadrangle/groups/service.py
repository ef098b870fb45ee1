"""What happens to groups: they are made within a category, people join and leave."""

from typing import Any

from quadrangle.db import UnitOfWork
from quadrangle.groups.store import CATEGORY
from quadrangle.groups.tables import group_categories, group_memberships, groups
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.text import sort_key


async def create_group_category(
    uow: UnitOfWork,
    *,
    root_id: int,
    name: str,
    course_id: int | None = None,
    account_id: int | None = None,
    **more: Any,
) -> int:
    """Add a category to a course or an account. more: role, self_signup, auto_leader, group_limit, sis_source_id."""
    return await uow.insert(
        group_categories,
        context_type="Course" if course_id is not None else "Account",
        context_id=course_id if course_id is not None else account_id,
        root_account_id=root_id,
        name=name,
        created_at=uow.now,
        updated_at=uow.now,
        **more,
    )


async def create_group(
    uow: UnitOfWork, *, category_id: int, name: str, account_id: int | None = None, **more: Any
) -> int:
    """Add a group to a category; account_id: of the course, for a course category. more: any other column."""
    category = await uow.one(CATEGORY, id=category_id)
    if category is None:
        raise NotFound
    in_course = category.context_type == "Course"
    return await uow.insert(
        groups,
        uuid=random_text(40),
        name=name,
        name_key=sort_key(name),
        context_type=category.context_type,
        course_id=category.context_id if in_course else None,
        account_id=account_id if account_id is not None else category.root_account_id,
        root_account_id=category.root_account_id,
        group_category_id=category_id,
        workflow_state="available",
        created_at=uow.now,
        updated_at=uow.now,
        **{"is_public": False, "join_level": "invitation_only", "non_collaborative": False, **more},
    )


async def add_member(
    uow: UnitOfWork, *, group_id: int, user_id: int, state: str = "accepted", moderator: bool = False
) -> int:
    """Put a user into a group. Raises IntegrityViolation for somebody who is in it already."""
    return await uow.insert(
        group_memberships,
        group_id=group_id,
        user_id=user_id,
        workflow_state=state,
        moderator=moderator,
        created_at=uow.now,
        updated_at=uow.now,
    )
