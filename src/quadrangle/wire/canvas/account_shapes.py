"""How an account looks in the Canvas family, full or limited. Source: accounts.md §3."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET, Struct

from quadrangle.accounts import (
    ACCOUNTS_BY_ID,
    CHILDREN_OF_EACH,
    EXPOSED_SERVICES,
    MEGABYTE,
    SITE_SERVICES,
    Account,
    AccountRights,
    Effective,
    effective_at,
    rights_at_each,
    root_setting,
)
from quadrangle.courses import COURSES_OF_EACH, TaughtIn
from quadrangle.http.call import Call
from quadrangle.wire.canvas.shapes import Maybe

INCLUDES: Final = (
    "lti_guid",
    "registration_settings",
    "services",
    "course_count",
    "sub_account_count",
    "global_id",
)


class RegistrationJson(Struct, frozen=True):
    login_handle_name: str
    require_email: bool


class AccountJson(Struct, frozen=True):
    """An account. The limited form ends after `default_time_zone`."""

    id: int
    name: str
    workflow_state: str
    parent_account_id: int | None
    root_account_id: int | None
    uuid: str | Maybe = UNSET
    default_time_zone: str | Maybe = UNSET
    default_storage_quota_mb: int | Maybe = UNSET
    default_user_storage_quota_mb: int | Maybe = UNSET
    default_group_storage_quota_mb: int | Maybe = UNSET
    course_template_id: int | None | Maybe = UNSET
    sis_account_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    lti_guid: str | None | Maybe = UNSET
    registration_settings: RegistrationJson | Maybe = UNSET
    terms_required: bool | Maybe = UNSET
    terms_of_use_url: str | None | Maybe = UNSET
    privacy_policy_url: str | None | Maybe = UNSET
    recaptcha_key: str | None | Maybe = UNSET
    services: dict[str, bool] | Maybe = UNSET
    course_count: int | Maybe = UNSET
    sub_account_count: int | Maybe = UNSET
    global_id: int | Maybe = UNSET


class AccountView(Struct, frozen=True):
    """An account with all its presenter needs. rights: the caller's there; root_rights: the caller's at its root."""

    account: Account
    root: Account
    effective: Effective
    rights: AccountRights
    root_rights: AccountRights
    courses: int
    children: int


async def views_of(call: Call, several: Sequence[Account], include: Collection[str] = ()) -> list[AccountView]:
    """Several accounts ready to be presented to the caller: three statements, and one more for each count asked for."""
    if not several:
        return []
    uow, user_id = call.uow, call.user().user_id
    ids = [account.id for account in several]
    root_ids = {account.root_id for account in several}
    rights = await rights_at_each(uow, user_id, {*ids, *root_ids})
    effective = await effective_at(uow, list(several))
    roots = {account.id: account for account in several if account.is_root}
    if missing := root_ids - roots.keys():
        roots |= {root.id: root for root in await uow.all(ACCOUNTS_BY_ID, ids=sorted(missing))}
    courses: Mapping[int, int] = {}
    children: Mapping[int, int] = {}
    if "course_count" in include:
        courses = {row.account_id: row.count for row in await uow.all(COURSES_OF_EACH, ids=ids)}
    if "sub_account_count" in include:
        children = {row.account_id: row.count for row in await uow.all(CHILDREN_OF_EACH, ids=ids)}
    return [
        AccountView(
            account=account,
            root=roots[account.root_id],
            effective=effective[account.id],
            rights=rights[account.id],
            root_rights=rights[account.root_id],
            courses=courses.get(account.id, 0),
            children=children.get(account.id, 0),
        )
        for account in several
    ]


def limited(view: AccountView) -> AccountJson:
    account = view.account
    return AccountJson(
        id=account.id,
        name=account.name,
        workflow_state=account.workflow_state,
        parent_account_id=account.parent_account_id,
        root_account_id=account.root_account_id,
        uuid=account.uuid,
        default_time_zone=view.effective.time_zone,
    )


def full(view: AccountView, include: Collection[str] = ()) -> AccountJson:
    account, effective = view.account, view.effective
    return AccountJson(
        id=account.id,
        name=account.name,
        workflow_state=account.workflow_state,
        parent_account_id=account.parent_account_id,
        root_account_id=account.root_account_id,
        uuid=account.uuid,
        default_time_zone=effective.time_zone,
        default_storage_quota_mb=effective.storage_quota // MEGABYTE,
        default_user_storage_quota_mb=effective.user_quota // MEGABYTE,
        default_group_storage_quota_mb=effective.group_quota // MEGABYTE,
        course_template_id=(
            account.course_template_id if root_setting(view.root.settings, "course_templates") else UNSET
        ),
        **_sis(view),
        **_included(view, include),
    )


def _sis(view: AccountView) -> dict[str, Any]:
    """SIS keys stand on sub-accounts only, and the right to see them is asked at the root."""
    account, at_root = view.account, view.root_rights
    keys: dict[str, Any] = {}
    if not account.is_root and at_root.sees_sis:
        keys |= {"sis_account_id": account.sis_source_id, "integration_id": account.integration_id}
    if not account.is_root and at_root.may("manage_sis"):
        keys["sis_import_id"] = account.sis_batch_id
    return keys


def _included(view: AccountView, include: Collection[str]) -> dict[str, Any]:
    account = view.account
    keys: dict[str, Any] = {}
    if "lti_guid" in include:
        keys["lti_guid"] = account.lti_guid
    if "registration_settings" in include:
        keys |= _registration(view)
    if "services" in include and view.rights.may("manage_account_settings"):
        keys["services"] = services_of(account, view.rights)
    if "course_count" in include:
        keys["course_count"] = view.courses
    if "sub_account_count" in include:
        keys["sub_account_count"] = view.children
    if "global_id" in include:
        keys["global_id"] = account.id
    return keys


def _registration(view: AccountView) -> dict[str, Any]:
    account, settings = view.account, view.account.settings
    keys: dict[str, Any] = {
        "registration_settings": RegistrationJson(
            login_handle_name=settings.get("login_handle_name", "Email"),
            require_email=bool(settings.get("require_email", False)),
        )
    }
    if account.is_root:
        keys |= {
            "terms_required": account.terms_type != "no_terms" and not account.terms_passive,
            "terms_of_use_url": settings.get("terms_of_use_url"),
            "privacy_policy_url": settings.get("privacy_policy_url"),
            "recaptcha_key": settings.get("recaptcha_key"),
        }
    return keys


def services_of(account: Account, rights: AccountRights) -> dict[str, bool]:
    """The exposed services of an account, on or off (accounts.md §3)."""
    known = EXPOSED_SERVICES | (SITE_SERVICES if rights.may("manage_site_settings") else {})
    return {name: bool(account.allowed_services.get(name, default)) for name, default in known.items()}


def narrow(taught: TaughtIn) -> AccountJson:
    """The form of `course_accounts`: the five keys the reference names (accounts.md §6.4)."""
    return AccountJson(
        id=taught.id,
        name=taught.name,
        workflow_state=taught.workflow_state,
        parent_account_id=taught.parent_account_id,
        root_account_id=taught.root_account_id,
    )
