"""Reading accounts. Source: accounts.md §3, §5.1 to §5.8; worked cases 1 to 26."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, add_admin
from quadrangle.courses import create_course, enroll
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.world import World

LIMITED = {"id", "name", "parent_account_id", "root_account_id", "workflow_state", "uuid", "default_time_zone"}
FULL = LIMITED | {"default_storage_quota_mb", "default_user_storage_quota_mb", "default_group_storage_quota_mb"}
SIS = {"sis_account_id", "integration_id", "sis_import_id"}
REFUSED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
UNKNOWN = {"errors": [{"message": "The specified resource does not exist."}]}


def ids(reply: Any) -> list[int]:
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.json()]


class TestListingAccounts:
    def test_it_shows_an_admin_their_own_accounts_in_full(self, campus: World) -> None:
        [root] = campus.root.get("/accounts").json()
        assert set(root) == FULL
        assert root["root_account_id"] is None
        assert root["parent_account_id"] is None
        assert root["default_time_zone"] == "America/Denver"
        quotas = ("default_storage_quota_mb", "default_user_storage_quota_mb", "default_group_storage_quota_mb")
        assert [root[name] for name in quotas] == [500, 50, 50]

    def test_it_hides_sis_keys_from_an_admin_of_a_sub_account(self, campus: World) -> None:
        [science] = campus.sub.get("/accounts").json()
        assert science["id"] == campus.ids["science"]
        assert set(science) == FULL

    @as_each("tina", "sam", "eve")
    def test_it_is_empty_for(self, campus: World, who: str) -> None:
        assert campus.as_(who).get("/accounts").json() == []

    def test_it_needs_somebody(self, campus: World) -> None:
        reply = campus.anyone.get("/accounts")
        assert reply.status_code == 401
        assert reply.json()["status"] == "unauthenticated"
        assert "www-authenticate" in reply.headers

    def test_it_is_ordered_by_name_and_pages(self, campus: World) -> None:
        async def more(uow: UnitOfWork) -> None:
            for account in (campus.ids["arts"], campus.ids["physics_dept"]):
                await add_admin(
                    uow, account_id=account, user_id=campus.ids["sub"], role_id=campus.ids["role:AccountAdmin"]
                )
            await add_admin(
                uow,
                account_id=campus.ids["arts"],
                user_id=campus.ids["sub"],
                role_id=campus.ids["role:Clerk"],
            )

        campus.do(more)
        assert ids(campus.sub.get("/accounts")) == [campus.ids[key] for key in ("arts", "physics_dept", "science")]
        first = campus.sub.get("/accounts", per_page=1)
        assert ids(first) == [campus.ids["arts"]]
        assert 'rel="next"' in first.headers["link"]
        assert 'rel="last"' in first.headers["link"]
        assert ids(campus.sub.get("/accounts", page=9)) == []
        assert campus.sub.get("/accounts", page=0).status_code == 404

    def test_it_adds_what_is_included(self, campus: World) -> None:
        reply = campus.root.get("/accounts", params={"include[]": ["course_count", "sub_account_count", "nonsense"]})
        [root] = reply.json()
        assert root["course_count"] == 0
        assert root["sub_account_count"] == 2
        assert set(root) == FULL | {"course_count", "sub_account_count"}

    @pytest.mark.parametrize("name", ["include", "includes", "include[]", "includes[]"])
    def test_it_takes_the_list_under_each_of_its_names(self, campus: World, name: str) -> None:
        [root] = campus.root.get("/accounts", params={name: "lti_guid"}).json()
        assert root["lti_guid"] == f"{root['uuid']}:canvas-lms"

    def test_it_includes_registration_settings(self, campus: World) -> None:
        [root] = campus.root.get("/accounts", params={"include[]": "registration_settings"}).json()
        assert root["registration_settings"] == {"login_handle_name": "Email", "require_email": False}
        assert root["terms_required"] is False
        assert root["terms_of_use_url"] is None
        assert root["privacy_policy_url"] is None
        assert root["recaptcha_key"] is None
        [science] = campus.sub.get("/accounts", params={"include[]": "registration_settings"}).json()
        assert "terms_required" not in science

    def test_it_includes_services_for_those_who_manage_settings(self, campus: World) -> None:
        [root] = campus.root.get("/accounts", params={"include[]": "services"}).json()
        assert root["services"] == {"google_docs_previews": True, "skype": True, "avatars": False}
        [seen] = campus.clerk.get("/accounts", params={"include[]": ["services", "global_id"]}).json()
        assert "services" not in seen
        assert seen["global_id"] == ROOT_ID

    def test_it_counts_statements_not_accounts(self, campus: World) -> None:
        async def more(uow: UnitOfWork) -> None:
            for account in ("arts", "physics_dept"):
                await add_admin(
                    uow,
                    account_id=campus.ids[account],
                    user_id=campus.ids["root"],
                    role_id=campus.ids["role:AccountAdmin"],
                )

        seen: list[int] = []
        from quadrangle.http.endpoint import Application

        original = Application._send

        async def spy(self: Any, call: Any, *args: Any, **kw: Any) -> None:
            seen.append(call.notes.get("statements", 0))
            await original(self, call, *args, **kw)

        Application._send = spy  # type: ignore[method-assign]
        try:
            query = {"include[]": ["course_count", "sub_account_count", "services"]}
            campus.root.get("/accounts", params=query)
            campus.do(more)
            campus.root.get("/accounts", params=query)
        finally:
            Application._send = original  # type: ignore[method-assign]
        assert seen[1] <= seen[0] + 1  # the roots of sub-accounts, once


class TestShowingAnAccount:
    @pytest.mark.parametrize("reference", ["sis_account_id:PHY", "sis_account_id%3APHY", "hex:sis_account_id:504859"])
    def test_it_finds_by_sis_id(self, campus: World, reference: str) -> None:
        account = campus.root.get(f"/accounts/{reference}").json()
        assert account["id"] == campus.ids["physics_dept"]
        assert account["sis_account_id"] == "PHY"
        assert account["integration_id"] is None
        assert account["sis_import_id"] is None
        assert account["parent_account_id"] == campus.ids["science"]
        assert account["root_account_id"] == ROOT_ID
        assert set(account) == FULL | SIS

    @pytest.mark.parametrize("reference", ["self", "default", "1", " 1 ", "self.json"])
    def test_it_finds_the_root_by_its_names(self, campus: World, reference: str) -> None:
        assert campus.root.get(f"/accounts/{reference}").json()["id"] == ROOT_ID

    def test_it_finds_by_uuid(self, campus: World) -> None:
        uuid = campus.root.get("/accounts/self").json()["uuid"]
        assert campus.root.get(f"/accounts/uuid:{uuid}").json()["id"] == ROOT_ID

    def test_it_shows_a_teacher_the_limited_form_of_the_account_of_their_course(self, campus: World) -> None:
        reply = campus.tina.get(f"/accounts/{campus.ids['physics_dept']}", params={"include[]": "lti_guid"})
        assert reply.status_code == 200
        assert set(reply.json()) == LIMITED
        assert reply.json()["default_time_zone"] == "America/Denver"

    def test_it_is_refused_above_the_account_of_the_course(self, campus: World) -> None:
        for account in (campus.ids["science"], ROOT_ID):
            reply = campus.tina.get(f"/accounts/{account}")
            assert reply.status_code == 403
            assert reply.json() == REFUSED
            assert "www-authenticate" not in reply.headers

    @as_each("sam", "eve")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).get(f"/accounts/{campus.ids['physics_dept']}").status_code == 403

    def test_it_answers_401_when_the_server_is_set_so(self, campus: World) -> None:
        campus.use(permission_error_status=401)
        reply = campus.sam.get(f"/accounts/{campus.ids['physics_dept']}")
        assert reply.status_code == 401
        assert reply.json() == REFUSED
        assert "www-authenticate" not in reply.headers

    @pytest.mark.parametrize(
        "reference",
        [
            "999999",
            "0",
            "9" * 19,
            "9" * 40,
            "abc",
            "sis_account_id:none",
            "sis_account_id:",
            "lti_context_id:x",
            "uuid:x",
            "%00",
        ],
    )
    def test_it_does_not_find(self, campus: World, reference: str) -> None:
        reply = campus.root.get(f"/accounts/{reference}")
        assert reply.status_code == (400 if reference == "%00" else 404)
        if reply.status_code == 404:
            assert reply.json() == UNKNOWN

    def test_it_is_in_full_for_a_member_without_any_permission(self, campus: World) -> None:
        reply = campus.clerk.get(f"/accounts/{ROOT_ID}")
        assert reply.status_code == 200
        assert set(reply.json()) == FULL

    def test_it_shows_an_inheriting_account_the_zone_of_the_root_not_of_the_parent(self, campus: World) -> None:
        campus.root.put(f"/accounts/{campus.ids['science']}", {"account[default_time_zone]": "Europe/Berlin"})
        account = campus.root.get(f"/accounts/{campus.ids['physics_dept']}").json()
        assert account["default_time_zone"] == "America/Denver"

    def test_it_is_nobody_elses_when_it_is_site_admin(self, campus: World) -> None:
        assert campus.root.get("/accounts/site_admin").status_code == 403
        assert campus.tina.get("/accounts/site_admin").status_code == 403

    def test_it_turns_ids_into_text_on_request(self, campus: World) -> None:
        headers = {"accept": "application/json+canvas-string-ids"}
        account = campus.root.http.get("/api/v1/accounts/sis_account_id:PHY", headers=headers).json()
        assert account["id"] == str(campus.ids["physics_dept"])
        assert account["root_account_id"] == "1"


class TestListingSubAccounts:
    def test_it_lists_the_direct_ones_by_id(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/sub_accounts")
        assert ids(reply) == [campus.ids["science"], campus.ids["arts"]]
        assert 'rel="last"' in reply.headers["link"]
        assert ids(campus.root.get("/accounts/1/sub_accounts", recursive="false")) == ids(reply)

    def test_it_lists_the_whole_tree_tier_by_tier(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/sub_accounts", recursive="true")
        assert ids(reply) == [campus.ids[key] for key in ("science", "arts", "physics_dept")]
        assert 'rel="last"' not in reply.headers["link"]
        first = campus.root.get("/accounts/self/sub_accounts", recursive="true", per_page=2)
        assert "recursive=true&page=2&per_page=2" in first.headers["link"]
        assert "/accounts/self/sub_accounts?" in first.headers["link"]
        assert ids(campus.root.get("/accounts/1/sub_accounts", recursive="true", per_page=2, page=2)) == [
            campus.ids["physics_dept"]
        ]

    def test_it_is_open_and_in_full_to_a_teacher_of_the_account(self, campus: World) -> None:
        department = campus.ids["physics_dept"]
        assert ids(campus.tina.get(f"/accounts/{department}/sub_accounts")) == []
        campus.root.post(f"/accounts/{department}/sub_accounts", {"account[name]": "Lab"})
        [lab] = campus.tina.get(f"/accounts/{department}/sub_accounts").json()
        assert set(lab) == FULL

    def test_it_counts_what_lies_directly_in_each(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/sub_accounts", params={"include[]": ["course_count", "sub_account_count"]})
        science, arts = reply.json()
        assert (science["course_count"], arts["course_count"]) == (3, 1)
        assert (science["sub_account_count"], arts["sub_account_count"]) == (1, 0)

    def test_it_can_be_ordered_by_name(self, campus: World) -> None:
        assert ids(campus.root.get("/accounts/1/sub_accounts", order="name")) == [
            campus.ids["arts"],
            campus.ids["science"],
        ]
        assert ids(campus.root.get("/accounts/1/sub_accounts", order="mood")) == [
            campus.ids["science"],
            campus.ids["arts"],
        ]

    def test_it_is_refused_to_a_student(self, campus: World) -> None:
        assert campus.sam.get("/accounts/1/sub_accounts").status_code == 403
        assert campus.sam.get("/accounts/4711/sub_accounts").status_code == 404


class TestSettingsOfAnAccount:
    def test_it_is_empty_until_something_is_stored(self, campus: World) -> None:
        assert campus.root.get("/accounts/1/settings").json() == {}
        campus.root.put(
            "/accounts/1",
            {
                "account[settings][microsoft_sync_enabled]": "false",
                "account[settings][microsoft_sync_login_attribute_suffix]": "",
                "account[settings][open_registration]": "true",
            },
        )
        assert campus.root.get("/accounts/1/settings").json() == {
            "microsoft_sync_enabled": False,
            "microsoft_sync_login_attribute_suffix": "",
        }

    @as_each("tina", "sam", "clerk")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).get("/accounts/1/settings").status_code == 403


class TestTheEnvironment:
    @pytest.mark.parametrize("path", ["/settings/environment", "/settings/environment.json"])
    def test_it_is_known_to_everybody_with_a_token(self, campus: World, path: str) -> None:
        seen = campus.sam.get(path).json()
        assert seen["calendar_contexts_limit"] == 10
        assert seen["open_registration"] is False
        assert campus.anyone.get(path).status_code == 401

    def test_it_follows_the_settings_of_the_root(self, campus: World) -> None:
        campus.root.put(
            "/accounts/1",
            {"account[settings][calendar_contexts_limit]": "25", "account[settings][open_registration]": "1"},
        )
        seen = campus.sam.get("/settings/environment").json()
        assert (seen["calendar_contexts_limit"], seen["open_registration"]) == (25, True)


class TestSmallReads:
    def test_terms_of_service_are_those_of_the_root_and_open_to_all(self, campus: World) -> None:
        terms = campus.anyone.get(f"/accounts/{campus.ids['physics_dept']}/terms_of_service").json()
        assert terms["account_id"] == ROOT_ID
        assert terms["terms_type"] == "default"
        assert terms["passive"] is True
        assert terms["content"] is None
        assert terms["self_registration_type"] is None
        root = campus.anyone.get("/accounts/1/terms_of_service").json()
        assert root["self_registration_type"] == "none"
        assert campus.anyone.get("/accounts/999999/terms_of_service").status_code == 404

    def test_help_links_are_the_default_ones_when_there_are_no_others(self, campus: World) -> None:
        links = campus.sam.get("/accounts/1/help_links").json()
        assert (links["help_link_name"], links["help_link_icon"]) == ("Help", "help")
        assert links["custom_help_links"] == links["default_help_links"]
        assert [link["id"] for link in links["default_help_links"]] == [
            "instructor_question",
            "search_the_canvas_guides",
            "report_a_problem",
        ]
        assert links["default_help_links"][0]["available_to"] == ["student"]
        assert campus.sam.get(f"/accounts/{campus.ids['science']}/help_links").json() == links
        assert campus.anyone.get("/accounts/1/help_links").status_code == 401

    def test_help_links_of_a_sub_account_are_none_on_a_hosted_server(self, campus: World) -> None:
        campus.use(reference="hosted")
        assert campus.sam.get(f"/accounts/{campus.ids['science']}/help_links").json() == {}
        assert campus.sam.get("/accounts/1/help_links").json()["help_link_name"] == "Help"

    def test_the_featured_help_link_comes_first(self, campus: World) -> None:
        links = {
            "account": {
                "settings": {
                    "help_link_name": "Rescue",
                    "custom_help_links": [
                        {"text": "Phone", "url": "tel:123", "available_to": ["user", "nobody"]},
                        {"text": "Chat", "url": "https://chat.example.com", "is_featured": True},
                    ],
                }
            }
        }
        assert campus.root.put("/accounts/1", json=links).status_code == 200
        seen = campus.sam.get("/accounts/1/help_links").json()
        assert seen["help_link_name"] == "Rescue"
        assert [link["text"] for link in seen["custom_help_links"]] == ["Chat", "Phone"]
        assert seen["custom_help_links"][1]["available_to"] == ["user"]
        assert len(seen["default_help_links"]) == 3

    def test_the_account_for_manual_courses_is_made_once(self, campus: World) -> None:
        first = campus.sam.get("/manually_created_courses_account").json()
        assert set(first) == LIMITED
        assert first["name"] == "Manually-Created Courses"
        assert first["parent_account_id"] == ROOT_ID
        assert campus.sam.get("/manually_created_courses_account").json()["id"] == first["id"]
        seen = campus.root.get("/manually_created_courses_account").json()
        assert seen["id"] == first["id"]
        assert set(seen) == FULL | SIS
        assert campus.anyone.get("/manually_created_courses_account").status_code == 401

    def test_it_is_made_again_when_it_was_deleted(self, campus: World) -> None:
        first = campus.root.get("/manually_created_courses_account").json()["id"]
        assert campus.root.delete(f"/accounts/1/sub_accounts/{first}").status_code == 200
        assert campus.root.get("/manually_created_courses_account").json()["id"] != first


class TestManageableAccounts:
    @pytest.mark.parametrize("path", ["/manageable_accounts", "/course_creation_accounts"])
    def test_it_lists_an_admins_accounts_and_all_below(self, campus: World, path: str) -> None:
        assert ids(campus.root.get(path)) == [
            ROOT_ID,
            *(campus.ids[key] for key in ("science", "arts", "physics_dept")),
        ]
        assert ids(campus.sub.get(path)) == [campus.ids["science"], campus.ids["physics_dept"]]
        first = campus.root.get(path, per_page=1)
        assert 'rel="next"' in first.headers["link"]
        assert set(first.json()[0]) == FULL

    @pytest.mark.parametrize("path", ["/manageable_accounts", "/course_creation_accounts"])
    @as_each("tina", "sam", "clerk", "eve")
    def test_it_is_empty_for(self, campus: World, path: str, who: str) -> None:
        assert campus.as_(who).get(path).json() == []

    @pytest.mark.parametrize("path", ["/manageable_accounts", "/course_creation_accounts", "/course_accounts"])
    def test_it_needs_somebody(self, campus: World, path: str) -> None:
        assert campus.anyone.get(path).status_code == 401

    def test_it_names_an_account_once(self, campus: World) -> None:
        async def more(uow: UnitOfWork) -> None:
            await add_admin(
                uow,
                account_id=campus.ids["physics_dept"],
                user_id=campus.ids["sub"],
                role_id=campus.ids["role:AccountAdmin"],
            )

        campus.do(more)
        assert ids(campus.sub.get("/manageable_accounts")) == [campus.ids["physics_dept"], campus.ids["science"]]


class TestMakingOnesOwnCourses:
    def manual(self, campus: World) -> int:
        return int(campus.sam.get("/manually_created_courses_account").json()["id"])

    def test_students_get_the_manual_account_and_those_of_their_courses(self, campus: World) -> None:
        campus.root.put("/accounts/1", {"account[settings][students_can_create_courses]": "true"})
        assert ids(campus.sam.get("/course_creation_accounts")) == [self.manual(campus), campus.ids["physics_dept"]]
        assert ids(campus.tina.get("/course_creation_accounts")) == []
        assert ids(campus.sam.get("/manageable_accounts")) == []

    def test_they_get_only_the_manual_account_when_anywhere_is_off(self, campus: World) -> None:
        campus.root.put(
            "/accounts/1",
            {
                "account[settings][teachers_can_create_courses]": "true",
                "account[settings][teachers_can_create_courses_anywhere]": "false",
            },
        )
        assert ids(campus.tina.get("/course_creation_accounts")) == [self.manual(campus)]

    def test_those_without_enrollments_get_the_manual_account(self, campus: World) -> None:
        campus.root.put("/accounts/1", {"account[settings][no_enrollments_can_create_courses]": "true"})
        assert ids(campus.eve.get("/course_creation_accounts")) == [self.manual(campus)]
        assert ids(campus.sam.get("/course_creation_accounts")) == []


NARROW = {"id", "name", "workflow_state", "root_account_id", "parent_account_id"}


class TestCourseAccounts:
    def test_it_lists_where_somebody_teaches_now(self, campus: World) -> None:
        [account] = campus.tina.get("/course_accounts").json()
        assert account["id"] == campus.ids["physics_dept"]
        assert set(account) == NARROW
        assert campus.sam.get("/course_accounts").json() == []
        assert campus.root.get("/course_accounts").json() == []

    def test_it_is_the_limited_form_on_a_hosted_server(self, campus: World) -> None:
        campus.use(reference="hosted")
        [account] = campus.tina.get("/course_accounts").json()
        assert set(account) == LIMITED

    def test_it_pages_by_bookmark(self, campus: World) -> None:
        async def more(uow: UnitOfWork) -> None:
            course = await create_course(
                uow, account_id=campus.ids["arts"], root_id=ROOT_ID, name="Etching", state="claimed"
            )
            await enroll(
                uow,
                course_id=course,
                user_id=campus.ids["tina"],
                type="DesignerEnrollment",
                role_id=campus.ids["role:DesignerEnrollment"],
                state="invited",
            )

        campus.do(more)
        first = campus.tina.get("/course_accounts", per_page=1)
        assert ids(first) == [campus.ids["arts"]]
        assert 'rel="last"' not in first.headers["link"]
        links = {
            part.split("; rel=")[1].strip('"'): part.split(">")[0][1:] for part in first.headers["link"].split(",")
        }
        assert set(links) == {"current", "next", "first"}
        second = campus.tina.http.get(links["next"])
        assert ids(second) == [campus.ids["physics_dept"]]
        assert 'rel="next"' not in second.headers["link"]
        assert campus.tina.get("/course_accounts", page="bookmark:nonsense").status_code == 404


class TestScopes:
    def test_it_lists_every_route_with_its_scope(self, campus: World) -> None:
        scopes = campus.root.get("/accounts/1/scopes").json()
        assert {
            "resource": "accounts",
            "resource_name": "Accounts",
            "controller": "accounts",
            "action": "list_accounts",
            "verb": "GET",
            "scope": "url:GET|/api/v1/accounts",
        } in scopes

    def test_it_groups_by_resource(self, campus: World) -> None:
        grouped = campus.root.get("/accounts/1/scopes", group_by="resource_name").json()
        assert {scope["resource_name"] for scope in grouped["Accounts"]} == {"Accounts"}

    @as_each("tina", "sam", "clerk")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).get("/accounts/1/scopes").status_code == 403
