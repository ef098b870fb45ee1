"""What administrators and moderators do, in a real browser. Source: web.md W13 to W18, journeys 5, 6, 7 and 9."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched, findings
from tests.browser.test_the_screens import shoot, sign_in
from tests.specs.web.test_dashboard import make
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]


def fine(watched: Watched, world: World, name: str) -> None:
    """The screen is accessible, complains of nothing, and asks nobody else."""
    shoot(watched.page, name)
    assert findings(watched.page) == []
    assert watched.complaints == []
    assert watched.strangers(world.url) == []
    watched.page.set_viewport_size({"width": 1280, "height": 900})
    watched.page.emulate_media(color_scheme="light")


class TestReports:
    def test_a_run_is_watched_previewed_fetched_and_another_stopped(self, world: World, watched: Watched) -> None:
        """Journey 6."""
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/reports")
        fine(watched, world, "reports")
        page.get_by_role("link", name="Lists of people, courses and more").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Lists of people, courses and more")).to_be_visible()
        fine(watched, world, "report")
        page.get_by_role("button", name="Make the report").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Waiting for its turn")).to_be_visible()
        fine(watched, world, "report-waits")
        page.reload()
        expect(page.get_by_text("Waiting for its turn")).to_be_visible()
        world.work()
        expect(page.get_by_text("It is ready")).to_be_visible(timeout=10_000)
        page.get_by_role("link", name="courses.csv").click()
        expect(page.get_by_role("cell", name="PHY101")).to_be_visible()
        fine(watched, world, "report-ready")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Download").click()
        assert fetched.value.suggested_filename.startswith("provisioning_csv_15_Feb_2026")
        page.get_by_role("link", name="Make another").click()
        page.get_by_role("button", name="Make the report").click()
        page.get_by_role("button", name="Stop it").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_have_text("The report was stopped.")
        expect(page.get_by_text("It was stopped. There is no file.")).to_be_visible()
        page.get_by_role("link", name="Delete…").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Its file goes out of sight")
        page.get_by_role("button", name="Delete it").click()
        expect(page.get_by_role("status")).to_have_text("The run was deleted.")
        fine(watched, world, "report-history")

    def test_without_scripts_it_is_made_stopped_and_fetched_too(self, world: World, browser: Browser) -> None:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
        page = context.new_page()
        sign_in(page, world, "root", "/accounts/1/reports/unused_courses_csv")
        page.get_by_role("button", name="Make the report").click()
        expect(page.get_by_text("Waiting for its turn")).to_be_visible()
        world.work()
        page.get_by_role("link", name="See how far it is").click()
        expect(page.get_by_role("cell", name="PHY101")).to_be_visible()
        page.get_by_role("link", name="Delete…").click()
        page.get_by_role("button", name="Delete it").click()
        expect(page.get_by_text("None yet.")).to_be_visible()
        context.close()


class TestAnnouncements:
    def test_teachers_are_told_and_close_it_and_students_never_see_it(
        self, world: World, watched: Watched, browser: Browser
    ) -> None:
        """Journey 5."""
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/announcements")
        fine(watched, world, "announcements-none")
        page.get_by_role("link", name="Write one").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Heading").fill("Grades are due on Friday")
        inside = page.frame_locator(".tox-edit-area iframe")
        inside.locator("body").click()
        inside.locator("body").press_sequentially("Until noon, please.")
        page.get_by_label("A date", exact=True).check()
        page.get_by_label("Teacher", exact=True).check()
        page.get_by_role("button", name="Preview").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("article")).to_contain_text("Until noon, please.")
        expect(page.get_by_label("Teacher", exact=True)).to_be_checked()
        expect(page.frame_locator(".tox-edit-area iframe").locator("p")).to_have_text("Until noon, please.")
        fine(watched, world, "announcement-preview")
        page.get_by_role("button", name="Announce it").click()
        expect(page.get_by_role("status")).to_contain_text("is shown now")
        fine(watched, world, "announcements")
        for who, sees in (("ada", True), ("ben", False)):
            context = browser.new_context()
            other = context.new_page()
            sign_in(other, world, who)
            expect(other.get_by_role("article", name="Grades are due on Friday")).to_have_count(int(sees))
            if sees:
                other.get_by_role("button", name="Do not show “Grades are due on Friday” again").click()
                expect(other.get_by_role("article", name="Grades are due on Friday")).to_have_count(0)
            context.close()
        page.get_by_role("button", name="End “Grades are due on Friday” now").click()
        expect(page.get_by_role("heading", name="Over")).to_be_visible()


class TestModeration:
    def test_a_flagged_portfolio_is_read_and_marked_as_safe_by_keyboard(
        self, world: World, watched: Watched, browser: Browser
    ) -> None:
        """Journey 7."""
        world.use(eportfolio_title_spam_keywords=("watches",))
        make(world, "My collection of watches")
        gone = make(world, "Old notes", "cleo")
        world.cleo.delete(f"/eportfolios/{gone}")
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/eportfolio_moderation")
        card = page.get_by_role("article", name="My collection of watches")
        expect(card).to_contain_text("“watches”")
        card.locator("summary", has_text="What it says").focus()
        page.keyboard.press("Enter")
        expect(card).to_contain_text("Nothing entered yet")
        fine(watched, world, "moderation")
        card.get_by_role("button", name="“My collection of watches” is safe").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("it is open again")
        fine(watched, world, "moderation-quiet")
        page.get_by_role("link", name="Deleted").focus()
        page.keyboard.press("Enter")
        fine(watched, world, "moderation-deleted")
        page.get_by_role("button", name="Bring “Old notes” back").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("“Old notes” is back")
        student = browser.new_context().new_page()
        sign_in(student, world, "ben", "/dashboard/eportfolios")
        expect(student.get_by_role("article", name="My collection of watches")).not_to_contain_text("spam")
        student.context.close()


class TestCalendars:
    def test_calendars_are_shown_many_at_once_and_students_find_them(self, world: World, watched: Watched) -> None:
        """The administrator's half of journey 9."""
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/account_calendars")
        fine(watched, world, "account-calendars")
        page.get_by_role("checkbox", name="Shown: Science").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("1 calendar was changed.")
        assert [one["name"] for one in world.ben.get("/account_calendars").json()] == ["Science"]
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("2 calendars were changed.")
        expect(page.get_by_text("3 of 3 are shown")).to_be_visible()
        fine(watched, world, "account-calendars-shown")


class TestAccounts:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("accounts", "/accounts"),
            ("account", "/accounts/1"),
            ("account-settings", "/accounts/1/settings"),
            ("account-terms", "/accounts/1/terms"),
            ("account-people", "/accounts/1/users"),
            ("account-person-new", "/accounts/1/users/new"),
            ("account-person", "/accounts/1/users/102"),
            ("account-courses", "/accounts/1/courses"),
            ("account-course", "/accounts/1/courses/101"),
            ("account-course-new", "/accounts/1/courses/new"),
            ("account-sure", "/accounts/1/sub_accounts/102/delete"),
            ("account-permissions", "/accounts/1/permissions"),
            ("account-admins", "/accounts/1/admins"),
        ],
    )
    def test_it_is_accessible_and_keeps_to_itself(self, world: World, watched: Watched, name: str, path: str) -> None:
        sign_in(watched.page, world, "root", path)
        fine(watched, world, name)

    def test_settings_that_are_not_accepted_keep_what_was_typed(self, world: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/settings")
        page.get_by_label("Time zone").fill("Mars/Olympus")
        page.get_by_label("Time zone").press("Enter")
        expect(page.get_by_label("Time zone")).to_be_focused()
        expect(page.get_by_label("Time zone")).to_have_value("Mars/Olympus")
        assert findings(page) == []

    def test_somebody_is_added_found_and_appointed_by_keyboard(self, world: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, world, "root", "/accounts/1/users/new")
        page.get_by_label("Full name").focus()
        page.keyboard.type("Mary Somerville")
        page.get_by_label("Login").focus()
        page.keyboard.type("mary@example.com")
        page.get_by_label("Password").focus()
        page.keyboard.type("long enough")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Mary Somerville was added")
        page.get_by_label("Find").fill("somerv")
        page.keyboard.press("Enter")
        expect(page.get_by_role("row")).to_have_count(2)
        page.goto(f"{world.url}/accounts/1/admins")
        page.get_by_label("Their login").fill("mary@example.com")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Mary Somerville looks after Root U now")
