"""The commands an operator gives a campus that is there: token, oauth, site-admin, doctor, demo. Source: ARCHITECTURE §4."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.process import Serving, quad, quad_json
from tests.specs.brightspace.signing import sign

TOKEN = "a-token-of-our-own"


@pytest.fixture
def campus(empty: str, tmp_path: Path) -> str:
    quad_json("init", "--database", empty, "--admin-token", TOKEN, folder=tmp_path)
    return empty


class TestToken:
    def test_it_opens_the_door_until_its_end(self, campus: str, tmp_path: Path) -> None:
        made = quad_json(
            "token", "create", "--user", "1", "--purpose", "Provisioning", "--value", "another-one-of-our-own",
            "--expires", "2099-01-01", "--database", campus, folder=tmp_path,
        )  # fmt: skip
        assert (made["user_id"], made["access_token"]) == (1, "another-one-of-our-own")
        assert made["expires_at"] == "2099-01-01T00:00:00Z"
        with Serving("--database", campus, folder=tmp_path) as server:
            reply = httpx.get(
                f"{server.url}/api/v1/users/self", headers={"authorization": "Bearer another-one-of-our-own"}
            )
        assert reply.json()["id"] == 1

    def test_it_says_when_there_is_no_such_user(self, campus: str, tmp_path: Path) -> None:
        done = quad("token", "create", "--user", "77", "--purpose", "x", "--database", campus, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "There is no user 77.\n")

    def test_it_refuses_a_scope_of_no_route(self, campus: str, tmp_path: Path) -> None:
        done = quad(
            "token", "create", "--user", "1", "--purpose", "x", "--scope", "url:GET|/nowhere", "--database", campus,
            folder=tmp_path,
        )  # fmt: skip
        assert done.returncode == 1
        assert "is no scope of this server" in done.stderr


class TestOAuth:
    def test_it_registers_an_application_whose_answers_go_where_it_said(self, campus: str, tmp_path: Path) -> None:
        where = "https://editor.example.edu/back"
        made = quad_json("oauth", "--name", "Editor", "--redirect-uri", where, "--database", campus, folder=tmp_path)
        assert set(made) == {"client_id", "client_secret"}
        asked = {"client_id": made["client_id"], "response_type": "code", "state": "s"}
        with Serving("--database", campus, folder=tmp_path) as server:
            known = httpx.get(f"{server.url}/login/oauth2/auth", params={**asked, "redirect_uri": where})
            strange = httpx.get(
                f"{server.url}/login/oauth2/auth", params={**asked, "redirect_uri": "https://thief.example/back"}
            )
        assert known.status_code == 302
        assert strange.status_code == 400

    def test_a_public_one_has_no_secret(self, campus: str, tmp_path: Path) -> None:
        made = quad_json(
            "oauth", "--name", "App", "--redirect-uri", "https://app.example/back", "--public", "--database", campus,
            folder=tmp_path,
        )  # fmt: skip
        assert set(made) == {"client_id"}


class TestBrightspace:
    def test_its_keys_sign_until_they_are_revoked(self, campus: str, tmp_path: Path) -> None:
        app = quad_json("brightspace", "app", "--name", "Exporter", "--database", campus, folder=tmp_path)
        made = ("brightspace", "key", "--app", app["app_id"], "--user", "1", "--database", campus)
        user = quad_json(*made, folder=tmp_path)
        assert set(app) == {"app_id", "app_key"}
        assert set(user) == {"user_id", "user_key"}
        path = "/d2l/api/lp/1.0/users/whoami"

        def whoami() -> httpx.Response:
            now = str(int(time.time()))
            text = f"GET&{path}&{now}"
            sent = {"x_a": app["app_id"], "x_b": user["user_id"], "x_t": now}
            sent |= {"x_c": sign(app["app_key"], text), "x_d": sign(user["user_key"], text)}
            return httpx.get(server.url + path, params=sent)

        with Serving("--database", campus, folder=tmp_path) as server:
            assert whoami().json()["Identifier"] == "1"
            ended = quad_json("brightspace", "revoke", user["user_id"], "--database", campus, folder=tmp_path)
            assert ended == {"revoked": user["user_id"]}
            assert whoami().text == "Invalid token"

    def test_what_there_is_is_listed_and_an_application_is_switched_off_and_on(
        self, campus: str, tmp_path: Path
    ) -> None:
        def said(*words: str) -> Any:
            return quad_json("brightspace", *words, "--database", campus, folder=tmp_path)

        app = said("app", "--name", "Exporter", "--trusted-url", "https://exporter.example/back")["app_id"]
        other = said("app", "--name", "Reader")["app_id"]
        user = said("key", "--app", app, "--user", "1")["user_id"]
        (first, second) = said("apps")["apps"]
        told = {"name": "Exporter", "state": "active", "keys": 1, "trusted_url": "https://exporter.example/back"}
        assert first == {"app_id": app, **told, "created_at": first["created_at"]}
        assert (second["app_id"], second["keys"], second["trusted_url"]) == (other, 0, None)
        (key,) = said("keys", "--app", app, "--user", "1")["keys"]
        assert key == {
            "user_id": user, "user": 1, "user_name": key["user_name"], "app_id": app, "app_name": "Exporter",
            "created_at": key["created_at"], "last_used_at": None,
        }  # fmt: skip
        assert said("keys")["keys"] == [key]
        assert said("keys", "--app", other)["keys"] == said("keys", "--user", "2")["keys"] == []
        assert said("disable", app) == {"app_id": app, "state": "inactive"}
        assert [one["state"] for one in said("apps")["apps"]] == ["inactive", "active"]
        again = quad("brightspace", "disable", app, "--database", campus, folder=tmp_path)
        assert (again.returncode, again.stderr) == (1, f"There is no application {app} that is enabled.\n")
        assert said("enable", app) == {"app_id": app, "state": "active"}
        for ended in (user, app):
            said("revoke", ended)
        assert [one["app_id"] for one in said("apps")["apps"]] == [other]
        assert said("keys")["keys"] == []

    @pytest.mark.parametrize(
        "words",
        [
            ("disable", "unknown"),
            ("enable", "unknown"),
            ("app", "--name", " "),
            ("app", "--name", "x", "--trusted-url", "nowhere"),
            ("key", "--app", "unknown", "--user", "1"),
            ("revoke", "unknown"),
        ],
    )
    def test_what_cannot_be_is_said(self, campus: str, tmp_path: Path, words: tuple[str, ...]) -> None:
        ended = quad("brightspace", *words, "--database", campus, folder=tmp_path)
        assert ended.returncode == 1
        assert ended.stderr.count("\n") == 1


class TestSiteAdmin:
    def test_a_member_may_what_nobody_else_may(self, campus: str, tmp_path: Path) -> None:
        asked = "/api/v1/accounts/site_admin"
        headers = {"authorization": f"Bearer {TOKEN}"}
        with Serving("--database", campus, folder=tmp_path) as server:
            assert httpx.get(server.url + asked, headers=headers).status_code == 403
            made = quad_json("site-admin", "--user", "1", "--database", campus, folder=tmp_path)
            assert made == {"user_id": 1, "account_id": 100}
            assert httpx.get(server.url + asked, headers=headers).json()["name"] == "Site Admin"

    def test_once_more_changes_nothing(self, campus: str, tmp_path: Path) -> None:
        for _ in range(2):
            assert quad("site-admin", "--user", "1", "--database", campus, folder=tmp_path).returncode == 0


class TestDoctor:
    def test_it_finds_nothing_wrong_with_a_campus(self, campus: str, tmp_path: Path) -> None:
        report = quad_json("doctor", "--database", campus, folder=tmp_path)
        assert report["ok"]
        checks = [finding["check"] for finding in report["findings"]]
        assert checks == ["settings", "storage", "database", "schema", "campus", "clock"]

    def test_it_says_what_to_do_with_an_empty_database(self, empty: str, tmp_path: Path) -> None:
        done = quad("doctor", "--database", empty, folder=tmp_path)
        assert done.returncode == 1
        assert (
            "PROBLEM  schema: The database is empty: run `quad init`, or `quad demo` to look around.\n" in done.stdout
        )

    def test_it_names_a_setting_that_does_not_exist(self, campus: str, tmp_path: Path) -> None:
        done = quad("doctor", "--database", campus, folder=tmp_path, QUAD_THROTLE="1")
        assert "PROBLEM  settings: QUAD_THROTLE in the environment: no such setting.\n" in done.stdout

    def test_it_tells_a_folder_that_is_none(self, campus: str, tmp_path: Path) -> None:
        (tmp_path / "occupied").write_text("a file")
        done = quad("doctor", "--database", campus, "--storage", f"file://{tmp_path}/occupied/files", folder=tmp_path)
        assert "PROBLEM  storage: " in done.stdout
        assert "cannot be written: Not a directory." in done.stdout

    def test_it_tells_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "letter.db").write_text("Dear Sir or Madam, this is a letter and no database at all.")
        done = quad("doctor", "--database", "sqlite:///letter.db", folder=tmp_path)
        assert done.returncode == 1
        assert "PROBLEM  database: The database letter.db cannot be read: file is not a database.\n" in done.stdout

    def test_it_tells_a_clock_that_went_back(self, campus: str, tmp_path: Path) -> None:
        _age(campus)
        done = quad("doctor", "--database", campus, folder=tmp_path)
        assert "PROBLEM  clock: " in done.stdout


def _age(url: str) -> None:
    import asyncio
    import sqlite3

    import asyncpg

    sql = "UPDATE users SET created_at = '2099-01-01T00:00:00.000000Z'"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(sql)
        return

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


class TestDemo:
    def test_it_is_the_same_each_time(self, tmp_path: Path) -> None:
        first = quad_json("demo", "--database", "sqlite:///one.db", folder=tmp_path)
        second = quad_json("demo", "--database", "sqlite:///two.db", folder=tmp_path)
        assert first == second
        assert first["users"] == len(first["logins"])

    def test_its_tokens_open_the_door(self, empty: str, tmp_path: Path) -> None:
        made = quad_json("demo", "--database", empty, folder=tmp_path)
        with Serving("--database", empty, folder=tmp_path) as server:
            reply = httpx.get(
                f"{server.url}/api/v1/users/self", headers={"authorization": f"Bearer {made['access_token']}"}
            )
        assert reply.json()["id"] == made["user_id"]

    def test_it_tells_people_a_login_a_token_and_id_keys(self, empty: str, tmp_path: Path) -> None:
        told = quad("demo", "--database", empty, folder=tmp_path)
        again = quad_json("demo", "--database", empty, "--if-missing", folder=tmp_path)
        assert f"Access token of its administrator: {again['access_token']}\n" in told.stdout
        for name in ("app_id", "app_key", "user_id", "user_key", "trusted_url"):
            assert again["program"][name] in told.stdout

    def test_a_second_time_it_says_so_or_tells_again_what_it_told(self, empty: str, tmp_path: Path) -> None:
        first = quad_json("demo", "--database", empty, folder=tmp_path)
        again = quad("demo", "--database", empty, folder=tmp_path)
        assert (again.returncode, again.stderr) == (1, "The database holds a campus already.\n")
        assert quad_json("demo", "--database", empty, "--if-missing", folder=tmp_path) == first

    def test_it_never_touches_a_campus_of_ones_own(self, campus: str, tmp_path: Path) -> None:
        quiet = quad("demo", "--database", campus, "--if-missing", folder=tmp_path)
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
