"""A portfolio leaves as a web site: one ZIP that opens from a disk. Source: eportfolios.md §4.19 and "Export content"."""

import io
import json
import re
import zipfile
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from quadrangle.jobs import enqueue
from tests.specs.auth.browser import signed_in
from tests.specs.files.conftest import course, stored, uploaded
from tests.specs.portfolios.conftest import Campus
from tests.specs.portfolios.test_authoring import Author, html, ok
from tests.world import NO_TLS, World

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff"
    "a3f1e6d40000000049454e44ae426082"
)


def placed(file: Any) -> dict[str, Any]:
    return {"section_type": "attachment", "attachment_id": file["id"]}


def export(author: Author) -> Any:
    return ok(author.client.get(f"{author.path}/export"))


class Archive:
    """A site as it was downloaded."""

    def __init__(self, author: Author) -> None:
        export(author)
        author.world.work()
        self.record = export(author)
        assert self.record["workflow_state"] == "zipped", self.record
        answer = httpx.get(self.record["url"], verify=NO_TLS)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/zip"
        self.zip = zipfile.ZipFile(io.BytesIO(answer.content))
        assert self.zip.testzip() is None
        self.names = self.zip.namelist()
        assert len(self.names) == len(set(self.names))

    def text(self, name: str) -> str:
        return self.zip.read(name).decode()

    @property
    def index(self) -> Any:
        return json.loads(self.text("index.json"))

    def addresses(self, name: str) -> list[str]:
        """All that a page refers to."""
        found = re.findall(r'(?:href|src|poster|data)="([^"]*)"', self.text(name))
        return [unescape(address) for address in found]

    def dead(self) -> list[tuple[str, str]]:
        """Local addresses that lead to nothing in the archive."""
        return [
            (name, address)
            for name in self.names
            if name.endswith(".html")
            for address in self.addresses(name)
            if not urlsplit(address).scheme
            and urlsplit(address).path
            and unquote(urlsplit(address).path) not in self.names
        ]


@pytest.fixture
def author(world: World) -> Author:
    return Author(world, name="Fieldwork & more")


class TestTheJob:
    def test_the_first_call_queues_it_and_a_later_one_leads_to_the_file(self, author: Author) -> None:
        first = export(author)
        assert (first["workflow_state"], first["progress"], first["size"]) == ("to_be_zipped", 0, None)
        assert (first["display_name"], first["filename"]) == ("eportfolio.zip", "eportfolio.zip")
        assert first["content-type"] == "application/zip"
        assert "url" not in first
        assert first["attachment"] == {name: value for name, value in first.items() if name != "attachment"}
        assert export(author) == first
        author.world.work()
        last = export(author)
        assert (last["id"], last["workflow_state"], last["progress"]) == (first["id"], "zipped", 100)
        answer = httpx.get(last["url"], verify=NO_TLS)
        assert (answer.status_code, len(answer.content)) == (200, last["size"])
        assert 'attachment; filename="eportfolio.zip"' in answer.headers["content-disposition"]

    def test_the_web_path_answers_the_same_to_a_session(self, author: Author) -> None:
        shown = signed_in(author.world, "cleo").get(f"{author.path}/export").json()
        assert shown == export(author)

    def test_it_is_given_again_within_the_hour(self, author: Author) -> None:
        first = Archive(author).record
        author.world.clock.advance(minutes=59)
        assert export(author) == first
        author.world.clock.advance(minutes=2)
        later = export(author)
        assert later["id"] != first["id"]
        assert later["workflow_state"] == "to_be_zipped"

    def test_unless_anything_in_the_portfolio_changed(self, author: Author) -> None:
        first = Archive(author).record
        author.section("More")
        second = Archive(author)
        assert second.record["id"] != first["id"]
        assert "more_new-page.html" in second.names
        assert httpx.get(first["url"], verify=NO_TLS).status_code == 404

    def test_a_change_on_the_way_is_in_the_next_one(self, author: Author) -> None:
        first = export(author)
        author.section("More")
        assert export(author)["id"] == first["id"]
        author.world.work()
        assert "more_new-page.html" in Archive(author).names
        assert export(author)["id"] == first["id"]

    def test_it_goes_after_a_day_with_its_bytes(self, author: Author) -> None:
        record = Archive(author).record
        for hours, gone in ((23, False), (2, True)):
            author.world.clock.advance(hours=hours)
            for kind in ("forget_eportfolio_exports", "clear_away_files"):
                author.world.do(lambda uow, kind=kind: enqueue(uow, kind))
                author.world.work()
            assert httpx.get(record["url"], verify=NO_TLS).status_code == (404 if gone else 200)
            assert bool(stored(author.world)) is not gone

    @pytest.mark.parametrize("who", ["root", "ben", "ada", "dov"])
    def test_it_is_refused_to_all_but_its_author(self, author: Author, who: str) -> None:
        author.put(public="1")
        assert author.world.as_(who).get(f"{author.path}/export").status_code == 403

    def test_nobody_is_asked_to_sign_in(self, author: Author) -> None:
        author.put(public="1")
        assert author.world.anyone.get(f"{author.path}/export").status_code == 401
        assert author.world.anyone.http.get(f"{author.path}/export").status_code == 401

    def test_not_while_it_counts_as_spam_and_not_when_it_is_gone(self, campus: Campus) -> None:
        for portfolio, status in ((campus.p2, 403), (campus.p4, 403), (campus.p5, 404), (999999, 404)):
            assert campus.world.ben.get(f"/eportfolios/{portfolio}/export").status_code == status
        assert campus.world.ben.get(f"/eportfolios/{campus.p3}/export").status_code == 200


class TestWhatIsInIt:
    def test_a_page_is_a_file_named_by_its_address(self, author: Author) -> None:
        tides = author.section("Tides")
        author.entry(html("<p>Low water</p>"), name="Spring tides", section=tides["id"])
        site = Archive(author)
        assert site.names == [
            *("home_welcome.html", "tides_new-page.html", "tides_spring-tides.html"),
            *("index.html", "index.json", "style.css", "logo.svg"),
        ]
        page = site.text("tides_spring-tides.html")
        assert "<p>Low water</p>" in page
        assert "<title>Spring tides · Fieldwork &amp; more</title>" in page
        assert "<script" not in "".join(site.text(name) for name in site.names if name.endswith(".html"))
        assert site.dead() == []

    def test_names_that_are_too_long_are_hashed(self, author: Author) -> None:
        long = author.section("s" * 200)
        author.entry(html("<p>x</p>"), name="p" * 200, section=long["id"])
        site = Archive(author)
        hashed = [name for name in site.names if re.fullmatch(r"[0-9a-f]{64}\.html", name)]
        assert len(hashed) == 1
        assert all(len(name) <= 250 for name in site.names)
        assert site.dead() == []

    def test_two_pages_never_share_a_file(self, author: Author) -> None:
        """`a_2` + `5` and `a` + `2_5` are written alike."""
        first, second = author.section("a"), author.section("a")
        assert (first["slug"], second["slug"]) == ("a", "a_2")
        author.entry(html("<p>one</p>"), name="5", section=second["id"])
        for _ in range(5):
            author.entry(html("<p>two</p>"), name="2", section=first["id"])
        pages = [page["file"] for section in Archive(author).index["sections"] for page in section["pages"]]
        assert len(pages) == len(set(pages)) == 1 + 1 + 5 + 1 + 1

    def test_files_that_stand_on_pages_come_along_under_a_number(self, author: Author) -> None:
        notes = uploaded(author.world, "cleo", "/users/self", 'tides "and" winds?.txt', b"Low water at noon.")
        picture = uploaded(author.world, "cleo", "/users/self", "map.png", PNG)
        author.entry(placed(notes), placed(picture), placed(notes), name="A")
        site = Archive(author)
        assert site.zip.read("files/1_tides _and_ winds_.txt") == b"Low water at noon."
        assert site.zip.read("files/2_map.png") == PNG
        assert [name for name in site.names if name.startswith("files/")] == [
            "files/1_tides _and_ winds_.txt",
            "files/2_map.png",
        ]
        assert '<img src="files/2_map.png"' in site.text("home_a.html")
        assert site.dead() == []

    def test_embedded_files_are_local_whatever_their_address(self, author: Author) -> None:
        picture = uploaded(author.world, "cleo", "/users/self", "map.png", PNG)
        own = f"/users/{author.world.ids['cleo']}/files/{picture['id']}"
        first = author.entry(html("<p>x</p>"), name="A")
        texts = [
            f'<img src="/files/{picture["id"]}/preview" alt="a">',
            f'<img src="{author.world.url}{own}/download?wrap=1" alt="b">',
            f'<a href="{own}#page=2">c</a>',
            f'<a href="{author.path}/entries/{first["id"]}/files/{picture["uuid"]}">d</a>',
            f"<p style=\"background-image: url('/files/{picture['id']}/preview')\">e</p>",
        ]
        author.entry(*[html(text) for text in texts], name="B")
        site = Archive(author)
        assert [name for name in site.names if name.startswith("files/")] == ["files/1_map.png"]
        page = site.text("home_b.html")
        assert page.count("files/1_map.png") == 5
        assert 'href="files/1_map.png#page=2"' in page
        assert author.world.url not in page
        assert site.dead() == []

    def test_a_file_its_author_may_not_have_keeps_its_link(self, author: Author) -> None:
        foreign = uploaded(author.world, "ben", "/users/self", "his.txt")
        shared = uploaded(author.world, "ada", course(author.world), "hers.txt")
        links = "".join(f'<a href="/files/{one["id"]}/download">{one["display_name"]}</a>' for one in (foreign, shared))
        author.entry(html(links + '<a href="/files/999999/download">none</a>'), name="A")
        site = Archive(author)
        assert [name for name in site.names if name.startswith("files/")] == ["files/1_hers.txt"]
        kept = [address for address in site.addresses("home_a.html") if address.startswith("http")]
        assert kept == [
            f"{author.world.url}/files/{foreign['id']}/download",
            f"{author.world.url}/files/999999/download",
        ]

    def test_links_between_pages_are_local_and_others_stay(self, author: Author) -> None:
        other = author.section("Tides")
        entry = author.entry(html("<p>x</p>"), name="Spring", section=other["id"])
        texts = {
            f"{author.path}/tides/spring": "tides_spring.html",
            f"{author.path}/tides/spring#low": "tides_spring.html#low",
            f"{author.world.url}{author.path}/tides/spring": "tides_spring.html",
            f"{author.path}/entries/{entry['id']}": "tides_spring.html",
            f"{author.path}/tides": "tides_new-page.html",
            f"{author.path}/categories/{other['id']}": "tides_new-page.html",
            author.path: "index.html",
            f"{author.path}?verifier=secret": "index.html",
            "spring": f"{author.world.url}{author.path}/home/spring",
            "/courses/1": f"{author.world.url}/courses/1",
            "#here": "#here",
            "https://example.org/a?b=1&c=2#d": "https://example.org/a?b=1&c=2#d",
            "//example.org/x": "http://example.org/x",
            "mailto:cleo@example.com": "mailto:cleo@example.com",
        }
        author.entry(html("".join(f'<p><a href="{address}">x</a></p>' for address in texts)), name="Links")
        site = Archive(author)
        article = site.text("home_links.html").partition("<article>")[2].partition("</article>")[0]
        assert [unescape(one) for one in re.findall(r'<a href="([^"]*)"', article)] == list(texts.values())
        assert site.dead() == []

    def test_comments_stay_here(self, author: Author) -> None:
        entry = author.entry(html("<p>x</p>"), name="A", allow_comments="1", show_comments="1")
        said = {"page_comment[message]": "Between you and me"}
        ok(author.world.cleo.post(f"{author.path}/entries/{entry['id']}/comments", said))
        site = Archive(author)
        assert "Between you and me" not in "".join(site.text(name) for name in site.names if name.endswith("html"))

    def test_programs_find_everything_in_the_index(self, author: Author) -> None:
        notes = uploaded(author.world, "cleo", "/users/self", "tides.txt", b"Low water at noon.")
        author.entry(placed(notes), name="A")
        index = Archive(author).index
        assert index == {
            "format": "quadrangle-site",
            "version": 1,
            "made_at": "2026-02-15T12:00:00Z",
            "source": f"{author.world.url}{author.path}",
            "name": "Fieldwork & more",
            "author": "Cleo Patra",
            "index": "index.html",
            "sections": [
                {
                    "name": "Home",
                    "slug": "home",
                    "position": 1,
                    "pages": [
                        {"name": "Welcome", "slug": "welcome", "position": 1, "file": "home_welcome.html"},
                        {"name": "A", "slug": "a", "position": 2, "file": "home_a.html"},
                    ],
                }
            ],
            "files": [
                {
                    "name": "tides.txt",
                    "file": "files/1_tides.txt",
                    "content_type": "text/plain",
                    "size": 18,
                    "sha256": sha256(b"Low water at noon.").hexdigest(),
                }
            ],
        }

    def test_an_empty_portfolio_has_a_site_too(self, world: World) -> None:
        author = Author(world, name="")
        for section in author.sections():
            author.client.delete(f"{author.path}/categories/{section['id']}")
        site = Archive(author)
        assert "index.html" in site.names
        assert "Untitled portfolio" in site.text("index.html")


class TestWhenSomethingHappensMeanwhile:
    @pytest.mark.parametrize("what", ["delete", "spam"])
    def test_what_may_not_be_exported_any_more_is_not(self, author: Author, what: str) -> None:
        first = export(author)
        if what == "delete":
            ok(author.client.delete(author.path))
        else:
            ok(author.world.root.put(f"{author.path}/moderate", {"spam_status": "marked_as_spam"}))
        author.world.work()
        assert author.world.sql("SELECT workflow_state, error, file_id FROM eportfolio_exports") == [
            ("errored", "The portfolio was deleted, or may no longer be exported.", None)
        ]
        assert stored(author.world) == []
        if what == "delete":
            ok(author.world.root.put(f"{author.path}/restore"))
        else:
            ok(author.world.root.put(f"{author.path}/moderate", {"spam_status": "marked_as_safe"}))
        told = export(author)
        assert (told["id"], told["workflow_state"]) == (first["id"], "errored")
        assert told["message"] == "The portfolio was deleted, or may no longer be exported."
        author.world.clock.advance(minutes=6)
        assert export(author)["id"] != first["id"]
        assert Archive(author).record["workflow_state"] == "zipped"
