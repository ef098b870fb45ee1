"""The versions of a page. Source: web.md W11."""

from collections.abc import Callable

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.specs.web.test_page_editing import sent
from tests.specs.web.test_pages import HOSTILE, shown, write
from tests.world import World

Visitors = Callable[[str | None], Visitor]


@pytest.fixture
def written(world: World) -> str:
    """A page with three versions: where its history is."""
    write(world, "Week one", body="<p>Bring boots and a net to the river on Friday.</p>", published="1")
    world.clock.advance(days=1)
    world.tia.put(f"{world.course}/pages/week-one", sent(body="<p>Bring boots and a towel to the river on Friday.</p>"))
    world.clock.advance(days=1)
    world.dee.put(f"{world.course}/pages/week-one", sent(title="Week 1"))
    return f"{world.course}/pages/week-1/revisions"


class TestTheVersions:
    def test_they_are_told_with_who_and_when_newest_first(self, written: str, visitor: Visitors) -> None:
        said = words(visitor("ada").get(written))
        assert "Version 3 Now Dee Sign 17 February 2026, 05:00" in said
        assert said.index("Dee Sign 17") < said.index("Tia Assist 16") < said.index("Ada Byron 15")

    def test_the_last_two_are_compared_at_first(self, written: str, visitor: Visitors) -> None:
        page = visitor("ada").get(written)
        assert "From version 2 to version 3" in words(page)
        assert "Week <ins>1</ins> <del>one</del>" in page.text

    @pytest.mark.parametrize("query", ["older=1&newer=2", "older=2&newer=1"])
    def test_any_two_can_be(self, written: str, visitor: Visitors, query: str) -> None:
        page = visitor("ada").get(f"{written}?{query}")
        assert "a <ins>towel</ins> <del>net</del> to the river" in page.text
        assert "1 word added, 1 removed" in words(page)

    def test_side_by_side_too(self, written: str, visitor: Visitors) -> None:
        page = visitor("ada").get(f"{written}?older=1&newer=3&view=side")
        left, _, right = page.text.partition('class="sides"')[2].partition("</article>")
        assert "<del>net</del>" in left
        assert "towel" not in left
        assert "<ins>towel</ins>" in right
        assert "net" not in right

    def test_where_only_looks_differ_it_says_so(self, world: World, written: str, visitor: Visitors) -> None:
        world.ada.put(
            f"{world.course}/pages/week-1", sent(body="<p>Bring <b>boots</b> and a towel to the river on Friday.</p>")
        )
        assert "The words are the same; only how they look differs." in words(visitor("ada").get(written))
        world.ada.put(f"{world.course}/pages/week-1", sent(student_todo_at="2026-03-01T08:30:00Z"))
        assert "Both say the same." in words(visitor("ada").get(written))

    def test_the_only_one_is_shown(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="<p>Hello</p>")
        page = visitor("ada").get(f"{world.course}/pages/week-one/revisions")
        assert "Hello" in words(page)
        assert "Bring version" not in page.text

    def test_many_come_in_parts(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="0")
        for number in range(1, 25):
            world.ada.put(f"{world.course}/pages/week-one", sent(body=str(number)))
        ada, address = visitor("ada"), f"{world.course}/pages/week-one/revisions"
        assert "Version 6 " in words(ada.get(address))
        assert "Version 5 " not in words(ada.get(address))
        assert "Version 1 " in words(ada.get(f"{address}?page=2"))
        assert ada.get(f"{address}?page=99999999999").status_code == 200

    @pytest.mark.parametrize("query", ["older=0&newer=99999999999999", "older=x&newer=-2", "view=<b>", "older[]=1"])
    def test_whatever_is_asked_nothing_breaks(self, written: str, visitor: Visitors, query: str) -> None:
        assert visitor("ada").get(f"{written}?{query}").status_code == 200

    def test_what_people_wrote_is_shown_as_they_wrote_it(self, world: World, visitor: Visitors) -> None:
        write(world, HOSTILE)
        url = world.ada.get(f"{world.course}/pages").json()[0]["url"]
        world.ada.put(f"{world.course}/pages/{url}", sent(title=f"{HOSTILE} more"))
        for view in ("inline", "side"):
            page = visitor("ada").get(
                f"{world.course}/pages/page_id:{world.ada.get(f'{world.course}/pages').json()[0]['page_id']}/revisions"
            )
            page = visitor("ada").get(f"{page.headers['location']}?view={view}")
            assert page.status_code == 200
            assert "<script>alert" not in page.text

    def test_an_old_address_leads_to_the_new_one(self, world: World, written: str, visitor: Visitors) -> None:
        reply = visitor("ada").get(f"{world.course}/pages/week-one/revisions?older=1")
        assert reply.headers["location"] == f"{written}?older=1"

    @pytest.mark.parametrize(("who", "status"), [("ben", 403), ("dov", 403), ("eve", 403), (None, 401)])
    def test_they_are_refused_to(
        self, world: World, written: str, visitor: Visitors, who: str | None, status: int
    ) -> None:
        assert visitor(who).get(written).status_code == status
        assert visitor(who).post(f"{written}/1").status_code == status

    @pytest.mark.parametrize("where", ["course", "group"])
    def test_they_cost_few_statements(self, world: World, visitor: Visitors, where: str) -> None:
        write(world, "Open", "ada", getattr(world, where))
        ada = visitor("ada")
        address = f"{getattr(world, where)}/pages/open/revisions"
        ada.get(address)
        assert world.statements_of(lambda: ada.get(address)) <= 5


class TestBringingOneBack:
    def test_it_says_again_what_it_said_and_can_be_undone(self, world: World, written: str, visitor: Visitors) -> None:
        ada = visitor("ada")
        page = ada.follow(ada.post(f"{written}/1"))
        assert "“Week one” says again what version 1 said." in words(page)
        assert (shown(world, "week-1")["title"], "net" in shown(world, "week-1")["body"]) == ("Week one", True)
        undo = page.text.partition('role="status"')[2].partition('action="')[2].partition('"')[0]
        page = ada.follow(ada.post(undo, undo="1"))
        assert "“Week 1” says again what it said before." in words(page)
        assert (shown(world, "week-1")["title"], "towel" in shown(world, "week-1")["body"]) == ("Week 1", True)

    def test_the_newest_changes_nothing(self, world: World, written: str, visitor: Visitors) -> None:
        ada = visitor("ada")
        assert "nothing changed" in words(ada.follow(ada.post(f"{written}/3")))
        assert len(world.ada.get(f"{world.course}/pages/week-1/revisions").json()) == 3

    @pytest.mark.parametrize("number", ["0", "4", "x", "99999999999999999999"])
    def test_there_is_no_other(self, written: str, visitor: Visitors, number: str) -> None:
        assert visitor("ada").post(f"{written}/{number}").status_code == 404

    def test_it_needs_the_token_of_the_form(self, world: World, written: str, visitor: Visitors) -> None:
        assert visitor("ada").post(f"{written}/1", token="").status_code == 422
        assert shown(world, "week-1")["title"] == "Week 1"

    def test_students_named_compare_but_bring_nothing_back(self, world: World, written: str, visitor: Visitors) -> None:
        world.ada.put(f"{world.course}/pages/week-1", sent(editing_roles="teachers,students"))
        page = visitor("ben").get(f"{written}?older=1&newer=2")
        assert "<ins>towel</ins>" in page.text
        assert "Bring version" not in page.text
        assert visitor("ben").post(f"{written}/1").status_code == 403
