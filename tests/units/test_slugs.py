"""Titles to slugs. Source: pages.md §2.1 and §2.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadrangle.kernel.slug import slugify, title_from_slug
from quadrangle.pages.rules import copy_title, free_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("New Wiki Page!", "new-wiki-page"),
        ("Hello, world!", "hello-world"),
        ("æ vęrÿ ßpéçïâł なまえ ¼‽", "ae-very-sspecial-namae-1-slash-4"),
        ("グループ映画プロジェクトの概要hi", "グループ映画プロジェクトの概要hi"),
        ("カタ カナ & more", "カタ-カナ-and-more"),
        ("Bob's page", "bobs-page"),
        ("Bob’s “page”", "bobs-page"),
        ("<b>Bold</b> title", "bold-title"),
        ("AT&T", "at-and-t"),
        ("me@home", "me-at-home"),
        ("100%", "100-percent"),
        ("1+1=2", "1-plus-1-equals-2"),
        ("5* hotel", "5-star-hotel"),
        ("#1", "number-1"),
        ("90° ÷ 2", "90-degrees-divided-by-2"),
        ("and/or\\not", "and-slash-or-slash-not"),
        ("wait...", "wait-dot-dot-dot"),
        ("wait…what", "wait-dot-dot-dot-what"),
        ("v1.2", "v1-dot-2"),
        ("The end.", "the-end"),
        ("costs $10 today", "costs-10-dollars-today"),
        ("£5 or €6 or ¥700", "5-pounds-or-6-euros-or-700-yen"),
        ("a_b|c<d", "a-b-c-d"),
        ("  many   blanks  ", "many-blanks"),
        ("--a--b--", "a-b"),
        ("$10.50", "10-dollars-dot-50"),
        ("5 < 6 and 7 > 4", "5-6-and-7-4"),
        ("3½ cups", "3-1-slash-2-cups"),
        ("2 × 3", "2-x-3"),
        ("北京 2026", "bei-jing-2026"),
        ("Привет, мир", "privet-mir"),
        ("㌀", "㌀"),
        ("Party 🎉 time", "party-time"),
        ("🎉🎉", ""),
        ("☃", ""),
        ("\u200b", ""),
        ("!!!", ""),
        ("", ""),
        ("   ", ""),
    ],
)
def test_it_turns_a_title_into_its_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug


@given(st.text(max_size=300))
def test_a_slug_is_its_own_slug(title: str) -> None:
    slug = slugify(title)
    assert slugify(slug) == slug


@given(st.text(max_size=300))
def test_a_slug_has_no_blanks_and_no_stray_hyphens(title: str) -> None:
    slug = slugify(title)
    assert not any(char.isspace() for char in slug)
    if slug.isascii():
        assert slug == slug.strip("-")
        assert "--" not in slug


@given(st.sets(st.sampled_from(["a", *(f"a-{number}" for number in range(2, 9))])))
def test_a_free_slug_is_held_by_nobody_and_is_the_first(held: set[str]) -> None:
    found = free_slug("a", held)
    assert found not in held
    candidates = ["a", *(f"a-{number}" for number in range(2, 12))]
    assert all(earlier in held for earlier in candidates[: candidates.index(found)])


def test_a_slug_becomes_a_title_again() -> None:
    assert title_from_slug("nonexistent-url") == "Nonexistent Url"
    assert title_from_slug("7") == "7"


@pytest.mark.parametrize(
    ("title", "copy"),
    [
        ("Bar", "Bar Copy"),
        ("Foo", "Foo Copy 3"),
        ("Foo Copy 1", "Foo Copy 3"),
        ("Foo Copy 5", "Foo Copy 6"),
        ("assignment copy", "assignment copy 2"),
        ("Photocopy", "Photocopy 2"),
    ],
)
def test_a_copy_finds_its_title(title: str, copy: str) -> None:
    held = ["Foo", "Foo Copy", "Foo Copy 1", "Foo Copy 2", "Foo Copy 5", "Bar", "assignment copy", "Photocopy"]
    assert copy_title(title, held) == copy


@given(st.text(min_size=1, max_size=255), st.lists(st.text(max_size=40), max_size=5))
def test_the_title_of_a_copy_is_new_and_fits(title: str, others: list[str]) -> None:
    copy = copy_title(title, [title, *others])
    assert len(copy) <= 255
