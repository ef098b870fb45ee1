"""Pages and the Link header, by property. Source: conventions.md §7, endpoints-clients-use.md §3.12 to §3.16."""

import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.paging import (
    LARGEST_HEADER,
    Slice,
    Window,
    bookmark_window_from,
    cut,
    decode_bookmark,
    encode_bookmark,
    link_header,
    window_from,
)

LINK = re.compile(r'<([^<>,;"]*)>; rel="([a-z]+)"')


def links(header: str) -> dict[str, str]:
    """What a strict parser finds: every link, and nothing between them but a comma."""
    found = [(match[2], match[1]) for match in LINK.finditer(header)]
    assert header == ",".join(f'<{url}>; rel="{rel}"' for rel, url in found)
    return dict(found)


def page_of(total: int, window: Window) -> Slice[int]:
    return cut(range(total)[window.offset : window.offset + window.limit], window, total)


class TestWindows:
    @pytest.mark.parametrize(
        ("asked", "number", "size"),
        [
            ({}, 1, 10),
            ({"page": "3", "per_page": "25"}, 3, 25),
            ({"page": 3, "per_page": 25}, 3, 25),
            ({"page": "", "per_page": "0"}, 1, 1),
            ({"per_page": "1000"}, 1, 100),
            ({"per_page": "-5"}, 1, 1),
            ({"per_page": "abc"}, 1, 1),
            ({"per_page": "20abc"}, 1, 20),
            ({"per_page": ["5"]}, 1, 1),
            ({"per_page": "9" * 500}, 1, 100),
            ({"page": "000000000000002"}, 2, 10),
        ],
    )
    def test_it_reads(self, asked: dict[str, Any], number: int, size: int) -> None:
        assert window_from(asked) == Window(number, size)

    @pytest.mark.parametrize(
        "page", ["0", "-1", "abc", "1.5", "1e3", "٣", "first", True, ["1"], {"a": "1"}, "9" * 30, 0, -3, 1.5]
    )
    def test_it_is_not_found_for(self, page: object) -> None:
        with pytest.raises(NotFound):
            window_from({"page": page})

    @given(
        st.dictionaries(
            st.sampled_from(["page", "per_page"]),
            st.none() | st.text() | st.integers() | st.floats() | st.lists(st.text()),
        )
    )
    def test_it_is_a_window_or_not_found(self, asked: dict[str, Any]) -> None:
        for read in (window_from, bookmark_window_from):
            try:
                window = read(asked)
            except NotFound:
                continue
            assert 1 <= window.size <= 100
            assert 0 <= window.offset <= LARGEST_ID

    def test_limit_is_an_alias_where_asked_for(self) -> None:
        assert window_from({"limit": "7"}, alias="limit").size == 7
        assert window_from({"limit": "7", "per_page": "8"}, alias="limit").size == 8
        assert window_from({"limit": "7"}).size == 10


class TestBookmarks:
    @given(st.text(max_size=60))
    def test_any_text_is_values_or_not_found(self, bookmark: str) -> None:
        try:
            values = decode_bookmark(bookmark, (str, int))
        except NotFound:
            return
        assert isinstance(values[0], str)
        assert isinstance(values[1], int)

    @given(st.text().filter(lambda one: "\0" not in one), st.integers(-LARGEST_ID, LARGEST_ID))
    def test_what_was_written_is_read_back(self, name: str, id: int) -> None:
        try:
            name.encode()
        except UnicodeEncodeError:
            return
        assert decode_bookmark(encode_bookmark([name, id]), (str, int)) == [name, id]

    @pytest.mark.parametrize(
        "values", [["a"], ["a", True], ["a", 2**70], ["a\0", 1], [1, "a"], ["a", None], ["a", 1, 2]]
    )
    def test_it_is_not_found_for_other_values(self, values: list[Any]) -> None:
        with pytest.raises(NotFound):
            decode_bookmark(encode_bookmark(values), (str, int))


class TestPageArithmetic:
    @given(st.integers(0, 300), st.integers(1, 100))
    def test_following_next_gives_everything_once(self, total: int, size: int) -> None:
        seen: list[int] = []
        number = 1
        while True:
            part = page_of(total, Window(number, size))
            assert len(part.items) <= size
            seen += part.items
            found = links(link_header("http://h/api/v1/x", [], part))
            assert ("prev" in found) == (number > 1)
            assert "current" in found
            assert "first" in found
            assert found["last"].endswith(f"page={max(1, -(-total // size))}&per_page={size}")
            if "next" not in found:
                break
            number += 1
            assert found["next"].endswith(f"page={number}&per_page={size}")
        assert seen == list(range(total))

    @given(st.integers(0, 50), st.integers(1, 10), st.integers(1, 1000))
    def test_a_page_past_the_end_is_empty(self, total: int, size: int, past: int) -> None:
        part = page_of(total, Window(-(-total // size) + past, size))
        assert list(part.items) == []
        assert not part.has_more


PAIRS = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.none() | st.text(max_size=8)), max_size=6)


class TestTheHeader:
    def test_it_stands_exactly_so(self) -> None:
        header = link_header(
            "https://campus.example.com/api/v1/courses/sis_course_id:a/groups",
            [
                ("per_page", "2"),
                ("include[]", "users"),
                ("access_token", "x"),
                ("api_key", "y"),
                ("page", "2"),
                ("as_user_id", "7"),
            ],
            page_of(5, Window(2, 2)),
        )
        url = "https://campus.example.com/api/v1/courses/sis_course_id:a/groups?as_user_id=7&include%5B%5D=users"
        assert header == ",".join(
            f'<{url}&page={page}&per_page=2>; rel="{rel}"'
            for rel, page in (("current", 2), ("next", 3), ("prev", 1), ("first", 1), ("last", 3))
        )

    @given(
        PAIRS.map(
            lambda pairs: [
                (name.encode("utf-8", "ignore").decode(), value and value.encode("utf-8", "ignore").decode())
                for name, value in pairs
            ]
        )
    )
    def test_any_query_is_carried_and_parsed_back(self, pairs: list[tuple[str, str | None]]) -> None:
        found = links(link_header("http://h:80/api/v1/x", pairs, page_of(100, Window(2, 3))))
        kept = [
            (name, value or "")
            for name, value in pairs
            if name.removesuffix("[]") not in ("page", "per_page", "access_token", "api_key")
        ]
        for url in found.values():
            query = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=50)
            assert sorted(query[:-2]) == sorted(kept)
            assert [name for name, _ in query[:-2]] == sorted(name for name, _ in kept)
            assert [name for name, _ in query[-2:]] == ["page", "per_page"]

    @given(st.binary(max_size=30))
    def test_any_path_is_safe_in_it(self, path: bytes) -> None:
        raw = path.replace(b"?", b"").replace(b"#", b"").decode("latin-1")
        header = link_header("http://h/" + raw, [], page_of(1, Window(1, 3)))
        assert header.isascii()
        assert not set(header) & set("\r\n\t\0")
        assert unquote(urlsplit(links(header)["current"]).path, "latin-1") == unquote("/" + raw, "latin-1")

    def test_it_keeps_next_longest(self) -> None:
        for length in (500, 1000, 1500, 2500, 5000):
            header = link_header("http://h/x", [("q", "v" * length)], page_of(100, Window(2, 3)))
            assert len(header) <= LARGEST_HEADER
            assert "next" in links(header)
        kept = list(links(link_header("http://h/x", [("q", "v" * 1500)], page_of(100, Window(2, 3)))))
        assert kept == ["next", "prev", "last"]

    def test_bookmarked_collections_have_neither_prev_nor_last(self) -> None:
        part = Slice([1], Window(1, 1, "abc"), has_more=True, next_bookmark="def", bookmarked=True)
        found = links(link_header("http://h/x", [], part))
        assert list(found) == ["current", "next", "first"]
        assert found["current"].endswith("?page=bookmark:abc&per_page=1")
        assert found["first"].endswith("?page=first&per_page=1")
        part = Slice([], Window(1, 1), has_more=False, bookmarked=True)
        assert links(link_header("http://h/x", [], part))["current"].endswith("?page=first&per_page=1")

    def test_without_a_total_there_is_no_last(self) -> None:
        assert list(links(link_header("http://h/x", [], cut([1, 2], Window(1, 1))))) == ["current", "next", "first"]

    @given(st.text(alphabet='abc,;<>" é', max_size=10))
    def test_quoting_is_what_parsers_undo(self, word: str) -> None:
        assert quote(word, safe="") in link_header("http://h/x", [("q", word)], page_of(1, Window(1, 1)))
