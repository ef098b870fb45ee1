"""`quad serve`, the endpoints outside the wire families, and the log. Source: ARCHITECTURE §4 and §5."""

import re
from pathlib import Path

import httpx
import pytest

from tests.databases import fresh_database
from tests.process import Serving, quad, quad_json

TOKEN = "a-token-of-our-own"


class TestServe:
    def test_it_brings_an_empty_database_up_to_date(self, empty: str, tmp_path: Path) -> None:
        with Serving("--database", empty, folder=tmp_path) as server:
            assert httpx.get(server.url + "/readyz").json() == {"status": "ok", "problems": []}

    def test_it_stops_when_told_to_and_has_answered_what_was_asked(self, empty: str, tmp_path: Path) -> None:
        with Serving("--database", empty, folder=tmp_path) as server:
            assert server.stop() in (0, -15)
            assert "Traceback" not in server.log.read_text()

    def test_it_says_when_its_port_is_taken(self, tmp_path: Path) -> None:
        with Serving("--database", "sqlite:///one.db", folder=tmp_path) as server:
            other = quad("serve", "--port", str(server.port), "--database", "sqlite:///two.db", folder=tmp_path)
        assert other.returncode == 1
        assert other.stderr == f"Cannot listen at 127.0.0.1:{server.port}: Address already in use.\n"

    def test_several_processes_need_postgresql(self, tmp_path: Path) -> None:
        done = quad("serve", "--workers", "2", "--database", "sqlite:///one.db", folder=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("--workers above 1 needs PostgreSQL")

    def test_several_processes_share_postgresql(self, tmp_path: Path) -> None:
        with fresh_database("postgresql", tmp_path) as url:
            quad_json("init", "--database", url, "--admin-token", TOKEN, folder=tmp_path)
            with Serving("--database", url, "--workers", "2", folder=tmp_path) as server:
                answers = [
                    httpx.get(server.url + "/api/v1/users/self", headers={"authorization": f"Bearer {TOKEN}"})
                    for _ in range(20)
                ]
                children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
            assert {answer.status_code for answer in answers} == {200}
            assert len(children) >= 2

    def test_a_newer_database_is_left_alone(self, empty: str, tmp_path: Path) -> None:
        quad_json("migrate", "--database", empty, folder=tmp_path)
        _set_version(empty, "9999")
        done = quad("serve", "--database", empty, folder=tmp_path)
        assert done.returncode == 1
        assert "perhaps it is newer" in done.stderr
        assert done.stderr.count("\n") == 1


def _set_version(url: str, version: str) -> None:
    import asyncio
    import sqlite3

    import asyncpg

    sql = f"UPDATE alembic_version SET version_num = '{version}'"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(sql)
        return

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


class TestHealth:
    def test_readiness_names_the_migration_that_is_missing(self, empty: str, tmp_path: Path) -> None:
        with Serving("--database", empty, folder=tmp_path) as server:
            _set_version(empty, "0000")
            reply = httpx.get(server.url + "/readyz")
            assert reply.status_code == 503
            assert "The schema is at 0000" in reply.json()["problems"][0]
            assert httpx.get(server.url + "/healthz").status_code == 200

    def test_metrics_count_requests_by_route_not_by_address(self, empty: str, tmp_path: Path) -> None:
        with Serving("--database", empty, folder=tmp_path) as server:
            for number in range(3):
                httpx.get(f"{server.url}/api/v1/courses/{number}")
            told = httpx.get(server.url + "/metrics")
        assert told.headers["content-type"].startswith("text/plain")
        assert re.search(
            r'quadrangle_requests_total\{method="GET",route="/api/v1/courses/:id",status="\d+"\} 3\.0', told.text
        )
        assert 'quadrangle_request_seconds_bucket{le="0.005",route="/api/v1/courses/:id"}' in told.text


class TestTheLog:
    def test_it_has_a_line_a_request_with_the_id_the_caller_was_given(self, tmp_path: Path) -> None:
        with Serving("--database", "sqlite:///one.db", folder=tmp_path) as server:
            reply = httpx.get(server.url + "/api/v1/users/self")
            server.stop()  # a line is written after its answer
            lines = server.lines()
        line = next(line for line in lines if line.get("request_id") == reply.headers["x-request-context-id"])
        assert (line["event"], line["method"], line["path"], line["status"]) == (
            "answered",
            "GET",
            "/api/v1/users/self",
            401,
        )
        assert line["level"] == "info"
        assert line["ms"] >= 0
        assert line["timestamp"].endswith("Z")

    @pytest.mark.parametrize("level", ["debug", "info"])
    def test_no_secret_of_a_request_is_ever_in_it(self, tmp_path: Path, level: str) -> None:
        secrets = {
            "query": "secret-in-the-query-0123",
            "header": "secret-in-a-header-0123",
            "body": "secret-in-the-body-0123",
            "cookie": "secret-in-a-cookie-0123",
            "feed": "secretInTheAddress0123",
        }
        with Serving("--database", "sqlite:///one.db", folder=tmp_path, QUAD_LOG=level) as server:
            with httpx.Client(base_url=server.url) as client:
                client.get("/api/v1/users/self", params={"access_token": secrets["query"]})
                client.get("/api/v1/users/self", headers={"authorization": f"Bearer {secrets['header']}"})
                client.post("/api/v1/users/self/tokens", data={"access_token": secrets["body"]})
                client.get("/api/v1/users/self", headers={"cookie": f"quad_session={secrets['cookie']}"})
                client.get(f"/feeds/calendars/user_1_{secrets['feed']}.ics")
                client.delete(f"/feeds/calendars/user_1_{secrets['feed']}.ics")
                client.get("/api/v1/courses/%FF", params={"access_token": secrets["query"]})
                client.post("/login/oauth2/token", data={"client_secret": secrets["body"], "code": secrets["body"]})
            server.stop()
            log = server.log.read_text()
        assert log.count("answered") >= 5
        assert [name for name, secret in secrets.items() if secret in log] == []


class TestStartUp:
    def test_on_an_existing_database_it_loads_nothing_that_only_migrations_need(self, tmp_path: Path) -> None:
        """Alembic and SQLAlchemy's engines cost more than a quarter of the second that start-up may take (§5)."""
        quad_json("init", "--database", "sqlite:///one.db", folder=tmp_path)
        with Serving("--database", "sqlite:///one.db", folder=tmp_path, PYTHONPROFILEIMPORTTIME="1") as server:
            httpx.get(server.url + "/readyz")
            server.stop()
            loaded = set(re.findall(r"\| +([\w.]+)$", server.log.read_text(), re.MULTILINE))
        assert "quadrangle.app" in loaded
        assert not {name for name in loaded if name.split(".")[0] in ("alembic", "asyncpg", "mako")}
