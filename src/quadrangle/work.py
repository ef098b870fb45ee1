"""Every kind of job there is, and a worker that knows them all."""

from typing import Final

from prometheus_client import CollectorRegistry

from quadrangle.blobs import Blobs
from quadrangle.catalogue import REPORTS
from quadrangle.db import Database
from quadrangle.files import CLEAR_AWAY
from quadrangle.jobs import CONCURRENCY, FORGET_OLD_JOBS, Kind, Worker
from quadrangle.kernel.clock import Clock
from quadrangle.pages import PUBLISH_PAGE
from quadrangle.reports import run_reports

KINDS: Final[tuple[Kind, ...]] = (FORGET_OLD_JOBS, CLEAR_AWAY, PUBLISH_PAGE, run_reports(REPORTS))


def create_worker(
    database: Database,
    blobs: Blobs,
    clock: Clock,
    *,
    concurrency: int = CONCURRENCY,
    registry: CollectorRegistry | None = None,
) -> Worker:
    return Worker(database, blobs, clock, KINDS, concurrency=concurrency, registry=registry)
