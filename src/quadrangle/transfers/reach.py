"""For whom somebody may import. Source: brightspace-eportfolio.md §5.11.

Administrators, whose role yields `manage_account_settings`, for any user of their account; teachers for students of their courses.
"""

from collections.abc import Collection

import msgspec

from quadrangle.accounts import MEMBER_ACCOUNT_IDS, rights_at_each
from quadrangle.courses import acquaintance
from quadrangle.db import UnitOfWork
from quadrangle.transfers import store

_RIGHT = "manage_account_settings"


class Target(msgspec.Struct, frozen=True):
    """Somebody who was named. usable: they are there and can sign in. reached: the one who named them may import for them."""

    id: int
    usable: bool
    reached: bool


async def may_name_others(uow: UnitOfWork, user_id: int) -> bool:
    """Whether somebody may import for others at all; two statements, three for those with a role at an account."""
    if await uow.one(store.TEACHES, user_id=user_id) is True:
        return True
    accounts = await uow.all(MEMBER_ACCOUNT_IDS, user_id=user_id)
    if not accounts:
        return False
    return any(one.may(_RIGHT) for one in (await rights_at_each(uow, user_id, accounts)).values())


async def targets_of(uow: UnitOfWork, user_id: int, ids: Collection[int]) -> dict[int, Target]:
    """Those of the named people who were ever here, by id."""
    found: dict[int, Target] = {}
    for row in await uow.all(store.TARGETS, teacher_id=user_id, ids=sorted(set(ids))):
        reached = row.id == user_id or row.taught
        if not reached:
            reached = (await acquaintance(uow, user_id, row.id)).may_as_admin(_RIGHT)
        found[row.id] = Target(row.id, row.usable, reached)
    return found
