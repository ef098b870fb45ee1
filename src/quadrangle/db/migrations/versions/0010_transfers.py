"""Exports and imports of portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from quadrangle.db.migrations.ids import start_ids

revision = "0010"
down_revision = "0009"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("creator_id", BigId, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=True),
        sa.Column("asks", Json, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("started_at", UtcTime, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_transfers_creator_id")),
        sa.ForeignKeyConstraint(["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_transfers_eportfolio_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_transfers_file_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_transfers_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sqlite_autoincrement=True,
    )
    unfinished = sa.text("state IN (0, 4)")
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfers_eportfolio_id_id"), ["eportfolio_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfers_owner_id_id"), ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_transfers_unfinished",
        "transfers",
        ["owner_id", "created_at"],
        unique=False,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    start_ids("transfers")
