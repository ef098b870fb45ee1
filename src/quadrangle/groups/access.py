"""What one person may do with one group or category: as a member, or through its course or account.

Source: pages.md §3, supporting-resources.md §6.
"""

from typing import Final, NoReturn

from quadrangle.accounts import AccountRights, rights_at, rights_at_each
from quadrangle.courses import STAFF_TYPES, CourseStanding, courses_for_user, standing_in
from quadrangle.db import UnitOfWork
from quadrangle.groups.model import ACCEPTED, AUTO_JOIN, COMMUNITIES, INVITED, ON_REQUEST, Group, GroupCategory
from quadrangle.groups.store import GROUPS_FOR_USER, GroupForUser, find_category, find_group
from quadrangle.kernel.access import Granted, Table, authorise, permits
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.kernel.ids import Ref

MANAGE_ANY: Final = ("manage_groups_add", "manage_groups_manage", "manage_groups_delete")


class GroupStanding:
    """One person (or nobody) before one group. A group follows the state of its course (permissions.md §5)."""

    __slots__ = ("_found", "account", "course", "group", "membership_id", "membership_state", "user_id")

    def __init__(
        self, found: GroupForUser, user_id: int | None, course: CourseStanding | None, account: AccountRights | None
    ) -> None:
        self._found = found
        self.group: Group = found
        self.user_id = user_id
        self.membership_id = found.membership_id
        self.membership_state = found.membership_state
        self.course = course
        self.account = account

    @property
    def _course_runs(self) -> bool:
        """Members of a course group are members while their course is open to them."""
        return self.course is None or self.course.is_active or self.course.is_admin

    @property
    def is_member(self) -> bool:
        """An accepted member, whose course (if it has one) is active for them."""
        return self.membership_state == ACCEPTED and self._course_runs

    @property
    def was_member(self) -> bool:
        """An accepted member of a group whose course is over: reading remains."""
        return self.membership_state == ACCEPTED and self.course is not None and self.course.reads

    @property
    def is_moderator(self) -> bool:
        return self.is_member and bool(self._found.membership_moderator)

    @property
    def is_awaited(self) -> bool:
        """Invited, or waiting for an answer, while the course runs."""
        return self.membership_state is not None and self.membership_state != ACCEPTED and self._course_runs

    @property
    def is_invited(self) -> bool:
        return self.membership_state == INVITED and self._course_runs

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def concluded(self) -> bool:
        return self.course is not None and self.course.concluded

    def may(self, permission: str) -> bool:
        """A registry permission in the course or account the group belongs to."""
        if self.course is not None:
            return self.course.may(permission)
        return self.account is not None and self.account.may(permission)

    def may_any(self, *permissions: str) -> bool:
        return any(self.may(permission) for permission in permissions)

    @property
    def is_staff(self) -> bool:
        """Active staff of the group's course, or an admin who opens its content."""
        if self.course is not None:
            return self.course.is_staff or self.course.is_admin
        return self.account is not None and self.account.may("read_course_content")

    @property
    def reads(self) -> bool:
        return self.is_member or self.was_member or self.is_staff or (self.course is not None and self._past_staff)

    @property
    def _past_staff(self) -> bool:
        assert self.course is not None
        return self.course.reads_as_past and any(one.type in STAFF_TYPES for one in self.course.concluded_ones)

    @property
    def is_community(self) -> bool:
        return self._found.category_role == COMMUNITIES

    @property
    def signs_up(self) -> bool:
        """The category lets its people choose their group."""
        return self._found.self_signup is not None

    @property
    def belongs_around(self) -> bool:
        """Active in the course the group stands in; for a group of an account, anybody who is signed in."""
        return self.signed_in and (self.course is None or self.course.is_active)

    @property
    def open_to_join(self) -> bool:
        return self.group.join_level in (AUTO_JOIN, ON_REQUEST)

    @property
    def joins_at_once(self) -> bool:
        """Joining needs nobody's consent."""
        return self.signs_up or self.group.join_level == AUTO_JOIN

    def may_here(self, right: str) -> bool:
        """One of the rights of GROUP_RULES."""
        return permits(GROUP_RULES, right, self)

    def require(self, right: str) -> Granted[Group]:
        """The group with the proof that `right` is held, or Forbidden."""
        return authorise(GROUP_RULES, right, self, self.group)

    def refuse(self) -> NoReturn:
        raise Unauthenticated if self.user_id is None else Forbidden


def reads(one: GroupStanding) -> bool:
    return one.reads


def is_awaited(one: GroupStanding) -> bool:
    return one.is_awaited


def is_invited(one: GroupStanding) -> bool:
    return one.is_invited


def is_member(one: GroupStanding) -> bool:
    return one.is_member


def is_moderator(one: GroupStanding) -> bool:
    return one.is_moderator


def signed_in(one: GroupStanding) -> bool:
    return one.signed_in


def group_is_public(one: GroupStanding) -> bool:
    return one.group.is_public


def group_is_community(one: GroupStanding) -> bool:
    return one.is_community


def belongs_around(one: GroupStanding) -> bool:
    return one.belongs_around


def open_to_join(one: GroupStanding) -> bool:
    return one.open_to_join


def signs_up(one: GroupStanding) -> bool:
    return one.signs_up


def manages_any(one: GroupStanding) -> bool:
    return one.may_any(*MANAGE_ANY)


def manages(one: GroupStanding) -> bool:
    return one.may("manage_groups_manage")


def deletes(one: GroupStanding) -> bool:
    return one.may("manage_groups_delete")


READ: Final = "read"  # the group and its members
EDIT: Final = "edit"  # its name and the like, its members, its invitations
DELETE: Final = "delete"
JOIN: Final = "join"  # put oneself in
ACCEPT: Final = "accept"  # an invitation one was sent
LEAVE: Final = "leave"

GROUP_RULES: Final[Table[GroupStanding]] = {
    READ: [
        [reads],
        [is_awaited],
        [manages_any],
        [signed_in, group_is_public],
        [belongs_around, open_to_join],
        [belongs_around, signs_up],
    ],
    EDIT: [[manages], [is_moderator]],
    DELETE: [[deletes], [is_moderator, group_is_community]],
    JOIN: [[belongs_around, open_to_join], [belongs_around, signs_up]],
    ACCEPT: [[is_invited], [manages]],
    LEAVE: [[signed_in, group_is_community], [is_awaited], [is_member, signs_up], [manages]],
}


async def group_standing(uow: UnitOfWork, ref: Ref, user_id: int | None) -> GroupStanding | None:
    """The standing of a user in the group a reference names; None when there is none, or it or its course was deleted. Two statements."""
    found = await find_group(uow, ref, user_id)
    if found is None or found.workflow_state == "deleted":
        return None
    course = account = None
    if found.course_id is not None:
        course = await standing_in(uow, Ref("id", str(found.course_id)), user_id)
        if course is None:
            return None
    elif user_id is not None:
        account = await rights_at(uow, user_id, found.account_id)
    return GroupStanding(found, user_id, course, account)


async def group_standings(uow: UnitOfWork, ids: set[int], user_id: int) -> list[GroupStanding]:
    """The same for several groups by id; deleted ones, and those of deleted courses, are left out. Three statements at most."""
    found = await uow.all(GROUPS_FOR_USER, ids=sorted(ids), user_id=user_id)
    course_ids = {one.course_id for one in found if one.course_id is not None}
    standings = {
        course.id: CourseStanding(course, user_id, uow.now)
        for course in await courses_for_user(uow, course_ids, user_id)
        if course.workflow_state != "deleted"
    }
    account_ids = {one.account_id for one in found if one.course_id is None}
    rights = await rights_at_each(uow, user_id, account_ids) if account_ids else {}
    return [
        GroupStanding(one, user_id, standings.get(one.course_id or 0), rights.get(one.account_id))
        for one in found
        if one.course_id is None or one.course_id in standings
    ]


class CategoryStanding:
    """One person before one category; its rights are those of the course or account it stands in."""

    __slots__ = ("account", "category", "course", "user_id")

    def __init__(
        self, category: GroupCategory, user_id: int, course: CourseStanding | None, account: AccountRights | None
    ) -> None:
        self.category = category
        self.user_id = user_id
        self.course = course
        self.account = account

    def may(self, permission: str) -> bool:
        if self.course is not None:
            return self.course.may(permission)
        return self.account is not None and self.account.may(permission)

    def require(self, right: str) -> Granted[GroupCategory]:
        """The category with the proof that `right` is held, or Forbidden."""
        return authorise(CATEGORY_RULES, right, self, self.category)


def category_manages_any(one: CategoryStanding) -> bool:
    return any(one.may(permission) for permission in MANAGE_ANY)


def category_adds(one: CategoryStanding) -> bool:
    return one.may("manage_groups_add")


def category_manages(one: CategoryStanding) -> bool:
    return one.may("manage_groups_manage")


def category_deletes(one: CategoryStanding) -> bool:
    return one.may("manage_groups_delete")


ADD: Final = "add"  # groups to the category

CATEGORY_RULES: Final[Table[CategoryStanding]] = {
    READ: [[category_manages_any]],
    ADD: [[category_adds]],
    EDIT: [[category_manages]],
    DELETE: [[category_deletes]],
}


async def category_standing(uow: UnitOfWork, ref: Ref, user_id: int) -> CategoryStanding | None:
    """The standing of a user before the category a reference names; None when there is none, or its course was deleted. Two statements."""
    category = await find_category(uow, ref)
    if category is None:
        return None
    if not category.in_course:
        return CategoryStanding(category, user_id, None, await rights_at(uow, user_id, category.context_id))
    course = await standing_in(uow, Ref("id", str(category.context_id)), user_id)
    return None if course is None else CategoryStanding(category, user_id, course, None)
