"""Everything asked of the database about portfolios and their owners."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)

from quadrangle.accounts import (
    ROOT_ID,
    HeldRole,
    Override,
    account_lineage,
    account_users,
    accounts,
    role_overrides,
    roles,
)
from quadrangle.courses import courses, enrollments, own_account_ids
from quadrangle.db import Dynamic, Statement, any_of, collect
from quadrangle.db.schema import BigId, Json, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.files import AVAILABLE, USER, files
from quadrangle.people import logins, users
from quadrangle.portfolios.access import MODERATOR, OwnerFacts, Step
from quadrangle.portfolios.model import (
    ERRORED,
    MOST_COMMENTS,
    TO_BE_ZIPPED,
    ZIPPING,
    Content,
    Entry,
    EntryRevision,
    EntryScore,
    EPortfolio,
    JudgedPortfolio,
    Link,
    OutlinedEntry,
    OutlinedSection,
    PageComment,
    PortfolioSection,
    SaidComment,
    ShelvedPortfolio,
    SiteExport,
    VisitedEntry,
)
from quadrangle.portfolios.tables import (
    eportfolio_comments,
    eportfolio_entries,
    eportfolio_exports,
    eportfolio_links,
    eportfolio_members,
    eportfolio_passages,
    eportfolio_revisions,
    eportfolio_sections,
    eportfolios,
    portfolio_objects,
)

_ID: Final = bindparam("eportfolio_id", type_=BigId)
_VIEWER: Final = bindparam("user_id", type_=BigId)  # the name that the rights of accounts are bound under
_PORTFOLIO: Final = [eportfolios.c[name] for name in EPortfolio.__struct_fields__]

# --- who is before whom


def _owner_facts(owner: ColumnElement[Any]) -> list[Any]:
    """What the access table needs of an owner and a viewer, as columns of one row.

    owner: the id of the owner, as a bind or an uncorrelated sub-select. Indexes: ix_logins_user_id_…, uq_account_users_membership,
    ix_enrollments_user_id_course_id, ix_eportfolios_judged_of, primary key of account_lineage.
    """
    places = select(*(account_lineage.c[name] for name in Step.__struct_fields__)).where(
        account_lineage.c.account_id.in_(own_account_ids(owner))
    )
    held = (
        select(
            account_users.c.role_id,
            roles.c.base_role_type,
            account_users.c.account_id,
            roles.c.account_id.label("owner"),
        )
        .join(roles, roles.c.id == account_users.c.role_id)
        .where(account_users.c.user_id == _VIEWER, account_users.c.workflow_state == "active")
    )
    said = select(*(role_overrides.c[name] for name in Override.__struct_fields__)).where(
        role_overrides.c.permission == MODERATOR,
        role_overrides.c.role_id.in_(
            select(account_users.c.role_id).where(
                account_users.c.user_id == _VIEWER, account_users.c.workflow_state == "active"
            )
        ),
    )
    theirs = eportfolios.alias("theirs")
    place = enrollments.alias("place")
    post = account_users.alias("post")
    test = enrollments.alias("test_place")
    return [
        users.c.id.label("user_id"),
        users.c.short_name.label("author"),
        users.c.created_at.label("author_since"),
        select(accounts.c.settings).where(accounts.c.id == ROOT_ID).scalar_subquery().label("root_settings"),
        collect(places, Step).label("places"),
        collect(held, HeldRole).label("held"),
        collect(said, Override).label("overrides"),
        exists(
            select(test.c.id).where(
                test.c.user_id == _VIEWER, test.c.type == "StudentViewEnrollment", test.c.workflow_state != "deleted"
            )
        ).label("viewer_is_test"),
        exists(select(theirs.c.id).where(theirs.c.user_id == owner, theirs.c.spam_status == "marked_as_safe")).label(
            "reviewed"
        ),
        exists(
            select(theirs.c.id).where(
                theirs.c.user_id == owner,
                theirs.c.workflow_state == "active",
                theirs.c.spam_status.in_(("flagged_as_possible_spam", "marked_as_spam")),
            )
        ).label("has_spam"),
        or_(
            exists(
                select(place.c.id).where(
                    place.c.user_id == owner, place.c.workflow_state.not_in(("deleted", "rejected"))
                )
            ),
            exists(select(post.c.id).where(post.c.user_id == owner, post.c.workflow_state == "active")),
        ).label("has_place"),
    ]


_owned = eportfolios.alias("owned")
_OWNER_OF: Final = select(_owned.c.user_id).where(_owned.c.id == _ID).scalar_subquery()


class PortfolioAndOwner(OwnerFacts, frozen=True):
    """One row: what the viewer is to the owner, and the portfolio."""

    id: int
    name: str | None
    public: bool
    workflow_state: str
    deleted_at: datetime | None
    deleted_by: int | None
    spam_status: str | None
    review: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def portfolio(self) -> EPortfolio:
        return EPortfolio(**{name: getattr(self, name) for name in EPortfolio.__struct_fields__})


# A portfolio in any state with everything that decides what the viewer may do with it. Hot: the whole permission question in one statement.
# Indexes: primary key of eportfolios and users, and those said at the facts.
STANDING = Statement(
    select(*_owner_facts(_OWNER_OF), *(column for column in _PORTFOLIO if column.key != "user_id"))
    .select_from(eportfolios)
    .join(users, users.c.id == eportfolios.c.user_id)
    .where(eportfolios.c.id == _ID),
    into=PortfolioAndOwner,
)
_OWNER: Final = bindparam("owner_id", type_=BigId)
# A person, and what the viewer is to them. Hot: lists and creation begin here. Indexes: the same.
STANDING_TO = Statement(select(*_owner_facts(_OWNER)).where(users.c.id == _OWNER), into=OwnerFacts)

# --- portfolios


def _number_of(rows: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows belong to the enclosing portfolio."""
    counted = select(func.count()).select_from(rows).where(rows.c.eportfolio_id == eportfolios.c.id, *conditions)
    return counted.correlate(eportfolios).scalar_subquery()


class OwnerWithShelf(OwnerFacts, frozen=True):
    """A person, what the viewer is to them, and what they have made."""

    shelf: list[ShelvedPortfolio]


# A person before themselves with all they have made, what they deleted themselves since a moment among it.
# Indexes: those of STANDING_TO, ix_eportfolios_user_id_…, ix_eportfolio_links_eportfolio_id_id, ix_eportfolio_entries_eportfolio_id_position.
SHELF = Statement(
    select(
        *_owner_facts(_OWNER),
        collect(
            select(
                *_PORTFOLIO,
                _number_of(
                    eportfolio_links,
                    or_(
                        eportfolio_links.c.expires_at.is_(None),
                        eportfolio_links.c.expires_at > bindparam("now", type_=UtcTime),
                    ),
                ),
                _number_of(eportfolio_entries),
            ).where(
                eportfolios.c.user_id == _OWNER,
                or_(
                    eportfolios.c.workflow_state == "active",
                    and_(
                        eportfolios.c.deleted_by == _OWNER, eportfolios.c.deleted_at > bindparam("since", type_=UtcTime)
                    ),
                ),
            ),
            ShelvedPortfolio,
        ).label("shelf"),
    ).where(users.c.id == _OWNER),
    into=OwnerWithShelf,
)


class ListedPortfolio(EPortfolio, frozen=True):
    """A row of the list with the number of all that match."""

    total: int


def _of_user(deleted: bool) -> list[Any]:
    clauses = [eportfolios.c.user_id == _OWNER]
    return clauses if deleted else [*clauses, eportfolios.c.workflow_state == "active"]


def _list(deleted: bool) -> Any:
    total = select(func.count()).select_from(eportfolios).where(*_of_user(deleted)).correlate(None).scalar_subquery()
    return (
        select(*_PORTFOLIO, total.label("total"))
        .where(*_of_user(deleted))
        .order_by(eportfolios.c.updated_at, eportfolios.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


# A page of somebody's portfolios, the one that rested longest first; the key is whether deleted ones count. Hot.
# Index: ix_eportfolios_user_id_….
PORTFOLIOS_OF = Dynamic(_list, into=ListedPortfolio)
# How many there are, for a page past the end. Index: the same.
COUNT_PORTFOLIOS_OF = Dynamic(
    lambda deleted: select(func.count()).select_from(eportfolios).where(*_of_user(deleted)), into=int
)
# What somebody deleted themselves and may still take back. Index: ix_eportfolios_user_id_….
DELETED_LATELY = Statement(
    select(*_PORTFOLIO)
    .where(
        eportfolios.c.user_id == _OWNER,
        eportfolios.c.workflow_state == "deleted",
        eportfolios.c.deleted_by == _OWNER,
        eportfolios.c.deleted_at > bindparam("since", type_=UtcTime),
    )
    .order_by(eportfolios.c.deleted_at.desc(), eportfolios.c.id),
    into=EPortfolio,
)
# The portfolio, locked: everything below it changes under this lock alone. Index: primary key.
LOCK_PORTFOLIO = Statement(select(*_PORTFOLIO).where(eportfolios.c.id == _ID).with_for_update(), into=EPortfolio)

# The verdict of a moderator on all active portfolios of a user; none is given an earlier time than it has. Index: ix_eportfolios_user_id_….
JUDGE_ALL = Statement[None](
    update(eportfolios)
    .where(eportfolios.c.user_id == _OWNER, eportfolios.c.workflow_state == "active")
    .values(
        spam_status=bindparam("spam_status"),
        spam_order=bindparam("spam_order"),
        review=None,
        review_at=None,
        updated_at=case(
            (eportfolios.c.updated_at > bindparam("now", type_=UtcTime), eportfolios.c.updated_at),
            else_=bindparam("now", type_=UtcTime),
        ),
    )
)

# Active portfolios of somebody who leaves go out of sight. Index: ix_eportfolios_user_id_….
DELETE_ALL_OF = Statement[None](
    update(eportfolios)
    .where(eportfolios.c.user_id == _OWNER, eportfolios.c.workflow_state == "active")
    .values(
        workflow_state="deleted",
        deleted_at=bindparam("now", type_=UtcTime),
        deleted_by=bindparam("by", type_=BigId),
        updated_at=bindparam("now", type_=UtcTime),
    )
)

# --- moderation


_ACCOUNT: Final = bindparam("account_id", type_=BigId)
_JUDGED: Final = [*_PORTFOLIO, eportfolios.c.spam_reasons, eportfolios.c.review_at, users.c.short_name.label("author")]


def _within() -> Select[Any]:
    return select(account_lineage.c.account_id).where(account_lineage.c.ancestor_id == _ACCOUNT)


def _belongs_there(portfolio: FromClause) -> ColumnElement[bool]:
    """The author of the enclosing portfolio is there, and associated with the account: by a login, a membership, an enrollment."""
    author = portfolio.c.user_id
    return and_(
        exists(
            select(users.c.id).where(users.c.id == author, users.c.workflow_state != "deleted").correlate(portfolio)
        ),
        or_(
            exists(
                select(logins.c.id)
                .where(
                    logins.c.user_id == author,
                    logins.c.account_id.in_(_within()),
                    logins.c.workflow_state != "deleted",
                )
                .correlate(portfolio)
            ),
            exists(
                select(enrollments.c.id)
                .join(courses, courses.c.id == enrollments.c.course_id)
                .where(
                    enrollments.c.user_id == author,
                    enrollments.c.workflow_state != "deleted",
                    courses.c.account_id.in_(_within()),
                )
                .correlate(portfolio)
            ),
            exists(
                select(account_users.c.id)
                .where(
                    account_users.c.user_id == author,
                    account_users.c.workflow_state == "active",
                    account_users.c.account_id.in_(_within()),
                )
                .correlate(portfolio)
            ),
        ),
    )


def _judged(found: FromClause, *order: Any) -> Select[Any]:
    """What moderators are shown of the portfolios that were found."""
    return (
        select(*_JUDGED)
        .select_from(found)
        .join(eportfolios, eportfolios.c.id == found.c.id)
        .join(users, users.c.id == eportfolios.c.user_id)
        .order_by(*order)
    )


_LIMIT: Final = bindparam("limit", type_=BigId)
_OFFSET: Final = bindparam("offset", type_=BigId)
_spam = eportfolios.alias("spam")
_COUNTS_AS_SPAM: Final = (_spam.c.workflow_state == "active", _spam.c.spam_order.is_not(None), _spam.c.spam_order < 3)
_SPAM_PAGE: Final = (
    select(_spam.c.id, _spam.c.spam_order)
    .where(*_COUNTS_AS_SPAM, _belongs_there(_spam))
    .order_by(_spam.c.spam_order, _spam.c.id)
    .limit(_LIMIT + _OFFSET)
    .cte("spam_page")
)
_spammers = select(_spam.c.user_id).where(*_COUNTS_AS_SPAM).distinct().subquery("spammers")
_safe = eportfolios.alias("safe")
# What is safe follows what is spam. Most authors of safe portfolios have no spam, so that these are found from the few who do; and only when
# spam does not fill the page.
_SAFE_PAGE: Final = (
    select(_safe.c.id, _safe.c.spam_order)
    .select_from(_spammers.join(_safe, _safe.c.user_id == _spammers.c.user_id))
    .where(
        select(func.count()).select_from(_SPAM_PAGE).scalar_subquery() < _LIMIT + _OFFSET,
        _safe.c.spam_status == "marked_as_safe",
        _safe.c.workflow_state == "active",
        _belongs_there(_safe),
    )
    .order_by(_safe.c.id)
    .limit(_LIMIT + _OFFSET)
    .cte("safe_page")
)
_LISTED: Final = (
    union_all(select(_SPAM_PAGE.c.id, _SPAM_PAGE.c.spam_order), select(_SAFE_PAGE.c.id, _SAFE_PAGE.c.spam_order))
    .order_by("spam_order", "id")
    .limit(_LIMIT)
    .offset(_OFFSET)
    .subquery("listed")
)
# One page of the judged portfolios of authors who have spam: flagged, spam, safe (§4.22). Walks ix_eportfolios_judged, and
# ix_eportfolios_judged_of for the safe ones.
MODERATION_LIST = Statement(_judged(_LISTED, _LISTED.c.spam_order, _LISTED.c.id), into=JudgedPortfolio)
_waits = eportfolios.alias("waits")
_WAITING: Final = (
    select(_waits.c.id, _waits.c.review_at)
    .where(_waits.c.workflow_state == "active", _waits.c.review.is_not(None), _belongs_there(_waits))
    .order_by(_waits.c.review_at, _waits.c.id)
    .limit(_LIMIT)
    .offset(_OFFSET)
    .subquery("waiting")
)
# One page of what waits for a review, the longest waiting first. Walks ix_eportfolios_waiting.
REVIEW_QUEUE = Statement(_judged(_WAITING, _WAITING.c.review_at, _WAITING.c.id), into=JudgedPortfolio)

_gone = eportfolios.alias("gone")
_DELETED_PAGE: Final = (
    select(_gone.c.id, _gone.c.deleted_at)
    .where(_gone.c.workflow_state == "deleted", _belongs_there(_gone))
    .order_by(_gone.c.deleted_at.desc(), _gone.c.id.desc())
    .limit(_LIMIT)
    .offset(_OFFSET)
    .subquery("deleted")
)
# One page of what was deleted, the latest first. Walks ix_eportfolios_deleted.
DELETED_AT = Statement(
    _judged(_DELETED_PAGE, _DELETED_PAGE.c.deleted_at.desc(), _DELETED_PAGE.c.id.desc()), into=JudgedPortfolio
)

# --- sections and entries

_SECTION: Final = [eportfolio_sections.c[name] for name in PortfolioSection.__struct_fields__]
_ENTRY: Final = [
    eportfolio_sections.c.slug.label("category_slug") if name == "category_slug" else eportfolio_entries.c[name]
    for name in Entry.__struct_fields__
]
_IN_SECTION: Final = eportfolio_entries.join(
    eportfolio_sections, eportfolio_sections.c.id == eportfolio_entries.c.section_id
)

# The sections of a portfolio in their order. Index: ix_eportfolio_sections_eportfolio_id_position.
SECTIONS_OF = Statement(
    select(*_SECTION)
    .where(eportfolio_sections.c.eportfolio_id == _ID)
    .order_by(eportfolio_sections.c.position, eportfolio_sections.c.id),
    into=PortfolioSection,
)
_FIRST: Final = (
    select(*_SECTION)
    .where(eportfolio_sections.c.eportfolio_id == _ID)
    .order_by(eportfolio_sections.c.position, eportfolio_sections.c.id)
    .limit(1)
)
# The first of them. Index: the same.
FIRST_SECTION = Statement(_FIRST, into=PortfolioSection)
# Whether there is one, and an entry in it. Indexes: the same, ix_eportfolio_entries_section_id_position.
IS_COMPLETE = Statement(
    select(
        exists(
            select(eportfolio_entries.c.id).where(
                eportfolio_entries.c.section_id == _FIRST.with_only_columns(eportfolio_sections.c.id).scalar_subquery()
            )
        )
    ),
    into=bool,
)
# A section of this portfolio; the key is the column that names it. Indexes: primary key, uq_eportfolio_sections_….
SECTION_BY = Dynamic(
    lambda column: select(*_SECTION).where(
        eportfolio_sections.c.eportfolio_id == _ID, eportfolio_sections.c[column] == bindparam("value")
    ),
    into=PortfolioSection,
)
# An entry of this portfolio with the slug of its section. Hot. Indexes: primary keys.
ENTRY = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.eportfolio_id == _ID, eportfolio_entries.c.id == bindparam("entry_id", type_=BigId)),
    into=Entry,
)
# An entry by the two slugs of its address. Hot. Indexes: uq_eportfolio_sections_…, uq_eportfolio_entries_….
ENTRY_BY_SLUG = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION)
    .where(
        eportfolio_sections.c.eportfolio_id == _ID,
        eportfolio_sections.c.slug == bindparam("section_slug"),
        eportfolio_entries.c.slug == bindparam("slug"),
    ),
    into=Entry,
)
# The first entry of a section. Index: ix_eportfolio_entries_section_id_position.
FIRST_OF = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.section_id == bindparam("section_id", type_=BigId))
    .order_by(eportfolio_entries.c.position, eportfolio_entries.c.id)
    .limit(1),
    into=Entry,
)


_outlined_section = eportfolio_sections.alias("outlined_section")
_outlined_entry = eportfolio_entries.alias("outlined_entry")
_said = (
    select(
        eportfolio_comments.c.id,
        eportfolio_comments.c.message,
        eportfolio_comments.c.created_at,
        users.c.short_name.label("author"),
    )
    .select_from(eportfolio_comments.outerjoin(users, users.c.id == eportfolio_comments.c.user_id))
    .where(eportfolio_comments.c.entry_id == eportfolio_entries.c.id, eportfolio_entries.c.show_comments)
    .correlate(eportfolio_entries)
    .order_by(eportfolio_comments.c.id.desc())
    .limit(MOST_COMMENTS + 1)
    .subquery("said")
)
_VISITED: Final = [
    *_ENTRY,
    collect(
        select(*(_outlined_section.c[name] for name in OutlinedSection.__struct_fields__)).where(
            _outlined_section.c.eportfolio_id == _ID
        ),
        OutlinedSection,
    ).label("sections"),
    collect(
        select(*(_outlined_entry.c[name] for name in OutlinedEntry.__struct_fields__)).where(
            _outlined_entry.c.eportfolio_id == _ID
        ),
        OutlinedEntry,
    ).label("entries"),
    collect(select(*_said.c), SaidComment).label("said"),
    select(portfolio_objects.c.details)
    .where(portfolio_objects.c.eportfolio_id == _ID)
    .correlate(None)
    .scalar_subquery()
    .label("details"),
]
# What a portfolio has as a collected thing. Index: uq_portfolio_objects_eportfolio_id.
DETAILS_OF: Final[Statement[dict[str, Any]]] = Statement(
    select(portfolio_objects.c.details).where(portfolio_objects.c.eportfolio_id == _ID), into=dict
)
_CHOICES: Final = {
    "id": eportfolio_entries.c.id == bindparam("entry_id", type_=BigId),
    "slugs": and_(
        eportfolio_sections.c.slug == bindparam("section_slug"), eportfolio_entries.c.slug == bindparam("slug")
    ),
    "section": eportfolio_entries.c.section_id == bindparam("section_id", type_=BigId),
    "opened": any_of(eportfolio_entries.c.section_id, "section_ids"),
    "first": true(),
}
# The first entry of those that the key chooses, with all that surrounds it when somebody looks at it. Hot: the viewer.
# Indexes: those of ENTRY, ENTRY_BY_SLUG and FIRST_OF, ix_eportfolio_sections_…_position, ix_eportfolio_entries_eportfolio_id_position,
# ix_eportfolio_comments_entry_id_id.
VISITED = Dynamic(
    lambda key: (
        select(*_VISITED)
        .select_from(_IN_SECTION)
        .where(eportfolio_sections.c.eportfolio_id == _ID, _CHOICES[key])
        .order_by(eportfolio_sections.c.position, eportfolio_entries.c.position, eportfolio_entries.c.id)
        .limit(1)
    ),
    into=VisitedEntry,
)


class ListedEntry(Entry, frozen=True):
    """A row of the list with the number of all entries."""

    total: int


_COUNT_ENTRIES: Final = (
    select(func.count()).select_from(eportfolio_entries).where(eportfolio_entries.c.eportfolio_id == _ID)
)
_chosen = eportfolio_entries.alias("chosen")
_chosen_section = eportfolio_sections.alias("chosen_section")
# Which entries stand on one page of the list; found without their texts, which would otherwise be carried through the sort.
_PAGE = (
    select(_chosen.c.id)
    .join(_chosen_section, _chosen_section.c.id == _chosen.c.section_id)
    .where(_chosen.c.eportfolio_id == _ID)
    .order_by(_chosen.c.position, _chosen_section.c.position, _chosen.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
    .subquery("page")
)
# One page of all entries of a portfolio: the first of every section, then the second (§3.5). Hot.
# Index: ix_eportfolio_entries_eportfolio_id_position.
ENTRIES_OF = Statement(
    select(*_ENTRY, _COUNT_ENTRIES.correlate(None).scalar_subquery().label("total"))
    .select_from(_IN_SECTION.join(_PAGE, _PAGE.c.id == eportfolio_entries.c.id))
    .order_by(eportfolio_entries.c.position, eportfolio_sections.c.position, eportfolio_entries.c.id),
    into=ListedEntry,
)
COUNT_ENTRIES = Statement(_COUNT_ENTRIES, into=int)


class Place(msgspec.Struct, frozen=True):
    """Where an entry stands, without its text. section_position: where its section stands."""

    id: int
    section_id: int
    section_position: int
    position: int
    name: str
    slug: str


# Where all entries of a portfolio stand, section by section. Index: ix_eportfolio_entries_eportfolio_id_position.
PLACES_OF = Statement(
    select(
        eportfolio_entries.c.id,
        eportfolio_entries.c.section_id,
        eportfolio_sections.c.position.label("section_position"),
        eportfolio_entries.c.position,
        eportfolio_entries.c.name,
        eportfolio_entries.c.slug,
    )
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.eportfolio_id == _ID)
    .order_by(eportfolio_sections.c.position, eportfolio_entries.c.position, eportfolio_entries.c.id),
    into=Place,
)
# Some entries of a portfolio with their texts, in no order. Index: primary key.
ENTRIES_AMONG = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.eportfolio_id == _ID, any_of(eportfolio_entries.c.id, "ids")),
    into=Entry,
)
# The newest entries, for the feed: without their texts. Index: ix_eportfolio_entries_eportfolio_id_created_at_id.
NEWEST_OF = Statement(
    select(*(literal(None, type_=Json).label("content") if column.key == "content" else column for column in _ENTRY))
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.eportfolio_id == _ID)
    .order_by(eportfolio_entries.c.created_at.desc(), eportfolio_entries.c.id.desc())
    .limit(bindparam("limit")),
    into=Entry,
)
# Slugs of the sections of a portfolio, but for one. Index: uq_eportfolio_sections_….
SECTION_SLUGS = Statement(
    select(eportfolio_sections.c.slug).where(
        eportfolio_sections.c.eportfolio_id == _ID, eportfolio_sections.c.id != bindparam("but", type_=BigId)
    ),
    into=str,
)
# Slugs of the entries of a section, but for one. Index: uq_eportfolio_entries_….
ENTRY_SLUGS = Statement(
    select(eportfolio_entries.c.slug).where(
        eportfolio_entries.c.section_id == bindparam("section_id", type_=BigId),
        eportfolio_entries.c.id != bindparam("but", type_=BigId),
    ),
    into=str,
)
# The place after the last. Indexes: …_position.
LAST_SECTION = Statement(
    select(func.coalesce(func.max(eportfolio_sections.c.position), 0)).where(
        eportfolio_sections.c.eportfolio_id == _ID
    ),
    into=int,
)
LAST_ENTRY = Statement(
    select(func.coalesce(func.max(eportfolio_entries.c.position), 0)).where(
        eportfolio_entries.c.section_id == bindparam("section_id", type_=BigId)
    ),
    into=int,
)
# Those behind a gap move up. Indexes: …_position.
CLOSE_SECTIONS = Statement[None](
    update(eportfolio_sections)
    .where(eportfolio_sections.c.eportfolio_id == _ID, eportfolio_sections.c.position > bindparam("after"))
    .values(position=eportfolio_sections.c.position - 1)
)
CLOSE_ENTRIES = Statement[None](
    update(eportfolio_entries)
    .where(
        eportfolio_entries.c.section_id == bindparam("section_id", type_=BigId),
        eportfolio_entries.c.position > bindparam("after"),
    )
    .values(position=eportfolio_entries.c.position - 1)
)

# --- an entry's history, comments, passages


# The versions of an entry, newest first. Index: primary key.
REVISIONS_OF = Statement(
    select(*(eportfolio_revisions.c[name] for name in EntryRevision.__struct_fields__))
    .where(
        eportfolio_revisions.c.entry_id == bindparam("entry_id", type_=BigId),
        eportfolio_revisions.c.number <= bindparam("newest"),
    )
    .order_by(eportfolio_revisions.c.number.desc())
    .limit(bindparam("limit")),
    into=EntryRevision,
)
REVISION = Statement(
    select(*(eportfolio_revisions.c[name] for name in EntryRevision.__struct_fields__)).where(
        eportfolio_revisions.c.entry_id == bindparam("entry_id", type_=BigId),
        eportfolio_revisions.c.number == bindparam("number"),
    ),
    into=EntryRevision,
)
_COMMENT: Final = [eportfolio_comments.c[name] for name in PageComment.__struct_fields__]
# What was said about an entry, newest first. Index: ix_eportfolio_comments_entry_id_id.
COMMENTS_OF = Statement(
    select(*_COMMENT)
    .where(eportfolio_comments.c.entry_id == bindparam("entry_id", type_=BigId))
    .order_by(eportfolio_comments.c.id.desc())
    .limit(bindparam("limit")),
    into=PageComment,
)
COMMENT_OF = Statement(
    select(*_COMMENT).where(
        eportfolio_comments.c.entry_id == bindparam("entry_id", type_=BigId),
        eportfolio_comments.c.id == bindparam("comment_id", type_=BigId),
    ),
    into=PageComment,
)
# In how many other people's portfolios a passage of these stands. Index: primary key of eportfolio_passages.
REPEATED_BY = Statement(
    select(func.count(eportfolio_passages.c.user_id.distinct())).where(
        any_of(eportfolio_passages.c.digest, "digests", of=TextList),
        eportfolio_passages.c.user_id != bindparam("user_id", type_=BigId),
    ),
    into=int,
)
# What flagged a portfolio, or made it wait for a review. Index: primary key.
REASONS_OF = Statement[Any](select(eportfolios.c.spam_reasons).where(eportfolios.c.id == _ID), into=list)
# The reasons that the entries of a portfolio were given by the score. Index: ix_eportfolio_entries_eportfolio_id_position.
SCORES_OF = Statement(
    select(
        eportfolio_entries.c.id,
        eportfolio_entries.c.name,
        eportfolio_entries.c.spam_score.label("score"),
        eportfolio_entries.c.spam_reasons.label("reasons"),
    )
    .where(eportfolio_entries.c.eportfolio_id == _ID, eportfolio_entries.c.spam_score > 0)
    .order_by(eportfolio_entries.c.spam_score.desc(), eportfolio_entries.c.id),
    into=EntryScore,
)

# --- web sites made of a portfolio

_EXPORT: Final = [eportfolio_exports.c[name] for name in SiteExport.__struct_fields__]
SITE_EXPORT = Statement(
    select(*_EXPORT).where(eportfolio_exports.c.id == bindparam("export_id", type_=BigId)), into=SiteExport
)
# The last one that was asked for. Index: ix_eportfolio_exports_eportfolio_id_id.
LAST_SITE_EXPORT = Statement(
    select(*_EXPORT).where(eportfolio_exports.c.eportfolio_id == _ID).order_by(eportfolio_exports.c.id.desc()).limit(1),
    into=SiteExport,
)
# How far one has come that is not over. Index: primary key.
ADVANCE_SITE_EXPORT = Statement[None](
    update(eportfolio_exports)
    .where(
        eportfolio_exports.c.id == bindparam("export_id", type_=BigId), eportfolio_exports.c.workflow_state == ZIPPING
    )
    .values(percent=bindparam("percent"))
)
# One that is not over has failed. Index: primary key.
FAIL_SITE_EXPORT = Statement[None](
    update(eportfolio_exports)
    .where(
        eportfolio_exports.c.id == bindparam("export_id", type_=BigId),
        eportfolio_exports.c.workflow_state.in_((TO_BE_ZIPPED, ZIPPING)),
    )
    .values(workflow_state=ERRORED, error=bindparam("why"), ended_at=bindparam("now", type_=UtcTime))
)
# Those that ended long ago, the first to end first. Index: ix_eportfolio_exports_ended_at.
OLD_SITE_EXPORTS = Statement(
    select(*_EXPORT)
    .where(eportfolio_exports.c.ended_at < bindparam("before", type_=UtcTime))
    .order_by(eportfolio_exports.c.ended_at, eportfolio_exports.c.id)
    .limit(bindparam("limit")),
    into=SiteExport,
)
# The others of its portfolio that are over. Index: ix_eportfolio_exports_eportfolio_id_id.
EARLIER_SITE_EXPORTS = Statement(
    select(*_EXPORT).where(
        eportfolio_exports.c.eportfolio_id == _ID,
        eportfolio_exports.c.id < bindparam("export_id", type_=BigId),
        eportfolio_exports.c.ended_at.is_not(None),
    ),
    into=SiteExport,
)

# --- artifacts


# The available files of somebody among those named, locked. Index: primary key of files.
LOCK_OWN_FILES = Statement(
    select(files.c.id)
    .where(
        any_of(files.c.id, "ids"),
        files.c.context_type == USER,
        files.c.context_id == _OWNER,
        files.c.workflow_state == AVAILABLE,
    )
    .order_by(files.c.id)
    .with_for_update(),
    into=int,
)
# All portfolios of somebody, locked, whatever their state. Index: ix_eportfolios_user_id_….
LOCK_PORTFOLIOS_OF = Statement(
    select(*_PORTFOLIO).where(eportfolios.c.user_id == _OWNER).order_by(eportfolios.c.id).with_for_update(),
    into=EPortfolio,
)
_TEXT: Final = cast(eportfolio_entries.c.content, Text)


class PlacingPage(msgspec.Struct, frozen=True):
    """A page on which files or other items may stand."""

    id: int
    content: Content


# The entries of somebody on which files or other items stand. Index: ix_eportfolio_entries_eportfolio_id_position; reads their texts.
ENTRIES_PLACING = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION.join(eportfolios, eportfolios.c.id == eportfolio_entries.c.eportfolio_id))
    .where(eportfolios.c.user_id == _OWNER, or_(_TEXT.like('%"attachment_id"%'), _TEXT.like("%data-ep-item%"))),
    into=Entry,
    slow=True,
)
# The contents of those of a portfolio. Index: the same; reads their texts.
CONTENTS_PLACING = Statement(
    select(eportfolio_entries.c.id, eportfolio_entries.c.content)
    .where(
        eportfolio_entries.c.eportfolio_id == _ID,
        or_(_TEXT.like('%"attachment_id"%'), _TEXT.like("%data-ep-item%")),
    )
    .order_by(eportfolio_entries.c.id),
    into=PlacingPage,
    slow=True,
)
# Whether a thing belongs to a page of a portfolio without a block. Index: ix_eportfolio_members_item_id.
IS_BESIDE = Statement(
    select(eportfolio_members.c.item_id)
    .join(eportfolio_entries, eportfolio_entries.c.id == eportfolio_members.c.entry_id)
    .where(eportfolio_members.c.item_id == bindparam("item_id", type_=BigId), eportfolio_entries.c.eportfolio_id == _ID)
    .limit(1),
    into=int,
)
# Which of somebody's files are artifacts. Index: uq_portfolio_objects_file_id.
REGISTERED = Statement(
    select(portfolio_objects.c.file_id).where(
        portfolio_objects.c.user_id == _OWNER,
        any_of(portfolio_objects.c.file_id, "ids"),
        portfolio_objects.c.deleted_at.is_(None),
    ),
    into=int,
)

# --- links

# The private links of a portfolio, the first one first. Index: ix_eportfolio_links_eportfolio_id_id.
LINKS_OF = Statement(
    select(*(eportfolio_links.c[name] for name in Link.__struct_fields__))
    .where(eportfolio_links.c.eportfolio_id == _ID)
    .order_by(eportfolio_links.c.id),
    into=Link,
)
LINK = Statement(
    select(*(eportfolio_links.c[name] for name in Link.__struct_fields__)).where(
        eportfolio_links.c.eportfolio_id == _ID, eportfolio_links.c.id == bindparam("link_id", type_=BigId)
    ),
    into=Link,
)

# --- going away, for good. Indexes: those of the foreign keys.

_DOOMED: Final = {
    "entry": eportfolio_entries.c.id == bindparam("doomed", type_=BigId),
    "section": eportfolio_entries.c.section_id == bindparam("doomed", type_=BigId),
}


def _removal(key: tuple[Any, str]) -> Any:
    table, of = key
    return delete(table).where(table.c.entry_id.in_(select(eportfolio_entries.c.id).where(_DOOMED[of])))


# What hangs on an entry, or on every entry of a section: revisions, comments, passages.
REMOVE_BELOW = Dynamic[Any](_removal)
REMOVE_ENTRIES = Dynamic[Any](lambda of: delete(eportfolio_entries).where(_DOOMED[of]))
REMOVE_LINKS_OF_SECTION = Statement[None](
    delete(eportfolio_links).where(eportfolio_links.c.section_id == bindparam("doomed", type_=BigId))
)
REMOVE = Dynamic[Any](lambda table: delete(table).where(table.c.id == bindparam("doomed", type_=BigId)))
# What belonged to pages without a block. Index: ix_eportfolio_members_item_id.
REMOVE_MEMBER = Statement[None](
    delete(eportfolio_members).where(eportfolio_members.c.item_id == bindparam("item_id", type_=BigId))
)
REMOVE_PASSAGES = Statement[None](
    delete(eportfolio_passages).where(eportfolio_passages.c.entry_id == bindparam("doomed", type_=BigId))
)

# --- for packages

# A portfolio as what it is in the Brightspace family. Index: uq_portfolio_objects_eportfolio_id.
PRESENTATION_OF = Statement(select(portfolio_objects.c.id).where(portfolio_objects.c.eportfolio_id == _ID), into=int)
# All pages of a portfolio with their texts. Index: ix_eportfolio_entries_eportfolio_id_position.
ALL_ENTRIES = Statement(
    select(*_ENTRY)
    .select_from(_IN_SECTION)
    .where(eportfolio_entries.c.eportfolio_id == _ID)
    .order_by(eportfolio_sections.c.position, eportfolio_entries.c.position, eportfolio_entries.c.id),
    into=Entry,
)


class PackedComment(msgspec.Struct, frozen=True):
    """What was said of a page, without who said it."""

    entry_id: int
    uid: str
    message: str
    created_at: datetime


_PACKED_COMMENT: Final = [eportfolio_comments.c[name] for name in PackedComment.__struct_fields__]
# What was said of the pages of a portfolio, the oldest first. Indexes: ix_eportfolio_entries_eportfolio_id_position,
# ix_eportfolio_comments_entry_id_id.
ALL_COMMENTS = Statement(
    select(*_PACKED_COMMENT)
    .select_from(
        eportfolio_comments.join(eportfolio_entries, eportfolio_entries.c.id == eportfolio_comments.c.entry_id)
    )
    .where(eportfolio_entries.c.eportfolio_id == _ID)
    .order_by(eportfolio_comments.c.created_at, eportfolio_comments.c.id),
    into=PackedComment,
)
# The same of pages that are named. Index: ix_eportfolio_comments_entry_id_id.
COMMENTS_ON = Statement(
    select(*_PACKED_COMMENT).where(any_of(eportfolio_comments.c.entry_id, "ids")), into=PackedComment
)


class PagePlace(msgspec.Struct, frozen=True):
    """Where a page stands, and what packages call it."""

    eportfolio_id: int
    id: int
    uid: str
    section_slug: str
    slug: str


# Every page of somebody's portfolios that are there. Indexes: ix_eportfolios_user_id_workflow_state_…,
# ix_eportfolio_entries_eportfolio_id_position.
PAGE_PLACES = Statement(
    select(
        *(
            eportfolio_sections.c.slug.label(name) if name == "section_slug" else eportfolio_entries.c[name]
            for name in PagePlace.__struct_fields__
        )
    )
    .select_from(_IN_SECTION.join(eportfolios, eportfolios.c.id == eportfolio_entries.c.eportfolio_id))
    .where(eportfolios.c.user_id == _OWNER, eportfolios.c.workflow_state == "active"),
    into=PagePlace,
    slow=True,
)
