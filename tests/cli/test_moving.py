"""`quad export` and `quad import` of one portfolio. Source: portfolio-package.md §1, §6, §7; docs/guides/moving.md."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from quadrangle import cli
from quadrangle.commands.moving.at_work import find_named, name_for
from quadrangle.packages import differences
from tests.cli.asking import execute, rows
from tests.cli.conftest import Where
from tests.crowd import login, sis
from tests.process import quad, quad_json
from tests.specs.packages.making import feed, link, ours, package, zip_of
from tests.world import World

EMPTY = 4  # who has nothing


def id_of(crowd: Where, number: int) -> int:
    (found,) = rows(crowd[1], f"SELECT user_id FROM logins WHERE unique_id = '{login(number)}'")
    return int(found[0])


def objects_of(crowd: Where, number: int) -> int:
    (found,) = rows(crowd[1], f"SELECT count(*) FROM portfolio_objects WHERE user_id = {id_of(crowd, number)}")
    return int(found[0])


class TestExport:
    def test_it_writes_all_that_somebody_owns(self, crowd: Where, tmp_path: Path) -> None:
        made = quad_json("export", login(1), "--to", "one.zip", *crowd, folder=tmp_path)
        assert (made["user_id"], made["status"], made["objects"]) == (id_of(crowd, 1), "complete", 3)
        assert (made["output"], made["bytes"], made["problems"]) == (
            *("one.zip", (tmp_path / "one.zip").stat().st_size),
            [],
        )
        assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["leap2a.xml", "files/1-tides 1.csv"]
        # The operator has it: it does not lie about for a week.
        assert rows(crowd[1], "SELECT state, total, done, file_id FROM transfers") == [(2, 3, 3, None)]

    def test_people_are_told_in_a_sentence(self, crowd: Where, tmp_path: Path) -> None:
        done = quad("export", f"sis_user_id:{sis(1)}", "--to", "one.zip", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("one.zip: 3 objects of Person 0001, ")

    def test_a_folder_takes_it_under_its_own_name(self, crowd: Where, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        made = quad_json("export", login(1), "--to", "out", *crowd, folder=tmp_path)
        (path,) = (tmp_path / "out").iterdir()
        assert made["output"] == f"out/{path.name}"
        assert path.name.startswith("eP_Export_Person_0001_") or path.name.startswith("eP_Export_0001_Person_")

    def test_in_the_dialect_of_mahara_22(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", "--dialect", "mahara22", *crowd, folder=tmp_path)
        assert b"web.archive.org" in zipfile.ZipFile(tmp_path / "one.zip").read("leap2a.xml")

    def test_what_is_missing_is_told_and_the_status_is_3(self, crowd: Where, tmp_path: Path) -> None:
        for stored in (tmp_path / "files").glob("??/*"):
            stored.unlink()
        made = quad("export", login(1), "--to", "one.zip", *crowd, folder=tmp_path)
        assert made.returncode == 3
        assert "  file-unreadable: Its bytes cannot be read. (" in made.stdout
        made = quad("export", login(1), "--to", "one.zip", "--json", *crowd, folder=tmp_path)
        told = json.loads(made.stdout)
        assert (told["status"], [one["code"] for one in told["problems"]]) == (
            "complete with errors",
            ["file-unreadable"],
        )

    def test_what_cannot_be_is_said_in_one_line(self, crowd: Where, tmp_path: Path) -> None:
        for words, says in (
            ((login(EMPTY), "--to", "x.zip"), "Person 0004 has nothing to export."),
            (("nobody", "--to", "x.zip"), "There is no user nobody."),
            ((login(1), "--to", "nowhere/x.zip"), "There is no folder nowhere."),
        ):
            done = quad("export", *words, *crowd, folder=tmp_path)
            assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")
        assert not (tmp_path / "x.zip").exists()

    def test_where_portfolios_are_switched_off_nothing_leaves(self, crowd: Where, tmp_path: Path) -> None:
        execute(crowd[1], """UPDATE accounts SET settings = '{"enable_eportfolios": false}' WHERE id = 1""")
        columns = "role_id, workflow_state, created_at, updated_at"
        belong = f"INSERT INTO account_users (account_id, user_id, {columns}) SELECT 1, {id_of(crowd, 1)}, {columns}"
        belong += " FROM account_users LIMIT 1"
        execute(crowd[1], belong)
        done = quad("export", login(1), "--to", "x.zip", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "ePortfolios are switched off for Person 0001.\n")


class TestImport:
    def test_it_tells_what_came_and_what_was_there(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *crowd, folder=tmp_path)
        first = quad("import", "one.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        assert first.returncode == 0
        said, new = first.stdout.splitlines()
        assert said.endswith(" kB) has come to Person 0004.")
        assert new.startswith("New: 3 (")
        assert {"1 file", "1 link", "1 reflection"} == set(new[len("New: 3 (") : -1].split(", "))
        again = quad("import", "one.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        assert again.stdout.splitlines()[1].startswith("Here already, and left as it is: 3 (")
        assert objects_of(crowd, EMPTY) == 3
        quad_json("export", login(EMPTY), "--to", "back.zip", *crowd, folder=tmp_path)
        assert differences(tmp_path / "one.zip", tmp_path / "back.zip") == []

    def test_programs_are_told_everything(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *crowd, folder=tmp_path)
        told = quad_json("import", "one.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        counts = {name: told[name] for name in ("objects", "created", "recognised", "copied", "failed")}
        assert counts == {"objects": 3, "created": 3, "recognised": 0, "copied": 0, "failed": 0}
        assert (told["status"], told["name"], told["user_id"]) == ("complete", "Person 0004", id_of(crowd, EMPTY))
        assert {(one["fate"], one["kind"]) for one in told["things"]} == {
            ("create", "file"),
            ("create", "link"),
            ("create", "reflection"),
        }
        assert (told["problems"], told["warnings"]) == ([], [])

    def test_a_copy_is_told_with_its_reason(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *crowd, folder=tmp_path)
        execute(
            crowd[1],
            f"UPDATE portfolio_objects SET description = '<p>Haste.</p>' WHERE user_id = {id_of(crowd, 1)} AND type = 200",
        )
        done = quad("import", "one.zip", "--for", login(1), *crowd, folder=tmp_path)
        assert done.returncode == 0
        assert "As a copy, as it has been changed here since; both stay: 1 (1 reflection)\n  reflection " in done.stdout
        assert "  What the tides taught me\n" in done.stdout

    def test_what_failed_is_told_with_its_reason_and_warnings_are_counted(self, crowd: Where, tmp_path: Path) -> None:
        bad = ours(1, 340, "Bad", link("self", "javascript:alert(1)"))
        good = ours(2, 200, "Good", link("leap2:reflects_on", "urn:uuid:6f0d0000-0000-4000-8000-000000000077"))
        (tmp_path / "p.zip").write_bytes(package(feed(bad, good, own=True)))
        done = quad("import", "p.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        assert done.returncode == 3
        assert "New: 1 (1 reflection)\nFailed: 1 of 2\n  forbidden-url: " in done.stdout
        assert "Warnings: 1 × relation-dangling" in done.stdout

    def test_what_is_no_package_is_refused_with_the_reason(self, crowd: Where, tmp_path: Path) -> None:
        for name, content, says in (
            ("empty.zip", b"", "The file is empty."),
            ("letter.txt", b"Dear Sir or Madam", "The file is neither a ZIP nor XML."),
            ("other.zip", zip_of({"a.txt": b"a"}), "The ZIP has no leap2a.xml: it is no portfolio package."),
        ):
            (tmp_path / name).write_bytes(content)
            done = quad("import", name, "--for", login(EMPTY), *crowd, folder=tmp_path)
            assert (done.returncode, done.stderr) == (1, f"{name} cannot be imported: {says}\n")
        done = quad("import", "nowhere.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "nowhere.zip cannot be read: No such file or directory.\n")
        assert rows(crowd[1], "SELECT count(*) FROM transfers") == [(0,)]

    def test_what_turns_out_to_be_none_leaves_nothing(self, crowd: Where, tmp_path: Path) -> None:
        (tmp_path / "p.zip").write_bytes(package("<!DOCTYPE feed><feed/>"))
        done = quad("import", "p.zip", "--for", login(EMPTY), *crowd, folder=tmp_path)
        assert done.returncode == 1
        assert done.stdout.startswith("Nothing of p.zip came to Person 0004: ")
        assert objects_of(crowd, EMPTY) == 0

    def test_an_unknown_person_is_told(self, crowd: Where, tmp_path: Path) -> None:
        (tmp_path / "p.zip").write_bytes(package())
        done = quad("import", "p.zip", "--for", "nobody", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "There is no user nobody.\n")


class TestNames:
    def test_people_are_named_by_id_login_and_sis_id(self, world: World) -> None:
        named = {
            "sis_user_id:S102": "ada",
            "102": "ada",
            " 102 ": "ada",
            "ada@example.com": "ada",
            "ADA@example.com": "ada",
            "sis_login_id:ada@example.com": "ada",
        }
        world.sql("UPDATE logins SET sis_user_id = 'S102', sis_key = 's102' WHERE user_id = 102")
        for name, who in named.items():
            found: Any = world.do(lambda uow, name=name: find_named(uow, name))
            assert found.id == world.ids[who], name
        for name in ("99999", "nobody", "sis_user_id:none", "sis_login_id:", "102@example.com", ""):
            assert world.do(lambda uow, name=name: find_named(uow, name)) is None
        world.sql("UPDATE users SET workflow_state = 'deleted' WHERE id = 102")
        assert world.do(lambda uow: find_named(uow, "102")) is None

    def test_what_a_map_calls_them_finds_them_again(self, world: World) -> None:
        ada: Any = world.do(lambda uow: find_named(uow, "102"))
        assert name_for(ada, "ada@example.com") == "ada@example.com"
        assert name_for(ada, "101") == "sis_login_id:101"
        assert name_for(ada, "sis_user_id:x") == "sis_login_id:sis_user_id:x"
        assert name_for(ada, None) == "102"


WHOSE = "Say whose portfolio to export, or --all."
FOR_WHOM = "Say whose the package is with --for, or for many with --map."


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "ada"), "--to needs the file or the folder to write."),
        (("export", "--to", "x.zip"), WHOSE),
        (("export", "ada", "--all", "--to", "x.zip"), WHOSE),
        (("export", "ada", "--to", "x.zip", "--again"), "--again and --jobs belong to --all."),
        (("export", "ada", "--to", "x.zip", "--dialect", "x"), "--dialect x is none of standard, mahara22."),
        (("import", "x.zip"), FOR_WHOM),
        (("import", "x.zip", "--for", "ada", "--map", "users.csv"), FOR_WHOM),
        (("import", "x.zip", "--for", "ada", "--jobs", "2"), "--again and --jobs belong to --map."),
    ],
)
def test_words_that_make_no_sense_are_told(
    words: Where, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["quad", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (1, f"{says}\n")
