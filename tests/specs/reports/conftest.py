"""Running reports over the fixture of accounts.md §8 (root in America/Denver) and reading what comes of them."""

import csv
import io
import zipfile
from typing import Any

import httpx
import msgspec
import pytest

from quadrangle.accounts import ROOT_ID, accounts
from tests.specs.accounts.conftest import campus as campus
from tests.world import World

Rows = list[list[str]]


class Reports:
    """Somebody asks for reports of an account, the worker makes them, and their files are read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids = world.ids

    def start(self, report: str, account: str = "root", who: str = "root", **parameters: Any) -> httpx.Response:
        path = f"/accounts/{self.ids[account]}/reports/{report}"
        return self.world.as_(who).request("POST", path, json={"parameters": parameters})

    def run(self, report: str, account: str = "root", who: str = "root", **parameters: Any) -> dict[str, Any]:
        """The run at its end."""
        started = self.start(report, account, who, **parameters)
        assert started.status_code == 200, started.text
        self.world.work()
        return self.show(started.json(), account, who)

    def show(self, run: dict[str, Any], account: str = "root", who: str = "root") -> dict[str, Any]:
        path = f"/accounts/{self.ids[account]}/reports/{run['report']}/{run['id']}"
        shown: dict[str, Any] = self.world.as_(who).get(path).json()
        return shown

    def text(self, run: dict[str, Any]) -> bytes:
        assert run["status"] == "complete", run
        got = self.world.anyone.http.get(run["attachment"]["url"])
        assert got.status_code == 200
        return got.content

    def rows(self, report: str, account: str = "root", **parameters: Any) -> Rows:
        """Header and rows of a report in one part."""
        run = self.run(report, account, **parameters)
        rows = list(csv.reader(io.StringIO(self.text(run).decode(), newline="")))
        assert run["current_line"] == len(rows)
        return rows

    def parts(self, report: str, account: str = "root", **parameters: Any) -> dict[str, Rows]:
        """The files of a report in several parts."""
        run = self.run(report, account, **parameters)
        with zipfile.ZipFile(io.BytesIO(self.text(run))) as archive:
            return {
                name: list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))
                for name in archive.namelist()
            }

    def dicts(self, report: str, account: str = "root", **parameters: Any) -> list[dict[str, str]]:
        header, *rows = self.rows(report, account, **parameters)
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def reports(campus: World) -> Reports:
    async def denver(uow: Any) -> None:
        await uow.update(accounts, {"id": ROOT_ID}, default_time_zone="America/Denver")

    campus.do(denver)
    return Reports(campus)


def ids_in(rows: Rows, column: int = 0) -> list[int]:
    return [int(row[column]) for row in rows[1:]]


def plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
