"""What belongs to collected things beyond their own rows: who is in which collection, words about them, tags, comments.

The things themselves are rows of `portfolio_objects` (portfolios/tables.py), as portfolios and files on pages are among them.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from quadrangle.db.schema import BigId, SortKey, UtcTime, metadata, primary_id

# Static collections. Positions grow with each addition and are never closed up: only their order means something.
portfolio_members = Table(
    "portfolio_members",
    metadata,
    Column("collection_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("collection_id", "item_id"),
    Index(None, "collection_id", "position"),
    Index(None, "item_id"),
)

# A reflection on a thing, or a learning objective that a thing is evidence of.
portfolio_associations = Table(
    "portfolio_associations",
    metadata,
    Column("source_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),  # the reflection, the objective
    Column("item_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("kind", Integer, nullable=False),  # EPASSOC_T: 1 reflection, 2 learning objective
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("source_id", "item_id"),
    Index(None, "item_id", "kind", "source_id"),
)

portfolio_tags = Table(
    "portfolio_tags",
    metadata,
    Column("item_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("key", SortKey, nullable=False),  # by which tags are compared: without case
    Column("type", Integer, nullable=False),  # TAG_T: 0 public, 1 private
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),  # whose thing it is, for collections by tags
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("item_id", "key", "type"),
    Index(None, "user_id", "key", "item_id"),
)

portfolio_comments = Table(
    "portfolio_comments",
    metadata,
    primary_id(),
    Column("uid", Text, nullable=False),
    Column("item_id", BigId, ForeignKey("portfolio_objects.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id")),  # null: it came with a package, which names nobody
    Column("created_at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),  # HTML
    UniqueConstraint("item_id", "uid"),
    Index(None, "item_id", "id"),
    Index(None, "user_id", "id"),
    sqlite_autoincrement=True,
)
