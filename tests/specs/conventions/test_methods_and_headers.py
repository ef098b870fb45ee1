"""Verbs, formats and the headers of every answer. Source: conventions.md §6, §9."""

import re
import uuid

import pytest

from tests.world import World

NOT_THERE = {"errors": [{"message": "The specified resource does not exist."}]}


class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("path", "status"), [("/users/self/groups", 200), ("/groups/999999", 404), ("/nothing", 404)]
    )
    def test_it_has_the_standard_headers(self, world: World, path: str, status: int) -> None:
        reply = world.ben.get(path)
        assert reply.status_code == status
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert uuid.UUID(reply.headers["x-request-context-id"])
        assert re.fullmatch(r"(\w+=[^;]*;)+", reply.headers["x-canvas-meta"])
        assert reply.headers["cache-control"] == "max-age=0, private, must-revalidate"
        assert reply.headers["status"].startswith(f"{status} ")
        assert float(reply.headers["x-runtime"]) >= 0
        assert int(reply.headers["content-length"]) == len(reply.content)
        assert "access-control-allow-origin" not in reply.headers

    def test_each_has_an_id_of_its_own(self, world: World) -> None:
        ids = {world.ben.get("/users/self/groups").headers["x-request-context-id"] for _ in range(3)}
        assert len(ids) == 3

    def test_a_refusal_is_not_to_be_kept(self, world: World) -> None:
        assert "no-store" in world.eve.get(world.group).headers["cache-control"]

    @pytest.mark.parametrize("accept", ["text/html", "application/xml", "", "nonsense", "image/*;q=0"])
    def test_it_is_json_whatever_was_wanted(self, world: World, accept: str) -> None:
        reply = world.ben.request("GET", world.group, headers={"accept": accept})
        assert reply.json()["name"] == "Owls"

    def test_the_root_of_the_site_says_what_it_is(self, world: World) -> None:
        assert "x-canvas-meta" in world.anyone.request("GET", "/healthz").headers
        assert "x-canvas-meta" in world.anyone.http.get("/").headers

    @pytest.mark.parametrize(
        "agent",
        ["python-canvasapi/3.6.0", "python-httpx/0.28", "undici", "node-fetch", "singer-sdk/0.1", "Mozilla/5.0", ""],
    )
    def test_it_does_not_mind_who_asks(self, world: World, agent: str) -> None:
        assert world.ben.request("GET", world.group, headers={"user-agent": agent}).status_code == 200


class TestWhatACallerHasAlready:
    """The ETag of conventions.md §6.1."""

    def test_it_is_not_sent_again(self, world: World) -> None:
        path = world.course + "/groups"
        first = world.ada.get(path)
        assert re.fullmatch(r'W/"[0-9a-f]{32}"', first.headers["etag"])
        again = world.ada.request("GET", path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["link"] == first.headers["link"]
        assert again.headers["x-request-context-id"] != first.headers["x-request-context-id"]

    def test_it_is_sent_when_it_changed(self, world: World) -> None:
        old = world.ada.get(world.group).headers["etag"]
        world.ada.put(world.group, {"name": "Larks"})
        again = world.ada.request("GET", world.group, headers={"if-none-match": old})
        assert (again.status_code, again.json()["name"]) == (200, "Larks")
        assert again.headers["etag"] != old

    def test_it_is_another_with_string_ids(self, world: World) -> None:
        plain = world.ada.get(world.group).headers["etag"]
        headers = {"accept": "application/json+canvas-string-ids", "if-none-match": plain}
        assert world.ada.request("GET", world.group, headers=headers).status_code == 200

    def test_head_knows_it_too(self, world: World) -> None:
        tag = world.ada.get(world.group).headers["etag"]
        assert world.ada.request("HEAD", world.group).headers["etag"] == tag
        assert world.ada.request("HEAD", world.group, headers={"if-none-match": tag}).status_code == 304

    def test_refusals_and_changes_have_none(self, world: World) -> None:
        assert "etag" not in world.eve.get(world.group).headers
        assert "etag" not in world.ada.get("/groups/999999").headers
        assert "etag" not in world.ada.put(world.group, {"name": "Larks"}).headers


class TestHead:
    def test_it_is_get_without_the_body(self, world: World) -> None:
        got = world.ada.get(world.course + "/groups")
        head = world.ada.request("HEAD", world.course + "/groups")
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["link"] == got.headers["link"]
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers["content-type"] == got.headers["content-type"]

    def test_it_refuses_as_get_does(self, world: World) -> None:
        assert world.eve.request("HEAD", world.group).status_code == 403
        assert world.anyone.request("HEAD", world.group).status_code == 401
        assert world.ada.request("HEAD", "/groups/999999").status_code == 404


class TestTheVerb:
    @pytest.mark.parametrize("how", ["form", "json", "query", "header"])
    def test_a_post_may_stand_for_put(self, world: World, how: str) -> None:
        match how:
            case "form":
                reply = world.ada.post(world.group, {"_method": "put", "name": "New"})
            case "json":
                reply = world.ada.request("POST", world.group, json={"_method": "PUT", "name": "New"})
            case "query":
                reply = world.ada.post(world.group + "?_method=PUT", {"name": "New"})
            case _:
                reply = world.ada.post(world.group, {"name": "New"}, headers={"x-http-method-override": "PUT"})
        assert reply.status_code == 200
        assert world.ada.get(world.group).json()["name"] == "New"

    def test_a_post_may_stand_for_delete(self, world: World) -> None:
        assert world.ada.post(world.group, {"_method": "delete"}).status_code == 200
        assert world.ada.get(world.group).status_code == 404

    def test_nothing_else_may(self, world: World) -> None:
        assert world.ada.get(world.group, _method="delete").status_code == 200
        assert world.ada.post(world.group, {"_method": "get"}).status_code == 404
        assert world.ada.post(world.group, {"_method[]": "put"}).status_code == 404
        assert world.ada.get(world.group).status_code == 200

    @pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    def test_the_wrong_one_is_not_found(self, world: World, method: str) -> None:
        reply = world.ada.request(method, world.group)
        assert (reply.status_code, reply.json()) == (404, NOT_THERE)

    def test_options_answers_no_cors(self, world: World) -> None:
        headers = {"origin": "https://elsewhere.example.com", "access-control-request-method": "PUT"}
        reply = world.anyone.request("OPTIONS", world.group, headers=headers)
        assert reply.status_code == 404
        assert not [name for name in reply.headers if name.startswith("access-control")]


class TestAPath:
    @pytest.mark.parametrize(
        "path",
        ["/api/v1/nothing", "/api/v1", "/api/v1/", "/api/v2/courses", "/api/graphql", "/api/v1/groups/1/2/3/4"],
    )
    def test_an_unknown_one_is_not_found_in_json(self, world: World, path: str) -> None:
        for client in (world.ada, world.anyone):
            for method in ("GET", "POST", "PUT", "DELETE"):
                reply = client.request(method, path)
                assert (reply.status_code, reply.json()) == (404, NOT_THERE)

    @pytest.mark.parametrize("suffix", ["", "/", ".json", ".json/"])
    def test_a_slash_and_json_at_its_end_are_ignored(self, world: World, suffix: str) -> None:
        reply = world.ben.get(world.group + suffix)
        assert reply.status_code == 200
        assert reply.json()["id"] == world.ids["owls"]
        assert world.ben.get(f"/users/self/groups{suffix}").status_code == 200
        assert world.ada.put(world.group + suffix, {"name": "N"}).status_code == 200

    @pytest.mark.parametrize("suffix", ["//", ".xml", ".js", ".JSON", ".json.x"])
    def test_nothing_else_is(self, world: World, suffix: str) -> None:
        assert world.ben.get(world.group + suffix).status_code == 404

    def test_dots_elsewhere_belong_to_the_id(self, world: World) -> None:
        assert world.ada.get("/courses/foo.bar").status_code == 404
        assert world.ada.get("/groups/sis_group_id:a.b").status_code == 404


class TestErrorBodies:
    """The shapes of §10, each from a real endpoint."""

    def test_a_list(self, world: World) -> None:
        assert world.ada.get("/groups/999999").json() == NOT_THERE

    def test_by_attribute(self, world: World) -> None:
        reply = world.ada.put(world.group, {"name": ""})
        assert reply.status_code == 400
        assert reply.json() == {"errors": {"name": [{"attribute": "name", "type": "blank", "message": "blank"}]}}

    def test_a_flat_message(self, world: World) -> None:
        reply = world.ada.post(f"/group_categories/{world.ids['birds']}/import")
        assert (reply.status_code, reply.json()) == (400, {"message": "attachment is missing"})

    def test_a_short_search(self, world: World) -> None:
        reply = world.ada.get(world.group + "/users", search_term="x")
        assert reply.json()["errors"][0]["message"] == "2 or more characters is required"

    def test_refusals_may_be_401(self, world: World) -> None:
        world.use(permission_error_status=401)
        reply = world.eve.get(world.group)
        assert reply.status_code == 401
        assert reply.json()["status"] == "unauthorized"
        assert "www-authenticate" not in reply.headers
