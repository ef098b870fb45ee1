"""Parameter trees and values, by property. Source: conventions.md §5."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quadrangle.kernel.errors import Malformed
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.params import (
    ABSENT,
    MAX_DEPTH,
    MAX_KEYS,
    Absent,
    GroupMissing,
    Params,
    Reading,
    flag,
    integer,
    moment,
    nest,
    pairs_from,
    parse_time,
    text,
    tree_from_json,
    truthy,
    words,
)

NAMES = st.text(alphabet="ab[]=&%+1é\0 .", max_size=30)
HERE = Reading(zone=UTC)


class TestBracketNotation:
    @pytest.mark.parametrize(
        ("sent", "tree"),
        [
            ("a=1", {"a": "1"}),
            ("a=1&a=2", {"a": "2"}),
            ("a[]=1&a[]=2", {"a": ["1", "2"]}),
            ("a[b][c]=x", {"a": {"b": {"c": "x"}}}),
            ("a[][id]=1&a[][v]=x&a[][id]=2", {"a": [{"id": "1", "v": "x"}, {"id": "2"}]}),
            ("_json[][id]=1&_json[][visible]=true", {"_json": [{"id": "1", "visible": "true"}]}),
            ("a[]=", {"a": [""]}),
            ("a", {"a": None}),
            ("a=", {"a": ""}),
            ("a%5Bb%5D=1", {"a": {"b": "1"}}),
            ("a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
            ("a[][b][c]=1&a[][b][d]=2", {"a": [{"b": {"c": "1", "d": "2"}}]}),
            ("a[][b][]=1&a[][b][]=2&a[][c]=3&a[][c]=4", {"a": [{"b": ["1", "2"], "c": "3"}, {"c": "4"}]}),
            ("a=x+y%20z%2B", {"a": "x y z+"}),
            ("&&a=1&", {"a": "1"}),
            ("=1", {}),
            ("a=b=c", {"a": "b=c"}),
            ("a=100%&b=%zz", {"a": "100%", "b": "%zz"}),
        ],
    )
    def test_it_reads(self, sent: str, tree: dict[str, Any]) -> None:
        assert nest(pairs_from(sent.encode())) == tree

    @pytest.mark.parametrize(
        "sent",
        [
            "a=1&a[b]=2",
            "a[b]=2&a=1",
            "a[]=1&a[b]=2",
            "a[b]=1&a[]=2",
            "a[]=1&a=2",
            "a[b]=1&a[b][c]=2",
            "a&a[b]=1",
            "a=%FF",
            "%C3=1",
            "a=%00",
            "a%00=1",
            "a" + "[b]" * 100 + "=1",
            "a" + "[]" * 100 + "=1",
            "a" + "[][b]" * 100 + "=1",
            "a" + "[" * 100 + "=1&a[x]" + "[y]" * 90 + "=1",
        ],
    )
    def test_it_refuses(self, sent: str) -> None:
        with pytest.raises(Malformed):
            nest(pairs_from(sent.encode()))

    def test_it_takes_as_many_levels_and_keys_as_promised(self) -> None:
        nest(pairs_from(("a" + "[b]" * MAX_DEPTH + "=1").encode()))
        nest(pairs_from("&".join(f"k{n}=1" for n in range(MAX_KEYS)).encode()))
        with pytest.raises(Malformed):
            nest(pairs_from("&".join(f"k{n}=1" for n in range(MAX_KEYS + 1)).encode()))
        with pytest.raises(Malformed):
            nest((f"k{n}", "1") for n in range(MAX_KEYS + 1))

    @given(st.lists(st.tuples(NAMES, st.none() | st.text(max_size=5)), max_size=12))
    def test_any_pairs_become_a_tree_or_malformed(self, pairs: list[tuple[str, str | None]]) -> None:
        try:
            tree = nest(pairs)
        except Malformed:
            return
        assert isinstance(tree, dict)
        _check_tree(tree)

    @given(st.binary(max_size=200))
    def test_any_bytes_become_pairs_or_malformed(self, raw: bytes) -> None:
        try:
            nest(pairs_from(raw))
        except Malformed:
            return

    @given(
        st.lists(st.sampled_from(["a", "a[]", "a[b]", "a[b][]", "a[][b]", "a[][c]", "a[b][c]", "a[][]", "a[", "a]"]))
    )
    def test_names_that_clash_never_crash(self, names: list[str]) -> None:
        try:
            nest((name, "1") for name in names)
        except Malformed:
            return

    def test_a_long_name_takes_no_long_time(self) -> None:
        for name in ("a" + "[]" * 200_000, "a[" * 200_000, "[" * 400_000, "a[b]" * 100_000, "]" * 400_000):
            try:
                nest([(name, "1"), (name, "1")])
            except Malformed:
                continue


def _check_tree(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            assert isinstance(key, str)
            _check_tree(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_tree(inner)
    else:
        assert value is None or isinstance(value, str)


KEYS = st.text(alphabet="abcXYZ_é1", min_size=1, max_size=5)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.text(alphabet="ab&=[]+%é 1", max_size=8),
        lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3),
        max_leaves=8,
    )
    | st.lists(st.text(max_size=4).filter(lambda one: "\0" not in one), min_size=1, max_size=3),
    max_size=4,
)


def as_form(tree: Any, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(tree, dict):
        return [pair for key, inner in tree.items() for pair in as_form(inner, f"{prefix}[{key}]" if prefix else key)]
    if isinstance(tree, list):
        return [pair for inner in tree for pair in as_form(inner, f"{prefix}[]")]
    return [(prefix, tree)]


class TestFormAndJson:
    @given(TREES)
    def test_they_are_the_same_request(self, tree: dict[str, Any]) -> None:
        form = "&".join(f"{quote(name)}={quote(value)}" for name, value in as_form(tree))
        assert nest(pairs_from(form.encode())) == tree_from_json(msgspec.json.encode(tree)) == tree

    def test_the_documented_pair(self) -> None:
        form = nest(pairs_from(b"name=test+name&file_ids[]=1&file_ids[]=2&sub[name]=foo&flag=y"))
        other = tree_from_json(b'{"name":"test name","file_ids":[1,2],"sub":{"name":"foo"},"flag":true}')

        class Sub(Params, group="sub"):
            name: str | None | Absent = text()

        class All(Params):
            name: str | None | Absent = text()
            file_ids: tuple[str, ...] = words()
            flag: bool | Absent = flag()

        for tree in (form, other):
            read = All.read(tree, HERE)
            assert (read.name, read.file_ids, read.flag) == ("test name", ("1", "2"), True)
            assert Sub.read(tree, HERE).name == "foo"


class TestJson:
    @given(st.binary(max_size=100))
    def test_any_bytes_become_a_tree_or_malformed(self, raw: bytes) -> None:
        try:
            assert isinstance(tree_from_json(raw), dict)
        except Malformed:
            return

    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b'{"a":1}x',
            b"\xff",
            b'{"a":"\\u0000"}',
            b'{"a\\u0000":1}',
            b'{"a":"\\ud800"}',
            b'{"a":"\0"}',
            b"[" * 100_000,
            b'{"a":' * 100 + b"1" + b"}" * 100,
            b"[" + b"1," * 6000 + b"1]",
            b'{"a":1e999}',
            b'{"a":' + b"9" * 5000 + b"}",
            b"NaN",
        ],
    )
    def test_it_refuses(self, raw: bytes) -> None:
        with pytest.raises(Malformed):
            tree_from_json(raw)

    def test_a_list_stands_under_json(self) -> None:
        assert tree_from_json(b'[{"id":1}]') == {"_json": [{"id": 1}]}

    def test_brackets_in_keys_are_not_expanded(self) -> None:
        assert tree_from_json(b'{"a[b]":"x"}') == {"a[b]": "x"}


class TestBooleans:
    @pytest.mark.parametrize(
        "value", [True, 1, 2.5, "true", "TRUE", "True", "t", "yes", "Y", "on", "1", "2", "-1", " 1 "]
    )
    def test_true(self, value: object) -> None:
        assert truthy(value) is True

    @pytest.mark.parametrize(
        "value",
        [
            False,
            0,
            0.0,
            "false",
            "False",
            "f",
            "no",
            "n",
            "off",
            "0",
            "",
            " ",
            "maybe",
            "null",
            None,
            [],
            {},
            [1],
            "nan",
        ],
    )
    def test_false(self, value: object) -> None:
        assert truthy(value) is False

    @given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.integers()))
    def test_it_is_never_an_error(self, value: object) -> None:
        assert truthy(value) in (True, False)


class TestTimes:
    @pytest.mark.parametrize(
        ("sent", "moment"),
        [
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00"),
            ("2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00+00:00"),
            ("2024-01-01T00:00:00-06:00", "2024-01-01T06:00:00+00:00"),
            ("2024-01-01T00:00:00-0600", "2024-01-01T06:00:00+00:00"),
            ("2024-01-01T00:00:00 02:00", "2023-12-31T22:00:00+00:00"),  # a form's plus that was not escaped
            ("2024-01-01T00:00:00.250Z", "2024-01-01T00:00:00.250000+00:00"),
            ("2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.123456+00:00"),
            ("2014-01-01T01:00Z", "2014-01-01T01:00:00+00:00"),
            ("2024-01-01 10:30:00", "2024-01-01T17:30:00+00:00"),
            ("2024-01-01T10:30:00", "2024-01-01T17:30:00+00:00"),
            ("2024-01-01", "2024-01-01T07:00:00+00:00"),
            (" 2024-07-01 ", "2024-07-01T06:00:00+00:00"),
        ],
    )
    def test_it_reads(self, sent: str, moment: str) -> None:
        assert parse_time(sent, ZoneInfo("America/Denver")) == datetime.fromisoformat(moment)

    def test_a_plain_date_may_mean_the_end_of_the_day(self) -> None:
        assert parse_time("2024-01-01", end=True) == datetime(2024, 1, 1, 23, 59, 59, tzinfo=UTC)

    @pytest.mark.parametrize(
        "sent",
        [
            "",
            "soon",
            "2024-13-01",
            "2024-02-30",
            "2024-01-01T25:00Z",
            "0000-01-01",
            "2024-01-01T00:00:00+99:00",
            "2024",
            "١٢٣٤-٠١-٠١",
        ],
    )
    def test_anything_else_is_none(self, sent: str) -> None:
        assert parse_time(sent) is None

    @given(st.text())
    def test_no_text_is_an_error(self, sent: str) -> None:
        parse_time(sent, ZoneInfo("Asia/Kathmandu"))

    @given(
        st.from_regex(
            r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z"
        )
    )
    def test_nothing_that_looks_like_a_time_is_an_error(self, sent: str) -> None:
        read = parse_time(sent, ZoneInfo("Asia/Kathmandu"))
        assert read is None or read.tzinfo is UTC

    @given(
        st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)),  # noqa: DTZ001 zones come below
        st.integers(-14 * 60, 14 * 60),
    )
    def test_what_python_writes_is_read_back(self, naive: datetime, minutes: int) -> None:
        moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        assert parse_time(moment.isoformat()) == moment


class Asked(Params, group="thing", required=True):
    name: str | None | Absent = text()
    size: int | None | Absent = integer()
    on: bool | Absent = flag()
    at: datetime | None | Absent = moment()
    kinds: tuple[str, ...] = words(alias="kind")


class TestDeclaredParameters:
    def read(self, **thing: Any) -> Asked:
        return Asked.read({"thing": thing or {"x": 1}}, HERE)

    def test_absent_is_not_null_is_not_empty(self) -> None:
        assert self.read().name is ABSENT
        assert self.read(name=None).name is None
        assert self.read(name="").name == ""
        assert self.read(name=None).sent == {"name"}

    def test_numbers(self) -> None:
        sizes = [self.read(size=size).size for size in ("12abc", "abc", "-3", 4, 4.9, True, "", None)]
        assert sizes == [12, 0, -3, 4, 4, 1, None, None]
        assert self.read(size="9" * 300).size == LARGEST_ID
        assert self.read(size="-" + "9" * 300).size == -LARGEST_ID

    def test_texts_of_json_scalars(self) -> None:
        assert [self.read(name=name).name for name in (1, 1.5, True, False)] == ["1", "1.5", "true", "false"]

    def test_what_has_another_shape_is_not_there(self) -> None:
        for shape in ([], {}, ["x"], {"a": 1}):
            thing = self.read(name=shape, size=shape, on=shape, at=shape)
            assert (thing.name, thing.size, thing.on, thing.at) == (ABSENT, ABSENT, ABSENT, ABSENT)

    def test_a_scalar_is_a_list_of_one(self) -> None:
        assert self.read(kinds="a").kinds == ("a",)
        assert self.read(kinds=["a", 1, None, {}]).kinds == ("a", "1")
        assert self.read(kind=["a"]).kinds == ("a",)
        assert self.read(kinds=None).kinds == ()

    @pytest.mark.parametrize(
        "tree", [{}, {"thing": {}}, {"thing": ""}, {"thing": "x"}, {"thing": None}, {"thing": [1]}]
    )
    def test_a_required_group_must_be_one(self, tree: dict[str, Any]) -> None:
        with pytest.raises(GroupMissing, match="thing is missing"):
            Asked.read(tree, HERE)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["name", "size", "on", "at", "kinds"]), inner)
            ),
            max_leaves=10,
        )
    )
    def test_no_tree_is_a_crash(self, thing: Any) -> None:
        try:
            Asked.read({"thing": thing}, HERE)
        except GroupMissing:
            return
