"""Everything asked of the database about wikis, pages and revisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Select, Text, and_, bindparam, case, func, insert, literal, or_, select
from sqlalchemy.dialects import postgresql

from quadrangle.courses import enrollments
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.groups import group_memberships
from quadrangle.kernel.text import contains
from quadrangle.pages.model import (
    ListedRevision,
    ListedText,
    Page,
    PageSummary,
    PageWithTexts,
    PageWithVersions,
    RevisionWithText,
)
from quadrangle.pages.tables import page_revisions, page_slugs, pages, wikis
from quadrangle.people import notices, users

_EDITOR = (
    users.c.short_name.label("editor_name"),
    users.c.pronouns.label("editor_pronouns"),
    users.c.avatar_url.label("editor_avatar"),
)
_OWN = [pages.c[name] for name in PageSummary.__struct_fields__ if name in pages.c]
_SUMMARY = [*_OWN, wikis.c.front_page_id, *_EDITOR]
_WHOLE = [*_SUMMARY, pages.c.body, pages.c.blocks]
_IN_WIKI = (
    wikis.c.context_type == bindparam("context_type"),
    wikis.c.context_id == bindparam("context_id", type_=BigId),
)


def _from_pages(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(pages)
        .join(wikis, wikis.c.id == pages.c.wiki_id)
        .outerjoin(users, users.c.id == pages.c.user_id)
    )


# --- one page


class Lookup(NamedTuple):
    """The ways one page is found, each giving the same columns. Hot.

    by_slug: the page a slug leads to, current slugs before old ones, the text as sent before its slugified form. Deleted pages are found too: a
    slug that was theirs leads nowhere else. Indexes: uq_wikis_…, primary key of page_slugs. by_current_slug: the same where old slugs do
    not count (permanent_page_links off). Index: uq_pages_url. by_id: a page of this wiki, deleted ones included. Index: primary key.
    """

    by_slug: Statement[Any]
    by_current_slug: Statement[Any]
    by_id: Statement[Any]


def _lookup(columns: Sequence[Any], into: type[Any], *, keep: bool) -> Lookup:
    one = _from_pages(*columns).where(*_IN_WIKI)
    by_slug = (
        one.join(page_slugs, and_(page_slugs.c.page_id == pages.c.id, page_slugs.c.wiki_id == wikis.c.id))
        .where(page_slugs.c.slug.in_((bindparam("sent"), bindparam("slug"))))
        .order_by(
            (pages.c.workflow_state == "deleted"),
            (page_slugs.c.slug != pages.c.url),
            (page_slugs.c.slug != bindparam("sent")),
            pages.c.id,
        )
        .limit(1)
    )
    by_current_slug = (
        one.where(pages.c.url.in_((bindparam("sent"), bindparam("slug"))), pages.c.workflow_state != "deleted")
        .order_by((pages.c.url != bindparam("sent")), pages.c.id)
        .limit(1)
    )
    by_id = one.where(pages.c.id == bindparam("page_id", type_=BigId))
    return Lookup(*(Statement(found, into=into, keep=keep) for found in (by_slug, by_current_slug, by_id)))


PAGE = _lookup(_WHOLE, Page, keep=True)

_reviser = users.alias("reviser")

# The versions of a page from the newest but `skip` downwards. Numbers have no gaps. Index: primary key of page_revisions.
_VERSIONS = collect(
    select(
        page_revisions.c.number,
        page_revisions.c.revised_at,
        page_revisions.c.user_id,
        _reviser.c.short_name,
        _reviser.c.pronouns,
        _reviser.c.avatar_url,
    )
    .select_from(page_revisions)
    .outerjoin(_reviser, _reviser.c.id == page_revisions.c.user_id)
    .where(
        page_revisions.c.page_id == pages.c.id,
        page_revisions.c.number <= pages.c.latest_revision - bindparam("skip", type_=BigId),
        page_revisions.c.number
        > pages.c.latest_revision - bindparam("skip", type_=BigId) - bindparam("limit", type_=BigId),
    )
    .correlate(pages),
    ListedRevision,
).label("versions")

PAGE_WITH_VERSIONS = _lookup([*_SUMMARY, _VERSIONS], PageWithVersions, keep=False)


def _asked_or(name: str, otherwise: Any) -> Any:
    """The number of a version that is asked for, where there is one."""
    asked = bindparam(name, type_=BigId)
    return case((and_(asked >= 1, asked <= pages.c.latest_revision), asked), else_=otherwise)


# Two versions with their texts: those asked for, else the newest and what came before it. Index: primary key of page_revisions.
_NEWER = _asked_or("newer", pages.c.latest_revision)
_TEXTS = collect(
    select(
        page_revisions.c.number,
        page_revisions.c.revised_at,
        page_revisions.c.user_id,
        _reviser.c.short_name,
        _reviser.c.pronouns,
        _reviser.c.avatar_url,
        page_revisions.c.title,
        page_revisions.c.url,
        page_revisions.c.body,
    )
    .select_from(page_revisions)
    .outerjoin(_reviser, _reviser.c.id == page_revisions.c.user_id)
    .where(
        page_revisions.c.page_id == pages.c.id,
        page_revisions.c.number.in_((_NEWER, _asked_or("older", _NEWER - 1))),
    )
    .correlate(pages),
    ListedText,
).label("texts")
PAGE_WITH_TEXTS = _lookup([*_SUMMARY, _VERSIONS, _TEXTS], PageWithTexts, keep=False)

# The front page. Index: uq_wikis_…, primary key of pages.
FRONT_PAGE = Statement(
    _from_pages(*_WHOLE).where(*_IN_WIKI, pages.c.id == wikis.c.front_page_id, pages.c.workflow_state != "deleted"),
    into=Page,
    keep=True,
)

# --- lists

SORTS: Final = {
    "title": pages.c.title_key,
    "created_at": pages.c.created_at,
    "updated_at": pages.c.row_updated_at,
    "todo_date": pages.c.todo_date,
}


class ListKey(msgspec.Struct, frozen=True):
    """The shape of a list: closed words and switches, never text of a caller."""

    sort: str | None
    descending: bool
    published: bool | None  # None: both
    searching: bool
    with_body: bool
    deleted: bool = False  # the deleted ones instead


class ListRow(PageSummary, frozen=True):
    """A row of the list with the number of all that match."""

    total: int


class ListRowWithBody(Page, frozen=True):
    total: int


def _matching(key: ListKey) -> list[Any]:
    now = bindparam("now", type_=UtcTime)
    due = and_(pages.c.workflow_state == "unpublished", pages.c.publishes_at <= now)
    active = or_(pages.c.workflow_state == "active", due)
    clauses: list[Any] = [pages.c.workflow_state != "deleted"]
    if key.deleted:
        clauses = [pages.c.workflow_state == "deleted"]
    elif key.published is True:
        clauses = [active]
    elif key.published is False:
        not_due = or_(pages.c.publishes_at.is_(None), pages.c.publishes_at > now)
        clauses = [pages.c.workflow_state == "unpublished", not_due]
    if key.searching:
        clauses.append(contains(pages.c.title_folded, bindparam("pattern")))
    return clauses


def _count(key: ListKey) -> Select[Any]:
    return (
        select(func.count())
        .select_from(pages)
        .join(wikis, wikis.c.id == pages.c.wiki_id)
        .where(*_IN_WIKI, *_matching(key))
        .correlate(None)
    )


def _list(key: ListKey) -> Any:
    if key.published is None and not key.searching and not key.deleted:
        total: Any = wikis.c.pages_count
    else:
        total = _count(key).scalar_subquery()
    statement = _from_pages(*(_WHOLE if key.with_body else _SUMMARY), total.label("total"))
    statement = statement.where(*_IN_WIKI, *_matching(key))
    order: list[Any] = [pages.c.id]
    if key.sort is not None:
        order = [SORTS[key.sort], pages.c.id]
    if key.descending:
        order = [column.desc().nulls_first() if column is pages.c.todo_date else column.desc() for column in order]
    elif key.sort == "todo_date":
        order[0] = order[0].nulls_last()
    return statement.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))


# One page of the list, at most 101 rows, with the total beside. Hot. Indexes: one of pages (wiki_id, <sort>, id).
LIST = Dynamic(_list, into=ListRow)
LIST_WITH_BODY = Dynamic(_list, into=ListRowWithBody)
# How many match, for a page past the end, which has no row to carry the number.
COUNT = Dynamic(_count, into=int)


class NewsOfPage(msgspec.Struct, frozen=True):
    """A page that changed lately, and where it stands."""

    context_id: int
    title: str
    url: str
    revised_at: datetime
    editor: str | None


# The published pages of several courses whose words changed last. Indexes: uq_wikis_…, one of pages (wiki_id, row_updated_at, id).
CHANGED_LATELY = Statement(
    select(
        wikis.c.context_id,
        pages.c.title,
        pages.c.url,
        pages.c.revised_at,
        users.c.short_name.label("editor"),
    )
    .select_from(pages)
    .join(wikis, wikis.c.id == pages.c.wiki_id)
    .outerjoin(users, users.c.id == pages.c.user_id)
    .where(
        wikis.c.context_type == "Course",
        any_of(wikis.c.context_id, "course_ids"),
        *_matching(ListKey(None, True, True, False, False)),
    )
    .order_by(pages.c.row_updated_at.desc(), pages.c.id.desc())
    .limit(bindparam("limit")),
    into=NewsOfPage,
)

# --- revisions

_FROM_REVISIONS = (page_revisions.c.number, page_revisions.c.revised_at, page_revisions.c.user_id, *_EDITOR)
_TEXT = (page_revisions.c.title, page_revisions.c.url, page_revisions.c.body)


def _revisions(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(page_revisions)
        .outerjoin(users, users.c.id == page_revisions.c.user_id)
        .where(page_revisions.c.page_id == bindparam("page_id", type_=BigId))
    )


# One version with its text. Index: primary key of page_revisions.
REVISION = Statement(
    _revisions(*_FROM_REVISIONS, *_TEXT).where(page_revisions.c.number == bindparam("number")), into=RevisionWithText
)


# --- for writing


class WikiRow(msgspec.Struct, frozen=True):
    """The wiki's own row."""

    id: int
    front_page_id: int | None
    pages_count: int


# The wiki, locked: slugs, counts and the front page of its pages change under this lock alone.
LOCK_WIKI = Statement(
    select(wikis.c.id, wikis.c.front_page_id, wikis.c.pages_count).where(*_IN_WIKI).with_for_update(), into=WikiRow
)
# Two first pages of one wiki may be written at once; one of them makes the wiki.
_MAKE_WIKI = Statement[None](
    postgresql.insert(wikis)
    .values(
        context_type=bindparam("context_type"),
        context_id=bindparam("context_id", type_=BigId),
        front_page_id=None,
        pages_count=0,
        created_at=bindparam("now", type_=UtcTime),
    )
    .on_conflict_do_nothing()
)
# The page, locked before its newest revision is counted on.
LOCK_PAGE = Statement(
    select(pages.c.id).where(pages.c.id == bindparam("page_id", type_=BigId)).with_for_update(), into=int
)


async def lock_wiki(uow: UnitOfWork, context_type: str, context_id: int) -> WikiRow:
    """The wiki of a course or group, made when it is not there, locked until the unit of work ends."""
    row = await uow.one(LOCK_WIKI, context_type=context_type, context_id=context_id)
    if row is None:
        await uow.run(_MAKE_WIKI, context_type=context_type, context_id=context_id, now=uow.now)
        row = await uow.one(LOCK_WIKI, context_type=context_type, context_id=context_id)
    assert row is not None
    return row


# Slugs held by other pages that begin like this one. Index: primary key of page_slugs.
HELD_SLUGS = Statement(
    select(page_slugs.c.slug)
    .distinct()
    .where(
        page_slugs.c.wiki_id == bindparam("wiki_id", type_=BigId),
        page_slugs.c.page_id != bindparam("page_id", type_=BigId),
        page_slugs.c.slug >= bindparam("slug"),
        page_slugs.c.slug < bindparam("end"),
    ),
    into=str,
)
# The same where only live pages hold a slug (permanent_page_links off). Index: uq_pages_url.
HELD_CURRENT_SLUGS = Statement(
    select(pages.c.url).where(
        pages.c.wiki_id == bindparam("wiki_id", type_=BigId),
        pages.c.id != bindparam("page_id", type_=BigId),
        pages.c.workflow_state != "deleted",
        pages.c.url >= bindparam("slug"),
        pages.c.url < bindparam("end"),
    ),
    into=str,
)
# A slug of a page, unless it has had it before.
KEEP_SLUG = Statement[None](
    postgresql.insert(page_slugs)
    .values(
        wiki_id=bindparam("wiki_id", type_=BigId), slug=bindparam("slug"), page_id=bindparam("page_id", type_=BigId)
    )
    .on_conflict_do_nothing()
)
# Titles of live pages, normalised for duplicates (pages.md §4.7), that begin like the candidate. Index: pages (wiki_id, …).
TITLES_LIKE = Statement(
    select(pages.c.title).where(
        pages.c.wiki_id == bindparam("wiki_id", type_=BigId),
        pages.c.workflow_state != "deleted",
        contains(pages.c.title_folded, bindparam("pattern")),
    ),
    into=str,
)
# Whether a live page has exactly this title.
TITLE_TAKEN = Statement(
    select(literal(1))
    .select_from(pages)
    .join(wikis, wikis.c.id == pages.c.wiki_id)
    .where(*_IN_WIKI, pages.c.title == bindparam("title"), pages.c.workflow_state != "deleted")
    .limit(1),
    into=int,
)


class Locked(msgspec.Struct, frozen=True):
    """A page that modules say something of."""

    id: int
    locks: list[dict[str, Any]]


# The pages of a wiki that stand in modules. Index: pages (wiki_id, id).
LOCKED_PAGES = Statement(
    select(pages.c.id, pages.c.locks)
    .join(wikis, wikis.c.id == pages.c.wiki_id)
    .where(*_IN_WIKI, pages.c.locks.is_not(None)),
    into=Locked,
)


def _tell(members: Select[Any]) -> Statement[None]:
    """One notice to each of `members`, in one statement."""
    told = members.subquery()
    return Statement(
        insert(notices).from_select(
            ["user_id", "kind", "subject", "body", "path", "created_at"],
            select(
                told.c.user_id,
                literal("updated_wiki_page"),
                bindparam("subject", type_=Text),
                bindparam("body", type_=Text),
                bindparam("path", type_=Text),
                bindparam("now", type_=UtcTime),
            ).order_by(told.c.user_id),
        )
    )


class WikiPlace(msgspec.Struct, frozen=True):
    """Whose wiki a page belongs to."""

    context_type: str
    context_id: int


# Where a page stands whose moment to be published has come; it is held, so that nobody moves it meanwhile. Index: primary key.
DUE_PAGE = Statement(
    select(wikis.c.context_type, wikis.c.context_id)
    .join(pages, pages.c.wiki_id == wikis.c.id)
    .where(
        pages.c.id == bindparam("page_id", type_=BigId),
        pages.c.workflow_state == "unpublished",
        pages.c.publishes_at <= bindparam("now", type_=UtcTime),
    )
    .with_for_update(of=pages),
    into=WikiPlace,
)

# "Updated Wiki Page" to everybody active in a course. Index: ix_enrollments_course_id_….
TELL_COURSE = _tell(
    select(enrollments.c.user_id)
    .distinct()
    .where(enrollments.c.course_id == bindparam("context_id", type_=BigId), enrollments.c.workflow_state == "active")
)
# The same to the staff alone.
TELL_STAFF = _tell(
    select(enrollments.c.user_id)
    .distinct()
    .where(
        enrollments.c.course_id == bindparam("context_id", type_=BigId),
        enrollments.c.workflow_state == "active",
        enrollments.c.type.in_(("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment")),
    )
)
# The same to the members of a group. Index: uq_group_memberships_member.
TELL_GROUP = _tell(
    select(group_memberships.c.user_id)
    .distinct()
    .where(
        group_memberships.c.group_id == bindparam("context_id", type_=BigId),
        group_memberships.c.workflow_state == "accepted",
    )
)


async def add_revision(uow: UnitOfWork, page: Page, number: int, revised_at: datetime) -> None:
    """Write down what a page says now as its version `number`."""
    await uow.add(
        page_revisions,
        page_id=page.id,
        number=number,
        title=page.title,
        url=page.url,
        body=page.body,
        user_id=page.user_id,
        revised_at=revised_at,
        created_at=uow.now,
    )
