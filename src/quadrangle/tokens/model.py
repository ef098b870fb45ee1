"""Access tokens, developer keys, and what is made of them."""

from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.people import least_password

PENDING: Final = "pending"
ACTIVE: Final = "active"
DELETED: Final = "deleted"
INACTIVE: Final = "inactive"  # of an application that is switched off
HINT_LENGTH: Final = 5
SECRET_LENGTH: Final = 64
LONGEST_PURPOSE: Final = 255  # characters
LEAST_CHOSEN: Final = 16  # characters of a secret an operator chooses
TOUCH_EVERY: Final = 600  # seconds between two writes of last_used_at
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"


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


class Issued(msgspec.Struct, frozen=True):
    """A token, and its secret where it was made anew: the one moment it can be shown."""

    token: AccessToken
    secret: str | None = None


class DeveloperKey(msgspec.Struct, frozen=True):
    """An application that may ask users for tokens. secret_digest: None for a public client."""

    id: int
    name: str
    client_id: str
    secret_digest: str | None
    redirect_uri: str
    scopes: list[str]
    require_scopes: bool
    allow_includes: bool
    trusted: bool
    workflow_state: str


class AllowedApp(msgspec.Struct, frozen=True):
    """An application that holds tokens of somebody. since: when it got the first of them."""

    id: int
    name: str
    since: datetime
    last_used_at: datetime | None


class OAuthCode(msgspec.Struct, frozen=True):
    """A code that waits to be exchanged, with the name of its user."""

    id: int
    developer_key_id: int
    user_id: int
    real_user_id: int | None
    scopes: list[str]
    purpose: str | None
    remember_access: bool
    code_challenge: str | None
    expires_at: datetime
    user_name: str
    locale: str | None


class RefreshFacts(msgspec.Struct, frozen=True):
    """An application's token found by its refresh token."""

    id: int
    developer_key_id: int
    user_id: int
    scopes: list[str]
    user_name: str
    locale: str | None


class SessionForRequest(msgspec.Struct, frozen=True):
    """A web session with what decides whether it still counts."""

    id: int
    user_id: int
    csrf_token: str
    remembered: bool
    confirmed_at: datetime | None
    seen_at: datetime
    expires_at: datetime
    user_state: str
    login_id: int
    login_state: str
    time_zone: str | None
    locale: str | None
    account_time_zone: str | None


class OpenSession(msgspec.Struct, frozen=True):
    """A web session as its owner sees it. address: whence it was begun; agent: what the browser called itself then."""

    id: int
    remembered: bool
    address: str | None
    agent: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class OwnLogin(msgspec.Struct, frozen=True):
    """A login as its owner's password needs it. settings: of its root account."""

    id: int
    unique_id: str
    password_digest: str | None
    authentication_provider_id: int | None
    settings: dict[str, Any]

    @property
    def least(self) -> int:
        """How many characters its password must have."""
        return least_password(self.settings.get("password_policy"))

    @property
    def has_password(self) -> bool:
        return self.password_digest is not None and self.authentication_provider_id is None


class Reset(msgspec.Struct, frozen=True):
    """A one-time address to choose a password at, with the login it is for. settings: of its root account."""

    id: int
    login_id: int
    user_id: int
    unique_id: str
    authentication_provider_id: int | None
    login_state: str
    user_state: str
    settings: dict[str, Any]
    expires_at: datetime

    @property
    def least(self) -> int:
        return least_password(self.settings.get("password_policy"))


class Ticket(msgspec.Struct, frozen=True):
    """A one-time address that starts a web session."""

    id: int
    user_id: int
    return_to: str
    expires_at: datetime


class SignInFacts(msgspec.Struct, frozen=True):
    """A login as signing in needs it."""

    id: int
    user_id: int
    password_digest: str | None
    authentication_provider_id: int | None
    workflow_state: str
    user_state: str


class OwnerFacts(msgspec.Struct, frozen=True):
    """What decides about a person's tokens beside who asks.

    settings: of the root account. associated: belongs to the root account. types: of the enrollments that count.
    """

    settings: dict[str, Any]
    associated: bool
    is_admin: bool
    is_site_admin: bool
    types: list[str]


class IdApp(msgspec.Struct, frozen=True):
    """An application that signs with ID keys."""

    id: int
    app_id: str
    name: str
    trusted_url: str | None


class IdAppInFull(msgspec.Struct, frozen=True):
    """The same as operators see it. keys: user tokens of it that work, or would if it were not switched off."""

    app_id: str
    name: str
    trusted_url: str | None
    workflow_state: str
    keys: int
    created_at: datetime


class IdKey(msgspec.Struct, frozen=True):
    """A user token of such an application, without its key."""

    id: int
    token_id: str
    app_id: str
    app_name: str
    app_state: str
    user_id: int
    user_name: str
    workflow_state: str
    last_used_at: datetime | None
    created_at: datetime


class IdKeyForRequest(msgspec.Struct, frozen=True):
    """A user token of such an application with everything that decides whether it opens the door. login_id: an active login."""

    id: int
    app_id: str
    app_state: str
    user_id: int
    workflow_state: str
    last_used_at: datetime | None
    created_at: datetime
    user_state: str
    time_zone: str | None
    locale: str | None
    login_id: int | None
