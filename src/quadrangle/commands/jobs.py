"""`quad jobs`: what waits, runs and failed; retrying and aborting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.db import UnitOfWork

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Jobs.")


class JobLine(msgspec.Struct, frozen=True):
    """One job as `quad jobs list` shows it."""

    id: int
    kind: str
    state: str
    attempt: int
    created_at: str
    error: str | None


class JobLines(msgspec.Struct, frozen=True):
    jobs: list[JobLine]


class Said(msgspec.Struct, frozen=True):
    """What was done with one job."""

    id: int
    state: str


@app.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="waiting, running, done, failed or aborted; may be given several times.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most this many, the newest first.")] = 50,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """List jobs that wait, run or have failed; with --state those in other states."""
    from quadrangle.commands.common import show
    from quadrangle.jobs import FAILED, RUNNING, STATES, WAITING, list_jobs
    from quadrangle.kernel.clock import zulu

    states = tuple(dict.fromkeys(state or (WAITING, RUNNING, FAILED)))
    for one in states:
        if one not in STATES:
            fail(f"--state {one} is none of {', '.join(STATES)}.")
    if limit < 1:
        fail("--limit needs at least 1.")
    found = asyncio.run(_with(database, storage, lambda uow: list_jobs(uow, states, limit)))
    show(
        JobLines([JobLine(job.id, job.kind, job.state, job.attempt, zulu(job.created_at), job.error) for job in found]),
        json,
    )


@app.command()
def retry(
    id: Annotated[int, typer.Argument(help="Id of the job.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Queue a job anew that failed or was aborted."""
    from quadrangle.commands.common import show
    from quadrangle.jobs import WAITING, retry_job

    if not asyncio.run(_with(database, storage, lambda uow: retry_job(uow, id))):
        fail(f"There is no job {id} that failed or was aborted.")
    show(Said(id, WAITING), json)


@app.command()
def abort(
    id: Annotated[int, typer.Argument(help="Id of the job.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """End a waiting job; ask the worker of a running one to stop."""
    from quadrangle.commands.common import show
    from quadrangle.jobs import ABORTED, RUNNING, abort_job

    was = asyncio.run(_with(database, storage, lambda uow: abort_job(uow, id)))
    if was is None:
        fail(f"There is no job {id} that waits or runs.")
    show(Said(id, "aborting" if was == RUNNING else ABORTED), json)


async def _with(database: str | None, storage: str | None, work: "Callable[[UnitOfWork], Awaitable[T]]") -> T:
    from quadrangle.commands.common import opened, settings_for
    from quadrangle.db import migrate, writing
    from quadrangle.kernel.clock import SystemClock

    settings = settings_for(database, storage)
    await asyncio.to_thread(migrate.upgrade, settings.database_url)
    async with opened(settings) as opened_database, writing(opened_database, SystemClock()) as uow:
        return await work(uow)
