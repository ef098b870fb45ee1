"""What README.md says to type is typed. Source: issue "Foundation"."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.docs.generated import DOCS
from tests.engines import free_port
from tests.process import environment

ROOT = DOCS.parent
README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


class Demo:
    """`make serve` as README says it, on a port and a database of its own."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.said = folder / "said"
        assert "make serve\n" in blocks("")
        # What make would install is what runs this test.
        command = ["make", "-o", f"{sys.prefix}/.server", "serve", f"VENV={sys.prefix}", f"PORT={port}"]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(
                    QUAD_DATABASE_URL=f"sqlite:///{folder}/quad.db", QUAD_STORAGE_URL=f"file://{folder}/files"
                ),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while f"Quadrangle is at {self.url}" not in self.said.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.said.read_text())
            time.sleep(0.02)
        found = re.search(r"^Access token of its administrator: (\S+)$", self.said.read_text(), re.MULTILINE)
        assert found is not None
        self.token = found[1]

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("readme"))
    yield made
    made.stop()


def test_make_serve_prints_logins_that_work(demo: Demo) -> None:
    found = re.search(r"^  (\S+@\S+) +password (\S+) ", demo.said.read_text(), re.MULTILINE)
    assert found is not None
    with httpx.Client(base_url=demo.url) as client:
        page = client.get("/login").text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        names = re.findall(r'<input[^>]* name="(pseudonym_session\[\w+\])"', page)
        assert len(names) >= 2, page
        form = {**hidden, "pseudonym_session[unique_id]": found[1], "pseudonym_session[password]": found[2]}
        assert client.post("/login/canvas", data=form).status_code == 302


@pytest.mark.parametrize("block", [block for block in blocks("sh") if "curl" in block])
def test_its_requests_are_answered(demo: Demo, block: str) -> None:
    done = subprocess.run(
        ["sh", "-e", "-c", block.replace("curl ", "curl --fail ").replace(ADDRESS, demo.url)],
        env={**os.environ, "TOKEN": demo.token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout[0] in "[{"


@pytest.mark.parametrize("block", blocks("python"))
def test_its_program_runs(demo: Demo, block: str, tmp_path: Path) -> None:
    program = tmp_path / "first.py"
    program.write_text(f"TOKEN = {demo.token!r}\n{block.replace(ADDRESS, demo.url)}")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("2 ")
    assert done.stdout.splitlines()[-1] == "<p>Bring a pencil.</p>"


def test_its_commands_run(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in blocks("sh"):
        if "quad " in block:
            done = subprocess.run(
                ["sh", "-e", "-c", block],
                cwd=tmp_path,
                env={**environment(), "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr + done.stdout


def test_its_table_has_every_command(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "quadrangle", "--help"], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    commands = re.findall(r"^  ([a-z][a-z-]+)  ", shown.partition("Commands:")[2], re.MULTILINE)
    told = re.findall(r"^\| `quad ([a-z-]+)", README, re.MULTILINE)
    assert sorted(commands) == sorted(told)
