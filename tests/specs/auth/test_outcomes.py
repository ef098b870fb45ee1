"""Where a token may be, and every row of the table of outcomes. Source: conventions.md §1.1 to §1.4, §3."""

import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.specs.tokens.helpers import FORBIDDEN, admin_with, app_token, make
from tests.world import World

AGAIN = 'Bearer realm="canvas-lms"'
INVALID = {"errors": [{"message": "Invalid access token."}]}
REVOKED = {"errors": [{"message": "Revoked access token."}]}
NOBODY = {"status": "unauthenticated", "errors": [{"message": "user authorization required"}]}
BAD_MASK = {"errors": "Invalid as_user_id"}


def me(world: World, authorization: str | bytes | None = None, **how: Any) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    return world.anyone.request(how.pop("method", "GET"), "/users/self", headers=headers, **how)


class TestWhereATokenMayBe:
    def test_it_may_be_in_the_header(self, world: World) -> None:
        assert me(world, f"Bearer {world.tokens['ada']}").json()["id"] == world.ids["ada"]

    def test_it_may_be_in_the_query(self, world: World) -> None:
        assert me(world, params={"access_token": world.tokens["ada"]}).status_code == 200

    @pytest.mark.parametrize("kind", ["data", "json"])
    def test_it_may_be_in_the_body(self, world: World, kind: str) -> None:
        assert me(world, **{kind: {"access_token": world.tokens["ada"]}}).status_code == 200

    def test_the_header_wins(self, world: World) -> None:
        reply = me(world, f"Bearer {world.tokens['ben']}", params={"access_token": world.tokens["ada"]})
        assert reply.json()["id"] == world.ids["ben"]
        assert me(world, "Bearer wrong", params={"access_token": world.tokens["ada"]}).json() == INVALID

    @pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer", "Basic {}", "Token {}", "{}", ""])
    def test_another_header_is_no_token(self, world: World, header: str) -> None:
        authorization = header.format(world.tokens["ada"])
        assert (me(world, authorization).status_code, me(world, authorization).json()) == (401, NOBODY)
        reply = me(world, authorization, params={"access_token": world.tokens["ben"]})
        assert reply.json()["id"] == world.ids["ben"]

    def test_it_does_not_come_back_in_links(self, world: World) -> None:
        reply = world.anyone.get("/users/self/user_generated_tokens", access_token=world.tokens["ada"], per_page=1)
        assert reply.status_code == 200
        assert world.tokens["ada"] not in reply.headers["link"]

    def test_it_counts_only_below_api(self, world: World) -> None:
        pending = make(world.root, world.ids["ada"])
        reply = world.ada.post(f"/profile/tokens/{pending['id']}/activate")
        assert (reply.status_code, reply.json()) == (401, NOBODY)
        assert world.ada.get("/login").status_code == 200


class TestOutcomes:
    def test_no_credentials(self, world: World) -> None:
        reply = me(world)
        assert (reply.status_code, reply.json()) == (401, NOBODY)
        assert reply.headers["www-authenticate"] == AGAIN
        assert "no-cache" in reply.headers["cache-control"]

    @pytest.mark.parametrize(
        "text", ["unknown", "x" * 20_000, "a b c", "%00", "'; DROP TABLE access_tokens", "ünïcode"]
    )
    def test_unknown_or_malformed(self, world: World, text: str) -> None:
        reply = me(world, b"Bearer " + text.encode())
        assert (reply.status_code, reply.json()) == (401, INVALID)
        assert reply.headers["www-authenticate"] == AGAIN
        assert reply.headers["content-type"] == "application/json; charset=utf-8"

    def test_bytes_that_are_no_text(self, world: World) -> None:
        assert me(world, b"Bearer \xff\xfe\x80").json() == INVALID
        assert me(world, f"Bearer {world.tokens['ada']}", content=b"a=%ff").status_code == 400
        reply = world.anyone.request("GET", "/users/self?access_token=%ff")
        assert reply.status_code == 400

    @pytest.mark.parametrize("sent", [{"access_token": ["x"]}, {"access_token": {"a": 1}}, {"access_token": 5}])
    def test_a_parameter_that_is_no_text(self, world: World, sent: Any) -> None:
        assert me(world, json=sent).json() == INVALID

    def test_a_huge_parameter(self, world: World) -> None:
        assert me(world, data={"access_token": "x" * 1_000_000}).json() == INVALID

    @pytest.mark.parametrize("change", ["workflow_state = 'suspended'", "workflow_state = 'deleted'"])
    def test_no_active_login(self, world: World, change: str) -> None:
        world.sql(f"UPDATE logins SET {change} WHERE user_id = {world.ids['ada']} RETURNING id")
        reply = world.ada.get("/users/self")
        assert (reply.status_code, reply.json(), reply.headers["www-authenticate"]) == (401, INVALID, AGAIN)

    def test_a_deleted_user(self, world: World) -> None:
        world.sql(f"UPDATE users SET workflow_state = 'deleted' WHERE id = {world.ids['ada']} RETURNING id")
        assert world.ada.get("/users/self").json() == INVALID

    def test_an_applications_token_past_its_hour(self, world: World) -> None:
        client = world.with_token(app_token(world, "ada")[1])
        assert client.get("/users/self").status_code == 200
        world.clock.advance(hours=1)
        reply = client.get("/users/self")
        assert (reply.status_code, reply.json(), reply.headers["www-authenticate"]) == (401, INVALID, AGAIN)

    def test_a_disabled_key(self, world: World) -> None:
        _, secret = app_token(world, "ada", workflow_state="inactive")
        reply = world.with_token(secret).get("/users/self")
        assert (reply.status_code, reply.json(), reply.headers["www-authenticate"]) == (401, INVALID, AGAIN)

    def test_past_its_permanent_end(self, world: World) -> None:
        made = make(world.ada, expires_at="2026-02-16T00:00:00Z")
        world.clock.advance(days=1)
        reply = world.with_token(made["token"]).get("/users/self")
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == AGAIN
        assert reply.json() == {"errors": [{"message": "Expired access token.", "expired_at": "2026-02-16T00:00:00Z"}]}

    def test_revoked(self, world: World) -> None:
        made = make(world.ada)
        world.ada.delete(f"/users/self/tokens/{made['id']}")
        reply = world.with_token(made["token"]).get("/users/self")
        assert (reply.status_code, reply.json(), reply.headers["www-authenticate"]) == (401, REVOKED, AGAIN)

    def test_pending(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        reply = world.with_token(made["token"]).get("/users/self")
        assert (reply.status_code, reply.json(), reply.headers["www-authenticate"]) == (401, INVALID, AGAIN)

    def test_lacking_the_scope(self, world: World) -> None:
        _, secret = app_token(world, "ada", scopes=["url:GET|/api/v1/courses/:id"])
        reply = world.with_token(secret).get("/users/self")
        assert reply.status_code == 401
        assert reply.json() == {"errors": [{"message": "Insufficient scopes on access token."}]}
        assert "www-authenticate" not in reply.headers

    @pytest.mark.parametrize("status", [403, 401])
    def test_not_permitted(self, world: World, status: Any) -> None:
        world.use(permission_error_status=status)
        reply = world.eve.get(world.course)
        assert (reply.status_code, reply.json()) == (status, FORBIDDEN)
        assert "www-authenticate" not in reply.headers
        assert "no-cache" in reply.headers["cache-control"]

    def test_a_key_that_does_not_allow_includes(self, world: World) -> None:
        scopes = ["url:GET|/api/v1/users/:id"]
        _, secret = app_token(world, "ada", scopes=scopes, allow_includes=False)
        client = world.with_token(secret)
        for query in ("include[]=email&include[]=uuid", "include=email"):
            reply = client.request("GET", f"/users/self?{query}")
            assert reply.status_code == 200
            assert "email" not in reply.json()


class TestTheOrderOfChecks:
    def test_token_before_user_before_record(self, world: World) -> None:
        assert world.with_token("wrong").request("GET", "/courses/999999?as_user_id=x").json() == INVALID
        assert world.root.get("/courses/999999", as_user_id="x").json() == BAD_MASK
        assert world.eve.get("/courses/999999").status_code == 404
        assert world.eve.get(world.course).status_code == 403


class TestMasquerading:
    @pytest.mark.parametrize(
        "form", ["{}", "sis_login_id:ada@example.com", "hex:sis_login_id:616461406578616d706c652e636f6d"]
    )
    def test_it_takes_any_identifier(self, world: World, form: str) -> None:
        reply = world.root.get("/users/self", as_user_id=form.format(world.ids["ada"]))
        assert reply.json()["id"] == world.ids["ada"]

    @pytest.mark.parametrize("kind", ["data", "json"])
    def test_it_may_be_in_the_body(self, world: World, kind: str) -> None:
        reply = world.root.request("GET", "/users/self", **{kind: {"as_user_id": world.ids["ada"]}})
        assert reply.json()["id"] == world.ids["ada"]

    def test_it_has_the_targets_rights_alone(self, world: World) -> None:
        assert world.root.get(world.course).status_code == 200
        assert world.root.get(world.course, as_user_id=world.ids["eve"]).status_code == 403

    @pytest.mark.parametrize("who", ["ada", "ben", "sub", "eve"])
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        """`become_user` counts at the root only: an admin of a sub-account has it nowhere."""
        reply = world.as_(who).get("/users/self", as_user_id=world.ids["cleo"])
        assert (reply.status_code, reply.json()) == (401, BAD_MASK)
        assert "www-authenticate" not in reply.headers

    @pytest.mark.parametrize("target", ["", "999999", "nobody", "sis_user_id:none", "9" * 30, "default"])
    def test_it_is_refused_for(self, world: World, target: str) -> None:
        reply = world.root.get("/users/self", as_user_id=target)
        assert (reply.status_code, reply.json()) == (401, BAD_MASK)

    @pytest.mark.parametrize("target", [True, None, ["1"], {"a": "1"}])
    def test_it_is_refused_for_what_is_no_identifier(self, world: World, target: Any) -> None:
        assert world.root.request("GET", "/users/self", json={"as_user_id": target}).json() == BAD_MASK

    def test_it_is_refused_for_the_deleted(self, world: World) -> None:
        world.sql(f"UPDATE users SET workflow_state = 'deleted' WHERE id = {world.ids['eve']} RETURNING id")
        assert world.root.get("/users/self", as_user_id=world.ids["eve"]).json() == BAD_MASK

    def test_it_needs_every_permission_of_a_target_that_administers(self, world: World) -> None:
        admin_with(world, "mask", "become_user")
        assert world.mask.get("/users/self", as_user_id=world.ids["ada"]).status_code == 200
        assert world.mask.get("/users/self", as_user_id=world.ids["root"]).json() == BAD_MASK
        admin_with(world, "small", "read_roster")
        assert world.mask.get("/users/self", as_user_id=world.ids["small"]).json() == BAD_MASK
        admin_with(world, "both", "become_user", "read_roster")
        assert world.both.get("/users/self", as_user_id=world.ids["small"]).status_code == 200

    def test_it_counts_what_the_target_administers_further_down(self, world: World) -> None:
        admin_with(world, "mask", "become_user")
        assert world.mask.get("/users/self", as_user_id=world.ids["sub"]).json() == BAD_MASK
        assert world.root.get("/users/self", as_user_id=world.ids["sub"]).status_code == 200

    def test_it_is_refused_for_a_site_admin(self, world: World) -> None:
        from quadrangle.accounts import SITE_ADMIN_ID, add_admin

        role = world.ids["role:AccountAdmin"]
        world.do(lambda uow: add_admin(uow, account_id=SITE_ADMIN_ID, user_id=world.ids["eve"], role_id=role))
        assert world.root.get("/users/self", as_user_id=world.ids["eve"]).json() == BAD_MASK
        assert world.eve.get("/users/self", as_user_id=world.ids["root"]).status_code == 200

    def test_it_survives_in_links(self, world: World) -> None:
        reply = world.root.get("/users/self/user_generated_tokens", as_user_id=world.ids["ada"], access_token="x")
        link = reply.headers["link"]
        assert f"as_user_id={world.ids['ada']}&page=1" in link
        assert "access_token" not in link

    def test_it_cannot_be_changed_with_a_token_that_was_made_so(self, world: World) -> None:
        """Root makes a token as Sub2, who may become others; once activated it stays Sub2's."""
        admin_with(world, "two", "become_user")
        made = make(world.root, as_user=world.ids["two"])
        world.two.post(f"/users/self/tokens/{made['id']}/activate")
        client = world.with_token(made["token"])
        assert client.get("/users/self").json()["id"] == world.ids["two"]
        assert client.get("/users/self", as_user_id=world.ids["two"]).status_code == 200
        reply = client.get("/users/self", as_user_id=world.ids["ada"])
        assert (reply.status_code, reply.json()) == (401, {"errors": "Cannot change masquerade"})
        assert "www-authenticate" not in reply.headers

    def test_it_is_nothing_to_be_oneself(self, world: World) -> None:
        assert world.eve.get("/users/self", as_user_id=world.ids["eve"]).status_code == 200

    def test_it_counts_only_below_api(self, world: World) -> None:
        reply = world.root.get("/login/session_token", as_user_id=world.ids["ada"])
        assert reply.status_code == 200
        landed = world.anyone.http.get(reply.json()["session_url"])
        assert landed.status_code == 302
        assert world.anyone.http.get("/api/v1/users/self").json()["id"] == world.ids["root"]


class TestTheCostOfATokenRequest:
    def test_it_is_one_statement_before_the_work(self, world: World) -> None:
        world.ada.get(world.course)
        assert world.statements_of(lambda: world.ada.get(world.course)) <= 3


class TestABrokenConnection:
    def test_it_leaves_the_server_answering(self, world: World) -> None:
        address = urlsplit(world.url)
        for rest in (b"", b"\r\nauthorization: Bearer x\r\ncontent-length: 50\r\n\r\ntoken[purpose]="):
            with socket.create_connection((address.hostname, address.port)) as wire:
                wire.sendall(b"POST /api/v1/users/self/tokens HTTP/1.1\r\nhost: x" + rest)
        assert world.ada.get("/users/self").status_code == 200
        assert len(world.sql("SELECT id FROM notices")) == 0

    def test_it_ends_where_time_ends(self, world: World) -> None:
        made = make(world.ada, expires_at="9999-12-31T23:59:59Z")
        world.clock.advance(days=timedelta(days=3650).days)
        assert world.with_token(made["token"]).get("/users/self").status_code == 200
