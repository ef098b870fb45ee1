"""The command line, `quad`. Source: ARCHITECTURE §4."""

import asyncio
import secrets
import sys
from typing import Annotated, Any

import msgspec
import typer

from quadrangle.settings import Settings, SettingsError, load_settings, with_secret_key

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Quadrangle: course pages and ePortfolios.")

DatabaseOption = Annotated[str | None, typer.Option("--database", help="sqlite:///path or postgresql://…")]
StorageOption = Annotated[str | None, typer.Option("--storage", help="file:///path or s3://bucket")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def main() -> None:
    try:
        app()
    except SettingsError as error:
        fail(str(error))


def fail(message: str) -> None:
    typer.echo(message, err=True)
    raise SystemExit(1)


def settings_for(database: str | None = None, storage: str | None = None, **given: Any) -> Settings:
    return with_secret_key(load_settings({"database_url": database, "storage_url": storage, **given}))


def show(value: Any, as_json: bool) -> None:
    """A result on standard output: `key: value` lines, or one JSON object."""
    facts = {key: fact for key, fact in msgspec.to_builtins(value).items() if fact is not None}
    if as_json:
        sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    else:
        for key, fact in facts.items():
            typer.echo(f"{key}: {fact}")


@app.command()
def init(
    database: DatabaseOption = None,
    storage: StorageOption = None,
    account_name: Annotated[str, typer.Option(help="Name of the root account.")] = "Quadrangle",
    admin_email: Annotated[
        str, typer.Option(help="E-mail and login of the first administrator.")
    ] = "admin@example.com",
    admin_password: Annotated[str | None, typer.Option(help="Their password; random and printed if not given.")] = None,
    admin_token: Annotated[str | None, typer.Option(help="Text of their access token, at least 16 characters.")] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Succeed quietly when it exists already.")] = False,
    json: JsonOption = False,
) -> None:
    """Create the schema, the root account and its first administrator."""
    from quadrangle.campus import Beginning, begin
    from quadrangle.db import migrate, open_database
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.digest import Digester
    from quadrangle.people import COUNT_USERS, hash_password

    settings = settings_for(database, storage)
    if admin_token is not None and (len(admin_token) < 16 or any(char.isspace() for char in admin_token)):
        fail("--admin-token needs at least 16 characters without blanks.")
    migrate.upgrade(settings.database_url)
    password = admin_password or secrets.token_urlsafe(12)

    async def run() -> Beginning | None:
        opened = open_database(settings.database_url)
        await opened.start()
        try:
            digest = await hash_password(password)
            async with writing(opened, SystemClock()) as uow:
                if await uow.one(COUNT_USERS):
                    return None
                return await begin(
                    uow,
                    Digester(settings.secret_key),
                    account_name=account_name,
                    admin_email=admin_email,
                    password_digest=digest,
                    admin_token=admin_token,
                )
        finally:
            await opened.stop()

    made = asyncio.run(run())
    if made is None:
        if not if_missing:
            fail("The database is initialised already.")
        return
    show(msgspec.structs.replace(made, admin_password=None if admin_password else password), json)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8000,
    database: DatabaseOption = None,
    storage: StorageOption = None,
) -> None:
    """Serve; brings the schema up to date first."""
    import uvicorn

    from quadrangle.app import create_app
    from quadrangle.db import migrate
    from quadrangle.logs import configure_logs

    settings = settings_for(database, storage)
    configure_logs(settings.log)
    migrate.upgrade(settings.database_url)
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning", access_log=False, server_header=False)
