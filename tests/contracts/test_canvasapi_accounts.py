"""What an administrator's script asks of accounts through the published canvasapi client. Source: accounts.md §5 to §7."""

import pytest
from canvasapi.exceptions import BadRequest, Forbidden, ResourceDoesNotExist

from quadrangle.settings import Campus
from tests.contracts.client import Clients, has, requester
from tests.world import World


class TestCoursesOfAnAccount:
    def test_a_script_walks_all_pages(self, api: Clients, world: World) -> None:
        arts = api.root.get_account(world.ids["arts"])
        for n in range(12):
            arts.create_course(course={"name": f"Drawing {n}"}, offer=n % 2 == 0)
        found = list(api.account().get_courses(per_page=5, sort="course_name", order="desc"))
        assert len(found) == 13
        assert found[0].name == "Physics"
        has(found[0], "id", "name", "course_code", "workflow_state", "account_id", "uuid", "enrollment_term_id")

    def test_it_filters_as_reporting_scripts_do(self, api: Clients, world: World) -> None:
        root = api.account()
        assert [one.name for one in root.get_courses(published=True, with_enrollments=True, search_term="phys")] == [
            "Physics"
        ]
        ada = api.root.get_user(world.ids["ada"]).id
        [course] = root.get_courses(by_teachers=[ada], include=["term", "teachers", "total_students", "account_name"])
        assert course.term["name"] == "Default Term"
        assert (course.total_students, course.account_name) == (2, "Science")
        assert list(root.get_courses(by_subaccounts=[world.ids["arts"]])) == []
        designed = root.get_courses(enrollment_type=["designer"], state=["available"], completed=False)
        assert [one.id for one in designed] == [course.id]
        with pytest.raises(BadRequest):
            list(root.get_courses(search_term="ph"))
        with pytest.raises(ResourceDoesNotExist):
            list(root.get_courses(enrollment_term_id=999999))

    def test_it_is_for_administrators(self, api: Clients, world: World) -> None:
        science = api.sub.get_account(world.ids["science"])
        assert [one.name for one in science.get_courses()] == ["Physics"]
        with pytest.raises(Forbidden):
            list(api.ada.get_account(world.ids["science"]).get_courses())


class TestPeopleOfAnAccount:
    def test_somebody_leaves(self, api: Clients, world: World) -> None:
        ben = api.root.get_user(world.ids["ben"])
        gone = api.account().delete_user(ben)
        has(gone, "id", "name", "sortable_name", "short_name", "created_at")
        assert gone.id == ben.id
        assert ben.id not in [one.id for one in api.account().get_users()]
        with pytest.raises(ResourceDoesNotExist):
            api.account().delete_user(ben)

    def test_a_teacher_removes_nobody(self, api: Clients, world: World) -> None:
        with pytest.raises(Forbidden):
            requester(api.ada).request("DELETE", f"accounts/1/users/{world.ids['ben']}")


class TestLookingUpACampus:
    def test_it_is_found(self, api: Clients, world: World) -> None:
        world.use(base_url="https://u.example", account_directory=(Campus("University of Utah", "utah.edu"),))
        assert api.ben.search_accounts(name="utah") == [
            {"name": "University of Utah", "domain": "utah.edu", "distance": None, "authentication_provider": None}
        ]
        assert api.ben.search_accounts(domain="u.ex")[0]["name"] == "Root U"
