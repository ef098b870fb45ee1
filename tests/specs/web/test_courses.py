"""My courses and groups, and what each opens with. Source: web.md W7."""

from collections.abc import Callable

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]


def write(world: World, title: str, **more: str) -> None:
    fields = {"wiki_page[title]": title} | {f"wiki_page[{name}]": value for name, value in more.items()}
    assert world.ada.post(f"{world.course}/pages", fields).status_code == 200


class TestMyCourses:
    def test_they_are_shown_with_ones_role_and_groups(self, visitor: Visitors) -> None:
        said = words(visitor("ben").get("/courses"))
        for shown in ("Physics", "PHY101", "Student", "Owls", "1 member"):
            assert shown in said

    @pytest.mark.parametrize(("who", "role"), [("ada", "Teacher"), ("tia", "Teaching assistant"), ("dov", "Observer")])
    def test_each_sees_their_own_role(self, visitor: Visitors, who: str, role: str) -> None:
        assert role in words(visitor(who).get("/courses"))

    def test_who_has_none_is_told_the_next_step(self, visitor: Visitors) -> None:
        assert "You are in no course at present" in words(visitor("eve").get("/courses"))

    def test_what_is_over_stands_apart(self, world: World, visitor: Visitors) -> None:
        world.ada.put(world.course, {"course[event]": "conclude"})
        said = words(visitor("ada").get("/courses"))
        assert "Past courses" in said
        assert "You are in no course at present" in said

    def test_it_costs_few_statements(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        ben.get("/courses")
        assert world.statements_of(lambda: ben.get("/courses")) <= 4


class TestACourse:
    def test_it_opens_on_its_front_page(self, world: World, visitor: Visitors) -> None:
        write(world, "Welcome", body="<p>Bring <b>boots</b>.</p><script>x</script>", front_page="1", published="1")
        page = visitor("ben").get(world.course)
        assert "<p>Bring <b>boots</b>.</p>" in page.text
        assert "hx-ignore x-ignore" in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert "default-src 'self'" in page.headers["content-security-policy"]

    def test_else_on_its_pages(self, world: World, visitor: Visitors) -> None:
        write(world, "Week <one>", published="1")
        write(world, "Draft")
        said = words(visitor("ben").get(world.course))
        assert "Week <one>" in said
        assert "Draft" not in said
        said = words(visitor("ada").get(world.course))
        assert "Draft" in said
        assert "Not published" in said

    def test_an_empty_one_tells_the_next_step_to_whoever_can_take_it(self, world: World, visitor: Visitors) -> None:
        assert "Write the first one" in words(visitor("ada").get(world.course))
        said = words(visitor("ben").get(world.course))
        assert "There are no pages here yet" in said
        assert "Write the first one" not in said

    @pytest.mark.parametrize(("who", "status"), [("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        assert visitor(who).get(world.course).status_code == status

    def test_a_public_one_is_open_to_everybody(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", published="1")
        world.sql("UPDATE courses SET is_public = true WHERE id = :id RETURNING id", id=world.ids["physics"])
        assert "Week one" in words(visitor(None).get(world.course))

    @pytest.mark.parametrize("name", ["99999", "x", "1e3", "%2e%2e"])
    def test_there_is_no_other(self, visitor: Visitors, name: str) -> None:
        assert visitor("ben").get(f"/courses/{name}").status_code == 404

    def test_it_costs_few_statements(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        ben.get(world.course)
        assert world.statements_of(lambda: ben.get(world.course)) <= 5


class TestAGroup:
    def test_it_opens_to_its_members(self, world: World, visitor: Visitors) -> None:
        page = visitor("ben").get(world.group)
        assert page.status_code == 200
        assert "Owls" in words(page)
        assert "Physics" in words(page)

    @pytest.mark.parametrize(("who", "status"), [("cleo", 403), ("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        assert visitor(who).get(world.group).status_code == status
