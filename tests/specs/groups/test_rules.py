"""Lists and rules agree, for everyone in the world (STYLE §1 and §2)."""

from quadrangle.groups import READ, group_standing
from quadrangle.kernel.ids import Ref
from tests.world import World


class TestTheListAndTheTable:
    def test_they_agree_on_ones_own_groups(self, world: World) -> None:
        ref = Ref("id", str(world.ids["owls"]))
        for who in world.tokens:
            standing = world.do(lambda uow, who=who: group_standing(uow, ref, world.ids[who]))
            listed = [one["id"] for one in world.as_(who).get("/users/self/groups").json()]
            assert (world.ids["owls"] in listed) == standing.is_member

    def test_they_agree_with_the_answer_to_one_group(self, world: World) -> None:
        ref = Ref("id", str(world.ids["owls"]))
        for who in world.tokens:
            standing = world.do(lambda uow, who=who: group_standing(uow, ref, world.ids[who]))
            assert (world.as_(who).get(world.group).status_code == 200) == standing.may_here(READ)


class TestTwoWhoJoinAtOnce:
    def test_only_as_many_come_in_as_there_is_room(self, world: World) -> None:
        from concurrent.futures import ThreadPoolExecutor

        world.ada.put(world.group, {"max_membership": "2"})
        ids = [world.ids[who] for who in ("cleo", "tia", "dee", "dov")]
        clients = [world.with_token(world.tokens["ada"]) for _ in ids]

        def put_in(one: int) -> int:
            return clients[one].post(world.group + "/memberships", {"user_id": str(ids[one])}).status_code

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(put_in, range(4)))
        assert statuses == [200, 400, 400, 400]
        assert world.ada.get(world.group).json()["members_count"] == 2

    def test_the_same_person_twice_is_one_membership(self, world: World) -> None:
        from concurrent.futures import ThreadPoolExecutor

        clients = [world.with_token(world.tokens["ada"]) for _ in range(4)]

        def put_in(client: object) -> int:
            reply = client.post(world.group + "/memberships", {"user_id": str(world.ids["cleo"])})  # type: ignore[attr-defined]
            assert reply.status_code == 200
            return int(reply.json()["id"])

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(put_in, clients))) == 1
