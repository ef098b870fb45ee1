"""From rows to what a package carries. Source: portfolio-package.md §3, §5.

Everything is read once, a few objects at a time, and put aside in a temporary file: a package is written in two passes, which must find the
same.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import asdict

from quadrangle import artifacts
from quadrangle.artifacts import Key
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
    PackedFile,
    Page,
    Presentation,
    model,
    place_of,
    to_file,
    to_item,
)
from quadrangle.packages.model import BLOCKS, CLASS_OF, NO_PAGE_CONTENT, NOTHING_ADDED, TEXT_CONTENT
from quadrangle.portfolios import (
    FILE_ARTIFACT,
    NO_CONTENT,
    Entry,
    PackedComment,
    comments_on_entries,
    entries_with_texts,
    file_at,
    files_named,
    led,
    page_places,
    placed_files,
    sections_of,
    texts_of,
)
from quadrangle.transfers import store
from quadrangle.transfers.aside import Aside
from quadrangle.transfers.choosing import ITEM, Plan, items_in
from quadrangle.transfers.model import FILE_UNREADABLE, OBJECT_GONE, Trouble

_BATCH: Final = 50
NAMES: Final = UUID(
    "8d6f3f43-0f1b-4a55-9c36-0d6c7c1f6b52"
)  # what has no uid of its own gets one below it, always the same
_PROFILE: Final = re.compile(r'<div class="ep-profile" data-ep-fields="([\w .-]*)">', re.ASCII)
_KINDS: Final = {"rich_text": "rich-text", "html": "html"}

Reading = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


class Gathered(Aside):
    """What a writer finds, put aside: `quadrangle.packages.Source`."""

    def __init__(self, blobs: Blobs) -> None:
        super().__init__()
        self._blobs = blobs
        self.problems: list[Trouble] = []
        self.objects = 0

    def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        return self._blobs.stream(file.sha256)


class Gathering:
    """Puts what is planned into the order of a package and reads it. base_url: of this server, for addresses that authors have written."""

    def __init__(self, reading: Reading, blobs: Blobs, owner_id: int, plan: Plan, base_url: str) -> None:
        self._reading = reading
        self._blobs = blobs
        self._owner_id = owner_id
        self._base_url = base_url
        self._chosen = sorted(plan.chosen, key=_place)
        self._uids = {key.id: key.uid for key in plan.everything}
        self._artifact_of = {key.file_id: key.uid for key in plan.chosen if key.type == FILE_ARTIFACT}
        self._embedded: dict[int, File] = {}
        self._members: dict[int, list[artifacts.Member]] = {}
        self._about: dict[int, list[int]] = {}
        self._led_to: dict[str, str] = {}
        self._pages: dict[int, str] = {}  # what pages are called, by the ids of their entries
        self._said = set(self._uids.values())

    def _once(self, uid: str, within: str) -> str:
        """What a package calls a page or comment: its uid, unless something else in the package has that. A copy that came with an import has
        pages and comments of the same uids as what it is a copy of."""
        found = uid if uid not in self._said else str(uuid5(NAMES, f"{within} {uid}"))
        self._said.add(found)
        return found

    async def _things_at(self, uow: UnitOfWork) -> dict[str, str]:
        """The things that are packed, and the pages of those that have some, by their paths on this server."""
        found = {f"/artifacts/{key.id}": key.uid for key in self._chosen}
        packed = {key.eportfolio_id: key.uid for key in self._chosen if key.eportfolio_id is not None}
        if packed:
            found |= {f"/eportfolios/{id}": uid for id, uid in packed.items()}
            pages = [page for page in await page_places(uow, self._owner_id) if page.eportfolio_id in packed]
            for page in sorted(pages, key=lambda page: page.id):
                at = f"/eportfolios/{page.eportfolio_id}"
                key = self._pages[page.id] = self._once(page.uid, packed[page.eportfolio_id])
                found[f"{at}/entries/{page.id}"] = found[f"{at}/{page.section_slug}/{page.slug}"] = key
        return found

    async def gather(self, into: Gathered) -> None:
        async with self._reading() as uow:
            self._led_to = await self._things_at(uow)
            for member in await artifacts.members_of_all(uow, self._owner_id):
                self._members.setdefault(member.collection_id, []).append(member)
            for one in await artifacts.associations_of_all(uow, self._owner_id):
                self._about.setdefault(one.source_id, []).append(one.item_id)
        for start in range(0, len(self._chosen), _BATCH):
            batch = self._chosen[start : start + _BATCH]
            async with self._reading() as uow:
                items = await artifacts.items_among(uow, self._owner_id, [key.id for key in batch])
                said = await artifacts.comments_among(uow, list(items))
            packed = []
            for key in batch:
                if key.id in items:
                    packed.append(await self._item(items[key.id], said.get(key.id, []), into))
                else:
                    into.problems.append(Trouble(OBJECT_GONE, key.uid, "It was deleted before it could be exported."))
            into.objects += len(packed)
            if packed:
                await into.put(packed)
        embedded = [_embedded(file) for file in self._embedded.values()]
        if embedded:
            await into.put(sorted(embedded, key=place_of))

    async def _item(self, item: artifacts.Item, said: Sequence[artifacts.Comment], into: Gathered) -> Item:
        more = item.more
        common: dict[str, Any] = {
            "key": item.uid,
            "type": item.type,
            "name": "" if item.untitled else item.name,
            "created": item.created_at,
            "modified": item.modified_at,
            "description": await self._html_of(item.description, self._base_url),
            "tags": tuple(sorted(model.Tag(tag.text, tag.type == artifacts.PRIVATE) for tag in item.tags)),
            "allow_comments": item.allow_comments,
            "geo": None if more.geo is None else model.GeoTag(**asdict(more.geo)),
            "origin": item.origin,
            "comments": tuple(
                Comment(key=self._once(one.uid, item.uid), text=one.body, made_at=one.created_at, markup=True)
                for one in sorted(said, key=lambda one: (one.created_at, one.id))
            ),
            "foreign": None if more.foreign is None else msgspec.convert(more.foreign, model.Foreign),
        }
        kind = CLASS_OF[item.type]
        if issubclass(kind, Presentation):
            return await self._presentation(item, common)
        if issubclass(kind, FileArtifact):
            return FileArtifact(**common, file=await self._file(item, into))
        if issubclass(kind, model.UrlArtifact):
            return model.UrlArtifact(**common, url=more.url or "")
        if issubclass(kind, model.FormArtifact):
            form = more.form or artifacts.Form()
            fields = tuple(model.FormField(**asdict(one)) for one in form.fields)
            return model.FormArtifact(**common, form_name=form.name, fields=fields)
        if issubclass(kind, model.LEArtifact):
            return await self._learned(item, common, into)
        if issubclass(kind, model.DynamicCollection):
            rule = more.rule or artifacts.Rule(artifacts.ALL, [])
            async with self._reading() as uow:
                now = await artifacts.chosen_by(uow, self._owner_id, item.id, rule)
            members = tuple(model.Member(self._uids[id]) for id in now if id in self._uids)
            return model.DynamicCollection(
                **common, members=members, rule=model.Rule(mode=rule.mode, tags=tuple(rule.tags))
            )
        if issubclass(kind, model.Collection):
            inside = [one for one in self._members.get(item.id, []) if one.item_id in self._uids]
            return model.Collection(
                **common, members=tuple(model.Member(self._uids[one.item_id], one.added_at) for one in inside)
            )
        about = tuple(self._uids[id] for id in self._about.get(item.id, []) if id in self._uids)
        if issubclass(kind, model.Reflection):
            return model.Reflection(**common, about=about)
        if issubclass(kind, model.LearningObjective):
            return model.LearningObjective(**common, evidence=about)
        return Item(**common)

    async def _learned(self, item: artifacts.Item, common: dict[str, Any], into: Gathered) -> model.LEArtifact:
        source = item.more.source
        async with self._reading() as uow:
            found = await files_by_id(uow, item.more.files)
        more = [found[id] for id in item.more.files if id in found and found[id].digest is not None]
        return model.LEArtifact(
            **common,
            learning=model.Learning() if source is None else model.Learning(**asdict(source)),
            file=await self._file(item, into) if item.file_id is not None else None,
            more_files=tuple(_embedded(file) for file in more),
        )

    # --- files

    async def _file(self, item: artifacts.Item, into: Gathered) -> PackedFile | None:
        if item.file_digest is None or not await self._blobs.has(item.file_digest):
            into.problems.append(Trouble(FILE_UNREADABLE, item.uid, "Its bytes cannot be read."))
            return None
        return PackedFile(
            name=item.file_name or "",
            media_type=item.file_type or "",
            sha256=item.file_digest,
            size=item.file_size,
        )

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
        """With the addresses of what is packed, where it leads to such things and shows such files."""
        if not own and not self._led_to:
            return html

        def address(written: str) -> str:
            to = led(written, at, self._base_url)
            if to is None or to.here is None:
                return written
            thing = self._led_to.get(to.here)
            if thing is not None:
                return written if "#" in written else to_item(thing)
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

    async def _presentation(self, item: artifacts.Item, common: dict[str, Any]) -> Presentation:
        assert item.eportfolio_id is not None
        async with self._reading() as uow:
            sections = await sections_of(uow, item.eportfolio_id)
            entries = await entries_with_texts(uow, item.eportfolio_id)
            comments = await comments_on_entries(uow, item.eportfolio_id)
            placed = {id for entry in entries for id in placed_files(entry.content)}
            items = {id for entry in entries for id in items_in(entry.content)}
            known = await uow.all(store.UIDS, owner_id=self._owner_id, ids=sorted(items), file_ids=sorted(placed))
            beside = await artifacts.placed_on(uow, [entry.id for entry in entries])
        numbers = {section.id: number for number, section in enumerate(sections, 1)}
        uids = {("item", one.id): one.uid for one in known} | {("file", one.file_id): one.uid for one in known}
        said: dict[int, list[PackedComment]] = {}
        for comment in comments:
            said.setdefault(comment.entry_id, []).append(comment)
        pages = []
        for entry in entries:
            at = f"{self._base_url}/eportfolios/{item.eportfolio_id}/{entry.category_slug}/{entry.slug}"
            own = await self._own_files(texts_of(entry.content), at)
            key = self._pages.get(entry.id) or self._once(entry.uid, item.uid)
            page = self._page(key, entry, numbers[entry.section_id], at, own, uids, said.get(entry.id, []))
            members = tuple(
                self._uids[one.item_id] for one in beside if one.entry_id == entry.id and one.item_id in self._uids
            )
            pages.append(msgspec.structs.replace(page, members=members))
        banner = item.more.banner or artifacts.Banner()
        return Presentation(
            **common,
            banner_title=banner.title,
            banner=await self._html_of(banner.description, self._base_url),
            theme=item.more.theme or "",
            settings=tuple(item.more.settings),
            sections=tuple(section.name for section in sections),
            pages=tuple(pages),
        )

    def _page(
        self,
        key: str,
        entry: Entry,
        section: int,
        at: str,
        own: Mapping[int | str, File],
        uids: Mapping[tuple[str, Any], str],
        comments: Iterable[PackedComment],
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
            key=key,
            name=entry.name,
            created=entry.created_at,
            modified=entry.updated_at,
            section=section,
            content=form,
            text=text,
            blocks=blocks,
            allow_comments=entry.allow_comments,
            show_comments=entry.show_comments,
            comments=tuple(
                Comment(key=self._once(one.uid, key), text=one.message, made_at=one.created_at) for one in comments
            ),
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
        if found := ITEM.match(html):
            uid = uids.get(("item", int(found[1])))
            if uid is not None:
                return Block(kind="item", item=uid)
        if found := _PROFILE.match(html):
            return Block(kind="profile", fields=found[1])
        return Block(kind=_KINDS.get(block.get("section_type"), "html"), html=self._rewrite(html, at, own))


def _place(key: Key) -> tuple[int, Any, str]:
    return place_of(Item(key=key.uid, type=key.type, name="", created=key.created_at, modified=key.created_at))


def _embedded(file: File) -> EmbeddedFile:
    return EmbeddedFile(key=_key_of(file), file=_packed(file), created=file.created_at)


def _key_of(file: File) -> str:
    """What packages call a file that is no artifact: always the same for one file."""
    return str(uuid5(NAMES, file.uuid))


def _packed(file: File) -> PackedFile:
    return PackedFile(name=file.display_name, media_type=file.content_type, sha256=file.digest or "", size=file.size)
