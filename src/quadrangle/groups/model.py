"""Groups, their categories and their members."""

from datetime import datetime
from typing import Any, Final

import msgspec

COMMUNITIES: Final = "communities"
STUDENT_ORGANIZED: Final = "student_organized"
PROTECTED_ROLES: Final = frozenset({COMMUNITIES, STUDENT_ORGANIZED})

ACCEPTED: Final = "accepted"
INVITED: Final = "invited"
REQUESTED: Final = "requested"
MEMBERSHIP_STATES: Final = (ACCEPTED, INVITED, REQUESTED)

AUTO_JOIN: Final = "parent_context_auto_join"
ON_REQUEST: Final = "parent_context_request"
BY_INVITATION: Final = "invitation_only"
JOIN_LEVELS: Final = (AUTO_JOIN, ON_REQUEST, BY_INVITATION)

SELF_SIGNUPS: Final = ("enabled", "restricted")
AUTO_LEADERS: Final = ("first", "random")
LONGEST_NAME: Final = 255  # characters
MOST_NEW_GROUPS: Final = 200  # made together with a category


class GroupCategory(msgspec.Struct, frozen=True):
    """A set of groups in one course or account."""

    id: int
    context_type: str
    context_id: int
    root_account_id: int
    name: str
    role: str | None
    self_signup: str | None
    auto_leader: str | None
    group_limit: int | None
    sis_source_id: str | None
    deleted_at: datetime | None
    created_at: datetime

    @property
    def in_course(self) -> bool:
        return self.context_type == "Course"

    @property
    def protected(self) -> bool:
        return self.role in PROTECTED_ROLES

    @property
    def several_memberships(self) -> bool:
        """Whether one person may be in two groups of it."""
        return self.role in PROTECTED_ROLES


class CategoryView(GroupCategory, frozen=True):
    """A category with what is told about it; is_member: whether the bound user is in one of its groups."""

    is_member: bool
    groups_count: int
    unassigned_users_count: int


class Group(msgspec.Struct, frozen=True):
    """One group. account_id: of its course for a course group; storage_quota in bytes, None inherits."""

    id: int
    uuid: str
    name: str
    description: str | None
    context_type: str
    course_id: int | None
    account_id: int
    root_account_id: int
    group_category_id: int | None
    workflow_state: str
    is_public: bool
    join_level: str
    max_membership: int | None
    storage_quota: int | None
    avatar_url: str | None
    leader_id: int | None
    sis_source_id: str | None
    non_collaborative: bool
    created_at: datetime


class GroupView(Group, frozen=True):
    """A group with what is told about it. inherited_quota in bytes, of the nearest account that has one."""

    context_name: str
    category_role: str | None
    group_limit: int | None
    members_count: int
    inherited_quota: int | None
    leader_name: str | None
    leader_pronouns: str | None
    leader_avatar_url: str | None
    course_state: str | None
    course_restricts: bool | None
    course_end_at: datetime | None
    term_end_at: datetime | None

    def concluded_at(self, now: datetime) -> bool:
        """Whether its course is over for everybody."""
        if self.course_state == "completed":
            return True
        end = self.course_end_at if self.course_restricts else self.term_end_at
        return end is not None and now > end


class Membership(msgspec.Struct, frozen=True):
    """A user in a group."""

    id: int
    group_id: int
    user_id: int
    workflow_state: str
    moderator: bool
    created_at: datetime


class ImportOutcome(msgspec.Struct, frozen=True):
    """What came of an imported list of members. errors: one sentence each, with its line number."""

    imported: int
    errors: list[str]

    def plain(self) -> dict[str, Any]:
        return {"imported": self.imported, "errors": self.errors}
