"""Why something was found, asking for another look, what waits for moderators, and taking back a deletion.

Source: eportfolios.md §6 (the score and its queue), §4.22, §2 (the author's own undo, on the web alone).
"""

from typing import Any

import pytest

from tests.specs.auth.browser import Browser, signed_in
from tests.specs.portfolios.conftest import FORBIDDEN, NOT_FOUND, Campus
from tests.specs.portfolios.test_authoring import WORDS, Author, html, ok
from tests.world import World

FARM = "".join(f'<p>words <a href="https://shop{number}.example/">buy cheap things now</a></p>' for number in range(30))


def scored(world: World, mode: str) -> None:
    path = f"/accounts/{world.ids['root']}"
    ok(world.root.put(path, {"account[settings][eportfolio_score]": mode}))


def queue(world: World, who: str = "root") -> Any:
    return ok(world.as_(who).get(f"/accounts/{world.ids['root']}/eportfolio_reviews"))


def review(author: Author) -> Any:
    return ok(author.client.get(f"{author.path}/review"))


@pytest.fixture
def author(world: World) -> Author:
    world.use(**WORDS)
    return Author(world)


class TestLearningWhy:
    def test_nothing_was_found(self, author: Author) -> None:
        assert review(author) == {
            "eportfolio_id": author.id,
            "spam_status": None,
            "review": None,
            "reasons": [],
            "pages": [],
        }

    def test_a_keyword_is_named(self, author: Author) -> None:
        author.put(name="my verybad page")
        found = review(author)
        assert found["spam_status"] == "flagged_as_possible_spam"
        assert found["reasons"] == [
            {"code": "title_keyword", "says": "A name holds the word “verybad”.", "points": None}
        ]

    def test_a_score_is_told_page_by_page(self, author: Author) -> None:
        scored(author.world, "flag")
        entry = author.entry(html(FARM), name="Links")
        found = review(author)
        assert found["spam_status"] == "flagged_as_possible_spam"
        assert [one["code"] for one in found["reasons"]] == ["link_density", "link_farm", "new_account"]
        (page,) = found["pages"]
        assert (page["id"], page["name"], page["score"]) == (entry["id"], "Links", 100)
        assert [one["code"] for one in page["reasons"]] == ["link_density", "link_farm", "new_account"]

    def test_moderators_are_told_too_and_nobody_else(self, author: Author) -> None:
        author.put(name="my verybad page", public="1")
        path = f"{author.path}/review"
        assert ok(author.world.root.get(path)) == review(author)
        for who in ("ben", "ada", "dov"):
            refused = author.world.as_(who).get(path)
            assert (refused.status_code, refused.json()) == (403, FORBIDDEN)
        assert author.world.anyone.get(path).status_code == 401


class TestAskingForAReview:
    def test_it_puts_a_flagged_portfolio_into_the_queue(self, author: Author) -> None:
        author.put(name="my verybad page")
        assert queue(author.world) == []
        asked = ok(author.client.post(f"{author.path}/review"))
        assert (asked["review"], asked["spam_status"]) == ("author", "flagged_as_possible_spam")
        (waiting,) = queue(author.world)
        told = waiting["eportfolio"]
        assert (told["id"], told["review"], told["review_at"]) == (author.id, "author", "2026-02-15T12:00:00Z")
        assert [one["code"] for one in told["reasons"]] == ["title_keyword"]

    def test_asked_twice_it_waits_once(self, author: Author) -> None:
        author.put(name="my verybad page")
        ok(author.client.post(f"{author.path}/review"))
        author.world.clock.advance(hours=1)
        ok(author.client.post(f"{author.path}/review"))
        (waiting,) = queue(author.world)
        assert waiting["eportfolio"]["review_at"] == "2026-02-15T12:00:00Z"

    @pytest.mark.parametrize("verdict", ["marked_as_safe", "marked_as_spam"])
    def test_a_verdict_ends_the_wait(self, author: Author, verdict: str) -> None:
        author.put(name="my verybad page")
        ok(author.client.post(f"{author.path}/review"))
        ok(author.world.root.put(f"{author.path}/moderate", {"spam_status": verdict}))
        assert queue(author.world) == []
        assert review(author)["review"] is None

    def test_where_nothing_was_found_there_is_nothing_to_ask(self, author: Author) -> None:
        refused = author.client.post(f"{author.path}/review")
        assert refused.status_code == 400
        assert refused.json()["errors"]["base"][0]["message"] == "There is nothing to review"
        assert queue(author.world) == []

    def test_only_its_author_asks(self, author: Author) -> None:
        author.put(name="my verybad page")
        for who, status in (("root", 403), ("ben", 403), (None, 401)):
            assert author.world.as_(who).post(f"{author.path}/review").status_code == status
        assert queue(author.world) == []


class TestTheQueue:
    def test_with_review_a_score_fills_it_and_hides_nothing(self, author: Author) -> None:
        scored(author.world, "review")
        author.put(public="1")
        author.entry(html(FARM))
        (waiting,) = queue(author.world)
        assert (waiting["eportfolio"]["id"], waiting["eportfolio"]["review"]) == (author.id, "score")
        assert author.status() is None
        ok(author.world.ben.get(author.path))
        moderated = author.world.root.get(f"/accounts/{author.world.ids['root']}/eportfolio_moderation")
        assert moderated.json() == []

    def test_who_waited_longest_comes_first_and_pages_follow_each_other(self, author: Author) -> None:
        author.world.use(eportfolio_moderation_page_size=2, **WORDS)
        portfolios = [author, Author(author.world, "ben"), Author(author.world, "dov")]
        for one in portfolios:
            author.world.clock.advance(minutes=1)
            one.put(name="a bad name")
            ok(one.client.post(f"{one.path}/review"))
        path = f"/accounts/{author.world.ids['root']}/eportfolio_reviews"
        pages = [ok(author.world.root.get(path, page=number)) for number in (1, 2, 3)]
        listed = [[one["eportfolio"]["id"] for one in page] for page in pages]
        assert listed == [[portfolios[0].id, portfolios[1].id], [portfolios[2].id], []]

    def test_it_is_refused_to_who_does_not_moderate_there(self, world: World) -> None:
        path = f"/accounts/{world.ids['root']}/eportfolio_reviews"
        for who in ("ada", "ben", "sub"):
            assert world.as_(who).get(path).status_code == 403
        assert world.anyone.get(path).status_code == 401
        assert world.root.get("/accounts/999999/eportfolio_reviews").status_code == 404


class TestTakingBackADeletion:
    @pytest.fixture
    def browser(self, world: World) -> Browser:
        return signed_in(world, "cleo")

    def take_back(self, browser: Browser, author: Author) -> Any:
        return browser.post(f"{author.path}/take_back", headers={"x-csrf-token": browser.csrf})

    def test_its_author_finds_it_and_takes_it_back(self, author: Author, browser: Browser) -> None:
        entry = author.entry(html("<p>Kept</p>"))
        ok(author.client.delete(author.path))
        (gone,) = browser.get("/dashboard/eportfolios/deleted").json()
        assert gone["eportfolio"]["id"] == author.id
        taken = self.take_back(browser, author).json()["eportfolio"]
        assert (taken["workflow_state"], taken["deleted_at"]) == ("active", None)
        assert entry["id"] in [page["id"] for page in author.pages()]
        assert browser.get("/dashboard/eportfolios/deleted").json() == []

    def test_within_thirty_days(self, author: Author, browser: Browser) -> None:
        ok(author.client.delete(author.path))
        author.world.clock.advance(days=31)
        browser = signed_in(author.world, "cleo")
        assert browser.get("/dashboard/eportfolios/deleted").json() == []
        assert self.take_back(browser, author).status_code == 403

    def test_not_what_a_moderator_took_away(self, author: Author, browser: Browser) -> None:
        ok(author.world.root.delete(author.path))
        assert browser.get("/dashboard/eportfolios/deleted").json() == []
        assert self.take_back(browser, author).status_code == 403

    def test_nor_by_others_nor_by_a_token(self, campus: Campus) -> None:
        other = signed_in(campus.world, "cleo")
        path = f"/eportfolios/{campus.p5}/take_back"
        answer = other.post(path, headers={"x-csrf-token": other.csrf})
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        assert campus.world.ben.http.post(path).status_code == 401
        assert campus.world.ben.post(path).status_code == 404
        assert campus.show(campus.p1)["workflow_state"] == "active"
