"""Objects that are reached through what they are in. Source: brightspace-eportfolio.md §6.2, "Context chain", §6.4."""

import json
from typing import Any

import pytest

from quadrangle import artifacts
from quadrangle.artifacts import Details, Rule
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.brightspace.ep import NOT_AUTHORIZED, Person
from tests.world import World

READERS = ("ada", "tia", "dee", "cleo", "dov", "eve", "root", "sub")


@pytest.fixture
def ben(world: World) -> Person:
    return Person(world, "ben")


@pytest.fixture
def cleo(world: World) -> Person:
    return Person(world, "cleo")


def block(item: int, name: str) -> dict[str, Any]:
    """How a package shows a thing on a page (portfolio-package.md §5.3)."""
    html = f'<div class="ep-item" data-ep-item="{item}"><p><strong>{name}</strong></p></div>'
    return {"section_type": "html", "content": html}


def place(person: Person, presentation: int, *blocks: dict[str, Any]) -> int:
    """A page with these blocks; its id."""
    client, portfolio = person.client, person.portfolio_of(presentation)
    section = client.get(f"/eportfolios/{portfolio}/categories").json()[0]["eportfolio_category"]["id"]
    fields = {f"section_{number}[{key}]": value for number, one in enumerate(blocks, 1) for key, value in one.items()}
    sent = {"eportfolio_entry[eportfolio_category_id]": section, "section_count": len(blocks)} | fields
    made = client.post(f"/eportfolios/{portfolio}/entries", data=sent)
    assert made.status_code == 200, made.text
    entry: int = made.json()["eportfolio_entry"]["id"]
    return entry


def file_of(person: Person, item: int) -> int:
    (row,) = person.world.sql("SELECT file_id FROM portfolio_objects WHERE id = :id", id=item)
    return int(row[0])


def publish(person: Person, presentation: int, public: str = "true") -> None:
    path = f"/eportfolios/{person.portfolio_of(presentation)}"
    assert person.client.put(path, data={"eportfolio[public]": public}).status_code == 200


def chain(*ids: int) -> dict[str, str]:
    return {"context": ",".join(map(str, ids))}


class Shown:
    """A public presentation of somebody's on which a link and a file stand."""

    def __init__(self, person: Person) -> None:
        tags = [{"Text": "sea", "Type": 0}, {"Text": "mine", "Type": 1}]
        self.link = person.link("Tide & table", Description="<p>Raw</p>", Tags=tags)
        self.file = int(person.upload()["ObjectId"])
        self.presentation = person.presentation()
        attached = {"section_type": "attachment", "attachment_id": file_of(person, self.file)}
        self.page = place(person, self.presentation, block(self.link, "Tide &amp; table"), attached)
        publish(person, self.presentation)


ROUTES = [("GET", "/object"), ("GET", "/object/content"), ("GET", "/object/comments/"), ("POST", "/object/comments/new"),
          ("DELETE", "/object/comment/1")]  # fmt: skip


class TestAChain:
    @pytest.mark.parametrize(
        "sent", [None, "", ",", "x", "1,x", "-1", "1.5", "7,7", "1 2", ",".join(map(str, range(1, 22)))]
    )
    def test_what_is_none_is_refused(self, ben: Person, sent: str | None) -> None:
        for method, path in ROUTES:
            how: dict[str, Any] = {"json": {"Body": "Well"}} if method == "POST" else {}
            reply = ben.ask(method, path, params={} if sent is None else {"context": sent}, **how)
            assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json"), path

    def test_what_is_not_there_is_not_found(self, ben: Person) -> None:
        link, gone = ben.link(), ben.presentation()
        ben.delete(f"/presentation/{gone}")
        for method, path in ROUTES:
            how: dict[str, Any] = {"json": {"Body": "Well"}} if method == "POST" else {}
            for ids in ((9_000_000,), (link, 9_000_000), (9_000_000, link), (link, gone), (0,)):
                assert ben.status(method, path, params=chain(*ids), **how) == 404, path

    def test_nobody_is_asked_to_sign_in(self, ben: Person) -> None:
        shown, nobody = Shown(ben), Person(ben.world, None)
        for method, path in ROUTES:
            reply = nobody.ask(method, path, params=chain(shown.link, shown.presentation))
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer"), path

    def test_with_the_tool_off_everybody_is_refused_before_anything_is_read(self, ben: Person) -> None:
        ben.world.root.put("/accounts/1", json={"account": {"settings": {"enable_eportfolios": False}}})
        for method, path in ROUTES:
            reply = ben.ask(method, path, content=b"{")
            assert (reply.status_code, reply.content) == (403, NOT_AUTHORIZED), path

    def test_one_of_a_single_id_is_the_object_itself(self, ben: Person, cleo: Person) -> None:
        link = ben.link()
        assert ben.get("/object", **chain(link)) == ben.get(f"/object/{link}")
        assert cleo.status("GET", "/object", params=chain(link)) == 403

    def test_blanks_and_empty_elements_are_passed_over(self, ben: Person) -> None:
        link, box = ben.link(), ben.collection()
        ben.post(f"/collection/{box}/add/{link}")
        assert ben.get("/object", context=f" {link}, ,{box},")["ObjectId"] == link


class TestItsOwner:
    def test_comes_through_everything_that_one_thing_can_be_in(self, ben: Person) -> None:
        link, inner, outer, words = ben.link("Tides"), ben.collection(), ben.collection(), ben.reflection()
        beside, presentation = ben.link("beside"), ben.presentation()
        ben.post(f"/object/{link}/tags/add", [{"Text": "sea", "Type": 0}])

        async def make(uow: UnitOfWork) -> tuple[int, int]:
            rule = Details(rule=Rule("any", ["SEA"]))
            tagged = await artifacts.put_item(uow, ben.id, artifacts.DYNAMIC_COLLECTION, name="Sea", details=rule)
            return tagged, await artifacts.put_item(uow, ben.id, artifacts.OBJECTIVE, name="Aim", details=Details())

        tagged, aim = ben.world.do(make)
        ben.post(f"/collection/{inner}/add/{link}")
        ben.post(f"/collection/{outer}/add/{inner}")
        ben.post(f"/reflection/{words}/on/{link}")
        ben.post(f"/learningobjective/{aim}/association/{link}")
        entry = place(ben, presentation, block(outer, "Gathered"))
        ben.world.do(lambda uow: artifacts.put_placement(uow, entry, beside, 1))
        for ids in ((link, inner), (link, inner, outer), (words, link, inner, outer, presentation), (aim, link), (link, tagged),
                    (outer, presentation), (beside, presentation), (words, link, tagged)):  # fmt: skip
            assert ben.get("/object", **chain(*ids))["Permissions"] == [1, 2, 3, 4, 5, 6], ids

    def test_is_refused_where_one_is_not_in_the_next(self, ben: Person, cleo: Person) -> None:
        link, other, box, words, presentation = (
            ben.link(),
            ben.link(),
            ben.collection(),
            ben.reflection(),
            ben.presentation(),
        )
        ben.post(f"/collection/{box}/add/{link}")
        ben.post(f"/reflection/{words}/on/{link}")
        foreign = cleo.collection()
        for ids in ((other, box), (box, link), (link, words), (link, presentation), (link, box, presentation), (link, foreign),
                    (words, other, box)):  # fmt: skip
            assert ben.status("GET", "/object", params=chain(*ids)) == 403, ids


class TestReaders:
    @as_each(*READERS)
    def test_are_shown_what_stands_on_a_public_presentation(self, ben: Person, who: str) -> None:
        shown, person = Shown(ben), Person(ben.world, who)
        found = person.get("/object", **chain(shown.link, shown.presentation), c="true")
        assert found | {"ViewLink": ""} == ben.get(f"/object/{shown.link}") | {
            "ViewLink": "", "Permissions": [1, 2, 3], "Tags": [{"Text": "sea", "Type": 0}], "Comments": [],
        }  # fmt: skip
        assert found["ViewLink"] == f"/eportfolios/{ben.portfolio_of(shown.presentation)}?object={shown.link}"
        reply = person.ask("GET", "/object/content", params=chain(shown.file, shown.presentation))
        assert (reply.status_code, reply.content) == (200, b"high and low")
        assert person.status("GET", "/object/content", params=chain(shown.link, shown.presentation)) == 404
        assert person.status("GET", f"/object/{shown.link}") == 403
        assert person.status("GET", "/object", params=chain(shown.link)) == 403

    def test_comment_on_it_and_take_that_back(self, ben: Person, cleo: Person) -> None:
        shown, dov = Shown(ben), Person(ben.world, "dov")
        way = chain(shown.link, shown.presentation)
        reply = cleo.ask("POST", "/object/comments/new", params=way, json={"Body": "<p>Fine</p>"})
        assert (reply.status_code, reply.json()["UserId"], reply.json()["ObjectId"]) == (200, cleo.id, shown.link)
        said = reply.json()["CommentId"]
        assert ben.get(f"/object/{shown.link}")["HasUnreadComments"] is True
        assert [one["CommentId"] for one in dov.get("/object/comments/", **way)["Items"]] == [said]
        assert [one["CommentId"] for one in dov.get("/object", c="1", **way)["Comments"]] == [said]
        assert dov.status("DELETE", f"/object/comment/{said}", params=way) == 403
        assert dov.status("DELETE", "/object/comment/9000000", params=way) == 404
        assert cleo.status("DELETE", f"/object/comment/{said}", params=chain(shown.file, shown.presentation)) == 404
        assert cleo.status("DELETE", f"/object/comment/{said}", params=way) == 200
        mine = dov.ask("POST", "/object/comments/new", params=way, data={"comment": "Well"}).json()["CommentId"]
        assert ben.status("DELETE", f"/object/comment/{mine}", params=way) == 200
        assert ben.get(f"/object/{shown.link}")["CommentsCount"] == 0
        ben.post(f"/artifact/link/{shown.link}", {"Name": "Tide & table", "AllowComments": False})
        assert cleo.status("POST", "/object/comments/new", params=way, json={"Body": "x"}) == 403

    def test_see_nothing_of_one_that_is_private_flagged_or_deleted(self, ben: Person, cleo: Person) -> None:
        shown = Shown(ben)
        portfolio, way = ben.portfolio_of(shown.presentation), chain(shown.link, shown.presentation)
        publish(ben, shown.presentation, "false")
        assert cleo.status("GET", "/object", params=way) == 403
        assert Person(ben.world, "root").status("GET", "/object", params=way) == 200  # who moderates Ben
        publish(ben, shown.presentation)
        assert cleo.status("GET", "/object", params=way) == 200
        ben.world.root.put(f"/eportfolios/{portfolio}/moderate", data={"spam_status": "marked_as_spam"})
        for method, path in ROUTES:
            how: dict[str, Any] = {"json": {"Body": "x"}} if method == "POST" else {}
            way_there = chain(shown.file if path == "/object/content" else shown.link, shown.presentation)
            assert cleo.status(method, path, params=way_there, **how) == 403, path
        assert ben.status("GET", "/object", params=way) == 200
        ben.delete(f"/presentation/{shown.presentation}")
        assert cleo.status("GET", "/object", params=way) == 404

    def test_see_it_no_longer_than_it_stands_there_under_its_name(self, ben: Person, cleo: Person) -> None:
        shown = Shown(ben)
        portfolio, way = ben.portfolio_of(shown.presentation), chain(shown.link, shown.presentation)
        ben.post(f"/artifact/link/{shown.link}", {"Name": "Kept to myself"})
        assert cleo.status("GET", "/object", params=way) == 403
        ben.post(f"/artifact/link/{shown.link}", {"Name": "Tide & table"})
        assert cleo.status("GET", "/object", params=way) == 200
        assert ben.client.delete(f"/eportfolios/{portfolio}/entries/{shown.page}").status_code == 200
        assert cleo.status("GET", "/object", params=way) == 403
        assert cleo.status("GET", "/object/content", params=chain(shown.file, shown.presentation)) == 403

    def test_see_nothing_that_only_hangs_together_with_it(self, ben: Person, cleo: Person) -> None:
        """Its page shows a collection's name, not what is in it, and nothing of reflections, objectives and what is beside."""
        presentation, box, link, inside, words, beside = (
            ben.presentation(), ben.collection("Box"), ben.link("L"), ben.link("I"), ben.reflection("Words"), ben.link("beside"),
        )  # fmt: skip
        ben.post(f"/collection/{box}/add/{inside}")
        ben.post(f"/collection/{box}/add/{presentation}")
        ben.post(f"/reflection/{words}/on/{link}")
        ben.post(f"/reflection/{words}/on/{presentation}")
        entry = place(ben, presentation, block(box, "Box"), block(link, "L"))
        ben.world.do(lambda uow: artifacts.put_placement(uow, entry, beside, 1))
        publish(ben, presentation)
        assert cleo.get("/object", **chain(box, presentation))["Name"] == "Box"
        assert cleo.get("/object", **chain(link, presentation))["Name"] == "L"
        for ids in ((inside, box, presentation), (inside, box), (words, link, presentation), (words, presentation), (beside, presentation),
                    (inside, presentation), (presentation, box)):  # fmt: skip
            assert cleo.status("GET", "/object", params=chain(*ids)) == 403, ids

    def test_see_no_presentation_through_another_one(self, ben: Person, cleo: Person) -> None:
        secret, outer, link = ben.presentation("Secret"), ben.presentation("Open"), ben.link("L")
        place(ben, secret, block(link, "L"))
        place(ben, outer, block(secret, "Secret"))
        publish(ben, outer)
        for ids in ((secret, outer), (link, secret, outer), (link, secret)):
            assert cleo.status("GET", "/object", params=chain(*ids)) == 403, ids
            assert ben.status("GET", "/object", params=chain(*ids)) == 200, ids

    def test_are_not_led_to_things_of_others_whose_numbers_somebody_wrote_down(self, ben: Person, cleo: Person) -> None:
        link, file = cleo.link("Mine"), int(cleo.upload()["ObjectId"])
        presentation = ben.presentation()
        forged = {"section_type": "attachment", "attachment_id": file_of(cleo, file)}
        entry = place(ben, presentation, block(link, "Mine"), forged)
        content = json.dumps([block(link, "Mine"), forged])
        ben.world.sql("UPDATE eportfolio_entries SET content = :content WHERE id = :id", content=content, id=entry)
        publish(ben, presentation)
        for who in ("ben", "dov", "cleo"):
            for item in (link, file):
                assert Person(ben.world, who).status("GET", "/object", params=chain(item, presentation)) == 403

    def test_change_nothing(self, ben: Person, cleo: Person) -> None:
        shown = Shown(ben)
        for path in (f"/artifact/link/{shown.link}", f"/object/{shown.link}/tags/add"):
            sent: Any = [{"Text": "x"}] if path.endswith("add") else {"Name": "x"}
            assert cleo.status("POST", path, params=chain(shown.link, shown.presentation), json=sent) == 403

    def test_their_statements_do_not_grow_with_the_pages(self, ben: Person, cleo: Person) -> None:
        shown = Shown(ben)
        way = chain(shown.link, shown.presentation)
        few = ben.world.statements_of(lambda: cleo.get("/object", **way))
        for _ in range(5):
            place(ben, shown.presentation, block(shown.link, "Tide &amp; table"))
        assert ben.world.statements_of(lambda: cleo.get("/object", **way)) == few <= 4
