"""Versions, bearer tokens, order of checks, errors, credits. Source: brightspace-eportfolio.md §1, §2.3, §3, §4."""

from typing import Any

import pytest

from quadrangle.kernel import errors
from quadrangle.tokens import issue_token
from quadrangle.wire.brightspace.errors import (
    BadToken,
    ClockSkewed,
    KeyExpired,
    ScopeMissing,
    SignatureRefused,
    VersionNotServed,
    reply_for,
)
from tests.specs.brightspace.signing import DIGEST, call, make_app, make_key
from tests.world import World

WHOAMI = "/d2l/api/lp/1.0/users/whoami"
NOT_AUTHORIZED = b'{"Errors":[{"Message":"Not Authorized"}]}'
TABLE: list[tuple[errors.Failure, int, bytes | None]] = [
    (errors.NotFound(), 404, None),
    (VersionNotServed(), 404, None),
    (errors.WrongMethod(["GET"]), 405, None),
    (errors.Unauthenticated(), 401, None),
    (BadToken(), 401, None),
    (errors.Forbidden(), 403, NOT_AUTHORIZED),
    (ScopeMissing(), 403, NOT_AUTHORIZED),
    (SignatureRefused(), 403, b"Invalid token"),
    (KeyExpired(), 403, b"Token expired"),
    (ClockSkewed(1700000000), 403, b"Timestamp out of range\r\n1700000000"),
    (errors.Invalid.field("Name", "blank"), 400, None),
    (errors.Malformed("Bad"), 400, None),
    (errors.TooLarge("Big"), 413, None),
    (errors.Conflict("Changed"), 409, None),
    (errors.LimitReached("Many"), 429, None),
    (errors.Unavailable(), 503, None),
]


@pytest.mark.parametrize(("failure", "status", "body"), TABLE, ids=lambda one: type(one).__name__)
def test_every_kind_of_failure_has_one_answer(failure: errors.Failure, status: int, body: bytes | None) -> None:
    reply = reply_for(failure, "/d2l/api/x")
    assert reply.status == status
    if body is not None:
        assert reply.encoded() == body
    else:
        import msgspec

        assert reply.content_type == b"application/problem+json"
        told = msgspec.json.decode(reply.encoded())
        assert set(told) == {"type", "status", "title", "detail", "instance"}
        assert (told["status"], told["instance"]) == (status, "/d2l/api/x")


class TestVersions:
    def test_all(self, world: World) -> None:
        reply = world.anyone.get("/d2l/api/versions/")
        assert [one["ProductCode"] for one in reply.json()] == ["ep", "lp"]
        assert reply.json()[0] == {"ProductCode": "ep", "LatestVersion": "2.5", "SupportedVersions": ["2.5"]}
        lp = reply.json()[1]
        assert (lp["LatestVersion"], lp["SupportedVersions"][:3], len(lp["SupportedVersions"])) == (
            "1.50", ["1.0", "1.1", "1.2"], 51,
        )  # fmt: skip

    def test_of_one_product(self, world: World) -> None:
        assert world.anyone.get("/d2l/api/eP/versions/").json()["SupportedVersions"] == ["2.5"]
        assert world.anyone.get("/d2l/api/le/versions/").status_code == 404

    def test_one(self, world: World) -> None:
        get = world.anyone.get
        assert get("/d2l/api/ep/versions/2.5").json() == {"Supported": True, "LatestVersion": "2.5"}
        assert get("/d2l/api/ep/versions/2.50").json() == {"Supported": False, "LatestVersion": "2.5"}
        assert get("/d2l/api/le/versions/1.0").status_code == 404

    def test_check(self, world: World) -> None:
        asked = [{"ProductCode": "lp", "Version": "1.47", "More": 1}, {"ProductCode": "le", "Version": "1.79"}]
        reply = world.anyone.request("POST", "/d2l/api/versions/check", json=asked)
        assert reply.json() == {
            "Supported": False,
            "Versions": [
                {"ProductCode": "lp", "Version": "1.47", "LatestVersion": "1.50", "Supported": True},
                {"ProductCode": "le", "Version": "1.79", "LatestVersion": "", "Supported": False},
            ],
        }
        assert world.anyone.request("POST", "/d2l/api/versions/check", json=asked[:1]).json()["Supported"] is True
        assert world.anyone.request("POST", "/d2l/api/versions/check", content=b"[]").status_code == 200

    @pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[{}]", b"nonsense", b"[" * 5000, b'[{"ProductCode":1}]'])
    def test_check_of_something_else(self, world: World, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        reply = world.anyone.request("POST", "/d2l/api/versions/check", content=body, headers=headers)
        assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")

    @pytest.mark.parametrize("version", ["0.9", "1.51", "2.5", "unstable", "1", "1.0.0", "abc", "1.00", "%201.0"])
    def test_another_one_in_the_path_is_not_found_whoever_asks(self, world: World, version: str) -> None:
        reply = world.anyone.get(f"/d2l/api/lp/{version}/users/whoami")
        assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
        assert "1.50" in reply.json()["detail"]


class TestRoutes:
    def test_an_unknown_one(self, world: World) -> None:
        reply = world.ben.get("/d2l/api/lp/1.0/nonsense")
        assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")

    def test_another_verb(self, world: World) -> None:
        reply = world.anyone.request("DELETE", WHOAMI)
        assert (reply.status_code, reply.headers["allow"]) == (405, "GET")

    def test_a_verb_cannot_be_overridden(self, world: World) -> None:
        reply = world.ben.request("POST", WHOAMI, headers={"x-http-method-override": "PUT"})
        assert reply.status_code == 405

    def test_head(self, world: World) -> None:
        app = make_app(world)
        reply = call(world, app, make_key(world, app, "ben"), WHOAMI, method="HEAD")
        assert (reply.status_code, reply.content) == (200, b"")


class TestBearer:
    def test_it_opens(self, world: World) -> None:
        assert world.ben.get(WHOAMI).json()["Identifier"] == str(world.ids["ben"])
        headers = {"authorization": f"bearer {world.tokens['ben']}"}
        assert world.anyone.request("GET", WHOAMI, headers=headers).status_code == 200

    def test_none_at_all(self, world: World) -> None:
        reply = world.anyone.get(WHOAMI)
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")

    @pytest.mark.parametrize("text", ["Bearer wrong", "bearer", "Bearer a b"])
    def test_a_wrong_one(self, world: World, text: str) -> None:
        for path in (WHOAMI, "/d2l/api/versions/"):
            reply = world.anyone.request("GET", path, headers={"authorization": text})
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    @pytest.mark.parametrize(
        ("scopes", "status"),
        [([], 200), (["core:*:*"], 200), (["ep:*:*", "url:GET|/x"], 200), (["url:GET|/api/v1/courses"], 403)],
    )
    def test_scopes(self, world: World, scopes: list[str], status: int) -> None:
        async def make(uow: Any) -> Any:
            return await issue_token(uow, DIGEST, user_id=world.ids["ben"], purpose="x", scopes=scopes)

        reply = world.with_token(world.do(make)[1]).get(WHOAMI)
        assert reply.status_code == status
        if status == 403:
            assert reply.content == NOT_AUTHORIZED
            assert reply.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="core:*:*"'

    def test_the_header_alone_decides(self, world: World) -> None:
        assert world.ben.get(WHOAMI, x_a="1", x_c="2", x_t="3").status_code == 200


class TestCredits:
    def test_they_are_counted_by_application_and_refilled(self, world: World) -> None:
        world.use(brightspace_credits=25)
        app = make_app(world)
        ben, cleo = make_key(world, app, "ben"), make_key(world, app, "cleo")
        first, second, third = (call(world, app, who, WHOAMI) for who in (ben, cleo, ben))
        told = ("x-rate-limit-remaining", "x-rate-limit-reset", "x-request-cost")
        assert [first.headers[name] for name in told] == ["15", "60", "10"]
        assert second.headers["x-rate-limit-remaining"] == "5"
        assert (third.status_code, third.headers["retry-after"]) == (429, "60")
        assert not any(name in third.headers for name in told)
        assert world.ben.get(WHOAMI).status_code == 200
        world.clock.advance(seconds=60)
        assert call(world, app, ben, WHOAMI).status_code == 200

    @pytest.mark.parametrize("off", [True, False])
    def test_they_can_be_off(self, world: World, off: bool) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        if off:
            world.use(brightspace_credits=0)
        else:
            world.use(brightspace_credits=5, brightspace_unlimited=(app[0],))
        reply = call(world, app, key, WHOAMI)
        assert reply.status_code == 200
        assert "x-request-cost" not in reply.headers


class TestTheDescription:
    def test_everything_in_it_is_named_as_on_the_wire(self, world: World) -> None:
        described = world.anyone.get("/api/openapi.json").json()
        schemas, waiting, named = described["components"]["schemas"], [], set()
        for path, verbs in described["paths"].items():
            if path.startswith("/d2l/api/"):
                for verb in verbs.values():
                    body = verb.get("requestBody", {}).get("content", {}).get("application/json", {})
                    answer = verb["responses"]["200"].get("content", {}).get("application/json", {})
                    waiting += [body, answer]
        seen: set[str] = set()
        while waiting:
            one = waiting.pop()
            if isinstance(one, list):
                waiting += one
            elif isinstance(one, dict):
                named |= set(one.get("properties", {}))
                waiting += one.values()
                name = str(one.get("$ref", "")).rpartition("/")[2]
                if name and name not in seen:
                    seen.add(name)
                    waiting.append(schemas[name])
        assert {"ObjectId", "PagingInfo", "SupportedVersions", "LISRoles", "Identifier"} <= named
        assert [name for name in named if not name[0].isupper() or "_" in name] == []
