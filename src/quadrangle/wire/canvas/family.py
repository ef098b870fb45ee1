"""How a request enters the Canvas family: throttle, token or session, masquerade, scopes. Source: conventions.md §1 to §3 and §8."""

import re
import time
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from quadrangle.accounts import ROOT_ID, rights_at
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, text, with_string_ids
from quadrangle.http.throttle import Throttle
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.digest import Digester, same
from quadrangle.kernel.errors import Failure, Forbidden, Unauthenticated
from quadrangle.people import SESSION_FOR_REQUEST, Actor, SessionFacts, TokenFacts, access_note
from quadrangle.settings import Settings
from quadrangle.tokens import (
    ACTIVE,
    DELETED,
    TOKEN_FOR_REQUEST,
    TOUCH_EVERY,
    TokenForRequest,
    touch_token,
)
from quadrangle.wire.canvas.errors import Answered, listed, refuse, reply_for
from quadrangle.wire.canvas.ids import find_user_for

SESSION_COOKIE: Final = "quad_session"
CSRF_COOKIE: Final = "_csrf_token"
STRING_IDS: Final = b"application/json+canvas-string-ids"
_LOGIN_AGAIN: Final = ("www-authenticate", 'Bearer realm="canvas-lms"')
_TOKEN_PATHS: Final = ("/api/", "/login/oauth2/token", "/login/session_token")


class CanvasFamily:
    """The family of `/api/v1` and `/login`."""

    name = "canvas"

    def __init__(self, settings: Settings, digest: Digester) -> None:
        self._settings = settings
        self._digest = digest
        self._throttle = Throttle(
            maximum=settings.throttle_maximum,
            mark=settings.throttle_high_water_mark,
            outflow=settings.throttle_outflow,
            up_front=settings.throttle_up_front_cost,
        )
        self._allowed = {self._identity_of(one) for one in settings.throttle_allow}
        self._blocked = {self._identity_of(one) for one in settings.throttle_block}

    # --- entering

    async def enter(self, call: Call) -> Reply | None:
        call.notes["secret"] = self._secret(call)
        if self._settings.require_user_agent and not call.header("user-agent"):
            return text("403 Forbidden (User-Agent required)\n", 403)
        if not self._settings.throttle:
            return None
        identity = call.notes["identity"] = self._identity(call)
        if identity in self._allowed:
            del call.notes["identity"]
            return None
        if identity in self._blocked or not self._throttle.enter(identity, time.monotonic()):
            call.notes["refused"] = True
            status = self._settings.throttle_status
            words = "429 Too Many Requests" if status == 429 else "403 Forbidden"
            return text(f"{words} (Rate Limit Exceeded)\n", status)
        return None

    def _secret(self, call: Call) -> str | None:
        """The token's text: a Bearer header, else the `access_token` parameter; only on paths where tokens count."""
        if not call.raw_path.startswith(_TOKEN_PATHS):
            return None
        header = call.header("authorization")
        if header is not None and header.startswith("Bearer "):
            return header[7:].strip()
        sent = call.tree.get("access_token")
        return sent if isinstance(sent, str) and sent else None

    def _identity(self, call: Call) -> str:
        if call.notes["secret"]:
            return "token:" + self._digest(call.notes["secret"], use="token")
        cookie = call.cookie(SESSION_COOKIE)
        return f"session:{cookie}" if cookie else f"address:{call.address}"

    def _identity_of(self, configured: str) -> str:
        if ":" in configured or re.fullmatch(r"[\d.]+", configured):
            return configured if configured.startswith("user:") else f"address:{configured}"
        return "token:" + self._digest(configured, use="token")

    async def admit(self, call: Call) -> None:
        route = call.route
        assert route is not None
        secret = call.notes["secret"]
        if secret:
            await self._admit_token(call, secret)
        elif cookie := call.cookie(SESSION_COOKIE):
            await self._admit_session(call, cookie)
        if call.actor is not None and "as_user_id" in call.tree:
            await self._masquerade(call, call.tree["as_user_id"])
        if call.actor is None and not route.public:
            raise Unauthenticated

    async def _admit_token(self, call: Call, secret: str) -> None:
        token = await call.uow.one(TOKEN_FOR_REQUEST, digest=self._digest(secret, use="token"))
        usable = check_token(token, call.now)
        facts = TokenFacts(
            id=usable.id,
            application=usable.developer_key_id is not None,
            scopes=tuple(usable.scopes),
            requires_scopes=bool(usable.key_requires_scopes),
            allows_includes=usable.key_allows_includes is not False,
            last_used_at=usable.last_used_at,
        )
        call.actor = Actor(usable.user_id, usable.time_zone, usable.locale, None, facts)
        call.zone = zone_named(usable.time_zone or usable.account_time_zone)
        self._check_scopes(call, facts)
        if usable.last_used_at is None or (call.now - usable.last_used_at).total_seconds() >= TOUCH_EVERY:
            call.later.append(lambda: touch_token(call.app.database, call.app.clock, usable.id))
            call.later.append(lambda: access_note(call.app.database, call.app.clock, usable.login_id, call.address))

    def _check_scopes(self, call: Call, token: TokenFacts) -> None:
        assert call.route is not None
        if not self._scopes_bind(token) or call.raw_path == "/login/oauth2/token":
            return
        path = re.sub(r"\.json\Z", "", call.raw_path.rstrip("/"))
        if not any(scope_covers(scope, call.route.method, path) for scope in token.scopes):
            raise refuse(listed(401, "Insufficient scopes on access token."))
        if token.application and not token.allows_includes:
            for name in ("include", "includes"):
                wanted = call.tree.pop(name, None)
                if isinstance(wanted, list):
                    call.tree[name] = [one for one in wanted if one == "uuid"]

    def _scopes_bind(self, token: TokenFacts) -> bool:
        """tokens.md §6 for tokens made by hand; the key's own switch for those of an application."""
        if token.application:
            return token.requires_scopes
        return bool(token.scopes) and (self._settings.require_scopes or self._settings.reference == "published")

    async def _admit_session(self, call: Call, cookie: str) -> None:
        session = await call.uow.one(SESSION_FOR_REQUEST, digest=self._digest(cookie, use="session"))
        if session is None or session.expires_at <= call.now:
            return
        if session.user_state == "deleted" or session.login_state != ACTIVE:
            return
        facts = SessionFacts(session.id, session.csrf_token, session.remembered)
        call.actor = Actor(session.user_id, session.time_zone, session.locale, session=facts)
        call.zone = zone_named(session.time_zone)
        if call.method not in ("GET", "HEAD"):
            sent = call.header("x-csrf-token") or call.tree.get("authenticity_token")
            if not isinstance(sent, str) or not same(sent, session.csrf_token):
                body = {"errors": [{"message": "An error occurred.", "error_code": "unprocessable_entity"}]}
                raise refuse(Reply(422, body))

    async def _masquerade(self, call: Call, wanted: Any) -> None:
        """Run as another user (conventions.md §3): needs become_user, and every right the target's own admin roles yield."""
        actor: Actor = call.actor
        target = await find_user_for(call, str(wanted)) if isinstance(wanted, str | int) else None
        if target is None or target.workflow_state == "deleted":
            raise refuse(Reply(401, {"errors": "Invalid as_user_id"}))
        if target.id == actor.user_id:
            return
        mine = await rights_at(call.uow, actor.user_id, ROOT_ID)
        theirs = await rights_at(call.uow, target.id, ROOT_ID)
        if not mine.may("become_user") or not mine.covers(theirs):
            raise refuse(Reply(401, {"errors": "Invalid as_user_id"}))
        call.actor = Actor(
            target.id,
            target.time_zone,
            target.locale,
            actor.user_id,
            token=actor.token,
            session=actor.session,
        )
        call.zone = zone_named(target.time_zone) if target.time_zone else call.zone

    # --- leaving

    def failed(self, call: Call, failure: Failure) -> Reply:
        if isinstance(failure, Forbidden) and call.actor is None:
            failure = Unauthenticated()
        return reply_for(failure, permission_error_status=self._settings.permission_error_status)

    def crashed(self, call: Call, report: int) -> Reply:
        errors = [{"message": "An error occurred.", "error_code": "internal_server_error"}]
        return Reply(500, {"errors": errors, "error_report_id": report})

    def leave(self, call: Call, reply: Reply) -> Reply:
        if STRING_IDS in call.headers.get(b"accept", b"") and not isinstance(reply.body, bytes):
            reply.body, reply.wrap = with_string_ids(reply.plain()), None
        reply.headers.append((b"x-canvas-meta", b"q=quadrangle;"))
        if not any(name == b"cache-control" for name, _ in reply.headers):
            reply.headers.append((b"cache-control", b"max-age=0, private, must-revalidate"))
        self._charge(call, reply)
        return reply

    def _charge(self, call: Call, reply: Reply) -> None:
        identity = call.notes.get("identity")
        if identity is None:
            return
        if call.notes.get("refused"):
            reply.header("x-rate-limit-remaining", "0.0")
            return
        cost = time.perf_counter() - call.started + call.notes.get("extra_cost", 0.0)
        remaining = self._throttle.leave(identity, time.monotonic(), cost)
        if not identity.startswith("session:"):
            reply.header("x-request-cost", f"{cost:.6f}")
            reply.header("x-rate-limit-remaining", f"{remaining:.4f}")


def check_token(token: TokenForRequest | None, now: datetime) -> TokenForRequest:
    """The token if it opens the door; otherwise the 401 that says why not (conventions.md §1.2)."""
    if token is None or token.user_state == "deleted" or token.login_id is None:
        raise invalid_token("Invalid access token.")
    if token.workflow_state == DELETED:
        raise invalid_token("Revoked access token.")
    if token.workflow_state != ACTIVE:
        raise invalid_token("Invalid access token.")
    if token.developer_key_id is not None and token.key_state != ACTIVE:
        raise invalid_token("Invalid access token.")
    if token.expires_at is not None and token.expires_at <= now:
        raise invalid_token("Invalid access token.")
    if token.permanent_expires_at is not None and token.permanent_expires_at <= now:
        raise invalid_token("Expired access token.", expired_at=zulu(token.permanent_expires_at))
    return token


def invalid_token(says: str, **more: str) -> Answered:
    return refuse(Reply(401, {"errors": [{"message": says, **more}]}).header(*_LOGIN_AGAIN))


def zone_named(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"(:\w+|\*\w+|\(|\))", template)
    made = "".join(
        "[^/]+"
        if piece.startswith(":")
        else ".+"
        if piece.startswith("*")
        else "(?:"
        if piece == "("
        else ")?"
        if piece == ")"
        else re.escape(piece)
        for piece in pieces
    )
    return re.compile(made + r"(?:\.[^/.]+)?\Z")


def scope_covers(scope: str, method: str, path: str) -> bool:
    """Whether `url:GET|/api/v1/courses/:id` covers this verb and path (conventions.md §2.5)."""
    head, bar, template = scope.partition("|")
    return bool(bar) and head == f"url:{method}" and _pattern(template).match(path) is not None
