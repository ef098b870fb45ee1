"""A page for people, or JSON (RFC 9110 §12.5.1; eportfolios.md §4)."""

import pytest

from quadrangle.http.call import Call
from quadrangle.http.negotiate import prefers_html
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Router, Routes, with_screens

FIREFOX = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (FIREFOX, True),
        (b"text/html", True),
        (b"TEXT/HTML ; q=0.2", True),
        (b"text/*", True),
        (b"text/html, application/json;q=0.9", True),
        (b"application/json;q=0.5, text/html;q=0.6", True),
        (b"application/*;q=0.5, */*", True),
        (None, False),
        (b"", False),
        (b"*/*", False),
        (b"application/json", False),
        (b"application/json, text/html", False),
        (b"text/html;q=0.5, application/json", False),
        (b"text/html;q=0", False),
        (b"text/html;q=1.2.3", False),
        (b"application/json, text/javascript, */*; q=0.01", False),
        (b"application/json+canvas-string-ids", False),
        (b"image/avif,image/webp,*/*;q=0.8", False),
        (b"\xff\xfe,,;;q=", False),
    ],
)
def test_what_is_wanted_more(accept: bytes | None, html: bool) -> None:
    assert prefers_html(accept) is html


routes, screens = Routes("canvas", "Test"), Routes("web", "Test")


@routes.get("/things/:id")
@routes.put("/things/:id")
@routes.get("/others/:id")
@screens.get("/things/:id")
@screens.get("/alone")
async def handler(call: Call) -> Reply:
    return Reply(200)


def test_a_screen_stands_beside_the_route_of_its_path() -> None:
    router = Router()
    for route in with_screens(routes, screens):
        router.add(route)

    def family(path: str, method: str = "GET", *, screen: bool = False) -> str | None:
        match = router.match(path)
        found = None if match is None else match.route(method, screen=screen)
        return None if found is None else found.family

    assert family("/things/7") == "canvas"
    assert family("/things/7", screen=True) == "web"
    assert family("/things/7", "PUT", screen=True) == "canvas"
    assert family("/others/7", screen=True) == "canvas"
    assert family("/alone") == "web"
    assert family("/alone", "POST", screen=True) is None
    assert {path: match.screens for path in ("/things/7", "/others/7") if (match := router.match(path))} == {
        "/things/7": "web",
        "/others/7": None,
    }
