"""The screens one meets first, in a real browser. Source: web.md "How it should feel", W1 to W3, W7, W21, journey 10."""

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCHEMES, WIDTHS, Watched, findings
from tests.specs.web.test_dashboard import make, status
from tests.specs.web.test_home import announce
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]
HEAVIEST = 100_000  # bytes over the wire


def shoot(page: Page, name: str) -> None:
    """Pictures for a person to look at."""
    if (folder := os.environ.get("QUAD_TEST_SCREENSHOTS")) is None:
        return
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


def sign_in(page: Page, world: World, who: str, path: str = "/") -> None:
    page.goto(f"{world.url}/login?return_to={path}")
    page.get_by_label("Login").fill(f"{who}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.url}{path}")


@pytest.fixture
def campus(world: World) -> World:
    """Something of everything."""
    make(world, "Field notes, and what the tides have to do with them")
    make(world, "Open to all", public="1")
    gone = make(world, "Old notes")
    world.ben.delete(f"/eportfolios/{gone}")
    status(world, make(world, "Buy things"), "flagged_as_possible_spam")
    announce(world, "The library opens on Sunday")
    announce(world, "No water in the laboratories", **{"account_notification[icon]": "error"})
    front = {"title": "Welcome", "body": "<h2>Tides</h2><table><tr><th>a</th><td>b</td></tr></table>"}
    fields = {"wiki_page[front_page]": "1", "wiki_page[published]": "1"} | {
        f"wiki_page[{key}]": value for key, value in front.items()
    }
    world.ada.post(f"{world.course}/pages", fields)
    event = {"context_code": f"course_{world.ids['physics']}", "title": "Low water", "start_at": "2026-02-20T10:00Z"}
    world.ada.post("/calendar_events", {f"calendar_event[{name}]": value for name, value in event.items()})
    return world


class TestEveryScreen:
    @pytest.mark.parametrize(
        ("name", "path"),
        [("home", "/"), ("portfolios", "/dashboard/eportfolios"), ("courses", "/courses"), ("course", "course")],
    )
    def test_it_is_accessible_light_and_keeps_to_itself(
        self, campus: World, watched: Watched, name: str, path: str
    ) -> None:
        page = watched.page
        sign_in(page, campus, "ben", campus.course if path == "course" else path)
        expect(page.locator("h1")).to_be_visible()
        shoot(page, name)
        assert findings(page) == []
        assert watched.complaints == []
        assert watched.strangers(campus.url) == []

    @pytest.mark.parametrize("name", ["home", "portfolios", "courses"])
    def test_so_it_is_where_nothing_is_yet(self, world: World, watched: Watched, name: str) -> None:
        path = {"home": "/", "portfolios": "/dashboard/eportfolios", "courses": "/courses"}[name]
        sign_in(watched.page, world, "eve", path)
        shoot(watched.page, f"empty-{name}")
        assert findings(watched.page) == []
        assert watched.complaints == []

    @pytest.mark.parametrize(("name", "path"), [("front", "/"), ("login", "/login"), ("refused", "/courses")])
    def test_so_it_is_for_whoever_is_not_signed_in(self, world: World, watched: Watched, name: str, path: str) -> None:
        watched.page.goto(f"{world.url}{path}")
        shoot(watched.page, name)
        assert findings(watched.page) == []
        assert watched.strangers(world.url) == []

    def test_it_weighs_little(self, campus: World, watched: Watched) -> None:
        sign_in(watched.page, campus, "ben")
        weights: list[int] = []
        watched.page.on("requestfinished", lambda request: weights.append(sum(request.sizes().values())))
        client = watched.page.context.new_cdp_session(watched.page)
        client.send("Network.setCacheDisabled", {"cacheDisabled": True})
        watched.page.goto(f"{campus.url}/dashboard/eportfolios", wait_until="networkidle")
        assert 0 < sum(weights) < HEAVIEST

    def test_nothing_moves_while_it_comes(self, campus: World, watched: Watched) -> None:
        watched.page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) window.moved += one.value; })"
            ".observe({ type: 'layout-shift', buffered: true });"
        )
        sign_in(watched.page, campus, "ben")
        watched.page.wait_for_load_state("networkidle")
        assert watched.page.evaluate("window.moved") < 0.02

    def test_it_turns_round_for_languages_that_do(self, campus: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, campus, "ben")
        page.evaluate("document.documentElement.dir = 'rtl'")
        box = page.locator(".brand").bounding_box()
        assert box is not None
        assert box["x"] > 640
        assert findings(page) == []


class TestByKeyboard:
    def test_one_skips_to_the_page_and_signs_out(self, campus: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, campus, "ben")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.get_by_text("Your account").locator("..").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Sign out").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/login")
        page.goto(f"{campus.url}/dashboard/eportfolios")
        expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()

    def test_one_makes_a_portfolio_deletes_it_and_takes_it_back(self, campus: World, watched: Watched) -> None:
        page = watched.page
        campus.sql("UPDATE eportfolios SET spam_status = NULL WHERE user_id = :id RETURNING id", id=campus.ids["ben"])
        sign_in(page, campus, "ben", "/dashboard/eportfolios")
        page.get_by_label("Name").focus()
        page.keyboard.type("Estuaries")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("“Estuaries” is ready")
        card = page.get_by_role("article", name="Estuaries")
        card.locator("summary").focus()
        page.keyboard.press("Enter")
        card.get_by_role("button", name="Delete “Estuaries”").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("“Estuaries” was deleted")
        page.get_by_role("button", name="Take “Estuaries” back").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("article", name="Estuaries")).to_be_visible()


def test_a_double_click_makes_one(campus: World, watched: Watched) -> None:
    page = watched.page
    campus.sql("UPDATE eportfolios SET spam_status = NULL WHERE user_id = :id RETURNING id", id=campus.ids["ben"])
    sign_in(page, campus, "ben", "/dashboard/eportfolios")
    page.get_by_label("Name").fill("Once")
    page.get_by_role("button", name="Make it").dblclick()
    expect(page.get_by_role("status")).to_contain_text("“Once” is ready")
    expect(page.get_by_role("article", name="Once")).to_have_count(1)


def test_without_scripts_one_signs_in_reads_and_makes_a_portfolio(campus: World, browser: Browser) -> None:
    campus.sql("UPDATE eportfolios SET spam_status = NULL WHERE user_id = :id RETURNING id", id=campus.ids["ben"])
    context: Any = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, campus, "ben")
    page.get_by_role("button", name="Do not show “The library opens on Sunday” again").click()
    expect(page.get_by_text("The library opens on Sunday")).to_have_count(0)
    page.get_by_role("link", name="Courses", exact=True).click()
    page.get_by_role("link", name="Physics").click()
    expect(page.get_by_role("heading", name="Tides")).to_be_visible()
    page.get_by_role("link", name="Portfolios", exact=True).click()
    page.get_by_label("Name").fill("Without scripts")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("status")).to_contain_text("“Without scripts” is ready")
    page.get_by_text("Your account").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_a_text_written_while_the_session_ended_is_sent_after_signing_in_again(campus: World, watched: Watched) -> None:
    page = watched.page
    campus.sql("UPDATE eportfolios SET spam_status = NULL WHERE user_id = :id RETURNING id", id=campus.ids["ben"])
    sign_in(page, campus, "ben", "/dashboard/eportfolios")
    page.get_by_label("Name").fill("Written while the session ended")
    campus.clock.advance(days=2)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Nothing is lost")).to_be_visible()
    assert findings(page) == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in another tab").click()
    other = opened.value
    other.get_by_label("Login").fill("ben@example.com")
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="Hello")).to_be_visible()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status")).to_contain_text("“Written while the session ended” is ready")
