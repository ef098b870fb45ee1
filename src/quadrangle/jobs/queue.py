"""Everything asked of the database about jobs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, insert, null, or_, select, update

from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of
from quadrangle.db.schema import Json, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.jobs.model import ABORTED, DONE, FAILED, LEASE, RUNNING, WAITING, Job, JobId
from quadrangle.jobs.tables import jobs

TOPIC: Final = "quadrangle_jobs"
_JOB: Final = tuple(jobs.c[name] for name in Job.__struct_fields__)

# Queue a job, unless one of its key waits or runs. Index: uq_jobs_key.
_ENQUEUE = Statement(
    insert(jobs)
    .from_select(
        ["kind", "payload", "lane", "key", "state", "ready_at", "attempt", "abort_asked", "created_at"],
        select(
            bindparam("kind", type_=jobs.c.kind.type),
            bindparam("payload", type_=Json),
            bindparam("lane", type_=jobs.c.lane.type),
            bindparam("key", type_=jobs.c.key.type),
            bindparam("state", WAITING, type_=jobs.c.state.type),
            bindparam("due_at", type_=UtcTime),
            bindparam("attempt", 0, type_=jobs.c.attempt.type),
            bindparam("abort_asked", False, type_=jobs.c.abort_asked.type),
            bindparam("now", type_=UtcTime),
        ).where(
            ~select(jobs.c.id)
            .where(jobs.c.key == bindparam("key", type_=jobs.c.key.type), jobs.c.ready_at.is_not(None))
            .exists()
        ),
    )
    .returning(jobs.c.id),
    into=int,
)

_earlier = jobs.alias("earlier")
_DUE = (
    select(jobs.c.id)
    .where(
        jobs.c.ready_at <= bindparam("now", type_=UtcTime),
        any_of(jobs.c.kind, "kinds", of=TextList),
        or_(
            jobs.c.lane.is_(None),
            ~select(_earlier.c.id)
            .where(_earlier.c.lane == jobs.c.lane, _earlier.c.id < jobs.c.id, _earlier.c.ready_at.is_not(None))
            .exists(),
        ),
    )
    .order_by(jobs.c.ready_at, jobs.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=jobs)
    .cte("due")
)

# Claim what has been due for longest: what waits, and what runs under a lease that has ended. Rows another worker is just claiming are passed
# over. A CTE, as PostgreSQL may run a plain sub-select with a lock more than once, and would claim more than was asked for.
# Index: ix_jobs_ready_at; ix_jobs_lane.
_CLAIM = Statement(
    update(jobs)
    .where(jobs.c.id == _DUE.c.id)
    .values(
        state=RUNNING,
        attempt=jobs.c.attempt + 1,
        ready_at=bindparam("until", type_=UtcTime),
        worker=bindparam("by"),
        started_at=func.coalesce(jobs.c.started_at, bindparam("now", type_=UtcTime)),
    )
    .returning(*_JOB),
    into=Job,
)

# When the next job may be claimed. Index: ix_jobs_ready_at.
_NEXT = Statement(
    select(jobs.c.ready_at).where(jobs.c.ready_at.is_not(None)).order_by(jobs.c.ready_at, jobs.c.id).limit(1),
    into=datetime,
)

_held = (jobs.c.id == bindparam("which"), jobs.c.attempt == bindparam("under"), jobs.c.state == RUNNING)


class Held(msgspec.Struct, frozen=True):
    id: JobId
    attempt: int
    abort_asked: bool


# Go on holding a job under the attempt one claimed. No row: it is held no more. Index: primary key.
_HOLD = Statement(
    update(jobs)
    .where(*_held)
    .values(ready_at=bindparam("until", type_=UtcTime))
    .returning(jobs.c.id, jobs.c.attempt, jobs.c.abort_asked),
    into=Held,
)

# End a run under the attempt one claimed. Index: primary key.
_END = Statement[None](
    update(jobs)
    .where(*_held)
    .values(
        state=bindparam("to"),
        ready_at=null(),
        ended_at=bindparam("now", type_=UtcTime),
        error=bindparam("why"),
    )
)

# Let go of a job: it waits again. Index: primary key.
_LET_GO = Statement[None](
    update(jobs)
    .where(*_held)
    .values(state=WAITING, worker=null(), ready_at=bindparam("at", type_=UtcTime), error=bindparam("why"))
)

# Let go of all that a worker runs. Index: ix_jobs_ready_at.
_TAKE_BACK = Statement[None](
    update(jobs)
    .where(jobs.c.ready_at.is_not(None), jobs.c.state == RUNNING, jobs.c.worker == bindparam("by"))
    .values(state=WAITING, worker=null(), ready_at=bindparam("at", type_=UtcTime))
)

# End a job nobody runs. Index: primary key.
_ABORT_WAITING = Statement[None](
    update(jobs)
    .where(jobs.c.id == bindparam("which"), jobs.c.state == WAITING)
    .values(state=ABORTED, ready_at=null(), ended_at=bindparam("now", type_=UtcTime), abort_asked=True)
)
_ASK_TO_ABORT = Statement[None](
    update(jobs).where(jobs.c.id == bindparam("which"), jobs.c.state == RUNNING).values(abort_asked=True)
)

# Queue an ended job anew, with all its attempts. Index: primary key.
_RETRY = Statement[None](
    update(jobs)
    .where(jobs.c.id == bindparam("which"), jobs.c.state.in_((FAILED, ABORTED)))
    .values(
        state=WAITING,
        ready_at=bindparam("now", type_=UtcTime),
        attempt=0,
        abort_asked=False,
        worker=null(),
        error=null(),
        started_at=null(),
        ended_at=null(),
    )
)

# One job. Index: primary key.
_FIND = Statement(select(*_JOB).where(jobs.c.id == bindparam("which")), into=Job)


def _build_list(states: Any) -> Any:
    return select(*_JOB).where(jobs.c.state.in_(states)).order_by(jobs.c.id.desc()).limit(bindparam("limit"))


# The newest jobs in some states. Index: primary key, read backwards.
_LIST = Dynamic(_build_list, into=Job)

# Forget jobs that ended long ago. Index: ix_jobs_state_ended_at.
_FORGET = Statement[None](
    delete(jobs).where(jobs.c.state == bindparam("was"), jobs.c.ended_at < bindparam("before", type_=UtcTime))
)


class QueueLength(msgspec.Struct, frozen=True):
    """How many jobs wait or run, and since when the first of them might have been claimed."""

    state: str
    number: int
    oldest: datetime


# Index: ix_jobs_ready_at.
_LENGTHS = Statement(
    select(jobs.c.state, func.count().label("number"), func.min(jobs.c.ready_at).label("oldest"))
    .where(jobs.c.ready_at.is_not(None))
    .group_by(jobs.c.state),
    into=QueueLength,
)


async def enqueue(
    uow: UnitOfWork,
    kind: str,
    /,
    *,
    due_at: datetime | None = None,
    lane: str | None = None,
    key: str | None = None,
    **payload: Any,
) -> JobId | None:
    """Queue a job with the change that wants it; workers hear of it when that is committed.

    due_at: not before. lane: jobs of one lane run one at a time, in order. key: None is returned, and nothing queued, when one of this key
    waits or runs. payload: plain data for the handler.
    """
    id = await uow.one(_ENQUEUE, kind=kind, payload=payload, lane=lane, key=key, due_at=due_at or uow.now, now=uow.now)
    if id is None:
        return None
    await uow.tell(TOPIC)
    return JobId(id)


async def claim(uow: UnitOfWork, worker: str, kinds: Iterable[str], limit: int) -> list[Job]:
    """At most `limit` jobs of these kinds that are due, now held by this worker for the length of a lease."""
    claimed = await uow.all(_CLAIM, now=uow.now, until=uow.now + LEASE, by=worker, kinds=list(kinds), limit=limit)
    return sorted(claimed, key=lambda job: job.id)


async def next_ready_at(uow: UnitOfWork) -> datetime | None:
    return await uow.one(_NEXT)


async def hold(uow: UnitOfWork, job: Job) -> Held | None:
    """Prolong the lease; None when this attempt holds it no more."""
    return await uow.one(_HOLD, which=job.id, under=job.attempt, until=uow.now + LEASE)


async def end(
    uow: UnitOfWork, job: Job, state: str = DONE, error: str | None = None, *, every: timedelta | None = None
) -> bool:
    """End the run; false when this attempt holds the job no more. every: a job that comes round waits again with the end of this one."""
    if not await uow.run(_END, which=job.id, under=job.attempt, to=state, now=uow.now, why=error):
        return False
    if every is not None and job.key is not None:
        await enqueue(uow, job.kind, key=job.key, due_at=uow.now + every)
    if job.lane is not None:
        await uow.tell(TOPIC)  # the next of the lane may begin
    return True


async def let_go(uow: UnitOfWork, job: Job, *, after: timedelta = timedelta(), error: str | None = None) -> bool:
    """Give the job back to the queue, due again after a while."""
    given = await uow.run(_LET_GO, which=job.id, under=job.attempt, at=uow.now + after, why=error) == 1
    if given and not after:
        await uow.tell(TOPIC)
    return given


async def take_back(uow: UnitOfWork, worker: str) -> None:
    """Give back to the queue what a worker ran that is known to be gone: nobody has to wait for its leases to end."""
    if await uow.run(_TAKE_BACK, by=worker, at=uow.now):
        await uow.tell(TOPIC)


async def abort_job(uow: UnitOfWork, id: int) -> str | None:
    """End a waiting job, or ask the worker of a running one to stop; returns which state it was in, None when it had ended or is unknown."""
    if await uow.run(_ABORT_WAITING, which=id, now=uow.now):
        await uow.tell(TOPIC)  # whatever waited behind it in its lane
        return WAITING
    return RUNNING if await uow.run(_ASK_TO_ABORT, which=id) else None


async def retry_job(uow: UnitOfWork, id: int) -> bool:
    """Queue a job anew that failed or was aborted; false for any other."""
    queued = await uow.run(_RETRY, which=id, now=uow.now) == 1
    if queued:
        await uow.tell(TOPIC)
    return queued


async def find_job(uow: UnitOfWork, id: int) -> Job | None:
    return await uow.one(_FIND, which=id)


async def list_jobs(uow: UnitOfWork, states: Sequence[str], limit: int) -> list[Job]:
    """The newest first."""
    return await uow.all(_LIST.at(tuple(states)), limit=limit)


async def queue_lengths(uow: UnitOfWork) -> list[QueueLength]:
    return await uow.all(_LENGTHS)


async def forget_ended(uow: UnitOfWork, state: str, before: datetime) -> int:
    return await uow.run(_FORGET, was=state, before=before)
