"""Files and folders."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0006"
down_revision = "0005"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
SortKey = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("touched_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blobs")),
    )
    with op.batch_alter_table("blobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blobs_touched_at"), ["touched_at"], unique=False)

    op.create_table(
        "folders",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("parent_folder_id", BigId, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", SortKey, nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("unlock_at", UtcTime, nullable=True),
        sa.Column("lock_at", UtcTime, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["parent_folder_id"], ["folders.id"], name=op.f("fk_folders_parent_folder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folders")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("folders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_folders_context_type_context_id_id"), ["context_type", "context_id", "id"], unique=False
        )
        batch_op.create_index(
            "uq_folders_name",
            ["parent_folder_id", "name_key"],
            unique=True,
            sqlite_where=sa.text("workflow_state = 'active'"),
            postgresql_where=sa.text("workflow_state = 'active'"),
        )
        batch_op.create_index(
            "uq_folders_root",
            ["context_type", "context_id"],
            unique=True,
            sqlite_where=sa.text("parent_folder_id IS NULL"),
            postgresql_where=sa.text("parent_folder_id IS NULL"),
        )

    op.create_table(
        "files",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("folder_id", BigId, nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("name_key", SortKey, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("main_type", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("unlock_at", UtcTime, nullable=True),
        sa.Column("lock_at", UtcTime, nullable=True),
        sa.Column("visibility_level", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("on_duplicate", sa.Text(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("replaced_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("modified_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_files_digest")),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_files_folder_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["files.id"], name=op.f("fk_files_replaced_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_files_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_files_context_type_context_id_workflow_state_name_key_id"),
            ["context_type", "context_id", "workflow_state", "name_key", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_files_digest"), ["digest"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_files_workflow_state_created_at"),
            ["workflow_state", "created_at"],
            unique=False,
            sqlite_where=sa.text("workflow_state = 'arriving'"),
            postgresql_where=sa.text("workflow_state = 'arriving'"),
        )
        batch_op.create_index(
            "uq_files_name",
            ["folder_id", "name_key"],
            unique=True,
            sqlite_where=sa.text("workflow_state = 'available'"),
            postgresql_where=sa.text("workflow_state = 'available'"),
        )
    start_ids("folders", "files")
