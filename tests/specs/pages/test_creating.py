"""Creating a page. Source: pages.md §4.3, worked cases 1 to 12."""

import pytest

from tests.conftest import as_each
from tests.specs.pages.conftest import FORBIDDEN, course_lets_students_write, make, says, wiki
from tests.world import World


class TestCreatingAPage:
    def test_it_makes_an_unpublished_page_with_a_slug(self, world: World) -> None:
        """Case 1. P5 P6 P7 P12 P14 P68 P70 P72 P85."""
        reply = world.ada.post(f"{world.course}/pages", wiki(title="New Wiki Page!", body="hello"))
        assert reply.status_code == 200
        page = reply.json()
        assert page["last_edited_by"].pop("avatar_image_url")
        assert page == {
            "page_id": page["page_id"],
            "url": "new-wiki-page",
            "title": "New Wiki Page!",
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "hide_from_students": True,
            "editing_roles": "teachers",
            "published": False,
            "front_page": False,
            "html_url": f"{world.url}{world.course}/pages/new-wiki-page",
            "todo_date": None,
            "publish_at": None,
            "editor": "rce",
            "locked_for_user": False,
            "last_edited_by": {
                "id": world.ids["ada"],
                "anonymous_id": page["last_edited_by"]["anonymous_id"],
                "display_name": "Ada Byron",
                "html_url": f"{world.url}{world.course}/users/{world.ids['ada']}",
                "pronouns": None,
            },
            "body": "hello",
        }
        assert world.ada.get(f"{world.course}/pages/new-wiki-page").json()["page_id"] == page["page_id"]

    @pytest.mark.parametrize(
        ("title", "complaint"),
        [
            (None, "Title can't be blank"),
            ("", "Title can't be blank"),
            ("   ", "Title can't be blank"),
            ("!!!", "Title must contain at least one letter or number"),
            ("a" * 256, "Title can't exceed 255 characters"),
        ],
    )
    def test_it_refuses_a_title_that_names_nothing(self, world: World, title: str | None, complaint: str) -> None:
        """Cases 2, 3, 4. P71."""
        reply = world.ada.post(f"{world.course}/pages", {} if title is None else wiki(title=title))
        assert reply.status_code == 400
        assert says(reply, "title") == complaint
        assert world.ada.get(f"{world.course}/pages").json() == []

    def test_it_numbers_the_slug_of_a_second_page_with_the_same_title(self, world: World) -> None:
        """Case 5."""
        make(world, "Asdf")
        second = make(world, "Asdf")
        assert (second["title"], second["url"]) == ("Asdf", "asdf-2")
        assert make(world, "Asdf")["url"] == "asdf-3"

    def test_it_transliterates_titles(self, world: World) -> None:
        """Case 6."""
        assert make(world, "æ vęrÿ ßpéçïâł なまえ ¼‽")["url"] == "ae-very-sspecial-namae-1-slash-4"

    def test_it_can_be_the_front_page_at_once(self, world: World) -> None:
        """Case 7. P81."""
        page = make(world, "Home", published=True, front_page=True)
        assert page["front_page"] is True
        assert world.ada.get(f"{world.course}/front_page").json()["page_id"] == page["page_id"]

    def test_it_refuses_an_unpublished_front_page(self, world: World) -> None:
        """Case 8."""
        reply = world.ada.post(f"{world.course}/pages", wiki(title="X", front_page=True))
        assert reply.status_code == 400
        assert says(reply, "front_page") == "The front page cannot be unpublished"
        assert "published" not in reply.json()["errors"]

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_before_anything_is_validated_to(self, world: World, who: str) -> None:
        """Case 9."""
        reply = world.as_(who).post(f"{world.course}/pages")
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_it_is_not_open_to_callers_without_a_token(self, world: World) -> None:
        reply = world.anyone.post(f"{world.course}/pages", wiki(title="X"))
        assert reply.status_code == 401
        assert "www-authenticate" in reply.headers

    @as_each("tia", "dee", "root", "sub")
    def test_it_is_open_to_staff_and_administrators(self, world: World, who: str) -> None:
        assert make(world, "By staff", who=who, published=False)["published"] is False


class TestStudentsWhoMayWrite:
    def test_they_create_published_pages(self, world: World) -> None:
        """Case 10. P11."""
        course_lets_students_write(world)
        page = world.ben.post(f"{world.course}/pages", wiki(title="Mine")).json()
        assert page["published"] is True
        assert page["editing_roles"] == "teachers,students"

    @pytest.mark.parametrize("field", [{"published": False}, {"editing_roles": "public"}, {"front_page": True}])
    def test_they_may_not_set(self, world: World, field: dict[str, object]) -> None:
        """Cases 11 and 12."""
        course_lets_students_write(world)
        reply = world.ben.post(f"{world.course}/pages", wiki(title="Mine", **field))
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        assert list(reply.json()["errors"]) == list(field)
        assert world.ada.get(f"{world.course}/pages").json() == []

    def test_their_schedules_and_notices_are_dropped_silently(self, world: World) -> None:
        course_lets_students_write(world)
        sent = wiki(title="Mine", publish_at="2026-03-01T00:00:00Z", notify_of_update=True)
        page = world.ben.post(f"{world.course}/pages", sent).json()
        assert (page["published"], page["publish_at"]) == (True, None)


class TestPagesOfAGroup:
    def test_members_create_published_pages_that_members_edit(self, world: World) -> None:
        """P69 P76."""
        page = make(world, "Nest", who="ben", context=world.group)
        assert (page["published"], page["editing_roles"]) == (True, "members")
        assert page["html_url"] == f"{world.url}{world.group}/pages/nest"
        edited = world.ben.put(f"{world.group}/pages/nest", wiki(body="<p>Twigs</p>"))
        assert edited.json()["body"] == "<p>Twigs</p>"

    @as_each("cleo", "dov", "eve")
    def test_they_are_closed_to(self, world: World, who: str) -> None:
        make(world, "Nest", who="ben", context=world.group)
        for reply in (
            world.as_(who).get(f"{world.group}/pages"),
            world.as_(who).get(f"{world.group}/pages/nest"),
            world.as_(who).put(f"{world.group}/pages/nest", wiki(body="x")),
            world.as_(who).delete(f"{world.group}/pages/nest"),
        ):
            assert reply.status_code == 403

    def test_they_are_open_to_the_staff_of_the_course(self, world: World) -> None:
        make(world, "Nest", who="ben", context=world.group)
        assert world.ada.put(f"{world.group}/pages/nest", wiki(title="Nests")).json()["url"] == "nests"

    def test_slugs_of_a_course_and_of_its_group_do_not_meet(self, world: World) -> None:
        make(world, "Same")
        assert make(world, "Same", who="ben", context=world.group)["url"] == "same"
