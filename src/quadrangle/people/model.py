"""People: users, logins, and the actor of a request."""

from datetime import datetime
from typing import Final

import msgspec

REGISTERED: Final = "registered"
PRE_REGISTERED: Final = "pre_registered"
DELETED: Final = "deleted"
ACTIVE: Final = "active"
SUSPENDED: Final = "suspended"


class TokenFacts(msgspec.Struct, frozen=True):
    """What a request needs to know of the access token it came with."""

    id: int
    application: bool  # made by an OAuth application
    scopes: tuple[str, ...]
    requires_scopes: bool
    allows_includes: bool
    last_used_at: datetime | None


class SessionFacts(msgspec.Struct, frozen=True):
    """What a request needs to know of the web session it came with. confirmed: the password was given once more, a moment ago."""

    id: int
    login_id: int
    csrf_token: str
    remembered: bool
    confirmed: bool

    @property
    def trusted(self) -> bool:
        """Whether tokens, keys and passwords may be touched: not by whoever finds a browser that stays signed in (tokens.md §2)."""
        return self.confirmed or not self.remembered


class Actor(msgspec.Struct, frozen=True):
    """Whoever a request acts as. real_user_id: the administrator behind a masquerade (conventions.md §3)."""

    user_id: int
    time_zone: str | None = None
    locale: str | None = None
    real_user_id: int | None = None
    token: TokenFacts | None = None
    session: SessionFacts | None = None

    @property
    def masquerading(self) -> bool:
        return self.real_user_id is not None

    @property
    def behind(self) -> int:
        """The real user: the masquerading administrator, else the user."""
        return self.user_id if self.real_user_id is None else self.real_user_id


class User(msgspec.Struct, frozen=True):
    """One person."""

    id: int
    uuid: str
    name: str
    sortable_name: str
    short_name: str
    pronouns: str | None
    time_zone: str | None
    locale: str | None
    bio: str | None
    title: str | None
    avatar_url: str | None
    workflow_state: str
    created_at: datetime


class Person(User, frozen=True):
    """A user with what is shown of their first login and address. email: the first address, confirmed or not."""

    avatar_state: str | None
    calendar_secret: str
    login_id: int | None
    unique_id: str | None
    sis_user_id: str | None
    integration_id: str | None
    email: str | None
    last_login: datetime | None


class UserCard(msgspec.Struct, frozen=True):
    """As much of a person as stands inside other objects."""

    id: int
    short_name: str
    pronouns: str | None
    avatar_url: str | None


class Login(msgspec.Struct, frozen=True):
    """A login, Canvas's pseudonym: how one person is known in one root account."""

    id: int
    account_id: int
    user_id: int
    unique_id: str
    sis_user_id: str | None
    integration_id: str | None
    authentication_provider_id: int | None
    declared_user_type: str | None
    workflow_state: str
    created_at: datetime
