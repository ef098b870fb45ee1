"""A browser as far as these tests need one: it keeps cookies and reads the forms it is shown."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester
from quadrangle.tokens import create_developer_key
from tests.world import KEY, NO_TLS, PASSWORD, World

BACK = "https://robot.example/back"


class Browser:
    """Cookies, and no token."""

    def __init__(self, world: World, **headers: str) -> None:
        self.http = httpx.Client(base_url=world.url, headers=headers, timeout=30, verify=NO_TLS)
        world.closing.append(self.http.close)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.http.post(path, **how)

    @property
    def csrf(self) -> str:
        return self.http.cookies.get("_csrf_token") or ""

    @property
    def session(self) -> str | None:
        return self.http.cookies.get("quad_session")

    def sign_in(self, who: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Through the form, as people do."""
        fields = form_of(self.get("/login", force_login="1"))
        fields |= {
            "pseudonym_session[unique_id]": f"{who}@example.com",
            "pseudonym_session[password]": password,
            **more,
        }
        return self.post("/login/canvas", data=fields)


def form_of(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


def query_of(reply: httpx.Response) -> dict[str, str]:
    """What a redirect carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def signed_in(world: World, who: str) -> Browser:
    """The browser of somebody who has signed in."""
    browser = Browser(world)
    assert browser.sign_in(who).status_code == 302
    return browser


def client(world: World, **how: Any) -> tuple[str, str | None]:
    """An application: its id and secret."""

    async def work(uow: UnitOfWork) -> tuple[str, str | None]:
        return await create_developer_key(uow, Digester(KEY), **{"name": "Grade <Robot>", "redirect_uri": BACK, **how})

    made: tuple[str, str | None] = world.do(work)
    return made


def auth(client_id: str, **more: str) -> dict[str, str]:
    return {"client_id": client_id, "response_type": "code", "redirect_uri": BACK, **more}


def code_for(browser: Browser, client_id: str, **more: str) -> str:
    """A code, through the pages."""
    asked = browser.get("/login/oauth2/auth", **auth(client_id, **more))
    page = browser.http.get(asked.headers["location"])
    accepted = browser.post("/login/oauth2/accept", data=form_of(page))
    assert accepted.status_code == 302, accepted.text
    return query_of(accepted)["code"]
