"""What one person may do in one group: as its member, or through its course or account. Source: pages.md §3, supporting-resources.md §6."""

from typing import NoReturn

from quadrangle.accounts import AccountRights, rights_at
from quadrangle.courses import CourseStanding, standing_in
from quadrangle.db import UnitOfWork
from quadrangle.groups.model import Group
from quadrangle.groups.store import GroupForUser, find_group
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.kernel.ids import Ref


class GroupStanding:
    """One person (or nobody) before one group. A group follows the state of its course (permissions.md §5)."""

    __slots__ = ("account", "course", "group", "membership_id", "membership_state", "user_id")

    def __init__(
        self, found: GroupForUser, user_id: int | None, course: CourseStanding | None, account: AccountRights | None
    ) -> None:
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
        return self.membership_state == "accepted" and self._course_runs

    @property
    def was_member(self) -> bool:
        """An accepted member of a group whose course is over: reading remains."""
        return self.membership_state == "accepted" and self.course is not None and self.course.reads

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
        return self.course.reads_as_past and any(
            one.type in ("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment")
            for one in self.course.concluded_ones
        )

    def refuse(self) -> NoReturn:
        raise Unauthenticated if self.user_id is None else Forbidden


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
