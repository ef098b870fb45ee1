"""ePortfolios with their sections, entries, links and comments, and what else people have collected."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from quadrangle.db.schema import BigId, Json, SortKey, UtcTime, flag_column, metadata, primary_id

_JUDGED = "workflow_state = 'active' AND spam_order IS NOT NULL"
_HAS_STATUS = "spam_status IS NOT NULL"
_GONE = "workflow_state = 'deleted'"
_WAITING = "workflow_state = 'active' AND review IS NOT NULL"

# Its row is also the lock under which everything below it changes: sections, entries, their order and addresses.
eportfolios = Table(
    "eportfolios",
    metadata,
    primary_id(),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("name", Text),
    flag_column("public"),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("deleted_at", UtcTime),
    Column("deleted_by", BigId, ForeignKey("users.id")),
    Column("spam_status", Text),  # null | flagged_as_possible_spam | marked_as_spam | marked_as_safe
    Column("spam_order", Integer),  # where the moderators' list has it: 1 flagged, 2 spam, 3 safe
    Column("spam_reasons", Json),  # what flagged it, or made it wait for a review: a list of Reason
    Column("review", Text),  # null | score | author: who asked for a review that has not come yet
    Column("review_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),  # whole seconds; each change at least one later than before
    Index(None, "user_id", "updated_at", "id"),
    Index(None, "user_id", "workflow_state", "updated_at", "id"),
    Index(
        "ix_eportfolios_judged_of",
        "user_id",
        "spam_status",
        "workflow_state",
        sqlite_where=text(_HAS_STATUS),
        postgresql_where=text(_HAS_STATUS),
    ),
    Index("ix_eportfolios_judged", "spam_order", "id", sqlite_where=text(_JUDGED), postgresql_where=text(_JUDGED)),
    Index("ix_eportfolios_deleted", "deleted_at", "id", sqlite_where=text(_GONE), postgresql_where=text(_GONE)),
    Index("ix_eportfolios_waiting", "review_at", "id", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
    sqlite_autoincrement=True,
)

eportfolio_sections = Table(
    "eportfolio_sections",
    metadata,
    primary_id(),
    Column("eportfolio_id", BigId, ForeignKey("eportfolios.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", SortKey, nullable=False),
    Column("position", Integer, nullable=False),  # 1, 2, 3 … in the portfolio
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("eportfolio_id", "slug"),
    Index(None, "eportfolio_id", "position"),
    sqlite_autoincrement=True,
)

eportfolio_entries = Table(
    "eportfolio_entries",
    metadata,
    primary_id(),
    Column("uid", Text, nullable=False),  # what a package calls it
    Column("eportfolio_id", BigId, ForeignKey("eportfolios.id"), nullable=False),
    Column("section_id", BigId, ForeignKey("eportfolio_sections.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", SortKey, nullable=False),
    Column("position", Integer, nullable=False),  # 1, 2, 3 … in the section
    flag_column("allow_comments"),
    flag_column("show_comments"),
    Column("lock_version", Integer, nullable=False),  # number of its newest revision
    Column("spam_score", Integer),  # null: never scored
    Column("spam_reasons", Json),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("content", Json),  # last, as it is long: null, a text, or a list of blocks
    UniqueConstraint("section_id", "slug"),
    UniqueConstraint("eportfolio_id", "uid"),
    Index(None, "section_id", "position"),
    Index(None, "eportfolio_id", "position"),
    Index(None, "eportfolio_id", "created_at", "id"),
    sqlite_autoincrement=True,
)

eportfolio_revisions = Table(
    "eportfolio_revisions",
    metadata,
    Column("entry_id", BigId, ForeignKey("eportfolio_entries.id"), nullable=False),
    Column("number", Integer, nullable=False),  # from 1, never reused
    Column("name", Text, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("content", Json),
    PrimaryKeyConstraint("entry_id", "number"),
)

eportfolio_comments = Table(
    "eportfolio_comments",
    metadata,
    primary_id(),
    Column("uid", Text, nullable=False),
    Column("entry_id", BigId, ForeignKey("eportfolio_entries.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id")),  # null: it came with a package, which names nobody
    Column("message", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("entry_id", "uid"),
    Index(None, "entry_id", "id"),
    sqlite_autoincrement=True,
)

# Private links. The first is made with the portfolio; its verifier is what Canvas calls the portfolio's uuid.
eportfolio_links = Table(
    "eportfolio_links",
    metadata,
    primary_id(),
    Column("eportfolio_id", BigId, ForeignKey("eportfolios.id"), nullable=False),
    Column("section_id", BigId, ForeignKey("eportfolio_sections.id")),  # null: opens all of it
    Column("name", Text),
    Column("verifier", Text, nullable=False),
    Column("expires_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "eportfolio_id", "id"),
    Index(None, "section_id"),
    sqlite_autoincrement=True,
)

# The longer paragraphs of an entry as digests, so that one text in many portfolios is noticed.
eportfolio_passages = Table(
    "eportfolio_passages",
    metadata,
    Column("digest", SortKey, nullable=False),
    Column("entry_id", BigId, ForeignKey("eportfolio_entries.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    PrimaryKeyConstraint("digest", "entry_id"),
    Index(None, "entry_id"),
)

# Web sites made of a portfolio, to be downloaded. shows: which state of the portfolio it shows, by its `updated_at`.
eportfolio_exports = Table(
    "eportfolio_exports",
    metadata,
    primary_id(),
    Column("eportfolio_id", BigId, ForeignKey("eportfolios.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # to_be_zipped | zipping | zipped | errored
    Column("percent", Integer, nullable=False),
    Column("shows", UtcTime),
    Column("file_id", BigId, ForeignKey("files.id")),
    Column("error", Text),  # in plain words
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "eportfolio_id", "id"),
    Index(None, "ended_at"),
    sqlite_autoincrement=True,
)

# What belongs to a page without standing in a block of it; only packages of other systems bring it.
eportfolio_members = Table(
    "eportfolio_members",
    metadata,
    Column("entry_id", BigId, ForeignKey("eportfolio_entries.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("entry_id", "item_id"),
    Index(None, "item_id"),
)

# What somebody has collected, under the ids and types of the Brightspace family (EPOBJ_T). A portfolio is one of these too (400), so it has two
# ids; a file becomes one (310) when it is first placed on a page.
portfolio_objects = Table(
    "portfolio_objects",
    metadata,
    primary_id(),
    Column("uid", Text, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("type", Integer, nullable=False),
    Column(
        "eportfolio_id", BigId, ForeignKey("eportfolios.id"), unique=True
    ),  # of a 400: name and state are the portfolio's
    Column("file_id", BigId),  # of a 310, or of a 334 that has one
    Column("name", Text),  # null: as its portfolio or file is called
    Column("description", Text, nullable=False, default=""),  # HTML
    flag_column("allow_comments", default=True),
    Column("details", Json, nullable=False),  # of its type: banner, theme, address, form fields
    Column("created_at", UtcTime, nullable=False),
    Column("modified_at", UtcTime, nullable=False),
    Column("deleted_at", UtcTime),
    Column("origin", Text),  # what it is a copy of, or was in the system it comes from: how a package finds it again
    Column("read_to", BigId),  # the newest comment that its owner has been shown
    UniqueConstraint("user_id", "uid"),
    Index(None, "user_id", "id"),
    Index(
        "ix_portfolio_objects_origin",
        "user_id",
        "origin",
        sqlite_where=text("origin IS NOT NULL"),
        postgresql_where=text("origin IS NOT NULL"),
    ),
    Index(
        "ix_portfolio_objects_deleted",
        "user_id",
        "deleted_at",
        sqlite_where=text("deleted_at IS NOT NULL"),
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
    Index(
        "uq_portfolio_objects_file_id",
        "user_id",
        "file_id",
        unique=True,
        sqlite_where=text("deleted_at IS NULL AND file_id IS NOT NULL"),
        postgresql_where=text("deleted_at IS NULL AND file_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
