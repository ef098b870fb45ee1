"""Sessions know whence they were begun, and when the password was given once more."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0014"

UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("sessions", sa.Column("confirmed_at", UtcTime, nullable=True))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("agent", sa.Text(), nullable=True))
