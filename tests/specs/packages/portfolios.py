"""Portfolios for the writer: one with everything in it, and random ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from quadrangle.kernel.html import sanitise
from quadrangle.packages.model import (
    Block,
    Collection,
    Comment,
    DynamicCollection,
    EmbeddedFile,
    FileArtifact,
    Foreign,
    FormArtifact,
    FormField,
    GeoTag,
    Item,
    Learning,
    LearningObjective,
    LEArtifact,
    Member,
    Packed,
    PackedFile,
    Page,
    Presentation,
    Reflection,
    Relation,
    Rule,
    Tag,
    UrlArtifact,
    place_of,
)
from quadrangle.packages.references import to_file, to_item
from tests.specs.packages.making import MADE_AT, packed, uid

TIDES = b"hour,height\n0,1.2\n6,3.4\n" * 200
PICTURE = bytes(range(256)) * 8

KEPT = (
    '<category xmlns="http://www.w3.org/2005/Atom" scheme="categories:life_area#" term="Education"></category>'
    '<leap2:date xmlns:leap2="http://terms.leapspecs.org/" leap2:point="start">2020-01-01</leap2:date>'
)


def everything() -> list[Packed]:
    """Each kind of object, each kind of block, each relation."""
    when: Any = {"created": MADE_AT, "modified": MADE_AT + timedelta(hours=15)}
    tides = packed(TIDES)
    picture = packed(PICTURE, "Ü ber/sicht.png", "image/png")
    shown = f'<p>See <a href="{to_item(uid(9))}">the tides</a> <img src="{to_file(uid(20))}" alt=""></p>'
    pages = (
        Page(
            key=uid(2),
            name="Welcome",
            section=1,
            blocks=(
                Block(kind="rich-text", html=shown),
                Block(kind="item", item=uid(9)),
                Block(kind="profile", fields="name email"),
                Block(kind="html", html="<p>One<br>two&nbsp;three &lt; four</p>"),
                Block(kind="rich-text", html=""),
            ),
            members=(uid(8),),
            show_comments=False,
            comments=(Comment(key=uid(30), text="Nice.\n\n1 < 2 & so on ", made_at=MADE_AT),),
            **when,
        ),
        Page(key=uid(3), name="", section=3, content="text", text="Only <text>\r\n\n and more", **when),
        Page(key=uid(4), name="Empty", section=3, content="null", allow_comments=False, **when),
        Page(key=uid(14), name="Nothing yet", section=3, content="none", **when),
    )
    return [
        Presentation(
            key=uid(1),
            type=400,
            name="Ada & her portfolio",
            description="<p>About <em>me</em></p>",
            banner_title="Banner",
            banner="<b>bold</b>",
            theme="sky",
            settings=(("navigation", "top"), ("width", "full")),
            sections=("Home", "Nothing in it", "Work"),
            pages=pages,
            **when,
        ),
        Collection(
            key=uid(5),
            type=110,
            name="Things",
            members=(Member(uid(9), MADE_AT), Member(uid(8)), Member(uid(6))),
            **when,
        ),
        DynamicCollection(
            key=uid(6),
            type=120,
            name="By tag",
            members=(Member(uid(7)),),
            rule=Rule(mode="any", tags=("field work", "x")),
            **when,
        ),
        Reflection(
            key=uid(7),
            type=200,
            name="What the tides taught me",
            about=(uid(9), uid(1)),
            tags=(Tag("field work"), Tag("Übung"), Tag("secret", True)),
            **when,
        ),
        UrlArtifact(
            key=uid(8),
            type=340,
            name="",
            url="https://example.org/?a=1&b=%20<2>",
            geo=GeoTag(latitude=1.5, longitude=-7.25),
            **when,
        ),
        FileArtifact(
            key=uid(9),
            type=310,
            name="Tide tables",
            description="<p>Raw data.</p>",
            file=tides,
            allow_comments=False,
            comments=(
                Comment(key=uid(31), text="<p>Where from?</p>", markup=True, made_at=MADE_AT),
                Comment(key=uid(32), text="", made_at=MADE_AT + timedelta(days=1)),
            ),
            **when,
        ),
        FormArtifact(
            key=uid(10),
            type=320,
            name="Log",
            form_name="Daily log",
            fields=(
                FormField(label="Day", kind="date", value="2024-03-01"),
                FormField(label="What", kind="html", value="<p>Rain</p>"),
                FormField(label="Who", value="Ada", system=True),
            ),
            **when,
        ),
        LEArtifact(
            key=uid(11),
            type=334,
            name="Essay",
            learning=Learning(kind="dropbox", source="Essay 1", course="Physics", score="7/10"),
            file=picture,
            more_files=(EmbeddedFile(key=uid(21), file=tides, created=MADE_AT),),
            **when,
        ),
        LEArtifact(
            key=uid(15), type=332, name="Grade", learning=Learning(kind="grade", score="A", date="2024-01-31"), **when
        ),
        Item(
            key=uid(12),
            type=300,
            name="A plan",
            origin="http://mahara.example#artefact12",
            foreign=Foreign(
                rdf_type="plan", kept=KEPT, relations=(Relation("related", uid(8)), Relation("supports", uid(9)))
            ),
            **when,
        ),
        LearningObjective(key=uid(13), type=600, name="Measure", evidence=(uid(9), uid(11)), **when),
        EmbeddedFile(key=uid(20), file=picture, created=MADE_AT),
    ]


# --- random ones ------------------------------------------------------------------------------------------------------

_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\t<>&\"'"
)
texts = st.text(_CHARACTERS, max_size=20)
titles = texts.filter(lambda one: one.strip() != "") | st.just("")
words = st.text(_CHARACTERS, min_size=1, max_size=10).map(str.strip).filter(bool)
_tags = st.sampled_from(["p", "b", "ul", "li", "a", "div", "h2", "span", "table", "pre", "math", "br", "img", "iframe"])
_attributes = st.sampled_from(
    [
        "",
        ' class="x y"',
        ' title="a&quot;b &amp; <c>"',
        ' href="https://example.org/?a=1&amp;b"',
        ' style="color: red"',
        ' id="b1"',
        " data-x",
    ]
)


@st.composite
def html(draw: st.DrawFn, references: tuple[str, ...] = ()) -> str:
    made = []
    for _ in range(draw(st.integers(0, 5))):
        tag = draw(_tags)
        if references and draw(st.booleans()):
            made.append(f'<a href="{draw(st.sampled_from(references))}">{tag}</a>')
        text = draw(texts).replace("&", "&amp;").replace("<", "&lt;")
        made.append(
            f"<{tag}{draw(_attributes)}>{'' if tag == 'iframe' else text}"
            + (f"</{tag}>" if tag == "iframe" else _end(draw, tag))
        )
    made.append(draw(texts).replace("&", "&amp;").replace("<", "&lt;"))
    return _settled("".join(made))


def _end(draw: st.DrawFn, tag: str) -> str:
    """Most elements are ended; a parser ends the others."""
    return draw(st.sampled_from([f"</{tag}>", ""]))


def _settled(written: str) -> str:
    """What is stored: HTML that was sanitised until it stayed as it is."""
    for _ in range(5):
        again = sanitise(written)
        if again == written:
            break
        written = again
    return written


moments = st.integers(0, 700_000_000).map(lambda one: datetime(2004, 1, 1, tzinfo=UTC) + timedelta(seconds=one))


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[list[Packed], list[bytes]]:
    """Some items of every kind, related at random, in the order of a package; and the contents of their files."""
    keys = iter([str(one) for one in draw(st.lists(st.uuids(), min_size=60, max_size=60, unique=True))])
    kinds = draw(
        st.lists(
            st.sampled_from([100, 110, 120, 200, 300, 310, 320, 330, 331, 332, 333, 334, 340, 400, 600, 0]), max_size=8
        )
    )
    planned = [(kind, next(keys)) for kind in kinds]
    contents = draw(st.lists(st.binary(max_size=300), min_size=1, max_size=3))
    embedded = [
        EmbeddedFile(key=next(keys), file=_file(draw, contents), created=draw(moments))
        for _ in range(draw(st.integers(0, 2)))
    ]
    # What has no file cannot be shown by one.
    whole = [key for kind, key in planned if kind == 310 and draw(st.integers(0, 4))]
    files = whole + [one.key for one in embedded]
    addresses = tuple([to_item(key) for _, key in planned] + [to_file(key) for key in files])
    rank = {key: number for number, (_, key) in enumerate(planned)}
    made = [
        _item(
            draw,
            kind,
            key,
            [other for _, other in planned if other != key],
            keys,
            contents,
            addresses,
            rank,
            {other: its for its, other in planned},
        )
        for kind, key in planned
    ]
    return sorted([*made, *embedded], key=place_of), contents


def _file(draw: st.DrawFn, contents: list[bytes]) -> PackedFile:
    name = draw(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)) + draw(
        st.sampled_from(["", ".csv", ".tar.gz"])
    )
    return packed(draw(st.sampled_from(contents)), _as_stored(name), draw(st.sampled_from(["text/csv", "image/png"])))


def _as_stored(name: str) -> str:
    from quadrangle.packages.names import member_name

    return member_name(1, name).removeprefix("files/1-")


def _comments(draw: st.DrawFn, keys: Any) -> tuple[Comment, ...]:
    made = []
    for _ in range(draw(st.integers(0, 1))):
        markup = draw(st.booleans())
        text = draw(html()) if markup else draw(texts)
        made.append(Comment(key=next(keys), text=text, markup=markup and text != "", made_at=draw(moments)))
    return tuple(made)


def _some(draw: st.DrawFn, others: list[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(others), max_size=4, unique=True)) if others else []


def _item(
    draw: st.DrawFn,
    kind: int,
    key: str,
    others: list[str],
    keys: Any,
    contents: list[bytes],
    addresses: tuple[str, ...],
    rank: dict[str, int],
    kinds: dict[str, int],
) -> Item:
    created = draw(moments)
    common: dict[str, Any] = {
        "key": key,
        "type": kind,
        "name": draw(titles),
        "created": created,
        "modified": draw(moments),
        "description": draw(html(addresses)),
        "tags": tuple(sorted(draw(st.sets(st.builds(Tag, words, st.booleans()), max_size=3)))),
        "allow_comments": draw(st.booleans()),
        "geo": draw(st.none() | st.builds(GeoTag, latitude=st.floats(-90, 90))),
        "comments": _comments(draw, keys),
        "foreign": draw(st.none() | st.just(Foreign(rdf_type="activity", kept=KEPT))) if kind == 300 else None,
    }
    if kind in (100, 110, 120):
        # Collections contain only later ones, so that none contains itself.
        fine = [one for one in _some(draw, others) if kinds[one] not in (100, 110, 120) or rank[one] > rank[key]]
        members = tuple(Member(one, draw(st.none() | moments)) for one in fine)
        if kind == 120:
            rule = Rule(mode=draw(st.sampled_from(["all", "any"])), tags=tuple(draw(st.lists(words, max_size=2))))
            return DynamicCollection(**common, members=members, rule=rule)
        return Collection(**common, members=members)
    if kind == 200:
        return Reflection(**common, about=tuple(_some(draw, others)))
    if kind == 600:
        return LearningObjective(**common, evidence=tuple(_some(draw, others)))
    if kind == 310:
        return FileArtifact(**common, file=_file(draw, contents) if to_file(key) in addresses else None)
    if kind == 340:
        return UrlArtifact(**common, url="https://example.org/" + draw(st.text("ab?&=%<> ", max_size=5)).strip())
    if kind == 320:
        fields = st.builds(
            FormField, label=texts, kind=st.sampled_from(["text", "number", "date"]), value=texts, system=st.booleans()
        )
        return FormArtifact(**common, form_name=draw(texts), fields=tuple(draw(st.lists(fields, max_size=3))))
    if 330 <= kind <= 334:
        file = _file(draw, contents) if kind == 334 and draw(st.booleans()) else None
        more = [
            EmbeddedFile(key=next(keys), file=_file(draw, contents), created=draw(moments))
            for _ in range(draw(st.integers(0, 2)))
        ]
        learning = draw(
            st.builds(Learning, kind=st.sampled_from(["grade", "quiz", "other"]), source=texts, score=texts)
        )
        return LEArtifact(
            **common, learning=learning, file=file, more_files=tuple(sorted(more, key=place_of)) if file else ()
        )
    if kind == 400:
        return _presentation(draw, common, others, keys, addresses)
    return Item(**common)


def _presentation(
    draw: st.DrawFn, common: dict[str, Any], others: list[str], keys: Any, addresses: tuple[str, ...]
) -> Presentation:
    sections = tuple(draw(st.lists(texts, min_size=1, max_size=3)))
    pages = []
    for _ in range(draw(st.integers(0, 3))):
        content = draw(st.sampled_from(["null", "text", "none", "blocks", "blocks"]))
        blocks: list[Block] = []
        if content == "blocks":
            for _ in range(draw(st.integers(0, 3))):
                which = draw(st.sampled_from(["rich-text", "html", "item", "profile"]))
                if which == "item":
                    if others:
                        blocks.append(Block(kind=which, item=draw(st.sampled_from(others))))
                elif which == "profile":
                    blocks.append(Block(kind=which, fields="name email"))
                else:
                    blocks.append(Block(kind=which, html=draw(html(addresses))))
        shown = {one.item for one in blocks}
        pages.append(
            Page(
                key=next(keys),
                name=draw(titles),
                created=draw(moments),
                modified=draw(moments),
                section=draw(st.integers(1, len(sections))),
                content=content,
                text=draw(texts) if content == "text" else "",
                blocks=tuple(blocks),
                members=tuple(one for one in _some(draw, others) if one not in shown),
                allow_comments=draw(st.booleans()),
                show_comments=draw(st.booleans()),
                comments=_comments(draw, keys),
            )
        )
    pages.sort(key=lambda one: one.section)
    settings = tuple(draw(st.lists(st.tuples(words, texts), max_size=2)))
    return Presentation(
        **common,
        banner_title=draw(texts),
        banner=draw(html()),
        theme=draw(texts),
        settings=settings,
        sections=sections,
        pages=tuple(pages),
    )
