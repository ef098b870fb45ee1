"""What a package is made of, to the letter. Source: portfolio-package.md §1.1, §2.3, §3, §4, §5.1, §8, §10."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from quadrangle.blobs import Archive, open_blobs
from quadrangle.packages import Damaged, PackedFile, PackedProblem, place_of, write_package
from quadrangle.packages.model import Collection, FileArtifact, Item, Member, Packed
from quadrangle.packages.names import Dialect, member_name, tag_term
from tests.specs.packages.making import MADE_AT, NOW, Shelf, head, packed, uid, write
from tests.specs.packages.portfolios import PICTURE, TIDES, everything

ATOM = "{http://www.w3.org/2005/Atom}"
EP = "{urn:learning-portfolio:ep:1}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LEAP2 = "{http://terms.leapspecs.org/}"


class Package:
    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)
        self.raw = self.zip.read("leap2a.xml")
        self.feed = etree.fromstring(self.raw)

    @property
    def entries(self) -> list[Any]:
        return list(self.feed.iter(f"{ATOM}entry"))

    def __getitem__(self, number: int) -> Any:
        return next(one for one in self.entries if one.findtext(f"{ATOM}id") == f"urn:uuid:{uid(number)}")

    def links(self, number: int, rel: str) -> list[str]:
        return [one.get("href") for one in self[number].iter(f"{ATOM}link") if one.get("rel") == rel]

    def categories(self, number: int) -> list[tuple[str | None, str, str | None]]:
        return [(one.get("scheme"), one.get("term"), one.get("label")) for one in self[number].iter(f"{ATOM}category")]

    def kind(self, number: int) -> str:
        return str(self[number].find(f"{RDF}type").get(f"{RDF}resource"))


@pytest.fixture(scope="module")
def all_of_it(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package(write(tmp_path_factory.mktemp("all") / "p.zip", everything(), [TIDES, PICTURE]))


class TestTheContainer:
    def test_the_feed_comes_first_and_then_attachments_in_order(self, all_of_it: Package) -> None:
        names = [info.filename for info in all_of_it.zip.infolist()]
        assert names == [
            "leap2a.xml",
            "files/1-tides.csv",
            "files/2-Ü ber_sicht.png",
            "files/3-Ü ber_sicht.png",
            "files/4-tides.csv",
        ]

    def test_members_need_nothing_newer_than_2_0(self, all_of_it: Package) -> None:
        for info in all_of_it.zip.infolist():
            assert info.extract_version == 20
            assert info.date_time == MADE_AT.timetuple()[:6]
            assert bool(info.flag_bits & 0x800) == (not info.filename.isascii())
        assert all_of_it.zip.comment == b""
        assert all_of_it.zip.testzip() is None

    def test_what_does_not_shrink_is_stored(self, tmp_path: Path) -> None:
        noise = hashlib.shake_256(b"noise").digest(50_000)
        files = [packed(noise, "a.bin"), packed(b"a" * 50_000, "b.txt")]
        items = [_file(n, one) for n, one in enumerate(files, 1)]
        infos = Package(write(tmp_path / "p.zip", items, [noise, b"a" * 50_000])).zip.infolist()
        assert [info.compress_type for info in infos] == [8, 0, 8]

    def test_the_feed_is_utf_8_without_doctype_or_mark(self, all_of_it: Package) -> None:
        assert all_of_it.raw.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<feed ')
        assert b"<!DOCTYPE" not in all_of_it.raw

    @pytest.mark.parametrize(
        ("name", "member"),
        [
            ("tides.csv", "tides.csv"),
            ('a/b\\c:d*e?f"g<h>i|j.txt', "a_b_c_d_e_f_g_h_i_j.txt"),
            ("...hidden", "hidden"),
            ("..", "file"),
            ("", "file"),
            ("a\x00\x1f\x7fb", "a___b"),
            ("e\N{COMBINING ACUTE ACCENT}.txt", "é.txt"),
            ("x" * 300 + ".tar.gz", "x" * 147 + ".gz"),
            ("é" * 200 + ".txt", "é" * 73 + ".txt"),
            ("a." + "x" * 300, "a." + "x" * 148),
        ],
    )
    def test_an_attachment_is_called(self, name: str, member: str) -> None:
        assert member_name(7, name) == f"files/7-{member}"
        assert len(member_name(7, name).removeprefix("files/7-").encode()) <= 150

    def test_identical_bytes_are_stored_once_per_object(self, tmp_path: Path) -> None:
        items = [_file(n, packed(TIDES)) for n in (1, 2)]
        assert len(Package(write(tmp_path / "p.zip", items, [TIDES])).zip.namelist()) == 3


def _file(number: int, file: PackedFile) -> FileArtifact:
    return FileArtifact(key=uid(number), type=310, name="F", created=MADE_AT, modified=MADE_AT, file=file)


class TestTheFeed:
    @pytest.mark.parametrize(
        ("dialect", "changed"),
        [
            ("standard", {}),
            (
                "mahara22",
                {
                    "leap2": "https://web.archive.org/web/20100503000634/http://terms.leapspecs.org",
                    "mahara": "https://wiki.mahara.org/wiki/Developer_Area/Import//Export/LEAP_Extensions",
                },
            ),
        ],
    )
    def test_namespaces_are_declared_once_with_these_prefixes(
        self, tmp_path: Path, dialect: Dialect, changed: dict[str, str]
    ) -> None:
        made = Package(write(tmp_path / "p.zip", everything(), [TIDES, PICTURE], dialect=dialect))
        assert made.feed.nsmap == {
            None: "http://www.w3.org/2005/Atom",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "leap2": "http://terms.leapspecs.org/",
            "categories": "http://wiki.leapspecs.org/2A/categories/",
            "dcterms": "http://purl.org/dc/terms/",
            "thr": "http://purl.org/syndication/thread/1.0",
            "mahara": "http://wiki.mahara.org/Developer_Area/Import%2F%2FExport/LEAP_Extensions#",
            "ep": "urn:learning-portfolio:ep:1",
            **changed,
        }

    def test_nothing_else_differs_between_the_dialects(self, tmp_path: Path, all_of_it: Package) -> None:
        other = Package(write(tmp_path / "p.zip", everything(), [TIDES, PICTURE], dialect="mahara22"))
        text = other.raw.replace(
            b"https://web.archive.org/web/20100503000634/http://terms.leapspecs.org", b"http://terms.leapspecs.org/"
        )
        text = text.replace(
            b"https://wiki.mahara.org/wiki/Developer_Area/Import//Export/LEAP_Extensions",
            b"http://wiki.mahara.org/Developer_Area/Import%2F%2FExport/LEAP_Extensions#",
        )
        assert text == all_of_it.raw

    def test_it_begins_with_these_elements(self, tmp_path: Path) -> None:
        problems = (PackedProblem("unknown-object", "object:999", "No such <object>"),)
        made = Package(
            write(
                tmp_path / "p.zip",
                everything()[-1:],
                [PICTURE],
                everything=False,
                problems=problems,
                version="1.2",
                home="https://q.example/",
            )
        )
        first = [etree.tostring(one, method="c14n", exclusive=True, with_tail=False).decode() for one in made.feed][:8]
        atom = 'xmlns="http://www.w3.org/2005/Atom"'
        ep = 'xmlns:ep="urn:learning-portfolio:ep:1"'
        assert first == [
            f"<id {atom}>urn:uuid:{uid(999)}</id>",
            f"<title {atom}>ePortfolio of Ada Byron</title>",
            f"<updated {atom}>2024-03-01T17:20:00Z</updated>",
            f'<generator {atom} uri="https://q.example/" version="1.2">Quadrangle</generator>',
            f"<author {atom}><name>Ada Byron</name><uri>urn:uuid:{uid(998)}</uri></author>",
            '<leap2:version xmlns:leap2="http://terms.leapspecs.org/">http://www.leapspecs.org/2010-07/2A/</leap2:version>',
            f'<ep:package {ep} format="1" objects="0" scope="selection"></ep:package>',
            f'<ep:problem {ep} code="unknown-object" ref="object:999">No such &lt;object&gt;</ep:problem>',
        ]

    def test_the_person_comes_first(self, all_of_it: Package) -> None:
        person = all_of_it.entries[0]
        assert person.findtext(f"{ATOM}title") == "Ada Byron"
        assert person.find(f"{RDF}type").get(f"{RDF}resource") == "leap2:person"
        assert person.find(f"{ATOM}category").attrib == {"scheme": "categories:person_type#", "term": "Self"}
        assert person.findtext(f"{ATOM}content") == ""

    def test_objects_are_counted_without_pages_comments_and_embedded_files(self, all_of_it: Package) -> None:
        assert all_of_it.feed.find(f"{EP}package").attrib == {"format": "1", "scope": "all", "objects": "11"}

    def test_entries_stand_in_this_order(self, all_of_it: Package) -> None:
        told = [int(one.findtext(f"{ATOM}id")[-12:]) for one in all_of_it.entries]
        assert told == [998, 1, 2, 30, 3, 4, 14, 5, 6, 7, 8, 9, 31, 32, 10, 11, 15, 12, 13, 20, 21]

    def test_the_order_of_everything_is_by_kind_and_creation(self) -> None:
        shuffled: list[Packed] = everything()[::-1]
        items = sorted(shuffled, key=place_of)
        kinds = [one.type if isinstance(one, Item) else "embedded" for one in items]
        assert kinds == [400, 110, 120, 200, 340, 310, 320, 334, 300, 332, 600, "embedded"]


class TestEntries:
    def test_elements_stand_in_this_order(self, all_of_it: Package) -> None:
        places = [
            [f"{ATOM}title"], [f"{ATOM}id"], [f"{ATOM}updated"], [f"{ATOM}published"], [f"{ATOM}author"], [f"{ATOM}summary"],
            [f"{ATOM}content"], [f"{RDF}type"], [f"{ATOM}category"], [f"{ATOM}link"], ["in-reply-to"], ["artefactplugin"],
            [LEAP2], ["{http://purl.org/dc/terms/}"], [EP],
        ]  # fmt: skip
        for entry in all_of_it.entries[1:]:
            order = [next(n for n, (tag,) in enumerate(places) if tag == one.tag or tag in one.tag) for one in entry]
            assert order == sorted(order), entry.findtext(f"{ATOM}title")

    def test_each_has_what_leap2a_asks_for_once(self, all_of_it: Package) -> None:
        for entry in all_of_it.entries:
            for tag in (f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated", f"{ATOM}content", f"{RDF}type"):
                assert len(entry.findall(tag)) == 1
        for entry in all_of_it.entries[1:]:
            assert sum(len(entry.findall(f"{EP}{name}")) for name in ("object", "page", "comment", "embedded")) == 1

    def test_every_link_stands_at_both_ends(self, all_of_it: Package) -> None:
        inverse = {
            "has_part": "is_part_of",
            "reflects_on": "reflected_on_by",
            "has_evidence": "is_evidence_of",
            "supports": "supported_by",
        }
        inverse |= {there: here for here, there in inverse.items()} | {"related": "related"}
        told = {
            (entry.findtext(f"{ATOM}id"), one.get("rel"), one.get("href"))
            for entry in all_of_it.entries
            for one in entry.iter(f"{ATOM}link")
            if one.get("rel") not in ("enclosure", "self") and one.getparent() is entry
        }
        assert told
        for here, rel, there in told:
            prefix, colon, name = rel.rpartition(":")
            assert (there, f"{prefix}{colon}{inverse[name]}", here) in told

    def test_links_are_sorted_by_relation_and_then_by_place(self, all_of_it: Package) -> None:
        links = [(one.get("rel"), int(one.get("href")[-12:])) for one in all_of_it[5].iter(f"{ATOM}link")]
        assert links == [("leap2:has_part", 6), ("leap2:has_part", 8), ("leap2:has_part", 9)]

    def test_links_to_what_is_not_in_the_package_are_left_out(self, tmp_path: Path) -> None:
        one = Collection(key=uid(1), type=110, name="C", created=MADE_AT, modified=MADE_AT, members=(Member(uid(2)),))
        assert b"<link" not in Package(write(tmp_path / "p.zip", [one])).raw

    @pytest.mark.parametrize(
        ("number", "kind", "category"),
        [
            (1, "selection", ("selection_type", "Website")),
            (2, "selection", ("selection_type", "Webpage")),
            (5, "selection", ("selection_type", "Grouping")),
            (6, "selection", ("selection_type", "Grouping")),
            (7, "entry", ("learning_cycle", "Reflecting")),
            (8, "resource", ("resource_type", "Web")),
            (9, "resource", ("resource_type", "Offline")),
            (10, "entry", None),
            (11, "resource", ("resource_type", "Offline")),
            (15, "achievement", None),
            (12, "plan", ("life_area", "Education")),
            (13, "ability", None),
            (20, "resource", ("resource_type", "Offline")),
            (21, "resource", ("resource_type", "Offline")),
            (30, "entry", None),
        ],
    )
    def test_each_kind_is_of_a_type_and_category(
        self, all_of_it: Package, number: int, kind: str, category: tuple[str, str] | None
    ) -> None:
        assert all_of_it.kind(number) == f"leap2:{kind}"
        found = [one[:2] for one in all_of_it.categories(number) if one[0] and one[0].startswith("categories:")]
        assert found[:1] == ([] if category is None else [(f"categories:{category[0]}#", category[1])])

    def test_a_collection_of_files_is_a_folder(self, tmp_path: Path) -> None:
        folder = Collection(
            key=uid(5), type=110, name="C", created=MADE_AT, modified=MADE_AT, members=(Member(uid(1)),)
        )
        made = Package(write(tmp_path / "p.zip", [folder, _file(1, packed(TIDES))], [TIDES]))
        assert made.categories(5) == [("categories:selection_type#", "Folder", None)]

    def test_tags_are_categories(self, all_of_it: Package) -> None:
        assert all_of_it.categories(7)[1:] == [
            (None, "field-work", "field work"),
            ("urn:learning-portfolio:ep:1#private-tag", "secret", "secret"),
            (None, "-bung", "Übung"),
        ]

    @pytest.mark.parametrize(
        ("tag", "term"), [("a b", "a-b"), ("a  b!!c", "a-b-c"), ("a--b", "a-b"), ("C3PO", "C3PO"), ("é", "-")]
    )
    def test_terms_are_restricted(self, tag: str, term: str) -> None:
        assert tag_term(tag) == term

    def test_a_file_has_one_enclosure(self, all_of_it: Package) -> None:
        (one,) = [link for link in all_of_it[9].iter(f"{ATOM}link") if link.get("rel") == "enclosure"]
        assert dict(one.attrib) == {
            "rel": "enclosure",
            "href": "files/1-tides.csv",
            "type": "text/csv",
            "length": str(len(TIDES)),
            f"{EP}sha256": hashlib.sha256(TIDES).hexdigest(),
        }

    def test_paths_are_percent_encoded(self, all_of_it: Package) -> None:
        assert all_of_it.links(11, "enclosure") == ["files/2-%C3%9C%20ber_sicht.png"]

    def test_every_attachment_is_referred_to_by_one_enclosure(self, all_of_it: Package) -> None:
        from urllib.parse import unquote

        told = [unquote(one.get("href")) for one in all_of_it.feed.iter(f"{ATOM}link") if one.get("rel") == "enclosure"]
        assert sorted(told) == sorted(all_of_it.zip.namelist()[1:])

    def test_a_url_is_a_link_and_shown_at_the_end(self, all_of_it: Package) -> None:
        url = "https://example.org/?a=1&b=%20<2>"
        assert all_of_it.links(8, "self") == [url]
        shown = all_of_it[8].find(f"{ATOM}content/{XHTML}div/{XHTML}p[@class='ep-generated']/{XHTML}a")
        assert (shown.get("href"), shown.text) == (url, url)

    def test_a_form_is_shown_as_a_list(self, all_of_it: Package) -> None:
        fields = all_of_it[10].findall(f"{EP}object/{EP}form/{EP}field")
        assert [(one.get("label"), one.get("kind"), one.get("system")) for one in fields] == [
            ("Day", "date", "false"),
            ("What", "html", "false"),
            ("Who", "text", "true"),
        ]
        assert all_of_it[10].find(f"{ATOM}content/{XHTML}div/{XHTML}dl[@class='ep-generated']") is not None

    def test_no_name_is_written_as_untitled(self, all_of_it: Package) -> None:
        assert all_of_it[8].findtext(f"{ATOM}title") == "Untitled"
        assert all_of_it[8].find(f"{EP}object").get("untitled") == "true"
        assert all_of_it[3].find(f"{EP}page").get("untitled") == "true"

    def test_an_empty_description_is_an_empty_text(self, all_of_it: Package) -> None:
        content = all_of_it[5].find(f"{ATOM}content")
        assert (dict(content.attrib), content.text, len(content)) == ({"type": "text"}, None, 0)

    def test_a_file_that_could_not_be_read_has_no_enclosure(self, tmp_path: Path) -> None:
        lost = msgspec.structs.replace(_file(1, packed(TIDES)), file=None)
        made = Package(write(tmp_path / "p.zip", [lost]))
        assert made[1].find(f"{EP}object").get("missing-file") == "true"
        assert made.links(1, "enclosure") == []

    def test_a_comment_says_nothing_of_who_made_it(self, all_of_it: Package) -> None:
        comment = all_of_it[31]
        assert comment.findtext(f"{ATOM}author/{ATOM}name") == "Commenter"
        assert comment.findtext(f"{ATOM}title") == "Comment"
        assert comment.find("{http://purl.org/syndication/thread/1.0}in-reply-to").get("ref") == f"urn:uuid:{uid(9)}"
        assert all_of_it.links(31, "leap2:reflects_on") == [f"urn:uuid:{uid(9)}"]
        assert f"urn:uuid:{uid(31)}" in all_of_it.links(9, "leap2:reflected_on_by")

    def test_collections_say_order_and_when_things_were_added(self, all_of_it: Package) -> None:
        told = {
            int(one.get("href")[-12:]): (one.get(f"{LEAP2}display_order"), one.get(f"{LEAP2}when_added"))
            for one in all_of_it[5].iter(f"{ATOM}link")
            if one.get("rel") == "leap2:has_part"
        }
        assert told == {9: ("1", "2024-03-01T17:20:00Z"), 8: ("2", None), 6: ("3", None)}

    def test_foreign_words_are_written_as_leap2a_and_kept(self, all_of_it: Package) -> None:
        plan = all_of_it[12]
        assert plan.findtext(f"{LEAP2}date") == "2020-01-01"
        assert plan.find(f"{EP}object").get("origin") == "http://mahara.example#artefact12"
        assert plan.find(f"{EP}object/{EP}foreign").get("rdf-type") == "leap2:plan"
        assert plan.findtext(f"{EP}object/{EP}foreign/{LEAP2}date") == "2020-01-01"
        assert all_of_it.links(9, "leap2:supported_by") == [f"urn:uuid:{uid(12)}"]


class TestPresentations:
    def test_pages_are_found_by_prefixed_and_bare_relations_in_their_order(self, all_of_it: Package) -> None:
        pages = [f"urn:uuid:{uid(n)}" for n in (2, 3, 4, 14)]
        assert all_of_it.links(1, "has_part") == pages
        assert all_of_it.links(1, "leap2:has_part") == pages
        for number in (2, 3, 4, 14):
            assert all_of_it.links(number, "is_part_of") == [f"urn:uuid:{uid(1)}"]
            assert f"urn:uuid:{uid(1)}" in all_of_it.links(number, "leap2:is_part_of")
        orders = [
            one.get(f"{LEAP2}display_order") for one in all_of_it[1].iter(f"{ATOM}link") if one.get("rel") == "has_part"
        ]
        assert orders == ["1", "2", "3", "4"]

    def test_pages_say_where_they_stand(self, all_of_it: Package) -> None:
        told = [dict(all_of_it[number].find(f"{EP}page").attrib) for number in (2, 3, 4, 14)]
        assert [(one["position"], one["section"], one["section-position"], one["content"]) for one in told] == [
            ("1", "1", "1", "blocks"),
            ("2", "3", "1", "text"),
            ("3", "3", "2", "null"),
            ("4", "3", "3", "none"),
        ]
        assert (told[0]["allow-comments"], told[0]["show-comments"]) == ("true", "false")
        assert all_of_it[3].findtext(f"{ATOM}content") == "Only <text>\r\n\n and more"

    def test_blocks_are_divs_in_the_same_order(self, all_of_it: Package) -> None:
        page = all_of_it[2]
        blocks = [dict(one.attrib) for one in page.findall(f"{EP}page/{EP}block")]
        assert blocks == [
            {"id": "b1", "kind": "rich-text"},
            {"id": "b2", "kind": "item", "item": uid(9)},
            {"id": "b3", "kind": "profile", "fields": "name email"},
            {"id": "b4", "kind": "html"},
            {"id": "b5", "kind": "rich-text"},
        ]
        divs = page.findall(f"{ATOM}content/{XHTML}div/{XHTML}div")
        assert [(one.get("class"), one.get("id")) for one in divs] == [("ep-block", f"b{n}") for n in range(1, 6)]
        assert divs[1][0].get("class") == "ep-generated"
        assert divs[2][0].get("class") == "ep-generated"

    def test_addresses_in_html_lead_into_the_package(self, all_of_it: Package) -> None:
        page = all_of_it[2]
        assert page.find(f".//{XHTML}img").get("src") == "files/3-%C3%9C%20ber_sicht.png"
        assert page.find(f".//{XHTML}a").get("href") == f"urn:uuid:{uid(9)}"

    def test_an_item_that_is_not_there_is_absent(self, tmp_path: Path) -> None:
        made = Package(write(tmp_path / "p.zip", everything()[:1]))
        block = made[2].find(f"{EP}page/{EP}block[@kind='item']")
        assert block.get("absent") == "true"
        assert made.links(2, "leap2:has_part") == []

    def test_sections_banner_theme_and_settings_are_written(self, all_of_it: Package) -> None:
        one = all_of_it[1].find(f"{EP}object")
        assert [(x.get("position"), x.get("name")) for x in one.findall(f"{EP}section")] == [
            ("1", "Home"),
            ("2", "Nothing in it"),
            ("3", "Work"),
        ]
        assert one.find(f"{EP}banner").get("title") == "Banner"
        assert one.find(f"{EP}theme").get("id") == "sky"
        assert [(x.get("name"), x.get("value")) for x in one.findall(f"{EP}setting")] == [
            ("navigation", "top"),
            ("width", "full"),
        ]


class TestWhatGoesWrong:
    @pytest.mark.parametrize("size", [1, 10_000])
    def test_a_file_of_another_size_ends_it(self, tmp_path: Path, size: int) -> None:
        wrong = msgspec.structs.replace(packed(TIDES), size=size)
        with pytest.raises(Damaged):
            write(tmp_path / "p.zip", [_file(1, wrong)], [TIDES])

    def test_characters_that_xml_cannot_hold_are_left_out(self, tmp_path: Path) -> None:
        odd = Item(
            key=uid(1),
            type=300,
            name="a\x00b\x0bc\ufffed\ud800e",
            created=MADE_AT,
            modified=MADE_AT,
            description="<p>x\x01y</p>",
        )
        made = Package(write(tmp_path / "p.zip", [odd]))
        assert made[1].findtext(f"{ATOM}title") == "abcde"

    @pytest.mark.parametrize(
        "html",
        [
            "<p>a",
            "a</p></div></content>",
            "<b><i>a</b></i>",
            "a < b & c",
            '<p a="1" a="2">',
            "<p <a>",
            "<!-- x -->a",
            "<br/>a</br>",
            "<p x=y>",
        ],
    )
    def test_html_that_nobody_sanitised_is_still_well_formed(self, tmp_path: Path, html: str) -> None:
        odd = Item(key=uid(1), type=300, name="a", created=MADE_AT, modified=MADE_AT, description=html)
        assert Package(write(tmp_path / "p.zip", [odd])).kind(1) == "leap2:entry"

    def test_html_deeper_than_a_reader_takes_keeps_its_text(self, tmp_path: Path) -> None:
        deep = Item(
            key=uid(1),
            type=300,
            name="a",
            created=MADE_AT,
            modified=MADE_AT,
            description="<div>" * 390 + "text" + "</div>" * 390,
        )
        assert "text" in "".join(Package(write(tmp_path / "p.zip", [deep]))[1].itertext())


class TestMemory:
    def test_files_pass_through_in_pieces(self, tmp_path: Path) -> None:
        """What is asked of a source is written before more is asked: nobody holds a whole file."""
        held: list[int] = []

        class Slow(Shelf):
            async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
                for _ in range(64):
                    held.append(incoming.size)
                    yield hashlib.shake_256(b"x").digest(256 * 1024)

        async def run() -> None:
            nonlocal incoming
            file = msgspec.structs.replace(packed(b"", "a.bin"), size=64 * 256 * 1024)
            async with open_blobs(f"file://{tmp_path}").incoming() as incoming:
                archive = Archive(incoming, NOW)
                await write_package(archive, head(), Slow([_file(1, file)]))

        incoming: Any = io.BytesIO()
        asyncio.run(run())
        behind = [number * 256 * 1024 - size for number, size in enumerate(held)]
        assert max(behind[2:]) < 1024 * 1024

    def test_times_are_whole_seconds_of_utc(self, tmp_path: Path) -> None:
        one = Item(key=uid(1), type=300, name="a", created=MADE_AT + timedelta(microseconds=5), modified=MADE_AT)
        assert Package(write(tmp_path / "p.zip", [one]))[1].findtext(f"{ATOM}published") == "2024-03-01T17:20:00Z"
