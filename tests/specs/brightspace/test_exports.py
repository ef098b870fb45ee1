"""ePortfolio data export over the Brightspace API. Source: brightspace-eportfolio.md §5.1 to §5.6, §4.3."""

import io
import json
import time
import warnings
import zipfile
from typing import Any

import pytest
import requests
from d2lvalence.auth import fashion_user_context

from quadrangle.jobs import enqueue
from tests.specs.brightspace.signing import call, make_app, make_key
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.conftest import set_status
from tests.specs.portfolios.test_authoring import Author, html, ok
from tests.world import World

EP = "/d2l/api/eP/2.5"
NOT_AUTHORIZED = b'{"Errors":[{"Message":"Not Authorized"}]}'


@pytest.fixture
def author(world: World) -> Author:
    author = Author(world, name="Fieldwork")
    notes = uploaded(world, "cleo", "/users/self", "tides.txt", b"Low water at noon.")
    author.entry(html("<p>Text</p>"), {"section_type": "attachment", "attachment_id": notes["id"]}, name="A")
    return author


def objects(world: World, who: str, kind: int = 400) -> list[int]:
    """Ids in this family of what somebody has."""
    rows = world.sql(
        "SELECT id FROM portfolio_objects WHERE user_id = :user AND type = :type ORDER BY id",
        user=world.ids[who],
        type=kind,
    )
    return [row[0] for row in rows]


def start(world: World, who: str, ids: Any = None, **flags: Any) -> Any:
    path = f"{EP}/export/new" if ids is not None else f"{EP}/export/new/all"
    return world.as_(who).http.post(path, json=ids, params=flags) if ids is not None else world.as_(who).http.post(path)


def status(world: World, who: str, task: int) -> Any:
    return world.as_(who).http.get(f"{EP}/export/{task}/status")


def names(data: bytes) -> list[str]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive.namelist()


class TestAllThatOneOwns:
    def test_from_the_wish_to_the_package(self, author: Author) -> None:
        world = author.world
        made = start(world, "cleo")
        task = made.json()
        assert (made.status_code, isinstance(task, int), made.text) == (200, True, str(task))
        assert made.headers["content-type"].startswith("application/json")
        queued = status(world, "cleo", task)
        assert (queued.json(), queued.headers["cache-control"]) == (0, "no-store")
        assert world.as_("cleo").http.get(f"{EP}/export/{task}/package").status_code == 404
        world.work()
        assert status(world, "cleo", task).json() == 2
        package = world.as_("cleo").http.get(f"{EP}/export/{task}/package")
        assert (package.status_code, package.headers["content-type"]) == (200, "application/zip")
        assert package.headers["content-disposition"] == 'attachment; filename="eP_Export_Cleo_Patra_202602151200.zip"'
        assert int(package.headers["content-length"]) == len(package.content)
        assert names(package.content) == ["leap2a.xml", "files/1-tides.txt"]
        assert world.as_("cleo").http.get(f"{EP}/export/{task}/package").content == package.content
        head = world.as_("cleo").http.head(f"{EP}/export/{task}/package")
        assert (head.status_code, head.headers["content-length"]) == (200, package.headers["content-length"])
        assert world.as_("cleo").http.get(f"{EP}/export/{task}/problems").json() == []

    def test_who_owns_nothing_has_nothing_to_export(self, world: World) -> None:
        refused = start(world, "cleo")
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")

    def test_a_body_is_passed_over(self, author: Author) -> None:
        answer = author.world.as_("cleo").http.post(f"{EP}/export/new/all", content=b"\x00nonsense")
        assert answer.status_code == 200

    def test_spam_leaves_with_its_owner(self, author: Author) -> None:
        """portfolio-package.md §5.2: portfolios with a spam status are exported by their owner."""
        set_status(author.world, author.id, "marked_as_spam")
        task = start(author.world, "cleo").json()
        author.world.work()
        assert status(author.world, "cleo", task).json() == 2

    def test_what_is_deleted_does_not(self, author: Author) -> None:
        ok(author.client.delete(author.path))
        task = start(author.world, "cleo").json()
        author.world.work()
        xml = zipfile.ZipFile(
            io.BytesIO(author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").content)
        ).read("leap2a.xml")
        assert b"Fieldwork" not in xml
        assert b"tides.txt" in xml

    @pytest.mark.parametrize("dialect", ["standard", "mahara22"])
    def test_in_the_dialect_that_is_asked_for(self, author: Author, dialect: str) -> None:
        task = author.world.as_("cleo").http.post(f"{EP}/export/new/all", params={"dialect": dialect}).json()
        author.world.work()
        package = author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").content
        xml = zipfile.ZipFile(io.BytesIO(package)).read("leap2a.xml")
        assert (b"web.archive.org" in xml) == (dialect == "mahara22")

    def test_not_in_another(self, author: Author) -> None:
        assert author.world.as_("cleo").http.post(f"{EP}/export/new/all", params={"dialect": "x"}).status_code == 400


class TestAList:
    def test_exactly_what_is_listed(self, author: Author) -> None:
        (portfolio,) = objects(author.world, "cleo")
        task = start(author.world, "cleo", [portfolio, portfolio]).json()
        author.world.work()
        assert status(author.world, "cleo", task).json() == 2
        package = author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").content
        assert names(package) == ["leap2a.xml"]

    @pytest.mark.parametrize("flag", ["true", "True", "TRUE", "1"])
    def test_with_what_stands_on_its_pages(self, author: Author, flag: str) -> None:
        task = start(author.world, "cleo", objects(author.world, "cleo"), includeAssociatedItems=flag).json()
        author.world.work()
        package = author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").content
        assert names(package) == ["leap2a.xml", "files/1-tides.txt"]

    @pytest.mark.parametrize("flag", ["false", "0", "yes", ""])
    def test_or_without(self, author: Author, flag: str) -> None:
        task = start(author.world, "cleo", objects(author.world, "cleo"), includeAssociatedItems=flag).json()
        author.world.work()
        assert names(author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").content) == ["leap2a.xml"]

    def test_ids_that_match_nothing_are_problems(self, author: Author) -> None:
        (portfolio,) = objects(author.world, "cleo")
        task = start(author.world, "cleo", {"ObjectIds": [portfolio, 999_999]}).json()
        author.world.work()
        assert status(author.world, "cleo", task).json() == 3
        problems = author.world.as_("cleo").http.get(f"{EP}/export/{task}/problems").json()
        assert problems == [
            {"Code": "unknown-object", "Ref": "object:999999", "Text": "There is no such object.", "Error": True}
        ]

    def test_an_object_that_goes_meanwhile(self, author: Author) -> None:
        (portfolio,) = objects(author.world, "cleo")
        task = start(author.world, "cleo", [portfolio]).json()
        ok(author.client.delete(author.path))
        author.world.work()
        assert status(author.world, "cleo", task).json() == 1
        assert author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").status_code == 404

    @pytest.mark.parametrize(
        "body", ["[]", "{}", '"1"', "[1.5]", '["1"]', "[true]", "[null]", "null", "1", "[1", "", '{"ObjectIds":"1"}']
    )
    def test_anything_else_is_no_list(self, author: Author, body: str) -> None:
        answer = author.world.as_("cleo").http.post(
            f"{EP}/export/new", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")

    def test_ids_that_all_match_nothing(self, author: Author) -> None:
        assert start(author.world, "cleo", [999_998, 999_999]).status_code == 400
        assert start(author.world, "cleo", [0, -1]).status_code == 400

    def test_ten_thousand_ids_and_no_more(self, author: Author) -> None:
        (portfolio,) = objects(author.world, "cleo")
        assert start(author.world, "cleo", [portfolio, *range(1_000_000, 1_009_999)]).status_code == 200
        assert start(author.world, "cleo", [portfolio, *range(1_000_000, 1_010_000)]).status_code == 400

    def test_one_object_of_somebody_else_refuses_them_all(self, author: Author) -> None:
        Author(author.world, "ben", "His")
        ids = objects(author.world, "cleo") + objects(author.world, "ben")
        refused = start(author.world, "cleo", ids)
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)
        assert author.world.sql("SELECT count(*) FROM transfers") == [(0,)]


class TestATask:
    @pytest.mark.parametrize("who", ["root", "ben", "ada"])
    @pytest.mark.parametrize("what", ["status", "package", "problems"])
    def test_is_its_owners_alone(self, author: Author, who: str, what: str) -> None:
        task = start(author.world, "cleo").json()
        author.world.work()
        refused = author.world.as_(who).http.get(f"{EP}/export/{task}/{what}")
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)

    @pytest.mark.parametrize("task", ["999999", "0", "9" * 19, "9" * 20, "x", "-1", "1.5"])
    @pytest.mark.parametrize("what", ["status", "package", "problems"])
    def test_that_there_is_not(self, world: World, task: str, what: str) -> None:
        assert world.as_("cleo").http.get(f"{EP}/export/{task}/{what}").status_code == 404

    def test_credentials_are_needed(self, author: Author) -> None:
        assert author.world.anyone.http.post(f"{EP}/export/new/all").status_code == 401
        assert author.world.anyone.http.get(f"{EP}/export/1/status").status_code == 401

    def test_the_version_comes_first(self, world: World) -> None:
        for version in ("2.4", "2.6", "unstable", "2"):
            assert world.anyone.http.post(f"/d2l/api/eP/{version}/export/new/all").status_code == 404

    def test_with_the_tool_switched_off_nothing_is_open(self, author: Author) -> None:
        task = start(author.world, "cleo").json()
        path = f"/accounts/{author.world.ids['root']}"
        ok(author.world.root.put(path, {"account[settings][enable_eportfolios]": "false"}))
        for answer in (
            start(author.world, "cleo"),
            start(author.world, "cleo", ["x"]),
            status(author.world, "cleo", task),
        ):
            assert (answer.status_code, answer.content) == (403, NOT_AUTHORIZED)

    def test_twenty_may_wait_and_no_more(self, author: Author) -> None:
        codes = [start(author.world, "cleo").status_code for _ in range(21)]
        assert codes == [200] * 20 + [404]
        author.world.work()
        assert start(author.world, "cleo").status_code == 200

    def test_ids_grow_and_each_has_a_package_of_its_own(self, author: Author) -> None:
        first, second = start(author.world, "cleo").json(), start(author.world, "cleo").json()
        assert second > first
        author.world.work()
        assert [status(author.world, "cleo", task).json() for task in (first, second)] == [2, 2]

    def test_packages_are_kept_for_a_week_and_states_longer(self, author: Author) -> None:
        task = start(author.world, "cleo").json()
        author.world.work()
        author.world.clock.advance(days=8)
        author.world.do(lambda uow: enqueue(uow, "forget_packages"))
        author.world.work()
        assert author.world.as_("cleo").http.get(f"{EP}/export/{task}/package").status_code == 404
        assert status(author.world, "cleo", task).json() == 2

    def test_paths_in_any_case_with_and_without_a_slash(self, author: Author) -> None:
        for path in ("/d2l/api/EP/2.5/Export/New/All", "/d2l/api/ep/2.5/export/new/all/"):
            assert author.world.as_("cleo").http.post(path).status_code == 200

    def test_a_name_that_is_not_ascii(self, world: World) -> None:
        Author(world, "ben", "His")
        world.sql(
            "UPDATE users SET sortable_name = 'Hlaváček, Zoë/ Ann' WHERE id = :id RETURNING id", id=world.ids["ben"]
        )
        task = start(world, "ben").json()
        world.work()
        told = world.ben.http.get(f"{EP}/export/{task}/package").headers["content-disposition"]
        assert told == (
            'attachment; filename="eP_Export_Zoe_Ann_Hlavacek_202602151200.zip"; '
            "filename*=UTF-8''eP_Export_Zo%C3%AB_Ann_Hlav%C3%A1%C4%8Dek_202602151200.zip"
        )


class TestTheVendorsClient:
    """d2lvalence signs, requests calls. Source: brightspace-clients.md §1."""

    def test_exports_everything(self, author: Author) -> None:
        world = author.world
        app = make_app(world)
        user = make_key(world, app, "cleo")
        context = fashion_user_context(
            app_id=app[0],
            app_key=app[1],
            d2l_user_context_props_dict={
                "host": world.url.partition("://")[2],
                "encrypt_requests": False,
                "user_id": user[0],
                "user_key": user[1],
                "server_skew": round((world.clock.now().timestamp() - time.time()) * 1000),
            },
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            who = requests.get(f"{world.url}/d2l/api/lp/1.0/users/whoami", auth=context, timeout=30)
            assert who.json()["Identifier"] == str(world.ids["cleo"])
            made = requests.post(f"{world.url}{EP}/export/new/all", auth=context, timeout=30)
            task = made.json()
            listed = requests.post(
                f"{world.url}{EP}/export/new",
                json=objects(world, "cleo"),
                params={"includeAssociatedItems": True},
                auth=context,
                timeout=30,
            )
            world.work()
            assert requests.get(f"{world.url}{EP}/export/{task}/status", auth=context, timeout=30).json() == 2
            for one in (task, listed.json()):
                package = requests.get(f"{world.url}{EP}/export/{one}/package", auth=context, timeout=30)
                assert names(package.content) == ["leap2a.xml", "files/1-tides.txt"]

    def test_a_signature_alone_of_an_application_exports_nothing(self, author: Author) -> None:
        app = make_app(author.world)
        refused = call(author.world, app, None, f"{EP}/export/new/all", method="POST")
        assert (refused.status_code, json.loads(refused.content)) == (403, {"Errors": [{"Message": "Not Authorized"}]})
