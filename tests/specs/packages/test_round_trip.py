"""What is written comes back as it was, and what a package says is compared without its ids and times. Source: portfolio-package.md §7, §8."""

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from quadrangle.packages import Packed, canon, content_hash, differences, open_container, pieces, read
from quadrangle.packages.model import Foreign, FormArtifact, Item, Presentation, files_of
from quadrangle.packages.names import Dialect
from tests.specs.packages.making import MADE_AT, NOW, plain, uid, write
from tests.specs.packages.portfolios import PICTURE, TIDES, everything, portfolios


def read_back(path: Path) -> tuple[dict[str, Packed], list[str]]:
    reading = read(open_container(path), NOW)
    found = {one.key: plain(one) for one in reading.items()}
    return found, [one.code for one in reading.problems()]


class TestWritingAndReading:
    @pytest.mark.parametrize("dialect", ["standard", "mahara22"])
    def test_it_gives_back_every_kind_of_object(self, tmp_path: Path, dialect: Dialect) -> None:
        items = [plain(one) for one in everything()]
        path = write(tmp_path / "p.zip", items, [TIDES, PICTURE], dialect=dialect)
        found, problems = read_back(path)
        for one in items:
            assert found[one.key] == plain(one)
        assert len(found) == len(items)
        assert problems == []

    def test_it_gives_back_the_bytes(self, tmp_path: Path) -> None:
        path = write(tmp_path / "p.zip", everything(), [TIDES, PICTURE])
        container = open_container(path)
        contents = [
            b"".join(pieces(container, file)) for one in read(container, NOW).items() for _, file in files_of(one)
        ]
        assert sorted(contents) == sorted([TIDES, PICTURE, TIDES, PICTURE])

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(portfolios())
    def test_it_gives_back_whatever_somebody_has(self, portfolio: tuple[list[Packed], list[bytes]]) -> None:
        items, contents = portfolio
        with tempfile.TemporaryDirectory() as folder:
            first = write(Path(folder, "1.zip"), items, contents)
            found, problems = read_back(first)
            for one in items:
                assert found[one.key] == plain(one)
            assert len(found) == len(items)
            assert problems == []
            again = write(Path(folder, "2.zip"), [found[one.key] for one in items], contents, dialect="mahara22")
            assert differences(first, again) == []

    def test_a_summary_that_was_kept_is_no_description(self, tmp_path: Path) -> None:
        kept = '<summary xmlns="http://www.w3.org/2005/Atom">Short</summary>'
        one = Item(
            key=uid(1),
            type=300,
            name="A",
            created=MADE_AT,
            modified=MADE_AT,
            foreign=Foreign(kept=kept, rdf_type="plan"),
        )
        found, _ = read_back(write(tmp_path / "p.zip", [one]))
        assert found[uid(1)] == one

    def test_two_packages_of_one_portfolio_differ_in_nothing_but_id_and_times(self, tmp_path: Path) -> None:
        one = write(tmp_path / "1.zip", everything(), [TIDES, PICTURE])
        other = write(tmp_path / "2.zip", everything(), [TIDES, PICTURE], feed_id=uid(1000), made_at=NOW)
        texts = [_main(path).replace(uid(1000), uid(999)).split("<leap2:version>") for path in (one, other)]
        assert texts[0][1] == texts[1][1]


def _main(path: Path) -> str:
    container = open_container(path)
    return b"".join(container.pieces(container.main)).decode()


class TestComparing:
    def test_it_overlooks_ids_of_feeds_times_and_numbers_of_members(self, tmp_path: Path) -> None:
        items = everything()
        later = [
            msgspec.structs.replace(one, created=NOW, **({"modified": NOW} if isinstance(one, Item) else {}))
            for one in items
        ]
        one = write(tmp_path / "1.zip", items, [TIDES, PICTURE])
        other = write(tmp_path / "2.zip", later, [TIDES, PICTURE], feed_id=uid(1000), display_name="Ben", made_at=NOW)
        assert differences(one, other) == []

    def test_it_knows_an_embedded_file_by_its_bytes(self, tmp_path: Path) -> None:
        one = write(tmp_path / "1.zip", everything(), [TIDES, PICTURE])
        said = [one for one in everything() if one.key != uid(20)]
        first = said[0]
        assert isinstance(first, Presentation)
        embedded = msgspec.structs.replace(everything()[-1], key=uid(77))
        page = first.pages[0]
        block = msgspec.structs.replace(page.blocks[0], html=page.blocks[0].html.replace(uid(20), uid(77)))
        page = msgspec.structs.replace(page, blocks=(block, *page.blocks[1:]))
        said[0] = msgspec.structs.replace(first, pages=(page, *first.pages[1:]))
        other = write(tmp_path / "2.zip", [*said, embedded], [TIDES, PICTURE])
        assert differences(one, other) == []

    @pytest.mark.parametrize(
        "changed",
        [
            {"name": "Other"},
            {"description": "<p>Other</p>"},
            {"allow_comments": True},
            {"comments": ()},
            {"tags": (everything()[3].tags)},  # type: ignore[union-attr]
        ],
    )
    def test_it_sees(self, tmp_path: Path, changed: dict[str, object]) -> None:
        one = write(tmp_path / "1.zip", everything(), [TIDES, PICTURE])
        items = [msgspec.structs.replace(x, **changed) if x.key == uid(9) else x for x in everything()]
        assert differences(one, write(tmp_path / "2.zip", items, [TIDES, PICTURE]))

    def test_it_calls_entries_by_their_uid(self, tmp_path: Path) -> None:
        told = canon(write(tmp_path / "1.zip", everything(), [TIDES, PICTURE]))
        assert told[""] == "format=1 objects=11 scope=all"
        assert f"urn:uuid:{uid(9)}" in told


class TestTheContentHash:
    def test_it_is_the_same_for_what_is_read_back(self, tmp_path: Path) -> None:
        items = [plain(one) for one in everything()]
        found, _ = read_back(write(tmp_path / "p.zip", items, [TIDES, PICTURE]))
        for one in items:
            if isinstance(one, Item):
                assert content_hash(found[one.key]) == content_hash(one)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("number", "changed"),
        [
            (1, {"theme": "sea"}),
            (1, {"sections": ("Home", "Nothing in it", "Play")}),
            (1, {"pages": ()}),
            (1, {"banner": ""}),
            (1, {"settings": ()}),
            (6, {"rule": None}),
            (8, {"url": "https://example.org/other"}),
            (9, {"name": "Other"}),
            (9, {"file": None}),
            (9, {"allow_comments": True}),
            (9, {"description": ""}),
            (10, {"fields": ()}),
            (11, {"more_files": ()}),
            (7, {"tags": ()}),
        ],
    )
    def test_it_changes_with(self, number: int, changed: dict[str, object]) -> None:
        one = _item(number)
        assert content_hash(one) != content_hash(msgspec.structs.replace(one, **changed))

    @pytest.mark.parametrize(
        ("number", "changed"),
        [
            (5, {"members": ()}),
            (7, {"about": ()}),
            (13, {"evidence": ()}),
            (9, {"comments": ()}),
            (9, {"created": NOW, "modified": NOW}),
            (9, {"key": uid(500), "origin": uid(9)}),
            (7, {"tags": tuple(reversed(_tags))} if (_tags := everything()[3].tags) else {}),  # type: ignore[union-attr]
        ],
    )
    def test_it_does_not_change_with(self, number: int, changed: dict[str, object]) -> None:
        one = _item(number)
        assert content_hash(one) == content_hash(msgspec.structs.replace(one, **changed))

    def test_fields_that_are_worked_out_anew_do_not_count(self) -> None:
        one = _item(10)
        assert isinstance(one, FormArtifact)
        who = msgspec.structs.replace(one.fields[2], value="Ben")
        other = msgspec.structs.replace(one, fields=(*one.fields[:2], who))
        assert content_hash(one) == content_hash(other)

    def test_files_that_html_shows_count_by_their_bytes(self) -> None:
        one = _item(1)
        assert isinstance(one, Presentation)
        page = one.pages[0]
        block = msgspec.structs.replace(page.blocks[0], html=page.blocks[0].html.replace(uid(20), uid(77)))
        other = msgspec.structs.replace(
            one, pages=(msgspec.structs.replace(page, blocks=(block, *page.blocks[1:])), *one.pages[1:])
        )
        assert content_hash(one) != content_hash(other)
        assert content_hash(one, {uid(20): "d1"}) == content_hash(other, {uid(77): "d1"})


def _item(number: int) -> Item:
    return next(one for one in everything() if isinstance(one, Item) and one.key == uid(number))
