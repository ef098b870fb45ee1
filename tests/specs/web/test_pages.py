"""All pages of a course or group, and one to be read. Source: web.md W8 and W9."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOSTILE = '<script>alert("x")</script>&amp;'


def write(world: World, title: str, who: str = "ada", where: str | None = None, **more: str) -> dict[str, Any]:
    fields = {"wiki_page[title]": title} | {f"wiki_page[{name}]": value for name, value in more.items()}
    reply = world.as_(who).post(f"{where or world.course}/pages", fields)
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


def shown(world: World, url: str) -> dict[str, Any]:
    found: dict[str, Any] = world.ada.get(f"{world.course}/pages/{url}").json()
    return found


def rows(page: Any) -> list[str]:
    """The titles of a table, in their order."""
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        part.partition("</th>")[0].partition(">")[2].partition("</a>")[0]
        for part in body.split('<a href="')[1:]
        if "</th>" in part
    ]


class TestTheTable:
    def test_it_shows_title_state_roles_and_the_last_edit(self, world: World, visitor: Visitors) -> None:
        write(world, "Welcome", published="1", front_page="1", editing_roles="teachers,students")
        write(world, "Draft")
        write(world, "Soon", publish_at="2026-03-01T08:30:00Z")
        said = words(visitor("ada").get(f"{world.course}/pages"))
        for expected in (
            "Welcome Published Front page Teachers and students Ada Byron, just now",
            "Draft Not published Teachers Ada Byron",
            "Soon Will be published 1 March 2026, 01:30",
            "3 pages",
        ):
            assert expected in said

    def test_the_last_edit_is_whatever_was_changed(self, world: World, visitor: Visitors) -> None:
        write(world, "Draft")
        world.clock.advance(days=2)
        world.dee.put(f"{world.course}/pages/draft", {"wiki_page[published]": "1"})
        assert "Dee Sign, just now" in words(visitor("ada").get(f"{world.course}/pages"))

    def test_students_see_what_is_published_and_nothing_to_do(self, world: World, visitor: Visitors) -> None:
        write(world, "Open", published="1")
        write(world, "Draft")
        page = visitor("ben").get(f"{world.course}/pages")
        assert "Open" in words(page)
        assert "Draft" not in words(page)
        assert "New page" not in words(page)
        assert 'method="post" action="/courses' not in page.text
        assert "Draft" not in words(visitor("ben").get(f"{world.course}/pages?show=unpublished"))
        assert "Draft" not in words(visitor("ben").get(f"{world.course}/pages?show=deleted"))

    def test_it_is_sorted_by_title_and_by_change(self, world: World, visitor: Visitors) -> None:
        for title in ("b two", "A one", "c three"):
            write(world, title)
            world.clock.advance(minutes=1)
        ada = visitor("ada")
        assert rows(ada.get(f"{world.course}/pages")) == ["A one", "b two", "c three"]
        assert rows(ada.get(f"{world.course}/pages?sort=title&order=desc")) == ["c three", "b two", "A one"]
        assert rows(ada.get(f"{world.course}/pages?sort=updated_at&order=asc")) == ["b two", "A one", "c three"]
        assert rows(ada.get(f"{world.course}/pages?sort=body;drop&order=x&page=-3")) == ["A one", "b two", "c three"]

    def test_it_can_be_searched_and_filtered(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", published="1")
        write(world, "Week two")
        write(world, "Rules", published="1")
        ada = visitor("ada")
        assert rows(ada.get(f"{world.course}/pages?search_term=WEEK")) == ["Week one", "Week two"]
        assert rows(ada.get(f"{world.course}/pages?search_term=week&show=published")) == ["Week one"]
        assert rows(ada.get(f"{world.course}/pages?show=unpublished")) == ["Week two"]
        nothing = ada.get(f"{world.course}/pages?search_term=100%25_")
        assert "No page is like that" in words(nothing)
        assert 'value="100%_"' in nothing.text

    def test_a_long_one_comes_in_parts(self, world: World, visitor: Visitors) -> None:
        for number in range(51):
            write(world, f"Page {number:02}")
        ada = visitor("ada")
        first = ada.get(f"{world.course}/pages?search_term=page")
        assert len(rows(first)) == 50
        assert "search_term=page&amp;sort=title&amp;order=asc&amp;page=2" in first.text
        assert rows(ada.get(f"{world.course}/pages?search_term=page&page=2")) == ["Page 50"]
        assert "No page is like that" in words(ada.get(f"{world.course}/pages?page=9999999999999"))

    def test_an_empty_one_tells_the_next_step_to_whoever_can_take_it(self, world: World, visitor: Visitors) -> None:
        assert "Write the first one" in words(visitor("ada").get(f"{world.course}/pages"))
        assert "Write the first one" not in words(visitor("ben").get(f"{world.course}/pages"))
        assert "Write the first one" in words(visitor("ben").get(f"{world.group}/pages"))

    @pytest.mark.parametrize(("who", "status"), [("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        assert visitor(who).get(f"{world.course}/pages").status_code == status

    def test_one_that_is_hidden_is_not_there_for_students(self, world: World, visitor: Visitors) -> None:
        write(world, "Open", published="1")
        world.ada.put(f"{world.course}/tabs/pages", {"hidden": "1"})
        assert visitor("ben").get(f"{world.course}/pages").status_code == 404
        assert visitor("ada").get(f"{world.course}/pages").status_code == 200
        page = visitor("ben").get(f"{world.course}/pages/open")
        assert page.status_code == 200
        assert f'"{world.course}/pages"' not in page.text

    def test_what_people_wrote_is_shown_as_they_wrote_it(self, world: World, visitor: Visitors) -> None:
        write(world, HOSTILE)
        page = visitor("ada").get(f"{world.course}/pages?search_term=%3Cscript%3E%22")
        assert "<script>alert" not in page.text
        page = visitor("ada").get(f"{world.course}/pages")
        assert "<script>alert" not in page.text
        assert HOSTILE in words(page)

    @pytest.mark.parametrize("where", ["course", "group"])
    def test_it_costs_few_statements(self, world: World, visitor: Visitors, where: str) -> None:
        address = f"{getattr(world, where)}/pages"
        for number in range(4):
            write(world, f"Page {number}", "ada", getattr(world, where))
        ada = visitor("ada")
        ada.get(address)
        assert world.statements_of(lambda: ada.get(address)) <= 5


class TestReadingOne:
    def test_it_shows_title_text_and_who_edited_it_when(self, world: World, visitor: Visitors) -> None:
        write(world, "Week <1", body="<p>Bring <b>boots</b>.</p><script>x</script>", published="1")
        world.clock.advance(days=1)
        page = visitor("ben").get(f"{world.course}/pages/week-1")
        assert "<p>Bring <b>boots</b>.</p>" in page.text
        assert "<script>x" not in page.text
        assert "Week <1 Last edited by Ada Byron, yesterday" in words(page)
        assert "default-src 'self'" in page.headers["content-security-policy"]

    def test_the_address_that_the_api_gives_opens_it(self, world: World, visitor: Visitors) -> None:
        address = write(world, "Week one", published="1")["html_url"]
        assert "Week one" in words(visitor("ben").get(address.removeprefix(world.url)))

    @pytest.mark.parametrize("old", ["hidden-page", "Hidden%20Page", "page_id:{id}", "{id}"])
    def test_an_old_address_leads_to_the_new_one(self, world: World, visitor: Visitors, old: str) -> None:
        made = write(world, "Hidden page", published="1")
        world.ada.put(f"{world.course}/pages/hidden-page", {"wiki_page[title]": "Shown page"})
        reply = visitor("ben").get(f"{world.course}/pages/{old.format(id=made['page_id'])}")
        assert reply.status_code == 302
        assert reply.headers["location"] == f"{world.course}/pages/shown-page"

    def test_a_title_in_any_script_has_an_address(self, world: World, visitor: Visitors) -> None:
        address = write(world, "グループ映画", published="1")["html_url"]
        assert visitor("ben").get(address.removeprefix(world.url)).status_code == 200

    def test_an_unpublished_one_says_so_to_whoever_sees_it(self, world: World, visitor: Visitors) -> None:
        write(world, "Draft")
        assert "Students do not" in words(visitor("ada").get(f"{world.course}/pages/draft"))
        assert visitor("ben").get(f"{world.course}/pages/draft").status_code == 403

    def test_one_that_waits_says_until_when(self, world: World, visitor: Visitors) -> None:
        write(world, "Soon", publish_at="2026-03-01T08:30:00Z")
        said = words(visitor("ada").get(f"{world.course}/pages/soon"))
        assert "Students do not see this page before 1 March 2026, 01:30" in said
        world.clock.advance(days=20)
        assert visitor("ben").get(f"{world.course}/pages/soon").status_code == 200

    def test_one_that_a_module_keeps_shut_shows_no_text(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Later", body="<p>Secret</p>", published="1")
        in_module(world, "Second week", [made], **{"module[unlock_at]": "2026-03-01T00:00:00Z"})
        page = visitor("ben").get(f"{world.course}/pages/later")
        assert "It belongs to “Second week”, which opens on 28 February 2026, 17:00" in words(page)
        assert "Secret" not in page.text
        assert "Secret" in visitor("ada").get(f"{world.course}/pages/later").text

    def test_it_tells_when_it_is_to_be_done(self, world: World, visitor: Visitors) -> None:
        write(world, "Reading", published="1", student_todo_at="2026-02-20T10:00:00Z")
        assert "To do by 20 February 2026, 03:00" in words(visitor("ben").get(f"{world.course}/pages/reading"))

    def test_it_leads_through_its_module(self, world: World, visitor: Visitors) -> None:
        made = [write(world, f"Step {number}", published="1") for number in (1, 2, 3)]
        hidden = write(world, "Hidden step")
        in_module(world, "Steps", [made[0], hidden, made[1], made[2]])
        page = visitor("ben").get(f"{world.course}/pages/step-2")
        assert f'rel="prev" href="{world.course}/pages/step-1"' in page.text
        assert f'rel="next" href="{world.course}/pages/step-3"' in page.text
        assert "Hidden step" not in page.text
        assert "Hidden step" in visitor("ada").get(f"{world.course}/pages/step-2").text
        assert 'rel="prev"' not in visitor("ben").get(f"{world.course}/pages/step-1").text

    @pytest.mark.parametrize(
        ("who", "edits", "deletes"),
        [("ada", True, True), ("tia", True, True), ("ben", False, False), ("dov", False, False)],
    )
    def test_it_offers_what_its_reader_may_do(
        self, world: World, visitor: Visitors, who: str, edits: bool, deletes: bool
    ) -> None:
        write(world, "Open", published="1")
        page = visitor(who).get(f"{world.course}/pages/open")
        assert (f'{world.course}/pages/open/edit"' in page.text) is edits
        assert (f'{world.course}/pages/open/delete"' in page.text) is deletes

    def test_students_named_may_edit(self, world: World, visitor: Visitors) -> None:
        write(world, "Ours", published="1", editing_roles="teachers,students")
        page = visitor("ben").get(f"{world.course}/pages/ours")
        assert f'{world.course}/pages/ours/edit"' in page.text
        assert f'{world.course}/pages/ours/publish"' not in page.text
        assert f'{world.course}/pages/ours/edit"' not in visitor("dov").get(f"{world.course}/pages/ours").text

    @pytest.mark.parametrize(("who", "status"), [("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        write(world, "Open", published="1")
        assert visitor(who).get(f"{world.course}/pages/open").status_code == status
        assert visitor(who).get(f"{world.course}/pages/nope").status_code == status

    def test_a_public_one_is_open_to_everybody(self, world: World, visitor: Visitors) -> None:
        write(world, "Open", body="<p>Hello</p>", published="1")
        world.sql("UPDATE courses SET is_public = true WHERE id = :id RETURNING id", id=world.ids["physics"])
        assert "Hello" in words(visitor(None).get(f"{world.course}/pages/open"))

    def test_what_is_not_there_is_written_by_whoever_may(self, world: World, visitor: Visitors) -> None:
        assert visitor("ben").get(f"{world.course}/pages/field-trip").status_code == 404
        reply = visitor("ada").get(f"{world.course}/pages/field-trip")
        assert reply.headers["location"] == f"{world.course}/new_page?title=Field+Trip"
        assert visitor("ada").get(f"{world.course}/pages/new").headers["location"] == f"{world.course}/new_page"
        assert visitor("ada").get(f"{world.course}/pages/page_id:99").status_code == 404

    def test_a_page_may_be_called_new(self, world: World, visitor: Visitors) -> None:
        write(world, "New", body="<p>What is new</p>", published="1")
        assert "What is new" in words(visitor("ada").get(f"{world.course}/pages/new"))

    def test_a_group_has_pages_too(self, world: World, visitor: Visitors) -> None:
        write(world, "Plans", "ben", world.group, body="<p>Hello</p>")
        page = visitor("ben").get(f"{world.group}/pages/plans")
        assert "Hello" in words(page)
        assert "duplicate" not in page.text
        assert visitor("cleo").get(f"{world.group}/pages/plans").status_code == 403

    @pytest.mark.parametrize("where", ["course", "group"])
    def test_it_costs_few_statements(self, world: World, visitor: Visitors, where: str) -> None:
        write(world, "Open", "ada", getattr(world, where), published="1")
        ada = visitor("ada")
        ada.get(f"{getattr(world, where)}/pages/open")
        assert world.statements_of(lambda: ada.get(f"{getattr(world, where)}/pages/open")) <= 5


def in_module(world: World, name: str, items: list[dict[str, Any]], **more: str) -> None:
    module = world.ada.post(f"{world.course}/modules", {"module[name]": name} | more).json()["id"]
    for item in items:
        fields = {"module_item[type]": "Page", "module_item[page_url]": item["url"]}
        assert world.ada.post(f"{world.course}/modules/{module}/items", fields).status_code == 200
    world.ada.put(f"{world.course}/modules/{module}", {"module[published]": "1"})


class TestWhatAButtonDoes:
    def test_it_publishes_and_unpublishes(self, world: World, visitor: Visitors) -> None:
        write(world, "Draft")
        ada = visitor("ada")
        assert "“Draft” is published." in words(ada.follow(ada.post(f"{world.course}/pages/draft/publish")))
        assert shown(world, "draft")["published"]
        page = ada.follow(ada.post(f"{world.course}/pages/draft/unpublish", on="page"))
        assert "“Draft” is no longer published." in words(page)
        assert not shown(world, "draft")["published"]

    def test_it_gives_up_a_schedule(self, world: World, visitor: Visitors) -> None:
        write(world, "Soon", publish_at="2026-03-01T08:30:00Z")
        visitor("ada").post(f"{world.course}/pages/soon/unpublish")
        assert shown(world, "soon")["publish_at"] is None
        world.clock.advance(days=30)
        assert not shown(world, "soon")["published"]

    def test_it_makes_the_front_page_and_takes_that_back(self, world: World, visitor: Visitors) -> None:
        write(world, "Home", published="1")
        ada = visitor("ada")
        assert "is the front page now" in words(ada.follow(ada.post(f"{world.course}/pages/home/front")))
        assert shown(world, "home")["front_page"]
        ada.post(f"{world.course}/pages/home/not_front")
        assert not shown(world, "home")["front_page"]

    @pytest.mark.parametrize("verb", ["unpublish", "delete"])
    def test_the_front_page_stays_and_one_is_told_why(self, world: World, visitor: Visitors, verb: str) -> None:
        write(world, "Home", published="1", front_page="1")
        page = visitor("ada").post(f"{world.course}/pages/home/{verb}")
        assert page.status_code == 422
        assert "The front page cannot be" in words(page)
        assert shown(world, "home")["published"]

    def test_it_makes_a_copy(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="<p>x</p>", published="1")
        ada = visitor("ada")
        assert "“Week one Copy” is ready" in words(ada.follow(ada.post(f"{world.course}/pages/week-one/duplicate")))
        assert shown(world, "week-one-copy")["body"] == "<p>x</p>"
        assert visitor("ben").post(f"{world.group}/pages/x/duplicate").status_code == 404

    @pytest.mark.parametrize("verb", ["publish", "unpublish", "front", "not_front", "duplicate", "delete", "take_back"])
    def test_it_is_refused_to_those_who_may_not(self, world: World, visitor: Visitors, verb: str) -> None:
        write(world, "Open", published="1", editing_roles="teachers")
        address = f"{world.course}/pages/open/{verb}"
        for who, status in (("ben", 403), ("dov", 403), ("eve", 403), (None, 401)):
            assert visitor(who).post(address).status_code == status
        assert visitor("ada").post(address, token="").status_code == 422
        assert visitor("ada").post(f"{world.course}/pages/nope/{verb}").status_code == 404

    def test_students_named_cannot_publish(self, world: World, visitor: Visitors) -> None:
        write(world, "Ours", published="1", editing_roles="teachers,students")
        assert visitor("ben").post(f"{world.course}/pages/ours/unpublish").status_code == 422
        assert shown(world, "ours")["published"]


class TestDeleting:
    def test_it_can_be_undone_at_once(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Week one", body="<p>x</p>", published="1")
        ada = visitor("ada")
        page = ada.follow(ada.post(f"{world.course}/pages/week-one/delete"))
        assert "“Week one” was deleted." in words(page)
        undo = f"{world.course}/pages/page_id:{made['page_id']}/take_back"
        assert f'action="{undo}"' in page.text
        page = ada.follow(ada.post(undo, published="1"))
        assert "“Week one” is back." in words(page)
        back = shown(world, "week-one")
        assert (back["page_id"], back["published"], back["body"]) == (made["page_id"], True, "<p>x</p>")
        assert world.ada.get(f"{world.course}/pages/week-one/revisions").json()[0]["revision_id"] == 2
        ada.follow(ada.post(undo, published="1"))  # twice does no harm
        assert len(world.ada.get(f"{world.course}/pages").json()) == 1

    def test_later_too_among_the_deleted(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Week one", published="1")
        write(world, "Week two", published="1")
        ada = visitor("ada")
        ada.post(f"{world.course}/pages/week-one/delete")
        page = ada.get(f"{world.course}/pages?show=deleted")
        assert "Week one" in words(page)
        assert "Week two" not in words(page)
        page = ada.follow(ada.post(f"{world.course}/pages/page_id:{made['page_id']}/take_back"))
        assert "It is not published" in words(page)
        assert not shown(world, "week-one")["published"]
        assert "Deleted" not in words(visitor("ben").get(f"{world.course}/pages"))

    def test_what_waited_waits_again(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Soon", publish_at="2026-03-01T08:30:00Z")
        ada = visitor("ada")
        ada.post(f"{world.course}/pages/soon/delete")
        ada.post(f"{world.course}/pages/page_id:{made['page_id']}/take_back")
        world.clock.advance(days=20)
        assert shown(world, "soon")["published"]

    def test_only_those_who_delete_take_back(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Week one", published="1")
        visitor("ada").post(f"{world.course}/pages/week-one/delete")
        address = f"{world.course}/pages/page_id:{made['page_id']}/take_back"
        for who, status in (("ben", 403), ("eve", 403), (None, 401)):
            assert visitor(who).post(address).status_code == status
        assert visitor("ben").get(f"{world.course}/pages/page_id:{made['page_id']}").status_code == 403

    def test_a_member_takes_back_what_was_deleted_in_the_group(self, world: World, visitor: Visitors) -> None:
        made = write(world, "Plans", "ben", world.group)
        ben = visitor("ben")
        ben.post(f"{world.group}/pages/plans/delete")
        page = ben.follow(ben.post(f"{world.group}/pages/page_id:{made['page_id']}/take_back", published="1"))
        assert "“Plans” is back." in words(page)
        assert world.ben.get(f"{world.group}/pages/plans").json()["published"]

    def test_a_page_may_have_come_in_its_place(self, world: World, visitor: Visitors) -> None:
        world.sql(
            "UPDATE accounts SET settings = :settings WHERE id = 1 RETURNING id",
            settings='{"permanent_page_links": false}',
        )
        made = write(world, "Week one", published="1")
        visitor("ada").post(f"{world.course}/pages/week-one/delete")
        write(world, "Week one", published="1")
        visitor("ada").post(f"{world.course}/pages/page_id:{made['page_id']}/take_back", published="1")
        assert {one["url"] for one in world.ada.get(f"{world.course}/pages").json()} == {"week-one", "week-one-2"}
