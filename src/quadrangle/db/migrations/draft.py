"""`make migration NAME=…`: drafts the next migration, what the tables say beyond the sum of those there are. Read it before you commit it."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateTableOp
from sqlalchemy import create_engine
from sqlalchemy.types import TypeEngine

import quadrangle.db.tables  # noqa: F401 all tables into the metadata
from quadrangle.db import migrate
from quadrangle.db.schema import BigId, Json, SortKey, UtcTime, metadata


def _key(type_: TypeEngine[Any]) -> str:
    """What tells one type from another; its variants are no part of its repr."""
    return f"{type_!r} {type_._variant_mapping}"


# The types of db/schema.py under their names there, but written out in each migration: history must not change when schema.py does.
TYPES: Final = {
    _key(BigId): ("BigId", 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'),
    _key(UtcTime): ("UtcTime", 'sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")'),
    _key(Json): ("Json", 'postgresql.JSONB().with_variant(sa.Text(), "sqlite")'),
    _key(SortKey): ("SortKey", 'sa.Text(collation="C").with_variant(sa.Text(), "sqlite")'),
}
VERSIONS: Final = Path(__file__).parent / "versions"


def draft(name: str, *, after: str | None = migrate.HEAD) -> str:
    """The text of a migration that follows `after`; None: the first one, for an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        if after is not None:
            migrate.upgrade(url)
        engine = create_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"render_as_batch": True, "user_module_prefix": None, "target_metadata": metadata}
            )
            changes: Any = produce_migrations(context, metadata).upgrade_ops
        engine.dispose()
    made = [op.table_name for op in changes.ops if isinstance(op, CreateTableOp) and "id" in _columns(op)]
    body = render_python_code(
        changes, render_as_batch=after is not None, migration_context=context, render_item=_named_type
    )
    body = re.sub(r"^ *# ###.*\n?", "", body, flags=re.MULTILINE).strip()
    if made:
        body += "\n    start_ids(" + ", ".join(f'"{table}"' for table in made) + ")"
    number = f"{int(after or 0) + 1:04}"
    imports = ["import sqlalchemy as sa", "from alembic import op"]
    types = [f"{name} = {text}" for name, text in TYPES.values() if re.search(rf"\b{name}\b", body)]
    if "postgresql." in body + "".join(types):
        imports.append("from sqlalchemy.dialects import postgresql")
    if made:
        imports.append("\nfrom quadrangle.db.migrations.ids import start_ids")
    return "\n".join(
        [
            f'"""{name[:1].upper()}{name[1:]}."""',
            "",
            *imports,
            "",
            f'revision = "{number}"',
            f"down_revision = {after!r}",
            "",
            *types,
            "",
            "",
            "def upgrade() -> None:",
            re.sub(r"^(?!    )(?=\S)", "    ", body, flags=re.MULTILINE),
            "",
        ]
    )


def _named_type(kind: str, thing: Any, context: Any) -> str | Literal[False]:
    known = TYPES.get(_key(thing)) if kind == "type" else None
    return known[0] if known else False


def _columns(made: CreateTableOp) -> set[str]:
    return {column.name for column in made.to_table().c}


def main() -> None:
    name = " ".join(sys.argv[1:]).strip()
    if not name:
        raise SystemExit('say what it does: make migration NAME="who wrote a page"')
    text = draft(name)
    number = f"{int(migrate.HEAD) + 1:04}"
    path = VERSIONS / f"{number}_{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}.py"
    path.write_text(text)
    print(f'{path}: read it, then set HEAD to "{number}" in db/migrate.py.')


if __name__ == "__main__":
    main()
