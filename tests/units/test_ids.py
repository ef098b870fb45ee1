"""References, by example and by property. Source: conventions.md §4.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadrangle.kernel.ids import LARGEST_ID, Ref, parse_number, parse_ref

KINDS = frozenset({"sis_course_id", "sis_integration_id", "lti_context_id", "uuid"})
WORDS = frozenset({"self"})


def ref(text: str) -> Ref | None:
    return parse_ref(text, kinds=KINDS, words=WORDS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("123", Ref("id", "123")),
        (" 123 ", Ref("id", "123")),
        ("007", Ref("id", "7")),
        (str(LARGEST_ID), Ref("id", str(LARGEST_ID))),
        ("self", Ref("word", "self")),
        ("sis_course_id:A 1/b.c", Ref("sis_course_id", "A 1/b.c")),
        ("sis_course_id:a:b", Ref("sis_course_id", "a:b")),
        ("sis_course_id:123", Ref("sis_course_id", "123")),
        ("lti_context_id:x", Ref("lti_context_id", "x")),
        ("uuid:" + "a" * 40, Ref("uuid", "a" * 40)),
        ("hex:sis_course_id:" + "CS/é".encode().hex(), Ref("sis_course_id", "CS/é")),
        ("hex:sis_course_id:" + "CS/é".encode().hex().upper(), Ref("sis_course_id", "CS/é")),
    ],
)
def test_it_reads(text: str, found: Ref) -> None:
    assert ref(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "abc", "-1", "1.5", "+1", "1 2", str(LARGEST_ID + 1), "9" * 20, "٣", "sis_course_id:", "sis_user_id:a", "sis_course_id",
        "uuid:short", "uuid:" + "-" * 40, "hex:sis_course_id:zz", "hex:sis_course_id:ff", "hex:sis_course_id:", "hex:sis_course_id:00",
        "hex:uuid:" + "61" * 40, "hex:123", "default", ":", "::",
    ],
)  # fmt: skip
def test_anything_else_names_nothing(text: str) -> None:
    assert ref(text) is None


@given(st.text())
def test_no_text_is_a_crash(text: str) -> None:
    found = ref(text)
    if found is not None and found.kind == "id":
        assert 0 <= found.number <= LARGEST_ID


@given(st.text(min_size=1).filter(lambda one: "\0" not in one and one == one.strip()))
def test_hex_says_the_same_as_plain(value: str) -> None:
    try:
        encoded = value.encode().hex()
    except UnicodeEncodeError:
        return
    assert ref(f"hex:sis_course_id:{encoded}") == Ref("sis_course_id", value)


@given(st.integers())
def test_a_number_is_an_id_or_nothing(number: int) -> None:
    assert parse_number(str(number)) == (number if 0 <= number <= LARGEST_ID else None)
