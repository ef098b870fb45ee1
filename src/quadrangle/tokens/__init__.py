"""Access tokens and OAuth applications. The public door of this noun."""

from quadrangle.tokens.model import ACTIVE, DELETED, PENDING, TOUCH_EVERY, AccessToken, TokenForRequest
from quadrangle.tokens.service import issue_token, touch_token
from quadrangle.tokens.store import TOKEN_FOR_REQUEST
from quadrangle.tokens.tables import access_tokens, developer_keys, oauth_codes, session_tickets

__all__ = [
    "ACTIVE",
    "DELETED",
    "PENDING",
    "TOKEN_FOR_REQUEST",
    "TOUCH_EVERY",
    "AccessToken",
    "TokenForRequest",
    "access_tokens",
    "developer_keys",
    "issue_token",
    "oauth_codes",
    "session_tickets",
    "touch_token",
]
