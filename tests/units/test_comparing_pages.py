"""What two versions of a page say differently. Source: web.md W11."""

import random
import time

import pytest
from lxml.html import fragment_fromstring

from quadrangle.kernel.html import sanitise
from quadrangle.pages import compared


def inline(old: str, new: str) -> str:
    return " ".join(compared("T", old, "T", new).inline.split())


class TestWords:
    def test_those_added_and_removed_are_marked_and_counted(self) -> None:
        found = compared("T", "<p>Bring boots and a net.</p>", "T", "<p>Bring boots and one towel.</p>")
        assert found.inline == "<p>Bring boots and <ins>one towel.</ins> <del>a net.</del></p>"
        assert (found.added, found.removed) == (2, 2)

    def test_each_side_says_what_it_said(self) -> None:
        found = compared(
            "T",
            "<p>On Friday morning, bring a <b>net</b> with you to the river.</p>",
            "T",
            "<p>On Friday morning, bring a <b>towel</b> with you to the river.</p>",
        )
        assert "<del><b>net</b></del>" in found.before
        assert "towel" not in found.before
        assert "<ins><b>towel</b></ins>" in found.after
        assert "net" not in found.after

    def test_titles_are_compared_too(self) -> None:
        found = compared("Week <one>", "", "Week two", "")
        assert found.title == "Week <ins>two</ins> <del>&lt;one&gt;</del>"
        assert found.marked
        assert (found.added, found.removed) == (0, 0)


class TestBlocks:
    def test_a_paragraph_put_between_others_is_new_and_they_are_not(self) -> None:
        assert inline("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>") == (
            "<p>One.</p> <ins><p>Two.</p></ins> <p>Three.</p>"
        )

    def test_items_and_cells_stay_where_they_stood(self) -> None:
        assert inline("<ul><li>Boots</li><li>Net</li></ul>", "<ul><li>Boots</li><li>Towel</li><li>Net</li></ul>") == (
            "<ul><li>Boots</li> <li><ins>Towel</ins></li> <li>Net</li></ul>"
        )
        assert inline(
            "<table><tr><td>1</td><td>2</td></tr></table>", "<table><tr><td>1</td><td>3</td></tr></table>"
        ) == ("<table><tbody><tr><td>1</td> <td><ins>3</ins> <del>2</del></td></tr></tbody></table>")

    def test_versions_of_a_paragraph_find_each_other(self) -> None:
        old = "<p>First, read this.</p><p>The river rises in the hills.</p>"
        new = "<p>The river rises in the mountains.</p><p>Last, write that.</p>"
        assert "<p>The river rises in the <ins>mountains.</ins> <del>hills.</del></p>" in inline(old, new)

    def test_a_picture_is_a_difference_without_words(self) -> None:
        found = compared("T", '<img src="/a">', "T", '<img src="/b">')
        assert '<del><img src="/a"></del>' in found.inline
        assert (found.added, found.removed, found.marked) == (0, 0, True)

    def test_looks_alone_are_told_apart_from_words(self) -> None:
        found = compared("T", "<p>The same</p>", "T", "<p>The <b>same</b></p>")
        assert (found.marked, found.alike) == (False, False)
        assert compared("T", "<p>x</p>", "T", "<p>x</p>").alike


class TestWhatAuthorsWrite:
    def test_their_own_marks_are_no_differences(self) -> None:
        found = compared("T", "<p>a <ins>b</ins> <del>c</del></p>", "T", "<p>a <ins>b</ins> <del>c</del></p>")
        assert found.inline == "<p>a <u>b</u> <s>c</s></p>"
        assert not found.marked

    @pytest.mark.parametrize("written", ["<script>x</script>", '<p onclick="x">y</p>', '<a href="javascript:x">y</a>'])
    def test_what_may_not_be_shown_is_not(self, written: str) -> None:
        found = compared("T", "", "<script>t</script>", written)
        for shown in (found.inline, found.before, found.after, found.title):
            assert "<script" not in shown
            assert "onclick" not in shown
            assert "javascript:" not in shown

    @pytest.mark.parametrize(
        ("old", "new"),
        [(None, None), ("", None), (None, "<p>x</p>"), ("<p>x</p>", ""), ("\ue000", '<b title="\ue000">x</b>')],
    )
    def test_nothing_can_be_compared(self, old: str | None, new: str | None) -> None:
        compared("", old, "", new)

    def test_however_it_is_nested_each_side_keeps_its_words(self) -> None:
        chance = random.Random(3)
        for _ in range(200):
            old, new = (sanitise(_anything(chance)) for _ in range(2))
            found = compared("T", old, "T", new)
            assert _said(found.before) == _said(old), (old, new)
            assert _said(found.after) == _said(new), (old, new)


def test_a_long_page_takes_no_longer_than_one_can_wait() -> None:
    chance = random.Random(1)
    words = [f"w{chance.randrange(2000)}" for _ in range(60_000)]
    others = ["other" if at % 37 == 0 else word for at, word in enumerate(words)]
    for step in (50, 60_000):
        old, new = (
            "".join(f"<p>{' '.join(text[i : i + step])}</p>" for i in range(0, 60_000, step))
            for text in (words, others)
        )
        begun = time.process_time()
        compared("T", old, "T", new)
        assert time.process_time() - begun < 2  # by words alone it took minutes


_TAGS = ["p", "ul", "li", "table", "tr", "td", "b", "ins", "del", "div", "h2", "pre", "span", "blockquote"]


def _anything(chance: random.Random, depth: int = 0) -> str:
    html = ""
    for _ in range(chance.randrange(1, 5)):
        if depth > 3 or chance.random() < 0.4:
            html += chance.choice(["one two ", "a &amp; b &lt;x&gt; ", "é ", " ", '"q" '])
        else:
            tag = chance.choice(_TAGS)
            html += f'<{tag} class="x&quot;y">{_anything(chance, depth + 1)}</{tag}>'
    return html


def _said(html: str) -> str:
    return "".join("".join(fragment_fromstring(html, create_parent="div").itertext()).split())
