"""`quad export --all` and `quad import --map`: everybody moves, also when the power fails on the way. See docs/guides/moving.md."""

import csv
import fcntl
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quadrangle.commands.moving.all_in import read_map
from quadrangle.packages import differences, open_container
from tests.cli.asking import execute, rows
from tests.cli.conftest import Where
from tests.crowd import EACH, furnish, login, people
from tests.databases import fresh_database
from tests.process import QUAD, environment, quad, quad_json

MANY = 24
JOBS = 2


def begin(url: str, folder: Path, name: str, number: int, *, furnished: bool) -> Where:
    """A campus with so many people and one without anything."""
    quad_json("init", "--database", url, folder=folder)
    storage = f"file://{folder / name}"
    ids = people(url, number + 1)
    if furnished:
        furnish(url, storage, ids[:-1])
    return "--database", url, "--storage", storage


@pytest.fixture
def many(empty: str, tmp_path: Path) -> Where:
    return begin(empty, tmp_path, "files", MANY, furnished=True)


@pytest.fixture
def elsewhere(engine: str, tmp_path: Path) -> Iterator[Where]:
    """Another campus, where the same people have nothing yet."""
    with fresh_database(engine, tmp_path) as url:
        yield begin(url, tmp_path, "files elsewhere", MANY, furnished=False)


def packages(folder: Path) -> list[Path]:
    """Those that are there; each is whole."""
    found = sorted(folder.glob("*.zip"))
    for one in found:
        open_container(one)
    return found


def ended(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in map(json.loads, lines) if line["line"] == "ended"]


def kill_after(number: int, name: str, folder: Path, *arguments: str) -> int:
    """Begin, and pull the plug when so many have ended; how many that were."""
    log = folder.parent / "killed.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*QUAD, *arguments], cwd=folder.parent, env=environment(), stdout=out, stderr=out)
    deadline = time.monotonic() + 60
    while len(ended(folder, name)) < number:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)
    process.kill()
    process.wait()
    done = len(ended(folder, name))
    assert done < MANY
    return done


def hold_for_ever(where: Where) -> None:
    """Whoever would wait for the leases of the dead worker to end would wait long."""
    execute(where[1], "UPDATE jobs SET ready_at = '2099-01-01T00:00:00.000000Z' WHERE state = 'running'")


class TestExportingEverybody:
    def test_a_package_each_and_a_map_of_whose_they_are(self, crowd: Where, tmp_path: Path) -> None:
        told = quad_json("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        assert {name: told[name] for name in ("packages", "complete", "failed", "objects", "earlier", "left")} == {
            "packages": 3,
            "complete": 3,
            "failed": 0,
            "objects": 3 * EACH,
            "earlier": 0,
            "left": 0,
        }
        there = packages(tmp_path / "out")
        assert told["bytes"] == sum(path.stat().st_size for path in there)
        assert told["missing"] == []
        with (tmp_path / "out" / "users.csv").open(newline="") as file:
            assert [(one["file"], one["user"]) for one in csv.DictReader(file)] == [
                (path.name, login(number)) for number, path in enumerate(there, 1)
            ]
        assert rows(crowd[1], "SELECT count(*) FROM transfers WHERE file_id IS NOT NULL") == [(0,)]

    def test_a_second_run_has_nothing_left_and_again_begins_anew(self, crowd: Where, tmp_path: Path) -> None:
        export = ("export", "--all", "--to", "out", *crowd)
        quad_json(*export, folder=tmp_path)
        assert quad_json(*export, folder=tmp_path)["earlier"] == 3
        # A package that is gone is made once more.
        packages(tmp_path / "out")[1].unlink()
        assert quad_json(*export, folder=tmp_path)["earlier"] == 2
        assert len(packages(tmp_path / "out")) == 3
        assert quad_json(*export, "--again", folder=tmp_path)["earlier"] == 0
        assert rows(crowd[1], "SELECT count(*) FROM transfers") == [(7,)]

    def test_a_run_that_was_killed_is_gone_on_with(self, many: Where, tmp_path: Path) -> None:
        export = ("export", "--all", "--to", "out", "--jobs", str(JOBS), *many)
        done = kill_after(4, "export", tmp_path / "out", *export)
        packages(tmp_path / "out")
        hold_for_ever(many)
        told = quad_json(*export, folder=tmp_path)
        assert (told["complete"], told["earlier"], told["objects"]) == (MANY, done, MANY * EACH)
        assert len(packages(tmp_path / "out")) == MANY
        assert not list((tmp_path / "out").glob("*.part"))
        assert not list((tmp_path / "out").glob(".*.part"))
        # What the first run had begun was ended, not done once more; it may have died before it could note what it had just begun.
        ((begun,),) = rows(many[1], "SELECT count(*) FROM transfers")
        assert MANY <= begun <= MANY + JOBS

    def test_what_failed_is_told_with_the_reason(self, crowd: Where, tmp_path: Path) -> None:
        stored = sorted((tmp_path / "files").glob("??/*"), key=lambda path: path.stat().st_mtime)
        stored[0].unlink()
        done = quad("export", "--all", "--to", "out", "--json", *crowd, folder=tmp_path)
        told = json.loads(done.stdout)
        assert (done.returncode, told["complete"], told["with_errors"]) == (3, 2, 1)
        (missing,) = told["missing"]
        assert (missing["user"], missing["status"]) == (login(1), "complete with errors")
        assert missing["why"] == "file-unreadable: Its bytes cannot be read."
        plain = quad("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        assert plain.returncode == 3
        assert "3 of 3 exported, 3 of them earlier: 9 objects, " in plain.stdout
        assert "With errors: 1\n" in plain.stdout

    def test_who_was_deleted_is_passed_over(self, crowd: Where, tmp_path: Path) -> None:
        execute(crowd[1], "UPDATE users SET workflow_state = 'deleted' WHERE name = 'Person 0002'")
        assert quad_json("export", "--all", "--to", "out", *crowd, folder=tmp_path)["packages"] == 2

    def test_one_run_at_a_time_holds_a_folder(self, crowd: Where, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        with (tmp_path / "out" / ".export.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = quad("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "Another run is at work in out.\n")

    def test_a_folder_of_something_else_is_left_alone(self, crowd: Where, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "letter.txt").write_text("Dear Sir or Madam")
        done = quad("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        says = "out is not empty, and nothing has been exported into it so far. Choose another folder.\n"
        assert (done.returncode, done.stderr) == (1, says)
        done = quad("export", "--all", "--to", "out/letter.txt", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "out/letter.txt is no folder to write to: File exists.\n")

    def test_a_folder_of_another_campus_or_dialect_is_told(
        self, crowd: Where, elsewhere: Where, tmp_path: Path
    ) -> None:
        export = ("export", "--all", "--to", "out")
        quad_json(*export, *crowd, folder=tmp_path)
        done = quad(*export, *elsewhere, folder=tmp_path)
        assert done.stderr.startswith("out/export.jsonl is of another campus.")
        done = quad(*export, "--dialect", "mahara22", *crowd, folder=tmp_path)
        assert done.stderr.startswith("out/export.jsonl is of dialect standard.")

    def test_a_torn_line_is_passed_over_and_a_damaged_one_told(self, crowd: Where, tmp_path: Path) -> None:
        export = ("export", "--all", "--to", "out", *crowd)
        quad_json(*export, folder=tmp_path)
        ledger = tmp_path / "out" / "export.jsonl"
        whole = ledger.read_bytes()
        ledger.write_bytes(whole[:-20])
        assert quad_json(*export, folder=tmp_path)["complete"] == 3
        ledger.write_bytes(b"nonsense\n" + whole)
        done = quad(*export, folder=tmp_path)
        says = "out/export.jsonl cannot be read: line 1 is damaged. --again begins anew.\n"
        assert (done.returncode, done.stderr) == (1, says)
        assert quad_json(*export, "--again", folder=tmp_path)["complete"] == 3

    def test_a_folder_that_cannot_be_written_breaks_the_run_off(self, crowd: Where, tmp_path: Path) -> None:
        """As a full disk would: it is so for everybody."""
        export = ("export", "--all", "--to", "out", "--jobs", "1", *crowd)
        quad_json(*export, folder=tmp_path)
        first, second, third = packages(tmp_path / "out")
        (second.with_suffix(".kept")).write_bytes(second.read_bytes())
        second.unlink()
        third.unlink()
        (second / "occupied").mkdir(parents=True)
        done = quad(*export, "--again", "--json", folder=tmp_path)
        told = json.loads(done.stdout)
        assert (done.returncode, told["complete"], told["left"]) == (1, 1, 2)
        assert (
            done.stderr
            == f"The run broke off: out/.{second.name}.part: Is a directory. What is done is noted; the same command goes on.\n"
        )
        assert not list((tmp_path / "out").glob(".*.part"))
        (second / "occupied").rmdir()
        second.rmdir()
        told = quad_json(*export, folder=tmp_path)
        assert (told["complete"], told["earlier"]) == (3, 1)
        assert packages(tmp_path / "out") == [first, second, third]

    def test_nobody_has_anything(self, elsewhere: Where, tmp_path: Path) -> None:
        done = quad("export", "--all", "--to", "out", *elsewhere, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "Nobody has anything to export.\n")


class TestImportingMany:
    def test_from_one_campus_to_another_through_a_power_cut(
        self, many: Where, elsewhere: Where, tmp_path: Path
    ) -> None:
        quad_json("export", "--all", "--to", "out", *many, folder=tmp_path)
        bring = ("import", "--map", "out/users.csv", "out", "--jobs", str(JOBS), *elsewhere)
        done = kill_after(4, "import", tmp_path / "out", *bring)
        hold_for_ever(elsewhere)
        told = quad_json(*bring, folder=tmp_path)
        assert (told["complete"], told["earlier"], told["unknown"]) == (MANY, done, [])
        assert rows(elsewhere[1], "SELECT count(*) FROM portfolio_objects") == [(MANY * EACH,)]
        assert rows(
            elsewhere[1], "SELECT count(*) FROM files WHERE context_type = 'User' AND workflow_state = 'available'"
        ) == [(MANY,)]
        # What the first run had begun is told as it was, not as recognised.
        assert told["created"] + told["recognised"] == MANY * EACH
        assert told["recognised"] <= JOBS * EACH
        # Once more from the beginning: nothing is doubled.
        assert quad_json(*bring, "--again", folder=tmp_path)["recognised"] == MANY * EACH
        assert rows(elsewhere[1], "SELECT count(*) FROM portfolio_objects") == [(MANY * EACH,)]
        quad_json("export", "--all", "--to", "back", *elsewhere, folder=tmp_path)
        for one, other in zip(packages(tmp_path / "out"), packages(tmp_path / "back"), strict=True):
            assert differences(one, other) == []

    def test_what_is_wrong_with_the_map_is_told_before_anything_begins(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        one = packages(tmp_path / "out")[0].name
        (tmp_path / "map.csv").write_text(
            f"User;Note;File\n{login(1)};;{one}\n\n;;{one}\n{login(2)};;nowhere.zip\n{login(1)};;{one}\nx;;../{one}\n"
        )
        done = quad("import", "--map", "map.csv", "out", *crowd, folder=tmp_path)
        assert (done.returncode, done.stderr.splitlines()) == (
            1,
            [
                "map.csv: line 4: needs a file and a user.",
                "map.csv: line 5: there is no file nowhere.zip in out.",
                "map.csv: line 6: says what line 2 says.",
                f"map.csv: line 7: ../{one} is not in out.",
                "Nothing was imported.",
            ],
        )
        assert not (tmp_path / "out" / "import.jsonl").exists()

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "line 1: it needs the columns file and user, each once."),
            (b"file,login\na,b\n", "line 1: it needs the columns file and user, each once."),
            (b"file,user,user\na,b\n", "line 1: it needs the columns file and user, each once."),
            (b"file,user\n", "it names nobody."),
            ("file,user\nä.zip,b".encode("latin-1"), "it is not UTF-8."),
            (None, "it cannot be read: No such file or directory."),
        ],
    )
    def test_what_is_no_map_is_told(self, tmp_path: Path, content: bytes | None, says: str) -> None:
        if content is not None:
            (tmp_path / "map.csv").write_bytes(content)
        assert read_map(tmp_path / "map.csv", tmp_path) == ([], [says])

    def test_who_is_unknown_is_passed_over_and_the_others_proceed(self, crowd: Where, tmp_path: Path) -> None:
        quad_json("export", "--all", "--to", "out", *crowd, folder=tmp_path)
        first, second, _ = (path.name for path in packages(tmp_path / "out"))
        (tmp_path / "out" / "letter.zip").write_bytes(b"Dear Sir or Madam")
        (tmp_path / "map.csv").write_text(
            f"\ufefffile,user\n{first},nobody\n{second},{login(4)}\n{first},{login(4)}\nletter.zip,{login(4)}\n"
        )
        done = quad("import", "--map", "map.csv", "out", "--json", *crowd, folder=tmp_path)
        told = json.loads(done.stdout)
        assert done.returncode == 3
        assert done.stderr == f"map.csv: line 2: there is no user nobody; {first} was passed over.\n"
        assert told["unknown"] == [{"line": 2, "file": first, "user": "nobody"}]
        assert (told["packages"], told["complete"], told["failed"], told["created"]) == (3, 2, 1, 2 * EACH)
        (missing,) = told["missing"]
        assert (missing["file"], missing["why"]) == ("letter.zip", "The file is neither a ZIP nor XML.")
        # What failed is tried again, what is done is not.
        plain = quad("import", "--map", "map.csv", "out", *crowd, folder=tmp_path)
        assert plain.stdout.splitlines()[:3] == [
            plain.stdout.splitlines()[0],
            "New: 6. Here already: 0. As a copy: 0. Warnings: 0",
            "Failed: 1",
        ]
        assert plain.stdout.startswith("2 of 3 imported, 2 of them earlier: 6 objects, ")
