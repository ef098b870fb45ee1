"""What happens to a collected thing: it is made, described anew, deleted and taken back.

Every verb is one complete change and asks for proof (`Granted`) that the caller may. Whoever changes something of theirs holds the lock of their
own row, taken before the rights are looked at: `standing_of(…, lock=True)`. Nobody takes the lock of somebody else's, so that two who reach for
each other's things do not wait for each other.
"""

import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec

from quadrangle import portfolios
from quadrangle.artifacts import store
from quadrangle.artifacts.access import Standing, before_own
from quadrangle.artifacts.model import (
    ALL,
    ANY,
    DROPBOX_ARTIFACT,
    DYNAMIC_COLLECTION,
    FILE_ARTIFACT,
    PRESENTATION,
    REFLECTION,
    STATIC_COLLECTION,
    UNDO_DAYS,
    UNTITLED,
    URL_ARTIFACT,
    Details,
    Item,
    ItemChange,
    Rule,
    Tag,
    checked_html,
    checked_line,
    checked_name,
    checked_tags,
    checked_url,
    tag_key,
)
from quadrangle.artifacts.tables import portfolio_tags
from quadrangle.blobs import Blob
from quadrangle.db import UnitOfWork
from quadrangle.files import ADD, RENAME, USER, Arrival, Owner, QuotaExceeded, default_folder, keep_file, shelf_of
from quadrangle.files import make_sure_of_room as make_sure_of_room_for
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.portfolios import Keywords, PortfolioChange, portfolio_objects

# --- who is before what


async def standing_of(uow: UnitOfWork, viewer_id: int, words: Keywords, *, lock: bool = False) -> Standing:
    """Somebody before their own ePortfolio, or NotFound. One statement. lock: something is about to change."""
    if lock:
        await uow.one(store.LOCK_OWNER, owner_id=viewer_id)
    return Standing(await portfolios.standing_to(uow, viewer_id, viewer_id, words))


async def standing_before(
    uow: UnitOfWork,
    own: Standing,
    item_id: int,
    words: Keywords,
    *,
    kinds: Collection[int] | None = None,
    lock: bool = False,
) -> Standing:
    """The same person before one thing that is there, whosever it is; NotFound, also where it is of another kind than `kinds`.

    One statement, two for a presentation. lock: it is about to change; `own` was taken with a lock then. What can change of things of others
    is what was said of them, which needs none, and presentations, which are locked as portfolios.
    """
    item = await uow.one(store.ITEM, item_id=item_id)
    if item is None or (kinds is not None and item.type not in kinds):
        raise NotFound
    shown = None
    if item.eportfolio_id is not None:
        shown = await portfolios.standing_before(uow, item.eportfolio_id, own.viewer_id, words, lock=lock)
    return Standing(own.own, item, shown)


async def standings_before(
    uow: UnitOfWork, own: Granted[Standing], item_ids: Collection[int], words: Keywords, *, lock: bool = False
) -> list[Standing]:
    """The same person before those of several things that are there, in the order of their ids. One statement for their own, and as many
    as `standing_before` needs for each of the others. lock: they are about to change; presentations are asked for one by one then."""
    viewer_id = own.subject.viewer_id
    found = {
        item.id: before_own(own.subject, item)
        for item in await uow.all(store.ITEMS_AMONG, ids=sorted(item_ids), owner_id=viewer_id)
        if not (lock and item.type == PRESENTATION)
    }
    for item_id in sorted(set(item_ids) - set(found)):
        with contextlib.suppress(NotFound):
            found[item_id] = await standing_before(uow, own.subject, item_id, words, lock=lock)
    return [found[item_id] for item_id in sorted(found)]


# --- looking


async def items_of(uow: UnitOfWork, granted: Granted[Standing], *, after: int, limit: int) -> list[Item]:
    """Those of one's own things that come after an id, in the order of their ids. One statement."""
    return await uow.all(store.ITEMS_OF, owner_id=granted.subject.viewer_id, after=after, limit=limit)


async def deleted_lately(uow: UnitOfWork, granted: Granted[Standing]) -> list[Item]:
    """What one deleted oneself and may still take back, the latest first; portfolios are taken back as such."""
    return await uow.all(
        store.DELETED_LATELY,
        owner_id=granted.subject.viewer_id,
        since=uow.now - timedelta(days=UNDO_DAYS),
    )


# --- making


async def add_link(uow: UnitOfWork, granted: Granted[Standing], wish: ItemChange) -> Item:
    """An address that was collected. Raises Invalid for one with a scheme that links may not have."""
    if isinstance(wish.url, Absent):
        raise Invalid.field("url", "is missing", "blank")
    return await _add(uow, granted, URL_ARTIFACT, wish)


async def add_reflection(uow: UnitOfWork, granted: Granted[Standing], wish: ItemChange) -> Item:
    return await _add(uow, granted, REFLECTION, wish)


async def add_collection(uow: UnitOfWork, granted: Granted[Standing], wish: ItemChange) -> Item:
    """A collection whose members are added one by one; with a rule, one that consists of what carries its tags."""
    return await _add(uow, granted, STATIC_COLLECTION if isinstance(wish.rule, Absent) else DYNAMIC_COLLECTION, wish)


async def add_upload(
    uow: UnitOfWork, granted: Granted[Standing], blob: Blob, filename: str, content_type: str, wish: ItemChange
) -> Item:
    """A file that was uploaded: it goes to the owner's files, with a number in its name where one of that name is there.

    Raises Invalid when there is no room.
    """
    owner_id = granted.subject.viewer_id
    assert owner_id is not None
    owner = Owner(USER, owner_id)
    shelf = (await shelf_of(uow, owner, owner_id)).allow(ADD)
    folder = await default_folder(uow, shelf)
    await make_sure_of_room(uow, owner_id, blob.size)
    file = await keep_file(uow, Arrival(owner, folder.id, filename, content_type, owner_id, RENAME), blob)
    return await _add(uow, granted, FILE_ARTIFACT, wish, file_id=file.id)


async def make_sure_of_room(uow: UnitOfWork, owner_id: int, size: int) -> None:
    """Raises Invalid where that many bytes more do not fit into somebody's files."""
    try:
        await make_sure_of_room_for(uow, Owner(USER, owner_id), size)
    except QuotaExceeded:
        raise Invalid.field("file", QuotaExceeded.says, QuotaExceeded.code) from None


async def add_file(uow: UnitOfWork, granted: Granted[Standing], file_id: int) -> Item:
    """One of one's own files as an artifact; the one that it is already, where it is one. NotFound for files of others, or gone."""
    owner_id = granted.subject.viewer_id
    if await uow.one(store.LOCK_OWN_FILE, owner_id=owner_id, file_id=file_id) is None:
        raise NotFound
    there = await uow.one(store.ITEM_OF_FILE, owner_id=owner_id, file_id=file_id)
    if there is not None:
        return await _reload(uow, there)
    return await _add(uow, granted, FILE_ARTIFACT, ItemChange(), file_id=file_id)


async def add_presentation(uow: UnitOfWork, granted: Granted[Standing], wish: ItemChange) -> Item:
    """A new portfolio, where the table of portfolios lets its owner make one; with what only presentations have."""
    name = _name(wish, portfolios.LONGEST_NAME)
    own = granted.subject.own
    may = portfolios.allow(own, portfolios.CREATE)
    made = await portfolios.create_portfolio(uow, may, PortfolioChange(name=name))
    item = await uow.one(store.PRESENTATION_OF, eportfolio_id=made.id)
    assert item is not None
    return await _write(uow, item, msgspec.structs.replace(wish, name=ABSENT))


async def _add(
    uow: UnitOfWork, granted: Granted[Standing], kind: int, wish: ItemChange, *, file_id: int | None = None
) -> Item:
    owner_id = granted.subject.viewer_id
    assert owner_id is not None
    name = None if file_id is not None and wish.name is ABSENT else _name(wish)
    item_id = await put_item(
        uow,
        owner_id,
        kind,
        name=name,
        description="" if isinstance(wish.description, Absent) else checked_html(wish.description, "description"),
        allow_comments=wish.allow_comments is not False,
        details=_details(Details(), wish),
        file_id=file_id,
    )
    if not isinstance(wish.tags, Absent):
        await put_tags(uow, owner_id, item_id, checked_tags(wish.tags))
    return await _reload(uow, item_id)


async def put_item(
    uow: UnitOfWork,
    owner_id: int,
    kind: int,
    *,
    name: str | None,
    details: Details,
    description: str = "",
    allow_comments: bool = True,
    file_id: int | None = None,
    uid: str | None = None,
    origin: str | None = None,
    created_at: datetime | None = None,
    modified_at: datetime | None = None,
) -> int:
    """A new row as it is said, of any kind but a presentation; for packages, which were checked on the way in. Returns its id.

    Times are now where none are given, the uid a new one. origin: at most 1,000 characters, as an index holds it.
    """
    now = whole_seconds(uow.now)
    return await uow.insert(
        portfolio_objects,
        uid=uid or random_uuid(),
        user_id=owner_id,
        type=kind,
        file_id=file_id,
        name=name,
        description=description,
        allow_comments=allow_comments,
        details=msgspec.to_builtins(details),
        origin=origin,
        created_at=created_at or now,
        modified_at=modified_at or created_at or now,
    )


async def put_tags(uow: UnitOfWork, owner_id: int, item_id: int, tags: list[Tag]) -> None:
    """More tags on a thing that has none of these; checked ones (`checked_tags`)."""
    for tag in tags:
        await uow.add(
            portfolio_tags, item_id=item_id, key=tag_key(tag.text), type=tag.type, user_id=owner_id, text=tag.text
        )


# --- changing


async def revise_item(uow: UnitOfWork, granted: Granted[Standing], wish: ItemChange) -> Item:
    """Describe a thing anew; what `wish` does not name stays. The name of a presentation is its portfolio's."""
    standing = granted.subject
    item = standing.item_there
    if item.eportfolio_id is None:
        return await _write(uow, item, wish)
    assert standing.shown is not None
    if not isinstance(wish.name, Absent):
        name = _name(wish, portfolios.LONGEST_NAME)
        # A portfolio without a name is shown as this, and clients send back what they were shown.
        if not (item.untitled and name == UNTITLED):
            await portfolios.revise_portfolio(
                uow, portfolios.allow(standing.shown, portfolios.UPDATE), PortfolioChange(name=name)
            )
    return await _write(uow, item, msgspec.structs.replace(wish, name=ABSENT))


async def _write(uow: UnitOfWork, item: Item, wish: ItemChange) -> Item:
    values: dict[str, Any] = {"details": msgspec.to_builtins(_details(item.more, wish, item.type))}
    if not isinstance(wish.name, Absent):
        values["name"] = _name(wish)
    if not isinstance(wish.description, Absent):
        values["description"] = checked_html(wish.description, "description")
    if not isinstance(wish.allow_comments, Absent):
        values["allow_comments"] = wish.allow_comments
    before = {
        "details": item.details,
        "name": item.name,  # also of a file: sent back as it was shown, it stays the file's
        "description": item.description,
        "allow_comments": item.allow_comments,
    }
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not isinstance(wish.tags, Absent):
        wanted = checked_tags(wish.tags)
        if set(wanted) != set(item.tags):
            await uow.run(store.REMOVE_TAGS, item_id=item.id)
            await put_tags(uow, item.user_id, item.id, wanted)
            changed["details"] = values["details"]
    if changed:
        await touch(uow, item.id, **changed)
    return await _reload(uow, item.id)


async def touch(uow: UnitOfWork, item_id: int, **values: Any) -> None:
    """Write what changed of a thing whose owner's lock is held; with nothing said, that something about it changed."""
    await uow.update(portfolio_objects, {"id": item_id}, **values, modified_at=whole_seconds(uow.now))


def _name(wish: ItemChange, longest: int | None = None) -> str:
    if isinstance(wish.name, Absent):
        raise Invalid.field("name", "can't be blank", "blank")
    return checked_name(wish.name) if longest is None else checked_name(wish.name, longest)


def _details(before: Details, wish: ItemChange, kind: int | None = None) -> Details:
    """What a thing has of its own, after this was said; what its type has no place for is passed over."""
    values: dict[str, Any] = {}
    if not isinstance(wish.geo, Absent):
        values["geo"] = wish.geo
    if not isinstance(wish.url, Absent) and kind in (None, URL_ARTIFACT):
        values["url"] = checked_url(wish.url)
    if not isinstance(wish.banner, Absent) and kind == PRESENTATION:
        description = checked_html(wish.banner.description, "banner_description")
        values["banner"] = msgspec.structs.replace(
            wish.banner, title=checked_line(wish.banner.title, "banner_title"), description=description
        )
    if not isinstance(wish.rule, Absent) and kind in (None, DYNAMIC_COLLECTION):
        values["rule"] = checked_rule(wish.rule)
    return msgspec.structs.replace(before, **values)


def checked_rule(rule: Rule) -> Rule:
    if rule.mode not in (ALL, ANY):
        raise Invalid.field("rule", "chooses all or any", "invalid")
    return Rule(rule.mode, [tag.text for tag in checked_tags([Tag(text) for text in rule.tags])])


# --- going away, and coming back


async def delete_item(uow: UnitOfWork, granted: Granted[Standing]) -> None:
    """Take a thing away, out of its collections and off its owner's pages, with its tags, what was said of it and what it was associated with.

    Its owner may take it back for 30 days, without all that. A presentation goes as the portfolio it is, and comes back as it was. A file
    stays among its owner's files.
    """
    standing = granted.subject
    item = standing.item_there
    if item.eportfolio_id is not None:
        assert standing.shown is not None
        await portfolios.delete_portfolio(uow, portfolios.allow(standing.shown, portfolios.DELETE))
        return
    await portfolios.take_off_pages(
        uow, item.user_id, item_id=item.id, file_id=item.file_id if item.type == FILE_ARTIFACT else None
    )
    for belonging in store.BELONGING:
        await uow.run(store.REMOVE_BELONGING.at(belonging), item_id=item.id)
    await uow.update(portfolio_objects, {"id": item.id}, deleted_at=uow.now)


async def restore_item(uow: UnitOfWork, granted: Granted[Standing], item_id: int) -> Item:
    """Take back what one deleted within 30 days. NotFound for anything else; Invalid where its file was collected anew meanwhile."""
    for item in await deleted_lately(uow, granted):
        if item.id != item_id:
            continue
        if item.file_id is not None and item.type in (FILE_ARTIFACT, DROPBOX_ARTIFACT):
            again = await uow.one(store.ITEM_OF_FILE, owner_id=item.user_id, file_id=item.file_id)
            if again is not None:
                raise Invalid.field("file", "was collected anew meanwhile", "collected_anew")
        await uow.update(portfolio_objects, {"id": item.id}, deleted_at=None)
        return await _reload(uow, item.id)
    raise NotFound


async def _reload(uow: UnitOfWork, item_id: int) -> Item:
    found = await uow.one(store.ITEM, item_id=item_id)
    assert found is not None
    return found
