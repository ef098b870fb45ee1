"""The foundation: people, accounts, courses, groups, pages, tokens."""

from alembic import op

from quadrangle.db.schema import FIRST_ID, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for table in metadata.sorted_tables:
            if "id" in table.c:
                op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table.name}', {FIRST_ID - 1})")
