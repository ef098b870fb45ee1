"""The one table of work to be done."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text, text

from quadrangle.db.schema import Json, UtcTime, flag_column, metadata, primary_id

LIVE: Final = text("ready_at IS NOT NULL")
LIVE_IN_LANE: Final = text("ready_at IS NOT NULL AND lane IS NOT NULL")

jobs = Table(
    "jobs",
    metadata,
    primary_id(),
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("lane", Text),  # jobs of one lane run one at a time, in their order
    Column("key", Text),  # at most one of a key waits or runs
    Column("state", Text, nullable=False),  # waiting | running | done | failed | aborted
    Column("ready_at", UtcTime),  # who may claim it from when on: due, or the lease has run out; null: it has ended
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", Text),
    flag_column("abort_asked"),
    Column("error", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Index("ix_jobs_ready_at", "ready_at", "id", sqlite_where=LIVE, postgresql_where=LIVE),
    Index("ix_jobs_lane", "lane", "id", sqlite_where=LIVE_IN_LANE, postgresql_where=LIVE_IN_LANE),
    Index("uq_jobs_key", "key", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index(None, "state", "ended_at"),
    sqlite_autoincrement=True,
)
