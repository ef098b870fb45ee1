"""What the tests of collected things share: somebody who acts on theirs by the verbs of the noun."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from quadrangle import artifacts
from quadrangle.artifacts import Item, ItemChange, Standing
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.portfolios import keywords
from tests.world import World

WORDS = keywords((), ())
Verb = Callable[..., Awaitable[Any]]


class Keeper:
    """Somebody before what they and others have collected."""

    def __init__(self, world: World, who: str) -> None:
        self.world = world
        self.id: int = world.ids[who]

    def own(self, verb: Verb, *rest: Any, **how: Any) -> Any:
        """A verb that is about one's own ePortfolio."""

        async def work(uow: UnitOfWork) -> Any:
            standing = await artifacts.standing_of(uow, self.id, WORDS, lock=True)
            return await verb(uow, artifacts.allow(standing, artifacts.USE), *rest, **how)

        return self.world.do(work)

    def on(self, right: str, item_id: int, verb: Verb, *rest: Any, **how: Any) -> Any:
        """A verb that is about one thing."""

        async def work(uow: UnitOfWork) -> Any:
            return await verb(uow, await self._granted(uow, item_id, right), *rest, **how)

        return self.world.do(work)

    def both(self, verb: Verb, first: int, second: int) -> Any:
        """A verb that connects two things, both of which one may change."""

        async def work(uow: UnitOfWork) -> Any:
            one = await self._granted(uow, first, artifacts.EDIT)
            return await verb(uow, one, await self._granted(uow, second, artifacts.EDIT))

        return self.world.do(work)

    async def _granted(self, uow: UnitOfWork, item_id: int, right: str) -> Granted[Standing]:
        own = await artifacts.standing_of(uow, self.id, WORDS, lock=True)
        return artifacts.allow(await artifacts.standing_before(uow, own, item_id, WORDS, lock=True), right)

    def own_standing(self) -> Standing:
        found: Standing = self.world.do(lambda uow: artifacts.standing_of(uow, self.id, WORDS))
        return found

    def standing(self, item_id: int) -> Standing:
        async def work(uow: UnitOfWork) -> Standing:
            own = await artifacts.standing_of(uow, self.id, WORDS)
            return await artifacts.standing_before(uow, own, item_id, WORDS)

        found: Standing = self.world.do(work)
        return found

    def show(self, item_id: int) -> Item:
        return self.standing(item_id).item_there

    def all(self) -> list[Item]:
        found: list[Item] = self.own(artifacts.items_of, after=0, limit=1000)
        return found

    def link(self, name: str = "A link", url: str = "https://example.com/", **more: Any) -> int:
        return int(self.own(artifacts.add_link, ItemChange(name=name, url=url, **more)).id)

    def reflection(self, name: str = "Words", **more: Any) -> int:
        return int(self.own(artifacts.add_reflection, ItemChange(name=name, **more)).id)

    def collection(self, name: str = "Gathered", **more: Any) -> int:
        return int(self.own(artifacts.add_collection, ItemChange(name=name, **more)).id)

    def presentation(self, name: str = "Shown", **more: Any) -> int:
        return int(self.own(artifacts.add_presentation, ItemChange(name=name, **more)).id)

    def collect(self, collection: int, *items: int) -> None:
        for item in items:
            self.both(artifacts.collect_item, collection, item)

    def members(self, collection: int) -> list[int]:
        found: list[int] = self.on(artifacts.VIEW, collection, artifacts.members_of)
        return found

    def delete(self, item_id: int) -> None:
        self.on(artifacts.DELETE, item_id, artifacts.delete_item)


@pytest.fixture
def ben(world: World) -> Keeper:
    return Keeper(world, "ben")


@pytest.fixture
def cleo(world: World) -> Keeper:
    return Keeper(world, "cleo")
