"""Who holds what at an account. Source: permissions.md §5 and its checks P1 to P10; accounts.md §5.6, worked cases 18 to 21."""

from typing import Any

import pytest

from quadrangle.accounts import GENERAL_RIGHTS, REGISTRY, ROOT_ID, SITE_ADMIN_ID, add_admin, outranks, role_overrides
from quadrangle.courses import course_sections, courses, create_course, enroll, is_associated
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.accounts.conftest import add_custom_role, add_person
from tests.world import World


def may(world: World, who: str, account: int, *names: str) -> list[bool]:
    reply = world.as_(who).get(f"/accounts/{account}/permissions", params={"permissions[]": list(names)})
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert set(body) == set(names)
    return [body[name] for name in names]


def override(world: World, account: int, role: str, permission: str, **how: Any) -> Any:
    """An override over the API, as the root's admin."""
    fields = {"explicit": "1", **how}
    role_id = world.ids[f"role:{role}"]
    reply = world.root.put(
        f"/accounts/{account}/roles/{role_id}",
        {f"permissions[{permission}][{key}]": value for key, value in fields.items()},
    )
    assert reply.status_code == 200, reply.text
    return reply.json()["permissions"][permission]


def appoint(world: World, who: str, account: int, role: str) -> None:
    world.do(lambda uow: add_admin(uow, account_id=account, user_id=world.ids[who], role_id=world.ids[f"role:{role}"]))


class TestAskingForPermissions:
    def test_it_answers_the_names_asked_for(self, campus: World) -> None:
        reply = campus.root.get(
            "/accounts/1/permissions", params={"permissions[]": ["become_user", "manage_blarghs", "become_user"]}
        )
        assert reply.json() == {"become_user": True, "manage_blarghs": False}

    def test_it_takes_one_bare_name(self, campus: World) -> None:
        assert campus.root.get("/accounts/self/permissions", permissions="read").json() == {"read": True}

    def test_it_answers_everything_when_no_name_is_sent(self, campus: World) -> None:
        known = campus.root.get("/accounts/1/permissions").json()
        assert set(known) == {*REGISTRY, *GENERAL_RIGHTS}
        assert all(isinstance(value, bool) for value in known.values())
        assert known["manage_alerts"] is True
        assert known["manage_site_settings"] is False

    @as_each("sam", "eve")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        for account in (ROOT_ID, campus.ids["physics_dept"]):
            assert campus.as_(who).get(f"/accounts/{account}/permissions").status_code == 403

    def test_it_is_refused_to_a_teacher_above_their_account(self, campus: World) -> None:
        assert campus.tina.get("/accounts/1/permissions", permissions="read").status_code == 403
        assert campus.anyone.get("/accounts/1/permissions").status_code == 401
        assert campus.root.get("/accounts/4711/permissions").status_code == 404


class TestTheChecksOfTheSpec:
    def test_p1_an_admin_of_the_root_may_become_others_everywhere(self, campus: World) -> None:
        assert may(campus, "root", ROOT_ID, "become_user") == [True]
        assert may(campus, "root", campus.ids["physics_dept"], "become_user") == [True]

    def test_p2_an_admin_of_a_sub_account_may_not(self, campus: World) -> None:
        assert may(campus, "sub", campus.ids["science"], "become_user", "read_course_list") == [False, True]

    def test_p3_a_role_without_permissions_reads_and_manages(self, campus: World) -> None:
        names = ("read", "manage", "read_course_list", "manage_alerts")
        assert may(campus, "clerk", ROOT_ID, *names) == [True, True, False, False]
        general = (
            "read_as_admin",
            "update",
            "delete",
            "read_outcomes",
            "read_terms",
            "read_files",
            "launch_external_tool",
        )
        assert may(campus, "clerk", campus.ids["physics_dept"], *general) == [True] * 7

    def test_p4_a_sub_account_takes_back_what_the_root_took_away(self, campus: World) -> None:
        appoint(campus, "eve", campus.ids["arts"], "AccountAdmin")
        override(campus, ROOT_ID, "AccountAdmin", "manage_alerts", enabled="0")
        assert may(campus, "sub", campus.ids["science"], "manage_alerts") == [False]
        override(campus, campus.ids["science"], "AccountAdmin", "manage_alerts", enabled="1")
        assert may(campus, "sub", campus.ids["science"], "manage_alerts") == [True]
        assert may(campus, "sub", campus.ids["physics_dept"], "manage_alerts") == [True]
        assert may(campus, "eve", campus.ids["arts"], "manage_alerts") == [False]
        assert may(campus, "root", ROOT_ID, "manage_alerts") == [False]

    def test_p5_unless_it_is_locked(self, campus: World) -> None:
        override(campus, campus.ids["science"], "AccountAdmin", "manage_alerts", enabled="1")
        override(campus, ROOT_ID, "AccountAdmin", "manage_alerts", enabled="0", locked="1")
        assert may(campus, "sub", campus.ids["science"], "manage_alerts") == [False]

    def test_p6_an_override_for_the_accounts_below_alone(self, campus: World) -> None:
        shown = override(campus, ROOT_ID, "Clerk", "manage_alerts", enabled="1", applies_to_self="0")
        assert (shown["applies_to_self"], shown["applies_to_descendants"]) == (False, True)
        assert may(campus, "clerk", ROOT_ID, "manage_alerts") == [False]
        assert may(campus, "clerk", campus.ids["science"], "manage_alerts") == [True]
        assert may(campus, "clerk", campus.ids["physics_dept"], "manage_alerts") == [True]

    def test_p7_a_teacher_reads_the_account_of_their_course_and_no_more(self, campus: World) -> None:
        names = ("read", "read_files", "manage", "read_reports", "read_roster")
        assert may(campus, "tina", campus.ids["physics_dept"], *names) == [True, True, False, False, False]
        assert campus.tina.get(f"/accounts/{campus.ids['science']}/permissions").status_code == 403

    def test_p8_an_unknown_name_is_not_held(self, campus: World) -> None:
        assert may(campus, "root", ROOT_ID, "manage_blarghs", "read_account", "view_reports") == [False] * 3

    def test_p9_a_student_can_never_make_pages_by_override(self, campus: World) -> None:
        shown = override(campus, ROOT_ID, "StudentEnrollment", "manage_wiki_create", enabled="1")
        assert shown == {"enabled": False, "locked": True, "readonly": True, "explicit": False}

    def test_p10_an_observer_can(self, campus: World) -> None:
        shown = override(campus, ROOT_ID, "ObserverEnrollment", "manage_wiki_create", enabled="1")
        assert (shown["enabled"], shown["explicit"], shown["prior_default"]) == (True, True, False)


class TestReadingThroughACourse:
    """An admin enrollment counts in a claimed course, or active in a published one, directly in the account."""

    def give(self, world: World, course_state: str, state: str, kind: str = "TeacherEnrollment") -> None:
        async def build(uow: UnitOfWork) -> None:
            course = await create_course(
                uow, account_id=world.ids["arts"], root_id=ROOT_ID, name="Etching", state=course_state
            )
            await enroll(
                uow,
                course_id=course,
                user_id=world.ids["eve"],
                type=kind,
                role_id=world.ids[f"role:{kind}"],
                state=state,
            )

        world.do(build)

    @pytest.mark.parametrize(
        ("course_state", "state", "kind", "reads"),
        [
            ("available", "active", "TeacherEnrollment", True),
            ("available", "active", "TaEnrollment", True),
            ("available", "active", "DesignerEnrollment", True),
            ("available", "active", "ObserverEnrollment", False),
            ("available", "active", "StudentEnrollment", False),
            ("available", "invited", "TeacherEnrollment", False),
            ("available", "completed", "TeacherEnrollment", False),
            ("claimed", "invited", "TeacherEnrollment", True),
            ("claimed", "deleted", "TeacherEnrollment", False),
            ("created", "active", "TeacherEnrollment", False),
            ("completed", "active", "TeacherEnrollment", False),
            ("deleted", "active", "TeacherEnrollment", False),
        ],
    )
    def test_it_depends_on_both_states(
        self, campus: World, course_state: str, state: str, kind: str, reads: bool
    ) -> None:
        self.give(campus, course_state, state, kind)
        assert campus.eve.get(f"/accounts/{campus.ids['arts']}").status_code == (200 if reads else 403)


class TestReadingTerms:
    def test_any_admin_of_the_tree_and_any_teacher_may(self, campus: World) -> None:
        for who in ("root", "sub", "clerk", "tina"):
            assert campus.as_(who).get("/accounts/1/terms").status_code == 200
        for who in ("sam", "eve"):
            assert campus.as_(who).get("/accounts/1/terms").status_code == 403


class TestSiteAdmin:
    def test_its_members_hold_all_but_the_sites_own_everywhere(self, campus: World) -> None:
        appoint(campus, "eve", SITE_ADMIN_ID, "AccountAdmin")
        override(campus, ROOT_ID, "AccountAdmin", "manage_alerts", enabled="0", locked="1")
        for account in (SITE_ADMIN_ID, ROOT_ID, campus.ids["physics_dept"]):
            names = ("read", "become_user", "manage_sis", "manage_alerts", "manage_site_settings")
            assert may(campus, "eve", account, *names) == [True] * 5
        services = campus.eve.get("/accounts", params={"include[]": "services"}).json()[0]["services"]
        assert services["account_survey_notifications"] is False
        assert campus.root.get("/accounts/site_admin/permissions").status_code == 403


class TestCalendarDetails:
    def test_a_visible_calendar_is_for_those_who_belong_there(self, campus: World) -> None:
        name = "view_account_calendar_details"
        department = campus.ids["physics_dept"]
        assert may(campus, "tina", department, name) == [False]
        assert may(campus, "clerk", ROOT_ID, name) == [False]
        assert may(campus, "root", ROOT_ID, name) == [True]
        from quadrangle.accounts import accounts

        campus.do(lambda uow: uow.update(accounts, {"id": department}, account_calendar_visible=True))
        assert may(campus, "tina", department, name) == [True]


class TestAssociation:
    def associated(self, world: World, who: str) -> set[str]:
        keys = {"root": ROOT_ID, **{key: world.ids[key] for key in ("science", "arts", "physics_dept")}}

        async def look(uow: UnitOfWork) -> set[str]:
            return {key for key, id in keys.items() if await is_associated(uow, world.ids[who], id)}

        found: set[str] = world.do(look)
        return found

    def test_it_climbs_from_courses_memberships_and_logins(self, campus: World) -> None:
        assert self.associated(campus, "sam") == {"root", "science", "physics_dept"}
        assert self.associated(campus, "sub") == {"root", "science"}
        assert self.associated(campus, "eve") == {"root"}

    def test_it_follows_a_section_to_its_first_home(self, campus: World) -> None:
        async def cross_list(uow: UnitOfWork) -> None:
            await uow.update(course_sections, {"course_id": campus.ids["c1"]}, nonxlist_course_id=campus.ids["c3"])

        campus.do(cross_list)
        assert self.associated(campus, "sam") == {"root", "science", "physics_dept", "arts"}


class TestTheSubsetRule:
    def outranks(self, world: World, who: str, other: str) -> bool:
        found: bool = world.do(lambda uow: outranks(uow, world.ids[who], world.ids[other]))
        return found

    def test_it_compares_at_every_account_where_the_other_is_an_admin(self, campus: World) -> None:
        assert self.outranks(campus, "root", "sub")
        assert not self.outranks(campus, "sub", "root")
        assert not self.outranks(campus, "clerk", "sub")
        assert self.outranks(campus, "clerk", "sam")
        override(campus, ROOT_ID, "AccountAdmin", "manage_alerts", enabled="0")
        override(campus, campus.ids["science"], "AccountAdmin", "manage_alerts", enabled="1")
        assert self.outranks(campus, "root", "sub")  # below the root it was added again, for the root's admins too

    def test_acting_as_needs_it(self, campus: World) -> None:
        reply = campus.root.get("/users/self", as_user_id=campus.ids["sub"])
        assert reply.json()["id"] == campus.ids["sub"]
        reply = campus.sub.get("/users/self", as_user_id=campus.ids["sam"])
        assert (reply.status_code, reply.json()) == (401, {"errors": "Invalid as_user_id"})


class TestPermissionsInACourse:
    """permissions.md §5: through an enrollment active by date, or an admin role on the course's chain."""

    def may(self, world: World, who: str, *names: str, course: str = "physics") -> list[bool]:
        from quadrangle.courses import standing_in
        from quadrangle.kernel.ids import Ref

        async def look(uow: UnitOfWork) -> list[bool]:
            standing = await standing_in(uow, Ref("id", str(world.ids[course])), world.ids[who])
            assert standing is not None
            return [standing.may(name) for name in names]

        found: list[bool] = world.do(look)
        return found

    def reads(self, world: World, who: str) -> bool:
        return bool(world.as_(who).get(world.course).status_code == 200)

    def override(self, world: World, account: int, role: str, permission: str, **how: bool) -> None:
        values = {"enabled": True, "locked": False, "applies_to_self": True, "applies_to_descendants": True, **how}
        world.do(
            lambda uow: uow.insert(
                role_overrides,
                account_id=account,
                role_id=world.ids[f"role:{role}"],
                permission=permission,
                created_at=uow.now,
                updated_at=uow.now,
                **values,
            )
        )

    def test_each_role_begins_with_its_defaults(self, world: World) -> None:
        names = ("manage_wiki_create", "read_sis", "read_announcements", "manage_courses_add")
        assert self.may(world, "ada", *names) == [True, True, True, False]
        assert self.may(world, "tia", *names) == [True, False, True, False]
        assert self.may(world, "ben", *names) == [False, False, True, False]
        assert self.may(world, "eve", *names) == [False] * 4
        assert self.may(world, "root", *names) == [True] * 4
        assert self.may(world, "sub", *names) == [True] * 4

    def test_an_account_on_the_way_down_can_take_and_give(self, world: World) -> None:
        self.override(world, ROOT_ID, "TeacherEnrollment", "manage_wiki_create", enabled=False)
        assert self.may(world, "ada", "manage_wiki_create", "manage_wiki_update") == [False, True]
        self.override(world, world.ids["science"], "TeacherEnrollment", "manage_wiki_create")
        assert self.may(world, "ada", "manage_wiki_create") == [True]

    def test_a_lock_above_decides(self, world: World) -> None:
        self.override(world, ROOT_ID, "TeacherEnrollment", "manage_wiki_create", enabled=False, locked=True)
        self.override(world, world.ids["science"], "TeacherEnrollment", "manage_wiki_create")
        assert self.may(world, "ada", "manage_wiki_create") == [False]

    def test_one_elsewhere_in_the_tree_does_not_matter(self, world: World) -> None:
        self.override(world, world.ids["arts"], "TeacherEnrollment", "manage_wiki_create", enabled=False)
        assert self.may(world, "ada", "manage_wiki_create") == [True]

    def test_what_is_for_the_root_alone_does_not_reach_a_course_below(self, world: World) -> None:
        self.override(world, ROOT_ID, "ObserverEnrollment", "manage_wiki_create", applies_to_descendants=False)
        assert self.may(world, "dov", "manage_wiki_create") == [False]

    def test_a_member_without_permissions_opens_no_course(self, world: World) -> None:
        async def build(uow: UnitOfWork) -> None:
            await add_person(uow, world, "clerk", "Cora Clerk")
            role = await add_custom_role(uow, world, "Clerk", ROOT_ID)
            await add_admin(uow, account_id=ROOT_ID, user_id=world.ids["clerk"], role_id=role)

        world.do(build)
        assert not self.reads(world, "clerk")
        self.override(world, ROOT_ID, "Clerk", "read_course_content")
        assert self.reads(world, "clerk")

    def test_a_concluded_course_can_only_be_read(self, world: World) -> None:
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="completed"))
        for who in ("ada", "tia", "ben", "dov"):
            assert self.reads(world, who)
            assert self.may(world, who, "manage_wiki_create", "read_announcements") == [False, False]
        assert self.may(world, "sub", "manage_wiki_create") == [True]

    def test_an_unpublished_course_is_for_staff_alone(self, world: World) -> None:
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="claimed"))
        assert self.reads(world, "ada")
        assert self.may(world, "ada", "manage_wiki_create") == [True]
        for who in ("ben", "cleo", "dov"):
            assert not self.reads(world, who)
            assert self.may(world, who, "read_announcements") == [False]

    def test_a_deleted_course_is_not_there(self, world: World) -> None:
        world.do(lambda uow: uow.update(courses, {"id": world.ids["physics"]}, workflow_state="deleted"))
        for who in ("ada", "root"):
            assert world.as_(who).get(world.course).status_code == 404

    def test_before_the_term_staff_work_and_students_wait(self, world: World) -> None:
        world.root.put("/accounts/1/terms/default", {"enrollment_term[start_at]": "2026-03-01"})
        assert self.may(world, "ada", "manage_wiki_create") == [True]
        assert self.may(world, "ben", "read_announcements") == [False]
        world.root.put(
            "/accounts/1/terms/default",
            {"enrollment_term[overrides][StudentEnrollment][start_at]": "2026-02-01"},
        )
        assert self.may(world, "ben", "read_announcements") == [True]
        assert self.may(world, "dov", "read_announcements") == [False]

    def test_after_the_term_everybody_only_reads(self, world: World) -> None:
        world.root.put("/accounts/1/terms/default", {"enrollment_term[end_at]": "2026-02-01"})
        for who in ("ada", "ben"):
            assert self.reads(world, who)
            assert self.may(world, who, "read_announcements") == [False]

    def test_students_lose_a_past_course_where_the_account_says_so(self, world: World) -> None:
        world.root.put("/accounts/1/terms/default", {"enrollment_term[end_at]": "2026-02-01"})
        name = "account[settings][restrict_student_past_view]"
        science = f"/accounts/{world.ids['science']}"
        world.root.put("/accounts/1", {f"{name}[value]": "true"})
        assert self.reads(world, "ada")
        assert not self.reads(world, "ben")
        world.root.put(science, {f"{name}[value]": "false"})
        assert self.reads(world, "ben")
        world.root.put("/accounts/1", {f"{name}[value]": "true", f"{name}[locked]": "true"})
        assert not self.reads(world, "ben")
        world.root.put("/accounts/1", json={"account": {"settings": {"restrict_student_past_view": None}}})
        world.root.put(science, {f"{name}[value]": "true"})
        assert not self.reads(world, "ben")


class TestWhatTheQuestionCosts:
    @pytest.mark.parametrize(
        "query", ["", "permissions[]=become_user", "permissions[]=read_terms&permissions[]=create_courses"]
    )
    def test_it_is_three_statements_at_most(self, campus: World, query: str) -> None:
        for who, account in (("root", "1"), ("sub", "science"), ("tina", "physics_dept"), ("clerk", "1")):
            path = f"/accounts/{campus.ids.get(account, account)}/permissions?{query}"
            campus.as_(who).get(path)
            assert campus.statements_of(lambda who=who, path=path: campus.as_(who).get(path)) <= 3
