"""Files and the processes around them: killed, full, out of reach. Source: issue "Jobs, files and account reports", things going wrong."""

import itertools
import os
import resource
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blobs.s3 import S3
from tests.databases import fresh_database
from tests.engines import ENGINES
from tests.process import Serving, quad_json
from tests.world import NO_TLS

ADMIN = "a-token-of-our-own"
SENDERS = 4
ENOUGH = 40  # acknowledged uploads before the kill


class Campus:
    """`quad serve` over one database and one storage, with what a client does there."""

    def __init__(self, database: str, folder: Path, storage: str | None = None, **settings: str) -> None:
        self.arguments = ("--database", database, "--storage", storage or f"file://{folder / 'files'}")
        self.folder = folder
        self.settings = {"QUAD_THROTTLE": "false", **settings}
        quad_json("init", "--database", database, "--admin-token", ADMIN, folder=folder)
        self.server = self.start()

    def start(self) -> Serving:
        self.server = Serving(*self.arguments, folder=self.folder, **self.settings)
        return self.server

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.server.url, headers={"authorization": f"Bearer {ADMIN}"}, timeout=60, verify=NO_TLS
        )

    def send(self, client: httpx.Client, name: str, data: bytes) -> httpx.Response:
        """Steps one and two."""
        announced = client.post("/api/v1/users/self/files", data={"name": name, "size": str(len(data))})
        if announced.status_code != 200:
            return announced
        answer = announced.json()
        files = {"file": (name, data)}
        return httpx.post(answer["upload_url"], data=answer["upload_params"], files=files, timeout=60, verify=NO_TLS)

    def files(self) -> list[Any]:
        with self.client() as client:
            return list(client.get("/api/v1/users/self/files", params={"per_page": 100}).json())


def content(number: int) -> bytes:
    return (b"%06d " % number) * 20_000


@pytest.mark.parametrize("engine", ENGINES)
def test_every_acknowledged_file_survives_a_kill_with_its_bytes(engine: str, tmp_path: Path) -> None:
    with fresh_database(engine, tmp_path) as url:
        campus = Campus(url, tmp_path)
        acknowledged = _send_until_killed(campus)
        assert len(acknowledged) >= ENOUGH
        campus.start()
        try:
            found = {one["display_name"]: one for one in campus.files()}
            # Whatever is listed has its bytes, acknowledged or not; whatever was acknowledged is listed.
            for name, file in found.items():
                assert httpx.get(file["url"], verify=NO_TLS).content == content(int(name)), name
            assert set(acknowledged) <= set(found)
        finally:
            campus.server.stop()


def _send_until_killed(campus: Campus) -> list[str]:
    """Names of files whose third step was answered; the server is dead afterwards, in the middle of further uploads."""
    acknowledged: list[str] = []
    numbers = itertools.count()
    server = campus.server

    def send() -> None:
        with campus.client() as client:
            while True:
                number = next(numbers)
                try:
                    sent = campus.send(client, str(number), content(number))
                    done = httpx.get(sent.headers["location"], timeout=60, verify=NO_TLS)
                except (httpx.TransportError, KeyError):
                    return
                assert done.status_code == 200
                acknowledged.append(str(number))
                if len(acknowledged) >= ENOUGH:
                    server.process.kill()

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    server.kill()
    return acknowledged


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as url:
        campus = Campus(url, tmp_path)
        try:
            # No file may grow beyond this: to the process that is a disk without room.
            resource.prlimit(campus.server.process.pid, resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
            with campus.client() as client:
                refused = campus.send(client, "large.bin", os.urandom(6_000_000))
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "10"
                assert "Nothing was changed" in refused.json()["errors"][0]["message"]
                assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
                small = campus.send(client, "small.bin", b"Small.")
                assert small.status_code == 302
                assert httpx.get(small.headers["location"], verify=NO_TLS).status_code == 200
            assert [one["display_name"] for one in campus.files()] == ["small.bin"]
        finally:
            campus.server.stop()


def test_s3_holds_the_bytes_and_may_be_away_for_a_while(tmp_path: Path) -> None:
    s3 = S3(tmp_path)
    with fresh_database("sqlite", tmp_path) as url:
        campus = Campus(url, tmp_path, "s3://campus/files", **s3.environment)
        try:
            data = os.urandom(9_000_000)
            with campus.client() as client:
                sent = campus.send(client, "film.mp4", data)
                file = httpx.get(sent.headers["location"], verify=NO_TLS).json()
                assert httpx.get(file["url"], timeout=60, verify=NO_TLS).content == data
                part = httpx.get(file["url"], headers={"range": "bytes=8999990-"}, verify=NO_TLS)
                assert (part.status_code, part.content) == (206, data[-10:])
                assert client.get("/readyz").status_code == 200
                s3.stop()
                refused = campus.send(client, "other.mp4", b"Other.")
                assert refused.status_code == 503
                assert httpx.get(file["url"], timeout=60, verify=NO_TLS).status_code == 503
                assert client.get("/readyz", timeout=60).status_code == 503
                assert [one["display_name"] for one in campus.files()] == ["film.mp4"]
                s3.start()
                again = campus.send(client, "other.mp4", b"Other.")
                other = httpx.get(again.headers["location"], verify=NO_TLS).json()
                assert httpx.get(other["url"], verify=NO_TLS).content == b"Other."
        finally:
            campus.server.stop()
            s3.stop()


def test_what_a_killed_server_left_behind_is_removed_later(tmp_path: Path) -> None:
    """Temporary files of uploads that broke off go when the next server starts and they are an hour old."""
    left = tmp_path / "files" / "incoming" / "incoming-left"
    young = left.with_name("incoming-young")
    left.parent.mkdir(parents=True)
    for path in (left, young):
        path.write_bytes(b"half a file")
    past = time.time() - 2 * 3600
    os.utime(left, (past, past))
    with fresh_database("sqlite", tmp_path) as url:
        campus = Campus(url, tmp_path)
        campus.server.stop()
    assert (left.exists(), young.exists()) == (False, True)
