"""How a request enters the Canvas family: throttle, token or session, masquerade, scopes. Source: conventions.md §1 to §3 and §8."""

import hashlib
import ipaddress
import time
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from quadrangle.http.call import Call, read_as_rails
from quadrangle.http.csrf import CSRF_COOKIE, proves, sent_token, set_cookie
from quadrangle.http.reply import Reply, text, with_string_ids
from quadrangle.http.routing import Route
from quadrangle.http.throttle import Attempts, Throttle
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.digest import Digester
from quadrangle.kernel.errors import Failure, Forbidden, Unauthenticated
from quadrangle.people import Actor, SessionFacts, TokenFacts, access_note
from quadrangle.settings import Settings
from quadrangle.tokens import (
    ACTIVE,
    DELETED,
    SEEN_EVERY,
    SESSION_FOR_REQUEST,
    TOKEN_FOR_REQUEST,
    TOUCH_EVERY,
    SessionForRequest,
    TokenForRequest,
    is_confirmed,
    may_act_as,
    scope_covers,
    see_session,
    touch_token,
)
from quadrangle.wire.canvas.errors import Answered, listed, no_cache, refuse, reply_for
from quadrangle.wire.canvas.ids import find_user_for

SESSION_COOKIE: Final = "quad_session"
STRING_IDS: Final = b"application/json+canvas-string-ids"
_META: Final = (b"x-canvas-meta", b"q=quadrangle;")
_PRIVATE: Final = (b"cache-control", b"max-age=0, private, must-revalidate")
_MOST_BEARERS: Final = 4_096
_LOGIN_AGAIN: Final = ("www-authenticate", 'Bearer realm="canvas-lms"')
# Where a token counts beside /api/ (conventions.md §1.1).
_TOKEN_ROUTES: Final = frozenset(
    {
        ("DELETE", "/login/oauth2/token"),
        ("GET", "/login/session_token"),
        ("GET", "/accounts/:account_id/files/:file_id/download"),
    }
)
# The later steps of an upload: what was signed at the first proves them (supporting-resources.md §9.1).
_PROVED_BY_THEMSELVES: Final = ("/files_api", "/api/v1/files/:id/create_success")
# An application speaks here, or somebody who is about to sign in: a session the browser may have as well says nothing.
_SESSIONLESS: Final = frozenset(
    {"/login/oauth2/token", "/login/session_token", "/api/v1/accounts/search", *_PROVED_BY_THEMSELVES}
)
# Asked by applications before anybody has signed in, with whatever token they have left: nobody's token is looked at (accounts.md §5.14).
_TOKENLESS: Final = frozenset({"/api/v1/accounts/search", *_PROVED_BY_THEMSELVES})
_OWN_CSRF: Final = frozenset({"/login/canvas"})  # where the form proves itself without a session


class CanvasFamily:
    """The family of `/api/v1` and `/login`."""

    name = "canvas"
    prefix = "/api/"

    def __init__(self, settings: Settings, digest: Digester) -> None:
        self._settings = settings
        self._digest = digest
        self._throttle = Throttle(
            maximum=settings.throttle_maximum,
            mark=settings.throttle_high_water_mark,
            outflow=settings.throttle_outflow,
            up_front=settings.throttle_up_front_cost,
        )
        self._allowed = frozenset(self._identity_of(one) for one in settings.throttle_allow)
        self._blocked = frozenset(self._identity_of(one) for one in settings.throttle_block)
        self._bearers: dict[str, tuple[TokenForRequest, Actor, ZoneInfo]] = {}  # by digest
        # Ten tries at one login from one address, then one a minute; a hundred from one address, then six a minute.
        self.sign_ins = Attempts(most=10, every=60)
        self.sign_ins_of_address = Attempts(most=100, every=10)
        self.guesses = Attempts(most=20, every=3)  # at private links of ePortfolios

    # --- entering

    def read(self, call: Call, body: bytes) -> None:
        read_as_rails(call, body)

    async def enter(self, call: Call) -> Reply | None:
        settings = self._settings
        secret = call.notes["secret"] = _secret(call)
        if settings.require_user_agent and not call.header("user-agent"):
            return text("403 Forbidden (User-Agent required)\n", 403)
        if not settings.throttle:
            return None
        identity = await self._identity(call, secret)
        listed_somewhere = self._allowed or self._blocked
        known = (identity, f"address:{call.address}") if listed_somewhere else (identity,)
        if not self._allowed.isdisjoint(known):
            return None
        call.notes["identity"] = identity
        call.notes["entered"] = time.perf_counter()
        if self._blocked.isdisjoint(known):
            if self._throttle.enter(identity, time.monotonic()):
                return None
            self._throttle.leave(identity, time.monotonic(), 0.0)
        call.notes["refused"] = True
        status = settings.throttle_status
        words = "429 Too Many Requests" if status == 429 else "403 Forbidden"
        return text(f"{words} (Rate Limit Exceeded)\n", status)

    async def _identity(self, call: Call, secret: str | None) -> str:
        """The token, else the user of the session, else the address. A cookie that is no session counts for nothing: it could be made up."""
        if secret is not None:
            digest = call.notes["digest"] = self._digest(secret, use="token")
            return f"token:{digest}"
        if (cookie := call.cookie(SESSION_COOKIE)) and _session_counts(call.route):
            async with call.app.database.read() as connection:
                session = await connection.one(SESSION_FOR_REQUEST, digest=self._digest(cookie, use="session"))
            call.notes["session"] = session
            if session is not None:
                return f"user:{session.user_id}"
        return f"address:{call.address}"

    def _identity_of(self, configured: str) -> str:
        """`user:7`, an address, or the text of a token."""
        if configured.startswith("user:") and configured[5:].isdigit():
            return configured
        try:
            ipaddress.ip_address(configured)
        except ValueError:
            return f"token:{self._digest(configured, use='token')}"
        return f"address:{configured}"

    async def admit(self, call: Call) -> None:
        route = call.route
        assert route is not None
        secret = call.notes["secret"]
        if secret is not None:
            await self._admit_token(call, route, secret)
        elif (cookie := call.cookie(SESSION_COOKIE)) and _session_counts(route):
            await self._admit_session(call, route, cookie)
        actor = call.actor
        if actor is None:
            if not route.public:
                raise Unauthenticated
        elif "as_user_id" in call.tree and route.template.startswith("/api/"):
            await self._masquerade(call, actor, call.tree["as_user_id"])

    async def _admit_token(self, call: Call, route: Route, secret: str) -> None:
        digest = call.notes.get("digest") or self._digest(secret, use="token")
        token = await call.uow.one(TOKEN_FOR_REQUEST, digest=digest)
        now = call.now
        usable = check_token(token, now)
        actor, zone = self._bearer_of(digest, usable)
        facts = actor.token
        assert facts is not None
        call.actor = actor
        call.notes["account_zone"] = usable.account_time_zone
        call.zone = zone
        if usable.real_user_id is not None:
            call.notes["made_while_masquerading"] = True
        if facts.scopes or facts.requires_scopes:
            self._check_scopes(call, route, facts)
        if usable.last_used_at is None or (now - usable.last_used_at).total_seconds() >= TOUCH_EVERY:
            call.later.append(lambda: touch_token(call.app.database, call.app.clock, usable.id))
            call.later.append(lambda: _note_access(call, usable.login_id))

    def _bearer_of(self, digest: str, token: TokenForRequest) -> tuple[Actor, ZoneInfo]:
        """Whoever sends the token. The row is the same object as long as the database keeps it, and so is what is made of it."""
        known = self._bearers.get(digest)
        if known is None or known[0] is not token:
            facts = TokenFacts(
                id=token.id,
                application=token.developer_key_id is not None,
                scopes=tuple(token.scopes),
                requires_scopes=bool(token.key_requires_scopes),
                allows_includes=token.key_allows_includes is not False,
                last_used_at=token.last_used_at,
            )
            actor = Actor(token.user_id, token.time_zone, token.locale, None, facts)
            if len(self._bearers) >= _MOST_BEARERS:
                self._bearers.clear()
            known = self._bearers[digest] = (token, actor, zone_named(token.time_zone or token.account_time_zone))
        return known[1], known[2]

    def _check_scopes(self, call: Call, route: Route, token: TokenFacts) -> None:
        if not self._scopes_bind(token) or route.template == "/login/oauth2/token":
            return
        if route.scope not in token.scopes:
            path = call.raw_path.rstrip("/").removesuffix(".json")
            if not any(scope_covers(scope, route.method, path) for scope in token.scopes):
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

    async def _admit_session(self, call: Call, route: Route, cookie: str) -> None:
        session: SessionForRequest | None
        if "session" in call.notes:
            session = call.notes["session"]
        else:
            session = await call.uow.one(SESSION_FOR_REQUEST, digest=self._digest(cookie, use="session"))
        now = call.now
        if session is None or session.expires_at <= now:
            return
        if session.user_state == "deleted" or session.login_state != ACTIVE:
            return
        facts = SessionFacts(
            session.id, session.login_id, session.csrf_token, session.remembered, is_confirmed(session, now)
        )
        call.notes["web_session"] = facts
        if (
            call.method != "GET"
            and route.template not in _OWN_CSRF
            and not proves(sent_token(call), session.csrf_token)
        ):
            raise refuse(csrf_failed())
        call.actor = Actor(session.user_id, session.time_zone, session.locale, session=facts)
        call.notes["account_zone"] = session.account_time_zone
        call.zone = zone_named(session.time_zone or session.account_time_zone)
        if (now - session.seen_at).total_seconds() >= SEEN_EVERY:
            call.later.append(lambda: see_session(call.app.database, call.app.clock, facts.id))
            call.later.append(lambda: _note_access(call, session.login_id))

    async def _masquerade(self, call: Call, actor: Actor, wanted: Any) -> None:
        """Run as another user (conventions.md §3): needs become_user, and every right the target's own admin roles yield."""
        target = await find_user_for(call, str(wanted)) if isinstance(wanted, str | int) else None
        if call.notes.get("made_while_masquerading") and (target is None or target.id != actor.user_id):
            raise refuse(Reply(401, {"errors": "Cannot change masquerade"}))
        if target is None or target.workflow_state == "deleted":
            raise refuse(Reply(401, {"errors": "Invalid as_user_id"}))
        if target.id == actor.user_id:
            return
        if not await may_act_as(call.uow, actor.user_id, target.id):
            raise refuse(Reply(401, {"errors": "Invalid as_user_id"}))
        call.actor = Actor(
            target.id,
            target.time_zone,
            target.locale,
            actor.user_id,
            token=actor.token,
            session=actor.session,
        )
        call.zone = zone_named(target.time_zone or call.notes["account_zone"])

    # --- leaving

    def failed(self, call: Call, failure: Failure) -> Reply:
        if isinstance(failure, Forbidden) and call.actor is None:
            failure = Unauthenticated()
        reply = reply_for(failure, permission_error_status=self._settings.permission_error_status)
        if reply.status == 401 and not any(name == b"cache-control" for name, _ in reply.headers):
            no_cache(reply)
        return reply

    def crashed(self, call: Call, report: int) -> Reply:
        errors = [{"message": "An error occurred.", "error_code": "internal_server_error"}]
        return Reply(500, {"errors": errors, "error_report_id": report})

    def leave(self, call: Call, reply: Reply) -> Reply:
        if STRING_IDS in call.headers.get(b"accept", b"") and not isinstance(reply.body, bytes):
            reply.body, reply.wrap = with_string_ids(reply.plain()), None
        said = {name for name, _ in reply.headers} if reply.headers else ()
        reply.headers.append(_META)
        if b"cache-control" not in said:
            reply.headers.append(_PRIVATE)
            if call.method == "GET" and reply.status == 200 and b"etag" not in said:
                _tag(call, reply)
        session: SessionFacts | None = call.notes.get("web_session")
        if session is not None:
            reply.header("x-session-id", str(session.id))
            if not call.notes.get("session_replaced"):
                set_cookie(reply, call, CSRF_COOKIE, session.csrf_token, readable=True)
        if "entered" in call.notes:
            self._charge(call, reply)
        return reply

    def _charge(self, call: Call, reply: Reply) -> None:
        """Tell what the request cost, and what is left. The clock ran from when the whole request was there: a slow sender is no load."""
        identity: str = call.notes["identity"]
        told = not identity.startswith("user:")
        if call.notes.get("refused"):
            if told:
                reply.header("x-rate-limit-remaining", "0.0")
            return
        cost = time.perf_counter() - call.notes["entered"] + call.notes.get("extra_cost", 0.0)
        remaining = self._throttle.leave(identity, time.monotonic(), cost)
        if told:
            reply.header("x-request-cost", f"{cost:.6f}")
            reply.header("x-rate-limit-remaining", f"{remaining:.6f}")


def _tag(call: Call, reply: Reply) -> None:
    """What was answered, in short; who says that they have it already gets no body (conventions.md §6.1)."""
    body = reply.encoded()
    reply.body, reply.wrap = body, None
    tag = _tag_of(body) if len(body) <= _MOST_TAGGED_AGAIN else _digest(body)
    reply.headers.append((b"etag", b"W/" + tag))
    known = call.headers.get(b"if-none-match")
    if known is not None and tag in known:
        reply.status, reply.body = 304, b""


def _digest(body: bytes) -> bytes:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()


# Many ask for the same few things, which are as they were: to find an answer again takes a third of the time to digest it.
_MOST_TAGGED_AGAIN: Final = 16 * 1024  # bytes
_tag_of: Final = lru_cache(maxsize=256)(_digest)


async def _note_access(call: Call, login_id: int | None) -> None:
    """Remember that a login was used; acting as somebody else does not count (supporting-resources.md §5)."""
    if not call.actor.masquerading:
        await access_note(call.app.database, call.app.clock, login_id, call.address)


def _secret(call: Call) -> str | None:
    """The token's text: a Bearer header, else the `access_token` parameter; only where tokens count. None: there is none."""
    route = call.route
    if route is not None and route.template in _TOKENLESS:
        return None
    counts = route is not None and (route.method, route.template) in _TOKEN_ROUTES
    if not counts and not call.raw_path.startswith("/api/"):
        return None
    header = call.headers.get(b"authorization")
    if header is not None and header[:7] == b"Bearer " and (sent := header[7:].strip()):
        return sent.decode() if sent.isascii() else sent.decode("utf-8", "replace")
    given = call.tree.get("access_token")
    return None if given is None or given == "" else str(given)


def _session_counts(route: Route | None) -> bool:
    return route is not None and route.template not in _SESSIONLESS


def csrf_failed() -> Reply:
    return Reply(422, {"errors": [{"message": "An error occurred.", "error_code": "unprocessable_entity"}]})


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


@lru_cache(maxsize=1024)
def zone_named(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
