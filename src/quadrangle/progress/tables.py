"""How far long changes have come."""

from sqlalchemy import Column, Float, ForeignKey, Index, Table, Text

from quadrangle.db.schema import BigId, Json, UtcTime, metadata, primary_id

progresses = Table(
    "progresses",
    metadata,
    primary_id(),
    Column("context_type", Text, nullable=False),  # GroupCategory | Course | Account | User
    Column("context_id", BigId, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id")),
    Column("tag", Text, nullable=False),
    Column("completion", Float),  # percent
    Column("workflow_state", Text, nullable=False),  # queued | running | completed | failed
    Column("message", Text),
    Column("results", Json),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "context_type", "context_id"),
    sqlite_autoincrement=True,
)
