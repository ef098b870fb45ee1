"""The courses of an account. Source: accounts.md §7; worked cases 12 and 27 to 40."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from quadrangle.accounts import ROOT_ID, create_account
from quadrangle.courses import course_sections, courses, create_course, cross_list, enroll, find_section
from quadrangle.db import Statement, UnitOfWork
from quadrangle.kernel.ids import Ref
from quadrangle.people import users
from tests.conftest import as_each
from tests.world import World

ALL = ["c1", "c2", "c3", "c4", "c6", "c7"]
REFUSED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}


@pytest.fixture
def listed(campus: World) -> Callable[..., list[str]]:
    """The keys of the courses somebody finds in an account: `listed("search_term=bio", who="sub", account="science")`."""

    def found(query: str = "", who: str = "root", account: str | int = ROOT_ID) -> list[str]:
        place = campus.ids[account] if isinstance(account, str) else account
        reply = campus.as_(who).get(f"/accounts/{place}/courses?per_page=100&{query}")
        assert reply.status_code == 200, reply.text
        names = {campus.ids[f"c{n}"]: f"c{n}" for n in range(1, 8)}
        # The world's own course is deleted here, and no part of the specification's campus.
        shown = [one for one in reply.json() if one["id"] != campus.ids["physics"]]
        return [names.get(one["id"], one["name"]) for one in shown]

    return found


# The section of a course. Index: ix_course_sections_course_id_….
_SECTION = Statement(
    select(course_sections.c.id).where(course_sections.c.course_id == bindparam("course_id")), into=int
)

Listed = Callable[..., list[str]]


async def put(uow: UnitOfWork, world: World, key: str, **columns: Any) -> None:
    await uow.update(courses, {"id": world.ids[key]}, **columns)


def enrolled(world: World, course: str, person: str, kind: str, state: str = "active") -> None:
    async def work(uow: UnitOfWork) -> None:
        await enroll(
            uow, course_id=world.ids[course], user_id=world.ids[person], type=f"{kind}Enrollment",
            role_id=world.ids[f"role:{kind}Enrollment"], state=state,
        )  # fmt: skip

    world.do(work)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestWhichCoursesThereAre:
    def test_a_root_lists_all_but_the_deleted_by_id(self, campus: World, listed: Listed) -> None:
        """Case 27."""
        assert listed() == ALL
        shown = {one["id"]: one["workflow_state"] for one in campus.root.get("/accounts/1/courses").json()}
        assert [shown[campus.ids[key]] for key in ALL] == [
            "available", "available", "unpublished", "completed", "unpublished", "available",
        ]  # fmt: skip

    def test_a_sub_account_lists_its_own_and_those_below(self, listed: Listed) -> None:
        assert listed(account="science") == ["c1", "c2", "c4", "c6", "c7"]
        assert listed(account="physics_dept") == ["c1", "c2"]
        assert listed(account="arts", who="root") == ["c3"]

    def test_a_moved_account_takes_its_courses_along(self, campus: World, listed: Listed) -> None:
        path = f"/accounts/{campus.ids['physics_dept']}"
        assert campus.root.put(path, {"account[parent_account_id]": campus.ids["arts"]}).status_code == 200
        assert listed(account="science") == ["c4", "c6", "c7"]
        assert listed(account="arts") == ["c1", "c2", "c3"]
        assert listed(account="physics_dept") == ["c1", "c2"]
        assert listed() == ALL

    def test_a_whole_branch_is_moved_and_back(self, campus: World, listed: Listed) -> None:
        for parent, arts in (("arts", ["c1", "c2", "c3", "c4", "c6", "c7"]), (None, ["c3"])):
            wanted = campus.ids[parent] if parent else ROOT_ID
            moved = campus.root.put(f"/accounts/{campus.ids['science']}", {"account[parent_account_id]": wanted})
            assert moved.status_code == 200
            assert listed(account="arts") == arts
            assert listed(account="science") == ["c1", "c2", "c4", "c6", "c7"]
            assert listed() == ALL

    def test_a_refused_move_changes_nothing(self, campus: World, listed: Listed) -> None:
        path = f"/accounts/{campus.ids['science']}"
        reply = campus.root.put(path, {"account[parent_account_id]": campus.ids["physics_dept"]})
        assert reply.status_code == 400
        assert set(reply.json()["errors"]) == {"parent_account_id"}
        assert listed(account="science") == ["c1", "c2", "c4", "c6", "c7"]

    def test_a_course_is_found_where_it_was_moved_to(self, campus: World, listed: Listed) -> None:
        path = f"/courses/{campus.ids['c3']}"
        assert campus.root.put(path, {"course[account_id]": campus.ids["physics_dept"]}).status_code == 200
        assert listed(account="arts") == []
        assert listed(account="science") == ["c1", "c2", "c3", "c4", "c6", "c7"]

    def test_a_cross_listed_section_ties_its_new_course_only_on_request(self, campus: World, listed: Listed) -> None:
        async def move(uow: UnitOfWork) -> None:
            section_id = await uow.one(_SECTION, course_id=campus.ids["c1"])
            section = await find_section(uow, Ref("id", str(section_id)))
            assert section is not None
            await cross_list(uow, section, campus.ids["c3"])

        campus.do(move)
        assert listed(account="physics_dept") == ["c1", "c2"]
        assert listed("include_crosslisted_courses=false", account="physics_dept") == ["c1", "c2"]
        assert listed("include_crosslisted_courses=true", account="physics_dept") == ["c1", "c2", "c3"]
        assert listed("include_crosslisted_courses=1&search_term=draw", account="science") == ["c3"]
        term = "include_crosslisted_courses=true&enrollment_term_id=default&sort=course_name"
        assert listed(term, account="science") == ["c7", "c6", "c3"]

    @as_each("clerk", "tina", "sam", "eve")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        """Case 12 for the clerk, who is an administrator without any permission."""
        reply = campus.as_(who).get("/accounts/1/courses")
        assert (reply.status_code, reply.json()) == (403, REFUSED)

    def test_it_is_refused_above_an_administrators_account(self, campus: World) -> None:
        assert campus.sub.get("/accounts/1/courses").status_code == 403
        assert campus.sub.get(f"/accounts/{campus.ids['arts']}/courses").status_code == 403
        assert campus.anyone.get("/accounts/1/courses").status_code == 401

    @pytest.mark.parametrize("reference", ["999999", "sis_account_id:NOPE", "courses", "-1"])
    def test_an_unknown_account_is_not_found(self, campus: World, reference: str) -> None:
        assert campus.root.get(f"/accounts/{reference}/courses").status_code == 404

    def test_the_account_may_be_named_in_every_way(self, campus: World) -> None:
        uuid = campus.root.get(f"/accounts/{campus.ids['science']}").json()["uuid"]
        for reference in ("sis_account_id:SCI", f"uuid:{uuid}", "hex:sis_account_id:534349", "sis_account_id%3ASCI"):
            assert len(campus.root.get(f"/accounts/{reference}/courses").json()) == 5


class TestStates:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("published=false", ["c3", "c4", "c6"]),  # case 28
            ("published=true", ["c1", "c2", "c7"]),  # case 29
            ("published=True", ["c1", "c2", "c7"]),
            ("published=", ["c3", "c4", "c6"]),
            ("published=maybe", ["c3", "c4", "c6"]),
            ("state[]=deleted", ["c5"]),  # case 30
            ("state[]=all", ["c1", "c2", "c3", "c4", "c5", "c6", "c7"]),
            ("state[]=created&state[]=all", ["c1", "c2", "c3", "c4", "c5", "c6", "c7"]),
            ("state=completed", ["c4"]),
            ("state[]=created&state[]=claimed", ["c3", "c6"]),
            ("state[]=unpublished", []),
            ("state[]=available&published=false", []),
            ("state[]=deleted&published=false", ["c5"]),
            ("state[]=all&published=true", ["c1", "c2", "c7"]),
        ],
    )
    def test_it_lists(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("completed=true", ["c2", "c4"]),  # case 31
            ("completed=no", ["c1", "c3", "c6", "c7"]),
            ("completed=true&published=true", ["c2"]),
        ],
    )
    def test_it_knows_what_is_over(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    def test_a_courses_own_end_comes_before_its_terms(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c2", conclude_at=moment("2026-03-01")))
        campus.do(lambda uow: put(uow, campus, "c1", conclude_at=moment("2026-02-01")))
        assert listed("completed=true") == ["c1", "c4"]
        assert listed("completed=false") == ["c2", "c3", "c6", "c7"]
        shown = campus.root.get("/accounts/1/courses", params={"include[]": "concluded"}).json()
        assert {one["id"]: one["concluded"] for one in shown} == {campus.ids[key]: key in ("c1", "c4") for key in ALL}

    def test_exactly_now_is_not_over(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c7", conclude_at=campus.clock.now()))
        assert "c7" not in listed("completed=true")
        campus.clock.advance(seconds=1)
        assert "c7" in listed("completed=true")


class TestEnrollments:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("with_enrollments=false", ["c3", "c6", "c7"]),  # case 32
            ("with_enrollments=true", ["c1", "c2", "c4"]),
            ("hide_enrollmentless_courses=false", ["c1", "c2", "c4"]),
            ("hide_enrollmentless_courses=true&with_enrollments=false", ["c1", "c2", "c4"]),
            ("enrollment_type[]=student", ["c1"]),  # case 40
            ("enrollment_type=student", ALL),
            ("enrollment_type[]=student&enrollment_type[]=teacher", ["c1", "c2", "c4"]),
            ("enrollment_type[]=ta", []),
            ("enrollment_type[]=janitor", []),
            ("enrollment_type[]=janitor&enrollment_type[]=student", ["c1"]),
            ("enrollment_workflow_state[]=completed", ["c4"]),
            ("enrollment_workflow_state[]=completed&enrollment_workflow_state[]=active", ["c1", "c2", "c4"]),
            ("enrollment_workflow_state[]=asleep", []),
            ("by_teachers[]=sis_user_id:t3", ["c1", "c2", "c4"]),  # case 34
            ("by_teachers[]=sis_login_id:TINA@example.com", ["c1", "c2", "c4"]),
            ("by_teachers[]=999999&by_teachers[]=sis_user_id:t3", ["c1", "c2", "c4"]),
            ("by_teachers[]=sis_user_id:s4", []),
            ("by_teachers[]=nobody", []),
            ("by_teachers[]=", []),
            ("by_teachers[]=self", []),
            ("by_teachers=sis_user_id:s4", ALL),
        ],
    )
    def test_it_lists(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    @pytest.mark.parametrize("kind", ["teacher", "student", "ta", "observer", "designer"])
    def test_every_kind_has_a_name(self, campus: World, listed: Listed, kind: str) -> None:
        enrolled(campus, "c7", "eve", kind.capitalize())
        assert "c7" in listed(f"enrollment_type[]={kind}")

    def test_a_rejected_or_completed_enrollment_counts_and_a_deleted_one_does_not(
        self, campus: World, listed: Listed
    ) -> None:
        enrolled(campus, "c3", "eve", "Student", "rejected")
        enrolled(campus, "c7", "eve", "Teacher", "deleted")
        assert listed("with_enrollments=true") == ["c1", "c2", "c3", "c4"]
        assert listed("enrollment_type[]=student") == ["c1", "c3"]
        assert listed(f"by_teachers[]={campus.ids['eve']}") == []
        assert listed("enrollment_workflow_state[]=deleted") == ["c7"]


class TestPlacesTermsAndKinds:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("by_subaccounts[]=sis_account_id:SCI", ["c1", "c2", "c4", "c6", "c7"]),  # case 33
            ("by_subaccounts[]=bad_id", []),
            ("by_subaccounts[]=999999", []),
            ("by_subaccounts[]=bad_id&by_subaccounts[]=sis_account_id:PHY", ["c1", "c2"]),
            ("by_subaccounts=bad_id", ALL),
            ("by_subaccounts[]=self", ALL),
            ("enrollment_term_id=sis_term_id:F25", ["c2"]),  # case 35
            ("enrollment_term_id[]=sis_term_id:F25&enrollment_term_id[]=default", ["c2", "c3", "c6", "c7"]),
            ("enrollment_term_id=default", ["c3", "c6", "c7"]),
            ("enrollment_term_id[]=default&enrollment_term_id[]=default", ["c3", "c6", "c7"]),
            ("enrollment_term_id=current", ["c1", "c4"]),
            (
                "enrollment_term_id[]=current&enrollment_term_id[]=&enrollment_term_id[]=sis_term_id:F25",
                ["c1", "c2", "c4"],
            ),
            ("enrollment_term_id=", ALL),
            ("blueprint=true", ["c6"]),  # case 39
            ("blueprint=false", ["c1", "c2", "c3", "c4", "c7"]),
            ("blueprint_associated=true", ["c7"]),
            ("blueprint_associated=0", ["c1", "c2", "c3", "c4", "c6"]),
            ("public=true", ["c4", "c7"]),
            ("homeroom=true", []),
            ("homeroom=false", ALL),
        ],
    )
    def test_it_lists(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    def test_what_was_never_said_to_be_public_is_not(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c1", is_public=None))
        campus.do(lambda uow: put(uow, campus, "c2", is_public=False))
        assert {"c1", "c2"} <= set(listed("public=false"))
        assert listed("public=true") == ["c4", "c7"]

    def test_a_homeroom_is_found(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c7", homeroom_course=True))
        assert listed("homeroom=true") == ["c7"]

    @pytest.mark.parametrize(
        "query",
        [
            "enrollment_term_id=999999",  # case 35
            "enrollment_term_id=sis_term_id:NOPE",
            "enrollment_term_id=x",
            "enrollment_term_id[]=default&enrollment_term_id[]=999999",
            "enrollment_term_id=999999&search_term=mechanics",
            "enrollment_term_id[]=sis_term_id:F25&enrollment_term_id[]=sis_term_id:NOPE",
            "enrollment_term_id[]=sis_term_id:F25&enrollment_term_id[]=x",
            "enrollment_term_id=99999999999999999999",
        ],
    )
    def test_an_unknown_term_is_not_found(self, campus: World, query: str) -> None:
        assert campus.root.get(f"/accounts/1/courses?{query}").status_code == 404

    def test_a_known_term_without_courses_is_empty(self, campus: World, listed: Listed) -> None:
        assert listed(f"enrollment_term_id={campus.ids['fall']}&search_term=mechanics") == []

    def test_a_course_is_found_in_the_term_it_was_moved_to(self, campus: World, listed: Listed) -> None:
        changed = campus.root.put(f"/courses/{campus.ids['c7']}", {"course[term_id]": "sis_term_id:F25"})
        assert changed.status_code == 200
        assert listed("enrollment_term_id=sis_term_id:F25") == ["c2", "c7"]
        assert listed("enrollment_term_id=sis_term_id:F25", account="science") == ["c2", "c7"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("starts_before=2025-12-31T00:00:00Z", ["c2", "c3", "c6", "c7"]),
            ("starts_before=2026-01-12T00:00:00Z", ALL),
            ("ends_after=2026-01-01T00:00:00Z", ["c1", "c3", "c4", "c6", "c7"]),
            ("ends_after=2025-12-19T00:00:00Z", ALL),
            ("starts_before=2025-12-31&ends_after=2026-01-01", ["c3", "c6", "c7"]),
            ("starts_before=whenever", ALL),
            ("ends_after=2026-13-45", ALL),
            ("ends_after=", ALL),
        ],
    )
    def test_dates_are_the_courses_or_the_terms(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    def test_one_date_of_the_two_is_enough(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c2", start_at=moment("2026-06-01"), conclude_at=moment("2026-07-01")))
        assert "c2" in listed("starts_before=2025-12-31T00:00:00Z")  # by the term
        assert "c2" in listed("ends_after=2026-06-30T00:00:00Z")  # by the course


class TestSearching:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("search_term=bio", ["c6", "c7"]),  # case 36
            ("search_term=MECH", ["c1"]),
            ("search_term=phy10", ["c1", "c2"]),
            ("search_term=+bio+", ["c6", "c7"]),
            ("search_term=", ALL),
            ("search_term=++", ALL),
            ("search_term=bio&published=true", ["c7"]),
            ("search_term=tina&search_by=teacher", ["c1", "c2"]),  # case 37
            ("search_term=TEACH&search_by=teacher", ["c1", "c2"]),
            ("search_term=sam&search_by=teacher", []),
            ("search_term=tina&search_by=course", []),
            ("search_term=bio&search_by=colour", ["c6", "c7"]),
        ],
    )
    def test_it_finds(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    def test_it_finds_by_the_whole_id(self, campus: World, listed: Listed) -> None:
        assert listed(f"search_term={campus.ids['c3']}") == ["c3"]
        assert listed(f"search_term={'9' * 40}") == []

    @pytest.mark.parametrize("term", ["a", "bi", "+b+"])
    def test_it_refuses_a_short_term(self, campus: World, term: str) -> None:
        reply = campus.root.get(f"/accounts/1/courses?search_term={term}")
        assert reply.status_code == 400
        assert reply.json() == {
            "errors": [{"field": "search_term", "code": "invalid", "message": "3 or more characters is required"}]
        }

    def test_two_characters_are_enough_on_a_hosted_server(self, campus: World) -> None:
        campus.use(reference="hosted")
        assert [one["id"] for one in campus.root.get("/accounts/1/courses?search_term=bi").json()] == [
            campus.ids["c6"], campus.ids["c7"],
        ]  # fmt: skip
        reply = campus.root.get("/accounts/1/courses?search_term=b")
        assert reply.json()["errors"][0]["message"] == "2 or more characters is required"

    def test_sis_ids_are_found_by_those_who_see_them(self, campus: World, listed: Listed) -> None:
        campus.do(lambda uow: put(uow, campus, "c1", name="Bodies", name_folded="bodies", name_key="bodies"))
        assert listed("search_term=mech") == ["c1"]
        role = campus.ids["role:AccountAdmin"]
        off = {"permissions[read_sis][explicit]": "1", "permissions[read_sis][enabled]": "0"}
        assert campus.root.put(f"/accounts/{campus.ids['science']}/roles/{role}", off).status_code == 200
        assert listed("search_term=mech", who="sub", account="science") == []

    @pytest.mark.parametrize(
        ("name", "found", "missed"),
        [
            ("100% wool", "00%", "00_"),
            ("snake_case", "e_c", "e%c"),
            ("back\\slash", "k\\s", "k_s"),
            ("Ärger mit Ümlauten", "äRGER", "arger"),
            ("O'Neil -- Drop", "o'n", "o''n"),
        ],
    )
    def test_signs_stand_for_themselves(
        self, campus: World, listed: Listed, name: str, found: str, missed: str
    ) -> None:
        assert campus.root.put(f"/courses/{campus.ids['c3']}", {"course[name]": name}).status_code == 200

        def search(term: str) -> list[int]:
            reply = campus.root.get("/accounts/1/courses", params={"search_term": term})
            return [one["id"] for one in reply.json()]

        assert search(found) == [campus.ids["c3"]]
        assert search(missed) == []
        for wild in ("%%%", "___", "\\\\\\", "%_\\"):
            assert search(wild) == []

    def test_it_follows_a_change_of_name_and_code(self, campus: World, listed: Listed) -> None:
        campus.root.put(f"/courses/{campus.ids['c3']}", {"course[course_code]": "SKETCH"})
        assert listed("search_term=sketch") == ["c3"]
        assert listed("search_term=art1") == []
        assert listed("search_term=drawing") == ["c3"]

    def test_a_teacher_who_is_only_invited_is_found(self, campus: World, listed: Listed) -> None:
        enrolled(campus, "c7", "eve", "Teacher", "invited")
        enrolled(campus, "c3", "eve", "Teacher", "inactive")
        assert listed("search_term=elsewhere&search_by=teacher") == ["c7"]


class TestSorting:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("sort=account_name&order=desc", ["c7", "c6", "c4", "c2", "c1", "c3"]),  # case 38
            ("sort=account_name", ["c3", "c1", "c2", "c4", "c6", "c7"]),
            ("sort=subaccount", ["c3", "c1", "c2", "c4", "c6", "c7"]),
            ("sort=course_name", ["c7", "c6", "c4", "c3", "c1", "c2"]),
            ("sort=course_name&order=asc", ["c7", "c6", "c4", "c3", "c1", "c2"]),
            ("sort=course_name&order=desc", ["c2", "c1", "c3", "c4", "c6", "c7"]),
            ("sort=course_name&order=sideways", ["c7", "c6", "c4", "c3", "c1", "c2"]),
            ("sort=sis_course_id", ["c1", "c2", "c3", "c4", "c6", "c7"]),
            ("sort=sis_course_id&order=desc", ["c7", "c6", "c4", "c3", "c2", "c1"]),
            ("sort=teacher", ["c1", "c2", "c4", "c3", "c6", "c7"]),
            ("sort=teacher&order=desc", ["c7", "c6", "c3", "c4", "c2", "c1"]),
            ("sort=term", ["c3", "c6", "c7", "c2", "c1", "c4"]),
            ("sort=course_status&state[]=all", ["c1", "c2", "c7", "c4", "c3", "c6", "c5"]),
            ("sort=course_status&state[]=all&order=desc", ["c5", "c6", "c3", "c4", "c7", "c2", "c1"]),
            ("order=desc", ALL),
            ("sort=colour&order=desc", ALL),
            ("sort=", ALL),
        ],
    )
    def test_it_sorts(self, listed: Listed, query: str, found: list[str]) -> None:
        assert listed(query) == found

    def test_the_first_of_several_teachers_counts(self, campus: World, listed: Listed) -> None:
        async def rename(uow: UnitOfWork) -> None:
            await uow.update(users, {"id": campus.ids["eve"]}, sortable_key="aardvark")

        campus.do(rename)
        enrolled(campus, "c2", "eve", "Teacher")
        assert listed("sort=teacher")[:3] == ["c2", "c1", "c4"]

    def test_case_does_not_matter(self, campus: World, listed: Listed) -> None:
        campus.root.put(f"/courses/{campus.ids['c7']}", {"course[name]": "optics and more"})
        campus.root.put(f"/courses/{campus.ids['c1']}", {"course[name]": "OPTICS AND LESS"})
        assert listed("sort=course_name")[-3:] == ["c2", "c1", "c7"]

    def test_sorted_pages_follow_each_other(self, campus: World, listed: Listed) -> None:
        whole = listed("sort=teacher&order=desc")
        names = {campus.ids[key]: key for key in ALL}
        pages = [
            campus.root.get(f"/accounts/1/courses?sort=teacher&order=desc&per_page=2&page={n}").json()
            for n in (1, 2, 3)
        ]
        assert [names[one["id"]] for page in pages for one in page] == whole


class TestPages:
    def test_it_is_numbered_without_a_last(self, campus: World) -> None:
        first = campus.root.get("/accounts/self/courses?state[]=completed&state[]=available&per_page=2")
        assert set(first.links) == {"current", "next", "first"}
        assert (
            "/accounts/self/courses?state%5B%5D=completed&state%5B%5D=available&page=2&per_page=2"
            in first.links["next"]["url"]
        )
        second = campus.root.get("/accounts/self/courses?state[]=completed&state[]=available&per_page=2&page=2")
        assert set(second.links) == {"current", "prev", "first"}
        assert [one["id"] for one in second.json()] == [campus.ids["c4"], campus.ids["c7"]]
        assert campus.root.get("/accounts/1/courses?page=99").json() == []

    @pytest.mark.parametrize("page", ["0", "-1", "x", "bookmark:abc"])
    def test_a_page_that_is_none_is_not_found(self, campus: World, page: str) -> None:
        assert campus.root.get(f"/accounts/1/courses?page={page}").status_code == 404

    def test_the_web_interface_is_told_the_last_page(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/courses?include[]=ui_invoked&per_page=4&published=false")
        assert "page=1" in reply.links["last"]["url"]
        reply = campus.root.get("/accounts/1/courses?include[]=ui_invoked&per_page=2&sort=teacher")
        assert "page=3" in reply.links["last"]["url"]

    def test_what_is_shown_costs_three_statements(self, campus: World) -> None:
        term = f"enrollment_term_id={campus.ids['spring']}"
        for query in ("", f"search_term=phy&{term}&enrollment_type[]=teacher&with_enrollments=1&sort=teacher"):
            campus.root.get(f"/accounts/1/courses?{query}")
            spent = campus.statements_of(
                lambda query=query: campus.root.get(f"/accounts/1/courses?per_page=50&{query}")
            )
            assert spent <= 3 + ("default" in query)

    def test_more_values_cost_no_more_statements(self, campus: World) -> None:
        def ask(times: int) -> None:
            query = "&".join(
                f"enrollment_term_id[]={campus.ids['fall']}&enrollment_term_id[]=sis_term_id:F25"
                f"&by_teachers[]=sis_user_id:t{n}&by_subaccounts[]=sis_account_id:X{n}"
                for n in range(times)
            )
            assert campus.root.get(f"/accounts/1/courses?{query}").status_code == 200

        ask(1)
        assert campus.statements_of(lambda: ask(200)) == campus.statements_of(lambda: ask(2))

    def test_more_courses_cost_no_more_statements(self, campus: World) -> None:
        include = "&".join(f"include[]={name}" for name in ("term", "teachers", "total_students", "account_name"))
        path = f"/accounts/1/courses?per_page=100&{include}"
        campus.root.get(path)
        few = campus.statements_of(lambda: campus.root.get(path))

        async def more(uow: UnitOfWork) -> None:
            for n in range(30):
                place = await create_account(uow, name=f"Place {n}", parent_id=campus.ids["arts"], root_id=ROOT_ID)
                await create_course(uow, account_id=place, root_id=ROOT_ID, name=f"Course {n}", state="available")

        campus.do(more)
        assert campus.statements_of(lambda: campus.root.get(path)) == few
        assert len(campus.root.get(path).json()) == 36


BASE = {
    "id", "name", "account_id", "uuid", "start_at", "grading_standard_id", "is_public", "created_at", "course_code",
    "default_view", "root_account_id", "enrollment_term_id", "license", "grade_passback_setting", "end_at",
    "public_syllabus", "public_syllabus_to_auth", "storage_quota_mb", "is_public_to_auth_users", "homeroom_course",
    "course_color", "friendly_name", "apply_assignment_group_weights", "calendar", "time_zone", "blueprint", "template",
    "hide_final_grades", "workflow_state", "restrict_enrollments_to_course_dates", "overridden_course_visibility",
}  # fmt: skip


class TestHowACourseLooks:
    def first(self, campus: World, query: str = "", who: str = "root", account: str = "science") -> dict[str, Any]:
        shown: dict[str, Any] = campus.as_(who).get(f"/accounts/{campus.ids[account]}/courses?{query}").json()[0]
        return shown

    def test_it_has_these_keys(self, campus: World) -> None:
        course = self.first(campus)
        assert set(course) == BASE | {"sis_course_id", "integration_id", "sis_import_id"}
        assert course["sis_course_id"] == "MECH"
        assert course["overridden_course_visibility"] == ""
        assert course["time_zone"] == "America/Denver"
        assert course["storage_quota_mb"] == 500
        assert course["calendar"]["ics"].startswith(campus.url)

    def test_sis_keys_are_for_those_who_see_them(self, campus: World) -> None:
        assert set(self.first(campus, who="sub")) == BASE | {"sis_course_id", "integration_id"}

    def test_the_name_is_never_the_friendly_one(self, campus: World) -> None:
        campus.do(lambda uow: put(uow, campus, "c1", friendly_name="Pushing things"))
        course = self.first(campus)
        assert (course["name"], course["friendly_name"]) == ("Mechanics", "Pushing things")

    def test_a_blueprint_says_what_it_restricts(self, campus: World) -> None:
        [course] = campus.root.get("/accounts/1/courses?blueprint=true").json()
        assert set(course["blueprint_restrictions"]) == {"content", "points", "due_dates", "availability_dates"}

    def test_quota_and_zone_come_down_the_tree(self, campus: World) -> None:
        campus.root.put(f"/accounts/{campus.ids['science']}", {"account[default_storage_quota_mb]": 700})
        campus.root.put(f"/accounts/{campus.ids['physics_dept']}", {"account[default_time_zone]": "Europe/Vienna"})
        course = self.first(campus)
        assert (course["storage_quota_mb"], course["time_zone"]) == (700, "Europe/Vienna")

    def test_it_includes_what_is_asked_for(self, campus: World) -> None:
        names = (
            "syllabus_body", "term", "course_progress", "storage_quota_used_mb", "total_students", "teachers",
            "account_name", "concluded", "post_manually", "permissions", "sections", "needs_grading_count",
            "total_scores", "nonsense",
        )  # fmt: skip
        course = self.first(campus, "&".join(f"include[]={name}" for name in names))
        added = set(course) - BASE - {"sis_course_id", "integration_id", "sis_import_id"}
        assert added == set(names[:9])
        assert course["account_name"] == "Physics"
        assert course["total_students"] == 1
        assert course["concluded"] is False
        assert course["post_manually"] is False
        assert set(course["course_progress"]) == {"error"}
        term = course["term"]
        assert set(term) == {
            "id", "name", "start_at", "end_at", "workflow_state", "grading_period_group_id", "created_at", "sis_term_id",
            "sis_import_id",
        }  # fmt: skip
        assert (term["name"], term["start_at"]) == ("Spring", "2026-01-12T00:00:00Z")
        [teacher] = course["teachers"]
        assert set(teacher) == {"id", "anonymous_id", "display_name", "avatar_image_url", "html_url", "pronouns"}
        assert teacher["display_name"] == "Tina Teach"

    def test_a_scalar_include_is_a_list_of_one(self, campus: World) -> None:
        assert "term" in self.first(campus, "include=term")

    def test_an_administrator_of_a_sub_account_sees_no_import_of_a_term(self, campus: World) -> None:
        term = self.first(campus, "include[]=term", who="sub")["term"]
        assert "sis_import_id" not in term

    def test_students_are_counted_once_and_only_those_who_take_part(self, campus: World) -> None:
        enrolled(campus, "c1", "eve", "Student", "invited")
        enrolled(campus, "c1", "ben", "Student", "completed")
        enrolled(campus, "c1", "cleo", "Student", "inactive")
        enrolled(campus, "c1", "dov", "Observer")

        async def twice(uow: UnitOfWork) -> None:
            await enroll(
                uow, course_id=campus.ids["c1"], user_id=campus.ids["ada"], type="StudentViewEnrollment",
                role_id=campus.ids["role:StudentEnrollment"], state="active",
            )  # fmt: skip

        campus.do(twice)
        assert self.first(campus, "include[]=total_students")["total_students"] == 2

    def test_too_many_teachers_are_only_counted(self, campus: World) -> None:
        enrolled(campus, "c1", "eve", "Teacher")
        course = self.first(campus, "include[]=teachers&teacher_limit=1")
        assert "teachers" not in course
        assert course["teacher_count"] == 2
        course = self.first(campus, "include[]=teachers&teacher_limit=2")
        assert [one["display_name"] for one in course["teachers"]] == ["Eve Elsewhere", "Tina Teach"]
        assert "teacher_count" not in course

    def test_ids_are_texts_on_request(self, campus: World) -> None:
        reply = campus.root.request(
            "GET", "/accounts/1/courses", headers={"accept": "application/json+canvas-string-ids"}
        )
        assert reply.json()[0]["id"] == str(campus.ids["c1"])
        assert reply.json()[0]["account_id"] == str(campus.ids["physics_dept"])


def test_filters_are_joined_by_and(listed: Listed) -> None:
    query = "search_term=phy&enrollment_type[]=teacher&published=1&completed=0&with_enrollments=1&by_subaccounts[]=self"
    assert listed(query) == ["c1"]
    assert listed(query + "&blueprint=true") == []
