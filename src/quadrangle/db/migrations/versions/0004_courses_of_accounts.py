"""Courses of accounts, and what they are searched by."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SortKey = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account_courses",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("home_id", BigId, nullable=False),
        sa.Column("term_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_courses_account_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_account_courses_course_id")),
        sa.ForeignKeyConstraint(["home_id"], ["accounts.id"], name=op.f("fk_account_courses_home_id")),
        sa.ForeignKeyConstraint(["term_id"], ["enrollment_terms.id"], name=op.f("fk_account_courses_term_id")),
        sa.PrimaryKeyConstraint("account_id", "course_id", name=op.f("pk_account_courses")),
    )
    with op.batch_alter_table("account_courses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_courses_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_courses_home_id"), ["home_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_account_courses_account_id_term_id_course_id"),
            ["account_id", "term_id", "course_id"],
            unique=False,
        )

    op.execute(
        "INSERT INTO account_courses (account_id, course_id, home_id, term_id) "
        "SELECT account_lineage.ancestor_id, courses.id, courses.account_id, courses.enrollment_term_id "
        "FROM courses JOIN account_lineage ON account_lineage.account_id = courses.account_id"
    )

    for name in ("name_folded", "code_folded"):
        op.add_column("courses", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("courses", sa.Column("sis_folded", SortKey, nullable=True))
    _fold_texts()
    # SQLite cannot take the default away again without writing the table anew, and nothing inserts without the columns.
    if op.get_bind().dialect.name == "postgresql":
        for name in ("name_folded", "code_folded"):
            op.alter_column("courses", name, server_default=None)


def _fold_texts() -> None:
    """As kernel/text.py did when this was written; SQL folds differently on each engine."""
    names = ("id", "name", "course_code", "sis_source_id", "name_folded", "code_folded", "sis_folded")
    courses = sa.table("courses", *(sa.column(name) for name in names))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(courses.c.id, courses.c.name, courses.c.course_code, courses.c.sis_source_id)
    ).all()
    fill = (
        courses.update()
        .where(courses.c.id == sa.bindparam("course_id"))
        .values(name_folded=sa.bindparam("name"), code_folded=sa.bindparam("code"), sis_folded=sa.bindparam("sis"))
    )
    values = [
        {"course_id": row.id, "name": _fold(row.name), "code": _fold(row.course_code), "sis": _fold(row.sis_source_id)}
        for row in rows
    ]
    if values:
        connection.execute(fill, values)


def _fold(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text).casefold()
