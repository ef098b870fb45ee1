"""A Brightspace application sends a browser for a user token. Source: brightspace-eportfolio.md §2.2."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.conftest import Watched, findings
from tests.specs.brightspace.signing import call, make_app, sign
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"])]

BACK = "https://client.example/back"


def sent(watched: Watched, world: World) -> tuple[str, str]:
    """The browser as an application sent it, after its user has signed in; the application's pair."""
    app = make_app(world, trusted_url=BACK)
    watched.page.route("https://client.example/**", lambda route: route.fulfill(body="Thank you"))
    query = urlencode({"x_a": app[0], "x_b": sign(app[1], BACK), "x_target": BACK, "x_state": "s 1"})
    watched.page.goto(f"{world.url}/d2l/auth/api/token?{query}")
    watched.page.get_by_label("Login").fill("ben@example.com")
    watched.page.get_by_label("Password").fill(PASSWORD)
    watched.page.get_by_role("button", name="Sign in").click()
    watched.page.get_by_role("heading", name="Allow Exporter?").wait_for()
    return app


def test_who_allows_it_is_led_back_with_keys_that_sign(watched: Watched, world: World) -> None:
    app = sent(watched, world)
    assert findings(watched.page) == []
    watched.page.get_by_role("button", name="Allow").click()
    watched.page.get_by_text("Thank you").wait_for()
    got = {name: values[0] for name, values in parse_qs(urlsplit(watched.page.url).query).items()}
    assert got["x_state"] == "s 1"
    said = call(world, app, (got["x_a"], got["x_b"]), "/d2l/api/lp/1.0/users/whoami")
    assert said.json()["UniqueName"] == "ben@example.com"
    assert watched.complaints == []


def test_who_cancels_stays_here(watched: Watched, world: World) -> None:
    sent(watched, world)
    watched.page.get_by_role("link", name="Cancel").click()
    watched.page.get_by_role("heading", name="Nothing was allowed").wait_for()
    assert findings(watched.page) == []
    assert not any(url.startswith("https://client.example") for url in watched.requested)
