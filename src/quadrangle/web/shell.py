"""What is around every screen: the campus, the person, where one may go; and how a template becomes an answer. Source: web.md.

A screen ends in `await show(call, "name.html", …)`, whose template extends app.html; it costs one statement. docs/guides/web.md tells the rest.
"""

from typing import Any, Final
from urllib.parse import quote

import msgspec

from quadrangle.accounts import Letterhead, letterhead
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, page
from quadrangle.http.templates import rendered
from quadrangle.kernel.words import _
from quadrangle.web import accent, flash
from quadrangle.web.flash import Flash
from quadrangle.web.forms import unclaimed
from quadrangle.web.moments import Moments

_BASE: Final = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
# Scripts and styles come from files of this server only, and so does everything else.
POLICY: Final = _BASE + "img-src 'self' data:"
# Where something stands that a person wrote: its pictures, films and frames may come from elsewhere, and its styles are those that the
# sanitiser let pass. Its scripts never run: they were taken out when it was stored, and none but our files may run here.
READING: Final = (
    _BASE
    + "style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: http: https:; media-src 'self' http: https:; "
    "frame-src 'self' https:"
)
# Where it is written: the editor places its own boxes by style attributes, and shows pictures before they are uploaded.
EDITING: Final = (
    _BASE + "style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob: http: https:; "
    "media-src 'self' blob: http: https:; frame-src 'self' https:"
)


class Place(msgspec.Struct, frozen=True):
    """One entry of the main navigation."""

    key: str
    path: str
    label: str
    icon: str


class Shell(msgspec.Struct, frozen=True):
    """What app.html shows around a screen. person, name: short and whole, None where nobody is signed in; avatar: a picture on this server.
    here: the entry of the navigation that one is below; at: the path. accent: a style sheet. csrf: for the forms of the screen.
    trouble: why a button did nothing."""

    site: str
    person: str | None
    name: str | None
    avatar: str | None
    places: tuple[Place, ...]
    here: str | None
    at: str
    csrf: str
    sign_in: str
    accent: str | None
    flash: Flash | None
    trouble: list[str]


async def shell_of(call: Call, here: str | None = None) -> Shell:
    """One statement."""
    actor = call.actor
    head = await letterhead(call.uow, None if actor is None else actor.user_id)
    return Shell(
        site=head.campus,
        person=head.short_name,
        name=head.name,
        avatar=_own_picture(call, head),
        places=() if actor is None else _places(head),
        here=here,
        at=call.raw_path,
        csrf=csrf_of(call),
        sign_in="/login" if call.raw_path == "/" else f"/login?return_to={quote(call.raw_path, safe='')}",
        accent=accent.address(head.accent),
        flash=flash.said(call),
        trouble=unclaimed(call),
    )


def csrf_of(call: Call) -> str:
    """What proves that a form of a screen is ours; a piece of a screen needs it as well."""
    session = None if call.actor is None else call.actor.session
    return "" if session is None else session.csrf_token


def _own_picture(call: Call, head: Letterhead) -> str | None:
    """A picture from elsewhere would tell that server who reads what here: then the initials stand."""
    url = (head.avatar_url or "").removeprefix(call.base_url)
    return url if url.startswith("/") and not url.startswith("//") else None


def _places(head: Letterhead) -> tuple[Place, ...]:
    places = (
        Place("home", "/", _("Home"), "home"),
        Place("courses", "/courses", _("Courses"), "course"),
        Place("portfolios", "/dashboard/eportfolios", _("Portfolios"), "portfolio"),
        Place("calendar", "/calendar", _("Calendar"), "calendar"),
    )
    return (*places, Place("accounts", "/accounts", _("Administration"), "admin")) if head.administers else places


async def show(
    call: Call,
    template: str,
    *,
    here: str | None = None,
    shell: Shell | None = None,
    policy: str = POLICY,
    status: int = 200,
    **values: Any,
) -> Reply:
    """The screen of a template that extends app.html. here: the entry of the navigation it belongs to. values: what the template names,
    beside `shell` and `say`."""
    shell = shell or await shell_of(call, here)
    html = rendered(template, shell=shell, say=Moments(call.zone, call.now), **values)
    return flash.forget(call, guarded(page(html, status), policy))


def part(template: str, **values: Any) -> Reply:
    """A piece of a screen, which htmx asks for."""
    return guarded(page(rendered(template, **values)), POLICY)


def guarded(reply: Reply, policy: str) -> Reply:
    """What every page for people carries. Nobody keeps it: what it shows is somebody's own."""
    reply.header("content-security-policy", policy).header("x-content-type-options", "nosniff")
    return reply.header("referrer-policy", "same-origin").header("cache-control", "private, no-store")
