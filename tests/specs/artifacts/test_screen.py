"""Where ViewLink leads. Source: brightspace-eportfolio.md §6.2."""

import pytest

from tests.conftest import as_each
from tests.specs.auth.browser import Browser
from tests.specs.brightspace.ep import Person
from tests.world import World


def visit(world: World, who: str | None, path: str) -> tuple[int, str]:
    browser = Browser(world, accept="text/html")
    if who is not None:
        browser.sign_in(who)
    reply = browser.get(path)
    return reply.status_code, reply.text


@pytest.fixture
def ben(world: World) -> Person:
    return Person(world, "ben")


class TestTheScreenOfAThing:
    def test_it_shows_what_there_is_to_it(self, world: World, ben: Person) -> None:
        link = ben.post(
            "/artifacts/link/new",
            {
                "Name": "Tides & more",
                "Url": "https://tides.example/?a=1&b=2",
                "Description": "<p>Raw</p>",
                "Tags": [{"Text": "sea"}],
            },
        )
        status, text = visit(world, "ben", link["ViewLink"])
        assert status == 200
        for piece in (
            "<h1>Tides &amp; more</h1>",
            "<p>Raw</p>",
            'href="https://tides.example/?a=1&amp;b=2"',
            ">sea</span>",
        ):
            assert piece in text
        box = ben.collection("Box")
        ben.post(f"/collection/{box}/add/{link['ObjectId']}")
        status, text = visit(world, "ben", ben.get(f"/object/{box}")["ViewLink"] + "&pageId=7")
        assert (status, "Tides &amp; more</a>" in text) == (200, True)
        file = ben.upload()
        assert "tides.txt</a>" in visit(world, "ben", file["ViewLink"])[1]
        assert visit(world, "ben", ben.get(f"/object/{ben.presentation('Shown')}")["ViewLink"])[0] == 200
        assert visit(world, "ben", ben.get(f"/object/{ben.reflection()}")["ViewLink"])[0] == 200

    @as_each("ada", "cleo", "root")
    def test_it_is_refused_to(self, world: World, ben: Person, who: str) -> None:
        assert visit(world, who, ben.get(f"/object/{ben.link()}")["ViewLink"])[0] == 403

    def test_nobody_is_asked_to_sign_in_and_what_is_not_there_is_not_found(self, world: World, ben: Person) -> None:
        assert visit(world, None, ben.get(f"/object/{ben.link()}")["ViewLink"])[0] == 401
        assert [visit(world, "ben", f"/artifacts/{one}")[0] for one in ("999999", "x", "0")] == [404, 404, 404]
