"""Input nobody should send gets a clear answer in the documented shape, and changes nothing. Source: conventions.md §5, §10."""

import json
import socket
from typing import Any

import httpx
import pytest

from tests.world import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data; boundary=b"


def send(world: World, body: bytes, kind: str, query: bytes = b"") -> httpx.Response:
    url = f"{world.url}/api/v1{world.group}".encode() + query
    return world.ada.http.request("PUT", httpx.URL(url.decode("latin-1")), content=body, headers={"content-type": kind})


def is_shape_1(reply: httpx.Response) -> bool:
    errors = reply.json()["errors"]
    return len(errors) == 1 and bool(errors[0]["message"])


def unchanged(world: World) -> bool:
    group = world.ada.get(world.group).json()
    return (group["name"], group["description"], group["members_count"]) == ("Owls", None, 1)


class TestABodyThatCannotBeRead:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"name=x&a" + b"[b]" * 100 + b"=1", FORM),
            (b"&".join(b"k%d=1" % n for n in range(10_000)), FORM),
            (b"name=x&a=1&a[b]=2", FORM),
            (b"name=x&a[]=1&a[b]=2", FORM),
            (b"name=%FF", FORM),
            (b"name=\xff", FORM),
            (b"na%00me=x", FORM),
            (b"name=a%00b", FORM),
            (b'{"name":"x"', JSON),
            (b'{"name":"x"}}', JSON),
            (b"name=x", JSON),
            (b'{"name":"\xff"}', JSON),
            (b'{"name":"a\\u0000b"}', JSON),
            (b'{"name":"\\ud83d"}', JSON),
            (b'{"a":' * 100 + b"1" + b"}" * 100, JSON),
            (b"[" * 100_000, JSON),
            (b'{"name":"x","a":[' + b"1," * 9_999 + b"1]}", JSON),
            (b'{"name":"x",' + b",".join(b'"k%d":1' % n for n in range(10_000)) + b"}", JSON),
            (b'{"name":"x","n":1e999}', JSON),
            (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx', MULTIPART),
            (b"--b\r\nContent-Disposition: form-da", MULTIPART),
            (b"nothing of the kind", MULTIPART),
            (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data"),
            (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--b--\r\n', MULTIPART),
        ],
    )
    def test_it_is_400_and_nothing_is_done(self, world: World, body: bytes, kind: str) -> None:
        reply = send(world, body, kind)
        assert reply.status_code == 400
        assert is_shape_1(reply)
        assert unchanged(world)

    @pytest.mark.parametrize("query", ["?a=1&a[b]=2", "?a=%FF", "?a=%00", "?a" + "[b]" * 100 + "=1"])
    def test_a_query_that_cannot_be_read_is_400_too(self, world: World, query: str) -> None:
        for method in ("GET", "PUT", "DELETE"):
            reply = world.ada.http.request(method, f"/api/v1{world.group}{query}")
            assert reply.status_code == 400
            assert is_shape_1(reply)
        assert unchanged(world)

    def test_query_and_body_hold_5000_keys_together(self, world: World) -> None:
        """conventions.md §5.2: the keys of one request."""
        query = b"?" + b"&".join(b"q%d=1" % n for n in range(2_500))
        body = b"&".join([b"name=Larks", *(b"b%d=1" % n for n in range(2_499))])
        reply = send(world, body + b"&more=1", FORM, query)
        assert reply.status_code == 400
        assert is_shape_1(reply)
        assert unchanged(world)
        assert send(world, body, FORM, query).json()["name"] == "Larks"

    @pytest.mark.parametrize("path", ["/api/v1/groups/%FF", "/api/v1/groups/%00", "/api/v1/groups/%C3%28"])
    def test_so_is_a_path_that_is_no_text(self, world: World, path: str) -> None:
        reply = world.ada.http.get(path)
        assert reply.status_code == 400
        assert is_shape_1(reply)

    @pytest.mark.parametrize(
        "query", ["?%", "?%zz=%1", "?&&&=&=", "?[]=1", "?[=1", "?]=1", "?a]=1&a[=2&a[b=3", "?=", "?a=%u0041"]
    )
    def test_odd_escapes_are_taken_as_they_are(self, world: World, query: str) -> None:
        assert world.ada.http.get(f"/api/v1{world.group}{query}").status_code == 200


class TestValuesOfTheWrongKind:
    """Every parameter of every route of groups, sent as what it is not: an answer, never a crash."""

    VALUES: tuple[Any, ...] = (
        {},
        [],
        [[]],
        [{}],
        {"a": {"b": []}},
        "",
        None,
        True,
        -1,
        10**25,
        1.5,
        "x" * 70_000,
        "\u202e",
        "%",
        "'",
    )

    @pytest.mark.parametrize(
        ("method", "path", "names"),
        [
            ("PUT", "{group}", "name description is_public join_level max_membership storage_quota_mb sis_group_id members"),
            ("POST", "/groups", "name description is_public join_level max_membership storage_quota_mb sis_group_id"),
            ("POST", "{group}/memberships", "user_id"),
            ("POST", "{group}/invite", "invitees"),
            ("PUT", "{group}/memberships/self", "workflow_state moderator"),
            ("GET", "{group}/users", "search_term include page per_page"),
            ("GET", "{group}/memberships", "filter_states page per_page"),
            ("GET", "/users/self/groups", "context_type include page per_page as_user_id access_token"),
            ("POST", "{course}/group_categories", "name self_signup auto_leader group_limit sis_group_category_id"),
            ("POST", "{course}/group_categories", "create_group_count split_group_count"),
            ("PUT", "{category}", "name self_signup auto_leader group_limit sis_group_category_id"),
            ("POST", "{category}/assign_unassigned_members", "sync"),
            ("POST", "{category}/import", "attachment"),
            ("POST", "/progress/1/cancel", "message"),
        ],
    )  # fmt: skip
    def test_they_get_an_answer(self, world: World, method: str, path: str, names: str) -> None:
        category = f"/group_categories/{world.ids['birds']}"
        path = path.format(group=world.group, course=world.course, category=category)
        for name in names.split():
            for value in self.VALUES:
                body = {"name": "Some name", name: value} if method != "GET" else {name: value}
                reply = world.root.request(method, path, json=body)
                assert reply.status_code < 500, (name, value)
                if reply.status_code >= 400:
                    assert reply.headers["content-type"].startswith("application/json")
                    assert {"errors", "message"} & set(reply.json()), (name, value)


class Raw:
    """A client that speaks its own HTTP."""

    def __init__(self, world: World) -> None:
        host, port = world.url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.token = world.tokens["ada"]

    def head(self, line: str, *headers: str) -> bytes:
        lines = [line, "Host: 127.0.0.1", f"Authorization: Bearer {self.token}", *headers, "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def answer(self) -> tuple[int, bytes]:
        """Status and body of one answer."""
        stream = self.socket.makefile("rb")
        status = int(stream.readline().split()[1])
        length = 0
        while (line := stream.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return status, stream.read(length)


class TestABodyThatIsTooLarge:
    def test_it_is_413_as_soon_as_it_is_declared(self, world: World) -> None:
        raw = Raw(world)
        raw.socket.sendall(
            raw.head(f"PUT /api/v1{world.group} HTTP/1.1", f"Content-Type: {FORM}", "Content-Length: 99999999")
        )
        status, body = raw.answer()
        assert status == 413
        assert json.loads(body)["errors"][0]["message"]

    def test_it_is_413_when_it_grows_too_large(self, world: World) -> None:
        def pieces() -> Any:
            yield b"name=x&description="
            for _ in range(17):
                yield b"v" * 1024 * 1024

        url = f"{world.url}/api/v1{world.group}"
        reply = world.ada.http.request("PUT", url, content=pieces(), headers={"content-type": FORM})
        assert reply.status_code == 413
        assert is_shape_1(reply)
        assert unchanged(world)

    def test_just_below_the_limit_it_is_read(self, world: World) -> None:
        assert send(world, b"ignored=" + b"v" * (16 * 1024 * 1024 - 100), FORM).status_code == 200


class TestAClientThatHangsUp:
    @pytest.mark.parametrize("header", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    def test_in_the_middle_of_a_body_nothing_is_written(self, world: World, header: str) -> None:
        for _ in range(3):
            raw = Raw(world)
            head = raw.head(f"PUT /api/v1{world.group} HTTP/1.1", f"Content-Type: {FORM}", header)
            raw.socket.sendall(head + (b"6\r\nname=x\r\n" if "chunked" in header else b"name=x&description=y"))
            raw.socket.close()
        assert unchanged(world)
        assert world.ada.put(world.group, {"name": "After"}).json()["name"] == "After"

    def test_before_the_answer_the_next_request_is_fine(self, world: World) -> None:
        for _ in range(5):
            raw = Raw(world)
            raw.socket.sendall(raw.head(f"GET /api/v1{world.course}/groups HTTP/1.1"))
            raw.socket.close()
        assert world.ada.get(world.group).status_code == 200


class TestBrokenHttp:
    @pytest.mark.parametrize(
        "line",
        [
            "GARBAGE",
            "GET",
            "GET /api/v1/groups/\x80\xff HTTP/1.1",
            "GET /api/v1/groups/<script>\"';, HTTP/1.1",
            "GET * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET http://evil.example.com/api/v1/users/self HTTP/1.1",
            "GET //api//v1 HTTP/1.1",
            "GET /api/v1/../../etc/passwd HTTP/1.1",
            "GET /api/v1/groups/1?" + "a" * 60_000 + " HTTP/1.1",
        ],
    )
    def test_it_gets_an_answer_and_the_server_goes_on(self, world: World, line: str) -> None:
        raw = Raw(world)
        raw.socket.sendall(raw.head(line, "Connection: close"))
        status, _ = raw.answer()
        assert status < 500
        assert world.ada.get(world.group).status_code == 200

    @pytest.mark.parametrize("length", ["-1", "abc", "1e3", "", "99999999999999999999999"])
    def test_so_does_a_length_that_is_none(self, world: World, length: str) -> None:
        raw = Raw(world)
        raw.socket.sendall(
            raw.head(f"PUT /api/v1{world.group} HTTP/1.1", f"Content-Length: {length}", "Connection: close")
        )
        status, _ = raw.answer()
        assert 400 <= status < 500 or length == ""
        assert unchanged(world)
