"""`quad report`: which reports there are; making one here and now; what became of a run."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.blobs import Blobs
    from quadrangle.db import Database
    from quadrangle.reports import ReportRun

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Account reports.")

OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where to put its file; a folder takes it under its own name.")
]


class ReportLine(msgspec.Struct, frozen=True):
    """A report that can be run."""

    report: str
    title: str
    parameters: list[str]


class ReportLines(msgspec.Struct, frozen=True):
    reports: list[ReportLine]


class RunLine(msgspec.Struct, frozen=True):
    """A run and how it ended. output: where its file was put."""

    id: int
    report: str
    account_id: int
    status: str
    progress: int
    lines: int | None
    says: str | None
    seconds: float
    output: str | None = None


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the reports that can be run."""
    from quadrangle.catalogue import REPORTS
    from quadrangle.commands.common import show

    lines = [ReportLine(kind.name, kind.title, [one.name for one in kind.parameters]) for kind in REPORTS.values()]
    if json:
        show(ReportLines(lines), as_json=True)
        return
    for line in lines:
        typer.echo(f"{line.report}  {line.title}")
        if line.parameters:
            typer.echo(f"    {', '.join(line.parameters)}")


@app.command()
def run(
    report: Annotated[str, typer.Argument(help="Its name, as `quad report list` has it.")],
    account: Annotated[int, typer.Option(help="Id of the account.")] = 1,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be given several times.")
    ] = None,
    user: Annotated[int, typer.Option(help="Id of the administrator in whose name it is made.")] = 1,
    output: OutputOption = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Make a report, with a bar that shows how far it is, and put its file into a folder."""
    from quadrangle.catalogue import REPORTS
    from quadrangle.commands.common import show

    if report not in REPORTS:
        fail(f"There is no report {report}; `quad report list` has them all.")
    parameters = _parameters(parameter or [])
    line = asyncio.run(_run(database, storage, report, account, user, parameters, output or Path(), quiet=json))
    show(line, json)
    if line.status != "complete":
        raise SystemExit(1)


@app.command("show")
def show_(
    id: Annotated[int, typer.Argument(help="Id of the run.")],
    output: OutputOption = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Show what became of a run; with --output put its file there."""
    from quadrangle.commands.common import show

    show(asyncio.run(_show(database, storage, id, output)), json)


def _parameters(given: list[str]) -> dict[str, Any]:
    """`users=true` and so on; a name that is given several times, or ends in [], has a list."""
    told: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            fail(f"--parameter {one} is not name=value.")
        plain = name.strip().removesuffix("[]")
        if plain in told or name.strip().endswith("[]"):
            before = told.get(plain, [])
            told[plain] = [*(before if isinstance(before, list) else [before]), value]
        else:
            told[plain] = value
    return told


async def _run(
    database: str | None,
    storage: str | None,
    report: str,
    account_id: int,
    user_id: int,
    parameters: dict[str, Any],
    output: Path,
    *,
    quiet: bool,
) -> RunLine:
    from quadrangle.blobs import open_blobs
    from quadrangle.catalogue import REPORTS
    from quadrangle.commands.common import opened, settings_for
    from quadrangle.db import migrate
    from quadrangle.jobs import Worker
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.reports import run_reports

    settings = settings_for(database, storage)
    await asyncio.to_thread(migrate.upgrade, settings.database_url)
    async with opened(settings) as base:
        blobs = open_blobs(settings.storage_url)
        started = await _start(base, report, account_id, user_id, parameters)
        worker = Worker(base, blobs, SystemClock(), [run_reports(REPORTS)], concurrency=1)
        await worker.start()
        try:
            ended = await _watch(base, started, quiet=quiet)
        finally:
            await worker.stop()
        return await _line(base, blobs, ended, output)


async def _start(
    database: "Database", report: str, account_id: int, user_id: int, parameters: dict[str, Any]
) -> "ReportRun":
    from quadrangle.accounts import ROOT_ID, find_account, rights_at
    from quadrangle.catalogue import REPORTS
    from quadrangle.db import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.errors import Forbidden
    from quadrangle.kernel.ids import Ref
    from quadrangle.reports import UnknownTerm, allow_reports, start_report

    async with writing(database, SystemClock()) as uow:
        account = await find_account(uow, Ref("id", str(account_id)), ROOT_ID)
        if account is None:
            fail(f"There is no account {account_id}.")
        try:
            granted = allow_reports(await rights_at(uow, user_id, account), account)
            return await start_report(uow, granted, REPORTS[report], parameters, user_id=user_id)
        except Forbidden:
            fail(f"User {user_id} may not see the reports of account {account_id}.")
        except UnknownTerm as error:
            fail(f"{error.says}.")


async def _watch(database: "Database", run: "ReportRun", *, quiet: bool) -> "ReportRun":
    """The run at its end, whoever makes it; a bar on standard error meanwhile."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from quadrangle.db import reading
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.reports import RUN, UNDER_WAY

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task(run.report_type, total=100, said="waits")
        while run.workflow_state in UNDER_WAY:
            await asyncio.sleep(0.1)
            async with reading(database, SystemClock()) as uow:
                found = await uow.one(RUN, id=run.id)
            assert found is not None
            run = found
            said = run.workflow_state if run.current_line is None else f"{run.current_line} lines"
            bar.update(task, completed=run.progress, said=said)
    return run


async def _show(database: str | None, storage: str | None, id: int, output: Path | None) -> RunLine:
    from quadrangle.blobs import open_blobs
    from quadrangle.commands.common import opened, settings_for
    from quadrangle.db import migrate, reading
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.reports import DELETED, RUN

    settings = settings_for(database, storage)
    await asyncio.to_thread(migrate.upgrade, settings.database_url)
    async with opened(settings) as base:
        async with reading(base, SystemClock()) as uow:
            found = await uow.one(RUN, id=id)
        if found is None or found.workflow_state == DELETED:
            fail(f"There is no run {id}.")
        if output is not None and found.file_id is None:
            fail(f"Run {id} has no file: it is {found.workflow_state}.")
        return await _line(base, open_blobs(settings.storage_url), found, output)


async def _line(database: "Database", blobs: "Blobs", run: "ReportRun", output: Path | None) -> RunLine:
    from quadrangle.kernel.clock import SystemClock

    put = await _put(database, blobs, run, output) if output is not None else None
    return RunLine(
        id=run.id,
        report=run.report_type,
        account_id=run.account_id,
        status=run.workflow_state,
        progress=run.progress,
        lines=run.current_line,
        says=run.parameters.get("extra_text"),
        seconds=round(run.run_time(SystemClock().now()), 3),
        output=None if put is None else str(put),
    )


async def _put(database: "Database", blobs: "Blobs", run: "ReportRun", output: Path) -> Path | None:
    """Copy the file of a run, which is there as a whole or not at all."""
    from quadrangle.db import reading
    from quadrangle.files import find_file
    from quadrangle.kernel.clock import SystemClock

    if run.file_id is None:
        return None
    async with reading(database, SystemClock()) as uow:
        file = await find_file(uow, run.file_id)
    if file is None or file.digest is None:
        return None
    target = _target(output, file.display_name)
    half = target.with_name(f".{target.name}.part")
    try:
        with half.open("wb") as out:
            async for piece in blobs.stream(file.digest):
                out.write(piece)
        half.replace(target)
    except OSError as error:
        half.unlink(missing_ok=True)
        fail(f"{target} cannot be written: {error.strerror or error}.")
    return target


def _target(output: Path, name: str) -> Path:
    return output / name if output.is_dir() else output
