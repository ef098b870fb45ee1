"""The pages of a course, in a real browser. Source: web.md W8 to W11, journeys 3, 4 and 10."""

import re
from base64 import b64decode
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.web.test_pages import in_module, write
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]
TEXT = (
    "<p>The river rises in the hills above the town and reaches the sea after forty miles. We follow it on Friday.</p>"
    "<h2>What to bring</h2><ul><li>Boots</li><li>A net</li></ul><p>Ask <a href='/courses'>whoever</a> came last year.</p>"
)
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
TABLE = "<table><tr><th>Site</th><th>Depth</th><th>Temperature</th></tr><tr><td>Upper bridge</td><td>0.4 m</td><td>9 °C</td></tr></table>"


@pytest.fixture
def course(world: World) -> World:
    """A course with pages in every state."""
    first = write(world, "Welcome to the estuary", body=TEXT, published="1", front_page="1")
    world.clock.advance(hours=30)
    second = write(
        world,
        "What should we bring on Friday?",
        "ada",
        body=TEXT,
        published="1",
        editing_roles="teachers,students",
        student_todo_at="2026-02-20T17:00:00Z",
    )
    third = write(world, "Readings", body=TABLE, published="1")
    write(world, "Marking scheme", "tia", body=TEXT)
    write(world, "Second trip", "dee", body=TEXT, publish_at="2026-03-01T16:00:00Z")
    in_module(world, "Week one", [first, second, third])
    world.clock.advance(hours=20)
    address = f"{world.course}/pages/what-should-we-bring-on-friday"
    changed = TEXT.replace("forty miles", "forty-two miles").replace("<li>A net</li>", "<li>A net</li><li>A towel</li>")
    world.ben.put(address, {"wiki_page[body]": changed})
    world.clock.advance(hours=3)
    return world


def saved(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def write_in_editor(page: Page, words: str) -> None:
    inside = page.frame_locator(".tox-edit-area iframe").locator("body")
    inside.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


class TestEveryScreen:
    @pytest.mark.parametrize(
        ("who", "name", "path"),
        [
            ("ada", "pages", "/pages"),
            ("ben", "pages-student", "/pages"),
            ("ada", "page", "/pages/what-should-we-bring-on-friday"),
            ("ada", "page-waiting", "/pages/second-trip"),
            ("ada", "page-edit", "/pages/what-should-we-bring-on-friday/edit"),
            ("ben", "page-edit-student", "/pages/what-should-we-bring-on-friday/edit"),
            ("ada", "page-new", "/new_page"),
            ("ada", "page-history", "/pages/what-should-we-bring-on-friday/revisions"),
            ("ada", "page-history-side", "/pages/what-should-we-bring-on-friday/revisions?view=side"),
        ],
    )
    def test_it_is_accessible_and_keeps_to_itself(
        self, course: World, watched: Watched, who: str, name: str, path: str
    ) -> None:
        page = watched.page
        sign_in(page, course, who, "/courses")
        page.goto(f"{course.url}{course.course}{path}", wait_until="networkidle")
        expect(page.locator("h1")).to_be_visible()
        shoot(page, name)
        assert findings(page) == []
        assert watched.complaints == []
        assert watched.strangers(course.url) == []

    def test_so_it_is_where_nothing_is_yet_and_for_what_is_deleted(self, world: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, world, "ada", "/courses")
        page.goto(f"{world.url}{world.course}/pages")
        shoot(page, "pages-empty")
        assert findings(page) == []
        write(world, "Gone")
        world.ada.delete(f"{world.course}/pages/gone")
        page.goto(f"{world.url}{world.course}/pages?show=deleted")
        assert findings(page) == []
        page.get_by_role("button", name="Take “Gone” back").press("Enter")
        saved(page, "“Gone” is back.")


class TestATeachersPage:
    """Journey 3."""

    def test_it_is_written_scheduled_opened_to_students_compared_and_restored(
        self, world: World, watched: Watched, browser: Browser
    ) -> None:
        page = watched.page
        sign_in(page, world, "ada", "/courses")
        page.goto(f"{world.url}{world.course}/pages")
        page.get_by_role("link", name="Write the first one").press("Enter")
        page.get_by_label("Title").fill("Field trip")
        write_in_editor(page, "On Friday we follow the river, so bring boots and a net.")
        page.get_by_label("Publish it later").check()
        page.get_by_label("Publish it on").fill("2026-02-15T09:00")
        page.get_by_role("button", name="Save", exact=True).press("Enter")
        saved(page, "It will be published when its time comes")
        expect(page.get_by_text("Will be published 15 February 2026, 09:00")).to_be_visible()

        world.clock.advance(hours=5)
        world.work()
        page.reload()
        expect(page.get_by_text("Will be published")).to_have_count(0)
        page.get_by_role("link", name="Edit").press("Enter")
        page.get_by_label("It is the front page").check()
        page.get_by_label("Who may edit it").select_option(label="Teachers and students")
        page.get_by_role("button", name="Save", exact=True).press("Enter")
        saved(page, "“Field trip” is saved.")
        expect(page.get_by_text("Front page", exact=True)).to_be_visible()

        context: Any = browser.new_context()
        student = context.new_page()
        sign_in(student, world, "ben", world.course)
        expect(student.get_by_role("heading", name="Field trip")).to_be_visible()
        student.goto(f"{world.url}{world.course}/pages/field-trip/edit")
        write_in_editor(student, "On Friday we follow the river, so bring boots and a towel.")
        student.get_by_role("button", name="Save", exact=True).click()
        saved(student, "“Field trip” is saved.")
        context.close()

        page.goto(f"{world.url}{world.course}/pages/field-trip")
        page.locator(".page-head summary").press("Enter")
        page.get_by_role("link", name="Versions").press("Enter")
        expect(page.locator("ins")).to_have_text("towel.")
        expect(page.locator("del")).to_have_text("net.")
        page.get_by_role("link", name="Side by side").press("Enter")
        expect(page.locator("ins")).to_have_text("towel.")
        number = int(page.get_by_role("heading", name="From version").inner_text().split()[2])
        page.get_by_role("button", name=f"Bring version {number} back").press("Enter")
        saved(page, f"“Field trip” says again what version {number} said.")
        assert "net" in world.ada.get(f"{world.course}/pages/field-trip").json()["body"]
        page.get_by_role("button", name="Undo").press("Enter")
        saved(page, "says again what it said before")
        assert "towel" in world.ada.get(f"{world.course}/pages/field-trip").json()["body"]
        assert watched.complaints == []


class TestTwoEditors:
    """Journey 4."""

    def test_the_second_is_shown_both_texts_and_loses_nothing(
        self, course: World, watched: Watched, browser: Browser
    ) -> None:
        page = watched.page
        address = f"{course.url}{course.course}/pages/readings"
        sign_in(page, course, "ada", "/courses")
        page.goto(f"{address}/edit")
        expect(page.locator(".tox-edit-area")).to_be_visible()
        context: Any = browser.new_context()
        other = context.new_page()
        sign_in(other, course, "tia", "/courses")
        other.goto(f"{address}/edit")
        write_in_editor(other, "Read chapter four before you come.")
        other.get_by_role("button", name="Save", exact=True).click()
        saved(other, "“Readings” is saved.")
        context.close()

        write_in_editor(page, "Read chapter five before you come.")
        page.get_by_role("button", name="Save", exact=True).press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Tia Assist saved this page while you were writing.")
        expect(page.get_by_text("Read chapter four before you come.").first).to_be_visible()
        mine = page.frame_locator(".tox-edit-area iframe").locator("body")
        expect(mine).to_have_text("Read chapter five before you come.")
        shoot(page, "page-two-editors")
        assert findings(page) == []
        page.get_by_role("button", name="Save mine").press("Enter")
        saved(page, "“Readings” is saved.")
        expect(page.locator("article")).to_have_text("Read chapter five before you come.")
        page.goto(f"{address}/revisions")
        expect(page.locator(".compared del")).to_contain_text("four")
        assert [one for one in watched.complaints if "422" not in one] == []


class TestOnTheWay:
    def test_a_deletion_is_undone_by_keyboard(self, course: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, course, "ada", "/courses")
        page.goto(f"{course.url}{course.course}/pages")
        row = page.get_by_role("row").filter(has_text="Readings")
        row.locator("summary").press("Enter")
        row.get_by_role("button", name="Delete “Readings”").press("Enter")
        saved(page, "“Readings” was deleted.")
        page.get_by_role("button", name="Undo").press("Enter")
        saved(page, "“Readings” is back.")
        expect(page.get_by_role("link", name="Readings")).to_be_visible()

    def test_leaving_what_is_not_saved_asks_first(self, course: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, course, "ada", "/courses")
        page.goto(f"{course.url}{course.course}/pages/readings/edit", wait_until="networkidle")
        page.get_by_label("Title").fill("Something else")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Cancel").click()
        page.wait_for_url("**/readings")
        assert asked == ["beforeunload"]

    def test_without_scripts_one_writes_compares_and_restores(self, world: World, browser: Browser) -> None:
        context: Any = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
        page = context.new_page()
        sign_in(page, world, "ada", world.course)
        page.get_by_role("link", name="Write the first one").click()
        page.get_by_label("Title").fill("Plain")
        page.get_by_label("Text").fill("<p>Bring boots and a net to the river on Friday.</p>")
        page.get_by_label("Everybody in the course").check()
        page.get_by_role("button", name="Save").click()
        saved(page, "“Plain” is saved.")
        page.get_by_role("link", name="Edit").click()
        page.get_by_label("Text").fill("<p>Bring boots and a towel to the river on Friday.</p>")
        page.get_by_role("button", name="Save").click()
        page.locator("summary").filter(has_text="").last.click()
        page.get_by_role("link", name="Versions").click()
        expect(page.locator(".compared ins")).to_have_text("towel")
        page.get_by_role("button", name="Bring version 1 back").click()
        saved(page, "says again what version 1 said")
        context.close()

    def test_a_picture_is_put_among_the_files_of_the_course(self, course: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, course, "ada", "/courses")
        page.goto(f"{course.url}{course.course}/pages/readings/edit")
        page.get_by_role("button", name="Insert/edit image").click()
        page.get_by_role("tab", name="Upload").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Browse for an image").click()
        chooser.value.set_files({"name": "kingfisher.png", "mimeType": "image/png", "buffer": PIXEL})
        page.get_by_label("Alternative description").fill("A kingfisher")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.frame_locator(".tox-edit-area iframe").get_by_alt_text("A kingfisher")).to_have_attribute(
            "src", re.compile(rf"^{course.course}/files/\d+/preview$")
        )
        page.get_by_role("button", name="Save", exact=True).click()
        saved(page, "“Readings” is saved.")
        picture = page.get_by_alt_text("A kingfisher")
        expect(picture).to_be_visible()
        assert picture.evaluate("one => one.complete && one.naturalWidth") == 1
        assert watched.complaints == []
        assert watched.strangers(course.url) == []

    def test_what_was_typed_when_the_session_ended_is_sent_after_signing_in(
        self, course: World, watched: Watched
    ) -> None:
        page = watched.page
        sign_in(page, course, "ada", "/courses")
        page.goto(f"{course.url}{course.course}/pages/readings/edit")
        write_in_editor(page, "Read chapter six, all of it, before you come.")
        course.clock.advance(hours=25)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Nothing is lost")).to_be_visible()
        expect(page.get_by_label("What you wrote")).to_have_value(re.compile("Read chapter six"))
        sign_in(page.context.new_page(), course, "ada", "/courses")
        page.get_by_role("button", name="Send it again").click()
        saved(page, "“Readings” is saved.")
        expect(page.locator("article")).to_have_text("Read chapter six, all of it, before you come.")
