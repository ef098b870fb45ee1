"""Groups, their categories and their members."""

from datetime import datetime

import msgspec


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


class Membership(msgspec.Struct, frozen=True):
    """A user in a group."""

    id: int
    group_id: int
    user_id: int
    workflow_state: str
    moderator: bool
    created_at: datetime
