"""One person before one account: roles held there and above, and what their courses add (permissions.md §5). One statement for all of it."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, select

from quadrangle.accounts import (
    GENERAL_RIGHTS,
    REGISTRY,
    ROOT_ID,
    SITE_ADMIN_ID,
    Account,
    AccountFacts,
    AccountRights,
    Ancestor,
    HeldRole,
    Override,
    account_by,
    accounts,
    chain_of,
    find_with,
    held_by_user,
    overrides_for_user,
)
from quadrangle.courses.placement import (
    ADMIN_ENROLLMENT,
    Ties,
    is_associated,
    makes_own_courses_in,
    reads_terms_by,
    ties_to,
)
from quadrangle.courses.tables import courses, enrollments
from quadrangle.db import Dynamic, UnitOfWork
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.ids import Ref


class AccountWithFacts(Account, frozen=True):
    """An account and what decides about the bound user's rights there. teaches: has an admin enrollment directly in it."""

    ancestors: list[Ancestor]
    held: list[HeldRole]
    overrides: list[Override]
    teaches: bool


def _teaches_in(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Index: ix_enrollments_user_id_course_id."""
    return exists(
        select(enrollments.c.id)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .where(ADMIN_ENROLLMENT, courses.c.account_id == account_id)
        .correlate(accounts)
    )


def account_fact_columns() -> list[ColumnElement[Any]]:
    """The columns of AccountWithFacts after those of the account."""
    return [
        chain_of(accounts.c.id).label("ancestors"),
        held_by_user(accounts.c.id).label("held"),
        overrides_for_user(accounts.c.id).label("overrides"),
        _teaches_in(accounts.c.id).label("teaches"),
    ]


class AccountStanding:
    """One person before one account."""

    __slots__ = ("account", "rights", "user_id")

    def __init__(self, account: AccountWithFacts, user_id: int) -> None:
        self.account = account
        self.user_id = user_id
        facts = AccountFacts(account.ancestors, account.held, account.overrides)
        self.rights = AccountRights(user_id, account.id, facts)

    @property
    def reads(self) -> bool:
        """The general right `read`: any admin, or an admin enrollment in a course directly in the account."""
        return self.rights.is_admin or (self.account.teaches and self.account.id != SITE_ADMIN_ID)

    def require_reading(self) -> None:
        if not self.reads:
            raise Forbidden


# An account by one of its references with the standing of one user. Hot. Indexes: as said at account_by and at each fact.
_ACCOUNT_FOR_USER = Dynamic(
    lambda column: account_by(column).add_columns(*account_fact_columns()), into=AccountWithFacts
)


async def account_standing(uow: UnitOfWork, ref: Ref, user_id: int) -> AccountStanding | None:
    """The standing of a user at the account a reference names; None when there is no such account. One statement."""
    account = await find_with(uow, _ACCOUNT_FOR_USER, ref, ROOT_ID, user_id=user_id)
    return None if account is None else AccountStanding(account, user_id)


# Of the general rights these take more than the roles held at the account and above, and what is taught there.
_BY_TIES: Final = frozenset({"read_terms", "create_courses", "view_account_calendar_details"})


async def rights_named(uow: UnitOfWork, standing: AccountStanding, names: Collection[str]) -> dict[str, bool]:
    """Rights, registry and general, with their values; an unknown one is false. At most one statement (accounts.md §5.6)."""
    known: dict[str, bool] = {}
    for name in names:
        if name in REGISTRY:
            known[name] = standing.rights.may(name)
        elif name not in _BY_TIES:
            known[name] = _general(standing, name)
    if not _BY_TIES.isdisjoint(names):
        account = standing.account
        ties = await ties_to(uow, standing.user_id, account.id, account.root_id)
        known |= {name: value for name, value in _by_ties(standing, ties).items() if name in names}
    return {name: known[name] for name in names}


def _general(standing: AccountStanding, name: str) -> bool:
    rights = standing.rights
    if name in ("read", "read_files"):
        return standing.reads
    if name == "view_bounced_emails":
        return rights.is_admin and rights.may("read_email_addresses")
    if name == "read_global_outcomes":
        return rights.is_admin and standing.account.id == SITE_ADMIN_ID
    return name in GENERAL_RIGHTS and rights.is_admin


def _by_ties(standing: AccountStanding, ties: Ties) -> dict[str, bool]:
    account, rights = standing.account, standing.rights
    return {
        "read_terms": rights.is_admin or (account.is_root and reads_terms_by(ties)),
        "create_courses": rights.may("manage_courses_add") or makes_own_courses_in(ties, account.id),
        "view_account_calendar_details": _calendar_is_shown(standing) and (standing.reads or ties.associated),
    }


def _calendar_is_shown(standing: AccountStanding) -> bool:
    visible = standing.account.account_calendar_visible
    return visible or standing.rights.may("manage_account_calendar_visibility")


async def views_calendar(uow: UnitOfWork, standing: AccountStanding) -> bool:
    """The general right `view_account_calendar_details`; at most one statement."""
    if not _calendar_is_shown(standing):
        return False
    return standing.reads or await is_associated(uow, standing.user_id, standing.account.id, standing.account.root_id)
