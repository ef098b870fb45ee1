"""Announcements."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0003"
down_revision = "0002"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("start_at", UtcTime, nullable=False),
        sa.Column("end_at", UtcTime, nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("targeted", sa.Boolean(), nullable=False),
        sa.Column("domain_specific", sa.Boolean(), nullable=False),
        sa.Column("required_account_service", sa.Text(), nullable=True),
        sa.Column("months_in_display_cycle", sa.Integer(), nullable=True),
        sa.Column("send_message", sa.Boolean(), nullable=False),
        sa.Column("messages_sent_at", UtcTime, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_announcements_account_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_announcements_root_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_announcements_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index(
            "ix_announcements_account_id_end_at",
            ["account_id", "end_at"],
            unique=False,
            sqlite_where=sa.text("workflow_state = 'active'"),
            postgresql_where=sa.text("workflow_state = 'active'"),
        )

    op.create_table(
        "announcement_dismissals",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("announcement_id", BigId, nullable=False),
        sa.Column("dismissed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_announcement_dismissals_announcement_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_announcement_dismissals_user_id")),
        sa.PrimaryKeyConstraint("user_id", "announcement_id", name=op.f("pk_announcement_dismissals")),
    )
    op.create_table(
        "announcement_roles",
        sa.Column("announcement_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_announcement_roles_announcement_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_announcement_roles_role_id")),
        sa.PrimaryKeyConstraint("announcement_id", "position", name=op.f("pk_announcement_roles")),
    )
    start_ids("announcements")
