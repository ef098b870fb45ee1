"""What people collect: members of collections, reflections, objectives, tags, comments."""

import sqlalchemy as sa
from alembic import op

from quadrangle.db.migrations.ids import start_ids

revision = "0012"
down_revision = "0011"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
SortKey = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "portfolio_associations",
        sa.Column("source_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_associations_item_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_associations_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "item_id", name=op.f("pk_portfolio_associations")),
    )
    with op.batch_alter_table("portfolio_associations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_associations_item_id_kind_source_id"),
            ["item_id", "kind", "source_id"],
            unique=False,
        )

    op.create_table(
        "portfolio_comments",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_comments_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_portfolio_comments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_comments")),
        sa.UniqueConstraint("item_id", "uid", name=op.f("uq_portfolio_comments_item_id_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("portfolio_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_comments_item_id_id"), ["item_id", "id"], unique=False)

    op.create_table(
        "portfolio_members",
        sa.Column("collection_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_members_collection_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_members_item_id")),
        sa.PrimaryKeyConstraint("collection_id", "item_id", name=op.f("pk_portfolio_members")),
    )
    with op.batch_alter_table("portfolio_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_members_collection_id_position"), ["collection_id", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_portfolio_members_item_id"), ["item_id"], unique=False)

    op.create_table(
        "portfolio_tags",
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("key", SortKey, nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["portfolio_objects.id"], name=op.f("fk_portfolio_tags_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_portfolio_tags_user_id")),
        sa.PrimaryKeyConstraint("item_id", "key", "type", name=op.f("pk_portfolio_tags")),
    )
    with op.batch_alter_table("portfolio_tags", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_tags_user_id_key_item_id"), ["user_id", "key", "item_id"], unique=False
        )

    op.create_table(
        "eportfolio_members",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["eportfolio_entries.id"], name=op.f("fk_eportfolio_members_entry_id")),
        sa.ForeignKeyConstraint(["item_id"], ["portfolio_objects.id"], name=op.f("fk_eportfolio_members_item_id")),
        sa.PrimaryKeyConstraint("entry_id", "item_id", name=op.f("pk_eportfolio_members")),
    )
    with op.batch_alter_table("eportfolio_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eportfolio_members_item_id"), ["item_id"], unique=False)

    op.add_column("portfolio_objects", sa.Column("origin", sa.Text(), nullable=True))
    op.add_column("portfolio_objects", sa.Column("read_to", BigId, nullable=True))
    for name in ("deleted_at", "origin"):
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_portfolio_objects_{name.removesuffix('_at')}",
            "portfolio_objects",
            ["user_id", name],
            unique=False,
            sqlite_where=there,
            postgresql_where=there,
        )
    # They were copies of the names of files; now none means: as the file is called.
    op.execute("UPDATE portfolio_objects SET name = NULL WHERE file_id IS NOT NULL")
    start_ids("portfolio_comments")
