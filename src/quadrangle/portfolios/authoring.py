"""What authors do inside a portfolio: sections and entries come, change, move and go; an entry keeps its history and its comments.

The portfolio's lock is held by whoever calls a verb here that changes something.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.digest import random_text, random_uuid
from quadrangle.kernel.errors import FieldError, Invalid, NotFound
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.kernel.slug import slugify
from quadrangle.portfolios import store
from quadrangle.portfolios.access import Standing
from quadrangle.portfolios.artifacts import register_files
from quadrangle.portfolios.content import without
from quadrangle.portfolios.model import (
    ENTRY_NAME,
    FIRST_ENTRY,
    FIRST_SECTION,
    LONGEST_COMMENT,
    LONGEST_NAME,
    NEW_ENTRY,
    NO_CONTENT,
    NONE_YET,
    NOTHING_YET,
    RESERVED,
    SECTION_NAME,
    Content,
    Entry,
    EntryChange,
    EntryRevision,
    EPortfolio,
    PageChangedMeanwhile,
    PageComment,
    PortfolioSection,
    check_name,
    later,
    too_long,
)
from quadrangle.portfolios.moderation import change, flags, weigh
from quadrangle.portfolios.store import Place
from quadrangle.portfolios.tables import (
    eportfolio_comments,
    eportfolio_entries,
    eportfolio_members,
    eportfolio_passages,
    eportfolio_revisions,
    eportfolio_sections,
)

# --- looking


async def entries_of(
    uow: UnitOfWork, granted: Granted[Standing], *, limit: int, offset: int
) -> tuple[list[Entry], int]:
    """All entries: the first of every section, then the second; and how many there are (eportfolios.md §3.5)."""
    portfolio_id = granted.subject.portfolio_there.id
    rows = await uow.all(store.ENTRIES_OF, eportfolio_id=portfolio_id, limit=limit, offset=offset)
    if rows or offset == 0:
        return [*rows], rows[0].total if rows else 0
    return [], await uow.one(store.COUNT_ENTRIES, eportfolio_id=portfolio_id) or 0


async def sections_of(uow: UnitOfWork, portfolio_id: int) -> list[PortfolioSection]:
    return await uow.all(store.SECTIONS_OF, eportfolio_id=portfolio_id)


async def places_of(uow: UnitOfWork, portfolio_id: int) -> list[Place]:
    """Where every entry stands, section by section, without the texts."""
    return await uow.all(store.PLACES_OF, eportfolio_id=portfolio_id)


async def section_by(uow: UnitOfWork, portfolio_id: int, column: str, value: Any) -> PortfolioSection | None:
    """A section of the portfolio. column: what names it, `id` or `slug`."""
    return await uow.one(store.SECTION_BY.at(column), eportfolio_id=portfolio_id, value=value)


async def section_named(uow: UnitOfWork, portfolio_id: int, section_id: int | None) -> PortfolioSection:
    """A section of the portfolio by id, or NotFound."""
    section = None if section_id is None else await section_by(uow, portfolio_id, "id", section_id)
    if section is None:
        raise NotFound
    return section


async def first_entry(uow: UnitOfWork, section: PortfolioSection) -> Entry | None:
    return await uow.one(store.FIRST_OF, section_id=section.id)


async def entry_named(uow: UnitOfWork, portfolio_id: int, entry_id: int) -> Entry:
    """An entry of the portfolio by id, or NotFound."""
    entry = await uow.one(store.ENTRY, eportfolio_id=portfolio_id, entry_id=entry_id)
    if entry is None:
        raise NotFound
    return entry


async def entry_at(uow: UnitOfWork, portfolio_id: int, section_slug: str, slug: str) -> Entry | None:
    """The entry that stands at an address."""
    return await uow.one(store.ENTRY_BY_SLUG, eportfolio_id=portfolio_id, section_slug=section_slug, slug=slug)


async def newest_entries(uow: UnitOfWork, granted: Granted[Standing], *, limit: int) -> list[Entry]:
    """The newest entries without their texts; where a link opens some sections alone, only those."""
    standing = granted.subject
    rows = await uow.all(store.NEWEST_OF, eportfolio_id=standing.portfolio_there.id, limit=limit)
    opened = standing.opened
    if standing.portfolio_there.public or opened is None:
        return rows
    return [row for row in rows if opened.covers(row.section_id)]


# --- sections


async def complete(uow: UnitOfWork, portfolio: EPortfolio) -> bool:
    """Whether there is a section, and an entry in the first one (eportfolios.md §1, "Defaults")."""
    found = await uow.one(store.IS_COMPLETE, eportfolio_id=portfolio.id)
    return found is True


async def ensure_defaults(uow: UnitOfWork, portfolio: EPortfolio) -> EPortfolio:
    """Make what is missing of them."""
    if await complete(uow, portfolio):
        return portfolio
    await lay_out(uow, portfolio)
    return await change(uow, portfolio)


async def lay_out(uow: UnitOfWork, portfolio: EPortfolio) -> None:
    """The first entry of the first section, and that section where there is none."""
    section = await uow.one(store.FIRST_SECTION, eportfolio_id=portfolio.id)
    if section is None:
        section = await _add_section(uow, portfolio, FIRST_SECTION)
    await _add_entry(uow, portfolio, section, FIRST_ENTRY, NOTHING_YET, allow_comments=True, show_comments=True)


async def add_section(uow: UnitOfWork, granted: Granted[Standing], name: str | None) -> PortfolioSection:
    """A new section after the others, with one empty entry (eportfolios.md §4.9)."""
    portfolio = granted.subject.portfolio_there
    check_name(name)
    section = await _add_section(uow, portfolio, _or(name, SECTION_NAME))
    await _add_entry(uow, portfolio, section, NEW_ENTRY, None, allow_comments=True, show_comments=True)
    await change(uow, portfolio, **flags(granted.subject, portfolio, title=section.name))
    return section


async def rename_section(
    uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection, name: str | None
) -> PortfolioSection:
    """The address follows the name."""
    portfolio = granted.subject.portfolio_there
    check_name(name)
    name = _or(name, SECTION_NAME)
    if name == section.name:
        return section
    slug = await _section_slug(uow, portfolio.id, section.id, name)
    at = later(uow.now, section.updated_at)
    await uow.update(eportfolio_sections, {"id": section.id}, name=name, slug=slug, updated_at=at)
    await change(uow, portfolio, **flags(granted.subject, portfolio, title=name))
    return msgspec.structs.replace(section, name=name, slug=slug, updated_at=at)


async def remove_section(uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection) -> None:
    """For good, with its entries, their history and comments, and the links that open it alone."""
    portfolio = granted.subject.portfolio_there
    await _remove_below(uow, "section", section.id)
    await uow.run(store.REMOVE_ENTRIES.at("section"), doomed=section.id)
    await uow.run(store.REMOVE_LINKS_OF_SECTION, doomed=section.id)
    await uow.run(store.REMOVE.at(eportfolio_sections), doomed=section.id)
    await uow.run(store.CLOSE_SECTIONS, eportfolio_id=portfolio.id, after=section.position)
    await change(uow, portfolio)


async def reorder_sections(uow: UnitOfWork, granted: Granted[Standing], wanted: Iterable[int]) -> list[tuple[int, int]]:
    """The named sections first, in this order, then the rest as they stood; returns the place of every section (eportfolios.md §4.6)."""
    portfolio = granted.subject.portfolio_there
    sections = await sections_of(uow, portfolio.id)
    order = arranged(wanted, [section.id for section in sections])
    before = {section.id: section.position for section in sections}
    if await _place(uow, eportfolio_sections, order, before):
        await change(uow, portfolio)
    return [(section_id, position) for position, section_id in enumerate(order, 1)]


def arranged(wanted: Iterable[int], there: Sequence[int]) -> list[int]:
    """`there` in a new order: what is wanted first; ids that are not there, or come again, are passed over."""
    known = set(there)
    first = [one for one in dict.fromkeys(wanted) if one in known]
    chosen = set(first)
    return [*first, *(one for one in there if one not in chosen)]


async def place_section(uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection, at: int) -> None:
    """The section at another place among its siblings, from 1; beyond the end is the end."""
    there = [one.id for one in await sections_of(uow, section.eportfolio_id)]
    await reorder_sections(uow, granted, _put_at(there, section.id, at))


def _put_at(there: Sequence[int], one: int, at: int) -> list[int]:
    order = [other for other in there if other != one]
    order.insert(max(at, 1) - 1, one)
    return order


async def _place(uow: UnitOfWork, table: Any, order: Sequence[int], before: dict[int, int]) -> bool:
    moved = [(row_id, position) for position, row_id in enumerate(order, 1) if before[row_id] != position]
    for row_id, position in moved:
        await uow.update(table, {"id": row_id}, position=position)
    return bool(moved)


async def _add_section(uow: UnitOfWork, portfolio: EPortfolio, name: str) -> PortfolioSection:
    now = whole_seconds(uow.now)
    values: dict[str, Any] = {
        "eportfolio_id": portfolio.id,
        "name": name,
        "slug": await _section_slug(uow, portfolio.id, NONE_YET, name),
        "position": (await uow.one(store.LAST_SECTION, eportfolio_id=portfolio.id) or 0) + 1,
        "created_at": now,
        "updated_at": now,
    }
    return PortfolioSection(id=await uow.insert(eportfolio_sections, **values), **values)


async def _section_slug(uow: UnitOfWork, portfolio_id: int, section_id: int, name: str) -> str:
    taken = await uow.all(store.SECTION_SLUGS, eportfolio_id=portfolio_id, but=section_id)
    return free_slug(name, RESERVED.union(taken))


def free_slug(name: str, taken: Iterable[str]) -> str:
    """The address of a name: its slug, or the first of `slug_2`, `slug_3`, … that nobody holds; four random characters where nothing of
    the name can stand in an address (eportfolios.md §1, "Slugs")."""
    held = set(taken)
    wanted = slugify(name)[:LONGEST_NAME] or random_text(4).lower()
    slug, number = wanted, 2
    while slug in held:
        suffix = f"_{number}"
        slug, number = wanted[: LONGEST_NAME - len(suffix)] + suffix, number + 1
    return slug


def _or(name: str | None | Absent, default: str) -> str:
    return name if name is not ABSENT and name is not None and name.strip() else default


# --- entries


async def add_entry(uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection, wish: EntryChange) -> Entry:
    """A new entry after the others of its section (eportfolios.md §4.12)."""
    portfolio = granted.subject.portfolio_there
    check_name(wish.name)
    entry = await _add_entry(
        uow,
        portfolio,
        section,
        _or(wish.name, ENTRY_NAME),
        [NO_CONTENT] if wish.content is ABSENT else wish.content,
        allow_comments=wish.allow_comments is True,
        show_comments=wish.show_comments is True,
    )
    await _saved(uow, granted.subject, entry)
    return entry


async def add_empty_entry(uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection) -> Entry:
    """What an author finds who opens a section without entries (eportfolios.md §4.11)."""
    portfolio = granted.subject.portfolio_there
    entry = await _add_entry(uow, portfolio, section, NEW_ENTRY, None, allow_comments=True, show_comments=True)
    await _saved(uow, granted.subject, entry)
    return entry


async def revise_entry(uow: UnitOfWork, granted: Granted[Standing], entry: Entry, wish: EntryChange) -> Entry:
    """Save an entry as a new version of it; what `wish` does not name stays (eportfolios.md §4.13).

    Raises PageChangedMeanwhile, with both texts, when it was written against another version than the current one.
    """
    check_name(wish.name)
    portfolio = granted.subject.portfolio_there
    section = None
    if wish.section_id is not ABSENT and wish.section_id != entry.section_id:
        section = await section_named(uow, portfolio.id, wish.section_id)
    allow = entry.allow_comments if wish.allow_comments is ABSENT else wish.allow_comments
    show = entry.show_comments if wish.show_comments is ABSENT else wish.show_comments
    wanted = msgspec.structs.replace(
        entry,
        name=entry.name if wish.name is ABSENT else _or(wish.name, ENTRY_NAME),
        content=entry.content if wish.content is ABSENT else wish.content,
        allow_comments=allow,
        show_comments=show and allow,
    )
    if wish.lock_version is not None and wish.lock_version != entry.lock_version:
        raise PageChangedMeanwhile(entry, wanted)
    if section is not None:
        wanted = await _moved(uow, wanted, section)
    elif wanted.name != entry.name:
        wanted = msgspec.structs.replace(wanted, slug=await _entry_slug(uow, entry.section_id, entry.id, wanted.name))
    return await _revised(uow, granted.subject, entry, wanted)


async def place_entry(
    uow: UnitOfWork, granted: Granted[Standing], entry: Entry, section: PortfolioSection, at: int | None = None
) -> Entry:
    """The entry at another place, from 1, of its section or of another one; None is the end. What stands on it stays, so no version is made."""
    portfolio = granted.subject.portfolio_there
    if section.id != entry.section_id:
        entry = await _moved(uow, entry, section)
        values = {name: getattr(entry, name) for name in ("section_id", "slug", "position")}
        await uow.update(eportfolio_entries, {"id": entry.id}, **values)
    there = {one.id: one.position for one in await places_of(uow, portfolio.id) if one.section_id == section.id}
    order = _put_at(list(there), entry.id, len(there) if at is None else at)
    await _place(uow, eportfolio_entries, order, there)
    await change(uow, portfolio)
    return msgspec.structs.replace(entry, position=order.index(entry.id) + 1)


async def _moved(uow: UnitOfWork, entry: Entry, section: PortfolioSection) -> Entry:
    """The entry at the end of another section; its address is its own there too."""
    await uow.run(store.CLOSE_ENTRIES, section_id=entry.section_id, after=entry.position)
    return msgspec.structs.replace(
        entry,
        section_id=section.id,
        category_slug=section.slug,
        slug=await _entry_slug(uow, section.id, entry.id, entry.name),
        position=(await uow.one(store.LAST_ENTRY, section_id=section.id) or 0) + 1,
    )


async def _revised(uow: UnitOfWork, standing: Standing, before: Entry, wanted: Entry) -> Entry:
    saved = msgspec.structs.replace(
        wanted, lock_version=before.lock_version + 1, updated_at=later(uow.now, before.updated_at)
    )
    values = {
        name: getattr(saved, name)
        for name in saved.__struct_fields__
        if name != "category_slug" and getattr(saved, name) != getattr(before, name)
    }
    await uow.update(eportfolio_entries, {"id": saved.id}, **values)
    await keep_revision(uow, saved, standing.viewer_id)
    await _saved(uow, standing, saved)
    return saved


async def remove_entry(uow: UnitOfWork, granted: Granted[Standing], entry: Entry) -> None:
    """For good, with its history and comments."""
    await _remove_below(uow, "entry", entry.id)
    await uow.run(store.REMOVE_ENTRIES.at("entry"), doomed=entry.id)
    await uow.run(store.CLOSE_ENTRIES, section_id=entry.section_id, after=entry.position)
    await change(uow, granted.subject.portfolio_there)


async def reorder_entries(
    uow: UnitOfWork, granted: Granted[Standing], section: PortfolioSection, wanted: Iterable[int]
) -> list[tuple[int, int]]:
    """The same as for sections, in one of them; returns the place of every entry of the portfolio (eportfolios.md §4.7)."""
    portfolio = granted.subject.portfolio_there
    places = await places_of(uow, portfolio.id)
    inside = {place.id: place.position for place in places if place.section_id == section.id}
    order = arranged(wanted, list(inside))
    if await _place(uow, eportfolio_entries, order, inside):
        await change(uow, portfolio)
        places = await places_of(uow, portfolio.id)
    return [(place.id, place.position) for place in places]


async def _add_entry(
    uow: UnitOfWork,
    portfolio: EPortfolio,
    section: PortfolioSection,
    name: str,
    content: Content,
    *,
    allow_comments: bool,
    show_comments: bool,
) -> Entry:
    now = whole_seconds(uow.now)
    values: dict[str, Any] = {
        "uid": random_uuid(),
        "eportfolio_id": portfolio.id,
        "section_id": section.id,
        "name": name,
        "slug": await _entry_slug(uow, section.id, NONE_YET, name),
        "position": (await uow.one(store.LAST_ENTRY, section_id=section.id) or 0) + 1,
        "allow_comments": allow_comments,
        "show_comments": allow_comments and show_comments,
        "lock_version": 1,
        "created_at": now,
        "updated_at": now,
        "content": content,
    }
    entry = Entry(id=await uow.insert(eportfolio_entries, **values), category_slug=section.slug, **values)
    await keep_revision(uow, entry, portfolio.user_id)
    return entry


async def _entry_slug(uow: UnitOfWork, section_id: int, entry_id: int, name: str) -> str:
    return free_slug(name, await uow.all(store.ENTRY_SLUGS, section_id=section_id, but=entry_id))


async def _saved(uow: UnitOfWork, standing: Standing, entry: Entry) -> None:
    """Saving an entry touches its portfolio, and may flag it; files that stand on it become artifacts."""
    portfolio = standing.portfolio_there
    await register_files(uow, portfolio.user_id, entry.content)
    found = flags(standing, portfolio, title=entry.name, content=entry.content)
    scored = await weigh(uow, standing, portfolio, entry)
    await change(uow, portfolio, **(found or scored))


async def _remove_below(uow: UnitOfWork, of: str, doomed: int) -> None:
    for table in (eportfolio_comments, eportfolio_revisions, eportfolio_passages, eportfolio_members):
        await uow.run(store.REMOVE_BELOW.at((table, of)), doomed=doomed)


async def take_off_pages(uow: UnitOfWork, owner_id: int, *, item_id: int, file_id: int | None) -> None:
    """Take a collected thing off all pages of its owner, each a new version; what it belonged to without a block, too.

    Takes the locks of all portfolios of the owner. Nobody's right to change a page is asked: a thing that is gone stands nowhere.
    """
    portfolios = {one.id: one for one in await uow.all(store.LOCK_PORTFOLIOS_OF, owner_id=owner_id)}
    for entry in await uow.all(store.ENTRIES_PLACING, owner_id=owner_id):
        left = without(entry.content, item_id=item_id, file_id=file_id)
        if left == entry.content:
            continue
        at = later(uow.now, entry.updated_at)
        saved = msgspec.structs.replace(entry, content=left, lock_version=entry.lock_version + 1, updated_at=at)
        await uow.update(
            eportfolio_entries, {"id": entry.id}, content=left, lock_version=saved.lock_version, updated_at=at
        )
        await keep_revision(uow, saved, owner_id)
        portfolios[entry.eportfolio_id] = await change(uow, portfolios[entry.eportfolio_id])
    await uow.run(store.REMOVE_MEMBER, item_id=item_id)


# --- history


async def revisions_of(
    uow: UnitOfWork, granted: Granted[Standing], entry: Entry, *, limit: int, offset: int
) -> list[EntryRevision]:
    """The versions of an entry, newest first. As no number is ever missing, `lock_version` is how many there are."""
    return await uow.all(store.REVISIONS_OF, entry_id=entry.id, newest=entry.lock_version - offset, limit=limit)


async def revision_named(uow: UnitOfWork, granted: Granted[Standing], entry: Entry, number: int) -> EntryRevision:
    """One version of an entry, or NotFound."""
    revision = await uow.one(store.REVISION, entry_id=entry.id, number=number)
    if revision is None:
        raise NotFound
    return revision


async def restore_revision(uow: UnitOfWork, granted: Granted[Standing], entry: Entry, revision: EntryRevision) -> Entry:
    """Name and content of an earlier version, as a new one."""
    return await revise_entry(uow, granted, entry, EntryChange(name=revision.name, content=revision.content))


async def keep_revision(uow: UnitOfWork, entry: Entry, user_id: int | None) -> None:
    await uow.add(
        eportfolio_revisions,
        entry_id=entry.id,
        number=entry.lock_version,
        name=entry.name,
        user_id=user_id,
        created_at=entry.updated_at,
        content=entry.content,
    )


# --- comments


async def comments_of(uow: UnitOfWork, entry: Entry, *, limit: int) -> list[PageComment]:
    """What was said about an entry, newest first."""
    return await uow.all(store.COMMENTS_OF, entry_id=entry.id, limit=limit)


async def add_comment(uow: UnitOfWork, granted: Granted[Standing], entry: Entry, message: str | None) -> PageComment:
    """Say something about an entry that allows it; plain text."""
    text = (message or "").strip()
    if not text:
        raise Invalid(FieldError("message", "can't be blank", "blank"))
    if len(text) > LONGEST_COMMENT:
        raise Invalid(too_long("message", LONGEST_COMMENT))
    values: dict[str, Any] = {
        "entry_id": entry.id,
        "user_id": granted.subject.viewer_id,
        "message": text,
        "created_at": whole_seconds(uow.now),
    }
    return PageComment(id=await uow.insert(eportfolio_comments, uid=random_uuid(), **values), **values)


async def remove_comment(uow: UnitOfWork, granted: Granted[Standing], entry: Entry, comment_id: int) -> PageComment:
    """Take a comment away for good; returns what it was. NotFound where the entry has no such comment."""
    comment = await uow.one(store.COMMENT_OF, entry_id=entry.id, comment_id=comment_id)
    if comment is None:
        raise NotFound
    await uow.run(store.REMOVE.at(eportfolio_comments), doomed=comment.id)
    return comment
