"""Everything asked of the database about access tokens, developer keys, codes, tickets and sign-ins."""

from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, or_, select, update

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, account_lineage, account_users, accounts, user_bind
from quadrangle.courses import courses, enrollments
from quadrangle.db import Dynamic, Statement, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.people import logins, sessions, users
from quadrangle.tokens.model import (
    ACTIVE,
    DELETED,
    AccessToken,
    AllowedApp,
    DeveloperKey,
    IdApp,
    IdAppInFull,
    IdKey,
    IdKeyForRequest,
    OAuthCode,
    OpenSession,
    OwnerFacts,
    OwnLogin,
    RefreshFacts,
    Reset,
    SessionForRequest,
    SignInFacts,
    Ticket,
    TokenForRequest,
)
from quadrangle.tokens.tables import (
    access_tokens,
    developer_keys,
    id_apps,
    id_keys,
    oauth_codes,
    password_resets,
    session_tickets,
)

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
    keep=True,
)

_TOKEN_COLUMNS = [
    developer_keys.c.name.label("app_name") if name == "app_name" else access_tokens.c[name]
    for name in AccessToken.__struct_fields__
]


def _tokens() -> Any:
    return select(*_TOKEN_COLUMNS).outerjoin(developer_keys, developer_keys.c.id == access_tokens.c.developer_key_id)


def _token_of_user(key: tuple[str, bool]) -> Any:
    """One token of a user by `id` or `token_hint`, the newest where operators chose clashing texts. Indexes: primary key, ix_…_token_hint.

    to_change: the row is held until the end of the unit of work, as two renewals at once would each hand out a secret of which one is dead.
    """
    column, to_change = key
    rows = (
        _tokens()
        .where(
            access_tokens.c.user_id == bindparam("user_id"),
            access_tokens.c[column] == bindparam("value"),
            access_tokens.c.workflow_state != DELETED,
        )
        .order_by(access_tokens.c.id.desc())
        .limit(1)
    )
    return rows.with_for_update(of=access_tokens) if to_change else rows


TOKEN_OF_USER = Dynamic(_token_of_user, into=AccessToken)

# One token by its id, in any state; after a change.
TOKEN_BY_ID = Statement(_tokens().where(access_tokens.c.id == bindparam("id")), into=AccessToken)

_MADE_BY_HAND = and_(
    access_tokens.c.user_id == bindparam("user_id"),
    access_tokens.c.developer_key_id.is_(None),
    access_tokens.c.workflow_state != DELETED,
)

# A page of a user's tokens made by hand, oldest first. Index: ix_access_tokens_user_id_created_at_id.
TOKENS_OF_USER = Statement(
    _tokens()
    .where(_MADE_BY_HAND)
    .order_by(access_tokens.c.created_at, access_tokens.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=AccessToken,
)

COUNT_TOKENS_OF_USER = Statement(select(func.count()).select_from(access_tokens).where(_MADE_BY_HAND), into=int)

# Whether a hint is taken among a user's tokens. Index: ix_access_tokens_user_id_token_hint.
HINT_TAKEN = Statement(
    select(access_tokens.c.id)
    .where(access_tokens.c.user_id == bindparam("user_id"), access_tokens.c.token_hint == bindparam("token_hint"))
    .limit(1),
    into=int,
)

# Note a use, unless somebody has noted one a moment ago.
TOUCH_TOKEN = Statement[None](
    update(access_tokens)
    .where(
        access_tokens.c.id == bindparam("token_id"),
        or_(access_tokens.c.last_used_at.is_(None), access_tokens.c.last_used_at <= bindparam("before", type_=UtcTime)),
    )
    .values(last_used_at=bindparam("at", type_=UtcTime))
)

# The applications that hold tokens of a user, by name. Index: ix_access_tokens_user_id_created_at_id.
APPS_OF_USER = Statement(
    select(
        developer_keys.c.id,
        developer_keys.c.name,
        func.min(access_tokens.c.created_at).label("since"),
        func.max(access_tokens.c.last_used_at).label("last_used_at"),
    )
    .join(developer_keys, developer_keys.c.id == access_tokens.c.developer_key_id)
    .where(access_tokens.c.user_id == bindparam("user_id"), access_tokens.c.workflow_state != DELETED)
    .group_by(developer_keys.c.id, developer_keys.c.name)
    .order_by(developer_keys.c.name, developer_keys.c.id),
    into=AllowedApp,
)
# End every token an application holds of a user. Index: the same.
DELETE_TOKENS_OF_APP = Statement[None](
    update(access_tokens)
    .where(
        access_tokens.c.user_id == bindparam("user_id"),
        access_tokens.c.developer_key_id == bindparam("key_id"),
        access_tokens.c.workflow_state != DELETED,
    )
    .values(workflow_state=DELETED, updated_at=bindparam("at", type_=UtcTime))
)

# End every token of a user.
DELETE_TOKENS_OF_USER = Statement[None](
    update(access_tokens)
    .where(access_tokens.c.user_id == bindparam("user_id"), access_tokens.c.workflow_state != DELETED)
    .values(workflow_state=DELETED, updated_at=bindparam("at", type_=UtcTime))
)

# --- who somebody is, as far as tokens ask ---------------------------------------------------------------------------

# Enrollments count unless they ended before they began: rejected, deleted, or switched off. Index: ix_enrollments_user_id_course_id.
_ENROLLED = and_(
    enrollments.c.user_id == user_bind(),
    enrollments.c.workflow_state.in_(("active", "invited", "creation_pending", "completed")),
)
_ADMIN = and_(account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active")

# One statement about the owner of a token and the root account (permissions.md §5, association). Indexes by user on each table.
OWNER_FACTS = Statement(
    select(
        accounts.c.settings,
        or_(
            exists().where(
                logins.c.user_id == user_bind(),
                logins.c.account_id == accounts.c.id,
                logins.c.workflow_state != "deleted",
            ),
            exists().where(
                _ADMIN,
                account_lineage.c.account_id == account_users.c.account_id,
                account_lineage.c.ancestor_id == accounts.c.id,
            ),
            exists().where(
                enrollments.c.user_id == user_bind(),
                enrollments.c.root_account_id == accounts.c.id,
                enrollments.c.workflow_state != "deleted",
            ),
        ).label("associated"),
        exists().where(_ADMIN).label("is_admin"),
        exists().where(_ADMIN, account_users.c.account_id == SITE_ADMIN_ID).label("is_site_admin"),
        collect(
            select(enrollments.c.type)
            .join(courses, courses.c.id == enrollments.c.course_id)
            .where(_ENROLLED, courses.c.workflow_state != "deleted"),
            str,
        ).label("types"),
    ).where(accounts.c.id == ROOT_ID),
    into=OwnerFacts,
)

# --- developer keys and their codes ----------------------------------------------------------------------------------

# Index: client_id is unique.
KEY_BY_CLIENT_ID = Statement(
    select(*(developer_keys.c[name] for name in DeveloperKey.__struct_fields__)).where(
        developer_keys.c.client_id == bindparam("client_id")
    ),
    into=DeveloperKey,
)

_CODE_COLUMNS = [oauth_codes.c[name] for name in OAuthCode.__struct_fields__ if name not in ("user_name", "locale")]

# A code by its digest. Index: digest is unique.
CODE_BY_DIGEST = Statement(
    select(*_CODE_COLUMNS, users.c.name.label("user_name"), users.c.locale)
    .join(users, users.c.id == oauth_codes.c.user_id)
    .where(oauth_codes.c.digest == bindparam("digest"), users.c.workflow_state != "deleted"),
    into=OAuthCode,
)

# Using a code is deleting it: of two exchanges at once, one changes a row.
USE_CODE = Statement[None](delete(oauth_codes).where(oauth_codes.c.id == bindparam("code_id")))
DELETE_OLD_CODES = Statement[None](
    delete(oauth_codes).where(oauth_codes.c.expires_at <= bindparam("at", type_=UtcTime))
)

# An application's token by its refresh token. Index: refresh_digest is unique.
TOKEN_BY_REFRESH = Statement(
    select(
        access_tokens.c.id,
        access_tokens.c.developer_key_id,
        access_tokens.c.user_id,
        access_tokens.c.scopes,
        users.c.name.label("user_name"),
        users.c.locale,
    )
    .join(users, users.c.id == access_tokens.c.user_id)
    .where(
        access_tokens.c.refresh_digest == bindparam("digest"),
        access_tokens.c.workflow_state == ACTIVE,
        users.c.workflow_state != "deleted",
    ),
    into=RefreshFacts,
)

# Whether a user asked to be remembered by an application that only wants to know who they are. Index: ix_access_tokens_user_id_….
REMEMBERED_SCOPES = Statement(
    select(access_tokens.c.scopes).where(
        access_tokens.c.user_id == bindparam("user_id"),
        access_tokens.c.developer_key_id == bindparam("key_id"),
        access_tokens.c.workflow_state == ACTIVE,
        access_tokens.c.remember_access.is_(True),
    ),
    into=list,
)

# --- ID keys -----------------------------------------------------------------------------------------------------------

# An active application by its public id. Index: app_id is unique.
APP_BY_ID = Statement(
    select(*(id_apps.c[name] for name in IdApp.__struct_fields__)).where(
        id_apps.c.app_id == bindparam("app_id"), id_apps.c.workflow_state == ACTIVE
    ),
    into=IdApp,
    keep=True,
)

# A user token by its public id with its application, user and an active login. Hot. Index: token_id is unique.
ID_KEY_FOR_REQUEST = Statement(
    select(
        id_keys.c.id,
        id_apps.c.app_id,
        id_apps.c.workflow_state.label("app_state"),
        id_keys.c.user_id,
        id_keys.c.workflow_state,
        id_keys.c.last_used_at,
        id_keys.c.created_at,
        users.c.workflow_state.label("user_state"),
        users.c.time_zone,
        users.c.locale,
        logins.c.id.label("login_id"),
    )
    .join(id_apps, id_apps.c.id == id_keys.c.id_app_id)
    .join(users, users.c.id == id_keys.c.user_id)
    .outerjoin(logins, and_(logins.c.user_id == users.c.id, logins.c.workflow_state == "active"))
    .where(id_keys.c.token_id == bindparam("token_id"))
    .order_by(logins.c.position)
    .limit(1),
    into=IdKeyForRequest,
    keep=True,
)

# Every application that has not ended, the oldest first. Index: ix_id_keys_id_app_id_user_id.
ID_APPS = Statement(
    select(
        id_apps.c.app_id,
        id_apps.c.name,
        id_apps.c.trusted_url,
        id_apps.c.workflow_state,
        select(func.count())
        .select_from(id_keys)
        .where(id_keys.c.id_app_id == id_apps.c.id, id_keys.c.workflow_state == ACTIVE)
        .correlate(id_apps)
        .scalar_subquery()
        .label("keys"),
        id_apps.c.created_at,
    )
    .where(id_apps.c.workflow_state != DELETED)
    .order_by(id_apps.c.id),
    into=IdAppInFull,
)


def _id_keys(narrowed: frozenset[str]) -> Any:
    """User tokens that have not ended, nor their application, behind one of them. narrowed: by `user_id`, by `app_id`. Indexes: primary
    key, ix_id_keys_user_id, ix_id_keys_id_app_id_user_id."""
    rows = (
        select(
            id_keys.c.id,
            id_keys.c.token_id,
            id_apps.c.app_id,
            id_apps.c.name.label("app_name"),
            id_apps.c.workflow_state.label("app_state"),
            id_keys.c.user_id,
            users.c.name.label("user_name"),
            id_keys.c.workflow_state,
            id_keys.c.last_used_at,
            id_keys.c.created_at,
        )
        .join(id_apps, id_apps.c.id == id_keys.c.id_app_id)
        .join(users, users.c.id == id_keys.c.user_id)
        .where(
            id_keys.c.id > bindparam("after", type_=BigId),
            id_keys.c.workflow_state == ACTIVE,
            id_apps.c.workflow_state != DELETED,
        )
    )
    if "user_id" in narrowed:
        rows = rows.where(id_keys.c.user_id == bindparam("user_id", type_=BigId))
    if "app_id" in narrowed:
        rows = rows.where(id_apps.c.app_id == bindparam("app_id"))
    return rows.order_by(id_keys.c.id).limit(bindparam("limit"))


ID_KEYS = Dynamic(_id_keys, into=IdKey)

# The newest user token an application has of a user. Index: ix_id_keys_id_app_id_user_id.
LAST_KEY_OF_APP = Statement(
    select(id_keys.c.token_id)
    .where(
        id_keys.c.user_id == bindparam("user_id"),
        id_keys.c.id_app_id == bindparam("id_app_id"),
        id_keys.c.workflow_state == ACTIVE,
    )
    .order_by(id_keys.c.id.desc())
    .limit(1),
    into=str,
)

# Index: ix_id_keys_user_id.
DELETE_ID_KEYS_OF_USER = Statement[None](
    update(id_keys)
    .where(id_keys.c.user_id == bindparam("user_id"), id_keys.c.workflow_state == ACTIVE)
    .values(workflow_state=DELETED)
)

# Note a use, unless somebody has noted one a moment ago.
TOUCH_ID_KEY = Statement[None](
    update(id_keys)
    .where(
        id_keys.c.id == bindparam("key_id"),
        or_(id_keys.c.last_used_at.is_(None), id_keys.c.last_used_at <= bindparam("before", type_=UtcTime)),
    )
    .values(last_used_at=bindparam("at", type_=UtcTime))
)

# --- signing in ------------------------------------------------------------------------------------------------------

# A session by the digest of its cookie. Hot: the first statement of every page. Index: digest is unique.
SESSION_FOR_REQUEST = Statement(
    select(
        sessions.c.id,
        sessions.c.user_id,
        sessions.c.csrf_token,
        sessions.c.remembered,
        sessions.c.confirmed_at,
        sessions.c.seen_at,
        sessions.c.expires_at,
        users.c.workflow_state.label("user_state"),
        sessions.c.login_id,
        logins.c.workflow_state.label("login_state"),
        users.c.time_zone,
        users.c.locale,
        accounts.c.default_time_zone.label("account_time_zone"),
    )
    .join(users, users.c.id == sessions.c.user_id)
    .join(logins, logins.c.id == sessions.c.login_id)
    .join(accounts, accounts.c.id == logins.c.account_id)
    .where(sessions.c.digest == bindparam("digest")),
    into=SessionForRequest,
    keep=True,
)


def _login_by(key: str) -> Any:
    """The login of the root account by name, or the first active one of a user. Indexes: uq_logins_unique_key, ix_logins_user_id_…."""
    rows = select(
        logins.c.id,
        logins.c.user_id,
        logins.c.password_digest,
        logins.c.authentication_provider_id,
        logins.c.workflow_state,
        users.c.workflow_state.label("user_state"),
    ).join(users, users.c.id == logins.c.user_id)
    if key == "unique_key":
        rows = rows.where(logins.c.unique_key == bindparam("value"))
    else:
        rows = rows.where(logins.c.user_id == bindparam("value", type_=BigId), logins.c.workflow_state == ACTIVE)
    return (
        rows.where(logins.c.account_id == ROOT_ID, logins.c.workflow_state != DELETED)
        .order_by(logins.c.position, logins.c.id)
        .limit(1)
    )


LOGIN_BY = Dynamic(_login_by, into=SignInFacts)

# An address to choose a password at, by its digest. Index: digest is unique.
RESET_BY_DIGEST = Statement(
    select(
        password_resets.c.id,
        password_resets.c.login_id,
        logins.c.user_id,
        logins.c.unique_id,
        logins.c.authentication_provider_id,
        logins.c.workflow_state.label("login_state"),
        users.c.workflow_state.label("user_state"),
        accounts.c.settings,
        password_resets.c.expires_at,
    )
    .join(logins, logins.c.id == password_resets.c.login_id)
    .join(users, users.c.id == logins.c.user_id)
    .join(accounts, accounts.c.id == logins.c.account_id)
    .where(password_resets.c.digest == bindparam("digest")),
    into=Reset,
)
USE_RESET = Statement[None](delete(password_resets).where(password_resets.c.id == bindparam("reset_id")))
# Every such address of a login. Index: ix_password_resets_login_id.
DELETE_RESETS_OF = Statement[None](delete(password_resets).where(password_resets.c.login_id == bindparam("login_id")))

# A ticket by its digest. Index: digest is unique.
TICKET_BY_DIGEST = Statement(
    select(*(session_tickets.c[name] for name in Ticket.__struct_fields__)).where(
        session_tickets.c.digest == bindparam("digest")
    ),
    into=Ticket,
)
USE_TICKET = Statement[None](delete(session_tickets).where(session_tickets.c.id == bindparam("ticket_id")))
DELETE_OLD_TICKETS = Statement[None](
    delete(session_tickets).where(session_tickets.c.expires_at <= bindparam("at", type_=UtcTime))
)

DELETE_SESSION = Statement[None](delete(sessions).where(sessions.c.id == bindparam("session_id")))
# Index: ix_sessions_user_id.
DELETE_OLD_SESSIONS_OF_USER = Statement[None](
    delete(sessions).where(
        sessions.c.user_id == bindparam("user_id"), sessions.c.expires_at <= bindparam("at", type_=UtcTime)
    )
)
# A session seen again; one that stays signed in keeps its end.
SEE_SESSION = Statement[None](
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(
        seen_at=bindparam("at", type_=UtcTime),
        expires_at=case(
            (sessions.c.remembered.is_(True), sessions.c.expires_at), else_=bindparam("until", type_=UtcTime)
        ),
    )
)
_OWN = sessions.c.user_id == bindparam("user_id")
# The sessions of a user that are not over, the one that was seen last first. Index: ix_sessions_user_id.
SESSIONS_OF = Statement(
    select(*(sessions.c[name] for name in OpenSession.__struct_fields__))
    .where(_OWN, sessions.c.expires_at > bindparam("at", type_=UtcTime))
    .order_by(sessions.c.seen_at.desc(), sessions.c.id.desc()),
    into=OpenSession,
)
# One of them, ended. Index: primary key.
END_SESSION_OF = Statement[None](delete(sessions).where(_OWN, sessions.c.id == bindparam("session_id")))
# All of them but one. Index: ix_sessions_user_id.
END_OTHER_SESSIONS = Statement[None](delete(sessions).where(_OWN, sessions.c.id != bindparam("kept_id")))

# A login with its password. Index: primary key.
OWN_LOGIN = Statement(
    select(
        logins.c.id,
        logins.c.unique_id,
        logins.c.password_digest,
        logins.c.authentication_provider_id,
        accounts.c.settings,
    )
    .join(accounts, accounts.c.id == logins.c.account_id)
    .where(logins.c.id == bindparam("login_id"), logins.c.workflow_state == ACTIVE),
    into=OwnLogin,
)
