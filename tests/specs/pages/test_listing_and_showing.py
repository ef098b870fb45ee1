"""Finding pages: the list, one page, addresses and ids. Source: pages.md §2.4, §4.2, §4.4; worked cases 26 to 31."""

import pytest

from tests.conftest import as_each
from tests.specs.pages.conftest import FORBIDDEN, make, wiki
from tests.world import World


def titles(reply: object) -> list[str]:
    return [page["title"] for page in reply.json()]  # type: ignore[attr-defined]


class TestListingPages:
    def test_it_shows_unpublished_pages_to_staff_alone(self, world: World) -> None:
        """Case 26. P51 P61 P62 P63 P67."""
        make(world, "Front", front_page=True)
        make(world, "Hidden", published=False)
        assert titles(world.ada.get(f"{world.course}/pages")) == ["Front", "Hidden"]
        assert titles(world.ada.get(f"{world.course}/pages", published=True)) == ["Front"]
        assert titles(world.ada.get(f"{world.course}/pages", published=False)) == ["Hidden"]
        assert titles(world.ada.get(f"{world.course}/pages", published="")) == ["Hidden"]
        assert titles(world.ben.get(f"{world.course}/pages")) == ["Front"]
        assert titles(world.ben.get(f"{world.course}/pages", published=0)) == []

    def test_it_wants_two_characters_to_search(self, world: World) -> None:
        """Case 27."""
        reply = world.ada.get(f"{world.course}/pages", search_term="a")
        assert reply.status_code == 400
        assert reply.json()["errors"] == [
            {"field": "search_term", "code": "invalid", "message": "2 or more characters is required"}
        ]
        assert world.ada.get(f"{world.course}/pages", search_term=" ").status_code == 200

    def test_it_finds_part_of_a_title_whatever_its_case(self, world: World) -> None:
        """P60."""
        for title in ("Introduction", "Éclair", "100%_done", "Other"):
            make(world, title)
        assert titles(world.ada.get(f"{world.course}/pages", search_term="INTRO")) == ["Introduction"]
        assert titles(world.ada.get(f"{world.course}/pages", search_term="éCL")) == ["Éclair"]
        assert titles(world.ada.get(f"{world.course}/pages", search_term="%_d")) == ["100%_done"]
        assert titles(world.ada.get(f"{world.course}/pages", search_term="%%")) == []
        assert titles(world.ada.get(f"{world.course}/pages", search_term="\\\\")) == []

    def test_it_sorts_by_title_in_both_directions(self, world: World) -> None:
        """Case 28. P54 P57 P58 P59."""
        wanted = ["Front Page", "gIntermediate Page", "Hidden Page"]
        for title in reversed(wanted):
            make(world, title)
        assert titles(world.ada.get(f"{world.course}/pages", sort="title")) == wanted
        assert titles(world.ada.get(f"{world.course}/pages", sort="title", order="asc")) == wanted
        assert titles(world.ada.get(f"{world.course}/pages", sort="title", order="desc")) == wanted[::-1]

    def test_it_sorts_by_creation_by_change_and_by_planner_date(self, world: World) -> None:
        """P55 P56."""
        make(world, "B", student_todo_at="2026-05-01T00:00:00Z")
        world.clock.advance(minutes=1)
        make(world, "A")
        world.clock.advance(minutes=1)
        world.ada.put(f"{world.course}/pages/b", wiki(published=False))
        assert titles(world.ada.get(f"{world.course}/pages", sort="created_at")) == ["B", "A"]
        assert titles(world.ada.get(f"{world.course}/pages", sort="updated_at")) == ["A", "B"]
        assert titles(world.ada.get(f"{world.course}/pages", sort="todo_date")) == ["B", "A"]
        assert titles(world.ada.get(f"{world.course}/pages", sort="todo_date", order="desc")) == ["A", "B"]
        assert titles(world.ada.get(f"{world.course}/pages", sort="nonsense", order="desc")) == ["A", "B"]

    def test_it_carries_bodies_when_asked(self, world: World) -> None:
        """Case 29. P64 P65."""
        make(world, "A", body="text")
        assert "body" not in world.ada.get(f"{world.course}/pages").json()[0]
        for asked in ({"include[]": "body"}, {"include": "body"}):
            assert world.ada.get(f"{world.course}/pages", params=asked).json()[0]["body"] == "text"
        assert "body" not in world.ada.get(f"{world.course}/pages", params={"include[]": "enrollments"}).json()[0]

    def test_it_is_paged_with_a_last_link(self, world: World) -> None:
        """P53."""
        for number in range(3):
            make(world, f"Page {number}")
        reply = world.ada.get(f"{world.course}/pages", per_page=2)
        at = f"{world.url}/api/v1{world.course}/pages"
        assert len(reply.json()) == 2
        assert reply.headers["link"] == (
            f'<{at}?page=1&per_page=2>; rel="current",<{at}?page=2&per_page=2>; rel="next",'
            f'<{at}?page=1&per_page=2>; rel="first",<{at}?page=2&per_page=2>; rel="last"'
        )
        beyond = world.ada.get(f"{world.course}/pages", per_page=2, page=9)
        assert (beyond.status_code, beyond.json()) == (200, [])

    def test_it_is_missing_where_the_tab_is_hidden(self, world: World) -> None:
        make(world, "A")
        world.sql("UPDATE courses SET pages_tab_hidden = :yes", yes=True)
        reply = world.ben.get(f"{world.course}/pages")
        assert (reply.status_code, reply.json()) == (404, {"message": "That page has been disabled for this course"})
        assert world.ben.get(f"{world.course}/pages/a").status_code == 200
        assert world.ada.get(f"{world.course}/pages").status_code == 200

    def test_it_takes_three_statements_however_many_pages_there_are(self, world: World) -> None:
        counts = []
        for number in range(2):
            for title in range(number * 20):
                make(world, f"Page {title}")
            counts.append(world.statements_of(lambda: world.ada.get(f"{world.course}/pages", per_page=50)))
        assert counts == [3, 3]

    def test_unknown_courses_and_groups_are_not_found(self, world: World) -> None:
        for path in ("/courses/999999/pages", "/groups/999999/pages", "/courses/x/pages"):
            reply = world.ada.get(path)
            assert (reply.status_code, reply.json()["errors"][0]["message"]) == (
                404,
                "The specified resource does not exist.",
            )


class TestShowingAPage:
    def test_it_is_refused_while_unpublished_and_missing_when_it_is_not_there(self, world: World) -> None:
        """Case 30."""
        make(world, "Hidden Page", published=False)
        reply = world.ben.get(f"{world.course}/pages/hidden-page")
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
        reply = world.ben.get(f"{world.course}/pages/nope")
        assert (reply.status_code, reply.json()) == (404, {"message": "page not found"})

    def test_an_address_beats_an_id(self, world: World) -> None:
        """Case 31. P1 P2 P3 P4."""
        alpha = make(world, "Alpha")
        number = alpha["page_id"]
        other = make(world, str(number))
        assert world.ada.get(f"{world.course}/pages/{number}").json()["page_id"] == other["page_id"]
        assert world.ada.get(f"{world.course}/pages/page_id:{number}").json()["page_id"] == number
        assert world.ada.get(f"{world.course}/pages/{other['page_id']}").json()["page_id"] == other["page_id"]
        assert world.ada.get(f"{world.course}/pages/{number}-up").status_code == 404

    def test_a_title_leads_to_its_page(self, world: World) -> None:
        make(world, "Some Page")
        assert world.ada.get(f"{world.course}/pages/Some%20Page").json()["url"] == "some-page"

    def test_katakana_titles_are_their_own_address(self, world: World) -> None:
        page = make(world, "グループ映画プロジェクトの概要hi")
        assert page["url"] == "グループ映画プロジェクトの概要hi"
        assert world.ada.get(f"{world.course}/pages/{page['url']}").json()["page_id"] == page["page_id"]

    def test_a_page_of_another_course_is_not_found_by_its_id(self, world: World) -> None:
        page = make(world, "Nest", who="ben", context=world.group)
        assert world.ada.get(f"{world.course}/pages/page_id:{page['page_id']}").status_code == 404

    @as_each("ada", "tia", "dee", "ben", "cleo", "dov", "root", "sub")
    def test_it_is_open_to_everybody_of_the_course(self, world: World, who: str) -> None:
        """P86 P88 P18 P19 P20 P21 P22."""
        make(world, "A", body="text")
        page = world.as_(who).get(f"{world.course}/pages/a").json()
        assert (page["body"], page["locked_for_user"], page["editor"]) == ("text", False, "rce")
        assert "lock_info" not in page
        assert "lock_explanation" not in page
        assert "block_editor_attributes" not in page

    def test_a_public_course_is_open_to_the_world(self, world: World) -> None:
        make(world, "A", body="text")
        make(world, "B", published=False)
        assert world.anyone.get(f"{world.course}/pages/a").status_code == 401
        world.sql("UPDATE courses SET is_public = :yes", yes=True)
        assert world.anyone.get(f"{world.course}/pages/a").json()["body"] == "text"
        assert titles(world.anyone.get(f"{world.course}/pages")) == ["A"]
        assert world.anyone.get(f"{world.course}/pages/b").status_code == 401
        assert world.eve.get(f"{world.course}/pages/a/revisions").status_code == 403
        world.sql("UPDATE courses SET workflow_state = 'claimed'")
        assert world.anyone.get(f"{world.course}/pages/a").status_code == 401

    def test_a_course_open_to_signed_in_users_is_open_to_them(self, world: World) -> None:
        make(world, "A")
        world.sql("UPDATE courses SET is_public_to_auth_users = :yes", yes=True)
        assert world.eve.get(f"{world.course}/pages/a").status_code == 200
        assert world.anyone.get(f"{world.course}/pages/a").status_code == 401

    def test_an_unpublished_course_is_closed_to_students_and_open_to_staff(self, world: World) -> None:
        make(world, "A")
        world.sql("UPDATE courses SET workflow_state = 'claimed'")
        for who in ("ben", "dov"):
            assert world.as_(who).get(f"{world.course}/pages/a").status_code == 403
        for who in ("ada", "tia", "root"):
            assert world.as_(who).get(f"{world.course}/pages/a").status_code == 200

    def test_an_editor_who_is_not_known_is_not_named(self, world: World) -> None:
        """P13."""
        make(world, "A")
        world.sql("UPDATE pages SET user_id = NULL")
        assert "last_edited_by" not in world.ada.get(f"{world.course}/pages/a").json()

    def test_it_takes_three_statements(self, world: World) -> None:
        make(world, "A")
        assert world.statements_of(lambda: world.ada.get(f"{world.course}/pages/a")) == 3

    def test_a_title_can_be_tried(self, world: World) -> None:
        make(world, "Taken")
        at = f"{world.course}/page_title_availability"
        assert world.ada.get(at, title="Taken").json() == {"conflict": True}
        assert world.ada.get(at, title="taken").json() == {"conflict": False}
        assert world.ada.get(at).json() == {"errors": [{"message": "title is missing"}]}


class TestBlockPages:
    @pytest.fixture(autouse=True)
    def on(self, world: World) -> None:
        reply = world.root.put("/accounts/1", {"account[settings][block_editor]": "true"})
        assert reply.status_code == 200

    def test_they_carry_their_blocks(self, world: World) -> None:
        """P22 P66."""
        blocks = {"time": 1, "version": "0.2", "blocks": [{"data": "<p>hi</p><script>x</script>"}]}
        sent = {"wiki_page": {"title": "A", "block_editor_attributes": blocks}}
        page = world.ada.post(f"{world.course}/pages", None, json=sent).json()
        assert page["editor"] == "block_editor"
        assert page["body"] == ""
        assert page["block_editor_attributes"] == {
            "id": page["page_id"],
            "version": "0.2",
            "blocks": [{"data": "<p>hi</p>"}],
        }
        listed = world.ada.get(f"{world.course}/pages", params={"include[]": "body"}).json()[0]
        assert listed["block_editor_attributes"] == page["block_editor_attributes"]
        assert "block_editor_attributes" not in world.ada.get(f"{world.course}/pages").json()[0]

    def test_they_are_ordinary_where_the_feature_is_off(self, world: World) -> None:
        world.root.put("/accounts/1", {"account[settings][block_editor]": "false"})
        sent = {"wiki_page": {"title": "A", "block_editor_attributes": {"version": "1", "blocks": []}}}
        page = world.ada.post(f"{world.course}/pages", None, json=sent).json()
        assert page["editor"] == "rce"
        assert "block_editor_attributes" not in page
