"""Whatever somebody has goes from one person to another and back without a loss. Source: portfolio-package.md §7, §8, §10."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from quadrangle.packages import Packed, differences
from tests.specs.packages.making import write
from tests.specs.packages.portfolios import portfolios
from tests.specs.transfers.moving import Newcomer
from tests.world import World


class TestTheGuarantee:
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
    @given(portfolios())
    def test_whatever_somebody_has(self, world: World, portfolio: tuple[list[Packed], list[bytes]]) -> None:
        items, contents = portfolio
        with tempfile.TemporaryDirectory() as folder:
            one, other = Newcomer(world, Path(folder)), Newcomer(world, Path(folder))
            one.bring(write(Path(folder, "made.zip"), items, contents))
            first = one.export()
            if first is None:
                return
            task = other.bring(first)
            assert other.state(task) == 2, other.problems(task)
            second = other.export()
            assert second is not None
            assert differences(first, second) == []
            for person, package in ((one, first), (other, first), (one, second)):
                before = person.count()
                again = person.bring(package)
                assert person.report(again)[::2] == (0, 0), person.problems(again)
                assert person.count() == before
