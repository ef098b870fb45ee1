"""An empty database on each engine, for commands that run as processes of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import fresh_database


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    with fresh_database(engine, tmp_path) as url:
        yield url
