"""What one decides about oneself, in a real browser. Source: web.md W19, journey 8, journey 10."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCHEMES, WIDTHS, Watched, findings
from tests.browser.test_the_screens import sign_in
from tests.specs.files.conftest import uploaded
from tests.specs.tokens.helpers import app_token, make
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]


def shoot(page: Page, name: str) -> None:
    """Pictures for a person to look at."""
    if (folder := os.environ.get("QUAD_TEST_SCREENSHOTS")) is None:
        return
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


def press(page: Page, name: str) -> None:
    """A button, by keyboard."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


@pytest.fixture
def campus(world: World) -> World:
    make(world.ben, purpose="Notebook for the statistics course", expires_at="2026-05-01")
    make(world.ben, purpose="<b>Old</b>", expires_at="2025-05-01")
    make(world.ben, purpose="Robot", **{"scopes][": "url:GET|/api/v1/courses"})
    make(world.root, world.ids["ben"], purpose="Grade sync")
    app_token(world, "ben")
    uploaded(world, "ben", "/users/self", "tides <b>.csv", b"low,high\n" * 20_000)
    return world


class TestEveryScreen:
    @pytest.mark.parametrize(
        "path", ["", "/sign_in", "/tokens", "/tokens/new", "/tokens/one", "/apps", "/files", "/files/one/delete"]
    )
    def test_it_is_accessible_and_keeps_to_itself(self, campus: World, watched: Watched, path: str) -> None:
        page = watched.page
        token = campus.ben.get("/users/self/user_generated_tokens").json()[0]["id"]
        file = campus.ben.get("/users/self/files").json()[0]["id"]
        where = path.replace("tokens/one", f"tokens/{token}").replace("files/one", f"files/{file}")
        sign_in(page, campus, "ben", f"/profile/settings{where}")
        expect(page.locator("h1")).to_be_visible()
        shoot(page, f"settings{path.replace('/', '-')}")
        assert findings(page) == []
        assert watched.complaints == []
        assert watched.strangers(campus.url) == []

    @pytest.mark.parametrize("path", ["/tokens", "/apps", "/files"])
    def test_so_it_is_where_nothing_is_yet(self, world: World, watched: Watched, path: str) -> None:
        sign_in(watched.page, world, "eve", f"/profile/settings{path}")
        if path == "/tokens":
            world.eve.delete(f"/users/self/tokens/{world.eve.get('/users/self/user_generated_tokens').json()[0]['id']}")
            watched.page.reload()
        shoot(watched.page, f"settings-empty{path.replace('/', '-')}")
        assert findings(watched.page) == []
        assert watched.complaints == []


class TestAToken:
    """Journey 8, by keyboard."""

    def test_it_is_made_used_renewed_and_deleted(self, world: World, watched: Watched) -> None:
        page = watched.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(page, world, "ben", "/profile/settings/tokens")
        page.get_by_role("link", name="New token").focus()
        page.keyboard.press("Enter")
        page.get_by_label("What is it for?").focus()
        page.keyboard.type("Reading list")
        press(page, "Make it")
        expect(page.get_by_role("heading", name="“Reading list” is ready")).to_be_visible()
        shoot(page, "settings-token-made")
        assert findings(page) == []
        first = page.get_by_label("Your token").input_value()
        press(page, "Copy")
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == first
        assert world.with_token(first).get("/users/self").json()["id"] == world.ids["ben"]
        page.reload()
        expect(page).to_have_url(f"{world.url}/profile/settings/tokens")
        assert first not in page.content()
        made = [one for one in world.ben.get("/users/self/user_generated_tokens").json() if one["purpose"] != "tests"]
        assert len(made) == 1

        page.get_by_role("link", name="Reading list").press("Enter")
        press(page, "Make a new secret")
        second = page.get_by_label("Your token").input_value()
        assert second != first
        assert world.with_token(first).get("/users/self").status_code == 401
        assert world.with_token(second).get("/users/self").status_code == 200

        page.get_by_role("link", name="I have copied it").press("Enter")
        page.get_by_role("link", name="Reading list").press("Enter")
        press(page, "Delete for good")
        expect(page.get_by_role("status")).to_have_text(re.compile("works no longer"))
        expect(page.get_by_role("link", name="Reading list")).to_have_count(0)
        assert world.with_token(second).get("/users/self").status_code == 401
        assert watched.complaints == []
        assert watched.strangers(world.url) == []

    def test_one_chooses_what_it_may_do(self, world: World, watched: Watched) -> None:
        page = watched.page
        sign_in(page, world, "ben", "/profile/settings/tokens/new")
        page.get_by_label("What is it for?").fill("Robot")
        page.get_by_label("Only what you choose below").check()
        press(page, "Make it")
        expect(page.get_by_text("Choose at least one thing")).to_be_visible()
        assert findings(page) == []
        page.get_by_role("group", name="Courses", exact=True).get_by_label("see").check()
        press(page, "Make it")
        client = world.with_token(page.get_by_label("Your token").input_value())
        assert client.get("/courses").status_code == 200
        assert client.get("/users/self").status_code == 401


class TestABrowserThatStaysSignedIn:
    def test_it_is_asked_for_the_password_once(self, world: World, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}/login?return_to=/profile/settings/tokens")
        page.get_by_label("Login").fill("ben@example.com")
        page.get_by_label("Password").fill("correct horse")
        page.get_by_label("Stay signed in").check()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Is it really you?")).to_be_visible()
        shoot(page, "settings-confirm")
        assert findings(page) == []
        page.get_by_label("Password").fill("no")
        page.keyboard.press("Enter")
        expect(page.get_by_text("This is not your password.")).to_be_visible()
        page.get_by_label("Password").fill("correct horse")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Access tokens")).to_be_visible()
        assert [one for one in watched.complaints if "422" not in one] == []


def test_two_browsers(world: World, watched: Watched, browser: Any) -> None:
    """One signs out in the other, then everywhere."""
    other = browser.new_context().new_page()
    sign_in(other, world, "ben", "/courses")
    page = watched.page
    sign_in(page, world, "ben", "/profile/settings/sign_in")
    page.get_by_role("button", name=re.compile("Sign out: Chrome")).press("Enter")
    expect(page.get_by_role("status")).to_have_text(re.compile("signed out there"))
    other.goto(f"{world.url}/courses")
    expect(other.get_by_role("heading", name="Please sign in")).to_be_visible()
    press(page, "Sign out everywhere")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    other.context.close()


def test_a_lost_password(world: World, watched: Watched, browser: Any) -> None:
    """An administrator makes an address; whoever has it chooses the new password, and signs in with it."""
    page = watched.page
    sign_in(page, world, "root", f"/users/{world.ids['ben']}/reset_password")
    shoot(page, "reset-make")
    assert findings(page) == []
    page.get_by_role("button", name="Make an address for ben@example.com").press("Enter")
    address = page.get_by_label("Address to choose a new password at").input_value()
    shoot(page, "reset-made")
    assert findings(page) == []
    page.reload()
    assert address not in page.content()

    ben = Watched(browser.new_context().new_page())
    ben.page.goto(address)
    shoot(ben.page, "reset-choose")
    assert findings(ben.page) == []
    ben.page.get_by_label("New password", exact=True).fill("four quiet words here")
    ben.page.get_by_label("New password, once more").fill("four quiet words here")
    press(ben.page, "Set it")
    expect(ben.page.get_by_role("heading", name="Your new password counts")).to_be_visible()
    assert findings(ben.page) == []
    ben.page.get_by_role("link", name="Sign in").press("Enter")
    ben.page.get_by_label("Password").fill("four quiet words here")
    ben.page.keyboard.press("Enter")
    ben.page.wait_for_url(f"{world.url}/")
    assert [*watched.complaints, *ben.complaints] == []
    assert [*watched.strangers(world.url), *ben.strangers(world.url)] == []
    ben.page.context.close()
