"""Exports and imports of portfolios."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from quadrangle.db.schema import BigId, Json, UtcTime, metadata, primary_id

_UNFINISHED = "state IN (0, 4)"

transfers = Table(
    "transfers",
    metadata,
    primary_id(),
    Column("kind", Text, nullable=False),  # export | import | arrival: an import whose owner looks into it first
    Column("owner_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("creator_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("state", Integer, nullable=False),  # JOBSTATUS: 0 queued, 1 aborted, 2 complete, 3 with errors, 4 processing
    Column("eportfolio_id", BigId, ForeignKey("eportfolios.id")),  # of an export of this one alone
    Column("asks", Json, nullable=False),  # what to export, or how to import
    Column("name", Text, nullable=False),  # of the package's file
    Column("file_id", BigId, ForeignKey("files.id")),  # the package, while it is kept
    Column("total", Integer),  # items; null: not known yet
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("problems", Json, nullable=False),
    Column("report", Json),  # of an import: what came of it
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Index(None, "owner_id", "id"),
    Index(None, "eportfolio_id", "id"),
    Index(
        "ix_transfers_unfinished",
        "owner_id",
        "created_at",
        sqlite_where=text(_UNFINISHED),
        postgresql_where=text(_UNFINISHED),
    ),
    Index(None, "ended_at"),
    sqlite_autoincrement=True,
)
