"""Packages made by hand and by the writer, good ones and bad ones."""

import asyncio
import hashlib
import io
import shutil
import struct
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from quadrangle.blobs import Archive, open_blobs
from quadrangle.packages import (
    Container,
    Head,
    Limits,
    Packed,
    PackedFile,
    Reading,
    open_container,
    read,
    write_package,
)
from quadrangle.packages.model import Item
from quadrangle.packages.names import Dialect

MADE_AT = datetime(2024, 3, 1, 17, 20, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def uid(number: int) -> str:
    return f"6f0d0000-0000-4000-8000-{number:012}"


# --- by the writer ----------------------------------------------------------------------------------------------------


def packed(content: bytes, name: str = "tides.csv", media_type: str = "text/csv") -> PackedFile:
    return PackedFile(name=name, media_type=media_type, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


class Shelf:
    """A source that has everything in memory."""

    def __init__(self, items: Iterable[Packed], contents: Iterable[bytes] = ()) -> None:
        self._items = list(items)
        self._contents = {hashlib.sha256(one).hexdigest(): one for one in contents}

    async def items(self) -> AsyncIterator[Packed]:
        for one in self._items:
            yield one

    async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        content = self._contents[file.sha256]
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]


def head(**changes: Any) -> Head:
    plain = Head(feed_id=uid(999), display_name="Ada Byron", person_uid=uid(998), person_since=MADE_AT, made_at=MADE_AT)
    return msgspec.structs.replace(plain, **changes)


def write(
    path: Path, items: Iterable[Packed], contents: Iterable[bytes] = (), *, dialect: Dialect = "standard", **more: Any
) -> Path:
    asyncio.run(_write(path, Shelf(items, contents), head(dialect=dialect, **more)))
    return path


async def _write(path: Path, shelf: Shelf, first: Head) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_blobs(f"file://{folder}").incoming() as incoming:
            archive = Archive(incoming, first.made_at)
            await write_package(archive, first, shelf)
            await archive.finish()
            await incoming.finish()
            assert incoming.path is not None
            shutil.copy(incoming.path, path)


def plain(value: Any) -> Any:
    """A value without what no package keeps: where files lay in the archive, slashes in their names, an order of associations."""
    if isinstance(value, msgspec.Struct):
        changes = {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        unordered = ("about", "evidence", "tags") if isinstance(value, Item) else ()
        changes |= {name: tuple(sorted(changes[name])) for name in unordered if name in changes}
        if isinstance(value, PackedFile):
            changes |= {"member": "", "name": value.name.replace("/", "_")}
        return msgspec.structs.replace(value, **changes)
    return tuple(plain(one) for one in value) if isinstance(value, tuple) else value


# --- by hand ----------------------------------------------------------------------------------------------------------

STANDARD = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmlns:leap2": "http://terms.leapspecs.org/",
    "xmlns:categories": "http://wiki.leapspecs.org/2A/categories/",
    "xmlns:dcterms": "http://purl.org/dc/terms/",
    "xmlns:thr": "http://purl.org/syndication/thread/1.0",
    "xmlns:mahara": "http://wiki.mahara.org/Developer_Area/Import%2F%2FExport/LEAP_Extensions#",
    "xmlns:ep": "urn:learning-portfolio:ep:1",
    "xmlns:portfolio": "http://mahara.example/export/7/ada/1111111111/",
}
VERSION = "<leap2:version>http://www.leapspecs.org/2010-07/2A/</leap2:version>"


def feed(*entries: str, own: bool = False, version: str = VERSION, before: str = "", **namespaces: str) -> str:
    """A feed of entries. own: with `ep:package`. namespaces: `leap2="…"` instead of those of STANDARD."""
    declared = STANDARD | {f"xmlns:{name}": uri for name, uri in namespaces.items()}
    written = "".join(f' {name}="{uri}"' for name, uri in declared.items())
    package = '<ep:package format="1" scope="all" objects="1"/>' if own else ""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n{before}<feed{written}><id>urn:feed</id><title>A portfolio</title>"
        f"<updated>2024-03-01T17:20:00Z</updated><author><name>Ada</name></author>{version}{package}"
        + "".join(entries)
        + "</feed>"
    )


def entry(
    id: str | None,
    title: str = "Tides",
    *more: str,
    type: str | None = "entry",
    content: str = '<content type="text">Raw data.</content>',
    times: str = "<updated>2024-03-02T08:00:00Z</updated><published>2024-03-01T17:20:00Z</published>",
) -> str:
    name = f"<title>{title}</title>" if title else ""
    told = f"<id>{id}</id>" if id is not None else ""
    kind = f'<rdf:type rdf:resource="leap2:{type}"/>' if type is not None else ""
    return f"<entry>{name}{told}{times}{content}{kind}{''.join(more)}</entry>"


def ours(
    number: int, kind: int, title: str = "Tides", *more: str, ep: str = "", inside: str = "", **changes: Any
) -> str:
    """An entry as we write one, of an object. ep: more attributes of `ep:object`."""
    element = f'<ep:object type="{kind}" uid="{uid(number)}" allow-comments="true" {ep}>{inside}</ep:object>'
    return entry(f"urn:uuid:{uid(number)}", title, *more, element, **changes)


def category(scheme: str, term: str) -> str:
    return f'<category scheme="categories:{scheme}#" term="{term}"/>'


def link(rel: str, href: str, **more: str) -> str:
    written = "".join(f' {name.replace("__", ":")}="{value}"' for name, value in more.items())
    return f'<link rel="{rel}" href="{href}"{written}/>'


def zip_of(
    members: Mapping[str, bytes | str] | Iterable[tuple[Any, bytes | str]], *, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A ZIP. A member's name may be a ZipInfo."""
    made = io.BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return made.getvalue()


def package(xml: str | bytes | None = None, members: Mapping[str, bytes | str] | None = None) -> bytes:
    return zip_of({"leap2a.xml": feed() if xml is None else xml, **(members or {})})


def opened(folder: Path, content: bytes, limits: Limits | None = None) -> Container:
    path = folder / "package.zip"
    path.write_bytes(content)
    return open_container(path) if limits is None else open_container(path, limits)


class Found(msgspec.Struct):
    """All that reading found."""

    items: list[Packed]
    reading: Reading
    problems: list[tuple[str, str]]

    def __getitem__(self, key: str) -> Any:
        return next(one for one in self.items if one.key == key)

    @property
    def codes(self) -> list[str]:
        return sorted(code for code, _ in self.problems)

    @property
    def errors(self) -> list[str]:
        return sorted({one.code for one in self.reading.problems() if one.error})


def found_in(
    folder: Path, content: bytes | str, members: Mapping[str, bytes | str] | None = None, *, known: Iterable[str] = ()
) -> Found:
    """Everything in a package: given as bytes, or as XML with its members."""
    whole = package(content, members) if isinstance(content, str) else content
    reading = read(opened(folder, whole), NOW)
    items = list(reading.items(frozenset(known)))
    return Found(items, reading, [(one.code, one.ref) for one in reading.problems()])


# --- ZIPs that lie ----------------------------------------------------------------------------------------------------


def central(content: bytes, number: int = 0) -> int:
    """Where the directory speaks of the `number`th member."""
    at = content.rfind(b"PK\5\6")
    at = struct.unpack_from("<L", content, at + 16)[0]
    for _ in range(number):
        name, extra, comment = struct.unpack_from("<3H", content, at + 28)
        at += 46 + name + extra + comment
    return at


def patched(content: bytes, at: int, form: str, *values: int) -> bytes:
    made = bytearray(content)
    struct.pack_into(form, made, at, *values)
    return bytes(made)
