"""Accounts as the rest of the house knows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.accounts.permissions import ACCOUNT_ADMIN, ACCOUNT_MEMBERSHIP

ROOT_ID: Final = 1
MEGABYTE: Final = 1024 * 1024  # bytes (accounts.md §1.1)
DEFAULT_TIME_ZONE: Final = "America/Denver"
# What counts where no account of the chain says otherwise, in bytes.
ROOT_STORAGE_QUOTA: Final = 500 * MEGABYTE
ROOT_GROUP_QUOTA: Final = 50 * MEGABYTE
USER_QUOTA: Final = 50 * MEGABYTE
LONGEST_NAME: Final = 255  # characters

DEFAULT_SETTINGS: Final[Mapping[str, Any]] = {
    # Root-only plain settings and their defaults (accounts.md §1.3).
    "enable_eportfolios": True,
    "eportfolio_score": "off",
    "limit_personal_access_tokens": False,
    "restrict_personal_access_tokens_from_students": False,
    "admin_manage_access_tokens": True,
    "scheduled_page_publication": True,
    "permanent_page_links": True,
    "block_editor": False,
    "self_registration_type": "none",
    "users_can_edit_name": True,
    "course_templates": False,
    "include_integration_ids_in_gradebook_exports": False,
    "include_students_in_global_survey": False,
    "suppress_notifications": False,
    "open_registration": False,
    "calendar_contexts_limit": 10,
    "teachers_can_create_courses": False,
    "students_can_create_courses": False,
    "no_enrollments_can_create_courses": False,
    "teachers_can_create_courses_anywhere": True,
    "students_can_create_courses_anywhere": True,
}


class Account(msgspec.Struct, frozen=True):
    """One account. Its own quotas in bytes, None inherits; root_account_id is None for a root.

    terms_type and terms_passive mean something on roots only. stuck_sis_fields: fields a person has edited (accounts.md §5.9).
    """

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
    account_calendar_visible: bool
    account_calendar_subscription_type: str
    terms_type: str
    terms_passive: bool
    stuck_sis_fields: list[str]
    created_at: datetime

    @property
    def root_id(self) -> int:
        return self.id if self.root_account_id is None else self.root_account_id

    @property
    def is_root(self) -> bool:
        return self.root_account_id is None


class Effective(msgspec.Struct, frozen=True):
    """What counts at an account once the accounts above it have had their say. Quotas in bytes.

    The two `above` values are what would count without a value of the account's own.
    """

    storage_quota: int
    group_quota: int
    user_quota: int
    time_zone: str
    storage_quota_above: int
    group_quota_above: int


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

    @property
    def is_built_in(self) -> bool:
        return self.account_id is None

    @property
    def is_account_role(self) -> bool:
        return self.base_role_type in (ACCOUNT_ADMIN, ACCOUNT_MEMBERSHIP)


class Admin(msgspec.Struct, frozen=True):
    """An admin membership with the person who has it. unique_id and the SIS ids are of that person's first login in the root."""

    id: int
    account_id: int
    user_id: int
    role_id: int
    role_name: str
    role_base: str
    workflow_state: str
    user_name: str
    user_sortable_name: str
    user_short_name: str
    user_created_at: datetime
    unique_id: str | None
    sis_user_id: str | None
    integration_id: str | None


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
    sis_batch_id: int | None
    grading_period_group_id: int | None
    is_default: bool
    overrides: dict[str, Any]
    created_at: datetime


def root_setting(settings: Mapping[str, Any], name: str) -> Any:
    """A root account's own setting, or its default."""
    return settings.get(name, DEFAULT_SETTINGS.get(name))
