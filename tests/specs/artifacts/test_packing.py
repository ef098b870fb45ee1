"""All that somebody has, for a package: in few statements, however much it is. Source: brightspace-eportfolio.md §5, portfolio-package.md §3."""

from quadrangle import artifacts
from quadrangle.artifacts import Details, Form, FormField, Rule, Source, Tag
from quadrangle.db import UnitOfWork
from tests.specs.artifacts.conftest import Keeper
from tests.world import World


def read(world: World, owner: int) -> tuple[int, list[int], int]:
    """Statements, ids and comments of a whole walk in batches of 20."""

    async def work(uow: UnitOfWork) -> tuple[int, list[int], int]:
        keys = await artifacts.keys_of(uow, owner)
        await artifacts.members_of_all(uow, owner)
        await artifacts.associations_of_all(uow, owner)
        ids, said = [], 0
        for start in range(0, len(keys), 20):
            batch = [key.id for key in keys[start : start + 20]]
            found = await artifacts.items_among(uow, owner, batch)
            said += sum(len(some) for some in (await artifacts.comments_among(uow, batch)).values())
            ids += [id for id in batch if id in found]
        return uow.statements, ids, said

    found: tuple[int, list[int], int] = world.do(work)
    return found


class TestReadingEverything:
    def test_its_statements_are_those_of_its_batches(self, world: World, ben: Keeper, cleo: Keeper) -> None:
        cleo.link()
        first = ben.link(tags=[Tag("sea")])
        assert read(world, ben.id) == (5, [first], 0)
        ids = [first, *(ben.link(f"link {number}") for number in range(18)), ben.collection()]
        ben.collect(ids[-1], *ids[:-1])
        ben.on(artifacts.ADD_COMMENTS, first, artifacts.add_comment, "Well")
        assert read(world, ben.id) == (5, ids, 1)

    def test_it_names_relations_by_their_ends(self, world: World, ben: Keeper) -> None:
        item, words, box = ben.link(), ben.reflection(), ben.collection()
        ben.collect(box, words, item)
        ben.both(artifacts.associate, words, item)

        async def work(uow: UnitOfWork) -> tuple[list[artifacts.Member], list[artifacts.Association]]:
            return await artifacts.members_of_all(uow, ben.id), await artifacts.associations_of_all(uow, ben.id)

        members, associations = world.do(work)
        assert [(one.collection_id, one.item_id, one.position) for one in members] == [(box, words, 1), (box, item, 2)]
        assert [(one.source_id, one.item_id, one.kind) for one in associations] == [(words, item, 1)]

    def test_ids_are_told_apart(self, world: World, ben: Keeper, cleo: Keeper) -> None:
        mine, gone, hers = ben.link(), ben.link(), cleo.link()
        ben.delete(gone)

        async def work(uow: UnitOfWork) -> dict[int, tuple[int, bool]]:
            found = await artifacts.keys_among(uow, [mine, gone, hers, 9_999_999])
            return {id: (key.user_id, key.live) for id, key in found.items()}

        assert world.do(work) == {mine: (ben.id, True), gone: (ben.id, False), hers: (cleo.id, True)}


class TestWritingWhatAPackageBrings:
    def test_every_kind_has_its_place(self, world: World, ben: Keeper) -> None:
        form = Form("CV", [FormField("Name", "text", "Ben", system=True), FormField("Motto", "html", "<p>Go</p>")])
        source = Source("grade", "Essay", "Physics", "9/10", "2026-02-01")
        kinds = {
            300: Details(foreign={"rdf-type": "leap2:plan", "links": [{"rel": "supports", "target": "u"}]}),
            320: Details(form=form),
            332: Details(source=source),
            334: Details(source=source, files=[1, 2]),
            120: Details(rule=Rule("any", ["sea"])),
            600: Details(),
        }

        async def work(uow: UnitOfWork) -> list[int]:
            await artifacts.lock_owner(uow, ben.id)
            made = [
                await artifacts.put_item(
                    uow, ben.id, kind, name=f"kind {kind}", details=details, uid=f"uid-{kind}", origin=f"from-{kind}"
                )
                for kind, details in kinds.items()
            ]
            connections = await artifacts.Connections.of(uow, ben.id)
            for _ in range(2):
                await connections.associate(made[-1], made[0], artifacts.ON_OBJECTIVE)
            await connections.associate(made[-1], made[-1], artifacts.ON_OBJECTIVE)
            await artifacts.put_comment(uow, made[0], uid="said", body="<p>Well</p>", created_at=uow.now)
            return made

        made = world.do(work)
        assert [ben.show(id).more for id in made] == list(kinds.values())

        async def look(uow: UnitOfWork) -> tuple[list[str], list[str], bool]:
            by_uid = await artifacts.keys_by_uid(uow, ben.id, ["uid-300", "unknown"])
            by_origin = await artifacts.keys_by_origin(uow, ben.id, ["from-600"])
            (comment,) = (await artifacts.comments_among(uow, [made[0]]))[made[0]]
            return list(by_uid), list(by_origin), comment.user_id is comment.author is None

        assert world.do(look) == (["uid-300"], ["from-600"], True)

    def test_members_are_added_at_the_end_once_and_circles_are_seen(self, world: World, ben: Keeper) -> None:
        item, inner, outer = ben.link(), ben.collection(), ben.collection()
        ben.collect(outer, inner)

        async def work(uow: UnitOfWork) -> tuple[bool, bool, bool]:
            await artifacts.lock_owner(uow, ben.id)
            connections = await artifacts.Connections.of(uow, ben.id)
            for _ in range(2):
                await connections.collect(outer, item)
            await connections.collect(inner, item)
            return (
                connections.would_circle(inner, outer),
                connections.would_circle(outer, outer),
                connections.would_circle(outer, item),
            )

        assert world.do(work) == (True, True, False)

        async def look(uow: UnitOfWork) -> list[tuple[int, int, int]]:
            found = await artifacts.members_of_all(uow, ben.id)
            return [(one.collection_id, one.item_id, one.position) for one in found]

        assert sorted(world.do(look)) == sorted([(outer, inner, 1), (outer, item, 2), (inner, item, 1)])
