"""`quad demo`: the demo campus in an empty database."""

import asyncio
import os
from pathlib import Path

import msgspec
import typer

from quadrangle.blobs import open_blobs
from quadrangle.commands.common import fail, opened, settings_for, show
from quadrangle.db import migrate
from quadrangle.demo import DemoSummary, fill
from quadrangle.kernel.digest import Digester
from quadrangle.people import COUNT_USERS
from quadrangle.settings import Settings, data_folder


def demo(*, database: str | None, storage: str | None, if_missing: bool, json: bool) -> None:
    settings = settings_for(database, storage)
    migrate.upgrade(settings.database_url)
    made = asyncio.run(_fill(settings))
    if made is None:
        if not if_missing:
            fail("The database holds a campus already.")
        made = _remembered(settings)
    else:
        _remember(settings, made)
    if json:
        show(made or {}, as_json=True)
    elif made is not None:
        _tell(made)


def _tell(made: DemoSummary) -> None:
    """For people: one login of every kind, and the administrator's token."""
    counts = f"{made.users} people, {made.courses} courses, {made.groups} groups, {made.pages} pages, {made.portfolios} portfolios"
    typer.echo(f"{made.account_name}: {counts}")
    typer.echo("")
    typer.echo("Some of its logins:")
    kinds: set[str] = set()
    for one in made.logins:
        kind = " ".join(word for word in one.role.split() if word.islower() and word.isalpha())
        if one.role and kind not in kinds and ";" not in one.role:
            kinds.add(kind)
            typer.echo(f"  {one.login:<40} password {one.password}   {one.role}")
    typer.echo("All logins and tokens: quad demo --if-missing --json")
    typer.echo("")
    typer.echo(f"Access token of its administrator: {made.access_token}")
    if (program := made.program) is not None:
        typer.echo("")
        typer.echo(f"ID keys of the Brightspace application {program.name}, for {program.login}:")
        for name in ("app_id", "app_key", "user_id", "user_key", "trusted_url"):
            typer.echo(f"  {name:<12} {getattr(program, name)}")


async def _fill(settings: Settings) -> DemoSummary | None:
    """None: the database is not empty."""
    async with opened(settings) as database:
        async with database.read() as connection:
            if await connection.one(COUNT_USERS):
                return None
        return await fill(database, open_blobs(settings.storage_url), Digester(settings.secret_key))


# Tokens are kept as digests only, so what was printed at the first run is kept beside the data to be printed at the next.


def _path(settings: Settings) -> Path:
    return data_folder(settings) / "demo.json"


def _remember(settings: Settings, made: DemoSummary) -> None:
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(msgspec.json.encode({"database_url": settings.database_url, "summary": made}))


class _Kept(msgspec.Struct):
    database_url: str
    summary: DemoSummary


def _remembered(settings: Settings) -> DemoSummary | None:
    try:
        kept = msgspec.json.decode(_path(settings).read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None
    return kept.summary if kept.database_url == settings.database_url else None
