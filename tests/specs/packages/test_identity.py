"""Importing twice changes nothing the second time. Source: portfolio-package.md §7."""

from hypothesis import given
from hypothesis import strategies as st

from quadrangle.packages import Fate, Kept, fate_of


class TestAnItem:
    def test_that_nobody_has_is_created(self) -> None:
        assert fate_of("k", "h", []) == (Fate.CREATE, None)
        assert fate_of("k", "h", [Kept(1, "other", None, "h")]) == (Fate.CREATE, None)

    def test_of_which_there_is_only_a_deleted_one_is_created(self) -> None:
        assert fate_of("k", "h", [Kept(1, "k", None, "h", deleted=True)]) == (Fate.CREATE, None)

    def test_that_is_there_as_it_was_is_recognised(self) -> None:
        there = Kept(1, "k", None, "h")
        assert fate_of("k", "h", [there]) == (Fate.RECOGNISE, there)

    def test_that_was_edited_since_becomes_a_copy(self) -> None:
        assert fate_of("k", "h", [Kept(1, "k", None, "edited")]) == (Fate.COPY, None)

    def test_whose_copy_is_there_is_recognised_as_the_copy(self) -> None:
        copy = Kept(2, "new", "k", "h")
        assert fate_of("k", "h", [Kept(1, "k", None, "edited"), copy]) == (Fate.RECOGNISE, copy)

    def test_whose_original_is_deleted_and_whose_copy_was_edited_becomes_a_copy(self) -> None:
        owned = [Kept(1, "k", None, "h", deleted=True), Kept(2, "new", "k", "edited")]
        assert fate_of("k", "h", owned) == (Fate.COPY, None)

    def test_is_recognised_as_an_original_before_a_copy(self) -> None:
        original = Kept(2, "k", None, "h")
        assert fate_of("k", "h", [Kept(1, "new", "k", "h"), original]) == (Fate.RECOGNISE, original)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
)
def test_importing_once_more_only_recognises(
    package: list[tuple[str, str]], edited: set[int], deleted: set[int]
) -> None:
    """Whatever was edited or deleted between the first import and the second, the third finds everything."""
    owned: list[Kept] = []

    def bring_in() -> list[Fate]:
        fates = []
        for key, digest in package:
            fate, _ = fate_of(key, digest, owned)
            fates.append(fate)
            if fate is Fate.CREATE:
                owned.append(Kept(len(owned), key, None, digest))
            elif fate is Fate.COPY:
                owned.append(Kept(len(owned), f"new {len(owned)}", key, digest))
        return fates

    bring_in()
    for number, one in enumerate(owned):
        if number in edited | deleted:
            owned[number] = Kept(one.id, one.key, one.origin, "edited", number in deleted)
    bring_in()
    assert set(bring_in()) <= {Fate.RECOGNISE}
