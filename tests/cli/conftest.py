"""Databases for commands that run as processes of their own, on each engine."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crowd import furnish, people
from tests.databases import fresh_database
from tests.process import quad_json

Where = tuple[str, ...]


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    with fresh_database(engine, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def crowds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], tuple[str, Path]]]:
    made: dict[str, tuple[str, Path]] = {}
    with ExitStack() as open_until_the_end:

        def crowd_on(engine: str) -> tuple[str, Path]:
            if engine not in made:
                folder = tmp_path_factory.mktemp("crowd")
                url = open_until_the_end.enter_context(fresh_database(engine, folder))
                quad_json("init", "--database", url, folder=folder)
                furnish(url, f"file://{folder / 'files'}", people(url, 4)[:3])
                made[engine] = url, folder / "files"
            return made[engine]

        yield crowd_on


@pytest.fixture
def crowd(engine: str, crowds: Callable[[str], tuple[str, Path]], tmp_path: Path) -> Iterator[Where]:
    """The options that lead to a campus with four people, of whom the first three have something."""
    url, files = crowds(engine)
    with fresh_database(engine, tmp_path, like=url) as copy:
        shutil.copytree(files, tmp_path / "files")
        yield "--database", copy, "--storage", f"file://{tmp_path / 'files'}"
