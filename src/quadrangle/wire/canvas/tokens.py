"""Access tokens of the Canvas family. Source: tokens.md."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from msgspec import UNSET, Struct

from quadrangle.http.call import Asked, Call
from quadrangle.http.endpoint import Application
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted, authorise
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Field, Params, anything, flag, text
from quadrangle.people import DELETED as DELETED_USER
from quadrangle.people import Actor
from quadrangle.tokens import (
    ACTIVATE,
    CHANGE,
    COUNT_TOKENS_OF_USER,
    CREATE,
    DELETE,
    HINT_LENGTH,
    LIST,
    LONGEST_PURPOSE,
    READ,
    RULES,
    TOKEN_OF_USER,
    TOKENS_OF_USER,
    AccessToken,
    AlreadyActive,
    ExpiredTokenStays,
    ExpiryRefused,
    Issued,
    TokenRules,
    TokenStanding,
    activate_token,
    change_token,
    delete_token,
    make_token,
    parse_when,
    shapes_of,
    standing_before,
)
from quadrangle.wire.canvas.errors import bare, refuse
from quadrangle.wire.canvas.ids import user_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Access tokens")

USER_GENERATED: Final = "User-Generated"


class TokenJson(Struct, frozen=True):
    """An access token. `token` and the whole `visible_token` stand only in the answer that made the secret. Source: tokens.md §3."""

    id: int
    user_id: int
    real_user_id: int | None
    purpose: str | None
    app_name: str
    workflow_state: str
    scopes: list[str]
    remember_access: bool
    created_at: Time
    updated_at: Time
    expires_at: Time | None
    last_used_at: Time | None
    visible_token: str | None
    can_manually_regenerate: bool
    token: str | Maybe = UNSET
    token_hint: str | Maybe = UNSET


def token_json(token: AccessToken, now: datetime, secret: str | None = None) -> TokenJson:
    """secret: of a token that was just made or renewed."""
    return TokenJson(
        id=token.id,
        user_id=token.user_id,
        real_user_id=token.real_user_id,
        purpose=token.purpose,
        app_name=USER_GENERATED if token.manual else token.app_name or "",
        workflow_state=token.workflow_state,
        scopes=token.scopes,
        remember_access=token.remember_access,
        created_at=zulu(token.created_at),
        updated_at=zulu(token.updated_at),
        expires_at=zulu_or_none(token.permanent_expires_at),
        last_used_at=zulu_or_none(token.last_used_at),
        visible_token=(secret or f"{token.token_hint}...") if token.manual else None,
        can_manually_regenerate=token.manual and not token.expired(now),
        token=UNSET if secret is None else secret,
        token_hint=token.token_hint if token.manual else UNSET,
    )


_SCOPES: Final[Any] = Field(
    lambda value, _: value,
    {"type": "array", "items": {"type": "string"}},
    "What the token may call, `url:GET|/api/v1/courses`; none: everything its user may.",
    many=True,
)


class TokenAsked(Params, group="token", required=True):
    """token[…] of a request that makes or changes a token."""

    purpose: str | None | Absent = text("What the token is for.", max=LONGEST_PURPOSE)
    expires_at: Any = anything(
        "When it ends; empty: never.", schema={"type": ["string", "null"], "format": "date-time"}
    )
    scopes: Any = _SCOPES


class TokenChange(TokenAsked, group="token", required=True):
    """The same with the wish for a new secret."""

    regenerate: bool | Absent = flag("Make a new secret; the old one stops working at once.")


@routes.get("/api/v1/users/:user_id/tokens/:id", gives=TokenJson)
async def show_token(call: Call) -> Reply:
    """Show an access token."""
    by = await _token(call, READ)
    return _reply(call, by.subject.token)


@routes.get("/api/v1/users/:user_id/user_generated_tokens", gives=list[TokenJson], paged=True)
async def list_tokens(call: Call) -> Reply:
    """List a user's access tokens that were made by hand."""
    actor = _actor(call)
    owner_id = await _owner(call, actor)
    authorise(RULES, LIST, await standing_before(call.uow, actor, owner_id, LIST), owner_id)
    window = call.window()
    rows = await call.uow.all(TOKENS_OF_USER, user_id=owner_id, limit=window.limit, offset=window.offset)
    total = await call.uow.one(COUNT_TOKENS_OF_USER, user_id=owner_id)
    return Reply(200, cut([token_json(row, call.now) for row in rows], window, total=total))


@routes.post("/api/v1/users/:user_id/tokens", gives=TokenJson)
async def create_token(call: Call, asked: Asked[TokenAsked]) -> Reply:
    """Create an access token; it is pending when somebody else makes it for the user."""
    actor = _actor(call)
    owner_id = await _owner(call, actor)
    params = asked.read()
    if isinstance(params.purpose, Absent):
        raise refuse(bare(400, "token[purpose] is missing"))
    standing = await standing_before(call.uow, actor, owner_id, CREATE)
    by = authorise(RULES, CREATE, standing, standing)
    expires_at = _moment(call, params.expires_at)
    scopes = _scopes(params.scopes)
    try:
        made = await make_token(
            call.uow,
            call.app.digest,
            by,
            rules_of(call.app),
            current_user_id=actor.user_id,
            purpose=params.purpose,
            expires_at=None if isinstance(expires_at, Absent) else expires_at,
            scopes=[] if isinstance(scopes, Absent) else scopes,
        )
    except ExpiryRefused as refused:
        raise refuse(bare(400, refused.text)) from None
    return _issued(call, made)


@routes.put("/api/v1/users/:user_id/tokens/:id", gives=TokenJson)
async def update_token(call: Call, asked: Asked[TokenChange]) -> Reply:
    """Update an access token, or give it a new secret."""
    by = await _token_or_unseen(call, CHANGE)
    params = asked.read()
    expires_at = _moment(call, params.expires_at)
    try:
        changed = await change_token(
            call.uow,
            call.app.digest,
            by,
            rules_of(call.app),
            current_user_id=call.user().user_id,
            purpose=params.purpose,
            expires_at=expires_at,
            scopes=_scopes(params.scopes),
            regenerate=params.regenerate is True,
        )
    except ExpiryRefused as refused:
        raise refuse(bare(400, refused.text)) from None
    except ExpiredTokenStays as refused:
        raise refuse(Reply(400, {"errors": {"message": refused.says}})) from None
    return _issued(call, changed)


@routes.delete("/api/v1/users/:user_id/tokens/:id", gives=TokenJson)
async def remove_token(call: Call) -> Reply:
    """Delete an access token."""
    by = await _token_or_unseen(call, DELETE)
    return _reply(call, await delete_token(call.uow, by))


@routes.post("/profile/tokens/:id/activate", gives=TokenJson)
async def activate_from_profile(call: Call) -> Reply:
    """Activate a pending access token of one's own, from a web session."""
    return await _activate(call)


@routes.post("/api/v1/users/self/tokens/:id/activate", gives=TokenJson)
async def activate_own_token(call: Call) -> Reply:
    """Activate a pending access token of one's own."""
    return await _activate(call)


async def _activate(call: Call) -> Reply:
    actor = _actor(call)
    token = await _find(call, actor.user_id, to_change=True)
    standing = await standing_before(call.uow, actor, actor.user_id, ACTIVATE, token)
    by = authorise(RULES, ACTIVATE, standing, standing)
    try:
        return _reply(call, await activate_token(call.uow, by))
    except AlreadyActive as refused:
        raise refuse(Reply(400, {"errors": {"token": [refused.says]}})) from None


# --- what the routes share --------------------------------------------------------------------------------------------


def _actor(call: Call) -> Actor:
    """The caller; a session that stays signed in must be opened with the password again first (tokens.md §2)."""
    actor: Actor = call.user()
    if actor.session is not None and not actor.session.trusted:
        raise Forbidden
    return actor


async def _owner(call: Call, actor: Actor) -> int:
    """The user of the path. The caller is known already and not looked up again."""
    asked = call.path["user_id"].strip()
    if asked == "self" or asked == str(actor.user_id):
        return actor.user_id
    user = await user_for(call, asked)
    if user.workflow_state == DELETED_USER:
        raise NotFound
    return user.id


async def _find(call: Call, owner_id: int, *, to_change: bool) -> AccessToken:
    """The token of the path among the owner's: five characters are a hint first, then an id (tokens.md §4)."""
    asked = call.path["id"]
    token = None
    if len(asked) == HINT_LENGTH:
        token = await call.uow.one(TOKEN_OF_USER.at(("token_hint", to_change)), user_id=owner_id, value=asked)
    if token is None and (number := parse_number(asked)) is not None:
        token = await call.uow.one(TOKEN_OF_USER.at(("id", to_change)), user_id=owner_id, value=number)
    if token is None:
        raise NotFound
    return token


async def _token(call: Call, right: str) -> Granted[TokenStanding]:
    """The token of the path with the right to it, or Forbidden."""
    actor = _actor(call)
    owner_id = await _owner(call, actor)
    token = await _find(call, owner_id, to_change=right != READ)
    standing = await standing_before(call.uow, actor, owner_id, right, token)
    return authorise(RULES, right, standing, standing)


async def _token_or_unseen(call: Call, right: str) -> Granted[TokenStanding]:
    """The same; to who may not change it, somebody else's token is not there at all (tokens.md §4.3)."""
    try:
        return await _token(call, right)
    except Forbidden:
        actor: Actor = call.user()
        distrusted = actor.session is not None and not actor.session.trusted
        if distrusted or await _owner(call, actor) == actor.user_id:
            raise
        raise NotFound from None


def _moment(call: Call, sent: Any) -> datetime | None | Absent:
    """token[expires_at]: empty is never; what cannot be read is refused rather than taken for never."""
    if isinstance(sent, Absent):
        return ABSENT
    if sent is None or sent == "":
        return None
    moment = parse_when(sent, call.zone) if isinstance(sent, str) else None
    if moment is None and not (isinstance(sent, str) and not sent.strip()):
        raise refuse(bare(400, "Invalid expiration date format"))
    return moment


def _scopes(sent: Any) -> list[Any] | Absent:
    """token[scopes][]: blanks are what a form sends for none; one bare text is a list of one."""
    if isinstance(sent, Absent):
        return ABSENT
    if sent is None or sent == "":
        return []
    if not isinstance(sent, str | list):
        says = "requested scopes must match scopes on developer key"
        raise Invalid(FieldError("scopes", says, says))
    given = [sent] if isinstance(sent, str) else [one for one in sent if one not in ("", None)]
    return list(dict.fromkeys(one if isinstance(one, str) else repr(one) for one in given))


@lru_cache(maxsize=8)
def _shapes(app: Application) -> frozenset[str]:
    return shapes_of(route.scope for route in app.router.routes if route.family != "system")


def rules_of(app: Application) -> TokenRules:
    settings = app.settings
    binds = settings.require_scopes or settings.reference == "published"
    return TokenRules(
        students_need_expiry=settings.students_need_expiry,
        student_days=settings.student_access_token_days,
        site_admin_life=settings.site_admin_max_token_life,
        known=_shapes(app) if binds else None,
    )


def _reply(call: Call, token: AccessToken | None) -> Reply:
    assert token is not None
    return Reply(200, token_json(token, call.now))


def _issued(call: Call, issued: Issued) -> Reply:
    """A secret that is shown must not be kept by anything on the way."""
    reply = Reply(200, token_json(issued.token, call.now, issued.secret))
    return reply.header("cache-control", "no-store") if issued.secret is not None else reply
