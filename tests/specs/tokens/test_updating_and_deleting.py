"""PUT and DELETE /api/v1/users/:user_id/tokens/:id, and activating. Source: tokens.md §4.3 to §4.5, worked cases 10 to 21."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.specs.tokens.helpers import FORBIDDEN, NOT_FOUND, admin_with, app_token, later, make
from tests.world import World


class TestUpdatingAToken:
    def test_it_changes_the_purpose_alone(self, world: World) -> None:
        """Worked case 10."""
        made = make(world.ada, expires_at=later(world, days=3))
        reply = world.ada.put(f"/users/self/tokens/{made['id']}", {"token[purpose]": "new purpose"})
        assert reply.status_code == 200
        body = reply.json()
        assert body["purpose"] == "new purpose"
        assert body["visible_token"] == f"{made['token_hint']}..."
        assert "token" not in body
        assert body["workflow_state"] == "active"
        assert body["expires_at"] == made["expires_at"]

    def test_it_changes_the_end_and_clears_it(self, world: World) -> None:
        path = f"/users/self/tokens/{make(world.ada)['id']}"
        tomorrow = later(world, days=1)
        assert world.ada.put(path, {"token[expires_at]": tomorrow}).json()["expires_at"] == tomorrow
        assert world.ada.put(path, {"token[purpose]": "x"}).json()["expires_at"] == tomorrow
        assert world.ada.put(path, {"token[expires_at]": ""}).json()["expires_at"] is None

    def test_it_needs_the_group(self, world: World) -> None:
        made = make(world.ada)
        reply = world.ada.put(f"/users/self/tokens/{made['id']}", {})
        assert (reply.status_code, reply.json()) == (400, {"errors": [{"message": "token is missing"}]})

    @pytest.mark.parametrize(
        "sent",
        [
            {"token[purpose]": ""},
            {"token[purpose]": "p" * 256},
            {"token[expires_at]": "soon"},
            {"token[scopes][]": "x"},
        ],
    )
    def test_it_refuses(self, world: World, sent: dict[str, str]) -> None:
        made = make(world.ada)
        assert world.ada.put(f"/users/self/tokens/{made['id']}", sent).status_code == 400
        shown = world.ada.get(f"/users/self/tokens/{made['id']}").json()
        assert (shown["purpose"], shown["scopes"], shown["expires_at"]) == ("test", [], None)

    def test_it_asks_a_student_for_a_near_end_when_one_is_sent(self, world: World) -> None:
        world.use(student_access_token_management=True)
        path = f"/users/self/tokens/{make(world.ben, expires_at=later(world, days=5))['id']}"
        assert world.ben.put(path, {"token[purpose]": "x"}).status_code == 200
        assert world.ben.put(path, {"token[expires_at]": ""}).json() == [{"message": "Expiration date is required"}]
        assert world.ben.put(path, {"token[expires_at]": later(world, days=121)}).status_code == 400

    def test_it_does_not_widen_an_applications_token(self, world: World) -> None:
        token_id, _ = app_token(world, "ada", scopes=["url:GET|/api/v1/users/:id"])
        body = world.ada.put(f"/users/self/tokens/{token_id}", json={"token": {"scopes": []}}).json()
        assert body["scopes"] == ["url:GET|/api/v1/users/:id"]

    def test_it_finds_nothing_of_others(self, world: World) -> None:
        """Worked case 14."""
        made = make(world.ada)
        path = f"/users/{world.ids['ada']}/tokens/{made['id']}"
        for who in ("eve", "ben", "sub"):
            reply = world.as_(who).put(path, {"token[regenerate]": "1"})
            assert (reply.status_code, reply.json()) == (404, NOT_FOUND)
            assert world.as_(who).delete(path).status_code == 404

    def test_it_checks_the_right_before_the_parameters(self, world: World) -> None:
        made = make(world.ada)
        assert world.eve.put(f"/users/{world.ids['ada']}/tokens/{made['id']}", {}).status_code == 404


class TestRenewingAToken:
    def test_it_has_a_new_secret_and_the_old_one_is_dead(self, world: World) -> None:
        """Worked case 11."""
        made = make(world.ada)
        body = world.ada.put(f"/users/self/tokens/{made['id']}", {"token[regenerate]": "1"}).json()
        assert body["visible_token"] == body["token"] != made["token"]
        assert body["workflow_state"] == "active"
        assert world.with_token(made["token"]).get("/users/self").json() == {
            "errors": [{"message": "Invalid access token."}]
        }
        assert world.with_token(body["token"]).get("/users/self").status_code == 200
        assert world.ada.get(f"/users/self/tokens/{made['token_hint']}").status_code == 404
        assert world.ada.get(f"/users/self/tokens/{body['token_hint']}").json()["id"] == made["id"]

    def test_it_passes_over_an_applications_token(self, world: World) -> None:
        """Worked case 12."""
        token_id, secret = app_token(world, "ada", hint="Zz9Qk")
        reply = world.ada.put(f"/users/self/tokens/{token_id}", {"token[regenerate]": "1"})
        assert reply.status_code == 200
        assert "Zz9Qk" not in reply.text
        assert reply.json()["visible_token"] is None
        assert world.with_token(secret).get("/users/self").status_code == 200

    def test_it_needs_a_new_end_once_expired(self, world: World) -> None:
        """Worked case 13."""
        path = f"/users/self/tokens/{make(world.ada, expires_at='jun 1 2011')['id']}"
        reply = world.ada.put(path, {"token[regenerate]": "1"})
        assert reply.status_code == 400
        assert reply.json() == {
            "errors": {"message": "cannot regenerate an expired token without a new expiration date"}
        }
        body = world.ada.put(path, {"token[regenerate]": "1", "token[expires_at]": later(world, days=1)}).json()
        assert body["purpose"] == "test"
        assert world.with_token(body["token"]).get("/users/self").status_code == 200

    def test_it_takes_a_past_end_and_stays_expired(self, world: World) -> None:
        path = f"/users/self/tokens/{make(world.ada, expires_at='jun 1 2011')['id']}"
        body = world.ada.put(path, {"token[regenerate]": "1", "token[expires_at]": "jun 2 2011"}).json()
        reply = world.with_token(body["token"]).get("/users/self")
        assert reply.json()["errors"][0]["message"] == "Expired access token."

    def test_it_is_pending_when_an_admin_does_it(self, world: World) -> None:
        """Worked case 19."""
        made = make(world.ada)
        body = world.root.put(f"/users/{world.ids['ada']}/tokens/{made['id']}", {"token[regenerate]": "1"}).json()
        assert body["workflow_state"] == "pending"
        assert body["token"] == body["visible_token"]

    def test_it_stays_pending_when_the_owner_does_it(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        body = world.ada.put(f"/users/self/tokens/{made['id']}", {"token[regenerate]": "1"}).json()
        assert body["workflow_state"] == "pending"

    def test_it_is_not_renewed_by_a_false_wish(self, world: World) -> None:
        made = make(world.ada)
        body = world.ada.put(f"/users/self/tokens/{made['id']}", {"token[regenerate]": "false"}).json()
        assert "token" not in body
        assert world.with_token(made["token"]).get("/users/self").status_code == 200

    def test_it_leaves_one_working_secret_when_done_many_times_at_once(self, world: World) -> None:
        made = make(world.ada)
        path = f"/users/self/tokens/{made['id']}"

        def renew(_: int) -> tuple[int, str | None]:
            reply = world.with_token(world.tokens["ada"]).put(path, {"token[regenerate]": "1"})
            return reply.status_code, reply.json().get("token")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(renew, range(8)))
        assert {status for status, _ in answers} == {200}
        working = [
            secret for _, secret in answers if secret and world.with_token(secret).get("/users/self").status_code == 200
        ]
        assert len(working) == 1


class TestDeletingAToken:
    def test_it_is_gone(self, world: World) -> None:
        """Worked case 15."""
        made = make(world.ada)
        reply = world.ada.delete(f"/users/self/tokens/{made['id']}")
        assert reply.status_code == 200
        assert reply.json()["workflow_state"] == "deleted"
        assert reply.json()["visible_token"] == f"{made['token_hint']}..."
        for wanted in (made["id"], made["token_hint"]):
            assert world.ada.get(f"/users/self/tokens/{wanted}").status_code == 404
            assert world.ada.delete(f"/users/self/tokens/{wanted}").status_code == 404

    def test_it_may_delete_itself(self, world: World) -> None:
        made = make(world.ada)
        client = world.with_token(made["token"])
        assert client.delete(f"/users/self/tokens/{made['id']}").status_code == 200
        reply = client.get("/users/self")
        assert (reply.status_code, reply.json()) == (401, {"errors": [{"message": "Revoked access token."}]})
        assert "www-authenticate" in reply.headers

    def test_it_tells_the_owner_of_one_made_by_hand(self, world: World) -> None:
        made = make(world.ada)
        app_id, _ = app_token(world, "ada")
        world.root.delete(f"/users/{world.ids['ada']}/tokens/{made['id']}")
        world.ada.delete(f"/users/self/tokens/{app_id}")
        kinds = [row[0] for row in world.sql("SELECT kind FROM notices ORDER BY id")]
        assert kinds == ["access_token_created", "access_token_deleted"]

    def test_it_needs_just_the_one_permission(self, world: World) -> None:
        admin_with(world, "guard", "delete_access_tokens")
        made = make(world.ada)
        path = f"/users/{world.ids['ada']}/tokens/{made['id']}"
        assert world.guard.put(path, {"token[purpose]": "x"}).status_code == 404
        assert world.guard.delete(path).status_code == 200


class TestWhileMasquerading:
    def test_it_renews_as_pending_and_deletes(self, world: World) -> None:
        """Worked case 21."""
        made = make(world.ada)
        path = f"/users/self/tokens/{made['id']}?as_user_id={world.ids['ada']}"
        assert world.root.put(path, {"token[regenerate]": "1"}).json()["workflow_state"] == "pending"
        assert world.root.delete(path).json()["workflow_state"] == "deleted"

    def test_it_refuses_rather_than_hides_what_the_current_user_owns(self, world: World) -> None:
        admin_with(world, "mask", "become_user")
        made = make(world.ada)
        path = f"/users/self/tokens/{made['id']}?as_user_id={world.ids['ada']}"
        assert world.mask.put(path, {"token[regenerate]": "1"}).json() == FORBIDDEN
        assert world.mask.delete(path).json() == FORBIDDEN
        assert world.mask.request("GET", path).json() == FORBIDDEN


class TestActivatingAToken:
    def test_it_works_from_then_on(self, world: World) -> None:
        """Worked cases 17 and 18, through our own route."""
        made = make(world.root, world.ids["ada"])
        path = f"/users/self/tokens/{made['id']}/activate"
        reply = world.ada.post(path)
        assert reply.status_code == 200
        assert reply.json()["workflow_state"] == "active"
        assert reply.json()["visible_token"] == f"{made['token_hint']}..."
        assert "token" not in reply.json()
        assert world.with_token(made["token"]).get("/users/self").json()["id"] == world.ids["ada"]
        again = world.ada.post(path)
        assert (again.status_code, again.json()) == (400, {"errors": {"token": ["is already active"]}})

    def test_it_is_found_by_its_hint(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        assert world.ada.post(f"/users/self/tokens/{made['token_hint']}/activate").status_code == 200

    def test_it_is_not_found_by_others(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        assert world.eve.post(f"/users/self/tokens/{made['id']}/activate").status_code == 404
        assert world.root.post(f"/users/self/tokens/{made['id']}/activate").status_code == 404

    def test_it_cannot_activate_itself(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        reply = world.with_token(made["token"]).post(f"/users/self/tokens/{made['id']}/activate")
        assert reply.status_code == 401

    def test_it_cannot_be_done_for_the_owner_while_masquerading(self, world: World) -> None:
        made = make(world.root, world.ids["ada"])
        reply = world.root.post(f"/users/self/tokens/{made['id']}/activate?as_user_id={world.ids['ada']}")
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_it_stays_expired(self, world: World) -> None:
        made = make(world.root, world.ids["ada"], expires_at="jun 1 2011")
        assert world.ada.post(f"/users/self/tokens/{made['id']}/activate").json()["workflow_state"] == "active"
        reply = world.with_token(made["token"]).get("/users/self")
        assert reply.json()["errors"][0]["message"] == "Expired access token."
