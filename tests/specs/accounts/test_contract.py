"""Every line A1 to A114 of the contract's checklist, DL1 to DL13 in test_domain_lookups.py.

AD is Root, T is Tina, S is Sam; A1 is the root account, A2 Science, A3 Physics below it, A4 Arts; the clerk is an administrator without
any permission.
"""

from collections.abc import Callable
from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, add_admin
from quadrangle.courses import create_course, enroll
from quadrangle.db import UnitOfWork
from tests.world import World

FIVE = {"id", "name", "workflow_state", "parent_account_id", "root_account_id"}

# The checklist's line, who asks, and the address as the scope writes it and as it is asked.
ROUTES = [
    ("A1 A2", "root", "/accounts", "/accounts"),
    ("A14 A15", "root", "/manageable_accounts", "/manageable_accounts"),
    ("A20 A21", "root", "/course_creation_accounts", "/course_creation_accounts"),
    ("A25 A26", "tina", "/course_accounts", "/course_accounts"),
    ("A30 A31", "root", "/accounts/:id", "/accounts/1"),
    ("A35 A36", "root", "/accounts/:account_id/settings", "/accounts/1/settings"),
    ("A41 A42", "sam", "/settings/environment", "/settings/environment"),
    ("A46 A47", "root", "/accounts/:account_id/permissions", "/accounts/self/permissions?permissions[]=become_user"),
    ("A55 A56", "root", "/accounts/:account_id/sub_accounts", "/accounts/1/sub_accounts"),
    ("A64 A65", "sam", "/accounts/:account_id/terms_of_service", "/accounts/1/terms_of_service"),
    ("A67", "sam", "/accounts/:account_id/help_links", "/accounts/1/help_links"),
    ("A70 A71", "sam", "/manually_created_courses_account", "/manually_created_courses_account"),
    ("A72 A73", "root", "/accounts/:account_id/courses", "/accounts/1/courses"),
]


def scoped(world: World, who: str, scope: str) -> Any:
    made = world.as_(who).post(
        "/users/self/tokens", {"token[purpose]": "one scope", "token[scopes][]": f"url:GET|/api/v1{scope}"}
    )
    assert made.status_code == 200, made.text
    return world.with_token(made.json()["token"])


@pytest.mark.parametrize(("line", "who", "scope", "path"), ROUTES, ids=[line for line, *_ in ROUTES])
def test_the_route_exists_and_has_its_scope(campus: World, line: str, who: str, scope: str, path: str) -> None:
    assert campus.as_(who).get(path).status_code == 200
    other = next(one for _, _, one, _ in ROUTES if one != scope)
    assert scoped(campus, who, scope).get(path).status_code == 200
    refused = scoped(campus, who, other).get(path)
    assert refused.status_code == 401
    assert refused.json() == {"errors": [{"message": "Insufficient scopes on access token."}]}


class TestListsOfAccounts:
    def test_a3_a13_what_one_manages(self, campus: World) -> None:
        """A3 A13."""
        [account] = campus.root.get("/accounts").json()
        assert account["id"] == ROOT_ID
        assert set(account) >= FIVE

    def test_a4_paginated(self, campus: World) -> None:
        """A4."""

        async def second(uow: UnitOfWork) -> None:
            role = campus.ids["role:AccountAdmin"]
            await add_admin(uow, account_id=campus.ids["arts"], user_id=campus.ids["root"], role_id=role)

        campus.do(second)
        assert "next" in campus.root.get("/accounts?per_page=1").links

    def test_a5_a6_empty_for_students_and_teachers(self, campus: World) -> None:
        """A5 A6."""
        assert campus.sam.get("/accounts").json() == campus.tina.get("/accounts").json() == []

    def test_a7_to_a12_includes(self, campus: World) -> None:
        """A7 A8 A9 A10 A11 A12."""
        names = ("lti_guid", "registration_settings", "services", "course_count", "sub_account_count")
        query = "&".join(f"include[]={name}" for name in names)
        [account] = campus.root.get(f"/accounts?{query}").json()
        assert isinstance(account["lti_guid"], str)
        assert "login_handle_name" in account["registration_settings"]
        assert {"terms_required", "terms_of_use_url", "privacy_policy_url"} <= set(account)
        assert {type(value) for value in account["services"].values()} == {bool}
        assert (account["course_count"], account["sub_account_count"]) == (0, 2)
        [clerks] = campus.clerk.get(f"/accounts?{query}").json()
        assert "services" not in clerks

    @pytest.mark.parametrize("path", ["/manageable_accounts", "/course_creation_accounts"])
    def test_a16_to_a24_where_courses_are_made(self, campus: World, path: str) -> None:
        """A16 A17 A18 A19 A22 A23 A24."""
        listed = campus.root.get(path).json()
        assert {one["id"] for one in listed} == {ROOT_ID, *(campus.ids[n] for n in ("science", "arts", "physics_dept"))}
        assert set(listed[0]) >= FIVE
        assert "next" in campus.root.get(f"{path}?per_page=1").links
        for who in ("clerk", "tina", "sam"):
            assert campus.as_(who).get(path).json() == []

    def test_a27_a28_a29_where_one_teaches(self, campus: World) -> None:
        """A27 A28 A29."""
        [account] = campus.tina.get("/course_accounts").json()
        assert account["id"] == campus.ids["physics_dept"]
        assert set(account) == FIVE
        assert campus.sam.get("/course_accounts").json() == []
        for kind in ("Ta", "Designer"):

            async def more(uow: UnitOfWork, kind: str = kind) -> None:
                course = await create_course(
                    uow, account_id=campus.ids["arts"], root_id=ROOT_ID, name=kind, state="available"
                )
                await enroll(
                    uow, course_id=course, user_id=campus.ids["tina" if kind == "Ta" else "eve"],
                    type=f"{kind}Enrollment", role_id=campus.ids[f"role:{kind}Enrollment"], state="active",
                )  # fmt: skip

            campus.do(more)
        assert "next" in campus.tina.get("/course_accounts?per_page=1").links
        assert [one["id"] for one in campus.eve.get("/course_accounts").json()] == [campus.ids["arts"]]


class TestOneAccount:
    def test_a32_a33_a34_by_id_and_sis_id(self, campus: World) -> None:
        """A32 A33 A34."""
        assert campus.root.get("/accounts/1").json()["id"] == ROOT_ID
        account = campus.root.get("/accounts/sis_account_id:SCI").json()
        assert account["id"] == campus.ids["science"]
        assert set(account) >= FIVE

    def test_a37_to_a40_settings(self, campus: World) -> None:
        """A37 A38 A39 A40."""
        assert campus.root.get("/accounts/1/settings").json() == {}
        stored = campus.root.put(
            "/accounts/1",
            {
                "account[settings][microsoft_sync_enabled]": "true",
                "account[settings][microsoft_sync_tenant]": "example.edu",
                "account[settings][microsoft_sync_login_attribute]": "email",
                "account[settings][microsoft_sync_remote_attribute]": "mail",
                "account[settings][microsoft_sync_login_attribute_suffix]": "@example.edu",
            },
        )
        assert stored.status_code == 200
        shown = campus.root.get("/accounts/1/settings").json()
        assert shown["microsoft_sync_enabled"] is True
        assert shown["microsoft_sync_login_attribute_suffix"] == "@example.edu"
        for who in ("tina", "clerk"):
            assert campus.as_(who).get("/accounts/1/settings").status_code == 403

    def test_a43_a44_a45_the_environment(self, campus: World) -> None:
        """A43 A44 A45."""
        shown = campus.sam.get("/settings/environment").json()
        assert (shown["calendar_contexts_limit"], shown["open_registration"]) == (10, False)

    def test_a48_to_a54_permissions(self, campus: World) -> None:
        """A48 A49 A50 A51 A52 A53 A54: booleans, which the example writes as texts."""
        query = "permissions?permissions[]=manage_account_memberships&permissions[]=become_user"
        for account in ("self", "1"):
            shown = campus.root.get(f"/accounts/{account}/{query}").json()
            assert shown == {"manage_account_memberships": True, "become_user": True}
        assert campus.sam.get(f"/accounts/1/{query}").status_code == 403
        physics = campus.tina.get(f"/accounts/{campus.ids['physics_dept']}/{query}")
        assert physics.json() == {"manage_account_memberships": False, "become_user": False}
        assert campus.tina.get(f"/accounts/{campus.ids['science']}/{query}").status_code == 403

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param("", ["science", "arts"], id="A57 A60"),
            pytest.param("recursive=true", ["science", "arts", "physics_dept"], id="A58"),
            pytest.param("recursive=false", ["science", "arts"], id="A59"),
        ],
    )
    def test_sub_accounts(self, campus: World, query: str, found: list[str]) -> None:
        listed = campus.root.get(f"/accounts/1/sub_accounts?{query}").json()
        assert [one["id"] for one in listed] == [campus.ids[key] for key in found]
        assert "next" in campus.root.get(f"/accounts/1/sub_accounts?per_page=1&{query}").links

    def test_a61_a62_a63_counts(self, campus: World) -> None:
        """A61 A62 A63."""
        query = "include[]=course_count&include[]=sub_account_count"
        [science, arts] = campus.root.get(f"/accounts/1/sub_accounts?{query}").json()
        assert (science["course_count"], science["sub_account_count"]) == (3, 1)
        assert (arts["course_count"], arts["sub_account_count"]) == (1, 0)
        assert set(arts) >= FIVE

    def test_a66_terms_of_service(self, campus: World) -> None:
        """A66."""
        shown = campus.anyone.get("/accounts/1/terms_of_service").json()
        assert {"id", "terms_type", "passive", "account_id", "content"} <= set(shown)

    def test_a68_a69_help_links(self, campus: World) -> None:
        """A68 A69."""
        keys = {"help_link_name", "help_link_icon", "custom_help_links", "default_help_links"}
        for account in (ROOT_ID, campus.ids["science"]):
            assert set(campus.sam.get(f"/accounts/{account}/help_links").json()) == keys

    def test_a70_the_account_for_manual_courses(self, campus: World) -> None:
        """A70."""
        assert set(campus.sam.get("/manually_created_courses_account").json()) >= FIVE


Found = Callable[[str], list[str]]


@pytest.fixture
def found(campus: World) -> Found:
    names = {campus.ids[f"c{n}"]: f"c{n}" for n in range(1, 8)}

    def ask(query: str) -> list[str]:
        reply = campus.root.get(f"/accounts/1/courses?{query}")
        assert reply.status_code == 200, reply.text
        return [names[one["id"]] for one in reply.json() if one["id"] != campus.ids["physics"]]

    return ask


ALL = ["c1", "c2", "c3", "c4", "c6", "c7"]
ONE_TEACHER = "by_teachers[]=sis_user_id:t3"


class TestCoursesOfAnAccount:
    def test_a74_paginated(self, campus: World) -> None:
        """A74."""
        reply = campus.root.get("/accounts/1/courses?per_page=1")
        assert len(reply.json()) == 1
        assert "next" in reply.links

    @pytest.mark.parametrize(
        ("query", "courses"),
        [
            pytest.param("with_enrollments=true", ["c1", "c2", "c4"], id="A75"),
            pytest.param("with_enrollments=false", ["c3", "c6", "c7"], id="A76"),
            pytest.param("", ALL, id="A77 A82 A85 A90 A96"),
            pytest.param("enrollment_type[]=teacher", ["c1", "c2", "c4"], id="A78"),
            pytest.param("enrollment_type[]=student&enrollment_type[]=ta", ["c1"], id="A79"),
            pytest.param("published=true", ["c1", "c2", "c7"], id="A80"),
            pytest.param("published=false", ["c3", "c4", "c6"], id="A81"),
            pytest.param("completed=true", ["c2", "c4"], id="A83"),
            pytest.param("completed=false", ["c1", "c3", "c6", "c7"], id="A84"),
            pytest.param("blueprint=true", ["c6"], id="A86 only"),
            pytest.param("blueprint=false", ["c1", "c2", "c3", "c4", "c7"], id="A86 none"),
            pytest.param("blueprint_associated=true", ["c7"], id="A87 only"),
            pytest.param("blueprint_associated=false", ["c1", "c2", "c3", "c4", "c6"], id="A87 none"),
            pytest.param("public=true", ["c4", "c7"], id="A88"),
            pytest.param(ONE_TEACHER, ["c1", "c2", "c4"], id="A91"),
            pytest.param("by_subaccounts[]=sis_account_id:SCI", ["c1", "c2", "c4", "c6", "c7"], id="A92"),
            pytest.param("hide_enrollmentless_courses=true", ["c1", "c2", "c4"], id="A93"),
            pytest.param("state[]=completed", ["c4"], id="A94"),
            pytest.param("state[]=all", ["c1", "c2", "c3", "c4", "c5", "c6", "c7"], id="A95"),
            pytest.param("enrollment_term_id=sis_term_id:F25", ["c2"], id="A97"),
            pytest.param("search_term=mecha", ["c1"], id="A98"),
            pytest.param("search_term=PHY", ["c1", "c2"], id="A99"),
            pytest.param("search_by=teacher&search_term=tina", ["c1", "c2"], id="A114"),
        ],
    )
    def test_filters(self, found: Found, query: str, courses: list[str]) -> None:
        assert found(query) == courses

    @pytest.mark.parametrize("kind", ["teacher", "student", "ta", "observer", "designer"])
    def test_a79_each_kind(self, found: Found, kind: str) -> None:
        """A79."""
        found(f"enrollment_type[]={kind}")

    @pytest.mark.parametrize("state", ["created", "claimed", "available", "completed", "deleted", "all"])
    def test_a95_each_state(self, found: Found, state: str) -> None:
        """A95."""
        assert found(f"state[]={state}") != []

    def test_a89_what_was_never_set_is_not_public(self, campus: World, found: Found) -> None:
        """A89."""
        campus.sql("UPDATE courses SET is_public = NULL WHERE id = :id", id=campus.ids["c3"])
        assert found("public=false") == ["c1", "c2", "c3", "c6"]

    def test_a100_the_full_id(self, campus: World, found: Found) -> None:
        """A100."""
        assert found(f"search_term={campus.ids['c4']}") == ["c4"]

    def test_a101_three_characters(self, campus: World) -> None:
        """A101."""
        assert campus.root.get("/accounts/1/courses?search_term=bi").status_code == 400

    @pytest.mark.parametrize(
        ("name", "kinds"),
        [
            pytest.param("syllabus_body", (type(None), str), id="A102"),
            pytest.param("term", (dict,), id="A103"),
            pytest.param("course_progress", (dict,), id="A104"),
            pytest.param("storage_quota_used_mb", (int, float), id="A105"),
            pytest.param("total_students", (int,), id="A106"),
            pytest.param("teachers", (list,), id="A107"),
            pytest.param("account_name", (str,), id="A108"),
            pytest.param("concluded", (bool,), id="A109"),
            pytest.param("post_manually", (bool,), id="A110"),
        ],
    )
    def test_includes(self, campus: World, name: str, kinds: tuple[type, ...]) -> None:
        shown = campus.root.get("/accounts/1/courses", params={"include[]": name}).json()
        assert len(shown) == len(ALL)
        assert all(isinstance(one[name], kinds) for one in shown)
        assert not any(name in one for one in campus.root.get("/accounts/1/courses").json())

    @pytest.mark.parametrize("name", ["sections", "needs_grading_count", "total_scores"])
    def test_a111_not_here(self, campus: World, name: str) -> None:
        """A111."""
        shown = campus.root.get("/accounts/1/courses", params={"include[]": name}).json()
        assert not any(name in one for one in shown)

    @pytest.mark.parametrize(
        ("sort", "courses"),
        [
            ("course_status", ["c1", "c2", "c7", "c4", "c3", "c6"]),
            ("course_name", ["c7", "c6", "c4", "c3", "c1", "c2"]),
            ("sis_course_id", ALL),
            ("teacher", ["c1", "c2", "c4", "c3", "c6", "c7"]),
            ("account_name", ["c3", "c1", "c2", "c4", "c6", "c7"]),
        ],
    )
    def test_a112_a113_sorted_both_ways(self, found: Found, sort: str, courses: list[str]) -> None:
        """A112 A113."""
        assert found(f"sort={sort}") == found(f"sort={sort}&order=asc") == courses
        assert found(f"sort={sort}&order=desc") == courses[::-1]
