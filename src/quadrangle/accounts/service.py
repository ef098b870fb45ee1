"""What happens to accounts: they begin, grow sub-accounts, are revised, moved and removed."""

import re
from typing import Any, Final

import msgspec

from quadrangle.accounts.model import (
    DEFAULT_TIME_ZONE,
    LONGEST_NAME,
    MEGABYTE,
    ROOT_ID,
    USER_QUOTA,
    Account,
    Effective,
)
from quadrangle.accounts.settings import revised
from quadrangle.accounts.store import (
    ACCOUNTS_BY_ID,
    COUNT_CHILDREN,
    CUT_COURSES,
    CUT_LINEAGE,
    GRAFT_COURSES,
    GRAFT_LINEAGE,
    INHERIT_LINEAGE,
    IS_WITHIN,
    SETTINGS_ABOVE,
    TREE_OF_MEMBER,
    effective_at,
    hold_tree,
)
from quadrangle.accounts.tables import account_lineage, account_users, accounts
from quadrangle.accounts.time_zones import zone_name
from quadrangle.db import IntegrityViolation, UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Conflict, FieldError, Invalid, NotFound
from quadrangle.kernel.html import sanitise, too_deep
from quadrangle.kernel.params import ABSENT, Absent, leading_integer
from quadrangle.kernel.text import like, sort_key

LONGEST_SIS_ID: Final = 255  # characters
LARGEST_QUOTA_MB: Final = 2**62 // MEGABYTE
MANUAL_COURSES: Final = "manually_created_courses_account_id"
EXPOSED_SERVICES: Final = {"google_docs_previews": True, "skype": True, "avatars": False}
SITE_SERVICES: Final = {"account_survey_notifications": False}
_WHOLE: Final = re.compile(r"[+-]?[0-9]+\Z")


async def create_account(
    uow: UnitOfWork,
    *,
    name: str,
    parent_id: int | None = None,
    root_id: int | None = None,
    id: int | None = None,
    default_time_zone: str | None = None,
    sis_source_id: str | None = None,
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> int:
    """Add an account below `parent_id`, or a root without one. Raises IntegrityViolation when the SIS id is taken."""
    uuid = random_text(40)
    account_id = await uow.insert(
        accounts,
        **({"id": id} if id is not None else {}),
        uuid=uuid,
        name=name,
        name_key=sort_key(name),
        parent_account_id=parent_id,
        root_account_id=root_id,
        workflow_state="active",
        sis_source_id=sis_source_id,
        default_time_zone=default_time_zone,
        lti_guid=f"{uuid}:canvas-lms",
        settings=settings or {},
        **_past_view(settings or {}),
        allowed_services={},
        account_calendar_visible=False,
        account_calendar_subscription_type="manual",
        terms_type="default",
        terms_passive=True,
        stuck_sis_fields=[],
        created_at=uow.now,
        updated_at=uow.now,
        **more,
    )
    await uow.add(account_lineage, account_id=account_id, ancestor_id=account_id, distance=0)
    if parent_id is not None and root_id is not None:
        await hold_tree(uow, root_id)
        await uow.run(INHERIT_LINEAGE, child_id=account_id, parent_id=parent_id)
    return account_id


async def accounts_of_member(uow: UnitOfWork, user_id: int, *, name: str | None, most: int) -> list[Account]:
    """The accounts somebody administers with all below them, the highest first; name: only those with this in their name. One statement."""
    pattern = {} if name is None else {"pattern": like(sort_key(name))}
    return await uow.all(TREE_OF_MEMBER.at(name is not None), user_id=user_id, limit=most, **pattern)


class SisIdTaken(Invalid):
    """Another object of the root account has this SIS id."""

    code = "sis_id_taken"

    def __init__(self, sis_id: str) -> None:
        says = f'SIS ID "{sis_id}" is already in use'
        super().__init__(FieldError("sis_source_id", says, says))


async def add_sub_account(
    uow: UnitOfWork,
    parent: Granted[Account],
    *,
    name: str | None,
    sis_id: str | None = None,
    quotas_mb: dict[str, str | None] | None = None,
) -> Account:
    """Grow a sub-account. quotas_mb: by column, as written; what is no number above zero inherits.

    Raises Invalid for a blank or long name, SisIdTaken. Source: accounts.md §5.13.
    """
    above = parent.subject
    if name is None or not name.strip():
        raise Invalid.field("name", "blank", "blank")
    errors = _name_errors(name)
    if sis_id is not None and len(sis_id) > LONGEST_SIS_ID:
        errors.append(_too_long("sis_source_id", LONGEST_SIS_ID))
    if errors:
        raise Invalid(*errors)
    effective = (await effective_at(uow, [above]))[above.id]
    quotas: dict[str, Any] = {
        column: _lenient_quota(text, _quota_above_child(column, effective))
        for column, text in (quotas_mb or {}).items()
    }
    try:
        made = await create_account(
            uow, name=name, parent_id=above.id, root_id=above.root_id, sis_source_id=sis_id, **quotas
        )
    except IntegrityViolation:
        raise SisIdTaken(sis_id or "") from None
    return await reload(uow, made)


def _lenient_quota(text: str | None, inherited: int) -> int | None:
    number = leading_integer(text)
    return _own_or_none(number * MEGABYTE, inherited) if 0 < number < LARGEST_QUOTA_MB else None


def _quota_above_child(column: str, parent: Effective) -> int:
    if column == "default_storage_quota":
        return parent.storage_quota
    return parent.group_quota if column == "default_group_storage_quota" else USER_QUOTA


def _quota_above(column: str, effective: Effective) -> int:
    if column == "default_storage_quota":
        return effective.storage_quota_above
    return effective.group_quota_above if column == "default_group_storage_quota" else USER_QUOTA


def _own_or_none(value: int, inherited: int) -> int | None:
    """Zero, or what would count anyway, clears the own value."""
    return None if value in (0, inherited) else value


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit of an account changes; ABSENT was not sent.

    quotas_mb: by column, as written. sis_id: None clears. course_template_id: None inherits, 0 is explicitly none. services and settings:
    raw. sites: whether services of the site may be switched too. keep_stuck: leave fields alone that a person edited.
    """

    name: str | None | Absent = ABSENT
    default_time_zone: str | None | Absent = ABSENT
    quotas_mb: dict[str, str | None] = {}
    sis_id: str | None | Absent = ABSENT
    course_template_id: int | None | Absent = ABSENT
    parent: Account | Absent = ABSENT
    services: dict[str, bool] = {}
    settings: dict[str, Any] | Absent = ABSENT
    keep_stuck: bool = False


async def revise_account(uow: UnitOfWork, granted: Granted[Account], edit: Revision) -> Account:
    """Change what was sent, all or nothing. Raises Invalid, SisIdTaken. Source: accounts.md §5.9."""
    account = granted.subject
    changes: dict[str, Any] = {}
    errors: list[FieldError] = []
    _revise_name(account, edit, changes, errors)
    _revise_zone(account, edit, changes, errors)
    effective = (await effective_at(uow, [account]))[account.id] if edit.quotas_mb else None
    for column, text in edit.quotas_mb.items():
        assert effective is not None
        _revise_quota(column, text, _quota_above(column, effective), changes, errors)
    if edit.sis_id is not ABSENT:
        changes["sis_source_id"] = edit.sis_id
        if edit.sis_id is not None and len(edit.sis_id) > LONGEST_SIS_ID:
            errors.append(_too_long("sis_source_id", LONGEST_SIS_ID))
    if edit.course_template_id is not ABSENT:
        changes["course_template_id"] = edit.course_template_id
    if edit.services:
        changes["allowed_services"] = {**account.allowed_services, **edit.services}
    if edit.settings is not ABSENT:
        chain = await uow.all(SETTINGS_ABOVE, account_id=account.id)
        settings, wrong = revised(
            account.settings,
            edit.settings,
            is_root=account.is_root,
            above=[one.settings for one in chain if one.distance > 0],
        )
        changes |= {"settings": settings, **_past_view(settings)}
        errors += wrong
    if edit.parent is not ABSENT and edit.parent.id != account.parent_account_id:
        await _move(uow, account, edit.parent, changes)
    if errors:
        raise Invalid(*errors)
    try:
        if changes:
            await uow.update(accounts, {"id": account.id}, **changes, updated_at=uow.now)
    except IntegrityViolation:
        raise SisIdTaken(str(edit.sis_id)) from None
    return await reload(uow, account.id)


TERMS_TYPES: Final = ("default", "custom", "no_terms")
LONGEST_TERMS: Final = 256 * 1024  # bytes


async def revise_terms_of_service(
    uow: UnitOfWork, granted: Granted[Account], *, kind: str, passive: bool, content: str | None
) -> None:
    """What people agree to on a campus. kind: of TERMS_TYPES; content: HTML, kept for custom ones; passive: nobody is asked to agree.

    Raises Invalid. Only a root account has them.
    """
    account = granted.subject
    errors: list[FieldError] = []
    if not account.is_root:
        errors.append(FieldError("base", "Terms of service belong to root accounts", "invalid"))
    if kind not in TERMS_TYPES:
        errors.append(FieldError("terms_type", "is not included in the list", "inclusion"))
    text = content or ""
    if kind == "custom" and not text.strip():
        errors.append(FieldError("content", "can't be blank", "blank"))
    if len(text.encode()) > LONGEST_TERMS:
        errors.append(FieldError("content", f"is too long (maximum is {LONGEST_TERMS} bytes)", "too_long"))
    elif too_deep(text):
        errors.append(FieldError("content", "is nested too deeply", "invalid"))
    if errors:
        raise Invalid(*errors)
    kept = {"terms_content": sanitise(text)} if kind == "custom" else {}
    await uow.update(accounts, {"id": account.id}, terms_type=kind, terms_passive=passive, **kept, updated_at=uow.now)


def _past_view(settings: dict[str, Any]) -> dict[str, Any]:
    """The columns in which chain_of finds one of the settings."""
    stored = settings.get("restrict_student_past_view") or {}
    return {"past_view_restricted": stored.get("value"), "past_view_locked": bool(stored.get("locked"))}


def _too_long(field: str, most: int) -> FieldError:
    return FieldError(field, f"is too long (maximum is {most} characters)", "too_long")


def _name_errors(name: str) -> list[FieldError]:
    return [_too_long("name", LONGEST_NAME)] if len(name) > LONGEST_NAME else []


def _revise_name(account: Account, edit: Revision, changes: dict[str, Any], errors: list[FieldError]) -> None:
    name = edit.name
    if name is ABSENT or (edit.keep_stuck and "name" in account.stuck_sis_fields):
        return
    if name is None or not name.strip():
        says = "The account name cannot be blank"
        errors.append(FieldError("name", says, says))
        return
    errors += _name_errors(name)
    changes |= {"name": name, "name_key": sort_key(name)}
    if name != account.name and "name" not in account.stuck_sis_fields:
        changes["stuck_sis_fields"] = [*account.stuck_sis_fields, "name"]


def _revise_zone(account: Account, edit: Revision, changes: dict[str, Any], errors: list[FieldError]) -> None:
    if edit.default_time_zone is ABSENT:
        return
    text = (edit.default_time_zone or "").strip()
    zone = zone_name(text) if text else (DEFAULT_TIME_ZONE if account.is_root else None)
    if text and zone is None:
        says = f"'{text[:100]}' is not a recognized time zone"
        errors.append(FieldError("default_time_zone", says, says))
    changes["default_time_zone"] = zone


def _revise_quota(
    column: str, text: str | None, inherited: int, changes: dict[str, Any], errors: list[FieldError]
) -> None:
    if text is None:
        changes[column] = None
        return
    text = text.strip()
    # The length is looked at first: int() refuses thousands of digits, and nobody has that much room.
    digits = text.lstrip("+-").lstrip("0")
    says = None
    if not _WHOLE.match(text) or not text.isascii():
        says = "An integer value is required"
    elif text.startswith("-") and digits:
        says = "Value must be positive"
    elif len(digits) > 18 or int(digits or 0) >= LARGEST_QUOTA_MB:
        says = "Value too large"
    if says is not None:
        errors.append(FieldError(f"{column}_mb", says, says))
        return
    changes[column] = _own_or_none(int(digits or 0) * MEGABYTE, inherited)


class CannotMove(Invalid):
    """The account cannot have this parent."""

    code = "cannot_move"


async def _move(uow: UnitOfWork, account: Account, parent: Account, changes: dict[str, Any]) -> None:
    """Hang the account below another parent. Moves in one tree wait for each other, or two could make a loop."""
    if account.is_root:
        raise CannotMove.field("parent_account_id", "A root account cannot have a parent")
    await uow.update(accounts, {"id": account.root_id}, updated_at=uow.now)
    if await uow.one(IS_WITHIN, account_id=parent.id, ancestor_id=account.id) is not None:
        raise CannotMove.field("parent_account_id", "An account cannot be moved into itself or below itself")
    await uow.run(CUT_COURSES, moved_id=account.id)
    await uow.run(CUT_LINEAGE, moved_id=account.id)
    await uow.run(GRAFT_LINEAGE, moved_id=account.id, parent_id=parent.id)
    await uow.run(GRAFT_COURSES, moved_id=account.id)
    changes["parent_account_id"] = parent.id


class HasSubAccounts(Conflict):
    code = "account_has_sub_accounts"
    says = "You can't delete a sub-account that has sub-accounts in it."


class HasCourses(Conflict):
    code = "account_has_courses"
    says = "You can't delete a sub-account that has courses in it."


class IsRoot(Conflict):
    code = "account_is_root"
    says = "You can't delete a root_account."


async def remove_account(uow: UnitOfWork, granted: Granted[Account], account: Account, *, has_courses: bool) -> Account:
    """Delete `account`, which lies within the granted one, and with it its admin memberships.

    has_courses: whether a course that is not deleted is associated with it. Raises, in this order, HasCourses, HasSubAccounts, IsRoot;
    NotFound when somebody else was faster. Source: accounts.md §5.13.
    """
    if await uow.one(IS_WITHIN, account_id=account.id, ancestor_id=granted.subject.id) is None:
        raise NotFound
    if has_courses:
        raise HasCourses
    if await uow.one(COUNT_CHILDREN, parent_id=account.id):
        raise HasSubAccounts
    if account.is_root:
        raise IsRoot
    moved = await uow.update(
        accounts, {"id": account.id, "workflow_state": "active"}, workflow_state="deleted", updated_at=uow.now
    )
    if not moved:
        raise NotFound
    await uow.update(
        account_users,
        {"account_id": account.id, "workflow_state": "active"},
        workflow_state="deleted",
        updated_at=uow.now,
    )
    return await reload(uow, account.id)


async def manual_courses_account(uow: UnitOfWork) -> Account:
    """The sub-account for courses that people make themselves; made at the first need (accounts.md §5.8)."""
    found = await _known_manual_account(uow)
    if found is None:
        # Two first requests at once must end as one account: whoever comes second waits here and then finds it.
        await uow.update(accounts, {"id": ROOT_ID}, updated_at=uow.now)
        found = await _known_manual_account(uow)
    if found is not None:
        return found
    made = await create_account(uow, name="Manually-Created Courses", parent_id=ROOT_ID, root_id=ROOT_ID)
    root = await reload(uow, ROOT_ID)
    await uow.update(accounts, {"id": ROOT_ID}, settings={**root.settings, MANUAL_COURSES: made})
    return await reload(uow, made)


async def _known_manual_account(uow: UnitOfWork) -> Account | None:
    root = await reload(uow, ROOT_ID)
    known = root.settings.get(MANUAL_COURSES)
    if known is None:
        return None
    found = await uow.one(ACCOUNTS_BY_ID, ids=[known])
    return found if found is not None and found.workflow_state == "active" else None


async def reload(uow: UnitOfWork, account_id: int) -> Account:
    """An account as it is now, in any state."""
    account = await uow.one(ACCOUNTS_BY_ID, ids=[account_id])
    assert account is not None
    return account
