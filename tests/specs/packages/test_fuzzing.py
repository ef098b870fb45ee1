"""Whatever comes, the outcome has a name. Source: portfolio-package.md §6; `make fuzz` does the same for longer.

FUZZ_EXAMPLES: how many of each kind; `make fuzz` sets it.
"""

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quadrangle.packages import Aborted, Damaged, Refused, content_hash, open_container, pieces, read
from quadrangle.packages.limits import ERRORS, WARNINGS
from quadrangle.packages.model import Item, files_of
from tests.specs.packages.making import NOW, category, entry, feed, package, write, zip_of
from tests.specs.packages.portfolios import PICTURE, TIDES, everything
from tests.specs.packages.test_foreign import DIALECTS, a_portfolio

_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "400"))
fuzzed = settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def outcome(content: bytes) -> str:
    """The whole of an import as far as it goes without a database; anything but a named outcome is raised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "p.zip")
        path.write_bytes(content)
        try:
            container = open_container(path)
        except Refused as refused:
            return f"refused {range(1, 8)[refused.rule - 1]}"
        try:
            reading = read(container, NOW)
            for packed in reading.items():
                if isinstance(packed, Item):
                    assert len(content_hash(packed)) == 64
                    assert packed.created <= NOW
                for _, file in files_of(packed):
                    with contextlib.suppress(Damaged):
                        assert sum(map(len, pieces(container, file))) == container.others[file.member].size
        except Aborted as aborted:
            return f"aborted {aborted.reason}"
        for problem in reading.problems():
            assert problem.code in ERRORS | WARNINGS
        return "read"


def _written() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder, "p.zip"), everything(), [TIDES, PICTURE]).read_bytes()


OURS = _written()
OUR_XML = b""
with tempfile.TemporaryDirectory() as _folder:
    _path = Path(_folder, "p.zip")
    _path.write_bytes(OURS)
    _container = open_container(_path)
    OUR_XML = b"".join(_container.pieces(_container.main))
    MEMBERS = {name: b"".join(_container.pieces(member)) for name, member in _container.others.items()}
FEEDS = [OUR_XML, *(a_portfolio(**namespaces).encode() for namespaces in DIALECTS.values())]

# What is put into XML where something else was.
PIECES = [
    *(
        b"<",
        b">",
        b"&",
        b'"',
        b"\0",
        b"\xff",
        b"]]>",
        b"<!DOCTYPE a>",
        b"<!--",
        b"<![CDATA[",
        b"<?a?>",
        b"&#0;",
        b"&#xD800;",
        b"&a;",
    ),
    *(
        b"</entry>",
        b"<entry>",
        b"</feed>",
        b"<id/>",
        b"<id>urn:x:1</id>",
        b"<title/>",
        b"</div>",
        b"<div>",
        b"<ep:block/>",
    ),
    *(
        b"<ep:object/>",
        b'<ep:object type="400" uid=""/>',
        b'<ep:page uid="x"/>',
        b'<ep:rule mode="x"><ep:tag/></ep:rule>',
    ),
    *(
        b"has_part",
        b"is_part_of",
        b"reflects_on",
        b"enclosure",
        b"leap2:",
        b"categories:",
        b"[leap2:x]",
        b":",
        b"[:]",
        b"://",
        b"urn:uuid:",
    ),
    *(
        b"999999999999999999999999",
        b"-1",
        b"1e999",
        b"nan",
        b"true",
        b"2024-02-30T25:61:61Z",
        b"9999-12-31T23:59:59-23:59",
        b"Website",
    ),
    *(
        b"Webpage",
        b"Blog",
        b"selection",
        b"person",
        b'xmlns:leap2="x"',
        b'xmlns="x"',
        b"../",
        b"%00",
        b"%ff",
        b"\xc3\xa9",
        b"\xf0\x9f\x98\x80",
    ),
]


@st.composite
def mutations(draw: st.DrawFn, content: bytes, replacements: list[bytes]) -> bytes:
    """`content` with some of it taken out, doubled, moved or replaced."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(0, len(made) - 1)))
        end = min(len(made), start + draw(st.integers(0, 60)))
        kind = draw(st.integers(0, 4))
        if kind == 0:
            del made[start:end]
        elif kind == 1:
            made[start:start] = made[start:end]
        elif kind == 2:
            made[start:end] = draw(st.sampled_from(replacements))
        elif kind == 3:
            made[start:end] = draw(st.binary(max_size=12))
        else:
            other = draw(st.integers(0, max(0, len(made) - 1)))
            made[start:end] = made[other : other + end - start]
    return bytes(made)


@st.composite
def attributes_swapped(draw: st.DrawFn, content: bytes) -> bytes:
    """The feed stays well-formed: only what is between quotes or tags changes."""
    places = [found.span(1) for found in re.finditer(rb'"([^"<>]*)"|>([^<>]+)<', content) if found[1] is not None]
    values = [content[start:end] for start, end in places] + [
        one for one in PIECES if not set(one) & set(b'<>&"\0\xff')
    ]
    made = content
    for start, end in sorted(draw(st.lists(st.sampled_from(places), max_size=12, unique=True)), reverse=True):
        made = made[:start] + draw(st.sampled_from(values)) + made[end:]
    return made


@fuzzed
@given(
    mutations(
        OURS, [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\7\x08", b"\0" * 8, b"\xff" * 8, b"../", b"leap2a.xml"]
    )
)
def test_a_mutated_archive(content: bytes) -> None:
    assert outcome(content)


@fuzzed
@given(st.sampled_from(FEEDS).flatmap(lambda one: mutations(one, PIECES)))
def test_mutated_xml(content: bytes) -> None:
    assert outcome(content)
    assert outcome(zip_of({"leap2a.xml": content, **MEMBERS}))


@fuzzed
@given(st.sampled_from(FEEDS).flatmap(attributes_swapped))
def test_well_formed_xml_that_says_other_things(content: bytes) -> None:
    assert outcome(zip_of({"leap2a.xml": content, **MEMBERS}))


@st.composite
def feeds(draw: st.DrawFn) -> str:
    """Entries of every kind, related to one another in every way, also to themselves and in circles."""
    ids = [f"urn:x:{n}" for n in range(6)] + ["portfolio:a", "urn:uuid:6f0d0000-0000-4000-8000-000000000001", "files/a"]
    rels = [
        "has_part",
        "is_part_of",
        "leap2:has_part",
        "reflects_on",
        "reflected_on_by",
        "has_evidence",
        "is_evidence_of",
        "related",
    ]
    rels += ["supports", "enclosure", "self", "alternate", "[leap2:attends]", "replies"]
    kinds = ["selection", "entry", "resource", "ability", "person", "plan", "publication", "spaceship"]
    selections = ["Website", "Webpage", "Blog", "Folder", "Grouping"]
    uids = st.sampled_from([f"6f0d0000-0000-4000-8000-00000000000{n}" for n in range(4)])
    made = []
    for _ in range(draw(st.integers(0, 8))):
        more: list[Any] = []
        for _ in range(draw(st.integers(0, 4))):
            order = draw(st.sampled_from(["", ' leap2:display_order="1"', ' leap2:display_order="x"']))
            more.append(f'<link rel="{draw(st.sampled_from(rels))}" href="{draw(st.sampled_from(ids))}"{order}/>')
        if draw(st.booleans()):
            more.append(category("selection_type", draw(st.sampled_from(selections))))
        which = draw(st.integers(0, 5))
        if which == 1:
            number = draw(st.sampled_from([0, 100, 110, 120, 200, 300, 310, 320, 330, 334, 340, 400, 600]))
            more.append(f'<ep:object type="{number}" uid="{draw(uids)}"/>')
        elif which == 2:
            block = draw(
                st.sampled_from(["", '<ep:block id="b1" kind="item" item="x"/>', '<ep:block id="b1" kind="html"/>'])
            )
            more.append(f'<ep:page uid="{draw(uids)}" section="{draw(st.integers(-1, 3))}">{block}</ep:page>')
        elif which == 3:
            more.append(f'<ep:{draw(st.sampled_from(["comment", "embedded"]))} uid="{draw(uids)}"/>')
        elif which == 4:
            more.append('<mahara:artefactplugin mahara:type="comment" mahara:plugin="comment"/>')
        made.append(entry(draw(st.sampled_from(ids)), "T", *more, type=draw(st.sampled_from(kinds))))
    return feed(*made, own=draw(st.booleans()))


@fuzzed
@given(feeds())
def test_relations_of_every_kind(xml: str) -> None:
    assert outcome(package(xml, {"files/a": b"a"})).startswith(("read", "aborted nothing-imported"))


@fuzzed
@given(
    st.binary(max_size=400).flatmap(
        lambda one: st.sampled_from([one, b"PK\3\4" + one, b"<" + one, b"\xff\xfe<\0" + one])
    )
)
def test_noise(content: bytes) -> None:
    assert outcome(content)
