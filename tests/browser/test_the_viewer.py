"""Portfolios in a browser, as visitors, owners and moderators see them. Source: web.md W4, W21 and "How it should feel"."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import quadrangle
from quadrangle.portfolios import FLAGGED
from tests.browser.conftest import SCHEMES, WIDTHS, Watched, findings
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.conftest import set_status
from tests.specs.portfolios.test_authoring import Author, html, ok
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]

CAMPUS = Path(quadrangle.__file__).parent / "web" / "static" / "campus"
TEXT = """
<p>The bob is a brass nut on 1.42 m of fishing line. I timed <strong>twenty swings</strong>, three times, with my telephone on the window sill,
and compared it with <a href="https://elsewhere.example/pendulum">what the book says</a>.</p>
<h2>What I expected</h2>
<p>The period should not depend on the mass. It did not: the difference between the nut and the marble was smaller than my reaction time, which
is <em>about 0.2 s</em> and by far the largest error here.</p>
<blockquote>Between theory and practice there is, in theory, no difference.</blockquote>
"""
TABLE = """
<table><caption>Twenty swings</caption><thead><tr><th scope="col">Length in metres</th><th scope="col">Time of twenty swings in seconds</th>
<th scope="col">Period in seconds</th><th scope="col">Expected</th></tr></thead>
<tbody><tr><td>0.50</td><td>28.5</td><td>1.42</td><td>1.42</td></tr><tr><td>1.42</td><td>47.9</td><td>2.39</td><td>2.39</td></tr></tbody></table>
<pre><code>period = 2 * pi * sqrt(length / g)  # for small angles, and nobody measured the angle</code></pre>
"""
COLOURED = '<p style="color: #7a1f1f; background-color: #fff4d6;">In colours of my own.</p>'


@pytest.fixture
def author(world: World) -> Author:
    """A portfolio with something of every kind in it."""
    author = Author(world, name="Mechanics, my first year")
    author.put(public="1")
    section = author.section("Experiments")
    file = uploaded(world, "cleo", "/users/self", "Measurements, second week.pdf", b"%PDF-1.4 " * 400_00)
    picture = uploaded(world, "cleo", "/users/self", "Inclined plane.svg", (CAMPUS / "incline.svg").read_bytes())
    sound = uploaded(world, "cleo", "/users/self", "Ticking.mp3", b"ID3", content_type="audio/mpeg")
    entry = author.entry(
        html(TEXT, "rich_text"),
        {"section_type": "attachment", "attachment_id": picture["id"]},
        html(TABLE),
        {"section_type": "attachment", "attachment_id": file["id"]},
        {"section_type": "attachment", "attachment_id": sound["id"]},
        html(COLOURED),
        name="Pendulum",
        section=section["id"],
        allow_comments="1",
        show_comments="1",
    )
    for name in ("Inclined plane", "Free fall in the stairwell"):
        author.entry(html("<p>Soon.</p>"), name=name, section=section["id"])
    author.section("Reading")
    said = {"page_comment[message]": "Lovely. Did you try a longer line?\nThe stairwell has 14 m."}
    ok(world.ben.post(f"{author.path}/entries/{entry['id']}/comments", said))
    return author


def sign_in(page: Page, world: World, who: str) -> None:
    page.goto(f"{world.url}/login?force_login=1&return_to=/healthz")
    page.fill("#unique_id", f"{who}@example.com")
    page.fill("#password", PASSWORD)
    page.click("button")
    page.wait_for_url("**/healthz")


def keep(page: Page, name: str) -> None:
    """Screenshots for people, where a folder for them is named."""
    folder = os.environ.get("QUAD_TEST_SCREENSHOTS")
    for width in WIDTHS if folder else ():
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for image in page.locator("img").all():
                image.scroll_into_view_if_needed()
            page.wait_for_timeout(100)
            page.screenshot(path=f"{folder}/viewer-{name}-{width}-{scheme}.png", full_page=True)


class TestEverybody:
    def test_a_page_has_no_findings_and_asks_nobody_else(self, world: World, author: Author, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}{author.path}/experiments/pendulum")
        keep(page, "page")
        assert findings(page) == []
        page.locator("figure img").scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('figure img').complete")
        assert page.evaluate("document.querySelector('figure img').naturalWidth") > 0
        page.click("text=Next")
        assert page.title() == "Inclined plane · Mechanics, my first year"
        page.goto(f"{world.url}{author.path}")
        keep(page, "home")
        assert findings(page) == []
        assert watched.complaints == []
        assert watched.strangers(world.url) == []

    def test_refusals_have_no_findings(self, world: World, author: Author, watched: Watched) -> None:
        author.put(public="0")
        page = watched.page
        for number, path in enumerate((author.path, "/nowhere", f"{author.path}?a=%FF")):
            page.goto(world.url + path)
            keep(page, f"refusal-{number}")
            assert findings(page) == []
        page.goto(world.url + author.path)
        page.click("a.button")
        page.fill("#unique_id", "cleo@example.com")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url(world.url + author.path)
        assert page.inner_text("h1") == "Welcome"

    def test_by_keyboard(self, world: World, author: Author, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}{author.path}/experiments/pendulum")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to the page"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "what the book says"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        seen = []
        for _ in range(20):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("(document.activeElement.innerText || '').trim()"))
        assert "Free fall in the stairwell" in seen
        assert "Next Inclined plane" in [" ".join(one.split()) for one in seen]

    def test_without_script(self, world: World, author: Author, browser: Browser) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{world.url}{author.path}")
        page.click("text=Experiments")
        page.click("text=Free fall in the stairwell")
        assert page.inner_text("h1") == "Free fall in the stairwell"
        context.close()

    def test_on_paper(self, world: World, author: Author, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}{author.path}/experiments/pendulum")
        page.emulate_media(media="print", color_scheme="dark")
        for selector in (".q-tabs", ".q-pages", ".q-turn"):
            assert not page.is_visible(selector)
        assert page.is_visible("h1")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.pdf()[:5] == b"%PDF-"


class TestOwnersAndModerators:
    def test_the_state_has_no_findings(self, world: World, author: Author, watched: Watched) -> None:
        page = watched.page
        sign_in(page, world, "cleo")
        page.goto(world.url + author.path)
        keep(page, "owner")
        assert findings(page) == []
        page.click("text=See it as visitors do")
        keep(page, "preview")
        assert findings(page) == []
        page.click("text=Back to your own view")
        assert page.url == world.url + author.path
        set_status(world, author.id, FLAGGED)
        reasons = json.dumps(
            [{"code": "hidden_text", "says": "A page holds text that its readers cannot see.", "points": 60}]
        )
        world.sql(f"UPDATE eportfolios SET spam_reasons = '{reasons.replace(':', chr(92) + ':')}' RETURNING id")
        page.goto(world.url + author.path)
        assert page.is_visible("text=A page holds text that its readers cannot see.")
        keep(page, "flagged-owner")
        assert findings(page) == []
        sign_in(page, world, "root")
        page.goto(world.url + author.path)
        keep(page, "flagged-moderator")
        assert findings(page) == []
        sign_in(page, world, "ben")
        page.goto(world.url + author.path)
        assert page.inner_text("h1") == "This page is not open to you"
        keep(page, "refused")
        assert findings(page) == []


COVERS = [
    "position: fixed; top: 0; left: 0; right: 0; bottom: 0; z-index: 99999; background: red; width: 100vw; height: 100vh;",
    "position: absolute; top: -2000px; left: -2000px; width: 9999px; height: 9999px; z-index: 99999; background: red;",
    "margin: -3000px; padding: 3000px; background: red; position: relative; z-index: 99999;",
    "box-shadow: 0 0 0 9999px red; position: relative; z-index: 99999;",
    "position: sticky; top: 0; bottom: 0; width: 200vw; height: 30px; background: red; z-index: 99999;",
    "float: left; width: 9999px; height: 200px; margin-top: -900px; margin-left: -900px; background: red;",
]


class TestWhatAuthorsMayNot:
    @pytest.fixture
    def parts(self, world: World, author: Author, watched: Watched) -> Callable[[str], dict[str, bytes]]:
        """The picture of everything beside one block whose style is given."""

        def pictures(style: str) -> dict[str, bytes]:
            evil = f'<div style="{style}">Boo</div>' if style else "<div>Boo</div>"
            entry = author.entry(html("<p>Before it</p>"), html(evil), html("<p>After it</p>"), name="Evil")
            page = watched.page
            page.goto(f"{world.url}{author.path}/home/{entry['slug']}")
            found = {"head": page.locator(".q-head").screenshot(), "title": page.locator("h1").screenshot()}
            for number, name in ((0, "before"), (2, "after")):
                block = page.locator(".q-block").nth(number)
                block.scroll_into_view_if_needed()
                found[name] = block.screenshot()
            foot = page.locator(".q-foot")
            foot.scroll_into_view_if_needed()
            at = "one => { const box = one.getBoundingClientRect(); return one.contains(document.elementFromPoint(box.x + 9, box.y + 30)); }"
            assert foot.evaluate(at)
            page.evaluate("scrollTo(0, 0)")
            link = page.locator(".q-name a")
            at = "one => { const box = one.getBoundingClientRect(); return document.elementFromPoint(box.x + 5, box.y + 5) === one; }"
            assert link.evaluate(at)
            ok(author.client.delete(f"{author.path}/entries/{entry['id']}"))
            return found

        return pictures

    def test_cover_the_page(self, parts: Callable[[str], dict[str, bytes]]) -> None:
        innocent = parts("")
        for style in COVERS:
            assert parts(style) == innocent, style

    def test_run_anything_even_if_it_were_stored(self, world: World, author: Author, watched: Watched) -> None:
        """The policy of the page is a second wall behind the sanitiser."""
        bad = (
            "<p>Words</p><script>window.ran = 1</script><img src='/nope.png' onerror='window.ran = 1'>"
            "<a id='bad' href='javascript\\:window.ran=1'>x</a><style>h1 { display\\: none }</style>"
            "<link rel='stylesheet' href='https\\://elsewhere.example/x.css'><base href='https\\://elsewhere.example/'>"
        )
        stored = (
            json.dumps([{"section_type": "html", "content": "@"}])
            .replace(":", "\\:")
            .replace("@", bad.replace("'", "''"))
        )
        set_status(world, author.id, "marked_as_safe")
        world.sql(f"UPDATE eportfolio_entries SET content = '{stored}' WHERE name = 'Welcome' RETURNING id")
        page = watched.page
        page.goto(f"{world.url}{author.path}/home/welcome")
        assert "<script>" in page.content()
        page.click("#bad")
        page.wait_for_timeout(100)
        assert page.evaluate("window.ran") is None
        assert page.is_visible("h1")
        assert page.evaluate("document.baseURI").startswith(world.url)
        refused = [one for one in watched.complaints if "Content Security Policy" in one]
        assert any("elsewhere.example/x.css" in one for one in refused)
