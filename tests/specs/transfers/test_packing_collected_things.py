"""Everything a person has collected leaves with them. Source: portfolio-package.md §3.3, §5.1; brightspace-eportfolio.md §5.3, §5.12."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quadrangle.packages import FileArtifact, Packed, Presentation, open_container, read
from quadrangle.packages.model import Collection, Reflection, Tag, UrlArtifact
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.world import World

EP = "/d2l/api/eP/2.5"


class Owner:
    """Cleo, who collects over the Brightspace API."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.http = world.cleo.http

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.http.post(f"{EP}{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else None

    def make(self, path: str, name: str, **more: Any) -> int:
        return int(
            self.post(path, {"ObjectId": 0, "Name": name, "Description": "", "AllowComments": True, **more})["ObjectId"]
        )

    def link(self, name: str, **more: Any) -> int:
        return self.make("/artifacts/link/new", name, Url="https://example.org/tides", **more)

    def reflection(self, name: str, **more: Any) -> int:
        return self.make("/reflections/new", name, **more)

    def collection(self, name: str, *items: int) -> int:
        made = self.make("/collections/new", name)
        for item in items:
            self.post(f"/collection/{made}/add/{item}")
        return made

    def packed(self, ids: list[int] | None = None, **flags: str) -> dict[str, Packed]:
        """What an export carries, by name. A moment later: what changed twice within a second bears the next one."""
        self.world.clock.advance(minutes=1)
        if ids is None:
            task = self.http.post(f"{EP}/export/new/all").json()
        else:
            task = self.http.post(f"{EP}/export/new", json=ids, params=flags).json()
        self.world.work()
        assert self.http.get(f"{EP}/export/{task}/status").json() == 2
        path = self.folder / f"{task}.zip"
        path.write_bytes(self.http.get(f"{EP}/export/{task}/package").content)
        reading = read(open_container(path), self.world.clock.now())
        items = list(reading.items())
        assert reading.problems() == []
        return {getattr(item, "name", ""): item for item in items}


@pytest.fixture
def owner(world: World) -> Iterator[Owner]:
    with tempfile.TemporaryDirectory() as folder:
        yield Owner(world, Path(folder))


class TestEverything:
    def test_a_link_with_its_words_and_tags(self, owner: Owner) -> None:
        tags = [{"Text": "Water", "Type": 0}, {"Text": "mine alone", "Type": 1}]
        owner.link("Tide tables", Description="<p>From the <b>harbour</b>.</p>", Tags=tags, AllowComments=False)
        link = owner.packed()["Tide tables"]
        assert isinstance(link, UrlArtifact)
        assert (link.url, link.description) == ("https://example.org/tides", "<p>From the <b>harbour</b>.</p>")
        assert link.tags == (Tag("Water"), Tag("mine alone", private=True))
        assert link.allow_comments is False

    def test_a_reflection_on_two_things(self, owner: Owner) -> None:
        first, second = owner.link("One"), owner.link("Two")
        thought = owner.reflection("What I think")
        for item in (first, second):
            owner.post(f"/reflection/{thought}/on/{item}")
        packed = owner.packed()
        thoughts = packed["What I think"]
        assert isinstance(thoughts, Reflection)
        assert set(thoughts.about) == {packed["One"].key, packed["Two"].key}

    def test_a_collection_in_its_order(self, owner: Owner) -> None:
        first, second = owner.link("One"), owner.link("Two")
        owner.collection("Both", second, first)
        packed = owner.packed()
        both = packed["Both"]
        assert isinstance(both, Collection)
        assert [member.key for member in both.members] == [packed["Two"].key, packed["One"].key]
        assert all(member.added_at is not None for member in both.members)

    def test_comments_without_who_made_them(self, owner: Owner) -> None:
        thought = owner.reflection("What I think")
        owner.post(f"/object/{thought}/comments/new", {"Body": "<p>And <i>then</i>?</p>"})
        (comment,) = owner.packed()["What I think"].comments  # type: ignore[union-attr]
        assert (comment.text, comment.markup) == ("<p>And <i>then</i>?</p>", True)

    def test_a_file_under_the_name_it_was_given(self, owner: Owner) -> None:
        file = uploaded(owner.world, "cleo", "/users/self", "tides.txt", b"Low water.")
        Author(owner.world).entry(
            html("<p>x</p>"), {"section_type": "attachment", "attachment_id": file["id"]}, name="A"
        )
        listed = owner.http.get(f"{EP}/objects/my/").json()["Items"]
        artifact = next(one for one in listed if one["ObjectTypeId"] == 310)
        owner.post(
            f"/artifact/file/{artifact['ObjectId']}",
            {"ObjectId": artifact["ObjectId"], "Name": "Tides", "Description": "<p>Kept</p>", "AllowComments": True},
        )
        packed = owner.packed()["Tides"]
        assert isinstance(packed, FileArtifact)
        assert packed.file is not None
        assert (packed.file.name, packed.description) == ("tides.txt", "<p>Kept</p>")

    def test_a_presentation_with_its_banner(self, owner: Owner) -> None:
        owner.make("/presentations/new", "Show", BannerTitle="Look", BannerDescription="<p>Here</p>")
        shown = owner.packed()["Show"]
        assert isinstance(shown, Presentation)
        assert (shown.banner_title, shown.banner) == ("Look", "<p>Here</p>")


class TestWhatTheFlagsAdd:
    def test_without_them_exactly_the_list(self, owner: Owner) -> None:
        link, thought = owner.link("One"), owner.reflection("Thought")
        owner.post(f"/reflection/{thought}/on/{link}")
        assert set(owner.packed([link])) == {"One"}
        assert set(owner.packed([thought])) == {"Thought"}

    def test_reflections_on_what_is_listed(self, owner: Owner) -> None:
        link, other, thought = owner.link("One"), owner.link("Two"), owner.reflection("Thought")
        for item in (link, other):
            owner.post(f"/reflection/{thought}/on/{item}")
        assert set(owner.packed([link], includeAssociatedReflections="true")) == {"One", "Thought"}
        assert set(owner.packed([thought], includeAssociatedReflections="true")) == {"Thought"}

    def test_what_listed_reflections_are_on(self, owner: Owner) -> None:
        link, thought = owner.link("One"), owner.reflection("Thought")
        owner.post(f"/reflection/{thought}/on/{link}")
        assert set(owner.packed([thought], includeReflectionsAssociations="true")) == {"One", "Thought"}
        assert set(owner.packed([link], includeReflectionsAssociations="true")) == {"One"}

    def test_everything_one_step_away_and_no_further(self, owner: Owner) -> None:
        link, thought = owner.link("One"), owner.reflection("Thought")
        owner.post(f"/reflection/{thought}/on/{link}")
        inner = owner.collection("Inner", link)
        outer = owner.collection("Outer", inner)
        assert set(owner.packed([outer], includeAssociatedItems="1")) == {"Outer", "Inner"}
        assert set(owner.packed([inner], includeAssociatedItems="1")) == {"Inner", "One"}
        assert set(owner.packed([link], includeAssociatedItems="1")) == {"One", "Thought"}

    def test_relations_only_between_what_is_both_there(self, owner: Owner) -> None:
        link, thought = owner.link("One"), owner.reflection("Thought")
        owner.post(f"/reflection/{thought}/on/{link}")
        alone = owner.packed([thought])["Thought"]
        assert isinstance(alone, Reflection)
        assert alone.about == ()
