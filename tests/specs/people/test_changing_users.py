"""PUT /api/v1/users/:id and DELETE /users/:id/sessions. Source: supporting-resources.md §1, Update."""

import pytest

from tests.conftest import as_each
from tests.world import World


class TestChangingOneself:
    def test_it_answers_with_what_there_is_now(self, world: World) -> None:
        reply = world.ben.put(
            "/users/self",
            {"user[name]": "Benjamin Okri", "user[time_zone]": "Europe/Paris", "user[locale]": "fr"},
        )
        assert reply.status_code == 200
        shown = reply.json()
        assert shown["name"] == shown["short_name"] == "Benjamin Okri"
        assert shown["sortable_name"] == "Okri, Benjamin"
        assert (shown["time_zone"], shown["locale"]) == ("Europe/Paris", "fr")
        assert "avatar_url" in shown

    def test_it_keeps_names_that_were_chosen(self, world: World) -> None:
        world.ben.put("/users/self", {"user[short_name]": "Benny", "user[sortable_name]": "O., B."})
        shown = world.ben.put("/users/self", {"user[name]": "Benjamin Okri"}).json()
        assert (shown["short_name"], shown["sortable_name"]) == ("Benny", "O., B.")

    def test_it_is_found_under_the_new_name(self, world: World) -> None:
        world.ben.put("/users/self", {"user[name]": "Zebra"})
        (found,) = world.root.get("/accounts/1/users", search_term="zebr").json()
        assert found["id"] == world.ids["ben"]

    def test_it_takes_profile_and_avatar_and_clears_them(self, world: World) -> None:
        shown = world.ben.put(
            "/users/self",
            {
                "user[bio]": "Reads.",
                "user[title]": "Dr",
                "user[pronouns]": "he/him",
                "user[avatar][url]": "https://example.com/me.png",
            },
        ).json()
        assert (shown["bio"], shown["title"], shown["pronouns"]) == ("Reads.", "Dr", "he/him")
        assert shown["avatar_url"] == "https://example.com/me.png"
        shown = world.ben.put("/users/self", {"user[bio]": "", "user[pronouns]": ""}).json()
        assert shown["bio"] is None
        assert "pronouns" not in shown

    def test_a_blank_name_changes_nothing(self, world: World) -> None:
        assert world.ben.put("/users/self", {"user[name]": "  "}).json()["name"] == "Ben Okri"

    @pytest.mark.parametrize(
        "sent",
        [
            {"user[email]": "x@example.com"},
            {"user[event]": "suspend"},
            {"user[name]": "Fine", "user[uuid]": "x"},
            {"user[workflow_state]": "deleted"},
        ],
    )
    def test_a_key_that_is_not_allowed_refuses_everything(self, world: World, sent: dict[str, str]) -> None:
        assert world.ben.put("/users/self", sent).status_code == 403
        assert world.ben.get("/users/self").json()["name"] == "Ben Okri"

    def test_names_may_be_closed_by_the_account(self, world: World) -> None:
        world.root.put("/accounts/1", {"account[settings][users_can_edit_name]": "false"})
        assert world.ben.put("/users/self", {"user[name]": "X"}).status_code == 403
        assert world.ben.put("/users/self", {"user[locale]": "de"}).status_code == 200
        assert world.ben.get("/users/self").json()["permissions"]["can_update_name"] is False

    @pytest.mark.parametrize(
        ("key", "value"),
        [("name", "x" * 256), ("time_zone", "Mars/Olympus"), ("locale", "?!"), ("title", "x" * 256)],
    )
    def test_what_cannot_be_is_refused_by_attribute(self, world: World, key: str, value: str) -> None:
        reply = world.ben.put("/users/self", {f"user[{key}]": value})
        assert reply.status_code == 400
        assert reply.json()["errors"][key][0]["attribute"] == key

    def test_an_avatar_is_a_web_address(self, world: World) -> None:
        reply = world.ben.put("/users/self", {"user[avatar][url]": "javascript:alert(1)"})
        assert "avatar_url" in reply.json()["errors"]


class TestChangingSomebodyElse:
    def test_an_administrator_may(self, world: World) -> None:
        reply = world.root.put(
            f"/users/{world.ids['ben']}", {"user[name]": "Ben O", "user[email]": "ben.o@example.com"}
        )
        assert reply.json()["email"] == "ben.o@example.com"

    def test_an_address_must_be_one(self, world: World) -> None:
        reply = world.root.put(f"/users/{world.ids['ben']}", {"user[email]": "nonsense"})
        assert "email" in reply.json()["errors"]

    @as_each("ada", "sub", "cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).put(f"/users/{world.ids['ben']}", {"user[name]": "X"}).status_code == 403

    def test_suspending_closes_the_door_and_unsuspending_opens_it(self, world: World) -> None:
        ben = f"/users/{world.ids['ben']}"
        world.root.put(ben, {"user[event]": "suspend"})
        assert world.ben.get("/users/self").status_code == 401
        world.root.put(ben, {"user[event]": "unsuspend"})
        assert world.ben.get("/users/self").status_code == 200

    def test_nobody_suspends_themselves(self, world: World) -> None:
        assert world.root.put("/users/self", {"user[event]": "suspend"}).status_code == 403

    def test_another_event_is_refused(self, world: World) -> None:
        reply = world.root.put(f"/users/{world.ids['ben']}", {"user[event]": "promote"})
        assert "event" in reply.json()["errors"]

    def test_an_unknown_user_is_not_found(self, world: World) -> None:
        assert world.root.put("/users/987654", {"user[name]": "X"}).status_code == 404

    def test_a_text_for_the_group_is_refused(self, world: World) -> None:
        assert world.root.put(f"/users/{world.ids['ben']}", {"user": "{'name': 'X'}"}).status_code == 400


class TestEndingSessions:
    def test_it_ends_every_token_too(self, world: World) -> None:
        reply = world.root.delete(f"/users/{world.ids['ben']}/sessions")
        assert (reply.status_code, reply.json()) == (200, "ok")
        refused = world.ben.get("/users/self")
        assert refused.status_code == 401
        assert "www-authenticate" in refused.headers

    def test_one_may_end_ones_own(self, world: World) -> None:
        assert world.ben.delete("/users/self/sessions").json() == "ok"
        assert world.ben.get("/users/self").status_code == 401

    @as_each("ada", "sub", "cleo")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).delete(f"/users/{world.ids['ben']}/sessions").status_code == 403
