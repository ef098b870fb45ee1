"""Every line T1 to T30 of the contract's checklist. T is Ada, S is Ben, AD is Root."""

from typing import Any

import pytest

from tests.specs.tokens.helpers import later, make
from tests.world import World

ROUTES = {
    "GET": "url:GET|/api/v1/users/:user_id/tokens/:id",
    "POST": "url:POST|/api/v1/users/:user_id/tokens",
    "PUT": "url:PUT|/api/v1/users/:user_id/tokens/:id",
    "DELETE": "url:DELETE|/api/v1/users/:user_id/tokens/:id",
}


class Contract:
    """The world as the checklist sees it: K is a token of Ada's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.k = make(world.ada, purpose="K")
        self.path = f"/users/self/tokens/{self.k['id']}"
        self.by_hint = f"/users/self/tokens/{self.k['token_hint']}"

    def works(self, secret: str) -> bool:
        return self.world.with_token(secret).get("/users/self").status_code == 200

    def scoped(self, method: str, **how: Any) -> int:
        scope = ROUTES[method]
        client = self.world.with_token(make(self.world.ada, **{"scopes][": scope})["token"])
        path = "/users/self/tokens" if method == "POST" else self.path
        return client.request(method, path, **how).status_code


@pytest.fixture
def contract(world: World) -> Contract:
    return Contract(world)


class TestTheContractOfTokens:
    def test_t1_show(self, contract: Contract) -> None:
        """T1."""
        assert contract.world.ada.get(contract.path).status_code == 200

    @pytest.mark.parametrize(
        ("method", "how"),
        [
            pytest.param("GET", {}, id="T2"),
            pytest.param("POST", {"data": {"token[purpose]": "x"}}, id="T7"),
            pytest.param("PUT", {"data": {"token[purpose]": "x"}}, id="T19"),
            pytest.param("DELETE", {}, id="T28"),
        ],
    )
    def test_scope(self, contract: Contract, method: str, how: dict[str, Any]) -> None:
        assert contract.scoped(method, **how) == 200
        assert ROUTES[method] in {route.scope for route in contract.world.app.router.routes}

    def test_t3_by_id(self, contract: Contract) -> None:
        """T3."""
        assert contract.world.ada.get(contract.path).json()["id"] == contract.k["id"]

    def test_t4_by_hint(self, contract: Contract) -> None:
        """T4."""
        assert contract.world.ada.get(contract.by_hint).json()["id"] == contract.k["id"]

    def test_t5_hint_in_the_answer(self, contract: Contract) -> None:
        """T5."""
        assert len(contract.k["token_hint"]) == 5

    def test_t6_create(self, contract: Contract) -> None:
        """T6."""
        assert contract.world.ada.post("/users/self/tokens", {"token[purpose]": "x"}).status_code == 200

    def test_t8_for_the_given_user_t9_usable_at_once(self, contract: Contract) -> None:
        """T8 T9."""
        assert contract.k["user_id"] == contract.world.ids["ada"]
        assert contract.works(contract.k["token"])

    def test_t10_pending_for_another_t11_unusable_t12_until_activated(self, contract: Contract) -> None:
        """T10 T11 T12."""
        world = contract.world
        made = make(world.root, world.ids["ada"])
        assert made["workflow_state"] == "pending"
        assert world.with_token(made["token"]).get("/users/self").status_code == 401
        world.ada.post(f"/users/self/tokens/{made['id']}/activate")
        assert contract.works(made["token"])

    def test_t13_purpose_is_required(self, contract: Contract) -> None:
        """T13."""
        world = contract.world
        assert world.ada.post("/users/self/tokens", {"token[expires_at]": later(world, days=1)}).status_code == 400
        assert make(world.ada, purpose="mine")["purpose"] == "mine"

    def test_t14_expires_at_is_optional(self, contract: Contract) -> None:
        """T14."""
        assert make(contract.world.ben)["expires_at"] is None

    def test_t15_expires_at_is_when_it_ends(self, contract: Contract) -> None:
        """T15."""
        world = contract.world
        end = later(world, seconds=2)
        made = make(world.ada, expires_at=end)
        assert made["expires_at"] == end
        assert contract.works(made["token"])
        world.clock.advance(seconds=2)
        reply = world.with_token(made["token"]).get("/users/self")
        assert reply.status_code == 401
        assert reply.json() == {"errors": [{"message": "Expired access token.", "expired_at": end}]}

    def test_t16_scopes_t17_are_optional(self, contract: Contract) -> None:
        """T16 T17."""
        scope = "url:GET|/api/v1/courses/:id"
        made = make(contract.world.ada, **{"scopes][": scope})
        assert made["scopes"] == [scope]
        assert contract.world.ada.get(f"/users/self/tokens/{made['id']}").json()["scopes"] == [scope]
        assert contract.k["scopes"] == []

    def test_t18_update_t20_changes_it(self, contract: Contract) -> None:
        """T18 T20."""
        ada = contract.world.ada
        assert ada.put(contract.path, {"token[purpose]": "y"}).status_code == 200
        assert ada.get(contract.path).json()["purpose"] == "y"

    def test_t21_update_by_hint(self, contract: Contract) -> None:
        """T21."""
        reply = contract.world.ada.put(contract.by_hint, {"token[purpose]": "y"})
        assert (reply.status_code, reply.json()["id"]) == (200, contract.k["id"])

    def test_t22_purpose_is_optional_t23_expires_at(self, contract: Contract) -> None:
        """T22 T23."""
        tomorrow = later(contract.world, days=1)
        body = contract.world.ada.put(contract.path, {"token[expires_at]": tomorrow}).json()
        assert (body["purpose"], body["expires_at"]) == ("K", tomorrow)

    def test_t24_scopes(self, contract: Contract) -> None:
        """T24."""
        body = contract.world.ada.put(contract.path, {"token[scopes][]": "url:GET|/api/v1/courses/:id"}).json()
        assert body["scopes"] == ["url:GET|/api/v1/courses/:id"]

    def test_t25_regenerate(self, contract: Contract) -> None:
        """T25."""
        body = contract.world.ada.put(contract.path, {"token[regenerate]": "true"}).json()
        assert body["token"] != contract.k["token"]
        assert not contract.works(contract.k["token"])
        assert contract.works(body["token"])

    def test_t26_without_it_the_secret_stays(self, contract: Contract) -> None:
        """T26."""
        contract.world.ada.put(contract.path, {"token[purpose]": "y"})
        assert contract.works(contract.k["token"])

    def test_t27_delete_t30_ends_it(self, contract: Contract) -> None:
        """T27 T30."""
        assert contract.world.ada.delete(contract.path).status_code == 200
        assert not contract.works(contract.k["token"])
        assert contract.world.ada.get(contract.path).status_code == 404

    def test_t29_delete_by_hint(self, contract: Contract) -> None:
        """T29."""
        assert contract.world.ada.delete(contract.by_hint).status_code == 200
