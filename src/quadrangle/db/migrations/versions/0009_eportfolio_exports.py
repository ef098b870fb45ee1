"""Web sites made of ePortfolios, and a way to what was said of the portfolios of one person."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0009"
down_revision = "0008"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "eportfolio_exports",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("shows", UtcTime, nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_eportfolio_exports_eportfolio_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_eportfolio_exports_file_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eportfolio_exports_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolio_exports")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolio_exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eportfolio_exports_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_eportfolio_exports_eportfolio_id_id"), ["eportfolio_id", "id"], unique=False
        )
    has_status = sa.text("spam_status IS NOT NULL")
    op.create_index(
        "ix_eportfolios_judged_of",
        "eportfolios",
        ["user_id", "spam_status", "workflow_state"],
        unique=False,
        sqlite_where=has_status,
        postgresql_where=has_status,
    )
    op.create_index(
        "ix_eportfolios_user_id_workflow_state_updated_at_id",
        "eportfolios",
        ["user_id", "workflow_state", "updated_at", "id"],
        unique=False,
    )
    start_ids("eportfolio_exports")
