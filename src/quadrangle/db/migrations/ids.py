"""Where a table's ids start, for migrations that make one."""

from alembic import op

from quadrangle.db.schema import FIRST_ID


def start_ids(*tables: str) -> None:
    """PostgreSQL says it in the column; SQLite keeps it in a table of its own."""
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {FIRST_ID - 1})")
