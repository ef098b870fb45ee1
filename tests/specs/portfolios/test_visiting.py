"""ePortfolios as visitors find them: the web paths, private links, the feed. Source: eportfolios.md §4, worked case 36."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import httpx
import pytest

from tests.specs.portfolios.conftest import Campus, set_status
from tests.specs.portfolios.test_authoring import Author, ok
from tests.world import NO_TLS, World

ATOM = "{http://www.w3.org/2005/Atom}"


class Visitor(httpx.Client):
    """A browser: it keeps cookies, and has no token."""

    def __init__(self, world: World) -> None:
        super().__init__(base_url=world.url, verify=NO_TLS)
        world.closing.append(self.close)


@pytest.fixture
def author(world: World) -> Author:
    return Author(world)


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


def link(author: Author, **fields: Any) -> Any:
    return ok(author.client.post(f"{author.path}/links", {f"link[{name}]": value for name, value in fields.items()}))


def first_link(author: Author) -> str:
    url: str = ok(author.client.get(f"{author.path}/links"))[0]["url"]
    return url


class TestPrivateLinks:
    def test_case_36_one_opens_the_rest_of_the_visit(self, author: Author, visitor: Visitor) -> None:
        assert visitor.get(author.path).status_code == 401
        opened = visitor.get(first_link(author))
        assert opened.status_code == 200
        assert set(opened.json()) == {
            *("id", "user_id", "name", "public", "created_at", "updated_at", "workflow_state", "deleted_at"),
            *("spam_status", "profile_url"),
        }
        assert visitor.get(f"{author.path}/home").json()["eportfolio_entry"]["name"] == "Welcome"
        assert visitor.get(author.path).status_code == 200
        set_status(author.world, author.id, "marked_as_spam")
        assert visitor.get(f"{author.path}/home").status_code == 401
        assert Visitor(author.world).get(f"{author.path}/home").status_code == 401

    def test_a_verifier_stands_nowhere_but_in_the_link(self, author: Author, visitor: Visitor) -> None:
        verifier = first_link(author).partition("verifier=")[2]
        opened = visitor.get(first_link(author))
        assert verifier not in opened.text + str(opened.headers)
        assert "HttpOnly" in opened.headers["set-cookie"]

    @pytest.mark.parametrize("change", [{"renew": "1"}, {"expires_at": "2026-01-01T00:00:00Z"}, None])
    def test_one_that_is_renewed_expired_or_gone_stops_at_once(
        self, author: Author, visitor: Visitor, change: dict[str, str] | None
    ) -> None:
        made = link(author, name="x")
        assert visitor.get(made["url"]).status_code == 200
        path = f"{author.path}/links/{made['id']}"
        if change is None:
            ok(author.client.delete(path))
        else:
            ok(author.client.put(path, {f"link[{name}]": value for name, value in change.items()}))
        assert visitor.get(author.path).status_code == 401
        assert visitor.get(made["url"]).status_code == 401

    def test_one_may_open_a_section_alone(self, author: Author, visitor: Visitor) -> None:
        section = author.section("Shown")
        shown = author.entry(name="Inside", section=section["id"])
        hidden = author.entry(name="Outside", allow_comments="1", show_comments="1")
        made = link(author, section_id=section["id"])
        assert visitor.get(made["url"]).status_code == 200
        assert visitor.get(f"{author.path}/shown").status_code == 200
        assert visitor.get(f"{author.path}/shown/inside").json()["eportfolio_entry"]["id"] == shown["id"]
        for path in ("home", "home/outside", f"entries/{hidden['id']}", f"entries/{hidden['id']}/comments"):
            assert visitor.get(f"{author.path}/{path}").status_code == 401, path

    def test_wrong_ones_are_passed_over_and_guessing_ends(self, author: Author, visitor: Visitor) -> None:
        assert visitor.get(f"{author.path}?verifier=nope").status_code == 401
        author.put(public="1")
        assert visitor.get(f"{author.path}?verifier=nope").status_code == 200
        answers = [visitor.get(f"{author.path}?verifier=guess{number}").status_code for number in range(40)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert visitor.get(author.path).status_code == 200

    def test_a_visitor_who_has_one_reads_files_and_comments(self, author: Author, visitor: Visitor) -> None:
        entry = author.entry(name="A", allow_comments="1", show_comments="1")
        ok(author.client.post(f"{author.path}/entries/{entry['id']}/comments", {"page_comment[message]": "Hi"}))
        path = f"{author.path}/entries/{entry['id']}/comments"
        assert visitor.get(path).status_code == 401
        visitor.get(first_link(author))
        assert visitor.get(path).json()[0]["page_comment"]["message"] == "Hi"


class TestReading:
    def test_addresses(self, author: Author, visitor: Visitor) -> None:
        author.put(public="1")
        entry = author.entry(name="Über uns")
        page = visitor.get(f"{author.path}/home/{entry['slug']}")
        assert page.json()["eportfolio_entry"]["id"] == entry["id"]
        assert page.headers["etag"] == '"1"'
        assert visitor.get(f"{author.path}/entries/{entry['id']}").json() == page.json()
        section = author.sections()[0]["id"]
        assert visitor.get(f"{author.path}/categories/{section}").json()["eportfolio_entry"]["name"] == "Welcome"
        for path in ("nowhere", "home/nowhere", "categories"):
            led = visitor.get(f"{author.path}/{path}")
            assert (led.status_code, led.headers["location"]) == (302, author.path), path
        for path in ("entries/999999", "categories/999999", "entries/x"):
            assert visitor.get(f"{author.path}/{path}").status_code == 404, path

    def test_what_is_missing_is_made_when_somebody_looks(self, author: Author, visitor: Visitor) -> None:
        author.put(public="1")
        for section in author.sections():
            ok(author.client.delete(f"{author.path}/categories/{section['id']}"))
        assert author.sections() == []
        assert visitor.get(author.path).status_code == 200
        assert [one["name"] for one in author.sections()] == ["Home"]
        assert visitor.get(f"{author.path}/home").json()["eportfolio_entry"]["content"] == "Nothing entered yet"

    def test_an_empty_section_leads_visitors_home(self, author: Author, visitor: Visitor) -> None:
        author.put(public="1")
        section = author.section("Empty")
        (page,) = [page for page in author.pages() if page["name"] == "New Page"]
        ok(author.client.delete(f"{author.path}/entries/{page['id']}"))
        led = visitor.get(f"{author.path}/empty")
        assert (led.status_code, led.headers["location"]) == (302, author.path)
        assert section["slug"] == "empty"

    def test_deleted_and_unknown_ones(self, campus: Campus) -> None:
        visitor = Visitor(campus.world)
        for portfolio in (campus.p5, 999_999, "x"):
            for path in ("", "/home", "/home/welcome", "/entries/1"):
                assert visitor.get(f"/eportfolios/{portfolio}{path}").status_code == 404

    def test_ones_own_need_signing_in(self, world: World) -> None:
        assert Visitor(world).get("/dashboard/eportfolios").status_code == 401


class TestTheFeed:
    def test_it_has_the_newest_pages_first(self, author: Author, visitor: Visitor) -> None:
        author.put(public="1", name="Cats & <dogs>")
        author.world.clock.advance(minutes=1)
        entry = author.entry({"section_type": "html", "content": "<p>secret</p>"}, name="A < B & C")
        got = visitor.get(f"/feeds/eportfolios/{author.id}.atom")
        assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"
        feed = ElementTree.fromstring(got.text)
        assert feed.findtext(f"{ATOM}title") == "Cats & <dogs>"
        titles = [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")]
        assert titles == ["A < B & C", "Welcome"]
        line = feed.find(f"{ATOM}entry").findtext(f"{ATOM}content")  # type: ignore[union-attr]
        assert f"{author.path}/home/{entry['slug']}" in str(line)
        assert "secret" not in got.text

    def test_who_may_follow(self, author: Author, visitor: Visitor) -> None:
        path = f"/feeds/eportfolios/{author.id}.atom"
        assert visitor.get(path).status_code == 401
        verifier = first_link(author).partition("verifier=")[2]
        assert visitor.get(path, params={"verifier": verifier}).status_code == 200
        author.put(public="1")
        assert visitor.get(path).status_code == 200
        set_status(author.world, author.id, "flagged_as_possible_spam")
        assert visitor.get(path, params={"verifier": verifier}).status_code == 401
        assert visitor.get("/feeds/eportfolios/x.atom").status_code == 404
        assert visitor.get(f"/feeds/eportfolios/{author.id}").status_code == 404
