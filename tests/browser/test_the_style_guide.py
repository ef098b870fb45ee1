"""Every component, under the policy of the screens. Source: web.md "How it should feel", journey 10."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched, findings
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]


@pytest.fixture
def guide(world: World, watched: Watched) -> Watched:
    world.use(demo=True)
    watched.page.goto(f"{world.url}/styleguide")
    return watched


def shoot(watched: Watched, name: str) -> None:
    """Pictures for a person to look at: in light and dark, of a telephone and of a desk."""
    if (folder := os.environ.get("QUAD_TEST_SCREENSHOTS")) is None:
        return
    for width in (320, 1280):
        watched.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            watched.page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


class TestTheStyleGuide:
    def test_it_is_accessible_and_asks_nobody_else(self, guide: Watched, world: World) -> None:
        shoot(guide, "styleguide")
        assert findings(guide.page) == []
        assert guide.complaints == []
        assert guide.strangers(world.url) == []

    def test_a_form_that_is_not_accepted_keeps_what_was_typed(self, guide: Watched) -> None:
        page = guide.page
        page.get_by_label("Name").first.fill("")
        page.get_by_label("Everybody may see it").uncheck()
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_label("Name").first).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Name").first).to_be_focused()
        expect(page.get_by_label("Everybody may see it")).not_to_be_checked()
        assert findings(page) == []

    def test_a_form_that_is_accepted_says_so_once(self, guide: Watched) -> None:
        page = guide.page
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_have_text(re.compile("Field notes was sent"))
        page.reload()
        expect(page.get_by_role("status")).to_have_count(0)

    def test_long_work_is_followed_until_it_is_done(self, guide: Watched) -> None:
        expect(guide.page.get_by_text("Done.")).to_be_visible(timeout=15_000)
        assert guide.complaints == []

    def test_a_dialog_opens_and_closes_by_keyboard(self, guide: Watched) -> None:
        page = guide.page
        page.get_by_role("button", name="Delete…").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_a_menu_opens_and_closes_by_keyboard(self, guide: Watched) -> None:
        page = guide.page
        summary = page.locator(".table summary").first
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Edit").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(summary).to_be_focused()
        expect(page.locator("details.menu[open]")).to_have_count(0)

    def test_the_editor_alpine_and_sortable_run_under_the_policy(self, guide: Watched, world: World) -> None:
        page = guide.page
        page.goto(f"{world.url}/styleguide/editor")
        inside = page.frame_locator(".tox-edit-area iframe")
        expect(inside.locator("p")).to_have_text("Low water at noon.")
        inside.locator("body").press("End")
        inside.locator("body").press_sequentially(" Look!")
        assert (
            page.locator("textarea").evaluate("one => one.value").startswith("<p>Low water at <strong>noon</strong>.")
        )
        assert "Look!" in page.locator("textarea").evaluate("one => one.value")
        page.get_by_role("button", name="Count").click()
        expect(page.locator("output")).to_have_text("1")
        shoot(guide, "editor")
        assert findings(page) == []
        assert guide.complaints == []
        assert guide.strangers(world.url) == []


def test_it_is_shown_on_servers_for_trying_only(world: World) -> None:
    assert world.anyone.http.get("/styleguide", headers={"accept": "text/html"}).status_code == 404
