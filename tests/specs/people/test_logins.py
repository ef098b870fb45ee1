"""Logins. Source: supporting-resources.md §2."""

import threading
from typing import Any

import pytest

from tests.conftest import as_each
from tests.world import World

LOGINS = "/accounts/1/logins"


def give(world: World, who: str = "ben", **login: Any) -> Any:
    fields = {f"login[{key}]": value for key, value in login.items()}
    return world.root.post(LOGINS, {"user[id]": world.ids[who], **fields})


class TestListingLogins:
    def test_it_shows_those_of_a_user(self, world: World) -> None:
        (login,) = world.ben.get("/users/self/logins").json()
        assert login == {
            "id": login["id"],
            "user_id": world.ids["ben"],
            "account_id": 1,
            "unique_id": "ben@example.com",
            "created_at": "2026-02-15T12:00:00Z",
            "sis_user_id": None,
            "integration_id": None,
            "authentication_provider_id": None,
            "workflow_state": "active",
            "declared_user_type": None,
        }

    def test_it_shows_those_of_an_account_with_a_last_page(self, world: World) -> None:
        reply = world.root.get(LOGINS, per_page=2)
        assert len(reply.json()) == 2
        assert "page=5" in reply.links["last"]["url"]
        assert world.statements_of(lambda: world.root.get(LOGINS, per_page=100)) <= 4

    @as_each("ada", "cleo", "sub")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"/users/{world.ids['ben']}/logins").status_code == 403
        assert world.as_(who).get(LOGINS).status_code == 403


class TestGivingALogin:
    def test_it_is_active_at_once(self, world: World) -> None:
        made = give(world, unique_id=" ben2 ", sis_user_id="S2", declared_user_type="student").json()
        assert made["unique_id"] == "ben2"
        assert made["sis_user_id"] == "S2"
        assert made["declared_user_type"] == "student"
        assert made["workflow_state"] == "active"
        assert len(world.ben.get("/users/self/logins").json()) == 2

    def test_a_sub_account_is_no_place_for_one(self, world: World) -> None:
        reply = world.root.post(f"/accounts/{world.ids['science']}/logins", {"user[id]": 1, "login[unique_id]": "x"})
        assert reply.status_code == 400
        assert reply.json() == {"message": "Action must be called on a root account."}

    def test_nothing_but_unknown_fields_is_400_null(self, world: World) -> None:
        for fields in ({}, {"nonsense": "x"}):
            reply = give(world, **fields)
            assert (reply.status_code, reply.json()) == (400, None)

    @pytest.mark.parametrize(
        ("fields", "attribute"),
        [
            ({"unique_id": "ADA@example.com"}, "unique_id"),
            ({"unique_id": ""}, "unique_id"),
            ({"password": "long enough"}, "unique_id"),
            ({"unique_id": "x" * 256}, "unique_id"),
            ({"unique_id": "x", "password": "short"}, "password"),
            ({"unique_id": "x", "declared_user_type": "wizard"}, "declared_user_type"),
        ],
    )
    def test_what_cannot_be_is_named(self, world: World, fields: dict[str, str], attribute: str) -> None:
        reply = give(world, **fields)
        assert reply.status_code == 400
        assert attribute in reply.json()["errors"]

    def test_of_two_at_once_one_is_made(self, world: World) -> None:
        statuses: list[int] = []

        def post() -> None:
            client = world.with_token(world.tokens["root"])
            sent = {"user[id]": world.ids["ben"], "login[unique_id]": "race"}
            statuses.append(client.post(LOGINS, sent).status_code)

        threads = [threading.Thread(target=post) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 400]

    def test_an_unknown_user_is_not_found(self, world: World) -> None:
        assert world.root.post(LOGINS, {"user[id]": 987654, "login[unique_id]": "x"}).status_code == 404
        assert world.root.post(LOGINS, {"login[unique_id]": "x"}).status_code == 404

    @as_each("ada", "ben", "sub")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        sent = {"user[id]": world.ids["ben"], "login[unique_id]": "x"}
        assert world.as_(who).post(LOGINS, sent).status_code == 403


class TestChangingALogin:
    def login(self, world: World, who: str = "ben") -> str:
        (login,) = world.root.get(f"/users/{world.ids[who]}/logins").json()
        return f"{LOGINS}/{login['id']}"

    def test_it_changes_what_was_sent(self, world: World) -> None:
        shown = world.root.put(
            self.login(world), {"login[unique_id]": "benjamin", "login[integration_id]": "I9"}
        ).json()
        assert (shown["unique_id"], shown["integration_id"]) == ("benjamin", "I9")
        assert world.root.get("/users/sis_login_id:Benjamin").json()["id"] == world.ids["ben"]

    def test_a_name_that_is_taken_is_refused(self, world: World) -> None:
        reply = world.root.put(self.login(world), {"login[unique_id]": "ada@example.com"})
        assert reply.status_code == 400
        assert "unique_id" in reply.json()["errors"]

    def test_suspending_closes_the_door(self, world: World) -> None:
        assert world.root.put(self.login(world), {"login[workflow_state]": "suspended"}).status_code == 200
        assert world.ben.get("/users/self").status_code == 401

    def test_another_state_is_refused(self, world: World) -> None:
        assert world.root.put(self.login(world), {"login[workflow_state]": "deleted"}).status_code == 400

    def test_people_change_their_own_password_and_nothing_else(self, world: World) -> None:
        mine = self.login(world)
        assert world.ben.put(mine, {"login[password]": "a new password"}).status_code == 200
        assert world.ben.put(mine, {"login[unique_id]": "x"}).status_code == 403
        assert world.cleo.put(mine, {"login[password]": "a new password"}).status_code == 403

    def test_an_unknown_one_is_not_found(self, world: World) -> None:
        for id in ("987654", "abc"):
            assert world.root.put(f"{LOGINS}/{id}", {"login[unique_id]": "x"}).status_code == 404


class TestTakingALogin:
    def test_it_answers_with_the_deleted_login(self, world: World) -> None:
        made = give(world, unique_id="second").json()
        reply = world.root.delete(f"/users/{world.ids['ben']}/logins/{made['id']}")
        assert reply.json() == {**made, "workflow_state": "deleted"}
        assert len(world.ben.get("/users/self/logins").json()) == 1
        assert give(world, unique_id="second").status_code == 200

    def test_the_last_one_stays(self, world: World) -> None:
        (login,) = world.ben.get("/users/self/logins").json()
        reply = world.root.delete(f"/users/{world.ids['ben']}/logins/{login['id']}")
        assert reply.status_code == 400
        assert reply.json()["errors"]["base"][0]["message"] == "Users must have at least one login"

    def test_one_of_somebody_else_is_not_found(self, world: World) -> None:
        (login,) = world.ben.get("/users/self/logins").json()
        assert world.root.delete(f"/users/{world.ids['ada']}/logins/{login['id']}").status_code == 404

    @as_each("ada", "ben", "sub")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        made = give(world, unique_id="second").json()
        assert world.as_(who).delete(f"/users/{world.ids['ben']}/logins/{made['id']}").status_code == 403
