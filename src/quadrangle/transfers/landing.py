"""From what a package carries to rows, in one unit of work. Source: portfolio-package.md §5.3, §6.5, §7.

Things first, then portfolios, as their pages show things; then what leads from one to another, as either may come before the other; then what is
in what, and what was said of it.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import asdict, replace

from quadrangle import artifacts, portfolios
from quadrangle.artifacts import Details, Key, Tag
from quadrangle.artifacts.model import DROPBOX_ARTIFACT, ON_OBJECTIVE, ON_REFLECTION, PRESENTATION
from quadrangle.blobs import Blob, Blobs
from quadrangle.db import UnitOfWork
from quadrangle.files import USER, Owner, QuotaExceeded, Shelving, own_file_like, type_for
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.html import rewritten
from quadrangle.packages import (
    Fate,
    FileArtifact,
    Item,
    Kept,
    PackedFile,
    Page,
    Presentation,
    fate_of,
    file_in,
    files_in,
    files_of,
    item_in,
    items_in,
    model,
)
from quadrangle.packages.model import BLOCKS, NO_PAGE_CONTENT, TEXT_CONTENT
from quadrangle.portfolios import NO_CONTENT, Content, Entry, EPortfolio, Keywords, NewPage, Standing
from quadrangle.transfers.aside import Aside
from quadrangle.transfers.choosing import Plan
from quadrangle.transfers.gathering import Gathered, Gathering
from quadrangle.transfers.landed import origin_of, profile
from quadrangle.transfers.model import Landed
from quadrangle.transfers.recognising import hashes_of
from quadrangle.transfers.store import Person

FOLDER: Final = "Portfolio import"
_TOGETHER: Final = 500
_MARKUP: Final = {"rich-text": "rich_text", "html": "html"}

Note = Callable[[str, str, str], None]  # code, key and text of a problem


class Landing:
    """One package coming to one person. The lock of the owner is held. note: is told what goes wrong, errors and warnings."""

    def __init__(
        self, uow: UnitOfWork, blobs: Blobs, owner_id: int, person: Person, words: Keywords, base_url: str, note: Note
    ) -> None:
        self._uow = uow
        self._blobs = blobs
        self._owner_id = owner_id
        self._person = person
        self._words = words
        self._base_url = base_url
        self._note = note
        self._shelving = Shelving(uow, Owner(USER, owner_id), FOLDER)
        self._there: dict[
            str, list[Key]
        ] = {}  # the owner's things that may be what a key means, also those that are gone
        self._packed: dict[str, PackedFile] = {}  # by key
        self._files: dict[str, int | None] = {}  # what became of those, as far as they were needed
        self._became: dict[str, Key] = {}
        self._new: set[str] = set()
        self._pages: dict[str, tuple[int, int]] = {}  # portfolio and entry, by key
        self._made: dict[str, tuple[Granted[Standing], EPortfolio, list[Entry]]] = {}
        self.landed: list[Landed] = []

    async def land(self, aside: Aside, mentioned: Iterable[str]) -> None:
        """mentioned: keys that things in the package speak of without being in it."""
        await self._look(aside, mentioned)
        fates = await self._fates(aside, presentations=False)
        async for item in _items(aside):
            if not isinstance(item, Presentation):
                await self._one(item, fates, self._create)
        fates = await self._fates(aside, presentations=True)
        async for item in _items(aside):
            if isinstance(item, Presentation):
                await self._one(item, fates, self._create_presentation)
        connections = await artifacts.Connections.of(self._uow, self._owner_id)
        async for item in _items(aside):
            if item.key in self._became:
                await self._complete(item)
                await self._connect(item, connections)
                await self._add_comments(item)
        async for item in _items(aside):
            if isinstance(item, Presentation) and item.key in self._became:
                await self._fill(item)

    # --- what is there ------------------------------------------------------------------------------------------------

    async def _look(self, aside: Aside, mentioned: Iterable[str]) -> None:
        keys = dict.fromkeys(mentioned)
        async for packed in aside.items():
            keys[packed.key] = None
            self._packed |= dict(files_of(packed))
            for text in _texts(packed):
                keys |= dict.fromkeys(items_in(text))
        wanted = list(keys)
        for start in range(0, len(wanted), _TOGETHER):
            some = wanted[start : start + _TOGETHER]
            for uid, key in (await artifacts.keys_by_uid(self._uow, self._owner_id, some)).items():
                self._there.setdefault(uid, []).append(key)
            by_origin = await artifacts.keys_by_origin(self._uow, self._owner_id, {origin_of(one) for one in some})
            for one in some:
                self._there.setdefault(one, []).extend(by_origin.get(origin_of(one), []))
        self._there = {key: rows for key, rows in self._there.items() if rows}

    async def _fates(self, aside: Aside, *, presentations: bool) -> dict[str, tuple[Fate, Key | None]]:
        """Of those that may have been here before; all others are created."""
        alive: dict[str, list[Key]] = {}
        async for item in _items(aside):
            rows = [row for row in self._there.get(item.key, []) if row.live]
            if rows and isinstance(item, Presentation) == presentations:
                alive[item.key] = rows
        if not alive:
            return {}

        async def packaged() -> AsyncIterator[Item]:
            async for item in _items(aside):
                if item.key in alive:
                    yield item

        packed = await self._hashes(packaged, {key: file.sha256 for key, file in self._packed.items()}, {})
        here = await self._hashes_here({row.id: row for rows in alive.values() for row in rows})
        fates: dict[str, tuple[Fate, Key | None]] = {}
        for key, rows in alive.items():
            owned = {row.id: row for row in rows}
            kept = [Kept(row.id, row.uid, row.origin, here.get(row.uid, "")) for row in owned.values()]
            fate, found = fate_of(origin_of(key), packed[key], kept)
            fates[key] = (fate, None if found is None else owned[found.id])
        return fates

    async def _hashes_here(self, rows: dict[int, Key]) -> dict[str, str]:
        """Content hashes by uid of what is there now; things on pages count as what the package calls them."""

        @asynccontextmanager
        async def reading() -> AsyncIterator[UnitOfWork]:
            yield self._uow

        everything = await artifacts.keys_of(self._uow, self._owner_id)
        gathered = Gathered(self._blobs)
        try:
            plan = Plan(everything, list(rows.values()))
            await Gathering(reading, self._blobs, self._owner_id, plan, self._base_url).gather(gathered)
            digests: dict[str, str] = {}
            async for packed in gathered.items():
                digests |= {key: file.sha256 for key, file in files_of(packed)}
            names = {row.uid: key for key, row in self._became.items()}
            return await self._hashes(lambda: _items(gathered), digests, names)
        finally:
            gathered.close()

    async def _hashes(
        self, items: Callable[[], AsyncIterator[Item]], digests: dict[str, str], names: dict[str, str]
    ) -> dict[str, str]:
        return await hashes_of(self._blobs, self._uow.now, items, digests=digests, names=names, base_url=self._base_url)

    # --- making -------------------------------------------------------------------------------------------------------

    async def _one(self, item: Item, fates: dict[str, tuple[Fate, Key | None]], create: Any) -> None:
        fate, found = fates.get(item.key, (Fate.CREATE, None))
        if found is None:
            found = await create(item, fate)
            if found is None:
                return
            self._new.add(item.key)
        elif isinstance(item, Presentation) and found.eportfolio_id is not None:
            places = await portfolios.places_of(self._uow, found.eportfolio_id)
            self._note_pages(item, found.eportfolio_id, [place.id for place in places])
        self._became[item.key] = found
        self.landed.append(Landed(fate.value, found.type, found.id, item.name))

    async def _identity(self, item: Item, fate: Fate) -> tuple[str, str | None]:
        """Uid and origin of a new thing."""
        if not item.has_uid or fate is not Fate.CREATE:
            return random_uuid(), origin_of(item.key)
        for row in self._there.get(item.key, []):
            if row.uid == item.key:
                await artifacts.give_up_uid(self._uow, row.id)
        return item.key, item.origin

    async def _create(self, item: Item, fate: Fate) -> Key | None:
        file_id = None
        packed = item.file if isinstance(item, FileArtifact | model.LEArtifact) else None
        if packed is not None:
            file_id = await self._shelve(item.key, packed)
            if file_id is None:
                return None
            self._files[item.key] = file_id
        uid, origin = await self._identity(item, fate)
        item_id = await artifacts.put_item(
            self._uow,
            self._owner_id,
            item.type,
            name=item.name,
            details=await self._details(item),
            description=item.description,
            allow_comments=item.allow_comments,
            file_id=file_id,
            uid=uid,
            origin=origin,
            created_at=item.created,
            modified_at=item.modified,
        )
        await self._tag(item, item_id)
        return Key(item_id, uid, self._owner_id, item.type, origin, None, file_id, item.created, True)

    async def _tag(self, item: Item, item_id: int) -> None:
        tags = [Tag(one.text, artifacts.PRIVATE if one.private else artifacts.PUBLIC) for one in item.tags]
        await artifacts.put_tags(self._uow, self._owner_id, item_id, tags)

    async def _details(self, item: Item) -> Details:
        values: dict[str, Any] = {}
        if item.geo is not None:
            values["geo"] = artifacts.GeoTag(**asdict(item.geo))
        if item.foreign is not None:
            values["foreign"] = msgspec.to_builtins(replace(item.foreign, relations=()))
        if isinstance(item, model.UrlArtifact):
            values["url"] = item.url
        elif isinstance(item, model.FormArtifact):
            fields = [artifacts.FormField(one.label, one.kind, self._filled(one), one.system) for one in item.fields]
            values["form"] = artifacts.Form(item.form_name, fields)
        elif isinstance(item, model.LEArtifact):
            if item.learning != model.Learning():
                values["source"] = artifacts.Source(**asdict(item.learning))
            shelved = [await self._shelve(one.key, one.file) for one in item.more_files if one.file is not None]
            values["files"] = [id for id in shelved if id is not None]
        elif isinstance(item, model.DynamicCollection):
            values["rule"] = artifacts.Rule(item.rule.mode, list(item.rule.tags))
        elif isinstance(item, Presentation):
            values["banner"] = artifacts.Banner(item.banner_title, item.banner)
            values["theme"] = item.theme or None
            values["settings"] = list(item.settings)
        return Details(**values)

    def _filled(self, field: model.FormField) -> str:
        """What a system knows of a person is worked out for whoever has the form now."""
        return self._person.said_of(field.label) if field.system else field.value

    async def _shelve(self, key: str, packed: PackedFile) -> int | None:
        """A packed file among the owner's; None where there is no room for it."""
        assert packed.size is not None
        blob = Blob(packed.sha256, packed.size)
        try:
            return await self._shelving.put(packed.name, type_for(packed.name, packed.media_type), blob)
        except QuotaExceeded:
            self._note("quota", key, f"There is no room for {packed.name}, {packed.size} bytes.")
            return None

    async def _create_presentation(self, item: Presentation, fate: Fate) -> Key | None:
        standing: Standing = await portfolios.standing_to(self._uow, self._owner_id, self._owner_id, self._words)
        if not portfolios.may(standing, portfolios.CREATE):
            self._note("not-allowed", item.key, "A portfolio cannot be made just now.")
            return None
        granted = portfolios.allow(standing, portfolios.CREATE)
        kept = fate is Fate.CREATE
        pages = [
            NewPage(
                uid=page.key if kept and page.has_uid else random_uuid(),
                name=page.name,
                section=page.section,
                allow_comments=page.allow_comments,
                show_comments=page.show_comments,
                created_at=page.created,
                updated_at=page.modified,
            )
            for page in item.pages
        ]
        portfolio, entries = await portfolios.put_portfolio(
            self._uow,
            granted,
            name=item.name or None,
            created_at=item.created,
            updated_at=item.modified,
            sections=item.sections,
            pages=pages,
        )
        uid, origin = await self._identity(item, fate)
        item_id = await artifacts.put_presentation(
            self._uow,
            portfolio.id,
            uid=uid,
            description=item.description,
            allow_comments=item.allow_comments,
            details=await self._details(item),
            origin=origin,
            created_at=item.created,
            modified_at=item.modified,
        )
        await self._tag(item, item_id)
        self._note_pages(item, portfolio.id, [entry.id for entry in entries])
        self._made[item.key] = (granted, portfolio, entries)
        return Key(item_id, uid, self._owner_id, PRESENTATION, origin, portfolio.id, None, item.created, True)

    def _note_pages(self, item: Presentation, portfolio_id: int, entry_ids: list[int]) -> None:
        """Where its pages are, by their keys; they stand in the same order here."""
        self._pages |= {page.key: (portfolio_id, id) for page, id in zip(item.pages, entry_ids, strict=True)}

    # --- what leads from one to another -------------------------------------------------------------------------------

    def _row(self, key: str) -> Key | None:
        """What a key stands for: what it became just now, else what the owner had before."""
        found = self._became.get(key)
        if found is not None:
            return found
        return next((row for row in self._there.get(key, []) if row.live and row.uid == key), None)

    async def _complete(self, item: Item) -> None:
        """Give a new thing the addresses that stand in its words, and what it was related to elsewhere."""
        if item.key not in self._new:
            return
        item_id = self._became[item.key].id
        values: dict[str, Any] = {}
        if (description := await self._led(item.description)) != item.description:
            values["description"] = description
        if (changes := await self._completed_details(item)) is not None:
            there = (await artifacts.items_among(self._uow, self._owner_id, [item_id]))[item_id]
            values["details"] = there.details | changes
        if values:
            await artifacts.rewrite(self._uow, item_id, **values)

    async def _completed_details(self, item: Item) -> dict[str, Any] | None:
        if isinstance(item, model.FormArtifact) and any("package-" in one.value for one in item.fields):
            fields = [replace(one, value=await self._led(self._filled(one))) for one in item.fields]
            form = artifacts.Form(item.form_name, [artifacts.FormField(**asdict(one)) for one in fields])
            return {"form": msgspec.to_builtins(form)}
        if isinstance(item, Presentation) and "package-" in item.banner:
            banner = artifacts.Banner(item.banner_title, await self._led(item.banner))
            return {"banner": msgspec.to_builtins(banner)}
        if item.foreign is not None and item.foreign.relations:
            there = [(one.name, self._row(one.key)) for one in item.foreign.relations]
            relations = tuple(sorted(model.Relation(name, row.uid) for name, row in there if row is not None))
            return {"foreign": msgspec.to_builtins(replace(item.foreign, relations=relations))}
        return None

    async def _led(self, html: str) -> str:
        """HTML with the addresses that packaged things and files have here; what leads nowhere leads nowhere any more."""
        if "package-" not in html:
            return html
        for key in files_in(html):
            await self._find_file(key)
        return rewritten(html, self._address)

    async def _find_file(self, key: str) -> None:
        if key in self._files:
            return
        row, packed = self._row(key), self._packed.get(key)
        if row is not None:
            self._files[key] = row.file_id
        elif packed is None:
            self._files[key] = None
        else:
            there = await own_file_like(self._uow, Owner(USER, self._owner_id), packed.name, packed.sha256)
            self._files[key] = there or await self._shelve(key, packed)

    def _address(self, written: str) -> str | None:
        if (key := file_in(written)) is not None:
            file_id = self._files.get(key)
            return None if file_id is None else f"/files/{file_id}/download"
        if (key := item_in(written)) is None:
            return written
        if (page := self._pages.get(key)) is not None:
            return f"/eportfolios/{page[0]}/entries/{page[1]}"
        row = self._row(key)
        if row is None:
            return None
        return f"/artifacts/{row.id}" if row.eportfolio_id is None else f"/eportfolios/{row.eportfolio_id}"

    # --- what is in what, and what was said ---------------------------------------------------------------------------

    async def _connect(self, item: Item, connections: artifacts.Connections) -> None:
        here = self._became[item.key]
        if isinstance(item, model.Collection) and not isinstance(item, model.DynamicCollection):
            for member in item.members:
                row = self._row(member.key)
                if row is None or connections.holds(here.id, row.id):
                    continue
                if connections.would_circle(here.id, row.id):
                    self._note("relation-cycle", item.key, "A collection would contain itself; the link is dropped.")
                    continue
                added_at = None if member.added_at is None else min(member.added_at, self._uow.now)
                await connections.collect(here.id, row.id, added_at)
        elif isinstance(item, model.Reflection):
            await self._associate(here, item.about, ON_REFLECTION, connections)
        elif isinstance(item, model.LearningObjective):
            await self._associate(here, item.evidence, ON_OBJECTIVE, connections)

    async def _associate(self, here: Key, keys: Iterable[str], kind: int, connections: artifacts.Connections) -> None:
        for key in keys:
            if (row := self._row(key)) is not None:
                await connections.associate(here.id, row.id, kind)

    async def _add_comments(self, item: Item) -> None:
        if not item.comments:
            return
        item_id = self._became[item.key].id
        there = (await artifacts.comments_among(self._uow, [item_id])).get(item_id, [])
        for one in _new_ones(item.comments, {(one.uid, one.body, one.created_at) for one in there}):
            uid = one.key if one.has_uid else random_uuid()
            await artifacts.put_comment(self._uow, item_id, uid=uid, body=one.text, created_at=one.made_at)

    # --- pages --------------------------------------------------------------------------------------------------------

    async def _fill(self, item: Presentation) -> None:
        made = self._made.pop(item.key, None)
        if made is not None:
            granted, portfolio, entries = made
            names = [item.name, *item.sections]
            portfolio = await portfolios.scan_names(self._uow, granted, portfolio, names)
            for page, entry in zip(item.pages, entries, strict=True):
                content = await self._content(page)
                portfolio = await portfolios.put_content(self._uow, granted, portfolio, entry, content)
        await self._stand_beside(item)
        await self._comment_pages(item)

    async def _content(self, page: Page) -> Content:
        if page.content == NO_PAGE_CONTENT:
            return None
        if page.content == TEXT_CONTENT:
            return await self._led(page.text)
        if page.content != BLOCKS:
            return [NO_CONTENT]
        rows = {one.item: self._row(one.item) for one in page.blocks if one.kind == "item"}
        ids = {row.id for row in rows.values() if row is not None}
        things = await artifacts.items_among(self._uow, self._owner_id, ids)
        blocks: list[dict[str, Any]] = []
        for one in page.blocks:
            if one.kind == "item":
                row = rows[one.item]
                if row is not None and row.id in things:
                    blocks.append(_block_of(things[row.id]))
                else:
                    self._note("item-absent", page.key, f"It shows {one.item[:100]}, which could not be imported.")
            elif one.kind == "profile":
                fields = {name: self._person.said_of(name) for name in one.fields.split()}
                blocks.append({"section_type": "html", "content": profile(one.fields, fields)})
            else:
                blocks.append({"section_type": _MARKUP[one.kind], "content": await self._led(one.html)})
        return blocks

    async def _stand_beside(self, item: Presentation) -> None:
        """What belongs to a page without a block."""
        if not any(page.members for page in item.pages):
            return
        entries = [self._pages[page.key][1] for page in item.pages]
        there: dict[int, list[int]] = {entry: [] for entry in entries}
        for placed in await artifacts.placed_on(self._uow, entries):
            there[placed.entry_id].append(placed.item_id)
        for page, entry in zip(item.pages, entries, strict=True):
            for key in page.members:
                row = self._row(key)
                if row is not None and row.id not in there[entry]:
                    there[entry].append(row.id)
                    await artifacts.put_placement(self._uow, entry, row.id, len(there[entry]))

    async def _comment_pages(self, item: Presentation) -> None:
        entries = {page.key: self._pages[page.key][1] for page in item.pages if page.comments}
        there = await portfolios.comments_on_these(self._uow, entries.values())
        for page in item.pages:
            if not page.comments:
                continue
            entry_id = entries[page.key]
            theirs = {(one.uid, one.message, one.created_at) for one in there if one.entry_id == entry_id}
            for one in _new_ones(page.comments, theirs):
                uid = one.key if one.has_uid else None
                await portfolios.put_page_comment(
                    self._uow, entry_id, uid=uid, message=one.text, created_at=one.made_at
                )


def _block_of(thing: artifacts.Item) -> dict[str, Any]:
    if thing.type in (artifacts.FILE_ARTIFACT, DROPBOX_ARTIFACT) and thing.file_id is not None:
        return {"section_type": "attachment", "attachment_id": thing.file_id}
    return {
        "section_type": "html",
        "content": artifacts.shown_on_page(thing.id, thing.name, thing.description, thing.more.url),
    }


def _new_ones(said: Iterable[model.Comment], there: Iterable[tuple[str, str, datetime]]) -> Iterator[model.Comment]:
    """The comments that are not there: one with the same uid, or of the same words and time, is. there: uid, words and time of each."""
    known: set[Any] = {part for uid, words, at in there for part in (uid, (words, at))}
    for one in said:
        parts = (one.key, (one.text, one.made_at))
        if known.isdisjoint(parts):
            known.update(parts)
            yield one


async def _items(aside: Aside) -> AsyncIterator[Item]:
    async for packed in aside.items():
        if isinstance(packed, Item):
            yield packed


def _texts(value: Any) -> list[str]:
    """Every text in something packed in which things of a package may be named."""
    if isinstance(value, str):
        return [value] if "package-" in value else []
    if isinstance(value, msgspec.Struct):
        return [text for field in value.__struct_fields__ for text in _texts(getattr(value, field))]
    if isinstance(value, tuple):
        return [text for one in value for text in _texts(one)]
    return []
