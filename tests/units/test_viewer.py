"""The page of a portfolio, from values alone. Source: web.md W4, eportfolios.md §5."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from quadrangle.files import File
from quadrangle.web.viewer import (
    Addresses,
    PageLink,
    PortfolioView,
    SectionTab,
    ShownComment,
    ShownPage,
    State,
    blocks_of,
    day,
    render,
    size,
    summary,
)

NOW = datetime(2026, 2, 15, 12, tzinfo=UTC)


def file(id: int, name: str, type: str, state: str = "available") -> File:
    blank: dict[str, Any] = dict.fromkeys(File.__struct_fields__)
    blank |= {
        "id": id,
        "uuid": f"uuid{id}",
        "display_name": name,
        "content_type": type,
        "workflow_state": state,
        "size": 1234,
    }
    return File(**blank)


HOME = SectionTab(1, "Home", "home", (PageLink(1, "Welcome", "welcome", "home"),))
WORK = SectionTab(2, "Work", "work", (PageLink(2, "One", "one", "work"), PageLink(3, "Two", "two", "work")))
VIEW = PortfolioView(7, "Mine & <all>", "Ben", (HOME, WORK), public=True, indexed=True)
BOOK = Addresses(
    stylesheet="style.css",
    home="index.html",
    section=lambda section: f"{section.slug}.html",
    page=lambda page: f"{page.section_slug}_{page.slug}.html",
    file=lambda page_id, file: f"files/{file.display_name}",
)


def page(*content: Any, **more: Any) -> ShownPage:
    return ShownPage(3, "Two", 2, [*content], NOW, **more)


def html(text: str) -> dict[str, Any]:
    return {"section_type": "html", "content": text}


class TestAddresses:
    def test_every_one_comes_from_the_book(self) -> None:
        picture = {"section_type": "attachment", "attachment_id": 1}
        shown = page(html('<p><a href="/x">x</a></p>'), picture, files={1: file(1, "a.png", "image/png")})
        book = msgspec.structs.replace(BOOK, written=lambda address: f"local{address}")
        text = render(VIEW, shown, book, interactive=False)
        found = set(_attribute(text, "href")) | set(_attribute(text, "src"))
        assert found == {
            *("style.css", "data:,", "index.html", "home.html", "work.html", "work_one.html", "work_two.html"),
            *("#q-main", "local/x", "files/a.png"),
        }

    def test_what_it_does_not_hold_is_left_out(self) -> None:
        text = render(VIEW, page(), BOOK, interactive=False)
        assert "og:" not in text
        assert "atom" not in text
        full = msgspec.structs.replace(
            BOOK, absolute=lambda one: f"https://x/{one}", feed="feed.atom", preview="?view=preview"
        )
        text = render(VIEW, page(), full, interactive=True)
        assert '<link rel="canonical" href="https://x/work_two.html">' in text
        assert 'type="application/atom+xml" title="Mine &amp; &lt;all&gt;" href="feed.atom"' in text

    def test_a_private_one_tells_programs_its_name_alone(self) -> None:
        book = msgspec.structs.replace(BOOK, absolute=lambda one: f"https://x/{one}")
        text = render(msgspec.structs.replace(VIEW, public=False), page(html("<p>secret</p>")), book, interactive=True)
        assert "https://x/" not in text
        assert text.count("secret") == 1


def _attribute(text: str, name: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split(f' {name}="')[1:]]


class TestBlocks:
    @pytest.mark.parametrize(
        ("content", "kinds"),
        [
            (None, ["nothing"]),
            ("Nothing entered yet", ["nothing"]),
            ("<b>Bare</b><script>x</script>", ["words"]),
            (["No Content Added Yet"], ["nothing"]),
            ([], []),
            ([html("<p>a</p>"), {"section_type": "rich_text", "content": "b"}], ["words", "words"]),
            ([{"section_type": "submission", "submission_id": 5}], ["gone"]),
            ([{"section_type": "attachment", "attachment_id": id} for id in range(1, 8)],
             ["picture", "picture", "sound", "film", "file", "gone", "gone"]),
        ],
    )  # fmt: skip
    def test_what_stands_there(self, content: Any, kinds: list[str]) -> None:
        files = [
            file(1, "a.b.png", "image/png"),
            file(2, "a.svg", "image/svg+xml"),
            file(3, "a.mp3", "audio/mpeg"),
            file(4, "a.mp4", "video/mp4"),
            file(5, "a.html", "text/html"),
            file(6, "a.txt", "text/plain", "deleted"),
        ]
        shown = ShownPage(3, "Two", 2, content, NOW, {one.id: one for one in files})
        blocks = blocks_of(VIEW, shown, BOOK)
        assert [one.kind for one in blocks] == kinds
        assert all("<script" not in one.html for one in blocks)
        if "picture" in kinds:
            assert blocks[0].name == "a.b"
            assert (blocks[4].name, blocks[4].note) == ("a.html", "Web page, 1 KB")

    @pytest.mark.parametrize(
        ("text", "coloured"),
        [
            ('<p style="color:red">x</p>', True),
            ('<p style="font-size:2em; background-color : red">x</p>', True),
            ('<p style="background: #fff">x</p>', True),
            ('<font color="red">x</font>', True),
            ('<p style="border-color: red">My background: I sing in colour</p>', False),
            ("<p>x</p>", False),
        ],
    )
    def test_words_in_colours_of_their_own_want_paper(self, text: str, coloured: bool) -> None:
        (block,) = blocks_of(VIEW, page(html(text)), BOOK)
        assert block.coloured == coloured

    def test_nobody_vouches_for_links_that_are_not_indexed(self) -> None:
        view = msgspec.structs.replace(VIEW, indexed=False)
        shown = page(html('<a href="https://x">x</a>'))
        assert blocks_of(view, shown, BOOK)[0].html == '<a href="https://x" rel="ugc nofollow">x</a>'
        assert blocks_of(VIEW, shown, BOOK)[0].html == '<a href="https://x">x</a>'
        assert '<meta name="robots" content="noindex">' in render(view, shown, BOOK, interactive=True)
        assert "noindex" not in render(VIEW, shown, BOOK, interactive=True)


class TestThePage:
    def test_names_and_comments_are_text(self) -> None:
        bad = "<script>alert(1)</script>"
        view = msgspec.structs.replace(VIEW, name=bad, author=bad, state=State(bad, (bad,), (bad,)))
        shown = msgspec.structs.replace(page(bad), name=bad, comments=(ShownComment(bad, bad, NOW),))
        assert "<script" not in render(view, shown, BOOK, interactive=True)

    def test_only_a_server_tells_of_the_state(self) -> None:
        view = msgspec.structs.replace(VIEW, state=State("Only you"), preview=True)
        assert "Only you" in render(view, page(), BOOK, interactive=True)
        assert "Only you" not in render(view, page(), BOOK, interactive=False)
        assert "how your visitors see it" not in render(view, page(), BOOK, interactive=False)

    def test_without_a_page(self) -> None:
        text = render(msgspec.structs.replace(VIEW, name=" "), None, BOOK, interactive=True)
        assert "There is no page here yet" in text
        assert "<title>Untitled portfolio</title>" in text

    def test_comments_are_shown_where_there_may_be_some(self) -> None:
        assert "Comments" not in render(VIEW, page(), BOOK, interactive=True)
        assert "No comments yet" in render(VIEW, page(comments=()), BOOK, interactive=True)
        said = ShownComment(None, "a\nb", NOW)
        assert "Somebody" in render(VIEW, page(comments=(said,)), BOOK, interactive=True)


@pytest.mark.parametrize(
    ("bytes", "told"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1 KB"), (12_345, "12 KB"), (999_499, "999 KB"), (999_500, "1.0 MB"),
     (3_400_000, "3.4 MB"), (34_000_000, "34 MB"), (5_000_000_000, "5.0 GB"), (7_000_000_000_000_000, "7000 TB")],
)  # fmt: skip
def test_sizes(bytes: int, told: str) -> None:
    assert size(bytes) == told


def test_days_are_those_of_whoever_looks() -> None:
    assert day(NOW, UTC) == "15 February 2026"
    assert day(NOW, timezone(timedelta(hours=13))) == "16 February 2026"


def test_a_summary_is_one_short_line() -> None:
    assert summary("<h1>One</h1><p>two &amp; three") == "One two & three"
    long = summary("<p>" + "word " * 1000 + "</p>")
    assert long.endswith("word …")
    assert len(long) < 210
