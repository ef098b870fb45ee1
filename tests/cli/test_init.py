"""`quad init`. Source: ARCHITECTURE §4, accounts.md §1.1."""

import json
from pathlib import Path

import httpx

from tests.process import Serving, quad, quad_json


class TestInit:
    def test_it_makes_the_root_account_and_its_first_administrator(self, empty: str, tmp_path: Path) -> None:
        made = quad_json("init", "--database", empty, folder=tmp_path)
        assert (made["account_id"], made["user_id"]) == (1, 1)
        assert set(made) == {"account_id", "user_id", "access_token", "admin_password"}
        with Serving("--database", empty, folder=tmp_path) as server:
            headers = {"authorization": f"Bearer {made['access_token']}"}
            assert httpx.get(f"{server.url}/api/v1/users/self", headers=headers).json()["name"] == "admin@example.com"

    def test_it_takes_the_operators_own_choices(self, empty: str, tmp_path: Path) -> None:
        choices = ("--admin-password", "correct horse", "--admin-token", "a-token-of-our-own")
        made = quad_json("init", "--database", empty, *choices, folder=tmp_path)
        assert made == {"account_id": 1, "user_id": 1, "access_token": "a-token-of-our-own"}

    def test_it_refuses_a_token_that_is_too_short(self, tmp_path: Path) -> None:
        done = quad("init", "--admin-token", "short", folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "--admin-token needs at least 16 characters without blanks.\n"
        assert list(tmp_path.iterdir()) == []

    def test_a_second_time_it_says_so_in_one_line(self, empty: str, tmp_path: Path) -> None:
        quad_json("init", "--database", empty, folder=tmp_path)
        again = quad("init", "--database", empty, folder=tmp_path)
        assert (again.returncode, again.stdout) == (1, "")
        assert again.stderr == "The database is initialised already.\n"

    def test_a_second_time_if_missing_it_tells_what_it_can(self, empty: str, tmp_path: Path) -> None:
        quad_json("init", "--database", empty, folder=tmp_path)
        quiet = quad("init", "--database", empty, "--if-missing", folder=tmp_path)
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
        told = quad("init", "--database", empty, "--if-missing", "--json", folder=tmp_path)
        assert told.returncode == 0
        assert json.loads(told.stdout) == {"account_id": 1, "user_id": 1}


class TestSettings:
    def test_a_flag_wins_over_the_environment_which_wins_over_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "quad.toml").write_text('database_url = "sqlite:///file.db"\n')
        quad_json("init", folder=tmp_path)
        quad_json("init", folder=tmp_path, QUAD_DATABASE_URL="sqlite:///environment.db")
        quad_json("init", "--database", "sqlite:///flag.db", folder=tmp_path, QUAD_DATABASE_URL="sqlite:///other.db")
        assert {path.name for path in tmp_path.glob("*.db")} == {"file.db", "environment.db", "flag.db"}

    def test_a_bad_one_is_named_with_what_it_may_be(self, tmp_path: Path) -> None:
        done = quad("migrate", folder=tmp_path, QUAD_REFERENCE="both")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "Setting 'reference' (QUAD_REFERENCE) is 'both': must be one of published, hosted.\n"

    def test_an_unknown_one_in_the_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "quad.toml").write_text("colour = 1\n")
        done = quad("migrate", folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "Unknown setting 'colour'.\n")

    def test_a_database_that_does_not_answer_is_told_in_one_line(self, tmp_path: Path) -> None:
        done = quad("migrate", "--database", "postgresql://nobody@127.0.0.1:1/nothing", folder=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("The database does not answer: ")
        assert done.stderr.count("\n") == 1

    def test_the_secret_key_is_made_once_and_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        for _ in range(2):
            assert quad("migrate", folder=tmp_path, QUAD_SECRET_KEY="").returncode == 0
        kept = tmp_path / "var" / "secret_key"
        assert len(kept.read_text()) == 64
        assert kept.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in kept.parent.glob("secret_key*")] == ["secret_key"]
