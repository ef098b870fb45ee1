"""What an account may forbid, and what a token's scopes allow. Source: tokens.md §2 and §6, worked cases 22 to 24 and 30."""

from typing import Any

import pytest

from tests.specs.tokens.helpers import enrolled, make, root_settings
from tests.world import World

SELF = "url:GET|/api/v1/users/:id"
INSUFFICIENT = {"errors": [{"message": "Insufficient scopes on access token."}]}


class TestLimitingPersonalTokens:
    def test_it_leaves_reading_and_deleting(self, world: World) -> None:
        """Worked case 22."""
        path = f"/users/self/tokens/{make(world.eve)['id']}"
        root_settings(world, limit_personal_access_tokens=True)
        assert world.eve.post("/users/self/tokens", {"token[purpose]": "x"}).status_code == 403
        assert world.eve.put(path, {"token[regenerate]": "1"}).status_code == 403
        assert world.eve.get(path).status_code == 200
        assert world.eve.delete(path).status_code == 200

    def test_it_does_not_bind_who_makes_tokens_for_others(self, world: World) -> None:
        """Worked case 23."""
        root_settings(world, limit_personal_access_tokens=True)
        made = make(world.root)
        assert made["workflow_state"] == "active"
        renewed = world.root.put(f"/users/self/tokens/{made['id']}", {"token[regenerate]": "1"}).json()
        assert renewed["workflow_state"] == "active"
        assert make(world.root, world.ids["ada"])["workflow_state"] == "pending"

    def test_it_is_nothing_without_its_feature(self, world: World) -> None:
        root_settings(world, limit_personal_access_tokens=True, admin_manage_access_tokens=False)
        assert make(world.eve)["workflow_state"] == "active"


class TestRestrictingTokensOfStudents:
    @pytest.mark.parametrize("who", ["ben", "dov", "cleo", "eve"])
    def test_it_binds(self, world: World, who: str) -> None:
        """Worked case 24: a student, an observer, one who is both, one with no role at all."""
        if who == "cleo":
            enrolled(world, "cleo", "ObserverEnrollment")
        path = f"/users/self/tokens/{make(world.as_(who))['id']}"
        root_settings(world, restrict_personal_access_tokens_from_students=True)
        assert world.as_(who).post("/users/self/tokens", {"token[purpose]": "x"}).status_code == 403
        assert world.as_(who).put(path, {"token[regenerate]": "1"}).status_code == 403
        assert world.as_(who).delete(path).status_code == 200

    @pytest.mark.parametrize("who", ["ada", "tia", "dee", "sub", "root", "cleo"])
    def test_it_does_not_bind(self, world: World, who: str) -> None:
        """Worked case 24: one teaching or administrating role is enough."""
        if who == "cleo":
            enrolled(world, "cleo", "TeacherEnrollment")
        root_settings(world, restrict_personal_access_tokens_from_students=True)
        assert make(world.as_(who))["workflow_state"] == "active"

    def test_it_takes_no_rejected_teacher_for_one(self, world: World) -> None:
        enrolled(world, "ben", "TeacherEnrollment", state="rejected")
        root_settings(world, restrict_personal_access_tokens_from_students=True)
        assert world.ben.post("/users/self/tokens", {"token[purpose]": "x"}).status_code == 403


class TestScopes:
    def test_they_bind_when_there_are_any(self, world: World) -> None:
        """Worked case 30, with a route that every issue of the server has."""
        made = make(world.ada, **{"scopes][": "url:GET|/api/v1/courses/:id"})
        assert made["scopes"] == ["url:GET|/api/v1/courses/:id"]
        client = world.with_token(made["token"])
        assert client.get(world.course).status_code == 200
        reply = client.get("/users/self")
        assert (reply.status_code, reply.json()) == (401, INSUFFICIENT)
        assert "www-authenticate" not in reply.headers

    def test_they_bind_nobody_on_the_hosted_side(self, world: World) -> None:
        """Worked case 30, second half: stored and echoed, neither validated nor enforced."""
        world.use(reference="hosted")
        made = make(world.ada, **{"scopes][": "url:GET|/api/v1/nonsense"})
        assert made["scopes"] == ["url:GET|/api/v1/nonsense"]
        client = world.with_token(made["token"])
        assert client.get(world.course).status_code == 200
        assert client.get("/users/self").status_code == 200

    def test_they_bind_on_the_hosted_side_when_required(self, world: World) -> None:
        world.use(reference="hosted", require_scopes=True)
        made = make(world.ada, **{"scopes][": "url:GET|/api/v1/courses/:id"})
        assert world.with_token(made["token"]).get("/users/self").json() == INSUFFICIENT
        free = make(world.ada)
        assert world.with_token(free["token"]).get("/users/self").status_code == 200

    @pytest.mark.parametrize(
        "scopes",
        [
            "nonsense",
            "url:GET|/api/v1/nonsense",
            "url:PUT|/api/v1/users/:user_id/user_generated_tokens",
            "url:GET|/metrics",
            ["x", SELF],
            [{"a": 1}],
            {"a": 1},
            5,
            True,
        ],
    )
    def test_they_must_be_known(self, world: World, scopes: Any) -> None:
        reply = world.ada.post("/users/self/tokens", json={"token": {"purpose": "x", "scopes": scopes}})
        assert reply.status_code == 400
        says = "requested scopes must match scopes on developer key"
        assert reply.json() == {"errors": {"scopes": [{"attribute": "scopes", "type": says, "message": says}]}}

    @pytest.mark.parametrize("scope", ["core:*:*", "ep:*:*", SELF, "url:GET|/api/v1/users/:user_id"])
    def test_they_may_be(self, world: World, scope: str) -> None:
        made = world.ada.post("/users/self/tokens", json={"token": {"purpose": "x", "scopes": scope}})
        assert made.json()["scopes"] == [scope]

    def test_one_of_the_other_family_opens_nothing_here(self, world: World) -> None:
        made = make(world.ada, **{"scopes][": "core:*:*"})
        assert world.with_token(made["token"]).get("/users/self").json() == INSUFFICIENT

    def test_blanks_are_none(self, world: World) -> None:
        assert make(world.ada, **{"scopes][": ""})["scopes"] == []

    def test_they_are_changed_and_cleared(self, world: World) -> None:
        made = make(world.ada, **{"scopes][": "url:GET|/api/v1/courses/:id"})
        path = f"/users/self/tokens/{made['id']}"
        assert world.ada.put(path, {"token[purpose]": "y"}).json()["scopes"] == made["scopes"]
        assert world.ada.put(path, {"token[scopes][]": SELF}).json()["scopes"] == [SELF]
        assert world.with_token(made["token"]).get("/users/self").status_code == 200
        assert world.ada.put(path, {"token[scopes][]": ""}).json()["scopes"] == []

    def test_head_needs_the_scope_of_get(self, world: World) -> None:
        client = world.with_token(make(world.ada, **{"scopes][": SELF})["token"])
        assert client.request("HEAD", "/users/self").status_code == 200
        assert client.request("HEAD", world.course).status_code == 401

    def test_a_trailing_json_changes_nothing(self, world: World) -> None:
        client = world.with_token(make(world.ada, **{"scopes][": SELF})["token"])
        assert client.get("/users/self.json").status_code == 200
        assert client.get("/users/self/").status_code == 200

    def test_an_overridden_method_needs_its_own_scope(self, world: World) -> None:
        made = make(world.ada, **{"scopes][": "url:POST|/api/v1/users/:user_id/tokens"})
        client = world.with_token(made["token"])
        reply = client.post(f"/users/self/tokens/{made['id']}", {"_method": "delete"})
        assert (reply.status_code, reply.json()) == (401, INSUFFICIENT)

    def test_it_is_never_enough_to_revoke_the_token_itself(self, world: World) -> None:
        """`/login/oauth2/token` is always allowed (conventions.md §2.5)."""
        client = world.with_token(make(world.ada, **{"scopes][": "core:*:*"})["token"])
        assert client.delete("/login/oauth2/token").json() == {}

    def test_a_session_is_not_to_be_had_by_a_scoped_token(self, world: World) -> None:
        client = world.with_token(make(world.ada, **{"scopes][": SELF})["token"])
        assert client.get("/login/session_token").json() == INSUFFICIENT
