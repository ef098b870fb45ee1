"""Leap2A that others made, in each dialect, written by hand. Source: portfolio-package.md §2, §6.5, §7."""

from pathlib import Path

import msgspec
import pytest

from quadrangle.packages.model import (
    Collection,
    FileArtifact,
    Item,
    LearningObjective,
    Presentation,
    Reflection,
    UrlArtifact,
)
from quadrangle.packages.names import LEAP2_OF_MAHARA_22, MAHARA_22
from quadrangle.packages.references import to_file, to_item
from tests.specs.packages.making import MADE_AT, Found, category, entry, feed, found_in, link, plain, uid, write

OLD = {
    "leap2": "http://www.cetis.org.uk/leap2/terms/",
    "categories": "http://www.cetis.org.uk/leap2/a/categories/",
}
DIALECTS = {
    "2010-07": {},
    "of Mahara 22": {
        "leap2": LEAP2_OF_MAHARA_22,
        "categories": "https://web.archive.org/web/20120819100914/http://wiki.leapspecs.org:80/2A/categories",
        "mahara": MAHARA_22,
    },
    "cetis": OLD,
    "2009-03": {
        "leap2": "http://wiki.cetis.ac.uk/2009-03/LEAP2A_predicates#",
        "categories": "http://wiki.cetis.ac.uk/2009-03/Leap2A_categories/",
    },
    "an archived 2009-03": {
        "leap2": "https://web.archive.org/web/20090921112233/http://wiki.cetis.ac.uk/2009-03/Leap2A_predicates#",
        "categories": "https://web.archive.org/web/20090921112233/http://wiki.cetis.ac.uk:80/2009-03/Leap2A_categories/",
    },
}
OFFLINE = category("resource_type", "Offline")
COMMENT = '<mahara:artefactplugin mahara:type="comment" mahara:plugin="comment"/>'


def a_portfolio(**namespaces: str) -> str:
    """What Mahara writes, in small: a person, a collection with two pages, a file in a folder, a journal with a post, a comment, a plan."""
    return feed(
        entry("portfolio:artefactinternal", "Ada Byron", category("person_type", "Self"), type="person"),
        entry(
            "portfolio:collection1",
            "My work",
            category("selection_type", "Website"),
            link("has_part", "portfolio:view2", leap2__display_order="2"),
            link("has_part", "portfolio:view1", leap2__display_order="1"),
            type="selection",
        ),
        entry(
            "portfolio:view1",
            "First page",
            category("selection_type", "Webpage"),
            link("leap2:is_part_of", "portfolio:collection1"),
            link("leap2:has_part", "portfolio:artefact11"),
            type="selection",
            content='<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>See <a href="portfolio:artefact11">it</a>'
            '<img src="files/3-Tide tables.csv"/><a href="nowhere.html">no</a></p></div></content>',
        ),
        entry("portfolio:view2", "Second page", category("selection_type", "Webpage"), type="selection"),
        entry(
            "portfolio:artefact10",
            "Data",
            category("selection_type", "Folder"),
            link("leap2:has_part", "portfolio:artefact11"),
            type="selection",
        ),
        entry(
            "portfolio:artefact11",
            "Tide tables",
            OFFLINE,
            '<category term="field-work" label="field work"/>',
            link("enclosure", "files/3-Tide tables.csv", type="text/csv"),
            link("related", "portfolio:view1"),
            type="resource",
        ),
        entry(
            "portfolio:artefact12",
            "Journal",
            category("selection_type", "Blog"),
            link("leap2:has_part", "portfolio:artefact13", leap2__display_order="1"),
            type="selection",
        ),
        entry("portfolio:artefact13", "Monday", link("leap2:is_part_of", "portfolio:artefact12")),
        entry(
            "portfolio:artefact14",
            "Comment",
            link("leap2:reflects_on", "portfolio:artefact11"),
            COMMENT,
            "<author><name>Ben</name></author>",
            content='<content type="html">&lt;p&gt;Nice&lt;/p&gt;</content>',
        ),
        entry(
            "portfolio:artefact15",
            "Learn to sail",
            '<leap2:date leap2:point="target">2027</leap2:date>',
            '<leap2:status leap2:stage="planned"/>',
            link("leap2:has_part", "portfolio:artefact16"),
            type="plan",
        ),
        entry("portfolio:artefact16", "Buy a boat", link("leap2:supports", "portfolio:artefact15"), type="plan"),
        **namespaces,
    )


@pytest.fixture(params=DIALECTS)
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Found:
    xml = a_portfolio(**DIALECTS[request.param])
    if "2009-03" in request.param:
        xml = xml.replace("http://www.leapspecs.org/2010-07/2A/", "http://wiki.cetis.ac.uk/2009-03/Leap2A_2009-03")
    return found_in(tmp_path, xml, {"files/3-Tide tables.csv": b"tides", "export.html": b"x"})


def key(local: str) -> str:
    return f"http://mahara.example#{local}"


class TestAPortfolioOfMahara:
    def test_it_is_read_without_an_error(self, found: Found) -> None:
        assert found.problems == [
            ("person-ignored", "http://mahara.example/export/7/ada/1111111111/artefactinternal"),
            ("file-unreferenced", "export.html"),
        ]

    def test_a_website_becomes_a_presentation(self, found: Found) -> None:
        one = found[key("collection1")]
        assert isinstance(one, Presentation)
        assert one.sections == ("Home",)
        assert [page.name for page in one.pages] == ["First page", "Second page"]
        assert [page.section for page in one.pages] == [1, 1]
        assert not one.has_uid

    def test_a_page_has_one_block_and_members_without_a_block(self, found: Found) -> None:
        page = found[key("collection1")].pages[0]
        assert [block.kind for block in page.blocks] == ["html"]
        assert page.members == (key("artefact11"),)

    def test_addresses_in_texts_lead_to_things_and_files(self, found: Found) -> None:
        (block,) = found[key("collection1")].pages[0].blocks
        wanted = (
            f'<p>See <a href="{to_item(key("artefact11"))}">it</a><img src="{to_file(key("artefact11"))}"><a>no</a></p>'
        )
        assert block.html == wanted

    def test_a_folder_becomes_a_collection(self, found: Found) -> None:
        one = found[key("artefact10")]
        assert isinstance(one, Collection)
        assert one.type == 110
        assert [member.key for member in one.members] == [key("artefact11")]

    def test_a_file_becomes_a_file(self, found: Found) -> None:
        one = found[key("artefact11")]
        assert isinstance(one, FileArtifact)
        assert one.file is not None
        assert (one.file.name, one.file.media_type, one.file.size) == ("3-Tide tables.csv", "text/csv", 5)
        assert [tag.text for tag in one.tags] == ["field work"]

    def test_a_comment_is_on_what_it_reflects_on(self, found: Found) -> None:
        (comment,) = found[key("artefact11")].comments
        assert (comment.text, comment.markup, comment.has_uid) == ("<p>Nice</p>", True, False)

    def test_a_post_becomes_a_reflection(self, found: Found) -> None:
        assert isinstance(found[key("artefact13")], Reflection)
        assert found[key("artefact13")].description == "<p>Raw data.</p>"

    def test_a_plan_becomes_an_artifact_and_is_kept_for_the_next_export(self, found: Found) -> None:
        plan = found[key("artefact15")]
        assert (type(plan), plan.type) == (Item, 300)
        assert plan.foreign.rdf_type == "plan"
        assert 'leap2:point="target">2027</leap2:date>' in plan.foreign.kept
        assert 'xmlns:leap2="http://terms.leapspecs.org/"' in plan.foreign.kept
        assert [(one.name, one.key) for one in plan.foreign.relations] == [("has_part", key("artefact16"))]

    def test_what_was_kept_survives_our_own_package(self, found: Found, tmp_path: Path) -> None:
        """With uids, as it has once it was imported."""
        numbers = {one.key: uid(n) for n, one in enumerate(found.items, 1)}
        plan = found[key("artefact15")]
        task = found[key("artefact16")]

        def ours(one: Item) -> Item:
            assert one.foreign is not None
            relations = tuple(
                msgspec.structs.replace(relation, key=numbers[relation.key]) for relation in one.foreign.relations
            )
            foreign = msgspec.structs.replace(one.foreign, relations=relations)
            return msgspec.structs.replace(one, key=numbers[one.key], has_uid=True, foreign=foreign)

        items = [ours(plan), ours(task)]
        path = write(tmp_path / "again.zip", items, made_at=MADE_AT)
        again = found_in(tmp_path, path.read_bytes())
        assert [plain(one) for one in again.items] == [plain(one) for one in items]


class TestKinds:
    @pytest.mark.parametrize(
        ("written", "kind"),
        [
            (entry("urn:x:1", type="ability"), LearningObjective),
            (entry("urn:x:1", "T", link("self", "https://a.example/"), type="resource"), UrlArtifact),
            (entry("urn:x:1", "T", link("self", "https://a.example/"), type="publication"), UrlArtifact),
            (entry("urn:x:1", "T", link("self", "/a"), type="resource"), Item),
            (entry("urn:x:1", "T", category("learning_cycle", "Reflecting")), Reflection),
            (entry("urn:x:1", "T", link("reflects_on", "urn:x:2")), Reflection),
            (entry("urn:x:1", "T", link("reflects_on", "urn:x:2"), type="activity"), Item),
            (entry("urn:x:1", "T", category("selection_type", "CV"), type="selection"), Collection),
            (entry("urn:x:1", type="selection"), Collection),
            (entry("urn:x:1", type="achievement"), Item),
            (entry("urn:x:1", type="organization"), Item),
            (entry("urn:x:1", type="meeting"), Item),
        ],
    )
    def test_it_becomes(self, tmp_path: Path, written: str, kind: type[Item]) -> None:
        assert type(found_in(tmp_path, feed(written, entry("urn:x:2")))["urn:x:1"]) is kind

    def test_a_webpage_alone_becomes_a_presentation_of_one_page(self, tmp_path: Path) -> None:
        page = entry(
            "urn:x:1",
            "Alone",
            category("selection_type", "Webpage"),
            "<summary>About it</summary>",
            link("has_part", "urn:x:2"),
            type="selection",
        )
        one = found_in(tmp_path, feed(page, entry("urn:x:2")))["urn:x:1"]
        assert isinstance(one, Presentation)
        assert (one.name, one.description, one.sections) == ("Alone", "<p>About it</p>", ("Home",))
        (its,) = one.pages
        assert (its.name, [block.html for block in its.blocks], its.members) == (
            "Alone",
            ["<p>Raw data.</p>"],
            ("urn:x:2",),
        )

    def test_a_page_comment_of_mahara_is_on_the_page(self, tmp_path: Path) -> None:
        found = found_in(
            tmp_path,
            feed(
                entry(
                    "urn:s:1", "S", category("selection_type", "Website"), link("has_part", "urn:p:1"), type="selection"
                ),
                entry("urn:c:1", "Comment", link("reflects_on", "urn:p:1"), COMMENT),
                entry("urn:p:1", "P", category("selection_type", "Webpage"), type="selection"),
            ),
        )
        assert [one.key for one in found.items] == ["urn:s:1"]
        assert [(one.text, one.markup) for one in found["urn:s:1"].pages[0].comments] == [("Raw data.", False)]

    def test_a_marker_with_two_targets_is_no_comment(self, tmp_path: Path) -> None:
        twice = entry("urn:c:1", "C", link("reflects_on", "urn:x:1"), link("reflects_on", "urn:x:2"), COMMENT)
        found = found_in(tmp_path, feed(twice, entry("urn:x:1"), entry("urn:x:2")))
        assert isinstance(found["urn:c:1"], Reflection)

    def test_other_parts_of_a_website_are_imported_on_their_own(self, tmp_path: Path) -> None:
        site = entry(
            "urn:s:1", "S", category("selection_type", "Website"), link("has_part", "urn:x:1"), type="selection"
        )
        found = found_in(tmp_path, feed(site, entry("urn:x:1")))
        assert [one.key for one in found.items] == ["urn:s:1", "urn:x:1"]
        assert found["urn:s:1"].pages == ()


class TestParts:
    def test_those_with_an_order_come_first_and_ties_in_document_order(self, tmp_path: Path) -> None:
        parts = [link("has_part", "urn:x:1"), link("has_part", "urn:x:2", leap2__display_order="7")]
        parts += [
            link("has_part", "urn:x:3", leap2__display_order="7"),
            link("has_part", "urn:x:4", leap2__display_order="-1"),
        ]
        found = found_in(
            tmp_path, feed(entry("urn:c:1", "C", *parts, type="selection"), *(entry(f"urn:x:{n}") for n in range(1, 5)))
        )
        assert [one.key for one in found["urn:c:1"].members] == ["urn:x:4", "urn:x:2", "urn:x:3", "urn:x:1"]

    def test_a_relation_told_at_one_end_is_enough(self, tmp_path: Path) -> None:
        found = found_in(
            tmp_path,
            feed(
                entry("urn:c:1", "C", type="selection"),
                entry("urn:x:1", "X", link("leap2:is_part_of", "urn:c:1")),
                entry("urn:o:1", "O", type="ability"),
                entry("urn:x:2", "Y", link("[leap2:is_evidence_of]", "urn:o:1")),
                entry("urn:x:3", "Z", link("http://terms.leapspecs.org/is_part_of", "urn:c:1")),
            ),
        )
        assert [one.key for one in found["urn:c:1"].members] == ["urn:x:1", "urn:x:3"]
        assert found["urn:o:1"].evidence == ("urn:x:2",)

    def test_when_something_was_added_is_kept(self, tmp_path: Path) -> None:
        part = link("has_part", "urn:x:1", leap2__when_added="2024-03-01T17:20:00Z")
        found = found_in(tmp_path, feed(entry("urn:c:1", "C", part, type="selection"), entry("urn:x:1")))
        assert found["urn:c:1"].members[0].added_at == MADE_AT


class TestFiles:
    @pytest.mark.parametrize(
        ("href", "member"),
        [
            ("files/a.txt", "files/a.txt"),
            ("files/a%20b.txt", "files/a b.txt"),
            ("files/a b.txt", "files/a b.txt"),
            ("files/a%2520b.txt", "files/a%20b.txt"),
            ("files/100%.txt", "files/100%.txt"),
            ("files/%C3%A9.txt", "files/é.txt"),
            ("files/e%CC%81.txt", "files/é.txt"),
            ("files/A.TXT", "files/a.txt"),
            ("export_info/files/deep/a.txt", "export_info/files/deep/a.txt"),
        ],
    )
    def test_a_path_names_a_member(self, tmp_path: Path, href: str, member: str) -> None:
        found = found_in(
            tmp_path, feed(entry("urn:x:1", "F", link("enclosure", href), type="resource")), {member: b"a"}
        )
        assert found["urn:x:1"].file.member == member

    def test_content_of_2009_may_be_a_file(self, tmp_path: Path) -> None:
        content = '<content src="files/a.txt" type="text/plain"/>'
        found = found_in(tmp_path, feed(entry("urn:x:1", type="resource", content=content)), {"files/a.txt": b"a"})
        assert found["urn:x:1"].file.media_type == "text/plain"

    @pytest.mark.parametrize(
        ("written", "found_type"), [("text/csv", "text/csv"), ("nonsense", "text/plain"), ("<a>/b", "text/plain")]
    )
    def test_its_type_is_from_the_enclosure_or_its_name(self, tmp_path: Path, written: str, found_type: str) -> None:
        kind = written.replace("<", "&lt;")
        one = entry("urn:x:1", "F", link("enclosure", "a.txt", type=kind), type="resource")
        assert found_in(tmp_path, feed(one), {"a.txt": b"a"})["urn:x:1"].file.media_type == found_type

    def test_further_files_become_artifacts_of_their_own(self, tmp_path: Path) -> None:
        one = entry("urn:x:1", "F", link("enclosure", "a.txt"), link("enclosure", "b.txt"), type="resource")
        other = entry("urn:x:2", "G", link("enclosure", "c.txt"))
        found = found_in(tmp_path, feed(one, other), {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
        assert sorted(one.key for one in found.items) == ["urn:x:1", "urn:x:1#b.txt", "urn:x:2", "urn:x:2#c.txt"]
        assert found["urn:x:1#b.txt"].name == "b.txt"
        assert [(one.name, one.key) for one in found["urn:x:2"].foreign.relations] == [("related", "urn:x:2#c.txt")]
        assert found.problems == []


class TestKeys:
    def test_the_time_of_the_export_in_a_prefix_does_not_matter(self, tmp_path: Path) -> None:
        one = found_in(tmp_path, feed(entry("portfolio:a1")))
        other = found_in(
            tmp_path, feed(entry("portfolio:a1"), portfolio="http://mahara.example/export/7/ada/2222222222/")
        )
        assert one.items[0].key == other.items[0].key == key("a1")

    def test_another_server_is_another(self, tmp_path: Path) -> None:
        other = found_in(
            tmp_path, feed(entry("portfolio:a1"), portfolio="http://other.example/export/7/ada/2222222222/")
        )
        assert other.items[0].key != key("a1")

    def test_two_prefixes_of_one_server_are_told_apart(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("portfolio:a1"), entry("more:a1"), more="http://mahara.example/x/"))
        assert len({one.key for one in found.items}) == 2

    def test_a_full_address_is_its_own_key(self, tmp_path: Path) -> None:
        assert found_in(tmp_path, feed(entry("http://x.example/1"))).items[0].key == "http://x.example/1"


class TestTexts:
    @pytest.mark.parametrize(
        ("content", "html"),
        [
            ('<content type="text">One\nline\n\nand &lt;two&gt;</content>', "<p>One<br>line</p><p>and &lt;two&gt;</p>"),
            ("<content>One</content>", "<p>One</p>"),
            ('<content type="html">&lt;b&gt;One</content>', "<b>One</b>"),
            ('<content type="html">One &amp;amp; two</content>', "One &amp; two"),
            (
                '<content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml">a<x:br/>b</x:div></content>',
                "a<br>b",
            ),
            ("<content/><summary>Short</summary>", "<p>Short</p>"),
            ('<content type="text"/>', ""),
            ("", ""),
        ],
    )
    def test_content_becomes_a_description(self, tmp_path: Path, content: str, html: str) -> None:
        assert found_in(tmp_path, feed(entry("urn:x:1", content=content)))["urn:x:1"].description == html

    def test_a_summary_beside_content_is_kept(self, tmp_path: Path) -> None:
        one = found_in(tmp_path, feed(entry("urn:x:1", "T", "<summary>Short</summary>")))["urn:x:1"]
        assert one.description == "<p>Raw data.</p>"
        assert "Short</summary>" in one.foreign.kept

    def test_addresses_of_our_own_kind_from_outside_are_removed(self, tmp_path: Path) -> None:
        forged = "&lt;a href=&quot;package-item/x&quot;&gt;a&lt;/a&gt;&lt;img src=&quot;package-file/x&quot;&gt;"
        one = found_in(tmp_path, feed(entry("urn:x:1", content=f'<content type="html">{forged}</content>')))
        assert one["urn:x:1"].description == "<a>a</a><img>"

    @pytest.mark.parametrize("namespace", ["files/a", "#", "//x.example/a"])
    def test_namespaces_without_a_canonical_form_are_left_out(self, tmp_path: Path, namespace: str) -> None:
        odd = f'<leap2:spatial><o:a xmlns:o="{namespace}" o:b="c">x</o:a></leap2:spatial>'
        one = found_in(tmp_path, feed(entry("urn:x:1", "T", odd)))["urn:x:1"]
        assert 'b="c">x</a></leap2:spatial>' in one.foreign.kept

    def test_a_title_in_html_is_plain_text(self, tmp_path: Path) -> None:
        xml = feed(entry("urn:x:1", "T")).replace("<title>T", '<title type="html">&lt;b&gt;A&lt;/b&gt; &amp;amp; B')
        assert found_in(tmp_path, xml)["urn:x:1"].name == "A & B"
