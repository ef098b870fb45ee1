"""A server killed with `kill -9` during writes starts again with every acknowledged change present. Source: issue "Foundation", bad input."""

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import fresh_database
from tests.engines import Postgres
from tests.process import Serving, quad_json

ADMIN = "a-token-of-our-own"
WRITERS = 8
ENOUGH = 120  # acknowledged writes before the kill


@pytest.fixture
def durable(engine: str, tmp_path: Path) -> Iterator[str]:
    """An empty database that keeps what it acknowledged."""
    if engine == "sqlite":
        with fresh_database(engine, tmp_path) as url:
            yield url
        return
    server = Postgres(durable=True)
    try:
        with fresh_database(engine, tmp_path, server) as url:
            yield url
    finally:
        server.stop()


def test_every_acknowledged_change_survives_a_kill(durable: str, tmp_path: Path) -> None:
    quad_json("init", "--database", durable, "--admin-token", ADMIN, folder=tmp_path)
    for _ in range(2):  # the second life must be as good as the first
        acknowledged = write_until_killed(Serving("--database", durable, folder=tmp_path, QUAD_THROTTLE="false"))
        assert len(acknowledged) >= ENOUGH
        with Serving("--database", durable, folder=tmp_path, QUAD_THROTTLE="false") as server:
            assert httpx.get(server.url + "/readyz").json()["status"] == "ok"
            assert lost(server, acknowledged) == {}


def write_until_killed(server: Serving) -> dict[int, str]:
    """Tokens made and acknowledged, purpose by id; the server is dead afterwards, in the middle of further writes."""
    acknowledged: dict[int, str] = {}
    refused: list[str] = []
    numbers = itertools.count()
    killed = threading.Event()

    def write() -> None:
        with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {ADMIN}"}, timeout=30) as client:
            while not killed.is_set():
                purpose = f"durable {next(numbers)}"
                try:
                    reply = client.post("/api/v1/users/self/tokens", data={"token[purpose]": purpose})
                except httpx.TransportError:
                    return
                if reply.status_code != 200:
                    refused.append(reply.text)
                    return
                acknowledged[reply.json()["id"]] = purpose
                if len(acknowledged) >= ENOUGH:
                    server.process.kill()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    while server.process.poll() is None and not refused:
        time.sleep(0.01)
    killed.set()
    server.kill()
    for thread in threads:
        thread.join(60)
    assert refused == []
    return acknowledged


def lost(server: Serving, acknowledged: dict[int, str]) -> dict[int, str]:
    """What is not there any more."""
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {ADMIN}"}, timeout=30) as client:
        return {
            id: purpose
            for id, purpose in acknowledged.items()
            if client.get(f"/api/v1/users/self/tokens/{id}").json().get("purpose") != purpose
        }
