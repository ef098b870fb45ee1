"""Bringing a database to the newest schema. Alembic is imported only when there is something to do: it costs a quarter of a second."""

import asyncio
from typing import Any, Final

HEAD: Final = "0001"


def upgrade(url: str) -> None:
    """Run every migration the database at `url` has not had. Blocks; call it where nothing else runs."""
    if url.startswith("sqlite"):
        _upgrade_sqlite(url)
    else:
        asyncio.run(_upgrade_postgresql(url))


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "quadrangle.db:migrations")
    return config


def _run(connection: Any) -> None:
    from alembic import command

    import quadrangle.db.tables  # noqa: F401 all tables into the metadata

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _upgrade_sqlite(url: str) -> None:
    from pathlib import Path

    from sqlalchemy import create_engine

    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.commit()
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


async def _upgrade_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    address = "postgresql+asyncpg://" + url.partition("://")[2]
    engine = create_async_engine(address)
    async with engine.begin() as connection:
        # Two servers that start together must not both create the tables.
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7148252)")
        await connection.run_sync(_run)
    await engine.dispose()
