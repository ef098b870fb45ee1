"""The vendor's Python client, unmodified, before the objects of an ePortfolio. Source: brightspace-clients.md §1."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from d2lvalence.auth import fashion_app_context, fashion_user_context

from tests.specs.brightspace.ep import EP, Person
from tests.specs.brightspace.signing import make_app, make_key
from tests.world import World


class Vendor:
    """Somebody at the API by a signed `requests` call."""

    def __init__(self, world: World, who: str) -> None:
        app = make_app(world)
        user = make_key(world, app, who)
        self.world = world
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
        app = make_app(world)
        context = fashion_app_context(app_id=app[0], app_key=app[1]).create_anonymous_user_context(
            host=world.url.removeprefix("http://"), encrypt_requests=False
        )
        url = f"{world.url}{EP}/objects/my/"
        assert requests.get(url, auth=context, timeout=30).status_code == 403
