"""Journey 2 of web.md: a student takes a portfolio along as a site and as a package; another one brings the package in."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_exported_site import crawl
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.specs.portfolios.test_site_export import PNG, placed
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]


@pytest.fixture
def other(browser: Browser) -> Iterator[Watched]:
    """A second browser."""
    context: Any = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def author(world: World) -> Author:
    author = Author(world, name="Tides & estuaries")
    shore = author.section("On the shore")
    picture = uploaded(world, "cleo", "/users/self", "harbour (low water).png", PNG)
    first = author.entry(
        html("<h2>Low water</h2><p>What I saw at noon.</p>", "rich_text"),
        placed(picture),
        name="Spring tides",
        section=shore["id"],
    )
    link = f'<p>See <a href="{author.path}/entries/{first["id"]}">the tides</a>.</p>'
    author.entry(html(link), name="Ünïcode – and more", section=shore["id"])
    return author


def taken(page: Page, world: World, make: str, get: str, to: Path) -> Path:
    """Have it made, follow it over a reload until it is there, and download it."""
    page.get_by_role("button", name=make).click()
    expect(page.locator("progress")).to_be_visible()
    page.reload()
    expect(page.locator("progress")).to_be_visible()
    world.work()
    link = page.get_by_role("link", name=get)
    expect(link).to_be_visible(timeout=15_000)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(to)
    return to


def test_a_portfolio_is_taken_along_and_brought_in(
    world: World, author: Author, watched: Watched, other: Watched, tmp_path: Path
) -> None:
    page = watched.page
    sign_in(page, world, "cleo", f"{author.path}/edit/export")
    site = taken(page, world, "Make the web site", "Download the web site", tmp_path / "site.zip")
    package = taken(page, world, "Make the package", "Download the package", tmp_path / "tides.zip")
    shoot(page, "edit-export")
    assert findings(page) == []
    assert watched.complaints == []

    # The site, from the disk, with the network off.
    with zipfile.ZipFile(site) as archive:
        archive.extractall(tmp_path / "site")
    watched.requested.clear()
    page.context.set_offline(True)
    seen = crawl(page, (tmp_path / "site" / "index.html").as_uri())
    assert len(seen) == 5  # the index and four pages
    for links in seen.values():
        for link in links:
            assert link.startswith(("file://", "data:")), link
            assert not link.startswith("file://") or Path(httpx.URL(link).path).is_file(), link
    assert [one for one in watched.requested if not one.startswith(("file://", "data:"))] == []

    # The package, at somebody else's.
    page = other.page
    sign_in(page, world, "ben", "/dashboard/eportfolios")
    page.get_by_role("link", name="Bring one in").click()
    shoot(page, "import-choose")
    assert findings(page) == []
    page.get_by_label("Package").set_input_files(package)
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_role("heading", name="What is in “tides.zip”")).to_be_visible()
    expect(page.get_by_text("1 portfolio, 4 pages, 1 file.")).to_be_visible()
    shoot(page, "import-contents")
    assert findings(page) == []
    page.get_by_role("button", name="Bring it in", exact=True).click()
    expect(page.locator("progress")).to_be_visible()
    page.reload()
    expect(page.locator("progress")).to_be_visible()
    shoot(page, "import-progress")
    world.work()
    expect(page.get_by_text("Everything came in.")).to_be_visible(timeout=15_000)
    shoot(page, "import-done")
    assert findings(page) == []
    page.get_by_role("link", name="Tides & estuaries").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_role("link", name="On the shore").click()
    page.get_by_role("link", name="Spring tides").first.click()
    expect(page.get_by_text("What I saw at noon.")).to_be_visible()
    expect(page.locator("figure img")).to_be_visible()
    page.get_by_role("link", name="Ünïcode – and more").first.click()
    page.get_by_role("link", name="the tides").click()
    expect(page.get_by_role("heading", name="Spring tides")).to_be_visible()
    assert "/eportfolios/" in page.url
    assert author.path not in page.url
    assert other.complaints == []
    assert other.strangers(world.url) == []


def test_what_is_no_package_is_said_beside_the_field(world: World, watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    wrong = tmp_path / "notes.zip"
    wrong.write_text("nothing of the kind")
    sign_in(page, world, "ben", "/eportfolios/import")
    page.get_by_label("Package").set_input_files(wrong)
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_role("alert")).to_contain_text("This is no package that can be brought in.")
    expect(page.get_by_label("Package")).to_be_focused()
    assert findings(page) == []


def test_an_upload_that_is_interrupted_is_sent_again(
    world: World, author: Author, watched: Watched, tmp_path: Path
) -> None:
    page = watched.page
    package = tmp_path / "tides.xml"
    package.write_text(
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>t</title><updated>2026-01-01T00:00:00Z</updated></feed>'
    )
    sign_in(page, world, "ben", "/eportfolios/import")
    page.get_by_label("Package").set_input_files(package)
    page.route("**/eportfolios/import", lambda route: route.abort() if route.request.method == "POST" else None)
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_role("alert")).to_contain_text("The upload was interrupted.")
    page.unroute("**/eportfolios/import")
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_text("Nothing that could come in.")).to_be_visible()
