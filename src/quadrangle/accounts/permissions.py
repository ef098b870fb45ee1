"""The registry of permissions and the rule by which a role holds one. Pure: facts in, answers out.

Source: permissions.md §2 to §5.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

ACCOUNT_ADMIN: Final = "AccountAdmin"
ACCOUNT_MEMBERSHIP: Final = "AccountMembership"
STUDENT: Final = "StudentEnrollment"
TEACHER: Final = "TeacherEnrollment"
TA: Final = "TaEnrollment"
DESIGNER: Final = "DesignerEnrollment"
OBSERVER: Final = "ObserverEnrollment"
STUDENT_VIEW: Final = "StudentViewEnrollment"
COURSE_BASES: Final = (STUDENT, TEACHER, TA, DESIGNER, OBSERVER)
BUILT_IN_ROLES: Final = (ACCOUNT_ADMIN, *COURSE_BASES)

SITE_ADMIN_ID: Final = 100

# Of the account as such; derived by rule, never overridden (permissions.md §1).
GENERAL_RIGHTS: Final = (
    "read",
    "read_as_admin",
    "manage",
    "update",
    "delete",
    "read_outcomes",
    "read_terms",
    "read_files",
    "launch_external_tool",
    "create_courses",
    "view_account_calendar_details",
    "view_bounced_emails",
    "read_global_outcomes",
)

Reach = Literal["no", "yes", "root", "site"]


class Permission(msgspec.Struct, frozen=True):
    """One row of the registry.

    account_only: "no" may come with an enrollment, "yes" only with an admin membership, "root" only with one on the root account, "site"
    only with one of site admin. available, default: base role types that may have it, and that have it without an override.
    """

    name: str
    account_only: Reach
    available: frozenset[str]
    default: frozenset[str]
    on: bool = True


def _row(name: str, account_only: Reach, grants: str, *, on: bool = True) -> Permission:
    """`grants` is one sign each for admin, teacher, TA, designer, student, observer: ● default, ○ available, · not available."""
    signs = list(zip((ACCOUNT_ADMIN, TEACHER, TA, DESIGNER, STUDENT, OBSERVER), grants, strict=True))
    return Permission(
        name,
        account_only,
        available=frozenset(base for base, sign in signs if sign != "·") | {ACCOUNT_MEMBERSHIP},
        default=frozenset(base for base, sign in signs if sign == "●"),
        on=on,
    )


def _rows(account_only: Reach, grants: str, names: str) -> list[Permission]:
    """Several names with one rule; a name that starts with `-` is behind a feature that is off."""
    return [_row(name.lstrip("-"), account_only, grants, on=not name.startswith("-")) for name in names.split()]


_ADMIN = "●·····"

REGISTRY: Final[Mapping[str, Permission]] = {
    permission.name: permission
    for permission in (
        # --- needed by the resource families (permissions.md §3.1)
        *_rows(
            "root",
            _ADMIN,
            "become_user manage_sis import_sis manage_user_logins create_access_tokens delete_access_tokens "
            "view_user_generated_access_tokens",
        ),
        *_rows(
            "yes",
            _ADMIN,
            "manage_account_settings manage_account_memberships manage_role_overrides manage_storage_quotas manage_alerts "
            "manage_account_calendar_visibility manage_account_calendar_events read_course_list view_statistics "
            "manage_courses_admin manage_courses_add undelete_courses add_course_template edit_course_template "
            "delete_course_template moderate_user_content",
        ),
        _row("read_course_content", "no", _ADMIN),
        _row("read_roster", "no", "●●●●●○"),
        _row("read_reports", "no", "●●●●··"),
        _row("read_sis", "no", "●●○·○·"),
        *_rows("no", "●●○●··", "manage_courses_publish manage_courses_conclude"),
        *_rows("no", "●○·○··", "manage_courses_reset manage_courses_delete"),
        _row("view_user_logins", "no", "●●●···"),
        *_rows("no", "●●●●·○", "manage_wiki_create manage_wiki_update manage_wiki_delete"),
        _row("manage_site_settings", "site", _ADMIN),
        # --- the rest (permissions.md §3.2)
        *_rows(
            "yes",
            _ADMIN,
            "-manage_catalog manage_data_services manage_developer_keys manage_master_courses manage_lti_registrations "
            "view_grade_changes temporary_enrollments_add temporary_enrollments_edit temporary_enrollments_delete "
            "view_admin_analytics view_analytics_hub view_ask_questions_analytics view_students_in_need view_course_readiness "
            "view_title_iv_financial_aid_report",
        ),
        _row("view_notifications", "yes", "○·····"),
        *_rows(
            "root",
            _ADMIN,
            "manage_dsr_requests manage_user_observers reset_any_mfa view_course_changes manage_impact",
        ),
        *_rows(
            "site",
            _ADMIN,
            "manage_global_outcomes manage_jobs manage_release_notes manage_internal_settings read_messages view_error_reports view_jobs",
        ),
        *_rows(
            "no",
            _ADMIN,
            "view_feature_flags manage_feature_flags manage_frozen_assignments new_quizzes_view_ip_address view_quiz_answer_audits "
            "-manage_users_in_bulk",
        ),
        *_rows(
            "no",
            "●○·○··",
            "view_archived_courses manage_account_banks manage_proficiency_calculations manage_proficiency_scales "
            "-block_editor_template_editor -block_editor_global_template_editor",
        ),
        *_rows("no", "●○····", "view_audit_trail new_quizzes_multiple_session_detection"),
        *_rows("no", "●●○···", "manage_interaction_alerts -view_students_in_need_in_course"),
        *_rows("no", "○○○···", "-proxy_assignment_submission"),
        *_rows("no", "●○○○··", "-share_banks_with_subaccounts"),
        *_rows("no", "●○○○·○", "generate_observer_pairing_code"),
        *_rows("no", "●●○●··", "manage_sections_add manage_sections_edit manage_sections_delete"),
        *_rows(
            "no",
            "●●○○··",
            "allow_course_admin_actions add_teacher_to_course add_ta_to_course add_designer_to_course remove_teacher_from_course "
            "remove_ta_from_course remove_designer_from_course manage_tags_add manage_tags_manage manage_tags_delete",
        ),
        *_rows(
            "no",
            "●●●●··",
            "manage_course_visibility manage_lti_add manage_lti_edit manage_lti_delete add_observer_to_course "
            "remove_observer_from_course add_student_to_course remove_student_from_course manage_students manage_groups_add "
            "manage_groups_manage manage_groups_delete manage_rubrics",
        ),
        *_rows(
            "no",
            "●●●●·○",
            "manage_assignments_add manage_assignments_edit manage_assignments_delete manage_course_content_add "
            "manage_course_content_edit manage_course_content_delete manage_files_add manage_files_edit manage_files_delete "
            "read_question_banks",
        ),
        *_rows("no", "●●○●·○", "import_outcomes"),
        *_rows("no", "●●●●○○", "manage_calendar moderate_forum send_messages_all view_group_pages"),
        *_rows("no", "●●○●○○", "manage_outcomes"),
        *_rows(
            "no",
            "●●●●●○",
            "create_collaborations create_conferences create_forum post_to_forum send_messages",
        ),
        *_rows("no", "●●●●●●", "read_forum read_announcements"),
        *_rows("no", "●●●···", "manage_grades select_final_grade"),
        *_rows("no", "●●●○··", "view_all_grades"),
        *_rows("no", "●●●○○○", "read_email_addresses"),
    )
}


class Override(msgspec.Struct, frozen=True, array_like=True):
    """One role override as the rule sees it."""

    account_id: int
    role_id: int
    permission: str
    enabled: bool
    locked: bool
    applies_to_self: bool
    applies_to_descendants: bool


class HeldRole(msgspec.Struct, frozen=True, array_like=True):
    """A role somebody holds: at an account (an admin membership) or, with held_at None, through an enrollment."""

    role_id: int
    base: str  # AccountAdmin for the built-in one, AccountMembership for custom admin roles, else the course type
    held_at: int | None
    owner: int | None = None  # the account a custom course role belongs to


class Holding(msgspec.Struct, frozen=True):
    """The outcome of the rule at one account, with what the roles API shows of it.

    granted: counts at the account itself. descends: goes on to the accounts below. locked: no lower account can change it.
    locked_above: the lock lies above this account, so neither can this one. available: the role may have it here at all.
    """

    granted: bool
    descends: bool
    locked: bool
    locked_above: bool
    available: bool = True

    @property
    def enabled(self) -> bool:
        """Switched on here, for the account itself or for those below."""
        return self.granted or self.descends


_NOT_HELD: Final = Holding(False, False, locked=True, locked_above=True, available=False)


def resolve(
    permission: Permission,
    role: HeldRole,
    chain: Sequence[int],
    overrides: Mapping[tuple[int, int, str], Override],
) -> Holding:
    """How `role` holds `permission` at the last account of `chain`.

    chain: account ids from the top (site admin first only when the role is held there, then the root) down to the account in question.
    overrides: by (account, role, permission). Source: permissions.md §4.
    """
    if not _available(permission, role, chain):
        return _NOT_HELD
    to_self = to_descendants = role.base in permission.default
    # None while the default stands: it reaches every account, the one in question included.
    source: int | None = None
    holder = role.held_at if role.held_at is not None else role.owner
    below_holder = False
    here = chain[-1]
    for account in chain:
        override = overrides.get((account, role.role_id, permission.name))
        if override is not None:
            if not below_holder:
                to_self = override.enabled and override.applies_to_self
                to_descendants = override.enabled and override.applies_to_descendants
                source = account
            elif override.enabled:
                # Below the account where the role is held a permission can be added, never removed.
                to_self = override.applies_to_self or to_descendants
                to_descendants = override.applies_to_descendants or to_descendants
                source = account
            if override.locked:
                return _holding(to_self, to_descendants, source, here, locked=True, locked_above=account != here)
        if account == holder:
            below_holder = True
            if to_self or to_descendants:
                break
    return _holding(to_self, to_descendants, source, here, locked=False, locked_above=False)


def _holding(
    to_self: bool, to_descendants: bool, source: int | None, here: int, *, locked: bool, locked_above: bool
) -> Holding:
    granted = to_self if source is None or source == here else to_descendants
    return Holding(granted, to_descendants, locked, locked_above)


def _available(permission: Permission, role: HeldRole, chain: Sequence[int]) -> bool:
    """Steps 1 and 2 of permissions.md §4: what no override can give."""
    if not permission.on or role.base not in permission.available:
        return False
    if permission.account_only == "no":
        return True
    if role.held_at is None:
        return False
    if permission.account_only == "root":
        root = next((account for account in chain if account != SITE_ADMIN_ID), None)
        return role.held_at in (root, SITE_ADMIN_ID)
    return permission.account_only == "yes" or role.held_at == SITE_ADMIN_ID


class RoleRights:
    """Registry permissions of one person at one account, through the roles they hold; each is worked out once."""

    __slots__ = ("_chain", "_known", "_overrides", "roles")

    def __init__(self, roles: Sequence[HeldRole], chain: Sequence[int], overrides: Iterable[Override]) -> None:
        self.roles = roles
        self._chain = tuple(chain)
        self._overrides = {(one.account_id, one.role_id, one.permission): one for one in overrides}
        self._known: dict[str, bool] = {}

    def may(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            permission = REGISTRY.get(name)
            known = self._known[name] = permission is not None and any(
                resolve(permission, role, self._chain_for(role), self._overrides).granted for role in self.roles
            )
        return known

    def _chain_for(self, role: HeldRole) -> Sequence[int]:
        if role.held_at == SITE_ADMIN_ID and self._chain[0] != SITE_ADMIN_ID:
            return (SITE_ADMIN_ID, *self._chain)
        return self._chain
