"""What somebody should look at, and a word on it. Source: web.md W18, eportfolios.md §2, §4.22, §6."""

from collections.abc import Callable

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.specs.web.test_dashboard import make, status
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/eportfolio_moderation"
HOSTILE = "<img src=x onerror=alert(1)>"
FLAGGED, SPAM, SAFE = "flagged_as_possible_spam", "marked_as_spam", "marked_as_safe"


def flagged(world: World, name: str = "Cheap watches", who: str = "ben") -> int:
    """Found by a keyword."""
    world.use(eportfolio_title_spam_keywords=("watches",))
    return make(world, name, who)


def status_of(world: World, number: int) -> str | None:
    ((found,),) = world.sql("SELECT spam_status FROM eportfolios WHERE id = :id", id=number)
    told: str | None = found
    return told


class TestTheQueue:
    def test_it_is_quiet_where_nothing_waits(self, visitor: Visitors) -> None:
        root = visitor("root")
        assert "All quiet" in words(root.get(HOME))
        assert "No word was said yet" in words(root.get(f"{HOME}?list=judged"))
        assert "Nothing was deleted" in words(root.get(f"{HOME}?list=deleted"))

    def test_it_shows_what_was_flagged_and_why(self, world: World, visitor: Visitors) -> None:
        flagged(world, f"watches {HOSTILE}")
        make(world, "Quiet", "cleo")
        page = visitor("root").get(HOME)
        said = words(page)
        assert f"watches {HOSTILE}" in said
        assert "By Ben Okri" in said
        assert "Hidden: looks like spam" in said
        assert "The title has “watches” in it" in said or "watches" in said
        assert "Quiet" not in said
        assert HOSTILE not in page.text

    def test_what_its_author_asks_for_comes_first_and_once(self, world: World, visitor: Visitors) -> None:
        flagged(world, "One of the watches")
        number = make(world, "Other watches", "cleo")
        world.cleo.post(f"/eportfolios/{number}/review")
        said = words(visitor("root").get(HOME))
        assert said.index("Other watches") < said.index("One of the watches")
        assert said.count("Other watches By") == 1
        assert "Its author asks for a look." in said

    def test_programs_get_the_list_as_before(self, world: World, visitor: Visitors) -> None:
        number = flagged(world)
        reply = visitor("root").browser.get(HOME)
        assert [one["eportfolio"]["id"] for one in reply.json()] == [number]

    @pytest.mark.parametrize("who", ["ada", "ben", "sub"])
    def test_it_is_refused_to_whoever_moderates_nothing_here(self, world: World, visitor: Visitors, who: str) -> None:
        number = flagged(world)
        other = visitor(who)
        author = world.ids["ben"]
        assert other.get(HOME).status_code == 403
        assert other.get(f"{HOME}/{number}/preview").status_code == 403
        assert other.get(f"{HOME}/authors/{author}/spam").status_code == 403
        for path in (
            f"{number}/safe",
            f"{number}/spam",
            f"{number}/restore",
            f"authors/{author}/safe",
            f"authors/{author}/spam",
        ):
            assert other.post(f"{HOME}/{path}").status_code == 403
        assert status_of(world, number) == FLAGGED

    def test_whoever_is_not_signed_in_is_led_to_signing_in(self, visitor: Visitors) -> None:
        assert "Please sign in" in words(visitor(None).get(HOME))

    def test_nobody_judges_their_own(self, world: World, visitor: Visitors) -> None:
        number = flagged(world, "My watches", "root")
        page = visitor("root").get(HOME)
        assert "somebody else has to look at it" in words(page)
        assert f"/{number}/safe" not in page.text
        assert visitor("root").post(f"{HOME}/{number}/safe").status_code == 403

    def test_it_costs_five_statements(self, world: World, visitor: Visitors) -> None:
        flagged(world)
        root = visitor("root")
        for path in (HOME, f"{HOME}?list=judged", f"{HOME}?list=deleted"):
            root.get(path)
            assert world.statements_of(lambda path=path: root.get(path)) <= 5

    def test_its_words_are_shown_without_anything_of_it_running(self, world: World, visitor: Visitors) -> None:
        number = flagged(world)
        content = '<p>Buy <a href="https://watches.example/x">now</a></p><img src="https://track.example/p.gif">'
        world.sql(
            "UPDATE eportfolio_entries SET content = :content WHERE eportfolio_id = :id RETURNING id",
            content=f'["{content.replace(chr(34), chr(92) + chr(34))}"]',
            id=number,
        )
        page = visitor("root").get(f"{HOME}/{number}/preview")
        assert "Buy now" in words(page)
        assert "watches.example" in words(page)
        assert "track.example" not in page.text
        assert "<html" not in page.text


class TestAWordOnIt:
    def test_it_is_safe_and_its_author_sees_that(self, world: World, visitor: Visitors) -> None:
        number = flagged(world)
        root = visitor("root")
        assert "“Cheap watches” is safe" in words(root.follow(root.post(f"{HOME}/{number}/safe")))
        assert status_of(world, number) == SAFE
        assert "spam" not in words(visitor("ben").get("/dashboard/eportfolios"))

    def test_it_is_spam_and_can_be_safe_later(self, world: World, visitor: Visitors) -> None:
        number = flagged(world)
        root = visitor("root")
        assert "is marked as spam" in words(root.follow(root.post(f"{HOME}/{number}/spam")))
        assert "Cheap watches" not in words(root.get(HOME))
        assert "Cheap watches" in words(root.get(f"{HOME}?list=judged"))
        root.post(f"{HOME}/{number}/safe")
        assert status_of(world, number) == SAFE

    def test_everything_of_an_author_at_once(self, world: World, visitor: Visitors) -> None:
        first = make(world, "First")
        second = flagged(world)
        root = visitor("root")
        author = f"{HOME}/authors/{world.ids['ben']}"
        assert "All their portfolios are hidden" in words(root.get(f"{author}/spam"))
        page = root.follow(root.post(f"{author}/spam"))
        assert "Everything by Ben Okri is marked as spam" in words(page)
        assert (status_of(world, first), status_of(world, second)) == (SPAM, SPAM)
        root.post(f"{author}/safe")
        assert (status_of(world, first), status_of(world, second)) == (SAFE, SAFE)

    def test_what_was_deleted_is_brought_back(self, world: World, visitor: Visitors) -> None:
        number = make(world, "Field notes")
        world.ben.delete(f"/eportfolios/{number}")
        root = visitor("root")
        assert "Field notes" in words(root.get(f"{HOME}?list=deleted"))
        assert "“Field notes” is back" in words(root.follow(root.post(f"{HOME}/{number}/restore")))
        assert "Nothing was deleted" in words(root.get(f"{HOME}?list=deleted"))
        assert world.ben.get(f"/eportfolios/{number}").status_code == 200

    def test_those_of_people_of_another_account_are_not_listed(self, world: World, visitor: Visitors) -> None:
        number = make(world, "Field notes")
        status(world, number, FLAGGED)
        world.ben.delete(f"/eportfolios/{number}")
        at = f"/accounts/{world.ids['arts']}/eportfolio_moderation?list=deleted"
        assert "Field notes" not in words(visitor("root").get(at))

    def test_without_its_token_it_does_nothing(self, world: World, visitor: Visitors) -> None:
        number = flagged(world)
        for path in (f"{number}/safe", f"{number}/spam", f"{number}/restore", f"authors/{world.ids['ben']}/spam"):
            assert visitor("root").post(f"{HOME}/{path}", token="forged").status_code == 422
        assert status_of(world, number) == FLAGGED

    @pytest.mark.parametrize("path", ["999/safe", "x/spam", "999/restore", "authors/999/safe"])
    def test_what_is_not_there_is_not_found(self, visitor: Visitors, path: str) -> None:
        assert visitor("root").post(f"{HOME}/{path}").status_code == 404
