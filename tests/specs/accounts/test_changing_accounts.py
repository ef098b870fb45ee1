"""Changing accounts: revising, growing, moving, deleting. Source: accounts.md §5.9, §5.13; worked cases 41 to 46."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, add_admin, role_overrides
from quadrangle.courses import courses
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.accounts.conftest import add_custom_role
from tests.world import World


def put(world: World, account: int, who: str = "root", **fields: Any) -> Any:
    return world.as_(who).put(f"/accounts/{account}", {f"account[{name}]": value for name, value in fields.items()})


def setting(world: World, account: int, name: str, value: Any, who: str = "root") -> Any:
    return world.as_(who).put(f"/accounts/{account}", {f"account[settings]{name}": value})


def stored(world: World, account: int) -> dict[str, Any]:
    from quadrangle.accounts import reload

    async def look(uow: UnitOfWork) -> dict[str, Any]:
        return (await reload(uow, account)).settings

    found: dict[str, Any] = world.do(look)
    return found


def allow(world: World, role: str, account: int, *permissions: str) -> None:
    async def give(uow: UnitOfWork) -> None:
        for permission in permissions:
            await uow.insert(
                role_overrides,
                account_id=account,
                role_id=world.ids[f"role:{role}"],
                permission=permission,
                enabled=True,
                locked=False,
                applies_to_self=True,
                applies_to_descendants=True,
                created_at=uow.now,
                updated_at=uow.now,
            )

    world.do(give)


class TestRenaming:
    def test_it_takes_a_new_name(self, campus: World) -> None:
        reply = put(campus, campus.ids["science"], name="Sciences")
        assert reply.status_code == 200
        assert reply.json()["name"] == "Sciences"
        assert campus.root.get(f"/accounts/{campus.ids['science']}").json()["name"] == "Sciences"

    @pytest.mark.parametrize("name", ["", "   "])
    def test_it_cannot_be_blank(self, campus: World, name: str) -> None:
        reply = put(campus, 1, name=name, default_time_zone="Europe/Berlin")
        assert reply.status_code == 400
        says = "The account name cannot be blank"
        assert reply.json()["errors"]["name"] == [{"attribute": "name", "type": says, "message": says}]
        root = campus.root.get("/accounts/1").json()
        assert (root["name"], root["default_time_zone"]) == ("Root U", "America/Denver")

    def test_it_cannot_be_null(self, campus: World) -> None:
        reply = campus.root.put("/accounts/1", json={"account": {"name": None}})
        assert reply.json()["errors"]["name"][0]["message"] == "The account name cannot be blank"

    def test_it_has_at_most_255_characters(self, campus: World) -> None:
        assert put(campus, 1, name="é" * 255).status_code == 200
        assert put(campus, 1, name="é" * 256).json()["errors"]["name"][0]["type"] == "too_long"

    def test_an_edit_by_hand_can_be_protected(self, campus: World) -> None:
        science = campus.ids["science"]
        put(campus, science, name="By hand")
        reply = campus.root.put(
            f"/accounts/{science}", {"account[name]": "By machine", "override_sis_stickiness": "false"}
        )
        assert reply.json()["name"] == "By hand"
        arts = campus.ids["arts"]
        reply = campus.root.put(f"/accounts/{arts}", {"account[name]": "First", "override_sis_stickiness": "false"})
        assert reply.json()["name"] == "First"


class TestGate:
    def test_nothing_sent_changes_nothing(self, campus: World) -> None:
        before = campus.root.get("/accounts/1").json()
        for how in ({}, {"data": {"account": ""}}, {"json": {"account": {}}}, {"json": {}}):
            reply = campus.root.request("PUT", "/accounts/1", **how)  # type: ignore[arg-type]
            assert (reply.status_code, reply.json()) == (200, before)

    def test_text_where_fields_belong_is_bad(self, campus: World) -> None:
        assert campus.root.put("/accounts/1", {"account": "{'name': 'x'}"}).status_code == 400

    def test_unknown_fields_are_ignored(self, campus: World) -> None:
        reply = campus.root.put("/accounts/1", json={"account": {"mood": "good"}, "account[name]": "x", "x": [1]})
        assert (reply.status_code, reply.json()["name"]) == (200, "Root U")

    @as_each("tina", "sam", "eve", "clerk", "sub")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        reply = put(campus, 1, who, name="Mine")
        assert reply.status_code == 403
        assert campus.anyone.put("/accounts/1", {"account[name]": "x"}).status_code == 401

    def test_one_field_too_many_refuses_all(self, campus: World) -> None:
        allow(campus, "Clerk", 1, "manage_storage_quotas")
        reply = put(campus, 1, "clerk", name="Mine", default_storage_quota_mb="600")
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        says = "You are not allowed to manage account settings"
        assert reply.json() == {"errors": {"name": [{"attribute": "name", "type": says, "message": says}]}}
        assert campus.root.get("/accounts/1").json()["default_storage_quota_mb"] == 500
        assert put(campus, 1, "clerk", default_storage_quota_mb="600").json()["default_storage_quota_mb"] == 600

    def test_quotas_are_a_right_of_their_own(self, campus: World) -> None:
        allow(campus, "Clerk", 1, "manage_account_settings")
        reply = put(campus, 1, "clerk", default_storage_quota_mb="600")
        assert reply.status_code == 401
        [error] = reply.json()["errors"]["default_storage_quota_mb"]
        assert error["message"] == "You are not allowed to manage quota settings"


class TestTimeZone:
    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ("Alaska", "America/Juneau"),
            ("Europe/Berlin", "Europe/Berlin"),
            ("Eastern Time (US & Canada)", "America/New_York"),
        ],
    )
    def test_it_is_shown_by_its_iana_name(self, campus: World, sent: str, shown: str) -> None:
        assert put(campus, 1, default_time_zone=sent).json()["default_time_zone"] == shown
        assert campus.root.get("/accounts").json()[0]["default_time_zone"] == shown

    @pytest.mark.parametrize("sent", ["Booger", "../../etc/passwd", "america", "x" * 5000])
    def test_it_must_be_known(self, campus: World, sent: str) -> None:
        reply = put(campus, 1, default_time_zone=sent)
        assert reply.status_code == 400
        [error] = reply.json()["errors"]["default_time_zone"]
        assert error["message"].endswith("is not a recognized time zone")

    def test_blank_goes_back_to_the_roots(self, campus: World) -> None:
        science = campus.ids["science"]
        put(campus, science, default_time_zone="Tokyo")
        assert put(campus, science, default_time_zone="").json()["default_time_zone"] == "America/Denver"


class TestQuotas:
    def test_zero_inherits(self, campus: World) -> None:
        science = campus.ids["science"]
        assert put(campus, science, default_storage_quota_mb="700").json()["default_storage_quota_mb"] == 700
        assert put(campus, science, default_storage_quota_mb="0").json()["default_storage_quota_mb"] == 500

    def test_a_value_equal_to_the_inherited_one_inherits(self, campus: World) -> None:
        science, department = campus.ids["science"], campus.ids["physics_dept"]
        put(campus, science, default_storage_quota_mb="700", default_group_storage_quota_mb="70")
        put(campus, department, default_storage_quota_mb=" 700 ", default_user_storage_quota_mb="+50")
        put(campus, science, default_storage_quota_mb="800", default_user_storage_quota_mb="90")
        seen = campus.root.get(f"/accounts/{department}").json()
        assert seen["default_storage_quota_mb"] == 800
        assert seen["default_group_storage_quota_mb"] == 70
        assert seen["default_user_storage_quota_mb"] == 50  # never inherited

    @pytest.mark.parametrize(
        "name", ["default_storage_quota_mb", "default_user_storage_quota_mb", "default_group_storage_quota_mb"]
    )
    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ("-1", "Value must be positive"),
            ("abc", "An integer value is required"),
            ("", "An integer value is required"),
            ("1.5", "An integer value is required"),
            ("٣", "An integer value is required"),
            (str(2**42), "Value too large"),
            ("9" * 6000, "Value too large"),
        ],
    )
    def test_it_must_be_a_size(self, campus: World, name: str, sent: str, says: str) -> None:
        reply = put(campus, campus.ids["science"], **{name: sent})
        assert reply.status_code == 400
        assert reply.json()["errors"][name][0]["message"] == says

    def test_the_largest_fits(self, campus: World) -> None:
        reply = put(campus, 1, default_storage_quota_mb=str(2**42 - 1))
        assert reply.json()["default_storage_quota_mb"] == 2**42 - 1


class TestSisIds:
    def test_a_root_has_none(self, campus: World) -> None:
        reply = put(campus, 1, sis_account_id="x")
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        assert reply.json()["errors"]["unauthorized"][0]["message"] == "Cannot set sis_account_id on a root_account."

    def test_it_is_unique(self, campus: World) -> None:
        reply = put(campus, campus.ids["science"], sis_account_id="PHY")
        assert reply.status_code == 400
        assert reply.json()["errors"]["sis_source_id"][0]["message"] == 'SIS ID "PHY" is already in use'
        assert put(campus, campus.ids["science"], sis_account_id="SCI").status_code == 200

    def test_blank_takes_it_away(self, campus: World) -> None:
        assert put(campus, campus.ids["science"], sis_account_id="").json()["sis_account_id"] is None
        assert put(campus, campus.ids["arts"], sis_account_id="").status_code == 200
        assert campus.root.get("/accounts/sis_account_id:SCI").status_code == 404

    def test_it_needs_the_right_at_the_root(self, campus: World) -> None:
        reply = put(campus, campus.ids["physics_dept"], "sub", sis_account_id="P2")
        assert reply.status_code == 401
        [error] = reply.json()["errors"]["unauthorized"]
        assert error["message"] == "To change sis_account_id the user must have manage_sis permission."

    def test_it_is_not_endless(self, campus: World) -> None:
        assert put(campus, campus.ids["arts"], sis_account_id="x" * 256).status_code == 400


class TestTemplates:
    @pytest.fixture
    def template(self, campus: World) -> int:
        campus.do(lambda uow: uow.update(courses, {"id": campus.ids["c3"]}, template=True))
        setting(campus, 1, "[course_templates]", "true")
        return campus.ids["c3"]

    def test_it_is_a_template_course_none_or_inherited(self, campus: World, template: int) -> None:
        for sent, shown in ((template, template), ("0", 0), ("", None)):
            assert put(campus, campus.ids["arts"], course_template_id=sent).json()["course_template_id"] == shown

    @pytest.mark.parametrize("sent", ["999999", "abc", "c1"])
    def test_anything_else_is_not_found(self, campus: World, template: int, sent: str) -> None:
        wanted = campus.ids["c1"] if sent == "c1" else sent
        assert put(campus, 1, course_template_id=wanted).status_code == 404

    def test_each_change_has_a_right_of_its_own(self, campus: World, template: int) -> None:
        allow(campus, "Clerk", 1, "manage_account_settings", "add_course_template")
        assert put(campus, 1, "clerk", course_template_id="").status_code == 200
        assert put(campus, 1, "clerk", course_template_id=template).status_code == 200
        assert put(campus, 1, "clerk", course_template_id=template).status_code == 200
        assert put(campus, 1, "clerk", course_template_id="0").status_code == 401
        allow(campus, "Clerk", 1, "delete_course_template")
        assert put(campus, 1, "clerk", course_template_id="0").status_code == 200


class TestMoving:
    def test_it_takes_the_whole_subtree_along(self, campus: World) -> None:
        science, arts, department = (campus.ids[key] for key in ("science", "arts", "physics_dept"))
        lab = campus.root.post(f"/accounts/{department}/sub_accounts", {"account[name]": "Lab"}).json()["id"]
        assert put(campus, department, parent_account_id=arts).json()["parent_account_id"] == arts
        tree = campus.root.get(f"/accounts/{arts}/sub_accounts", recursive="true").json()
        assert [one["id"] for one in tree] == [department, lab]
        assert campus.root.get(f"/accounts/{science}/sub_accounts", recursive="true").json() == []
        assert campus.sub.get(f"/accounts/{lab}").status_code == 403
        tree = campus.root.get("/accounts/1/sub_accounts", recursive="true").json()
        assert [one["id"] for one in tree] == [science, arts, department, lab]

    def test_it_is_found_by_sis_id_and_may_stay_where_it_is(self, campus: World) -> None:
        assert put(campus, campus.ids["arts"], parent_account_id="sis_account_id:SCI").status_code == 200
        assert put(campus, campus.ids["arts"], parent_account_id=campus.ids["science"]).status_code == 200

    def test_it_makes_no_loop(self, campus: World) -> None:
        science, department = campus.ids["science"], campus.ids["physics_dept"]
        for parent in (science, department):
            reply = put(campus, science, parent_account_id=parent)
            assert reply.status_code == 400
            assert "parent_account_id" in reply.json()["errors"]

    def test_a_root_stays_a_root(self, campus: World) -> None:
        assert put(campus, 1, parent_account_id=campus.ids["arts"]).status_code == 400
        reply = campus.root.put("/accounts/1", json={"account": {"parent_account_id": None, "name": "Root U"}})
        assert reply.status_code == 200

    @pytest.mark.parametrize("parent", ["999999", "site_admin", "abc"])
    def test_it_does_not_leave_its_root(self, campus: World, parent: str) -> None:
        assert put(campus, campus.ids["arts"], parent_account_id=parent).status_code == 404

    def test_it_needs_the_right_at_both_ends(self, campus: World) -> None:
        reply = put(campus, campus.ids["physics_dept"], "sub", parent_account_id=campus.ids["arts"])
        assert reply.status_code == 403


class TestServices:
    def test_it_switches_those_that_are_exposed(self, campus: World) -> None:
        reply = campus.root.put(
            "/accounts/1",
            {"account[services][avatars]": "1", "account[services][skype]": "off", "account[services][nope]": "1"},
        )
        assert reply.json()["services"] == {"google_docs_previews": True, "skype": False, "avatars": True}
        [root] = campus.root.get("/accounts", params={"include[]": "services"}).json()
        assert root["services"] == reply.json()["services"]


class TestInheritableSettings:
    @pytest.mark.parametrize(
        "name",
        [
            "restrict_student_past_view",
            "restrict_student_future_view",
            "restrict_student_future_listing",
            "restrict_quantitative_data",
            "lock_all_announcements",
            "conditional_release",
            "usage_rights_required",
            "enable_course_paces",
            "horizon_account",
        ],
    )
    def test_it_stores_what_was_sent_and_no_more(self, campus: World, name: str) -> None:
        science = campus.ids["science"]
        campus.root.put(
            f"/accounts/{science}",
            {f"account[settings][{name}][value]": "yes", f"account[settings][{name}][locked]": "0"},
        )
        assert stored(campus, science)[name] == {"value": True, "locked": False}
        setting(campus, science, f"[{name}][value]", "maybe")
        assert stored(campus, science)[name] == {"value": False}

    def test_it_must_be_a_pair(self, campus: World) -> None:
        reply = setting(campus, 1, "[lock_all_announcements]", "true")
        assert reply.status_code == 400
        assert "lock_all_announcements" in reply.json()["errors"]

    def test_the_font_lives_only_with_k5(self, campus: World) -> None:
        science = campus.ids["science"]
        setting(campus, science, "[use_classic_font_in_k5][value]", "true")
        assert "use_classic_font_in_k5" not in stored(campus, science)
        setting(campus, 1, "[enable_as_k5_account][value]", "true")
        setting(campus, science, "[use_classic_font_in_k5][value]", "true")
        assert stored(campus, science)["use_classic_font_in_k5"] == {"value": True}
        setting(campus, science, "[enable_as_k5_account][value]", "false")
        assert "use_classic_font_in_k5" not in stored(campus, science)

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("0", "0"),
            ("255", "255"),
            (" 12 ", "12"),
            ("", "255"),
            ("text", "255"),
            ("400", "255"),
            ("-2", "255"),
            ("9" * 5000, "255"),
        ],
    )
    def test_the_length_of_names_is_never_an_error(self, campus: World, sent: str, kept: str) -> None:
        assert setting(campus, 1, "[sis_assignment_name_length_input][value]", sent).status_code == 200
        assert stored(campus, 1)["sis_assignment_name_length_input"] == {"value": kept}

    def test_the_dashboard_view_is_taken(self, campus: World) -> None:
        reply = campus.root.put(
            "/accounts/1",
            {
                "account[settings][default_dashboard_view]": "cards",
                "account[settings][force_default_dashboard_view]": "true",
            },
        )
        assert reply.status_code == 200
        assert stored(campus, 1) == {"default_dashboard_view": {"value": "cards"}}


class TestRootSettings:
    @pytest.mark.parametrize(
        "name",
        [
            "enable_eportfolios",
            "limit_personal_access_tokens",
            "restrict_personal_access_tokens_from_students",
            "admin_manage_access_tokens",
            "scheduled_page_publication",
            "permanent_page_links",
            "block_editor",
            "users_can_edit_name",
            "course_templates",
            "include_integration_ids_in_gradebook_exports",
            "include_students_in_global_survey",
            "open_registration",
            "suppress_notifications",
            "teachers_can_create_courses_anywhere",
        ],
    )
    def test_a_switch_is_plain_and_of_the_root_alone(self, campus: World, name: str) -> None:
        assert setting(campus, 1, f"[{name}]", "t").status_code == 200
        assert stored(campus, 1) == {name: True}
        assert setting(campus, campus.ids["science"], f"[{name}]", "t").status_code == 200
        assert stored(campus, campus.ids["science"]) == {}
        campus.root.put("/accounts/1", json={"account": {"settings": {name: None}}})
        assert stored(campus, 1) == {}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("[eportfolio_score]", "loud"),
            ("[self_registration_type]", "everyone"),
            ("[self_registration_type]", ""),
            ("[calendar_contexts_limit]", "0"),
            ("[calendar_contexts_limit]", "many"),
            ("[calendar_contexts_limit]", "9" * 400),
            ("[block_editor][value]", "true"),
            ("[help_link_name]", "x" * 256),
            ("[custom_help_links][0][text]", "no address"),
            ("[password_policy][maximum_login_attempts]", "-3"),
            ("[password_policy]", "strict"),
        ],
    )
    def test_a_bad_value_is_named(self, campus: World, name: str, value: str) -> None:
        reply = setting(campus, 1, name, value)
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == [name[1:].split("]")[0]]
        assert stored(campus, 1) == {}

    @pytest.mark.parametrize(
        ("name", "value"), [("eportfolio_score", "review"), ("self_registration_type", "observer")]
    )
    def test_a_choice_is_kept(self, campus: World, name: str, value: str) -> None:
        assert setting(campus, 1, f"[{name}]", value).status_code == 200
        assert stored(campus, 1) == {name: value}

    def test_the_password_policy_grows(self, campus: World) -> None:
        setting(campus, 1, "[password_policy][minimum_character_length]", "12")
        setting(campus, 1, "[password_policy][require_number_characters]", "on")
        assert stored(campus, 1)["password_policy"] == {
            "minimum_character_length": 12,
            "require_number_characters": True,
        }

    @pytest.mark.parametrize(
        "links",
        [
            [{"text": "a", "url": "javascript:alert(1)"}],
            [{"text": "a", "url": "#a", "is_new": True}, {"text": "b", "url": "#b", "is_new": True}],
            [{"text": "a", "url": "#a", "is_featured": True}, {"text": "b", "url": "#b", "is_featured": True}],
            [{"text": "a", "url": "#a", "is_new": True, "is_featured": True}],
            ["a"],
            [{"text": {"a": 1}, "url": "#a"}],
        ],
    )
    def test_help_links_keep_their_rules(self, campus: World, links: list[Any]) -> None:
        reply = campus.root.put("/accounts/1", json={"account": {"settings": {"custom_help_links": links}}})
        assert reply.status_code == 400
        assert "custom_help_links" in reply.json()["errors"]

    def test_unknown_and_retired_names_are_ignored(self, campus: World) -> None:
        for name in ("mood", "lock_outcome_proficiency", "lock_proficiency_calculation"):
            assert setting(campus, 1, f"[{name}]", "1").status_code == 200
        assert stored(campus, 1) == {}

    def test_settings_that_are_no_group_are_bad(self, campus: World) -> None:
        assert campus.root.put("/accounts/1", {"account[settings]": "x"}).status_code == 400


class TestMicrosoftSync:
    GOOD = (
        ("enabled", "true"),
        ("tenant", "school.example.com"),
        ("login_attribute", "email"),
        ("login_attribute_suffix", "@school.example.com"),
        ("remote_attribute", "mail"),
    )

    def send(self, campus: World, account: int, **changed: str) -> Any:
        fields = {**dict(self.GOOD), **changed}
        return campus.root.put(
            f"/accounts/{account}",
            {f"account[settings][microsoft_sync_{name}]": value for name, value in fields.items()},
        )

    def test_it_is_switched_on_for_any_account(self, campus: World) -> None:
        assert self.send(campus, campus.ids["science"]).status_code == 200
        seen = campus.root.get(f"/accounts/{campus.ids['science']}/settings").json()
        assert seen == {
            "microsoft_sync_enabled": True,
            "microsoft_sync_tenant": "school.example.com",
            "microsoft_sync_login_attribute": "email",
            "microsoft_sync_login_attribute_suffix": "@school.example.com",
            "microsoft_sync_remote_attribute": "mail",
        }
        assert campus.root.get("/accounts/1/settings").json() == {}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("tenant", ""),
            ("tenant", "no tenant"),
            ("login_attribute", "shoe_size"),
            ("remote_attribute", ""),
            ("login_attribute_suffix", "a b"),
            ("login_attribute_suffix", "a" * 255),
        ],
    )
    def test_it_stores_nothing_when_something_is_wrong(self, campus: World, name: str, value: str) -> None:
        reply = self.send(campus, 1, **{name: value})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == [f"microsoft_sync_{name}"]
        assert campus.root.get("/accounts/1/settings").json() == {}

    def test_it_goes_on_from_what_is_stored(self, campus: World) -> None:
        self.send(campus, 1, enabled="false")
        assert setting(campus, 1, "[microsoft_sync_enabled]", "true").status_code == 200
        assert setting(campus, 1, "[microsoft_sync_tenant]", "").status_code == 400


class TestCreatingASubAccount:
    def test_it_answers_the_new_account_in_full(self, campus: World) -> None:
        reply = campus.root.post(
            f"/accounts/{campus.ids['science']}/sub_accounts",
            {"account[name]": "Labs", "account[sis_account_id]": "LAB", "account[mood]": "good"},
        )
        assert reply.status_code == 200
        made = reply.json()
        assert (made["name"], made["sis_account_id"]) == ("Labs", "LAB")
        assert (made["parent_account_id"], made["root_account_id"]) == (campus.ids["science"], 1)
        assert made["workflow_state"] == "active"
        assert made["default_storage_quota_mb"] == 500
        assert campus.root.get("/accounts/sis_account_id:LAB").json() == made

    def test_sis_ids_are_for_those_who_manage_them(self, campus: World) -> None:
        path = f"/accounts/{campus.ids['science']}/sub_accounts"
        reply = campus.sub.post(path, {"account[name]": "Labs", "account[sis_account_id]": "LAB"})
        assert reply.status_code == 401
        assert "www-authenticate" not in reply.headers
        assert reply.json() == {"message": "user not authorized to manage SIS data - account[sis_account_id]"}
        reply = campus.sub.post(path, {"account[name]": "Labs"})
        assert reply.status_code == 200
        assert "sis_account_id" not in reply.json()

    def test_a_sis_id_is_taken_once(self, campus: World) -> None:
        reply = campus.root.post(
            "/accounts/1/sub_accounts", {"account[name]": "Labs", "account[sis_account_id]": "PHY"}
        )
        assert reply.status_code == 400
        assert reply.json()["errors"]["sis_source_id"][0]["message"] == 'SIS ID "PHY" is already in use'
        assert len(campus.root.get("/accounts/1/sub_accounts").json()) == 2

    @pytest.mark.parametrize("data", [{}, {"account[name]": ""}, {"account[name]": " "}, {"account[mood]": "x"}])
    def test_it_needs_a_name(self, campus: World, data: dict[str, str]) -> None:
        reply = campus.root.post("/accounts/1/sub_accounts", data)
        assert reply.status_code == 400
        assert reply.json() == {"errors": {"name": [{"attribute": "name", "type": "blank", "message": "blank"}]}}

    def test_the_name_is_not_endless(self, campus: World) -> None:
        reply = campus.root.post("/accounts/1/sub_accounts", {"account[name]": "x" * 256})
        assert reply.json()["errors"]["name"][0]["type"] == "too_long"

    def test_it_takes_quotas_leniently(self, campus: World) -> None:
        reply = campus.root.post(
            "/accounts/1/sub_accounts",
            {
                "account[name]": "Labs",
                "account[default_storage_quota_mb]": "700",
                "account[default_user_storage_quota_mb]": "plenty",
                "account[default_group_storage_quota_mb]": "-5",
            },
        )
        made = reply.json()
        assert made["default_storage_quota_mb"] == 700
        assert (made["default_user_storage_quota_mb"], made["default_group_storage_quota_mb"]) == (50, 50)

    def test_it_can_hang_deeper(self, campus: World) -> None:
        reply = campus.root.post(
            "/accounts/1/sub_accounts",
            {"account[name]": "Labs", "account[parent_account_id]": campus.ids["physics_dept"]},
        )
        assert reply.json()["parent_account_id"] == campus.ids["physics_dept"]

    def test_it_does_not_hang_elsewhere(self, campus: World) -> None:
        for parent in (campus.ids["arts"], 1, 999999, "x"):
            reply = campus.root.post(
                f"/accounts/{campus.ids['science']}/sub_accounts",
                {"account[name]": "Labs", "account[parent_account_id]": parent},
            )
            assert reply.status_code == 404

    @as_each("tina", "sam", "clerk")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).post("/accounts/1/sub_accounts", {"account[name]": "x"}).status_code == 403

    def test_no_second_root_can_be_made(self, campus: World) -> None:
        assert campus.root.post("/accounts", {"account[name]": "Another"}).status_code == 404


COURSES = {"message": "You can't delete a sub-account that has courses in it."}
CHILDREN = {"message": "You can't delete a sub-account that has sub-accounts in it."}


class TestDeletingASubAccount:
    def empty(self, campus: World) -> int:
        return int(campus.root.post("/accounts/1/sub_accounts", {"account[name]": "Empty"}).json()["id"])

    def test_it_is_refused_while_there_are_courses(self, campus: World) -> None:
        for account in (campus.ids["physics_dept"], campus.ids["science"], 1):
            reply = campus.root.delete(f"/accounts/1/sub_accounts/{account}")
            assert (reply.status_code, reply.json()) == (409, COURSES)

    def test_it_is_refused_while_there_are_sub_accounts(self, campus: World) -> None:
        account = self.empty(campus)
        campus.root.post(f"/accounts/{account}/sub_accounts", {"account[name]": "Child"})
        reply = campus.root.delete(f"/accounts/1/sub_accounts/{account}")
        assert (reply.status_code, reply.json()) == (409, CHILDREN)

    def test_a_root_is_never_deleted(self, campus: World) -> None:
        async def clear(uow: UnitOfWork) -> None:
            for key in ("c1", "c2", "c3", "c4", "c6", "c7"):
                await uow.update(courses, {"id": campus.ids[key]}, workflow_state="deleted")

        campus.do(clear)
        for key in ("physics_dept", "science", "arts"):
            assert campus.root.delete(f"/accounts/1/sub_accounts/{campus.ids[key]}").status_code == 200
        reply = campus.root.delete("/accounts/1/sub_accounts/1")
        assert (reply.status_code, reply.json()) == (401, {"message": "You can't delete a root_account."})
        assert "www-authenticate" not in reply.headers

    def test_it_is_gone_with_its_admins_and_frees_its_sis_id(self, campus: World) -> None:
        account = self.empty(campus)
        put(campus, account, sis_account_id="EMPTY")
        campus.do(
            lambda uow: add_admin(
                uow, account_id=account, user_id=campus.ids["eve"], role_id=campus.ids["role:AccountAdmin"]
            )
        )
        reply = campus.root.delete(f"/accounts/1/sub_accounts/{account}")
        assert (reply.status_code, reply.json()["workflow_state"]) == (200, "deleted")
        assert reply.json()["id"] == account
        assert campus.root.get(f"/accounts/{account}").status_code == 404
        assert campus.root.delete(f"/accounts/1/sub_accounts/{account}").status_code == 404
        assert campus.eve.get("/accounts").json() == []
        assert len(campus.root.get("/accounts/1/sub_accounts").json()) == 2
        assert put(campus, campus.ids["arts"], sis_account_id="EMPTY").status_code == 200

    def test_it_must_lie_below_the_account_of_the_path(self, campus: World) -> None:
        account = self.empty(campus)
        assert campus.root.delete(f"/accounts/{campus.ids['arts']}/sub_accounts/{account}").status_code == 404
        for reference in ("sis_account_id:PHY", "self", "x", "999999"):
            assert campus.root.delete(f"/accounts/1/sub_accounts/{reference}").status_code == 404

    @as_each("tina", "sam", "clerk", "sub")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).delete(f"/accounts/1/sub_accounts/{self.empty(campus)}").status_code == 403

    def test_an_admin_of_the_account_can_delete_it(self, campus: World) -> None:
        account = self.empty(campus)

        async def give(uow: UnitOfWork) -> None:
            role = await add_custom_role(uow, campus, "Keeper", 1)
            await add_admin(uow, account_id=account, user_id=campus.ids["eve"], role_id=role)

        campus.do(give)
        allow(campus, "Keeper", 1, "manage_account_settings")
        reply = campus.eve.delete(f"/accounts/{account}/sub_accounts/{account}")
        assert (reply.status_code, reply.json()["workflow_state"]) == (200, "deleted")
        assert campus.eve.get(f"/accounts/{ROOT_ID}").status_code == 403
