"""What the canvasapi client needs around pages: people, accounts, courses, groups. Source: real-clients.md §2, §3, §6, §7, §8."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from canvasapi.exceptions import BadRequest, CanvasException, Forbidden, ResourceDoesNotExist

from tests.contracts.client import Clients, has, requester
from tests.world import World

LOGIN = ("id", "user_id", "account_id", "unique_id")
ENROLLMENT = ("id", "type", "course_id", "user_id", "enrollment_state", "role", "role_id", "course_section_id")
MEMBERSHIP = ("id", "group_id", "user_id", "workflow_state")


class TestUsers:
    def test_oneself_and_others(self, api: Clients, world: World) -> None:
        me = api.ada.get_current_user()
        has(me, "id", "name", "sortable_name", "short_name", "created_at")
        assert me.name == "Ada Byron"
        assert api.root.get_user("self").id == 1
        ben = api.root.get_user(world.ids["ben"])
        assert ben.sortable_name == "Okri, Ben"
        assert api.root.get_user("ben@example.com", "sis_login_id").id == ben.id
        with pytest.raises(ResourceDoesNotExist):
            api.eve.get_user(world.ids["ben"])

    def test_profile(self, api: Clients, world: World) -> None:
        profile = api.ada.get_current_user().get_profile()
        assert profile["id"] == world.ids["ada"]
        assert profile["name"] == "Ada Byron"
        assert {"login_id", "sortable_name", "time_zone", "calendar"} <= profile.keys()

    def test_editing(self, api: Clients) -> None:
        me = api.ada.get_current_user()
        edited = me.edit(user={"short_name": "Ada"})
        assert edited.short_name == "Ada"
        assert me.short_name == "Ada"

    def test_lists_of_a_user(self, api: Clients) -> None:
        me = api.ben.get_current_user()
        assert [one.name for one in me.get_courses()] == ["Physics"]
        enrollments = list(me.get_enrollments())
        assert [one.type for one in enrollments] == ["StudentEnrollment"]
        has(enrollments[0], *ENROLLMENT)

    def test_logins_of_a_user(self, api: Clients, world: World) -> None:
        logins = list(api.root.get_user(world.ids["ben"]).get_user_logins())
        assert [one.unique_id for one in logins] == ["ben@example.com"]
        has(logins[0], *LOGIN)

    def test_ending_all_sessions(self, api: Clients, world: World) -> None:
        assert api.root.get_user(world.ids["eve"]).terminate_sessions() == "ok"

    def test_merging_is_not_served(self, api: Clients, world: World) -> None:
        with pytest.raises(ResourceDoesNotExist):
            api.root.get_user(world.ids["ben"]).merge_into(world.ids["cleo"])


class TestAccounts:
    def test_list_and_show(self, api: Clients, world: World) -> None:
        accounts = list(api.root.get_accounts())
        assert "Root U" in [one.name for one in accounts]
        root = api.account()
        has(root, "id", "name", "parent_account_id", "root_account_id", "workflow_state")
        assert root.parent_account_id is None
        science = api.root.get_account("SCI", use_sis_id=True)
        assert (science.id, science.parent_account_id) == (world.ids["science"], 1)

    def test_accounts_a_teacher_teaches_in(self, api: Clients) -> None:
        for account in api.ada.get_course_accounts():
            has(account, "id", "name")
        assert list(api.ada.get_accounts()) == []

    def test_root_accounts_are_not_created_here(self, api: Clients) -> None:
        with pytest.raises(ResourceDoesNotExist):
            api.root.create_account(account={"name": "Another"})

    def test_sub_accounts_come_change_and_go(self, api: Clients) -> None:
        root = api.account()
        made = root.create_subaccount({"name": "Law"})
        has(made, "id", "name", "parent_account_id")
        assert made.parent_account_id == 1
        below = made.create_subaccount({"name": "Tax Law"})
        direct = [one.name for one in root.get_subaccounts()]
        assert "Law" in direct
        assert "Tax Law" not in direct
        assert "Tax Law" in [one.name for one in root.get_subaccounts(recursive=True)]
        assert made.update(account={"name": "Faculty of Law"}) is True
        assert made.name == "Faculty of Law"
        assert below.delete() is True
        assert made.delete() is True

    def test_a_sub_account_belongs_to_its_administrator(self, api: Clients, world: World) -> None:
        assert [one.name for one in api.sub.get_accounts()] == ["Science"]
        with pytest.raises(CanvasException):
            api.sub.get_account(world.ids["arts"]).update(account={"name": "Mine"})

    def test_creating_a_course(self, api: Clients) -> None:
        made = api.account().create_course(course={"name": "Chemistry", "course_code": "CHE1"}, offer=True)
        has(made, "id", "name", "course_code")
        assert made.workflow_state == "available"

    def test_users(self, api: Clients) -> None:
        root = api.account()
        names = [one.name for one in root.get_users(search_term="Ben")]
        assert names == ["Ben Okri"]
        made = root.create_user(
            {"unique_id": "fay@example.com", "send_confirmation": False},
            user={"name": "Fay Wray", "skip_registration": True},
        )
        has(made, "id", "name", "login_id")
        assert made.name == "Fay Wray"
        with pytest.raises(BadRequest):
            root.create_user({"unique_id": "fay@example.com"})

    def test_logins(self, api: Clients, world: World) -> None:
        root = api.account()
        made = root.create_user_login({"id": world.ids["ben"]}, {"unique_id": "ben.the.second"})
        has(made, *LOGIN)
        assert "ben.the.second" in [one.unique_id for one in root.get_user_logins()] or "ben.the.second" in [
            one.unique_id for one in api.root.get_user(world.ids["ben"]).get_user_logins()
        ]
        assert made.edit(login={"unique_id": "ben.ii"}).unique_id == "ben.ii"
        assert made.delete().unique_id == "ben.ii"

    def test_groups_and_their_categories(self, api: Clients) -> None:
        root = api.account()
        made = root.create_group_category("Clubs")
        has(made, "id", "name")
        assert "Clubs" in [one.name for one in root.get_group_categories()]
        made.create_group(name="Chess")
        assert "Chess" in [one.name for one in root.get_groups()]

    def test_one_enrollment(self, api: Clients, world: World) -> None:
        found = api.account().get_enrollment(world.ids["enrollment:ben"])
        has(found, *ENROLLMENT)
        assert found.user_id == world.ids["ben"]

    def test_terms(self, api: Clients) -> None:
        root = api.account()
        start = datetime(2026, 9, 1, tzinfo=UTC)
        made = root.create_enrollment_term(
            enrollment_term={"name": "Autumn", "start_at": start, "end_at": start + timedelta(days=100)}
        )
        has(made, "id", "name", "account_id")
        assert made.start_at_date == start
        assert {one.name for one in root.get_enrollment_terms()} >= {"Autumn", "Default Term"}
        assert root.get_enrollment_term(made.id).name == "Autumn"
        assert made.edit(enrollment_term={"name": "Fall"}).name == "Fall"
        assert made.delete().workflow_state == "deleted"

    def test_roles(self, api: Clients) -> None:
        root = api.account()
        labels = [one.label for one in root.get_roles()]
        assert {"Teacher", "Student", "Account Admin"} <= set(labels)
        made = root.create_role("Reader", base_role_type="AccountMembership")
        has(made, "id", "label", "base_role_type", "workflow_state", "permissions")
        assert root.get_role(made.id).label == "Reader"
        updated = root.update_role(made, permissions={"read_roster": {"explicit": True, "enabled": True}})
        assert updated.permissions["read_roster"]["enabled"]
        assert root.deactivate_role(made).workflow_state == "inactive"
        assert root.activate_role(made).workflow_state == "active"

    def test_admins(self, api: Clients, world: World) -> None:
        root = api.account()
        made = root.create_admin(world.ids["eve"], send_confirmation=False)
        has(made, "id", "user")
        assert made.user["name"] == "Eve Elsewhere"
        assert world.ids["eve"] in [one.user["id"] for one in root.get_admins()]
        assert root.delete_admin(world.ids["eve"]).user["id"] == world.ids["eve"]

    def test_scopes(self, api: Clients) -> None:
        scopes = list(api.account().get_scopes())
        has(scopes[0], "resource", "scope")
        assert "url:GET|/api/v1/courses/:course_id/pages" in [one.scope for one in scopes]


class TestCourses:
    def test_one_course(self, api: Clients, world: World) -> None:
        course = api.course("ada")
        has(course, "id", "name", "course_code")
        with pytest.raises(ResourceDoesNotExist):
            api.ada.get_course("PHY101", use_sis_id=True)

    def test_changing_concluding_and_deleting(self, api: Clients) -> None:
        course = api.course("root")
        assert course.update(course={"name": "Physics II"}) == "Physics II"
        assert api.course("root").name == "Physics II"
        assert course.conclude() is True
        assert api.course("root").workflow_state == "completed"
        assert course.delete() is True

    def test_resetting_is_not_served(self, api: Clients) -> None:
        with pytest.raises(ResourceDoesNotExist):
            api.course("root").reset()

    def test_its_people(self, api: Clients, world: World) -> None:
        course = api.course("ada")
        students = list(course.get_users(enrollment_type=["student"], include=["enrollments", "email"]))
        assert [one.name for one in students] == ["Ben Okri", "Cleo Patra"]
        has(students[0], "id", "name", "sortable_name", "short_name", "enrollments")
        assert course.get_user(world.ids["ben"]).name == "Ben Okri"

    def test_enrolling_and_leaving(self, api: Clients, world: World) -> None:
        course = api.course("root")
        made = course.enroll_user(world.ids["eve"], "StudentEnrollment", enrollment={"enrollment_state": "active"})
        has(made, *ENROLLMENT)
        assert (made.enrollment_state, made.user_id) == ("active", world.ids["eve"])
        assert world.ids["eve"] in [one.user_id for one in course.get_enrollments(type=["StudentEnrollment"])]
        assert made.deactivate("inactivate").enrollment_state == "inactive"
        assert made.reactivate().enrollment_state == "active"
        assert made.deactivate("conclude").enrollment_state == "completed"

    def test_invitations(self, api: Clients, world: World) -> None:
        invited = api.course("root").enroll_user(world.ids["eve"], "StudentEnrollment")
        assert invited.enrollment_state == "invited"
        invited._requester = requester(api.eve)
        assert invited.accept()
        another = api.course("root").enroll_user(world.ids["sub"], "StudentEnrollment")
        another._requester = requester(api.sub)
        assert another.reject()

    def test_sections(self, api: Clients, world: World) -> None:
        course = api.course("root")
        made = course.create_course_section(course_section={"name": "Evening"})
        has(made, "id", "name", "course_id")
        assert "Evening" in [one.name for one in course.get_sections()]
        assert course.get_section(made.id).name == "Evening"
        assert api.root.get_section(made.id).course_id == course.id
        assert made.edit(course_section={"name": "Night"}).name == "Night"
        enrolled = made.enroll_user(world.ids["eve"])
        assert enrolled.course_section_id == made.id
        assert [one.user_id for one in made.get_enrollments()] == [world.ids["eve"]]
        with pytest.raises(BadRequest, match="You can't delete a section that has enrollments"):
            made.delete()

    def test_cross_listing(self, api: Clients) -> None:
        section = api.course("root").create_course_section(course_section={"name": "Shared"})
        other = api.account().create_course(course={"name": "Chemistry"})
        assert section.cross_list_section(other.id).course_id == other.id
        assert section.decross_list_section().course_id == api.course("root").id


class TestGroups:
    def test_categories_groups_and_members(self, api: Clients, world: World) -> None:
        course = api.course("ada")
        category = course.create_group_category("Fish")
        has(category, "id", "name", "context_type", "course_id")
        assert api.ada.get_group_category(category.id).name == "Fish"
        group = category.create_group(name="Cod")
        has(group, "id", "name", "members_count")
        membership = group.create_membership(world.ids["cleo"])
        has(membership, *MEMBERSHIP)
        assert [one.user_id for one in group.get_memberships()] == [world.ids["cleo"]]
        assert [one.name for one in group.get_users()] == ["Cleo Patra"]
        has(group.get_membership(world.ids["cleo"], "users"), *MEMBERSHIP)
        assert [one.name for one in category.get_users()] == ["Cleo Patra"]
        assert [one.name for one in category.get_groups()] == ["Cod"]
        has(group.update_membership(world.ids["cleo"], moderator=True), *MEMBERSHIP)
        assert membership.update(moderator=False).moderator is False
        assert group.remove_user(world.ids["cleo"])
        has(group.invite(["tia@example.com"])[0], *MEMBERSHIP)
        assert category.update(name="Fishes").name == "Fishes"
        assert group.edit(name="Codfish").name == "Codfish"
        group.delete()
        category.delete()
        with pytest.raises(ResourceDoesNotExist):
            api.ada.get_group_category(category.id)

    def test_communities(self, api: Clients) -> None:
        made = api.root.create_group(name="Readers", description="Books", is_public=True)
        has(made, "id", "name", "join_level")
        assert api.root.get_group(made.id).name == "Readers"
        with pytest.raises(Forbidden):
            api.ada.create_group(name="Writers")

    def test_somebody_elses_group(self, api: Clients) -> None:
        with pytest.raises(Forbidden):
            api.group("eve")


class TestTokens:
    """No methods of the client; the raw requester (real-clients.md §6)."""

    def test_they_come_are_shown_and_go(self, api: Clients, world: World) -> None:
        raw: Any = requester(api.ada)
        path = f"users/{world.ids['ada']}/tokens"
        made = raw.request("POST", path, _kwargs=[("token[purpose]", "script")]).json()
        assert {"id", "visible_token", "purpose"} <= made.keys()
        shown = raw.request("GET", f"{path}/{made['id']}").json()
        assert shown["purpose"] == "script"
        renamed = raw.request("PUT", f"{path}/{made['id']}", _kwargs=[("token[purpose]", "other")]).json()
        assert renamed["purpose"] == "other"
        raw.request("DELETE", f"{path}/{made['id']}")
        with pytest.raises(CanvasException):
            raw.request("GET", f"{path}/{made['id']}")


class TestProgress:
    def test_sharing_out_members_tells_how_far_it_is(self, api: Clients) -> None:
        category = api.course("ada").create_group_category("Fish")
        category.create_group(name="Cod")
        progress = category.assign_members()
        has(progress, "id", "tag", "workflow_state")
        assert api.ada.get_progress(progress.id).query().workflow_state == "completed"
