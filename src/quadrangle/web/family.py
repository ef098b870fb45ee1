"""How pages for people are entered and refused. Source: web.md W21, conventions.md §1.5.

Whoever may enter is settled as for `/api/v1`, by session and private link (bearer tokens count below `/api/` alone); what differs is how a
refusal looks.
"""

from typing import Final
from urllib.parse import quote, urlencode

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, page
from quadrangle.http.templates import POLICY, rendered
from quadrangle.kernel.errors import Failure, Forbidden, Unauthenticated
from quadrangle.wire.canvas.errors import reply_for
from quadrangle.wire.canvas.family import CanvasFamily

_SITE: Final = "Quadrangle"
_SECRET: Final = frozenset({"verifier", "access_token"})  # never handed on

# What happened, and what to do next.
_WORDS: Final[dict[int, tuple[str, str]]] = {
    401: (
        "Please sign in",
        "This page is not open to everybody. Sign in if it is yours, or ask whoever sent you here for a private link.",
    ),
    403: (
        "This page is not open to you",
        "It was not opened to you, or has been closed again. Ask whoever made it for a private link, or sign in as somebody else.",
    ),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what stood here was deleted. Check it, or ask whoever gave it to you.",
    ),
    413: ("That was too much at once", "Send less of it, in several parts."),
    422: ("This form was out of date", "Go back, load the page again, and send it once more."),
    429: ("Too many tries", "Too many requests came from where you are. Wait a minute, then load this page again."),
    500: (
        "Something went wrong here",
        "It is not your fault. Try again in a moment; if it stays like this, tell the people who run this site.",
    ),
    503: ("Not just now", "Something this site stands on does not answer. Try again in a minute."),
}
_OTHERWISE: Final = ("This could not be understood", "Check the address, or go back and try again.")


class WebFamily:
    """The screens. canvas: who lets people in."""

    name = "web"
    prefix = ""  # what decides is whether somebody would rather have HTML

    def __init__(self, canvas: CanvasFamily) -> None:
        self._canvas = canvas

    def read(self, call: Call, body: bytes) -> None:
        self._canvas.read(call, body)

    async def enter(self, call: Call) -> Reply | None:
        refused = await self._canvas.enter(call)
        if refused is None:
            return None
        return error_page(call, 429 if call.notes.get("refused") else refused.status, status=refused.status)

    async def admit(self, call: Call) -> None:
        await self._canvas.admit(call)

    def failed(self, call: Call, failure: Failure) -> Reply:
        if isinstance(failure, Forbidden) and call.actor is None:
            failure = Unauthenticated()
        reply = reply_for(failure, permission_error_status=403)
        told = error_page(call, reply.status)
        told.headers += [header for header in reply.headers if header[0] == b"retry-after"]
        return told

    def crashed(self, call: Call, report: int) -> Reply:
        return error_page(call, 500, report=report)

    def leave(self, call: Call, reply: Reply) -> Reply:
        return self._canvas.leave(call, reply)


def error_page(call: Call, about: int, *, status: int | None = None, report: int | None = None) -> Reply:
    """about: the status whose words are said; status: that of the answer, where it is another. report: the number of a crash."""
    heading, next_step = _WORDS.get(about, _OTHERWISE)
    html = rendered(
        "error.html",
        site=_SITE,
        heading=heading,
        next_step=next_step,
        report=report,
        sign_in=_sign_in(call) if about in (401, 403) and call.method == "GET" else None,
        signed_in=call.actor is not None,
    )
    reply = page(html, status or about).header("content-security-policy", POLICY).header("x-robots-tag", "noindex")
    # The address that was refused may hold a secret that opens something else, or opened this once.
    reply.header("referrer-policy", "no-referrer").header("x-content-type-options", "nosniff")
    return reply.header("cache-control", "no-store")


def _sign_in(call: Call) -> str:
    """Where to sign in and come back from, without what is secret in the address."""
    kept = [(name, value or "") for name, value in call.query if name not in _SECRET]
    back = call.raw_path + (f"?{urlencode(kept)}" if kept else "")
    force = "&force_login=1" if call.actor is not None else ""
    return f"/login?return_to={quote(back, safe='')}{force}"
