"""Things are made, described anew, deleted and taken back. Source: brightspace-eportfolio.md §6.2, §6.3."""

import pytest

from quadrangle import artifacts
from quadrangle.artifacts import Banner, GeoTag, ItemChange, Tag
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from tests.specs.artifacts.conftest import Keeper
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.world import World


class TestMaking:
    def test_it_keeps_what_was_said(self, ben: Keeper) -> None:
        made = ben.show(
            ben.link(
                "Tides", "https://example.com/t?a=1", description="<p>Raw</p>", geo=GeoTag(latitude=1.5, longitude=2.0)
            )
        )
        assert (made.type, made.name, made.description, made.allow_comments) == (340, "Tides", "<p>Raw</p>", True)
        assert (made.more.url, made.more.geo) == ("https://example.com/t?a=1", GeoTag(latitude=1.5, longitude=2.0))
        assert (made.user_id, made.comments_count, made.unread, made.tags) == (ben.id, 0, False, [])

    @pytest.mark.parametrize("name", ["", "  ", "\u200b\n\t"[1:], "x" * 513, "\x00"])
    def test_a_name_is_neither_blank_nor_longer_than_512(self, ben: Keeper, name: str) -> None:
        with pytest.raises(Invalid):
            ben.link(name)

    def test_a_name_of_512_characters_is_one(self, ben: Keeper) -> None:
        assert ben.show(ben.link("ä" * 512)).name == "ä" * 512

    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.com",
            "/relative", "", "http://", "https:///path", "https://exa mple.com", "https://example.com/\x00", "http:example.com",
            "https://example.com/" + "x" * 10_000, "https://\\example.com",
        ],
    )  # fmt: skip
    def test_an_address_is_one_that_links_may_have(self, ben: Keeper, url: str) -> None:
        with pytest.raises(Invalid):
            ben.link(url=url)
        assert ben.all() == []

    @pytest.mark.parametrize(
        "url",
        [
            "http://a.example",
            "HTTPS://a.example/ü?q=1#f",
            "mailto:a@example.com",
            "ftp://a.example/f",
            "ftps://a.example/f",
        ],
    )
    def test_these_are(self, ben: Keeper, url: str) -> None:
        assert ben.show(ben.link(url=url)).more.url == url

    def test_html_is_sanitised_and_made_fit_for_packages(self, ben: Keeper) -> None:
        sent = '<p onclick="x()">One\r\nTwo<br><script>alert(1)</script><a href="javascript:x()">l</a>&#1;\x02</p>'
        kept = ben.show(ben.reflection(description=sent)).description
        assert kept == "<p>One\nTwo<br><a>l</a></p>"

    def test_it_is_refused_to_whom_has_no_eportfolio(self, world: World) -> None:
        world.root.put("/accounts/1", json={"account": {"settings": {"enable_eportfolios": False}}})
        with pytest.raises(Forbidden):
            Keeper(world, "ben").link()


class TestTheList:
    def test_it_and_the_table_agree_for_everyone(self, world: World) -> None:
        """Whatever anybody made, in whatever state: each sees theirs that the table lets them view, and nothing else."""
        made = []
        for who in ("ben", "cleo", "ada"):
            keeper = Keeper(world, who)
            made += [keeper.link(), keeper.collection(), keeper.presentation("kept"), keeper.presentation("spam")]
            spam = keeper.show(made[-1]).eportfolio_id
            world.root.put(f"/eportfolios/{spam}/moderate", data={"spam_status": "marked_as_spam"})
            gone = keeper.link()
            keeper.delete(gone)
        for who in world.tokens:
            keeper = Keeper(world, who)
            seen = {
                item
                for item in made
                if (standing := keeper.standing(item)).owns and artifacts.may(standing, artifacts.VIEW)
            }
            listed = keeper.all()
            assert {item.id for item in listed} == seen
            own = keeper.own_standing()
            for item in listed:
                assert artifacts.rights_on(artifacts.before_own(own, item)) == artifacts.rights_on(
                    keeper.standing(item.id)
                )


class TestRevising:
    def test_what_is_not_said_stays(self, ben: Keeper) -> None:
        item = ben.link("Tides", description="<p>a</p>", tags=[Tag("sea")])
        revised = ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(name="Winds", allow_comments=False))
        assert (revised.name, revised.description, revised.allow_comments) == ("Winds", "<p>a</p>", False)
        assert (revised.more.url, revised.tags) == ("https://example.com/", [Tag("sea")])

    def test_its_time_moves_when_something_changes(self, ben: Keeper) -> None:
        item = ben.link("Tides")
        before = ben.show(item)
        ben.world.clock.advance(minutes=1)
        same = ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(name="Tides"))
        assert same.modified_at == before.modified_at
        changed = ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(description="<p>x</p>"))
        assert changed.modified_at > before.modified_at == changed.created_at

    def test_tags_are_replaced(self, ben: Keeper) -> None:
        item = ben.link(tags=[Tag("sea"), Tag("moon", 1)])
        revised = ben.on(
            artifacts.EDIT, item, artifacts.revise_item, ItemChange(tags=[Tag(" Moon "), Tag("moon", 1), Tag("MOON")])
        )
        assert revised.tags_for(ben.id) == [Tag("Moon"), Tag("moon", 1)]
        assert revised.tags_for(ben.id + 1) == [Tag("Moon")]

    @pytest.mark.parametrize("right", [artifacts.VIEW, artifacts.EDIT, artifacts.DELETE, artifacts.ADD_COMMENTS])
    def test_it_is_its_owners_alone(self, ben: Keeper, cleo: Keeper, right: str) -> None:
        standing = cleo.standing(ben.link())
        with pytest.raises(Forbidden):
            artifacts.allow(standing, right)
        assert artifacts.rights_on(standing) == []

    def test_its_owner_holds_all_rights(self, ben: Keeper) -> None:
        assert artifacts.rights_on(ben.standing(ben.link())) == [1, 2, 3, 4, 5, 6]


class TestFiles:
    def test_a_file_becomes_an_artifact_once(self, world: World, ben: Keeper) -> None:
        file = uploaded(world, "ben", "/users/self", "tides.txt")["id"]
        first = ben.own(artifacts.add_file, file)
        again = ben.own(artifacts.add_file, file)
        assert first.id == again.id
        assert (first.type, first.name, first.file_name, first.untitled) == (310, "tides.txt", "tides.txt", False)

    def test_files_of_others_do_not(self, world: World, ben: Keeper) -> None:
        with pytest.raises(NotFound):
            ben.own(artifacts.add_file, uploaded(world, "cleo", "/users/self", "hers.txt")["id"])

    def test_it_is_called_as_the_file_until_it_has_a_name_of_its_own(self, world: World, ben: Keeper) -> None:
        file = uploaded(world, "ben", "/users/self", "tides.txt")["id"]
        item = ben.own(artifacts.add_file, file).id
        world.ben.put(f"/files/{file}", data={"name": "winds.txt"})
        assert ben.show(item).name == "winds.txt"
        ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(name="winds.txt", description="<p>x</p>"))
        assert ben.show(item).own_name is None
        ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(name="The winds"))
        assert (ben.show(item).name, ben.show(item).file_name) == ("The winds", "winds.txt")

    def test_it_goes_with_the_file_but_not_the_file_with_it(self, world: World, ben: Keeper) -> None:
        file, other = (uploaded(world, "ben", "/users/self", name)["id"] for name in ("a.txt", "b.txt"))
        item, kept = ben.own(artifacts.add_file, file).id, ben.own(artifacts.add_file, other).id
        world.ben.delete(f"/files/{file}")
        with pytest.raises(NotFound):
            ben.show(item)
        ben.delete(kept)
        assert world.ben.get(f"/files/{other}").status_code == 200
        assert ben.all() == []

    def test_deleted_it_leaves_the_pages_it_stood_on(self, world: World, cleo: Keeper) -> None:
        file, other = (uploaded(world, "cleo", "/users/self", name)["id"] for name in ("a.txt", "b.txt"))
        author = Author(world)
        placed = [{"section_type": "attachment", "attachment_id": one} for one in (file, other)]
        entry = author.entry(html("<p>Before</p>"), *placed)
        alone = author.entry(placed[0])
        items = {item.file_id: item.id for item in cleo.all()}
        cleo.delete(items[file])
        left = {page["id"]: page["content"] for page in world.cleo.get(f"/eportfolios/{author.id}/pages").json()}
        assert "a.txt" not in left[entry["id"]]
        assert "b.txt" in left[entry["id"]]
        assert left[alone["id"]] == "No Content Added Yet"
        assert [item.id for item in cleo.all() if item.type == 310] == [items[other]]


class TestDeleting:
    def test_it_takes_along_what_belongs_to_it(self, world: World, ben: Keeper) -> None:
        item, box, words = ben.link(tags=[Tag("sea")]), ben.collection(), ben.reflection()
        ben.collect(box, item, words)
        ben.both(artifacts.associate, words, item)
        ben.on(artifacts.ADD_COMMENTS, item, artifacts.add_comment, "<p>Well</p>")
        ben.delete(item)
        assert ben.members(box) == [words]
        for table in ("portfolio_tags", "portfolio_comments", "portfolio_associations"):
            assert world.sql(f"SELECT count(*) FROM {table}") == [(0,)]
        with pytest.raises(NotFound):
            ben.show(item)

    def test_its_owner_takes_it_back_within_thirty_days(self, world: World, ben: Keeper, cleo: Keeper) -> None:
        item = ben.link("Tides")
        ben.delete(item)
        with pytest.raises(NotFound):
            cleo.own(artifacts.restore_item, item)
        assert [one.id for one in ben.own(artifacts.deleted_lately)] == [item]
        assert ben.own(artifacts.restore_item, item).name == "Tides"
        ben.delete(item)
        world.clock.advance(days=30, seconds=1)
        assert ben.own(artifacts.deleted_lately) == []
        with pytest.raises(NotFound):
            ben.own(artifacts.restore_item, item)

    def test_members_survive_their_collection(self, ben: Keeper) -> None:
        item, box = ben.link(), ben.collection()
        ben.collect(box, item)
        ben.delete(box)
        assert [one.id for one in ben.all()] == [item]


class TestPresentations:
    def test_one_is_a_portfolio(self, world: World, ben: Keeper) -> None:
        item = ben.show(ben.presentation("Shown", description="<p>d</p>", banner=Banner("Top", "<b>x</b>")))
        assert (item.type, item.name, item.description) == (400, "Shown", "<p>d</p>")
        assert item.more.banner == Banner("Top", "<b>x</b>")
        portfolio = world.ben.get(f"/eportfolios/{item.eportfolio_id}").json()
        assert (portfolio["name"], portfolio["public"]) == ("Shown", False)

    def test_renaming_and_deleting_are_the_portfolios(self, world: World, ben: Keeper) -> None:
        item = ben.presentation("Shown")
        address = f"/eportfolios/{ben.show(item).eportfolio_id}"
        ben.on(artifacts.EDIT, item, artifacts.revise_item, ItemChange(name="Renamed"))
        assert world.ben.get(address).json()["name"] == "Renamed"
        world.ben.put(address, data={"eportfolio[name]": "Again"})
        assert ben.show(item).name == "Again"
        ben.delete(item)
        assert world.root.put(address + "/restore").json()["workflow_state"] == "active"
        assert ben.show(item).name == "Again"
        world.ben.delete(address)
        with pytest.raises(NotFound):
            ben.show(item)

    def test_one_without_a_name_is_shown_as_untitled_and_stays_so(self, world: World, ben: Keeper) -> None:
        made = world.ben.post("/eportfolios", data={"eportfolio[name]": ""}).json()["eportfolio"]["id"]
        (item,) = ben.all()
        assert (item.eportfolio_id, item.name, item.untitled) == (made, "Untitled", True)
        ben.on(artifacts.EDIT, item.id, artifacts.revise_item, ItemChange(name="Untitled", description="<p>x</p>"))
        assert world.ben.get(f"/eportfolios/{made}").json()["name"] == ""

    def test_who_reads_the_portfolio_sees_it(self, world: World, ben: Keeper, cleo: Keeper) -> None:
        item = ben.presentation()
        portfolio = ben.show(item).eportfolio_id
        assert artifacts.rights_on(cleo.standing(item)) == []
        world.ben.put(f"/eportfolios/{portfolio}", data={"eportfolio[public]": "true"})
        assert artifacts.rights_on(cleo.standing(item)) == [1, 2, 3]
        assert artifacts.rights_on(Keeper(world, "root").standing(item)) == [1, 2, 3]
        world.root.put(f"/eportfolios/{portfolio}/moderate", data={"spam_status": "marked_as_spam"})
        assert artifacts.rights_on(cleo.standing(item)) == []
        assert artifacts.rights_on(ben.standing(item)) == [1, 2, 3, 4, 5]
        assert not artifacts.may(ben.standing(item), artifacts.EDIT)
        assert artifacts.may(ben.standing(item), artifacts.DELETE)

    def test_whoever_may_not_make_a_portfolio_makes_no_presentation(self, world: World) -> None:
        with pytest.raises(Forbidden):
            Keeper(world, "eve").presentation()
        assert Keeper(world, "eve").link()

    def test_a_name_longer_than_a_portfolio_may_have_is_refused(self, ben: Keeper) -> None:
        with pytest.raises(Invalid):
            ben.presentation("x" * 256)
