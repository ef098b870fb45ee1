"""Where one begins. Source: web.md W1, W2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.specs.auth.browser import form_of
from tests.specs.web.conftest import HTML, Visitor, words
from tests.world import PASSWORD, World

Visitors = Callable[[str | None], Visitor]


def announce(world: World, subject: str, message: str = "<p>Until <b>Sunday</b>.</p>", **more: str) -> int:
    fields = {
        "account_notification[subject]": subject,
        "account_notification[message]": message,
        "account_notification[start_at]": "2026-02-14",
        "account_notification[end_at]": "2026-03-14",
        **more,
    }
    made: int = world.root.post("/accounts/1/account_notifications", fields).json()["id"]
    return made


class TestTheFrontPage:
    def test_it_says_what_this_is_and_where_to_sign_in(self, visitor: Visitors) -> None:
        page = visitor(None).get("/")
        assert page.status_code == 200
        assert "Root U keeps its course pages and portfolios here" in words(page)
        assert 'href="/login"' in page.text

    def test_programs_are_led_to_the_reference_as_before(self, world: World) -> None:
        for accept in ("*/*", "application/json"):
            reply = world.anyone.http.get("/", headers={"accept": accept})
            assert (reply.status_code, reply.headers["location"]) == (302, "/api/docs")

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_it_shows_no_logins_where_this_is_no_demo(self, world: World, visitor: Visitors) -> None:
        self.keep(world, world.database_url)
        assert "northfield" not in visitor(None).get("/").text

    @pytest.mark.parametrize("engine", ["sqlite"])  # the file lies beside the database
    def test_on_a_demo_campus_one_comes_in_with_a_click(self, world: World, visitor: Visitors) -> None:
        world.use(demo=True)
        self.keep(world, world.database_url)
        page = visitor(None)
        shown = page.get("/")
        assert "Ben <Okri>" in words(shown)
        assert "Ben <Okri>" not in shown.text
        reply = page.browser.post("/login/canvas", data=form_of(shown))
        assert (reply.status_code, reply.headers["location"]) == (302, "/")
        assert "Hello, Ben Okri" in words(page.get("/"))

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_logins_of_another_database_are_not_shown(self, world: World, visitor: Visitors) -> None:
        world.use(demo=True)
        self.keep(world, "sqlite:///elsewhere.db")
        assert "ben@example.com" not in visitor(None).get("/").text

    @staticmethod
    def keep(world: World, database_url: str) -> None:
        """As `quad demo` does."""
        login = {"name": "Ben <Okri>", "login": "ben@example.com", "password": PASSWORD, "role": "student of PHY101"}
        kept: dict[str, Any] = {"database_url": database_url, "summary": {"logins": [login]}}
        path = Path(world.database_url.removeprefix("sqlite:///")).parent / "demo.json"
        path.write_bytes(msgspec.json.encode(kept))
        world.closing.append(lambda: path.unlink(missing_ok=True))


class TestHome:
    def test_it_greets_and_shows_courses_portfolios_changes_and_events(self, world: World, visitor: Visitors) -> None:
        world.ben.post("/eportfolios", {"eportfolio[name]": "Field notes"})
        world.ada.post(f"{world.course}/pages", {"wiki_page[title]": "Tides & moons", "wiki_page[published]": "1"})
        world.ada.post(f"{world.course}/pages", {"wiki_page[title]": "Not yet"})
        event = {
            "context_code": f"course_{world.ids['physics']}",
            "title": "Low water",
            "start_at": "2026-02-20T10:00Z",
        }
        world.ada.post("/calendar_events", {f"calendar_event[{name}]": value for name, value in event.items()})
        said = words(visitor("ben").get("/"))
        for shown in ("Hello, Ben Okri", "Field notes", "Physics", "Tides & moons", "Ada Byron", "Low water"):
            assert shown in said
        assert "Not yet" not in said

    def test_it_tells_the_next_step_where_nothing_is_yet(self, visitor: Visitors) -> None:
        said = words(visitor("eve").get("/"))
        assert "No courses yet" in said
        assert "Make something of your own" in said
        assert "Nothing in the next 30 days" in said

    def test_courses_of_others_change_unseen(self, world: World, visitor: Visitors) -> None:
        world.ada.post(f"{world.course}/pages", {"wiki_page[title]": "Tides", "wiki_page[published]": "1"})
        assert "Tides" not in words(visitor("eve").get("/"))

    def test_its_statements_do_not_grow(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        ben.get("/")
        few = world.statements_of(lambda: ben.get("/"))
        for number in range(5):
            world.ben.post("/eportfolios", {"eportfolio[name]": f"Notes {number}"})
            announce(world, f"News {number}")
        assert few <= 10
        assert world.statements_of(lambda: ben.get("/")) == few

    def test_portfolios_are_left_out_where_they_are_switched_off(self, world: World, visitor: Visitors) -> None:
        assert "My portfolios" in words(visitor("ben").get("/"))
        world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "0"})
        page = visitor("ben").get("/")
        assert page.status_code == 200
        assert "My portfolios" not in words(page)


class TestAnnouncements:
    def test_they_are_shown_with_what_is_written_and_closed_for_oneself(self, world: World, visitor: Visitors) -> None:
        number = announce(world, "The <library> opens", **{"account_notification[icon]": "information"})
        ben = visitor("ben")
        page = ben.get("/")
        assert "The <library> opens" in words(page)
        assert "<p>Until <b>Sunday</b>.</p>" in page.text
        assert "icons.svg" in page.text
        after = ben.follow(ben.post(f"/announcements/{number}/dismiss"))
        assert "The <library> opens" not in words(after)
        assert "You will not see that again" in words(after)
        assert "The <library> opens" in words(visitor("cleo").get("/"))

    def test_closing_twice_does_no_harm(self, world: World, visitor: Visitors) -> None:
        number, ben = announce(world, "News"), visitor("ben")
        for _ in range(2):
            assert ben.post(f"/announcements/{number}/dismiss").status_code == 303

    def test_what_is_not_there_cannot_be_closed(self, visitor: Visitors) -> None:
        ben = visitor("ben")
        for name in ("99999", "x", "-1"):
            assert ben.post(f"/announcements/{name}/dismiss").status_code == 404

    def test_closing_needs_somebody_and_the_token_of_the_form(self, world: World, visitor: Visitors) -> None:
        number = announce(world, "News")
        assert visitor(None).post(f"/announcements/{number}/dismiss").status_code == 401
        assert visitor("ben").post(f"/announcements/{number}/dismiss", token="forged").status_code == 422
        assert "News" in words(visitor("ben").get("/"))


class TestRefusals:
    @pytest.mark.parametrize("path", ["/dashboard/eportfolios", "/courses"])
    def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(self, world: World, path: str) -> None:
        page = world.anyone.http.get(path, headers=HTML)
        assert page.status_code == 401
        assert "Please sign in" in words(page)
        assert f"return_to={path.replace('/', '%2F')}" in page.text
