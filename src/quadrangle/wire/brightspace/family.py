"""How a request enters the Brightspace family: route, version, credentials, credits, in this order.

Source: brightspace-eportfolio.md §1 to §4.
"""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from quadrangle.db import UnitOfWork
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.digest import Digester
from quadrangle.kernel.errors import Failure, Forbidden, Unauthenticated
from quadrangle.people import Actor, TokenFacts
from quadrangle.settings import Settings
from quadrangle.tokens import (
    ACTIVE,
    APP_BY_ID,
    ID_KEY_FOR_REQUEST,
    TOKEN_FOR_REQUEST,
    TOUCH_EVERY,
    IdKeyForRequest,
    TokenForRequest,
    app_key,
    base_strings,
    signed,
    touch_id_key,
    touch_token,
    user_key,
)
from quadrangle.wire.brightspace.credits import Credits, Spent
from quadrangle.wire.brightspace.errors import (
    BadToken,
    ClockSkewed,
    KeyExpired,
    ScopeMissing,
    SignatureRefused,
    VersionNotServed,
    problem,
    reply_for,
)
from quadrangle.wire.brightspace.versions import PRODUCTS

_SIGNATURE: Final = frozenset({"x_a", "x_b", "x_c", "x_d", "x_t"})
_TIME: Final = re.compile(r"[0-9]{1,12}")
SCOPES: Final = frozenset({"core:*:*", "ep:*:*"})


class BrightspaceFamily:
    """The family of `/d2l/`. Sessions do not count here."""

    name = "brightspace"
    prefix = "/d2l/"

    def __init__(self, settings: Settings, digest: Digester) -> None:
        self._digest = digest
        self._tolerance = settings.brightspace_time_tolerance
        self._key_life = settings.brightspace_key_life
        self._credits = (
            Credits(most=settings.brightspace_credits, cost=settings.brightspace_cost)
            if settings.brightspace_credits
            else None
        )
        self._unlimited = frozenset(settings.brightspace_unlimited)
        self._path_before = urlsplit(settings.base_url).path.rstrip("/")

    def read(self, call: Call, body: bytes) -> None:
        """Of parameters sent twice the first counts, and a blank one was not sent. A body is read where its shape is known."""
        for name, value in call.query:
            if value:
                call.tree.setdefault(name, value)

    async def enter(self, call: Call) -> Reply | None:
        if call.route is None:
            return None  # nobody is asked who they are for what is not there
        _check_version(call)
        async with call.app.database.read() as connection:
            uow = UnitOfWork(connection, call.app.clock.now())
            who = await self._authenticate(call, uow)
        if who is None:
            if not call.route.public:
                raise Unauthenticated
        elif self._credits is not None and who not in self._unlimited:
            spent = call.notes["spent"] = self._credits.spend(who, uow.now.timestamp())
            if spent.left is None:
                reply = problem(429, "This application has used up its credits of this minute.", call.raw_path)
                return reply.header("retry-after", str(spent.reset))
        return None

    async def admit(self, call: Call) -> None:
        """An application that speaks for nobody may only what everyone may."""
        assert call.route is not None
        if call.actor is None and not call.route.public:
            raise Forbidden

    # --- credentials

    async def _authenticate(self, call: Call, uow: UnitOfWork) -> str | None:
        """Sets the actor; whose credits the call costs, None without credentials. A bearer header alone decides where there is one."""
        scheme, _, secret = (call.header("authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._bearer(call, uow, secret.strip())
        if not _SIGNATURE.isdisjoint(name for name, _ in call.query):
            return await self._id_key(call, uow)
        return None

    async def _bearer(self, call: Call, uow: UnitOfWork, secret: str) -> str:
        token = await uow.one(TOKEN_FOR_REQUEST, digest=self._digest(secret, use="token"))
        if token is None or not _opens(token, uow.now):
            raise BadToken
        if token.scopes and SCOPES.isdisjoint(token.scopes):
            raise ScopeMissing
        facts = TokenFacts(
            id=token.id,
            application=token.developer_key_id is not None,
            scopes=tuple(token.scopes),
            requires_scopes=bool(token.key_requires_scopes),
            allows_includes=token.key_allows_includes is not False,
            last_used_at=token.last_used_at,
        )
        call.actor = Actor(token.user_id, token.time_zone, token.locale, None, facts)
        if _is_due(token.last_used_at, uow.now):
            call.later.append(lambda: touch_token(call.app.database, call.app.clock, token.id))
        return f"token:{token.id}" if token.developer_key_id is None else f"client:{token.developer_key_id}"

    async def _id_key(self, call: Call, uow: UnitOfWork) -> str:
        """Source: §2.1, in its order. The time comes last, so that only who can sign learns the server's."""
        sent: dict[str, str] = {name: call.tree.get(name, "") for name in _SIGNATURE}
        app_id, token_id = sent["x_a"], sent["x_b"]
        if not app_id or not sent["x_c"] or not _TIME.fullmatch(sent["x_t"]) or bool(token_id) != bool(sent["x_d"]):
            raise SignatureRefused
        # HEAD is signed as the HEAD it was sent as; the router takes it for a GET.
        texts = base_strings(call.sent_method, self._path_before + call.raw_path, sent["x_t"])
        good = signed(app_key(self._digest, app_id), texts, sent["x_c"])
        key = None
        if token_id:
            good &= signed(user_key(self._digest, token_id), texts, sent["x_d"])
            key = await uow.one(ID_KEY_FOR_REQUEST, token_id=token_id)
            good &= key is not None and _speaks(key, app_id)
        else:
            good &= await uow.one(APP_BY_ID, app_id=app_id) is not None
        if not good:
            raise SignatureRefused
        if (
            key is not None
            and self._key_life is not None
            and key.created_at + timedelta(seconds=self._key_life) <= uow.now
        ):
            raise KeyExpired
        server_time = int(uow.now.timestamp())
        if abs(server_time - int(sent["x_t"])) > self._tolerance:
            raise ClockSkewed(server_time)
        if key is not None:
            call.actor = Actor(key.user_id, key.time_zone, key.locale)
            if _is_due(key.last_used_at, uow.now):
                call.later.append(lambda: touch_id_key(call.app.database, call.app.clock, key.id))
        return app_id

    # --- leaving

    def failed(self, call: Call, failure: Failure) -> Reply:
        return reply_for(failure, call.raw_path)

    def crashed(self, call: Call, report: int) -> Reply:
        return problem(500, f"An error occurred; its number is {report}.", call.raw_path)

    def leave(self, call: Call, reply: Reply) -> Reply:
        spent: Spent | None = call.notes.get("spent")
        if spent is not None and spent.left is not None and self._credits is not None:
            reply.header("x-rate-limit-remaining", str(spent.left))
            reply.header("x-rate-limit-reset", str(spent.reset))
            reply.header("x-request-cost", str(self._credits.cost))
        return reply


def _check_version(call: Call) -> None:
    version = call.path.get("version")
    if version is None or call.route is None:
        return
    served = PRODUCTS[call.route.template.split("/")[3].lower()]
    if version not in served:
        raise VersionNotServed(f"Versions served: {', '.join(served)}.")


def _opens(token: TokenForRequest, now: datetime) -> bool:
    """Whether the token opens the door at all."""
    return (
        token.user_state != "deleted"
        and token.login_id is not None
        and token.workflow_state == ACTIVE
        and (token.developer_key_id is None or token.key_state == ACTIVE)
        and (token.expires_at is None or token.expires_at > now)
        and (token.permanent_expires_at is None or token.permanent_expires_at > now)
    )


def _speaks(key: IdKeyForRequest, app_id: str) -> bool:
    """Whether the user token works, and is this application's."""
    return (
        key.app_id == app_id
        and key.app_state == ACTIVE
        and key.workflow_state == ACTIVE
        and key.user_state != "deleted"
        and key.login_id is not None
    )


def _is_due(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or (now - last_used_at).total_seconds() >= TOUCH_EVERY
