"""What the settings have in common: their tabs, and the password that is asked for once more. Source: web.md W19, tokens.md §2."""

import time
from typing import Any, Final
from urllib.parse import quote

from quadrangle import tokens
from quadrangle.db.uow import reading
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.kernel.errors import LimitReached
from quadrangle.kernel.words import _
from quadrangle.people import SessionFacts
from quadrangle.web.shell import show
from quadrangle.wire.canvas.family import CanvasFamily

HOME: Final = "/profile/settings"
SIGN_IN: Final = f"{HOME}/sign_in"
TOKENS: Final = f"{HOME}/tokens"
APPS: Final = f"{HOME}/apps"
FILES: Final = f"{HOME}/files"
CONFIRM: Final = f"{HOME}/confirm"


async def show_tab(call: Call, template: str, tab: str, **values: Any) -> Reply:
    """A screen of the settings. tab: the address of the one it is below."""
    places = (
        (_("You"), HOME),
        (_("Signing in"), SIGN_IN),
        (_("Access tokens"), TOKENS),
        (_("Apps"), APPS),
        (_("Files"), FILES),
    )
    tabs = [(words, path, path == tab) for words, path in places]
    return await show(call, f"settings/{template}", tabs=tabs, **values)


# --- the password once more


def session_of(call: Call) -> SessionFacts:
    session: SessionFacts | None = call.user().session
    assert session is not None  # tokens count below /api/ alone
    return session


def ask_first(call: Call, back: str) -> Reply | None:
    """Where the password is given once more, for a session that stays signed in. back: the screen to go on with."""
    return None if session_of(call).trusted else redirect(f"{CONFIRM}?return_to={quote(back, safe='')}", 303)


async def verify(call: Call, password: str) -> None:
    """Before the unit of work, as it takes its time; slowed like signing in. `digest_of` tells what came of it."""
    family = call.app.families["canvas"]
    assert isinstance(family, CanvasFamily)
    who, moment = f"user:{call.user().user_id}", time.monotonic()
    if not family.sign_ins.begin(who, moment):
        call.notes["too_many"] = True
        return
    async with reading(call.app.database, call.app.clock) as uow:
        login = await tokens.own_login(uow, session_of(call))
    digest = await tokens.verified(login, password)
    if digest is not None:
        family.sign_ins.succeeded(who, moment)
    call.notes["verified"] = digest


def digest_of(call: Call) -> str | None:
    """The digest of the password that was verified; None: it was another. Raises LimitReached."""
    if "too_many" in call.notes:
        raise LimitReached(_("Too many tries. Wait a minute, then try again."))
    digest: str | None = call.notes["verified"]
    return digest
