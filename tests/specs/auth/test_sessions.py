"""Signing in and out, sessions below /api/v1, CSRF, one-time addresses. Source: conventions.md §1.5, web.md "Signing in"."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.specs.auth.browser import Browser, form_of
from tests.specs.tokens.helpers import FORBIDDEN, make
from tests.world import PASSWORD, World

UNPROCESSABLE = {"errors": [{"message": "An error occurred.", "error_code": "unprocessable_entity"}]}


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)


class TestSigningIn:
    def test_the_page_works_without_scripts_and_loads_nothing_from_elsewhere(self, browser: Browser) -> None:
        page = browser.get("/login")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert '<html lang="en">' in page.text
        assert '<label for="unique_id">' in page.text
        assert '<label for="password">' in page.text
        assert "<script" not in page.text
        assert form_of(page)["authenticity_token"] == browser.csrf
        assert browser.get("/static/quad.css").status_code == 200

    def test_it_begins_a_session(self, world: World, browser: Browser) -> None:
        reply = browser.sign_in("ada")
        assert reply.status_code == 302
        assert reply.headers["location"] == "/"
        cookies = reply.headers.get_list("set-cookie")
        session = next(one for one in cookies if one.startswith("quad_session="))
        assert "; HttpOnly" in session
        assert "; SameSite=Lax" in session
        assert "; Path=/" in session
        assert "Secure" not in session
        assert "Max-Age" not in session
        assert browser.get("/api/v1/users/self").json()["id"] == world.ids["ada"]

    def test_its_cookies_are_secure_under_https(self, browser: Browser) -> None:
        browser.http.headers["x-forwarded-proto"] = "https"
        fields = form_of(page := browser.get("/login"))
        assert "; Secure" in page.headers["set-cookie"]
        fields |= {"pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": PASSWORD}
        cookie = f"_csrf_token={fields['authenticity_token']}"
        reply = browser.post("/login/canvas", data=fields, headers={"cookie": cookie})
        assert all("; Secure" in one for one in reply.headers.get_list("set-cookie"))

    def test_it_keeps_only_digests(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        assert browser.session not in str(world.sql("SELECT * FROM sessions"))

    def test_it_ignores_case_and_blanks_around_the_login(self, browser: Browser) -> None:
        assert browser.sign_in("x", **{"pseudonym_session[unique_id]": "  ADA@Example.com "}).status_code == 302

    def test_it_works_for_a_program_that_never_asked_for_the_form(self, browser: Browser) -> None:
        fields = {"pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": PASSWORD}
        assert browser.post("/login/canvas", data=fields).status_code == 302

    def test_it_says_the_same_of_unknown_and_wrong_and_suspended(self, world: World, browser: Browser) -> None:
        world.sql(f"UPDATE logins SET workflow_state = 'suspended' WHERE user_id = {world.ids['dov']} RETURNING id")
        world.sql(f"UPDATE logins SET password_digest = NULL WHERE user_id = {world.ids['tia']} RETURNING id")
        world.sql(f"UPDATE logins SET authentication_provider_id = 7 WHERE user_id = {world.ids['dee']} RETURNING id")
        world.sql(f"UPDATE users SET workflow_state = 'deleted' WHERE id = {world.ids['cleo']} RETURNING id")
        pages = [browser.sign_in("ada", "wrong")]
        pages += [browser.sign_in(who) for who in ("nobody", "dov", "tia", "dee", "cleo", "")]
        assert {page.status_code for page in pages} == {401}
        words = {page.text.split('role="alert"')[1].split("</p>")[0] for page in pages}
        assert len(words) == 1
        assert browser.session is None
        assert PASSWORD not in pages[1].text

    def test_it_keeps_what_was_typed_and_escapes_it(self, browser: Browser) -> None:
        page = browser.sign_in("x", **{"pseudonym_session[unique_id]": '"><b>eve', "return_to": "/courses/1"})
        assert "&#34;&gt;&lt;b&gt;eve" in page.text
        assert form_of(page)["return_to"] == "/courses/1"

    @pytest.mark.parametrize("to", ["/courses/1?x=1#y", "/"])
    def test_it_goes_on_to_a_path_of_ours(self, browser: Browser, to: str) -> None:
        assert browser.sign_in("ada", return_to=to).headers["location"] == to

    @pytest.mark.parametrize(
        "to",
        [
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "javascript:alert(1)",
            "evil",
            "/\r\nset-cookie: a=b",
        ],
    )
    def test_it_goes_nowhere_else(self, browser: Browser, to: str) -> None:
        assert browser.sign_in("ada", return_to=to).headers["location"] == "/"

    def test_it_makes_a_new_session_id(self, world: World, browser: Browser) -> None:
        browser.http.cookies.set("quad_session", "chosen-by-somebody-else", domain="127.0.0.1")
        browser.sign_in("ada")
        first, csrf = browser.session, browser.csrf
        assert first != "chosen-by-somebody-else"
        browser.sign_in("ada")
        assert browser.session != first
        assert browser.csrf != csrf
        assert len(world.sql("SELECT id FROM sessions")) == 1

    def test_it_refuses_a_form_that_is_not_ours(self, world: World, browser: Browser) -> None:
        browser.get("/login")
        fields = {"pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": PASSWORD}
        assert browser.post("/login/canvas", data=fields).status_code == 422
        assert browser.post("/login/canvas", data={**fields, "authenticity_token": "x"}).status_code == 422
        for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
            assert Browser(world).post("/login/canvas", data=fields, headers=headers).status_code == 422
        assert Browser(world).post("/login/canvas", data=fields, headers={"origin": world.url}).status_code == 302

    @pytest.mark.parametrize("body", [b"", b"pseudonym_session=x", b"pseudonym_session[password][]=x", b"\xff=%ff"])
    def test_it_survives(self, browser: Browser, body: bytes) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert browser.post("/login/canvas", content=body, headers=headers).status_code in (400, 401)

    def test_it_slows_guessing_at_one_login(self, world: World, browser: Browser) -> None:
        fields = form_of(browser.get("/login"))

        def guess(_: int = 0) -> int:
            sent = {**fields, "pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": "no"}
            return browser.post("/login/canvas", data=sent).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(guess, range(12))) == [401] * 10 + [429] * 2
        right = {**fields, "pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": PASSWORD}
        refused = browser.post("/login/canvas", data=right)
        assert refused.status_code == 429
        assert "Too many tries" in refused.text
        assert browser.sign_in("ben").status_code == 302
        elsewhere = browser.post("/login/canvas", data=right, headers={"x-forwarded-for": "203.0.113.9"})
        assert elsewhere.status_code in (302, 422)

    def test_it_does_not_count_what_succeeds(self, browser: Browser) -> None:
        assert {browser.sign_in("ada").status_code for _ in range(12)} == {302}

    def test_it_notes_when_and_whence(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        rows = world.sql(f"SELECT last_login_at, current_login_ip FROM logins WHERE user_id = {world.ids['ada']}")
        assert rows[0][0] is not None
        assert rows[0][1] == "127.0.0.1"


class TestSigningOut:
    def test_it_ends_the_session(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        cookie = browser.session
        reply = browser.post("/logout", data={"authenticity_token": browser.csrf})
        assert (reply.status_code, reply.headers["location"]) == (302, "/login")
        assert browser.session is None
        assert world.sql("SELECT id FROM sessions") == []
        assert browser.http.get("/api/v1/users/self", headers={"cookie": f"quad_session={cookie}"}).status_code == 401

    def test_it_needs_the_csrf_token(self, browser: Browser) -> None:
        browser.sign_in("ada")
        assert browser.post("/logout").status_code == 422
        assert browser.get("/api/v1/users/self").status_code == 200

    def test_it_is_no_link(self, browser: Browser) -> None:
        assert browser.get("/logout").status_code == 404

    def test_it_is_nothing_without_a_session(self, browser: Browser) -> None:
        assert browser.post("/logout").status_code == 302


class TestASession:
    def test_it_counts_below_the_api(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        reply = browser.get("/api/v1/users/self")
        assert reply.status_code == 200
        assert reply.headers["x-session-id"]
        assert f"_csrf_token={browser.csrf}" in reply.headers["set-cookie"]
        assert "HttpOnly" not in reply.headers["set-cookie"]
        assert "x-session-id" not in world.ada.get("/users/self").headers
        assert "set-cookie" not in world.ada.get("/users/self").headers

    def test_it_gives_way_to_a_token(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        ben = {"authorization": f"Bearer {world.tokens['ben']}"}
        assert browser.http.get("/api/v1/users/self", headers=ben).json()["id"] == world.ids["ben"]
        reply = browser.http.post("/api/v1/users/self/tokens", headers=ben, data={"token[purpose]": "x"})
        assert reply.status_code == 200
        bad = browser.http.get("/api/v1/users/self", headers={"authorization": "Bearer wrong"})
        assert bad.status_code == 401

    def test_it_needs_the_csrf_token_to_change_anything(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        path, data = "/api/v1/users/self/tokens", {"token[purpose]": "x"}
        for sent in ({}, {"authenticity_token": "wrong"}, {"authenticity_token": ""}):
            reply = browser.post(path, data={**data, **sent})
            assert (reply.status_code, reply.json()) == (422, UNPROCESSABLE)
        assert browser.post(path, data=data, headers={"x-csrf-token": "wrong"}).status_code == 422
        assert browser.post(path, data=data, headers={"x-csrf-token": browser.csrf}).status_code == 200
        assert browser.post(path, data={**data, "authenticity_token": browser.csrf}).status_code == 200
        override = browser.post(path, data={"_method": "put"})
        assert override.status_code in (404, 422)

    def test_it_ends_after_a_day_without_use(self, world: World, browser: Browser) -> None:
        browser.sign_in("ada")
        world.clock.advance(hours=23, minutes=59)
        assert browser.get("/api/v1/users/self").status_code == 200
        world.clock.advance(hours=23, minutes=59)
        assert browser.get("/api/v1/users/self").status_code == 200
        world.clock.advance(hours=24)
        assert browser.get("/api/v1/users/self").status_code == 401

    def test_it_stays_for_fourteen_days_when_asked_to(self, world: World, browser: Browser) -> None:
        reply = browser.sign_in("ada", **{"pseudonym_session[remember_me]": "1"})
        assert any("quad_session" in one and "Max-Age=1209600" in one for one in reply.headers.get_list("set-cookie"))
        world.clock.advance(days=13, hours=23)
        assert browser.get("/api/v1/users/self").status_code == 200
        world.clock.advance(hours=1)
        assert browser.get("/api/v1/users/self").status_code == 401

    def test_it_may_not_use_the_token_routes_when_it_stays(self, world: World, browser: Browser) -> None:
        pending = make(world.root, world.ids["ada"])["id"]
        browser.sign_in("ada", **{"pseudonym_session[remember_me]": "1"})
        csrf = {"authenticity_token": browser.csrf}
        one = f"/api/v1/users/self/tokens/{pending}"
        replies = [
            browser.get("/api/v1/users/self/user_generated_tokens"),
            browser.get(one),
            browser.post("/api/v1/users/self/tokens", data={**csrf, "token[purpose]": "x"}),
            browser.http.put(one, data={**csrf, "token[purpose]": "x"}),
            browser.http.delete(one, params=csrf),
            browser.post(f"{one}/activate", data=csrf),
            browser.post(f"/profile/tokens/{pending}/activate", data=csrf),
        ]
        assert [reply.status_code for reply in replies] == [403] * 7
        assert replies[0].json() == FORBIDDEN

    @pytest.mark.parametrize("change", ["workflow_state = 'suspended'", "workflow_state = 'deleted'"])
    def test_it_ends_with_its_login(self, world: World, browser: Browser, change: str) -> None:
        browser.sign_in("ada")
        world.sql(f"UPDATE logins SET {change} WHERE user_id = {world.ids['ada']} RETURNING id")
        assert browser.get("/api/v1/users/self").status_code == 401

    @pytest.mark.parametrize("cookie", ["wrong", "", '"', "é", "x" * 5000])
    def test_it_is_not_made_of(self, browser: Browser, cookie: str) -> None:
        raw = b"quad_session=" + cookie.encode()
        assert browser.http.get("/api/v1/users/self", headers={b"cookie": raw}).status_code == 401

    def test_it_masquerades_below_the_api(self, world: World, browser: Browser) -> None:
        browser.sign_in("root")
        assert browser.get("/api/v1/users/self", as_user_id=world.ids["ada"]).json()["id"] == world.ids["ada"]

    def test_it_skips_the_sign_in_page(self, browser: Browser) -> None:
        browser.sign_in("ada")
        assert browser.get("/login", return_to="/courses/1").headers["location"] == "/courses/1"
        assert browser.get("/login", force_login="1").status_code == 200

    def test_it_activates_a_pending_token(self, world: World, browser: Browser) -> None:
        """tokens.md, worked cases 17 and 18."""
        made = make(world.root, world.ids["ada"])
        theirs = make(world.root, world.ids["ben"])
        browser.sign_in("ada")
        csrf = {"authenticity_token": browser.csrf}
        assert browser.post(f"/profile/tokens/{made['id']}/activate").status_code == 422
        assert browser.post(f"/profile/tokens/{theirs['id']}/activate", data=csrf).status_code == 404
        reply = browser.post(f"/profile/tokens/{made['id']}/activate", data=csrf)
        assert reply.status_code == 200
        assert reply.json()["visible_token"] == f"{made['token_hint']}..."
        assert world.with_token(made["token"]).get("/users/self").status_code == 200
        again = browser.post(f"/profile/tokens/{made['id']}/activate", data=csrf)
        assert (again.status_code, again.json()) == (400, {"errors": {"token": ["is already active"]}})


class TestAOneTimeAddress:
    def test_it_begins_a_session_once(self, world: World, browser: Browser) -> None:
        answer = world.ada.get("/login/session_token", return_to=f"{world.url}/courses/1")
        assert answer.status_code == 200
        assert answer.json().keys() == {"session_url"}
        address = answer.json()["session_url"]
        assert address.startswith(world.url)
        reply = browser.http.get(address)
        assert (reply.status_code, reply.headers["location"]) == (302, "/courses/1")
        assert browser.get("/api/v1/users/self").json()["id"] == world.ids["ada"]
        again = Browser(world).http.get(address)
        assert (again.status_code, again.headers["location"]) == (302, "/login")
        assert "set-cookie" not in again.headers

    def test_it_goes_stale(self, world: World, browser: Browser) -> None:
        address = world.ada.get("/login/session_token").json()["session_url"]
        world.clock.advance(minutes=5)
        assert browser.http.get(address).headers["location"] == "/login"
        assert browser.session is None

    def test_it_leads_nowhere_else(self, world: World, browser: Browser) -> None:
        answer = world.ada.get("/login/session_token", return_to="https://evil.example/")
        assert browser.http.get(answer.json()["session_url"]).headers["location"] == "/"

    def test_it_is_given_to_tokens_alone(self, world: World, browser: Browser) -> None:
        assert world.anyone.get("/login/session_token").status_code == 401
        browser.sign_in("ada")
        assert browser.get("/login/session_token").status_code == 401

    def test_it_is_won_by_one_of_many(self, world: World) -> None:
        address = world.ada.get("/login/session_token").json()["session_url"]
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(lambda _: Browser(world).http.get(address), range(6)))
        assert sorted(reply.headers["location"] for reply in replies) == ["/"] + ["/login"] * 5
