"""What a job is, and what a kind of job promises."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NewType

import msgspec

if TYPE_CHECKING:
    from quadrangle.db import UnitOfWork
    from quadrangle.jobs.running import Running

JobId = NewType("JobId", int)

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
ABORTED: Final = "aborted"
STATES: Final = (WAITING, RUNNING, DONE, FAILED, ABORTED)

LEASE: Final = timedelta(seconds=30)
TRIES: Final = 5
BACK_OFF: Final = timedelta(seconds=5)  # before the second attempt; each further one waits three times as long
LONGEST_BACK_OFF: Final = timedelta(minutes=10)


class Job(msgspec.Struct, frozen=True):
    """One thing to do. attempt: how often it has been claimed; error: why the last attempt ended badly."""

    id: JobId
    kind: str
    payload: dict[str, Any]
    lane: str | None
    key: str | None
    state: str
    ready_at: datetime | None
    attempt: int
    worker: str | None
    abort_asked: bool
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Kind(msgspec.Struct, frozen=True):
    """One kind of job.

    run: does it; it may run more than once. given_up: told in the transaction in which the job fails for good, with the reason.
    tries: attempts in all before that. every: it comes round again that long after each end.
    """

    name: str
    run: "Callable[[Running], Awaitable[None]]"
    given_up: "Callable[[UnitOfWork, dict[str, Any], str], Awaitable[None]] | None" = None
    tries: int = TRIES
    every: timedelta | None = None


class Hopeless(Exception):
    """Raised by a handler whose job cannot succeed however often it is tried; the text says why."""


class LeaseLost(Exception):
    """Somebody else has claimed the job, or it was ended: this run must not change anything any more."""


def back_off(attempt: int) -> timedelta:
    """How long the job waits after its attempt-th failure, counted from 1."""
    return min(BACK_OFF * float(3 ** (attempt - 1)), LONGEST_BACK_OFF)
