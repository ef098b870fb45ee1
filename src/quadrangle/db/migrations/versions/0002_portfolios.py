"""Portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from quadrangle.db.migrations.ids import start_ids

revision = "0002"
down_revision = "0001"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.Text(), "sqlite")
SortKey = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "eportfolios",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("deleted_at", UtcTime, nullable=True),
        sa.Column("deleted_by", BigId, nullable=True),
        sa.Column("spam_status", sa.Text(), nullable=True),
        sa.Column("spam_order", sa.Integer(), nullable=True),
        sa.Column("spam_reasons", Json, nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("review_at", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name=op.f("fk_eportfolios_deleted_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eportfolios_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolios")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolios", schema=None) as batch_op:
        batch_op.create_index(
            "ix_eportfolios_judged",
            ["spam_order", "id"],
            unique=False,
            sqlite_where=sa.text("workflow_state = 'active' AND spam_order IS NOT NULL"),
            postgresql_where=sa.text("workflow_state = 'active' AND spam_order IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_eportfolios_user_id_updated_at_id"), ["user_id", "updated_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_eportfolios_waiting",
            ["review_at", "id"],
            unique=False,
            sqlite_where=sa.text("workflow_state = 'active' AND review IS NOT NULL"),
            postgresql_where=sa.text("workflow_state = 'active' AND review IS NOT NULL"),
        )

    op.create_table(
        "eportfolio_sections",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", SortKey, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_eportfolio_sections_eportfolio_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolio_sections")),
        sa.UniqueConstraint("eportfolio_id", "slug", name=op.f("uq_eportfolio_sections_eportfolio_id_slug")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolio_sections", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_eportfolio_sections_eportfolio_id_position"), ["eportfolio_id", "position"], unique=False
        )

    op.create_table(
        "portfolio_objects",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("allow_comments", sa.Boolean(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("modified_at", UtcTime, nullable=False),
        sa.Column("deleted_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_portfolio_objects_eportfolio_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_portfolio_objects_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_objects")),
        sa.UniqueConstraint("eportfolio_id", name=op.f("uq_portfolio_objects_eportfolio_id")),
        sa.UniqueConstraint("user_id", "uid", name=op.f("uq_portfolio_objects_user_id_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("portfolio_objects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_objects_user_id_id"), ["user_id", "id"], unique=False)
        batch_op.create_index(
            "uq_portfolio_objects_file_id",
            ["user_id", "file_id"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL AND file_id IS NOT NULL"),
            postgresql_where=sa.text("deleted_at IS NULL AND file_id IS NOT NULL"),
        )

    op.create_table(
        "eportfolio_entries",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=False),
        sa.Column("section_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", SortKey, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("allow_comments", sa.Boolean(), nullable=False),
        sa.Column("show_comments", sa.Boolean(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("spam_score", sa.Integer(), nullable=True),
        sa.Column("spam_reasons", Json, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.Column("content", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_eportfolio_entries_eportfolio_id")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["eportfolio_sections.id"], name=op.f("fk_eportfolio_entries_section_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolio_entries")),
        sa.UniqueConstraint("eportfolio_id", "uid", name=op.f("uq_eportfolio_entries_eportfolio_id_uid")),
        sa.UniqueConstraint("section_id", "slug", name=op.f("uq_eportfolio_entries_section_id_slug")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolio_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_eportfolio_entries_eportfolio_id_created_at_id"),
            ["eportfolio_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_eportfolio_entries_eportfolio_id_position"), ["eportfolio_id", "position"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_eportfolio_entries_section_id_position"), ["section_id", "position"], unique=False
        )

    op.create_table(
        "eportfolio_links",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("eportfolio_id", BigId, nullable=False),
        sa.Column("section_id", BigId, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["eportfolio_id"], ["eportfolios.id"], name=op.f("fk_eportfolio_links_eportfolio_id")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["eportfolio_sections.id"], name=op.f("fk_eportfolio_links_section_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolio_links")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolio_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eportfolio_links_eportfolio_id_id"), ["eportfolio_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_eportfolio_links_section_id"), ["section_id"], unique=False)

    op.create_table(
        "eportfolio_comments",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["eportfolio_entries.id"], name=op.f("fk_eportfolio_comments_entry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eportfolio_comments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eportfolio_comments")),
        sa.UniqueConstraint("entry_id", "uid", name=op.f("uq_eportfolio_comments_entry_id_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("eportfolio_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eportfolio_comments_entry_id_id"), ["entry_id", "id"], unique=False)

    op.create_table(
        "eportfolio_passages",
        sa.Column("digest", SortKey, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["eportfolio_entries.id"], name=op.f("fk_eportfolio_passages_entry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eportfolio_passages_user_id")),
        sa.PrimaryKeyConstraint("digest", "entry_id", name=op.f("pk_eportfolio_passages")),
    )
    with op.batch_alter_table("eportfolio_passages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eportfolio_passages_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "eportfolio_revisions",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("content", Json, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["eportfolio_entries.id"], name=op.f("fk_eportfolio_revisions_entry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eportfolio_revisions_user_id")),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_eportfolio_revisions")),
    )
    start_ids(
        "eportfolios",
        "eportfolio_sections",
        "portfolio_objects",
        "eportfolio_entries",
        "eportfolio_links",
        "eportfolio_comments",
    )
