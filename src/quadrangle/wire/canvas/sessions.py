"""Signing in and out, and the sessions that come of it. Source: conventions.md §1.5, web.md "Signing in"."""

import time
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from quadrangle.accounts import ROOT_ID, find_account
from quadrangle.db.uow import reading, writing
from quadrangle.http.call import Asked, Call
from quadrangle.http.csrf import CSRF_COOKIE, comes_from_elsewhere, cookie_token, proves, sent_token, set_cookie
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.http.templates import render
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Unauthenticated
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import Absent, Params, flag, text
from quadrangle.kernel.words import _
from quadrangle.people import SessionFacts
from quadrangle.tokens import REMEMBERED, Opened, issue_ticket, redeem_ticket, sign_in, sign_out
from quadrangle.wire.canvas.family import SESSION_COOKIE, CanvasFamily

routes = Routes("canvas", "Sessions")

HOME: Final = "/"
LONGEST_RETURN: Final = 4096  # characters


class SessionUrl(Struct, frozen=True):
    """Where a browser goes, once, to be signed in."""

    session_url: str


class LoginAsked(Params):
    """What the sign-in page is asked with."""

    return_to: str | None | Absent = text("Where to go afterwards: a path of this server.")
    force_login: bool | Absent = flag("Ask even who is signed in.")
    unique_id: str | None | Absent = text("Fills in the login.")


class Credentials(Params, group="pseudonym_session"):
    """pseudonym_session[…] of the form."""

    unique_id: str | None | Absent = text("The login.")
    password: str | None | Absent = text("The password.")
    remember_me: bool | Absent = flag("Stay signed in for 14 days.")


class TicketAsked(Params):
    """What a one-time address is asked with."""

    return_to: str | None | Absent = text("Where the browser goes afterwards: an address of this server.")


@routes.get("/login", public=True, work="none")
async def login_page(call: Call, asked: Asked[LoginAsked]) -> Reply:
    """The page to sign in at."""
    params = asked.read()
    return_to = local_path(call, params.return_to or None)
    if call.actor is not None and params.force_login is not True:
        return redirect(return_to or HOME)
    prefill = params.unique_id or None
    given = call.tree.get("pseudonym_session")
    if prefill is None and isinstance(given, dict) and isinstance(given.get("unique_id"), str):
        prefill = given["unique_id"]
    return await _form(call, return_to=return_to, unique_id=prefill)


@routes.get("/login/canvas", public=True, work="none")
async def canvas_login_page(call: Call, asked: Asked[LoginAsked]) -> Reply:
    """The same page at its other address."""
    return await login_page(call, asked)


@routes.post("/login/canvas", public=True, work="none")
async def log_in(call: Call, asked: Asked[Credentials], around: Asked[LoginAsked]) -> Reply:
    """Sign in with login and password."""
    params = asked.read()
    return_to = local_path(call, around.read().return_to or None)
    unique_id, password = params.unique_id or "", params.password or ""
    if not _form_is_ours(call):
        return await _form(
            call,
            422,
            return_to=return_to,
            unique_id=unique_id,
            problem=_("This form was out of date. Please sign in again."),
        )
    family = call.app.families["canvas"]
    assert isinstance(family, CanvasFamily)
    moment = time.monotonic()
    pair = f"{call.address}\0{unique_id.strip().casefold()[:255]}"
    if not (family.sign_ins.begin(pair, moment) and family.sign_ins_of_address.begin(call.address, moment)):
        return await _form(
            call,
            429,
            return_to=return_to,
            unique_id=unique_id,
            problem=_("Too many tries. Wait a minute, then try again."),
        )
    before: SessionFacts | None = call.notes.get("web_session")
    opened = await sign_in(
        call.app.database,
        call.app.clock,
        call.app.digest,
        unique_id=unique_id,
        password=password,
        stay=params.remember_me is True,
        address=call.address,
        agent=call.header("user-agent"),
        replaces=before.id if before is not None else None,
    )
    if opened is None:
        return await _form(
            call,
            401,
            return_to=return_to,
            unique_id=unique_id,
            problem=_("No account with this login and password. Check both and try again."),
        )
    family.sign_ins.succeeded(pair, moment)
    family.sign_ins_of_address.succeeded(call.address, moment)
    return begin(call, opened, return_to)


def _form_is_ours(call: Call) -> bool:
    """The form carries what our cookie says; a request without that cookie must not come from another site's page."""
    expected = cookie_token(call)
    if expected is not None:
        return proves(sent_token(call), expected)
    return not comes_from_elsewhere(call)


def begin(call: Call, opened: Opened, return_to: str | None) -> Reply:
    """Send the browser on with its new session."""
    call.notes["session_replaced"] = True
    seconds = int(REMEMBERED.total_seconds()) if opened.remembered else None
    reply = redirect(return_to or HOME).header("cache-control", "no-store").header("x-session-id", str(opened.id))
    set_cookie(reply, call, SESSION_COOKIE, opened.cookie, seconds=seconds)
    return set_cookie(reply, call, CSRF_COOKIE, opened.csrf_token, readable=True)


@routes.post("/logout", public=True)
async def log_out(call: Call) -> Reply:
    """Sign out."""
    session: SessionFacts | None = call.notes.get("web_session")
    if session is not None:
        await sign_out(call.uow, session.id)
    call.notes["session_replaced"] = True
    reply = redirect("/login").header("cache-control", "no-store")
    set_cookie(reply, call, SESSION_COOKIE, "", seconds=0)
    return set_cookie(reply, call, CSRF_COOKIE, "", seconds=0, readable=True)


@routes.get("/login/session_token", gives=SessionUrl, work="write")
async def session_token(call: Call, asked: Asked[TicketAsked]) -> Reply:
    """A one-time address that signs a browser in as the user of the token."""
    actor = call.user()
    if actor.token is None:
        raise Unauthenticated
    return_to = local_path(call, asked.read().return_to or None) or HOME
    secret = await issue_ticket(call.uow, call.app.digest, user_id=actor.user_id, return_to=return_to)
    reply = Reply(200, SessionUrl(f"{call.base_url}/login/session_token/{secret}"))
    return reply.header("cache-control", "no-store")


@routes.get("/login/session_token/:ticket", public=True, work="none")
async def use_ticket(call: Call) -> Reply:
    """Use a one-time address: begins a session and goes on; a used or old one leads to the sign-in page."""
    before: SessionFacts | None = call.notes.get("web_session")
    async with writing(call.app.database, call.app.clock) as uow:
        redeemed = await redeem_ticket(
            uow, call.app.digest, call.path["ticket"], address=call.address, agent=call.header("user-agent")
        )
        if redeemed is not None and before is not None:
            await sign_out(uow, before.id)
    if redeemed is None:
        return redirect("/login")
    return begin(call, redeemed.opened, redeemed.return_to)


def local_path(call: Call, wanted: str | None) -> str | None:
    """`wanted` as a path of this server, or None. An absolute address counts when it is ours; browsers read `//x` and `/\\x` as hosts."""
    if not wanted or len(wanted) > LONGEST_RETURN or not wanted.isascii() or not wanted.isprintable():
        return None
    if any(char in wanted for char in " \\"):
        return None
    base = call.base_url
    if wanted.startswith(f"{base}/"):
        wanted = wanted[len(base) :]
    if not wanted.startswith("/") or wanted.startswith("//"):
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else wanted


async def site_name(call: Call) -> str:
    async with reading(call.app.database, call.app.clock) as uow:
        root = await find_account(uow, Ref("id", str(ROOT_ID)), ROOT_ID)
    return root.name if root is not None else "Quadrangle"


async def _form(
    call: Call, status: int = 200, *, return_to: str | None, unique_id: str | None, problem: str | None = None
) -> Reply:
    """The sign-in page."""
    token = sign_in_token(call)
    values: dict[str, Any] = {"csrf": token, "return_to": return_to, "unique_id": unique_id or "", "problem": problem}
    return with_sign_in_token(render("login.html", status, site=await site_name(call), **values), call, token)


def sign_in_token(call: Call) -> str:
    """What proves a form that signs in: the token of the session, else of the cookie, else a new one."""
    session: SessionFacts | None = call.notes.get("web_session")
    token = session.csrf_token if session is not None else cookie_token(call)
    return token if token is not None and token.isalnum() and len(token) <= 128 else random_text(43)


def with_sign_in_token(reply: Reply, call: Call, token: str) -> Reply:
    """The page of such a form, with the cookie that belongs to it where no session has one."""
    return reply if "web_session" in call.notes else set_cookie(reply, call, CSRF_COOKIE, token, readable=True)
