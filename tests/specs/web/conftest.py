"""People before screens."""

from collections.abc import Callable
from html.parser import HTMLParser

import httpx
import pytest

from tests.specs.auth.browser import Browser, signed_in
from tests.world import World

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words(page: httpx.Response) -> str:
    """What a page says, without its markup."""
    parser = _Words()
    parser.feed(page.text)
    return " ".join(" ".join(parser.found).split())


class Visitor:
    """Somebody with a browser, who posts forms with their token."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def get(self, path: str) -> httpx.Response:
        return self.browser.http.get(path, headers=HTML)

    def post(self, path: str, *, token: str | None = None, **fields: str) -> httpx.Response:
        data = {"authenticity_token": self.browser.csrf if token is None else token} | fields
        return self.browser.http.post(path, data=data, headers=HTML)

    def follow(self, reply: httpx.Response) -> httpx.Response:
        assert reply.status_code == 303, reply.text
        return self.get(reply.headers["location"])


@pytest.fixture
def visitor(world: World) -> Callable[[str | None], Visitor]:
    """visitor("ada") is signed in; visitor(None) is not."""

    def made(who: str | None) -> Visitor:
        browser = Browser(world) if who is None else signed_in(world, who)
        return Visitor(browser)

    return made
