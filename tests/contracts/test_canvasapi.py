"""The published canvasapi client authors, revises and reverts pages. Source: real-clients.md §1, §2, §4, §9; pages.md."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from canvasapi.exceptions import (
    BadRequest,
    CanvasException,
    Forbidden,
    InvalidAccessToken,
    RateLimitExceeded,
    ResourceDoesNotExist,
    Unauthorized,
)

from tests.contracts.client import Clients, has, last_answer, requester
from tests.world import World

PAGE = ("page_id", "url", "title", "created_at", "updated_at", "published", "front_page", "editing_roles", "html_url")


def published(title: str, body: str = "<p>Text</p>", **more: Any) -> dict[str, Any]:
    return {"title": title, "body": body, "published": True, **more}


class TestATeacher:
    """The whole of the outcome, as Ada."""

    def test_creates_a_page(self, api: Clients) -> None:
        page = api.course("ada").create_page({"title": "New Wiki Page!", "body": "<p>hello</p>"})
        has(page, *PAGE, "body", "last_edited_by", "course_id")
        assert (page.url, page.published, page.body) == ("new-wiki-page", False, "<p>hello</p>")
        assert page.last_edited_by["display_name"] == "Ada Byron"
        assert page.created_at_date.tzinfo is not None

    def test_edits_a_page_and_follows_its_new_address(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Week one"))
        edited = page.edit(wiki_page={"title": "Week 1", "body": "<p>Other text</p>"})
        assert (edited.url, edited.title, edited.body) == ("week-1", "Week 1", "<p>Other text</p>")
        assert page.url == "week-1"
        assert api.course("ada").get_page("week-one").url == "week-1"

    def test_searches_sorts_and_filters(self, api: Clients) -> None:
        course = api.course("ada")
        for title, public in (("Beta", True), ("alpha", True), ("Gamma draft", False)):
            course.create_page({"title": title, "published": public})
        assert [one.title for one in course.get_pages(sort="title")] == ["alpha", "Beta", "Gamma draft"]
        assert [one.title for one in course.get_pages(sort="title", order="desc")] == ["Gamma draft", "Beta", "alpha"]
        assert [one.title for one in course.get_pages(search_term="ALPH")] == ["alpha"]
        assert [one.title for one in course.get_pages(published=True)] == ["Beta", "alpha"]
        assert [one.title for one in course.get_pages(published=False)] == ["Gamma draft"]
        with_body = course.get_pages(include=["body"])[0]
        has(with_body, *PAGE, "body")
        assert not hasattr(course.get_pages()[0], "body")

    def test_publishes_and_schedules(self, api: Clients, world: World) -> None:
        page = api.course("ada").create_page({"title": "Later"})
        assert page.edit(wiki_page={"published": True}).published is True
        moment = world.clock.now() + timedelta(hours=1)
        scheduled = page.edit(wiki_page={"publish_at": moment})
        assert scheduled.published is False
        assert scheduled.publish_at_date == moment
        world.clock.advance(minutes=61)
        again = api.course("ben").get_page("later")
        assert again.published is True
        assert again.publish_at_date == moment

    def test_sets_and_reads_the_front_page(self, api: Clients) -> None:
        course = api.course("ada")
        with pytest.raises(ResourceDoesNotExist):
            course.show_front_page()
        first = course.edit_front_page(wiki_page={"title": "Home", "body": "<p>Welcome</p>"})
        assert (first.url, first.published, first.front_page) == ("home", True, True)
        assert course.show_front_page().body == "<p>Welcome</p>"
        second = course.create_page(published("Other home", front_page=True))
        assert second.front_page is True
        assert course.show_front_page().url == "other-home"
        assert course.edit_front_page(wiki_page={"body": "<p>New</p>"}).title == "Other home"

    def test_cannot_delete_or_unpublish_the_front_page(self, api: Clients) -> None:
        home = api.course("ada").edit_front_page(wiki_page={"title": "Home"})
        with pytest.raises(BadRequest, match="The front page cannot be unpublished"):
            home.edit(wiki_page={"published": False})
        with pytest.raises(BadRequest, match="The front page cannot be deleted"):
            home.delete()

    def test_walks_the_revisions(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Notes", "<p>1</p>"))
        for n in (2, 3):
            page = page.edit(wiki_page={"body": f"<p>{n}</p>"})
        revisions = list(page.get_revisions())
        assert [one.revision_id for one in revisions] == [3, 2, 1]
        assert [one.latest for one in revisions] == [True, False, False]
        has(revisions[0], "revision_id", "updated_at", "latest", "edited_by")
        assert not hasattr(revisions[0], "body")
        latest = page.show_latest_revision()
        assert (latest.revision_id, latest.body, latest.title) == (3, "<p>3</p>", "Notes")
        assert not hasattr(page.show_latest_revision(summary=True), "body")

    def test_reads_one_revision(self, api: Clients) -> None:
        """The client stumbles over the missing `id` of a page, after a good answer (real-clients.md §9.2)."""
        page = api.course("ada").create_page(published("Notes", "<p>1</p>"))
        page.edit(wiki_page={"body": "<p>2</p>"})
        with pytest.raises(AttributeError):
            page.get_revision_by_id(1)
        answer = last_answer(api.ada)
        assert answer.status_code == 200
        assert answer.json()["body"] == "<p>1</p>"

    def test_compares_and_reverts(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("First title", "<p>one</p>"))
        page.edit(wiki_page={"title": "Second title", "body": "<p>two</p>"})
        reverted = page.revert_to_revision(1)
        has(reverted, "revision_id", "updated_at", "latest", "body", "title", "url")
        assert (reverted.revision_id, reverted.title, reverted.body) == (3, "First title", "<p>one</p>")
        current = api.course("ada").get_page("first-title")
        assert current.body == "<p>one</p>"
        assert [one.revision_id for one in current.get_revisions()] == [3, 2, 1]

    def test_duplicates_through_the_clients_own_door(self, api: Clients, world: World) -> None:
        api.course("ada").create_page(published("Wiki Page"))
        path = f"courses/{world.ids['physics']}/pages/wiki-page/duplicate"
        copies = [requester(api.ada).request("POST", path).json() for _ in range(2)]
        assert [one["title"] for one in copies] == ["Wiki Page Copy", "Wiki Page Copy 2"]
        assert not copies[0]["published"]

    def test_deletes(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Gone"))
        deleted = page.delete()
        has(deleted, "url", "title")
        with pytest.raises(ResourceDoesNotExist):
            api.course("ada").get_page("gone")
        assert api.course("ada").create_page(published("Gone")).url == "gone-2"

    def test_finds_the_course_of_a_page(self, api: Clients, world: World) -> None:
        page = api.course("ada").create_page(published("Notes"))
        parent = page.get_parent()
        assert (parent.id, parent.name) == (world.ids["physics"], "Physics")

    def test_gets_a_page_by_id(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Notes"))
        assert api.course("ada").get_page(f"page_id:{page.page_id}").title == "Notes"
        assert api.course("ada").get_page(str(page.page_id)).title == "Notes"

    def test_is_told_what_is_wrong_with_a_page(self, api: Clients) -> None:
        course = api.course("ada")
        with pytest.raises(BadRequest, match="Title must contain at least one letter or number"):
            course.create_page({"title": "!!!"})
        with pytest.raises(BadRequest, match="The provided editing roles are invalid"):
            course.create_page({"title": "X", "editing_roles": "chimpanzees"})
        with pytest.raises(BadRequest, match="2 or more characters is required"):
            list(course.get_pages(search_term="a"))


class TestAStudent:
    """Ben, as far as the course lets students."""

    def test_reads_what_is_published(self, api: Clients) -> None:
        api.course("ada").create_page(published("Open"))
        hidden = api.course("ada").create_page({"title": "Hidden"})
        course = api.course("ben")
        assert [one.title for one in course.get_pages()] == ["Open"]
        assert list(course.get_pages(published=False)) == []
        assert course.get_page("open").show_latest_revision().revision_id == 1
        with pytest.raises(Forbidden):
            course.get_page(hidden.url)
        with pytest.raises(ResourceDoesNotExist):
            course.get_page("nowhere")

    def test_writes_nothing_by_default(self, api: Clients) -> None:
        api.course("ada").create_page(published("Open"))
        page = api.course("ben").get_page("open")
        for refused in (
            lambda: api.course("ben").create_page({"title": "Mine"}),
            lambda: page.edit(wiki_page={"body": "x"}),
            lambda: page.delete(),
            lambda: page.revert_to_revision(1),
            lambda: list(page.get_revisions()),
            lambda: api.course("ben").edit_front_page(wiki_page={"title": "Mine"}),
        ):
            with pytest.raises(Forbidden):
                refused()

    def test_edits_the_text_of_a_page_that_names_students(self, api: Clients) -> None:
        api.course("ada").create_page(published("Shared", editing_roles="teachers,students"))
        page = api.course("ben").get_page("shared")
        edited = page.edit(wiki_page={"body": "<p>by Ben</p>"})
        assert edited.last_edited_by["display_name"] == "Ben Okri"
        assert [one.revision_id for one in page.get_revisions()] == [2, 1]
        with pytest.raises(Unauthorized) as refused:
            page.edit(wiki_page={"title": "Mine now"})
        assert "title" in str(refused.value)
        with pytest.raises(Forbidden):
            page.revert_to_revision(1)


class TestAnObserver:
    def test_reads_like_the_observed_and_writes_nothing(self, api: Clients) -> None:
        api.course("ada").create_page(published("Open", editing_roles="teachers,students"))
        page = api.course("dov").get_page("open")
        assert [one.title for one in api.course("dov").get_pages()] == ["Open"]
        with pytest.raises(Forbidden):
            page.edit(wiki_page={"body": "x"})
        with pytest.raises(Forbidden):
            list(page.get_revisions())


class TestAnOutsider:
    def test_reads_and_writes_nothing(self, api: Clients, world: World) -> None:
        api.course("ada").create_page(published("Open"))
        with pytest.raises(Forbidden):
            api.course("eve")
        course = api.course("ada")
        course._requester = requester(api.eve)
        with pytest.raises(Forbidden):
            list(course.get_pages())
        with pytest.raises(Forbidden):
            course.create_page({"title": "Eve's"})
        with pytest.raises(ResourceDoesNotExist):
            api.eve.get_course(999_999)


class TestAGroupMember:
    """Ben is an Owl: members write the pages of their group."""

    def test_creates_reads_and_deletes(self, api: Clients) -> None:
        group = api.group("ben")
        page = group.create_page({"title": "Feathers", "body": "<p>Soft</p>"})
        has(page, *PAGE, "body", "group_id")
        assert page.published is True
        assert [one.title for one in group.get_pages(search_term="feather")] == ["Feathers"]
        assert group.get_page("feathers").body == "<p>Soft</p>"
        assert page.get_parent().name == "Owls"
        has(page.delete(), "url", "title")
        assert list(group.get_pages()) == []

    def test_edits_although_the_client_stumbles_afterwards(self, api: Clients) -> None:
        """The client asks a group page for its `course_id`, once the change is made (real-clients.md §4)."""
        page = api.group("ben").create_page({"title": "Feathers"})
        with pytest.raises(AttributeError):
            page.edit(wiki_page={"body": "<p>Softer</p>"})
        assert api.group("ben").get_page("feathers").body == "<p>Softer</p>"

    def test_walks_and_reverts_the_history(self, api: Clients, world: World) -> None:
        page = api.group("ben").create_page({"title": "Feathers", "body": "<p>1</p>"})
        path = f"groups/{world.ids['owls']}/pages/feathers"
        requester(api.ben).request("PUT", path, _kwargs=[("wiki_page[body]", "<p>2</p>")])
        assert [one.revision_id for one in page.get_revisions()] == [2, 1]
        assert page.show_latest_revision().body == "<p>2</p>"
        assert page.revert_to_revision(1).body == "<p>1</p>"

    def test_keeps_a_front_page(self, api: Clients) -> None:
        group = api.group("ben")
        group.edit_front_page(wiki_page={"title": "Nest", "body": "<p>Warm</p>"})
        assert group.show_front_page().title == "Nest"

    def test_staff_of_the_course_join_in_and_others_do_not(self, api: Clients) -> None:
        api.group("ben").create_page({"title": "Feathers"})
        assert api.group("ada").get_page("feathers").title == "Feathers"
        for who in ("cleo", "eve"):
            group = api.group("ben")
            group._requester = requester(getattr(api, who))
            with pytest.raises(Forbidden):
                list(group.get_pages())
            with pytest.raises(Forbidden):
                group.create_page({"title": "Intruder"})


class TestTheListsOfAPerson:
    def test_courses(self, api: Clients) -> None:
        courses = list(api.ben.get_courses(enrollment_state="active", include=["term", "teachers"]))
        assert [one.name for one in courses] == ["Physics"]
        has(courses[0], "id", "name", "course_code", "workflow_state", "enrollments", "term", "teachers")
        assert list(api.eve.get_courses()) == []

    def test_groups(self, api: Clients) -> None:
        groups = list(api.course("ada").get_groups())
        assert [one.name for one in groups] == ["Owls"]
        has(groups[0], "id", "name", "group_category_id", "members_count")


class TestPaging:
    def test_more_than_a_hundred_are_walked_without_loss(self, api: Clients) -> None:
        course = api.course("ada")
        for n in range(123):
            course.create_page(published(f"Page {n:03}"))
        titles = [one.title for one in course.get_pages(sort="title", search_term="page", published=True)]
        assert titles == [f"Page {n:03}" for n in range(123)]
        link = last_answer(api.ada).headers["link"]
        for kept in ("sort=title", "search_term=page", "published=true"):
            assert kept in link
        # The client appends per_page=100 after the caller's own; the last one counts.
        first = course.get_pages(per_page=5)
        assert first[0].title
        assert len(last_answer(api.ada).json()) == 100

    def test_revisions_too(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Long life"))
        for n in range(104):
            page.edit(wiki_page={"body": f"<p>{n}</p>"})
        assert [one.revision_id for one in page.get_revisions()] == list(range(105, 0, -1))


class TestMasquerading:
    def test_an_administrator_acts_as_somebody(self, api: Clients, world: World) -> None:
        course = api.course("root")
        course.create_page(published("Open", editing_roles="teachers,students"))
        course.create_page({"title": "Hidden"})
        ben = world.ids["ben"]
        assert [one.title for one in course.get_pages(as_user_id=ben)] == ["Open"]
        edited = course.get_page("open").edit(wiki_page={"body": "<p>x</p>"}, as_user_id=ben)
        assert edited.last_edited_by["id"] == ben
        assert api.root.get_user("self", as_user_id=ben).name == "Ben Okri"

    def test_it_survives_in_the_links_of_a_list(self, api: Clients, world: World) -> None:
        for n in range(101):
            api.course("root").create_page({"title": f"Page {n}", "published": n % 2 == 0})
        seen = list(api.course("root").get_pages(as_user_id=world.ids["ben"]))
        assert len(seen) == 51
        list(api.course("root").get_pages(as_user_id=world.ids["ada"]))
        assert api.course("root").get_pages(as_user_id=world.ids["ada"])[100].title == "Page 100"

    def test_nobody_else_may(self, api: Clients, world: World) -> None:
        with pytest.raises(Unauthorized):
            api.ada.get_user("self", as_user_id=world.ids["ben"])


class TestErrors:
    """Each status becomes the exception the client has for it (real-clients.md §1)."""

    def test_a_wrong_token(self, world: World) -> None:
        from canvasapi import Canvas

        with pytest.raises(InvalidAccessToken) as refused:
            Canvas(world.url, "no-such-token-at-all").get_current_user()
        assert refused.value.message == [{"message": "Invalid access token."}]

    def test_a_refusal(self, api: Clients) -> None:
        with pytest.raises(Forbidden) as refused:
            api.course("eve")
        assert "user not authorized to perform that action" in str(refused.value)

    def test_nothing_there(self, api: Clients) -> None:
        with pytest.raises(ResourceDoesNotExist):
            api.ada.get_course(424_242)

    def test_something_invalid(self, api: Clients) -> None:
        with pytest.raises(BadRequest) as refused:
            api.course("ada").create_page({"title": " "})
        assert "Title can't be blank" in str(refused.value)

    def test_too_much(self, world: World, api: Clients) -> None:
        world.use(throttle=True, throttle_high_water_mark=10.0)
        with pytest.raises(RateLimitExceeded):
            api.ada.get_current_user()
        world.use(throttle=True)
        assert api.ada.get_current_user().name == "Ada Byron"
        assert float(last_answer(api.ada).headers["x-rate-limit-remaining"]) > 500

    def test_they_are_all_the_clients_own(self) -> None:
        for kind in (BadRequest, Forbidden, InvalidAccessToken, RateLimitExceeded, ResourceDoesNotExist, Unauthorized):
            assert issubclass(kind, CanvasException)


class TestValuesAsTheClientSendsThem:
    def test_a_moment_with_and_without_a_zone(self, api: Clients) -> None:
        for moment in (datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2030, 1, 2, 3, 4, 5)):  # noqa: DTZ001
            page = api.course("ada").create_page({"title": "When", "publish_at": moment})
            assert page.publish_at_date.year == 2030

    def test_none_is_left_out(self, api: Clients) -> None:
        page = api.course("ada").create_page(published("Kept"))
        assert page.edit(wiki_page={"body": "<p>x</p>", "title": None}).title == "Kept"

    def test_true_and_false_in_words(self, api: Clients) -> None:
        page = api.course("ada").create_page({"title": "Flags", "published": "True"})
        assert page.published is True
        assert page.edit(wiki_page={"published": False}).published is False
