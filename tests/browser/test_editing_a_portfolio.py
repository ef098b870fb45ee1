"""Working on a portfolio when something gets in the way. Source: web.md W5, "How it should feel"."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.specs.portfolios.test_site_export import PNG
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]
TABLE = "<table><tr><th>Day</th><th>Low water in metres over the chart</th></tr><tr><td>Monday</td><td>0.4</td></tr></table>"


@pytest.fixture
def author(world: World) -> Author:
    author = Author(world, name="Field notes from a rather long summer at the estuary")
    page = author.entry(html("<p>Low water at noon.</p>", "rich_text"), html(TABLE), name="Tides")
    author.change(page, html("<p>Low water at ten past noon.</p>", "rich_text"), html(TABLE))
    author.path_of_page = f"{author.path}/edit/pages/{page['id']}"  # type: ignore[attr-defined]
    author.page = page  # type: ignore[attr-defined]
    return author


def at(author: Any) -> str:
    return str(author.path_of_page)


def write(page: Page, words: str) -> None:
    page.get_by_role("button", name="Edit: Text, block 1").click()
    body = page.frame_locator(".tox-edit-area iframe").locator("body")
    body.press("Control+End")
    body.press_sequentially(words)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("page", ""),
        ("history", "/history"),
        ("version", "/history/1"),
        ("things", "/things"),
        ("delete", "/delete"),
        ("settings", "/../../settings"),
        ("share", "/../../share"),
        ("take-out", "/../../export"),
    ],
)
def test_every_screen_is_accessible_and_keeps_to_itself(
    world: World, author: Author, watched: Watched, name: str, path: str
) -> None:
    page = watched.page
    uploaded(world, "cleo", "/users/self", "Chart.png", PNG)
    sign_in(page, world, "cleo", "/courses")
    page.goto(f"{world.url}{at(author)}{path}")
    expect(page.locator("h1")).to_be_visible()
    shoot(page, f"edit-{name}")
    assert findings(page) == []
    assert watched.complaints == []
    assert watched.strangers(world.url) == []


def test_of_two_who_save_one_page_neither_loses_anything(world: World, author: Any, watched: Watched) -> None:
    page = watched.page
    sign_in(page, world, "cleo", at(author))
    write(page, " And mine.")
    author.change(author.page, html("<p>Theirs.</p>", "rich_text"))
    page.get_by_role("button", name="Save the page").click()
    expect(page.get_by_role("alert")).to_contain_text("This page was saved elsewhere while you were writing")
    expect(page.locator(".theirs")).to_contain_text("Theirs.")
    expect(page.locator("[data-reads] p")).to_have_text("Low water at ten past noon. And mine.")
    shoot(page, "edit-conflict")
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Save the page").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    page.get_by_role("link", name="Earlier versions").last.click()
    page.get_by_role("link", name="Version 3").click()
    expect(page.get_by_text("Theirs.")).to_be_visible()


def test_an_upload_that_is_interrupted_is_tried_again(
    world: World, author: Author, watched: Watched, tmp_path: Path
) -> None:
    page = watched.page
    picture = tmp_path / "chart.png"
    picture.write_bytes(PNG)
    sign_in(page, world, "cleo", at(author))
    page.route("**/files_api", lambda route: route.abort())
    page.locator("[data-send]").set_input_files(picture)
    expect(page.get_by_role("alert")).to_contain_text("The upload was interrupted. Nothing of it was kept.")
    assert findings(page) == []
    page.unroute("**/files_api")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".block img")).to_be_visible()
    assert page.locator("[data-uploads] li").count() == 0
    assert world.sql("SELECT count(*) FROM files WHERE display_name = 'chart.png'")[0][0] == 1


def test_text_that_was_never_saved_is_put_back(world: World, author: Author, watched: Watched) -> None:
    page = watched.page
    sign_in(page, world, "cleo", at(author))
    write(page, " Not saved.")
    expect(page.locator("[data-state]")).to_have_text("Not saved yet")
    page.wait_for_timeout(600)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{world.url}/courses")
    page.goto(f"{world.url}{at(author)}")
    expect(page.get_by_text("There is text of this page here that was never saved.")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("[data-reads] p")).to_have_text("Low water at ten past noon. Not saved.")
    page.get_by_role("button", name="Save the page").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_text("There is text of this page here that was never saved.")).to_be_hidden()


def test_what_one_has_is_put_among_the_blocks(world: World, author: Author, watched: Watched) -> None:
    uploaded(world, "cleo", "/users/self", "Chart.png", PNG)
    page = watched.page
    sign_in(page, world, "cleo", at(author))
    write(page, " Kept.")
    shoot(page, "edit-writing")
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="From what you have").click()
    expect(page.locator("#picker-title")).to_be_focused()
    assert findings(page) == []
    page.get_by_role("button", name="Add “Chart.png”").click()
    expect(page.locator(".block img")).to_be_visible()
    expect(page.locator("[data-reads] p")).to_have_text("Low water at ten past noon. Kept.")
    assert watched.complaints == []


def test_every_look_can_be_read(world: World, author: Author, watched: Watched) -> None:
    author.put(public="1")
    page = watched.page
    sign_in(page, world, "cleo", f"{author.path}/edit/settings")
    for look in ("Sea", "Meadow", "Dusk", "Clay", "Ink", "Plain"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{world.url}{author.path}/edit/settings")
        page.get_by_label(look).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").first).to_contain_text("Saved")
        page.goto(f"{world.url}{author.path}/home/tides")
        shoot(page, f"look-{look.lower()}")
        assert findings(page) == []


def test_without_scripts_one_writes_orders_and_shares(
    world: World, author: Author, browser: Browser, tmp_path: Path
) -> None:
    picture = tmp_path / "chart.png"
    picture.write_bytes(PNG)
    context: Any = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    sign_in(page, world, "cleo", at(author))
    page.locator("#add-html").click()
    page.locator("#text-3").fill("<p>In plain HTML.</p>")
    page.get_by_role("button", name="Move block 3 up").click()
    expect(page.locator("#text-2")).to_have_value("<p>In plain HTML.</p>")
    page.get_by_role("button", name="Take block 3 away").click()
    page.get_by_role("button", name="Save the page").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    page.get_by_text("Add a file from this device").click()
    page.get_by_label("File", exact=True).set_input_files(picture)
    page.get_by_role("button", name="Add the file").click()
    expect(page.locator(".block img")).to_be_visible()
    page.get_by_role("button", name="Move “Tides” up").click()
    expect(page.locator("[data-page] > a")).to_have_text(["Tides", "Welcome"])
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Everybody").check()
    page.get_by_role("button", name="Change who can see this").click()
    expect(page.get_by_role("status").first).to_contain_text("Everybody can see this now.")
    context.close()
