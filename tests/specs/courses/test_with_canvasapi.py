"""The well-known Python client against people and courses. Source: real-clients.md §2, §3, §7."""

import pytest
from canvasapi import Canvas
from canvasapi.exceptions import BadRequest, Forbidden, ResourceDoesNotExist

from tests.world import World


@pytest.fixture
def canvas(world: World) -> Canvas:
    return Canvas(world.url, world.tokens["root"])


@pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly")
class TestTheClient:
    def test_a_term_of_teaching(self, world: World, canvas: Canvas) -> None:
        account = canvas.get_account(1)
        user = account.create_user({"unique_id": "kay"}, user={"name": "Kay Client"})
        course = account.create_course(course={"name": "Client course", "course_code": "CC"}, offer=True)
        enrollment = course.enroll_user(user, "TeacherEnrollment", enrollment={"enrollment_state": "active"})
        assert enrollment.course_id == course.id
        assert [one.id for one in course.get_users(enrollment_type=["teacher"])] == [user.id]
        assert [one.id for one in course.get_enrollments()] == [enrollment.id]
        assert course.get_user(user.id).name == "Kay Client"
        assert [one.id for one in canvas.get_user(user.id).get_courses()] == [course.id]
        assert course.update(course={"name": "Renamed"}) == "Renamed"
        assert enrollment.deactivate("inactivate").enrollment_state == "inactive"
        assert enrollment.reactivate().enrollment_state == "active"
        assert course.conclude() is True
        assert course.delete() is True
        with pytest.raises(ResourceDoesNotExist):
            canvas.get_course(course.id)

    def test_sections(self, world: World, canvas: Canvas) -> None:
        course = canvas.get_course(world.ids["physics"])
        section = course.create_course_section(course_section={"name": "Lab"})
        assert section.edit(course_section={"name": "Lab 2"}).name == "Lab 2"
        assert {one.name for one in course.get_sections()} == {"Physics", "Lab 2"}
        other = canvas.get_account(1).create_course()
        assert section.cross_list_section(other).course_id == other.id
        assert section.decross_list_section().course_id == course.id
        section.enroll_user(canvas.get_user(world.ids["eve"]))
        with pytest.raises(BadRequest):
            section.delete()

    def test_logins(self, world: World, canvas: Canvas) -> None:
        account = canvas.get_account(1)
        login = account.create_user_login(user={"id": world.ids["ben"]}, login={"unique_id": "ben2"})
        assert login.edit(login={"unique_id": "ben3"}).unique_id == "ben3"
        assert len(list(canvas.get_user(world.ids["ben"]).get_user_logins())) == 2
        assert login.delete().id == login.id

    def test_people(self, world: World, canvas: Canvas) -> None:
        ben = canvas.get_user("ben@example.com", "sis_login_id")
        assert ben.edit(user={"short_name": "Benny"}).short_name == "Benny"
        assert ben.get_profile()["login_id"] == "ben@example.com"
        assert len(list(canvas.get_account(1).get_users(per_page=3))) == 9
        assert ben.terminate_sessions() == "ok"

    def test_a_student(self, world: World) -> None:
        canvas = Canvas(world.url, world.tokens["ben"])
        assert [course.name for course in canvas.get_courses(enrollment_state="active")] == ["Physics"]
        with pytest.raises(Forbidden):
            canvas.get_course(world.ids["physics"]).update(course={"name": "Mine"})


def test_showing_a_course_takes_three_statements(world: World) -> None:
    world.ben.get(world.course)
    world.ben.get("/users/self")
    assert world.statements_of(lambda: world.ben.get(world.course)) <= 3
