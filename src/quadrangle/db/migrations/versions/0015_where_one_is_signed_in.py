"""Sessions know whence they were begun, and when the password was given once more; passwords are reset by one-time addresses."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0015"
down_revision = "0014"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("sessions", sa.Column("confirmed_at", UtcTime, nullable=True))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("agent", sa.Text(), nullable=True))
    op.create_table(
        "password_resets",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("login_id", BigId, nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=op.f("fk_password_resets_login_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_password_resets_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("digest", name=op.f("uq_password_resets_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_resets_login_id"), ["login_id"], unique=False)
    start_ids("password_resets")
