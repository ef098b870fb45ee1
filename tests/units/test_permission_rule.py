"""The registry and the rule, without a database. Source: permissions.md §2 to §4."""

from typing import Any

import pytest

from quadrangle.accounts.permissions import (
    ACCOUNT_ADMIN,
    ACCOUNT_MEMBERSHIP,
    COURSE_BASES,
    DESIGNER,
    GENERAL_RIGHTS,
    OBSERVER,
    REGISTRY,
    SITE_ADMIN_ID,
    STUDENT,
    TA,
    TEACHER,
    HeldRole,
    Holding,
    Override,
    resolve,
)

ROOT, MIDDLE, LEAF = 1, 102, 103
ROLE = 200
SIGNS = (ACCOUNT_ADMIN, TEACHER, TA, DESIGNER, STUDENT, OBSERVER)

# permissions.md §3.1, row by row: name, account_only, then one sign each for AA, T, TA, D, S, O.
TABLE = """
become_user root ●·····
manage_account_settings yes ●·····
manage_account_memberships yes ●·····
manage_role_overrides yes ●·····
manage_storage_quotas yes ●·····
manage_alerts yes ●·····
manage_account_calendar_visibility yes ●·····
manage_account_calendar_events yes ●·····
read_course_list yes ●·····
read_course_content no ●·····
read_roster no ●●●●●○
read_reports no ●●●●··
view_statistics yes ●·····
read_sis no ●●○·○·
manage_sis root ●·····
import_sis root ●·····
manage_courses_admin yes ●·····
manage_courses_add yes ●·····
manage_courses_publish no ●●○●··
manage_courses_conclude no ●●○●··
manage_courses_reset no ●○·○··
manage_courses_delete no ●○·○··
undelete_courses yes ●·····
add_course_template yes ●·····
edit_course_template yes ●·····
delete_course_template yes ●·····
manage_user_logins root ●·····
view_user_logins no ●●●···
moderate_user_content yes ●·····
manage_wiki_create no ●●●●·○
manage_wiki_update no ●●●●·○
manage_wiki_delete no ●●●●·○
create_access_tokens root ●·····
delete_access_tokens root ●·····
view_user_generated_access_tokens root ●·····
manage_site_settings site ●·····
view_notifications yes ○·····
view_feature_flags no ●·····
manage_account_banks no ●○·○··
view_audit_trail no ●○····
manage_interaction_alerts no ●●○···
generate_observer_pairing_code no ●○○○·○
manage_sections_add no ●●○●··
add_ta_to_course no ●●○○··
manage_rubrics no ●●●●··
manage_files_edit no ●●●●·○
import_outcomes no ●●○●·○
view_group_pages no ●●●●○○
manage_outcomes no ●●○●○○
post_to_forum no ●●●●●○
read_announcements no ●●●●●●
manage_grades no ●●●···
view_all_grades no ●●●○··
read_email_addresses no ●●●○○○
reset_any_mfa root ●·····
view_jobs site ●·····
"""


def override(account: int, permission: str, *, enabled: bool = True, **more: bool) -> Override:
    values = {"locked": False, "applies_to_self": True, "applies_to_descendants": True, **more}
    return Override(account, ROLE, permission, enabled, **values)


def held(base: str, at: int | None = None, owner: int | None = None) -> HeldRole:
    return HeldRole(ROLE, base, at, owner)


def ask(name: str, role: HeldRole, chain: tuple[int, ...], *overrides: Override) -> Holding:
    return resolve(
        REGISTRY[name], role, chain, {(one.account_id, one.role_id, one.permission): one for one in overrides}
    )


class TestTheRegistry:
    @pytest.mark.parametrize("row", TABLE.strip().splitlines())
    def test_it_says_what_the_table_says(self, row: str) -> None:
        name, account_only, signs = row.split()
        permission = REGISTRY[name]
        assert permission.account_only == account_only
        assert permission.default == {base for base, sign in zip(SIGNS, signs, strict=True) if sign == "●"}
        available = {base for base, sign in zip(SIGNS, signs, strict=True) if sign != "·"}
        assert permission.available == available | {ACCOUNT_MEMBERSHIP}

    def test_a_custom_admin_role_begins_with_nothing(self) -> None:
        assert not any(ask(name, held(ACCOUNT_MEMBERSHIP, ROOT), (ROOT,)).granted for name in REGISTRY)

    def test_an_account_admin_of_the_root_begins_with_all_but_a_few(self) -> None:
        missing = {name for name in REGISTRY if not ask(name, held(ACCOUNT_ADMIN, ROOT), (ROOT,)).granted}
        site = {name for name, permission in REGISTRY.items() if permission.account_only == "site"}
        off = {name for name, permission in REGISTRY.items() if not permission.on}
        assert missing == site | off | {"view_notifications"}

    def test_names_of_general_rights_are_not_in_it(self) -> None:
        assert not set(GENERAL_RIGHTS) & set(REGISTRY)

    @pytest.mark.parametrize("base", COURSE_BASES)
    def test_account_only_permissions_never_come_with_an_enrollment(self, base: str) -> None:
        for name, permission in REGISTRY.items():
            if permission.account_only != "no":
                assert not ask(name, held(base), (ROOT, LEAF), override(ROOT, name)).granted


class TestWhereARoleIsHeld:
    def test_root_permissions_need_a_membership_on_the_root(self) -> None:
        assert ask("become_user", held(ACCOUNT_ADMIN, ROOT), (ROOT,)).granted
        assert ask("become_user", held(ACCOUNT_ADMIN, ROOT), (ROOT, MIDDLE, LEAF)).granted
        below = held(ACCOUNT_ADMIN, MIDDLE)
        assert not ask("become_user", below, (ROOT, MIDDLE)).granted
        assert not ask("become_user", below, (ROOT, MIDDLE), override(MIDDLE, "become_user")).granted
        assert not ask("become_user", below, (ROOT, MIDDLE)).available

    def test_site_permissions_need_site_admin(self) -> None:
        assert not ask("view_jobs", held(ACCOUNT_ADMIN, ROOT), (ROOT,)).granted
        member = held(ACCOUNT_ADMIN, SITE_ADMIN_ID)
        assert ask("view_jobs", member, (SITE_ADMIN_ID,)).granted
        assert ask("become_user", member, (SITE_ADMIN_ID, ROOT, LEAF)).granted

    def test_a_root_takes_nothing_from_a_site_admin(self) -> None:
        taken = override(ROOT, "manage_alerts", enabled=False, locked=True)
        assert ask("manage_alerts", held(ACCOUNT_ADMIN, SITE_ADMIN_ID), (SITE_ADMIN_ID, ROOT), taken).granted


class TestOverrides:
    CHAIN = (ROOT, MIDDLE, LEAF)

    def test_one_above_is_inherited(self) -> None:
        taken = override(ROOT, "manage_alerts", enabled=False)
        for chain in ((ROOT,), (ROOT, MIDDLE), self.CHAIN):
            assert not ask("manage_alerts", held(ACCOUNT_ADMIN, chain[-1]), chain, taken).granted

    def test_a_lower_one_replaces_it_for_those_who_hold_the_role_there(self) -> None:
        both = override(ROOT, "manage_alerts", enabled=False), override(MIDDLE, "manage_alerts")
        assert ask("manage_alerts", held(ACCOUNT_ADMIN, MIDDLE), (ROOT, MIDDLE), *both).granted
        assert ask("manage_alerts", held(ACCOUNT_ADMIN, MIDDLE), self.CHAIN, *both).granted
        assert not ask("manage_alerts", held(ACCOUNT_ADMIN, 104), (ROOT, 104), *both).granted

    def test_a_lock_freezes_it_below(self) -> None:
        both = override(ROOT, "manage_alerts", enabled=False, locked=True), override(MIDDLE, "manage_alerts")
        holding = ask("manage_alerts", held(ACCOUNT_ADMIN, MIDDLE), (ROOT, MIDDLE), *both)
        assert (holding.granted, holding.locked, holding.locked_above) == (False, True, True)
        at_root = ask("manage_alerts", held(ACCOUNT_ADMIN, ROOT), (ROOT,), *both)
        assert (at_root.locked, at_root.locked_above) == (True, False)

    def test_below_the_holder_it_is_never_removed(self) -> None:
        taken = override(LEAF, "manage_alerts", enabled=False)
        assert ask("manage_alerts", held(ACCOUNT_ADMIN, ROOT), self.CHAIN, taken).granted

    def test_below_the_holder_it_can_be_added(self) -> None:
        given = override(MIDDLE, "manage_alerts")
        member = held(ACCOUNT_MEMBERSHIP, ROOT)
        assert not ask("manage_alerts", member, (ROOT,), given).granted
        assert ask("manage_alerts", member, self.CHAIN, given).granted
        taken_again = override(LEAF, "manage_alerts", enabled=False)
        assert ask("manage_alerts", member, self.CHAIN, given, taken_again).granted

    def test_two_additions_below_the_holder_add_up(self) -> None:
        here = override(MIDDLE, "manage_alerts", applies_to_descendants=False)
        there = override(LEAF, "manage_alerts")
        member = held(ACCOUNT_MEMBERSHIP, ROOT)
        assert not ask("manage_alerts", member, self.CHAIN, here).granted
        assert ask("manage_alerts", member, self.CHAIN, here, there).granted
        below_only = override(LEAF, "manage_alerts", applies_to_self=False)
        assert ask("manage_alerts", member, self.CHAIN, override(MIDDLE, "manage_alerts"), below_only).granted

    def test_it_can_be_for_the_accounts_below_alone(self) -> None:
        given = override(ROOT, "manage_alerts", applies_to_self=False)
        member = held(ACCOUNT_MEMBERSHIP, ROOT)
        at_root = ask("manage_alerts", member, (ROOT,), given)
        assert (at_root.granted, at_root.enabled) == (False, True)
        assert ask("manage_alerts", member, (ROOT, MIDDLE), given).granted

    def test_it_can_be_for_the_account_itself_alone(self) -> None:
        given = override(ROOT, "manage_alerts", applies_to_descendants=False)
        member = held(ACCOUNT_MEMBERSHIP, ROOT)
        assert ask("manage_alerts", member, (ROOT,), given).granted
        assert not ask("manage_alerts", member, (ROOT, MIDDLE), given).granted

    def test_what_is_not_available_cannot_be_given(self) -> None:
        assert not ask("manage_wiki_create", held(STUDENT), (ROOT,), override(ROOT, "manage_wiki_create")).granted
        assert ask("manage_wiki_create", held(OBSERVER), (ROOT,), override(ROOT, "manage_wiki_create")).granted
        assert not ask("manage_catalog", held(ACCOUNT_ADMIN, ROOT), (ROOT,), override(ROOT, "manage_catalog")).granted


class TestCourseRoles:
    CHAIN = (ROOT, MIDDLE, LEAF)

    def test_every_account_down_to_the_course_can_add_or_remove_for_a_built_in_one(self) -> None:
        taken = override(MIDDLE, "manage_wiki_create", enabled=False)
        assert not ask("manage_wiki_create", held(TEACHER), self.CHAIN, taken).granted
        back = override(LEAF, "manage_wiki_create")
        assert ask("manage_wiki_create", held(TEACHER), self.CHAIN, taken, back).granted

    def test_below_its_owner_a_custom_one_loses_nothing(self) -> None:
        taken = override(LEAF, "manage_wiki_create", enabled=False)
        custom = held(TEACHER, owner=MIDDLE)
        assert ask("manage_wiki_create", custom, self.CHAIN, taken).granted
        taken_by_owner: Any = override(MIDDLE, "manage_wiki_create", enabled=False)
        assert not ask("manage_wiki_create", custom, self.CHAIN, taken_by_owner).granted
        assert ask(
            "manage_wiki_create", custom, self.CHAIN, taken_by_owner, override(LEAF, "manage_wiki_create")
        ).granted
