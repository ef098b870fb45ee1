"""Coming into groups and leaving them. Source: supporting-resources.md §6."""

from typing import Any

from quadrangle.courses import create_section, enroll
from quadrangle.groups import add_member, create_group, group_categories, groups
from quadrangle.people import add_email
from tests.conftest import as_each
from tests.world import World


def category_says(world: World, **values: Any) -> None:
    world.do(lambda uow: uow.update(group_categories, {"id": world.ids["birds"]}, **values))


def group_says(world: World, **values: Any) -> None:
    world.do(lambda uow: uow.update(groups, {"id": world.ids["owls"]}, **values))


def second_group(world: World) -> str:
    return f"/groups/{world.do(lambda uow: create_group(uow, category_id=world.ids['birds'], name='Tits'))}"


class TestListingMembers:
    def test_it_gives_users(self, world: World) -> None:
        users = world.ben.get(world.group + "/users").json()
        assert [user["name"] for user in users] == ["Ben Okri"]
        assert set(users[0]) == {"id", "name", "created_at", "sortable_name", "short_name"}
        assert "avatar_url" in world.ben.get(world.group + "/users", include="avatar_url").json()[0]

    def test_it_adds_logins_and_sis_ids_for_those_with_the_right(self, world: World) -> None:
        user = world.ada.get(world.group + "/users").json()[0]
        assert (user["login_id"], user["sis_user_id"]) == ("ben@example.com", None)
        in_list = world.ada.get(world.course + "/groups", include="users").json()[0]["users"][0]
        assert in_list["login_id"] == "ben@example.com"

    def test_it_searches_by_name(self, world: World) -> None:
        world.do(lambda uow: add_member(uow, group_id=world.ids["owls"], user_id=world.ids["cleo"]))
        found = world.ada.get(world.group + "/users", search_term="CLE").json()
        assert [user["id"] for user in found] == [world.ids["cleo"]]
        assert world.ada.get(world.group + "/users", search_term="%").status_code == 400
        assert world.ada.get(world.group + "/users", search_term="%%").json() == []
        short = world.ada.get(world.group + "/users", search_term="c")
        assert short.json() == {
            "errors": [{"field": "search_term", "code": "invalid", "message": "2 or more characters is required"}]
        }
        assert len(world.ada.get(world.group + "/users", search_term="").json()) == 2

    def test_it_gives_memberships_in_the_wanted_states(self, world: World) -> None:
        world.do(lambda uow: add_member(uow, group_id=world.ids["owls"], user_id=world.ids["cleo"], state="requested"))
        path = world.group + "/memberships"
        states = [one["workflow_state"] for one in world.ada.get(path).json()]
        assert states == ["accepted", "requested"]
        assert len(world.ada.get(path, params={"filter_states[]": ["requested"]}).json()) == 1
        assert world.ada.get(path, params={"filter_states[]": ["nonsense"]}).json() == []

    @as_each("cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(world.group + "/users").status_code == 403
        assert world.as_(who).get(world.group + "/memberships").status_code == 403


class TestShowingAMembership:
    def test_it_is_found_by_id_by_self_and_by_user(self, world: World) -> None:
        mine = world.ben.get(world.group + "/memberships/self").json()
        assert mine == {
            "id": mine["id"],
            "group_id": world.ids["owls"],
            "user_id": world.ids["ben"],
            "workflow_state": "accepted",
            "moderator": False,
            "created_at": "2026-02-15T12:00:00Z",
        }
        assert world.ben.get(f"{world.group}/memberships/{mine['id']}").json() == mine
        assert world.ben.get(f"{world.group}/users/self").json() == mine
        assert world.ben.get(f"{world.group}/users/sis_login_id:BEN@example.com").json() == mine

    def test_it_is_not_found_for_others(self, world: World) -> None:
        assert world.ada.get(world.group + "/memberships/self").status_code == 404
        assert world.ada.get(f"{world.group}/users/{world.ids['cleo']}").status_code == 404
        assert world.ada.get(world.group + "/memberships/x").status_code == 404


class TestPuttingSomebodyIn:
    def test_it_is_accepted_at_once(self, world: World) -> None:
        made = world.ada.post(world.group + "/memberships", {"user_id": str(world.ids["cleo"])})
        assert made.status_code == 200
        body = made.json()
        assert (body["group_id"], body["user_id"]) == (world.ids["owls"], world.ids["cleo"])
        assert (body["workflow_state"], body["just_created"]) == ("accepted", True)
        again = world.ada.post(world.group + "/memberships", {"user_id": str(world.ids["cleo"])}).json()
        assert (again["id"], again["just_created"]) == (body["id"], False)

    def test_it_moves_them_out_of_the_other_group_of_the_category(self, world: World) -> None:
        other = second_group(world)
        world.ada.post(other + "/memberships", {"user_id": str(world.ids["ben"])})
        assert world.ada.get(world.group).json()["members_count"] == 0
        assert world.ada.get(other).json()["members_count"] == 1

    def test_it_needs_somebody_of_the_course(self, world: World) -> None:
        reply = world.ada.post(world.group + "/memberships", {"user_id": str(world.ids["eve"])})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == ["user_id"]
        assert world.ada.post(world.group + "/memberships", {"user_id": "999999"}).status_code == 404
        assert world.ada.post(world.group + "/memberships").status_code == 404
        assert world.ada.post(world.group + "/memberships", {"user_id[x]": "1"}).status_code == 404

    def test_it_stops_when_the_group_is_full(self, world: World) -> None:
        category_says(world, group_limit=1)
        reply = world.ada.post(world.group + "/memberships", {"user_id": str(world.ids["cleo"])})
        assert reply.status_code == 400
        assert reply.json()["errors"]["group_id"][0]["message"] == "The group is full."

    @as_each("ben", "cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        sent = {"user_id": str(world.ids["tia"])}
        assert world.as_(who).post(world.group + "/memberships", sent).status_code == 403


class TestJoining:
    def test_it_is_refused_where_one_must_be_invited(self, world: World) -> None:
        assert world.cleo.post(world.group + "/memberships", {"user_id": "self"}).status_code == 403

    def test_it_works_at_once_where_all_of_the_course_may(self, world: World) -> None:
        group_says(world, join_level="parent_context_auto_join")
        made = world.cleo.post(world.group + "/memberships", {"user_id": "self"}).json()
        assert made["workflow_state"] == "accepted"
        assert world.eve.post(world.group + "/memberships", {"user_id": "self"}).status_code == 403

    def test_it_is_a_request_where_somebody_decides(self, world: World) -> None:
        group_says(world, join_level="parent_context_request")
        made = world.cleo.post(world.group + "/memberships", {"user_id": "self"}).json()
        assert made["workflow_state"] == "requested"
        path = f"{world.group}/memberships/{made['id']}"
        assert world.cleo.put(path, {"workflow_state": "accepted"}).status_code == 403
        assert world.ada.put(path, {"workflow_state": "accepted"}).json()["workflow_state"] == "accepted"

    def test_it_is_a_choice_where_students_sign_up(self, world: World) -> None:
        category_says(world, self_signup="enabled")
        other = second_group(world)
        assert world.ben.post(other + "/memberships", {"user_id": "self"}).json()["workflow_state"] == "accepted"
        assert world.ada.get(world.group).json()["members_count"] == 0
        assert world.ben.delete(other + "/memberships/self").json() == {"ok": True}

    def test_restricted_sign_up_keeps_to_one_section(self, world: World) -> None:
        category_says(world, self_signup="restricted")
        assert world.cleo.post(world.group + "/memberships", {"user_id": "self"}).status_code == 200
        physics = world.ids["physics"]
        section = world.do(lambda uow: create_section(uow, course_id=physics, root_id=1, name="Evening"))
        world.do(
            lambda uow: enroll(
                uow,
                course_id=physics,
                user_id=world.ids["eve"],
                type="StudentEnrollment",
                role_id=world.ids["role:StudentEnrollment"],
                state="active",
                section_id=section,
            )
        )
        reply = world.eve.post(world.group + "/memberships", {"user_id": "self"})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == ["user_id"]


class TestLeaving:
    def test_one_cannot_leave_a_group_the_teacher_made(self, world: World) -> None:
        assert world.ben.delete(world.group + "/memberships/self").status_code == 403

    def test_the_teacher_takes_somebody_out(self, world: World) -> None:
        assert world.ada.delete(f"{world.group}/users/{world.ids['ben']}").json() == {"ok": True}
        assert world.ada.get(world.group).json()["members_count"] == 0
        assert world.ada.delete(f"{world.group}/users/{world.ids['ben']}").status_code == 404

    def test_a_community_may_be_left(self, world: World) -> None:
        group = world.root.post("/groups", {"name": "Choir"}).json()["id"]
        made = world.do(lambda uow: add_member(uow, group_id=group, user_id=world.ids["ben"]))
        assert world.cleo.delete(f"/groups/{group}/memberships/{made}").status_code == 403
        assert world.ben.delete(f"/groups/{group}/memberships/{made}").json() == {"ok": True}


class TestInviting:
    def test_it_reaches_people_of_the_course_by_login_or_mail(self, world: World) -> None:
        world.do(lambda uow: add_email(uow, user_id=world.ids["tia"], address="Tia@mail.example.com", confirmed=True))
        sent = {"invitees[]": ["CLEO@example.com", "tia@mail.example.com", "eve@example.com", "nobody@example.com"]}
        reply = world.ada.post(world.group + "/invite", sent)
        assert reply.status_code == 200
        assert [one["user_id"] for one in reply.json()] == [world.ids["cleo"], world.ids["tia"]]
        assert {one["workflow_state"] for one in reply.json()} == {"invited"}

    def test_who_was_invited_accepts(self, world: World) -> None:
        world.ada.post(world.group + "/invite", {"invitees[]": "cleo@example.com"})
        path = world.group + "/memberships/self"
        assert world.cleo.get(world.group).status_code == 200
        assert world.cleo.put(path, {"moderator": "1", "workflow_state": "accepted"}).status_code == 403
        assert world.cleo.put(path, {"workflow_state": "accepted"}).json()["workflow_state"] == "accepted"

    def test_who_was_invited_declines(self, world: World) -> None:
        world.ada.post(world.group + "/invite", {"invitees[]": "cleo@example.com"})
        assert world.cleo.delete(world.group + "/memberships/self").json() == {"ok": True}

    def test_it_is_refused_to_members(self, world: World) -> None:
        assert world.ben.post(world.group + "/invite", {"invitees[]": "cleo@example.com"}).status_code == 403


class TestALeader:
    def test_it_is_whoever_came_first(self, world: World) -> None:
        category_says(world, auto_leader="first")
        other = second_group(world)
        world.ada.post(other + "/memberships", {"user_id": str(world.ids["cleo"])})
        assert world.ada.get(other).json()["leader"]["id"] == world.ids["cleo"]
        world.ada.delete(f"{other}/users/{world.ids['cleo']}")
        assert world.ada.get(other).json()["leader"] is None

    def test_it_goes_with_the_member_who_moves(self, world: World) -> None:
        category_says(world, auto_leader="random")
        group_says(world, leader_id=world.ids["ben"])
        other = second_group(world)
        world.ada.post(other + "/memberships", {"user_id": str(world.ids["ben"])})
        assert world.ada.get(world.group).json()["leader"] is None
        assert world.ada.get(other).json()["leader"]["id"] == world.ids["ben"]
