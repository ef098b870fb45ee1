"""OAuth 2, every row of its tables. Source: conventions.md §2."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.specs.auth.browser import BACK, Browser, auth, client, code_for, form_of, query_of
from tests.specs.tokens.helpers import make
from tests.world import World

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPE = "url:GET|/api/v1/users/:id"
VERIFIER = "a-verifier-that-only-the-application-knows-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def ada(world: World) -> Browser:
    browser = Browser(world)
    browser.sign_in("ada")
    return browser


def token(world: World, **data: Any) -> httpx.Response:
    return world.anyone.post("/login/oauth2/token", data)


def problem(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


class TestAskingAUser:
    def test_an_unknown_client(self, ada: Browser) -> None:
        for sent in (auth("999"), {}, auth("\u2603")):
            reply = ada.get("/login/oauth2/auth", **sent)
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Canvas OAuth 2.0"
            assert reply.json() == problem("invalid_client", "unknown client")

    @pytest.mark.parametrize(
        "uri",
        [
            "https://evil.example/back", "https://evilrobot.example/", "https://robot.example.evil.example/", "", "robot.example",
            "//robot.example/back", "javascript:alert(1)//robot.example", "https://robot.example@evil.example/",
            "https://robot.example\\@evil.example/", "https://evil.example#robot.example", "https://robot.example:x/", "ftp://robot.example/",
            "https://[robot.example/", "https://robot.example/\r\nx: y", "https://röbot.example/",
        ],
    )  # fmt: skip
    def test_a_bad_address(self, world: World, ada: Browser, uri: str) -> None:
        reply = ada.get("/login/oauth2/auth", **{**auth(client(world)[0]), "redirect_uri": uri})
        assert reply.status_code == 400
        assert reply.json() == problem("invalid_request", "redirect_uri does not match client settings")

    @pytest.mark.parametrize(
        "uri",
        [BACK, "https://robot.example/other?x=1", "https://a.b.robot.example/", "http://ROBOT.example:8080/", OOB],
    )
    def test_a_good_address(self, world: World, ada: Browser, uri: str) -> None:
        reply = ada.get("/login/oauth2/auth", **{**auth(client(world)[0]), "redirect_uri": uri})
        assert reply.status_code == 302
        assert reply.headers["location"].startswith("/login/oauth2/confirm")

    @pytest.mark.parametrize("asked", ["", "url:GET|/api/v1/courses", f"{SCOPE} core:*:*"])
    def test_scopes_it_was_not_given(self, world: World, ada: Browser, asked: str) -> None:
        client_id, _ = client(world, scopes=[SCOPE])
        reply = ada.get("/login/oauth2/auth", **auth(client_id, scope=asked, state="s"))
        assert reply.headers["location"].startswith(f"{BACK}?error=invalid_scope&error_description=")
        assert query_of(reply)["state"] == "s"
        out_of_band = ada.get("/login/oauth2/auth", **{**auth(client_id, scope=asked), "redirect_uri": OOB})
        assert out_of_band.status_code == 400
        assert out_of_band.json()["error"] == "invalid_scope"

    @pytest.mark.parametrize("name", ["scope", "scopes"])
    def test_scopes_it_was_given(self, world: World, ada: Browser, name: str) -> None:
        client_id, secret = client(world, scopes=[SCOPE, "url:GET|/api/v1/courses/:id"])
        code = code_for(ada, client_id, **{name: SCOPE})
        given = token(world, client_id=client_id, client_secret=secret, code=code).json()
        used = world.with_token(given["access_token"])
        assert used.get("/users/self").status_code == 200
        assert used.get(world.course).json() == {"errors": [{"message": "Insufficient scopes on access token."}]}

    def test_a_key_that_is_not_enabled(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world)
        world.sql("UPDATE developer_keys SET workflow_state = 'inactive' RETURNING id")
        assert query_of(ada.get("/login/oauth2/auth", **auth(client_id)))["error"] == "unauthorized_client"

    @pytest.mark.parametrize("kind", ["token", "", "code token"])
    def test_another_response_type(self, world: World, ada: Browser, kind: str) -> None:
        reply = ada.get("/login/oauth2/auth", **{**auth(client(world)[0], state="s"), "response_type": kind})
        assert query_of(reply)["error"] == "unsupported_response_type"

    def test_without_asking_anybody(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world)
        asked = auth(client_id, prompt="none")
        assert query_of(Browser(world).get("/login/oauth2/auth", **asked))["error"] == "login_required"
        assert query_of(ada.get("/login/oauth2/auth", **asked))["error"] == "interaction_required"
        other = ada.get("/login/oauth2/auth", **auth(client_id, prompt="consent"))
        assert query_of(other)["error"] == "unsupported_prompt_type"
        trusted, _ = client(world, trusted=True)
        assert "code" in query_of(ada.get("/login/oauth2/auth", **auth(trusted, prompt="none")))

    def test_somebody_who_is_not_signed_in(self, world: World) -> None:
        client_id, _ = client(world)
        browser = Browser(world)
        sent = browser.get("/login/oauth2/auth", **auth(client_id, state="s", unique_id="ada@example.com"))
        assert sent.headers["location"].startswith("/login?return_to=")
        page = browser.http.get(sent.headers["location"])
        assert 'value="ada@example.com"' in page.text
        fields = form_of(page)
        fields |= {"pseudonym_session[unique_id]": "ada@example.com", "pseudonym_session[password]": "correct horse"}
        back = browser.post("/login/canvas", data=fields)
        asked = browser.http.get(back.headers["location"])
        assert asked.headers["location"].startswith("/login/oauth2/confirm?")
        answered = browser.post("/login/oauth2/accept", data=form_of(browser.http.get(asked.headers["location"])))
        assert query_of(answered)["state"] == "s"

    def test_somebody_who_must_sign_in_again(self, world: World, ada: Browser) -> None:
        sent = ada.get("/login/oauth2/auth", **auth(client(world)[0], force_login="1"))
        assert sent.headers["location"].startswith("/login?return_to=")
        assert "force_login=1" in sent.headers["location"]
        assert "force_login" not in query_of(sent)["return_to"]
        assert ada.http.get(sent.headers["location"]).status_code == 200

    def test_the_page_that_asks(self, world: World, ada: Browser) -> None:
        asked = ada.get("/login/oauth2/auth", **auth(client(world)[0], purpose='"<i>', state="<s>"))
        page = ada.http.get(asked.headers["location"])
        assert page.status_code == 200
        assert "Grade &lt;Robot&gt;" in page.text
        assert "<i>" not in page.text
        assert "Ada Byron" in page.text
        assert "robot.example" in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

    def test_acceptance(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world)
        asked = ada.get("/login/oauth2/auth", **auth(client_id, state="a b&c"))
        fields = form_of(ada.http.get(asked.headers["location"]))
        forged = ada.post("/login/oauth2/accept", data={**fields, "authenticity_token": "x"})
        assert forged.status_code == 422
        reply = ada.post("/login/oauth2/accept", data=fields)
        assert reply.headers["location"].startswith(f"{BACK}?code=")
        assert query_of(reply)["state"] == "a b&c"
        assert len(query_of(reply)["code"]) >= 64
        assert int(query_of(reply)["code"], 16)

    def test_acceptance_without_the_forms_fields(self, world: World, ada: Browser) -> None:
        """A program that walks through the pages answers with the CSRF token alone, as Canvas itself would have it."""
        ada.get("/login/oauth2/auth", **auth(client(world)[0], state="s"))
        reply = ada.post("/login/oauth2/accept", data={"authenticity_token": ada.csrf})
        assert query_of(reply)["state"] == "s"
        assert query_of(ada.get("/login/oauth2/deny")) == {
            "error": "access_denied",
            "error_description": "The resource owner or authorization server denied the request.",
            "state": "s",
        }

    def test_acceptance_needs_somebody(self, world: World) -> None:
        asked = auth(client(world)[0])
        assert Browser(world).post("/login/oauth2/accept", data=asked).status_code == 401
        assert world.ada.post("/login/oauth2/accept", asked).status_code == 401

    def test_acceptance_out_of_band(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        asked = ada.get("/login/oauth2/auth", **{**auth(client_id), "redirect_uri": OOB})
        reply = ada.post("/login/oauth2/accept", data=form_of(ada.http.get(asked.headers["location"])))
        assert reply.headers["location"].startswith("/login/oauth2/auth?code=")
        code = query_of(reply)["code"]
        assert code in ada.http.get(reply.headers["location"]).text
        assert token(world, client_id=client_id, client_secret=secret, code=code).status_code == 200

    def test_denial(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world)
        reply = ada.get("/login/oauth2/deny", **auth(client_id, state="s"))
        assert reply.headers["location"].startswith(f"{BACK}?error=access_denied")
        assert query_of(reply)["state"] == "s"
        out_of_band = ada.get("/login/oauth2/deny", **{**auth(client_id), "redirect_uri": OOB})
        assert out_of_band.headers["location"] == "/login/oauth2/auth?error=access_denied"
        assert ada.http.get(out_of_band.headers["location"]).status_code == 200

    def test_a_trusted_application_does_not_ask(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world, trusted=True)
        assert "code" in query_of(ada.get("/login/oauth2/auth", **auth(client_id)))

    def test_an_application_that_wants_to_know_who_one_is_may_be_remembered(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        asked = ada.get("/login/oauth2/auth", **auth(client_id, scope="/auth/userinfo"))
        fields = form_of(ada.http.get(asked.headers["location"]))
        code = query_of(ada.post("/login/oauth2/accept", data={**fields, "remember_access": "1"}))["code"]
        given = token(world, client_id=client_id, client_secret=secret, code=code)
        assert given.json()["access_token"] is None
        assert given.json()["user"]["name"] == "Ada Byron"
        again = ada.get("/login/oauth2/auth", **auth(client_id, scope="/auth/userinfo"))
        assert "code" in query_of(again)
        assert ada.get("/login/oauth2/auth", **auth(client_id)).headers["location"].startswith("/login/oauth2/confirm")


class TestExchangingACode:
    def test_it_gives_a_token_for_an_hour(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        code = code_for(ada, client_id, purpose="Grading")
        reply = token(world, client_id=client_id, client_secret=secret, code=code, grant_type="authorization_code")
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-store"
        body = reply.json()
        assert body == {
            "access_token": body["access_token"],
            "token_type": "Bearer",
            "user": {
                "id": world.ids["ada"],
                "name": "Ada Byron",
                "global_id": str(world.ids["ada"]),
                "effective_locale": "en",
            },
            "refresh_token": body["refresh_token"],
            "expires_in": 3600,
        }
        used = world.with_token(body["access_token"])
        assert used.get("/users/self").json()["id"] == world.ids["ada"]
        world.clock.advance(hours=1)
        assert used.get("/users/self").status_code == 401
        assert body["access_token"] not in str(world.sql("SELECT * FROM access_tokens"))
        assert body["refresh_token"] not in str(world.sql("SELECT * FROM access_tokens"))

    def test_it_takes_the_client_from_http_basic(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = {"authorization": f"Basic {basic}"}
        reply = world.anyone.request(
            "POST", "/login/oauth2/token", data={"code": code_for(ada, client_id)}, headers=headers
        )
        assert reply.status_code == 200
        for bad in ("Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe:x").decode()):
            reply = world.anyone.request("POST", "/login/oauth2/token", headers={"authorization": bad})
            assert reply.json() == problem("invalid_client", "unknown client")

    def test_it_works_once(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        sent = {"client_id": client_id, "client_secret": secret, "code": code_for(ada, client_id)}
        assert token(world, **sent).status_code == 200
        reply = token(world, **sent)
        assert (reply.status_code, reply.json()) == (400, problem("invalid_grant", "authorization_code not found"))

    def test_it_is_won_by_one_of_many_at_once(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        sent = {"client_id": client_id, "client_secret": secret, "code": code_for(ada, client_id)}
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: httpx.post(f"{world.url}/login/oauth2/token", data=sent), range(8)))
        assert sorted(reply.status_code for reply in replies) == [200] + [400] * 7
        rows = world.sql("SELECT id FROM access_tokens WHERE developer_key_id IS NOT NULL")
        assert len(rows) == 1

    def test_it_is_too_late_after_ten_minutes(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        code = code_for(ada, client_id)
        world.clock.advance(minutes=10)
        reply = token(world, client_id=client_id, client_secret=secret, code=code)
        assert reply.json() == problem("invalid_grant", "authorization_code not found")

    def test_an_unknown_client(self, world: World) -> None:
        for sent in ({}, {"client_id": "1"}, {"client_id": "1", "code": "x"}):
            reply = token(world, **sent)
            assert (reply.status_code, reply.json()) == (401, problem("invalid_client", "unknown client"))
            assert reply.headers["www-authenticate"] == "Canvas OAuth 2.0"

    @pytest.mark.parametrize("secret", ["wrong", "", None])
    def test_a_wrong_secret(self, world: World, ada: Browser, secret: str | None) -> None:
        client_id, right = client(world)
        code = code_for(ada, client_id)
        sent = {"client_id": client_id, "code": code} | ({} if secret is None else {"client_secret": secret})
        reply = token(world, **sent)
        assert (reply.status_code, reply.json()) == (401, problem("invalid_client", "invalid client"))
        assert reply.headers["www-authenticate"] == "Canvas OAuth 2.0"
        assert token(world, client_id=client_id, client_secret=right, code=code).status_code == 200

    @pytest.mark.parametrize(
        ("sent", "answer"),
        [
            ({"code": "x"}, problem("invalid_grant", "authorization_code not found")),
            (
                {"grant_type": "authorization_code"},
                problem(
                    "invalid_request",
                    "You must provide the code parameter when using the authorization_code grant type",
                ),
            ),
            (
                {"grant_type": "refresh_token"},
                problem(
                    "invalid_request",
                    "You must provide the refresh_token parameter when using the refresh_token grant type",
                ),
            ),
            ({"grant_type": "refresh_token", "refresh_token": "x"}, problem("invalid_request", "refresh_token not found")),
            *(
                (sent, problem("unsupported_grant_type", "The grant_type you requested is not currently supported"))
                for sent in ({"grant_type": "password"}, {"grant_type": "client_credentials"}, {})
            ),
        ],
    )  # fmt: skip
    def test_what_is_wrong(self, world: World, sent: dict[str, str], answer: dict[str, str]) -> None:
        client_id, secret = client(world)
        reply = token(world, client_id=client_id, client_secret=secret, **sent)
        assert (reply.status_code, reply.json()) == (400, answer)
        assert "www-authenticate" not in reply.headers

    def test_a_code_of_another_client(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        other_id, other_secret = client(world)
        code = code_for(ada, client_id)
        reply = token(world, client_id=other_id, client_secret=other_secret, code=code)
        assert (reply.status_code, reply.json()) == (400, problem("invalid_grant", "incorrect client"))
        assert token(world, client_id=client_id, client_secret=secret, code=code).status_code == 200

    def test_it_needs_no_csrf_token_beside_a_session(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        code = code_for(ada, client_id)
        sent = {"client_id": client_id, "client_secret": secret, "code": code}
        assert ada.post("/login/oauth2/token", data=sent).status_code == 200


class TestPkce:
    def test_a_public_client_proves_itself(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world, public=True)
        assert secret is None
        code = code_for(ada, client_id, code_challenge=CHALLENGE, code_challenge_method="S256")
        given = token(world, client_id=client_id, code=code, code_verifier=VERIFIER)
        assert given.status_code == 200
        assert world.with_token(given.json()["access_token"]).get("/users/self").status_code == 200

    def test_a_public_client_has_no_other_way(self, world: World, ada: Browser) -> None:
        client_id, _ = client(world, public=True)
        for sent in ({}, {"client_secret": "x"}, {"client_secret": ""}):
            code = code_for(ada, client_id, code_challenge=CHALLENGE, code_challenge_method="S256")
            reply = token(world, client_id=client_id, code=code, **sent)
            assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")

    @pytest.mark.parametrize("verifier", ["wrong", "", CHALLENGE, "ü"])
    def test_a_wrong_verifier_uses_the_code_up(self, world: World, ada: Browser, verifier: str) -> None:
        client_id, _ = client(world, public=True)
        code = code_for(ada, client_id, code_challenge=CHALLENGE, code_challenge_method="S256")
        reply = token(world, client_id=client_id, code=code, code_verifier=verifier)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")
        assert token(world, client_id=client_id, code=code, code_verifier=VERIFIER).status_code == 400

    @pytest.mark.parametrize("method", ["plain", "", "s256"])
    def test_another_method_is_no_pkce(self, world: World, ada: Browser, method: str) -> None:
        client_id, secret = client(world)
        asked = {"code_challenge": VERIFIER, "code_challenge_method": method}
        code = code_for(ada, client_id, **asked)
        assert token(world, client_id=client_id, client_secret=secret, code=code).status_code == 200
        code = code_for(ada, client_id, **asked)
        reply = token(world, client_id=client_id, client_secret=secret, code=code, code_verifier=VERIFIER)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")

    def test_a_client_with_a_secret_needs_both(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        code = code_for(ada, client_id, **asked)
        assert token(world, client_id=client_id, code=code, code_verifier=VERIFIER).status_code == 401
        reply = token(world, client_id=client_id, client_secret=secret, code=code, code_verifier=VERIFIER)
        assert reply.status_code == 200


class TestRefreshing:
    def test_it_gives_a_new_token_and_keeps_the_refresh_token(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        sent = {"client_id": client_id, "client_secret": secret}
        first = token(world, **sent, code=code_for(ada, client_id)).json()
        refresh = {**sent, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        world.clock.advance(hours=5)
        second = token(world, **refresh).json()
        assert "refresh_token" not in second
        assert second["expires_in"] == 3600
        assert world.with_token(second["access_token"]).get("/users/self").status_code == 200
        assert world.with_token(first["access_token"]).get("/users/self").status_code == 401
        assert token(world, **refresh).status_code == 200

    def test_it_is_not_for_another_client(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        other_id, other_secret = client(world)
        given = token(world, client_id=client_id, client_secret=secret, code=code_for(ada, client_id)).json()
        reply = token(
            world,
            client_id=other_id,
            client_secret=other_secret,
            grant_type="refresh_token",
            refresh_token=given["refresh_token"],
        )
        assert reply.json() == problem("invalid_request", "refresh_token not found")

    def test_it_is_over_once_the_token_is_deleted(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        given = token(world, client_id=client_id, client_secret=secret, code=code_for(ada, client_id)).json()
        assert world.with_token(given["access_token"]).delete("/login/oauth2/token").json() == {}
        reply = token(
            world,
            client_id=client_id,
            client_secret=secret,
            grant_type="refresh_token",
            refresh_token=given["refresh_token"],
        )
        assert reply.json() == problem("invalid_request", "refresh_token not found")


class TestRevoking:
    def test_it_ends_the_token_it_comes_with(self, world: World) -> None:
        used = world.with_token(make(world.ada)["token"])
        reply = used.delete("/login/oauth2/token")
        assert (reply.status_code, reply.json()) == (200, {})
        again = used.delete("/login/oauth2/token")
        assert again.json() == {"errors": [{"message": "Revoked access token."}]}

    def test_it_ends_web_sessions_too_when_asked(self, world: World, ada: Browser) -> None:
        used = world.with_token(make(world.ada)["token"])
        make(world.ada)
        used.delete("/login/oauth2/token", {"expire_sessions": "1"})
        assert ada.get("/api/v1/users/self").status_code == 401

    def test_it_leaves_them_otherwise(self, world: World, ada: Browser) -> None:
        world.with_token(make(world.ada)["token"]).delete("/login/oauth2/token")
        assert ada.get("/api/v1/users/self").status_code == 200

    def test_it_needs_a_token(self, world: World, ada: Browser) -> None:
        says = {"message": "can't delete OAuth access token when not using an OAuth access token"}
        for reply in (world.anyone.delete("/login/oauth2/token"), ada.http.delete("/login/oauth2/token")):
            assert (reply.status_code, reply.json()) == (400, says)


class TestHugeRequests:
    def test_they_are_answered(self, world: World, ada: Browser) -> None:
        client_id, secret = client(world)
        reply = token(world, client_id=client_id, client_secret=secret, code="x" * 1_000_000)
        assert reply.json()["error"] == "invalid_grant"
        reply = ada.http.get(
            f"/login/oauth2/auth?client_id={client_id}&state={quote('x' * 20_000)}&response_type=code&redirect_uri={quote(BACK)}"
        )
        assert reply.status_code in (302, 400, 414, 431)
