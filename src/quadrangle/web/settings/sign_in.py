"""`/profile/settings/sign_in`: one's password, and where one is signed in. Source: web.md W19, "Signing in"."""

from typing import Final

import msgspec

from quadrangle import tokens
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Conflict, Invalid
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.people import end_sessions, hash_password, password_problems
from quadrangle.tokens import OpenSession
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.settings.frame import CONFIRM, HOME, SIGN_IN, digest_of, session_of, show_tab, verify
from quadrangle.web.shell import show
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.sessions import local_path, log_out

screens = Routes("web", "Settings")

_PASSWORD: Final = f"{HOME}/password"
# What browsers and systems call themselves; the first that is found, as most claim to be several.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class Place(msgspec.Struct, frozen=True):
    """Somewhere one is signed in. browser: in words."""

    session: OpenSession
    browser: str
    here: bool


def named(agent: str | None) -> str:
    """A browser in words, from what it calls itself."""
    sent = agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in sent), None)
    system = next((name for mark, name in _SYSTEMS if mark in sent), None)
    if browser is None:
        return system or _("A program that is no browser")
    return browser if system is None else _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


@screens.get(SIGN_IN)
async def show_sign_in(call: Call) -> Reply:
    """Signing in: the password, and where one is signed in."""
    session = session_of(call)
    login = await tokens.own_login(call.uow, session)
    found = await tokens.sessions_of(call.uow, call.user().user_id)
    return await show_tab(
        call,
        "sign_in.html",
        SIGN_IN,
        login=login,
        places=[Place(one, named(one.agent), one.id == session.id) for one in found],
        form=form_on(call, _PASSWORD, old_password="", password="", password_again=""),
    )


class NewPassword(Params):
    old_password: str | None | Absent = text("The present password.")
    password: str | None | Absent = text("The new one.")
    password_again: str | None | Absent = text("The same once more.")


async def _verify_and_hash(call: Call) -> None:
    sent = NewPassword.read(call.tree, call.reading())
    await verify(call, sent.old_password or "")
    if call.notes.get("verified") is not None and not password_problems(sent.password or ""):
        call.notes["password_digest"] = await hash_password(sent.password or "")


@screens.post(_PASSWORD, again=show_sign_in, prepare=_verify_and_hash)
async def change_password(call: Call, asked: Asked[NewPassword]) -> Reply:
    """Change one's password."""
    session, sent = session_of(call), asked.read()
    login = await tokens.own_login(call.uow, session)
    if login is None:
        raise Conflict(_("You are signed in no longer."))
    old = digest_of(call)
    if login.has_password and old is None:
        raise Invalid.field("old_password", _("This is not your password."))
    tokens.check_new_password(login, sent.password or "", sent.password_again or "")
    assert old is not None
    await tokens.change_password(
        call.uow, call.user().user_id, session, old_digest=old, new_digest=call.notes["password_digest"]
    )
    return done(call, SIGN_IN, _("Your password was changed. Everywhere else you are signed out."))


@screens.post("/profile/settings/sessions/:id/end", again=show_sign_in)
async def end_session(call: Call) -> Reply:
    """Sign out in one browser."""
    await tokens.end_session_of(call.uow, call.user().user_id, number_for(call.path["id"]))
    return done(call, SIGN_IN, _("You are signed out there."))


@screens.post("/profile/settings/sessions/end")
async def end_all_sessions(call: Call) -> Reply:
    """Sign out everywhere."""
    await end_sessions(call.uow, call.user().user_id)
    return await log_out(call)


# --- the password once more


class Confirmation(Params):
    password: str | None | Absent = text("The password.")
    return_to: str | None | Absent = text("Where to go on.")


@screens.get(CONFIRM)
async def ask_for_password(call: Call) -> Reply:
    """It is really you?"""
    sent = Confirmation.read(call.tree, call.reading())
    back = local_path(call, sent.return_to or None) or HOME
    if session_of(call).trusted:
        return redirect(back)
    return await show(
        call,
        "settings/confirm.html",
        login=await tokens.own_login(call.uow, session_of(call)),
        back=back,
        form=form_on(call, CONFIRM, password=""),
    )


async def _verify(call: Call) -> None:
    await verify(call, Confirmation.read(call.tree, call.reading()).password or "")


@screens.post(CONFIRM, again=ask_for_password, prepare=_verify)
async def confirm(call: Call, asked: Asked[Confirmation]) -> Reply:
    """Give the password once more."""
    digest = digest_of(call)
    if digest is None:
        raise Invalid.field("password", _("This is not your password."))
    await tokens.confirm_session(call.uow, session_of(call), digest=digest)
    return redirect(local_path(call, asked.read().return_to or None) or HOME, 303).header("cache-control", "no-store")
