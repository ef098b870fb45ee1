"""A portfolio leaves as an open package. Source: portfolio-package.md §3 and §5; eportfolios.md §6 for portfolios that count as spam."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from quadrangle.jobs import enqueue
from quadrangle.packages import FileArtifact, Packed, Presentation, Reading, open_container, pieces, read, to_file
from quadrangle.packages.model import Block, EmbeddedFile
from tests.specs.files.conftest import stored, uploaded
from tests.specs.portfolios.conftest import FORBIDDEN, Campus, set_status
from tests.specs.portfolios.test_authoring import Author, html, ok
from tests.world import NO_TLS, World


def placed(file: Any) -> dict[str, Any]:
    return {"section_type": "attachment", "attachment_id": file["id"]}


def package(author: Author) -> Any:
    return ok(author.client.get(f"{author.path}/package"))


class Opened:
    """A package as it was downloaded and read."""

    def __init__(self, author: Author, folder: Path) -> None:
        package(author)
        author.world.work()
        self.told = package(author)
        answer = httpx.get(self.told["url"], verify=NO_TLS)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".zip", delete=False) as file:
            file.write(answer.content)
        self.container = open_container(Path(file.name))
        self.reading: Reading = read(self.container, author.world.clock.now())
        self.items: list[Packed] = list(self.reading.items())

    def only(self, kind: type[Any]) -> Any:
        (found,) = [one for one in self.items if isinstance(one, kind)]
        return found

    def bytes_of(self, file: Any) -> bytes:
        return b"".join(pieces(self.container, file))


@pytest.fixture
def author(world: World) -> Author:
    return Author(world, name="Fieldwork & more")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


class TestTheJob:
    def test_the_first_call_queues_it_and_a_later_one_leads_to_the_file(self, author: Author, folder: Path) -> None:
        first = package(author)
        assert (first["workflow_state"], first["size"], first["problems"]) == ("queued", None, [])
        assert first["filename"] == "eP_Export_Cleo_Patra_202602151200.zip"
        assert "url" not in first
        assert package(author) == first
        opened = Opened(author, folder)
        assert (opened.told["id"], opened.told["workflow_state"]) == (first["id"], "complete")
        assert opened.told["size"] == len(httpx.get(opened.told["url"], verify=NO_TLS).content)

    def test_it_is_given_again_until_something_changes_or_an_hour_has_passed(
        self, author: Author, folder: Path
    ) -> None:
        first = Opened(author, folder).told
        assert package(author) == first
        author.section("More")
        second = Opened(author, folder).told
        assert second["id"] != first["id"]
        author.world.clock.advance(minutes=61)
        assert package(author)["id"] != second["id"]

    def test_its_bytes_go_after_a_week(self, author: Author, folder: Path) -> None:
        Opened(author, folder)
        for days, kept in ((6, True), (2, False)):
            author.world.clock.advance(days=days)
            for kind in ("forget_packages", "clear_away_files"):
                author.world.do(lambda uow, kind=kind: enqueue(uow, kind))
                author.world.work()
            assert bool(stored(author.world)) is kept

    def test_what_waited_for_a_day_is_given_up(self, author: Author) -> None:
        first = package(author)
        author.world.clock.advance(hours=25)
        author.world.work()
        assert author.world.sql("SELECT state FROM transfers WHERE id = :id", id=first["id"]) == [(1,)]


class TestWhoMay:
    @pytest.mark.parametrize("status", ["flagged_as_possible_spam", "marked_as_spam"])
    def test_its_author_also_while_it_counts_as_spam(self, author: Author, folder: Path, status: str) -> None:
        """eportfolios.md §6: the package export stays open."""
        author.entry(html("<p>Mine all the same</p>"), name="A")
        set_status(author.world, author.id, status)
        assert author.client.get(f"{author.path}/export").status_code == 403
        assert "Mine all the same" in str(Opened(author, folder).only(Presentation))

    @pytest.mark.parametrize("who", ["root", "ben", "ada", "dov"])
    def test_nobody_else(self, author: Author, who: str) -> None:
        author.put(public="1")
        refused = author.world.as_(who).get(f"{author.path}/package")
        assert (refused.status_code, refused.json()) == (403, FORBIDDEN)
        assert author.world.anyone.get(f"{author.path}/package").status_code == 401

    def test_not_what_is_deleted(self, world: World) -> None:
        campus = Campus(world)
        assert campus.world.ben.get(f"/eportfolios/{campus.p5}/package").status_code == 404

    def test_a_portfolio_that_is_deleted_meanwhile_is_not_packed(self, author: Author) -> None:
        first = package(author)
        ok(author.client.delete(author.path))
        author.world.work()
        (row,) = author.world.sql("SELECT state, file_id FROM transfers WHERE id = :id", id=first["id"])
        assert row == (1, None)
        assert stored(author.world) == []


class TestWhatIsInIt:
    def test_sections_pages_and_blocks(self, author: Author, folder: Path) -> None:
        tides = author.section("Tides")
        author.entry(
            html("<h2>Low water</h2>", "rich_text"), html("<p>at noon</p>"), name="Spring", section=tides["id"]
        )
        packed = Opened(author, folder).only(Presentation)
        assert (packed.name, packed.sections) == ("Fieldwork & more", ("Home", "Tides"))
        assert [(page.name, page.section, page.content) for page in packed.pages] == [
            ("Welcome", 1, "text"),
            ("New Page", 2, "null"),
            ("Spring", 2, "blocks"),
        ]
        assert packed.pages[0].text == "Nothing entered yet"
        assert packed.pages[2].blocks == (
            Block(kind="rich-text", html="<h2>Low water</h2>"),
            Block(kind="html", html="<p>at noon</p>"),
        )

    def test_a_portfolio_without_a_name(self, world: World, folder: Path) -> None:
        author = Author(world, name="")
        assert Opened(author, folder).only(Presentation).name == ""

    def test_files_on_pages_are_artifacts(self, author: Author, folder: Path) -> None:
        notes = uploaded(author.world, "cleo", "/users/self", "tides.txt", b"Low water at noon.")
        author.entry(html("<p>Before</p>"), placed(notes), placed(notes), name="A")
        opened = Opened(author, folder)
        artifact = opened.only(FileArtifact)
        assert (artifact.name, artifact.file.name, artifact.file.media_type) == ("tides.txt", "tides.txt", "text/plain")
        assert opened.bytes_of(artifact.file) == b"Low water at noon."
        page = opened.only(Presentation).pages[1]
        assert page.blocks[1:] == (Block(kind="item", item=artifact.key), Block(kind="item", item=artifact.key))

    def test_embedded_files_come_along_and_their_addresses_stand_for_them(self, author: Author, folder: Path) -> None:
        chart = uploaded(author.world, "cleo", "/users/self", "chart.png", b"\x89PNG...")
        foreign = uploaded(author.world, "ben", "/users/self", "his.png", b"\x89PNG his")
        texts = [f'<p><img src="/files/{one["id"]}/preview" alt="x"></p>' for one in (chart, foreign)]
        author.entry(*[html(text) for text in texts], name="A")
        opened = Opened(author, folder)
        embedded = opened.only(EmbeddedFile)
        assert opened.bytes_of(embedded.file) == b"\x89PNG..."
        page = opened.only(Presentation).pages[1]
        assert to_file(embedded.key) in page.blocks[0].html
        assert f"/files/{foreign['id']}/preview" in page.blocks[1].html

    def test_an_embedded_file_that_is_an_artifact_is_packed_once(self, author: Author, folder: Path) -> None:
        chart = uploaded(author.world, "cleo", "/users/self", "chart.png", b"\x89PNG...")
        author.entry(placed(chart), html(f'<p><img src="/files/{chart["id"]}/preview" alt="x"></p>'), name="A")
        opened = Opened(author, folder)
        artifact = opened.only(FileArtifact)
        assert to_file(artifact.key) in opened.only(Presentation).pages[1].blocks[1].html

    def test_comments_without_who_said_them(self, author: Author, folder: Path) -> None:
        entry = author.entry(html("<p>x</p>"), name="A", allow_comments="1", show_comments="1")
        author.put(public="1")
        for who, text in (("ben", "Well <done>"), ("cleo", "Thanks")):
            said = {"page_comment[message]": text}
            ok(author.world.as_(who).post(f"{author.path}/entries/{entry['id']}/comments", said))
        opened = Opened(author, folder)
        page = opened.only(Presentation).pages[1]
        assert [one.text for one in page.comments] == ["Well <done>", "Thanks"]
        whole = b"".join(opened.container.pieces(opened.container.main))
        assert b"Ben" not in whole
        assert f"/users/{author.world.ids['ben']}".encode() not in whole

    def test_what_others_do_not_learn_is_not_in_it(self, author: Author, folder: Path) -> None:
        """portfolio-package.md §5.4: public flag, private link, spam status."""
        author.put(public="1")
        link = ok(author.client.get(f"{author.path}/links"))[0]["url"].partition("verifier=")[2]
        opened = Opened(author, folder)
        whole = b"".join(opened.container.pieces(opened.container.main))
        assert link.encode() not in whole
        assert author.world.url.encode() not in whole

    def test_two_packages_of_the_same_portfolio_are_equal(self, author: Author, folder: Path) -> None:
        notes = uploaded(author.world, "cleo", "/users/self", "tides.txt", b"Low water at noon.")
        author.entry(placed(notes), html("<p>x</p>"), name="A")
        author.world.clock.advance(hours=1)
        first = Opened(author, folder)
        author.world.clock.advance(hours=2)
        second = Opened(author, folder)
        assert first.told["id"] != second.told["id"]
        assert first.items == second.items


class TestWhenSomethingIsMissing:
    def test_a_file_that_cannot_be_read_is_told_and_the_rest_comes(self, author: Author, folder: Path) -> None:
        notes = uploaded(author.world, "cleo", "/users/self", "tides.txt", b"Low water at noon.")
        author.entry(placed(notes), html("<p>x</p>"), name="A")
        for path in stored(author.world):
            path.unlink()
        opened = Opened(author, folder)
        assert opened.told["workflow_state"] == "complete_with_errors"
        (problem,) = opened.told["problems"]
        artifact = opened.only(FileArtifact)
        assert (problem["code"], problem["ref"]) == ("file-unreadable", artifact.key)
        assert artifact.file is None
