"""Working on a portfolio. Source: web.md W5, eportfolios.md §2, §4, §5."""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest

from tests.specs.artifacts.conftest import Keeper
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.conftest import set_status
from tests.specs.portfolios.test_authoring import Author, html
from tests.specs.web.conftest import HTML, Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
SCREENS = ("", "/share", "/settings", "/export", "/pages/{page}", "/pages/{page}/history", "/pages/{page}/history/1",
           "/pages/{page}/things", "/pages/{page}/things?of=things", "/pages/{page}/delete", "/sections/{section}/delete")  # fmt: skip


class Desk:
    """Cleo at a portfolio of hers, in her browser."""

    def __init__(self, world: World, visitor: Visitors) -> None:
        self.world = world
        self.author = Author(world, name="Field notes")
        self.home = f"{self.author.path}/edit"
        self.visitor = visitor("cleo")
        self.section: int = self.author.sections()[0]["id"]
        self.page: int = self.author.pages()[0]["id"]

    def at(self, path: str) -> str:
        return self.home + path.format(page=self.page, section=self.section)

    def get(self, path: str = "") -> httpx.Response:
        return self.visitor.get(self.at(path))

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """`name__inner` becomes `name[inner]`."""
        data = {re.sub(r"__(\w+)", r"[\1]", name): str(value) for name, value in fields.items()}
        return self.visitor.post(self.at(path), **data)

    def save(self, *blocks: dict[str, Any], name: str = "Welcome", version: int = 1) -> httpx.Response:
        return self.visitor.post(self.at("/pages/{page}"), **self.form(*blocks, name=name, version=version))

    def form(self, *blocks: dict[str, Any], name: str = "Welcome", version: int = 1) -> dict[str, str]:
        fields = {"eportfolio_entry[name]": name, "lock_version": str(version), "section_count": str(len(blocks))}
        for number, block in enumerate(blocks, 1):
            fields |= {f"section_{number}[{key}]": str(value) for key, value in block.items()}
        return fields

    def stored(self) -> Any:
        return self.author.client.get(f"{self.author.path}/entries/{self.page}").json()["eportfolio_entry"]

    def download(self, what: str) -> zipfile.ZipFile:
        """What is offered there."""
        address = f"{self.home}/export/{what}/download"
        assert f'href="{address}"' in self.get("/export").text
        got = self.visitor.browser.http.get(address, headers=HTML, follow_redirects=True)
        return zipfile.ZipFile(io.BytesIO(got.content))

    def names(self) -> list[str]:
        return [unescape(one) for one in re.findall(r'/pages/\d+"[^>]*>([^<]+)</a>', self.get().text)]


@pytest.fixture
def desk(world: World, visitor: Visitors) -> Desk:
    return Desk(world, visitor)


class TestWhoMay:
    @pytest.mark.parametrize("path", SCREENS)
    def test_its_owner_in_five_statements(self, world: World, desk: Desk, path: str) -> None:
        assert desk.get(path).status_code == 200
        assert world.statements_of(lambda: desk.get(path)) <= 5

    @pytest.mark.parametrize("who", ["ada", "ben", "dov", "eve", "root"])
    def test_nobody_else(self, desk: Desk, visitor: Visitors, who: str) -> None:
        other = visitor(who)
        assert {other.get(desk.at(path)).status_code for path in SCREENS} == {403}
        posts = ("/pages/{page}", "/order", "/sections", "/share", "/settings", "/export/site", "/export/package")
        assert {other.post(desk.at(path), move=f"page-{desk.page}-up").status_code for path in posts} == {403}

    def test_whoever_is_not_signed_in_is_asked_to(self, desk: Desk, visitor: Visitors) -> None:
        assert visitor(None).get(desk.home).status_code == 401

    def test_nobody_while_it_counts_as_spam_but_to_take_it_along(self, world: World, desk: Desk) -> None:
        set_status(world, desk.author.id, "marked_as_spam")
        assert desk.get().status_code == 403
        page = desk.get("/export")
        assert page.status_code == 200
        assert "Not while it is hidden as spam" in words(page)
        assert desk.post("/export/package").status_code == 303

    def test_nobody_once_it_is_deleted(self, desk: Desk) -> None:
        desk.author.client.delete(desk.author.path)
        assert desk.get().status_code == 404

    @pytest.mark.parametrize("path", ["/pages/{page}", "/order", "/sections", "/share", "/settings", "/export/site"])
    def test_a_form_without_its_token_does_nothing(self, desk: Desk, path: str) -> None:
        assert desk.visitor.post(desk.at(path), token="wrong").status_code == 422

    def test_the_owner_is_led_there_from_the_portfolio_and_nobody_else_is(self, desk: Desk, visitor: Visitors) -> None:
        desk.author.put(public="1")
        link = f'href="{desk.home}/pages/{desk.page}"'
        assert link in desk.visitor.get(desk.author.path).text
        assert link not in visitor("ben").get(desk.author.path).text


class TestThePage:
    def test_it_is_saved_as_it_was_written(self, desk: Desk) -> None:
        saved = desk.save(html("<p>Low <b>water</b></p>", "rich_text"), html("<i>x</i>"), name="Tides")
        assert "Saved." in words(desk.visitor.follow(saved))
        stored = desk.stored()
        assert stored["name"] == "Tides"
        assert [one["section_type"] for one in stored["content"]] == ["rich_text", "html"]

    def test_an_empty_page_says_what_to_do(self, desk: Desk) -> None:
        assert "Nothing stands on this page yet" in words(desk.get())

    def test_without_a_name_it_is_not_saved_and_keeps_what_was_typed(self, desk: Desk) -> None:
        again = desk.save(html("<p>Long thoughts</p>", "rich_text"), name=" ")
        assert again.status_code == 422
        assert "Please fill this in." in words(again)
        assert "&lt;p&gt;Long thoughts&lt;/p&gt;</textarea>" in again.text
        assert desk.stored()["lock_version"] == 1

    def test_a_name_that_is_too_long_stands_beside_its_field(self, desk: Desk) -> None:
        again = desk.save(name="x" * 256)
        assert again.status_code == 422
        assert "This is too long." in words(again)

    def test_hostile_text_stays_text(self, desk: Desk) -> None:
        desk.save(html(HOSTILE), name=HOSTILE)
        desk.post("/sections", eportfolio_category__name=HOSTILE)
        desk.post("/settings", eportfolio__name=HOSTILE, eportfolio__theme="sea")
        desk.post("/share/links", link__name=HOSTILE)
        for path in SCREENS:
            page = desk.get(path).text
            assert "<img src=x" not in page
            assert "onerror=alert(1)>" not in page.replace("&gt;", "")

    def test_two_editors_are_shown_both_texts(self, desk: Desk) -> None:
        desk.save(html("<p>Theirs</p>", "rich_text"), name="By them")
        late = desk.save(html("<p>Mine</p>", "rich_text"), name="By me", version=1)
        assert late.status_code == 422
        said = words(late)
        assert "This page was saved elsewhere while you were writing" in said
        assert "<p>Theirs</p>" in late.text
        assert "&lt;p&gt;Mine&lt;/p&gt;</textarea>" in late.text
        assert 'value="By me"' in late.text
        assert desk.stored()["name"] == "By them"
        assert 'name="lock_version" value="2"' in late.text
        assert desk.save(html("<p>Mine</p>", "rich_text"), name="By me", version=2).status_code == 303
        assert "By them" in words(desk.get("/pages/{page}/history"))

    def test_a_save_that_looks_like_spam_leads_to_what_to_do_about_it(self, world: World, desk: Desk) -> None:
        world.use(eportfolio_content_spam_keywords=("pills",))
        reply = desk.save(html("<p>pills</p>"))
        assert reply.headers["location"] == desk.author.path
        assert "looks like spam" in words(desk.visitor.follow(reply))

    def test_comments_are_switched_on_and_off(self, desk: Desk) -> None:
        fields = desk.form() | {"eportfolio_entry[allow_comments]": "0", "eportfolio_entry[show_comments]": "0"}
        desk.visitor.post(desk.at("/pages/{page}"), **fields)
        stored = desk.stored()
        assert (stored["allow_comments"], stored["show_comments"]) == (False, False)


class TestTheBlocks:
    """Steps among them change nothing that is stored."""

    def step(self, desk: Desk, do: str, *blocks: dict[str, Any], **how: Any) -> httpx.Response:
        fields = desk.form(*blocks) | {"do": do, "authenticity_token": desk.visitor.browser.csrf}
        headers = HTML | {"hx-request": "true"} if how.get("piece") else HTML
        return desk.visitor.browser.http.post(desk.at("/pages/{page}/draft"), data=fields, headers=headers)

    def texts(self, page: httpx.Response) -> list[str]:
        return re.findall(r">\n([^<]*)</textarea>", page.text)

    @pytest.mark.parametrize(
        ("do", "left"),
        [
            ("up-2", ["b", "a", "c"]),
            ("down-1", ["b", "a", "c"]),
            ("remove-2", ["a", "c"]),
            ("add-html", ["a", "b", "c", ""]),
            ("up-1", ["a", "b", "c"]),
            ("down-3", ["a", "b", "c"]),
            ("up-9", ["a", "b", "c"]),
            ("fly-1", ["a", "b", "c"]),
        ],
    )
    @pytest.mark.parametrize("piece", [True, False])
    def test_they_come_move_and_go(self, desk: Desk, do: str, left: list[str], piece: bool) -> None:
        page = self.step(desk, do, html("a", "rich_text"), html("b"), html("c"), piece=piece)
        assert page.status_code == 200
        assert self.texts(page) == left
        assert ("<html" in page.text) is not piece
        assert desk.stored()["lock_version"] == 1

    def test_what_is_typed_is_cleaned_before_it_is_shown(self, desk: Desk) -> None:
        page = self.step(desk, "", html("<p onclick='x()'>a</p><script>y()</script>", "rich_text"))
        assert "<script>y" not in page.text
        assert "onclick='x()'>" not in page.text

    def test_a_file_of_ones_own_is_shown_and_of_others_is_not(self, world: World, desk: Desk) -> None:
        mine = uploaded(world, "cleo", "/users/self", "Mine <b>.txt")
        other = uploaded(world, "ben", "/users/self", "Theirs.txt")
        assert "Mine &lt;b&gt;.txt" in self.step(desk, f"file-{mine['id']}", piece=True).text
        page = self.step(desk, f"file-{other['id']}", piece=True)
        assert "Theirs" not in page.text
        assert "A file that stood here is gone." in words(page)

    def test_something_collected_can_be_placed(self, world: World, desk: Desk) -> None:
        self.collect(world, "cleo", "Tide tables <b>")
        (step,) = re.findall(r'value="(thing-\d+)"', desk.get("/pages/{page}/things?of=things").text)
        page = self.step(desk, step, piece=True)
        assert "Tide tables &lt;b&gt;" in page.text
        (sent,) = re.findall(r'name="section_1\[content\]" value="([^"]*)"', page.text)
        assert "data-ep-item=" in sent
        reply = desk.post("/pages/{page}/things", do=step)
        assert "It stands at the end of the page" in words(desk.visitor.follow(reply))
        assert desk.stored()["content"][0]["section_type"] == "html"

    def test_not_what_others_collected(self, world: World, desk: Desk) -> None:
        number = self.collect(world, "ben", "Theirs")
        assert "Theirs" not in self.step(desk, f"thing-{number}", piece=True).text
        assert desk.post("/pages/{page}/things", do=f"thing-{number}").status_code == 404

    def collect(self, world: World, who: str, name: str) -> int:
        return Keeper(world, who).link(name)


class TestFilesWithoutScripts:
    def send(
        self, desk: Desk, name: str = "Low <i>.txt", data: bytes = b"Notes.", token: str | None = None
    ) -> httpx.Response:
        proof = desk.visitor.browser.csrf if token is None else token
        path = desk.at("/pages/{page}/files") + f"?authenticity_token={proof}"
        return desk.visitor.browser.http.post(path, files={"file": (name, data)}, headers=HTML)

    def test_one_comes_to_the_end_of_the_page(self, desk: Desk) -> None:
        desk.save(html("<p>Words</p>", "rich_text"))
        page = desk.visitor.follow(self.send(desk))
        assert "Low &lt;i&gt;.txt" in page.text
        assert [one["section_type"] for one in desk.stored()["content"]] == ["rich_text", "attachment"]

    def test_not_without_the_token(self, desk: Desk) -> None:
        assert self.send(desk, token="wrong").status_code == 422

    def test_one_that_is_too_large_is_refused_and_leaves_nothing(self, world: World, desk: Desk) -> None:
        world.sql("UPDATE accounts SET default_user_storage_quota = 3 WHERE id = 1 RETURNING id")
        assert self.send(desk).status_code in (400, 413, 422)
        assert desk.stored()["lock_version"] == 1

    def test_an_own_one_can_be_chosen(self, world: World, desk: Desk) -> None:
        file = uploaded(world, "cleo", "/users/self", "Chart.txt")
        assert f'value="file-{file["id"]}"' in desk.get("/pages/{page}/things").text
        desk.post("/pages/{page}/things", do=f"file-{file['id']}")
        assert desk.stored()["content"] == [{"section_type": "attachment", "attachment_id": file["id"]}]
        other = uploaded(world, "ben", "/users/self", "Theirs.txt")
        assert desk.post("/pages/{page}/things", do=f"file-{other['id']}").status_code == 404


class TestTheTree:
    def test_sections_and_pages_come(self, desk: Desk) -> None:
        page = desk.visitor.follow(desk.post("/sections", eportfolio_category__name="On the shore"))
        assert "On the shore" in words(page)
        section = desk.author.sections()[1]["id"]
        page = desk.visitor.follow(desk.post(f"/sections/{section}/pages", eportfolio_entry__name="Neap tides"))
        assert 'aria-current="page">Neap tides</a>' in page.text
        assert desk.names() == ["Welcome", "New Page", "Neap tides"]

    def test_a_section_is_renamed(self, desk: Desk) -> None:
        page = desk.visitor.follow(desk.post("/sections/{section}", eportfolio_category__name="Start", at=desk.page))
        assert "The section is called “Start” now." in words(page)
        assert desk.author.sections()[0]["slug"] == "start"

    def test_pages_move_by_steps_to_other_sections_and_to_places(self, desk: Desk) -> None:
        second = desk.author.section("Lab")["id"]
        numbers = [desk.author.entry(name=name)["id"] for name in ("One", "Two")]
        desk.post("/order", move=f"page-{numbers[1]}-up", at=desk.page)
        assert desk.names() == ["Welcome", "Two", "One", "New Page"]
        desk.post("/order", move=f"page-{numbers[1]}-to-{second}")
        assert desk.names() == ["Welcome", "One", "New Page", "Two"]
        desk.post("/order", move=f"page-{numbers[0]}-to-{second}-at-1")
        assert desk.names() == ["Welcome", "One", "New Page", "Two"]
        desk.post("/order", move=f"section-{second}-at-1")
        assert desk.names() == ["One", "New Page", "Two", "Welcome"]
        desk.post("/order", move=f"section-{second}-down")
        assert desk.names() == ["Welcome", "One", "New Page", "Two"]

    def test_moving_a_page_is_no_version_of_it(self, desk: Desk) -> None:
        second = desk.author.section("Lab")["id"]
        desk.post("/order", move=f"page-{desk.page}-to-{second}")
        assert desk.stored()["lock_version"] == 1
        assert desk.save(html("<p>Still mine</p>")).status_code == 303

    def test_scripts_get_the_tree_alone(self, desk: Desk) -> None:
        number = desk.author.entry(name="One")["id"]
        fields = {"authenticity_token": desk.visitor.browser.csrf, "move": f"page-{number}-up", "at": str(desk.page)}
        reply = desk.visitor.browser.http.post(f"{desk.home}/order", data=fields, headers=HTML | {"hx-request": "true"})
        assert reply.status_code == 200
        assert "<html" not in reply.text
        assert "“One” was moved." in words(reply)

    @pytest.mark.parametrize("move", ["", "page-0-up", "page-99999-up", "section-99999-at-1", "nonsense"])
    def test_what_is_not_there_does_not_move(self, desk: Desk, move: str) -> None:
        assert desk.post("/order", move=move).status_code == 404

    def test_what_goes_for_good_is_asked_first(self, desk: Desk) -> None:
        desk.author.entry(name="One <b>")
        said = words(desk.get("/sections/{section}/delete"))
        assert "2 pages go with it" in said
        assert "One <b>" in said
        desk.visitor.follow(desk.post("/pages/{page}/delete"))
        assert desk.names() == ["One <b>"]
        page = desk.visitor.follow(desk.post("/sections/{section}/delete"))
        assert page.status_code == 200
        assert desk.names() == ["Welcome"]


class TestSharing:
    def test_it_is_opened_to_everybody_and_closed_again(self, desk: Desk, visitor: Visitors) -> None:
        assert "You, and whoever has the link below." in words(desk.get("/share"))
        page = desk.visitor.follow(desk.post("/share", eportfolio__public="1"))
        assert "Everybody who comes to its address." in words(page)
        assert visitor(None).get(desk.author.path).status_code == 200
        desk.post("/share", eportfolio__public="0")
        assert visitor(None).get(desk.author.path).status_code == 401

    def address(self, desk: Desk) -> list[str]:
        return re.findall(r'value="([^"]*)" data-link', desk.get("/share").text)

    def test_a_link_is_made_limited_renewed_and_taken_away(self, world: World, desk: Desk, visitor: Visitors) -> None:
        desk.post("/share/links", link__name="For Dov", link__expires_at="2026-02-20", link__section_id="")
        first, second = self.address(desk)
        (number,) = [one["id"] for one in desk.author.client.get(f"{desk.author.path}/links").json() if one["name"]]
        assert "For Dov" in words(desk.get("/share"))

        def opens(address: str) -> bool:
            return visitor(None).browser.http.get(address, headers=HTML).status_code == 200

        assert opens(second)
        desk.post(f"/share/links/{number}/renew")
        assert not opens(second)
        renewed = self.address(desk)[1]
        assert opens(renewed)
        desk.post(f"/share/links/{number}", link__expires_at="2020-01-01")
        assert not opens(renewed)
        assert "Works no longer" in words(desk.get("/share"))
        desk.post(f"/share/links/{number}", link__expires_at="")
        assert opens(renewed)
        desk.post(f"/share/links/{number}/delete")
        assert self.address(desk) == [first]

    def test_a_day_that_cannot_be_read_makes_no_link_for_ever(self, desk: Desk) -> None:
        again = desk.post("/share/links", link__name="For Dov", link__expires_at="soon")
        assert again.status_code == 422
        assert 'value="For Dov"' in again.text
        assert len(self.address(desk)) == 1

    def test_without_a_link_only_its_owner_sees_it(self, desk: Desk) -> None:
        (link,) = desk.author.client.get(f"{desk.author.path}/links").json()
        page = desk.visitor.follow(desk.post(f"/share/links/{link['id']}/delete"))
        assert "Only you." in words(page)
        assert "There is no secret link." in words(page)


class TestNameAndLook:
    def test_they_are_changed(self, desk: Desk) -> None:
        desk.post("/settings", eportfolio__name="Tides", eportfolio__theme="sea")
        assert 'class="q-portfolio q-theme-sea"' in desk.visitor.get(desk.author.path).text
        assert "Tides" in words(desk.get())
        assert re.search(r'value="sea" checked', desk.get("/settings").text)

    def test_a_look_that_there_is_not_is_refused_and_the_name_kept(self, desk: Desk) -> None:
        again = desk.post("/settings", eportfolio__name="Tides", eportfolio__theme="neon")
        assert again.status_code == 422
        assert 'value="Tides"' in again.text
        assert 'class="q-portfolio q-theme-plain"' in desk.visitor.get(desk.author.path).text

    def test_it_travels_with_the_site_and_with_the_package(self, world: World, desk: Desk) -> None:
        desk.post("/settings", eportfolio__name="Tides", eportfolio__theme="dusk")
        desk.post("/export/site")
        desk.post("/export/package", dialect="standard")
        world.work()
        found = {name: desk.download(name) for name in ("site", "package")}
        assert b"q-theme-dusk" in found["site"].read("index.html")
        assert b'<ep:theme id="dusk"' in found["package"].read("leap2a.xml")


class TestTakingItAlong:
    def test_it_is_followed_over_a_reload(self, world: World, desk: Desk) -> None:
        page = desk.visitor.follow(desk.post("/export/site"))
        assert "Making the web site" in words(page)
        assert f'hx-get="{desk.home}/export/site"' in page.text
        assert "Making the web site" in words(desk.get("/export"))
        world.work()
        assert "Download the web site" in words(desk.get("/export/site"))
        assert "hx-get" not in desk.get("/export/site").text
        assert "Download the web site" in words(desk.get("/export"))

    def test_mahara_gets_its_own_spelling(self, world: World, desk: Desk) -> None:
        for dialect, spelling in (("mahara22", b"web.archive.org"), ("standard", b"http://terms.leapspecs.org/")):
            desk.post("/export/package", dialect=dialect)
            world.work()
            assert spelling in desk.download("package").read("leap2a.xml")[:3000]


class TestEarlierVersions:
    def test_one_is_read_and_brought_back_and_that_is_undone_the_same_way(self, desk: Desk) -> None:
        desk.save(html("<p>First</p>", "rich_text"))
        desk.save(html("<p>Second</p>", "rich_text"), version=2)
        assert "Version 2" in words(desk.get("/pages/{page}/history"))
        assert "<p>First</p>" in desk.get("/pages/{page}/history/2").text
        page = desk.visitor.follow(desk.post("/pages/{page}/history/2"))
        assert "Version 2 is back. What stood here until now is version 3" in words(page)
        assert desk.stored()["content"][0]["content"] == "<p>First</p>"
        desk.post("/pages/{page}/history/3")
        assert desk.stored()["content"][0]["content"] == "<p>Second</p>"

    @pytest.mark.parametrize("number", ["0", "99", "x"])
    def test_there_are_no_others(self, desk: Desk, number: str) -> None:
        assert desk.get(f"/pages/{{page}}/history/{number}").status_code == 404

    def test_long_ones_come_in_pages(self, desk: Desk) -> None:
        for number in range(1, 60):
            desk.author.change(desk.stored(), html(f"<p>{number}</p>"))
        assert "Version 60" in words(desk.get("/pages/{page}/history"))
        assert "Version 10" in words(desk.get("/pages/{page}/history?page=2"))
        assert desk.get("/pages/{page}/history?page=junk").status_code == 200
