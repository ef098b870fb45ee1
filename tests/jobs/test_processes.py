"""Workers that are killed, and databases, disks and stores that go away: nothing is lost, doubled or told complete that is not.

Source: the issue "Jobs, files and account reports", things going wrong.
"""

import resource
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.blobs.s3 import S3
from tests.databases import fresh_database
from tests.engines import Postgres
from tests.jobs.campus import Campus, run_sql

# `quad worker` of somebody whose clock is ten minutes ahead.
AHEAD = """
import sys
from datetime import timedelta
from quadrangle.kernel.clock import SystemClock
right = SystemClock.now
SystemClock.now = lambda self: right(self) + timedelta(minutes=10)
from quadrangle.cli import main
sys.argv[0] = "quad"
main()
"""


@pytest.fixture
def campus(engine: str, tmp_path: Path) -> Iterator[Campus]:
    with fresh_database(engine, tmp_path) as url:
        made = Campus(url, tmp_path)
        yield made
        made.close()


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[Campus]:
    with fresh_database("postgresql", tmp_path) as url:
        made = Campus(url, tmp_path)
        yield made
        made.close()


def test_another_worker_takes_over_from_one_that_was_killed(campus: Campus) -> None:
    killed = 0
    ids = []
    for _ in range(3):
        id = campus.ask()
        ids.append(id)
        worker = campus.worker()
        campus.wait_until(lambda id=id: campus.show(id)["status"] != "created")
        worker.kill()
        worker.wait()
        if campus.show(id)["status"] == "running":
            killed += 1
            assert campus.show(id)["file_url"] is None
        campus.end_leases()
    assert killed > 0
    campus.worker()
    for id in ids:
        campus.wait_for(id, "complete")
        campus.check(id)
    attempts = [row[0] for row in run_sql(campus.url, "SELECT attempt FROM jobs WHERE kind = 'run_report' ORDER BY id")]
    assert max(attempts) > 1
    campus.sweep()
    digests = {row[0] for row in run_sql(campus.url, "SELECT digest FROM files")}
    assert set(campus.stored()) == digests
    assert len(run_sql(campus.url, "SELECT id FROM files")) == len(ids)


def test_a_worker_that_must_stop_gives_its_run_back(campus: Campus) -> None:
    id = campus.ask()
    worker = campus.worker()
    campus.wait_until(lambda: campus.show(id)["status"] != "created")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    campus.worker()
    campus.wait_for(id, "complete")
    campus.check(id)


def test_a_running_report_is_aborted(campus: Campus) -> None:
    campus.worker()
    for _ in range(20):
        id = campus.ask()
        campus.wait_until(lambda id=id: campus.show(id)["status"] != "created")
        with campus.client() as client:
            answers = [client.put(f"/{id}/abort").status_code for _ in range(2)]
        if answers[0] == 200:
            break
        campus.check(id)  # it was over before it could be aborted
    assert answers == [200, 404]
    second = campus.ask()
    campus.wait_for(second, "complete")
    aborted = campus.show(id)
    assert (aborted["status"], aborted["file_url"]) == ("aborted", None)
    runs = "SELECT count(*) FROM report_runs WHERE workflow_state = 'complete'"
    assert run_sql(campus.url, "SELECT count(*) FROM files") == run_sql(campus.url, runs)


def test_of_many_who_abort_at_once_one_succeeds(campus: Campus) -> None:
    for _ in range(5):
        id = campus.ask()

        def abort(_: int, id: int = id) -> int:
            with campus.client() as client:
                return client.put(f"/{id}/abort").status_code

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(abort, range(6)))
        assert sorted(answers) == [200, *[404] * 5]
        assert campus.show(id)["status"] == "aborted"


def test_one_that_is_deleted_while_it_runs_stops(campus: Campus) -> None:
    campus.worker()
    id = campus.ask()
    campus.wait_until(lambda: campus.show(id)["status"] != "created")
    with campus.client() as client:
        deleted = client.delete(f"/{id}")
        assert (deleted.status_code, deleted.json()["status"]) == (200, "deleted")
        assert client.get(f"/{id}").status_code == 404
    second = campus.ask()
    campus.wait_for(second, "complete")
    assert run_sql(campus.url, f"SELECT workflow_state FROM report_runs WHERE id = {id}") == [("deleted",)]
    campus.check(second)


def test_a_worker_whose_clock_is_ten_minutes_ahead(on_postgresql: Campus) -> None:
    campus = on_postgresql
    ids = [campus.ask() for _ in range(4)]
    campus.worker()
    campus.worker(sys.executable, "-c", AHEAD)
    for id in ids:
        campus.wait_for(id, "complete")
        campus.check(id)
    assert len(run_sql(campus.url, "SELECT id FROM files")) == len(ids)


def test_workers_come_and_go_while_reports_are_made(on_postgresql: Campus) -> None:
    campus = on_postgresql
    ids = [campus.ask() for _ in range(6)]
    for round_ in range(6):
        workers = [campus.worker(), campus.worker()]
        time.sleep(0.9 + 0.1 * round_)
        for worker in workers:
            worker.kill()
            worker.wait()
        campus.end_leases()
    campus.worker()
    for id in ids:
        # Six kills may have met the same run; then it was given up, and says so.
        campus.wait_until(lambda id=id: campus.show(id)["status"] in ("complete", "error"))
        if campus.show(id)["status"] == "complete":
            campus.check(id)
    complete = [id for id in ids if campus.show(id)["status"] == "complete"]
    assert complete
    assert len(run_sql(campus.url, "SELECT id FROM files")) == len(complete)


def test_a_database_that_is_killed_during_a_run(tmp_path: Path) -> None:
    server = Postgres(durable=True)
    try:
        with fresh_database("postgresql", tmp_path, server) as url:
            campus = Campus(url, tmp_path)
            try:
                id = campus.ask()
                campus.worker()
                campus.wait_until(lambda: campus.show(id)["status"] != "created")
                server.kill()
                time.sleep(1.5)
                server.start()
                campus.end_leases()
                campus.wait_until(lambda: _answers(campus) and campus.show(id)["status"] == "complete")
                campus.check(id)
                assert len(run_sql(url, "SELECT id FROM files")) == 1
            finally:
                campus.close()
    finally:
        server.stop()


def _answers(campus: Campus) -> bool:
    return httpx.get(f"{campus.server.url}/readyz", timeout=30).status_code == 200


def test_a_full_disk_makes_a_report_wait(on_postgresql: Campus) -> None:
    campus = on_postgresql
    worker = campus.worker()
    campus.wait_until(
        lambda: run_sql(campus.url, "SELECT 1 FROM jobs WHERE kind = 'clear_away_files' AND state = 'done'")
    )
    _, hard = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    # No file may grow beyond this: to the process that is a disk without room.
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (500_000, hard))
    id = campus.ask()
    campus.wait_until(lambda: run_sql(campus.url, "SELECT error FROM jobs WHERE kind = 'run_report'")[0][0])
    assert run_sql(campus.url, "SELECT error FROM jobs WHERE kind = 'run_report'")[0][0].startswith(
        "StorageUnavailable"
    )
    run = campus.show(id)
    assert (run["status"], run["file_url"]) == ("running", None)
    assert campus.stored() == []
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (hard, hard))
    campus.wait_for(id, "complete")
    campus.check(id)


def test_a_store_that_is_away_makes_a_report_wait(tmp_path: Path) -> None:
    s3 = S3(tmp_path)
    with fresh_database("sqlite", tmp_path) as url:
        campus = Campus(url, tmp_path, storage="s3://campus/files", people=5_000, **s3.environment)
        try:
            s3.stop()
            id = campus.ask()
            campus.worker()
            campus.wait_until(lambda: run_sql(url, "SELECT error FROM jobs WHERE kind = 'run_report'")[0][0])
            assert campus.show(id)["status"] == "running"
            assert campus.show(id)["file_url"] is None
            s3.start()
            run_sql(url, "UPDATE jobs SET ready_at = '2020-01-01T00:00:00.000000Z' WHERE kind = 'run_report'")
            campus.wait_for(id, "complete")
            campus.check(id)
        finally:
            campus.close()
            s3.stop()
