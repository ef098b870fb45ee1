"""ID keys as their owner and whoever runs the campus see them. Source: brightspace-eportfolio.md §2.1, tokens.md §2."""

import sys
from typing import Any

import pytest

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import authorise
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.people import Actor
from quadrangle.tokens import (
    DELETE,
    LIST,
    RULES,
    IdKey,
    each_key,
    end_key_of_user,
    every_app,
    keys_of_user,
    revoke_app,
    revoke_key,
    standing_before,
    switch_app,
)
from tests.specs.brightspace.signing import Pair, call, make_app, make_key
from tests.world import World

WHOAMI = "/d2l/api/lp/1.0/users/whoami"


def listed(world: World, who: str, owner: str) -> list[IdKey]:
    async def work(uow: UnitOfWork) -> list[IdKey]:
        standing = await standing_before(uow, Actor(world.ids[who]), world.ids[owner], LIST)
        return await keys_of_user(uow, authorise(RULES, LIST, standing, standing))

    found: list[IdKey] = world.do(work)
    return found


def end(world: World, who: str, owner: str, token_id: str) -> None:
    async def work(uow: UnitOfWork) -> None:
        standing = await standing_before(uow, Actor(world.ids[who]), world.ids[owner], DELETE)
        await end_key_of_user(uow, authorise(RULES, DELETE, standing, standing), token_id)

    world.do(work)


def works(world: World, app: Pair, key: Pair) -> bool:
    reply = call(world, app, key, WHOAMI)
    assert reply.status_code == 200 or reply.content == b"Invalid token"
    return reply.status_code == 200


class TestListingOnesOwn:
    def test_it_tells_which_application_has_one_and_when_it_was_used(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        make_key(world, app, "cleo")
        (before,) = listed(world, "ben", "ben")
        assert (before.token_id, before.app_name, before.app_state) == (key[0], "Exporter", "active")
        assert (before.user_name, before.last_used_at) == ("Ben Okri", None)
        works(world, app, key)
        assert listed(world, "ben", "ben")[0].last_used_at == world.clock.now()

    def test_one_of_an_application_that_is_off_is_there_and_one_that_ended_is_not(self, world: World) -> None:
        app, other = make_app(world), make_app(world)
        kept, ended, gone = (make_key(world, one, "ben")[0] for one in (app, app, other))
        world.do(lambda uow: switch_app(uow, app[0], on=False))
        world.do(lambda uow: revoke_key(uow, ended))
        world.do(lambda uow: revoke_app(uow, other[0]))
        assert [(one.token_id, one.app_state) for one in listed(world, "ben", "ben")] == [(kept, "inactive")]
        assert gone not in [one.token_id for one in listed(world, "ben", "ben")]

    def test_administrators_see_them_and_others_do_not(self, world: World) -> None:
        make_key(world, make_app(world), "ben")
        assert len(listed(world, "root", "ben")) == 1
        for who in ("ada", "cleo"):
            with pytest.raises(Forbidden):
                listed(world, who, "ben")


class TestEndingOnesOwn:
    @pytest.mark.parametrize("who", ["ben", "root"])
    def test_it_works_no_longer(self, world: World, who: str) -> None:
        app = make_app(world)
        key, other = make_key(world, app, "ben"), make_key(world, app, "ben")
        end(world, who, "ben", key[0])
        assert (works(world, app, key), works(world, app, other)) == (False, True)
        with pytest.raises(NotFound):
            end(world, who, "ben", key[0])

    def test_nobody_ends_that_of_another(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        with pytest.raises(Forbidden):
            end(world, "cleo", "ben", key[0])
        with pytest.raises(NotFound):
            end(world, "cleo", "cleo", key[0])
        assert works(world, app, key)

    def test_it_ends_with_being_signed_out_everywhere(self, world: World) -> None:
        app = make_app(world)
        key, hers = make_key(world, app, "ben"), make_key(world, app, "cleo")
        assert world.root.delete(f"/users/{world.ids['ben']}/sessions").status_code == 200
        assert (works(world, app, key), works(world, app, hers)) == (False, True)


class TestWhatOperatorsDo:
    def test_an_application_that_is_off_proves_nothing_until_it_is_on_again(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")

        def switch(on: bool) -> Any:
            return world.do(lambda uow: switch_app(uow, app[0], on=on))

        assert (switch(on=True), switch(on=False), switch(on=False)) == (False, True, False)
        assert not works(world, app, key)
        assert call(world, app, None, "/d2l/api/versions/").content == b"Invalid token"
        assert switch(on=True)
        assert works(world, app, key)

    def test_one_that_is_off_can_be_revoked_for_good(self, world: World) -> None:
        app = make_app(world)
        world.do(lambda uow: switch_app(uow, app[0], on=False))
        assert world.do(lambda uow: revoke_app(uow, app[0]))
        assert not world.do(lambda uow: switch_app(uow, app[0], on=True))
        assert not world.do(lambda uow: revoke_app(uow, app[0]))

    def test_applications_come_with_the_number_of_their_user_tokens(self, world: World) -> None:
        app, other = make_app(world), make_app(world)
        make_key(world, app, "ben")
        ended = make_key(world, app, "ben")
        make_key(world, app, "cleo")
        world.do(lambda uow: revoke_key(uow, ended[0]))
        assert [(one.app_id, one.keys) for one in world.do(every_app)] == [(app[0], 2), (other[0], 0)]

    def test_user_tokens_are_found_by_application_and_by_user(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules[each_key.__module__], "_AT_ONCE", 2)  # a table has the module's name
        app, other = make_app(world), make_app(world)
        bens = [make_key(world, one, "ben")[0] for one in (app, app, app, other)]
        hers = make_key(world, app, "cleo")[0]

        def found(**narrowed: Any) -> list[str]:
            async def work(uow: UnitOfWork) -> list[str]:
                return [one.token_id async for one in each_key(uow, **narrowed)]

            ids: list[str] = world.do(work)
            return ids

        assert found() == [*bens, hers]
        assert found(app_id=app[0]) == [*bens[:3], hers]
        assert found(user_id=world.ids["ben"]) == bens
        assert found(app_id=other[0], user_id=world.ids["cleo"]) == found(app_id="unknown") == []
