"""Who reads whose files, and who adds, changes and deletes them. Source: supporting-resources.md §9, permissions.md §3."""

from collections.abc import Callable
from typing import Final

import msgspec

from quadrangle.courses import CourseStanding
from quadrangle.files.model import Owner
from quadrangle.groups import GroupStanding
from quadrangle.kernel.access import Granted, Table, authorise, permits
from quadrangle.kernel.errors import Forbidden, Unauthenticated

MANAGE: Final = ("manage_files_add", "manage_files_edit", "manage_files_delete")


class Shelf(msgspec.Struct, frozen=True):
    """One person (or nobody) before the files of one context. administers: the person whose files they are."""

    owner: Owner
    user_id: int | None
    course: CourseStanding | None = None
    group: GroupStanding | None = None
    administers: bool = False

    @property
    def reads(self) -> bool:
        return permits(FILE_RULES, READ, self)

    @property
    def sees_all(self) -> bool:
        """Hidden and locked ones, too."""
        return permits(FILE_RULES, SEE_ALL, self)

    @property
    def adds(self) -> bool:
        return permits(FILE_RULES, ADD, self)

    def allow(self, right: str) -> Granted["Shelf"]:
        """Proof of a right, or Forbidden; Unauthenticated for nobody."""
        try:
            return authorise(FILE_RULES, right, self, self)
        except Forbidden:
            if self.user_id is None:
                raise Unauthenticated from None
            raise


def is_own(one: Shelf) -> bool:
    return one.owner.kind == "User" and one.owner.id == one.user_id


def administers_owner(one: Shelf) -> bool:
    return one.administers


def course_is_read(one: Shelf) -> bool:
    return one.course is not None and one.course.reads


def is_member(one: Shelf) -> bool:
    return one.group is not None and one.group.is_member


def group_is_read(one: Shelf) -> bool:
    return one.group is not None and one.group.reads


def _in_course(permission: str) -> Callable[[Shelf], bool]:
    def holds(one: Shelf) -> bool:
        return one.course is not None and one.course.may(permission)

    return holds


def manages_any(one: Shelf) -> bool:
    return one.course is not None and any(one.course.may(permission) for permission in MANAGE)


def _for_group(permission: str) -> Callable[[Shelf], bool]:
    def holds(one: Shelf) -> bool:
        return one.group is not None and one.group.may(permission)

    return holds


def runs_group(one: Shelf) -> bool:
    return one.group is not None and one.group.is_staff


READ: Final = "read"
SEE_ALL: Final = "see all"
ADD: Final = "add"
EDIT: Final = "edit"
DELETE: Final = "delete"

FILE_RULES: Final[Table[Shelf]] = {
    READ: [[is_own], [administers_owner], [course_is_read], [group_is_read]],
    SEE_ALL: [[is_own], [administers_owner], [manages_any], [is_member], [runs_group]],
    ADD: [[is_own], [_in_course("manage_files_add")], [is_member], [_for_group("manage_files_add")]],
    EDIT: [[is_own], [_in_course("manage_files_edit")], [is_member], [_for_group("manage_files_edit")]],
    DELETE: [[is_own], [_in_course("manage_files_delete")], [is_member], [_for_group("manage_files_delete")]],
}
