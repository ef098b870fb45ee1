"""People: users, logins, addresses, sessions, notices. The public door of this noun."""

from quadrangle.people.model import Actor, Login, SessionFacts, TokenFacts, User, UserCard
from quadrangle.people.passwords import hash_password, verify_password
from quadrangle.people.service import access_note, add_email, create_login, create_user, sortable
from quadrangle.people.store import (
    COUNT_USERS,
    SESSION_FOR_REQUEST,
    USER_COLUMNS,
    SessionForRequest,
    find_user,
)
from quadrangle.people.tables import communication_channels, logins, notices, sessions, users

__all__ = [
    "COUNT_USERS",
    "SESSION_FOR_REQUEST",
    "USER_COLUMNS",
    "Actor",
    "Login",
    "SessionFacts",
    "SessionForRequest",
    "TokenFacts",
    "User",
    "UserCard",
    "access_note",
    "add_email",
    "communication_channels",
    "create_login",
    "create_user",
    "find_user",
    "hash_password",
    "logins",
    "notices",
    "sessions",
    "sortable",
    "users",
    "verify_password",
]
