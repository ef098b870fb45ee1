"""The API described: `/api/openapi.json` for programs, `/api/docs` for people (W20). docs/decisions/0007-swagger-ui-vendored.md."""

import hashlib
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.openapi import describe
from quadrangle.http.reply import Reply, page
from quadrangle.http.routing import Routes
from quadrangle.http.static import STATIC

if TYPE_CHECKING:
    from quadrangle.http.endpoint import Application

routes = Routes("system", "Web")

# Scripts and styles come from files only; a browser test holds that Swagger UI needs no more.
POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quadrangle API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
<link rel="stylesheet" href="{own_style}">
<script src="{bundle}" defer></script>
<script src="{own}" defer></script>
</head>
<body>
<main id="reference"><p>The reference needs JavaScript; the same facts as JSON: <a href="/api/openapi.json">openapi.json</a>.</p></main>
</body>
</html>
"""

# One description an application: its routes never change.
_described: Final[WeakKeyDictionary["Application", tuple[bytes, str]]] = WeakKeyDictionary()


def _description(app: "Application") -> tuple[bytes, str]:
    known = _described.get(app)
    if known is None:
        encoded = msgspec.json.encode(describe(app.router.routes))
        known = _described[app] = (encoded, f'"{hashlib.sha256(encoded).hexdigest()[:16]}"')
    return known


@routes.get("/api/openapi.json", public=True, work="none")
async def openapi(call: Call) -> Reply:
    """The OpenAPI 3.1 description of every operation."""
    encoded, tag = _description(call.app)
    if tag in (call.header("if-none-match") or ""):
        reply = Reply(304, b"")
    else:
        reply = Reply(200, encoded)
    return (
        reply.header("etag", tag)
        .header("cache-control", "public, max-age=300")
        .header("access-control-allow-origin", "*")
    )


@routes.get("/api/docs", public=True, work="none")
async def reference(call: Call) -> Reply:
    """The reference as a page."""
    html = _PAGE.format(
        style=STATIC.url("vendor/swagger-ui/swagger-ui.css"),
        own_style=STATIC.url("reference/reference.css"),
        bundle=STATIC.url("vendor/swagger-ui/swagger-ui-bundle.js"),
        own=STATIC.url("reference/reference.js"),
    )
    return (
        page(html)
        .header("content-security-policy", POLICY)
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "same-origin")
        .header("cache-control", "no-cache")
    )
