"""What happens to pages: they are created, revised, published, made the front page, copied, reverted, deleted.

Every verb is one complete change and asks for proof (`Granted`) that the caller may. Slugs, counts and the front page change under the
wiki's lock; revisions of a page under the page's. The order is always wiki first.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from quadrangle.courses import standing_in
from quadrangle.db import UnitOfWork
from quadrangle.groups import group_standing
from quadrangle.jobs import enqueue
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.html import sanitise, sanitise_tree
from quadrangle.kernel.ids import Ref, parse_number
from quadrangle.kernel.params import ABSENT
from quadrangle.kernel.slug import slugify
from quadrangle.kernel.text import fold, like, sort_key
from quadrangle.pages import rules, store
from quadrangle.pages.access import UPDATE, Wiki, may
from quadrangle.pages.model import (
    ACTIVE,
    DELETED,
    UNPUBLISHED,
    DeletedPageStays,
    Page,
    PageChange,
    PageLock,
    PageNotFound,
    PageSavedMeanwhile,
    PageWithTexts,
    PageWithVersions,
    Revision,
    RevisionWithText,
    wrong,
)
from quadrangle.pages.store import NewsOfPage, WikiRow
from quadrangle.pages.tables import page_slugs, pages, wikis

TELLING_BEGINS: Final = timedelta(minutes=30)
PUBLISH_PAGE: Final = "publish_page"
NO_PAGE: Final = 0  # as the id of the page that a new slug belongs to: it holds none yet


# --- finding


async def find_page(uow: UnitOfWork, wiki: Wiki, reference: str) -> Page | None:
    """The page `:url_or_id` names, None when there is none. Source: pages.md §2.4."""
    page: Page | None = await _find(uow, wiki, reference, store.PAGE)
    return page


async def _find(uow: UnitOfWork, wiki: Wiki, reference: str, lookup: store.Lookup, **more: Any) -> Any:
    """The page `:url_or_id` names, None when there is none. Source: pages.md §2.4.

    `page_id:<n>` finds deleted pages too (they are then refused, not missed); a slug beats an id; old slugs count while
    permanent_page_links is on, and one that belongs to a deleted page leads nowhere.
    """
    context: dict[str, Any] = {"context_type": wiki.context_type, "context_id": wiki.context_id}
    if (digits := explicit_id(reference)) is not None:
        number = parse_number(digits)
        return None if number is None else await uow.one(lookup.by_id, **context, page_id=number, **more)
    by_slug = lookup.by_slug if wiki.setting("permanent_page_links") else lookup.by_current_slug
    found = await uow.one(by_slug, **context, sent=reference, slug=slugify(reference), **more)
    if found is not None:
        return None if found.deleted else found
    if not reference.isascii() or not reference.isdigit() or (number := parse_number(reference)) is None:
        return None
    by_id = await uow.one(lookup.by_id, **context, page_id=number, **more)
    return None if by_id is None or by_id.deleted else by_id


def explicit_id(reference: str) -> str | None:
    """The digits of `page_id:<digits>`, None for any other reference."""
    prefix, _, digits = reference.partition(":")
    return digits if prefix == "page_id" and digits.isascii() and digits.isdigit() else None


async def page_named(uow: UnitOfWork, wiki: Wiki, reference: str) -> Page:
    """The same, or PageNotFound."""
    page = await find_page(uow, wiki, reference)
    if page is None:
        raise PageNotFound
    return page


async def front_page(uow: UnitOfWork, wiki: Wiki) -> Page | None:
    return await uow.one(store.FRONT_PAGE, context_type=wiki.context_type, context_id=wiki.context_id)


async def lock(uow: UnitOfWork, wiki: Wiki) -> WikiRow:
    """Take the wiki's lock before its pages are read for a change."""
    return await store.lock_wiki(uow, wiki.context_type, wiki.context_id)


async def list_pages(
    uow: UnitOfWork,
    granted: Granted[Wiki],
    *,
    limit: int,
    offset: int,
    sort: str | None = None,
    descending: bool = False,
    published: bool | None = None,
    search: str | None = None,
    with_body: bool = False,
) -> tuple[list[Any], int]:
    """Pages the caller may see, and how many match. Callers who see only published pages get none of the others.

    published: None for both. Source: pages.md §4.2.
    """
    wiki = granted.subject
    if not wiki.sees_unpublished:
        if published is False:
            return [], 0
        published = True
    key = store.ListKey(sort, descending, published, search is not None, with_body)
    binds: dict[str, Any] = {"context_type": wiki.context_type, "context_id": wiki.context_id}
    if published is not None:
        binds["now"] = wiki.now
    if search is not None:
        binds["pattern"] = like(fold(search))
    lists: Any = store.LIST_WITH_BODY if with_body else store.LIST
    rows: list[Any] = await uow.all(lists.at(key), **binds, limit=limit, offset=offset)
    if rows or offset == 0:
        return rows, rows[0].total if rows else 0
    return [], await uow.one(store.COUNT.at(key), **binds) or 0


async def deleted_pages(
    uow: UnitOfWork, granted: Granted[Wiki], *, limit: int, offset: int, search: str | None = None
) -> tuple[list[Any], int]:
    """Pages that can be taken back, those deleted last first, and how many there are."""
    wiki = granted.subject
    key = store.ListKey("updated_at", True, None, search is not None, False, deleted=True)
    binds: dict[str, Any] = {"context_type": wiki.context_type, "context_id": wiki.context_id}
    if search is not None:
        binds["pattern"] = like(fold(search))
    rows: list[Any] = await uow.all(store.LIST.at(key), **binds, limit=limit, offset=offset)
    return rows, rows[0].total if rows else 0


async def changed_lately(uow: UnitOfWork, wikis: Collection[Granted[Wiki]], *, limit: int) -> list[NewsOfPage]:
    """The published pages of some courses that changed last; one statement, none for no courses."""
    ids = sorted(granted.subject.context_id for granted in wikis)
    return await uow.all(store.CHANGED_LATELY, course_ids=ids, now=uow.now, limit=limit) if ids else []


async def page_with_versions(
    uow: UnitOfWork, wiki: Wiki, reference: str, *, limit: int, offset: int
) -> PageWithVersions:
    """A page and its versions from the newest but `offset` downwards, without text; or PageNotFound. One statement."""
    page: PageWithVersions | None = await _find(
        uow, wiki, reference, store.PAGE_WITH_VERSIONS, skip=offset, limit=limit
    )
    if page is None:
        raise PageNotFound
    return page


async def page_with_texts(
    uow: UnitOfWork, wiki: Wiki, reference: str, *, limit: int, offset: int, older: int, newer: int
) -> PageWithTexts:
    """The same with the texts of two versions; where there are none of these numbers, the newest and what came before it."""
    page: PageWithTexts | None = await _find(
        uow, wiki, reference, store.PAGE_WITH_TEXTS, skip=offset, limit=limit, older=older, newer=newer
    )
    if page is None:
        raise PageNotFound
    return page


def texts_of(page: Granted[PageWithTexts]) -> tuple[RevisionWithText, RevisionWithText]:
    """The older and the newer of those that came with the page; twice the same where there is but one."""
    found = sorted(page.subject.texts, key=lambda one: one.number)
    return found[0], found[-1]


def versions_of(page: Granted[PageWithVersions]) -> list[Revision]:
    """What came with the page of its history, newest first, for whoever may see it."""
    return sorted(page.subject.versions, key=lambda one: -one.number)


async def revision_of(uow: UnitOfWork, page: Page, number: int) -> RevisionWithText:
    """One version of a page with its text, or NotFound."""
    if number > page.latest_revision:
        raise NotFound
    found = await uow.one(store.REVISION, page_id=page.id, number=number)
    if found is None:
        raise NotFound
    return found


async def title_taken(uow: UnitOfWork, wiki: Granted[Wiki], title: str) -> bool:
    """Whether a live page has exactly this title (pages.md §11)."""
    subject = wiki.subject
    found = await uow.one(
        store.TITLE_TAKEN, context_type=subject.context_type, context_id=subject.context_id, title=title
    )
    return found is not None


# --- creating


async def create_page(
    uow: UnitOfWork, granted: Granted[Wiki], change: PageChange, *, initial: str | None = None
) -> Page:
    """Write a new page with its first revision.

    initial: the state it has when `change` says nothing; as pages.md §4.3 decides if not given. Raises Invalid, and FieldsRefused for
    fields this caller may not set.
    """
    wiki = granted.subject
    row = await lock(uow, wiki)
    initial = initial or (UNPUBLISHED if wiki.publishes else ACTIVE)
    rules.check_roles(change)
    if not wiki.full_update:
        rules.check_fields(
            change,
            active=initial == ACTIVE,
            roles=wiki.default_roles,
            is_front=False,
            title=None,
            may_retitle=True,
        )
        change = msgspec.structs.replace(change, publish_at=ABSENT, notify=False)
    change = _seconds(change)
    state = rules.first_state(change, initial=initial, scheduling=_scheduling(wiki), now=uow.now)
    rules.check_front_page(change, state, is_front=False)
    rules.check_title(None if change.title is ABSENT else change.title)
    rules.check_body(change.body)
    blocks = _blocks(wiki, change)
    return await _add_page(
        uow,
        wiki,
        row,
        str(change.title),
        front=change.front_page is True,
        body=_body(change, blocks),
        workflow_state=state.workflow_state,
        editing_roles=_roles(change, wiki),
        user_id=wiki.user_id,
        editor="block_editor" if blocks is not None else "rce",
        blocks=blocks,
        publish_at=state.publish_at,
        publishes_at=state.publishes_at,
        todo_date=_todo(change, wiki),
    )


async def duplicate_page(uow: UnitOfWork, granted: Granted[Wiki], page: Page) -> Page:
    """A copy of a page, unpublished, with one revision and its original's last editor (pages.md §4.7)."""
    if page.deleted:
        raise DeletedPageStays
    wiki = granted.subject
    row = await lock(uow, wiki)
    stem = like(fold(rules.copy_stem(page.title)))
    pattern = re.sub("[ -]", "_", stem)  # a title with hyphens is the same as one with blanks (pages.md §4.7)
    held = await uow.all(store.TITLES_LIKE, wiki_id=row.id, pattern=pattern)
    return await _add_page(
        uow,
        wiki,
        row,
        rules.copy_title(page.title, held),
        body=page.body,
        workflow_state=UNPUBLISHED,
        editing_roles=page.editing_roles,
        user_id=page.user_id,
        editor=page.editor,
        blocks=page.blocks,
        todo_date=page.todo_date,
    )


async def _add_page(
    uow: UnitOfWork, wiki: Wiki, row: WikiRow, title: str, *, front: bool = False, **values: Any
) -> Page:
    """A new page under a free address, with its first revision, counted in its wiki, whose lock is held. values: its other columns."""
    title, url = await _address(uow, wiki, row.id, NO_PAGE, title)
    now = whole_seconds(uow.now)
    page_id = await uow.insert(
        pages,
        wiki_id=row.id,
        title=title,
        title_key=sort_key(title),
        title_folded=fold(title),
        url=url,
        latest_revision=1,
        created_at=now,
        revised_at=now,
        row_updated_at=uow.now,
        **values,
    )
    await uow.add(page_slugs, wiki_id=row.id, slug=url, page_id=page_id)
    await uow.update(
        wikis,
        {"id": row.id},
        pages_count=row.pages_count + 1,
        front_page_id=page_id if front else row.front_page_id,
    )
    page = await _again(uow, wiki, page_id)
    await store.add_revision(uow, page, 1, now)
    await _schedule(uow, page)
    return page


# --- changing


async def change_page(
    uow: UnitOfWork, wiki: Wiki, granted: Granted[Page], change: PageChange, *, begun_from: int | None = None
) -> Page:
    """Change what `change` names of a page; the rest stays. The caller is its last editor afterwards, even if nothing else changed.

    begun_from: the version that the caller had before them; None where they do not mind what they overwrite. Raises Invalid, FieldsRefused
    for fields this caller may not change, and PageSavedMeanwhile. Source: pages.md §4.5, §6, §7, §10.
    """
    row = await lock(uow, wiki) if touches_wiki(change) else None
    page = await _locked(uow, wiki, granted.subject)
    if begun_from is not None and begun_from != page.latest_revision:
        await _refuse_to_overwrite(uow, page, change, begun_from)
    rules.check_roles(change)
    if not wiki.full_update:
        rules.check_fields(
            change,
            active=page.active(uow.now),
            roles=_shown_roles(page, wiki),
            is_front=page.is_front,
            title=page.title,
            may_retitle=may(wiki, UPDATE, page),
        )
        change = msgspec.structs.replace(change, publish_at=ABSENT, notify=False)
        if not may(wiki, UPDATE, page):
            change = PageChange(body=change.body, blocks=change.blocks)
    change = _seconds(change)
    state = rules.next_state(page, change, scheduling=_scheduling(wiki), now=uow.now)
    rules.check_front_page(change, state, is_front=page.is_front)
    if change.title is not ABSENT:
        rules.check_title(change.title)
    rules.check_body(change.body)
    title, url = page.title, page.url
    if change.title is not ABSENT and change.title != page.title:
        title, url = await _address(uow, wiki, page.wiki_id, page.id, str(change.title))
    blocks = _blocks(wiki, change)
    body = page.body if change.body is ABSENT and blocks is None else _body(change, blocks)
    changed = msgspec.structs.replace(
        page,
        title=title,
        url=url,
        body=body,
        workflow_state=state.workflow_state,
        publish_at=state.publish_at,
        publishes_at=state.publishes_at,
        editing_roles=page.editing_roles if change.editing_roles is ABSENT else _roles(change, wiki),
        todo_date=page.todo_date if change.todo_date is ABSENT else _todo(change, wiki, page.todo_date),
        editor="block_editor" if blocks is not None else page.editor,
        blocks=page.blocks if blocks is None else blocks,
        user_id=wiki.user_id,
    )
    saved = await _save(uow, wiki, page, changed)
    if change.front_page is not ABSENT and row is not None:
        front_id = await _set_front_page(uow, row, page.id, front=change.front_page)
        saved = msgspec.structs.replace(saved, front_page_id=front_id)
    turned_active = saved.active(uow.now) and not page.active(uow.now)
    if turned_active or (change.notify and saved.latest_revision > 1):
        await _tell(uow, wiki, saved)
    return saved


async def revert_page(uow: UnitOfWork, wiki: Wiki, granted: Granted[Page], to: RevisionWithText) -> Page:
    """Bring back title, address and text of an earlier version as a new one; nothing else of the page moves (pages.md §4.9)."""
    await lock(uow, wiki)
    page = await _locked(uow, wiki, granted.subject)
    title, url = page.title, page.url
    if to.title != page.title:
        title, url = await _address(uow, wiki, page.wiki_id, page.id, to.title)
    changed = msgspec.structs.replace(page, title=title, url=url, body=to.body, user_id=wiki.user_id)
    return await _save(uow, wiki, page, changed)


async def _refuse_to_overwrite(uow: UnitOfWork, page: Page, change: PageChange, begun_from: int) -> None:
    """Raises PageSavedMeanwhile where a text would be lost from sight. A version may also come of a date, and the same text may be sent
    twice: then nothing would be."""
    if 0 < begun_from < page.latest_revision:
        before = await uow.one(store.REVISION, page_id=page.id, number=begun_from)
        if before is not None and (before.title, before.body) == (page.title, page.body):
            return
    same_title = change.title is ABSENT or change.title == page.title
    same_body = change.body is ABSENT or _body(change, None) == page.body
    if not (same_title and same_body):
        raise PageSavedMeanwhile


async def delete_page(uow: UnitOfWork, wiki: Wiki, granted: Granted[Page]) -> Page:
    """Take a page out of sight; its text, history and slugs stay. The front page cannot be deleted."""
    row = await lock(uow, wiki)
    page = await _locked(uow, wiki, granted.subject)
    if row.front_page_id == page.id:
        raise Invalid(wrong("front_page", "The front page cannot be deleted"))
    moved = await uow.update(
        pages,
        {"id": page.id, "workflow_state": page.workflow_state},
        workflow_state=DELETED,
        publishes_at=None,
        row_updated_at=uow.now,
    )
    if not moved:
        raise PageNotFound
    await uow.update(wikis, {"id": row.id}, pages_count=row.pages_count - 1)
    return msgspec.structs.replace(page, workflow_state=DELETED, publishes_at=None)


async def take_back_page(uow: UnitOfWork, wiki: Wiki, granted: Granted[Page], *, published: bool) -> Page:
    """Bring a deleted page back as a new version of it, under its own address while that is free (pages.md §2.3).

    published: as it was before; it counts for whoever may publish. What was to be published later still will be.
    """
    row = await lock(uow, wiki)
    await uow.one(store.LOCK_PAGE, page_id=granted.subject.id)
    page = await _again(uow, wiki, granted.subject.id)
    if not page.deleted:
        return page  # sent twice
    state = rules.state_again(
        page.publish_at, published=published and wiki.full_update, scheduling=_scheduling(wiki), now=uow.now
    )
    title, url = await _address(uow, wiki, row.id, page.id, page.title)
    number = page.latest_revision + 1
    retitled = {} if title == page.title else {"title_key": sort_key(title), "title_folded": fold(title)}
    await uow.update(
        pages,
        {"id": page.id, "workflow_state": DELETED},
        workflow_state=state.workflow_state,
        publishes_at=state.publishes_at,
        title=title,
        url=url,
        user_id=wiki.user_id,
        latest_revision=number,
        row_updated_at=uow.now,
        **retitled,
    )
    await uow.run(store.KEEP_SLUG, wiki_id=page.wiki_id, slug=url, page_id=page.id)
    await uow.update(wikis, {"id": row.id}, pages_count=row.pages_count + 1)
    back = await _again(uow, wiki, page.id)
    await store.add_revision(uow, back, number, back.revised_at)
    await _schedule(uow, back)
    return back


async def _schedule(uow: UnitOfWork, page: Page) -> None:
    """Come back to a page when it is due to be published. It counts as published from that moment by itself; its participants are told then."""
    if page.publishes_at is not None:
        await enqueue(uow, PUBLISH_PAGE, due_at=page.publishes_at, page_id=page.id)


async def publish_due(uow: UnitOfWork, page_id: int) -> bool:
    """Publish a page whose moment has come, and tell of it; false when it was published, moved or deleted meanwhile (pages.md §7)."""
    place = await uow.one(store.DUE_PAGE, page_id=page_id, now=uow.now)
    if place is None:
        return False
    moved = await uow.update(
        pages, {"id": page_id, "workflow_state": UNPUBLISHED}, workflow_state=ACTIVE, publishes_at=None
    )
    ref = Ref("id", str(place.context_id))
    context = await (standing_in if place.context_type == "Course" else group_standing)(uow, ref, None)
    if not moved or context is None:
        return bool(moved)
    wiki = Wiki(context, {}, uow.now)
    await _tell(uow, wiki, await _again(uow, wiki, page_id))
    return True


async def set_locks(uow: UnitOfWork, context_type: str, context_id: int, held: dict[int, list[PageLock]]) -> None:
    """Write beside the pages of a wiki what its modules say of them; pages that stand in none lose what stood there."""
    before = await uow.all(store.LOCKED_PAGES, context_type=context_type, context_id=context_id)
    wanted = {page_id: msgspec.to_builtins(locks) for page_id, locks in held.items()}
    for page in before:
        if page.id not in wanted:
            await uow.update(pages, {"id": page.id}, locks=None)
        elif page.locks == wanted[page.id]:
            del wanted[page.id]
    for page_id, locks in wanted.items():
        await uow.update(pages, {"id": page_id}, locks=locks)


def touches_wiki(change: PageChange) -> bool:
    """Whether a change may move an address or the front page, and so needs the wiki's lock beside the page's."""
    return any(value is not ABSENT for value in (change.title, change.published, change.front_page, change.publish_at))


# --- the parts of the verbs


async def _locked(uow: UnitOfWork, wiki: Wiki, page: Page) -> Page:
    """The page as it is now that nobody else can change it."""
    await uow.one(store.LOCK_PAGE, page_id=page.id)
    fresh = await _again(uow, wiki, page.id)
    if fresh.deleted:
        raise PageNotFound
    return fresh


async def _again(uow: UnitOfWork, wiki: Wiki, page_id: int) -> Page:
    page: Page | None = await uow.one(
        store.PAGE.by_id, context_type=wiki.context_type, context_id=wiki.context_id, page_id=page_id
    )
    assert page is not None
    return page


async def _address(uow: UnitOfWork, wiki: Wiki, wiki_id: int, page_id: int, title: str) -> tuple[str, str]:
    """The title and slug a page can have: never those of another page (pages.md §2.2, §2.3)."""
    wanted = slugify(title)
    permanent = wiki.setting("permanent_page_links")
    statement = store.HELD_SLUGS if permanent else store.HELD_CURRENT_SLUGS
    # Slugs compare by code point, and "." comes right after "-": from `wanted` to there stand it and its numbered sisters.
    held = await uow.all(statement, wiki_id=wiki_id, page_id=page_id, slug=wanted, end=f"{wanted}.")
    if not permanent:
        title = rules.free_title(title, held)
        return title, slugify(title)
    return title, rules.free_slug(wanted, held)


async def _save(uow: UnitOfWork, wiki: Wiki, page: Page, changed: Page) -> Page:
    """Write a changed page, and a revision of it where its history says something new (pages.md §10)."""
    text_changed = changed.title != page.title or changed.body != page.body or changed.blocks != page.blocks
    number = page.latest_revision
    if text_changed or changed.publish_at != page.publish_at or changed.todo_date != page.todo_date:
        number += 1
    revised_at = page.revised_at
    if text_changed:
        revised_at = max(whole_seconds(uow.now), page.revised_at + timedelta(seconds=1))
    values: dict[str, Any] = {
        name: getattr(changed, name)
        for name in ("workflow_state", "publish_at", "publishes_at", "editing_roles", "todo_date", "user_id")
        if getattr(changed, name) != getattr(page, name)
    }
    if changed.title != page.title:
        values |= {"title": changed.title, "title_key": sort_key(changed.title), "title_folded": fold(changed.title)}
        values["url"] = changed.url
    if text_changed:
        values |= {"body": changed.body, "blocks": changed.blocks, "editor": changed.editor}
    await uow.update(
        pages, {"id": page.id}, **values, latest_revision=number, revised_at=revised_at, row_updated_at=uow.now
    )
    if changed.url != page.url:
        await uow.run(store.KEEP_SLUG, wiki_id=page.wiki_id, slug=changed.url, page_id=page.id)
    saved = await _again(uow, wiki, page.id)
    if saved.publishes_at != page.publishes_at:
        await _schedule(uow, saved)
    if number != page.latest_revision:
        await store.add_revision(uow, saved, number, revised_at)
    return saved


async def _set_front_page(uow: UnitOfWork, row: WikiRow, page_id: int, *, front: bool) -> int | None:
    """Make a page the front page, or no longer; returns the id of the front page there is then."""
    if front and row.front_page_id != page_id:
        await uow.update(wikis, {"id": row.id}, front_page_id=page_id)
    elif not front and row.front_page_id == page_id:
        await uow.update(wikis, {"id": row.id, "front_page_id": page_id}, front_page_id=None)
        return None
    return page_id if front else row.front_page_id


async def _tell(uow: UnitOfWork, wiki: Wiki, page: Page) -> None:
    """ "Updated Wiki Page" to the participants of a running context, for pages that have been there for a while (pages.md §10)."""
    if page.created_at > uow.now - TELLING_BEGINS or not wiki.runs:
        return
    if not wiki.in_course:
        statement = store.TELL_GROUP
    else:
        statement = store.TELL_COURSE if page.active(uow.now) else store.TELL_STAFF
    folder = "courses" if wiki.in_course else "groups"
    await uow.run(
        statement,
        context_id=wiki.context_id,
        subject=f"Updated Wiki Page: {page.title}",
        body=f"The page “{page.title}” has been updated.",
        path=f"/{folder}/{wiki.context_id}/pages/{page.url}",
        now=uow.now,
    )


def _scheduling(wiki: Wiki) -> bool:
    return bool(wiki.setting("scheduled_page_publication"))


def _seconds(change: PageChange) -> PageChange:
    """Moments are kept in whole seconds, as they are shown: sending a shown one back is no change."""

    def cut(moment: Any) -> Any:
        return whole_seconds(moment) if isinstance(moment, datetime) else moment

    return msgspec.structs.replace(change, publish_at=cut(change.publish_at), todo_date=cut(change.todo_date))


def _blocks(wiki: Wiki, change: PageChange) -> dict[str, Any] | None:
    if change.blocks is ABSENT or not wiki.setting("block_editor"):
        return None
    kept = {name: change.blocks[name] for name in ("time", "version", "blocks") if name in change.blocks}
    cleaned: dict[str, Any] = sanitise_tree(kept)
    return cleaned


def _body(change: PageChange, blocks: dict[str, Any] | None) -> str | None:
    if isinstance(change.body, str):
        return sanitise(change.body)
    return "" if blocks is not None else None


def _roles(change: PageChange, wiki: Wiki) -> str | None:
    """The roles as stored: in the order they were sent, blanks trimmed."""
    sent = change.editing_roles
    if sent is ABSENT or sent is None:
        return wiki.default_roles
    return ",".join(dict.fromkeys(word.strip() for word in sent.split(",") if word.strip()))


def _shown_roles(page: Page, wiki: Wiki) -> str:
    return wiki.default_roles if page.editing_roles is None else page.editing_roles


def _todo(change: PageChange, wiki: Wiki, current: datetime | None = None) -> datetime | None:
    if change.todo_date is ABSENT or not wiki.edits_content:
        return current
    return change.todo_date
