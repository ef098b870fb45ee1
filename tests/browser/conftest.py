"""A real Chromium, one a file of tests; a fresh page for every test, which notes what went wrong inside it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

# Chromium looks for its maker's servers at every start; a test must not depend on them.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(
    scope="module"
)  # no longer: while it lives this thread has a running loop, and asyncio.run of other tests fails
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise RuntimeError("chromium is missing: install it (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield made
        made.close()


class Watched:
    """A page with everything it complained about and everything it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requested: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))

    def strangers(self, origin: str) -> list[str]:
        """Addresses outside `origin` that the page asked for."""
        return [url for url in self.requested if not url.startswith((origin + "/", "data:", "blob:"))]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context: Any = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Watched(context.new_page())
    context.close()


WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")


def findings(page: Page) -> list[str]:
    """What axe-core finds wrong on a page, at the width of a telephone and of a desk, in light and in dark; and what does not fit in."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            where = f"{page.url} at {width} in {scheme}"
            for one in Axe().run(page).response["violations"]:
                found += [f"{where}: {one['id']}: {node['html']}" for node in one["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{where}: wider than the screen")
    return found
