"""Workers killed in the middle of an export or import: all of a package has come or nothing of it (brightspace-eportfolio.md §5.2)."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from quadrangle.packages.model import FileArtifact, Item, UrlArtifact
from tests.databases import fresh_database
from tests.jobs.campus import ADMIN, Campus, run_sql
from tests.specs.packages.making import MADE_AT, packed, uid, write
from tests.world import NO_TLS

LINKS, FILES = 1_500, 40
EP = "/d2l/api/eP/2.5"


class Moving(Campus):
    """An administrator of a small campus who moves a portfolio of theirs."""

    def http(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.server.url + EP, headers={"authorization": f"Bearer {ADMIN}"}, timeout=60, verify=NO_TLS
        )

    def send(self, package: Path) -> int:
        with self.http() as client:
            (task,) = client.post("/import/new", files={"file": ("p.zip", package.read_bytes())}).json()
            return int(task)

    def export(self) -> int:
        with self.http() as client:
            return int(client.post("/export/new/all").json())

    def state(self, kind: str, task: int) -> int:
        with self.http() as client:
            return int(client.get(f"/{kind}/{task}/status").json())

    def objects(self) -> int:
        return int(run_sql(self.url, "SELECT count(*) FROM portfolio_objects")[0][0])

    def files(self) -> int:
        return int(run_sql(self.url, "SELECT count(*) FROM files WHERE context_type = 'User'")[0][0])


@pytest.fixture
def campus(engine: str, tmp_path: Path) -> Iterator[Moving]:
    with fresh_database(engine, tmp_path) as url:
        made = Moving(url, tmp_path, people=10)
        yield made
        made.close()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    contents = [random.Random(number).randbytes(20_000) for number in range(FILES)]
    items: list[Item] = [
        FileArtifact(
            key=uid(number), type=310, name=f"F{number}", created=MADE_AT, modified=MADE_AT, file=packed(content)
        )
        for number, content in enumerate(contents)
    ]
    items += [
        UrlArtifact(
            key=uid(10_000 + number),
            type=340,
            name=f"L{number}",
            created=MADE_AT,
            modified=MADE_AT,
            url="https://example.org/",
        )
        for number in range(FILES, FILES + LINKS)
    ]
    return write(tmp_path / "p.zip", items, contents)


def test_an_import_comes_once_however_often_its_worker_is_killed(campus: Moving, package: Path) -> None:
    task = campus.send(package)
    killed = 0
    for delay in (0.0, 0.15, 0.4):
        worker = campus.worker()
        campus.wait_until(lambda: campus.state("import", task) != 0)
        time.sleep(delay)
        worker.kill()
        worker.wait()
        if campus.state("import", task) != 4:
            break
        killed += 1
        assert (campus.objects(), campus.files()) == (0, 0)  # it is all or nothing
        campus.end_leases()
        if killed == 2:
            break  # a third attempt is its last
    assert killed > 0
    campus.worker()
    campus.wait_until(lambda: campus.state("import", task) == 2)
    assert (campus.objects(), campus.files()) == (FILES + LINKS, FILES)
    again = campus.send(package)
    campus.wait_until(lambda: campus.state("import", again) == 2)
    assert (campus.objects(), campus.files()) == (FILES + LINKS, FILES)
    campus.sweep()
    digests = {row[0] for row in run_sql(campus.url, "SELECT digest FROM files WHERE digest IS NOT NULL")}
    assert set(campus.stored()) == digests


def test_an_export_ends_once_however_often_its_worker_is_killed(campus: Moving, package: Path) -> None:
    first = campus.send(package)
    worker = campus.worker()
    campus.wait_until(lambda: campus.state("import", first) == 2)
    worker.kill()
    worker.wait()
    task = campus.export()
    for _ in range(2):
        worker = campus.worker()
        campus.wait_until(lambda: campus.state("export", task) != 0)
        worker.kill()
        worker.wait()
        if campus.state("export", task) != 4:
            break
        with campus.http() as client:
            assert client.get(f"/export/{task}/package").status_code == 404
        campus.end_leases()
    campus.worker()
    campus.wait_until(lambda: campus.state("export", task) == 2)
    with campus.http() as client:
        whole = client.get(f"/export/{task}/package")
    assert (whole.status_code, int(whole.headers["content-length"])) == (200, len(whole.content))
    assert run_sql(campus.url, "SELECT count(*) FROM files WHERE context_type = 'Package' AND workflow_state = 'available'")[
        0
    ][0] == 1  # fmt: skip
