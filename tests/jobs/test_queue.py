"""The promises of the job engine, on both engines. Source: ARCHITECTURE §3 "Jobs"; docs/decisions/0003-jobs-table.md."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from quadrangle.db import writing
from quadrangle.jobs import (
    ABORTED,
    DONE,
    FAILED,
    RUNNING,
    WAITING,
    Hopeless,
    Job,
    Kind,
    LeaseLost,
    Running,
    Worker,
    abort_job,
    enqueue,
    find_job,
    retry_job,
    take_back,
)
from quadrangle.jobs.model import TRIES, back_off
from quadrangle.jobs.queue import claim, end, hold
from tests.world import World

Handler = Callable[[Running], Awaitable[None]]


class Bench:
    """Workers over the database of a world, in its event loop and at its time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log: list[Any] = []

    def worker(self, *kinds: Kind, concurrency: int = 4) -> Worker:
        async def make() -> Worker:
            app = self.world.app
            return Worker(app.database, app.blobs, self.world.clock, kinds, concurrency=concurrency)

        return self.world.server.run(make())

    def work(self, *kinds: Kind, concurrency: int = 4) -> int:
        return self.world.server.run(self.worker(*kinds, concurrency=concurrency).run_until_idle())

    def enqueue(self, kind: str = "note", **how: Any) -> int:
        id = self.world.do(lambda uow: enqueue(uow, kind, **how))
        assert id is not None
        return int(id)

    def job(self, id: int) -> Job:
        found: Job | None = self.world.do(lambda uow: find_job(uow, id))
        assert found is not None
        return found

    def claim(self, who: str, *kinds: str, limit: int = 10) -> list[Job]:
        claimed: list[Job] = self.world.do(lambda uow: claim(uow, who, kinds or ("note",), limit))
        return claimed

    @property
    def note(self) -> Kind:
        async def run(running: Running) -> None:
            self.log.append(running.payload.get("says"))

        return Kind("note", run)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def kind(run: Handler, **how: Any) -> Kind:
    return Kind("note", run, **how)


class TestQueueing:
    def test_it_runs_with_what_was_said(self, bench: Bench) -> None:
        id = bench.enqueue(says="é😀")
        assert bench.job(id).state == WAITING
        assert bench.work(bench.note) == 1
        assert bench.log == ["é😀"]
        job = bench.job(id)
        assert (job.state, job.attempt, job.error, job.ready_at) == (DONE, 1, None, None)
        assert job.started_at == job.ended_at == bench.world.clock.now()

    def test_a_change_that_is_rolled_back_leaves_no_job(self, bench: Bench) -> None:
        async def fail(uow: Any) -> None:
            await enqueue(uow, "note", says="never")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            bench.world.do(fail)
        assert bench.work(bench.note) == 0

    def test_it_waits_until_it_is_due(self, bench: Bench) -> None:
        due = bench.world.clock.now()
        bench.world.clock.advance(hours=-1)
        id = bench.enqueue(due_at=due, says="later")
        assert bench.work(bench.note) == 0
        bench.world.clock.set(due)
        assert bench.work(bench.note) == 1
        assert bench.job(id).state == DONE

    def test_one_of_a_key_waits_or_runs(self, bench: Bench) -> None:
        bench.enqueue(key="sweep", says=1)
        assert bench.world.do(lambda uow: enqueue(uow, "note", key="sweep", says=2)) is None
        bench.work(bench.note)
        bench.enqueue(key="sweep", says=3)
        bench.work(bench.note)
        assert bench.log == [1, 3]

    def test_jobs_of_one_lane_run_in_order_one_at_a_time(self, bench: Bench) -> None:
        running: list[int] = []
        most: list[int] = []

        async def run(job: Running) -> None:
            running.append(job.payload["says"])
            most.append(len(running))
            await asyncio.sleep(0.002)
            running.remove(job.payload["says"])
            bench.log.append(job.payload["says"])

        for number in range(6):
            bench.enqueue(lane="reports:1", says=number)
        bench.work(kind(run), concurrency=8)
        assert bench.log == list(range(6))
        assert max(most) == 1

    def test_lanes_do_not_wait_for_each_other(self, bench: Bench) -> None:
        first = bench.enqueue(lane="a")
        bench.enqueue(lane="a")
        other = bench.enqueue(lane="b")
        free = bench.enqueue()
        assert [job.id for job in bench.claim("w")] == [first, other, free]

    def test_a_job_nobody_here_knows_waits_for_a_worker_that_does(self, bench: Bench) -> None:
        id = bench.enqueue("of_tomorrow")
        assert bench.work(bench.note) == 0
        assert bench.job(id).state == WAITING


class TestClaiming:
    def test_a_claimed_job_is_claimed_by_nobody_else(self, bench: Bench) -> None:
        ids = [bench.enqueue() for _ in range(5)]
        first = bench.claim("one", limit=3)
        second = bench.claim("two", limit=3)
        assert [job.id for job in first] == ids[:3]
        assert [job.id for job in second] == ids[3:]
        assert {job.worker for job in first} == {"one"}

    def test_many_workers_at_once_run_each_job_once(self, bench: Bench) -> None:
        for number in range(60):
            bench.enqueue(says=number)

        async def all_of_them() -> None:
            app = bench.world.app
            workers = [Worker(app.database, app.blobs, bench.world.clock, [bench.note]) for _ in range(5)]
            await asyncio.gather(*(worker.run_until_idle() for worker in workers))

        bench.world.server.run(all_of_them())
        assert sorted(bench.log) == list(range(60))

    def test_a_lease_that_ran_out_lets_another_take_over(self, bench: Bench) -> None:
        id = bench.enqueue(says="again")
        (lost,) = bench.claim("dead")
        bench.world.clock.advance(seconds=29)
        assert bench.claim("other") == []
        bench.world.clock.advance(seconds=1)
        (taken,) = bench.claim("other")
        assert (taken.id, taken.attempt, taken.worker) == (id, 2, "other")
        # The first is fenced off: it neither holds the job nor ends it.
        assert bench.world.do(lambda uow: hold(uow, lost)) is None
        assert bench.world.do(lambda uow: end(uow, lost)) is False
        assert bench.world.do(lambda uow: end(uow, taken)) is True

    def test_what_a_worker_held_that_is_gone_can_be_taken_back_at_once(self, bench: Bench) -> None:
        mine, other = bench.enqueue(), bench.enqueue()
        bench.world.do(lambda uow: claim(uow, "dead", ["note"], 1))
        bench.world.do(lambda uow: claim(uow, "alive", ["note"], 1))
        bench.world.do(lambda uow: take_back(uow, "dead"))
        assert (bench.job(mine).state, bench.job(other).state) == (WAITING, RUNNING)
        again = bench.world.do(lambda uow: claim(uow, "alive", ["note"], 2))
        assert [(job.id, job.attempt) for job in again] == [(mine, 2)]

    def test_a_lease_is_prolonged_while_the_job_runs(self, bench: Bench) -> None:
        id = bench.enqueue()

        async def run(running: Running) -> None:
            for _ in range(5):
                bench.world.clock.advance(seconds=20)
                await worker.heartbeat()
                async with writing(bench.world.app.database, bench.world.clock) as uow:
                    assert await claim(uow, "thief", ["note"], 1) == []

        worker = bench.worker(kind(run))
        bench.world.server.run(worker.run_until_idle())
        assert (bench.job(id).state, bench.job(id).attempt) == (DONE, 1)

    def test_the_clock_of_another_worker_may_be_ten_minutes_off(self, bench: Bench) -> None:
        """It takes the job away; still there is one result."""
        id = bench.enqueue()
        (slow,) = bench.claim("right")
        bench.world.clock.advance(minutes=10)
        (fast,) = bench.claim("fast")
        bench.world.clock.advance(minutes=-10)
        assert bench.world.do(lambda uow: end(uow, slow)) is False
        assert bench.world.do(lambda uow: end(uow, fast)) is True
        assert bench.job(id).state == DONE


class TestEnding:
    def test_the_last_change_and_the_end_are_one(self, bench: Bench) -> None:
        id = bench.enqueue()

        async def run(running: Running) -> None:
            async with running.last_change() as uow:
                await enqueue(uow, "result")
                if running.job.attempt == 1:
                    raise OSError("power cut")

        bench.work(kind(run))
        assert bench.job(id).state == WAITING
        bench.world.clock.advance(minutes=1)
        bench.work(kind(run))
        assert bench.job(id).state == DONE
        assert bench.world.sql("SELECT count(*) FROM jobs WHERE kind = 'result'") == [(1,)]

    def test_a_run_that_lost_its_lease_changes_nothing(self, bench: Bench) -> None:
        id = bench.enqueue()

        async def run(running: Running) -> None:
            if running.job.attempt == 1:
                bench.world.clock.advance(minutes=1)
                async with writing(bench.world.app.database, bench.world.clock) as uow:
                    (bench.taken,) = await claim(uow, "thief", ["note"], 1)  # type: ignore[attr-defined]
            for block in (running.change, running.last_change):
                with pytest.raises(LeaseLost):
                    async with block() as uow:
                        await enqueue(uow, "result")

        bench.work(kind(run))
        assert bench.world.sql("SELECT count(*) FROM jobs WHERE kind = 'result'") == [(0,)]
        assert (bench.job(id).state, bench.job(id).worker) == (RUNNING, "thief")


class TestFailing:
    def test_it_is_tried_again_after_a_while_and_then_given_up(self, bench: Bench) -> None:
        told: list[Any] = []

        async def run(running: Running) -> None:
            bench.log.append(running.job.attempt)
            raise ConnectionError("not reached")

        async def given_up(uow: Any, payload: Any, why: str) -> None:
            told.append((payload, why))

        id = bench.enqueue(says="x")
        for attempt in range(1, TRIES + 1):
            assert bench.work(kind(run, given_up=given_up)) == 1
            if attempt < TRIES:
                assert told == []
                assert bench.job(id).state == WAITING
                bench.world.clock.advance(seconds=back_off(attempt).total_seconds() - 1)
                assert bench.work(kind(run)) == 0
                bench.world.clock.advance(seconds=1)
        job = bench.job(id)
        assert (job.state, job.error) == (FAILED, "ConnectionError: not reached")
        assert bench.log == [1, 2, 3, 4, 5]
        assert told == [({"says": "x"}, "ConnectionError: not reached")]

    def test_what_is_hopeless_is_not_tried_again(self, bench: Bench) -> None:
        async def run(running: Running) -> None:
            raise Hopeless("There is no such course.")

        id = bench.enqueue()
        bench.work(kind(run))
        assert (bench.job(id).state, bench.job(id).error) == (FAILED, "There is no such course.")

    def test_one_that_kills_its_workers_is_given_up(self, bench: Bench) -> None:
        id = bench.enqueue()
        for _ in range(TRIES):
            assert bench.claim("dying")
            bench.world.clock.advance(minutes=1)
        bench.work(bench.note)
        assert bench.log == []
        assert bench.job(id).state == FAILED
        assert bench.job(id).error == "It was begun 5 times and its worker never came to the end."

    def test_a_failed_job_can_be_retried(self, bench: Bench) -> None:
        async def run(running: Running) -> None:
            raise Hopeless("no")

        id = bench.enqueue(says="now")
        assert bench.world.do(lambda uow: retry_job(uow, id)) is False
        bench.work(kind(run))
        assert bench.world.do(lambda uow: retry_job(uow, id)) is True
        bench.work(bench.note)
        assert bench.log == ["now"]
        assert bench.job(id).state == DONE
        assert bench.world.do(lambda uow: retry_job(uow, id)) is False

    def test_the_next_of_a_lane_runs_when_one_has_failed(self, bench: Bench) -> None:
        async def run(running: Running) -> None:
            if running.payload["says"] == 1:
                raise Hopeless("no")
            bench.log.append(running.payload["says"])

        bench.enqueue(lane="a", says=1)
        bench.enqueue(lane="a", says=2)
        bench.work(kind(run))
        assert bench.log == [2]


class TestAborting:
    def test_a_waiting_job_never_runs(self, bench: Bench) -> None:
        id = bench.enqueue()
        assert bench.world.do(lambda uow: abort_job(uow, id)) == WAITING
        assert bench.world.do(lambda uow: abort_job(uow, id)) is None
        assert bench.work(bench.note) == 0
        assert bench.job(id).state == ABORTED

    def test_a_running_job_is_stopped_and_its_kind_is_told(self, bench: Bench) -> None:
        told: list[str] = []

        async def run(running: Running) -> None:
            async with writing(bench.world.app.database, bench.world.clock) as uow:
                assert await abort_job(uow, running.job.id) == RUNNING
            await worker.heartbeat()
            await asyncio.sleep(60)

        async def given_up(uow: Any, payload: Any, why: str) -> None:
            told.append(why)

        id = bench.enqueue()
        worker = bench.worker(kind(run, given_up=given_up))
        bench.world.server.run(worker.run_until_idle())
        assert bench.job(id).state == ABORTED
        assert told == ["It was aborted."]

    def test_an_unknown_job_is_not_aborted(self, bench: Bench) -> None:
        assert bench.world.do(lambda uow: abort_job(uow, 999_999)) is None
        assert bench.world.do(lambda uow: retry_job(uow, 999_999)) is False


class TestComingRound:
    def test_each_end_brings_the_next(self, bench: Bench) -> None:
        from datetime import timedelta

        async def run(running: Running) -> None:
            bench.log.append(bench.world.clock.now())
            if len(bench.log) == 2:
                raise Hopeless("once")

        hourly = kind(run, every=timedelta(hours=1))
        bench.enqueue(key="note")
        for _ in range(3):
            bench.work(hourly)
            assert bench.work(hourly) == 0
            bench.world.clock.advance(hours=1)
        assert len(bench.log) == 3
        assert bench.world.sql("SELECT count(*) FROM jobs WHERE ready_at IS NOT NULL") == [(1,)]


class TestAWorkerAtWork:
    """With its loop, as it runs beside the server."""

    def test_it_hears_of_a_job_at_once_and_stops_gracefully(self, bench: Bench) -> None:
        async def run() -> list[float]:
            loop = asyncio.get_running_loop()
            begun: list[float] = []

            async def note(running: Running) -> None:
                begun.append(loop.time())

            app = bench.world.app
            worker = Worker(app.database, app.blobs, bench.world.clock, [kind(note)])
            await worker.start()
            await asyncio.sleep(0.3)
            queued = []
            for _ in range(5):
                async with writing(app.database, bench.world.clock) as uow:
                    await enqueue(uow, "note")
                queued.append(loop.time())
                while len(begun) < len(queued):
                    await asyncio.sleep(0.001)
            await worker.stop()
            return [start - said for said, start in zip(queued, begun, strict=True)]

        # Not a figure (make bench has that), but the difference between a signal and the poll of a second.
        assert sorted(bench.world.server.run(run()))[2] < 0.5
        assert bench.world.sql("SELECT state, count(*) FROM jobs GROUP BY state") == [(DONE, 5)]

    def test_what_still_runs_when_it_must_stop_goes_back_to_the_queue(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("quadrangle.jobs.worker.GRACE_SECONDS", 0.05)
        id = bench.enqueue(says="later")

        async def run() -> None:
            begun = asyncio.Event()

            async def forever(running: Running) -> None:
                begun.set()
                await asyncio.sleep(60)

            app = bench.world.app
            worker = Worker(app.database, app.blobs, bench.world.clock, [kind(forever)])
            await worker.start()
            await begun.wait()
            await worker.stop()

        bench.world.server.run(run())
        assert bench.job(id).state == WAITING
        bench.work(bench.note)
        assert bench.log == ["later"]


class TestMetrics:
    def test_the_queue_and_its_runs_are_told(self, bench: Bench) -> None:
        bench.enqueue()
        bench.world.clock.advance(seconds=42)
        text = bench.world.anyone.get("/metrics").text
        assert 'quadrangle_jobs{state="waiting"} 1.0' in text
        assert "quadrangle_jobs_overdue_seconds 42.0" in text

    def test_runs_are_counted_by_their_end(self, bench: Bench) -> None:
        from prometheus_client import CollectorRegistry

        async def run(running: Running) -> None:
            if running.payload["says"]:
                raise Hopeless("no")

        registry = CollectorRegistry()
        for says in (0, 0, 1):
            bench.enqueue(says=says)
        app = bench.world.app

        async def work() -> None:
            await Worker(app.database, app.blobs, bench.world.clock, [kind(run)], registry=registry).run_until_idle()

        bench.world.server.run(work())
        read = registry.get_sample_value
        assert read("quadrangle_job_runs_total", {"kind": "note", "outcome": "done"}) == 2
        assert read("quadrangle_job_runs_total", {"kind": "note", "outcome": "failed"}) == 1
        assert read("quadrangle_job_seconds_count", {"kind": "note"}) == 3


class TestWhatItKeeps:
    def test_files_nobody_finished_and_bytes_nobody_refers_to_are_cleared_away(self, world: World) -> None:
        announced = world.ada.post("/users/self/files", {"name": "a.txt", "size": "5"}).json()
        files = {"file": ("a.txt", b"Hello")}
        world.anyone.http.post(announced["upload_url"], data=announced["upload_params"], files=files)
        stored = [path for path in world.storage.rglob("*") if path.is_file()]
        assert len(stored) == 1
        world.clock.advance(hours=2)
        world.do(lambda uow: enqueue(uow, "clear_away_files", key="clear_away_files"))
        assert world.work() == 1
        assert [path for path in world.storage.rglob("*") if path.is_file()] == []

    def test_jobs_that_ended_are_forgotten_after_a_while(self, bench: Bench) -> None:
        done, failed = bench.enqueue(says=1), bench.enqueue(says=None)

        async def run(running: Running) -> None:
            if running.payload["says"] is None:
                raise Hopeless("no")

        bench.work(kind(run))
        bench.world.clock.advance(days=3)
        bench.world.do(lambda uow: enqueue(uow, "forget_old_jobs"))
        bench.world.work()
        left = {row[0] for row in bench.world.sql("SELECT id FROM jobs WHERE kind = 'note'")}
        assert (done in left, failed in left) == (False, True)
