"""The web site made of a portfolio opens from a disk with the network off, and nothing in it is missing.

Source: eportfolios.md §4.19, web.md journey 2.
"""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.specs.portfolios.test_site_export import PNG, export, placed
from tests.world import NO_TLS, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]
BROKEN = "images => images.filter(image => !(image.complete && image.naturalWidth > 0)).map(image => image.src)"


@pytest.fixture
def site(world: World, tmp_path: Path) -> Path:
    """A portfolio with pictures, files and links of every kind, as its author has downloaded and unpacked it."""
    author = Author(world, name="Tides & estuaries")
    picture = uploaded(world, "cleo", "/users/self", "harbour (low water).png", PNG)
    embedded = uploaded(world, "cleo", "/users/self", "chart.png", PNG[:-1] + b"\x82")
    notes = uploaded(world, "cleo", "/users/self", "Notes, 50%.txt", b"Low water at noon.")
    shore = author.section("On the shore")
    first = author.entry(
        html("<h2>Low water</h2><p>What I saw <b>at noon</b>.</p>", "rich_text"),
        placed(picture),
        placed(notes),
        name="Spring tides",
        section=shore["id"],
    )
    texts = [
        f'<p><img src="/files/{embedded["id"]}/preview" alt="A chart"> <a href="/files/{notes["id"]}/download">notes</a></p>',
        f'<p><a href="{author.path}/on-the-shore/spring-tides">a page</a> <a href="{author.path}">home</a> <a href="#end">end</a></p>',
        f'<p><a href="{author.path}/entries/{first["id"]}">the same</a></p><p id="end">The end.</p>',
    ]
    author.entry(*[html(text) for text in texts], name="Ünïcode – and more", section=shore["id"])
    export(author)
    world.work()
    answer = httpx.get(export(author)["url"], verify=NO_TLS)
    zipfile.ZipFile(io.BytesIO(ok_bytes(answer))).extractall(tmp_path / "site")
    return tmp_path / "site"


def ok_bytes(answer: httpx.Response) -> bytes:
    assert answer.status_code == 200
    return answer.content


def crawl(page: Page, start: str) -> dict[str, list[str]]:
    """Every page that can be reached from here, and where each leads."""
    seen: dict[str, list[str]] = {}
    waiting = [start]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        page.goto(url)
        assert page.eval_on_selector_all("img", BROKEN) == [], url
        links: list[str] = page.eval_on_selector_all("a[href], link[href]", "all => all.map(one => one.href)")
        seen[url] = links
        waiting += [link.partition("#")[0] for link in links if link.partition("#")[0].endswith(".html")]
    return seen


def test_every_page_picture_and_link_works_with_the_network_off(site: Path, watched: Watched) -> None:
    watched.page.context.set_offline(True)
    seen = crawl(watched.page, (site / "index.html").as_uri())
    names = {Path(httpx.URL(url).path).name for url in seen}
    assert names == {path.name for path in site.glob("*.html")}
    for url, links in seen.items():
        for link in links:
            assert link.startswith(("file://", "data:")), (url, link)
            if link.startswith("file://"):
                assert Path(httpx.URL(link).path).is_file(), (url, link)
    assert [one for one in watched.requested if not one.startswith(("file://", "data:"))] == []
    assert watched.complaints == []


def test_it_can_be_read_without_script_and_printed(site: Path, browser: Browser) -> None:
    context: Any = browser.new_context(java_script_enabled=False, offline=True, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    if folder := os.environ.get("QUAD_TEST_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/site-index.png")
    page.get_by_role("link", name="Spring tides").click()
    assert page.get_by_role("heading", name="Spring tides").is_visible()
    assert page.get_by_text("at noon").is_visible()
    assert page.get_by_role("link", name="Notes, 50%.txt").is_visible()
    assert page.locator("main").bounding_box()["width"] <= 320
    if folder := os.environ.get("QUAD_TEST_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/site-page.png", full_page=True)
    assert page.pdf().startswith(b"%PDF")
    context.close()
