"""The API reference in a browser. Source: ARCHITECTURE §4, web.md W20."""

import os

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watched
from tests.world import World

pytestmark = pytest.mark.browser


def shown_on(page: Page) -> set[str]:
    """The ids of all operations on the page; they appear as one scrolls down to them."""
    found: set[str] = set()
    at_end = False
    while not at_end:
        found |= set(page.eval_on_selector_all(".opblock", "all => all.map(one => one.id.split('-').pop())"))
        at_end = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
        page.evaluate("scrollBy(0, innerHeight / 2)")
        page.wait_for_timeout(20)
    return found


@pytest.mark.parametrize("engine", ["sqlite"])
class TestTheReference:
    def test_it_shows_every_operation_and_asks_nobody_else(self, world: World, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}/api/docs")
        page.wait_for_selector("html[data-ready=yes]")
        page.wait_for_selector(".opblock")
        if folder := os.environ.get("QUAD_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/reference.png")
        paths = world.anyone.get("/api/openapi.json").json()["paths"]
        described = {operation["operationId"] for operations in paths.values() for operation in operations.values()}
        assert shown_on(page) == described
        assert watched.complaints == []
        assert watched.strangers(world.url) == []

    def test_a_signed_in_caller_can_try_an_operation(self, world: World, watched: Watched) -> None:
        page = watched.page
        page.goto(f"{world.url}/api/docs")
        page.wait_for_selector("html[data-ready=yes]")
        page.click("button.authorize")
        page.fill(".auth-container input", world.tokens["ada"])
        page.click(".auth-btn-wrapper .authorize")
        page.click(".auth-btn-wrapper .btn-done")
        page.fill("input.operation-filter-input", "/api/v1/users/{id}")
        operation = page.locator(".opblock", has=page.locator("[data-path='/api/v1/users/{id}']")).first
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator("input[placeholder=id]").fill("self")
        operation.locator("button.execute").click()
        answer = operation.locator(".live-responses-table .response-col_description .highlight-code").first
        answer.wait_for()
        assert "Ada Byron" in answer.inner_text()
        assert watched.complaints == []
