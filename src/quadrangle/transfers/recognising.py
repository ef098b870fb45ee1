"""Content hashes of what is packaged and of what is here, worked out alike. Source: portfolio-package.md §7.

Both are what a package made of a thing alone would say: it is written, without bytes, and read back. So nothing that writing or reading
changes can look like a change of the thing.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

import msgspec
from msgspec.structs import replace

from quadrangle.blobs import Archive, Blobs
from quadrangle.kernel.digest import random_uuid
from quadrangle.packages import (
    EmbeddedFile,
    Head,
    Item,
    Packed,
    PackedFile,
    Page,
    Presentation,
    content_hash,
    model,
    on_thread,
    open_container,
    read,
    with_files,
    with_items,
    write_package,
)
from quadrangle.transfers.gathering import NAMES

_ELSEWHERE: Final = "https://package.invalid/"  # an address that comes back as it was written

Items = Callable[[], AsyncIterator[Item]]


async def hashes_of(
    blobs: Blobs,
    now: datetime,
    items: Items,
    *,
    digests: Mapping[str, str],
    names: Mapping[str, str],
    base_url: str,
) -> dict[str, str]:
    """The content hash of each item by its key; the same items at each call of `items`.

    digests: SHA-256 of the files that HTML shows, by their keys. names: what the blocks of pages call an item, where that is another key.
    base_url: of this server; an address of a thing here counts as that of a packaged one.
    """
    source = _Bare(items, digests, names, base_url)
    head = Head(feed_id=random_uuid(), display_name="", person_uid=str(uuid5(NAMES, "")), person_since=now, made_at=now)
    async with blobs.incoming() as incoming:
        archive = Archive(incoming, now)
        await write_package(archive, head, source)
        await archive.finish()
        await incoming.finish()
        assert incoming.path is not None
        container = open_container(incoming.path)
        reading = read(container, now)
        found: dict[str, str] = {}
        async for packed in on_thread(reading.items(reading.missing)):
            if isinstance(packed, Item):
                found[source.keys[packed.key]] = content_hash(packed)
    return found


class _Bare:
    """Items without their bytes, their relations, and what they stand beside: `quadrangle.packages.Source`."""

    def __init__(self, items: Items, digests: Mapping[str, str], names: Mapping[str, str], base_url: str) -> None:
        self._items = items
        self._here = re.compile(rf'="(?:{re.escape(base_url)})?/(?:artifacts|eportfolios)/\d+[^"]*"')
        self._digests = digests
        self._names = names
        self.keys: dict[str, str] = {}  # of the items, by what the package calls them

    async def items(self) -> AsyncIterator[Packed]:
        async for item in self._items():
            bare = self._bare(item)
            self.keys[bare.key] = item.key
            yield bare

    async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        none: tuple[bytes, ...] = ()
        for piece in none:
            yield piece

    def _bare(self, item: Item) -> Item:
        changes: dict[str, Any] = {"key": _uid(item.key), "comments": (), "foreign": None, "origin": None, "geo": None}
        if isinstance(item, model.Collection):
            changes["members"] = ()
        elif isinstance(item, model.Reflection):
            changes["about"] = ()
        elif isinstance(item, model.LearningObjective):
            changes["evidence"] = ()
        elif isinstance(item, Presentation):
            changes["pages"] = tuple(self._page(item.key, number, page) for number, page in enumerate(item.pages))
        bare: Item = self._without_places(replace(item, **changes))
        return bare

    def _page(self, key: str, number: int, page: Page) -> Page:
        blocks = tuple(
            replace(one, item=self._names.get(one.item, one.item), absent=True) if one.kind == "item" else one
            for one in page.blocks
        )
        return replace(page, key=_uid(f"{key} {number}"), blocks=blocks, members=(), comments=())

    def _without_places(self, value: Any) -> Any:
        """What HTML shows as what it is, wherever it lies; what it leads to as something it leads to."""
        if isinstance(value, str):
            value = self._here.sub(f'="{_ELSEWHERE}item"', value) if '="' in value else value
            if "package-" not in value:
                return value
            return with_files(with_items(value, f"{_ELSEWHERE}item"), self._file_elsewhere)
        if isinstance(value, PackedFile):
            return replace(value, size=0)
        if isinstance(value, EmbeddedFile):
            return replace(value, key=_uid(value.key), file=self._without_places(value.file))
        if isinstance(value, msgspec.Struct):
            return replace(
                value, **{field: self._without_places(getattr(value, field)) for field in value.__struct_fields__}
            )
        if isinstance(value, tuple):
            return tuple(self._without_places(one) for one in value)
        return value

    def _file_elsewhere(self, key: str) -> str:
        return f"{_ELSEWHERE}{self._digests.get(key, 'file')}"


def _uid(key: str) -> str:
    return str(uuid5(NAMES, key))
