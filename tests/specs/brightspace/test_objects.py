"""Every route of ePortfolio objects. Source: brightspace-eportfolio.md §3, §6."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from quadrangle import artifacts
from quadrangle.artifacts import Details, Rule, Source
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.brightspace.ep import GEO, NOT_AUTHORIZED, Person
from tests.world import World

EVERYONE = ("ada", "tia", "dee", "cleo", "dov", "eve", "root", "sub")


@pytest.fixture
def ben(world: World) -> Person:
    return Person(world, "ben")


@pytest.fixture
def cleo(world: World) -> Person:
    return Person(world, "cleo")


def put(person: Person, kind: int, **details: Any) -> int:
    """Something of a kind that the API cannot make."""

    async def work(uow: UnitOfWork) -> int:
        return await artifacts.put_item(uow, person.id, kind, name=f"kind {kind}", details=Details(**details))

    made: int = person.world.do(work)
    return made


class TestAnObject:
    def test_its_fetch_form_is_this(self, ben: Person) -> None:
        made = ben.post(
            "/artifacts/link/new",
            {
                "ObjectId": 0, "Name": "Tides", "Description": "<p>Raw <script>x</script></p>", "AllowComments": True, "GeoTag": GEO,
                "Tags": [{"Text": "Sea", "Type": 0}, {"Text": "mine", "Type": 1}], "Url": "https://example.com/t", "Unknown": [1],
            },
        )  # fmt: skip
        assert made == {
            "ObjectId": made["ObjectId"],
            "UserId": ben.id,
            "ObjectTypeId": 340,
            "Name": "Tides",
            "Description": "<p>Raw </p>",
            "ViewLink": made["ViewLink"],
            "AllowComments": True,
            "CommentsCount": 0,
            "HasUnreadComments": False,
            "Created": "2026-02-15T12:00:00.000Z",
            "Modified": "2026-02-15T12:00:00.000Z",
            "GeoTag": GEO,
            "Tags": [{"Text": "mine", "Type": 1}, {"Text": "Sea", "Type": 0}],
            "Comments": None,
            "Permissions": [1, 2, 3, 4, 5, 6],
            "Url": "https://example.com/t",
        }
        assert made["ViewLink"].startswith("/")
        assert "?" in made["ViewLink"]
        base = ben.get(f"/object/{made['ObjectId']}")
        assert base == {name: value for name, value in made.items() if name != "Url"}
        assert ben.get(f"/artifact/link/{made['ObjectId']}") == made

    def test_it_is_answered_as_json_with_a_charset(self, ben: Person) -> None:
        reply = ben.ask("GET", "/objects/my/")
        assert reply.headers["content-type"] == "application/json; charset=utf-8"

    def test_defaults_are_these(self, ben: Person) -> None:
        made = ben.post("/reflections/new", {"Name": "Words"})
        assert (made["Description"], made["AllowComments"], made["Tags"], made["GeoTag"]) == ("", True, [], None)

    @pytest.mark.parametrize("path", ["/Objects/MY", "/objects/my", "/objects/my/", "/OBJECTS/my/"])
    def test_case_and_a_trailing_slash_are_free(self, ben: Person, path: str) -> None:
        """contract-checklist.md, D98."""
        assert ben.get(path)["Items"] == []
        assert ben.client.get(f"/d2l/API/ep/2.5{path}").status_code == 200

    @pytest.mark.parametrize("version", ["2.4", "2.6", "2.50", "unstable"])
    def test_other_versions_are_not_found(self, ben: Person, version: str) -> None:
        assert ben.client.get(f"/d2l/api/eP/{version}/objects/my/").status_code == 404

    @pytest.mark.parametrize(
        "number", ["0", "x", "-1", "1.5", "99999999999999999999", "9223372036854775808", "9" * 19, "%31"]
    )
    def test_what_names_nothing_is_not_found(self, ben: Person, number: str) -> None:
        for path in (
            "object",
            "artifact",
            "artifact/file",
            "artifact/link",
            "reflection",
            "collection",
            "presentation",
        ):
            assert ben.status("GET", f"/{path}/{number}") == 404

    def test_comments_come_along_when_asked_for(self, ben: Person) -> None:
        item = ben.link()
        said = ben.post(f"/object/{item}/comments/new", {"Body": "<p>Well</p>"})
        for c in ("true", "True", "TRUE", "1"):
            (comment,) = ben.get(f"/object/{item}", c=c)["Comments"]
            assert comment == {
                "CommentId": said["CommentId"], "UserId": ben.id, "FirstName": "Ben", "LastName": "Okri", "CommentBody": "<p>Well</p>",
                "CreatedDate": "2026-02-15T12:00:00.000Z", "CommentedObjectId": item, "ContextObjectId": item, "ContextObjectTypeId": 300,
            }  # fmt: skip
        for c in ("false", "0", "yes", "2", ""):
            assert ben.get(f"/object/{item}", c=c)["Comments"] is None
        assert ben.get(f"/object/{ben.link()}", c="true")["Comments"] == []


ROUTES = [
    ("GET", "/object/{0}"), ("GET", "/object/{0}/associations/"), ("GET", "/object/{0}/comments/"), ("GET", "/object/{0}/tags/"),
    ("POST", "/object/{0}/comments/new"), ("POST", "/object/{0}/tags/add"), ("POST", "/object/{0}/tags/remove"),
    ("DELETE", "/object/{0}/comment/{6}"), ("GET", "/object/{1}/content"),
    ("GET", "/artifact/file/{1}"), ("POST", "/artifact/file/{1}"), ("DELETE", "/artifact/file/{1}"),
    ("GET", "/artifact/link/{0}"), ("POST", "/artifact/link/{0}"), ("DELETE", "/artifact/link/{0}"),
    ("GET", "/artifact/{0}"), ("DELETE", "/artifact/{1}"),
    ("GET", "/reflection/{2}"), ("POST", "/reflection/{2}"), ("DELETE", "/reflection/{2}"),
    ("POST", "/reflection/{2}/on/{0}"), ("DELETE", "/reflection/{2}/on/{0}"),
    ("GET", "/collection/{3}"), ("GET", "/collection/{3}/contents/"), ("POST", "/collection/{3}"), ("DELETE", "/collection/{3}"),
    ("POST", "/collection/{3}/add/{0}"), ("POST", "/collection/{3}/remove/{0}"),
    ("GET", "/presentation/{4}"), ("POST", "/presentation/{4}"), ("DELETE", "/presentation/{4}"),
    ("GET", "/learningobjective/{5}"), ("POST", "/learningobjective/{5}"), ("DELETE", "/learningobjective/{5}"),
    ("POST", "/learningobjective/{5}/association/{0}"), ("DELETE", "/learningobjective/{5}/association/{0}"),
]  # fmt: skip
UNFINISHED = {
    "content": b"--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nx",
    "headers": {"content-type": "multipart/form-data; boundary=b"},
}
OPEN = [("GET", "/objects/my/"), ("POST", "/artifacts/link/new"), ("POST", "/reflections/new"), ("POST", "/collections/new"),
        ("POST", "/presentations/new"), ("POST", "/artifacts/file/upload")]  # fmt: skip


def furnished(ben: Person) -> list[int]:
    """A link with a comment, a file, a reflection, a collection of them, a presentation, an objective; and the comment."""
    link, words, box = ben.link(), ben.reflection(), ben.collection()
    file = ben.upload()["ObjectId"]
    ben.post(f"/collection/{box}/add/{link}")
    said = ben.post(f"/object/{link}/comments/new", "Well")["CommentId"]
    return [link, file, words, box, ben.presentation(), put(ben, artifacts.OBJECTIVE), said]


def body_for(path: str) -> Any:
    if path.endswith(("/tags/add", "/tags/remove")):
        return [{"Text": "sea", "Type": 0}]
    if path.endswith("comments/new"):
        return {"Body": "Well"}
    return {"Name": "Named", "Url": "https://example.com/"}


class TestEveryRoute:
    def test_its_owner_is_answered(self, ben: Person) -> None:
        ids = furnished(ben)
        for method, path in ROUTES:
            if method == "DELETE" and "/on/" not in path and "/association/" not in path:
                continue
            reply = ben.ask(method, path.format(*ids), json=body_for(path) if method == "POST" else None)
            assert reply.status_code == 200, f"{method} {path}: {reply.text}"
        for path in ("/object/{0}/comment/{6}", "/artifact/link/{0}", "/artifact/{1}", "/reflection/{2}", "/collection/{3}", "/presentation/{4}",
                     "/learningobjective/{5}"):  # fmt: skip
            ben.delete(path.format(*ids))
        assert ben.get("/objects/my/")["Items"] == []

    @as_each(*EVERYONE)
    def test_others_are_refused(self, ben: Person, who: str) -> None:
        ids = furnished(ben)
        person = Person(ben.world, who)
        for method, path in ROUTES:
            if "{4}" in path and who in ("root", "sub"):
                continue  # who moderates Ben sees his portfolios
            reply = person.ask(method, path.format(*ids), json=body_for(path) if method == "POST" else None)
            assert (reply.status_code, reply.content) == (403, NOT_AUTHORIZED), f"{method} {path}"
        assert len(ben.get("/objects/my/")["Items"]) == 6
        assert person.get("/objects/my/")["Items"] == []

    def test_nobody_is_asked_to_sign_in(self, ben: Person) -> None:
        ids = furnished(ben)
        nobody = Person(ben.world, None)
        for method, path in [*ROUTES, *OPEN]:
            reply = nobody.ask(method, path.format(*ids), json=body_for(path) if method == "POST" else None)
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer"), f"{method} {path}"

    def test_with_the_tool_off_everybody_is_refused_before_anything_is_read(self, ben: Person) -> None:
        ids = furnished(ben)
        ben.world.root.put("/accounts/1", json={"account": {"settings": {"enable_eportfolios": False}}})
        for method, path in [*ROUTES, *OPEN]:
            for who in ("ben", "root"):
                reply = Person(ben.world, who).ask(
                    method, path.format(*ids), content=b"{", headers={"content-type": "application/json"}
                )
                assert (reply.status_code, reply.content) == (403, NOT_AUTHORIZED), f"{method} {path}"

    def test_what_is_not_there_is_not_found(self, ben: Person) -> None:
        ids = [9_000_000 + number for number in range(7)]
        for method, path in ROUTES:
            reply = ben.ask(method, path.format(*ids), json=body_for(path) if method == "POST" else None)
            assert reply.status_code == 404, f"{method} {path}"

    def test_a_typed_route_knows_no_other_types(self, ben: Person) -> None:
        ids = furnished(ben)
        kinds = {
            "artifact/file": 1,
            "artifact/link": 0,
            "reflection": 2,
            "collection": 3,
            "presentation": 4,
            "learningobjective": 5,
        }
        for route, at in kinds.items():
            for number, one in enumerate(ids[:6]):
                expected = 200 if number == at else 404
                assert ben.status("GET", f"/{route}/{one}") == expected, route
                if number != at:
                    assert ben.status("POST", f"/{route}/{one}", json=body_for("")) == 404
                    assert ben.status("DELETE", f"/{route}/{one}") == 404
        for number, one in enumerate(ids[:6]):
            assert ben.status("GET", f"/artifact/{one}") == (200 if number < 2 else 404)
            assert ben.status("GET", f"/object/{one}/content") == (200 if number == 1 else 404)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"1", b"null", b'"x"', b"[" * 5000, b"{}", b'{"Name":1}', b'{"Name":null}', b'{"Name":" "}', b'{"name":"x"}',
         b'{"Name":"x","ObjectId":"0"}', b'{"Name":"x","ObjectId":1.5}', b'{"Name":"x","ObjectId":true}', b'{"Name":"x","ObjectId":null}',
         b'{"Name":"x","ObjectId":7}', b'{"Name":"x","Tags":{}}', b'{"Name":"x","Tags":[{"Text":"","Type":0}]}',
         b'{"Name":"x","Tags":[{"Text":"a","Type":2}]}', b'{"Name":"x","Tags":["a"]}', b'{"Name":"x","AllowComments":"yes"}',
         b'{"Name":"x","Description":5}', b'{"Name":"x","GeoTag":{"Latitude":"1"}}', b'{"Name":"\xff"}',
         b'{"Name":"' + b"x" * 10_000 + b'"}', b'{"Name":"x","Description":"' + b"x" * 512_000 + b'"}',
         b'{"Name":"x","Description":"' + b"<b>" * 500 + b'"}'],
        ids=lambda body: body[:30].decode("latin-1"),
    )  # fmt: skip
    def test_what_is_no_form_is_refused(self, ben: Person, body: bytes) -> None:
        ids = furnished(ben)
        before = ben.get("/objects/my/")
        headers = {"content-type": "application/json"}
        for path in ("/artifacts/link/new", "/reflections/new", "/collections/new", "/presentations/new", f"/artifact/link/{ids[0]}",
                     f"/artifact/file/{ids[1]}", f"/reflection/{ids[2]}", f"/collection/{ids[3]}", f"/presentation/{ids[4]}",
                     f"/learningobjective/{ids[5]}"):  # fmt: skip
            sent = body
            if b"artifacts/link" in path.encode() and body.startswith(b'{"Name":"x"'):
                sent = body.replace(b"{", b'{"Url":"https://example.com/",', 1)
            reply = ben.ask("POST", path, content=sent, headers=headers)
            assert reply.status_code == 400, f"{path}: {reply.text}"
            assert reply.headers["content-type"] == "application/problem+json"
        assert ben.get("/objects/my/") == before

    def test_a_form_without_a_content_type_is_one_and_other_types_are_none(self, ben: Person) -> None:
        body = b'{"Name": "Words"}'
        assert ben.status("POST", "/reflections/new", content=body, headers={"content-type": ""}) == 200
        assert (
            ben.status(
                "POST", "/reflections/new", content=body, headers={"content-type": "application/json; charset=UTF-8"}
            )
            == 200
        )
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            assert ben.status("POST", "/reflections/new", content=body, headers={"content-type": kind}) == 400

    def test_an_unknown_verb_is_refused(self, ben: Person) -> None:
        reply = ben.ask("PUT", f"/artifact/link/{ben.link()}", json={"Name": "x"})
        assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST, DELETE")

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/object/thumbnail"), ("GET", "/objects/shared/"), ("GET", "/objects/my/shared/modified/"),
         ("GET", "/object/101/shares/"), ("POST", "/object/101/share/new"), ("GET", "/object/sharetargets/my"), ("GET", "/users/sharing/"),
         ("GET", "/ignoredusers/"), ("GET", "/invites/"), ("GET", "/activity/my/"), ("GET", "/newsfeed/"), ("GET", "/dashboard/"),
         ("GET", "/subscriptions/users/exists")],
    )  # fmt: skip
    def test_what_comes_later_is_not_found_yet(self, ben: Person, method: str, path: str) -> None:
        assert ben.status(method, path) == 404


class TestTheListOfOnesOwn:
    def test_it_is_walked_by_bookmark(self, ben: Person, cleo: Person) -> None:
        ids = []
        for number in range(5):
            cleo.link()
            ids.append(ben.link(f"link {number}"))
        first = ben.get("/objects/my/", pagesize=2)
        assert first["PagingInfo"] == {"Bookmark": str(ids[1]), "HasMoreItems": True}
        ben.delete(f"/artifact/{ids[1]}")
        second = ben.get("/objects/my/", pagesize=2, bookmark=first["PagingInfo"]["Bookmark"])
        last = ben.get("/objects/my/", pagesize=2, bookmark=second["PagingInfo"]["Bookmark"])
        assert [one["ObjectId"] for page in (first, second, last) for one in page["Items"]] == ids
        assert last["PagingInfo"] == {"Bookmark": str(ids[4]), "HasMoreItems": False}
        beyond = ben.get("/objects/my/", bookmark=str(2**63))
        assert beyond == {"PagingInfo": {"Bookmark": "", "HasMoreItems": False}, "Items": []}
        assert len(ben.get("/objects/my/", bookmark="", pagesize="")["Items"]) == 4

    @pytest.mark.parametrize("query", ["pagesize=0", "pagesize=-1", "pagesize=1.5", "pagesize=x", "pagesize=00", "bookmark=x", "bookmark=-1",
                                       "bookmark=1.0", "bookmark=" + "9" * 20, "q=name:x", "pagesize=%C2%B2"])  # fmt: skip
    def test_what_is_none_is_refused(self, ben: Person, query: str) -> None:
        assert ben.status("GET", f"/objects/my/?{query}") == 400

    def test_a_page_has_a_hundred_unless_told_and_never_more_than_a_thousand(self, world: World, ben: Person) -> None:
        async def work(uow: UnitOfWork) -> None:
            for number in range(1001):
                await artifacts.put_item(
                    uow, ben.id, 340, name=f"link {number}", details=Details(url="https://a.example")
                )

        world.do(work)
        assert len(ben.get("/objects/my/")["Items"]) == 100
        for size in ("1001", "9" * 30):
            page = ben.get("/objects/my/", pagesize=size)
            assert (len(page["Items"]), page["PagingInfo"]["HasMoreItems"]) == (1000, True)

    def test_of_a_parameter_sent_twice_the_first_counts(self, ben: Person) -> None:
        ben.link()
        ben.link()
        assert len(ben.get("/objects/my/?pagesize=1&pagesize=x")["Items"]) == 1

    def test_its_statements_do_not_grow_with_it(self, ben: Person) -> None:
        def take(number: int) -> int:
            for at in range(number):
                item = ben.link(f"link {at}", Tags=[{"Text": "sea", "Type": 0}])
                ben.post(f"/object/{item}/comments/new", {"Body": "Well"})
            ben.presentation()
            found: list[Any] = []
            statements = ben.world.statements_of(lambda: found.append(ben.get("/objects/my/", c="true")))
            assert all(len(one["Comments"]) == 1 for one in found[0]["Items"] if one["ObjectTypeId"] == 340)
            return statements

        few = take(1)
        assert few == take(49)
        assert few <= 3

    def test_a_portfolio_made_in_canvas_is_there_at_once_and_gone_at_once(self, world: World, ben: Person) -> None:
        made = world.ben.post("/eportfolios", data={"eportfolio[name]": ""}).json()["eportfolio"]["id"]
        (one,) = ben.get("/objects/my/")["Items"]
        assert (one["ObjectTypeId"], one["Name"], one["Permissions"]) == (400, "Untitled", [1, 2, 3, 4, 5, 6])
        world.ben.put(f"/eportfolios/{made}", data={"eportfolio[name]": "Tides"})
        assert ben.get(f"/presentation/{one['ObjectId']}")["Name"] == "Tides"
        world.ben.delete(f"/eportfolios/{made}")
        assert ben.get("/objects/my/")["Items"] == []
        assert ben.status("GET", f"/presentation/{one['ObjectId']}") == 404


class TestFiles:
    def test_an_upload_becomes_an_artifact_and_one_of_ones_files(self, world: World, ben: Person) -> None:
        made = ben.upload("Gezeiten ü.txt", b"high and low", name="Tides", description="<p>x</p>")
        told = [made[name] for name in ("Name", "Description", "FileName", "Extension", "FileSize", "UploadKey")]
        assert told == ["Tides", "<p>x</p>", "Gezeiten ü.txt", ".txt", 12, None]
        (file,) = world.ben.get("/users/self/files").json()
        assert file["display_name"] == "Gezeiten ü.txt"
        content = ben.ask("GET", f"/object/{made['ObjectId']}/content")
        assert (content.status_code, content.content) == (200, b"high and low")
        assert content.headers["content-type"].startswith("text/plain")
        assert content.headers["content-disposition"].startswith("attachment;")
        assert ben.upload()["Name"] == "file"

    def test_a_second_one_of_the_same_name_is_another_file(self, ben: Person) -> None:
        first, second = ben.upload("a.txt", b"1"), ben.upload("a.txt", b"2")
        assert (first["FileName"], second["FileName"]) == ("a.txt", "a-1.txt")
        assert ben.ask("GET", f"/object/{first['ObjectId']}/content").content == b"1"

    def test_several_at_once_through_both_doors_are_all_kept(self, world: World, ben: Person) -> None:
        from tests.specs.files.conftest import uploaded

        canvas = {"parent_folder_path": "unfiled", "on_duplicate": "rename"}

        def send(number: int) -> str:
            if number % 2:
                return str(uploaded(world, "ben", "/users/self", "a.txt", **canvas)["display_name"])
            return str(ben.upload("a.txt", b"x")["FileName"])

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(send, range(8)))) == 8
        assert len(ben.get("/objects/my/")["Items"]) == 4
        assert len(world.ben.get("/users/self/files").json()) == 8

    def test_over_the_quota_it_is_refused(self, world: World, ben: Person) -> None:
        world.root.put("/accounts/1", json={"account": {"default_user_storage_quota_mb": 1}})
        reply = ben.ask("POST", "/artifacts/file/upload", files={"file": ("a.bin", b"x" * 1_100_000)})
        assert reply.status_code == 400
        assert ben.get("/objects/my/")["Items"] == []
        assert world.ben.get("/users/self/files").json() == []

    @pytest.mark.parametrize(
        "how",
        [{"content": b"x"}, {"data": {"file": "text"}}, {"json": {}}, {"files": {"file": ("", b"x")}},
         {"files": [("file", ("a.txt", b"1")), ("file", ("b.txt", b"2"))]}, {"files": {"file": ("a", b"x")}, "params": {"name": "x" * 513}},
         UNFINISHED],
    )  # fmt: skip
    def test_anything_but_one_file_is_refused(self, ben: Person, how: Any) -> None:
        assert ben.ask("POST", "/artifacts/file/upload", **how).status_code == 400
        assert ben.get("/objects/my/")["Items"] == []

    def test_its_properties_are_changed_and_its_file_stays(self, ben: Person) -> None:
        made = ben.upload()
        form = made | {"Name": "Winds", "FileName": "evil.exe", "FileSize": 1}
        assert ben.post(f"/artifact/file/{made['ObjectId']}", form) | {"Modified": 0} == made | {
            "Name": "Winds",
            "Modified": 0,
        }

    def test_one_placed_on_a_page_in_canvas_is_there(self, world: World, ben: Person) -> None:
        from tests.specs.files.conftest import uploaded

        file = uploaded(world, "ben", "/users/self", "winds.txt")["id"]
        portfolio = world.ben.post("/eportfolios", data={"eportfolio[name]": "P"}).json()["eportfolio"]["id"]
        section = world.ben.get(f"/eportfolios/{portfolio}/categories").json()[0]["eportfolio_category"]["id"]
        world.ben.post(
            f"/eportfolios/{portfolio}/entries",
            data={
                "eportfolio_entry[eportfolio_category_id]": section, "section_count": 1,
                "section_1[section_type]": "attachment", "section_1[attachment_id]": file,
            },
        )  # fmt: skip
        (one,) = [one for one in ben.get("/objects/my/")["Items"] if one["ObjectTypeId"] == 310]
        assert ben.get(f"/artifact/file/{one['ObjectId']}")["FileName"] == "winds.txt"
        ben.delete(f"/artifact/file/{one['ObjectId']}")
        assert all(
            "winds.txt" not in page["content"] for page in world.ben.get(f"/eportfolios/{portfolio}/pages").json()
        )
        assert world.ben.get(f"/files/{file}").status_code == 200

    def test_what_was_handed_in_has_content_too(self, ben: Person) -> None:
        file = ben.upload()["ObjectId"]
        (row,) = ben.world.sql("SELECT file_id FROM portfolio_objects WHERE id = :id", id=file)
        ben.delete(f"/artifact/{file}")

        async def work(uow: UnitOfWork) -> int:
            source = Details(source=Source("dropbox"))
            return await artifacts.put_item(uow, ben.id, 334, name="Essay", details=source, file_id=row[0])

        essay = ben.world.do(work)
        assert ben.ask("GET", f"/object/{essay}/content").content == b"high and low"
        assert ben.get(f"/artifact/{essay}")["ObjectTypeId"] == 334
        ben.world.ben.delete(f"/files/{row[0]}")
        assert ben.status("GET", f"/object/{essay}/content") == 404
        assert ben.status("GET", f"/artifact/{essay}") == 200


class TestLinks:
    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "/x", "", "x" * 10_000, "https://a b"]
    )
    def test_an_address_is_one_that_links_may_have(self, ben: Person, url: str) -> None:
        assert ben.status("POST", "/artifacts/link/new", json={"Name": "x", "Url": url}) == 400
        item = ben.link()
        assert ben.status("POST", f"/artifact/link/{item}", json={"Name": "x", "Url": url}) == 400
        assert ben.get(f"/artifact/link/{item}")["Url"] == "https://example.com/"

    @pytest.mark.parametrize("more", [{}, {"Url": None}, {"Url": 5}])
    def test_a_new_one_has_one(self, ben: Person, more: Any) -> None:
        assert ben.status("POST", "/artifacts/link/new", json={"Name": "x", **more}) == 400

    def test_an_update_says_all_but_what_it_leaves_alone(self, ben: Person) -> None:
        item = ben.link(Description="<p>x</p>", AllowComments=False, Tags=[{"Text": "sea", "Type": 0}], GeoTag=GEO)
        revised = ben.post(f"/artifact/link/{item}", {"ObjectId": item, "Name": "New", "Tags": None})
        told = [revised[name] for name in ("Name", "Description", "AllowComments", "Tags", "Url", "GeoTag")]
        assert told == ["New", "", True, [{"Text": "sea", "Type": 0}], "https://example.com/", GEO]
        cleared = ben.post(f"/artifact/link/{item}", {"Name": "New", "Tags": [], "GeoTag": None})
        assert (cleared["Tags"], cleared["GeoTag"]) == ([], None)


class TestCollections:
    def test_contents_stand_in_the_order_of_their_addition(self, ben: Person) -> None:
        a, b, box = ben.link("a"), ben.reflection("b"), ben.collection()
        for item in (b, a, b):
            ben.post(f"/collection/{box}/add/{item}")
        bare = ben.get(f"/collection/{box}")
        assert (bare["ItemsCount"], bare["ItemIds"], bare["Items"]) == (2, [b, a], None)
        full = ben.get(f"/collection/{box}/contents/", c="True")
        assert [one["ObjectId"] for one in full["Items"]] == [b, a]
        assert [one["Comments"] for one in (full, *full["Items"])] == [[], [], []]
        assert full["ObjectTypeId"] == 110
        ben.post(f"/collection/{box}/remove/{b}")
        assert ben.get(f"/collection/{box}")["ItemIds"] == [a]
        assert ben.status("POST", f"/collection/{box}/remove/{b}") == 404
        assert ben.post(f"/collection/{box}", {"Name": "Box"})["ItemIds"] == [a]
        ben.delete(f"/collection/{box}")
        assert ben.status("GET", f"/object/{a}") == 200

    def test_none_contains_itself(self, ben: Person) -> None:
        a, b, c = (ben.collection(name) for name in "abc")
        ben.post(f"/collection/{a}/add/{b}")
        ben.post(f"/collection/{b}/add/{c}")
        for box, item in ((a, a), (b, a), (c, a)):
            assert ben.status("POST", f"/collection/{box}/add/{item}") == 400

    def test_a_dynamic_one_consists_of_what_carries_its_tags(self, ben: Person) -> None:
        item, box = ben.link(Tags=[{"Text": "Sea", "Type": 1}]), put(ben, 120, rule=Rule("any", ["sea"]))
        assert ben.get(f"/collection/{box}")["ItemIds"] == [item]
        assert [one["ObjectId"] for one in ben.get(f"/collection/{box}/contents/")["Items"]] == [item]
        for verb in ("add", "remove"):
            assert ben.status("POST", f"/collection/{box}/{verb}/{item}") == 400

    def test_things_of_others_are_refused(self, ben: Person, cleo: Person) -> None:
        assert ben.status("POST", f"/collection/{ben.collection()}/add/{cleo.link()}") == 403

    def test_a_portfolio_of_somebody_else_that_one_may_read_is_refused_too(
        self, world: World, ben: Person, cleo: Person
    ) -> None:
        shown = cleo.presentation()
        world.cleo.put(f"/eportfolios/{cleo.portfolio_of(shown)}", data={"eportfolio[public]": "true"})
        assert ben.status("POST", f"/collection/{ben.collection()}/add/{shown}") == 403
        assert ben.status("POST", f"/reflection/{ben.reflection()}/on/{shown}") == 403

    def test_its_statements_do_not_grow_with_it(self, ben: Person) -> None:
        box = ben.collection()

        def take(number: int) -> int:
            for _ in range(number):
                ben.post(f"/collection/{box}/add/{ben.link()}")
            return ben.world.statements_of(lambda: ben.get(f"/collection/{box}/contents/", c="true"))

        assert take(1) == take(20) <= 4


class TestAssociations:
    def test_reflections_and_objectives_are_told_apart(self, ben: Person) -> None:
        item, words, objective = ben.link(), ben.reflection(), put(ben, artifacts.OBJECTIVE)
        for _ in range(2):
            ben.post(f"/reflection/{words}/on/{item}")
            ben.post(f"/learningobjective/{objective}/association/{item}")

        def found(query: str = "") -> list[int]:
            page = ben.get(f"/object/{item}/associations/{query}")
            assert page["PagingInfo"]["HasMoreItems"] is False
            return [one["ObjectId"] for one in page["Items"]]

        assert (found(), found("?type=1"), found("?type=2")) == ([words, objective], [words], [objective])
        assert ben.status("GET", f"/object/{item}/associations/?type=3") == 400
        assert ben.status("POST", f"/reflection/{words}/on/{words}") == 400
        for _ in range(2):
            ben.delete(f"/reflection/{words}/on/{item}")
            ben.delete(f"/learningobjective/{objective}/association/{item}")
        assert found() == []


class TestComments:
    def test_they_come_in_three_forms(self, ben: Person) -> None:
        item = ben.link()
        path = f"/object/{item}/comments/new"
        first = ben.post(path, {"Body": "<p onclick='x'>One</p>"})
        assert first == {
            "ObjectId": item, "CommentId": first["CommentId"], "UserId": ben.id, "CreatedDate": "2026-02-15T12:00:00.000Z", "Body": "<p>One</p>",
        }  # fmt: skip
        ben.post(path, "Two")
        assert ben.status("POST", path, data={"comment": "Three"}) == 200
        assert ben.status("POST", path, files={"comment": (None, "Four")}) == 200
        page = ben.get(f"/object/{item}/comments/", pagesize=3)
        assert [one["Body"] for one in page["Items"]] == ["<p>One</p>", "Two", "Three"]
        last = ben.get(f"/object/{item}/comments/", bookmark=page["PagingInfo"]["Bookmark"])
        assert [one["Body"] for one in last["Items"]] == ["Four"]
        assert ben.get(f"/object/{item}")["CommentsCount"] == 4
        ben.delete(f"/object/{item}/comment/{first['CommentId']}")
        assert ben.status("DELETE", f"/object/{item}/comment/{first['CommentId']}") == 404
        assert ben.status("DELETE", f"/object/{item}/comment/x") == 404

    @pytest.mark.parametrize("how", [{"json": {}}, {"json": 5}, {"json": ["x"]}, {"json": {"Body": None}}, {"json": " "}, {"data": {"a": "x"}},
                                     {"data": {"comment[]": "x"}}, {"content": b""}, {"json": {"Body": "<script>x</script>"}}])  # fmt: skip
    def test_anything_else_is_refused(self, ben: Person, how: Any) -> None:
        assert ben.status("POST", f"/object/{ben.link()}/comments/new", **how) == 400

    def test_an_object_may_allow_none(self, ben: Person) -> None:
        assert ben.status("POST", f"/object/{ben.link(AllowComments=False)}/comments/new", json="Well") == 403

    def test_those_of_others_are_unread_until_they_are_listed(self, world: World, ben: Person, cleo: Person) -> None:
        shown = ben.presentation()
        world.ben.put(f"/eportfolios/{ben.portfolio_of(shown)}", data={"eportfolio[public]": "true"})
        assert cleo.get(f"/presentation/{shown}")["Permissions"] == [1, 2, 3]
        said = cleo.post(f"/object/{shown}/comments/new", "Fine")
        assert cleo.get(f"/object/{shown}")["HasUnreadComments"] is False
        assert ben.get(f"/object/{shown}")["HasUnreadComments"] is True
        assert len(cleo.get(f"/object/{shown}/comments/")["Items"]) == 1
        assert ben.get(f"/object/{shown}")["HasUnreadComments"] is True
        assert ben.get(f"/object/{shown}/comments/")["Items"][0]["UserId"] == cleo.id
        assert ben.get(f"/object/{shown}")["HasUnreadComments"] is False
        assert ben.post(f"/object/{shown}/comments/new", "Thanks")["UserId"] == ben.id
        cleo.delete(f"/object/{shown}/comment/{said['CommentId']}")
        world.root.put(f"/eportfolios/{ben.portfolio_of(shown)}/moderate", data={"spam_status": "marked_as_spam"})
        assert cleo.status("GET", f"/presentation/{shown}") == 403

    def test_imported_ones_have_no_author(self, world: World, ben: Person) -> None:
        item = put(ben, 320)

        async def work(uow: UnitOfWork) -> None:
            await artifacts.put_comment(uow, item, uid="u", body="<p>Well</p>", created_at=uow.now)

        world.do(work)
        (comment,) = ben.get(f"/object/{item}", c="1")["Comments"]
        told = [comment[name] for name in ("UserId", "FirstName", "LastName", "ContextObjectTypeId")]
        assert told == [0, "", "", 5]
        assert ben.get(f"/object/{item}")["HasUnreadComments"] is False


class TestTags:
    def test_they_match_without_case_and_by_type(self, ben: Person) -> None:
        path = f"/object/{ben.link()}/tags"
        ben.post(path + "/add", [{"Text": " Sea ", "Type": 0}, {"Text": "sea", "Type": 1}, {"Text": "SEA", "Type": 0}])
        assert ben.get(path + "/") == [{"Text": "Sea", "Type": 0}, {"Text": "sea", "Type": 1}]
        assert ben.post(path + "/remove", [{"Text": "SEA", "Type": 1}]) == [{"Text": "Sea", "Type": 0}]
        assert ben.post(path + "/remove", [{"Text": "unknown", "Type": 0}]) == [{"Text": "Sea", "Type": 0}]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            "x",
            ["x"],
            [{"Text": ""}],
            [{"Text": "x", "Type": 5}],
            [{"Text": "x", "Type": "0"}],
            [{}],
            [{"Text": "x" * 256}],
        ],
    )
    def test_what_are_none_is_refused(self, ben: Person, body: Any) -> None:
        path = f"/object/{ben.link()}/tags"
        assert ben.status("POST", path + "/add", json=body) == 400
        assert ben.status("POST", path + "/remove", json=body) == 400

    def test_private_ones_are_their_owners(self, world: World, ben: Person, cleo: Person) -> None:
        shown = ben.presentation(Tags=[{"Text": "sea", "Type": 0}, {"Text": "mine", "Type": 1}])
        world.ben.put(f"/eportfolios/{ben.portfolio_of(shown)}", data={"eportfolio[public]": "true"})
        assert (
            cleo.get(f"/object/{shown}/tags/") == [{"Text": "sea", "Type": 0}] == cleo.get(f"/object/{shown}")["Tags"]
        )
        assert len(ben.get(f"/object/{shown}/tags/")) == 2


class TestTagsOfSeveral:
    def test_they_come_by_id(self, world: World, ben: Person, cleo: Person) -> None:
        tags = [{"Text": "mine", "Type": 1}, {"Text": "sea", "Type": 0}]
        tagged, bare, shown = ben.link(Tags=tags), ben.reflection(), ben.presentation(Tags=tags)
        world.ben.put(f"/eportfolios/{ben.portfolio_of(shown)}", data={"eportfolio[public]": "true"})
        asked = f" {tagged},{bare},,{shown}, {tagged},999999999,{'9' * 19}"
        assert ben.get("/objects/tags/", objects=asked) == {str(tagged): tags, str(bare): [], str(shown): tags}
        assert cleo.get("/objects/tags", objects=shown) == {str(shown): tags[1:]}

    def test_one_that_may_not_be_seen_refuses_them_all(self, ben: Person, cleo: Person) -> None:
        reply = cleo.ask("GET", "/objects/tags/", params={"objects": f"{cleo.link()},{ben.link()}"})
        assert (reply.status_code, reply.content) == (403, NOT_AUTHORIZED)

    def test_none_that_is_there_is_404(self, ben: Person) -> None:
        gone = ben.reflection()
        ben.delete(f"/reflection/{gone}")
        assert ben.status("GET", "/objects/tags/", params={"objects": f"{gone},999999999"}) == 404

    @pytest.mark.parametrize("sent", [None, "", ",", "x", "1,x", "1.5", "-1", "1" * 20, ",".join(["1"] * 101)])
    def test_what_is_no_list_is_400(self, ben: Person, sent: str | None) -> None:
        asked = {} if sent is None else {"objects": sent}
        assert ben.status("GET", "/objects/tags/", params=asked) == 400

    def test_ones_own_take_three_statements_however_many(self, world: World, ben: Person) -> None:
        ids = [ben.link() for _ in range(5)]
        ben.get("/objects/my/")
        few = world.statements_of(lambda: ben.get("/objects/tags/", objects=ids[0]))
        many = world.statements_of(lambda: ben.get("/objects/tags/", objects=",".join(map(str, ids))))
        assert few == many <= 3


class TestTagsOnSeveral:
    def test_they_are_put_on_and_taken_off(self, ben: Person) -> None:
        link, shown = ben.link(Tags=[{"Text": "Sea", "Type": 0}]), ben.presentation()
        query = f"/objects/tags/{{}}?objects={link},{shown},9000000"
        sea, mine = {"Text": "Sea", "Type": 0}, {"Text": "mine", "Type": 1}
        added = ben.post(query.format("add"), [{"Text": "SEA", "Type": 0}, mine])
        assert added == {str(link): [mine, sea], str(shown): [mine, {"Text": "SEA", "Type": 0}]}
        assert ben.get(f"/objects/tags/?objects={link},{shown}") == added
        assert ben.post(query.format("remove"), [{"Text": "sea", "Type": 0}]) == {str(link): [mine], str(shown): [mine]}

    def test_one_that_may_not_be_changed_refuses_them_all(self, world: World, ben: Person, cleo: Person) -> None:
        mine, hers = ben.link(Tags=[{"Text": "sea", "Type": 0}]), cleo.presentation()
        world.cleo.put(f"/eportfolios/{cleo.portfolio_of(hers)}", data={"eportfolio[public]": "true"})
        for verb in ("add", "remove"):
            path = f"/objects/tags/{verb}?objects={mine},{hers}"
            assert ben.status("POST", path, json=[{"Text": "sea", "Type": 0}, {"Text": "x", "Type": 0}]) == 403
        assert ben.get(f"/object/{mine}/tags/") == [{"Text": "sea", "Type": 0}]

    @pytest.mark.parametrize("verb", ["add", "remove"])
    def test_what_are_none_and_who_is_nobody_is_refused(self, ben: Person, verb: str) -> None:
        link, path = ben.link(), f"/objects/tags/{verb}"
        assert ben.status("POST", path, json=[{"Text": "x"}]) == 400
        assert ben.status("POST", f"{path}?objects=x", json=[{"Text": "x"}]) == 400
        assert ben.status("POST", f"{path}?objects={link}", json={"Text": "x"}) == 400
        assert ben.status("POST", f"{path}?objects={link}", json=[{"Text": " "}]) == 400
        assert ben.status("POST", f"{path}?objects=9000000", json=[{"Text": "x"}]) == 404
        assert Person(ben.world, None).status("POST", f"{path}?objects={link}", json=[{"Text": "x"}]) == 401


class TestCompletingATag:
    def test_it_gives_those_of_ones_own_that_begin_so(self, ben: Person, cleo: Person) -> None:
        ben.link(
            Tags=[
                {"Text": "Seaside", "Type": 0},
                {"Text": "sea", "Type": 0},
                {"Text": "sea", "Type": 1},
                {"Text": "oversea", "Type": 0},
            ]
        )
        ben.reflection(Tags=[{"Text": "SEASIDE", "Type": 0}, {"Text": "50%_off", "Type": 0}])
        ben.delete(f"/artifact/{ben.link(Tags=[{'Text': 'seagull', 'Type': 0}])}")
        cleo.link(Tags=[{"Text": "seaweed", "Type": 0}])
        sea = [{"Text": "sea", "Type": 0}, {"Text": "sea", "Type": 1}]
        assert ben.post("/tags/autocomplete", "SEA")[:2] == sea
        assert [tag["Text"].lower() for tag in ben.post("/tags/autocomplete", {"Text": " se"})] == [
            "sea",
            "sea",
            "seaside",
        ]
        assert ben.post("/tags/autocomplete", "50%_")[0]["Text"] == "50%_off"
        assert ben.post("/tags/autocomplete", "%") == ben.post("/tags/autocomplete", "_") == []
        assert len(ben.post("/tags/autocomplete", "")) == 5

    def test_it_gives_twenty_at_most(self, ben: Person) -> None:
        ben.link(Tags=[{"Text": f"tag {number}", "Type": 0} for number in range(25)])
        assert len(ben.post("/tags/autocomplete", "tag")) == 20

    @pytest.mark.parametrize("body", [{}, 5, ["x"], {"Text": None}])
    def test_what_is_no_text_is_refused(self, ben: Person, body: Any) -> None:
        assert ben.status("POST", "/tags/autocomplete", json=body) == 400


class TestCommentsBetween:
    def test_they_are_told_apart_by_whose_thing_and_whose_words(self, world: World, ben: Person, cleo: Person) -> None:
        mine, link, hers = ben.presentation(), ben.link(), cleo.presentation()
        for person, shown in ((ben, mine), (cleo, hers)):
            person.client.put(f"/eportfolios/{person.portfolio_of(shown)}", data={"eportfolio[public]": "true"})

        def say(person: Person, item: int) -> int:
            return int(person.post(f"/object/{item}/comments/new", "Well")["CommentId"])

        own, other, to_her, between = say(ben, link), say(cleo, mine), say(ben, hers), say(Person(world, "dov"), hers)
        world.do(lambda uow: artifacts.put_comment(uow, link, uid="u", body="<p>x</p>", created_at=uow.now))
        imported = between + 1

        def found(things: int, authors: int) -> list[int]:
            return [one["CommentId"] for one in ben.get(f"/objects/{things}/comments/{authors}")["Items"]]

        assert [found(1, 1), found(1, 2), found(1, 3)] == [
            [own, other, to_her, imported],
            [own, to_her],
            [other, imported],
        ]
        assert [found(2, 1), found(2, 2), found(2, 3)] == [[own, other, imported], [own], [other, imported]]
        assert [found(3, 1), found(3, 2), found(3, 3)] == [[to_her], [to_her], []]
        page = ben.get("/objects/1/comments/1", pagesize=2)
        assert [one["CommentId"] for one in page["Items"]] == [own, other]
        rest = ben.get("/objects/1/comments/1", bookmark=page["PagingInfo"]["Bookmark"])
        assert [one["CommentId"] for one in rest["Items"]] == [to_her, imported]
        assert ben.get(f"/object/{mine}")["HasUnreadComments"] is True
        cleo.delete(f"/presentation/{hers}")
        assert found(3, 1) == []

    @pytest.mark.parametrize(
        "path", ["0/comments/1", "4/comments/1", "1/comments/0", "mine/comments/1", "01/comments/1"]
    )
    def test_other_filters_are_not_found(self, ben: Person, path: str) -> None:
        assert ben.status("GET", f"/objects/{path}") == 404

    def test_pages_are_those_of_every_list_and_nobody_has_any(self, ben: Person) -> None:
        assert ben.status("GET", "/objects/1/comments/1?pagesize=0") == 400
        assert ben.get("/objects/1/comments/1") == {"PagingInfo": {"Bookmark": "", "HasMoreItems": False}, "Items": []}
        assert Person(ben.world, None).status("GET", "/objects/1/comments/1") == 401


class TestPresentations:
    def test_one_is_a_portfolio_in_canvas_at_once(self, world: World, ben: Person) -> None:
        made = ben.post(
            "/presentations/new",
            {"Name": "Shown", "BannerTitle": "Top", "BannerDescription": "<b>x</b><script></script>"},
        )
        assert (made["ObjectTypeId"], made["BannerTitle"], made["BannerDescription"]) == (400, "Top", "<b>x</b>")
        (portfolio,) = world.ben.get("/users/self/eportfolios").json()
        assert (portfolio["name"], portfolio["id"]) == ("Shown", ben.portfolio_of(made["ObjectId"]))
        assert made["ViewLink"].startswith(f"/eportfolios/{portfolio['id']}?")
        assert len(world.ben.get(f"/eportfolios/{portfolio['id']}/pages").json()) == 1
        path = f"/presentation/{made['ObjectId']}"
        renamed = ben.post(path, {"Name": "Renamed"})
        assert (renamed["Name"], renamed["BannerTitle"]) == ("Renamed", "Top")
        assert world.ben.get(f"/eportfolios/{portfolio['id']}").json()["name"] == "Renamed"
        ben.delete(path)
        assert world.ben.get("/users/self/eportfolios").json() == []
        assert world.root.put(f"/eportfolios/{portfolio['id']}/restore").status_code == 200
        assert ben.get(path)["Name"] == "Renamed"

    @as_each(*EVERYONE)
    def test_the_table_of_portfolios_decides(self, world: World, ben: Person, who: str) -> None:
        made = ben.presentation()
        person, path = Person(world, who), f"/presentation/{made}"
        moderates = who in ("root", "sub")
        assert person.status("GET", path) == (200 if moderates else 403)
        assert person.status("POST", path, json={"Name": "x"}) == 403
        world.ben.put(f"/eportfolios/{ben.portfolio_of(made)}", data={"eportfolio[public]": "true"})
        assert person.get(path)["Permissions"] == [1, 2, 3]
        assert person.status("POST", path, json={"Name": "x"}) == 403
        assert person.status("POST", f"/object/{made}/tags/add", json=[{"Text": "x", "Type": 0}]) == 403
        assert person.status("DELETE", path) == (200 if moderates else 403)

    def test_its_owner_only_reads_and_deletes_a_flagged_one(self, world: World, ben: Person) -> None:
        made = ben.presentation()
        world.root.put(f"/eportfolios/{ben.portfolio_of(made)}/moderate", data={"spam_status": "marked_as_spam"})
        path = f"/presentation/{made}"
        assert ben.get(path)["Permissions"] == ben.get("/objects/my/")["Items"][0]["Permissions"] == [1, 2, 3, 4, 5]
        assert ben.status("POST", path, json={"Name": "x"}) == 403
        assert ben.status("POST", "/presentations/new", json={"Name": "x"}) == 403
        ben.delete(path)

    def test_who_has_no_place_makes_none(self, world: World) -> None:
        eve = Person(world, "eve")
        assert eve.status("POST", "/presentations/new", json={"Name": "x"}) == 403
        assert eve.status("POST", "/presentations/new", json={}) == 403
        assert eve.link()

    def test_a_name_is_one_that_portfolios_may_have(self, ben: Person) -> None:
        assert ben.status("POST", "/presentations/new", json={"Name": "x" * 256}) == 400
        assert ben.status("POST", "/presentations/new", json={"Name": "x", "BannerTitle": "x" * 513}) == 400
        assert ben.presentation("x" * 255)
        assert ben.reflection("x" * 512)

    def test_a_keyword_in_its_name_flags_it(self, world: World, ben: Person) -> None:
        world.use(eportfolio_title_spam_keywords=("bad",))
        made = ben.presentation("my bad page")
        assert (
            world.root.get(f"/eportfolios/{ben.portfolio_of(made)}").json()["spam_status"] == "flagged_as_possible_spam"
        )
