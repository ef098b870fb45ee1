"""The vendor's Python client and its helpers, unmodified, and programs that send a bearer token. Source: brightspace-clients.md §1 to §3, §6."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import requests
from d2lvalence.auth import fashion_app_context, fashion_user_context
from d2lvalence_util import service
from d2lvalence_util.data import D2LFile, SupportedVersionRequest

from tests.specs.auth.browser import form_of, signed_in
from tests.specs.brightspace.ep import EP, Person
from tests.specs.brightspace.signing import make_app, make_key
from tests.specs.courses.helpers import enroll, make
from tests.world import NO_TLS, World


class Vendor:
    """Somebody at the API by a signed `requests` call."""

    def __init__(self, world: World, who: str) -> None:
        app = make_app(world)
        user = make_key(world, app, who)
        self.world, self.app = world, app
        self.context = fashion_user_context(
            app_id=app[0],
            app_key=app[1],
            d2l_user_context_props_dict={
                "host": world.url.removeprefix("http://"),
                "encrypt_requests": False,
                "user_id": user[0],
                "user_key": user[1],
                "server_skew": 0,
            },
        )

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        return requests.request(
            method, self.world.url + EP + path, auth=self.context, timeout=30, allow_redirects=False, **how
        )

    def anonymous(self) -> Any:
        """The application alone."""
        context = fashion_app_context(app_id=self.app[0], app_key=self.app[1])
        return context.create_anonymous_user_context(
            host=self.world.url.removeprefix("http://"), encrypt_requests=False
        )


@pytest.fixture
def vendor(world: World) -> Vendor:
    """The client reads the clock of the machine, so that the world's is set to it."""
    world.clock.set(datetime.now(UTC))
    return Vendor(world, "ben")


class TestTheVendorsClient:
    def test_it_makes_reads_and_deletes_objects(self, vendor: Vendor) -> None:
        made = vendor.ask("POST", "/artifacts/link/new", json={"Name": "Tides", "Url": "https://example.com/"})
        assert vendor.context.interpret_result(made.status_code, made) == 1
        item = made.json()["ObjectId"]
        box = vendor.ask("POST", "/collections/new", json={"Name": "Box"}).json()["ObjectId"]
        added = vendor.ask("POST", f"/collection/{box}/add/{item}")
        assert (added.status_code, added.content) == (200, b"")
        shown = vendor.ask("GET", f"/collection/{box}/contents/", params={"c": True})
        assert [one["Name"] for one in shown.json()["Items"]] == ["Tides"]
        assert shown.json()["Items"][0]["Comments"] == []
        assert vendor.ask("DELETE", f"/artifact/link/{item}").status_code == 200
        assert vendor.ask("GET", f"/artifact/link/{item}").status_code == 404

    def test_it_walks_a_list_and_drops_a_blank_bookmark_on_the_way(self, vendor: Vendor) -> None:
        for number in range(3):
            vendor.ask("POST", "/reflections/new", json={"Name": f"Words {number}"})
        found, bookmark = [], ""
        while True:
            page = vendor.ask("GET", "/objects/my/", params={"bookmark": bookmark, "pagesize": 2}).json()
            found += [one["Name"] for one in page["Items"]]
            bookmark = page["PagingInfo"]["Bookmark"]
            if not page["PagingInfo"]["HasMoreItems"]:
                break
        assert found == ["Words 0", "Words 1", "Words 2"]

    def test_it_uploads_a_file_and_reads_it(self, vendor: Vendor) -> None:
        files = {"file": ("tides.txt", b"high and low", "text/plain")}
        made = vendor.ask("POST", "/artifacts/file/upload", params={"name": "Tides"}, files=files).json()
        assert (made["Name"], made["FileName"]) == ("Tides", "tides.txt")
        assert vendor.ask("GET", f"/object/{made['ObjectId']}/content").content == b"high and low"

    def test_it_understands_a_refusal(self, vendor: Vendor, world: World) -> None:
        hers = Person(world, "cleo").link()
        refused = vendor.ask("GET", f"/object/{hers}")
        assert vendor.context.interpret_result(refused.status_code, refused) == 4
        assert refused.json()["Errors"][0]["Message"] == "Not Authorized"

    def test_an_application_alone_is_nobody(self, vendor: Vendor, world: World) -> None:
        url = f"{world.url}{EP}/objects/my/"
        assert requests.get(url, auth=vendor.anonymous(), timeout=30).status_code == 403

    def test_two_calls_within_a_second_are_signed_alike_and_both_count(self, vendor: Vendor) -> None:
        made = [vendor.ask("POST", "/reflections/new", json={"Name": name}).json() for name in ("One", "Two")]
        assert [one["Name"] for one in made] == ["One", "Two"]

    @pytest.mark.parametrize("minutes", [-11, 11])
    def test_it_learns_the_time_from_a_refusal(self, vendor: Vendor, minutes: int) -> None:
        vendor.world.clock.advance(minutes=minutes)
        refused = vendor.ask("GET", "/objects/my/")
        assert vendor.context.interpret_result(refused.status_code, refused) == 4
        text, seconds = refused.text.split("\r\n")
        assert text == "Timestamp out of range"
        vendor.context.set_new_skew((int(seconds) - datetime.now(UTC).timestamp()) * 1000)
        assert vendor.ask("GET", "/objects/my/").status_code == 200

    def test_it_exports_a_list(self, vendor: Vendor) -> None:
        """As its helpers would, but for the comparison by which they fail: flags they misspell are passed over."""
        first = vendor.ask("POST", "/reflections/new", json={"Name": "One"}).json()["ObjectId"]
        flags = {"include_forms_items": False, "include_associated_items": True}
        task = vendor.ask("POST", "/export/new", json=[first], params=flags)
        assert (task.status_code, task.headers["content-type"]) == (200, "application/json; charset=utf-8")
        vendor.world.work()
        assert vendor.ask("GET", f"/export/{task.json()}/status").json() == 2


class TestThroughTheBrowser:
    @pytest.mark.parametrize("kind", [None, "mobile"])
    def test_it_sends_a_user_for_a_token_and_reads_what_comes_back(self, world: World, kind: str | None) -> None:
        world.clock.set(datetime.now(UTC))
        app = make_app(world, trusted_url="http://client.example:8080/auth")
        context = fashion_app_context(app_id=app[0], app_key=app[1])
        host, back = world.url.removeprefix("http://"), "http://client.example:8080/auth/back?session=a+b&x=%2F"
        url = context.create_url_for_authentication(host, back, connect_type=kind, encrypt_request=False)
        browser = signed_in(world, "ben")
        allowed = browser.post("/d2l/auth/api/token", data=form_of(browser.http.get(url)))
        sent_to = allowed.headers["location"]
        assert sent_to.startswith(back + "&")
        user = context.create_user_context(result_uri=sent_to, host=host, encrypt_requests=False)
        said = requests.get(f"{world.url}/d2l/api/lp/1.0/users/whoami", auth=user, timeout=30)
        assert said.json()["UniqueName"] == "ben@example.com"


class TestTheVendorsHelpers:
    def test_versions_need_no_user(self, vendor: Vendor) -> None:
        context = vendor.anonymous()
        assert {one["ProductCode"] for one in service.get_all_versions(context)} == {"ep", "lp"}
        assert service.get_versions_for_product_component(context, "eP").SupportedVersions == ["2.5"]
        assert service.get_version_for_product_component(context, "lp", "1.47").Supported is True
        asked = [SupportedVersionRequest("lp", "1.47"), SupportedVersionRequest("le", "1.79")]
        answer = service.check_versions(context, asked)
        assert answer.Supported is False
        assert [one["Supported"] for one in answer.props["Versions"]] == [True, False]

    def test_who_one_is_and_where_one_studies(self, vendor: Vendor) -> None:
        who = service.get_whoami(vendor.context)
        told = (who.Identifier, who.FirstName, who.LastName, who.UniqueName)
        assert told == (str(vendor.world.ids["ben"]), "Ben", "Okri", "ben@example.com")
        enroll(vendor.world, make(vendor.world, name="Botany", offer=True)["id"], "ben")
        page = service.get_my_enrollments(vendor.context, org_unit_type_id=3, params={"pagesize": 1})
        assert page.has_more_items()
        names = [one["OrgUnit"]["Name"] for one in page.props["Items"]]
        after = page.props["PagingInfo"]["Bookmark"]
        page = service.get_my_enrollments(vendor.context, org_unit_type_id=3, bookmark=after)
        names += [one["OrgUnit"]["Name"] for one in page.props["Items"]]
        assert (names, page.has_more_items()) == (["Physics", "Botany"], False)

    def test_everything_is_exported(self, vendor: Vendor) -> None:
        vendor.ask("POST", "/reflections/new", json={"Name": "What the tides taught"})
        task = service.start_ep_export_all_task(vendor.context, ver="2.5")
        assert service.get_ep_export_task_status(vendor.context, task, ver="2.5") == 0
        vendor.world.work()
        assert service.get_ep_export_task_status(vendor.context, task, ver="2.5") == 2
        package = service.get_ep_export_task_package(vendor.context, task, ver="2.5")
        assert b"What the tides taught" in zipfile.ZipFile(io.BytesIO(package)).read("leap2a.xml")

    def test_a_package_is_imported_for_oneself_and_for_others(self, vendor: Vendor, world: World) -> None:
        """In a form of their own making, which begins with an empty line and ends without one."""
        vendor.ask("POST", "/reflections/new", json={"Name": "What the tides taught"})
        task = service.start_ep_export_all_task(vendor.context, ver="2.5")
        world.work()
        package = service.get_ep_export_task_package(vendor.context, task, ver="2.5")
        file = D2LFile({"Name": "e.zip", "ContentType": "application/zip", "Stream": io.BytesIO(package)})
        cleo, root = Vendor(world, "cleo"), Vendor(world, "root")
        (hers,) = service.start_ep_import_task(cleo.context, file, ver="2.5")
        targets = [world.ids["cleo"], world.ids["ben"], 999_999_999]
        told = service.start_ep_import_task(root.context, file, targets, import_with_details=True, ver="2.5")
        again, his = told["SuccessfulJobIds"]
        assert (told["FailedUserIds"], len(told["ErrorMessages"])) == (targets[2:], 1)
        assert service.get_ep_import_task_status(cleo.context, hers, ver="2.5") == 0
        world.work()
        for who, one in ((cleo, hers), (cleo, again), (vendor, his)):
            assert service.get_ep_import_task_status(who.context, one, ver="2.5") == 2
        names = [one["Name"] for one in cleo.ask("GET", "/objects/my/").json()["Items"]]
        assert names == ["What the tides taught"]

    def test_its_own_version_is_obsolete(self, vendor: Vendor) -> None:
        with pytest.raises(requests.HTTPError, match="404"):
            service.start_ep_export_all_task(vendor.context)
        assert vendor.world.sql("SELECT count(*) FROM transfers") == [(0,)]


class TestABearerClient:
    """A token and a library for HTTP, as most programs of today. §3."""

    def test_with_requests(self, world: World) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {world.tokens['ben']}"
            who = session.get(f"{world.url}/d2l/api/lp/1.47/users/whoami", timeout=30).json()
            assert (int(who["Identifier"]), who["Pronouns"]) == (world.ids["ben"], None)
            made = session.post(
                f"{world.url}{EP}/artifacts/link/new", json={"Name": "A", "Url": "https://a.example"}, timeout=30
            )
            assert made.status_code == 200
            files = {"file": ("tides.txt", b"high", "text/plain")}
            assert session.post(f"{world.url}{EP}/artifacts/file/upload", files=files, timeout=30).status_code == 200
            task = session.post(f"{world.url}{EP}/export/new", json=[made.json()["ObjectId"]], timeout=30).json()
            world.work()
            package = session.get(f"{world.url}{EP}/export/{task}/package", timeout=30, stream=True)
            assert zipfile.ZipFile(io.BytesIO(package.content)).testzip() is None
            gone = session.delete(f"{world.url}{EP}/artifact/link/{made.json()['ObjectId']}", timeout=30)
            assert (gone.status_code, gone.content) == (200, b"")

    def test_with_httpx_that_follows_redirects_and_pages(self, world: World) -> None:
        for number in range(3):
            Person(world, "ben").link(f"Link {number}")
        headers = {"authorization": f"bearer {world.tokens['ben']}", "content-type": "application/json"}
        with httpx.Client(base_url=world.url, headers=headers, verify=NO_TLS, follow_redirects=True) as client:
            found: list[str] = []
            query = {"bookmark": "", "pagesize": "2", "c": "True"}
            while True:
                reply = client.get(f"{EP}/objects/my", params=query)
                assert reply.history == []
                found += [one["Name"] for one in reply.json()["Items"]]
                query["bookmark"] = reply.json()["PagingInfo"]["Bookmark"]
                if not reply.json()["PagingInfo"]["HasMoreItems"]:
                    break
        assert found == ["Link 0", "Link 1", "Link 2"]

    def test_who_repeats_what_was_limited_leaves_nothing_twice(self, world: World) -> None:
        Person(world, "ben").link()
        world.use(brightspace_credits=10)
        world.ben.get("/d2l/api/lp/1.0/users/whoami")
        again = [world.ben.http.post(f"{EP}/export/new/all") for _ in range(3)]
        assert {one.status_code for one in again} == {429}
        world.clock.advance(seconds=int(again[-1].headers["retry-after"]))
        assert world.ben.http.post(f"{EP}/export/new/all").status_code == 200
        assert world.sql("SELECT count(*) FROM transfers") == [(1,)]
