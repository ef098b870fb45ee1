"""From rows to what a package carries. Source: portfolio-package.md §3, §5.

Everything is read once, a few objects at a time, and put aside in a temporary file: a package is written in two passes, which must find the
same.
"""

import asyncio
import pickle
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from uuid import UUID, uuid5

from quadrangle.blobs import Blobs
from quadrangle.db import UnitOfWork
from quadrangle.files import AVAILABLE, USER, File, files_by_id, files_of
from quadrangle.kernel.html import rewritten
from quadrangle.packages import (
    Block,
    Comment,
    EmbeddedFile,
    FileArtifact,
    Item,
    Packed,
    PackedFile,
    Page,
    Presentation,
    place_of,
    to_file,
)
from quadrangle.packages.model import BLOCKS, CLASS_OF, NO_PAGE_CONTENT, NOTHING_ADDED, TEXT_CONTENT
from quadrangle.portfolios import (
    FILE_ARTIFACT,
    NO_CONTENT,
    PRESENTATION,
    Content,
    Entry,
    file_at,
    files_named,
    led,
    placed_files,
    texts_of,
)
from quadrangle.transfers import store
from quadrangle.transfers.model import FILE_UNREADABLE, OBJECT_GONE, Trouble
from quadrangle.transfers.store import CommentRow, ObjectRow, Planned

_BATCH: Final = 50
NAMES: Final = UUID(
    "8d6f3f43-0f1b-4a55-9c36-0d6c7c1f6b52"
)  # what has no uid of its own gets one below it, always the same
_ITEM: Final = re.compile(r'<div class="ep-item" data-ep-item="([1-9]\d{0,17})">', re.ASCII)
_PROFILE: Final = re.compile(r'<div class="ep-profile" data-ep-fields="([\w .-]*)">', re.ASCII)
_KINDS: Final = {"rich_text": "rich-text", "html": "html"}

Reading = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


class Gathered:
    """What a writer finds, put aside: `quadrangle.packages.Source`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._aside = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self.problems: list[Trouble] = []
        self.objects = 0

    def close(self) -> None:
        self._aside.close()

    async def put(self, packed: Sequence[Packed]) -> None:
        await asyncio.to_thread(pickle.dump, packed, self._aside)

    async def items(self) -> AsyncIterator[Packed]:
        await asyncio.to_thread(self._aside.seek, 0)
        while together := await asyncio.to_thread(self._next):
            for one in together:
                yield one

    def _next(self) -> Sequence[Packed] | None:
        try:
            found: Sequence[Packed] = pickle.load(self._aside)
        except EOFError:
            return None
        return found

    async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        async for piece in self._blobs.stream(file.sha256):
            yield piece


class Gathering:
    """Puts what is planned into the order of a package and reads it. base_url: of this server, for addresses that authors have written."""

    def __init__(
        self, reading: Reading, blobs: Blobs, owner_id: int, planned: Iterable[Planned], base_url: str
    ) -> None:
        self._reading = reading
        self._blobs = blobs
        self._owner_id = owner_id
        self._base_url = base_url
        self._planned = sorted(planned, key=_place)
        self._artifact_of = {one.file_id: one.uid for one in self._planned if one.file_id is not None}
        self._embedded: dict[int, File] = {}

    async def gather(self, into: Gathered) -> None:
        for start in range(0, len(self._planned), _BATCH):
            batch = self._planned[start : start + _BATCH]
            async with self._reading() as uow:
                rows = {row.id: row for row in await uow.all(store.OBJECTS, ids=[one.id for one in batch])}
            packed = []
            for one in batch:
                if one.id in rows:
                    packed.append(await self._item(rows[one.id], into))
                else:
                    into.problems.append(Trouble(OBJECT_GONE, one.uid, "It was deleted before it could be exported."))
            into.objects += len(packed)
            if packed:
                await into.put(packed)
        embedded = [self._embedded_file(file) for file in self._embedded.values()]
        if embedded:
            await into.put(sorted(embedded, key=place_of))

    async def _item(self, row: ObjectRow, into: Gathered) -> Item:
        common: dict[str, Any] = {
            "key": row.uid,
            "type": row.type,
            "name": row.name or "",
            "created": row.created_at,
            "modified": row.modified_at,
            "allow_comments": row.allow_comments,
        }
        if row.type == PRESENTATION:
            return await self._presentation(row, common)
        common["description"] = await self._html_of(row.description, self._base_url)
        if row.type == FILE_ARTIFACT:
            return FileArtifact(**common, file=await self._file(row, into))
        return CLASS_OF[row.type](**common)

    # --- files

    async def _file(self, row: ObjectRow, into: Gathered) -> PackedFile | None:
        assert row.file_id is not None
        async with self._reading() as uow:
            file = (await files_by_id(uow, [row.file_id])).get(row.file_id)
        if file is None or file.digest is None or not await self._blobs.has(file.digest):
            into.problems.append(Trouble(FILE_UNREADABLE, row.uid, "Its bytes cannot be read."))
            return None
        return _packed(file)

    def _embedded_file(self, file: File) -> EmbeddedFile:
        return EmbeddedFile(key=_key_of(file), file=_packed(file), created=file.created_at)

    async def _own_files(self, texts: Iterable[str], at: str) -> dict[int | str, File]:
        """The owner's files that texts name, by id and by verifier."""
        named = files_named(texts, at, self._base_url)
        if not named.ids and not named.uuids:
            return {}
        async with self._reading() as uow:
            by_id = await files_by_id(uow, named.ids)
            by_uuid = await files_of(uow, self._owner_id, named.uuids)
        found: dict[int | str, File] = {}
        found.update(by_uuid)
        for id, file in by_id.items():
            if (file.context_type, file.context_id, file.workflow_state) == (USER, self._owner_id, AVAILABLE):
                found[id] = file
        there = {file.id for file in found.values() if file.digest is not None and await self._blobs.has(file.digest)}
        return {name: file for name, file in found.items() if file.id in there}

    def _rewrite(self, html: str, at: str, own: Mapping[int | str, File]) -> str:
        if not own:
            return html

        def address(written: str) -> str:
            to = led(written, at, self._base_url)
            if to is None or to.here is None:
                return written
            id, uuid = file_at(to.here)
            file = own.get(id) if id is not None else own.get(uuid) if uuid is not None else None
            if file is None:
                return written
            if file.id not in self._artifact_of:
                self._embedded[file.id] = file
            return to_file(self._artifact_of.get(file.id) or _key_of(file))

        return rewritten(html, address)

    async def _html_of(self, html: str, at: str) -> str:
        return self._rewrite(html, at, await self._own_files([html], at)) if html else ""

    # --- presentations

    async def _presentation(self, row: ObjectRow, common: dict[str, Any]) -> Presentation:
        assert row.eportfolio_id is not None
        async with self._reading() as uow:
            sections = await uow.all(store.SECTIONS, eportfolio_id=row.eportfolio_id)
            entries = await uow.all(store.ENTRIES, eportfolio_id=row.eportfolio_id)
            comments = await uow.all(store.PAGE_COMMENTS, eportfolio_id=row.eportfolio_id)
            placed = {id for entry in entries for id in placed_files(entry.content)}
            items = {id for entry in entries for id in items_in(entry.content)}
            known = await uow.all(store.UIDS, owner_id=self._owner_id, ids=sorted(items), file_ids=sorted(placed))
        numbers = {section.id: number for number, section in enumerate(sections, 1)}
        uids = {("item", one.id): one.uid for one in known} | {("file", one.file_id): one.uid for one in known}
        said: dict[int, list[CommentRow]] = {}
        for comment in comments:
            said.setdefault(comment.entry_id, []).append(comment)
        pages = []
        for entry in entries:
            at = f"{self._base_url}/eportfolios/{row.eportfolio_id}/{entry.category_slug}/{entry.slug}"
            own = await self._own_files(texts_of(entry.content), at)
            pages.append(self._page(entry, numbers[entry.section_id], at, own, uids, said.get(entry.id, [])))
        banner = row.details.get("banner") or {}
        description = await self._html_of(row.description, self._base_url)
        return Presentation(
            **{**common, "name": (row.portfolio_name or "").strip(), "modified": row.updated_at or row.modified_at},
            description=description,
            banner_title=str(banner.get("title") or ""),
            banner=await self._html_of(str(banner.get("description") or ""), self._base_url),
            theme=str(row.details.get("theme") or ""),
            settings=tuple((str(name), str(value)) for name, value in row.details.get("settings") or ()),
            sections=tuple(section.name for section in sections),
            pages=tuple(pages),
        )

    def _page(
        self,
        entry: Entry,
        section: int,
        at: str,
        own: Mapping[int | str, File],
        uids: Mapping[tuple[str, Any], str],
        comments: Iterable[CommentRow],
    ) -> Page:
        form, text = BLOCKS, ""
        blocks: tuple[Block, ...] = ()
        if entry.content is None:
            form = NO_PAGE_CONTENT
        elif isinstance(entry.content, str):
            form, text = TEXT_CONTENT, entry.content
        elif entry.content == [NO_CONTENT]:
            form = NOTHING_ADDED
        else:
            found = (self._block(block, at, own, uids) for block in entry.content)
            blocks = tuple(block for block in found if block is not None)
        return Page(
            key=entry.uid,
            name=entry.name,
            created=entry.created_at,
            modified=entry.updated_at,
            section=section,
            content=form,
            text=text,
            blocks=blocks,
            allow_comments=entry.allow_comments,
            show_comments=entry.show_comments,
            comments=tuple(Comment(key=one.uid, text=one.message, made_at=one.created_at) for one in comments),
        )

    def _block(
        self, block: Any, at: str, own: Mapping[int | str, File], uids: Mapping[tuple[str, Any], str]
    ) -> Block | None:
        if isinstance(block, str):
            return Block(kind="html", html=self._rewrite(block, at, own))
        if "attachment_id" in block:
            uid = uids.get(("file", block["attachment_id"]))
            return None if uid is None else Block(kind="item", item=uid)
        html = str(block.get("content") or "")
        if found := _ITEM.match(html):
            uid = uids.get(("item", int(found[1])))
            if uid is not None:
                return Block(kind="item", item=uid)
        if found := _PROFILE.match(html):
            return Block(kind="profile", fields=found[1])
        return Block(kind=_KINDS.get(block.get("section_type"), "html"), html=self._rewrite(html, at, own))


def _place(one: Planned) -> tuple[int, Any, str]:
    return place_of(Item(key=one.uid, type=one.type, name="", created=one.created_at, modified=one.created_at))


def items_in(content: Content) -> list[int]:
    """Ids of the objects that stand on a page as read-only renderings (§5.3)."""
    found = [_ITEM.match(text) for text in texts_of(content)]
    return [int(one[1]) for one in found if one is not None]


def _key_of(file: File) -> str:
    """What packages call a file that is no artifact: always the same for one file."""
    return str(uuid5(NAMES, file.uuid))


def _packed(file: File) -> PackedFile:
    return PackedFile(name=file.display_name, media_type=file.content_type, sha256=file.digest or "", size=file.size)
