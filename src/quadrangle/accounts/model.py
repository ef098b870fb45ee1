"""Accounts as the rest of the house knows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

ROOT_ID: Final = 1
DEFAULT_SETTINGS: Final[Mapping[str, Any]] = {
    # Root-only plain settings and their defaults (accounts.md §1.3).
    "enable_eportfolios": True,
    "limit_personal_access_tokens": False,
    "restrict_personal_access_tokens_from_students": False,
    "admin_manage_access_tokens": True,
    "scheduled_page_publication": True,
    "permanent_page_links": True,
    "block_editor": False,
    "self_registration_type": "none",
    "users_can_edit_name": True,
    "course_templates": False,
    "open_registration": False,
    "calendar_contexts_limit": 10,
    "teachers_can_create_courses": False,
    "students_can_create_courses": False,
    "no_enrollments_can_create_courses": False,
    "teachers_can_create_courses_anywhere": True,
    "students_can_create_courses_anywhere": True,
}


class Account(msgspec.Struct, frozen=True):
    """One account. Quotas in bytes; root_account_id is None for a root."""

    id: int
    uuid: str
    name: str
    parent_account_id: int | None
    root_account_id: int | None
    workflow_state: str
    sis_source_id: str | None
    integration_id: str | None
    sis_batch_id: int | None
    default_time_zone: str | None
    default_storage_quota: int | None
    default_user_storage_quota: int | None
    default_group_storage_quota: int | None
    lti_guid: str | None
    course_template_id: int | None
    settings: dict[str, Any]
    allowed_services: dict[str, Any]
    created_at: datetime

    @property
    def root_id(self) -> int:
        return self.id if self.root_account_id is None else self.root_account_id


class Role(msgspec.Struct, frozen=True):
    """A role. `base_role_type` is AccountAdmin for the built-in account role; the wire calls that AccountMembership."""

    id: int
    name: str
    label: str
    base_role_type: str
    account_id: int | None
    root_account_id: int
    workflow_state: str
    created_at: datetime
    updated_at: datetime


class Term(msgspec.Struct, frozen=True):
    """An enrollment term. overrides: by enrollment type, `{"start_at": text|None, "end_at": text|None}`."""

    id: int
    root_account_id: int
    name: str
    start_at: datetime | None
    end_at: datetime | None
    workflow_state: str
    sis_source_id: str | None
    integration_id: str | None
    grading_period_group_id: int | None
    is_default: bool
    overrides: dict[str, Any]
    created_at: datetime


def root_setting(settings: Mapping[str, Any], name: str) -> Any:
    """A root account's own setting, or its default."""
    return settings.get(name, DEFAULT_SETTINGS.get(name))
