"""Bodies of every kind, by property. Source: conventions.md §5.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadrangle.http.body import Upload, tree_from_body
from quadrangle.kernel.errors import Malformed

MULTIPART = "multipart/form-data; boundary=b"
WHOLE = (
    b'--b\r\nContent-Disposition: form-data; name="wiki_page[title]"\r\n\r\nA title\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--b--\r\n'
)


def test_multipart_has_texts_and_files() -> None:
    assert tree_from_body(WHOLE, MULTIPART) == {
        "wiki_page": {"title": "A title"},
        "file": Upload("a.txt", "text/plain", b"abc"),
    }


@pytest.mark.parametrize("length", [*range(1, 20), *range(20, len(WHOLE) - 4, 7)])
def test_multipart_that_ends_in_the_middle_is_malformed(length: int) -> None:
    with pytest.raises(Malformed):
        tree_from_body(WHOLE[:length], MULTIPART)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (WHOLE, "multipart/form-data"),
        (WHOLE, "multipart/form-data; boundary="),
        (WHOLE, "multipart/form-data; boundary=other"),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--\r\n', MULTIPART),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\0\r\n--b--\r\n', MULTIPART),
        (b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--\r\n', MULTIPART),
        (b"{", "application/json"),
        (b"a=%FF", "application/x-www-form-urlencoded"),
    ],
)
def test_what_cannot_be_read_is_malformed(raw: bytes, kind: str) -> None:
    with pytest.raises(Malformed):
        tree_from_body(raw, kind)


@pytest.mark.parametrize(
    ("raw", "kind", "tree"),
    [
        (b"", "application/json", {}),
        (b"a=1", "", {"a": "1"}),
        (b"a=1", "Application/X-WWW-Form-Urlencoded; charset=UTF-8", {"a": "1"}),
        (b'{"a":1}', "application/x-www-form-urlencoded", {"a": 1}),
        (b'[{"id":1}]', "application/x-www-form-urlencoded", {"_json": [{"id": 1}]}),
        (b"[a=1", "application/x-www-form-urlencoded", {"[a": "1"}),
        (b'{"a":1}', "application/vnd.api+json", {"a": 1}),
        (b'{"a":1}', "APPLICATION/JSON;charset=utf-8", {"a": 1}),
        (b"<a/>", "application/xml", {}),
        (b"a=1", "text/plain", {}),
        (b"a=1", ";;;", {"a": "1"}),
        (b"x", "\xff/\xff", {}),
    ],
)
def test_it_reads(raw: bytes, kind: str, tree: dict[str, object]) -> None:
    assert tree_from_body(raw, kind) == tree


@given(
    st.binary(max_size=300), st.sampled_from(["", MULTIPART, "application/json", "application/x-www-form-urlencoded"])
)
def test_any_bytes_are_a_tree_or_malformed(raw: bytes, kind: str) -> None:
    try:
        assert isinstance(tree_from_body(raw, kind), dict)
    except Malformed:
        return


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_part_is_a_tree_or_malformed(head: bytes, data: bytes) -> None:
    try:
        tree_from_body(b"--b\r\n" + head + b"\r\n\r\n" + data + b"\r\n--b--\r\n", MULTIPART)
    except Malformed:
        return


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=40))
def test_any_content_type_is_a_tree_or_malformed(kind: str) -> None:
    for prefix in ("", "multipart/form-data;", "multipart/form-data; boundary="):
        try:
            tree_from_body(WHOLE, prefix + kind)
        except Malformed:
            continue
