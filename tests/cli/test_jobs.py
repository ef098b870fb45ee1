"""`quad worker` and `quad jobs`. Source: ARCHITECTURE §4; docs/guides/jobs.md."""

import asyncio
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from quadrangle.db import open_database, writing
from quadrangle.jobs import enqueue
from quadrangle.kernel.clock import SystemClock
from tests.process import QUAD, Serving, environment, quad, quad_json


@pytest.fixture
def campus(empty: str, tmp_path: Path) -> str:
    quad_json("init", "--database", empty, folder=tmp_path)
    return empty


def queue(url: str, kind: str, **how: Any) -> int:
    async def run() -> int:
        database = open_database(url)
        await database.start()
        async with writing(database, SystemClock()) as uow:
            id = await enqueue(uow, kind, **how)
        await database.stop()
        assert id is not None
        return int(id)

    return asyncio.run(run())


def jobs_of(url: str, folder: Path, *more: str) -> dict[int, dict[str, Any]]:
    found = quad_json("jobs", "list", *more, "--database", url, folder=folder)["jobs"]
    return {one["id"]: one for one in found}


def wait_for_end(url: str, id: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while id not in jobs_of(url, folder, "--state", "done"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_worker_runs_what_waits_and_stops_when_asked(campus: str, tmp_path: Path) -> None:
    id = queue(campus, "clear_away_files")
    process = subprocess.Popen(
        [*QUAD, "worker", "--database", campus, "--storage", f"file://{tmp_path / 'files'}"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Worker ")
        wait_for_end(campus, id, tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
    # What comes round again waits for its time.
    assert {one["kind"] for one in jobs_of(campus, tmp_path).values()} == {"clear_away_files", "forget_old_jobs"}


def test_the_server_runs_jobs_itself_unless_told_otherwise(campus: str, tmp_path: Path) -> None:
    storage = f"file://{tmp_path / 'files'}"
    with Serving("--database", campus, "--storage", storage, "--no-worker", folder=tmp_path):
        assert jobs_of(campus, tmp_path) == {}
        id = queue(campus, "clear_away_files")
        time.sleep(1.5)
        assert jobs_of(campus, tmp_path)[id]["state"] == "waiting"
    with Serving("--database", campus, "--storage", storage, folder=tmp_path):
        wait_for_end(campus, id, tmp_path)


def test_jobs_are_listed_aborted_and_retried(campus: str, tmp_path: Path) -> None:
    where = ("--database", campus)
    id = queue(campus, "of_tomorrow")
    listed = jobs_of(campus, tmp_path)[id]
    assert (listed["kind"], listed["state"], listed["attempt"]) == ("of_tomorrow", "waiting", 0)
    plain = quad("jobs", "list", *where, folder=tmp_path)
    assert f"{id}  of_tomorrow  waiting" in plain.stdout
    assert quad_json("jobs", "abort", str(id), *where, folder=tmp_path) == {"id": id, "state": "aborted"}
    assert jobs_of(campus, tmp_path) == {}
    assert quad_json("jobs", "retry", str(id), *where, folder=tmp_path) == {"id": id, "state": "waiting"}
    refused = quad("jobs", "retry", str(id), *where, folder=tmp_path)
    assert (refused.returncode, refused.stderr) == (1, f"There is no job {id} that failed or was aborted.\n")
    refused = quad("jobs", "abort", "999", *where, folder=tmp_path)
    assert (refused.returncode, refused.stderr) == (1, "There is no job 999 that waits or runs.\n")
    refused = quad("jobs", "list", "--state", "lost", *where, folder=tmp_path)
    assert refused.stderr == "--state lost is none of waiting, running, done, failed, aborted.\n"
