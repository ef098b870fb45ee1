"""Wikis, pages, every slug a page ever had, and every version it ever had."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from quadrangle.db.schema import BigId, Json, SortKey, UtcTime, metadata, primary_id

# One per course or group. Its row is also the lock under which slugs and counts of its pages change.
wikis = Table(
    "wikis",
    metadata,
    primary_id(),
    Column("context_type", Text, nullable=False),  # Course | Group
    Column("context_id", BigId, nullable=False),
    Column("front_page_id", BigId),
    Column("pages_count", Integer, nullable=False, default=0),  # not deleted
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("context_type", "context_id"),
    sqlite_autoincrement=True,
)

pages = Table(
    "pages",
    metadata,
    primary_id(),
    Column("wiki_id", BigId, ForeignKey("wikis.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", SortKey, nullable=False),  # what `sort=title` compares
    Column("title_folded", Text, nullable=False),  # what `search_term` looks into
    Column("url", SortKey, nullable=False),
    Column("workflow_state", Text, nullable=False),  # active | unpublished | deleted
    Column("editing_roles", Text),  # null: never set
    Column("user_id", BigId, ForeignKey("users.id")),  # last editor
    Column("editor", Text, nullable=False, default="rce"),  # rce | block_editor
    Column("publish_at", UtcTime),  # as shown
    Column("publishes_at", UtcTime),  # pending publication: an unpublished page whose moment has come counts as active
    Column("todo_date", UtcTime),
    Column("locks", Json),  # what modules say of it: a list of PageLock; null where none holds it
    Column("latest_revision", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revised_at", UtcTime, nullable=False),  # title or body changed; `updated_at` on the wire
    Column("row_updated_at", UtcTime, nullable=False),
    # The texts come last: to reach a column behind a long one SQLite reads every overflow page of it, which made lists twice as slow.
    Column("body", Text),
    Column("blocks", Json),
    Index(
        "uq_pages_url",
        "wiki_id",
        "url",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    Index(None, "wiki_id", "id"),
    Index(None, "wiki_id", "title_key", "id"),
    Index(None, "wiki_id", "created_at", "id"),
    Index(None, "wiki_id", "row_updated_at", "id"),
    Index(None, "wiki_id", "todo_date", "id"),
    sqlite_autoincrement=True,
)

# Which page a slug leads to: the current slug of each page and all earlier ones.
page_slugs = Table(
    "page_slugs",
    metadata,
    Column("wiki_id", BigId, ForeignKey("wikis.id"), nullable=False),
    Column("slug", SortKey, nullable=False),
    Column("page_id", BigId, ForeignKey("pages.id"), nullable=False),
    PrimaryKeyConstraint("wiki_id", "slug", "page_id"),
    Index(None, "page_id"),
)

page_revisions = Table(
    "page_revisions",
    metadata,
    Column("page_id", BigId, ForeignKey("pages.id"), nullable=False),
    Column("number", Integer, nullable=False),  # from 1, never reused
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id")),
    Column("revised_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("body", Text),  # last, as in pages
    PrimaryKeyConstraint("page_id", "number"),
)
