"""ID keys of the Brightspace family."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0011"
down_revision = "0010"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "id_apps",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trusted_url", sa.Text(), nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_id_apps")),
        sa.UniqueConstraint("app_id", name=op.f("uq_id_apps_app_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "id_keys",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("id_app_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("last_used_at", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["id_app_id"], ["id_apps.id"], name=op.f("fk_id_keys_id_app_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_id_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_id_keys")),
        sa.UniqueConstraint("token_id", name=op.f("uq_id_keys_token_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("id_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_id_keys_user_id"), ["user_id"], unique=False)
    start_ids("id_apps", "id_keys")
