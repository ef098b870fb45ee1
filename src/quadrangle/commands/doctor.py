"""`quad doctor`: what is wrong with this installation, in plain words."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, get_type_hints

import msgspec
import typer
from sqlalchemy import func, select

from quadrangle.blobs import StorageProblem, open_blobs
from quadrangle.commands.common import opened, settings_for, show
from quadrangle.db import DatabaseProblem, Statement, migrate
from quadrangle.db.database import is_sqlite, sqlite_path
from quadrangle.kernel.clock import SystemClock
from quadrangle.kernel.problem import OperatorProblem
from quadrangle.people import COUNT_USERS, users
from quadrangle.settings import Settings

LEAST_FREE: Final = 500 * 1024 * 1024  # bytes
LEAST_SQLITE: Final = (3, 35, 0)  # RETURNING
LEAST_POSTGRESQL: Final = 13
MOST_DRIFT: Final = timedelta(seconds=5)

# The newest account of a person: a clock behind it has gone back.
NEWEST_USER: Final = Statement(select(func.max(users.c.created_at, type_=users.c.created_at.type)), into=datetime)


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at."""

    check: str
    ok: bool
    says: str


class Report(msgspec.Struct, frozen=True):
    ok: bool
    findings: list[Finding]


def doctor(*, database: str | None, storage: str | None, json: bool) -> None:
    findings = examine(database, storage)
    report = Report(all(finding.ok for finding in findings), findings)
    if json:
        show(report, as_json=True)
    else:
        for finding in findings:
            typer.echo(f"{'ok     ' if finding.ok else 'PROBLEM'}  {finding.check}: {finding.says}")
    if not report.ok:
        raise SystemExit(1)


def examine(database: str | None, storage: str | None) -> list[Finding]:
    """Every finding, in the order in which an operator would put things right."""
    try:
        settings = settings_for(database, storage)
    except OperatorProblem as error:
        return [Finding("settings", False, str(error))]
    findings = [_settings(), _storage(settings)]
    try:
        findings.append(_engine(settings))
        at = migrate.current(settings.database_url)
    except DatabaseProblem as error:
        return [*findings, Finding("database", False, str(error))]
    if at is None:
        says = "The database is empty: run `quad init`, or `quad demo` to look around."
        return [*findings, Finding("schema", False, says)]
    if at != migrate.HEAD:
        says = f"The schema is at {at}, this program needs {migrate.HEAD}: run `quad migrate`."
        return [*findings, Finding("schema", False, says)]
    return [*findings, Finding("schema", True, f"at {at}"), *asyncio.run(_inside(settings))]


def _settings() -> Finding:
    known = {f"QUAD_{name.upper()}" for name in get_type_hints(Settings)}
    unknown = sorted(name for name in os.environ if name.startswith("QUAD_") and name not in known)
    if unknown:
        return Finding("settings", False, f"{', '.join(unknown)} in the environment: no such setting.")
    return Finding("settings", True, "can be read")


def _storage(settings: Settings) -> Finding:
    url = settings.storage_url
    if url.startswith("file://"):
        return _folder("storage", Path(url.removeprefix("file://")))
    try:
        problem = asyncio.run(open_blobs(url).problem())
    except StorageProblem as error:
        problem = str(error)
    return Finding("storage", problem is None, problem or f"{url} answers")


def _folder(check: str, folder: Path) -> Finding:
    """Whether files can be written there, with room to spare."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"quad doctor")
    except OSError as error:
        return Finding(check, False, f"{folder} cannot be written: {error.strerror}.")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        return Finding(check, False, f"{folder} has only {free // 1024**2} MB left.")
    return Finding(check, True, f"{folder} can be written, {free // 1024**3} GB left")


def _engine(settings: Settings) -> Finding:
    url = settings.database_url
    if is_sqlite(url):
        if sqlite3.sqlite_version_info < LEAST_SQLITE:
            return Finding("database", False, f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed.")
        finding = _folder("database", Path(sqlite_path(url)).parent)
        return (
            finding if not finding.ok else Finding("database", True, f"SQLite {sqlite3.sqlite_version}: {finding.says}")
        )
    return asyncio.run(_postgresql(url))


async def _postgresql(url: str) -> Finding:
    connection = await migrate.connect_postgresql(url)
    try:
        version = connection.get_server_version()
        encoding = await connection.fetchval("SHOW server_encoding")
        theirs = await connection.fetchval("SELECT clock_timestamp()")
    finally:
        await connection.close()
    drift = abs(theirs - SystemClock().now())
    if version.major < LEAST_POSTGRESQL:
        return Finding(
            "database", False, f"PostgreSQL {version.major} is too old: {LEAST_POSTGRESQL} or newer is needed."
        )
    if encoding != "UTF8":
        return Finding("database", False, f"The database keeps text as {encoding}: create it with ENCODING 'UTF8'.")
    if drift > MOST_DRIFT:
        return Finding("database", False, f"The clocks of this machine and of the database differ by {drift}.")
    return Finding("database", True, f"PostgreSQL {version.major}.{version.minor}, {encoding}")


async def _inside(settings: Settings) -> list[Finding]:
    async with opened(settings) as database, database.read() as connection:
        people = await connection.one(COUNT_USERS)
        newest = await connection.one(NEWEST_USER)
    campus = (
        Finding("campus", True, f"{people} people")
        if people
        else Finding("campus", False, "There is nobody: run `quad init`, or `quad demo` to look around.")
    )
    now = SystemClock().now()
    clock = (
        Finding(
            "clock", False, f"It is {now:%Y-%m-%d %H:%M} UTC here, before the newest account was made: set the clock."
        )
        if newest is not None and newest > now
        else Finding("clock", True, f"{now:%Y-%m-%d %H:%M} UTC")
    )
    return [campus, clock]
