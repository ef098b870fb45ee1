"""What a package brings, and that it comes back as it left. Source: portfolio-package.md §5 to §8; brightspace-eportfolio.md §5.10."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from quadrangle.packages import differences
from tests.specs.packages.making import write
from tests.specs.packages.portfolios import PICTURE, TIDES, everything
from tests.specs.transfers.moving import Mover
from tests.world import World


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def cleo(world: World, folder: Path) -> Mover:
    return Mover(world, "cleo", folder)


@pytest.fixture
def ben(world: World, folder: Path) -> Mover:
    return Mover(world, "ben", folder)


@pytest.fixture
def package(folder: Path) -> Path:
    return write(folder / "everything.zip", everything(), [TIDES, PICTURE])


class TestEveryKindOfObject:
    def test_it_comes_whole_and_leaves_as_it_came(self, cleo: Mover, ben: Mover, package: Path) -> None:
        task = cleo.bring(package)
        assert cleo.problems(task) == []
        assert cleo.report(task) == (11, 0, 0)
        own = cleo.export()
        assert ben.report(ben.bring(own)) == (11, 0, 0)
        assert differences(own, ben.export()) == []

    def test_once_more_it_changes_nothing(self, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        before = cleo.count()
        again = cleo.bring(package)
        assert cleo.report(again) == (0, 11, 0)
        assert cleo.count() == before

    def test_what_one_exported_oneself_is_recognised(self, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        own = cleo.export()
        before = cleo.count()
        assert cleo.report(cleo.bring(own)) == (0, 11, 0)
        assert cleo.count() == before

    def test_from_one_person_to_another_and_back(self, cleo: Mover, ben: Mover, package: Path) -> None:
        cleo.bring(package)
        ben.bring(cleo.export())
        back = ben.export()
        assert differences(cleo.export(), back) == []
        before = cleo.count()
        assert cleo.report(cleo.bring(back)) == (0, 11, 0)
        assert cleo.count() == before
