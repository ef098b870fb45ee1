"""What every command shares: options, settings, how a result and a failure are printed."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from quadrangle.db import Database
    from quadrangle.settings import Settings

DatabaseOption = Annotated[str | None, typer.Option("--database", help="sqlite:///path or postgresql://…")]
StorageOption = Annotated[str | None, typer.Option("--storage", help="file:///path or s3://bucket")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def fail(message: str) -> NoReturn:
    """One line on standard error, exit status 1."""
    typer.echo(message, err=True)
    raise SystemExit(1)


def settings_for(database: str | None = None, storage: str | None = None, **given: Any) -> "Settings":
    """Settings in their order of precedence, flags first, with a secret key."""
    from quadrangle.settings import load_settings, with_secret_key

    return with_secret_key(load_settings({"database_url": database, "storage_url": storage, **given}))


def settings_of_campus(database: str | None, storage: str | None) -> "Settings":
    """The same for a campus whose schema is brought up to date first."""
    from quadrangle.db import migrate

    settings = settings_for(database, storage)
    migrate.upgrade(settings.database_url)
    return settings


@asynccontextmanager
async def opened(settings: "Settings") -> AsyncIterator["Database"]:
    """The database of these settings, for the length of one command."""
    from quadrangle.db import open_database

    database = open_database(settings.database_url, synchronous=settings.sqlite_synchronous)
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


def show(value: Any, as_json: bool) -> None:
    """A result on standard output: `key: value` lines, lists as a line an item; or one JSON object. Keys without a value are left out."""
    import msgspec

    facts = {key: fact for key, fact in msgspec.to_builtins(value).items() if fact is not None}
    if as_json:
        sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
        return
    for key, fact in facts.items():
        if isinstance(fact, list):
            typer.echo(f"{key}:")
            for item in fact:
                typer.echo("  " + (_line(item) if isinstance(item, dict) else str(item)))
        elif isinstance(fact, dict):
            typer.echo(f"{key}:")
            for name, inner in fact.items():
                typer.echo(f"  {name}: {inner}")
        else:
            typer.echo(f"{key}: {fact}")


def _line(item: dict[str, Any]) -> str:
    return "  ".join(str(fact) for fact in item.values() if fact not in (None, ""))
