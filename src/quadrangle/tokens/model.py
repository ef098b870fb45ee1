"""Access tokens and developer keys."""

from datetime import datetime
from typing import Any, Final

import msgspec

PENDING: Final = "pending"
ACTIVE: Final = "active"
DELETED: Final = "deleted"
HINT_LENGTH: Final = 5
TOUCH_EVERY: Final = 600  # seconds between two writes of last_used_at


class TokenForRequest(msgspec.Struct, frozen=True):
    """A token with everything that decides whether it opens the door, in one row."""

    id: int
    user_id: int
    real_user_id: int | None
    workflow_state: str
    permanent_expires_at: datetime | None
    expires_at: datetime | None
    scopes: list[str]
    last_used_at: datetime | None
    developer_key_id: int | None
    key_state: str | None
    key_requires_scopes: bool | None
    key_allows_includes: bool | None
    user_state: str
    time_zone: str | None
    locale: str | None
    login_id: int | None
    account_time_zone: str | None


class AccessToken(msgspec.Struct, frozen=True):
    """One access token, without its secret. app_name: of the application that made it; None when made by hand."""

    id: int
    user_id: int
    real_user_id: int | None
    developer_key_id: int | None
    token_hint: str
    purpose: str | None
    workflow_state: str
    scopes: list[Any]
    remember_access: bool
    permanent_expires_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime
    app_name: str | None

    @property
    def manual(self) -> bool:
        return self.developer_key_id is None

    def expired(self, now: datetime) -> bool:
        return self.permanent_expires_at is not None and self.permanent_expires_at <= now
