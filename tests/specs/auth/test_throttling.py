"""The leaky bucket. Source: conventions.md §8. The figures of a test are made small, so that few requests fill a bucket."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from quadrangle.http.throttle import Attempts, Throttle
from tests.specs.auth.browser import Browser, client
from tests.specs.tokens.helpers import make
from tests.world import World

# One request in flight is already too many.
FULL = {"throttle": True, "throttle_up_front_cost": 600.0}


def bucket() -> Throttle:
    return Throttle(maximum=800, mark=600, outflow=10, up_front=50)


class TestTheBucket:
    def test_it_holds_a_dozen_requests_in_flight(self) -> None:
        throttle = bucket()
        assert [throttle.enter("a", 0.0) for _ in range(12)] == [True] * 11 + [False]
        assert throttle.enter("b", 0.0)

    def test_it_takes_the_real_cost_in_place_of_the_reserve(self) -> None:
        throttle = bucket()
        throttle.enter("a", 0.0)
        assert throttle.leave("a", 0.0, 0.25) == 599.75

    def test_it_leaks_ten_a_second_and_never_below_nothing(self) -> None:
        throttle = bucket()
        throttle.enter("a", 0.0)
        throttle.leave("a", 0.0, 100.0)
        assert throttle.level("a", 4.0) == 60.0
        assert throttle.level("a", 1000.0) == 0.0

    def test_it_never_holds_more_than_its_maximum(self) -> None:
        throttle = bucket()
        for _ in range(40):
            throttle.enter("a", 0.0)
        assert throttle.level("a", 0.0) == 800
        throttle.leave("a", 0.0, 5000.0)
        assert throttle.level("a", 0.0) == 800

    def test_it_does_not_leak_when_time_goes_back(self) -> None:
        throttle = bucket()
        throttle.enter("a", 10.0)
        assert throttle.level("a", 5.0) == 50.0


class TestAttempts:
    def test_they_are_counted_and_forgotten(self) -> None:
        attempts = Attempts(most=3, every=60)
        assert [attempts.begin("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
        assert attempts.begin("b", 0.0)
        assert not attempts.begin("a", 59.0)
        assert attempts.begin("a", 60.0)
        assert not attempts.begin("a", 61.0)

    def test_they_do_not_count_when_they_succeed(self) -> None:
        attempts = Attempts(most=2, every=60)
        for _ in range(9):
            assert attempts.begin("a", 0.0)
            attempts.succeeded("a", 0.0)


class TestThrottling:
    def test_it_tells_cost_and_rest_on_every_answer(self, world: World) -> None:
        world.use(throttle=True)
        wrong = world.with_token("wrong").get("/users/self")
        for reply in (
            world.ada.get("/users/self"),
            world.ada.get("/courses/999999"),
            wrong,
            world.anyone.get("/users/self"),
        ):
            assert 0 < float(reply.headers["x-request-cost"]) < 5
            assert 590 < float(reply.headers["x-rate-limit-remaining"]) < 600

    def test_it_is_off_without_a_trace(self, world: World) -> None:
        world.use(throttle=False, throttle_up_front_cost=600.0)
        reply = world.ada.get("/users/self")
        assert reply.status_code == 200
        assert "x-request-cost" not in reply.headers
        assert "x-rate-limit-remaining" not in reply.headers

    @pytest.mark.parametrize(
        ("status", "words"),
        [(429, "429 Too Many Requests (Rate Limit Exceeded)\n"), (403, "403 Forbidden (Rate Limit Exceeded)\n")],
    )
    def test_it_refuses_in_plain_text(self, world: World, status: Any, words: str) -> None:
        world.use(**FULL, throttle_status=status)
        reply = world.ada.get("/users/self")
        assert (reply.status_code, reply.text) == (status, words)
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.headers["x-rate-limit-remaining"] == "0.0"
        assert "x-request-cost" not in reply.headers
        assert "retry-after" not in reply.headers

    def test_it_comes_before_everything_else(self, world: World) -> None:
        world.use(**FULL)
        assert world.with_token("wrong").get("/users/self").status_code == 429
        assert world.ada.request("GET", "/nowhere?a=1&a[b]=2").status_code == 429

    def test_it_counts_each_token_by_itself(self, world: World) -> None:
        client_id, secret = client(world)
        world.use(throttle=True, throttle_outflow=0.001)
        sent = {"client_id": client_id, "client_secret": secret, "grant_type": "refresh_token", "refresh_token": "x"}
        for rest in (400, 200, 0):
            reply = world.anyone.post("/login/oauth2/token", sent)
            assert reply.status_code == 400
            assert float(reply.headers["x-request-cost"]) >= 200
            assert abs(float(reply.headers["x-rate-limit-remaining"]) - rest) < 5
        assert world.anyone.get("/users/self").status_code == 429
        assert world.ada.get("/users/self").status_code == 200
        assert world.anyone.get("/users/self", access_token=world.tokens["ben"]).status_code == 200

    def test_it_counts_addresses_behind_a_proxy_apart(self, world: World) -> None:
        client_id, _ = client(world)
        world.use(throttle=True, throttle_outflow=0.001)
        for _ in range(3):
            world.anyone.post("/login/oauth2/token", {"client_id": client_id})
        assert world.anyone.get("/users/self").status_code == 429
        headers = {"x-forwarded-for": "203.0.113.7"}
        assert world.anyone.request("GET", "/users/self", headers=headers).status_code == 401

    def test_it_does_not_keep_out_who_goes_on_asking(self, world: World) -> None:
        """What a refused request holds is given back when it is refused."""
        world.use(throttle=True, throttle_high_water_mark=60.0)
        family = world.app.families["canvas"]
        identity = family._identity_of(world.tokens["ada"])
        throttle = family._throttle
        assert throttle.enter(identity, time.monotonic())
        assert {world.ada.get("/users/self").status_code for _ in range(20)} == {429}
        throttle.leave(identity, time.monotonic(), 0.0)
        assert world.ada.get("/users/self").status_code == 200

    def test_it_gives_back_what_a_broken_request_held(self, world: World) -> None:
        world.use(throttle=True, throttle_high_water_mark=60.0, throttle_outflow=0.001)
        address = urlsplit(world.url)
        for _ in range(3):
            with socket.create_connection((address.hostname, address.port)) as wire:
                wire.sendall(
                    b"GET /api/v1/users/self HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\n\r\n"
                    % world.tokens["ada"].encode()
                )
        time.sleep(0.2)
        assert world.ada.get("/users/self").status_code == 200

    def test_it_counts_a_session_by_its_user_and_tells_it_nothing(self, world: World) -> None:
        browser = Browser(world)
        browser.sign_in("ada")
        world.use(
            throttle=True, throttle_allow=(f"user:{world.ids['ben']}",), throttle_block=(f"user:{world.ids['ada']}",)
        )
        refused = browser.get("/api/v1/users/self")
        assert refused.status_code == 429
        assert "x-rate-limit-remaining" not in refused.headers
        world.use(throttle=True)
        reply = browser.get("/api/v1/users/self")
        assert reply.status_code == 200
        assert "x-request-cost" not in reply.headers
        assert "x-rate-limit-remaining" not in reply.headers

    def test_a_made_up_session_is_an_address(self, world: World) -> None:
        world.use(throttle=True)
        reply = httpx.get(f"{world.url}/api/v1/users/self", headers={"cookie": "quad_session=made-up"})
        assert "x-request-cost" in reply.headers

    def test_it_never_touches_the_allowed(self, world: World) -> None:
        token = world.tokens["ada"]
        world.use(**FULL, throttle_allow=(token,))
        reply = world.ada.get("/users/self")
        assert reply.status_code == 200
        assert "x-rate-limit-remaining" not in reply.headers
        assert world.ben.get("/users/self").status_code == 429
        world.use(**FULL, throttle_allow=("127.0.0.1",))
        assert world.ben.get("/users/self").status_code == 200

    def test_it_always_refuses_the_blocked(self, world: World) -> None:
        world.use(throttle=True, throttle_block=(world.tokens["ada"],))
        assert world.ada.get("/users/self").status_code == 429
        assert world.ada.get("/users/self").headers["x-rate-limit-remaining"] == "0.0"
        assert world.ben.get("/users/self").status_code == 200
        world.use(throttle=True, throttle_block=("127.0.0.1",))
        assert world.ben.get("/users/self").status_code == 429

    def test_it_may_ask_for_a_user_agent(self, world: World) -> None:
        world.use(require_user_agent=True)
        assert world.ada.get("/users/self").status_code == 200
        made = make(world.ada)
        headers = {"user-agent": "", "authorization": f"Bearer {made['token']}"}
        assert httpx.get(f"{world.url}/api/v1/users/self", headers=headers).status_code == 403
