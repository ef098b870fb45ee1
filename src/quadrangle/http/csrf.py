"""Cookies and the token that proves that a form came from our own page. Source: conventions.md §1.5."""

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.digest import same

CSRF_COOKIE: Final = "_csrf_token"
_FOREIGN: Final = ("cross-site", "same-site")


def sent_token(call: Call) -> str | None:
    """The token a request carries: the header `X-CSRF-Token`, else the parameter `authenticity_token`."""
    sent: Any = call.header("x-csrf-token") or call.tree.get("authenticity_token")
    return sent if isinstance(sent, str) and sent else None


def proves(sent: str | None, expected: str) -> bool:
    return sent is not None and same(sent, expected)


def cookie_token(call: Call) -> str | None:
    """The token of the cookie, URL-decoded."""
    value = call.cookie(CSRF_COOKIE)
    return unquote(value) if value else None


def comes_from_elsewhere(call: Call) -> bool:
    """Whether the browser says that another site's page sent this. A request that says nothing comes from no browser of today."""
    if (call.header("sec-fetch-site") or "") in _FOREIGN:
        return True
    origin = call.header("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != urlsplit(call.base_url).netloc.lower()


def set_cookie(
    reply: Reply, call: Call, name: str, value: str, *, seconds: int | None = None, readable: bool = False
) -> Reply:
    """seconds: how long the browser keeps it; None ends with the browser, 0 takes it away. readable: by the page's scripts."""
    parts = [f"{name}={value}", "Path=/", "SameSite=Lax"]
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    if not readable:
        parts.append("HttpOnly")
    if call.secure:
        parts.append("Secure")
    return reply.header("set-cookie", "; ".join(parts))
