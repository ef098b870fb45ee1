"""Alembic's door: the caller hands in a connection (see quadrangle.db.migrate)."""

from alembic import context

from quadrangle.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too: see quadrangle.db.migrate
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
