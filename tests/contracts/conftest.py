"""`api`: the canvasapi clients of everybody in the world."""

import pytest

from tests.contracts.client import Clients
from tests.world import World


@pytest.fixture
def api(world: World) -> Clients:
    return Clients(world)
