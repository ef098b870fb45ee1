"""`quad export` and `quad import` of one portfolio. Source: portfolio-package.md §1, §6, §7; docs/guides/moving.md."""

import json
import sys
import zipfile
from pathlib import Path

import pytest

from quadrangle import cli
from quadrangle.packages import differences
from tests.cli.asking import execute, rows
from tests.crowd import furnish, login, people, sis
from tests.process import quad, quad_json
from tests.specs.packages.making import feed, link, ours, package, zip_of

Where = tuple[str, ...]


@pytest.fixture
def where(empty: str, tmp_path: Path) -> Where:
    """A campus with three people, of whom the first two have something."""
    quad_json("init", "--database", empty, folder=tmp_path)
    storage = f"file://{tmp_path / 'files'}"
    furnish(empty, storage, people(empty, 3)[:2])
    return "--database", empty, "--storage", storage


def id_of(where: Where, number: int) -> int:
    (found,) = rows(where[1], f"SELECT user_id FROM logins WHERE unique_id = '{login(number)}'")
    return int(found[0])


def objects_of(where: Where, number: int) -> int:
    (found,) = rows(where[1], f"SELECT count(*) FROM portfolio_objects WHERE user_id = {id_of(where, number)}")
    return int(found[0])


class TestExport:
    def test_it_writes_all_that_somebody_owns(self, where: Where, tmp_path: Path) -> None:
        made = quad_json("export", login(1), "--to", "one.zip", *where, folder=tmp_path)
        assert (made["user_id"], made["status"], made["objects"]) == (id_of(where, 1), "complete", 3)
        assert (made["output"], made["bytes"], made["problems"]) == (
            *("one.zip", (tmp_path / "one.zip").stat().st_size),
            [],
        )
        assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["leap2a.xml", "files/1-tides 1.csv"]
        # The operator has it: it does not lie about for a week.
        assert rows(where[1], "SELECT state, total, done, file_id FROM transfers") == [(2, 3, 3, None)]

    def test_people_are_named_by_id_login_and_sis_id(self, where: Where, tmp_path: Path) -> None:
        for name in (str(id_of(where, 1)), login(1).upper(), f"sis_user_id:{sis(1)}", f"sis_login_id:{login(1)}"):
            done = quad("export", name, "--to", "one.zip", *where, folder=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.startswith("one.zip: 3 objects of Person 0001, ")

    def test_a_folder_takes_it_under_its_own_name(self, where: Where, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        made = quad_json("export", login(1), "--to", "out", *where, folder=tmp_path)
        (path,) = (tmp_path / "out").iterdir()
        assert made["output"] == f"out/{path.name}"
        assert path.name.startswith("eP_Export_Person_0001_") or path.name.startswith("eP_Export_0001_Person_")

    def test_in_the_dialect_of_mahara_22(self, where: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", "--dialect", "mahara22", *where, folder=tmp_path)
        assert b"web.archive.org" in zipfile.ZipFile(tmp_path / "one.zip").read("leap2a.xml")

    def test_what_is_missing_is_told_and_the_status_is_3(self, where: Where, tmp_path: Path) -> None:
        for stored in (tmp_path / "files").glob("??/*"):
            stored.unlink()
        made = quad("export", login(1), "--to", "one.zip", *where, folder=tmp_path)
        assert made.returncode == 3
        assert "  file-unreadable: Its bytes cannot be read. (" in made.stdout
        made = quad("export", login(1), "--to", "one.zip", "--json", *where, folder=tmp_path)
        told = json.loads(made.stdout)
        assert (told["status"], [one["code"] for one in told["problems"]]) == (
            "complete with errors",
            ["file-unreadable"],
        )

    def test_what_cannot_be_is_said_in_one_line(self, where: Where, tmp_path: Path) -> None:
        for words, says in (
            ((login(3), "--to", "x.zip"), "Person 0003 has nothing to export."),
            (("nobody", "--to", "x.zip"), "There is no user nobody."),
            (("99999", "--to", "x.zip"), "There is no user 99999."),
            (("sis_user_id:none", "--to", "x.zip"), "There is no user sis_user_id:none."),
            ((login(1), "--to", "nowhere/x.zip"), "There is no folder nowhere."),
        ):
            done = quad("export", *words, *where, folder=tmp_path)
            assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")
        assert not (tmp_path / "x.zip").exists()

    def test_where_portfolios_are_switched_off_nothing_leaves(self, where: Where, tmp_path: Path) -> None:
        execute(where[1], """UPDATE accounts SET settings = '{"enable_eportfolios": false}' WHERE id = 1""")
        columns = "role_id, workflow_state, created_at, updated_at"
        belong = f"INSERT INTO account_users (account_id, user_id, {columns}) SELECT 1, {id_of(where, 1)}, {columns}"
        belong += " FROM account_users LIMIT 1"
        execute(where[1], belong)
        done = quad("export", login(1), "--to", "x.zip", *where, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "ePortfolios are switched off for Person 0001.\n")


class TestImport:
    def test_it_tells_what_came_and_what_was_there(self, where: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *where, folder=tmp_path)
        first = quad("import", "one.zip", "--for", login(3), *where, folder=tmp_path)
        assert first.returncode == 0
        said, new = first.stdout.splitlines()
        assert said.endswith(" kB) has come to Person 0003.")
        assert new.startswith("New: 3 (")
        assert {"1 file", "1 link", "1 reflection"} == set(new[len("New: 3 (") : -1].split(", "))
        again = quad("import", "one.zip", "--for", login(3), *where, folder=tmp_path)
        assert again.stdout.splitlines()[1].startswith("Here already, and left as it is: 3 (")
        assert objects_of(where, 3) == 3
        quad_json("export", login(3), "--to", "three.zip", *where, folder=tmp_path)
        assert differences(tmp_path / "one.zip", tmp_path / "three.zip") == []

    def test_programs_are_told_everything(self, where: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *where, folder=tmp_path)
        told = quad_json("import", "one.zip", "--for", login(3), *where, folder=tmp_path)
        counts = {name: told[name] for name in ("objects", "created", "recognised", "copied", "failed")}
        assert counts == {"objects": 3, "created": 3, "recognised": 0, "copied": 0, "failed": 0}
        assert (told["status"], told["name"], told["user_id"]) == ("complete", "Person 0003", id_of(where, 3))
        assert {(one["fate"], one["kind"]) for one in told["things"]} == {
            ("create", "file"),
            ("create", "link"),
            ("create", "reflection"),
        }
        assert (told["problems"], told["warnings"]) == ([], [])

    def test_a_copy_is_told_with_its_reason(self, where: Where, tmp_path: Path) -> None:
        quad_json("export", login(1), "--to", "one.zip", *where, folder=tmp_path)
        execute(
            where[1],
            f"UPDATE portfolio_objects SET description = '<p>Haste.</p>' WHERE user_id = {id_of(where, 1)} AND type = 200",
        )
        done = quad("import", "one.zip", "--for", login(1), *where, folder=tmp_path)
        assert done.returncode == 0
        assert "As a copy, as it has been changed here since; both stay: 1 (1 reflection)\n  reflection " in done.stdout
        assert "  What the tides taught me\n" in done.stdout

    def test_what_failed_is_told_with_its_reason_and_warnings_are_counted(self, where: Where, tmp_path: Path) -> None:
        bad = ours(1, 340, "Bad", link("self", "javascript:alert(1)"))
        good = ours(2, 200, "Good", link("leap2:reflects_on", "urn:uuid:6f0d0000-0000-4000-8000-000000000077"))
        (tmp_path / "p.zip").write_bytes(package(feed(bad, good, own=True)))
        done = quad("import", "p.zip", "--for", login(3), *where, folder=tmp_path)
        assert done.returncode == 3
        assert "New: 1 (1 reflection)\nFailed: 1 of 2\n  forbidden-url: " in done.stdout
        assert "Warnings: 1 × relation-dangling" in done.stdout

    def test_what_is_no_package_is_refused_with_the_reason(self, where: Where, tmp_path: Path) -> None:
        for name, content, says in (
            ("empty.zip", b"", "The file is empty."),
            ("letter.txt", b"Dear Sir or Madam", "The file is neither a ZIP nor XML."),
            ("other.zip", zip_of({"a.txt": b"a"}), "The ZIP has no leap2a.xml: it is no portfolio package."),
        ):
            (tmp_path / name).write_bytes(content)
            done = quad("import", name, "--for", login(3), *where, folder=tmp_path)
            assert (done.returncode, done.stderr) == (1, f"{name} cannot be imported: {says}\n")
        done = quad("import", "nowhere.zip", "--for", login(3), *where, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "nowhere.zip cannot be read: No such file or directory.\n")
        assert rows(where[1], "SELECT count(*) FROM transfers") == [(0,)]

    def test_what_turns_out_to_be_none_leaves_nothing(self, where: Where, tmp_path: Path) -> None:
        (tmp_path / "p.zip").write_bytes(package("<!DOCTYPE feed><feed/>"))
        done = quad("import", "p.zip", "--for", login(3), *where, folder=tmp_path)
        assert done.returncode == 1
        assert done.stdout.startswith("Nothing of p.zip came to Person 0003: ")
        assert objects_of(where, 3) == 0

    def test_an_unknown_person_is_told(self, where: Where, tmp_path: Path) -> None:
        (tmp_path / "p.zip").write_bytes(package())
        done = quad("import", "p.zip", "--for", "nobody", *where, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "There is no user nobody.\n")


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
