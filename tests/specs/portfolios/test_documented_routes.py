"""The documented REST API. Source: eportfolios.md §3 and its worked cases 1 to 22; contract-checklist.md, E1 to E59."""

import re
from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.portfolios.conftest import FORBIDDEN, KEYS, NOT_FOUND, PAGE_KEYS, UNAUTHENTICATED, Campus, make
from tests.world import World

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
WRONG = {"error": 'spam_status must be one of ["marked_as_safe", "marked_as_spam"]'}


def ids(reply: Any) -> list[int]:
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.json()]


class TestListing:
    """GET /users/:user_id/eportfolios: E21, E23 E24 E25 E26 E27 E28 E29; cases 1 to 4."""

    def test_its_owner_sees_the_active_ones_of_every_status(self, world: World, campus: Campus) -> None:
        assert ids(world.ben.get(campus.ben)) == campus.active
        assert ids(world.ben.get("/users/self/eportfolios")) == campus.active

    def test_it_is_ordered_by_the_last_change(self, world: World, campus: Campus) -> None:
        world.clock.advance(minutes=1)
        world.root.put(f"/eportfolios/{campus.p1}/moderate", {"spam_status": "marked_as_safe"})
        assert ids(world.ben.get(campus.ben)) == [campus.p2, campus.p3, campus.p4, campus.p1]

    def test_it_is_an_array_of_objects_with_nine_keys(self, world: World, campus: Campus) -> None:
        assert [sorted(one) for one in world.ben.get(campus.ben).json()] == [sorted(KEYS)] * 4

    @pytest.mark.parametrize(
        "query", ["include[]=deleted", "include=deleted", "deleted=deleted", "deleted=true", "deleted=1"]
    )
    def test_a_moderator_may_see_deleted_ones_too(self, world: World, campus: Campus, query: str) -> None:
        assert ids(world.root.get(campus.ben)) == campus.active
        rows = world.root.get(f"{campus.ben}?{query}").json()
        assert sorted(one["id"] for one in rows) == [*campus.active, campus.p5]
        assert {one["workflow_state"] for one in rows if one["id"] == campus.p5} == {"deleted"}

    @pytest.mark.parametrize("query", ["include[]=deleted", "deleted=deleted"])
    def test_its_owner_never_sees_deleted_ones(self, world: World, campus: Campus, query: str) -> None:
        assert ids(world.ben.get(f"{campus.ben}?{query}")) == campus.active

    @pytest.mark.parametrize("query", ["deleted=false", "deleted=0", "deleted=", "include[]=other", "deleted=nonsense"])
    def test_other_values_ask_for_nothing(self, world: World, campus: Campus, query: str) -> None:
        assert ids(world.root.get(f"{campus.ben}?{query}")) == campus.active

    @as_each("cleo", "ada", "dov", "eve")
    def test_it_is_refused_to(self, world: World, campus: Campus, who: str) -> None:
        campus.publish(campus.p1)
        reply = world.as_(who).get(campus.ben)
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_it_wants_a_user(self, world: World, campus: Campus) -> None:
        reply = world.anyone.get(campus.ben)
        assert (reply.status_code, reply.json()) == (401, UNAUTHENTICATED)
        assert world.root.get("/users/999999/eportfolios").status_code == 404

    def test_a_moderator_of_a_sub_account_counts_for_the_people_of_its_courses(
        self, world: World, campus: Campus
    ) -> None:
        assert ids(world.sub.get(campus.ben)) == campus.active
        assert world.sub.get(f"/users/{world.ids['eve']}/eportfolios").status_code == 403

    def test_it_is_paged(self, world: World, campus: Campus) -> None:
        reply = world.ben.get("/users/self/eportfolios", per_page=3)
        assert len(reply.json()) == 3
        assert 'page=2&per_page=3>; rel="next"' in reply.headers["link"]
        assert 'page=2&per_page=3>; rel="last"' in reply.headers["link"]
        assert world.ben.get("/users/self/eportfolios", per_page=3, page=9).json() == []

    def test_somebody_without_portfolios_has_an_empty_list(self, world: World) -> None:
        assert world.cleo.get("/users/self/eportfolios").json() == []


class TestShowing:
    """GET /eportfolios/:id: E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13, E30, E32; cases 5 to 9."""

    def test_it_has_exactly_nine_keys(self, world: World, campus: Campus) -> None:
        body = world.root.get(f"/eportfolios/{campus.p1}").json()
        assert TIME.match(body["created_at"])
        assert TIME.match(body["updated_at"])
        assert body == {
            "id": campus.p1,
            "user_id": world.ids["ben"],
            "name": "Fruitcake",
            "public": False,
            "workflow_state": "active",
            "deleted_at": None,
            "spam_status": None,
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
        }
        assert world.ben.get(f"/eportfolios/{campus.p1}").json() == body
        assert isinstance(body["id"], int)

    def test_a_name_may_be_null(self, world: World) -> None:
        assert world.ben.get(f"/eportfolios/{make(world, 'ben', None)}").json()["name"] is None

    def test_a_private_one_is_not_for_others(self, world: World, campus: Campus) -> None:
        assert world.cleo.get(f"/eportfolios/{campus.p1}").json() == FORBIDDEN

    def test_a_deleted_one_is_refused_to_all_and_an_unknown_one_is_not_found(
        self, world: World, campus: Campus
    ) -> None:
        assert [world.as_(who).get(f"/eportfolios/{campus.p5}").status_code for who in ("root", "ben")] == [403, 403]
        for unknown in ("999999", "x", "0", "-1", "9" * 30):
            reply = world.ben.get(f"/eportfolios/{unknown}")
            assert (reply.status_code, reply.json()) == (404, NOT_FOUND)

    def test_a_public_one_is_for_every_user_but_not_for_nobody(self, world: World, campus: Campus) -> None:
        campus.publish(campus.p1)
        assert world.cleo.get(f"/eportfolios/{campus.p1}").json()["public"] is True
        assert world.anyone.get(f"/eportfolios/{campus.p1}").json() == UNAUTHENTICATED

    def test_public_spam_is_for_its_owner_and_moderators(self, world: World, campus: Campus) -> None:
        campus.publish(campus.p4)
        seen = {who: world.as_(who).get(f"/eportfolios/{campus.p4}").status_code for who in ("cleo", "ben", "root")}
        assert seen == {"cleo": 403, "ben": 200, "root": 200}
        world.root.put(
            f"/accounts/1/roles/{world.ids['role:AccountAdmin']}",
            {"permissions[moderate_user_content][enabled]": "false", "permissions[moderate_user_content][explicit]": 1},
        )
        assert world.root.get(f"/eportfolios/{campus.p4}").status_code == 403


class TestDeleting:
    """DELETE /eportfolios/:id: E9 E10 E11, E33, E35, E36; cases 10 and 11."""

    def test_its_owner_deletes_it_once(self, world: World, campus: Campus) -> None:
        world.clock.advance(seconds=5)
        body = world.ben.delete(f"/eportfolios/{campus.p1}").json()
        assert sorted(body) == sorted(KEYS)
        assert (body["workflow_state"], body["deleted_at"]) == ("deleted", "2026-02-15T12:00:05Z")
        assert world.ben.delete(f"/eportfolios/{campus.p1}").json() == FORBIDDEN
        assert campus.p1 in ids(world.root.get(f"{campus.ben}?deleted=deleted"))

    def test_spam_too_and_by_moderators(self, world: World, campus: Campus) -> None:
        assert world.ben.delete(f"/eportfolios/{campus.p4}").status_code == 200
        assert world.root.delete(f"/eportfolios/{campus.p2}").status_code == 200
        assert world.cleo.delete(f"/eportfolios/{campus.p3}").status_code == 403
        assert world.anyone.delete(f"/eportfolios/{campus.p3}").status_code == 401


class TestPages:
    """GET /eportfolios/:eportfolio_id/pages: E14 E15 E16 E17 E18 E19, E37, E39; cases 12 and 13."""

    def test_it_lists_them(self, world: World, campus: Campus) -> None:
        (page,) = world.ben.get(f"/eportfolios/{campus.p1}/pages").json()
        assert sorted(page) == sorted(PAGE_KEYS)
        assert isinstance(page.pop("id"), int)
        assert page == {
            "eportfolio_id": campus.p1,
            "position": 1,
            "name": "Welcome",
            "content": "Nothing entered yet",
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
        }

    def test_it_follows_the_right_to_read(self, world: World, campus: Campus) -> None:
        assert world.root.get(f"/eportfolios/{campus.p5}/pages").json() == FORBIDDEN
        assert world.ben.get(f"/eportfolios/{campus.p5}/pages").json() == FORBIDDEN
        assert world.cleo.get(f"/eportfolios/{campus.p1}/pages").json() == FORBIDDEN
        campus.publish(campus.p1)
        assert world.cleo.get(f"/eportfolios/{campus.p1}/pages").status_code == 200
        assert world.anyone.get(f"/eportfolios/{campus.p1}/pages").status_code == 401
        assert world.root.get("/eportfolios/999999/pages").status_code == 404


class TestModerating:
    """PUT /eportfolios/:eportfolio_id/moderate: E40, E42 E43 E44 E45 E46 E47 E48; cases 14 to 18."""

    @pytest.mark.parametrize("status", ["marked_as_spam", "marked_as_safe"])
    @pytest.mark.parametrize("which", ["p1", "p2", "p3", "p4"])
    def test_any_status_may_become_either(self, world: World, campus: Campus, which: str, status: str) -> None:
        portfolio = getattr(campus, which)
        reply = world.root.put(f"/eportfolios/{portfolio}/moderate", {"spam_status": status})
        assert reply.status_code == 200
        assert sorted(reply.json()) == sorted(KEYS)
        assert reply.json()["spam_status"] == campus.show(portfolio)["spam_status"] == status

    def test_repeating_changes_nothing(self, world: World, campus: Campus) -> None:
        before = world.root.put(f"/eportfolios/{campus.p1}/moderate?spam_status=marked_as_spam").json()
        world.clock.advance(minutes=1)
        assert world.root.put(f"/eportfolios/{campus.p1}/moderate?spam_status=marked_as_spam").json() == before

    @pytest.mark.parametrize("sent", [{}, {"spam_status": ""}, {"spam_status": "spam_it_up"}, {"spam_status[]": "x"}])
    def test_nothing_else_is_allowed(self, world: World, campus: Campus, sent: dict[str, str]) -> None:
        before = campus.show(campus.p1)
        reply = world.root.put(f"/eportfolios/{campus.p1}/moderate", sent)
        assert (reply.status_code, reply.json()) == (400, WRONG)
        reply = world.root.put(f"/eportfolios/{campus.p1}/moderate", {"spam_status": "flagged_as_possible_spam"})
        assert (reply.status_code, reply.json()) == (400, WRONG)
        assert campus.show(campus.p1) == before

    def test_it_is_for_moderators_of_somebody_elses_active_portfolio(self, world: World, campus: Campus) -> None:
        sent = {"spam_status": "marked_as_spam"}
        own = make(world, "root", "PM")
        cases = [("root", campus.p5), ("ben", campus.p1), ("cleo", campus.p1), ("root", own)]
        for who, portfolio in cases:
            reply = world.as_(who).put(f"/eportfolios/{portfolio}/moderate", sent)
            assert (reply.status_code, reply.json()) == (403, FORBIDDEN), who
        assert world.anyone.put(f"/eportfolios/{campus.p1}/moderate", sent).status_code == 401
        assert world.root.put("/eportfolios/999999/moderate", {}).status_code == 404
        # The right comes before the argument.
        assert world.ben.put(f"/eportfolios/{campus.p1}/moderate", {"spam_status": "x"}).status_code == 403


class TestModeratingAll:
    """PUT /users/:user_id/eportfolios: E49, E51 E52 E53 E54; cases 19 and 20."""

    @pytest.mark.parametrize("status", ["marked_as_spam", "marked_as_safe"])
    def test_it_sets_all_active_ones(self, world: World, campus: Campus, status: str) -> None:
        gone = world.root.get(f"{campus.ben}?deleted=deleted").json()
        before = next(one for one in gone if one["id"] == campus.p5)
        world.clock.advance(minutes=1)
        reply = world.root.put(campus.ben, {"spam_status": status})
        assert (reply.status_code, reply.text) == (200, '"success"')
        rows = {one["id"]: one for one in world.root.get(f"{campus.ben}?deleted=deleted").json()}
        assert {rows[one]["spam_status"] for one in campus.active} == {status}
        assert {rows[one]["updated_at"] for one in campus.active} == {"2026-02-15T12:01:00Z"}
        assert rows[campus.p5] == before

    def test_without_portfolios_it_is_a_success_too(self, world: World) -> None:
        reply = world.root.put(f"/users/{world.ids['cleo']}/eportfolios", {"spam_status": "marked_as_safe"})
        assert (reply.status_code, reply.json()) == (200, "success")

    @pytest.mark.parametrize("sent", [{}, {"spam_status": "spamorific"}, {"spam_status": "flagged_as_possible_spam"}])
    def test_it_takes_the_same_two_values(self, world: World, campus: Campus, sent: dict[str, str]) -> None:
        reply = world.root.put(campus.ben, sent)
        assert (reply.status_code, reply.json()) == (400, WRONG)

    def test_it_is_for_moderators(self, world: World, campus: Campus) -> None:
        for who in ("ben", "cleo"):
            assert world.as_(who).put(campus.ben, {"spam_status": "marked_as_safe"}).json() == FORBIDDEN
        assert world.anyone.put(campus.ben, {"spam_status": "marked_as_safe"}).status_code == 401

    def test_an_administrator_may_do_so_with_their_own(self, world: World) -> None:
        own = make(world, "root", "PM")
        assert world.root.put("/users/self/eportfolios", {"spam_status": "marked_as_safe"}).json() == "success"
        assert world.root.get(f"/eportfolios/{own}").json()["spam_status"] == "marked_as_safe"


class TestRestoring:
    """PUT /eportfolios/:eportfolio_id/restore: E55, E57 E58 E59; cases 21 and 22."""

    def test_a_moderator_brings_it_back(self, world: World, campus: Campus) -> None:
        body = world.root.put(f"/eportfolios/{campus.p5}/restore").json()
        assert sorted(body) == sorted(KEYS)
        assert (body["workflow_state"], body["deleted_at"], body["name"]) == ("active", None, "Gone")
        assert campus.show(campus.p5, "ben") == body
        assert len(world.ben.get(f"/eportfolios/{campus.p5}/pages").json()) == 1

    @as_each("ben", "cleo")
    def test_it_is_refused_to(self, world: World, campus: Campus, who: str) -> None:
        assert world.as_(who).put(f"/eportfolios/{campus.p5}/restore").json() == FORBIDDEN

    def test_an_active_one_stays_as_it_is(self, world: World, campus: Campus) -> None:
        before = campus.show(campus.p1)
        world.clock.advance(minutes=1)
        reply = world.root.put(f"/eportfolios/{campus.p1}/restore")
        assert (reply.status_code, reply.json()) == (200, before)

    def test_the_name_is_looked_at_again(self, world: World, campus: Campus) -> None:
        world.use(eportfolio_title_spam_keywords=("gone",))
        body = world.root.put(f"/eportfolios/{campus.p5}/restore").json()
        assert body["spam_status"] == "flagged_as_possible_spam"


LINES = [
    ("E22", "GET", "users/:user_id/eportfolios"),
    ("E31", "GET", "eportfolios/:id"),
    ("E34", "DELETE", "eportfolios/:id"),
    ("E38", "GET", "eportfolios/:eportfolio_id/pages"),
    ("E41", "PUT", "eportfolios/:eportfolio_id/moderate"),
    ("E50", "PUT", "users/:user_id/eportfolios"),
    ("E56", "PUT", "eportfolios/:eportfolio_id/restore"),
]


@pytest.mark.parametrize(("verb", "route"), [line[1:] for line in LINES], ids=[line[0] for line in LINES])
class TestTheScopeOfARoute:
    """E22, E31, E34, E38, E41, E50, E56."""

    def test_it_opens_that_route_and_no_other(self, world: World, verb: str, route: str) -> None:
        portfolio = make(world, "ben", "A")
        path = re.sub(r":(id|eportfolio_id)", str(portfolio), route).replace(":user_id", str(world.ids["ben"]))

        def call(scope: str) -> int:
            form = {"token[purpose]": "scoped", "token[scopes][]": scope}
            made = world.root.post("/users/self/tokens", form).json()["visible_token"]
            sent = {"spam_status": "marked_as_safe"} if verb == "PUT" else None
            return world.with_token(made).request(verb, f"/{path}", data=sent).status_code

        shown = "url:GET|/api/v1/eportfolios/:id"
        other = shown if f"url:{verb}|/api/v1/{route}" != shown else "url:DELETE|/api/v1/eportfolios/:id"
        assert call(other) == 401
        assert call(f"url:{verb}|/api/v1/{route}") == 200


class TestWhatItCosts:
    def test_no_request_takes_more_than_three_statements(self, world: World, campus: Campus) -> None:
        world.ben.get("/users/self")  # the token is touched
        paths = [
            "/users/self/eportfolios",
            f"/eportfolios/{campus.p1}",
            f"/eportfolios/{campus.p1}/pages",
        ]
        for path in paths:
            assert world.statements_of(lambda path=path: world.ben.get(path)) <= 3, path  # type: ignore[misc]
