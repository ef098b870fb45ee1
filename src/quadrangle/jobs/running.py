"""What a handler is given: its job, and a fence around its changes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

from quadrangle.blobs import Blobs
from quadrangle.db import Database, UnitOfWork, reading, writing
from quadrangle.jobs import queue
from quadrangle.jobs.model import Job, LeaseLost
from quadrangle.kernel.clock import Clock


class Running:
    """One attempt at one job. A handler that runs long need not mind its lease: the worker prolongs it, and cancels the handler when the job
    is aborted or held by somebody else. What it changes, it changes through `change` or `last_change`."""

    def __init__(
        self, job: Job, database: Database, blobs: Blobs, clock: Clock, *, every: timedelta | None = None
    ) -> None:
        """every: of its kind."""
        self.job = job
        self._every = every
        self.database = database
        self.blobs = blobs
        self.clock = clock
        self.ended = False

    @property
    def payload(self) -> dict[str, Any]:
        return self.job.payload

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return reading(self.database, self.clock)

    @asynccontextmanager
    async def change(self) -> AsyncIterator[UnitOfWork]:
        """A change on the way. Raises LeaseLost, and changes nothing, when this attempt holds the job no more."""
        async with writing(self.database, self.clock) as uow:
            if await queue.hold(uow, self.job) is None:
                raise LeaseLost
            yield uow

    @asynccontextmanager
    async def last_change(self) -> AsyncIterator[UnitOfWork]:
        """The result and the end of the job, in one transaction: a job that runs twice still has one result. Raises LeaseLost."""
        async with writing(self.database, self.clock) as uow:
            if not await queue.end(uow, self.job, every=self._every):
                raise LeaseLost
            yield uow
        self.ended = True
