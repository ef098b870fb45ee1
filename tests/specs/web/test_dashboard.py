"""Everything one has made. Source: web.md W3, eportfolios.md §2."""

import io
import zipfile
from collections.abc import Callable

import httpx
import pytest

from tests.specs.web.conftest import HTML, Visitor, words
from tests.world import NO_TLS, World

Visitors = Callable[[str | None], Visitor]
HOME = "/dashboard/eportfolios"


def make(world: World, name: str = "Field notes", who: str = "ben", **more: str) -> int:
    fields = {"eportfolio[name]": name} | {f"eportfolio[{key}]": value for key, value in more.items()}
    made: int = world.as_(who).post("/eportfolios", fields).json()["eportfolio"]["id"]
    return made


def status(world: World, number: int, value: str) -> None:
    world.sql("UPDATE eportfolios SET spam_status = :value WHERE id = :id RETURNING id", value=value, id=number)


class TestTheShelf:
    def test_it_shows_each_portfolio_with_who_can_see_it(self, world: World, visitor: Visitors) -> None:
        make(world, "Secret <b>")
        make(world, "Open", public="1")
        page = visitor("ben").get(HOME)
        said = words(page)
        assert "Secret <b>" in said
        assert "You, and whoever has the link" in said
        assert "Everybody" in said
        assert "1 page" in said
        assert "Secret <b>" not in page.text

    def test_without_a_link_only_its_author_sees_it(self, world: World, visitor: Visitors) -> None:
        number = make(world)
        world.sql("DELETE FROM eportfolio_links WHERE eportfolio_id = :id RETURNING id", id=number)
        assert "Only you" in words(visitor("ben").get(HOME))

    def test_programs_get_the_list_as_before(self, world: World, visitor: Visitors) -> None:
        make(world)
        reply = visitor("ben").browser.get(HOME)
        assert reply.headers["content-type"].startswith("application/json")
        assert [one["eportfolio"]["name"] for one in reply.json()] == ["Field notes"]

    def test_nobody_sees_what_is_not_theirs(self, world: World, visitor: Visitors) -> None:
        make(world, public="1")
        assert "Field notes" not in words(visitor("cleo").get(HOME))

    def test_it_begins_with_the_next_step(self, visitor: Visitors) -> None:
        assert "Your first portfolio" in words(visitor("ben").get(HOME))

    def test_who_belongs_nowhere_is_told_why_they_make_none(self, visitor: Visitors) -> None:
        assert "You can make portfolios as soon as you are in a course" in words(visitor("eve").get(HOME))

    def test_it_costs_three_statements(self, world: World, visitor: Visitors) -> None:
        for number in range(4):
            make(world, f"Notes {number}")
        ben = visitor("ben")
        ben.get(HOME)
        assert world.statements_of(lambda: ben.get(HOME)) <= 3


class TestMakingOne:
    def test_it_is_there_and_one_is_told(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        page = ben.follow(ben.post(HOME, **{"eportfolio[name]": "Tides & moons", "eportfolio[public]": "1"}))
        assert "“Tides & moons” is ready" in words(page)
        made = world.ben.get("/users/self/eportfolios").json()
        assert [(one["name"], one["public"]) for one in made] == [("Tides & moons", True)]

    def test_without_a_name_what_was_chosen_stays(self, world: World, visitor: Visitors) -> None:
        page = visitor("ben").post(HOME, **{"eportfolio[name]": "  ", "eportfolio[public]": "1"})
        assert page.status_code == 422
        assert "Please fill this in." in words(page)
        assert 'value="1" checked' in page.text
        assert 'aria-invalid="true"' in page.text
        assert world.ben.get("/users/self/eportfolios").json() == []

    def test_a_name_that_is_too_long_stays_in_its_field(self, visitor: Visitors) -> None:
        page = visitor("ben").post(HOME, **{"eportfolio[name]": "long " * 60})
        assert page.status_code == 422
        assert "long long" in page.text
        assert "wrong-words" in page.text

    @pytest.mark.parametrize("who", ["eve"])
    def test_it_is_refused_to(self, visitor: Visitors, who: str) -> None:
        assert visitor(who).post(HOME, **{"eportfolio[name]": "x"}).status_code == 403

    def test_it_needs_the_token_of_the_form(self, world: World, visitor: Visitors) -> None:
        assert visitor("ben").post(HOME, token="", **{"eportfolio[name]": "x"}).status_code == 422
        assert world.ben.get("/users/self/eportfolios").json() == []


class TestDeletingOne:
    def test_it_can_be_taken_back(self, world: World, visitor: Visitors) -> None:
        number, ben = make(world), visitor("ben")
        page = ben.follow(ben.post(f"{HOME}/{number}/delete"))
        assert "“Field notes” was deleted" in words(page)
        assert "Deleted lately" in words(page)
        page = ben.follow(ben.post(f"{HOME}/{number}/take_back"))
        assert "“Field notes” is back" in words(page)
        assert "Deleted lately" not in words(page)

    def test_after_thirty_days_it_cannot(self, world: World, visitor: Visitors) -> None:
        number = make(world)
        visitor("ben").post(f"{HOME}/{number}/delete")
        world.clock.advance(days=31)
        ben = visitor("ben")
        assert "Deleted lately" not in words(ben.get(HOME))
        assert ben.post(f"{HOME}/{number}/take_back").status_code == 403

    @pytest.mark.parametrize("verb", ["delete", "take_back", "review"])
    def test_others_cannot(self, world: World, visitor: Visitors, verb: str) -> None:
        number = make(world)
        assert visitor("cleo").post(f"{HOME}/{number}/{verb}").status_code == 403
        assert visitor(None).post(f"{HOME}/{number}/{verb}").status_code == 401
        assert visitor("cleo").post(f"{HOME}/99999/{verb}").status_code == 404
        assert "Field notes" in words(visitor("ben").get(HOME))


class TestSpam:
    def test_a_flag_is_told_in_plain_words_with_what_to_do(self, world: World, visitor: Visitors) -> None:
        number, ben = make(world), visitor("ben")
        status(world, number, "flagged_as_possible_spam")
        said = words(ben.get(HOME))
        assert "Something in it looks like spam" in said
        assert "Only you and moderators" in said
        assert "you cannot make another" in said
        page = ben.follow(ben.post(f"{HOME}/{number}/review"))
        assert "You have asked for a review" in words(page)
        assert "Ask for a review" not in words(page)

    def test_a_verdict_is_told_too(self, world: World, visitor: Visitors) -> None:
        status(world, make(world), "marked_as_spam")
        assert "A moderator marked it as spam" in words(visitor("ben").get(HOME))

    def test_where_nothing_was_found_there_is_nothing_to_ask(self, world: World, visitor: Visitors) -> None:
        page = visitor("ben").post(f"{HOME}/{make(world)}/review")
        assert page.status_code == 422
        assert "There is nothing to review" in words(page)


class TestTakingAllAlong:
    def test_it_is_packed_followed_and_downloaded(self, world: World, visitor: Visitors) -> None:
        make(world)
        ben = visitor("ben")
        started = ben.post(f"{HOME}/export")
        page = ben.follow(started)
        where = started.headers["location"]
        assert "Packing" in words(page)
        assert f'hx-get="{where}/progress"' in page.text
        world.work()
        piece = ben.get(f"{where}/progress")
        assert "<html" not in piece.text
        assert "Your package is ready" in words(piece)
        assert "hx-get" not in piece.text
        link = piece.text.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
        package = httpx.get(world.url + link, verify=NO_TLS)
        assert zipfile.ZipFile(io.BytesIO(package.content)).testzip() is None

    def test_nobody_else_follows_it(self, world: World, visitor: Visitors) -> None:
        make(world)
        where = visitor("ben").post(f"{HOME}/export").headers["location"]
        assert visitor("cleo").get(where).status_code == 403
        assert visitor("cleo").get(f"{where}/progress").status_code == 403
        assert world.anyone.http.get(where, headers=HTML).status_code == 401

    def test_where_there_is_nothing_one_is_told(self, visitor: Visitors) -> None:
        page = visitor("ben").post(f"{HOME}/export")
        assert page.status_code == 422
        assert "There is nothing to export" in words(page)
