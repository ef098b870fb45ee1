"""The viewer: portfolios as people see them. Source: web.md W4 and W21, eportfolios.md §2, §4, §5, §6."""

import json
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from quadrangle.portfolios import FLAGGED, SAFE, SPAM
from tests.specs.auth.browser import Browser
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.conftest import Campus, set_status
from tests.specs.portfolios.test_authoring import WORDS, Author, html, ok
from tests.specs.portfolios.test_visiting import first_link, link
from tests.world import World

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
Open = Callable[..., Browser]


@pytest.fixture
def author(world: World) -> Author:
    return Author(world, name="Mechanics")


@pytest.fixture
def opens(world: World) -> Open:
    """A browser; of somebody who is signed in, where a name is given."""

    def open(who: str | None = None) -> Browser:
        browser = Browser(world, accept=FIREFOX)
        if who is not None:
            assert browser.sign_in(who).status_code == 302
        return browser

    return open


def shown(reply: httpx.Response) -> str:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return reply.text


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page)
    return "" if found is None else unescape(found[1])


def named(page: str, label: str) -> list[str]:
    """What the links of a navigation say."""
    found = re.search(rf'<nav [^>]*aria-label(?:ledby)?="{label}".*?</nav>', page, re.DOTALL)
    return [] if found is None else [unescape(one) for one in re.findall(r"<a [^>]*>([^<]+)</a>", found[0])]


def publish(author: Author, *, reviewed: bool = False) -> None:
    author.put(public="1")
    if reviewed:
        set_status(author.world, author.id, SAFE)


class TestPageOrJson:
    @pytest.mark.parametrize(
        ("accept", "type"),
        [
            (FIREFOX, "text/html; charset=utf-8"),
            ("text/html", "text/html; charset=utf-8"),
            ("*/*", "application/json; charset=utf-8"),
            ("application/json, text/javascript, */*; q=0.01", "application/json; charset=utf-8"),
            ("text/html;q=0.5, application/json", "application/json; charset=utf-8"),
        ],
    )
    def test_accept_decides(self, author: Author, accept: str, type: str) -> None:
        publish(author)
        for path in ("", "/", "/home", "/home/welcome"):
            reply = Browser(author.world, accept=accept).get(author.path + path)
            assert reply.status_code == 200
            assert reply.headers["content-type"] == type
            assert reply.headers["vary"] == "accept"

    def test_json_at_the_end_decides_first(self, author: Author, opens: Open) -> None:
        publish(author)
        for path in ("", "/home", "/home/welcome"):
            reply = opens().get(f"{author.path}{path}.json")
            assert reply.headers["content-type"].startswith("application/json")
        assert opens().get("/eportfolios/999999.json").json() == {
            "errors": [{"message": "The specified resource does not exist."}]
        }

    def test_by_id_too(self, author: Author, opens: Open) -> None:
        publish(author)
        entry, section = author.entry(name="Pendulum"), author.sections()[0]["id"]
        assert heading(shown(opens().get(f"{author.path}/entries/{entry['id']}"))) == "Pendulum"
        assert heading(shown(opens().get(f"{author.path}/categories/{section}"))) == "Welcome"

    def test_the_head_alone(self, author: Author, opens: Open) -> None:
        publish(author)
        reply = opens().http.head(author.path)
        assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")

    def test_it_is_described(self, world: World) -> None:
        described = world.anyone.get("/api/openapi.json").json()["paths"]["/eportfolios/{id}"]["get"]["responses"]
        assert set(described["200"]["content"]) == {"application/json", "text/html"}
        assert set(described["404"]["content"]) == {"application/json", "text/html"}

    def test_a_token_says_nothing_here(self, author: Author) -> None:
        token = f"Bearer {author.world.tokens['cleo']}"
        assert Browser(author.world, accept=FIREFOX, authorization=token).get(author.path).status_code == 401


class TestRefusals:
    def test_who_is_not_signed_in_is_led_to_signing_in(self, author: Author, opens: Open) -> None:
        reply = opens().get(f"{author.path}/home?verifier=a-secret&view=x")
        assert reply.status_code == 401
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert heading(reply.text) == "Please sign in"
        assert "secret" not in reply.text + str(reply.headers)
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        (way,) = re.findall(r'href="(/login[^"]*)"', reply.text)
        browser = Browser(author.world, accept=FIREFOX)
        assert browser.get(unescape(way)).status_code == 200
        back = browser.sign_in("cleo", return_to=f"{author.path}/home?view=x").headers["location"]
        assert heading(shown(browser.get(back))) == "Welcome"
        assert f"{author.path}/home?view=x".replace("/", "%2F").replace("?", "%3F").replace("=", "%3D") in way

    def test_who_may_not_is_told_what_to_do(self, author: Author, opens: Open) -> None:
        reply = opens("ben").get(author.path)
        assert (reply.status_code, heading(reply.text)) == (403, "This page is not open to you")
        assert "Sign in as somebody else" in reply.text

    @pytest.mark.parametrize("path", ["", "/home", "/home/welcome", "/entries/1", "/categories/1"])
    def test_what_is_not_there(self, campus: Campus, path: str) -> None:
        browser = Browser(campus.world, accept=FIREFOX)
        for portfolio in (campus.p5, 999_999, "x"):
            reply = browser.get(f"/eportfolios/{portfolio}{path}")
            assert (reply.status_code, heading(reply.text)) == (404, "There is nothing here")

    def test_nothing_at_all(self, world: World, opens: Open) -> None:
        reply = opens().get("/nowhere/at/all")
        assert (reply.status_code, heading(reply.text)) == (404, "There is nothing here")
        assert opens().get("/api/v1/nowhere").headers["content-type"].startswith("application/json")
        assert world.anyone.http.get("/nowhere").headers["content-type"].startswith("application/json")

    def test_an_address_that_cannot_be_read(self, author: Author, opens: Open) -> None:
        reply = opens().http.get(f"{author.path}?a=%FF")
        assert (reply.status_code, heading(reply.text)) == (400, "This could not be understood")

    def test_who_guesses_has_to_wait(self, author: Author, opens: Open) -> None:
        browser = opens()
        answers = [browser.get(author.path, verifier=f"guess{number}") for number in range(40)]
        assert answers[0].status_code == 401
        assert (answers[-1].status_code, heading(answers[-1].text)) == (429, "Too many tries")

    def test_who_asks_too_often_has_to_wait(self, author: Author, opens: Open) -> None:
        publish(author)
        author.world.use(throttle=True, throttle_up_front_cost=900.0)
        answers = [opens().get(author.path) for _ in range(3)]
        assert answers[-1].status_code in (403, 429)
        assert heading(answers[-1].text) == "Too many tries"

    def test_a_crash_is_ours(self, author: Author, opens: Open) -> None:
        publish(author)
        author.world.sql(f"UPDATE eportfolio_entries SET content = '42' WHERE eportfolio_id = {author.id} RETURNING id")
        reply = opens().get(author.path)
        assert (reply.status_code, heading(reply.text)) == (500, "Something went wrong here")
        assert "The number of this error is 1." in reply.text

    def test_files_that_are_gone(self, author: Author, opens: Open) -> None:
        publish(author)
        entry = author.entry(name="One")
        reply = opens().get(f"{author.path}/entries/{entry['id']}/files/nope")
        assert (reply.status_code, heading(reply.text)) == (404, "There is nothing here")


READERS: dict[str, set[str | None]] = {
    "private": {"ben", "root"},
    "public": {"ben", "root", "cleo", "ada", None},
    "flagged": {"ben", "root"},
    "marked as spam": {"ben", "root"},
    "marked as safe": {"ben", "root", "cleo", "ada", None},
    "switched off": {"root"},
}


class TestWhoMayLook:
    """The table of eportfolios.md §2 for reading, and that people and programs are answered alike."""

    @pytest.mark.parametrize("state", READERS)
    def test_each_state(self, campus: Campus, opens: Open, state: str) -> None:
        world = campus.world
        portfolio = {"flagged": campus.p2, "marked as spam": campus.p4, "marked as safe": campus.p3}.get(
            state, campus.p1
        )
        if state != "private":
            campus.publish(portfolio)
        if state == "switched off":
            ok(world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "0"}))
        for who in ("ben", "root", "cleo", "ada", None):
            browser = opens(who)
            for path in ("", "/home", "/home/welcome"):
                page = browser.get(f"/eportfolios/{portfolio}{path}")
                data = browser.get(f"/eportfolios/{portfolio}{path}.json")
                wanted = 200 if who in READERS[state] else 401 if who is None else 403
                assert (page.status_code, data.status_code) == (wanted, wanted), (who, path)
                assert page.headers["content-type"].startswith("text/html")
                assert data.headers["content-type"].startswith("application/json")


class TestWhatIsShown:
    def test_sections_pages_and_the_way_between(self, author: Author, opens: Open) -> None:
        publish(author)
        section = author.section("Experiments & more")
        author.entry(name="Pendulum", section=section["id"])
        page = shown(opens().get(author.path))
        assert heading(page) == "Welcome"
        assert "<title>Welcome · Mechanics</title>" in page
        assert named(page, "Sections") == ["Home", "Experiments & more"]
        assert "Cleo Patra" in page
        page = shown(opens().get(f"{author.path}/{section['slug']}"))
        assert heading(page) == "New Page"
        assert named(page, "q-pages") == ["New Page", "Pendulum"]
        assert f'<a href="{author.path}/{section["slug"]}/new-page" aria-current="page">New Page</a>' in page
        assert f'<link rel="next" href="{author.path}/{section["slug"]}/pendulum">' in page
        assert "Nothing here yet" in page

    def test_unknown_addresses_lead_home(self, author: Author, opens: Open) -> None:
        publish(author)
        for path in ("nowhere", "home/nowhere", "categories"):
            led = opens().get(f"{author.path}/{path}")
            assert (led.status_code, led.headers["location"]) == (302, author.path), path

    def test_what_is_missing_is_made(self, author: Author, opens: Open) -> None:
        publish(author)
        for section in author.sections():
            ok(author.client.delete(f"{author.path}/categories/{section['id']}"))
        assert heading(shown(opens().get(author.path))) == "Welcome"

    def test_an_author_finds_a_page_in_an_empty_section(self, author: Author, opens: Open) -> None:
        publish(author)
        author.section("Empty")
        (page,) = [page for page in author.pages() if page["name"] == "New Page"]
        ok(author.client.delete(f"{author.path}/entries/{page['id']}"))
        assert opens().get(f"{author.path}/empty").status_code == 302
        assert heading(shown(opens("cleo").get(f"{author.path}/empty"))) == "New Page"

    def test_every_kind_of_block(self, author: Author, opens: Open) -> None:
        publish(author)
        world = author.world

        def block(name: str, type: str) -> dict[str, Any]:
            file = uploaded(world, "cleo", "/users/self", name, b"x" * 1500, content_type=type)
            return {"section_type": "attachment", "attachment_id": file["id"]}

        entry = author.entry(
            html("<p>Some <b>words</b></p>"),
            html("<p>More</p>", "rich_text"),
            block("my cat.png", "image/png"),
            block("purr.mp3", "audio/mpeg"),
            block("leap.mp4", "video/mp4"),
            block("notes <b>.pdf", "application/pdf"),
            name="All",
        )
        page = shown(opens().get(f"{author.path}/home/{entry['slug']}"))
        assert "<p>Some <b>words</b></p>" in page
        assert "<p>More</p>" in page
        (picture,) = re.findall(r'<img src="([^"]+)" alt="my cat"', page)
        assert picture.startswith(f"{author.path}/entries/{entry['id']}/files/")
        led = opens().get(picture)
        assert led.status_code == 302
        assert opens().get(led.headers["location"]).content == b"x" * 1500
        assert re.search(r'<audio controls [^>]*src="/eportfolios', page)
        assert re.search(r'<video controls [^>]*src="/eportfolios', page)
        assert 'notes &lt;b&gt;.pdf</a> <span class="q-quiet">PDF, 2 KB</span>' in page

    def test_a_file_that_is_gone(self, author: Author, opens: Open) -> None:
        publish(author)
        file = uploaded(author.world, "cleo", "/users/self", "cat.png")
        entry = author.entry({"section_type": "attachment", "attachment_id": file["id"]}, name="One")
        ok(author.client.delete(f"/files/{file['id']}"))
        assert "A file that stood here is gone" in shown(opens().get(f"{author.path}/home/{entry['slug']}"))

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (None, "Nothing here yet"),
            ("Nothing entered yet", "Nothing entered yet"),
            (["No Content Added Yet"], "No Content Added Yet"),
            ("An old <b>bare</b> text<script>x()</script>", "An old <b>bare</b> text"),
            ([{"section_type": "submission", "submission_id": 3}], "/submissions/3"),
        ],
    )
    def test_what_else_may_be_stored(self, author: Author, opens: Open, content: Any, told: str) -> None:
        publish(author)
        stored = json.dumps(content).replace(":", "\\:")
        author.world.sql(
            f"UPDATE eportfolio_entries SET content = '{stored}' WHERE eportfolio_id = {author.id} RETURNING id"
        )
        page = shown(opens().get(author.path))
        assert told in page
        assert "<script" not in page

    def test_comments_are_shown_where_the_page_shows_them(self, author: Author, opens: Open) -> None:
        publish(author)
        for entry in (
            author.entry(name="Open", allow_comments="1", show_comments="1"),
            author.entry(name="Quiet", allow_comments="1"),
        ):
            for words in ("First", "Second <b>"):
                path = f"{author.path}/entries/{entry['id']}/comments"
                ok(author.client.post(path, {"page_comment[message]": words}))
        page = shown(opens().get(f"{author.path}/home/open"))
        assert re.findall(r"<p>(First|Second &lt;b&gt;)</p>", page) == ["Second &lt;b&gt;", "First"]
        assert "<h3>Cleo Patra " in page
        assert "First" not in shown(opens().get(f"{author.path}/home/quiet"))

    def test_the_newest_hundred_comments_are_enough(self, author: Author, opens: Open) -> None:
        publish(author)
        entry = author.entry(name="Talk", allow_comments="1", show_comments="1")
        path = f"{author.path}/entries/{entry['id']}"
        for number in range(100):
            ok(author.client.post(f"{path}/comments", {"page_comment[message]": f"Number {number}"}))
        page = shown(opens().get(path))
        assert page.count("Number ") == 100
        assert "older comments" not in page
        ok(author.client.post(f"{path}/comments", {"page_comment[message]": "Number 100"}))
        page = shown(opens().get(path))
        assert page.count("Number ") == 100
        assert "Number 0<" not in page
        assert page.index("Number 100") < page.index("Number 99")
        assert "There are older comments" in page

    def test_days_are_those_of_whoever_looks(self, author: Author, opens: Open) -> None:
        publish(author)
        author.world.clock.advance(hours=15)
        author.entry(name="Late")
        assert "16 February 2026" in shown(opens().get(f"{author.path}/home/late"))
        author.world.sql("UPDATE users SET time_zone = 'America/Denver' WHERE short_name = 'Ben Okri' RETURNING id")
        assert "15 February 2026" in shown(opens("ben").get(f"{author.path}/home/late"))


class TestPrivateLinks:
    def test_one_opens_the_rest_of_the_visit(self, author: Author, opens: Open) -> None:
        browser = opens()
        assert heading(shown(browser.get(first_link(author)))) == "Welcome"
        assert heading(shown(browser.get(f"{author.path}/home/welcome"))) == "Welcome"
        set_status(author.world, author.id, FLAGGED)
        assert browser.get(f"{author.path}/home").status_code == 401

    def test_one_that_opens_a_section_shows_it_alone(self, author: Author, opens: Open) -> None:
        section = author.section("Shown")
        author.entry(name="Inside", section=section["id"])
        author.entry(name="Outside")
        author.section("Hidden")
        browser = opens()
        page = shown(browser.get(link(author, section_id=section["id"])["url"]))
        assert heading(page) == "New Page"
        assert named(page, "q-pages") == ["New Page", "Inside"]
        page = shown(browser.get(f"{author.path}/shown/inside"))
        for text in (page, shown(browser.get(author.path))):
            assert "Outside" not in text
            assert "Hidden" not in text
            assert "Home" not in text
        assert browser.get(f"{author.path}/home/outside").status_code == 401
        author.put(public="1")
        assert named(shown(browser.get(author.path)), "Sections") == ["Home", "Shown", "Hidden"]

    def test_one_that_opens_an_empty_section(self, author: Author, opens: Open) -> None:
        section = author.section("Shown")
        (page,) = [page for page in author.pages() if page["name"] == "New Page"]
        ok(author.client.delete(f"{author.path}/entries/{page['id']}"))
        opened = shown(opens().get(link(author, section_id=section["id"])["url"]))
        assert "There is no page here yet" in opened
        assert "Welcome" not in opened

    def test_the_feed_is_named_for_whoever_may_follow(self, author: Author, opens: Open) -> None:
        browser, feed = opens(), f"/feeds/eportfolios/{author.id}.atom"
        address = first_link(author)
        verifier = address.partition("verifier=")[2]
        page = shown(browser.get(address))
        assert (
            f'<link rel="alternate" type="application/atom+xml" title="Mechanics" href="{feed}?verifier={verifier}">'
            in page
        )
        assert opens().get(f"{feed}?verifier={verifier}").status_code == 200
        assert verifier not in shown(browser.get(f"{author.path}/home"))
        assert feed not in shown(browser.get(f"{author.path}?verifier=wrong"))
        publish(author)
        assert f'href="{feed}">' in shown(opens().get(author.path))


class TestSearchEnginesAndSecrets:
    @pytest.mark.parametrize(
        ("public", "status", "listed"),
        [
            (True, SAFE, True),
            (True, None, False),
            (False, SAFE, False),
            (True, FLAGGED, False),
            (True, SPAM, False),
        ],
    )
    def test_only_what_somebody_approved_is_listed(
        self, author: Author, opens: Open, public: bool, status: str | None, listed: bool
    ) -> None:
        author.entry(html('<p><a href="https://elsewhere.example/">x</a></p>'), name="Links")
        author.put(public="1" if public else "0")
        set_status(author.world, author.id, status)
        reply = opens("cleo").get(f"{author.path}/home/links")
        page = shown(reply)
        assert (reply.headers.get("x-robots-tag") == "noindex") is not listed
        assert ('<meta name="robots" content="noindex">' in page) is not listed
        assert ('<a href="https://elsewhere.example/" rel="ugc nofollow">x</a>' in page) is not listed
        assert ('<a href="https://elsewhere.example/">x</a>' in page) is listed

    def test_approving_one_approves_its_author(self, author: Author, opens: Open) -> None:
        publish(author)
        other = Author(author.world, name="Another")
        assert "noindex" in shown(opens().get(author.path))
        set_status(author.world, other.id, SAFE)
        assert "noindex" not in shown(opens().get(author.path))

    def test_a_public_page_is_kept_while_it_is_the_same(self, author: Author, opens: Open) -> None:
        publish(author)
        reply = opens().get(author.path)
        assert reply.headers["cache-control"] == "max-age=0, private, must-revalidate"
        assert reply.headers["referrer-policy"] == "strict-origin-when-cross-origin"
        again = Browser(author.world, accept=FIREFOX, **{"if-none-match": reply.headers["etag"]}).get(author.path)
        assert (again.status_code, again.content) == (304, b"")

    def test_a_private_page_is_kept_by_nobody_and_tells_nobody(self, author: Author, opens: Open) -> None:
        reply = opens().get(first_link(author))
        assert reply.headers["cache-control"] == "private, no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert '<meta name="referrer" content="no-referrer">' in reply.text
        publish(author)
        assert opens().get(first_link(author)).headers["referrer-policy"] == "no-referrer"

    def test_what_programs_show_of_a_link(self, author: Author, opens: Open) -> None:
        author.put(public="1")
        file = uploaded(author.world, "cleo", "/users/self", "cat.png", b"x", content_type="image/png")
        entry = author.entry(
            html("<h2>Why</h2><p>It swings &amp; swings.</p>"),
            {"section_type": "attachment", "attachment_id": file["id"]},
            name="Pendulum",
        )
        page = shown(opens().get(f"{author.path}/home/pendulum"))
        told = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', page))
        base = author.world.url
        assert told == {
            "og:type": "article",
            "og:title": "Pendulum",
            "og:site_name": "Mechanics",
            "og:url": f"{base}{author.path}/home/pendulum",
            "og:description": "Why It swings &amp; swings.",
            "og:image": f"{base}{author.path}/entries/{entry['id']}/files/{file['uuid']}",
        }
        assert f'<link rel="canonical" href="{base}{author.path}/home/pendulum">' in page
        author.put(public="0")
        page = shown(opens("cleo").get(f"{author.path}/home/pendulum"))
        told = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', page))
        assert told == {"og:type": "article", "og:title": "Pendulum", "og:site_name": "Mechanics"}
        assert "canonical" not in page


BAD = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVa\tScRiPt:alert(1)">x</a>',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<math><mi xlink:href="data:text/html,<script>alert(1)</script>">x</mi></math>',
    "<style>body{display:none}</style>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<base href="https://elsewhere.example/">',
    '<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">',
    '<form action="https://elsewhere.example/"><input name="password"></form>',
    '"><script>alert(1)</script>',
]


class TestSafety:
    def test_the_policy_runs_no_script(self, author: Author, opens: Open) -> None:
        publish(author)
        policy = opens().get(author.path).headers["content-security-policy"]
        rules = {one.split()[0]: one.split()[1:] for one in policy.split(";")}
        assert rules["default-src"] == ["'self'"]
        assert rules["script-src"] == ["'none'"]
        assert rules["style-src"] == ["'self'"]
        assert rules["style-src-attr"] == ["'unsafe-inline'"]
        assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
        assert opens().get(author.path).headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("bad", BAD)
    def test_nothing_that_is_sent_runs(self, author: Author, opens: Open, bad: str) -> None:
        author.put(public="1", name=bad)
        section = author.section(bad)
        entry = author.entry(
            html(f"<p>Words</p>{bad}"), name=bad, section=section["id"], allow_comments="1", show_comments="1"
        )
        path = f"{author.path}/entries/{entry['id']}"
        ok(author.client.post(f"{path}/comments", {"page_comment[message]": bad}))
        found = Elements(shown(opens().get(path)))
        assert found.names.isdisjoint({"script", "style", "base", "form", "input", "svg", "embed", "object"})
        assert found.count("meta") == found.count("meta", inside="head")
        assert not [name for name in found.attributes if name.startswith("on") or name in ("srcdoc", "xlink:href")]
        assert not [
            address for address in found.addresses if re.match(r"\s*(javascript|data:text|vbscript)", address, re.I)
        ]
        assert found.heading == bad


class Elements(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.places: list[tuple[str, str]] = []
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.heading = ""
        self._place = ""
        self._in_heading = False
        self.feed(page)
        self.close()

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.places}

    def count(self, name: str, inside: str | None = None) -> int:
        return sum(one == name and inside in (None, place) for one, place in self.places)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("head", "body"):
            self._place = tag
        self._in_heading = tag == "h1"
        self.places.append((tag, self._place))
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        self.heading += data if self._in_heading else ""


class TestWhatOwnersAndModeratorsAreTold:
    @pytest.fixture
    def flagged(self, world: World) -> Author:
        world.use(**WORDS)
        author = Author(world)
        author.entry(html("<p>This is my deleterious page</p>"), name="One")
        assert author.status() == FLAGGED
        return author

    def test_an_owner_reads_why_and_what_to_do(self, flagged: Author, opens: Open) -> None:
        page = shown(opens("cleo").get(flagged.path))
        assert "only you and moderators can see this portfolio" in page
        assert "A page holds the word “deleterious”." in page
        assert "ask for a review" in page
        set_status(flagged.world, flagged.id, SPAM)
        assert "A moderator marked this portfolio as spam" in shown(opens("cleo").get(flagged.path))

    def test_a_moderator_reads_the_state(self, flagged: Author, opens: Open) -> None:
        page = shown(opens("root").get(flagged.path))
        assert "Flagged as possible spam" in page
        assert "A page holds the word “deleterious”." in page
        set_status(flagged.world, flagged.id, SPAM)
        assert "Marked as spam" in shown(opens("root").get(flagged.path))

    def test_others_are_refused(self, flagged: Author, opens: Open) -> None:
        flagged.world.sql(f"UPDATE eportfolios SET public = true WHERE id = {flagged.id} RETURNING id")
        assert opens().get(flagged.path).status_code == 401
        assert opens("ben").get(flagged.path).status_code == 403

    def test_an_owner_reads_who_can_see_it(self, author: Author, opens: Open) -> None:
        browser = opens("cleo")
        assert "Only you and whoever has one of your private links can see this." in shown(browser.get(author.path))
        author.put(public="1")
        page = shown(browser.get(author.path))
        assert "Everybody can see this." in page
        assert "Search engines are asked to pass it over" in page
        set_status(author.world, author.id, SAFE)
        assert "Search engines" not in shown(browser.get(author.path))
        assert "can see this" not in shown(opens().get(author.path))
        assert "can see this" not in shown(opens("ben").get(author.path))

    def test_a_moderator_of_a_private_one_reads_why_they_see_it(self, author: Author, opens: Open) -> None:
        assert "You see it because you moderate" in shown(opens("root").get(author.path))

    def test_a_review_that_waits(self, author: Author, opens: Open) -> None:
        publish(author)
        author.world.sql(f"UPDATE eportfolios SET review = 'score' WHERE id = {author.id} RETURNING id")
        assert "A moderator will look at it." in shown(opens("cleo").get(author.path))
        assert "waits for a review" in shown(opens("root").get(author.path))
        assert "review" not in shown(opens().get(author.path))

    def test_the_owner_sees_it_as_visitors_do(self, author: Author, opens: Open) -> None:
        browser = opens("cleo")
        author.entry(name="Two")
        assert f'<a href="{author.path}?view=preview">See it as visitors do</a>' in shown(browser.get(author.path))
        page = shown(browser.get(f"{author.path}?view=preview"))
        assert "This is how your visitors see it." in page
        assert "Only you" not in page
        assert f'<a href="{author.path}">Back to your own view</a>' in page
        assert f'href="{author.path}/home/two?view=preview"' in page
        assert "how your visitors see it" not in shown(opens("root").get(f"{author.path}?view=preview"))
        set_status(author.world, author.id, SPAM)
        assert "marked this portfolio as spam" in shown(browser.get(f"{author.path}?view=preview"))


class TestCost:
    def test_a_page_of_twenty_blocks_takes_three_statements(self, author: Author, opens: Open) -> None:
        publish(author)
        for number in range(20):
            author.section(f"Section {number}")
        files = [uploaded(author.world, "cleo", "/users/self", f"{number}.png")["id"] for number in range(3)]
        blocks = [html(f"<p>{number} " + "lorem ipsum " * 100 + "</p>") for number in range(17)]
        blocks += [{"section_type": "attachment", "attachment_id": id} for id in files]
        entry = author.entry(*blocks, name="Long", allow_comments="1", show_comments="1")
        for number in range(5):
            ok(
                author.client.post(
                    f"{author.path}/entries/{entry['id']}/comments", {"page_comment[message]": f"{number}"}
                )
            )
        visitor, signed_in = opens(), opens("ben")
        path = f"{author.path}/home/long"
        shown(visitor.get(path))
        assert author.world.statements_of(lambda: shown(visitor.get(path))) == 3
        assert author.world.statements_of(lambda: shown(signed_in.get(path))) == 4
        assert author.world.statements_of(lambda: shown(visitor.get(author.path))) <= 3
        assert len(visitor.get(path).content) < 100_000

    def test_many_pages_take_no_more(self, author: Author, opens: Open) -> None:
        publish(author)
        visitor, path = opens(), f"{author.path}/home/welcome"
        before = author.world.statements_of(lambda: shown(visitor.get(path)))
        for number in range(30):
            author.entry(name=f"Page {number}")
        assert author.world.statements_of(lambda: shown(visitor.get(path))) == before
