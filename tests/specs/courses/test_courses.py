"""Courses: made, shown, changed, ended. Source: supporting-resources.md §3."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.courses.helpers import enroll, ids, make
from tests.world import World


class TestCreatingACourse:
    def test_the_whole_body(self, world: World) -> None:
        made = make(world, name="Chemistry", course_code="CH1")
        assert made == {
            "id": made["id"],
            "name": "Chemistry",
            "account_id": world.ids["science"],
            "uuid": made["uuid"],
            "start_at": None,
            "end_at": None,
            "grading_standard_id": None,
            "is_public": False,
            "created_at": "2026-02-15T12:00:00Z",
            "course_code": "CH1",
            "default_view": "modules",
            "root_account_id": 1,
            "enrollment_term_id": made["enrollment_term_id"],
            "license": "private",
            "grade_passback_setting": None,
            "public_syllabus": False,
            "public_syllabus_to_auth": False,
            "storage_quota_mb": 500,
            "is_public_to_auth_users": False,
            "homeroom_course": False,
            "course_color": None,
            "friendly_name": None,
            "apply_assignment_group_weights": False,
            "calendar": {"ics": made["calendar"]["ics"]},
            "time_zone": "America/Denver",
            "blueprint": False,
            "template": False,
            "hide_final_grades": False,
            "workflow_state": "unpublished",
            "restrict_enrollments_to_course_dates": False,
            "overridden_course_visibility": "",
            "sis_course_id": None,
            "integration_id": None,
            "sis_import_id": None,
            "enrollments": [],
        }
        assert made["calendar"]["ics"].startswith(f"{world.url}/feeds/calendars/course_{made['id']}_")

    def test_it_needs_nothing(self, world: World) -> None:
        made = world.root.post("/accounts/1/courses").json()
        assert (made["name"], made["course_code"]) == ("My Course", "My Course")

    def test_it_has_a_default_section_named_as_the_course(self, world: World) -> None:
        made = make(world, name="Chemistry")
        (section,) = world.root.get(f"/courses/{made['id']}/sections").json()
        assert section["name"] == "Chemistry"

    def test_offer_publishes_it(self, world: World) -> None:
        assert make(world, offer="true")["workflow_state"] == "available"

    def test_enroll_me_understands_the_text_true_only(self, world: World) -> None:
        (mine,) = make(world, enroll_me="true")["enrollments"]
        assert (mine["type"], mine["role"], mine["enrollment_state"]) == ("teacher", "TeacherEnrollment", "active")
        assert make(world, enroll_me="1")["enrollments"] == []

    def test_it_keeps_what_it_is_told(self, world: World) -> None:
        made = make(
            world,
            is_public="true",
            license="cc_by",
            time_zone="Alaska",
            default_view="wiki",
            course_format="online",
            storage_quota_mb="7",
            sis_course_id="CS/101.é",
            integration_id="I1",
            public_description="For all",
        )
        assert made["is_public"] is True
        assert (made["license"], made["time_zone"]) == ("cc_by", "America/Juneau")
        assert (made["default_view"], made["course_format"], made["storage_quota_mb"]) == ("wiki", "online", 7)
        assert (made["sis_course_id"], made["integration_id"]) == ("CS/101.é", "I1")
        found = world.root.get("/courses/sis_course_id:CS%2F101%2E%C3%A9").json()
        assert found["id"] == made["id"]

    def test_dates_count_only_when_they_restrict(self, world: World) -> None:
        dates = {"start_at": "2026-03-01T10:00:00-06:00", "end_at": "2026-06-01"}
        dropped = make(world, **dates)
        assert (dropped["start_at"], dropped["end_at"]) == (None, None)
        kept = make(world, restrict_enrollments_to_course_dates="1", **dates)
        assert kept["start_at"] == "2026-03-01T16:00:00Z"
        assert kept["end_at"] == "2026-06-02T05:59:59Z"  # the end of that day, in the campus's zone

    def test_it_may_stand_below(self, world: World) -> None:
        assert make(world, "root", account_id=world.ids["arts"])["account_id"] == world.ids["arts"]
        assert make(world, "root", account_id="sis_account_id:SCI")["account_id"] == world.ids["science"]

    def test_it_does_not_stand_beside(self, world: World) -> None:
        path = f"/accounts/{world.ids['science']}/courses"
        for account in (world.ids["arts"], 1, 987654, "x"):
            assert world.root.post(path, {"course[account_id]": account}).status_code == 404

    def test_it_stands_in_the_term_it_is_told(self, world: World) -> None:
        term = world.root.post("/accounts/1/terms", {"enrollment_term[name]": "Spring"}).json()["id"]
        assert make(world, term_id=term)["enrollment_term_id"] == term
        assert make(world, enrollment_term_id="default")["enrollment_term_id"] != term
        sent = {"course[term_id]": 987654}
        assert world.root.post("/accounts/1/courses", sent).status_code == 404

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("name", "x" * 256),
            ("course_code", "x" * 256),
            ("time_zone", "Mars"),
            ("default_view", "nonsense"),
            ("syllabus_body", "x" * 512_000),
        ],
    )
    def test_what_cannot_be_is_refused_by_attribute(self, world: World, key: str, value: str) -> None:
        reply = world.root.post("/accounts/1/courses", {f"course[{key}]": value})
        assert reply.status_code == 400
        assert key in reply.json()["errors"]

    def test_it_cannot_end_before_it_begins(self, world: World) -> None:
        sent = {
            "course[restrict_enrollments_to_course_dates]": "1",
            "course[start_at]": "2026-06-01",
            "course[end_at]": "2026-05-01",
        }
        assert "conclude_at" in world.root.post("/accounts/1/courses", sent).json()["errors"]

    def test_a_sis_id_that_is_taken_is_refused(self, world: World) -> None:
        make(world, sis_course_id="C1")
        reply = world.root.post("/accounts/1/courses", {"course[sis_course_id]": "C1"})
        assert reply.status_code == 400
        assert reply.json()["errors"]["sis_source_id"][0]["message"] == 'SIS ID "C1" is already in use'

    def test_sis_ids_are_ignored_without_the_right(self, world: World) -> None:
        path = f"/accounts/{world.ids['science']}/courses"
        made = world.sub.post(path, {"course[sis_course_id]": "C1"})
        assert made.status_code == 200
        assert made.json()["sis_course_id"] is None

    def test_a_deleted_course_comes_back_when_told_to(self, world: World) -> None:
        made = make(world, sis_course_id="C1")
        world.root.delete(f"/courses/{made['id']}", {"event": "delete"})
        sent = {"course[sis_course_id]": "C1", "enable_sis_reactivation": "true"}
        assert world.root.post("/accounts/1/courses", sent).json()["id"] == made["id"]

    @as_each("ada", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).post(f"/accounts/{world.ids['science']}/courses").status_code == 403

    def test_teachers_may_where_the_account_lets_them(self, world: World) -> None:
        world.root.put("/accounts/1", {"account[settings][teachers_can_create_courses]": "true"})
        assert world.ada.post(f"/accounts/{world.ids['science']}/courses").status_code == 200
        assert world.ada.post(f"/accounts/{world.ids['arts']}/courses").status_code == 403
        assert world.ben.post(f"/accounts/{world.ids['science']}/courses").status_code == 403


class TestShowingACourse:
    @as_each("ada", "tia", "dee", "ben", "dov", "root", "sub")
    def test_it_is_shown_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(world.course).json()["course_code"] == "PHY101"

    def test_a_stranger_is_refused(self, world: World) -> None:
        assert world.eve.get(world.course).status_code == 403
        assert world.anyone.get(world.course).status_code == 401

    def test_it_shows_ones_own_enrollments(self, world: World) -> None:
        (mine,) = world.dov.get(world.course).json()["enrollments"]
        assert mine == {
            "type": "observer",
            "role": "ObserverEnrollment",
            "role_id": world.ids["role:ObserverEnrollment"],
            "user_id": world.ids["dov"],
            "enrollment_state": "active",
            "limit_privileges_to_course_section": False,
            "associated_user_id": world.ids["ben"],
        }

    def test_sis_ids_are_for_staff(self, world: World) -> None:
        assert "sis_course_id" in world.ada.get(world.course).json()
        assert "sis_course_id" not in world.ben.get(world.course).json()
        assert "sis_import_id" not in world.ada.get(world.course).json()

    def test_it_is_found_below_its_accounts_only(self, world: World) -> None:
        id = world.ids["physics"]
        assert world.root.get(f"/accounts/1/courses/{id}").json()["id"] == id
        assert world.root.get(f"/accounts/{world.ids['science']}/courses/{id}").status_code == 200
        assert world.root.get(f"/accounts/{world.ids['arts']}/courses/{id}").status_code == 404

    def test_a_public_course_is_anybodys(self, world: World) -> None:
        world.ada.put(world.course, {"course[is_public]": "true"})
        reply = world.anyone.get(world.course)
        assert reply.status_code == 200
        assert "enrollments" not in reply.json()
        assert world.eve.get(world.course).status_code == 200

    def test_a_course_public_to_signed_in_people_is_theirs(self, world: World) -> None:
        world.ada.put(world.course, {"course[is_public_to_auth_users]": "true"})
        assert world.anyone.get(world.course).status_code == 401
        assert world.eve.get(world.course).status_code == 200

    def test_students_do_not_see_an_unpublished_course(self, world: World) -> None:
        world.ada.put(world.course, {"course[event]": "claim"})
        assert world.ben.get(world.course).status_code == 403
        assert world.ada.get(world.course).json()["workflow_state"] == "unpublished"

    def test_students_know_only_that_a_course_will_begin(self, world: World) -> None:
        world.ada.put(
            world.course,
            {"course[restrict_enrollments_to_course_dates]": "1", "course[start_at]": "2026-03-01"},
        )
        only = {"id": world.ids["physics"], "access_restricted_by_date": True}
        assert world.ben.get(world.course).json() == only
        assert world.ben.get("/courses").json() == [only]
        assert world.ada.get(world.course).json()["name"] == "Physics"
        world.clock.advance(days=20)
        assert world.ben.get(world.course).json()["name"] == "Physics"

    def test_a_deleted_course_is_there_for_those_who_ask_for_all(self, world: World) -> None:
        world.root.delete(world.course, {"event": "delete"})
        assert world.root.get(world.course).status_code == 404
        reply = world.root.get(world.course, params={"include[]": "all_courses"})
        assert reply.json()["workflow_state"] == "deleted"
        assert world.ben.get(world.course, params={"include[]": "all_courses"}).status_code == 403

    @as_each("987654", "x", "sis_course_id:none", "99999999999999999999", "sis_account_id:SCI")
    def test_it_does_not_find(self, world: World, who: str) -> None:
        assert world.root.get(f"/courses/{who}").status_code == 404

    def test_every_include_is_answered(self, world: World) -> None:
        from quadrangle.wire.canvas.course_json import INCLUDES

        course = world.ada.get(world.course, params={"include[]": list(INCLUDES)}).json()
        assert course["term"]["name"] == "Default Term"
        assert course["account"]["name"] == course["account_name"] == "Science"
        assert course["teachers"] == [
            {
                "id": world.ids["ada"],
                "anonymous_id": course["teachers"][0]["anonymous_id"],
                "display_name": "Ada Byron",
                "avatar_image_url": f"{world.url}/images/avatar-50.png",
                "html_url": f"{world.url}{world.course}/users/{world.ids['ada']}",
                "pronouns": None,
            }
        ]
        assert course["total_students"] == 2
        assert course["sections"][0]["enrollment_role"] == "TeacherEnrollment"
        assert course["permissions"] == {"create_discussion_topic": True, "create_announcement": True}
        assert course["concluded"] is False
        assert course["syllabus_body"] is None
        assert [tab["id"] for tab in course["tabs"]] == ["home", "pages", "files", "people"]
        assert world.ben.get(world.course, include="course_progress").json()["course_progress"] == {
            "requirement_count": 0,
            "requirement_completed_count": 0,
            "next_requirement_url": None,
            "completed_at": None,
        }


class TestChangingACourse:
    def test_it_changes_what_was_sent(self, world: World) -> None:
        reply = world.ada.put(world.course, {"course[name]": "Physics II", "course[syllabus_body]": "<p>Week one</p>"})
        assert reply.status_code == 200
        assert (reply.json()["name"], reply.json()["course_code"]) == ("Physics II", "PHY101")
        assert world.ben.get(world.course, include="syllabus_body").json()["syllabus_body"] == "<p>Week one</p>"

    def test_it_takes_a_json_body_and_unknown_keys(self, world: World) -> None:
        reply = world.ada.put(world.course, json={"course": {"name": "J", "image_url": "x", "is_public": True}})
        assert (reply.json()["name"], reply.json()["is_public"]) == ("J", True)

    def test_the_syllabus_is_sanitised(self, world: World) -> None:
        world.ada.put(world.course, {"course[syllabus_body]": "<p onclick='x()'>A<script>alert(1)</script></p>"})
        body = world.ada.get(world.course, include="syllabus_body").json()["syllabus_body"]
        assert "script" not in body
        assert "onclick" not in body

    def test_nothing_and_blank_names_change_nothing(self, world: World) -> None:
        before = world.ada.get(world.course).json()
        assert world.ada.put(world.course).json() == before
        assert world.ada.put(world.course, {"course[name]": " "}).json() == before

    def test_students_edit_pages_when_they_are_let(self, world: World) -> None:
        assert world.ben.post(f"{world.course}/pages", {"wiki_page[title]": "Mine"}).status_code == 403
        world.ada.put(world.course, {"course[allow_student_wiki_edits]": "true"})
        assert world.ben.post(f"{world.course}/pages", {"wiki_page[title]": "Mine"}).status_code == 200

    @pytest.mark.parametrize(
        ("event", "state"),
        [("claim", "unpublished"), ("offer", "available"), ("conclude", "completed"), ("nonsense", "available")],
    )
    def test_an_event_happens(self, world: World, event: str, state: str) -> None:
        assert world.root.put(world.course, {"course[event]": event}).json()["workflow_state"] == state

    def test_it_comes_back_from_deletion(self, world: World) -> None:
        world.root.put(world.course, {"course[event]": "delete"})
        assert world.root.get(world.course).status_code == 404
        assert world.ada.put(world.course, {"course[event]": "undelete"}).status_code == 403
        assert world.root.put(world.course, {"course[event]": "undelete"}).json()["workflow_state"] == "unpublished"

    def test_offer_publishes_it(self, world: World) -> None:
        made = make(world)
        reply = world.root.put(f"/courses/{made['id']}", {"offer": "true"})
        assert reply.json()["workflow_state"] == "available"

    def test_a_teacher_changes_content_but_neither_place_nor_sis_ids(self, world: World) -> None:
        for key, value in (
            ("account_id", world.ids["arts"]),
            ("sis_course_id", "X"),
            ("storage_quota_mb", "3"),
            ("event", "delete"),
        ):
            assert world.ada.put(world.course, {f"course[{key}]": value}).status_code == 403, key
        # What is as it was is no change.
        assert world.ada.put(world.course, {"course[account_id]": world.ids["science"]}).status_code == 200

    def test_an_admin_moves_it(self, world: World) -> None:
        term = world.root.post("/accounts/1/terms", {"enrollment_term[name]": "Spring"}).json()["id"]
        sent = {
            "course[account_id]": world.ids["arts"],
            "course[term_id]": term,
            "course[sis_course_id]": "S1",
            "course[storage_quota_mb]": "9",
        }
        moved = world.root.put(world.course, sent).json()
        assert (moved["account_id"], moved["enrollment_term_id"]) == (world.ids["arts"], term)
        assert (moved["sis_course_id"], moved["storage_quota_mb"]) == ("S1", 9)
        make(world, sis_course_id="S2")
        assert world.root.put(world.course, {"course[sis_course_id]": "S2"}).status_code == 400

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).put(world.course, {"course[name]": "X"}).status_code == 403
        assert world.as_(who).put(world.course).status_code == 403


class TestEndingACourse:
    def test_conclude(self, world: World) -> None:
        assert world.ada.delete(world.course, {"event": "conclude"}).json() == {"conclude": True}
        assert world.root.get(world.course).json()["workflow_state"] == "completed"

    def test_concluding_twice_fails(self, world: World) -> None:
        world.root.delete(world.course, {"event": "conclude"})
        reply = world.root.delete(world.course, {"event": "conclude"})
        assert (reply.status_code, reply.json()) == (400, {"conclude": False})

    def test_delete(self, world: World) -> None:
        assert world.root.delete(world.course, {"event": "delete"}).json() == {"delete": True}
        assert world.root.delete(world.course, {"event": "delete"}).status_code == 404

    @pytest.mark.parametrize("sent", [{}, {"event": "nonsense"}, {"event": ""}])
    def test_there_are_no_other_events(self, world: World, sent: dict[str, str]) -> None:
        reply = world.root.delete(world.course, sent)
        assert reply.status_code == 400
        assert reply.json() == {"message": 'Only "delete" and "conclude" events are allowed.'}

    def test_a_teacher_does_not_delete(self, world: World) -> None:
        assert world.ada.delete(world.course, {"event": "delete"}).status_code == 403

    @as_each("ben", "tia", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).delete(world.course, {"event": "conclude"}).status_code == 403


class TestListingOnesCourses:
    def test_it_lists_what_one_is_in(self, world: World) -> None:
        (course,) = world.ben.get("/courses").json()
        assert course["enrollments"][0]["type"] == "student"
        assert world.eve.get("/courses").json() == []
        assert world.root.get("/courses").json() == []
        assert world.anyone.get("/courses").status_code == 401

    def test_students_see_available_courses_and_staff_all_but_deleted_ones(self, world: World) -> None:
        draft = make(world)["id"]
        enroll(world, draft, "ben")
        enroll(world, draft, "ada", "Teacher")
        assert ids(world.ben.get("/courses")) == [world.ids["physics"]]
        assert ids(world.ada.get("/courses")) == [world.ids["physics"], draft]
        assert ids(world.ben.get("/courses", params={"state[]": "unpublished"})) == []
        assert ids(world.ada.get("/courses", params={"state[]": "unpublished"})) == [draft]
        assert ids(world.ada.get("/courses", params={"state[]": ["available", "unpublished"]})) == [
            world.ids["physics"],
            draft,
        ]
        world.root.delete(f"/courses/{draft}", {"event": "delete"})
        assert ids(world.ada.get("/courses")) == [world.ids["physics"]]
        assert ids(world.ada.get("/courses", params={"state[]": "deleted"})) == [draft]

    def test_a_course_that_is_over_is_completed(self, world: World) -> None:
        world.root.delete(world.course, {"event": "conclude"})
        assert ids(world.ben.get("/courses")) == []
        assert ids(world.ben.get("/courses", enrollment_state="completed")) == [world.ids["physics"]]
        assert ids(world.ben.get("/courses", params={"state[]": "completed"})) == [world.ids["physics"]]
        assert ids(world.ada.get("/courses")) == [world.ids["physics"]]
        assert ids(world.ada.get("/courses", enrollment_state="active")) == []

    def test_it_narrows_by_enrollment(self, world: World) -> None:
        other = make(world, offer="1")["id"]
        enroll(world, other, "ben", "Teacher")
        enroll(world, other, "cleo", state="invited")
        physics = world.ids["physics"]
        assert ids(world.ben.get("/courses", enrollment_type="teacher")) == [other]
        assert ids(world.ben.get("/courses", enrollment_type="student")) == [physics]
        assert ids(world.ben.get("/courses", enrollment_type="nonsense")) == []
        assert ids(world.ben.get("/courses", enrollment_role="TeacherEnrollment")) == [other]
        role = world.ids["role:StudentEnrollment"]
        assert ids(world.ben.get("/courses", enrollment_role_id=role)) == [physics]
        assert ids(world.cleo.get("/courses")) == [physics, other]
        assert ids(world.cleo.get("/courses", enrollment_state="active")) == [physics]
        assert ids(world.cleo.get("/courses", enrollment_state="invited_or_pending")) == [other]
        assert ids(world.cleo.get("/courses", enrollment_state="nonsense")) == []

    def test_a_course_stands_once_with_several_enrollments(self, world: World) -> None:
        enroll(world, world.ids["physics"], "ben", "Ta")
        (course,) = world.ben.get("/courses").json()
        assert [one["type"] for one in course["enrollments"]] == ["student", "ta"]

    def test_it_pages_with_a_last_page(self, world: World) -> None:
        for _ in range(2):
            enroll(world, make(world, offer="1")["id"], "ben")
        reply = world.ben.get("/courses", per_page=2)
        assert len(reply.json()) == 2
        assert {"current", "next", "first", "last"} == set(reply.links)
        assert len(world.ben.get("/courses", per_page=2, page=2).json()) == 1
        assert world.ben.get("/courses", page=9).json() == []
        assert world.ben.get("/courses", page=0).status_code == 404

    def test_it_costs_the_same_however_many_there_are(self, world: World) -> None:
        query = {"include[]": ["term", "teachers", "total_students", "sections", "account", "tabs"], "per_page": 100}
        world.ben.get("/courses", params=query)
        one = world.statements_of(lambda: world.ben.get("/courses", params=query))
        for _ in range(3):
            enroll(world, make(world, offer="1")["id"], "ben")
        assert world.statements_of(lambda: world.ben.get("/courses", params=query)) == one <= 7


class TestListingSomebodyElsesCourses:
    @as_each("root", "sub", "dov", "ben")
    def test_it_is_for_admins_observers_and_oneself(self, world: World, who: str) -> None:
        reply = world.as_(who).get(f"/users/{world.ids['ben']}/courses")
        assert ids(reply) == [world.ids["physics"]]
        assert reply.json()[0]["enrollments"][0]["user_id"] == world.ids["ben"]

    @as_each("ada", "cleo", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"/users/{world.ids['ben']}/courses").status_code == 403

    def test_an_admin_of_one_part_sees_that_part(self, world: World) -> None:
        enroll(world, make(world, "arts", offer="1")["id"], "ben")
        assert ids(world.sub.get(f"/users/{world.ids['ben']}/courses")) == [world.ids["physics"]]
        assert len(ids(world.root.get(f"/users/{world.ids['ben']}/courses"))) == 2

    def test_self_is_oneself(self, world: World) -> None:
        assert ids(world.ben.get("/users/self/courses")) == [world.ids["physics"]]


class TestNotingAccesses:
    def activity(self, world: World, who: str) -> Any:
        row = world.sql("SELECT last_activity_at FROM enrollments WHERE user_id = :id", id=world.ids[who])[0][0]
        return None if row is None else str(row)[:19].replace("T", " ")

    def test_a_request_below_the_course_is_noted_after_the_answer(self, world: World) -> None:
        world.ben.get(f"{world.course}/pages")
        assert self.activity(world, "ben") == "2026-02-15 12:00:00"
        shown = world.ada.get(f"{world.course}/enrollments", params={"type[]": "StudentEnrollment"}).json()
        assert shown[0]["last_activity_at"] == "2026-02-15T12:00:00Z"

    def test_it_is_written_at_most_once_in_ten_minutes(self, world: World) -> None:
        for minutes, noted in ((0, "12:00"), (9, "12:00"), (2, "12:11")):
            world.clock.advance(minutes=minutes)
            world.ben.get(world.course)
            assert self.activity(world, "ben") == f"2026-02-15 {noted}:00"

    def test_a_masquerade_is_not_noted(self, world: World) -> None:
        world.root.get(world.course, as_user_id=world.ids["ben"])
        assert self.activity(world, "ben") is None

    def test_a_request_elsewhere_is_not_noted(self, world: World) -> None:
        world.ben.get("/courses")
        assert self.activity(world, "ben") is None
