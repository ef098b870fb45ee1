"""Collections, reflections, objectives, comments and tags. Source: brightspace-eportfolio.md §6.3."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from quadrangle import artifacts
from quadrangle.artifacts import Details, ItemChange, Rule, Tag
from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from tests.specs.artifacts.conftest import Keeper
from tests.world import World


class TestCollections:
    def test_members_stand_in_the_order_of_their_addition(self, ben: Keeper) -> None:
        a, b, c, box = ben.link("a"), ben.link("b"), ben.reflection("c"), ben.collection()
        ben.collect(box, c, a, b, a)
        assert ben.members(box) == [c, a, b]
        ben.both(artifacts.take_out, box, a)
        ben.collect(box, a)
        assert ben.members(box) == [c, b, a]
        with pytest.raises(NotFound):
            ben.both(artifacts.take_out, box, ben.link("never"))

    def test_none_contains_itself(self, ben: Keeper) -> None:
        boxes = [ben.collection(f"box {number}") for number in range(4)]
        for inner, outer in itertools.pairwise(boxes):
            ben.collect(outer, inner)
        for box in boxes:
            with pytest.raises(Invalid):
                ben.collect(boxes[0], box)
        assert ben.members(boxes[0]) == []

    def test_nor_do_two_that_are_put_into_each_other_at_once(self, ben: Keeper) -> None:
        for _ in range(5):
            one, other = ben.collection(), ben.collection()

            def add(pair: tuple[int, int]) -> bool:
                try:
                    ben.collect(*pair)
                except Invalid:
                    return False
                return True

            with ThreadPoolExecutor(2) as pool:
                went = list(pool.map(add, [(one, other), (other, one)]))
            assert sorted(went) == [False, True]

    def test_things_of_others_are_refused(self, ben: Keeper, cleo: Keeper) -> None:
        with pytest.raises(Forbidden):
            ben.collect(ben.collection(), cleo.link())

    def test_a_dynamic_one_is_found_when_it_is_read(self, ben: Keeper, cleo: Keeper) -> None:
        both = ben.link(tags=[Tag("Sea"), Tag("moon", 1)])
        sea, moon = ben.link(tags=[Tag("SEA")]), ben.link(tags=[Tag("Moon")])
        cleo.link(tags=[Tag("sea"), Tag("moon")])
        every = ben.collection(tags=[Tag("sea")], rule=Rule("all", ["sea", "Moon"]))
        some = ben.collection(rule=Rule("any", ["sea", "Moon"]))
        assert ben.show(every).type == 120
        assert ben.members(every) == [both]
        assert ben.members(some) == [both, sea, moon, every]
        ben.on(artifacts.EDIT, moon, artifacts.add_tags, [Tag("sea")])
        assert ben.members(every) == [both, moon]
        ben.delete(both)
        assert ben.members(every) == [moon]
        with pytest.raises(Invalid):
            ben.collect(every, sea)
        with pytest.raises(Invalid):
            ben.both(artifacts.take_out, every, moon)

    def test_one_without_tags_is_empty(self, ben: Keeper) -> None:
        ben.link()
        assert ben.members(ben.collection(rule=Rule("all", []))) == []


class TestAssociations:
    def test_reflections_are_on_things(self, ben: Keeper) -> None:
        item, first, second = ben.link(), ben.reflection(), ben.reflection()
        for words in (second, first, first):
            ben.both(artifacts.associate, words, item)
        found = ben.on(artifacts.VIEW, item, artifacts.associated_with, [artifacts.ON_REFLECTION])
        assert [one.id for one in found] == [first, second]
        assert ben.on(artifacts.VIEW, item, artifacts.associated_with, [artifacts.ON_OBJECTIVE]) == []
        for _ in range(2):
            ben.both(artifacts.dissociate, first, item)
        found = ben.on(artifacts.VIEW, item, artifacts.associated_with, [1, 2])
        assert [one.id for one in found] == [second]

    def test_a_reflection_is_not_on_itself(self, ben: Keeper) -> None:
        words = ben.reflection()
        with pytest.raises(Invalid):
            ben.both(artifacts.associate, words, words)

    def test_things_are_evidence_of_objectives(self, world: World, ben: Keeper) -> None:
        async def work(uow: UnitOfWork) -> int:
            return await artifacts.put_item(uow, ben.id, artifacts.OBJECTIVE, name="Knows tides", details=Details())

        objective, item = world.do(work), ben.link()
        ben.both(artifacts.associate, objective, item)
        (found,) = ben.on(artifacts.VIEW, item, artifacts.associated_with, [artifacts.ON_OBJECTIVE])
        assert (found.id, found.name) == (objective, "Knows tides")


class TestComments:
    def test_they_are_html_and_counted(self, ben: Keeper) -> None:
        item = ben.link()
        said = ben.on(artifacts.ADD_COMMENTS, item, artifacts.add_comment, "<p onclick='x()'>Well</p>")
        assert (said.body, said.user_id, said.author) == ("<p>Well</p>", ben.id, "Okri, Ben")
        assert ben.show(item).comments_count == 1
        ben.on(artifacts.VIEW, item, artifacts.remove_comment, said.id)
        assert ben.show(item).comments_count == 0
        with pytest.raises(NotFound):
            ben.on(artifacts.VIEW, item, artifacts.remove_comment, said.id)

    @pytest.mark.parametrize("body", ["", " ", "<p> </p>", "<script>x</script>", "x" * 512_000])
    def test_nothing_is_no_comment(self, ben: Keeper, body: str) -> None:
        with pytest.raises(Invalid):
            ben.on(artifacts.ADD_COMMENTS, ben.link(), artifacts.add_comment, body)

    def test_a_thing_may_allow_none(self, ben: Keeper) -> None:
        with pytest.raises(Forbidden):
            ben.on(artifacts.ADD_COMMENTS, ben.link(allow_comments=False), artifacts.add_comment, "Well")

    def test_its_owner_and_who_wrote_it_take_one_away(self, world: World, ben: Keeper, cleo: Keeper) -> None:
        item = ben.presentation()
        world.ben.put(f"/eportfolios/{ben.show(item).eportfolio_id}", data={"eportfolio[public]": "true"})
        first, second = (
            keeper.on(artifacts.ADD_COMMENTS, item, artifacts.add_comment, "Well").id for keeper in (cleo, ben)
        )
        assert ben.show(item).unread
        ben.on(artifacts.SEE_COMMENTS, item, artifacts.note_read, second)
        assert not ben.show(item).unread
        with pytest.raises(Forbidden):
            cleo.on(artifacts.VIEW, item, artifacts.remove_comment, second)
        cleo.on(artifacts.VIEW, item, artifacts.remove_comment, first)
        third = cleo.on(artifacts.ADD_COMMENTS, item, artifacts.add_comment, "Well").id
        ben.on(artifacts.VIEW, item, artifacts.remove_comment, third)
        assert ben.show(item).comments_count == 1


class TestTags:
    def test_they_match_without_case_and_by_type(self, ben: Keeper) -> None:
        item = ben.link()
        add = lambda *tags: ben.on(artifacts.EDIT, item, artifacts.add_tags, list(tags))  # noqa: E731
        assert add(Tag("Straße"), Tag("sea", 1)) == [Tag("sea", 1), Tag("Straße")]
        assert add(Tag("STRASSE"), Tag("Sea")) == [Tag("Sea"), Tag("sea", 1), Tag("Straße")]
        left = ben.on(artifacts.EDIT, item, artifacts.remove_tags, [Tag("SEA", 1), Tag("strasse"), Tag("none")])
        assert left == [Tag("Sea")] == ben.show(item).tags

    @pytest.mark.parametrize("tag", [Tag(""), Tag("x" * 256), Tag("\U0001d160" * 255), Tag("x", 2), Tag("x", -1)])
    def test_some_are_none(self, ben: Keeper, tag: Tag) -> None:
        with pytest.raises(Invalid):
            ben.on(artifacts.EDIT, ben.link(), artifacts.add_tags, [tag])

    def test_there_are_not_too_many(self, ben: Keeper) -> None:
        item = ben.link()
        ben.on(artifacts.EDIT, item, artifacts.add_tags, [Tag(f"t{number}") for number in range(500)])
        with pytest.raises(Invalid):
            ben.on(artifacts.EDIT, item, artifacts.add_tags, [Tag("one more")])
        with pytest.raises(Invalid):
            ben.link(tags=[Tag(f"t{number}") for number in range(501)])
        assert len(ben.show(item).tags) == 500
        assert ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(tags=[])).tags == []
