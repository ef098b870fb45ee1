"""The calendar in a real browser. Source: web.md W12, journey 9, journey 10."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.web.test_calendar import event, opened
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]


@pytest.fixture
def campus(world: World) -> World:
    own, course = f"user_{world.ids['ben']}", f"course_{world.ids['physics']}"
    event(world, "ben", own, "Dentist")
    event(world, "ben", own, "Field trip to the coast", "2026-02-10T00:00-07:00", end_at="2026-02-12T23:00-07:00")
    lab = {"description": "<p>Bring <b>boots</b> and a notebook.</p>", "location_name": "Harbour, pier 3"}
    event(world, "ada", course, "Low water: laboratory outside", end_at="2026-02-20T13:00Z", **lab)
    for number in range(5):
        event(
            world,
            "ada",
            course,
            f"Talk {number}",
            f"2026-02-25T{15 + number}:00Z",
            end_at=f"2026-02-25T{16 + number}:00Z",
        )
    event(world, "root", opened(world, "root", auto=True), "Commencement", "2026-02-27T00:00-07:00", all_day="1")
    return world


class TestTheScreens:
    @pytest.mark.parametrize("name", ["month", "agenda", "event"])
    def test_it_is_accessible_and_keeps_to_itself(self, campus: World, watched: Watched, name: str) -> None:
        opened(campus, "science")
        page = watched.page
        sign_in(page, campus, "ben", "/calendar")
        if name != "month":
            page.get_by_role("link", name="List").press("Enter")
        if name == "event":
            page.get_by_role("link", name="Low water: laboratory outside").press("Enter")
            expect(page.get_by_text("Harbour, pier 3")).to_be_visible()
        shoot(page, f"calendar-{name}")
        assert findings(page) == []
        assert watched.complaints == []
        assert watched.strangers(campus.url) == []

    @pytest.mark.parametrize("view", ["month", "agenda"])
    def test_so_it_is_where_nothing_is_yet(self, world: World, watched: Watched, view: str) -> None:
        sign_in(watched.page, world, "eve", f"/calendar?view={view}")
        shoot(watched.page, f"calendar-empty-{view}")
        assert findings(watched.page) == []
        assert watched.complaints == []


def test_a_student_adds_a_calendar_that_an_administrator_opened(world: World, watched: Watched) -> None:
    """Journey 9, the student's half, by keyboard."""
    page = watched.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    event(world, "root", opened(world, "science"), "Open day")
    sign_in(page, world, "ben", "/calendar")
    expect(page.get_by_role("link", name="Open day")).to_have_count(0)
    page.get_by_role("button", name="Add “Science” to your calendar").press("Enter")
    expect(page.get_by_role("status")).to_have_text(re.compile("“Science” is in your calendar now."))
    expect(page.get_by_role("link", name="Open day")).to_be_visible()
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert "SUMMARY:Open day" in world.anyone.http.get(address).text
    page.get_by_role("button", name="Make a new address").press("Enter")
    expect(page.get_by_role("status")).to_have_text(re.compile("new address"))
    assert world.anyone.http.get(address).status_code == 404
    page.get_by_role("button", name="Remove “Science” from your calendar").press("Enter")
    expect(page.get_by_role("link", name="Open day")).to_have_count(0)
    assert watched.complaints == []
    assert watched.strangers(world.url) == []
