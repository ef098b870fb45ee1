"""GET /api/v1/users/:id and /profile. Source: supporting-resources.md §1."""

from typing import Any

from tests.conftest import as_each
from tests.world import World


class TestShowingOneself:
    def test_it_shows_everything_one_may_know_of_oneself(self, world: World) -> None:
        assert world.ben.get("/users/self").json() == {
            "id": world.ids["ben"],
            "name": "Ben Okri",
            "created_at": "2026-02-15T12:00:00Z",
            "sortable_name": "Okri, Ben",
            "short_name": "Ben Okri",
            "login_id": "ben@example.com",
            "avatar_url": f"{world.url}/images/avatar-50.png",
            "first_name": "Ben",
            "last_name": "Okri",
            "locale": None,
            "effective_locale": "en",
            "permissions": {
                "can_update_name": True,
                "can_update_avatar": True,
                "limit_parent_app_web_access": False,
            },
        }

    def test_it_adds_the_address_when_there_is_one(self, world: World) -> None:
        assert world.root.get("/users/self").json()["email"] == "root@example.com"

    def test_it_takes_every_form_of_reference(self, world: World) -> None:
        me = world.root.get("/users/self", params={"include[]": "uuid"}).json()
        for ref in ("self", "1", "%201%20", "sis_login_id:ROOT@example.com", f"uuid:{me['uuid']}", "self.json"):
            assert world.root.get(f"/users/{ref}").json()["id"] == 1

    @as_each("nobody", "sis_user_id:none", "uuid:short", "0x1", "99999999999999999999", "lti_user_id:1", "hex:zz", "-1")
    def test_it_does_not_find(self, world: World, who: str) -> None:
        assert world.root.get(f"/users/{who}").status_code == 404

    def test_it_needs_somebody(self, world: World) -> None:
        assert world.anyone.get("/users/self").status_code == 401

    def test_it_gives_string_ids_when_asked(self, world: World) -> None:
        reply = world.ben.http.get(
            "/api/v1/users/self", headers={"accept": "application/json+canvas-string-ids, application/json"}
        )
        assert reply.json()["id"] == str(world.ids["ben"])


class TestShowingSomebodyElse:
    @as_each("root", "sub", "ada", "tia", "dee", "dov")
    def test_it_is_shown_to_admins_staff_and_observers(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"/users/{world.ids['ben']}").json()["name"] == "Ben Okri"

    @as_each("cleo", "eve")
    def test_it_is_not_found_by_others(self, world: World, who: str) -> None:
        reply = world.as_(who).get(f"/users/{world.ids['ben']}")
        assert reply.status_code == 404
        assert reply.json() == {"errors": [{"message": "The specified resource does not exist."}]}

    def test_it_is_not_shown_to_an_observer_of_somebody_else(self, world: World) -> None:
        assert world.dov.get(f"/users/{world.ids['cleo']}").status_code == 404

    def test_an_admin_of_one_part_does_not_find_who_belongs_to_another(self, world: World) -> None:
        assert world.sub.get(f"/users/{world.ids['eve']}").status_code == 404

    def test_staff_see_sis_and_login_but_an_observer_does_not(self, world: World) -> None:
        for_ada = world.ada.get(f"/users/{world.ids['ben']}").json()
        assert for_ada["login_id"] == "ben@example.com"
        assert for_ada["sis_user_id"] is None
        assert "sis_import_id" not in for_ada
        for_dov = world.dov.get(f"/users/{world.ids['ben']}").json()
        assert not {"login_id", "sis_user_id", "email", "effective_locale"} & set(for_dov)

    def test_a_teacher_no_longer_finds_who_has_left(self, world: World) -> None:
        world.ada.delete(f"{world.course}/enrollments/{world.ids['enrollment:cleo']}", {"task": "delete"})
        assert world.ada.get(f"/users/{world.ids['cleo']}").status_code == 404

    def test_a_teacher_no_longer_finds_students_once_the_course_is_over(self, world: World) -> None:
        world.root.delete(world.course, {"event": "conclude"})
        assert world.ada.get(f"/users/{world.ids['ben']}").status_code == 404

    def test_a_deleted_user_is_shown_with_404(self, world: World) -> None:
        world.do(lambda uow: _delete(uow, world.ids["ben"]))
        reply = world.root.get(f"/users/{world.ids['ben']}")
        assert (reply.status_code, reply.json()["name"]) == (404, "Ben Okri")

    def test_it_costs_a_fixed_number_of_statements(self, world: World) -> None:
        assert world.statements_of(lambda: world.ben.get("/users/self")) <= 6  # noted accesses included
        assert world.statements_of(lambda: world.ben.get("/users/self")) <= 4


async def _delete(uow: Any, user_id: int) -> None:
    from quadrangle.people import users

    await uow.update(users, {"id": user_id}, workflow_state="deleted")


class TestShowingAProfile:
    def test_it_shows_ones_own(self, world: World) -> None:
        profile = world.ben.get("/users/self/profile").json()
        ics = profile.pop("calendar")["ics"]
        assert ics.startswith(f"{world.url}/feeds/calendars/user_{world.ids['ben']}_")
        assert ics.endswith(".ics")
        assert profile == {
            "id": world.ids["ben"],
            "name": "Ben Okri",
            "short_name": "Ben Okri",
            "sortable_name": "Okri, Ben",
            "login_id": "ben@example.com",
            "avatar_url": f"{world.url}/images/avatar-50.png",
            "title": None,
            "bio": None,
            "primary_email": None,
            "time_zone": "America/Denver",
            "locale": None,
            "effective_locale": "en",
            "k5_user": False,
            "use_classic_font_in_k5": False,
        }

    def test_it_shows_others_without_what_is_their_own(self, world: World) -> None:
        profile = world.ada.get(f"/users/{world.ids['ben']}/profile").json()
        assert not {"calendar", "effective_locale", "k5_user"} & set(profile)
        assert profile["login_id"] == "ben@example.com"

    def test_it_is_not_found_by_strangers(self, world: World) -> None:
        assert world.eve.get(f"/users/{world.ids['ben']}/profile").status_code == 404


class TestTheFacesOfOneRecord:
    def test_masquerading_shows_the_target_as_self(self, world: World) -> None:
        reply = world.root.get("/users/self", as_user_id=world.ids["ben"])
        assert reply.json()["id"] == world.ids["ben"]
