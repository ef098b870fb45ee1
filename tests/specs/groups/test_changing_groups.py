"""Making, changing and deleting groups. Source: supporting-resources.md §6."""

import pytest

from quadrangle.accounts import accounts
from quadrangle.groups import add_member
from tests.conftest import as_each
from tests.world import World


class TestMakingACommunity:
    def test_it_answers_the_group_with_all_there_is_to_know(self, world: World) -> None:
        reply = world.root.post(
            "/groups",
            {"name": "Choir", "description": "We sing", "is_public": "true", "join_level": "parent_context_request"},
        )
        group = reply.json()
        assert reply.status_code == 200
        assert group["name"] == "Choir"
        assert group["description"] == "We sing"
        assert group["is_public"] is True
        assert group["join_level"] == "parent_context_request"
        assert group["context_type"] == "Account"
        assert group["account_id"] == 1
        assert group["role"] == "communities"
        assert group["members_count"] == 1
        assert [user["id"] for user in group["users"]] == [1]
        assert group["group_category"]["role"] == "communities"
        assert group["group_category"]["protected"] is True
        assert group["permissions"]["join"] is False

    def test_it_makes_one_category_for_all_of_them(self, world: World) -> None:
        first = world.root.post("/groups", {"name": "Choir"}).json()
        second = world.root.post("/groups", {"name": "Chess"}).json()
        assert first["group_category_id"] == second["group_category_id"]

    @as_each("ada", "ben", "sub")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).post("/groups", {"name": "Choir"}).status_code == 403

    def test_a_public_one_is_open_to_everybody_who_is_signed_in(self, world: World) -> None:
        group = world.root.post("/groups", {"name": "Choir", "is_public": "1"}).json()
        assert world.eve.get(f"/groups/{group['id']}").status_code == 200
        assert world.anyone.get(f"/groups/{group['id']}").status_code == 401

    def test_a_public_one_stays_public(self, world: World) -> None:
        group = world.root.post("/groups", {"name": "Choir", "is_public": "1"}).json()
        reply = world.root.put(f"/groups/{group['id']}", {"is_public": "false"})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == ["is_public"]


class TestMakingAGroupInACategory:
    def path(self, world: World) -> str:
        return f"/group_categories/{world.ids['birds']}/groups"

    @pytest.mark.parametrize("how", ["data", "json"])
    def test_it_takes_forms_and_json(self, world: World, how: str) -> None:
        reply = world.ada.request(
            "POST", self.path(world), **{how: {"name": "Tits", "description": "Small", "canvas_id": 1}}
        )
        group = reply.json()
        assert reply.status_code == 200
        assert (group["name"], group["description"]) == ("Tits", "Small")
        assert group["is_public"] is False
        assert group["context_type"] == "Course"
        assert group["course_id"] == world.ids["physics"]
        assert group["group_category_id"] == world.ids["birds"]
        assert group["members_count"] == 0
        assert group["group_category"]["id"] == world.ids["birds"]
        assert group["users"] == []

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).post(self.path(world), {"name": "Tits"}).status_code == 403

    @pytest.mark.parametrize(
        ("sent", "attribute", "word"),
        [
            ({}, "name", "blank"),
            ({"name": "  "}, "name", "blank"),
            ({"name": "n" * 256}, "name", "too_long"),
            ({"name": "Tits", "join_level": "anybody"}, "join_level", "inclusion"),
            ({"name": "Tits", "max_membership": "-1"}, "max_membership", "greater_than"),
        ],
    )
    def test_it_says_what_is_wrong(self, world: World, sent: dict[str, str], attribute: str, word: str) -> None:
        reply = world.ada.post(self.path(world), sent)
        assert reply.status_code == 400
        assert reply.json()["errors"][attribute][0]["type"] == word

    def test_it_keeps_quota_and_sis_id_for_those_with_the_right(self, world: World) -> None:
        sent = {"name": "Tits", "storage_quota_mb": "7", "sis_group_id": "T1"}
        by_teacher = world.ada.post(self.path(world), sent).json()
        assert by_teacher["storage_quota_mb"] == 50
        assert by_teacher["sis_group_id"] is None
        by_admin = world.root.post(self.path(world), sent).json()
        assert by_admin["storage_quota_mb"] == 7
        assert by_admin["sis_group_id"] == "T1"
        again = world.root.post(self.path(world), sent)
        assert again.status_code == 400
        assert again.json()["errors"]["sis_source_id"][0]["message"] == 'SIS ID "T1" is already in use'

    def test_it_is_not_found_in_an_unknown_category(self, world: World) -> None:
        assert world.ada.post("/group_categories/999999/groups", {"name": "x"}).status_code == 404

    def test_its_quota_is_the_nearest_accounts(self, world: World) -> None:
        world.do(
            lambda uow: uow.update(accounts, {"id": world.ids["science"]}, default_group_storage_quota=9 * 1024 * 1024)
        )
        assert world.ada.get(world.group).json()["storage_quota_mb"] == 9


class TestChangingAGroup:
    def test_it_writes_only_what_was_sent(self, world: World) -> None:
        world.ada.put(world.group, {"description": "Night birds"})
        changed = world.ada.put(world.group, {"name": "Great owls"}).json()
        assert changed["name"] == "Great owls"
        assert changed["description"] == "Night birds"
        assert [user["id"] for user in changed["users"]] == [world.ids["ben"]]
        assert world.ada.put(world.group, {"description": ""}).json()["description"] == ""

    def test_it_takes_json_null_for_clearing(self, world: World) -> None:
        world.ada.put(world.group, {"description": "Night birds", "max_membership": "5"})
        cleared = world.ada.request("PUT", world.group, json={"description": None, "max_membership": None}).json()
        assert (cleared["description"], cleared["max_membership"]) == (None, None)

    def test_it_sets_exactly_these_members(self, world: World) -> None:
        ids = [world.ids["cleo"], world.ids["ada"]]
        changed = world.ada.put(world.group, {"members[]": [str(id) for id in ids]}).json()
        assert {user["id"] for user in changed["users"]} == set(ids)
        assert changed["members_count"] == 2
        assert world.ben.get(world.group).status_code == 403

    def test_it_is_open_to_a_moderator(self, world: World) -> None:
        me = f"{world.group}/users/{world.ids['ben']}"
        assert world.ben.put(world.group, {"name": "Mine"}).status_code == 403
        assert world.ada.put(me, {"moderator": "true"}).json()["moderator"] is True
        assert world.ben.put(world.group, {"name": "Mine"}).json()["name"] == "Mine"

    @as_each("ben", "cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).put(world.group, {"name": "Mine"}).status_code == 403

    def test_a_blank_name_is_an_error(self, world: World) -> None:
        reply = world.ada.put(world.group, {"name": ""})
        assert reply.status_code == 400
        assert reply.json()["errors"]["name"][0]["type"] == "blank"

    def test_a_sis_id_needs_manage_sis(self, world: World) -> None:
        reply = world.ada.put(world.group, {"sis_group_id": "O1"})
        assert reply.status_code == 401
        assert reply.json() == {"message": "You must have manage_sis permission to update sis attributes"}
        assert "www-authenticate" not in reply.headers
        assert world.root.put(world.group, {"sis_group_id": "O1"}).json()["sis_group_id"] == "O1"

    def test_only_communities_become_public(self, world: World) -> None:
        assert world.ada.put(world.group, {"is_public": "true"}).json()["is_public"] is False


class TestDeletingAGroup:
    def test_it_answers_the_group_and_takes_it_away(self, world: World) -> None:
        assert world.ada.delete(world.group).json()["name"] == "Owls"
        assert world.ada.get(world.group).status_code == 404
        assert world.ben.get("/users/self/groups").json() == []

    @as_each("ben", "cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).delete(world.group).status_code == 403

    def test_a_community_is_also_its_moderators(self, world: World) -> None:
        group = world.root.post("/groups", {"name": "Choir"}).json()["id"]
        world.do(lambda uow: add_member(uow, group_id=group, user_id=world.ids["ben"], moderator=True))
        world.do(lambda uow: add_member(uow, group_id=group, user_id=world.ids["cleo"]))
        assert world.cleo.delete(f"/groups/{group}").status_code == 403
        assert world.ben.delete(f"/groups/{group}").status_code == 200
