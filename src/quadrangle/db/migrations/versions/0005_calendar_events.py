"""Calendar events."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0005"
down_revision = "0004"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_events",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("context_code", sa.Text(), nullable=False),
        sa.Column("calendar_code", sa.Text(), nullable=False),
        sa.Column("parent_event_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("location_name", sa.Text(), nullable=True),
        sa.Column("location_address", sa.Text(), nullable=True),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("end_at", UtcTime, nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("all_day_date", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("blackout_date", sa.Boolean(), nullable=False),
        sa.Column("important_dates", sa.Boolean(), nullable=False),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("series_uuid", sa.Text(), nullable=True),
        sa.Column("rrule", sa.Text(), nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_event_id"], ["calendar_events.id"], name=op.f("fk_calendar_events_parent_event_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_events_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("calendar_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calendar_events_calendar_code_end_at_start_at_id"),
            ["calendar_code", "end_at", "start_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_calendar_events_context_code_end_at_start_at_id"),
            ["context_code", "end_at", "start_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_calendar_events_parent_event_id"), ["parent_event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calendar_events_series_uuid_start_at"), ["series_uuid", "start_at"], unique=False
        )

    op.create_table(
        "calendar_subscriptions",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_subscriptions_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_subscriptions_user_id")),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_calendar_subscriptions")),
    )
    start_ids("calendar_events")
