"""The courses of the caller. Source: brightspace-eportfolio.md §1.4, §3.1; endpoints-clients-use.md §2."""

from typing import Any

import pytest

from tests.specs.courses.helpers import enroll, make
from tests.world import World

PATH = "/d2l/api/lp/1.47/enrollments/myenrollments/"
AS_CLIENTS_ASK = {"orgUnitTypeId": 3, "isActive": "true", "canAccess": "true", "sortBy": "-StartDate", "bookmark": ""}


def ask(world: World, who: str, **query: Any) -> Any:
    reply = world.as_(who).get(PATH, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def ids(page: Any) -> list[int]:
    return [one["OrgUnit"]["Id"] for one in page["Items"]]


def names(page: Any) -> list[str]:
    return [one["OrgUnit"]["Name"] for one in page["Items"]]


@pytest.fixture
def several(world: World) -> dict[str, int]:
    """Ben studies in three more courses, which begin on other days; Physics has no dates."""
    made = {}
    for name, code, start in (("Äther", "C", "02"), ("Botany", "A", "01"), ("Chemistry", "B", "03")):
        dates = {"start_at": f"2026-02-{start}T00:00:00Z", "restrict_enrollments_to_course_dates": True}
        made[name] = make(world, name=name, course_code=code, offer=True, **dates)["id"]
        enroll(world, made[name], "ben")
    return {"Physics": world.ids["physics"], **made}


class TestTheList:
    @pytest.mark.parametrize("query", [{}, AS_CLIENTS_ASK])
    def test_the_whole_body(self, world: World, query: dict[str, Any]) -> None:
        assert ask(world, "ben", **query) == {
            "PagingInfo": {"Bookmark": "", "HasMoreItems": False},
            "Items": [
                {
                    "OrgUnit": {
                        "Id": world.ids["physics"],
                        "Type": {"Id": 3, "Code": "Course Offering", "Name": "Course Offering"},
                        "Name": "Physics",
                        "Code": "PHY101",
                        "HomeUrl": None,
                        "ImageUrl": None,
                    },
                    "Access": {
                        "IsActive": True,
                        "StartDate": None,
                        "EndDate": None,
                        "CanAccess": True,
                        "ClasslistRoleName": "Student",
                        "LISRoles": [],
                        "LastAccessed": None,
                    },
                    "PinDate": None,
                }
            ],
        }

    @pytest.mark.parametrize(
        ("who", "role"),
        [("ada", "Teacher"), ("tia", "TA"), ("dee", "Designer"), ("cleo", "Student"), ("dov", "Observer")],
    )
    def test_it_says_as_what_one_is_there(self, world: World, who: str, role: str) -> None:
        assert ask(world, who)["Items"][0]["Access"]["ClasslistRoleName"] == role

    def test_a_course_is_there_once_however_often_one_is_enrolled(self, world: World) -> None:
        enroll(world, world.ids["physics"], "ben", "Ta")
        page = ask(world, "ben")
        assert ids(page) == [world.ids["physics"]]
        assert page["Items"][0]["Access"]["ClasslistRoleName"] == "TA"

    def test_dates_and_accesses(self, world: World, several: dict[str, int]) -> None:
        world.ben.get(f"/courses/{several['Botany']}")
        world.do(_nothing)
        shown = {one["OrgUnit"]["Id"]: one["Access"] for one in ask(world, "ben")["Items"]}[several["Botany"]]
        assert (shown["StartDate"], shown["EndDate"]) == ("2026-02-01T00:00:00.000Z", None)
        assert shown["LastAccessed"] == "2026-02-15T12:00:00.000Z"

    @pytest.mark.parametrize("who", ["eve", "root"])
    def test_who_is_in_no_course_has_none(self, world: World, who: str) -> None:
        assert ask(world, who) == {"PagingInfo": {"Bookmark": "", "HasMoreItems": False}, "Items": []}

    def test_it_answers_without_a_slash_at_every_version(self, world: World) -> None:
        for version in ("1.0", "1.50"):
            assert world.ben.get(f"/d2l/api/lp/{version}/Enrollments/MyEnrollments").status_code == 200
        assert world.ben.get("/d2l/api/lp/1.51/enrollments/myenrollments/").status_code == 404

    def test_it_takes_two_statements_however_many_courses(self, world: World) -> None:
        one = world.statements_of(lambda: ask(world, "ben"))
        for number in range(5):
            enroll(world, make(world, name=f"More {number}", offer=True)["id"], "ben")
        assert world.statements_of(lambda: ask(world, "ben")) == one <= 2


async def _nothing(uow: object) -> None:
    """Waits for the writer, which has noted what it had to by then."""


class TestWhatIsOpen:
    def flags(self, world: World, who: str, course: int) -> tuple[bool, bool] | None:
        shown = {one["OrgUnit"]["Id"]: one["Access"] for one in ask(world, who)["Items"]}.get(course)
        return None if shown is None else (shown["IsActive"], shown["CanAccess"])

    def test_a_draft_is_there_for_those_who_make_it(self, world: World) -> None:
        draft = make(world, name="Draft")["id"]
        enroll(world, draft, "ada", "Teacher")
        enroll(world, draft, "ben")
        assert self.flags(world, "ada", draft) == (False, True)
        assert self.flags(world, "ben", draft) is None

    def test_one_that_has_not_begun_is_closed(self, world: World) -> None:
        dates = {"start_at": "2026-03-01T00:00:00Z", "restrict_enrollments_to_course_dates": True}
        coming = make(world, name="Coming", offer=True, **dates)["id"]
        enroll(world, coming, "ben")
        enroll(world, coming, "ada", "Teacher")
        assert self.flags(world, "ben", coming) == (True, False)
        assert self.flags(world, "ada", coming) == (True, True)

    def test_one_that_is_over_can_be_read_unless_that_is_hidden(self, world: World) -> None:
        physics = world.ids["physics"]
        world.root.delete(world.course, {"event": "conclude"})
        assert self.flags(world, "ben", physics) == (False, True)
        world.root.put(world.course + "/settings", {"restrict_student_past_view": "true"})
        assert self.flags(world, "ben", physics) is None
        assert self.flags(world, "ada", physics) == (False, True)

    def test_what_was_deleted_or_left_is_gone(self, world: World) -> None:
        left = world.ids["enrollment:cleo"]
        world.root.delete(f"{world.course}/enrollments/{left}", {"task": "delete"})
        assert ids(ask(world, "cleo")) == []
        world.root.delete(world.course, {"event": "delete"})
        assert ids(ask(world, "ada")) == []


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"isActive": "true"}, ["Physics"]),
            ({"isActive": "True"}, ["Physics"]),
            ({"isActive": "1"}, ["Physics"]),
            ({"isActive": "false"}, ["Draft"]),
            ({"isActive": ""}, ["Physics", "Draft"]),
            ({"canAccess": "true"}, ["Physics", "Draft"]),
            ({"canAccess": "false"}, []),
            ({"orgUnitTypeId": "3"}, ["Physics", "Draft"]),
            ({"orgUnitTypeId": "1, 3,"}, ["Physics", "Draft"]),
            ({"orgUnitTypeId": "4"}, []),
            ({"orgUnitTypeId": "x"}, []),
            ({"anything": "else", "sortBy": "Nonsense"}, ["Physics", "Draft"]),
        ],
    )
    def test_they_narrow(self, world: World, query: dict[str, str], found: list[str]) -> None:
        enroll(world, make(world, name="Draft")["id"], "ada", "Teacher")
        assert names(ask(world, "ada", **query)) == found


SORTS = {
    "": ["Physics", "Äther", "Botany", "Chemistry"],
    "OrgUnitName": ["Äther", "Botany", "Chemistry", "Physics"],
    "-orgunitname": ["Physics", "Chemistry", "Botany", "Äther"],
    "OrgUnitCode": ["Botany", "Chemistry", "Äther", "Physics"],
    "StartDate": ["Physics", "Botany", "Äther", "Chemistry"],
    "-StartDate": ["Chemistry", "Äther", "Botany", "Physics"],
    "-EndDate": ["Chemistry", "Botany", "Äther", "Physics"],
    "PinDate": ["Physics", "Äther", "Botany", "Chemistry"],
}


class TestPages:
    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("size", [1, 3, 4])
    def test_a_walk_sees_each_once_in_order(self, world: World, several: dict[str, int], sort: str, size: int) -> None:
        found: list[str] = []
        bookmark = ""
        while True:
            page = ask(world, "ben", sortBy=sort, pagesize=size, bookmark=bookmark)
            found += names(page)
            assert len(page["Items"]) <= size
            assert bool(page["PagingInfo"]["Bookmark"]) == page["PagingInfo"]["HasMoreItems"]
            bookmark = page["PagingInfo"]["Bookmark"]
            if not bookmark:
                break
        assert found == SORTS[sort]

    def test_a_course_that_goes_on_the_way_takes_no_other_along(self, world: World, several: dict[str, int]) -> None:
        page = ask(world, "ben", sortBy="-StartDate", pagesize=2)
        assert names(page) == ["Chemistry", "Äther"]
        world.root.delete(f"/courses/{several['Äther']}", {"event": "delete"})
        rest = ask(world, "ben", sortBy="-StartDate", pagesize=2, bookmark=page["PagingInfo"]["Bookmark"])
        assert names(rest) == ["Botany", "Physics"]

    @pytest.mark.parametrize(
        "query",
        [
            {"bookmark": "x"},
            {"bookmark": "1-"},
            {"bookmark": "1-zz"},
            {"bookmark": "1-ff"},
            {"bookmark": "-1"},
            {"pagesize": "0"},
        ],
    )
    def test_what_is_no_page_is_refused(self, world: World, query: dict[str, str]) -> None:
        assert world.ben.get(PATH, params=query).status_code == 400

    def test_a_place_beyond_the_end_is_empty(self, world: World) -> None:
        page = ask(world, "ben", bookmark="9" * 19)
        assert page == {"PagingInfo": {"Bookmark": "", "HasMoreItems": False}, "Items": []}


class TestWhoMay:
    def test_nobody_is_asked_to_say_who_they_are(self, world: World) -> None:
        assert world.anyone.get(PATH).status_code == 401
