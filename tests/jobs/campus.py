"""A campus of real processes with many people, for what happens to jobs when processes die."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.process import QUAD, Serving, environment, quad_json
from tests.world import NO_TLS

ADMIN = "a-token-of-our-own"
PEOPLE = 60_000

_USERS = """
INSERT INTO users (id, uuid, name, sortable_name, sortable_key, short_name, search_key, calendar_secret, workflow_state, created_at, updated_at)
SELECT n, 'u' || n, 'Person ' || n, n || ', Person', 'person', 'Person', 'person', 'c' || n, 'registered', {now}, {now} FROM numbers
"""
_LOGINS = """
INSERT INTO logins (id, account_id, user_id, unique_id, unique_key, workflow_state, position, created_at, updated_at)
SELECT n, 1, n, 'p' || n, 'p' || n, 'active', 1, {now}, {now} FROM numbers
"""
_SQLITE = "WITH RECURSIVE numbers(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999 + {people}) "
_POSTGRESQL = "WITH numbers(n) AS (SELECT generate_series(1000, 999 + {people})) "


def run_sql(url: str, *statements: str) -> list[Any]:
    """Behind everybody's back; the rows of the last statement."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as connection:
            for sql in statements:
                rows = connection.execute(sql).fetchall()
            connection.commit()
            return rows

    async def run() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            for sql in statements:
                rows = [tuple(row) for row in await connection.fetch(sql)]
            return rows
        finally:
            await connection.close()

    return asyncio.run(run())


class Campus:
    """`quad serve` that runs no jobs, and workers that do."""

    def __init__(
        self, url: str, folder: Path, *, storage: str | None = None, people: int = PEOPLE, **settings: str
    ) -> None:
        self.url = url
        self.folder = folder
        self.where = ("--database", url, "--storage", storage or f"file://{folder / 'files'}")
        self.settings = {"QUAD_THROTTLE": "false", **settings}
        self.workers: list[subprocess.Popen[bytes]] = []
        quad_json("init", "--database", url, "--admin-token", ADMIN, folder=folder)
        sqlite = url.startswith("sqlite")
        now = "'2026-02-15T12:00:00.000000Z'" if sqlite else "now()"
        numbers = (_SQLITE if sqlite else _POSTGRESQL).format(people=people)
        before = [numbers + sql.format(now=now) for sql in (_USERS, _LOGINS)]
        if not sqlite:
            before = [sql.replace(numbers, "").replace("INSERT", numbers + "INSERT", 1) for sql in before]
        run_sql(url, *before)
        self.lines = people + 2
        self.server = Serving(*self.where, "--no-worker", folder=folder, **self.settings)

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.server.url}/api/v1/accounts/1/reports/provisioning_csv",
            headers={"authorization": f"Bearer {ADMIN}"},
            timeout=60,
            verify=NO_TLS,
        )

    def ask(self) -> int:
        """Ask for a report of all people; returns the id of the run."""
        with self.client() as client:
            return int(client.post("", json={"parameters": {"users": True}}).json()["id"])

    def show(self, id: int) -> dict[str, Any]:
        with self.client() as client:
            shown: dict[str, Any] = client.get(f"/{id}").json()
            return shown

    def worker(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(
                [*(command or QUAD), "worker", *self.where],
                cwd=self.folder,
                env=environment(**self.settings),
                stdout=log,
                stderr=log,
            )
        self.workers.append(process)
        return process

    def wait_until(self, holds: Callable[[], Any], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, (self.folder / "workers.log").read_text()[-3000:]
            time.sleep(0.01)

    def wait_for(self, id: int, status: str) -> dict[str, Any]:
        self.wait_until(lambda: self.show(id)["status"] == status)
        return self.show(id)

    def end_leases(self) -> None:
        """As if half a minute had gone by."""
        past = "'2020-01-01T00:00:00.000000Z'"
        run_sql(self.url, f"UPDATE jobs SET ready_at = {past} WHERE state = 'running'")

    def check(self, id: int) -> None:
        """The run is complete, once, with all its lines."""
        run = self.show(id)
        assert (run["status"], run["progress"], run["current_line"]) == ("complete", 100, self.lines)
        data = httpx.get(run["attachment"]["url"], verify=NO_TLS, timeout=60).content
        assert len(data) == run["attachment"]["size"]
        assert data.count(b"\n") == self.lines
        assert data.startswith(b"canvas_user_id,") and data.endswith(b"\n")  # noqa: PT018

    def sweep(self) -> None:
        """All that nobody refers to is old by now; clear it away."""
        past = "'2020-01-01T00:00:00.000000Z'"
        for path in (self.folder / "files" / "incoming").glob("*"):
            os.utime(path, (0, 0))
        run_sql(
            self.url,
            f"UPDATE blobs SET touched_at = {past}",
            f"UPDATE jobs SET ready_at = {past} WHERE kind = 'clear_away_files' AND state = 'waiting'",
        )
        self.wait_until(
            lambda: (
                run_sql(self.url, "SELECT count(*) FROM jobs WHERE kind = 'clear_away_files' AND state = 'done'")[0][0]
                > 1
            )
        )

    def stored(self) -> list[str]:
        """Names of the blobs, and of what is on its way."""
        return sorted(path.name for path in (self.folder / "files").rglob("*") if path.is_file())

    def close(self) -> None:
        for process in self.workers:
            process.kill()
            process.wait()
        self.server.kill()
