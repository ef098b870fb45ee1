"""Admins. Source: supporting-resources.md §8, permissions.md §5 (the subset rule)."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, add_admin
from quadrangle.people import create_user
from tests.conftest import as_each
from tests.world import World


def appoint(world: World, user: Any, account: Any = 1, who: str = "root", **more: Any) -> Any:
    return world.as_(who).post(f"/accounts/{account}/admins", {"user_id": user, **more})


def role(world: World, label: str, *permissions: str, account: Any = 1) -> int:
    data = {"label": label}
    for name in permissions:
        data |= {f"permissions[{name}][explicit]": "1", f"permissions[{name}][enabled]": "1"}
    return int(world.root.post(f"/accounts/{account}/roles", data).json()["id"])


class TestAppointing:
    def test_it_makes_an_account_admin_unless_told_otherwise(self, world: World) -> None:
        reply = appoint(world, world.ids["eve"], send_confirmation="false")
        assert reply.status_code == 200
        admin = reply.json()
        assert set(admin) == {"id", "role", "role_id", "user", "workflow_state"}
        assert (admin["role"], admin["role_id"]) == ("AccountAdmin", world.ids["role:AccountAdmin"])
        assert admin["workflow_state"] == "active"
        assert admin["user"]["id"] == world.ids["eve"]
        assert admin["user"]["name"] == "Eve Elsewhere"
        assert admin["user"]["login_id"] == "eve@example.com"
        assert admin["user"]["sis_user_id"] is None
        assert len(world.eve.get("/accounts").json()) == 1

    def test_doing_it_again_changes_nothing(self, world: World) -> None:
        first = appoint(world, world.ids["eve"]).json()
        assert appoint(world, "sis_login_id:EVE@example.com", role="AccountAdmin").json() == first
        assert len(world.root.get("/accounts/1/admins").json()) == 2

    def test_it_takes_a_custom_role_by_number_or_name(self, world: World) -> None:
        clerk = role(world, "Clerk")
        first = appoint(world, world.ids["eve"], role_id=clerk).json()
        assert (first["role"], first["role_id"]) == ("Clerk", clerk)
        assert appoint(world, world.ids["eve"], role="Clerk").json() == first
        assert appoint(world, world.ids["eve"], world.ids["science"], role="Clerk").json()["id"] != first["id"]

    @pytest.mark.parametrize("which", [{"role_id": "999999"}, {"role": "King"}, {"role": "TeacherEnrollment"}])
    def test_an_unknown_role_or_one_for_courses_is_not_found(self, world: World, which: dict[str, str]) -> None:
        reply = appoint(world, world.ids["eve"], **which)
        assert (reply.status_code, reply.json()) == (404, {"message": "role not found"})

    @pytest.mark.parametrize("user", ["999999", "nobody", "", "sis_user_id:x"])
    def test_an_unknown_user_is_not_found(self, world: World, user: str) -> None:
        assert appoint(world, user).status_code == 404
        assert world.root.post("/accounts/1/admins").status_code == 404

    def test_somebody_without_a_login_is_not_found(self, world: World) -> None:
        user = world.do(lambda uow: create_user(uow, name="No Login"))
        assert appoint(world, user).status_code == 404

    def test_nobody_gives_more_than_they_have(self, world: World) -> None:
        keeper = role(world, "Keeper", "manage_account_memberships", "manage_alerts")
        small = role(world, "Small", "manage_alerts")
        appoint(world, world.ids["eve"], role_id=keeper)
        assert appoint(world, world.ids["ada"], who="eve").status_code == 403
        assert appoint(world, world.ids["ada"], who="eve", role_id=small).status_code == 200
        assert appoint(world, world.ids["ben"], who="eve", role_id=keeper).status_code == 200

    def test_an_admin_of_a_sub_account_appoints_there_alone(self, world: World) -> None:
        assert appoint(world, world.ids["eve"], world.ids["science"], "sub").status_code == 200
        assert appoint(world, world.ids["eve"], 1, "sub").status_code == 403
        assert appoint(world, world.ids["eve"], world.ids["arts"], "sub").status_code == 403

    @as_each("ada", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert appoint(world, world.ids["eve"], 1, who).status_code == 403
        assert world.as_(who).get("/accounts/1/admins").status_code == 403
        assert world.as_(who).delete(f"/accounts/1/admins/{world.ids['root']}").status_code == 403

    def test_site_admin_appoints_its_own(self, world: World) -> None:
        assert appoint(world, world.ids["eve"], "site_admin").status_code == 403
        world.do(
            lambda uow: add_admin(
                uow, account_id=SITE_ADMIN_ID, user_id=world.ids["root"], role_id=world.ids["role:AccountAdmin"]
            )
        )
        assert appoint(world, world.ids["eve"], "site_admin").status_code == 200
        assert len(world.eve.get("/accounts").json()) == 1


class TestListingAdmins:
    def test_it_shows_those_of_this_very_account(self, world: World) -> None:
        [admin] = world.root.get("/accounts/1/admins").json()
        assert admin["user"]["id"] == world.ids["root"]
        [admin] = world.sub.get(f"/accounts/{world.ids['science']}/admins").json()
        assert admin["user"]["id"] == world.ids["sub"]
        assert world.root.get(f"/accounts/{world.ids['arts']}/admins").json() == []

    def test_it_picks_users_and_pages(self, world: World) -> None:
        for who in ("eve", "ada", "ben"):
            appoint(world, world.ids[who])
        wanted = {"user_id[]": [str(world.ids["ada"]), "sis_login_id:ben@example.com", "999999", "x"]}
        found = world.root.get("/accounts/1/admins", params=wanted).json()
        assert [admin["user"]["id"] for admin in found] == [world.ids["ada"], world.ids["ben"]]
        assert world.root.get("/accounts/1/admins", params={"user_id[]": "999999"}).json() == []
        reply = world.root.get("/accounts/1/admins", per_page=3)
        assert len(reply.json()) == 3
        assert 'rel="next"' in reply.headers["link"]
        assert 'page=2&per_page=3>; rel="last"' in reply.headers["link"]

    def test_everybody_may_ask_about_themselves(self, world: World) -> None:
        [own] = world.sub.get(f"/accounts/{world.ids['science']}/admins/self").json()
        assert own["role"] == "AccountAdmin"
        assert world.sub.get("/accounts/1/admins/self").json() == []
        assert world.ben.get("/accounts/self/admins/self").json() == []
        assert world.anyone.get("/accounts/1/admins/self").status_code == 401


class TestDismissing:
    def test_it_takes_the_role_back(self, world: World) -> None:
        made = appoint(world, world.ids["eve"]).json()
        reply = world.root.delete(f"/accounts/1/admins/{world.ids['eve']}", {"user_id": world.ids["eve"]})
        assert (reply.status_code, reply.json()["workflow_state"]) == (200, "deleted")
        assert reply.json()["id"] == made["id"]
        assert world.eve.get("/accounts").json() == []
        assert world.root.delete(f"/accounts/1/admins/{world.ids['eve']}").status_code == 404
        assert appoint(world, world.ids["eve"]).json()["id"] != made["id"]

    def test_it_takes_the_role_that_is_named_in_query_or_body(self, world: World) -> None:
        clerk = role(world, "Clerk")
        appoint(world, world.ids["eve"])
        appoint(world, world.ids["eve"], role_id=clerk)
        path = f"/accounts/1/admins/{world.ids['eve']}"
        assert world.root.delete(path, {"role_id": clerk}).json()["role"] == "Clerk"
        assert world.root.request("DELETE", f"{path}?role=AccountAdmin").json()["role"] == "AccountAdmin"
        assert world.eve.get("/accounts").json() == []

    def test_nobody_takes_more_than_they_have(self, world: World) -> None:
        keeper = role(world, "Keeper", "manage_account_memberships")
        appoint(world, world.ids["eve"], role_id=keeper)
        assert world.eve.delete(f"/accounts/{ROOT_ID}/admins/{world.ids['root']}").status_code == 403
        assert world.eve.delete(f"/accounts/{ROOT_ID}/admins/{world.ids['eve']}", {"role": "Keeper"}).status_code == 200

    @pytest.mark.parametrize("user", ["999999", "nobody"])
    def test_an_unknown_user_is_not_found(self, world: World, user: str) -> None:
        assert world.root.delete(f"/accounts/1/admins/{user}").status_code == 404
