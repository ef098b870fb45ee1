"""Fixtures: a fresh world for every test, on each engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines import ENGINES
from tests.server import Server
from tests.world import Template, World


@pytest.fixture(scope="session")
def server() -> Server:
    return Server()


@pytest.fixture(scope="session")
def templates(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Template]:
    made: dict[str, Template] = {}
    folder: Path = tmp_path_factory.mktemp("campus")

    def template(engine: str) -> Template:
        if engine not in made:
            made[engine] = Template(engine, server, folder)
        return made[engine]

    return template


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(engine: str, templates: Callable[[str], Template]) -> Iterator[World]:
    """The world of tests/world.py, untouched, on one engine and then on the other."""
    made = World(templates(engine))
    yield made
    made.close()


def as_each(*names: str) -> Any:
    """Run a test once for each of these people: it takes `who`."""
    return pytest.mark.parametrize("who", names)
