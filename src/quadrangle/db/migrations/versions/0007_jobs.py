"""Jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from quadrangle.db.migrations.ids import start_ids

revision = "0007"
down_revision = "0006"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("ready_at IS NOT NULL")
LIVE_IN_LANE = sa.text("ready_at IS NOT NULL AND lane IS NOT NULL")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ready_at", UtcTime, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("abort_asked", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("started_at", UtcTime, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_jobs_lane", ["lane", "id"], unique=False, postgresql_where=LIVE_IN_LANE, sqlite_where=LIVE_IN_LANE
        )
        batch_op.create_index(
            "ix_jobs_ready_at", ["ready_at", "id"], unique=False, postgresql_where=LIVE, sqlite_where=LIVE
        )
        batch_op.create_index(batch_op.f("ix_jobs_state_ended_at"), ["state", "ended_at"], unique=False)
        batch_op.create_index("uq_jobs_key", ["key"], unique=True, postgresql_where=LIVE, sqlite_where=LIVE)
    start_ids("jobs")
