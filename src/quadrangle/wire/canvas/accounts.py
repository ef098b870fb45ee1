"""Accounts of the Canvas family. Source: accounts.md."""

from collections.abc import Collection
from typing import Any, Final

from msgspec import Struct

from quadrangle.accounts import (
    ACCOUNTS_BY_ID,
    ACCOUNTS_OF_MEMBER,
    CHILDREN,
    COUNT_CHILDREN,
    DEFAULT_ICON,
    DEFAULT_LINKS,
    DEFAULT_NAME,
    DESCENDANTS,
    EDIT,
    EXPOSED_SERVICES,
    GENERAL_RIGHTS,
    IS_WITHIN,
    MANAGE_SETTINGS,
    MANUAL_COURSES,
    REGISTRY,
    ROOT_ID,
    SITE_SERVICES,
    SUBTREES,
    TERMS_OF_SERVICE,
    Account,
    AccountRights,
    HelpLink,
    IsRoot,
    Revision,
    add_sub_account,
    effective_links,
    grant,
    manual_courses_account,
    reload,
    remove_account,
    revise_account,
    rights_at,
    rights_at_each,
    root_setting,
    shown,
)
from quadrangle.courses import (
    ACCOUNTS_TAUGHT_IN,
    TaughtIn,
    has_courses,
    is_template,
    own_course_places,
    reads_account,
    rights_named,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Route, Routes
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.paging import Slice, Window, cut, decode_bookmark, encode_bookmark
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, text, truthy, words
from quadrangle.wire.canvas.account_shapes import INCLUDES, AccountJson, full, limited, narrow, views_of
from quadrangle.wire.canvas.errors import by_attribute, message, refuse
from quadrangle.wire.canvas.ids import account_for, account_standing_for, number_for

routes = Routes("canvas", "Accounts")


class Include(Params):
    include: tuple[str, ...] = words("Further keys.", choices=INCLUDES, alias="includes")


# --- lists and single accounts ----------------------------------------------------------------------------------------


async def _page(call: Call, ids: list[int], include: Collection[str]) -> Reply:
    """One page of accounts whose ids are known in their order."""
    part = call.paged(ids)
    found = {account.id: account for account in await call.uow.all(ACCOUNTS_BY_ID, ids=list(part.items))}
    views = await views_of(call, [found[id] for id in part.items], include)
    return Reply(200, part.map([full(view, include) for view in views]))


@routes.get("/api/v1/accounts", gives=list[AccountJson], paged=True)
async def list_accounts(call: Call, asked: Asked[Include]) -> Reply:
    """List the accounts where the caller is an admin."""
    include = asked.read().include
    mine = await call.uow.all(ACCOUNTS_OF_MEMBER, user_id=call.user().user_id)
    part = call.paged(mine)
    return Reply(200, part.map([full(view, include) for view in await views_of(call, part.items, include)]))


@routes.get("/api/v1/accounts/:id", gives=AccountJson)
async def show_account(call: Call, asked: Asked[Include]) -> Reply:
    """Show an account; in its limited form to those who only teach there."""
    account = await account_for(call, call.path["id"])
    include = asked.read().include
    [view] = await views_of(call, [account], include)
    if view.rights.is_admin:
        return Reply(200, full(view, include))
    if not await reads_account(call.uow, view.rights):
        raise Forbidden
    return Reply(200, limited(view))


@routes.get("/api/v1/manageable_accounts", gives=list[AccountJson], paged=True)
async def list_manageable_accounts(call: Call) -> Reply:
    """List the accounts where the caller may create or manage courses, and all below them."""
    return await _page(call, await _managed(call, "manage_courses_admin", "manage_courses_add", own=True), ())


@routes.get("/api/v1/course_creation_accounts", gives=list[AccountJson], paged=True, work="write")
async def list_course_creation_accounts(call: Call) -> Reply:
    """List the accounts where the caller may create courses."""
    ids = await _managed(call, "manage_courses_admin", "manage_courses_add")
    places = await own_course_places(call.uow, call.user().user_id, await reload(call.uow, ROOT_ID))
    if places.manual:
        ids.append((await manual_courses_account(call.uow)).id)
    # A course may stand in an account that was deleted since.
    taught = await call.uow.all(ACCOUNTS_BY_ID, ids=list(places.account_ids))
    ids += [account.id for account in taught if account.workflow_state == "active"]
    return await _page(call, list(dict.fromkeys(ids)), ())


async def _managed(call: Call, *permissions: str, own: bool = False) -> list[int]:
    """Ids of the accounts where the caller is directly an admin with one of the permissions, each followed by its descendants.

    own: where the caller may create courses without being allowed to counts too.
    """
    user_id = call.user().user_id
    mine = [account.id for account in await call.uow.all(ACCOUNTS_OF_MEMBER, user_id=user_id)]
    rights = await rights_at_each(call.uow, user_id, mine)
    tops = [id for id in mine if any(rights[id].may(name) for name in permissions)]
    if own and len(tops) < len(mine):
        root = await reload(call.uow, ROOT_ID)
        places = await own_course_places(call.uow, user_id, root)
        manual_id = root.settings.get(MANUAL_COURSES)
        tops = [id for id in mine if id in tops or places.includes(id, manual_id)]
    below: dict[int, list[int]] = {top: [] for top in tops}
    for row in await call.uow.all(SUBTREES, tops=tops):
        below[row.top].append(row.account_id)
    return list(dict.fromkeys(id for top in tops for id in below[top]))


@routes.get("/api/v1/course_accounts", gives=list[AccountJson], paged=True)
async def list_course_accounts(call: Call) -> Reply:
    """List the accounts that hold a course in which the caller is a teacher, TA or designer."""
    part = await _taught_in(call, call.bookmark_window())
    if call.app.settings.reference == "hosted":
        found = {one.id: one for one in await call.uow.all(ACCOUNTS_BY_ID, ids=[one.id for one in part.items])}
        views = await views_of(call, [found[one.id] for one in part.items])
        return Reply(200, part.map([limited(view) for view in views]))
    return Reply(200, part.map([narrow(one) for one in part.items]))


async def _taught_in(call: Call, window: Window) -> Slice[TaughtIn]:
    values: dict[str, Any] = {"user_id": call.user().user_id, "limit": window.limit}
    if window.bookmark is not None:
        name_key, after_id = decode_bookmark(window.bookmark, (str, int))
        rows = await call.uow.all(ACCOUNTS_TAUGHT_IN.at(True), **values, name_key=name_key, after_id=after_id)
    else:
        rows = await call.uow.all(ACCOUNTS_TAUGHT_IN.at(False), **values, offset=window.offset)
    items = rows[: window.size]
    more = len(rows) > window.size
    last = encode_bookmark([items[-1].name_key, items[-1].id]) if more else None
    return Slice(items, window, has_more=more, bookmarked=True, next_bookmark=last)


# --- small reads ------------------------------------------------------------------------------------------------------


@routes.get("/api/v1/accounts/:account_id/settings", gives=dict[str, bool | str])
async def show_account_settings(call: Call) -> Reply:
    """Show those settings of an account that clients may read."""
    account = await account_for(call, call.path["account_id"])
    (await rights_at(call.uow, call.user().user_id, account)).require("manage_account_settings")
    return Reply(200, shown(account.settings))


class EnvironmentJson(Struct, frozen=True):
    """Settings of the whole campus."""

    calendar_contexts_limit: int
    open_registration: bool
    enable_inbox_signature_block: bool
    disable_inbox_signature_block_for_students: bool


@routes.get("/api/v1/settings/environment", gives=EnvironmentJson)
async def show_environment(call: Call) -> Reply:
    """Show the settings of the campus that every client may know."""
    settings = (await reload(call.uow, ROOT_ID)).settings
    return Reply(
        200,
        EnvironmentJson(
            calendar_contexts_limit=root_setting(settings, "calendar_contexts_limit"),
            open_registration=root_setting(settings, "open_registration"),
            enable_inbox_signature_block=False,
            disable_inbox_signature_block_for_students=False,
        ),
    )


class Wanted(Params):
    permissions: tuple[str, ...] = words("Names of the rights in question; without any, all there are.")


@routes.get("/api/v1/accounts/:account_id/permissions", gives=dict[str, bool])
async def show_account_permissions(call: Call, asked: Asked[Wanted]) -> Reply:
    """Tell the caller's own rights in an account."""
    standing = await account_standing_for(call, call.path["account_id"])
    standing.require_reading()
    names = dict.fromkeys(asked.read().permissions) or (*GENERAL_RIGHTS, *REGISTRY)
    return Reply(200, await rights_named(call.uow, standing, names))


class TermsOfServiceJson(Struct, frozen=True):
    """The terms of service of a root account. content: HTML, of custom terms only."""

    id: int
    terms_type: str
    passive: bool
    account_id: int
    content: str | None
    self_registration_type: str | None


@routes.get("/api/v1/accounts/:account_id/terms_of_service", public=True, gives=TermsOfServiceJson)
async def show_terms_of_service(call: Call) -> Reply:
    """Show the terms of service that count in an account."""
    account = await account_for(call, call.path["account_id"])
    terms = await call.uow.one(TERMS_OF_SERVICE, root_id=account.root_id)
    assert terms is not None
    registration = root_setting(account.settings, "self_registration_type") if account.is_root else None
    return Reply(
        200,
        TermsOfServiceJson(
            id=terms.account_id,
            terms_type=terms.terms_type,
            passive=terms.passive,
            account_id=terms.account_id,
            content=terms.content if terms.terms_type == "custom" else None,
            self_registration_type=registration,
        ),
    )


@routes.get("/api/v1/accounts/:account_id/help_links", gives=dict[str, str | list[HelpLink]])
async def show_help_links(call: Call) -> Reply:
    """Show the links behind the Help button of an account."""
    account = await account_for(call, call.path["account_id"])
    if call.app.settings.reference == "hosted" and account.id != ROOT_ID:
        return Reply(200, {})
    settings = (account if account.is_root else await reload(call.uow, account.root_id)).settings
    return Reply(
        200,
        {
            "help_link_name": settings.get("help_link_name") or DEFAULT_NAME,
            "help_link_icon": settings.get("help_link_icon") or DEFAULT_ICON,
            "custom_help_links": effective_links(settings),
            "default_help_links": list(DEFAULT_LINKS),
        },
    )


@routes.get("/api/v1/manually_created_courses_account", gives=AccountJson, work="write")
async def show_manually_created_courses_account(call: Call) -> Reply:
    """Show the account for courses that people make themselves."""
    account = await manual_courses_account(call.uow)
    [view] = await views_of(call, [account])
    return Reply(200, full(view) if await reads_account(call.uow, view.rights) else limited(view))


# --- scopes -----------------------------------------------------------------------------------------------------------


class ScopeJson(Struct, frozen=True):
    """One scope a token may be given."""

    resource: str
    resource_name: str
    controller: str
    action: str
    verb: str
    scope: str


class Grouping(Params):
    group_by: str | None | Absent = text("`resource_name` answers an object of lists.", choices=["resource_name"])


@routes.get("/api/v1/accounts/:account_id/scopes", gives=list[ScopeJson] | dict[str, list[ScopeJson]])
async def list_scopes(call: Call, asked: Asked[Grouping]) -> Reply:
    """List the scopes that tokens can be limited to."""
    account = await account_for(call, call.path["account_id"])
    (await rights_at(call.uow, call.user().user_id, account)).require("manage_developer_keys")
    scopes = [_scope_json(route) for route in call.app.router.routes if route.template.startswith("/api/v1/")]
    if asked.read().group_by != "resource_name":
        return Reply(200, scopes)
    grouped: dict[str, list[ScopeJson]] = {}
    for scope in scopes:
        grouped.setdefault(scope.resource_name, []).append(scope)
    return Reply(200, grouped)


def _scope_json(route: Route) -> ScopeJson:
    resource = route.tag.lower().replace(" ", "_")
    return ScopeJson(resource, route.tag, resource, route.handler.__name__, route.method, route.scope)


# --- sub-accounts -----------------------------------------------------------------------------------------------------


class SubAccountList(Params):
    recursive: bool | Absent = flag("All accounts below, not only the direct ones.")
    include: tuple[str, ...] = words("Further keys.", choices=("course_count", "sub_account_count"), alias="includes")
    order: str | None | Absent = text("Of direct sub-accounts.", choices=("id", "name"))


@routes.get("/api/v1/accounts/:account_id/sub_accounts", gives=list[AccountJson], paged=True)
async def list_sub_accounts(call: Call, asked: Asked[SubAccountList]) -> Reply:
    """List the accounts below an account."""
    account = await account_for(call, call.path["account_id"])
    if not await reads_account(call.uow, await rights_at(call.uow, call.user().user_id, account)):
        raise Forbidden
    params, window = asked.read(), call.window()
    if params.recursive:
        rows = await call.uow.all(DESCENDANTS, ancestor_id=account.id, limit=window.limit, offset=window.offset)
        part = cut(rows, window)
    else:
        order = "name" if params.order == "name" else "id"
        rows = await call.uow.all(CHILDREN.at(order), parent_id=account.id, limit=window.limit, offset=window.offset)
        total = await call.uow.one(COUNT_CHILDREN, parent_id=account.id)
        part = cut(rows, window, total=total)
    include = [name for name in params.include if name in ("course_count", "sub_account_count")]
    return Reply(200, part.map([full(view, include) for view in await views_of(call, part.items, include)]))


_QUOTAS: Final = {
    "default_storage_quota_mb": "default_storage_quota",
    "default_user_storage_quota_mb": "default_user_storage_quota",
    "default_group_storage_quota_mb": "default_group_storage_quota",
}


class NewSubAccount(Params, group="account"):
    name: str | None | Absent = text("Required.", max=255)
    parent_account_id: str | None | Absent = text("The parent: the account of the path, or one below it.")
    sis_account_id: str | None | Absent = text("Needs the right to manage SIS data.", max=255)
    default_storage_quota_mb: str | None | Absent = text("Of courses, in MB; 0 inherits.")
    default_user_storage_quota_mb: str | None | Absent = text("Of users, in MB; 0 inherits.")
    default_group_storage_quota_mb: str | None | Absent = text("Of groups, in MB; 0 inherits.")

    def quotas(self) -> dict[str, str | None]:
        return {_QUOTAS[name]: getattr(self, name) for name in _QUOTAS if name in self.sent}


@routes.post("/api/v1/accounts/:account_id/sub_accounts", gives=AccountJson)
async def create_sub_account(call: Call, asked: Asked[NewSubAccount]) -> Reply:
    """Create a sub-account."""
    account = await account_for(call, call.path["account_id"])
    params = asked.read()
    parent = account
    if params.parent_account_id:
        parent = await account_for(call, params.parent_account_id)
        if await call.uow.one(IS_WITHIN, account_id=parent.id, ancestor_id=account.id) is None:
            raise NotFound
    rights = await rights_at_each(call.uow, call.user().user_id, {account.id, parent.id})
    granted = grant(MANAGE_SETTINGS, rights[parent.id], parent)
    if params.sis_account_id and not rights[account.id].may("manage_sis"):
        raise refuse(message(401, "user not authorized to manage SIS data - account[sis_account_id]"))
    if params.quotas() and not rights[parent.id].may("manage_storage_quotas"):
        raise refuse(_not_allowed({name: QUOTA_REFUSAL for name in _QUOTAS if name in params.sent}))
    made = await add_sub_account(
        call.uow, granted, name=params.name or None, sis_id=params.sis_account_id or None, quotas_mb=params.quotas()
    )
    [view] = await views_of(call, [made])
    return Reply(200, full(view))


@routes.delete("/api/v1/accounts/:account_id/sub_accounts/:id", gives=AccountJson)
async def delete_sub_account(call: Call) -> Reply:
    """Delete a sub-account that holds neither courses nor sub-accounts."""
    account = await account_for(call, call.path["account_id"])
    granted = grant(MANAGE_SETTINGS, await rights_at(call.uow, call.user().user_id, account), account)
    target = await account_for(call, str(number_for(call.path["id"])))
    try:
        gone = await remove_account(call.uow, granted, target, has_courses=await has_courses(call.uow, target.id))
    except IsRoot as refusal:
        raise refuse(message(401, refusal.says)) from None
    # The caller's own membership may have gone with the account: presented by what was held before.
    [view] = await views_of(call, [gone])
    return Reply(200, full(view))


# --- revising an account ----------------------------------------------------------------------------------------------

SETTINGS_REFUSAL: Final = "You are not allowed to manage account settings"
QUOTA_REFUSAL: Final = "You are not allowed to manage quota settings"
TEMPLATE_REFUSAL: Final = "You are not allowed to manage course templates"


class AccountEdit(Params, group="account"):
    name: str | None | Absent = text("Not blank.", max=255)
    default_time_zone: str | None | Absent = text("An IANA or Rails name.")
    default_storage_quota_mb: str | None | Absent = text("Of courses, in MB; 0 inherits.")
    default_user_storage_quota_mb: str | None | Absent = text("Of users, in MB; 0 inherits.")
    default_group_storage_quota_mb: str | None | Absent = text("Of groups, in MB; 0 inherits.")
    sis_account_id: str | None | Absent = text("Blank takes it away.", max=255)
    course_template_id: str | None | Absent = text("A template course; 0 for none, blank to inherit.")
    parent_account_id: str | None | Absent = text("Moves the account.")
    services: Any = anything("name → whether it is on", schema={"type": "object"})
    settings: Any = anything("Settings by name (accounts.md §1.3).", schema={"type": "object"})

    def quotas(self) -> dict[str, str | None]:
        return {_QUOTAS[name]: getattr(self, name) for name in _QUOTAS if name in self.sent}


class Stickiness(Params):
    override_sis_stickiness: bool | Absent = flag("false: leave fields alone that a person has edited.")


@routes.put("/api/v1/accounts/:id", gives=AccountJson)
async def update_account(call: Call, asked: Asked[AccountEdit], sticky: Asked[Stickiness]) -> Reply:
    """Change an account: all that was sent, or nothing."""
    account = await account_for(call, call.path["id"])
    edit = asked.read()
    keep_stuck = sticky.read().override_sis_stickiness is False
    revised = await revise_as_sent(call, account, edit, keep_stuck=keep_stuck)
    [view] = await views_of(call, [revised])
    return Reply(200, full(view, ("services",) if "services" in edit.sent else ()))


async def revise_as_sent(call: Call, account: Account, edit: AccountEdit, *, keep_stuck: bool = False) -> Account:
    """Change what the edit names, where the caller may change all of it."""
    rights = await rights_at_each(call.uow, call.user().user_id, {account.id, account.root_id})
    here, at_root = rights[account.id], rights[account.root_id]
    granted = grant(EDIT, here, account)
    _check_fields(account, edit, here)
    revision = Revision(
        name=edit.name,
        default_time_zone=edit.default_time_zone,
        quotas_mb=edit.quotas(),
        sis_id=_sis_id(account, edit, at_root),
        course_template_id=await _template(call, account, edit, here),
        parent=await _new_parent(call, account, edit),
        services=_services(edit, here),
        settings=_settings(edit),
        keep_stuck=keep_stuck,
    )
    return await revise_account(call.uow, granted, revision)


def _not_allowed(fields: dict[str, str]) -> Reply:
    return by_attribute([FieldError(name, says, says) for name, says in fields.items()], 401)


def _check_fields(account: Account, edit: AccountEdit, rights: AccountRights) -> None:
    """One field the caller may not change refuses the whole request (accounts.md §5.9)."""
    refused: dict[str, str] = {}
    if not rights.may("manage_account_settings"):
        names = ("name", "default_time_zone", "services", "settings")
        refused |= {name: SETTINGS_REFUSAL for name in names if name in edit.sent}
    if not rights.may("manage_storage_quotas"):
        refused |= {name: QUOTA_REFUSAL for name in _QUOTAS if name in edit.sent}
    if refused:
        raise refuse(_not_allowed(refused))


def _sis_id(account: Account, edit: AccountEdit, at_root: AccountRights) -> str | None | Absent:
    if edit.sis_account_id is ABSENT:
        return ABSENT
    says = None
    if account.is_root:
        says = "Cannot set sis_account_id on a root_account."
    elif not at_root.may("manage_sis"):
        says = "To change sis_account_id the user must have manage_sis permission."
    if says is not None:
        raise refuse(_not_allowed({"unauthorized": says}))
    return edit.sis_account_id.strip() or None if edit.sis_account_id else None


async def _template(call: Call, account: Account, edit: AccountEdit, rights: AccountRights) -> int | None | Absent:
    """The new template: None inherits, 0 is none. Which right is needed depends on what it replaces."""
    if edit.course_template_id is ABSENT:
        return ABSENT
    sent = (edit.course_template_id or "").strip()
    wanted = number_for(sent) if sent else None
    current = account.course_template_id
    if wanted and not await is_template(call.uow, wanted, account.root_id):
        raise NotFound
    if wanted == current:
        return ABSENT
    needs = ["edit_course_template"]
    if not wanted:
        needs.append("delete_course_template")
    elif not current:
        needs.append("add_course_template")
    if not any(rights.may(name) for name in needs):
        raise refuse(_not_allowed({"course_template_id": TEMPLATE_REFUSAL}))
    return wanted


async def _new_parent(call: Call, account: Account, edit: AccountEdit) -> Account | Absent:
    """The parent to move to; the caller needs manage_account_settings on the old one and on the new one."""
    if not edit.parent_account_id:
        return ABSENT
    parent = await account_for(call, edit.parent_account_id)
    if parent.root_id != account.root_id:
        raise NotFound
    if account.parent_account_id is None:
        raise Invalid.field("parent_account_id", "A root account cannot have a parent")
    if parent.id != account.parent_account_id:
        both = await rights_at_each(call.uow, call.user().user_id, {account.parent_account_id, parent.id})
        for rights in both.values():
            rights.require("manage_account_settings")
    return parent


def _services(edit: AccountEdit, rights: AccountRights) -> dict[str, bool]:
    sent = edit.services
    if not isinstance(sent, dict):
        return {}
    known = EXPOSED_SERVICES | (SITE_SERVICES if rights.may("manage_site_settings") else {})
    return {name: truthy(value) for name, value in sent.items() if name in known}


def _settings(edit: AccountEdit) -> dict[str, Any] | Absent:
    sent = edit.settings
    if sent is ABSENT or sent in (None, ""):
        return ABSENT
    if not isinstance(sent, dict):
        raise Invalid.field("settings", "is invalid", "invalid")
    return sent
