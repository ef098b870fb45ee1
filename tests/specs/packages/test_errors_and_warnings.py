"""What is said of single items: errors, after which others are still imported, and warnings. Source: portfolio-package.md §6.3, §6.4."""

import hashlib
from pathlib import Path

import pytest

from quadrangle.packages import Damaged, pieces
from quadrangle.packages.limits import ERRORS, WARNINGS
from quadrangle.packages.model import Collection, FileArtifact, LEArtifact, Presentation, Reflection, UrlArtifact
from tests.specs.packages.making import NOW, category, entry, feed, found_in, link, ours, uid

FINE = ours(99, 300, "Fine")
OFFLINE = category("resource_type", "Offline")


def file(number: int, href: str = "files/1-a.txt", kind: int = 310, **more: str) -> str:
    return ours(number, kind, "A file", OFFLINE, link("enclosure", href, **more))


class TestErrors:
    @pytest.mark.parametrize(
        "href", ["files/1-b.txt", "../files/1-a.txt", "/files/1-a.txt", "files/../files/1-a.txt", "", "."]
    )
    def test_attachment_missing(self, tmp_path: Path, href: str) -> None:
        found = found_in(tmp_path, feed(FINE, file(1, href), own=True), {"files/1-a.txt": b"a"})
        assert [one.key for one in found.items] == [uid(99)]
        assert found.codes == ["attachment-missing", "file-unreferenced"]
        assert found.errors == ["attachment-missing"]

    def test_attachment_missing_of_others_leaves_the_item(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(file(1, kind=334), own=True))
        assert isinstance(found[uid(1)], LEArtifact)
        assert found[uid(1)].file is None
        assert found.errors == ["attachment-missing"]

    def test_a_file_artifact_may_say_that_its_file_was_missing(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(ours(1, 310, "A file", ep='missing-file="true"'), own=True))
        assert found[uid(1)].file is None
        assert found.problems == []

    def test_a_file_artifact_without_a_file_fails(self, tmp_path: Path) -> None:
        assert found_in(tmp_path, feed(FINE, ours(1, 310), own=True)).errors == ["attachment-missing"]

    @pytest.mark.parametrize("more", [{"length": "2"}, {"ep__sha256": "0" * 64}])
    def test_attachment_damaged(self, tmp_path: Path, more: dict[str, str]) -> None:
        found = found_in(tmp_path, feed(file(1, **more), own=True), {"files/1-a.txt": b"a"})
        with pytest.raises(Damaged):
            list(pieces(found.reading.container, found[uid(1)].file))

    def test_an_attachment_that_is_as_it_was_said(self, tmp_path: Path) -> None:
        right = hashlib.sha256(b"a").hexdigest().upper()
        found = found_in(tmp_path, feed(file(1, length="1", ep__sha256=right), own=True), {"files/1-a.txt": b"a"})
        assert b"".join(pieces(found.reading.container, found[uid(1)].file)) == b"a"

    def test_duplicate_id(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(ours(1, 300, "First"), ours(1, 300, "Second"), own=True))
        assert [one.name for one in found.items] == ["First"]
        assert found.problems == [("duplicate-id", f"urn:uuid:{uid(1)}")]

    def test_duplicate_id_is_seen_through_prefixes(self, tmp_path: Path) -> None:
        found = found_in(
            tmp_path,
            feed(entry("portfolio:a1", "First"), entry("http://mahara.example/export/7/ada/1111111111/a1", "Second")),
        )
        assert [one.name for one in found.items] == ["First"]
        assert found.errors == ["duplicate-id"]

    def test_duplicate_uid(self, tmp_path: Path) -> None:
        second = ours(1, 300, "Second").replace(f"urn:uuid:{uid(1)}", "urn:x:2")
        found = found_in(tmp_path, feed(ours(1, 300, "First"), second, own=True))
        assert [one.name for one in found.items] == ["First"]
        assert found.errors == ["duplicate-id"]

    @pytest.mark.parametrize("id", [None, "", "  "])
    def test_no_id(self, tmp_path: Path, id: str | None) -> None:
        found = found_in(tmp_path, feed(FINE, entry(id)))
        assert [one.key for one in found.items] == [uid(99)]
        assert found.problems == [("no-id", "entry 2")]

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "x", "", "JaVaScript:x", "http"]
    )
    def test_forbidden_url(self, tmp_path: Path, url: str) -> None:
        found = found_in(tmp_path, feed(FINE, ours(1, 340, "Link", link("self", url)), own=True))
        assert found.problems == [("forbidden-url", f"urn:uuid:{uid(1)}")]

    @pytest.mark.parametrize(
        "url", ["http://a/", "https://a/", "mailto:a@b.example", "ftp://a/", "ftps://a/", "HTTPS://A/"]
    )
    def test_allowed_urls(self, tmp_path: Path, url: str) -> None:
        found = found_in(tmp_path, feed(ours(1, 340, "Link", link("self", url)), own=True))
        assert isinstance(found[uid(1)], UrlArtifact)
        assert found[uid(1)].url == url

    @pytest.mark.parametrize("kind", ["500", "311", "-1", "", "3e2", "٣٠٠", "99999999999", "x"])
    def test_invalid_item_by_its_type(self, tmp_path: Path, kind: str) -> None:
        bad = ours(1, 300).replace('type="300"', f'type="{kind}"')
        assert found_in(tmp_path, feed(FINE, bad, own=True)).errors == ["invalid-item"]

    @pytest.mark.parametrize(
        "bad", ["", "1", "6f0d", "not-a-uuid", uid(1) + "0", "6f0d0000-0000-4000-8000-00000000000g"]
    )
    def test_invalid_item_by_its_uid(self, tmp_path: Path, bad: str) -> None:
        wrong = ours(1, 300).replace(f'uid="{uid(1)}"', f'uid="{bad}"')
        assert found_in(tmp_path, feed(FINE, wrong, own=True)).errors == ["invalid-item"]

    def test_invalid_item_by_its_title(self, tmp_path: Path) -> None:
        assert found_in(tmp_path, feed(FINE, ours(1, 300, "x" * 513), own=True)).errors == ["invalid-item"]
        assert found_in(tmp_path, feed(FINE, ours(1, 300, "x" * 512), own=True)).errors == []

    def test_invalid_item_that_is_two_things(self, tmp_path: Path) -> None:
        both = ours(1, 300, "Both", f'<ep:comment uid="{uid(1)}"/>')
        assert found_in(tmp_path, feed(FINE, both, own=True)).errors == ["invalid-item"]

    def test_a_presentation_that_fails_takes_its_pages_along(self, tmp_path: Path) -> None:
        page = entry(
            f"urn:uuid:{uid(2)}",
            "Page",
            category("selection_type", "Webpage"),
            link("leap2:is_part_of", f"urn:uuid:{uid(1)}"),
            f'<ep:page uid="{uid(2)}" position="1" section="1" section-position="1" content="null"/>',
            type="selection",
        )
        bad = ours(1, 400, "x" * 513, category("selection_type", "Website"))
        found = found_in(tmp_path, feed(FINE, bad, page, own=True))
        assert [one.key for one in found.items] == [uid(99)]

    def test_every_other_item_is_imported(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(ours(1, 999), entry(None), FINE, ours(2, 340), own=True))
        assert [one.key for one in found.items] == [uid(99)]
        assert found.reading.objects == 4


class TestWarnings:
    def test_relation_dangling(self, tmp_path: Path) -> None:
        reflection = ours(1, 200, "R", link("leap2:reflects_on", f"urn:uuid:{uid(7)}"))
        found = found_in(tmp_path, feed(reflection, own=True))
        assert found[uid(1)].about == ()
        assert found.problems == [("relation-dangling", f"urn:uuid:{uid(1)}")]
        assert found.errors == []

    def test_what_the_owner_has_does_not_dangle(self, tmp_path: Path) -> None:
        reflection = ours(1, 200, "R", link("leap2:reflects_on", f"urn:uuid:{uid(7)}"))
        found = found_in(tmp_path, feed(reflection, own=True), known=[uid(7)])
        assert found[uid(1)].about == (uid(7),)
        assert found.reading.missing == {uid(7)}
        assert found.problems == []

    def test_relations_to_what_failed_dangle(self, tmp_path: Path) -> None:
        reflection = ours(1, 200, "R", link("leap2:reflects_on", f"urn:uuid:{uid(2)}"))
        found = found_in(tmp_path, feed(reflection, ours(2, 999), own=True))
        assert found[uid(1)].about == ()
        assert found.codes == ["invalid-item", "relation-dangling"]

    def collections(self, *edges: tuple[int, int]) -> list[str]:
        numbers = sorted({one for edge in edges for one in edge})
        return [
            ours(one, 110, f"C{one}", *[link("leap2:has_part", f"urn:uuid:{uid(b)}") for a, b in edges if a == one])
            for one in numbers
        ]

    @pytest.mark.parametrize(
        ("edges", "left"),
        [
            ([(1, 1)], []),
            ([(1, 2), (2, 1)], [(1, 2)]),
            ([(1, 2), (2, 3), (3, 1)], [(1, 2), (2, 3)]),
            ([(3, 1), (1, 2), (2, 3)], [(1, 2), (2, 3)]),
            ([(1, 2), (1, 3), (2, 4), (3, 4), (4, 1)], [(1, 2), (1, 3), (2, 4), (3, 4)]),
        ],
    )
    def test_relation_cycle(self, tmp_path: Path, edges: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
        found = found_in(tmp_path, feed(*self.collections(*edges), own=True))
        for one in found.items:
            assert isinstance(one, Collection)
            assert [member.key for member in one.members] == [uid(b) for a, b in left if uid(a) == one.key]
        assert found.codes == ["relation-cycle"]
        assert found.errors == []

    def test_a_thing_in_two_collections_is_no_cycle(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(*self.collections((1, 2), (1, 3), (2, 4), (3, 4)), own=True))
        assert found.problems == []

    def test_thousands_of_collections_in_one_another_take_no_time(self, tmp_path: Path) -> None:
        edges = [(n, n + 1) for n in range(1, 3000)] + [(3000, 1)]
        found = found_in(tmp_path, feed(*self.collections(*edges), own=True))
        assert found.codes == ["relation-cycle"]

    def test_a_relation_to_itself(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(ours(1, 200, "R", link("leap2:reflects_on", f"urn:uuid:{uid(1)}")), own=True))
        assert found[uid(1)].about == ()
        assert found.codes == ["relation-ignored"]

    def test_relation_ignored(self, tmp_path: Path) -> None:
        """An enclosure that is another entry, as real files have it."""
        found = found_in(
            tmp_path,
            feed(entry("portfolio:a1", "A", link("enclosure", "portfolio:a2"), type="resource"), entry("portfolio:a2")),
        )
        first = found.items[0]
        assert first.type == 300
        assert [(one.name, one.key) for one in first.foreign.relations] == [("related", found.items[1].key)]
        assert found.codes == ["relation-ignored"]

    def test_type_unknown(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", type="spaceship")))
        assert found["urn:x:1"].type == 300
        assert found.codes == ["type-unknown"]

    def test_no_type_is_an_entry(self, tmp_path: Path) -> None:
        assert found_in(tmp_path, feed(entry("urn:x:1", type=None))).problems == []

    def test_category_unknown(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", "T", '<category scheme="http://other.example/" term="x"/>')))
        assert found.codes == ["category-unknown"]
        assert 'term="x"' in found["urn:x:1"].foreign.kept

    def test_element_unknown(self, tmp_path: Path) -> None:
        odd = '<o:thing xmlns:o="http://other.example/">x</o:thing>'
        found = found_in(tmp_path, feed(ours(1, 300, "T", odd, inside="<ep:later/>"), "<ep:coming/>", own=True))
        assert sorted(found.problems) == [
            ("element-unknown", "ep:coming"),
            ("element-unknown", "ep:later"),
            ("element-unknown", "{http://other.example/}thing"),
        ]

    @pytest.mark.parametrize(
        "content",
        [
            '<content type="html">&lt;p onclick="x"&gt;a&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</content>',
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x">a</p><script>x</script></div></content>',
        ],
    )
    def test_html_changed(self, tmp_path: Path, content: str) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", content=content)))
        assert found["urn:x:1"].description == "<p>a</p>"
        assert found.codes == ["html-changed"]

    def test_file_unreferenced(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(FINE, own=True), {"files/1-a.txt": b"a", "export.xsl": b"b"})
        assert found.problems == [("file-unreferenced", "files/1-a.txt"), ("file-unreferenced", "export.xsl")]

    @pytest.mark.parametrize(
        "times",
        [
            "",
            "<updated/>",
            "<updated>yesterday</updated>",
            "<updated>2024-13-01T00:00:00Z</updated>",
            "<updated>2099-01-01T00:00:00Z</updated>",
            "<updated>0001-01-01T00:00:00+12:00</updated>",
            "<updated>2024-03-01T17:20:00Z</updated><published>never</published>",
        ],
    )
    def test_timestamp_invalid(self, tmp_path: Path, times: str) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", times=times)))
        assert found["urn:x:1"].created == NOW
        assert found.codes == ["timestamp-invalid"]

    def test_times_of_every_zone_are_read(self, tmp_path: Path) -> None:
        times = "<updated>2024-03-01T18:20:00.25+01:00</updated><published>2024-03-01T10:20:00-05:00</published>"
        found = found_in(tmp_path, feed(entry("urn:x:1", times=times)))
        assert found["urn:x:1"].modified.isoformat() == "2024-03-01T17:20:00+00:00"
        assert found["urn:x:1"].created.isoformat() == "2024-03-01T15:20:00+00:00"

    @pytest.mark.parametrize("title", ["", " ", "\n"])
    def test_title_missing(self, tmp_path: Path, title: str) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", title)))
        assert found["urn:x:1"].name == "Untitled"
        assert found.codes == ["title-missing"]

    def test_a_title_that_was_left_out_on_purpose_is_blank(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(ours(1, 300, "Untitled", ep='untitled="true"'), own=True))
        assert found[uid(1)].name == ""
        assert found.problems == []

    def test_person_ignored(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("portfolio:me", type="person"), entry("urn:x:1")))
        assert [one.key for one in found.items] == ["urn:x:1"]
        assert found.codes == ["person-ignored"]

    def test_remote_enclosure(self, tmp_path: Path) -> None:
        far = link("enclosure", "https://far.example/a.pdf", type="application/pdf")
        found = found_in(tmp_path, feed(entry("urn:x:1", "Far", far, type="resource")))
        assert found["urn:x:1"].url == "https://far.example/a.pdf"
        assert found.codes == ["remote-enclosure"]

    def test_page_shared(self, tmp_path: Path) -> None:
        website, webpage = category("selection_type", "Website"), category("selection_type", "Webpage")
        found = found_in(
            tmp_path,
            feed(
                entry("urn:s:1", "One", website, link("has_part", "urn:p:1"), type="selection"),
                entry("urn:s:2", "Two", website, link("has_part", "urn:p:1"), type="selection"),
                entry("urn:p:1", "Page", webpage, type="selection"),
            ),
        )
        one, two = found["urn:s:1"], found["urn:s:2"]
        assert isinstance(one, Presentation)
        assert isinstance(two, Presentation)
        assert [page.name for page in (*one.pages, *two.pages)] == ["Page", "Page"]
        assert one.pages[0].key == "urn:p:1"
        assert one.pages[0].key != two.pages[0].key
        assert found.codes == ["page-shared"]

    def test_item_absent(self, tmp_path: Path) -> None:
        page = entry(
            f"urn:uuid:{uid(2)}",
            "Page",
            category("selection_type", "Webpage"),
            f'<ep:page uid="{uid(2)}" position="1" section="1" section-position="1" content="blocks">'
            f'<ep:block id="b1" kind="item" item="{uid(7)}" absent="true"/></ep:page>',
            type="selection",
        )
        site = ours(1, 400, "Site", category("selection_type", "Website"), link("has_part", f"urn:uuid:{uid(2)}"))
        found = found_in(tmp_path, feed(site, page, own=True))
        assert found[uid(1)].pages[0].blocks == ()
        assert found.codes == ["item-absent"]
        found = found_in(tmp_path, feed(site, page, own=True), known=[uid(7)])
        assert [one.item for one in found[uid(1)].pages[0].blocks] == [uid(7)]

    def test_foreign_elements_of_more_than_64_kib_are_dropped(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", "T", f"<leap2:spatial>{'x' * 66_000}</leap2:spatial>")))
        assert found["urn:x:1"].foreign.kept == ""
        assert found.codes == ["foreign-dropped"]


def test_every_code_is_an_error_or_a_warning() -> None:
    assert not ERRORS & WARNINGS


def test_kinds_of_what_is_found(tmp_path: Path) -> None:
    """Each number of an ePortfolio type becomes its own kind of value."""
    found = found_in(tmp_path, feed(ours(1, 200), file(2), own=True), {"files/1-a.txt": b"a"})
    assert isinstance(found[uid(1)], Reflection)
    assert isinstance(found[uid(2)], FileArtifact)
