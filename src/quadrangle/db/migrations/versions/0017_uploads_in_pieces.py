"""Files that come in pieces; what somebody said, by who said it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("received", BigId, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("touched_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_touched_at"), ["touched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_user_id"), ["user_id"], unique=False)

    op.create_table(
        "upload_pieces",
        sa.Column("upload_key", sa.Text(), nullable=False),
        sa.Column("start", BigId, nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_upload_pieces_digest")),
        sa.ForeignKeyConstraint(["upload_key"], ["uploads.key"], name=op.f("fk_upload_pieces_upload_key")),
        sa.PrimaryKeyConstraint("upload_key", "start", name=op.f("pk_upload_pieces")),
    )
    with op.batch_alter_table("upload_pieces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_pieces_digest"), ["digest"], unique=False)

    with op.batch_alter_table("portfolio_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_comments_user_id_id"), ["user_id", "id"], unique=False)
