"""The people, settings, tabs and permissions of a course. Source: supporting-resources.md §1, §3, §12."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.courses.helpers import enroll
from tests.world import World


def names(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [user["name"] for user in reply.json()]


class TestListingThePeopleOfACourse:
    @pytest.mark.parametrize("path", ["users", "search_users"])
    def test_it_lists_them_by_name_without_a_last_page(self, world: World, path: str) -> None:
        reply = world.ben.get(f"{world.course}/{path}", per_page=4)
        assert names(reply) == ["Tia Assist", "Ada Byron", "Ben Okri", "Cleo Patra"]
        assert "next" in reply.links
        assert "last" not in reply.links
        assert names(world.ben.get(f"{world.course}/{path}", limit=2)) == ["Tia Assist", "Ada Byron"]

    def test_it_narrows(self, world: World) -> None:
        users = f"{world.course}/users"
        assert names(world.ada.get(users, enrollment_type="student")) == ["Ben Okri", "Cleo Patra"]
        both = world.ada.get(users, params={"enrollment_type[]": ["ta", "teacher"]})
        assert names(both) == ["Tia Assist", "Ada Byron"]
        assert names(world.ada.get(users, params={"enrollment_type[]": "student_view"})) == []
        assert names(world.ada.get(users, enrollment_role="TaEnrollment")) == ["Tia Assist"]
        assert names(world.ada.get(users, enrollment_role_id=world.ids["role:TaEnrollment"])) == ["Tia Assist"]
        assert names(world.ada.get(users, params={"user_ids[]": [world.ids["ben"], "x"]})) == ["Ben Okri"]
        assert names(world.ada.get(users, search_term="okri")) == ["Ben Okri"]
        assert names(world.ada.get(users, search_term=world.ids["ben"])) == ["Ben Okri"]
        assert world.ada.get(users, search_term="o").status_code == 400

    def test_a_search_looks_only_where_the_caller_sees(self, world: World) -> None:
        users = f"{world.course}/users"
        assert names(world.ada.get(users, search_term="ben@example")) == ["Ben Okri"]
        assert names(world.ben.get(users, search_term="ben@example")) == []

    def test_it_adds_what_class_lists_need(self, world: World) -> None:
        query = {
            "include[]": ["enrollments", "email", "avatar_url", "group_ids", "sections", "uuid", "bio"],
            "search_term": "okri",
        }
        (ben,) = world.ada.get(f"{world.course}/users", params=query).json()
        assert ben["login_id"] == "ben@example.com"
        assert ben["group_ids"] == [world.ids["owls"]]
        assert ben["sections"] == "Physics"
        (enrollment,) = ben["enrollments"]
        assert enrollment["enrollment_state"] == "active"
        assert enrollment["type"] == enrollment["role"] == "StudentEnrollment"
        assert "user" not in enrollment

    def test_those_who_left_are_for_staff(self, world: World) -> None:
        world.ada.delete(f"{world.course}/enrollments/{world.ids['enrollment:cleo']}", {"task": "inactivate"})
        query = {"enrollment_state[]": "inactive"}
        assert names(world.ada.get(f"{world.course}/users", params=query)) == ["Cleo Patra"]
        assert names(world.ben.get(f"{world.course}/users", params=query)) == []
        assert "Cleo Patra" not in names(world.ada.get(f"{world.course}/users"))

    @as_each("dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"{world.course}/users").status_code == 403

    def test_it_costs_the_same_however_many_there_are(self, world: World) -> None:
        query = {"include[]": ["enrollments", "email", "group_ids", "sections"]}
        path = f"{world.course}/users"
        world.ada.get(path)
        one = world.statements_of(lambda: world.ada.get(path, params={**query, "per_page": 1}))
        many = world.statements_of(lambda: world.ada.get(path, params={**query, "per_page": 100}))
        assert many == one <= 5


class TestShowingSomebodyOfACourse:
    def test_it_shows_them(self, world: World) -> None:
        path = f"{world.course}/users/{world.ids['ben']}"
        assert world.cleo.get(path).json()["name"] == "Ben Okri"
        shown = world.ada.get(path, params={"include[]": "enrollments"}).json()
        assert len(shown["enrollments"]) == 1

    def test_others_are_not_found(self, world: World) -> None:
        for ref in (world.ids["eve"], 987654, "x"):
            assert world.ada.get(f"{world.course}/users/{ref}").status_code == 404
        assert world.dov.get(f"{world.course}/users/{world.ids['ben']}").status_code == 403


class TestSettings:
    def test_readers_see_them(self, world: World) -> None:
        shown = world.ben.get(f"{world.course}/settings").json()
        assert shown["allow_student_wiki_edits"] is False
        assert shown["hide_final_grades"] is False
        assert world.eve.get(f"{world.course}/settings").status_code == 403

    def test_editors_change_what_they_send(self, world: World) -> None:
        sent = {"allow_student_wiki_edits": "true", "hide_final_grades": "1", "usage_rights_required": "on"}
        shown = world.ada.put(f"{world.course}/settings", sent).json()
        assert all(shown[name] is True for name in sent)
        assert world.ada.get(f"{world.course}/settings").json() == shown
        assert world.ada.put(f"{world.course}/settings").json() == shown

    def test_students_may_be_kept_out_of_a_course_that_is_over(self, world: World) -> None:
        world.ada.put(f"{world.course}/settings", {"restrict_student_past_view": "true"})
        world.root.delete(world.course, {"event": "conclude"})
        assert world.ben.get(world.course).status_code == 403
        assert world.ada.get(world.course).status_code == 200

    @as_each("ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).put(f"{world.course}/settings", {"hide_final_grades": "1"}).status_code == 403


class TestTabs:
    def test_there_are_four(self, world: World) -> None:
        tabs = world.ben.get(f"{world.course}/tabs").json()
        assert [(tab["id"], tab["position"]) for tab in tabs] == [
            ("home", 1),
            ("pages", 2),
            ("files", 3),
            ("people", 4),
        ]
        assert tabs[0] == {
            "id": "home",
            "label": "Home",
            "type": "internal",
            "position": 1,
            "visibility": "public",
            "html_url": world.course,
            "full_url": f"{world.url}{world.course}",
        }
        assert world.eve.get(f"{world.course}/tabs").status_code == 403

    def test_hiding_pages_hides_them_from_students(self, world: World) -> None:
        reply = world.ada.put(f"{world.course}/tabs/pages", {"hidden": "true"})
        assert reply.json()["hidden"] is True
        assert "pages" not in [tab["id"] for tab in world.ben.get(f"{world.course}/tabs").json()]
        assert "pages" in [tab["id"] for tab in world.ada.get(f"{world.course}/tabs").json()]
        assert world.ben.get(f"{world.course}/pages").status_code != 200
        world.ada.put(f"{world.course}/tabs/pages", {"hidden": "false"})
        assert world.ben.get(f"{world.course}/pages").status_code == 200

    def test_the_others_stay(self, world: World) -> None:
        assert world.ada.put(f"{world.course}/tabs/home", {"hidden": "true"}).status_code == 400
        reply = world.ada.put(f"{world.course}/tabs/files", {"hidden": "true", "position": 1})
        assert (reply.json()["position"], "hidden" in reply.json()) == (3, False)
        assert world.ada.put(f"{world.course}/tabs/grades", {"hidden": "true"}).status_code == 404
        assert world.ben.put(f"{world.course}/tabs/pages", {"hidden": "true"}).status_code == 403


class TestPermissions:
    def test_only_the_asked_names(self, world: World) -> None:
        query = {"permissions[]": ["manage_wiki_create", "read", "manage_blarghs", "become_user"]}
        assert world.ada.get(f"{world.course}/permissions", params=query).json() == {
            "manage_wiki_create": True,
            "read": True,
            "manage_blarghs": False,
            "become_user": False,
        }
        assert world.ben.get(f"{world.course}/permissions", params=query).json()["manage_wiki_create"] is False

    def test_without_names_all_there_are(self, world: World) -> None:
        shown = world.root.get(f"{world.course}/permissions").json()
        assert shown["become_user"] is True
        assert len(shown) > 100

    def test_a_stranger_is_refused(self, world: World) -> None:
        assert world.eve.get(f"{world.course}/permissions").status_code == 403

    def test_both_roles_of_one_person_count(self, world: World) -> None:
        enroll(world, world.ids["physics"], "ben", "Ta")
        query = {"permissions[]": ["manage_wiki_create", "participate_as_student"]}
        assert all(world.ben.get(f"{world.course}/permissions", params=query).json().values())
