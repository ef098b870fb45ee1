"""GET /api/v1/users/:user_id/tokens/:id and …/user_generated_tokens. Source: tokens.md §4.1, §4.6, worked cases 7 to 9, 28, 29."""

import pytest

from quadrangle.kernel.digest import Digester
from quadrangle.tokens import issue_token
from tests.specs.tokens.helpers import FORBIDDEN, NOT_FOUND, admin_with, app_token, later, make
from tests.world import KEY, World


class TestShowingAToken:
    def test_it_shows_only_the_hint(self, world: World) -> None:
        """Worked case 7."""
        made = make(world.ada)
        shown = world.ada.get(f"/users/self/tokens/{made['id']}")
        assert shown.status_code == 200
        body = shown.json()
        assert body["visible_token"] == f"{made['token_hint']}..."
        assert "token" not in body
        assert made["token"] not in shown.text
        assert world.ada.get(f"/users/self/tokens/{made['token_hint']}").json() == body

    def test_it_does_not_find_another_users_token_under_self(self, world: World) -> None:
        """Worked case 8, first half."""
        theirs = make(world.eve)
        for wanted in (theirs["id"], theirs["token_hint"]):
            reply = world.ada.get(f"/users/self/tokens/{wanted}")
            assert (reply.status_code, reply.json()) == (404, NOT_FOUND)

    @pytest.mark.parametrize("who", ["eve", "ben", "sub"])
    def test_it_refuses_another_users_token_to(self, world: World, who: str) -> None:
        """Worked case 8, second half."""
        made = make(world.ada)
        reply = world.as_(who).get(f"/users/{world.ids['ada']}/tokens/{made['id']}")
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_it_hides_the_secret_of_an_application(self, world: World) -> None:
        """Worked case 9."""
        token_id, _ = app_token(world, "ada", hint="Zz9Qk")
        reply = world.ada.get(f"/users/self/tokens/{token_id}")
        assert reply.status_code == 200
        body = reply.json()
        assert body["visible_token"] is None
        assert body["app_name"] == "Grade Robot"
        assert body["can_manually_regenerate"] is False
        assert "token_hint" not in body
        assert "Zz9Qk" not in reply.text

    def test_it_shows_tokens_made_by_hand_to_an_admin(self, world: World) -> None:
        made = make(world.ada)
        assert world.root.get(f"/users/{world.ids['ada']}/tokens/{made['id']}").json()["purpose"] == "test"
        admin_with(world, "viewer", "view_user_generated_access_tokens")
        assert world.viewer.get(f"/users/{world.ids['ada']}/tokens/{made['id']}").status_code == 200

    def test_it_shows_an_applications_token_to_nobody_else(self, world: World) -> None:
        token_id, _ = app_token(world, "ada")
        assert world.root.get(f"/users/{world.ids['ada']}/tokens/{token_id}").status_code == 403

    def test_it_tells_when_it_was_used_and_writes_that_every_ten_minutes(self, world: World) -> None:
        made = make(world.ada)
        path = f"/users/self/tokens/{made['id']}"
        used = world.with_token(made["token"])
        used.get("/users/self")
        first = later(world)
        assert world.ada.get(path).json()["last_used_at"] == first
        world.clock.advance(minutes=9, seconds=59)
        used.get("/users/self")
        assert world.ada.get(path).json()["last_used_at"] == first
        world.clock.advance(seconds=1)
        used.get("/users/self")
        assert world.ada.get(path).json()["last_used_at"] == later(world)

    def test_it_prefers_a_hint_to_an_id_of_five_digits(self, world: World) -> None:
        async def work(uow: object) -> int:
            made, _ = await issue_token(
                uow,  # type: ignore[arg-type]
                Digester(KEY),
                user_id=world.ids["ada"],
                purpose="odd",
                secret="10101-and-eleven-more",
            )
            return made

        by_hint = world.do(work)
        other = make(world.ada)["id"]
        world.sql(f"UPDATE access_tokens SET id = 10101 WHERE id = {other} RETURNING id")
        assert world.ada.get("/users/self/tokens/10101").json()["id"] == by_hint

    def test_it_takes_the_newest_of_clashing_hints(self, world: World) -> None:
        async def work(uow: object) -> list[int]:
            made = []
            for text in ("clash-number-one-of-two", "clash-number-two-of-two"):
                token_id, _ = await issue_token(
                    uow,  # type: ignore[arg-type]
                    Digester(KEY),
                    user_id=world.ids["ada"],
                    purpose=text,
                    secret=text,
                )
                made.append(token_id)
            return made

        older, newer = world.do(work)
        assert world.ada.get("/users/self/tokens/clash").json()["id"] == newer
        assert world.ada.get(f"/users/self/tokens/{older}").json()["id"] == older

    @pytest.mark.parametrize("wanted", ["0", "nope", "abcde", "9" * 25, "%00%01", "-1", "%F0%9F%98%80"])
    def test_it_does_not_find(self, world: World, wanted: str) -> None:
        assert world.ada.get(f"/users/self/tokens/{wanted}").status_code in (400, 404)

    def test_it_needs_two_statements_for_ones_own(self, world: World) -> None:
        made = make(world.ada)
        assert world.statements_of(lambda: world.ada.get(f"/users/self/tokens/{made['id']}")) == 2


class TestListingTokens:
    def test_it_lists_those_made_by_hand_oldest_first(self, world: World) -> None:
        """Worked case 28."""
        app_token(world, "ada")
        made = []
        for number in range(14):
            world.clock.advance(seconds=1)
            made.append(make(world.ada, purpose=f"number {number}")["id"])
        path = f"/users/{world.ids['ada']}/user_generated_tokens"
        first = world.root.get(path, per_page=10)
        assert first.status_code == 200
        assert len(first.json()) == 10
        assert [row["id"] for row in first.json()][1:] == made[:9]
        assert 'rel="next"' in first.headers["link"]
        assert 'rel="last"' in first.headers["link"]
        assert {"id", "purpose", "user_id", "created_at", "expires_at", "workflow_state", "scopes"} <= first.json()[
            0
        ].keys()
        assert "token" not in first.json()[0]
        second = world.root.get(path, per_page=10, page=2)
        assert [row["id"] for row in second.json()] == made[9:]
        assert 'rel="next"' not in second.headers["link"]

    def test_it_includes_pending_and_expired_but_not_deleted(self, world: World) -> None:
        pending = make(world.root, world.ids["eve"])["id"]
        expired = make(world.eve, expires_at="jun 1 2011")["id"]
        deleted = make(world.eve)["id"]
        world.eve.delete(f"/users/self/tokens/{deleted}")
        listed = {row["id"] for row in world.eve.get("/users/self/user_generated_tokens").json()}
        assert {pending, expired} <= listed
        assert deleted not in listed

    def test_it_is_for_the_user_and_for_admins(self, world: World) -> None:
        """Worked case 29."""
        assert world.ada.get(f"/users/{world.ids['ben']}/user_generated_tokens").json() == FORBIDDEN
        assert world.cleo.get(f"/users/{world.ids['ben']}/user_generated_tokens").status_code == 403
        assert world.ada.get(f"/users/{world.ids['ada']}/user_generated_tokens").status_code == 200
        assert world.sub.get(f"/users/{world.ids['ben']}/user_generated_tokens").status_code == 403

    def test_it_is_empty_past_the_end(self, world: World) -> None:
        assert world.ada.get("/users/self/user_generated_tokens", page=9).json() == []
        assert world.ada.get("/users/self/user_generated_tokens", page=0).status_code == 404

    def test_it_needs_three_statements_for_ones_own(self, world: World) -> None:
        assert world.statements_of(lambda: world.ada.get("/users/self/user_generated_tokens")) == 3
