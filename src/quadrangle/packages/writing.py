"""Writing a package: `leap2a.xml` first, then every attachment. Source: portfolio-package.md §1.1, §3, §4.

What is written is asked for twice, once for what refers to what and once for the text, so that only keys, names and relations are held. XML is
made by a thread, some entries at a time, and goes into the archive at once; files go from their source into the archive, piece by piece.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import quote

import msgspec
from lxml import etree

from quadrangle.blobs import Archive
from quadrangle.kernel.clock import zulu
from quadrangle.packages import model
from quadrangle.packages.kinds import OFFLINE, PERSON, WEBPAGE, leap2_type
from quadrangle.packages.limits import DEFAULT, Damaged
from quadrangle.packages.model import (
    Block,
    Collection,
    Comment,
    DynamicCollection,
    EmbeddedFile,
    FileArtifact,
    FormArtifact,
    Item,
    LearningObjective,
    LEArtifact,
    Packed,
    PackedFile,
    Page,
    Presentation,
    Reflection,
    UrlArtifact,
    place_of,
)
from quadrangle.packages.names import (
    ATOM,
    INVERSES,
    LEAP2,
    PRIVATE_TAG,
    STANDARD,
    VERSION,
    Dialect,
    member_name,
    prefix_of,
    prefixes,
    tag_term,
)
from quadrangle.packages.references import file_in, item_in
from quadrangle.packages.xhtml import GENERATED, attribute, div, from_html, text

MAIN_FILE: Final = "leap2a.xml"
PRODUCT: Final = "Quadrangle"
_FORMAT: Final = "1"
_COMMENTER: Final = "Commenter"
_TOGETHER: Final = 200_000  # characters of HTML that a thread is given at once
_AT_MOST: Final = 64  # items likewise


class PackedProblem(msgspec.Struct, frozen=True):
    """What an export could not take along (§3.4). ref: a uid, or `object:<id>`."""

    code: str
    ref: str
    text: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the items. feed_id: a UUID made for this job. person_uid, person_since: one for each person and always the same, so
    that two packages of the same portfolio are equal. made_at: when the job was created. version, home: of the product."""

    feed_id: str
    display_name: str
    person_uid: str
    person_since: datetime
    made_at: datetime
    everything: bool = True
    problems: tuple[PackedProblem, ...] = ()
    dialect: Dialect = STANDARD
    version: str = "1"
    home: str = ""


class Source(Protocol):
    """Where a writer finds what it writes."""

    def items(self) -> AsyncIterator[Packed]:
        """Everything in the order of `model.place_of`, the same at each call. Each key is a uid and comes once. HTML is sanitised, and what it
        refers to in the package stands there as an address of `references.py`."""
        ...

    def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        """As many as `file.size`, whose SHA-256 is `file.sha256`."""
        ...


async def write_package(archive: Archive, head: Head, source: Source) -> int:
    """All of a package but `archive.finish()`: the number of EP objects in it.

    Memory grows by what is known of each item without its texts. Raises Damaged if a file has another size than was said; what the source raises
    passes through, and what is in the archive then is no package.
    """
    index = _Index()
    async for packed in source.items():
        index.note(packed)
    index.complete()
    render = _Render(index, head)
    async with archive.entry(MAIN_FILE, size=DEFAULT.main_file) as write:
        await write(render.opening().encode())
        async for together in _portions(source.items()):
            await write(await asyncio.to_thread(render.entries, together))
        await write(await asyncio.to_thread(render.ending))
    for path, file in index.files:
        await archive.add(path, _whole(file, source.bytes_of(file)), size=file.size)
    return index.objects


async def _portions(items: AsyncIterator[Packed]) -> AsyncIterator[list[Packed]]:
    together: list[Packed] = []
    size = 0
    async for packed in items:
        together.append(packed)
        size += _size(packed)
        if size > _TOGETHER or len(together) == _AT_MOST:
            yield together
            together, size = [], 0
    if together:
        yield together


def _size(packed: Packed) -> int:
    if isinstance(packed, EmbeddedFile):
        return 0
    pages = packed.pages if isinstance(packed, Presentation) else ()
    return len(packed.description) + sum(len(page.text) + sum(len(one.html) for one in page.blocks) for page in pages)


async def _whole(file: PackedFile, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for piece in pieces:
        size += len(piece)
        yield piece
    if size != file.size:
        raise Damaged(f"{file.name} has {size} bytes, not {file.size}")


# --- what refers to what ----------------------------------------------------------------------------------------------


class _Link(msgspec.Struct, frozen=True):
    name: str
    target: str
    order: int | None = None
    added: datetime | None = None
    bare: bool = False


class _Index:
    """Of everything in a package: where it stands, what it is called, what is related to it, and where its bytes will lie."""

    def __init__(self) -> None:
        self.objects = 0
        self.places: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.files: list[tuple[str, PackedFile]] = []
        self.only_files: set[str] = set()  # collections that are folders
        self.embedded: list[tuple[EmbeddedFile, str | None]] = []
        self._types: dict[str, int] = {}
        self._collections: list[tuple[str, Sequence[str]]] = []
        self._wanted: list[tuple[str, _Link]] = []
        self.links: dict[str, list[_Link]] = defaultdict(list)

    def note(self, packed: Packed) -> None:
        if isinstance(packed, EmbeddedFile):
            self.embedded.append((packed, None))
            return
        self.objects += 1
        self._place(packed.key, packed.name or model.UNTITLED)
        self._types[packed.key] = packed.type
        for key, file in model.files_of(packed)[:1]:
            if key == packed.key:
                self._file(key, file)
        self._comments(packed.key, packed.comments)
        if isinstance(packed, Presentation):
            for number, page in enumerate(packed.pages, 1):
                self._place(page.key, page.name)
                self._want(packed.key, "has_part", page.key, order=number, bare=True)
                shown = [one.item for one in page.blocks if one.kind == "item" and not one.absent]
                self._parts(page.key, [(key, None) for key in [*shown, *page.members]])
                self._comments(page.key, page.comments)
        elif isinstance(packed, Collection):
            self._parts(packed.key, [(one.key, one.added_at) for one in packed.members])
            self._collections.append((packed.key, [one.key for one in packed.members]))
        elif isinstance(packed, Reflection):
            for key in packed.about:
                self._want(packed.key, "reflects_on", key)
        elif isinstance(packed, LearningObjective):
            for key in packed.evidence:
                self._want(packed.key, "has_evidence", key)
        elif isinstance(packed, LEArtifact):
            self.embedded += [(one, packed.key) for one in packed.more_files]
        for relation in packed.foreign.relations if packed.foreign else ():
            self._want(packed.key, relation.name, relation.key)

    def _place(self, key: str, name: str) -> None:
        assert key not in self.places, f"{key} comes twice"
        self.places[key] = len(self.places)
        self.names[key] = name

    def _file(self, key: str, file: PackedFile) -> None:
        path = member_name(len(self.files) + 1, file.name)
        self.paths[key] = path
        self.files.append((path, file))

    def _comments(self, key: str, comments: Iterable[Comment]) -> None:
        for comment in comments:
            self._place(comment.key, "Comment")
            self._want(comment.key, "reflects_on", key)

    def _parts(self, key: str, parts: Iterable[tuple[str, datetime | None]]) -> None:
        for part, added in _first_of_each(parts):
            self._want(key, "has_part", part, order=0, added=added)

    def _want(
        self,
        key: str,
        name: str,
        target: str,
        *,
        order: int | None = None,
        added: datetime | None = None,
        bare: bool = False,
    ) -> None:
        self._wanted.append((key, _Link(name, target, order, added, bare)))

    def complete(self) -> None:
        """All have been noted: relations whose two ends are here get a link at both."""
        self.embedded.sort(key=lambda one: place_of(one[0]))
        for one, owner in self.embedded:
            self._place(one.key, one.file.name if one.file else "file")
            if one.file is not None:
                self._file(one.key, one.file)
            if owner is not None:
                self._want(owner, "has_part", one.key)
        counted: dict[str, int] = defaultdict(int)
        seen: set[tuple[str, str, str]] = set()
        for key, link in self._wanted:
            if link.target not in self.places or (key, link.name, link.target) in seen:
                continue
            seen.add((key, link.name, link.target))
            if link.order is not None:
                counted[key] += 1
                link = msgspec.structs.replace(link, order=counted[key])
            self.links[key].append(link)
            inverse = INVERSES.get(link.name)
            if inverse is not None and not (link.name == inverse and (link.target, inverse, key) in seen):
                seen.add((link.target, inverse, key))
                self.links[link.target].append(_Link(inverse, key, bare=link.bare))
        self._wanted.clear()
        for key, members in self._collections:
            here = [one for one in members if one in self.places]
            if here and all(self._types.get(one) == model.FILE for one in here):
                self.only_files.add(key)
        self._collections.clear()


def _first_of_each(parts: Iterable[tuple[str, datetime | None]]) -> Iterable[tuple[str, datetime | None]]:
    found: dict[str, datetime | None] = {}
    for key, added in parts:
        found.setdefault(key, added)
    return found.items()


# --- the text ---------------------------------------------------------------------------------------------------------


def _urn(key: str) -> str:
    return f"urn:uuid:{key}"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _element(name: str, attributes: Iterable[tuple[str, str | None]], inside: str = "") -> str:
    written = "".join(f' {key}="{attribute(value)}"' for key, value in attributes if value is not None)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _category(scheme: str, term: str, label: str | None = None) -> str:
    return _element("category", [("scheme", scheme), ("term", term), ("label", label)])


class _Kept(msgspec.Struct, frozen=True):
    """What a foreign package said, by its place in an entry."""

    summaries: str = ""
    categories: str = ""
    schemes: frozenset[str] = frozenset()
    links: str = ""
    leap2: str = ""
    dcterms: str = ""


class _Render:
    """Entries as XML."""

    def __init__(self, index: _Index, head: Head) -> None:
        self._index = index
        self._head = head

    def opening(self) -> str:
        head = self._head
        declared = "".join(
            f' xmlns{":" + prefix if prefix else ""}="{attribute(uri)}"'
            for prefix, uri in prefixes(head.dialect).items()
        )
        person = _urn(head.person_uid)
        problems = "".join(
            _element("ep:problem", [("code", one.code), ("ref", one.ref)], text(one.text)) + "\n"
            for one in head.problems
        )
        package = [
            ("format", _FORMAT),
            ("scope", "all" if head.everything else "selection"),
            ("objects", str(self._index.objects)),
        ]
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<feed{declared}>\n'
            f"<id>{text(_urn(head.feed_id))}</id>\n"
            f"<title>{text(f'ePortfolio of {head.display_name}')}</title>\n"
            f"<updated>{zulu(head.made_at)}</updated>\n"
            + _element("generator", [("uri", head.home or None), ("version", head.version)], text(PRODUCT))
            + f"\n<author><name>{text(head.display_name)}</name><uri>{text(person)}</uri></author>\n"
            f"<leap2:version>{VERSION}</leap2:version>\n" + _element("ep:package", package) + f"\n{problems}"
            "<entry>\n"
            f"<title>{text(head.display_name)}</title>\n<id>{text(person)}</id>\n"
            f"<updated>{zulu(head.person_since)}</updated>\n"
            '<content type="text"/>\n<rdf:type rdf:resource="leap2:person"/>\n'
            + _category(f"categories:{PERSON[0]}#", PERSON[1])
            + "\n</entry>\n"
        )

    def entries(self, together: Iterable[Packed]) -> bytes:
        return "".join(self._packed(one) for one in together if isinstance(one, Item)).encode()

    def ending(self) -> bytes:
        embedded = "".join(self._embedded(one) for one, _ in self._index.embedded)
        return f"{embedded}</feed>\n".encode()

    def _packed(self, item: Item) -> str:
        made = [self._item(item)]
        made += [self._comment(one, item.key) for one in item.comments]
        if isinstance(item, Presentation):
            before: dict[int, int] = defaultdict(int)
            for number, page in enumerate(item.pages, 1):
                before[page.section] += 1
                made.append(self._page(page, number, before[page.section]))
                made += [self._comment(one, page.key) for one in page.comments]
        return "".join(made)

    def _item(self, item: Item) -> str:
        kind, category = leap2_type(item, only_files=item.key in self._index.only_files)
        kept = _Kept()
        if item.foreign is not None:
            kind = item.foreign.rdf_type
            kept = _kept(item.foreign.kept, self._head.dialect)
        categories = "".join(
            [
                _category(f"categories:{category[0]}#", category[1])
                if category is not None and category[0].lower() not in kept.schemes
                else "",
                kept.categories,
                *(
                    _category(PRIVATE_TAG, tag_term(tag.text), tag.text)
                    if tag.private
                    else _element("category", [("term", tag_term(tag.text)), ("label", tag.text)])
                    for tag in sorted(item.tags)
                ),
            ]
        )
        ep: list[tuple[str, str | None]] = [
            ("type", str(item.type)),
            ("uid", item.key),
            ("allow-comments", _flag(item.allow_comments)),
            ("untitled", None if item.name else "true"),
            ("missing-file", "true" if isinstance(item, FileArtifact) and item.file is None else None),
            ("origin", item.origin),
        ]
        inside = self._description(item)
        return self._entry(
            item.key,
            item.name or model.UNTITLED,
            item.created,
            item.modified,
            content=_content(inside),
            kind=kind,
            summary=kept.summaries,
            categories=categories,
            links=self._links(item.key, item) + kept.links,
            literals=kept.leap2 + kept.dcterms,
            ep=_element("ep:object", ep, self._object(item)),
        )

    def _description(self, item: Item) -> str:
        inside = self._xhtml(item.description)
        if isinstance(item, UrlArtifact):
            return f'{inside}<p class="{GENERATED}"><a href="{attribute(item.url)}">{text(item.url)}</a></p>'
        if isinstance(item, FormArtifact) and item.fields:
            rows = "".join(
                f"<dt>{text(one.label)}</dt><dd>{self._xhtml(one.value) if one.kind == 'html' else text(one.value)}</dd>"
                for one in item.fields
            )
            return f'{inside}<dl class="{GENERATED}">{rows}</dl>'
        return inside

    def _xhtml(self, html: str) -> str:
        return from_html(html, self._address)

    def _address(self, address: str) -> str:
        if (key := file_in(address)) is not None and (path := self._index.paths.get(key)) is not None:
            return quote(path)
        if (key := item_in(address)) is not None:
            return _urn(key)
        return address

    def _object(self, item: Item) -> str:
        made = []
        if item.geo is not None:
            names = ("latitude", "longitude", "altitude", "bearing", "precision")
            values = [(name, getattr(item.geo, name)) for name in names]
            made.append(_element("ep:geo", [(name, None if one is None else repr(one)) for name, one in values]))
        if isinstance(item, Presentation):
            if item.banner_title or item.banner:
                inside = div(self._xhtml(item.banner)) if item.banner else ""
                made.append(_element("ep:banner", [("title", item.banner_title)], inside))
            if item.theme:
                made.append(_element("ep:theme", [("id", item.theme)]))
            made += [_element("ep:setting", [("name", name), ("value", value)]) for name, value in item.settings]
            made += [
                _element("ep:section", [("position", str(number)), ("name", name)])
                for number, name in enumerate(item.sections, 1)
            ]
        elif isinstance(item, FormArtifact):
            fields = "".join(
                _element(
                    "ep:field",
                    [("label", one.label), ("kind", one.kind), ("system", _flag(one.system))],
                    (div(self._xhtml(one.value)) if one.value else "") if one.kind == "html" else text(one.value),
                )
                for one in item.fields
            )
            made.append(_element("ep:form", [("name", item.form_name)], fields))
        elif isinstance(item, LEArtifact):
            one = item.learning
            values = [("source", one.source), ("course", one.course), ("score", one.score), ("date", one.date)]
            made.append(_element("ep:le", [("kind", one.kind), *((name, value or None) for name, value in values)]))
        elif isinstance(item, DynamicCollection):
            tags = "".join(_element("ep:tag", [], text(tag)) for tag in item.rule.tags)
            made.append(_element("ep:rule", [("mode", item.rule.mode)], tags))
        if item.foreign is not None:
            relations = "".join(
                _element("link", [("rel", f"leap2:{one.name}"), ("href", _urn(one.key))])
                for one in item.foreign.relations
            )
            kept = _in_dialect(item.foreign.kept, self._head.dialect)
            made.append(_element("ep:foreign", [("rdf-type", f"leap2:{item.foreign.rdf_type}")], kept + relations))
        return "".join(made)

    def _page(self, page: Page, number: int, within: int) -> str:
        values = [
            ("uid", page.key),
            ("position", str(number)),
            ("section", str(page.section)),
            ("section-position", str(within)),
            ("content", page.content),
            ("allow-comments", _flag(page.allow_comments)),
            ("show-comments", _flag(page.show_comments)),
            ("untitled", None if page.name else "true"),
        ]
        blocks = ""
        content = _content("")
        if page.content == model.TEXT_CONTENT:
            content = f'<content type="text">{text(page.text)}</content>'
        elif page.content == model.BLOCKS:
            content = _content("".join(self._block_html(one, n) for n, one in enumerate(page.blocks, 1)))
            blocks = "".join(self._block(one, n) for n, one in enumerate(page.blocks, 1))
        return self._entry(
            page.key,
            page.name or model.UNTITLED,
            page.created,
            page.modified,
            content=content,
            kind="selection",
            categories=_category(f"categories:{WEBPAGE[0]}#", WEBPAGE[1]),
            links=self._links(page.key),
            ep=_element("ep:page", values, blocks),
        )

    def _block(self, block: Block, number: int) -> str:
        here = block.item in self._index.places
        return _element(
            "ep:block",
            [
                ("id", f"b{number}"),
                ("kind", block.kind),
                ("item", block.item or None),
                ("absent", None if here or block.kind != "item" else "true"),
                ("fields", block.fields or None),
            ],
        )

    def _block_html(self, block: Block, number: int) -> str:
        if block.kind == "item":
            name = text(self._index.names.get(block.item, ""))
            path = self._index.paths.get(block.item)
            inside = f'<a href="{attribute(quote(path))}">{name}</a>' if path else name
            inside = f'<p class="{GENERATED}">{inside}</p>'
        elif block.kind == "profile":
            inside = f'<p class="{GENERATED}">{text(", ".join(block.fields.split()))}</p>'
        else:
            inside = self._xhtml(block.html)
        return f'<div class="ep-block" id="b{number}">{inside}</div>'

    def _comment(self, comment: Comment, on: str) -> str:
        if comment.markup:
            content = _content(self._xhtml(comment.text))
        else:
            content = f'<content type="text">{text(comment.text)}</content>'
        return self._entry(
            comment.key,
            "Comment",
            comment.made_at,
            comment.made_at,
            author=f"<author><name>{_COMMENTER}</name></author>\n",
            content=content,
            kind="entry",
            links=self._links(comment.key),
            beside=_element("thr:in-reply-to", [("ref", _urn(on))])
            + _element("mahara:artefactplugin", [("mahara:type", "comment"), ("mahara:plugin", "comment")]),
            ep=_element("ep:comment", [("uid", comment.key)]),
        )

    def _embedded(self, one: EmbeddedFile) -> str:
        return self._entry(
            one.key,
            one.file.name if one.file else "file",
            one.created,
            one.created,
            content=_content(""),
            kind="resource",
            categories=_category(f"categories:{OFFLINE[0]}#", OFFLINE[1]),
            links=self._links(one.key, one),
            ep=_element("ep:embedded", [("uid", one.key)]),
        )

    def _links(self, key: str, packed: Packed | None = None) -> str:
        made: list[tuple[str, int, str]] = []
        for link in self._index.links.get(key, ()):
            href = _urn(link.target)
            more = [
                ("leap2:display_order", None if link.order is None else str(link.order)),
                ("leap2:when_added", None if link.added is None else zulu(link.added)),
            ]
            prefixed = link.name if link.name == "related" else f"leap2:{link.name}"
            for name in (prefixed, link.name) if link.bare else (prefixed,):
                element = _element("link", [("rel", name), ("href", href), *more])
                made.append((name, self._index.places[link.target], element))
        if isinstance(packed, FileArtifact | LEArtifact | EmbeddedFile) and packed.file is not None:
            path = self._index.paths[key]
            values = [
                ("rel", "enclosure"),
                ("href", quote(path)),
                ("type", packed.file.media_type),
                ("length", None if packed.file.size is None else str(packed.file.size)),
                ("ep:sha256", packed.file.sha256 or None),
            ]
            made.append(("enclosure", -1, _element("link", values)))
        if isinstance(packed, UrlArtifact):
            made.append(("self", -1, _element("link", [("rel", "self"), ("href", packed.url)])))
        return "".join(element for _, _, element in sorted(made))

    def _entry(
        self,
        key: str,
        title: str,
        created: datetime,
        modified: datetime,
        *,
        content: str,
        kind: str,
        ep: str,
        author: str = "",
        summary: str = "",
        categories: str = "",
        links: str = "",
        beside: str = "",
        literals: str = "",
    ) -> str:
        return (
            f"<entry>\n<title>{text(title)}</title>\n<id>{text(_urn(key))}</id>\n"
            f"<updated>{zulu(modified)}</updated>\n<published>{zulu(created)}</published>\n"
            f"{author}{summary}{content}\n"
            f'<rdf:type rdf:resource="leap2:{attribute(kind)}"/>\n'
            f"{categories}{links}{beside}{literals}{ep}\n</entry>\n"
        )


def _content(inside: str) -> str:
    if not inside:
        return '<content type="text"/>'
    return f'<content type="xhtml">{div(inside)}</content>'


def _in_dialect(kept: str, dialect: Dialect) -> str:
    return kept.replace(f'"{LEAP2}"', f'"{prefixes(dialect)["leap2"]}"')


def _kept(kept: str, dialect: Dialect) -> _Kept:
    if not kept:
        return _Kept()
    found: dict[str, str] = defaultdict(str)
    schemes = set()
    for element in etree.fromstring(f"<kept>{_in_dialect(kept, dialect)}</kept>"):
        namespace, _, name = element.tag[1:].partition("}")
        written = etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
        found[name if namespace == ATOM else prefix_of(namespace) or ""] += written
        if namespace == ATOM and name == "category":
            schemes.add(element.get("scheme", "").partition(":")[2].rstrip("#").lower())
    return _Kept(
        summaries=found["summary"],
        categories=found["category"],
        schemes=frozenset(schemes),
        links=found["link"],
        leap2=found["leap2"],
        dcterms=found["dcterms"],
    )
