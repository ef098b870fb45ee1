"""What docs/guides/moving.md says to type is typed, in its order, and its programs run from one campus to another. Source: STYLE §16."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.asking import rows
from tests.docs.generated import DOCS
from tests.process import Serving, environment, quad_json
from tests.specs.packages.making import package
from tests.specs.packages.test_foreign import a_portfolio
from tests.world import NO_TLS

GUIDE = (DOCS / "guides" / "moving.md").read_text()
LINH = "linh.nguyen@example.com"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_its_commands_run_on_the_demo_campus(tmp_path: Path) -> None:
    quad_json("demo", folder=tmp_path)
    (tmp_path / "portfolio-from-mahara.zip").write_bytes(package(a_portfolio(), {"files/tides.csv": b"0,1.2\n"}))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = []
    for block in blocks("sh"):
        done = subprocess.run(
            ["sh", "-c", block],
            cwd=tmp_path,
            env={**environment(), "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 3), done.stderr + done.stdout
        told.append(done.stdout)
    said = re.search(r"^```\n(linh\.zip.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    assert said is not None
    size = re.compile(r"\([\d.]+ kB\)")
    assert size.sub("", told[0]).split("\n", 1)[1] == size.sub("", said[1])
    (row,) = blocks("csv")
    assert row.splitlines()[1] in (tmp_path / "packages" / "users.csv").read_text()


@pytest.fixture
def campuses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The demo campus, and one of one's own with nothing in it; what the programs read of their environment."""
    there, here = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("here")
    quad_json("demo", folder=there)
    ((linh,),) = rows(f"sqlite:///{there}/var/quad.db", f"SELECT user_id FROM logins WHERE unique_id = '{LINH}'")
    made = quad_json("token", "create", "--user", str(linh), "--purpose", "Moving", folder=there)
    token = made["access_token"]
    own = quad_json("init", folder=here)["access_token"]
    with Serving(folder=there) as source, Serving(folder=here) as target:
        with httpx.Client(base_url=source.url, headers={"authorization": f"Bearer {token}"}, verify=NO_TLS) as client:
            link = {"Name": "Tide tables", "Url": "https://tides.example/"}
            assert client.post("/d2l/api/eP/2.5/artifacts/link/new", json=link).status_code == 200
            words = {"Name": "What the tides taught me", "Description": "<p>Patience.</p>"}
            assert client.post("/d2l/api/eP/2.5/reflections/new", json=words).status_code == 200
        yield {"SOURCE": source.url, "SOURCE_TOKEN": token, "TARGET": target.url, "TARGET_TOKEN": own}


def test_its_programs_bring_what_somebody_has_to_another_campus(campuses: dict[str, str], tmp_path: Path) -> None:
    for text in blocks("python"):
        program = tmp_path / "move.py"
        program.write_text(text)
        done = subprocess.run(
            [sys.executable, str(program)],
            env={**os.environ, **campuses},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "→ " in done.stdout

    def names(side: str) -> list[Any]:
        headers = {"authorization": f"Bearer {campuses[f'{side}_TOKEN']}"}
        with httpx.Client(base_url=campuses[side], headers=headers, verify=NO_TLS) as client:
            found = client.get("/d2l/api/eP/2.5/objects/my/").json()["Items"]
        return sorted((one["ObjectTypeId"], one["Name"]) for one in found)

    assert names("TARGET") == names("SOURCE")
