"""Deleted portfolios are found by when that was, so that moderators can bring them back."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

GONE = sa.text("workflow_state = 'deleted'")


def upgrade() -> None:
    op.create_index(
        "ix_eportfolios_deleted", "eportfolios", ["deleted_at", "id"], sqlite_where=GONE, postgresql_where=GONE
    )
