"""Enrollments. Source: supporting-resources.md §5."""

import threading
from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.courses.helpers import enroll, ids, make
from tests.world import World

NO_USER = "Can't create an enrollment without a user. Include enrollment[user_id] to create an enrollment"


def post(world: World, who: str = "ada", **data: Any) -> Any:
    return world.as_(who).post(
        f"{world.course}/enrollments", {f"enrollment[{key}]": value for key, value in data.items()}
    )


class TestEnrolling:
    def test_the_whole_body(self, world: World) -> None:
        made = post(world, user_id=world.ids["eve"]).json()
        eve, base = world.ids["eve"], f"{world.url}{world.course}"
        assert made == {
            "id": made["id"],
            "root_account_id": 1,
            "user_id": eve,
            "course_id": world.ids["physics"],
            "course_section_id": made["course_section_id"],
            "associated_user_id": None,
            "limit_privileges_to_course_section": False,
            "enrollment_state": "invited",
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "start_at": None,
            "end_at": None,
            "type": "StudentEnrollment",
            "role": "StudentEnrollment",
            "role_id": world.ids["role:StudentEnrollment"],
            "html_url": f"{base}/users/{eve}",
            "last_activity_at": None,
            "last_attended_at": None,
            "total_activity_time": 0,
            "grades": {
                "html_url": f"{base}/grades/{eve}",
                "current_score": None,
                "current_grade": None,
                "final_score": None,
                "final_grade": None,
            },
            "sis_account_id": "SCI",
            "sis_course_id": None,
            "course_integration_id": None,
            "sis_section_id": None,
            "section_integration_id": None,
            "sis_user_id": None,
            "user": {
                "id": eve,
                "name": "Eve Elsewhere",
                "created_at": "2026-02-15T12:00:00Z",
                "sortable_name": "Elsewhere, Eve",
                "short_name": "Eve Elsewhere",
                "sis_user_id": None,
                "integration_id": None,
                "login_id": "eve@example.com",
            },
        }

    def test_it_opens_the_course(self, world: World) -> None:
        post(world, user_id=world.ids["eve"], enrollment_state="active")
        assert world.eve.get(world.course).status_code == 200

    def test_it_takes_references_and_sections(self, world: World) -> None:
        section = world.ada.post(f"{world.course}/sections", {"course_section[name]": "Lab"}).json()["id"]
        by_param = post(world, user_id="sis_login_id:eve@example.com", course_section_id=section).json()
        assert by_param["course_section_id"] == section
        by_path = world.ada.post(f"/sections/{section}/enrollments", {"enrollment[user_id]": world.ids["sub"]}).json()
        assert (by_path["course_section_id"], by_path["course_id"]) == (section, world.ids["physics"])

    def test_an_observer_observes_somebody(self, world: World) -> None:
        made = post(
            world, user_id=world.ids["eve"], type="ObserverEnrollment", associated_user_id=world.ids["ben"]
        ).json()
        assert made["associated_user_id"] == world.ids["ben"]

    def test_enrolling_again_gives_the_same(self, world: World) -> None:
        first = post(world, user_id=world.ids["eve"]).json()
        again = post(world, user_id=world.ids["eve"], enrollment_state="active").json()
        assert (again["id"], again["enrollment_state"]) == (first["id"], "active")
        assert post(world, user_id=world.ids["eve"]).json()["enrollment_state"] == "active"
        other = post(world, user_id=world.ids["eve"], type="TaEnrollment").json()
        assert other["id"] != first["id"]

    def test_who_was_taken_out_comes_back(self, world: World) -> None:
        first = post(world, user_id=world.ids["eve"], enrollment_state="active").json()["id"]
        world.ada.delete(f"{world.course}/enrollments/{first}", {"task": "delete"})
        again = post(world, user_id=world.ids["eve"], enrollment_state="active").json()
        assert (again["id"], again["enrollment_state"]) == (first, "active")

    def test_of_two_at_once_one_is_made(self, world: World) -> None:
        made: list[int] = []

        def enroll_eve() -> None:
            client = world.with_token(world.tokens["ada"])
            reply = client.post(f"{world.course}/enrollments", {"enrollment[user_id]": world.ids["eve"]})
            made.append(reply.json()["id"])

        threads = [threading.Thread(target=enroll_eve) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 3
        assert len(set(made)) == 1

    def test_a_custom_role_brings_its_type(self, world: World) -> None:
        role = world.root.post("/accounts/1/roles", {"label": "Grader", "base_role_type": "TaEnrollment"}).json()["id"]
        made = post(world, user_id=world.ids["eve"], role_id=role).json()
        assert (made["type"], made["role"], made["role_id"]) == ("TaEnrollment", "Grader", role)
        assert post(world, user_id=world.ids["sub"], role="Grader").json()["role_id"] == role
        (mine,) = world.root.get(f"/users/{world.ids['eve']}/courses").json()[0]["enrollments"]
        assert (mine["type"], mine["role"]) == ("ta", "Grader")


class TestWhatCannotBeEnrolled:
    def refused(self, reply: Any) -> Any:
        assert reply.status_code == 400, reply.text
        return reply.json()["message"]

    def test_nothing(self, world: World) -> None:
        assert self.refused(post(world)) == "No parameters given"

    def test_nobody(self, world: World) -> None:
        assert self.refused(post(world, type="StudentEnrollment")) == NO_USER

    def test_a_type_or_role_there_is_not(self, world: World) -> None:
        assert self.refused(post(world, user_id=1, type="WizardEnrollment")) == "Invalid type"
        for role in (987654, "x", world.ids["role:AccountAdmin"]):
            assert self.refused(post(world, user_id=1, role_id=role)) == "Invalid role"
        assert self.refused(post(world, user_id=1, role="AccountAdmin")) == "Invalid role"

    def test_everything_that_is_wrong_is_said(self, world: World) -> None:
        assert self.refused(post(world, type="WizardEnrollment")) == f"Invalid type, {NO_USER}"

    def test_a_role_of_another_type(self, world: World) -> None:
        role = world.ids["role:TaEnrollment"]
        says = self.refused(post(world, user_id=1, role_id=role, type="StudentEnrollment"))
        assert says == "The specified type must match the base type for the role"

    def test_an_inactive_role(self, world: World) -> None:
        role = world.root.post("/accounts/1/roles", {"label": "Old", "base_role_type": "TaEnrollment"}).json()["id"]
        world.root.delete(f"/accounts/1/roles/{role}")
        says = self.refused(post(world, "root", user_id=1, role_id=role))
        assert says == "Cannot create an enrollment with this role because it is inactive."

    def test_a_concluded_course(self, world: World) -> None:
        world.root.delete(world.course, {"event": "conclude"})
        says = self.refused(post(world, "root", user_id=world.ids["eve"]))
        assert says == "Can't add an enrollment to a concluded course."
        assert post(world, "ada", user_id=world.ids["eve"]).status_code == 403

    def test_people_and_sections_there_are_not(self, world: World) -> None:
        for user in (987654, "x", "sis_user_id:none"):
            assert post(world, user_id=user).status_code == 404
        other = make(world)["id"]
        section = world.root.get(f"/courses/{other}/sections").json()[0]["id"]
        assert post(world, user_id=1, course_section_id=section).status_code == 404
        assert post(world, user_id=1, course_section_id="x").status_code == 404

    @pytest.mark.parametrize(("who", "type"), [("tia", "Teacher"), ("dee", "Ta"), ("dee", "Designer")])
    def test_each_kind_needs_its_own_right(self, world: World, who: str, type: str) -> None:
        assert post(world, who, user_id=world.ids["eve"], type=f"{type}Enrollment").status_code == 403
        assert post(world, who, user_id=world.ids["eve"]).status_code == 200

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert post(world, who, user_id=world.ids["eve"]).status_code == 403


class TestListingEnrollmentsOfACourse:
    def test_by_type_name_and_id_with_bookmarks(self, world: World) -> None:
        seen: list[tuple[str, str]] = []
        url = f"{world.course}/enrollments?per_page=2"
        while url:
            reply = world.ada.get(url)
            assert reply.status_code == 200
            seen += [(one["type"], one["user"]["sortable_name"]) for one in reply.json()]
            assert {"last", "prev"}.isdisjoint(reply.links)
            assert "page=first" in reply.links["first"]["url"]
            url = reply.links.get("next", {}).get("url", "").removeprefix(world.url)
        assert seen == sorted(seen)
        assert len(seen) == 6

    def test_the_last_page_says_so(self, world: World) -> None:
        reply = world.ada.get(f"{world.course}/enrollments", per_page=100, page="first")
        assert "next" not in reply.links
        assert "current" in reply.links

    @as_each("bookmark:x", "bookmark:WzFd", "0", "-1", "abc")
    def test_another_page_is_not_found(self, world: World, who: str) -> None:
        assert world.ada.get(f"{world.course}/enrollments", page=who).status_code == 404

    def test_it_narrows(self, world: World) -> None:
        def count(**query: Any) -> int:
            return len(world.ada.get(f"{world.course}/enrollments", params=query).json())

        assert count(**{"type[]": "StudentEnrollment"}) == 2
        assert count(**{"type[]": ["StudentEnrollment", "TaEnrollment"]}) == 3
        assert count(**{"role[]": "DesignerEnrollment"}) == 1
        assert count(**{"role_id[]": world.ids["role:TaEnrollment"]}) == 1
        assert count(user_id=world.ids["ben"]) == 1
        assert count(user_id="self") == 1
        assert count(user_id=987654) == 0
        assert count(**{"state[]": "completed"}) == 0
        assert count(**{"state[]": "nonsense"}) == 0
        assert count(**{"sis_account_id[]": "SCI"}) == 6
        assert count(**{"sis_course_id[]": "none"}) == 0
        assert count(**{"sis_section_id[]": "none"}) == 0
        assert count(**{"sis_user_id[]": "none"}) == 0
        assert count(enrollment_term_id="default") == 6

    def test_inactive_people_are_for_staff(self, world: World) -> None:
        world.ada.delete(f"{world.course}/enrollments/{world.ids['enrollment:cleo']}", {"task": "inactivate"})
        assert len(world.ada.get(f"{world.course}/enrollments").json()) == 6
        assert len(world.ben.get(f"{world.course}/enrollments").json()) == 5
        assert len(world.ben.get(f"{world.course}/enrollments", params={"state[]": "inactive"}).json()) == 0

    def test_sis_filters_need_sis_rights(self, world: World) -> None:
        reply = world.ben.get(f"{world.course}/enrollments", params={"sis_user_id[]": "x"})
        assert reply.status_code == 400
        assert reply.json() == {"message": "Insufficient permissions to filter by SIS fields"}

    def test_students_see_less_of_others_than_of_themselves(self, world: World) -> None:
        rows = world.ben.get(f"{world.course}/enrollments", params={"type[]": "StudentEnrollment"}).json()
        mine, other = rows
        assert {"last_activity_at", "total_activity_time"} <= set(mine)
        assert "current_score" in mine["grades"]
        assert "last_activity_at" not in other
        assert "current_score" not in other["grades"]
        assert not {"sis_user_id", "sis_import_id"} & set(other)
        assert "login_id" not in other["user"]

    def test_who_may_not_see_the_roster_sees_themselves(self, world: World) -> None:
        assert world.dov.get(f"{world.course}/enrollments").status_code == 403
        assert len(world.dov.get(f"{world.course}/enrollments", user_id="self").json()) == 1
        assert world.dov.get(f"{world.course}/enrollments", user_id=world.ids["ben"]).status_code == 403
        assert world.eve.get(f"{world.course}/enrollments").status_code == 403

    def test_it_adds_what_is_asked_for(self, world: World) -> None:
        query = {
            "include[]": ["avatar_url", "uuid", "observed_users", "can_be_removed", "locked"],
            "type[]": "ObserverEnrollment",
        }
        (one,) = world.ada.get(f"{world.course}/enrollments", params=query).json()
        assert one["observed_user"]["name"] == "Ben Okri"
        assert (one["can_be_removed"], one["locked"]) == (True, False)
        assert {"avatar_url", "uuid"} <= set(one["user"])

    def test_of_a_section(self, world: World) -> None:
        section = world.ada.get(f"{world.course}/sections").json()[0]["id"]
        assert len(world.ada.get(f"/sections/{section}/enrollments").json()) == 6
        assert world.eve.get(f"/sections/{section}/enrollments").status_code == 403
        assert world.ada.get("/sections/987654/enrollments").status_code == 404

    def test_it_costs_the_same_however_many_there_are(self, world: World) -> None:
        path = f"{world.course}/enrollments"
        world.ada.get(path)
        one = world.statements_of(lambda: world.ada.get(path, per_page=1))
        assert world.statements_of(lambda: world.ada.get(path, per_page=100)) == one <= 4


class TestListingEnrollmentsOfAUser:
    def test_it_is_for_oneself_and_admins(self, world: World) -> None:
        for who in ("ben", "root", "sub"):
            assert len(world.as_(who).get(f"/users/{world.ids['ben']}/enrollments").json()) == 1
        for who in ("ada", "cleo", "dov", "eve"):
            assert world.as_(who).get(f"/users/{world.ids['ben']}/enrollments").status_code == 403

    def test_an_admin_of_one_part_sees_that_part(self, world: World) -> None:
        enroll(world, make(world, "arts", offer="1")["id"], "ben")
        assert len(world.sub.get(f"/users/{world.ids['ben']}/enrollments").json()) == 1
        assert len(world.root.get(f"/users/{world.ids['ben']}/enrollments").json()) == 2

    @pytest.mark.parametrize(
        ("state", "count"),
        [
            ("active", 1),
            ("invited", 1),
            ("completed", 1),
            ("current_and_invited", 2),
            ("current_and_future", 2),
            ("current_future_and_restricted", 2),
            ("current_and_concluded", 2),
        ],
    )
    def test_it_knows_states_of_its_own(self, world: World, state: str, count: int) -> None:
        enroll(world, make(world, offer="1")["id"], "ben", state="invited")
        over = enroll(world, make(world, offer="1")["id"], "ben")
        world.root.delete(f"/courses/{over['course_id']}/enrollments/{over['id']}", {"task": "conclude"})
        reply = world.ben.get("/users/self/enrollments", params={"state[]": state})
        assert len(ids(reply)) == count

    def test_another_state_is_refused(self, world: World) -> None:
        reply = world.ben.get("/users/self/enrollments", params={"state[]": "nonsense"})
        assert (reply.status_code, reply.json()) == (400, {"error": "Invalid state nonsense"})


class TestShowingAnEnrollment:
    def test_it_is_shown_to_admins_and_its_owner(self, world: World) -> None:
        path = f"/accounts/1/enrollments/{world.ids['enrollment:ben']}"
        assert world.root.get(path).json()["user_id"] == world.ids["ben"]
        assert world.ben.get(path).status_code == 200
        assert world.ada.get(path).status_code == 403

    def test_it_is_found_below_its_accounts_only(self, world: World) -> None:
        enrollment = world.ids["enrollment:ben"]
        assert world.sub.get(f"/accounts/{world.ids['science']}/enrollments/{enrollment}").status_code == 200
        assert world.root.get(f"/accounts/{world.ids['arts']}/enrollments/{enrollment}").status_code == 404
        assert world.root.get("/accounts/1/enrollments/987654").status_code == 404
        assert world.root.get("/accounts/1/enrollments/x").status_code == 404


class TestEndingAnEnrollment:
    @pytest.mark.parametrize(
        ("sent", "state"),
        [
            ({}, "completed"),
            ({"task": "conclude"}, "completed"),
            ({"task": "delete"}, "deleted"),
            ({"task": "inactivate"}, "inactive"),
            ({"task": "deactivate"}, "inactive"),
        ],
    )
    def test_it_answers_with_the_enrollment(self, world: World, sent: dict[str, str], state: str) -> None:
        reply = world.ada.delete(f"{world.course}/enrollments/{world.ids['enrollment:ben']}", sent)
        assert reply.json()["enrollment_state"] == state
        assert world.ben.get(world.course).status_code == (200 if state == "completed" else 403)

    def test_an_inactive_one_comes_back(self, world: World) -> None:
        path = f"{world.course}/enrollments/{world.ids['enrollment:ben']}"
        reply = world.ada.put(f"{path}/reactivate")
        assert (reply.status_code, reply.json()) == (400, {"error": "enrollment not inactive"})
        world.ada.delete(path, {"task": "deactivate"})
        assert world.ada.put(f"{path}/reactivate").json()["enrollment_state"] == "active"

    def test_each_kind_needs_its_own_right(self, world: World) -> None:
        assert world.tia.delete(f"{world.course}/enrollments/{world.ids['enrollment:ada']}").status_code == 403
        assert world.tia.delete(f"{world.course}/enrollments/{world.ids['enrollment:ben']}").status_code == 200

    def test_one_of_another_course_is_not_found(self, world: World) -> None:
        other = make(world)["id"]
        path = f"/courses/{other}/enrollments/{world.ids['enrollment:ben']}"
        assert world.root.delete(path).status_code == 404

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        path = f"{world.course}/enrollments/{world.ids['enrollment:ben']}"
        assert world.as_(who).delete(path).status_code == 403
        assert world.as_(who).put(f"{path}/reactivate").status_code == 403


class TestAnsweringAnInvitation:
    def invitation(self, world: World) -> str:
        made = post(world, user_id=world.ids["eve"]).json()["id"]
        return f"{world.course}/enrollments/{made}"

    def test_accepting_opens_the_course(self, world: World) -> None:
        path = self.invitation(world)
        assert world.eve.get(world.course).status_code == 403
        assert world.eve.post(f"{path}/accept").json() == {"success": True}
        assert world.eve.get(world.course).status_code == 200
        again = world.eve.post(f"{path}/accept")
        assert (again.status_code, again.json()) == (400, {"error": "no current invitation"})

    def test_rejecting_does_not(self, world: World) -> None:
        path = self.invitation(world)
        assert world.eve.post(f"{path}/reject").json() == {"success": True}
        assert world.eve.get(world.course).status_code == 403

    @as_each("ada", "ben", "root")
    def test_it_is_ones_own(self, world: World, who: str) -> None:
        path = self.invitation(world)
        assert world.as_(who).post(f"{path}/accept").status_code == 403
        assert world.as_(who).post(f"{path}/reject").status_code == 403
