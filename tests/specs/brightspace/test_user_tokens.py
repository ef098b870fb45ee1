"""The browser's way to a user token. Source: brightspace-eportfolio.md §2.2."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from quadrangle.kernel.errors import Invalid
from quadrangle.tokens import leads_below, revoke_app, revoke_key, with_query
from tests.specs.auth.browser import Browser, form_of, query_of, signed_in
from tests.specs.brightspace.signing import Pair, call, make_app, sign
from tests.world import World

TOKEN = "/d2l/auth/api/token"
CANCEL = "/d2l/auth/api/cancel"
WHOAMI = "/d2l/api/lp/1.0/users/whoami"
TRUSTED = "https://client.example/cb"
TARGET = f"{TRUSTED}/in?x=1"
INVALID = (403, "text/plain; charset=utf-8", b"Invalid token")


@pytest.fixture
def app(world: World) -> Pair:
    return make_app(world, trusted_url=TRUSTED)


@pytest.fixture
def ben(world: World) -> Browser:
    return signed_in(world, "ben")


def asked(app: Pair, target: str = TARGET, **more: str) -> dict[str, str]:
    return {"x_a": app[0], "x_b": sign(app[1], target), "x_target": target} | more


def told(reply: httpx.Response) -> tuple[int, str, bytes]:
    assert "location" not in reply.headers
    return reply.status_code, reply.headers["content-type"], reply.content


def allow(browser: Browser, app: Pair, target: str = TARGET, **more: str) -> httpx.Response:
    page = browser.get(TOKEN, **asked(app, target, **more))
    assert page.status_code == 200, page.text
    return browser.post(TOKEN, data=form_of(page))


def keys(world: World) -> int:
    return int(world.sql("SELECT count(*) FROM id_keys")[0][0])


class TestAllowing:
    def test_a_page_asks_and_the_application_gets_a_pair_that_signs(
        self, world: World, ben: Browser, app: Pair
    ) -> None:
        page = ben.get(TOKEN, **asked(app))
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        for shown in ("Exporter", "Ben Okri", "client.example"):
            assert f"<strong>{shown}</strong>" in page.text
        assert keys(world) == 0
        back = ben.post(TOKEN, data=form_of(page))
        assert (back.status_code, back.headers["referrer-policy"]) == (302, "no-referrer")
        assert back.headers["cache-control"] == "no-store"
        got = query_of(back)
        assert set(got) == {"x", "x_a", "x_b"}
        assert back.headers["location"] == f"{TARGET}&x_a={got['x_a']}&x_b={got['x_b']}"
        said = call(world, app, (got["x_a"], got["x_b"]), WHOAMI)
        assert said.json()["Identifier"] == str(world.ids["ben"])

    def test_the_state_comes_back_as_it_was(self, ben: Browser, app: Pair) -> None:
        state = "a&b=c d/é%20+"
        assert query_of(allow(ben, app, x_state=state))["x_state"] == state
        assert "x_state" not in query_of(allow(ben, app, x_state=""))

    @pytest.mark.parametrize("more", [{"type": "mobile"}, {"type": "other"}, {"anything": "else"}])
    def test_the_type_changes_nothing(self, ben: Browser, app: Pair, more: dict[str, str]) -> None:
        assert allow(ben, app, **more).status_code == 302

    def test_case_and_a_trailing_slash_are_free(self, ben: Browser, app: Pair) -> None:
        for path in (TOKEN + "/", "/D2L/auth/API/Token"):
            assert ben.get(path, **asked(app)).status_code == 200

    def test_who_is_not_signed_in_does_so_first(self, world: World, app: Pair) -> None:
        browser = Browser(world)
        sent = browser.get(TOKEN, **asked(app, x_state="a b"))
        assert sent.headers["location"].startswith("/login?return_to=%2Fd2l%2Fauth%2Fapi%2Ftoken%3F")
        fields = form_of(browser.http.get(sent.headers["location"]))
        fields |= {"pseudonym_session[unique_id]": "ben@example.com", "pseudonym_session[password]": "correct horse"}
        back = browser.post("/login/canvas", data=fields)
        page = browser.http.get(back.headers["location"])
        assert query_of(browser.post(TOKEN, data=form_of(page)))["x_state"] == "a b"

    def test_a_user_has_one_token_for_an_application(self, world: World, ben: Browser, app: Pair) -> None:
        first, again = (query_of(allow(ben, app)) for _ in range(2))
        assert first == again
        hers = query_of(allow(signed_in(world, "cleo"), app))
        other = query_of(allow(ben, make_app(world, trusted_url=TRUSTED)))
        assert len({first["x_a"], hers["x_a"], other["x_a"]}) == 3

    def test_but_a_new_one_after_it_was_revoked(self, world: World, ben: Browser, app: Pair) -> None:
        first = query_of(allow(ben, app))
        world.do(lambda uow: revoke_key(uow, first["x_a"]))
        second = query_of(allow(ben, app))
        assert second["x_a"] != first["x_a"]
        assert call(world, app, (second["x_a"], second["x_b"]), WHOAMI).status_code == 200

    def test_and_a_new_one_each_time_where_tokens_age(self, world: World, app: Pair) -> None:
        world.use(brightspace_key_life=60)
        ben = signed_in(world, "ben")
        first = query_of(allow(ben, app))
        world.clock.advance(seconds=59)
        second = query_of(allow(ben, app))
        world.clock.advance(seconds=59)
        assert call(world, app, (first["x_a"], first["x_b"]), WHOAMI).content == b"Token expired"
        assert call(world, app, (second["x_a"], second["x_b"]), WHOAMI).status_code == 200


class TestTheForm:
    def test_it_must_come_from_our_page(self, world: World, ben: Browser, app: Pair) -> None:
        fields = form_of(ben.get(TOKEN, **asked(app)))
        for token in ("", "guessed"):
            reply = ben.post(TOKEN, data=fields | {"authenticity_token": token})
            assert (reply.status_code, keys(world)) == (422, 0)
        assert "location" not in reply.headers

    def test_it_needs_a_session(self, world: World, ben: Browser, app: Pair) -> None:
        fields = form_of(ben.get(TOKEN, **asked(app)))
        assert Browser(world).post(TOKEN, data=fields).status_code == 401
        bearer = Browser(world, authorization=f"Bearer {world.tokens['ben']}")
        assert bearer.post(TOKEN, data=fields).status_code == 401
        assert keys(world) == 0

    @pytest.mark.parametrize("change", [{"x_target": "https://evil.example/"}, {"x_b": "x"}, {"x_a": "other"}])
    def test_what_it_carries_is_checked_again(
        self, world: World, ben: Browser, app: Pair, change: dict[str, str]
    ) -> None:
        fields = form_of(ben.get(TOKEN, **asked(app)))
        assert told(ben.post(TOKEN, data=fields | change)) == INVALID
        assert keys(world) == 0

    def test_it_can_be_cancelled(self, world: World, ben: Browser, app: Pair) -> None:
        assert f'href="{CANCEL}"' in ben.get(TOKEN, **asked(app)).text
        page = ben.http.get(CANCEL, headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
        assert "Nothing was allowed" in page.text
        assert keys(world) == 0

    def test_a_program_that_is_cancelled_is_not_authorized(self, world: World) -> None:
        for path in (CANCEL, CANCEL + "/", CANCEL.upper()):
            reply = world.anyone.http.get(path)
            assert (reply.status_code, reply.content) == (403, b'{"Errors":[{"Message":"Not Authorized"}]}')


class TestARefusal:
    @pytest.mark.parametrize("name", ["x_a", "x_b", "x_target"])
    @pytest.mark.parametrize("value", [None, "", "other", "é☃"])
    def test_of_what_is_not_in_order(self, world: World, ben: Browser, app: Pair, name: str, value: str | None) -> None:
        sent = asked(app)
        if value is None:
            del sent[name]
        else:
            sent[name] = value
        for browser in (ben, Browser(world)):
            assert told(browser.get(TOKEN, **sent)) == INVALID

    def test_of_a_signature_of_something_else(self, ben: Browser, app: Pair) -> None:
        encoded = asked(app) | {"x_b": sign(app[1], quote(TARGET, safe=""))}
        with_another = asked((app[0], "another key"))
        for sent in (encoded, with_another):
            assert told(ben.get(TOKEN, **sent)) == INVALID

    def test_of_an_application_that_ended_or_trusts_no_address(self, world: World, ben: Browser, app: Pair) -> None:
        assert told(ben.get(TOKEN, **asked(make_app(world)))) == INVALID
        fields = form_of(ben.get(TOKEN, **asked(app)))
        world.do(lambda uow: revoke_app(uow, app[0]))
        assert told(ben.get(TOKEN, **asked(app))) == INVALID
        assert told(ben.post(TOKEN, data=fields)) == INVALID
        assert keys(world) == 0

    @pytest.mark.parametrize("target", ["https://client.example/cbx", "https://evil.example/cb", "//client.example/cb"])
    def test_of_an_address_it_did_not_register(self, world: World, ben: Browser, app: Pair, target: str) -> None:
        for browser in (ben, Browser(world)):
            assert told(browser.get(TOKEN, **asked(app, target))) == INVALID

    def test_of_more_than_can_be_come_back_to(self, ben: Browser, app: Pair) -> None:
        assert told(ben.get(TOKEN, **asked(app, x_state="x" * 4096))) == INVALID


class TestTheTrustedAddress:
    @pytest.mark.parametrize(
        ("trusted", "target"),
        [
            (TRUSTED, "https://client.example/cb"),
            (TRUSTED, "https://client.example/cb/"),
            (TRUSTED, "https://client.example/cb/deep?x=/../y#z"),
            (TRUSTED, "HTTPS://Client.Example:443/cb?x"),
            ("https://client.example:443/cb/", "https://client.example/cb"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://localhost:8080", "http://localhost:8080/any/thing"),
            ("http://[::1]:8080/", "http://[::1]:8080/cb"),
            (TRUSTED, "https://client.example/cb/a%2Fb"),
            (TRUSTED, "https://client.example/cb/..."),
        ],
    )
    def test_it_leads_to(self, trusted: str, target: str) -> None:
        assert leads_below(trusted, target)

    @pytest.mark.parametrize(
        "target",
        [
            "http://client.example/cb", "https://client.example:444/cb", "https://client.example/", "https://client.example/cbx",
            "https://client.example/CB", "https://client.example/x/cb", "https://client.example//cb", "https://www.client.example/cb",
            "https://client.example.evil.example/cb", "https://client.example./cb", "https://client.example@evil.example/cb",
            "https://evil.example@client.example/cb", "https://a:b@client.example/cb", "https://@client.example/cb",
            "https://evil.example\\@client.example/cb", "https://client.example\\.evil.example/cb", "https://client.example/cb\\..\\x",
            "https://client.example/cb/../x", "https://client.example/cb/..", "https://client.example/cb/./x", "https://client.example/cb/%2e%2e/x",
            "https://client.example/cb/%2E./x", "https://client.example/cb/%252e%252e/x", "https://client.example/cb/..%2fx",
            "https://client.example/cb/%5c..%5cx", "https://client.example/cb/..;/x", "https://client.example/cb%2fx", "https://client.example%2fcb",
            "https://client%2eexample/cb", "https:client.example/cb", "https:///client.example/cb", "/cb", "client.example/cb",
            "javascript://client.example/cb", "data:text/html,https://client.example/cb", "ftp://client.example/cb", "https://client.example:x/cb",
            "https://[client.example/cb", " https://client.example/cb", "https://client.example/cb ", "https://client.example/cb\r\nx: y",
            "https://client.example/\tcb", "https://client.example/cb/\u00e9", "https://\uff43lient.example/cb", "https://client.example/cb/\x00",
            "https://client.example/cb/<x>", 'https://client.example/cb/"x', "", "https://client.example/cb/" + "x" * 2000,
        ],
    )  # fmt: skip
    def test_but_never_to(self, target: str) -> None:
        assert not leads_below(TRUSTED, target)

    def test_and_nowhere_without_one(self) -> None:
        assert not leads_below(None, TRUSTED)

    @pytest.mark.parametrize(
        ("target", "result"),
        [
            ("https://c.example/cb", "https://c.example/cb?x_a=1%202"),
            ("https://c.example/cb?", "https://c.example/cb?x_a=1%202"),
            ("https://c.example/cb?x=1", "https://c.example/cb?x=1&x_a=1%202"),
            ("https://c.example/cb?x=1&", "https://c.example/cb?x=1&x_a=1%202"),
            ("https://c.example/cb?x#/in?y", "https://c.example/cb?x&x_a=1%202#/in?y"),
            ("https://c.example/cb#/in?y", "https://c.example/cb?x_a=1%202#/in?y"),
        ],
    )
    def test_what_it_gets_stands_beside_what_it_has(self, target: str, result: str) -> None:
        assert with_query(target, {"x_a": "1 2"}) == result

    @pytest.mark.parametrize(
        "url", ["nowhere", "ftp://c.example", "https://a@c.example", "https://c.example/../x", " "]
    )
    def test_an_application_cannot_register_what_is_none(self, world: World, url: Any) -> None:
        with pytest.raises(Invalid, match="trusted_url"):
            make_app(world, trusted_url=url)
