"""Where a page is written. Source: web.md W10, journey 4."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest

from tests.specs.web.conftest import Visitor, words
from tests.specs.web.test_pages import HOSTILE, shown, write
from tests.world import World

Visitors = Callable[[str | None], Visitor]


def sent(**fields: str) -> dict[str, str]:
    return {f"wiki_page[{name}]": value for name, value in fields.items()}


def field_of(page: httpx.Response, name: str) -> str:
    """What a field of the form holds."""
    found = re.search(rf'name="wiki_page\[{name}\]"[^>]* value="([^"]*)"', page.text)
    if found is None:
        found = re.search(rf'<textarea[^>]*name="wiki_page\[{name}\]"[^>]*>\n?([^<]*)</textarea>', page.text)
    assert found is not None, name
    return unescape(found[1])


def begun(visitor: Visitor, address: str) -> dict[str, str]:
    """The form as its editor is shown it."""
    page = visitor.get(address)
    assert page.status_code == 200, page.text
    return {
        "begun_from": field_of(page, "begun_from"),
        "title": field_of(page, "title"),
        "body": field_of(page, "body"),
    }


@pytest.fixture
def students_write(world: World) -> None:
    world.sql("UPDATE courses SET default_wiki_editing_roles = 'teachers,students' RETURNING id")


class TestANewPage:
    def test_it_is_written_and_one_is_led_to_it(self, world: World, visitor: Visitors) -> None:
        ada = visitor("ada")
        assert "New page" in words(ada.get(f"{world.course}/new_page"))
        fields = sent(title="Week one", body="<p>Bring <b>boots</b></p><script>x</script>", state="now", front_page="1")
        page = ada.follow(ada.post(f"{world.course}/pages", **fields))
        assert "“Week one” is saved." in words(page)
        made = shown(world, "week-one")
        assert (made["body"], made["published"], made["front_page"]) == ("<p>Bring <b>boots</b></p>", True, True)

    def test_a_title_may_come_with_the_address(self, world: World, visitor: Visitors) -> None:
        assert field_of(visitor("ada").get(f"{world.course}/new_page?title=Field+Trip"), "title") == "Field Trip"

    def test_it_waits_where_a_moment_is_chosen(self, world: World, visitor: Visitors) -> None:
        fields = sent(title="Soon", state="later", publish_at="2026-03-01T08:30", student_todo_at="2026-03-02T10:00")
        ada = visitor("ada")
        page = ada.follow(ada.post(f"{world.course}/pages", **fields))
        assert "It will be published when its time comes" in words(page)
        made = shown(world, "soon")  # the world's people live in Denver
        assert (made["publish_at"], made["todo_date"]) == ("2026-03-01T15:30:00Z", "2026-03-02T17:00:00Z")
        assert not made["published"]

    def test_without_a_title_everything_else_stays(self, world: World, visitor: Visitors) -> None:
        fields = sent(
            title=" ",
            body=f"<p>{HOSTILE}</p>",
            state="later",
            publish_at="2026-03-01T08:30",
            editing_roles="teachers,students",
        )
        page = visitor("ada").post(f"{world.course}/pages", **fields)
        assert page.status_code == 422
        assert field_of(page, "body") == f"<p>{HOSTILE}</p>"
        assert field_of(page, "publish_at") == "2026-03-01T08:30"
        assert 'value="later" checked' in page.text
        assert 'value="teachers,students" selected' in page.text
        assert 'aria-invalid="true"' in page.text
        assert "<script>alert" not in page.text
        assert world.ada.get(f"{world.course}/pages").json() == []

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"title": "x" * 256}, "Title can't exceed 255 characters"),
            ({"title": "!!!"}, "at least one letter or number"),
            ({"title": "x", "state": "later"}, "Please fill this in"),
            ({"title": "x", "state": "later", "publish_at": "tomorrow"}, "Write day and time like"),
            ({"title": "x", "student_todo_at": "31.2."}, "Write day and time like"),
            ({"title": "x", "front_page": "1", "state": "draft"}, "The front page cannot be unpublished"),
            ({"title": "x", "editing_roles": "chimpanzees"}, "editing roles are invalid"),
            ({"title": "x", "body": "y" * 512_000}, "This is too long"),
        ],
    )
    def test_what_cannot_be_is_told_beside_what_was_typed(
        self, world: World, visitor: Visitors, fields: dict[str, str], says: str
    ) -> None:
        page = visitor("ada").post(f"{world.course}/pages", **sent(**fields))
        assert page.status_code == 422
        assert says in words(page)
        assert field_of(page, "title") == fields["title"]

    @pytest.mark.parametrize(("who", "status"), [("ben", 403), ("dov", 403), ("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        assert visitor(who).get(f"{world.course}/new_page").status_code == status
        assert visitor(who).post(f"{world.course}/pages", **sent(title="x")).status_code == status

    def test_it_needs_the_token_of_the_form(self, world: World, visitor: Visitors) -> None:
        assert visitor("ada").post(f"{world.course}/pages", token="", **sent(title="x")).status_code == 422
        assert world.ada.get(f"{world.course}/pages").json() == []

    def test_where_students_write_they_decide_no_more_than_that(
        self, students_write: None, world: World, visitor: Visitors
    ) -> None:
        ben = visitor("ben")
        form = ben.get(f"{world.course}/new_page")
        for name in ("state", "editing_roles", "front_page", "publish_at", "student_todo_at"):
            assert f"wiki_page[{name}]" not in form.text
        assert "is saved" in words(ben.follow(ben.post(f"{world.course}/pages", **sent(title="Ours"))))
        assert shown(world, "ours")["published"]

    def test_a_member_writes_in_the_group(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        assert "Members of the group" in words(ben.get(f"{world.group}/new_page"))
        ben.post(f"{world.group}/pages", **sent(title="Plans", state="now", editing_roles="members"))
        assert world.ben.get(f"{world.group}/pages/plans").json()["editing_roles"] == "members"


class TestEditing:
    def test_it_begins_with_what_there_is(self, world: World, visitor: Visitors) -> None:
        write(world, "Week <1", body="<p>x &amp; y</p>", published="1", editing_roles="students")
        page = visitor("ada").get(f"{world.course}/pages/week-1/edit")
        assert field_of(page, "title") == "Week <1"
        assert field_of(page, "body") == "<p>x &amp; y</p>"
        assert 'value="now" checked' in page.text
        assert 'value="students" selected' in page.text
        assert "'unsafe-inline'" not in page.headers["content-security-policy"].partition("script")[2]

    def test_a_new_title_leads_to_its_new_address(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", published="1")
        ada = visitor("ada")
        reply = ada.post(f"{world.course}/pages/week-one/edit", **sent(title="Week 1", body="<p>y</p>", state="now"))
        assert reply.headers["location"] == f"{world.course}/pages/week-1"
        assert shown(world, "week-1")["body"] == "<p>y</p>"
        assert ada.get(f"{world.course}/pages/week-one/edit").headers["location"] == f"{world.course}/pages/week-1/edit"

    @pytest.mark.parametrize(
        ("before", "state", "after"),
        [
            ({"published": "1"}, "draft", (False, None)),
            ({"published": "1"}, "now", (True, None)),
            ({"published": "1"}, "later", (False, "2026-03-01T15:30:00Z")),
            ({}, "now", (True, None)),
            ({}, "later", (False, "2026-03-01T15:30:00Z")),
            ({"publish_at": "2026-04-01T00:00:00Z"}, "draft", (False, None)),
            ({"publish_at": "2026-04-01T00:00:00Z"}, "now", (True, None)),
            ({"publish_at": "2026-04-01T00:00:00Z"}, "later", (False, "2026-03-01T15:30:00Z")),
        ],
    )
    def test_it_is_published_now_later_or_not(
        self, world: World, visitor: Visitors, before: dict[str, str], state: str, after: Any
    ) -> None:
        write(world, "Week one", **before)
        fields = sent(title="Week one", body="x", state=state, publish_at="2026-03-01T08:30")
        visitor("ada").post(f"{world.course}/pages/week-one/edit", **fields)
        found = shown(world, "week-one")
        assert (found["published"], found["publish_at"]) == after

    def test_a_day_in_the_planners_is_set_and_cleared(self, world: World, visitor: Visitors) -> None:
        write(world, "Reading", published="1")
        ada = visitor("ada")
        ada.post(f"{world.course}/pages/reading/edit", **sent(title="Reading", student_todo_at="2026-03-01T08:30"))
        assert shown(world, "reading")["todo_date"] == "2026-03-01T15:30:00Z"
        assert field_of(ada.get(f"{world.course}/pages/reading/edit"), "student_todo_at") == "2026-03-01T08:30"
        ada.post(f"{world.course}/pages/reading/edit", **sent(title="Reading", student_todo_at=""))
        assert shown(world, "reading")["todo_date"] is None

    def test_those_who_take_part_are_told_if_one_wants(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="x", published="1")
        world.clock.advance(hours=1)
        ada = visitor("ada")
        ada.post(f"{world.course}/pages/week-one/edit", **sent(title="Week one", body="y", notify_of_update="0"))
        assert world.sql("SELECT count(*) FROM notices")[0][0] == 0
        ada.post(f"{world.course}/pages/week-one/edit", **sent(title="Week one", body="z", notify_of_update="1"))
        assert world.sql("SELECT count(*) FROM notices")[0][0] > 3

    def test_students_named_edit_the_text_alone(self, world: World, visitor: Visitors) -> None:
        write(world, "Ours", body="<p>x</p>", published="1", editing_roles="teachers,students")
        ben = visitor("ben")
        form = ben.get(f"{world.course}/pages/ours/edit")
        assert "wiki_page[title]" not in form.text
        fields = sent(begun_from=field_of(form, "begun_from"), body="<p>y</p>")
        page = ben.follow(ben.post(f"{world.course}/pages/ours/edit", **fields))
        assert "“Ours” is saved." in words(page)
        assert shown(world, "ours")["last_edited_by"]["display_name"] == "Ben Okri"
        refused = ben.post(f"{world.course}/pages/ours/edit", **sent(title="Mine", body="<p>z</p>"))
        assert refused.status_code == 422
        assert shown(world, "ours")["body"] == "<p>y</p>"

    @pytest.mark.parametrize(("who", "status"), [("ben", 403), ("dov", 403), ("eve", 403), (None, 401)])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str | None, status: int) -> None:
        write(world, "Week one", published="1")
        assert visitor(who).get(f"{world.course}/pages/week-one/edit").status_code == status
        assert visitor(who).post(f"{world.course}/pages/week-one/edit", **sent(body="x")).status_code == status

    def test_it_needs_the_token_of_the_form(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="x")
        assert visitor("ada").post(f"{world.course}/pages/week-one/edit", token="", **sent(body="y")).status_code == 422
        assert shown(world, "week-one")["body"] == "x"

    @pytest.mark.parametrize("where", ["course", "group"])
    def test_it_costs_few_statements(self, world: World, visitor: Visitors, where: str) -> None:
        write(world, "Open", "ada", getattr(world, where))
        ada = visitor("ada")
        address = f"{getattr(world, where)}/pages/open/edit"
        ada.get(address)
        assert world.statements_of(lambda: ada.get(address)) <= 5


class TestWhatCannotBeSaved:
    LONG = "<p>A text that took an hour to write, which nobody would want to write again.</p>"

    def test_it_can_be_copied_where_the_page_was_deleted(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="x")
        world.tia.delete(f"{world.course}/pages/week-one")
        page = visitor("ada").post(f"{world.course}/pages/week-one/edit", **sent(title="Week one", body=self.LONG))
        assert page.status_code == 404
        assert "What you wrote" in words(page)
        assert "took an hour" in page.text
        assert "Send it again" not in words(page)

    def test_and_where_one_may_edit_it_no_longer(self, world: World, visitor: Visitors) -> None:
        write(world, "Ours", published="1")
        page = visitor("ben").post(f"{world.course}/pages/ours/edit", **sent(body=self.LONG))
        assert page.status_code == 403
        assert "took an hour" in page.text

    def test_it_is_sent_again_where_the_session_ended(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="x")
        ada = visitor("ada")
        form = sent(**begun(ada, f"{world.course}/pages/week-one/edit") | {"body": self.LONG})
        world.clock.advance(hours=25)
        page = ada.post(f"{world.course}/pages/week-one/edit", **form)
        assert page.status_code == 401
        assert "Nothing is lost" in words(page)
        assert "took an hour" in page.text


class TestTwoEditors:
    def test_the_second_sees_both_texts_and_loses_nothing(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="<p>Bring boots and a net to the river on Friday.</p>", published="1")
        address = f"{world.course}/pages/week-one/edit"
        ada, tia = visitor("ada"), visitor("tia")
        hers, theirs = begun(ada, address), begun(tia, address)
        tia.post(address, **sent(**theirs | {"body": "<p>Bring boots and a towel to the river on Friday.</p>"}))
        page = ada.post(
            address, **sent(**hers | {"title": "Week 1", "body": "<p>Bring boots and a net to the sea on Friday.</p>"})
        )
        assert page.status_code == 422
        said = words(page)
        assert "Tia Assist saved this page while you were writing." in said
        assert "Bring boots and a towel to the river on Friday." in said
        assert field_of(page, "body") == "<p>Bring boots and a net to the sea on Friday.</p>"
        assert field_of(page, "title") == "Week 1"
        assert "towel" in shown(world, "week-one")["body"]

        again = {name: field_of(page, name) for name in ("begun_from", "title", "body")}
        assert "is saved" in words(ada.follow(ada.post(address, **sent(**again))))
        assert "sea" in shown(world, "week-1")["body"]
        assert len(world.ada.get(f"{world.course}/pages/week-1/revisions").json()) == 3

    def test_a_third_text_meanwhile_is_shown_again(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="one")
        address = f"{world.course}/pages/week-one/edit"
        ada = visitor("ada")
        hers = begun(ada, address)
        for text in ("two", "three"):
            world.tia.put(f"{world.course}/pages/week-one", sent(body=text))
            page = ada.post(address, **sent(**hers | {"body": "four"}))
            assert page.status_code == 422
            hers["begun_from"] = field_of(page, "begun_from")
        assert shown(world, "week-one")["body"] == "three"

    def test_the_same_text_sent_twice_is_no_quarrel(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="one")
        address = f"{world.course}/pages/week-one/edit"
        ada = visitor("ada")
        fields = sent(**begun(ada, address) | {"body": "<p>two</p><script>x</script>"})
        for _ in range(2):
            assert ada.post(address, **fields).status_code == 303
        assert len(world.ada.get(f"{world.course}/pages/week-one/revisions").json()) == 2

    def test_neither_is_a_version_that_says_the_same(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="one")
        address = f"{world.course}/pages/week-one/edit"
        ada = visitor("ada")
        hers = begun(ada, address)
        world.tia.put(f"{world.course}/pages/week-one", sent(publish_at="2026-03-01T08:30:00Z"))
        assert ada.post(address, **sent(**hers | {"body": "two"})).status_code == 303

    def test_hostile_texts_are_shown_as_text(self, world: World, visitor: Visitors) -> None:
        write(world, "Week one", body="one")
        address = f"{world.course}/pages/week-one/edit"
        ada = visitor("ada")
        hers = begun(ada, address)
        world.tia.put(f"{world.course}/pages/week-one", sent(title=HOSTILE, body="two"))
        page = ada.post(
            address,
            **sent(
                **hers | {"title": f"{HOSTILE}!", "body": '</textarea><script>alert("x")</script><p onclick="x">z</p>'}
            ),
        )
        assert page.status_code == 422
        assert "<script>alert" not in page.text
        assert "<p onclick" not in page.text

    @pytest.mark.parametrize("number", ["", "x", "99", "-1", "99999999999999999999"])
    def test_whatever_number_comes_nothing_breaks(self, world: World, visitor: Visitors, number: str) -> None:
        write(world, "Week one", body="one")
        reply = visitor("ada").post(
            f"{world.course}/pages/week-one/edit", **sent(begun_from=number, title="Week one", body="two")
        )
        assert reply.status_code in (303, 422)
