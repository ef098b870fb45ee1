"""The published description of the API. Source: ARCHITECTURE §4, issue "Foundation" point 7."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import quadrangle
from tests.world import World

STATIC = Path(quadrangle.__file__).parent / "web" / "static"
SECRETS = ("password", "client_secret")


@pytest.fixture
def document(world: World) -> Any:
    reply = world.anyone.get("/api/openapi.json")
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    return reply.json()


@pytest.mark.parametrize("engine", ["sqlite"])
class TestTheDescription:
    def test_it_is_valid_openapi(self, document: Any) -> None:
        assert document["openapi"].startswith("3.1")
        assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []

    def test_it_has_every_route_of_the_server(self, world: World, document: Any) -> None:
        served = {
            (route.method.lower(), re.sub(r"[:*](\w+)", r"{\1}", route.template))
            for route in world.app.router.routes
            if route.family != "web"  # what is for people alone
        }
        described = {(method, path) for path, operations in document["paths"].items() for method in operations}
        assert described == served

    def test_every_operation_has_an_id_of_its_own_and_a_sentence(self, document: Any) -> None:
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        ids = [operation["operationId"] for operation in operations]
        assert len(set(ids)) == len(ids)
        assert [operation["operationId"] for operation in operations if not operation["summary"].endswith(".")] == []

    def test_a_caller_who_has_it_is_not_sent_it_again(self, world: World) -> None:
        tag = world.anyone.get("/api/openapi.json").headers["etag"]
        again = world.anyone.http.get("/api/openapi.json", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("engine", ["sqlite"])
class TestTheReference:
    def test_its_policy_allows_nothing_from_elsewhere_and_no_script_inside(self, world: World) -> None:
        page = world.anyone.http.get("/api/docs")
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|https?://", page.text)

    def test_its_files_may_be_kept_forever(self, world: World) -> None:
        page = world.anyone.http.get("/api/docs").text
        addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(addresses) == 4
        for address in addresses:
            reply = world.anyone.http.get(address)
            assert reply.status_code == 200
            assert "immutable" in reply.headers["cache-control"]
            assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("engine", ["sqlite"])
class TestStaticFiles:
    def test_one_that_changed_is_not_kept(self, world: World) -> None:
        reply = world.anyone.http.get("/static/reference/reference.js?v=an-old-digest")
        assert reply.headers["cache-control"] == "public, max-age=300"

    def test_one_the_caller_has_is_not_sent_again(self, world: World) -> None:
        tag = world.anyone.http.get("/static/reference/reference.js").headers["etag"]
        again = world.anyone.http.get("/static/reference/reference.js", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")

    def test_large_ones_travel_compressed(self, world: World) -> None:
        reply = world.anyone.http.get("/static/vendor/swagger-ui/swagger-ui-bundle.js")
        assert reply.headers["content-encoding"] == "gzip"
        assert int(reply.headers["content-length"]) < len(reply.content) / 2

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "nothing.js",
            "../app.py",
            "..%2Fapp.py",
            "%2e%2e/app.py",
            "/etc/passwd",
            "vendor",
            "vendor/LOCK",
            "a%00.js",
        ],
    )
    def test_nothing_else_can_be_reached(self, world: World, path: str) -> None:
        assert world.anyone.http.get("/static/" + path).status_code in (400, 404)


class TestVendoredFiles:
    def test_they_are_what_the_lock_says_and_nothing_else_is_there(self) -> None:
        vendor = STATIC / "vendor"
        locked = {}
        for line in (vendor / "LOCK").read_text().splitlines():
            if line and not line.startswith("#"):
                digest, name = line.split("  ", 1)
                locked[name] = digest
        there = {
            path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in vendor.rglob("*")
            if path.is_file() and path.name != "LOCK"
        }
        assert there == locked
