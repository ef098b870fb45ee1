"""Everything asked of the database about the calendars of accounts."""

from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, case, func, select, update

from quadrangle.accounts import (
    account_lineage,
    accounts,
    chain_of,
    held_by_user,
    overrides_for_user,
    user_bind,
)
from quadrangle.calendars.model import AUTO, MANUAL, AccountCalendar, CalendarInList
from quadrangle.courses import associated_account_ids
from quadrangle.db import Dynamic, Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.kernel.text import contains

CALENDAR_COLUMNS = [accounts.c[name] for name in AccountCalendar.__struct_fields__]
_ACTIVE = accounts.c.workflow_state == "active"
_ACCOUNT = bindparam("account_id", type_=BigId)
_child = accounts.alias("child")


class ListKey(msgspec.Struct, frozen=True):
    """The shape of a list of calendars.

    of: those the bound user is associated with; the account itself and its children; it and everything below it. visible: only those,
    only the others, or None.
    """

    of: Literal["mine", "family", "tree"]
    searching: bool
    visible: bool | None


def _matching(key: ListKey) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [_ACTIVE]
    if key.of == "mine":
        clauses.append(accounts.c.id.in_(associated_account_ids(user_bind())))
    else:
        below = select(account_lineage.c.account_id).where(account_lineage.c.ancestor_id == _ACCOUNT)
        if key.of == "family":
            below = below.where(account_lineage.c.distance <= 1)
        clauses.append(accounts.c.id.in_(below))
    if key.visible is not None:
        clauses.append(accounts.c.account_calendar_visible.is_(key.visible))
    if key.searching:
        clauses.append(contains(accounts.c.name_key, bindparam("pattern")))
    return clauses


def _listed(key: ListKey) -> Select[Any]:
    own_place = [case((accounts.c.id == _ACCOUNT, 0), else_=1)] if key.of == "family" else []
    order: list[Any] = [*own_place, accounts.c.name_key, accounts.c.id]
    # Rights and counts are worked out for one page, not for all that match.
    page = (
        select(accounts.c.id, func.count().over().label("total"))
        .where(*_matching(key))
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery("page")
    )
    return (
        select(
            *CALENDAR_COLUMNS,
            chain_of(accounts.c.id).label("ancestors"),
            held_by_user(accounts.c.id).label("held"),
            overrides_for_user(accounts.c.id).label("overrides"),
            select(func.count())
            .select_from(_child)
            .where(_child.c.parent_account_id == accounts.c.id, _child.c.workflow_state == "active")
            .correlate(accounts)
            .scalar_subquery()
            .label("sub_account_count"),
            page.c.total,
        )
        .join(page, page.c.id == accounts.c.id)
        .order_by(*order)
    )


# One page of calendars by name, with their number. Hot. Indexes: ix_account_lineage_ancestor_id_… and ix_accounts_parent_account_id_…; for
# one's own those said at associated_account_ids.
CALENDARS = Dynamic(_listed, into=CalendarInList)
# Their number alone, for a page beyond the end. Indexes: the same.
COUNT_CALENDARS = Dynamic(lambda key: select(func.count()).select_from(accounts).where(*_matching(key)), into=int)

# Several calendars by id. Index: primary key.
CALENDARS_BY_ID = Statement(
    select(*CALENDAR_COLUMNS).where(any_of(accounts.c.id, "ids"), _ACTIVE).order_by(accounts.c.id), into=AccountCalendar
)

# Which of several accounts are an account or lie below it, and are active. Index: primary key of account_lineage.
WITHIN = Statement(
    select(accounts.c.id)
    .join(account_lineage, account_lineage.c.account_id == accounts.c.id)
    .where(any_of(accounts.c.id, "ids"), _ACTIVE, account_lineage.c.ancestor_id == _ACCOUNT),
    into=int,
)


def _changed(key: tuple[bool | None, bool | None]) -> Any:
    visible, auto = key
    values: dict[str, Any] = {"updated_at": bindparam("at", type_=UtcTime)}
    if visible is not None:
        values["account_calendar_visible"] = visible
    if auto is not None:
        values["account_calendar_subscription_type"] = AUTO if auto else MANUAL
    return update(accounts).where(any_of(accounts.c.id, "ids")).values(values)


# Change several calendars alike; the key is (visible, auto_subscribe), None stays. Index: primary key.
CHANGE_CALENDARS = Dynamic[Any](_changed)
