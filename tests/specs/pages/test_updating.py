"""Changing, publishing and deleting a page. Source: pages.md §4.5 to §4.7, §5 to §7; worked cases 13 to 22, 36, 39, 40."""

from datetime import timedelta

import pytest

from tests.conftest import as_each
from tests.specs.pages.conftest import FORBIDDEN, course_lets_students_write, make, says, wiki
from tests.world import START, World


class TestUpdatingAPage:
    def test_it_creates_a_page_that_is_not_there(self, world: World) -> None:
        """Case 13. P92."""
        page = world.ada.put(f"{world.course}/pages/nonexistent-url", wiki(body="x")).json()
        assert (page["title"], page["url"], page["published"]) == ("Nonexistent Url", "nonexistent-url", False)

    def test_it_takes_the_address_of_a_new_page_from_the_title(self, world: World) -> None:
        page = world.ada.put(f"{world.course}/pages/abc", wiki(title="Xyz")).json()
        assert page["url"] == "xyz"
        assert world.ada.get(f"{world.course}/pages/abc").status_code == 404

    def test_it_takes_a_number_that_is_no_id_for_an_address(self, world: World) -> None:
        """P93 P94."""
        page = world.ada.put(f"{world.course}/pages/999999", wiki(body="x")).json()
        assert page["url"] == "999999"
        assert page["page_id"] != 999999

    def test_it_does_not_make_a_page_of_a_chosen_id(self, world: World) -> None:
        reply = world.ada.put(f"{world.course}/pages/page_id:999999", wiki(body="x"))
        assert (reply.status_code, reply.json()) == (404, {"message": "page not found"})

    def test_it_moves_the_address_with_the_title_and_keeps_the_old_one(self, world: World) -> None:
        """Case 14. P95."""
        make(world, "Hidden Page")
        page = world.ada.put(f"{world.course}/pages/hidden-page", wiki(title="No Longer Hidden Page")).json()
        assert page["url"] == "no-longer-hidden-page"
        old = world.ada.get(f"{world.course}/pages/hidden-page")
        assert (old.status_code, old.json()["url"]) == (200, "no-longer-hidden-page")

    def test_it_ignores_an_address_that_is_sent(self, world: World) -> None:
        """Case 15."""
        make(world, "Here")
        assert world.ada.put(f"{world.course}/pages/here", wiki(url="noooo")).json()["url"] == "here"

    def test_it_takes_scripts_out_of_the_body(self, world: World) -> None:
        """Case 16. P89 P91 P96 P103."""
        make(world, "A")
        sent = wiki(body="<p>lolcats</p><script>alert('what')</script>")
        assert world.ada.put(f"{world.course}/pages/a", sent).json()["body"] == "<p>lolcats</p>"
        assert world.ada.get(f"{world.course}/pages/a").json()["body"] == "<p>lolcats</p>"

    def test_it_refuses_unknown_editing_roles(self, world: World) -> None:
        """Case 17. P78 P97."""
        make(world, "A")
        reply = world.ada.put(
            f"{world.course}/pages/a", wiki(editing_roles="teachers, chimpanzees, students", body="x")
        )
        assert (reply.status_code, says(reply, "editing_roles")) == (400, "The provided editing roles are invalid")
        assert world.ada.get(f"{world.course}/pages/a").json()["body"] is None

    def test_it_trims_editing_roles(self, world: World) -> None:
        """Case 18. P10 P73."""
        make(world, "A")
        page = world.ada.put(f"{world.course}/pages/a", wiki(editing_roles="teachers, students")).json()
        assert page["editing_roles"] == "teachers,students"

    def test_it_can_leave_nobody_extra_to_edit(self, world: World) -> None:
        make(world, "A", editing_roles="teachers,students")
        assert world.ada.put(f"{world.course}/pages/a", wiki(editing_roles="")).json()["editing_roles"] == ""
        assert world.ben.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 403

    def test_it_publishes_and_unpublishes(self, world: World) -> None:
        """Case 19. P9 P15 P80 P99."""
        make(world, "A")
        page = world.ada.put(f"{world.course}/pages/a", wiki(hide_from_students=True)).json()
        assert page["published"] is True
        page = world.ada.put(f"{world.course}/pages/a", wiki(published=False)).json()
        assert (page["published"], page["hide_from_students"]) == (False, True)
        assert world.ada.put(f"{world.course}/pages/a", wiki(published="")).json()["published"] is False

    def test_it_remembers_who_edited_last_even_when_nothing_changed(self, world: World) -> None:
        make(world, "A")
        page = world.tia.put(f"{world.course}/pages/a").json()
        assert page["last_edited_by"]["id"] == world.ids["tia"]

    def test_it_moves_updated_at_by_at_least_a_second(self, world: World) -> None:
        """P8; endpoints-clients-use.md §3.19."""
        before = make(world, "A", body="one")["updated_at"]
        after = world.ada.put(f"{world.course}/pages/a", wiki(body="two")).json()["updated_at"]
        assert after > before
        assert world.ada.put(f"{world.course}/pages/a", wiki(published=False)).json()["updated_at"] == after

    def test_it_keeps_a_long_body_and_refuses_a_longer_one(self, world: World) -> None:
        make(world, "A", body="kept")
        longest = "x" * 511_999
        assert world.ada.put(f"{world.course}/pages/a", wiki(body=longest)).json()["body"] == longest
        reply = world.ada.put(f"{world.course}/pages/a", wiki(body="y" * 600_000))
        assert reply.status_code == 400
        assert says(reply, "body") == "is too long (maximum is 511999 characters)"
        assert world.ada.get(f"{world.course}/pages/a").json()["body"] == longest

    def test_it_refuses_a_body_nested_beyond_reason(self, world: World) -> None:
        make(world, "A")
        assert world.ada.put(f"{world.course}/pages/a", wiki(body="<div>" * 100_000)).status_code == 400

    @pytest.mark.parametrize("sent", [{"wiki_page": "{'published': False}"}, {"wiki_page": "x"}])
    def test_it_refuses_a_text_where_the_group_is_expected(self, world: World, sent: dict[str, str]) -> None:
        make(world, "A")
        reply = world.ada.put(f"{world.course}/pages/a", sent)
        assert (reply.status_code, reply.json()) == (400, {"errors": [{"message": "wiki_page is missing"}]})


class TestEditingRoles:
    def test_students_named_on_a_page_edit_its_body_and_nothing_else(self, world: World) -> None:
        """Case 36. P75."""
        make(world, "A", body="one", editing_roles="teachers,students")
        assert world.ben.put(f"{world.course}/pages/a", wiki(body="two")).json()["body"] == "two"
        reply = world.ben.put(f"{world.course}/pages/a", wiki(title="Broken Links"))
        assert reply.status_code == 401
        assert says(reply, "title") == "You are not allowed to update the title of this wiki page"
        assert world.ben.post(f"{world.course}/pages/a/revisions/1").status_code == 403
        assert world.ben.get(f"{world.course}/pages/a/revisions").status_code == 200

    def test_students_not_named_edit_nothing(self, world: World) -> None:
        make(world, "A")
        reply = world.ben.put(f"{world.course}/pages/a", wiki(body="x"))
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_teachers_always_edit(self, world: World) -> None:
        """P74."""
        make(world, "A", editing_roles="students")
        assert world.ada.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 200

    def test_public_is_any_signed_in_reader(self, world: World) -> None:
        """P77."""
        world.sql("UPDATE courses SET is_public = :yes", yes=True)
        make(world, "A", editing_roles="teachers,public")
        assert world.eve.put(f"{world.course}/pages/a", wiki(body="x")).json()["body"] == "x"
        assert world.anyone.put(f"{world.course}/pages/a", wiki(body="y")).status_code == 401
        world.use(reference="hosted")
        assert world.eve.put(f"{world.course}/pages/a", wiki(body="z")).status_code == 403

    def test_members_of_a_course_are_its_active_users(self, world: World) -> None:
        make(world, "A", editing_roles="members")
        assert world.dov.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 200
        assert world.eve.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 403

    def test_nobody_but_holders_of_full_update_edits_a_concluded_course(self, world: World) -> None:
        make(world, "A", editing_roles="teachers,students,members,public")
        world.sql("UPDATE courses SET workflow_state = 'completed'")
        for who in ("ada", "ben", "dov"):
            assert world.as_(who).get(f"{world.course}/pages/a").status_code == 200
            assert world.as_(who).put(f"{world.course}/pages/a", wiki(body="x")).status_code == 403
        assert world.root.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 200

    def test_students_of_a_writing_course_change_titles_and_revert(self, world: World) -> None:
        course_lets_students_write(world)
        world.ben.post(f"{world.course}/pages", wiki(title="A", body="one"))
        assert world.ben.put(f"{world.course}/pages/a", wiki(title="B", body="two")).json()["url"] == "b"
        assert world.ben.post(f"{world.course}/pages/b/revisions/1").status_code == 200
        assert world.ben.delete(f"{world.course}/pages/b").status_code == 403


class TestTheFrontPage:
    def test_there_is_none_at_first(self, world: World) -> None:
        reply = world.ben.get(f"{world.course}/front_page")
        assert (reply.status_code, reply.json()) == (404, {"message": "No front page has been set"})

    def test_it_cannot_be_unpublished(self, world: World) -> None:
        """Case 20."""
        make(world, "F", front_page=True)
        reply = world.ada.put(f"{world.course}/pages/f", wiki(published=False))
        assert (reply.status_code, says(reply, "published")) == (400, "The front page cannot be unpublished")
        assert world.ada.get(f"{world.course}/pages/f").json()["published"] is True
        reply = world.ada.put(f"{world.course}/pages/f", wiki(published=False, front_page=True))
        assert set(reply.json()["errors"]) == {"published", "front_page"}
        reply = world.ada.put(f"{world.course}/pages/f", wiki(published=False, front_page=False))
        assert says(reply, "published") == "cannot unpublish front page"
        reply = world.ada.put(f"{world.course}/pages/f", wiki(publish_at="2027-01-01T00:00:00Z"))
        assert says(reply, "published") == "The front page cannot be unpublished"

    def test_it_cannot_be_deleted(self, world: World) -> None:
        """Case 21."""
        make(world, "F", front_page=True)
        reply = world.ada.delete(f"{world.course}/pages/f")
        assert (reply.status_code, says(reply, "front_page")) == (400, "The front page cannot be deleted")

    def test_it_can_be_given_up_while_it_is_renamed(self, world: World) -> None:
        """Case 22."""
        make(world, "F", front_page=True)
        page = world.ada.put(f"{world.course}/pages/f", wiki(title="Renamed", front_page=False)).json()
        assert (page["front_page"], page["published"]) == (False, True)
        assert world.ada.get(f"{world.course}/front_page").json() == {"message": "No front page has been set"}

    def test_renaming_it_keeps_it(self, world: World) -> None:
        """P39."""
        make(world, "F", front_page=True)
        world.ada.put(f"{world.course}/front_page", wiki(title="New Start"))
        page = world.ben.get(f"{world.course}/front_page").json()
        assert (page["url"], page["front_page"]) == ("new-start", True)

    def test_another_page_takes_its_place(self, world: World) -> None:
        """P17 P102."""
        make(world, "F", front_page=True)
        make(world, "G")
        assert world.ada.put(f"{world.course}/pages/g", wiki(front_page=True)).json()["front_page"] is True
        assert world.ada.get(f"{world.course}/pages/f").json()["front_page"] is False

    def test_putting_makes_one_where_there_is_none(self, world: World) -> None:
        """Case 23. P35 P38 P44."""
        page = world.ada.put(f"{world.course}/front_page", wiki(title="New Wiki Front Page!")).json()
        assert (page["url"], page["published"], page["front_page"]) == ("new-wiki-front-page", True, True)

    def test_putting_needs_a_title_then(self, world: World) -> None:
        """Case 24."""
        reply = world.ada.put(f"{world.course}/front_page", wiki(title=""))
        assert (reply.status_code, says(reply, "title")) == (400, "Title can't be blank")
        reply = world.ada.put(f"{world.course}/front_page", wiki(title="X", published=False))
        assert set(reply.json()["errors"]) == {"published", "front_page"}

    def test_putting_nothing_changes_nothing(self, world: World) -> None:
        """Case 25."""
        before = make(world, "F", front_page=True, body="x")
        reply = world.ada.put(f"{world.course}/front_page")
        assert (reply.status_code, reply.json()) == (200, before)

    def test_it_is_kept_by_students_who_may_write_the_course(self, world: World) -> None:
        course_lets_students_write(world)
        assert says(world.ben.put(f"{world.course}/front_page", wiki(title="Mine")), "front_page")

    def test_a_group_has_one_too(self, world: World) -> None:
        """P33 P36."""
        assert world.ben.put(f"{world.group}/front_page", wiki(title="Nest")).json()["front_page"] is True
        assert world.ben.put(f"{world.group}/front_page", wiki(body="twigs")).json()["body"] == "twigs"
        assert world.ben.get(f"{world.group}/front_page").json()["title"] == "Nest"


class TestSchedulingAPage:
    def test_it_publishes_itself_when_the_time_comes(self, world: World) -> None:
        """Case 40. P16 P100 P101."""
        make(world, "A")
        later = (START + timedelta(hours=1)).isoformat()
        page = world.ada.put(f"{world.course}/pages/a", wiki(publish_at=later)).json()
        assert (page["published"], page["publish_at"]) == (False, "2026-02-15T13:00:00Z")
        assert world.ben.get(f"{world.course}/pages/a").status_code == 403
        assert world.ben.get(f"{world.course}/pages").json() == []
        world.clock.advance(minutes=61)
        page = world.ben.get(f"{world.course}/pages/a").json()
        assert (page["published"], page["publish_at"]) == (True, "2026-02-15T13:00:00Z")
        assert [one["url"] for one in world.ben.get(f"{world.course}/pages").json()] == ["a"]
        assert world.ada.get(f"{world.course}/pages", published=False).json() == []
        page = world.ada.put(f"{world.course}/pages/a", wiki(published=False)).json()
        assert (page["published"], page["publish_at"]) == (False, None)

    def test_those_who_take_part_are_told_when_the_time_comes(self, world: World) -> None:
        """pages.md §7 and §10: no revision is added, and nothing of the page looks different."""
        make(world, "A", published=False)
        world.clock.advance(hours=1)
        world.ada.put(f"{world.course}/pages/a", wiki(publish_at=(START + timedelta(hours=2)).isoformat()))

        def told() -> int:
            ((number,),) = world.sql(f"SELECT count(*) FROM notices WHERE user_id = {world.ids['ben']}")
            return int(number)

        world.work()
        assert told() == 0
        world.clock.advance(minutes=61)
        before = world.ada.get(f"{world.course}/pages/a").json()
        revisions = len(world.ada.get(f"{world.course}/pages/a/revisions").json())
        world.work()
        assert told() == 1
        assert world.ada.get(f"{world.course}/pages/a").json() == before
        assert len(world.ada.get(f"{world.course}/pages/a/revisions").json()) == revisions
        assert world.sql("SELECT workflow_state, publishes_at FROM pages") == [("active", None)]
        world.work()
        assert told() == 1

    def test_a_date_that_was_moved_or_a_page_that_was_deleted_meanwhile(self, world: World) -> None:
        for title in ("a", "b"):
            make(world, title, publish_at=(START + timedelta(hours=1)).isoformat())
        world.ada.put(f"{world.course}/pages/a", wiki(publish_at=(START + timedelta(hours=9)).isoformat()))
        world.ada.delete(f"{world.course}/pages/b")
        world.clock.advance(hours=2)
        world.work()
        assert world.sql("SELECT url, workflow_state FROM pages ORDER BY url") == [
            ("a", "unpublished"),
            ("b", "deleted"),
        ]
        world.clock.advance(hours=8)
        world.work()
        assert world.ben.get(f"{world.course}/pages/a").json()["published"] is True

    def test_a_new_page_with_a_future_date_waits_whatever_was_said(self, world: World) -> None:
        """P82 P84."""
        page = make(world, "A", published=True, publish_at="2026-03-01T00:00:00Z")
        assert (page["published"], page["publish_at"]) == (False, "2026-03-01T00:00:00Z")

    def test_a_past_date_publishes(self, world: World) -> None:
        assert make(world, "A", published=False, publish_at="2026-01-01T00:00:00Z")["published"] is True

    def test_taking_the_date_away_leaves_the_page_unpublished(self, world: World) -> None:
        make(world, "A", publish_at="2026-01-01T00:00:00Z")
        page = world.ada.put(f"{world.course}/pages/a", wiki(publish_at="")).json()
        assert (page["published"], page["publish_at"]) == (False, None)

    def test_sending_the_same_date_again_does_nothing(self, world: World) -> None:
        make(world, "A", publish_at="2026-01-01T00:00:00Z")
        assert (
            world.ada.put(f"{world.course}/pages/a", wiki(publish_at="2026-01-01T00:00:00Z")).json()["published"]
            is True
        )

    def test_publishing_by_hand_wins_and_clears_the_date(self, world: World) -> None:
        make(world, "A", publish_at="2026-03-01T00:00:00Z")
        page = world.ada.put(f"{world.course}/pages/a", wiki(published=True, publish_at="2026-04-01T00:00:00Z")).json()
        assert (page["published"], page["publish_at"]) == (True, None)

    def test_moving_the_date_postpones(self, world: World) -> None:
        make(world, "A", publish_at="2026-02-15T13:00:00Z")
        world.ada.put(f"{world.course}/pages/a", wiki(publish_at="2026-02-15T15:00:00Z"))
        world.clock.advance(hours=2)
        assert world.ada.get(f"{world.course}/pages/a").json()["published"] is False
        world.clock.advance(hours=2)
        assert world.ada.get(f"{world.course}/pages/a").json()["published"] is True

    @pytest.mark.parametrize("bad", ["soon", "2026-13-45", "99999999999999", "2026-02-30T00:00:00Z", "T"])
    def test_a_date_that_is_none_is_null(self, world: World, bad: str) -> None:
        page = make(world, "A", publish_at=bad)
        assert (page["published"], page["publish_at"]) == (True, None)

    def test_it_has_no_effect_while_the_feature_is_off(self, world: World) -> None:
        """P83."""
        reply = world.root.put("/accounts/1", {"account[settings][scheduled_page_publication]": "false"})
        assert reply.status_code == 200
        page = make(world, "A", published=True, publish_at="2026-03-01T00:00:00Z")
        assert (page["published"], page["publish_at"]) == (True, "2026-03-01T00:00:00Z")


class TestDeletingAPage:
    def test_it_is_gone_from_sight(self, world: World) -> None:
        """P104 P106 P107."""
        page = make(world, "A")
        gone = world.ada.delete(f"{world.course}/pages/a")
        assert (gone.status_code, gone.json()["published"], gone.json()["page_id"]) == (200, False, page["page_id"])
        for again in (world.ada.get(f"{world.course}/pages/a"), world.ada.delete(f"{world.course}/pages/a")):
            assert (again.status_code, again.json()) == (404, {"message": "page not found"})
        assert world.ada.get(f"{world.course}/pages").json() == []

    def test_its_slug_stays_reserved(self, world: World) -> None:
        make(world, "A")
        world.ada.delete(f"{world.course}/pages/a")
        assert make(world, "A")["url"] == "a-2"
        assert world.ada.put(f"{world.course}/pages/a", wiki(body="x")).json()["url"] == "a-3"

    def test_it_is_refused_rather_than_missed_by_its_id(self, world: World) -> None:
        page = make(world, "A")
        world.ada.delete(f"{world.course}/pages/a")
        assert world.ada.get(f"{world.course}/pages/page_id:{page['page_id']}").status_code == 403
        assert world.ada.get(f"{world.course}/pages/{page['page_id']}").status_code == 404

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        make(world, "A", editing_roles="teachers,students,members,public")
        assert world.as_(who).delete(f"{world.course}/pages/a").status_code == 403


class TestPermanentLinksSwitchedOff:
    @pytest.fixture(autouse=True)
    def off(self, world: World) -> None:
        reply = world.root.put("/accounts/1", {"account[settings][permanent_page_links]": "false"})
        assert reply.status_code == 200

    def test_the_second_title_is_numbered(self, world: World) -> None:
        make(world, "Asdf")
        second = make(world, "Asdf")
        assert (second["title"], second["url"]) == ("Asdf-2", "asdf-2")
        reply = world.ada.post(f"{world.course}/pages", wiki(title="Asdf-2"))
        assert says(reply, "title") == "A page with this title already exists. Please choose a different title."

    def test_old_slugs_lead_nowhere_and_can_be_used_again(self, world: World) -> None:
        make(world, "A")
        world.ada.put(f"{world.course}/pages/a", wiki(title="B"))
        assert world.ada.get(f"{world.course}/pages/a").status_code == 404
        assert make(world, "A")["url"] == "a"
        world.ada.delete(f"{world.course}/pages/a")
        assert make(world, "A")["url"] == "a"

    def test_titles_stay_within_255_characters(self, world: World) -> None:
        make(world, "a" * 255)
        assert make(world, "a" * 255)["title"] == "a" * 253 + "-2"

    def test_title_availability_is_not_offered(self, world: World) -> None:
        assert world.ada.get(f"{world.course}/page_title_availability", title="A").status_code == 404


class TestDuplicatingAPage:
    def test_it_makes_an_unpublished_copy(self, world: World) -> None:
        """Case 39. P45 P47 P48 P50."""
        page = make(world, "Wiki Page", body="text", editing_roles="teachers,students")
        copy = world.tia.post(f"{world.course}/pages/wiki-page/duplicate").json()
        assert (copy["title"], copy["url"], copy["published"]) == ("Wiki Page Copy", "wiki-page-copy", False)
        assert (copy["body"], copy["editing_roles"]) == ("text", "teachers,students")
        assert copy["last_edited_by"]["id"] == world.ids["ada"]
        again = world.ada.post(f"{world.course}/pages/{page['page_id']}/duplicate").json()
        assert again["title"] == "Wiki Page Copy 2"
        assert again["page_id"] not in (page["page_id"], copy["page_id"])

    @pytest.mark.parametrize(
        ("title", "copy"),
        [("Foo", "Foo Copy 3"), ("Foo Copy 1", "Foo Copy 3"), ("Foo Copy 5", "Foo Copy 6"), ("Bar", "Bar Copy")],
    )
    def test_it_finds_the_next_free_title(self, world: World, title: str, copy: str) -> None:
        for one in ("Foo", "Foo Copy", "Foo Copy 1", "Foo Copy 2", "Foo Copy 5", "Bar"):
            make(world, one)
        slug = title.lower().replace(" ", "-")
        assert world.ada.post(f"{world.course}/pages/{slug}/duplicate").json()["title"] == copy

    def test_it_is_refused_to_students(self, world: World) -> None:
        make(world, "A")
        assert world.ben.post(f"{world.course}/pages/a/duplicate").status_code == 403

    def test_it_is_not_offered_in_groups(self, world: World) -> None:
        """P49."""
        make(world, "A", who="ben", context=world.group)
        assert world.ben.post(f"{world.group}/pages/a/duplicate").status_code == 404

    def test_a_deleted_page_cannot_be_copied(self, world: World) -> None:
        page = make(world, "A")
        world.ada.delete(f"{world.course}/pages/a")
        reply = world.ada.post(f"{world.course}/pages/page_id:{page['page_id']}/duplicate")
        assert (reply.status_code, reply.json()) == (400, {"error": "cannot duplicate deleted page"})


class TestTellingParticipants:
    def test_an_update_that_asks_for_it_tells_everybody_active(self, world: World) -> None:
        """P42 P79 P98."""
        make(world, "A", notify_of_update=True)
        assert world.sql("SELECT count(*) FROM notices") == [(0,)]
        world.clock.advance(minutes=31)
        world.ada.put(f"{world.course}/pages/a", wiki(body="x", notify_of_update=True))
        told = {row[0] for row in world.sql("SELECT user_id FROM notices WHERE kind = 'updated_wiki_page'")}
        assert told == {world.ids[who] for who in ("ada", "tia", "dee", "ben", "cleo", "dov")}

    def test_a_young_page_tells_nobody(self, world: World) -> None:
        make(world, "A")
        world.ada.put(f"{world.course}/pages/a", wiki(body="x", notify_of_update=True))
        assert world.sql("SELECT count(*) FROM notices") == [(0,)]
