"""Which groups one sees, and what is told of them. Source: supporting-resources.md §6."""

from quadrangle.courses import courses
from quadrangle.groups import add_member, create_group, create_group_category, groups
from tests.conftest import as_each
from tests.world import World


def make_group(world: World, name: str, **more: object) -> int:
    made: int = world.do(lambda uow: create_group(uow, category_id=world.ids["birds"], name=name, **more))
    return made


class TestShowingAGroup:
    def test_it_takes_four_statements(self, world: World) -> None:
        assert world.statements_of(lambda: world.ada.get(world.group)) == 4

    def test_it_has_every_key(self, world: World) -> None:
        group = world.ben.get(world.group).json()
        assert group == {
            "id": world.ids["owls"],
            "name": "Owls",
            "description": None,
            "is_public": False,
            "join_level": "invitation_only",
            "group_category_id": world.ids["birds"],
            "max_membership": None,
            "created_at": "2026-02-15T12:00:00Z",
            "members_count": 1,
            "storage_quota_mb": 50,
            "context_type": "Course",
            "context_name": "Physics",
            "course_id": world.ids["physics"],
            "avatar_url": None,
            "role": None,
            "leader": None,
            "has_submission": False,
            "concluded": False,
            "non_collaborative": False,
        }

    def test_it_adds_sis_keys_for_those_with_sis_rights(self, world: World) -> None:
        assert world.ada.get(world.group).json()["sis_group_id"] is None
        assert "sis_import_id" not in world.ada.get(world.group).json()
        assert world.root.get(world.group).json()["sis_import_id"] is None

    @as_each("ben", "ada", "tia", "dee", "sub", "root")
    def test_it_is_open_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(world.group).status_code == 200

    @as_each("cleo", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(world.group).status_code == 403

    def test_it_asks_the_anonymous_to_sign_in(self, world: World) -> None:
        assert world.anyone.get(world.group).status_code == 401

    def test_it_is_not_found_once_deleted_or_never_made(self, world: World) -> None:
        assert world.root.delete(world.group).status_code == 200
        assert world.root.get(world.group).status_code == 404
        assert world.root.get("/groups/999999").status_code == 404
        assert world.root.get("/groups/owls").status_code == 404

    def test_it_is_found_by_its_sis_id(self, world: World) -> None:
        id = make_group(world, "Tits", sis_source_id="bird/1.é")
        assert world.ada.get("/groups/sis_group_id:bird%2F1.%C3%A9").json()["id"] == id
        assert world.ada.get("/groups/sis_group_id:nobird").status_code == 404
        assert world.ada.get("/groups/lti_context_id:x").status_code == 404

    def test_it_tells_permissions_tabs_and_users_when_asked(self, world: World) -> None:
        group = world.ben.get(world.group, params={"include[]": ["permissions", "tabs", "users"]}).json()
        assert group["permissions"] == {
            "create_discussion_topic": True,
            "join": False,
            "create_announcement": False,
        }
        assert [tab["id"] for tab in group["tabs"]] == ["home", "pages", "people", "files"]
        assert [user["name"] for user in group["users"]] == ["Ben Okri"]

    def test_it_follows_its_course(self, world: World) -> None:
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="completed"))
        assert world.ben.get(world.group).json()["concluded"] is True
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="claimed"))
        assert world.ben.get(world.group).status_code == 403
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="deleted"))
        assert world.root.get(world.group).status_code == 404

    def test_it_shows_the_leader_in_short(self, world: World) -> None:
        world.do(lambda uow: uow.update(groups, {"id": world.ids["owls"]}, leader_id=world.ids["ben"]))
        leader = world.ada.get(world.group).json()["leader"]
        assert leader["id"] == world.ids["ben"]
        assert leader["display_name"] == "Ben Okri"

    def test_it_is_open_to_whoever_may_join(self, world: World) -> None:
        world.do(lambda uow: uow.update(groups, {"id": world.ids["owls"]}, join_level="parent_context_auto_join"))
        assert world.cleo.get(world.group, include="permissions").json()["permissions"]["join"] is True
        assert world.eve.get(world.group).status_code == 403


class TestListingTheGroupsOfACourse:
    def test_it_gives_them_by_id(self, world: World) -> None:
        tits = make_group(world, "Tits")
        asked = world.cleo.get(world.course + "/groups")
        assert [group["id"] for group in asked.json()] == [world.ids["owls"], tits]
        assert 'rel="last"' in asked.headers["link"]

    def test_it_can_be_only_ones_own(self, world: World) -> None:
        make_group(world, "Tits")
        assert [g["name"] for g in world.ben.get(world.course + "/groups", only_own_groups="true").json()] == ["Owls"]
        assert len(world.ben.get(world.course + "/groups", only_own_groups="false").json()) == 2

    def test_it_can_bring_the_users(self, world: World) -> None:
        make_group(world, "Tits")
        lists = world.ada.get(world.course + "/groups", params={"include[]": "users"}).json()
        assert [[user["id"] for user in group["users"]] for group in lists] == [[world.ids["ben"]], []]

    def test_its_cost_does_not_grow_with_the_list(self, world: World) -> None:
        path = world.course + "/groups?include[]=users"
        before = world.statements_of(lambda: world.ada.get(path))
        for number in range(9):
            make_group(world, f"Group {number}")
        assert world.statements_of(lambda: world.ada.get(path)) == before <= 5

    @as_each("dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(world.course + "/groups").status_code == 403

    def test_it_leaves_deleted_groups_out(self, world: World) -> None:
        world.ada.delete(world.group)
        assert world.ada.get(world.course + "/groups").json() == []

    def test_it_is_not_found_for_an_unknown_course(self, world: World) -> None:
        assert world.ada.get("/courses/999999/groups").status_code == 404


class TestListingTheGroupsOfAnAccount:
    def test_it_gives_the_accounts_own_groups_only(self, world: World) -> None:
        science = world.ids["science"]
        category = world.do(lambda uow: create_group_category(uow, account_id=science, root_id=1, name="Labs"))
        lab = world.do(lambda uow: create_group(uow, category_id=category, name="Lab one"))
        listed = world.sub.get(f"/accounts/{science}/groups").json()
        assert [group["id"] for group in listed] == [lab]
        assert listed[0]["context_type"] == "Account"
        assert listed[0]["account_id"] == science
        assert listed[0]["context_name"] == "Science"
        assert "course_id" not in listed[0]
        assert world.root.get("/accounts/self/groups").json() == []

    @as_each("ada", "ben", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"/accounts/{world.ids['science']}/groups").status_code == 403


class TestListingOnesOwnGroups:
    def test_it_gives_the_groups_one_is_in(self, world: World) -> None:
        community = world.root.post("/groups", {"name": "Choir"}).json()["id"]
        world.do(lambda uow: add_member(uow, group_id=community, user_id=world.ids["ben"]))
        assert [g["name"] for g in world.ben.get("/users/self/groups").json()] == ["Owls", "Choir"]
        assert [g["name"] for g in world.ben.get("/users/self/groups", context_type="Course").json()] == ["Owls"]
        assert [g["name"] for g in world.ben.get("/users/self/groups", context_type="Account").json()] == ["Choir"]
        assert world.cleo.get("/users/self/groups").json() == []

    def test_it_leaves_out_what_is_only_asked_for(self, world: World) -> None:
        world.do(lambda uow: add_member(uow, group_id=world.ids["owls"], user_id=world.ids["cleo"], state="requested"))
        assert world.cleo.get("/users/self/groups").json() == []

    def test_it_leaves_out_groups_of_unpublished_and_deleted_courses(self, world: World) -> None:
        for state in ("claimed", "deleted"):
            world.do(lambda uow, state=state: uow.update(courses, {"id": world.ids["physics"]}, workflow_state=state))
            assert world.ben.get("/users/self/groups").json() == []

    def test_it_needs_a_user(self, world: World) -> None:
        assert world.anyone.get("/users/self/groups").status_code == 401
