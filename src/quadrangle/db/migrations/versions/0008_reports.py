"""Reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from quadrangle.db.migrations.ids import start_ids

revision = "0008"
down_revision = "0007"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_runs",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("report_type", sa.Text(), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("current_line", sa.BigInteger(), nullable=True),
        sa.Column("total_lines", sa.BigInteger(), nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("job_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("end_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_report_runs_account_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_report_runs_file_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_report_runs_root_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_runs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_runs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("report_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_runs_account_id_report_type_id"), ["account_id", "report_type", "id"], unique=False
        )
    start_ids("report_runs")
