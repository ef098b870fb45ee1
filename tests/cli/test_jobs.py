"""`quad worker` and `quad jobs`. Source: ARCHITECTURE §4; docs/guides/jobs.md."""

import asyncio
import json
import signal
import subprocess
import time
import zipfile
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
    assert {one["kind"] for one in jobs_of(campus, tmp_path).values()} == {
        *("clear_away_files", "forget_eportfolio_exports", "forget_old_jobs", "forget_packages"),
    }


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


class TestReport:
    def test_one_is_made_here_and_now(self, campus: str, tmp_path: Path) -> None:
        where = ("--database", campus, "--storage", f"file://{tmp_path / 'files'}")
        made = quad_json(
            "report", "run", "provisioning_csv", "-p", "users=true", "-p", "accounts=1", *where, folder=tmp_path
        )
        assert (made["status"], made["progress"], made["lines"]) == ("complete", 100, 3)
        with zipfile.ZipFile(tmp_path / made["output"]) as archive:
            assert archive.namelist() == ["users.csv", "accounts.csv"]
        shown = quad_json("report", "show", str(made["id"]), "--output", "again.zip", *where, folder=tmp_path)
        assert shown["output"] == "again.zip"
        assert (tmp_path / "again.zip").read_bytes() == (tmp_path / made["output"]).read_bytes()
        plain = quad("report", "run", "unused_courses_csv", "-o", "unused.csv", *where, folder=tmp_path)
        assert plain.returncode == 0
        assert "status: complete" in plain.stdout
        assert (
            tmp_path / "unused.csv"
        ).read_text() == "course id,course sis id,short name,long name,status,created at\n"

    def test_what_goes_wrong_is_one_line(self, campus: str, tmp_path: Path) -> None:
        where = ("--database", campus, "--storage", f"file://{tmp_path / 'files'}")
        for arguments, says in (
            (("run", "no_such_csv"), "There is no report no_such_csv; `quad report list` has them all.\n"),
            (("run", "unused_courses_csv", "--account", "99"), "There is no account 99.\n"),
            (("run", "unused_courses_csv", "--user", "99"), "User 99 may not see the reports of account 1.\n"),
            (("run", "unused_courses_csv", "-p", "nonsense"), "--parameter nonsense is not name=value.\n"),
            (
                ("run", "unused_courses_csv", "-p", "enrollment_term_id=99"),
                "invalid enrollment_term_id '99'.\n",
            ),
            (("show", "99"), "There is no run 99.\n"),
        ):
            done = quad("report", *arguments, *where, folder=tmp_path)
            assert (done.returncode, done.stderr) == (1, says)
        failed = quad("report", "run", "last_user_access_csv", "-p", "course_id=99", "--json", *where, folder=tmp_path)
        assert failed.returncode == 1
        assert json.loads(failed.stdout)["says"] == "There is no course '99'."

    def test_they_are_listed(self, campus: str, tmp_path: Path) -> None:
        listed = quad_json("report", "list", folder=tmp_path)["reports"]
        assert len(listed) == 20
        assert listed[0] == {
            "report": "course_storage_csv",
            "title": "Course Storage",
            "parameters": ["enrollment_term_id"],
        }
