"""What runs after the answer. The public door."""

from quadrangle.jobs.failing import attempting
from quadrangle.jobs.jobs import FORGET_OLD_JOBS
from quadrangle.jobs.model import (
    ABORTED,
    DONE,
    FAILED,
    RUNNING,
    STATES,
    WAITING,
    Hopeless,
    Job,
    Kind,
    LeaseLost,
)
from quadrangle.jobs.queue import (
    abort_job,
    enqueue,
    find_job,
    forget_ended,
    list_jobs,
    queue_lengths,
    retry_job,
    take_back,
)
from quadrangle.jobs.running import Running
from quadrangle.jobs.worker import CONCURRENCY, Worker

__all__ = [
    "ABORTED",
    "CONCURRENCY",
    "DONE",
    "FAILED",
    "FORGET_OLD_JOBS",
    "RUNNING",
    "STATES",
    "WAITING",
    "Hopeless",
    "Job",
    "Kind",
    "LeaseLost",
    "Running",
    "Worker",
    "abort_job",
    "attempting",
    "enqueue",
    "find_job",
    "forget_ended",
    "list_jobs",
    "queue_lengths",
    "retry_job",
    "take_back",
]
