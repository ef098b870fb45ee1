"""Roles and their overrides. Source: supporting-resources.md §8."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.world import World

BUILT_IN = [
    "AccountAdmin",
    "StudentEnrollment",
    "TeacherEnrollment",
    "TaEnrollment",
    "DesignerEnrollment",
    "ObserverEnrollment",
]


def create(world: World, label: str, account: Any = 1, **more: Any) -> Any:
    return world.root.post(f"/accounts/{account}/roles", {"label": label, **more})


def permit(world: World, account: Any, role: Any, permission: str, **how: str) -> Any:
    return world.root.put(
        f"/accounts/{account}/roles/{role}",
        {f"permissions[{permission}][{name}]": value for name, value in how.items()},
    )


class TestListingRoles:
    def test_it_begins_with_the_built_in_ones(self, world: World) -> None:
        made = create(world, "Clerk").json()
        roles = world.root.get("/accounts/1/roles").json()
        assert [role["role"] for role in roles] == [*BUILT_IN, "Clerk"]
        assert [role["workflow_state"] for role in roles] == ["built_in"] * 6 + ["active"]
        admin = roles[0]
        assert set(admin) == {
            "id",
            "role",
            "label",
            "base_role_type",
            "is_account_role",
            "workflow_state",
            "created_at",
            "last_updated_at",
            "permissions",
        }
        assert (admin["base_role_type"], admin["is_account_role"]) == ("AccountMembership", True)
        assert (roles[1]["base_role_type"], roles[1]["is_account_role"]) == ("StudentEnrollment", False)
        assert roles[6]["account"]["id"] == 1
        assert roles[6] == made
        assert all(role["id"] > 100 for role in roles)

    def test_it_shows_every_permission_of_each(self, world: World) -> None:
        teacher = world.root.get("/accounts/1/roles").json()[2]["permissions"]
        assert teacher["manage_wiki_create"] == {
            "enabled": True,
            "locked": False,
            "readonly": False,
            "explicit": False,
            "applies_to_self": True,
            "applies_to_descendants": True,
        }
        assert teacher["read_course_list"] == {"enabled": False, "locked": True, "readonly": True, "explicit": False}
        assert "manage_site_settings" not in teacher

    def test_it_lists_a_state_and_pages(self, world: World) -> None:
        one, two = (create(world, label).json()["id"] for label in ("One", "Two"))
        world.root.delete(f"/accounts/1/roles/{one}")
        inactive = world.root.get("/accounts/1/roles", params={"state[]": "inactive"}).json()
        assert [role["id"] for role in inactive] == [one]
        both = world.root.get("/accounts/1/roles", params={"state[]": ["active", "inactive"]}).json()
        assert [role["id"] for role in both[6:]] == [one, two]
        reply = world.root.get("/accounts/1/roles", per_page=2, page=4)
        assert [role["id"] for role in reply.json()] == [two]
        assert 'rel="prev"' in reply.headers["link"]

    def test_a_sub_account_shows_inherited_ones_on_request(self, world: World) -> None:
        create(world, "Above")
        science = world.ids["science"]
        create(world, "Here", science)
        names = [role["role"] for role in world.sub.get(f"/accounts/{science}/roles").json()]
        assert names == [*BUILT_IN, "Here"]
        reply = world.sub.get(f"/accounts/{science}/roles", show_inherited="true")
        assert [role["role"] for role in reply.json()] == [*BUILT_IN, "Above", "Here"]

    def test_a_sub_account_holds_no_permission_of_the_root_alone(self, world: World) -> None:
        admin = world.sub.get(f"/accounts/{world.ids['science']}/roles").json()[0]["permissions"]
        assert admin["become_user"] == {"enabled": False, "locked": True, "readonly": True, "explicit": False}
        assert admin["manage_alerts"]["enabled"] is True

    @as_each("ada", "ben", "eve", "sub")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get("/accounts/1/roles").status_code == 403
        assert world.as_(who).post("/accounts/1/roles", {"label": "x"}).status_code == 403


class TestShowingARole:
    def test_it_is_found_by_number_or_by_name(self, world: World) -> None:
        teacher = world.ids["role:TeacherEnrollment"]
        shown = world.root.get(f"/accounts/1/roles/{teacher}").json()
        assert shown["role"] == "TeacherEnrollment"
        assert world.root.get("/accounts/1/roles/TeacherEnrollment").json() == shown

    @pytest.mark.parametrize("role", ["999999", "Nobody", "9" * 30, "-1"])
    def test_an_unknown_one_has_an_answer_of_its_own(self, world: World, role: str) -> None:
        for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/activate")):
            reply = world.root.request(method, f"/accounts/1/roles/{role}{path}")
            assert (reply.status_code, reply.json()) == (404, {"message": "role not found"})

    def test_one_of_a_sub_account_is_unknown_above_and_beside(self, world: World) -> None:
        role = create(world, "Here", world.ids["science"]).json()["id"]
        assert world.root.get(f"/accounts/1/roles/{role}").status_code == 404
        assert world.root.get(f"/accounts/{world.ids['arts']}/roles/{role}").status_code == 404


class TestCreatingARole:
    def test_it_begins_with_nothing(self, world: World) -> None:
        reply = create(world, "Clerk")
        assert reply.status_code == 200
        role = reply.json()
        assert (role["label"], role["role"], role["workflow_state"]) == ("Clerk", "Clerk", "active")
        assert role["base_role_type"] == "AccountMembership"
        assert not any(entry["enabled"] for entry in role["permissions"].values())

    def test_it_takes_permissions_and_a_base(self, world: World) -> None:
        reply = create(
            world,
            "Grader",
            base_role_type="TaEnrollment",
            **{
                "permissions[read_sis][explicit]": "1",
                "permissions[read_sis][enabled]": "1",
                "permissions[manage_mood][explicit]": "1",
                "permissions[manage_wiki_create]": "1",
            },
        )
        permissions = reply.json()["permissions"]
        assert permissions["read_sis"]["enabled"] is True
        assert permissions["read_sis"]["prior_default"] is False
        assert permissions["manage_wiki_create"]["explicit"] is False
        assert "manage_mood" not in permissions

    @pytest.mark.parametrize("data", [{}, {"label": ""}, {"label": "  "}, {"label": None}])
    def test_it_needs_a_label(self, world: World, data: dict[str, Any]) -> None:
        reply = world.root.post("/accounts/1/roles", json=data)
        assert (reply.status_code, reply.json()) == (400, {"message": "missing required parameter 'role'"})

    @pytest.mark.parametrize(
        ("label", "more", "field"),
        [
            ("x" * 256, {}, "label"),
            ("AccountAdmin", {}, "label"),
            ("TeacherEnrollment", {}, "label"),
            ("Clerk", {"base_role_type": "King"}, "base_role_type"),
            ("Clerk", {"base_role_type": "AccountAdmin"}, "base_role_type"),
            ("taken", {}, "label"),
        ],
    )
    def test_it_refuses(self, world: World, label: str, more: dict[str, str], field: str) -> None:
        create(world, "Taken")
        reply = create(world, label, **more)
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == [field]

    def test_accounts_do_not_share_names(self, world: World) -> None:
        assert create(world, "Clerk", world.ids["science"]).status_code == 200
        assert create(world, "Clerk", world.ids["arts"]).status_code == 200


class TestOverriding:
    @pytest.fixture
    def clerk(self, world: World) -> int:
        return int(create(world, "Clerk").json()["id"])

    def test_it_grants_and_denies_in_so_many_words(self, world: World, clerk: int) -> None:
        entry = permit(world, 1, clerk, "manage_alerts", explicit="1", enabled="1").json()["permissions"][
            "manage_alerts"
        ]
        assert entry == {
            "enabled": True,
            "locked": False,
            "readonly": False,
            "explicit": True,
            "prior_default": False,
            "applies_to_self": True,
            "applies_to_descendants": True,
        }
        entry = permit(world, 1, "AccountAdmin", "manage_alerts", explicit="1").json()["permissions"]["manage_alerts"]
        assert (entry["enabled"], entry["explicit"], entry["prior_default"]) == (False, True, True)
        assert "applies_to_self" not in entry

    def test_it_ignores_enabled_without_explicit(self, world: World, clerk: int) -> None:
        entry = permit(world, 1, clerk, "manage_alerts", enabled="1").json()["permissions"]["manage_alerts"]
        assert (entry["enabled"], entry["explicit"]) == (False, False)

    def test_it_is_taken_back(self, world: World, clerk: int) -> None:
        permit(world, 1, clerk, "manage_alerts", explicit="1", enabled="1")
        entry = permit(world, 1, clerk, "manage_alerts", explicit="0").json()["permissions"]["manage_alerts"]
        assert (entry["enabled"], entry["explicit"]) == (False, False)

    def test_it_locks_what_holds(self, world: World) -> None:
        entry = permit(world, 1, "TeacherEnrollment", "read_sis", locked="1").json()["permissions"]["read_sis"]
        assert (entry["enabled"], entry["locked"], entry["readonly"]) == (True, True, False)
        below = world.root.get(f"/accounts/{world.ids['science']}/roles/TeacherEnrollment").json()
        entry = below["permissions"]["read_sis"]
        assert (entry["enabled"], entry["locked"], entry["readonly"], entry["explicit"]) == (True, True, True, False)
        entry = permit(world, 1, "TeacherEnrollment", "read_sis", locked="0").json()["permissions"]["read_sis"]
        assert (entry["enabled"], entry["locked"]) == (True, False)

    def test_nothing_changes_below_a_lock(self, world: World) -> None:
        permit(world, 1, "TeacherEnrollment", "read_sis", locked="1")
        reply = permit(world, world.ids["science"], "TeacherEnrollment", "read_sis", explicit="1", enabled="0")
        assert (reply.status_code, reply.json()) == (400, {"message": "Permission is locked"})

    def test_it_must_be_for_someone(self, world: World, clerk: int) -> None:
        how = {"explicit": "1", "enabled": "1", "applies_to_self": "0", "applies_to_descendants": "0"}
        reply = permit(world, 1, clerk, "manage_alerts", **how)
        assert (reply.status_code, reply.json()) == (400, {"message": "Permission must be enabled for someone"})
        entry = world.root.get(f"/accounts/1/roles/{clerk}").json()["permissions"]["manage_alerts"]
        assert entry["explicit"] is False

    def test_the_reach_changes_alone(self, world: World, clerk: int) -> None:
        permit(world, 1, clerk, "manage_alerts", explicit="1", enabled="1")
        entry = permit(world, 1, clerk, "manage_alerts", applies_to_descendants="0").json()
        entry = entry["permissions"]["manage_alerts"]
        assert (entry["enabled"], entry["applies_to_self"], entry["applies_to_descendants"]) == (True, True, False)
        reply = permit(world, 1, clerk, "manage_alerts", applies_to_self="0")
        assert reply.status_code == 400

    def test_it_takes_json(self, world: World, clerk: int) -> None:
        reply = world.root.put(
            f"/accounts/1/roles/{clerk}",
            json={"permissions": {"manage_alerts": {"explicit": True, "enabled": 1}, "x": None, "read_sis": [1]}},
        )
        assert reply.json()["permissions"]["manage_alerts"]["enabled"] is True
        for strange in ("x", [1], 7, None):
            assert world.root.put(f"/accounts/1/roles/{clerk}", json={"permissions": strange}).status_code == 200

    def test_what_a_sub_account_can_never_have_is_ignored(self, world: World) -> None:
        science = world.ids["science"]
        reply = permit(world, science, "AccountAdmin", "become_user", explicit="1", enabled="1")
        assert reply.status_code == 200
        assert reply.json()["permissions"]["become_user"]["enabled"] is False


class TestRenaming:
    def test_it_renames_a_custom_role(self, world: World) -> None:
        role = create(world, "Clerk").json()["id"]
        changed = world.root.put(f"/accounts/1/roles/{role}", {"label": "Registrar"}).json()
        assert (changed["label"], changed["role"]) == ("Registrar", "Registrar")
        assert world.root.put(f"/accounts/1/roles/{role}", {"label": "registrar"}).status_code == 200

    def test_it_does_not_rename_what_is_not_its_own(self, world: World) -> None:
        role = create(world, "Clerk").json()["id"]
        for account, which in ((1, "TeacherEnrollment"), (world.ids["science"], role)):
            reply = world.root.put(f"/accounts/{account}/roles/{which}", {"label": "Mine"})
            assert reply.status_code == 400
            assert "message" in reply.json()
        assert world.root.put(f"/accounts/1/roles/{role}", {"label": ""}).status_code == 400


class TestDeactivating:
    def test_it_goes_and_comes_back(self, world: World) -> None:
        role = create(world, "Clerk").json()["id"]
        assert world.root.delete(f"/accounts/1/roles/{role}").json()["workflow_state"] == "inactive"
        reply = world.root.delete(f"/accounts/1/roles/{role}")
        assert (reply.status_code, reply.json()) == (400, {"message": "Cannot deactivate an already inactive role"})
        assert world.root.get(f"/accounts/1/roles/{role}").json()["workflow_state"] == "inactive"
        assert world.root.post(f"/accounts/1/roles/{role}/activate").json()["workflow_state"] == "active"
        reply = world.root.post(f"/accounts/1/roles/{role}/activate")
        assert (reply.status_code, reply.json()) == (400, {"message": "Role not found"})

    def test_a_built_in_one_stays(self, world: World) -> None:
        reply = world.root.delete("/accounts/1/roles/AccountAdmin")
        assert (reply.status_code, reply.json()) == (400, {"message": "Cannot remove a built-in role"})

    def test_an_inherited_one_is_not_touched_from_below(self, world: World) -> None:
        role = create(world, "Clerk").json()["id"]
        assert world.root.delete(f"/accounts/{world.ids['science']}/roles/{role}").status_code == 404
        assert world.root.post(f"/accounts/{world.ids['science']}/roles/{role}/activate").status_code == 404

    def test_who_has_it_keeps_what_it_gives(self, world: World) -> None:
        role = create(
            world, "Clerk", **{"permissions[manage_alerts][explicit]": "1", "permissions[manage_alerts][enabled]": "1"}
        )
        role_id = role.json()["id"]
        world.root.post("/accounts/1/admins", {"user_id": world.ids["eve"], "role_id": role_id})
        world.root.delete(f"/accounts/1/roles/{role_id}")
        reply = world.eve.get("/accounts/1/permissions", permissions="manage_alerts")
        assert reply.json() == {"manage_alerts": True}
        reply = world.root.post("/accounts/1/admins", {"user_id": world.ids["ada"], "role_id": role_id})
        assert reply.status_code == 404
