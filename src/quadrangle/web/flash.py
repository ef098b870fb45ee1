"""A word about what was just done, said once, on the page that a form leads to. It travels in a cookie that nobody else can write."""

from typing import Final, Literal

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.csrf import set_cookie
from quadrangle.http.reply import Reply, redirect
from quadrangle.kernel.digest import same

COOKIE: Final = "quad_flash"
LONGEST: Final = 1000  # characters; a cookie holds four thousand bytes
_USE: Final = "flash"
_SECONDS: Final = 300

Kind = Literal["good", "warn", "bad"]


class Undo(msgspec.Struct, frozen=True):
    """The form that takes it back: where it posts to, a path that stays the same whatever happens to names, and with what."""

    path: str
    fields: dict[str, str] = {}


class Flash(msgspec.Struct, frozen=True):
    """kind: how it is shown."""

    words: str
    kind: Kind = "good"
    undo: Undo | None = None


def done(call: Call, to: str, words: str, kind: Kind = "good", *, undo: Undo | None = None) -> Reply:
    """Lead on to a screen that says so: how every form ends that was accepted. to: a path of this server."""
    encoded = msgspec.json.encode(Flash(words[:LONGEST], kind, undo)).hex()
    reply = redirect(to, 303).header("cache-control", "no-store")
    return set_cookie(reply, call, COOKIE, f"{encoded}.{_signed(call, encoded)}", seconds=_SECONDS)


def said(call: Call) -> Flash | None:
    """What is to be said, if it was we who wrote it, to this session."""
    encoded, _, signature = (call.cookie(COOKIE) or "").partition(".")
    if not encoded or not same(signature, _signed(call, encoded)):
        return None
    try:
        return msgspec.json.decode(bytes.fromhex(encoded), type=Flash)
    except (ValueError, msgspec.MsgspecError):
        return None


def forget(call: Call, reply: Reply) -> Reply:
    """It was said."""
    return reply if call.cookie(COOKIE) is None else set_cookie(reply, call, COOKIE, "", seconds=0)


def _signed(call: Call, encoded: str) -> str:
    session = None if call.actor is None else call.actor.session
    return call.app.digest(f"{None if session is None else session.id}\0{encoded}", use=_USE)
