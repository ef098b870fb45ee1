"""A worker: claims what is due, runs it, keeps its leases, ends it.

One turn of its loop is one transaction that ends what is done and claims what comes next, so that short jobs cost few commits.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from quadrangle.blobs import Blobs
from quadrangle.db import Database, UnitOfWork, reading, writing
from quadrangle.jobs import queue
from quadrangle.jobs.model import ABORTED, DONE, FAILED, LEASE, Hopeless, Job, Kind, LeaseLost, back_off
from quadrangle.jobs.running import Running
from quadrangle.kernel.clock import Clock

CONCURRENCY: Final = 4
POLL_SECONDS: Final = 1.0  # the signal that there is work may be lost with the connection that brings it
HEARTBEAT_SECONDS: Final = LEASE.total_seconds() / 6
GRACE_SECONDS: Final = 8.0  # for what runs when the worker is asked to stop


class Worker:
    """Runs jobs beside whatever else the event loop does. Any number of workers may share a database.

    kinds: what it knows to do; a job of another kind waits for a worker that knows it. concurrency: how many run at once.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        clock: Clock,
        kinds: Iterable[Kind],
        *,
        concurrency: int = CONCURRENCY,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self._concurrency = concurrency
        self._log = structlog.get_logger("quadrangle.jobs")
        self._wake = asyncio.Event()
        self._stopping = False
        self._tasks: dict[tuple[int, int], tuple[Job, asyncio.Task[None]]] = {}  # by id and attempt
        self._done: list[Job] = []  # their end is not written yet
        self._aborting: set[int] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._listening = AsyncExitStack()
        registry = registry or CollectorRegistry()
        self._runs = Counter("quadrangle_job_runs", "Runs of jobs.", ["kind", "outcome"], registry=registry)
        self._seconds = Histogram("quadrangle_job_seconds", "How long runs took.", ["kind"], registry=registry)

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        await self._listening.enter_async_context(self._database.listen(queue.TOPIC, self._wake.set))
        self._loops = [asyncio.create_task(self._work()), asyncio.create_task(self._keep_leases())]

    async def stop(self) -> None:
        """Claim nothing more, give what runs some time to end, and the rest back to the queue."""
        self._stopping = True
        self._wake.set()
        if self._loops:
            await asyncio.gather(self._loops[0], return_exceptions=True)
        running = [task for _, task in self._tasks.values()]
        if running:
            await asyncio.wait(running, timeout=GRACE_SECONDS)
        unfinished = [job for job, _ in self._tasks.values()]
        for task in (*(task for _, task in self._tasks.values()), *self._loops):
            task.cancel()
        await asyncio.gather(*running, *self._loops, return_exceptions=True)
        await self._listening.aclose()
        try:
            async with writing(self._database, self._clock) as uow:
                await self._write_ends(uow, self._done)
                for job in unfinished:
                    await queue.let_go(uow, job)
        except Exception as error:  # their leases run out instead
            self._log.warning("jobs could not be given back", jobs=[job.id for job in unfinished], error=repr(error))

    async def run_until_idle(self) -> int:
        """Run what is due and what becomes due by that, then return how many runs there were. For commands and tests, without `start`."""
        runs = 0
        while claimed := await self._turn():
            runs += claimed
            while self._tasks:
                await asyncio.wait([task for _, task in self._tasks.values()], return_when=asyncio.FIRST_COMPLETED)
                runs += await self._turn()
        return runs

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        came_round = False
        while not self._stopping:
            try:
                if not came_round:
                    await self._begin_schedules()
                    came_round = True
                self._wake.clear()
                await self._turn()
            except Exception as error:  # the database is away: what is claimed stays so until its lease runs out
                self._log.warning("no jobs can be claimed", error=repr(error))
                await asyncio.sleep(POLL_SECONDS)
                continue
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _turn(self) -> int:
        """End what is done, claim and begin what comes next; returns how many that were."""
        room = 0 if self._stopping else self._concurrency - len(self._tasks)
        if not self._done and (room <= 0 or not await self._is_due()):
            return 0
        done, self._done = self._done, []
        claimed: list[Job] = []
        try:
            async with writing(self._database, self._clock) as uow:
                await self._write_ends(uow, done)
                if room > 0:
                    claimed = await queue.claim(uow, self.name, self._kinds, room)
        except Exception:
            self._done += done
            raise
        for job in claimed:
            task = asyncio.create_task(self._run(job))
            self._tasks[job.id, job.attempt] = (job, task)
        return len(claimed)

    async def _is_due(self) -> bool:
        async with reading(self._database, self._clock) as uow:
            at = await queue.next_ready_at(uow)
            return at is not None and at <= uow.now

    async def _write_ends(self, uow: UnitOfWork, done: list[Job]) -> None:
        for job in done:
            await queue.end(uow, job, DONE, every=self._kinds[job.kind].every)

    # --- one run ------------------------------------------------------------------------------------------------------

    async def _run(self, job: Job) -> None:
        started = time.perf_counter()
        outcome = "lost"
        try:
            outcome = await self._attempt(job)
        except asyncio.CancelledError:
            if job.id in self._aborting:
                outcome = ABORTED
                await self._end_badly(job, ABORTED, "It was aborted.")
            elif self._stopping:
                raise
        except Exception as error:
            self._log.warning("the end of a run could not be written", job=job.id, kind=job.kind, error=repr(error))
        finally:
            del self._tasks[job.id, job.attempt]
            self._aborting.discard(job.id)
            self._runs.labels(job.kind, outcome).inc()
            self._seconds.labels(job.kind).observe(time.perf_counter() - started)
            self._wake.set()

    async def _attempt(self, job: Job) -> str:
        """Run the handler once and see to the end of the job; returns how it ended."""
        kind = self._kinds[job.kind]
        running = Running(job, self._database, self._blobs, self._clock, every=kind.every)
        try:
            if job.attempt > kind.tries:  # the lease of the last attempt ran out
                raise Hopeless(job.error or f"It was begun {kind.tries} times and its worker never came to the end.")
            await kind.run(running)
        except LeaseLost:
            return "lost"
        except Hopeless as error:
            await self._end_badly(job, FAILED, str(error))
            return FAILED
        except Exception as error:
            self._log.exception("job failed", job=job.id, kind=job.kind, attempt=job.attempt)
            why = f"{type(error).__name__}: {error}"[:1000]
            if job.attempt >= kind.tries:
                await self._end_badly(job, FAILED, why)
                return FAILED
            async with writing(self._database, self._clock) as uow:
                await queue.let_go(uow, job, after=back_off(job.attempt), error=why)
            return "retried"
        if not running.ended:
            self._done.append(job)
        return DONE

    async def _end_badly(self, job: Job, state: str, why: str) -> None:
        kind = self._kinds[job.kind]
        async with writing(self._database, self._clock) as uow:
            if await queue.end(uow, job, state, why, every=kind.every) and kind.given_up is not None:
                await kind.given_up(uow, job.payload, why)

    # --- what comes round again ---------------------------------------------------------------------------------------

    async def _begin_schedules(self) -> None:
        async with writing(self._database, self._clock) as uow:
            for kind in self._kinds.values():
                if kind.every is not None:
                    await queue.enqueue(uow, kind.name, key=kind.name)

    # --- leases -------------------------------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self.heartbeat()
            except Exception as error:
                self._log.warning("leases cannot be prolonged", error=repr(error))

    async def heartbeat(self) -> None:
        """Prolong the leases of what runs; stop what is to be aborted, or is held by somebody else by now."""
        if not self._tasks:
            return
        async with writing(self._database, self._clock) as uow:
            for job, task in list(self._tasks.values()):
                held = await queue.hold(uow, job)
                if held is None:
                    task.cancel()
                elif held.abort_asked:
                    self._aborting.add(job.id)
                    task.cancel()
