"""What one person is to another: the same, an administrator of theirs, their teacher, their observer, or nobody.

Source: permissions.md §5 (association, `manage_user_details`), supporting-resources.md §1 (who may see a user).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select, union

from quadrangle.accounts import (
    ROOT_ID,
    SITE_ADMIN_ID,
    AccountRights,
    account_lineage,
    account_users,
    outranks,
    rights_at_each,
)
from quadrangle.courses.access import CourseStanding
from quadrangle.courses.model import STAFF_TYPES
from quadrangle.courses.store import courses_for_user
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Statement, UnitOfWork, collect
from quadrangle.db.schema import BigId
from quadrangle.people import logins


def _bind(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigId)


def own_account_ids(user: ColumnElement[Any]) -> Any:
    """The accounts a user is directly associated with: logins, admin memberships, courses and cross-listed sections."""
    return union(
        select(logins.c.account_id).where(logins.c.user_id == user, logins.c.workflow_state != "deleted"),
        select(account_users.c.account_id).where(
            account_users.c.user_id == user, account_users.c.workflow_state == "active"
        ),
        select(courses.c.account_id)
        .join(enrollments, enrollments.c.course_id == courses.c.id)
        .where(enrollments.c.user_id == user, enrollments.c.workflow_state != "deleted"),
        select(courses.c.account_id)
        .join(course_sections, course_sections.c.nonxlist_course_id == courses.c.id)
        .join(enrollments, enrollments.c.course_section_id == course_sections.c.id)
        .where(enrollments.c.user_id == user, enrollments.c.workflow_state != "deleted"),
    )


def associated_account_ids(user: ColumnElement[Any]) -> Select[Any]:
    """The same with every account above: association climbs the chain."""
    return (
        select(account_lineage.c.ancestor_id)
        .where(account_lineage.c.account_id.in_(own_account_ids(user)))  # a union is a sub-select here
        .distinct()
    )


# The accounts a user is associated with. Indexes: ix_logins_user_id_…, uq_account_users_membership, ix_enrollments_user_id_….
ASSOCIATED_ACCOUNT_IDS = Statement(associated_account_ids(_bind("user_id")), into=int)

_mine, _theirs = enrollments.alias("mine"), enrollments.alias("theirs")


class Ties(msgspec.Struct, frozen=True):
    """The raw facts between a viewer and a user."""

    associated: list[int]
    memberships: list[int]
    shared: list[int]
    observing: list[int]


# Whatever ties a viewer to a user. Indexes: as above, ix_enrollments_associated_user_id.
_TIES = Statement(
    select(
        collect(associated_account_ids(_bind("user_id")), int).label("associated"),
        collect(
            select(account_users.c.account_id).where(
                account_users.c.user_id == _bind("viewer_id"), account_users.c.workflow_state == "active"
            ),
            int,
        ).label("memberships"),
        collect(
            select(_mine.c.course_id)
            .join(_theirs, _theirs.c.course_id == _mine.c.course_id)
            .where(
                _mine.c.user_id == _bind("viewer_id"),
                _mine.c.type.in_(sorted(STAFF_TYPES)),
                _mine.c.workflow_state == "active",
                _theirs.c.user_id == _bind("user_id"),
                _theirs.c.workflow_state.not_in(("deleted", "rejected")),
            ),
            int,
        ).label("shared"),
        collect(
            select(_mine.c.course_id).where(
                _mine.c.user_id == _bind("viewer_id"),
                _mine.c.type == "ObserverEnrollment",
                _mine.c.associated_user_id == _bind("user_id"),
                _mine.c.workflow_state == "active",
            ),
            int,
        ).label("observing"),
    ),
    into=Ties,
)


class Acquaintance:
    """What a viewer is to a user; `may` asks for a right in any account or course that ties them."""

    __slots__ = ("observes", "own", "rights", "teaching", "user_id", "viewer_id")

    def __init__(
        self,
        viewer_id: int,
        user_id: int,
        rights: Sequence[AccountRights],
        teaching: Sequence[CourseStanding] = (),
        *,
        observes: bool = False,
    ) -> None:
        self.viewer_id = viewer_id
        self.user_id = user_id
        self.own = viewer_id == user_id
        self.rights = rights
        self.teaching = teaching
        self.observes = observes

    @property
    def administers(self) -> bool:
        """Administers an account the user is associated with: any membership of theirs there lets people be looked up."""
        return any(one.may("read_roster") or one.may("manage_user_logins") for one in self.rights)

    @property
    def visible(self) -> bool:
        return self.own or self.administers or bool(self.teaching) or self.observes

    def may(self, permission: str) -> bool:
        """A right at an account or in a course that ties the two."""
        return self.may_as_admin(permission) or any(one.may(permission) for one in self.teaching)

    def may_as_admin(self, permission: str) -> bool:
        return any(one.may(permission) for one in self.rights)


async def acquaintance(uow: UnitOfWork, viewer_id: int, user_id: int) -> Acquaintance:
    """What `viewer_id` is to `user_id`: one statement for oneself, three at most for others."""
    if viewer_id == user_id:
        return Acquaintance(viewer_id, user_id, list((await rights_at_each(uow, viewer_id, [ROOT_ID])).values()))
    ties = await uow.one(_TIES, viewer_id=viewer_id, user_id=user_id)
    assert ties is not None
    administered = set(ties.memberships) & set(ties.associated)
    if SITE_ADMIN_ID in ties.memberships and ties.associated:
        administered.add(ROOT_ID)
    rights = list((await rights_at_each(uow, viewer_id, administered)).values()) if administered else []
    found = await courses_for_user(uow, set(ties.shared), viewer_id)
    standings = [CourseStanding(course, viewer_id, uow.now) for course in found]
    teaching = [one for one in standings if one.is_staff and one.may("read_roster")]
    return Acquaintance(viewer_id, user_id, rights, teaching, observes=bool(ties.observing))


async def manages_details(uow: UnitOfWork, known: Acquaintance) -> bool:
    """`manage_user_details`: `manage_user_logins` on the user's root, and every right the user's own admin roles yield."""
    if not known.may_as_admin("manage_user_logins"):
        return False
    return known.own or await outranks(uow, known.viewer_id, known.user_id)
