"""User tokens are found by their application."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("id_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_id_keys_id_app_id_user_id"), ["id_app_id", "user_id"], unique=False)
