"""Group categories, and many members at once. Source: supporting-resources.md §6 and §11."""

from typing import Any

import pytest

from quadrangle.groups import create_group
from quadrangle.progress import begin_progress
from tests.conftest import as_each
from tests.world import World


def birds(world: World) -> str:
    return f"/group_categories/{world.ids['birds']}"


class TestACategory:
    def test_it_has_every_key(self, world: World) -> None:
        assert world.ada.get(birds(world)).json() == {
            "id": world.ids["birds"],
            "name": "Birds",
            "role": None,
            "self_signup": None,
            "auto_leader": None,
            "group_limit": None,
            "context_type": "Course",
            "course_id": world.ids["physics"],
            "protected": False,
            "allows_multiple_memberships": False,
            "is_member": False,
            "created_at": "2026-02-15T12:00:00Z",
            "groups_count": 1,
            "unassigned_users_count": 1,
            "sis_group_category_id": None,
        }

    def test_it_stands_in_the_list_of_its_course(self, world: World) -> None:
        reply = world.ada.get(world.course + "/group_categories")
        assert [one["name"] for one in reply.json()] == ["Birds"]
        assert 'rel="last"' in reply.headers["link"]

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(birds(world)).status_code == 403
        assert world.as_(who).get(birds(world) + "/groups").status_code == 403
        assert world.as_(who).get(world.course + "/group_categories").status_code == 403
        assert world.as_(who).put(birds(world), {"name": "x"}).status_code == 403
        assert world.as_(who).delete(birds(world)).status_code == 403

    def test_its_groups_and_people(self, world: World) -> None:
        assert [one["name"] for one in world.ada.get(birds(world) + "/groups").json()] == ["Owls"]
        assert [one["name"] for one in world.ada.get(birds(world) + "/users").json()] == ["Ben Okri"]
        unassigned = world.ada.get(birds(world) + "/users", unassigned="true", search_term="cleo").json()
        assert [one["name"] for one in unassigned] == ["Cleo Patra"]

    def test_it_is_found_by_its_sis_id(self, world: World) -> None:
        assert world.root.put(birds(world), {"sis_group_category_id": "B"}).json()["sis_group_category_id"] == "B"
        assert world.ada.get("/group_categories/sis_group_category_id:B").status_code == 200
        assert world.ada.get("/group_categories/sis_group_category_id:C").status_code == 404
        taken = world.root.post(world.course + "/group_categories", {"name": "x", "sis_group_category_id": "B"})
        assert list(taken.json()["errors"]) == ["sis_source_id"]
        assert world.ada.put(birds(world), {"sis_group_category_id": "C"}).status_code == 401


class TestMakingACategory:
    def test_it_answers_the_category(self, world: World) -> None:
        sent = {"name": "Fish", "self_signup": "enabled", "auto_leader": "first", "group_limit": "4"}
        made = world.ada.post(world.course + "/group_categories", sent)
        assert made.status_code == 200
        body = made.json()
        assert body["name"] == "Fish"
        assert (body["self_signup"], body["auto_leader"], body["group_limit"]) == ("enabled", "first", 4)
        assert (body["groups_count"], body["unassigned_users_count"]) == (0, 2)

    def test_it_takes_json_with_null(self, world: World) -> None:
        sent = {"name": "Fish", "description": "ignored", "self_signup": None}
        made = world.ada.request("POST", world.course + "/group_categories", json=sent).json()
        assert made["self_signup"] is None
        assert made["context_type"] == "Course"
        assert made["course_id"] == world.ids["physics"]

    def test_it_makes_groups_on_the_way(self, world: World) -> None:
        made = world.ada.post(world.course + "/group_categories", {"name": "Fish", "create_group_count": "3"}).json()
        assert made["groups_count"] == 3
        names = [one["name"] for one in world.ada.get(f"/group_categories/{made['id']}/groups").json()]
        assert names == ["Fish 1", "Fish 2", "Fish 3"]

    def test_it_splits_the_students(self, world: World) -> None:
        made = world.ada.post(world.course + "/group_categories", {"name": "Fish", "split_group_count": "2"}).json()
        groups = world.ada.get(f"/group_categories/{made['id']}/groups").json()
        assert [one["members_count"] for one in groups] == [1, 1]
        assert made["unassigned_users_count"] == 0

    @pytest.mark.parametrize(
        ("sent", "attribute", "word"),
        [
            ({}, "name", "blank"),
            ({"name": ""}, "name", "blank"),
            ({"name": "Birds"}, "name", "taken"),
            ({"name": "n" * 256}, "name", "too_long"),
            ({"name": "x", "self_signup": "sometimes"}, "self_signup", "inclusion"),
            ({"name": "x", "auto_leader": "oldest"}, "auto_leader", "inclusion"),
            ({"name": "x", "group_limit": "1"}, "group_limit", "greater_than"),
            ({"name": "x", "group_limit": str(2**70)}, "group_limit", "greater_than"),
            ({"name": "x", "create_group_count": "100000"}, "create_group_count", "inclusion"),
        ],
    )
    def test_it_says_what_is_wrong(self, world: World, sent: dict[str, str], attribute: str, word: str) -> None:
        reply = world.ada.post(world.course + "/group_categories", sent)
        assert reply.status_code == 400
        assert reply.json()["errors"][attribute][0]["type"] == word
        assert len(world.ada.get(world.course + "/group_categories").json()) == 1

    def test_an_account_has_categories_too(self, world: World) -> None:
        path = f"/accounts/{world.ids['science']}/group_categories"
        made = world.sub.post(path, {"name": "Labs", "self_signup": "enabled"}).json()
        assert made["account_id"] == world.ids["science"]
        assert made["self_signup"] is None
        assert [one["id"] for one in world.sub.get(path).json()] == [made["id"]]
        assert world.ada.get(path).status_code == 403
        assert world.ada.post(path, {"name": "x"}).status_code == 403
        assert world.sub.get(f"/group_categories/{made['id']}").status_code == 200
        assert world.ada.get(f"/group_categories/{made['id']}").status_code == 403


class TestChangingACategory:
    def test_it_writes_only_what_was_sent(self, world: World) -> None:
        world.ada.put(birds(world), {"self_signup": "restricted"})
        changed = world.ada.put(birds(world), {"name": "Fowl"}).json()
        assert (changed["name"], changed["self_signup"]) == ("Fowl", "restricted")
        assert world.ada.put(birds(world), {"self_signup": ""}).json()["self_signup"] is None
        assert world.ada.put(birds(world), {"name": "Fowl"}).status_code == 200

    def test_it_goes_with_its_groups(self, world: World) -> None:
        assert world.ada.delete(birds(world)).json()["name"] == "Birds"
        assert world.ada.get(birds(world)).status_code == 404
        assert world.ada.get(world.group).status_code == 404
        assert world.ada.get(world.course + "/group_categories").json() == []
        assert world.ada.post(world.course + "/group_categories", {"name": "Birds"}).status_code == 200

    def test_a_protected_one_stays(self, world: World) -> None:
        community = world.root.post("/groups", {"name": "Choir"}).json()["group_category_id"]
        reply = world.root.delete(f"/group_categories/{community}")
        assert reply.status_code == 400
        assert "message" in reply.json()


class TestAssigningTheUnassigned:
    def path(self, world: World) -> str:
        return birds(world) + "/assign_unassigned_members"

    def test_with_sync_it_says_who_went_where(self, world: World) -> None:
        tits = world.do(lambda uow: create_group(uow, category_id=world.ids["birds"], name="Tits"))
        reply = world.ada.post(self.path(world), {"sync": "true"})
        assert reply.json() == [
            {"id": world.ids["owls"], "new_members": []},
            {
                "id": tits,
                "new_members": [
                    {
                        "user_id": world.ids["cleo"],
                        "name": "Cleo Patra",
                        "display_name": "Cleo Patra",
                        "sections": [
                            {
                                "section_id": reply.json()[1]["new_members"][0]["sections"][0]["section_id"],
                                "section_code": "Physics",
                            }
                        ],
                    }
                ],
            },
        ]
        assert world.ada.get(birds(world)).json()["unassigned_users_count"] == 0

    def test_without_it_answers_a_progress_that_can_be_asked_again(self, world: World) -> None:
        progress = world.ada.post(self.path(world)).json()
        assert progress == {
            "id": progress["id"],
            "context_id": world.ids["birds"],
            "context_type": "GroupCategory",
            "user_id": world.ids["ada"],
            "tag": "assign_unassigned_members",
            "completion": 100.0,
            "workflow_state": "completed",
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "message": None,
            "url": f"{world.url}/api/v1/progress/{progress['id']}",
        }
        assert world.ada.get(f"/progress/{progress['id']}").json() == progress
        assert world.tia.get(f"/progress/{progress['id']}").json() == progress
        assert world.ben.get(f"/progress/{progress['id']}").status_code == 403
        assert world.ada.get(world.group).json()["members_count"] == 2

    def test_it_respects_the_limit(self, world: World) -> None:
        world.ada.put(world.group, {"max_membership": "1"})
        world.ada.post(self.path(world))
        assert world.ada.get(birds(world)).json()["unassigned_users_count"] == 1

    def test_it_is_for_courses(self, world: World) -> None:
        community = world.root.post("/groups", {"name": "Choir"}).json()["group_category_id"]
        assert world.root.post(f"/group_categories/{community}/assign_unassigned_members").status_code == 400

    def test_it_is_refused_to_students(self, world: World) -> None:
        assert world.ben.post(self.path(world)).status_code == 403


class TestCancellingAProgress:
    def test_it_fails_what_is_not_over(self, world: World) -> None:
        id = world.do(
            lambda uow: begin_progress(
                uow, context_type="GroupCategory", context_id=world.ids["birds"], tag="slow", user_id=None
            )
        )
        assert world.ben.post(f"/progress/{id}/cancel").status_code == 403
        cancelled = world.ada.post(f"/progress/{id}/cancel", {"message": "Enough"}).json()
        assert (cancelled["workflow_state"], cancelled["message"]) == ("failed", "Enough")
        assert world.ada.post(f"/progress/{id}/cancel", {"message": "Again"}).json()["message"] == "Enough"

    def test_it_leaves_alone_what_is_over(self, world: World) -> None:
        progress = world.ada.post(birds(world) + "/assign_unassigned_members").json()
        assert world.ada.post(f"/progress/{progress['id']}/cancel").json() == progress

    def test_it_is_not_found_when_there_is_none(self, world: World) -> None:
        assert world.ada.get("/progress/999999").status_code == 404
        assert world.ada.post("/progress/x/cancel").status_code == 404


class TestImportingMembers:
    def send(self, world: World, text: str | bytes, **how: Any) -> Any:
        data = text.encode() if isinstance(text, str) else text
        return world.ada.request("POST", birds(world) + "/import", files={"attachment": ("m.csv", data, "text/csv")})

    def test_it_puts_people_into_groups_and_tells_how_it_went(self, world: World) -> None:
        ids = world.ids
        text = (
            "canvas_user_id,canvas_group_id,group_name,login_id\n"
            f"{ids['cleo']},{ids['owls']},,\n"
            ",,New birds,BEN@example.com\n"
            f"{ids['eve']},{ids['owls']},,\n"
            f"{ids['tia']},999999,,\n"
            ",,,\n"
        )
        reply = self.send(world, text)
        assert reply.status_code == 200
        progress = reply.json()
        assert (progress["workflow_state"], progress["completion"]) == ("completed", 100.0)
        assert progress["tag"] == "course_group_import"
        assert progress["results"]["imported"] == 2
        assert len(progress["results"]["errors"]) == 3
        listed = {one["name"]: one["members_count"] for one in world.ada.get(birds(world) + "/groups").json()}
        assert listed == {"Owls": 1, "New birds": 1}

    def test_it_takes_the_list_as_the_body(self, world: World) -> None:
        text = f"canvas_user_id,canvas_group_id\n{world.ids['cleo']},{world.ids['owls']}\n"
        reply = world.ada.request(
            "POST", birds(world) + "/import", content=text.encode(), headers={"content-type": "text/csv"}
        )
        assert reply.json()["results"]["imported"] == 1

    @pytest.mark.parametrize(
        "data", [b"a,b\n1,2\n", b"\xff\xfe", b"name\n", b'canvas_user_id,group_name\n"' + b"x" * 200_000]
    )
    def test_what_is_no_list_fails(self, world: World, data: bytes) -> None:
        progress = self.send(world, data).json()
        assert progress["workflow_state"] == "failed"
        assert progress["message"]

    def test_it_needs_a_list(self, world: World) -> None:
        reply = world.ada.post(birds(world) + "/import")
        assert (reply.status_code, reply.json()) == (400, {"message": "attachment is missing"})

    def test_it_is_refused_to_students(self, world: World) -> None:
        assert world.ben.post(birds(world) + "/import").status_code == 403
