"""How pages for people are entered and refused. Source: web.md W21, conventions.md §1.5.

Whoever may enter is settled as for `/api/v1`, by session and private link (bearer tokens count below `/api/` alone); what differs is how a
refusal looks.
"""

from typing import Any, Final
from urllib.parse import quote, urlencode

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, page
from quadrangle.http.templates import POLICY, rendered
from quadrangle.kernel.errors import Failure, Forbidden, Unauthenticated
from quadrangle.kernel.words import _
from quadrangle.wire.canvas.errors import reply_for
from quadrangle.wire.canvas.family import CanvasFamily

_SITE: Final = "Quadrangle"
_SECRET: Final = frozenset({"verifier", "access_token"})  # never handed on

_MOST_KEPT: Final = 200  # fields of a form that was refused
_LONG: Final = 30  # characters of a text that one would not like to write again


def _words(about: int) -> tuple[str, str]:
    """What happened, and what to do next."""
    return {
        401: (
            _("Please sign in"),
            _(
                "This page is not open to everybody. Sign in if it is yours, or ask whoever sent you here for a private link."
            ),
        ),
        403: (
            _("This page is not open to you"),
            _(
                "It was not opened to you, or has been closed again. Ask whoever made it for a private link, or sign in as somebody else."
            ),
        ),
        404: (
            _("There is nothing here"),
            _("The address may be mistyped, or what stood here was deleted. Check it, or ask whoever gave it to you."),
        ),
        413: (_("That was too much at once"), _("Send less of it, in several parts.")),
        422: (_("This form was out of date"), _("Go back, load the page again, and send it once more.")),
        429: (
            _("Too many tries"),
            _("Too many requests came from where you are. Wait a minute, then load this page again."),
        ),
        500: (
            _("Something went wrong here"),
            _("It is not your fault. Try again in a moment; if it stays like this, tell the people who run this site."),
        ),
        503: (_("Not just now"), _("Something this site stands on does not answer. Try again in a minute.")),
    }.get(about, (_("This could not be understood"), _("Check the address, or go back and try again.")))


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
    heading, next_step = _words(about)
    typed = _typed(call) if about in (401, 403, 404, 422) else []
    kept = typed if about in (401, 422) else []  # what can be sent again; the rest can be copied
    if kept:
        heading = _("Nothing is lost")
        next_step = _(
            "You were signed out meanwhile, so what you sent was not saved. Sign in again, then send it from here."
        )
    html = rendered(
        "error.html",
        site=_SITE,
        heading=heading,
        next_step=next_step,
        report=report,
        sign_in=_sign_in(call) if about in (401, 403) and call.method == "GET" else None,
        signed_in=call.actor is not None,
        kept=kept,
        long=[value for _name, value in typed if len(value) > _LONG],
        action=call.raw_path,
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


def _typed(call: Call) -> list[tuple[str, str]]:
    """What a form held that came when its session had ended, by the names of its fields. None of it, where it cannot be sent again like this:
    files are gone, and no secret is shown."""
    if call.sent_method != "POST" or call.raw_path.startswith("/login"):
        return []
    found: list[tuple[str, str]] = []
    if not _gather(call.tree, "", found) or len(found) > _MOST_KEPT:
        return []
    return [(name, value) for name, value in found if name not in call.path and name != "authenticity_token"]


def _gather(value: Any, name: str, found: list[tuple[str, str]]) -> bool:
    """Adds what is below `name`; False where there is something that must not or cannot be shown."""
    if isinstance(value, dict):
        return all(_gather(inner, f"{name}[{key}]" if name else key, found) for key, inner in value.items())
    if isinstance(value, list):
        return all(_gather(inner, f"{name}[]", found) for inner in value)
    if not isinstance(value, str) or "password" in name or "secret" in name:
        return value is None
    found.append((name, value))
    return True
