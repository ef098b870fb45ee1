"""Reports about access tokens and developer keys. Source: account-reports.md §4.3, §4.5."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, null, or_, select

from quadrangle.db.cells import joined, local_time, words
from quadrangle.db.schema import UtcTime
from quadrangle.kernel.params import truthy
from quadrangle.people import logins, users
from quadrangle.reports import WITH_DELETED, Parameter, ReportKind, Scope, one_part
from quadrangle.tokens.tables import access_tokens, developer_keys

_LIVE_ONLY: Final = Parameter("exclude_deleted_and_expired", "Without tokens that are deleted or have expired.")
_BY_HAND: Final = "User-Generated"


def _or_never(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(local_time(moment), "never")


def _tokens(scope: Scope) -> Select[Any]:
    """The hour of an OAuth token is no end: it is renewed."""
    token = access_tokens.c
    now = literal(scope.now, type_=UtcTime)
    expired = and_(token.permanent_expires_at.is_not(None), token.permanent_expires_at <= now)
    status = case((token.workflow_state == "deleted", "deleted"), (expired, "expired"), else_=token.workflow_state)
    at_root = and_(logins.c.user_id == users.c.id, logins.c.account_id == scope.root_id)
    active = exists().where(at_root, logins.c.workflow_state != "deleted")
    wanted: list[ColumnElement[bool]] = [exists().where(at_root) if scope.include_deleted else active]
    if not scope.include_deleted:
        wanted.append(users.c.workflow_state != "deleted")
    if (within := scope.of_users(users.c.id)) is not None:
        wanted.append(within)
    if truthy(scope.parameters.get(_LIVE_ONLY.name)):
        wanted += [
            token.workflow_state != "deleted",
            or_(token.permanent_expires_at.is_(None), token.permanent_expires_at > now),
        ]
    return (
        select(
            users.c.id,
            words(users.c.sortable_name),
            words(token.token_hint),
            _or_never(token.created_at),
            _or_never(token.permanent_expires_at),
            _or_never(token.last_used_at),
            developer_keys.c.id,
            case((token.developer_key_id.is_(None), _BY_HAND), else_=words(developer_keys.c.name)),
            status,
        )
        .select_from(access_tokens)
        .join(users, users.c.id == token.user_id)
        .outerjoin(developer_keys, developer_keys.c.id == token.developer_key_id)
        .where(*wanted)
        .order_by(users.c.id, users.c.sortable_key, token.last_used_at.desc().nulls_last(), token.id)
    )


def _keys(scope: Scope) -> Select[Any]:
    """Developer keys belong to the server; no account inherits one from its parent."""
    key = developer_keys.c
    return select(
        key.id,
        words(key.name),
        literal("false"),
        null(),
        literal("API Key"),
        literal("None"),
        case((key.workflow_state == "active", "Allow"), else_="Deny"),
        case((key.require_scopes.is_(True), joined(key.scopes)), else_="All"),
    ).order_by(key.id)


REPORTS: Final = (
    ReportKind(
        "developer_key_report_csv",
        "Developer Keys Report",
        (),
        one_part(
            "Global ID,Key Name,Inherited from Parent Account,Contact Info,Key Type,Placements,Status,"
            "Permitted API Endpoints",
            _keys,
        ),
    ),
    ReportKind(
        "user_access_tokens_csv",
        "User Access Tokens",
        (WITH_DELETED, _LIVE_ONLY),
        one_part("user id,user name,token hint,creation,expiration,last used,dev key id,dev key name,status", _tokens),
    ),
)
