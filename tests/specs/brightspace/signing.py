"""An ID-key client of the tests' own, which can do everything wrong that a client can."""

import base64
import hashlib
import hmac
from typing import Any

import httpx

from quadrangle.kernel.digest import Digester
from quadrangle.tokens import IdApp, create_app_pair, create_key_pair, find_app
from tests.world import KEY, World

DIGEST = Digester(KEY)
Pair = tuple[str, str]


def sign(key: str, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode().strip("=")


def make_app(world: World, **more: Any) -> Pair:
    return world.do(lambda uow: create_app_pair(uow, DIGEST, name="Exporter", **more))  # type: ignore[no-any-return]


def make_key(world: World, app: Pair, who: str) -> Pair:
    async def make(uow: Any) -> Pair:
        found = await find_app(uow, app[0])
        assert isinstance(found, IdApp)
        return await create_key_pair(uow, DIGEST, found, user_id=world.ids[who])

    return world.do(make)  # type: ignore[no-any-return]


def query(world: World, app: Pair, user: Pair | None, method: str, path: str, *, skew: int = 0) -> dict[str, str]:
    time = str(int(world.clock.now().timestamp()) + skew)
    text = f"{method}&{path.lower()}&{time}"
    sent = {"x_a": app[0], "x_c": sign(app[1], text), "x_t": time}
    return sent if user is None else sent | {"x_b": user[0], "x_d": sign(user[1], text)}


def call(
    world: World,
    app: Pair,
    user: Pair | None,
    path: str,
    *,
    method: str = "GET",
    signed_as: str | None = None,
    skew: int = 0,
    change: dict[str, str] | None = None,
    without: str = "",
) -> httpx.Response:
    """A signed call. signed_as: the path that is signed. change, without: what is done to the parameters afterwards."""
    sent = query(world, app, user, method, signed_as or path, skew=skew) | (change or {})
    sent.pop(without, None)
    return world.anyone.request(method, path, params=sent)
