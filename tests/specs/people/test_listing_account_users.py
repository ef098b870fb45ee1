"""GET /api/v1/accounts/:account_id/users. Source: supporting-resources.md §1, List parameters."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.world import World

USERS = "/accounts/1/users"


def names(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [user["name"] for user in reply.json()]


class TestListingTheUsersOfAnAccount:
    def test_it_sorts_by_sortable_name(self, world: World) -> None:
        assert names(world.root.get(USERS)) == [
            "Sub Admin",
            "Tia Assist",
            "Ada Byron",
            "Eve Elsewhere",
            "Ben Okri",
            "Cleo Patra",
            "root@example.com",
            "Dee Sign",
            "Dov Watcher",
        ]

    def test_it_counts_people_of_sub_accounts_and_nobody_else_there(self, world: World) -> None:
        science = names(world.root.get(f"/accounts/{world.ids['science']}/users"))
        assert "Ben Okri" in science
        assert "Sub Admin" in science
        assert "Eve Elsewhere" not in science
        assert names(world.root.get(f"/accounts/{world.ids['arts']}/users")) == []

    def test_it_pages_without_a_last_page(self, world: World) -> None:
        reply = world.root.get(USERS, per_page=4)
        assert len(reply.json()) == 4
        assert 'rel="next"' in reply.headers["link"]
        assert 'rel="last"' not in reply.headers["link"]
        last = world.root.get(USERS, per_page=4, page=3)
        assert len(last.json()) == 1
        assert 'rel="next"' not in last.headers["link"]
        assert world.root.get(USERS, page=50).json() == []

    @as_each("ada", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(USERS).status_code == 403

    def test_it_is_for_admins_of_the_account(self, world: World) -> None:
        assert world.sub.get(f"/accounts/{world.ids['science']}/users").status_code == 200
        assert world.sub.get(USERS).status_code == 403
        assert world.anyone.get(USERS).status_code == 401
        assert world.root.get("/accounts/987654/users").status_code == 404

    def test_it_costs_the_same_however_many_there_are(self, world: World) -> None:
        few = world.statements_of(lambda: world.root.get(USERS, per_page=1, params=None))
        query = {"per_page": 100, "include[]": ["email", "last_login", "avatar_url", "uuid", "time_zone"]}
        many = world.statements_of(lambda: world.root.get(USERS, params=query))
        assert many <= few <= 6

    def test_it_adds_what_is_asked_for(self, world: World) -> None:
        query = {"include[]": ["email", "last_login", "avatar_url", "uuid", "time_zone"], "search_term": "root@"}
        (user,) = world.root.get(USERS, params=query).json()
        assert user["email"] == "root@example.com"
        assert user["last_login"] is None
        assert len(user["uuid"]) == 40
        assert {"avatar_url", "time_zone"} <= set(user)

    def test_a_sub_admin_sees_no_import_ids(self, world: World) -> None:
        user = world.sub.get(f"/accounts/{world.ids['science']}/users").json()[0]
        assert "sis_user_id" in user
        assert "sis_import_id" not in user


class TestSearching:
    @pytest.mark.parametrize(
        ("term", "found"),
        [
            ("okri", ["Ben Okri"]),
            ("OKRI, B", ["Ben Okri"]),
            ("dee@EXAMPLE", ["Dee Sign"]),
            ("%%", []),
            ("__", []),
            ("\\\\", []),
            ("  okri ", ["Ben Okri"]),
        ],
    )
    def test_it_finds(self, world: World, term: str, found: list[str]) -> None:
        assert names(world.root.get(USERS, search_term=term)) == found

    def test_it_finds_an_id_before_a_text(self, world: World) -> None:
        ben = world.ids["ben"]
        world.root.post(USERS, {"pseudonym[unique_id]": f"student{ben}", "user[name]": "Number"})
        assert names(world.root.get(USERS, search_term=ben)) == ["Ben Okri"]
        assert names(world.root.get(USERS, search_term=str(ben)[:2])) == ["Number"] or ben < 100
        assert names(world.root.get(USERS, search_term="987654321012345678901234567890")) == []

    def test_it_finds_by_sis_id(self, world: World) -> None:
        world.root.post(USERS, {"pseudonym[unique_id]": "x", "pseudonym[sis_user_id]": "ÄB-7", "user[name]": "Sis Ter"})
        assert names(world.root.get(USERS, search_term="äb-")) == ["Sis Ter"]

    def test_blank_is_no_search(self, world: World) -> None:
        assert len(names(world.root.get(USERS, search_term="  "))) == 9

    def test_one_character_is_refused(self, world: World) -> None:
        reply = world.root.get(USERS, search_term="x")
        assert reply.status_code == 400
        assert reply.json() == {
            "errors": [{"field": "search_term", "code": "invalid", "message": "2 or more characters is required"}]
        }

    def test_it_narrows_by_what_people_are(self, world: World) -> None:
        assert names(world.root.get(USERS, enrollment_type="ta")) == ["Tia Assist"]
        both = world.root.get(USERS, params={"enrollment_type[]": ["ta", "designer"]})
        assert names(both) == ["Tia Assist", "Dee Sign"]
        assert names(world.root.get(USERS, enrollment_type="nonsense")) == []

    def test_it_narrows_by_role(self, world: World) -> None:
        admin = world.ids["role:AccountAdmin"]
        assert names(world.root.get(USERS, role_filter_id=admin)) == ["Sub Admin", "root@example.com"]
        student = world.ids["role:StudentEnrollment"]
        assert names(world.root.get(USERS, role_filter_id=student)) == ["Ben Okri", "Cleo Patra"]


class TestSorting:
    def test_by_id_it_pages_with_bookmarks(self, world: World) -> None:
        seen: list[int] = []
        url = f"{USERS}?sort=id&per_page=4"
        while url:
            reply = world.root.get(url)
            seen += [user["id"] for user in reply.json()]
            links = reply.links
            assert "prev" not in links
            assert "last" not in links
            url = links.get("next", {}).get("url", "").removeprefix(world.url)
        assert seen == sorted(seen)
        assert len(seen) == 9

    def test_by_id_downwards(self, world: World) -> None:
        reply = world.root.get(USERS, sort="id", order="desc", per_page=5)
        first = [user["id"] for user in reply.json()]
        rest = [user["id"] for user in world.root.get(reply.links["next"]["url"].removeprefix(world.url)).json()]
        assert first + rest == sorted(first + rest, reverse=True)

    @as_each("bookmark:nonsense", "bookmark:", "bookmark:WyJ4Il0", "0", "-1", "x")
    def test_a_bookmark_that_is_none_is_not_found(self, world: World, who: str) -> None:
        assert world.root.get(USERS, sort="id", page=who).status_code == 404

    def test_by_other_columns_people_without_a_value_come_last(self, world: World) -> None:
        assert names(world.root.get(USERS, sort="email"))[0] == "root@example.com"
        assert names(world.root.get(USERS, sort="email", order="desc"))[0] == "root@example.com"
        for sort in ("sis_id", "integration_id", "last_login", "username", "nonsense"):
            assert len(names(world.root.get(USERS, sort=sort, order="desc"))) == 9

    def test_by_last_login_it_shows_it(self, world: World) -> None:
        assert all("last_login" in user for user in world.root.get(USERS, sort="last_login").json())


class TestDeletedUsers:
    def test_they_are_listed_only_when_asked_for(self, world: World) -> None:
        async def delete(uow: Any) -> None:
            from quadrangle.people import logins

            await uow.update(logins, {"user_id": world.ids["eve"]}, workflow_state="deleted")

        world.do(delete)
        assert "Eve Elsewhere" not in names(world.root.get(USERS))
        assert "Eve Elsewhere" in names(world.root.get(USERS, include_deleted_users="true"))
