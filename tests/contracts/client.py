"""The published canvasapi client, unmodified, before the world of the tests."""

import warnings
from typing import Any

from canvasapi import Canvas
from canvasapi.canvas_object import CanvasObject

from quadrangle.app import all_routes
from tests.world import World

_SERVED = {f"{route.method} {route.template}" for route in all_routes()}


class Clients:
    """A client for everybody in the world, made when asked for: `api.ada`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[str, Canvas] = {}

    def __getattr__(self, who: str) -> Canvas:
        if who.startswith("_"):
            raise AttributeError(who)
        if who not in self._made:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the address is http://
                self._made[who] = Canvas(self.world.url + "/", self.world.tokens[who])
        return self._made[who]

    def course(self, who: str) -> Any:
        return getattr(self, who).get_course(self.world.ids["physics"])

    def group(self, who: str) -> Any:
        return getattr(self, who).get_group(self.world.ids["owls"])

    def account(self, who: str = "root") -> Any:
        return getattr(self, who).get_account(1)


def requester(canvas: Canvas) -> Any:
    """The client's own HTTP door, for what it has no method for."""
    return canvas._Canvas__requester


def last_answer(canvas: Canvas) -> Any:
    return requester(canvas)._cache[0]


def has(thing: CanvasObject, *keys: str) -> None:
    """The keys real-clients.md says a method's reply needs."""
    missing = [key for key in keys if not hasattr(thing, key)]
    assert not missing, f"{type(thing).__name__} lacks {missing}"
    assert str(thing)  # the client prints objects from these keys
