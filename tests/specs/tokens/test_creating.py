"""POST /api/v1/users/:user_id/tokens. Source: tokens.md §4.2, worked cases 1 to 6, 16, 20, 25 to 27."""

import re
from typing import Any

import pytest

from tests.specs.tokens.helpers import FORBIDDEN, ISSUED, NOT_FOUND, admin_with, enrolled, later, make
from tests.world import World


class TestCreatingATokenForOneself:
    def test_it_is_refused_without_credentials(self, world: World) -> None:
        """Worked case 1."""
        for reply in (
            world.anyone.post("/users/self/tokens", {"token[purpose]": "x"}),
            world.anyone.delete("/users/self/tokens/1"),
            world.anyone.get("/users/self/tokens/1"),
            world.anyone.get("/users/self/user_generated_tokens"),
        ):
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == 'Bearer realm="canvas-lms"'
            assert reply.json()["status"] == "unauthenticated"

    def test_it_reads_dates_as_people_write_them(self, world: World) -> None:
        """Worked case 2."""
        made = make(world.eve, purpose="test", expires_at="jun 1 2011")
        assert made["workflow_state"] == "active"
        assert made["purpose"] == "test"
        assert made["expires_at"].startswith("2011-06-01")
        assert made["can_manually_regenerate"] is False

    def test_it_never_takes_a_secret_from_the_client(self, world: World) -> None:
        """Worked case 3."""
        reply = world.eve.post("/users/self/tokens", {"token[purpose]": "test", "token[token]": "mytoken"})
        assert reply.status_code == 200
        assert "mytoken" not in reply.text
        assert re.fullmatch(ISSUED, reply.json()["visible_token"])

    def test_it_needs_a_purpose(self, world: World) -> None:
        """Worked case 4."""
        reply = world.eve.post("/users/self/tokens", {"token[expires_at]": later(world, days=1)})
        assert reply.status_code == 400
        assert reply.json() == [{"message": "token[purpose] is missing"}]

    @pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "abc"}, {"token[]": "a"}])
    def test_it_needs_the_group(self, world: World, body: dict[str, str]) -> None:
        """Worked case 5."""
        reply = world.eve.post("/users/self/tokens", body)
        assert reply.status_code == 400
        assert reply.json() == {"errors": [{"message": "token is missing"}]}

    def test_it_never_expires_when_the_date_is_empty(self, world: World) -> None:
        """Worked case 6."""
        made = make(world.ada, expires_at="")
        assert made["expires_at"] is None
        assert re.fullmatch(ISSUED, made["visible_token"])
        assert made["token"] == made["visible_token"]
        assert made["token_hint"] == made["visible_token"][:5]

    def test_it_answers_with_the_whole_token(self, world: World) -> None:
        made = make(world.ada, purpose="A script", expires_at="2026-03-01T10:00:00+02:00")
        secret = made.pop("token")
        assert made == {
            "id": made["id"],
            "user_id": world.ids["ada"],
            "real_user_id": None,
            "purpose": "A script",
            "app_name": "User-Generated",
            "workflow_state": "active",
            "scopes": [],
            "remember_access": False,
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "expires_at": "2026-03-01T08:00:00Z",
            "last_used_at": None,
            "visible_token": secret,
            "can_manually_regenerate": True,
            "token_hint": secret[:5],
        }

    def test_it_keeps_only_a_digest_of_the_secret(self, world: World) -> None:
        secret = make(world.ada)["token"]
        rows = world.sql("SELECT * FROM access_tokens")
        assert not any(secret in str(value) for row in rows for value in row)

    def test_it_may_be_sent_as_json(self, world: World) -> None:
        body = {"token": {"purpose": "json", "expires_at": None, "scopes": []}}
        reply = world.ada.post("/users/self/tokens", json=body)
        assert reply.status_code == 200
        assert reply.json()["purpose"] == "json"

    @pytest.mark.parametrize("purpose", ["", "   ", None])
    def test_it_refuses_a_blank_purpose(self, world: World, purpose: str | None) -> None:
        reply = world.ada.post("/users/self/tokens", json={"token": {"purpose": purpose}})
        assert reply.status_code == 400
        assert reply.json() == {"errors": {"purpose": [{"attribute": "purpose", "type": "blank", "message": "blank"}]}}

    def test_it_refuses_a_purpose_of_256_characters(self, world: World) -> None:
        assert make(world.ada, purpose="ü" * 255)["purpose"] == "ü" * 255
        reply = world.ada.post("/users/self/tokens", {"token[purpose]": "ü" * 256})
        assert reply.status_code == 400
        assert reply.json()["errors"]["purpose"][0]["type"] == "too_long"

    @pytest.mark.parametrize("when", ["soon", "2026-13-01", "2026-02-30", "jun 31 2026", "1" * 500, "tomorrow ☃"])
    def test_it_refuses_a_date_it_cannot_read(self, world: World, when: str) -> None:
        reply = world.ada.post("/users/self/tokens", {"token[purpose]": "x", "token[expires_at]": when})
        assert reply.status_code == 400
        assert reply.json() == [{"message": "Invalid expiration date format"}]

    @pytest.mark.parametrize("when", [5, True, ["2026-01-01"], {"a": "b"}])
    def test_it_refuses_a_date_that_is_no_text(self, world: World, when: Any) -> None:
        reply = world.ada.post("/users/self/tokens", json={"token": {"purpose": "x", "expires_at": when}})
        assert reply.json() == [{"message": "Invalid expiration date format"}]

    def test_it_takes_a_date_without_a_zone_in_the_users_own(self, world: World) -> None:
        world.sql(f"UPDATE users SET time_zone = 'Europe/Vienna' WHERE id = {world.ids['ada']} RETURNING id")
        assert make(world.ada, expires_at="2026-07-01 10:00:00")["expires_at"] == "2026-07-01T08:00:00Z"

    def test_it_tells_the_owner(self, world: World) -> None:
        make(world.ada, purpose="My <b>script</b>")
        rows = world.sql("SELECT user_id, kind, body FROM notices")
        assert [(row[0], row[1]) for row in rows] == [(world.ids["ada"], "access_token_created")]
        assert "My <b>script</b>" in rows[0][2]

    def test_it_may_name_the_user_by_id_or_login(self, world: World) -> None:
        assert make(world.ada, world.ids["ada"])["user_id"] == world.ids["ada"]
        assert make(world.ada, "sis_login_id:ada@example.com")["workflow_state"] == "active"

    def test_it_forbids_caches_to_keep_the_secret(self, world: World) -> None:
        reply = world.ada.post("/users/self/tokens", {"token[purpose]": "x"})
        assert reply.headers["cache-control"] == "no-store"


class TestCreatingATokenForSomebodyElse:
    def test_it_is_pending_until_they_activate_it(self, world: World) -> None:
        """Worked case 16."""
        made = make(world.root, world.ids["ada"])
        assert made["user_id"] == world.ids["ada"]
        assert made["workflow_state"] == "pending"
        assert made["real_user_id"] is None
        assert re.fullmatch(ISSUED, made["visible_token"])
        reply = world.with_token(made["token"]).get("/users/self")
        assert reply.status_code == 401
        assert reply.json() == {"errors": [{"message": "Invalid access token."}]}

    def test_it_tells_them_in_other_words(self, world: World) -> None:
        make(world.root, world.ids["ada"])
        rows = world.sql("SELECT user_id, kind FROM notices")
        assert [tuple(row) for row in rows] == [(world.ids["ada"], "access_token_created_on_behalf")]

    @pytest.mark.parametrize("who", ["ben", "eve", "sub", "tia"])
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        reply = world.as_(who).post(f"/users/{world.ids['ada']}/tokens", {"token[purpose]": "x"})
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
        assert "www-authenticate" not in reply.headers

    def test_it_needs_just_the_one_permission(self, world: World) -> None:
        admin_with(world, "clerk", "create_access_tokens")
        assert make(world.clerk, world.ids["ada"])["workflow_state"] == "pending"
        admin_with(world, "guard", "delete_access_tokens", "view_user_generated_access_tokens")
        reply = world.guard.post(f"/users/{world.ids['ada']}/tokens", {"token[purpose]": "x"})
        assert reply.status_code == 403

    def test_it_needs_an_owner_who_belongs_to_the_account(self, world: World) -> None:
        world.sql(f"UPDATE logins SET workflow_state = 'deleted' WHERE user_id = {world.ids['eve']} RETURNING id")
        reply = world.root.post(f"/users/{world.ids['eve']}/tokens", {"token[purpose]": "x"})
        assert reply.status_code == 403

    @pytest.mark.parametrize("user", ["999999", "nobody", "sis_user_id:none", "99999999999999999999"])
    def test_it_does_not_find(self, world: World, user: str) -> None:
        reply = world.root.post(f"/users/{user}/tokens", {"token[purpose]": "x"})
        assert (reply.status_code, reply.json()) == (404, NOT_FOUND)

    def test_it_does_not_find_the_deleted(self, world: World) -> None:
        world.sql(f"UPDATE users SET workflow_state = 'deleted' WHERE id = {world.ids['eve']} RETURNING id")
        assert world.root.post(f"/users/{world.ids['eve']}/tokens", {"token[purpose]": "x"}).status_code == 404

    def test_it_checks_in_order(self, world: World) -> None:
        """User, group, purpose key, right, validation (tokens.md §4.2)."""
        ada = world.ids["ada"]
        assert world.eve.post("/users/999999/tokens", {}).status_code == 404
        assert world.eve.post(f"/users/{ada}/tokens", {}).json() == {"errors": [{"message": "token is missing"}]}
        assert world.eve.post(f"/users/{ada}/tokens", {"token[x]": "1"}).json() == [
            {"message": "token[purpose] is missing"}
        ]
        refused = {"token[purpose]": "", "token[expires_at]": "soon"}
        assert world.eve.post(f"/users/{ada}/tokens", refused).status_code == 403


class TestCreatingATokenWhileMasquerading:
    def test_it_is_theirs_and_pending_and_says_who_made_it(self, world: World) -> None:
        """Worked case 20."""
        made = make(world.root, as_user=world.ids["ada"])
        assert made["user_id"] == world.ids["ada"]
        assert made["workflow_state"] == "pending"
        assert made["real_user_id"] == world.ids["root"]

    def test_it_needs_create_access_tokens(self, world: World) -> None:
        """Worked case 20, second half."""
        admin_with(world, "mask", "become_user")
        reply = world.mask.post(f"/users/self/tokens?as_user_id={world.ids['ada']}", {"token[purpose]": "x"})
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)


class TestTheEndOfAStudentsToken:
    def test_it_is_optional_unless_the_server_says_otherwise(self, world: World) -> None:
        """Worked case 25, first half."""
        assert make(world.ben)["expires_at"] is None

    @pytest.mark.parametrize("settings", [{"student_access_token_management": True}, {"reference": "hosted"}])
    def test_it_is_required_and_near(self, world: World, settings: dict[str, Any]) -> None:
        """Worked case 25."""
        world.use(**settings)
        reply = world.ben.post("/users/self/tokens", {"token[purpose]": "x"})
        assert (reply.status_code, reply.json()) == (400, [{"message": "Expiration date is required"}])
        reply = world.ben.post(
            "/users/self/tokens", {"token[purpose]": "x", "token[expires_at]": later(world, days=121)}
        )
        assert reply.status_code == 400
        assert reply.json() == [{"message": "Expiration date cannot be more than 120 days in the future"}]
        made = make(world.ben, expires_at=later(world, days=1))
        assert made["expires_at"] == later(world, days=1)

    def test_it_is_settled_by_the_narrower_setting(self, world: World) -> None:
        world.use(reference="hosted", student_access_token_management=False)
        assert make(world.ben)["expires_at"] is None

    def test_it_is_free_for_who_also_teaches(self, world: World) -> None:
        """Worked case 26."""
        world.use(student_access_token_management=True)
        enrolled(world, "ben", "TeacherEnrollment")
        assert make(world.ben, expires_at="")["expires_at"] is None

    @pytest.mark.parametrize("who", ["ada", "eve", "root", "dov"])
    def test_it_is_free_for(self, world: World, who: str) -> None:
        world.use(student_access_token_management=True)
        assert make(world.as_(who))["expires_at"] is None

    def test_it_is_asked_of_the_target_while_masquerading(self, world: World) -> None:
        world.use(student_access_token_management=True)
        reply = world.root.post(f"/users/self/tokens?as_user_id={world.ids['ben']}", {"token[purpose]": "x"})
        assert reply.json() == [{"message": "Expiration date is required"}]
        assert make(world.root, world.ids["ben"])["expires_at"] is None

    def test_it_comes_after_the_right(self, world: World) -> None:
        world.use(student_access_token_management=True)
        assert world.ben.post(f"/users/{world.ids['ada']}/tokens", {"token[purpose]": "x"}).status_code == 403


class TestTheEndOfASiteAdminsToken:
    @pytest.mark.parametrize(
        ("asked", "given"), [(None, {"hours": 1}), ({"minutes": 30}, {"minutes": 30}), ({"hours": 2}, {"hours": 1})]
    )
    def test_it_is_cut_to_the_maximum(self, world: World, asked: Any, given: dict[str, float]) -> None:
        """Worked case 27."""
        from quadrangle.accounts import SITE_ADMIN_ID, add_admin

        world.use(site_admin_max_token_life=3600)
        role = world.ids["role:AccountAdmin"]
        world.do(lambda uow: add_admin(uow, account_id=SITE_ADMIN_ID, user_id=world.ids["eve"], role_id=role))
        wish = {} if asked is None else {"expires_at": later(world, **asked)}
        assert make(world.eve, **wish)["expires_at"] == later(world, **given)

    def test_it_is_nobody_elses_affair(self, world: World) -> None:
        world.use(site_admin_max_token_life=3600)
        assert make(world.root)["expires_at"] is None
