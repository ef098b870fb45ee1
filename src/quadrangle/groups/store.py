"""Everything asked of the database about groups, categories and memberships."""

from typing import Any

from sqlalchemy import and_, bindparam, select

from quadrangle.db import Dynamic, Statement, UnitOfWork
from quadrangle.db.schema import BigId
from quadrangle.groups.model import Group, GroupCategory, Membership
from quadrangle.groups.tables import group_categories, group_memberships, groups
from quadrangle.kernel.ids import Ref

GROUP_COLUMNS = [groups.c[name] for name in Group.__struct_fields__]
CATEGORY_COLUMNS = [group_categories.c[name] for name in GroupCategory.__struct_fields__]
MEMBERSHIP_COLUMNS = [group_memberships.c[name] for name in Membership.__struct_fields__]

# A category by id, deleted ones included. Index: primary key.
CATEGORY = Statement(select(*CATEGORY_COLUMNS).where(group_categories.c.id == bindparam("id")), into=GroupCategory)


class GroupForUser(Group, frozen=True):
    """A group with one user's own membership in it, if any."""

    membership_id: int | None
    membership_state: str | None


# A group by one of its references, with the bound user's membership. Indexes: primary key or uq_groups_sis_source_id, and
# uq_group_memberships_member.
GROUP_FOR_USER = Dynamic(
    lambda column: (
        select(
            *GROUP_COLUMNS,
            group_memberships.c.id.label("membership_id"),
            group_memberships.c.workflow_state.label("membership_state"),
        )
        .outerjoin(
            group_memberships,
            and_(
                group_memberships.c.group_id == groups.c.id,
                group_memberships.c.user_id == bindparam("user_id", type_=BigId),
                group_memberships.c.workflow_state != "deleted",
            ),
        )
        .where(groups.c[column] == bindparam("value"))
    ),
    into=GroupForUser,
)
_COLUMN_OF_KIND = {"id": "id", "sis_group_id": "sis_source_id"}


async def find_group(uow: UnitOfWork, ref: Ref, user_id: int | None) -> GroupForUser | None:
    """The group a reference names, deleted ones included."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(GROUP_FOR_USER.at(column), value=value, user_id=user_id)
