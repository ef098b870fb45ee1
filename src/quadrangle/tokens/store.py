"""Everything asked of the database about access tokens and developer keys."""

from sqlalchemy import and_, bindparam, select

from quadrangle.accounts import accounts
from quadrangle.db import Statement
from quadrangle.people import logins, users
from quadrangle.tokens.model import TokenForRequest
from quadrangle.tokens.tables import access_tokens, developer_keys

# A token by its digest with its user and an active login. Hot: the first statement of every request. Index: digest is unique.
TOKEN_FOR_REQUEST = Statement(
    select(
        access_tokens.c.id,
        access_tokens.c.user_id,
        access_tokens.c.real_user_id,
        access_tokens.c.workflow_state,
        access_tokens.c.permanent_expires_at,
        access_tokens.c.expires_at,
        access_tokens.c.scopes,
        access_tokens.c.last_used_at,
        access_tokens.c.developer_key_id,
        developer_keys.c.workflow_state.label("key_state"),
        developer_keys.c.require_scopes.label("key_requires_scopes"),
        developer_keys.c.allow_includes.label("key_allows_includes"),
        users.c.workflow_state.label("user_state"),
        users.c.time_zone,
        users.c.locale,
        logins.c.id.label("login_id"),
        accounts.c.default_time_zone.label("account_time_zone"),
    )
    .join(users, users.c.id == access_tokens.c.user_id)
    .outerjoin(developer_keys, developer_keys.c.id == access_tokens.c.developer_key_id)
    .outerjoin(logins, and_(logins.c.user_id == users.c.id, logins.c.workflow_state == "active"))
    .outerjoin(accounts, accounts.c.id == logins.c.account_id)
    .where(access_tokens.c.digest == bindparam("digest"))
    .order_by(logins.c.position)
    .limit(1),
    into=TokenForRequest,
)
