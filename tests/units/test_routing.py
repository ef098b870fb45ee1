"""Routes on the undecoded path. Source: conventions.md §4.2 and §9."""

import pytest

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Router, Routes
from quadrangle.kernel.errors import Malformed

routes = Routes("canvas", "Test")


@routes.get("/api/v1/users/self")
@routes.get("/api/v1/users/:id")
@routes.put("/api/v1/users/:id")
@routes.get("/api/v1/users/:id/things/:thing")
@routes.get("/api/v1/folders/*path")
@routes.get("/api/openapi.json")
@routes.get("/")
async def handler(call: Call) -> Reply:
    return Reply(200)


router = Router()
for route in routes:
    router.add(route)


@pytest.mark.parametrize(
    ("path", "template", "taken"),
    [
        ("/api/v1/users/self", "/api/v1/users/self", {}),
        ("/api/v1/users/self.json", "/api/v1/users/self", {}),
        ("/api/v1/users/self/", "/api/v1/users/self", {}),
        ("/api/v1/users/7", "/api/v1/users/:id", {"id": "7"}),
        ("/api/v1/users/foo.json", "/api/v1/users/:id", {"id": "foo"}),
        ("/api/v1/users/foo.bar", "/api/v1/users/:id", {"id": "foo.bar"}),
        ("/api/v1/users/foo.json.json", "/api/v1/users/:id", {"id": "foo.json"}),
        ("/api/v1/users/foo.json/", "/api/v1/users/:id", {"id": "foo"}),
        ("/api/v1/users/a%2Fb%3Fc%2Ed%C3%A9", "/api/v1/users/:id", {"id": "a/b?c.dé"}),
        ("/api/v1/users/sis_user_id%3Aab-1", "/api/v1/users/:id", {"id": "sis_user_id:ab-1"}),
        ("/api/v1/users/self.json/things/x", "/api/v1/users/:id/things/:thing", {"id": "self.json", "thing": "x"}),
        ("/api/v1/users/self/things/x", "/api/v1/users/:id/things/:thing", {"id": "self", "thing": "x"}),
        ("/api/v1/users/%20", "/api/v1/users/:id", {"id": " "}),
        ("/api/v1/users/100%", "/api/v1/users/:id", {"id": "100%"}),
        ("/api/v1/users/%zz", "/api/v1/users/:id", {"id": "%zz"}),
        ("/api/v1/folders/a/b%2Fc", "/api/v1/folders/*path", {"path": "a/b/c"}),
        ("/api/openapi.json", "/api/openapi.json", {}),
        ("/", "/", {}),
    ],
)
def test_it_finds(path: str, template: str, taken: dict[str, str]) -> None:
    match = router.match(path)
    assert match is not None
    found = match.route("GET")
    assert found is not None
    assert found.template == template
    assert match.path("GET") == taken


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/users",
        "/api/v1/users//",
        "/api/v1/users/",
        "/api/v1/users/7//",
        "//api/v1/users/7",
        "/api/v1",
        "/api/v1/users/7/x",
        "*",
        "",
        "//",
    ],
)
def test_it_finds_nothing(path: str) -> None:
    match = router.match(path)
    assert match is None or match.route("GET").template == "/"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/api/v1/users/%FF", "/api/v1/users/%00"])
def test_bytes_that_are_no_text_are_malformed(path: str) -> None:
    match = router.match(path)
    assert match is not None
    with pytest.raises(Malformed):
        match.path("GET")


def test_the_same_route_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="two routes"):
        router.add(routes.routes[0])
