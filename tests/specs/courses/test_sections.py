"""Sections. Source: supporting-resources.md §4."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.courses.helpers import enroll, ids, make
from tests.world import World


def add(world: World, name: str = "Lab", who: str = "ada", **data: Any) -> Any:
    sent = {f"course_section[{key}]": value for key, value in {"name": name, **data}.items()}
    return world.as_(who).post(f"{world.course}/sections", sent)


def first(world: World) -> int:
    return int(world.ada.get(f"{world.course}/sections").json()[0]["id"])


class TestMakingASection:
    def test_the_whole_body(self, world: World) -> None:
        made = add(
            world,
            start_at="2026-03-01T00:00:00Z",
            end_at="2026-04-01T00:00:00Z",
            restrict_enrollments_to_section_dates="1",
        ).json()
        assert made == {
            "id": made["id"],
            "course_id": world.ids["physics"],
            "name": "Lab",
            "start_at": "2026-03-01T00:00:00Z",
            "end_at": "2026-04-01T00:00:00Z",
            "created_at": "2026-02-15T12:00:00Z",
            "restrict_enrollments_to_section_dates": True,
            "nonxlist_course_id": None,
            "sis_section_id": None,
            "sis_course_id": None,
            "integration_id": None,
        }

    def test_sis_ids_are_for_those_who_manage_them(self, world: World) -> None:
        assert add(world, sis_section_id="S1").json()["sis_section_id"] is None
        assert add(world, who="root", sis_section_id="S1").json()["sis_section_id"] == "S1"
        assert world.root.get("/sections/sis_section_id:S1").status_code == 200
        reply = add(world, who="root", sis_section_id="S1")
        assert reply.status_code == 400
        assert "sis_source_id" in reply.json()["errors"]

    def test_what_cannot_be_is_refused(self, world: World) -> None:
        assert add(world, name="x" * 256).status_code == 400
        assert add(world, start_at="2026-03-02", end_at="2026-03-01").status_code == 400

    @as_each("tia", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert add(world, who=who).status_code == 403


class TestListingSections:
    def test_it_is_for_readers_of_the_course(self, world: World) -> None:
        assert len(world.ben.get(f"{world.course}/sections").json()) == 1
        assert world.eve.get(f"{world.course}/sections").status_code == 403
        assert world.ben.get("/courses/987654/sections").status_code == 404
        assert "sis_section_id" not in world.ben.get(f"{world.course}/sections").json()[0]

    def test_it_searches_and_pages(self, world: World) -> None:
        made = [add(world, name).json()["id"] for name in ("Lab Ä", "Lab B")]
        assert ids(world.ada.get(f"{world.course}/sections", search_term="lab ä")) == made[:1]
        assert world.ada.get(f"{world.course}/sections", search_term="l").status_code == 400
        reply = world.ada.get(f"{world.course}/sections", per_page=1, page=2)
        assert ids(reply) == made[:1]
        assert "page=3" in reply.links["last"]["url"]

    def test_it_adds_students_or_null(self, world: World) -> None:
        empty = add(world).json()["id"]
        query = {"include[]": ["students", "total_students", "enrollments", "avatar_url", "email", "permissions"]}
        sections = {one["id"]: one for one in world.ada.get(f"{world.course}/sections", params=query).json()}
        assert (sections[empty]["students"], sections[empty]["total_students"]) == (None, 0)
        full = sections[first(world)]
        assert [one["name"] for one in full["students"]] == ["Ben Okri", "Cleo Patra"]
        assert full["students"][0]["enrollments"][0]["type"] == "StudentEnrollment"
        assert "email" not in full["students"][0]  # no address: no key
        assert full["total_students"] == 2
        assert full["permissions"] == {"manage_calendar": True}

    def test_it_costs_the_same_however_many_there_are(self, world: World) -> None:
        query = {"include[]": ["students", "enrollments"], "per_page": 100}
        world.ada.get(f"{world.course}/sections", params=query)
        before = world.statements_of(lambda: world.ada.get(f"{world.course}/sections", params=query))
        for name in ("B", "C", "D"):
            section = add(world, name).json()["id"]
            enroll(world, world.ids["physics"], "eve", course_section_id=section)
        assert world.statements_of(lambda: world.ada.get(f"{world.course}/sections", params=query)) == before <= 6


class TestShowingASection:
    def test_by_both_paths(self, world: World) -> None:
        id = first(world)
        assert world.ben.get(f"/sections/{id}").json() == world.ben.get(f"{world.course}/sections/{id}").json()

    def test_it_is_not_found_in_another_course(self, world: World) -> None:
        other = make(world)["id"]
        assert world.root.get(f"/courses/{other}/sections/{first(world)}").status_code == 404
        for ref in ("987654", "x", "sis_section_id:none"):
            assert world.root.get(f"/sections/{ref}").status_code == 404
        assert world.eve.get(f"/sections/{first(world)}").status_code == 403


class TestChangingASection:
    def test_it_changes_what_was_sent(self, world: World) -> None:
        reply = world.ada.put(f"/sections/{first(world)}", {"course_section[name]": "Renamed"})
        assert reply.json()["name"] == "Renamed"

    def test_sis_ids_need_the_right(self, world: World) -> None:
        reply = world.ada.put(f"/sections/{first(world)}", {"course_section[sis_section_id]": "X"})
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        assert reply.json() == {"message": "You must have manage_sis permission to update sis attributes"}
        reply = world.root.put(f"/sections/{first(world)}", {"course_section[sis_section_id]": "X"})
        assert reply.json()["sis_section_id"] == "X"

    @as_each("tia", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).put(f"/sections/{first(world)}", {"course_section[name]": "X"}).status_code == 403


class TestDeletingASection:
    def test_an_empty_one_goes(self, world: World) -> None:
        made = add(world).json()
        assert world.ada.delete(f"/sections/{made['id']}").json() == made
        assert world.ada.get(f"/sections/{made['id']}").status_code == 404

    def test_one_with_enrollments_stays(self, world: World) -> None:
        reply = world.ada.delete(f"/sections/{first(world)}")
        assert reply.status_code == 400
        assert reply.json() == {"message": "You can't delete a section that has enrollments"}

    def test_its_sis_id_is_free_again(self, world: World) -> None:
        made = add(world, who="root", sis_section_id="S1").json()
        world.root.delete(f"/sections/{made['id']}")
        assert add(world, who="root", sis_section_id="S1").status_code == 200

    def test_it_is_refused_to_students(self, world: World) -> None:
        assert world.ben.delete(f"/sections/{add(world).json()['id']}").status_code == 403


class TestCrossListing:
    def test_it_takes_the_people_along_and_back(self, world: World) -> None:
        other = make(world, offer="1")["id"]
        section = first(world)
        moved = world.root.post(f"/sections/{section}/crosslist/{other}").json()
        assert (moved["course_id"], moved["nonxlist_course_id"]) == (other, world.ids["physics"])
        assert ids(world.ben.get("/courses")) == [other]
        back = world.root.delete(f"/sections/{section}/crosslist").json()
        assert (back["course_id"], back["nonxlist_course_id"]) == (world.ids["physics"], None)
        assert ids(world.ben.get("/courses")) == [world.ids["physics"]]

    def test_its_people_stay_with_the_account_they_came_from(self, world: World) -> None:
        other = make(world, "arts", offer="1")["id"]
        world.root.post(f"/sections/{first(world)}/crosslist/{other}")
        for account in ("science", "arts"):
            users = world.root.get(f"/accounts/{world.ids[account]}/users", search_term="okri").json()
            assert [one["id"] for one in users] == [world.ids["ben"]]

    def test_people_can_still_be_enrolled_where_it_came_from(self, world: World) -> None:
        other = make(world, offer="1")["id"]
        world.root.post(f"/sections/{first(world)}/crosslist/{other}")
        made = enroll(world, world.ids["physics"], "eve")
        assert made["course_id"] == world.ids["physics"]

    def test_one_at_home_cannot_go_back(self, world: World) -> None:
        reply = world.root.delete(f"/sections/{first(world)}/crosslist")
        assert reply.status_code == 400
        assert reply.json() == {"message": "section is not cross-listed"}

    def test_it_needs_the_right_in_both_courses(self, world: World) -> None:
        other = make(world)["id"]
        assert world.ada.post(f"/sections/{first(world)}/crosslist/{other}").status_code == 403
        assert world.root.post(f"/sections/{first(world)}/crosslist/987654").status_code == 404


@pytest.mark.parametrize("limited", [True, False])
def test_somebody_limited_to_a_section_sees_its_people_only(world: World, limited: bool) -> None:
    section = add(world, "Own").json()["id"]
    enroll(
        world,
        world.ids["physics"],
        "eve",
        "Ta",
        course_section_id=section,
        limit_privileges_to_course_section="true" if limited else "false",
    )
    assert len(world.eve.get(f"{world.course}/users", per_page=100).json()) == (1 if limited else 7)
    assert len(world.eve.get(f"{world.course}/enrollments", per_page=100).json()) == (1 if limited else 7)
    assert len(world.eve.get(f"{world.course}/sections").json()) == (1 if limited else 2)
    status = world.eve.get(f"{world.course}/users/{world.ids['ben']}").status_code
    assert status == (404 if limited else 200)
