"""What a package brings, and that it comes back as it left. Source: portfolio-package.md §5 to §8; brightspace-eportfolio.md §5.10."""

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quadrangle.packages import FileArtifact, Packed, Presentation, differences, open_container, read
from quadrangle.packages.model import Block, Collection, FormArtifact, FormField, Member, Page
from tests.specs.packages.making import MADE_AT, category, entry, feed, link, ours, packed, uid, write
from tests.specs.packages.making import package as package_of
from tests.specs.packages.portfolios import PICTURE, TIDES, everything
from tests.specs.packages.test_foreign import DIALECTS, OFFLINE, a_portfolio
from tests.specs.transfers.moving import EP, Mover
from tests.world import World


def contents_of(world: World, portfolio: int) -> dict[str, Any]:
    """What stands on the pages of a portfolio, by their names, in their order."""
    rows = world.sql(
        "SELECT e.name, e.content FROM eportfolio_entries e JOIN eportfolio_sections s ON s.id = e.section_id "
        "WHERE e.eportfolio_id = :id ORDER BY s.position, e.position",
        id=portfolio,
    )
    return {name: json.loads(content) if isinstance(content, str) else content for name, content in rows}


def is_presentation(one: Packed) -> bool:
    return isinstance(one, Presentation)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def cleo(world: World, folder: Path) -> Mover:
    return Mover(world, "cleo", folder)


@pytest.fixture
def ben(world: World, folder: Path) -> Mover:
    return Mover(world, "ben", folder)


@pytest.fixture
def package(folder: Path) -> Path:
    return write(folder / "everything.zip", everything(), [TIDES, PICTURE])


class TestEveryKindOfObject:
    def test_it_comes_whole_and_leaves_as_it_came(self, cleo: Mover, ben: Mover, package: Path) -> None:
        task = cleo.bring(package)
        assert cleo.problems(task) == []
        assert cleo.report(task) == (11, 0, 0)
        own = cleo.export()
        assert ben.report(ben.bring(own)) == (11, 0, 0)
        assert differences(own, ben.export()) == []

    def test_once_more_it_changes_nothing(self, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        before = cleo.count()
        again = cleo.bring(package)
        assert cleo.report(again) == (0, 11, 0)
        assert cleo.count() == before

    def test_what_one_exported_oneself_is_recognised(self, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        own = cleo.export()
        before = cleo.count()
        assert cleo.report(cleo.bring(own)) == (0, 11, 0)
        assert cleo.count() == before

    def test_from_one_person_to_another_and_back(self, cleo: Mover, ben: Mover, package: Path) -> None:
        cleo.bring(package)
        ben.bring(cleo.export())
        back = ben.export()
        assert differences(cleo.export(), back) == []
        before = cleo.count()
        assert cleo.report(cleo.bring(back)) == (0, 11, 0)
        assert cleo.count() == before


class TestWhatWasThereBefore:
    """portfolio-package.md §7."""

    def test_what_was_edited_since_stays_and_the_packaged_state_comes_as_a_copy(self, cleo: Mover) -> None:
        link = cleo.make("/artifacts/link/new", "Tides", Url="https://example.org/")
        package = cleo.export()
        cleo.http.post(f"{EP}/artifact/link/{link}", json={"Name": "Tides and winds"})
        task = cleo.bring(package)
        assert (cleo.report(task), cleo.names()) == ((0, 0, 1), ["Tides and winds", "Tides"])
        assert cleo.report(cleo.bring(package)) == (0, 1, 0)
        cleo.http.post(f"{EP}/artifact/link/{link}", json={"Name": "Tides"})
        assert cleo.report(cleo.bring(package)) == (0, 1, 0)
        assert len(cleo.names()) == 2

    def test_a_copy_of_a_thing_does_not_make_what_shows_it_differ(self, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        own = cleo.export()
        tides = cleo.ids()["Tide tables"]
        cleo.http.post(f"{EP}/artifact/file/{tides}", json={"Name": "Other tables"})
        assert cleo.report(cleo.bring(own)) == (0, 10, 1)
        assert cleo.report(cleo.bring(own)) == (0, 11, 0)

    def test_an_edited_page_makes_its_presentation_a_copy(self, world: World, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        own = cleo.export()
        (portfolio,) = world.cleo.get(f"/users/{cleo.id}/eportfolios").json()
        (first, *_) = world.cleo.get(f"/eportfolios/{portfolio['id']}/pages").json()
        world.cleo.put(
            f"/eportfolios/{portfolio['id']}/entries/{first['id']}", {"eportfolio_entry[name]": "Another name"}
        )
        assert cleo.report(cleo.bring(own)) == (0, 10, 1)
        names = sorted(one["name"] for one in world.cleo.get(f"/users/{cleo.id}/eportfolios").json())
        assert names == ["Ada & her portfolio"] * 2
        assert cleo.report(cleo.bring(own)) == (0, 11, 0)
        assert differences(cleo.export(), cleo.export()) == []

    def test_what_was_deleted_comes_again_under_its_uid(self, world: World, cleo: Mover) -> None:
        link = cleo.make("/artifacts/link/new", "Tides", Url="https://example.org/")
        package = cleo.export()
        uid = world.sql("SELECT uid FROM portfolio_objects WHERE id = :id", id=link)[0][0]
        cleo.http.delete(f"{EP}/artifact/link/{link}")
        assert cleo.report(cleo.bring(package)) == (1, 0, 0)
        (again,) = cleo.ids().values()
        uids = dict(world.sql("SELECT id, uid FROM portfolio_objects WHERE user_id = :id", id=cleo.id))
        assert (again != link, uids[again] == uid, uids[link] != uid) == (True, True, True)

    def test_a_deleted_presentation_comes_again_and_the_old_one_can_be_taken_back(
        self, world: World, cleo: Mover, package: Path
    ) -> None:
        cleo.bring(package)
        own = cleo.export()
        (old,) = world.cleo.get(f"/users/{cleo.id}/eportfolios").json()
        world.cleo.delete(f"/eportfolios/{old['id']}")
        assert cleo.report(cleo.bring(own)) == (1, 10, 0)
        assert world.cleo.put(f"/eportfolios/{old['id']}/take_back").status_code in (200, 404)
        world.root.put(f"/eportfolios/{old['id']}/restore")
        both = cleo.export()  # pages of both have the same uids in the database, and must not in a package
        assert len([one for one in read(open_container(both), world.clock.now()).items() if is_presentation(one)]) == 2

    def test_members_are_added_at_the_end_and_nothing_is_taken_out(self, cleo: Mover) -> None:
        first, second = (cleo.make("/artifacts/link/new", name, Url="https://example.org/") for name in ("A", "B"))
        box = cleo.make("/collections/new", "Box")
        for one in (first, second):
            cleo.http.post(f"{EP}/collection/{box}/add/{one}")
        package = cleo.export()
        third = cleo.make("/artifacts/link/new", "C", Url="https://example.org/")
        cleo.http.post(f"{EP}/collection/{box}/remove/{first}")
        cleo.http.post(f"{EP}/collection/{box}/add/{third}")
        assert cleo.report(cleo.bring(package)) == (0, 3, 0)
        assert cleo.http.get(f"{EP}/collection/{box}").json()["ItemIds"] == [second, third, first]

    def test_a_comment_that_was_deleted_comes_back_and_no_other_is_doubled(self, cleo: Mover) -> None:
        link = cleo.make("/artifacts/link/new", "A", Url="https://example.org/")
        said = [
            cleo.http.post(f"{EP}/object/{link}/comments/new", json={"Body": f"<p>{n}</p>"}).json() for n in range(2)
        ]
        package = cleo.export()
        cleo.http.delete(f"{EP}/object/{link}/comment/{said[0]['CommentId']}")
        cleo.bring(package)
        items = cleo.http.get(f"{EP}/object/{link}/comments/").json()["Items"]
        assert sorted(one["Body"] for one in items) == ["<p>0</p>", "<p>1</p>"]
        assert [one["UserId"] for one in items if one["Body"] == "<p>0</p>"] == [0]

    def test_a_collection_that_would_contain_itself_loses_the_link(self, cleo: Mover) -> None:
        outer, inner = cleo.make("/collections/new", "Outer"), cleo.make("/collections/new", "Inner")
        cleo.http.post(f"{EP}/collection/{outer}/add/{inner}")
        package = cleo.export()
        cleo.http.post(f"{EP}/collection/{outer}/remove/{inner}")
        cleo.http.post(f"{EP}/collection/{inner}/add/{outer}")
        task = cleo.bring(package)
        assert "relation-cycle" in cleo.codes(task)
        assert cleo.http.get(f"{EP}/collection/{outer}").json()["ItemIds"] == []

    def test_embedded_files_are_found_again_by_name_and_bytes(self, world: World, cleo: Mover, package: Path) -> None:
        cleo.bring(package)
        own = cleo.export()
        before = cleo.count()["files"]
        (portfolio,) = world.cleo.get(f"/users/{cleo.id}/eportfolios").json()
        world.cleo.put(f"/eportfolios/{portfolio['id']}", {"eportfolio[name]": "Renamed"})
        assert cleo.report(cleo.bring(own)) == (0, 10, 1)
        assert cleo.count()["files"] == before


class TestFiles:
    def test_they_keep_their_names_whatever_lies_there(self, world: World, ben: Mover, folder: Path) -> None:
        data = [b"one", b"two", b"three"]
        items = [
            FileArtifact(
                key=uid(number), type=310, name=f"F{number}", created=MADE_AT, modified=MADE_AT, file=packed(content)
            )
            for number, content in enumerate(data, 1)
        ]
        ben.bring(write(folder / "p.zip", items, data))
        rows = world.sql(
            "SELECT d.full_name, f.display_name, f.size FROM files f JOIN folders d ON d.id = f.folder_id "
            "WHERE f.context_type = 'User' ORDER BY f.id"
        )
        assert [tuple(row) for row in rows] == [
            ("my files/Portfolio import", "tides.csv", 3),
            ("my files/Portfolio import 2", "tides.csv", 3),
            ("my files/Portfolio import 3", "tides.csv", 5),
        ]
        content = ben.http.get(f"{EP}/object/{ben.ids()['F2']}/content")
        assert (content.content, content.headers["content-type"].partition(";")[0]) == (b"two", "text/csv")

    def test_what_does_not_fit_the_quota_fails_and_the_rest_comes(self, world: World, ben: Mover, folder: Path) -> None:
        """portfolio-package.md §6.3: the quota is reached halfway."""
        world.sql("UPDATE accounts SET default_user_storage_quota = 1000000 WHERE id = 1 RETURNING id")
        data = [bytes([number]) * 400_000 for number in range(3)]
        items: list[Packed] = [
            FileArtifact(
                key=uid(number),
                type=310,
                name=f"F{number}",
                created=MADE_AT,
                modified=MADE_AT,
                file=packed(content, f"{number}.bin"),
            )
            for number, content in enumerate(data)
        ]
        items.insert(
            0,
            Collection(
                key=uid(9),
                type=110,
                name="Box",
                created=MADE_AT,
                modified=MADE_AT,
                members=tuple(Member(uid(number)) for number in range(3)),
            ),
        )
        task = ben.bring(write(folder / "p.zip", items, data), state=3)
        assert [(one["Code"], one["Ref"]) for one in ben.problems(task) if one["Error"]] == [("quota", uid(2))]
        assert (sorted(ben.names()), ben.report(task)) == (["Box", "F0", "F1"], (3, 0, 0))
        box = ben.ids()["Box"]
        assert len(ben.http.get(f"{EP}/collection/{box}").json()["ItemIds"]) == 2
        world.sql("UPDATE accounts SET default_user_storage_quota = 9000000 WHERE id = 1 RETURNING id")
        assert ben.report(ben.bring(folder / "p.zip")) == (1, 3, 0)
        assert len(ben.http.get(f"{EP}/collection/{box}").json()["ItemIds"]) == 3

    def test_nothing_but_what_does_not_fit_aborts_it(self, world: World, ben: Mover, folder: Path) -> None:
        world.sql("UPDATE accounts SET default_user_storage_quota = 1000000 WHERE id = 1 RETURNING id")
        big = random.Random(1).randbytes(1_100_000)
        one = FileArtifact(
            key=uid(1), type=310, name="Big", created=MADE_AT, modified=MADE_AT, file=packed(big, "big.bin")
        )
        before = ben.count()
        task = ben.bring(write(folder / "p.zip", [one], [big]), state=1)
        assert ben.codes(task) == ["nothing-imported", "quota"]
        assert ben.count() == before
        assert world.sql("SELECT count(*) FROM files WHERE workflow_state <> 'deleted'")[0][0] == 0

    def test_a_damaged_file_fails_alone(self, ben: Mover) -> None:
        """Damage is found where the bytes are: the archive's own checksum, and the digest that was told."""
        enclosure = link("enclosure", "files/1-a.csv", type="text/csv", length="3", ep__sha256="0" * 64)
        task = ben.bring(
            package_of(feed(ours(1, 310, "Bad", enclosure), ours(2, 300, "Good"), own=True), {"files/1-a.csv": b"abc"}),
            state=3,
        )
        assert [one["Code"] for one in ben.problems(task) if one["Error"]] == ["attachment-damaged"]
        assert ben.names() == ["Good"]


class TestPortfolios:
    def test_pages_are_as_they_were_on_the_canvas_side(self, world: World, cleo: Mover, package: Path) -> None:
        """portfolio-package.md §5.3."""
        cleo.bring(package)
        ids = cleo.ids()
        (portfolio,) = world.cleo.get(f"/users/{cleo.id}/eportfolios").json()
        assert (portfolio["created_at"], portfolio["updated_at"]) == ("2024-03-01T17:20:00Z", "2024-03-02T08:20:00Z")
        pages = contents_of(world, portfolio["id"])
        assert list(pages) == ["Welcome", "Page Name", "Empty", "Nothing yet"]
        rich, attachment, profile, html, empty = pages["Welcome"]
        file_of = dict(world.sql("SELECT id, file_id FROM portfolio_objects WHERE user_id = :id", id=cleo.id))
        picture = world.sql("SELECT id FROM files WHERE display_name LIKE '%sicht.png' ORDER BY id DESC")[0][0]
        assert rich["section_type"] == "rich_text"
        assert f'href="/artifacts/{ids["Tide tables"]}"' in rich["content"]
        assert f'src="/files/{picture}/download"' in rich["content"]
        assert attachment == {"section_type": "attachment", "attachment_id": file_of[ids["Tide tables"]]}
        assert profile["content"].startswith('<div class="ep-profile" data-ep-fields="name email">')
        assert ("Cleo Patra" in profile["content"], html["section_type"], empty["content"]) == (True, "html", "")
        assert pages["Empty"] is None
        assert pages["Nothing yet"] == ["No Content Added Yet"]
        assert pages["Page Name"].startswith("Only ")

    def test_where_none_may_be_made_the_rest_comes(self, world: World, package: Path, folder: Path) -> None:
        """`not-allowed`: Eve has neither an enrollment nor a role."""
        eve = Mover(world, "eve", folder)
        task = eve.bring(package, state=3)
        assert [one["Code"] for one in eve.problems(task) if one["Error"]] == ["not-allowed"]
        assert (eve.report(task), eve.count()["portfolios"]) == ((10, 0, 0), 0)

    def test_a_long_name_is_cut_once_and_recognised_after(self, world: World, ben: Mover, folder: Path) -> None:
        one = Presentation(key=uid(1), type=400, name="N" * 300, created=MADE_AT, modified=MADE_AT, sections=("Home",))
        made = write(folder / "p.zip", [one])
        assert ben.codes(ben.bring(made)) == ["name-cut"]
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        assert portfolio["name"] == "N" * 255
        assert ben.report(ben.bring(made)) == (0, 1, 0)

    def test_a_nameless_one_stays_nameless(self, world: World, ben: Mover, folder: Path) -> None:
        one = Presentation(key=uid(1), type=400, name="", created=MADE_AT, modified=MADE_AT, sections=("Home",))
        ben.bring(write(folder / "p.zip", [one]))
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        assert (portfolio["name"], ben.names()) == (None, ["Untitled"])

    def test_the_spam_scan_runs_on_what_comes(self, world: World, ben: Mover, folder: Path) -> None:
        world.use(eportfolio_content_spam_keywords=("fish",))
        page = Page(
            key=uid(2), name="P", created=MADE_AT, modified=MADE_AT, blocks=(Block(kind="html", html="<p>fish</p>"),)
        )
        common: Any = {"type": 400, "created": MADE_AT, "modified": MADE_AT, "sections": ("Home",)}
        flagged = Presentation(key=uid(1), name="First", pages=(page,), **common)
        ben.bring(write(folder / "p.zip", [flagged]))
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        assert portfolio["spam_status"] == "flagged_as_possible_spam"

    def test_text_that_would_run_is_taken_out(self, world: World, ben: Mover) -> None:
        page = entry(
            f"urn:uuid:{uid(2)}",
            "P",
            category("selection_type", "Webpage"),
            link("leap2:is_part_of", f"urn:uuid:{uid(1)}"),
            f'<ep:page uid="{uid(2)}" position="1" section="1" section-position="1" content="text"/>',
            type="selection",
            content='<content type="text">&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(2)&lt;/script&gt;ok</content>',
        )
        whole = ours(
            1, 400, "W", category("selection_type", "Website"), inside='<ep:section position="1" name="Home"/>',
            type="selection",
        )  # fmt: skip
        ben.bring(package_of(feed(whole, page, own=True)))
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        (shown,) = world.ben.get(f"/eportfolios/{portfolio['id']}/pages").json()
        assert ("ok" in shown["content"], "onerror" in shown["content"], "script" in shown["content"]) == (
            True,
            False,
            False,
        )


class TestForms:
    def test_what_the_system_fills_in_is_worked_out_for_whoever_has_it_now(
        self, world: World, ben: Mover, folder: Path
    ) -> None:
        fields = (
            FormField(label="First name", value="Ada", system=True),
            FormField(label="Shoe size", value="38", system=True),
            FormField(label="Motto", value="Onwards"),
        )
        form = FormArtifact(key=uid(1), type=320, name="CV", created=MADE_AT, modified=MADE_AT, fields=fields)
        ben.bring(write(folder / "p.zip", [form]))
        found = ben.contents()["CV"]
        assert isinstance(found, FormArtifact)
        assert [(one.label, one.value) for one in found.fields] == [
            ("First name", "Ben"),
            ("Shoe size", ""),
            ("Motto", "Onwards"),
        ]


class TestPackagesOfOthers:
    """portfolio-package.md §6.5, §10: what Mahara writes, in each of its dialects."""

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_they_come_in_and_are_known_again_whenever_they_were_exported(self, ben: Mover, dialect: str) -> None:
        xml = a_portfolio(**DIALECTS[dialect])
        if "2009-03" in dialect:
            xml = xml.replace("http://www.leapspecs.org/2010-07/2A/", "http://wiki.cetis.ac.uk/2009-03/Leap2A_2009-03")
        members = {"files/3-Tide tables.csv": b"tides", "export.html": b"x"}
        task = ben.bring(package_of(xml, members))
        assert not [one for one in ben.problems(task) if one["Error"]]
        assert ben.report(task) == (7, 0, 0)
        before = ben.count()
        later = xml.replace("/1111111111/", "/2222222222/")
        assert later != xml
        for again in (package_of(xml, members), package_of(later, members)):
            assert ben.report(ben.bring(again)) == (0, 7, 0)
            assert ben.count() == before

    def test_addresses_in_their_texts_lead_to_what_they_became(self, world: World, ben: Mover) -> None:
        ben.bring(package_of(a_portfolio(), {"files/3-Tide tables.csv": b"tides"}))
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        (block,) = contents_of(world, portfolio["id"])["First page"]
        tides = ben.ids()["Tide tables"]
        file_id = world.sql("SELECT file_id FROM portfolio_objects WHERE id = :id", id=tides)[0][0]
        assert f'<a href="/artifacts/{tides}"' in block["content"]
        assert f'src="/files/{file_id}/download"' in block["content"]
        assert "nowhere" not in block["content"]

    def test_they_leave_as_a_package_of_ours_and_come_back_elsewhere(self, ben: Mover, cleo: Mover) -> None:
        ben.bring(package_of(a_portfolio(), {"files/3-Tide tables.csv": b"tides"}))
        own = ben.export()
        cleo.bring(own)
        assert differences(own, cleo.export()) == []
        before = ben.count()
        assert ben.report(ben.bring(own)) == (0, 7, 0)
        assert ben.count() == before

    def test_dangling_links_alone_are_no_error_and_missing_files_are(self, ben: Mover) -> None:
        dangling = feed(entry("urn:x:1", "A", link("leap2:reflects_on", "urn:x:nowhere")))
        assert ben.codes(ben.bring(dangling.encode())) == ["relation-dangling"]
        missing = feed(
            entry("urn:x:2", "B"), entry("urn:x:3", "C", OFFLINE, link("enclosure", "files/none"), type="resource")
        )
        assert "attachment-missing" in ben.codes(ben.bring(missing.encode(), state=3))
