"""Journey 1 of web.md: a student makes a portfolio, fills and orders it, shares a secret link, and renews that; with a pointer and without."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.portfolios.test_site_export import PNG
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]
SHELF = "/dashboard/eportfolios"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Watched]:
    """A second browser, in which nobody is signed in."""
    context: Any = browser.new_context()
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "Low <b>water.png"
    path.write_bytes(PNG)
    return path


def make(page: Page, name: str) -> None:
    """From the shelf to the screen on which a portfolio is edited."""
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make it").click()
    card = page.get_by_role("article", name=name)
    card.locator("summary").click()
    card.get_by_role("link", name="Edit and share").click()


def names(page: Page) -> list[str]:
    return page.locator("[data-page] > a").all_inner_texts()


def add_section(page: Page, name: str) -> None:
    page.get_by_text("Add a section", exact=True).click()
    page.get_by_label("Name of the section").last.fill(name)
    page.get_by_role("button", name="Add the section").click()
    expect(page.get_by_role("status").first).to_contain_text(f"“{name}”")


def add_page(page: Page, section: str, name: str) -> None:
    place = page.locator("[data-section]", has=page.get_by_role("heading", name=section, exact=True))
    place.locator(".outline-add > summary").click()
    place.get_by_label("Name of the page").fill(name)
    place.get_by_role("button", name="Add the page").click()
    expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")


def test_with_a_pointer(world: World, watched: Watched, visitor: Watched, picture: Path) -> None:
    page = watched.page
    sign_in(page, world, "ben", SHELF)
    make(page, "Tides & estuaries")
    shoot(page, "edit-new")
    add_section(page, "On the shore")
    add_section(page, "In the lab")
    add_page(page, "On the shore", "Spring tides")
    add_page(page, "On the shore", "Neap tides")
    add_page(page, "In the lab", "Salt")
    assert names(page) == ["Welcome", "New Page", "Spring tides", "Neap tides", "New Page", "Salt"]

    # Words and a picture.
    page.get_by_role("link", name="Spring tides", exact=True).click()
    page.locator("#add-rich_text").click()
    inside = page.frame_locator(".tox-edit-area iframe").locator("body")
    inside.press_sequentially("What I saw at noon.")
    page.locator("[data-send]").set_input_files(picture)
    expect(page.locator(".block img")).to_be_visible()
    expect(page.locator(".block")).to_have_count(2)
    page.get_by_role("button", name="Move block 2 up").click()
    expect(page.get_by_role("button", name="Move block 1 up")).to_be_focused()
    expect(page.locator(".block").first.locator("img")).to_be_visible()
    shoot(page, "edit-page")
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Save the page").click()
    expect(page.get_by_role("status").first).to_have_text(re.compile("Saved"))
    expect(page.locator("[data-reads] p")).to_have_text("What I saw at noon.")

    # In another order: by button, then by dragging.
    page.get_by_role("button", name="Move “Neap tides” up").click()
    expect(page.locator("[data-page] > a")).to_have_text(
        ["Welcome", "New Page", "Neap tides", "Spring tides", "New Page", "Salt"]
    )
    expect(page.get_by_role("button", name="Move “Neap tides” up")).to_be_focused()
    grip = page.locator("[data-page]", has_text="Salt").locator(".grip").bounding_box()
    over = page.locator("[data-page]", has_text="Spring tides").bounding_box()
    assert grip is not None
    assert over is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(over["x"] + 40, over["y"] + 60, steps=5)
    page.mouse.move(over["x"] + 40, over["y"] + 5, steps=12)
    page.wait_for_timeout(300)
    page.mouse.up()
    expect(page.locator("[data-page] > a")).to_have_text(
        ["Welcome", "New Page", "Neap tides", "Salt", "Spring tides", "New Page"]
    )
    page.reload()
    assert names(page) == ["Welcome", "New Page", "Neap tides", "Salt", "Spring tides", "New Page"]

    # A secret link opens it to somebody without a login, until it is renewed.
    page.get_by_role("link", name="Share", exact=True).click()
    shoot(page, "edit-share")
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    link = page.locator("[data-link]").input_value()
    other = visitor.page
    other.goto(link)
    other.get_by_role("link", name="On the shore").click()
    other.get_by_role("link", name="Spring tides").click()
    expect(other.get_by_text("What I saw at noon.")).to_be_visible()
    expect(other.locator("figure img")).to_be_visible()
    page.locator("summary", has_text="Renew").click()
    page.get_by_role("button", name="Renew the link “Secret link”").click()
    expect(page.get_by_role("status").first).to_contain_text("The old one opens nothing any more")
    other.reload()
    expect(other.get_by_role("heading", name="Please sign in")).to_be_visible()
    other.goto(link)
    expect(other.get_by_role("heading", name="Please sign in")).to_be_visible()
    fresh = page.locator("[data-link]").input_value()
    assert fresh != link
    other.goto(fresh)
    expect(other.get_by_role("heading", name="Welcome")).to_be_visible()

    assert watched.complaints == []
    assert watched.strangers(world.url) == []
    assert visitor.strangers(world.url) == []


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """As somebody does who has no pointer."""
    target.focus()
    page.keyboard.press(key)


def test_by_keyboard(world: World, watched: Watched, visitor: Watched, picture: Path) -> None:
    page = watched.page
    sign_in(page, world, "ben", SHELF)
    page.get_by_label("Name").focus()
    page.keyboard.type("Tides")
    page.keyboard.press("Enter")
    card = page.get_by_role("article", name="Tides")
    press(page, card.locator("summary"))
    press(page, card.get_by_role("link", name="Edit and share"))
    for name in ("On the shore", "In the lab"):
        press(page, page.get_by_text("Add a section", exact=True))
        page.keyboard.press("Tab")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text(f"“{name}”")
    for name in ("One", "Two", "Three"):
        place = page.locator("[data-section]", has=page.get_by_role("heading", name="In the lab", exact=True))
        press(page, place.locator(".outline-add > summary"))
        page.keyboard.press("Tab")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")

    # The editor opens with the cursor in it.
    press(page, page.locator("#add-rich_text"))
    expect(page.locator(".tox-edit-area iframe")).to_be_focused()
    page.keyboard.type("Written without a pointer.")
    page.locator("[data-send]").focus()
    page.locator("[data-send]").set_input_files(picture)
    expect(page.locator(".block img")).to_be_visible()
    press(page, page.get_by_role("button", name="Move block 2 up"), "Space")
    expect(page.get_by_role("button", name="Move block 1 up")).to_be_focused()
    press(page, page.get_by_role("button", name="Save the page"))
    expect(page.get_by_role("status").first).to_have_text(re.compile("Saved"))

    # Two steps with one button, as the focus stays on it.
    press(page, page.get_by_role("button", name="Move “Three” up"))
    expect(page.locator("[data-page] > a")).to_have_text(["Welcome", "New Page", "New Page", "One", "Three", "Two"])
    page.keyboard.press("Enter")
    expect(page.locator("[data-page] > a")).to_have_text(["Welcome", "New Page", "New Page", "Three", "One", "Two"])
    press(page, page.locator("[data-page]", has_text="Three").locator("summary"))
    press(page, page.get_by_role("button", name="Move to “On the shore”"))
    expect(page.locator("[data-page] > a")).to_have_text(["Welcome", "New Page", "Three", "New Page", "One", "Two"])

    press(page, page.get_by_role("link", name="Share", exact=True))
    link = page.locator("[data-link]").input_value()
    visitor.page.goto(link)
    expect(visitor.page.get_by_role("heading", name="Welcome")).to_be_visible()
    press(page, page.locator("summary", has_text="Renew"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Renew the link “Secret link”")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The old one opens nothing any more")
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", name="Please sign in")).to_be_visible()
    assert watched.complaints == []
