"""Who belongs to an account or takes part in a course: the two searches for people."""

from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select, union

from quadrangle.accounts import Account, account_lineage, account_users
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, UnitOfWork, any_of
from quadrangle.db.schema import BigId
from quadrangle.db.statement import TextList
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Window
from quadrangle.kernel.text import contains, fold, like
from quadrangle.people import (
    EMAIL_OF_USER,
    FIRST_LOGIN,
    LAST_LOGIN_OF_USER,
    Person,
    communication_channels,
    logins,
    select_people,
    users,
)


def _bind(name: str) -> Any:
    return bindparam(name, type_=BigId)


def _term() -> Any:
    return bindparam("term")


def matches(*, by_login: bool, by_sis: bool, by_email: bool) -> ColumnElement[bool]:
    """Users of whom the bound term is part of a name or, as far as the caller sees those, of a login, SIS id or address."""
    ways: list[ColumnElement[bool]] = [contains(users.c.search_key, _term())]
    texts = []
    if by_login:
        texts.append(contains(logins.c.unique_key, _term()))
    if by_sis:
        texts.append(contains(logins.c.sis_key, _term()))
    if texts:
        ways.append(exists().where(logins.c.user_id == users.c.id, logins.c.workflow_state != "deleted", or_(*texts)))
    if by_email:
        ways.append(
            exists().where(
                communication_channels.c.user_id == users.c.id,
                communication_channels.c.workflow_state != "retired",
                contains(communication_channels.c.address_key, _term()),
            )
        )
    return or_(*ways)


_SORTS: dict[str, ColumnElement[Any]] = {
    "username": users.c.sortable_key,
    "email": EMAIL_OF_USER,
    "sis_id": FIRST_LOGIN.c.sis_user_id,
    "integration_id": FIRST_LOGIN.c.integration_id,
    "last_login": LAST_LOGIN_OF_USER,
    "id": users.c.id,
}


def _ordered(statement: Select[Any], sort: str, *, descending: bool) -> Select[Any]:
    """By a column, then sortable name and id, the same way; people without a value come last either way."""
    columns: list[ColumnElement[Any]] = [_SORTS[sort]]
    if sort != "id":
        columns += [users.c.id] if sort == "username" else [users.c.sortable_key, users.c.id]
    return statement.order_by(*((one.desc() if descending else one.asc()).nulls_last() for one in columns))


# --- an account -------------------------------------------------------------------------------------------------------


class RosterKey(msgspec.Struct, frozen=True):
    """Which search of an account's people: what narrows it, what the caller may search by, how it is sorted."""

    is_root: bool
    sort: str
    descending: bool
    term: bool
    by_login: bool
    by_sis: bool
    by_email: bool
    typed: bool
    by_role: bool
    deleted: bool
    after: bool
    exact: bool = False


def _below() -> Select[Any]:
    """The bound account and all below it. Index: ix_account_lineage_ancestor_id_…."""
    return select(account_lineage.c.account_id).where(account_lineage.c.ancestor_id == _bind("account_id"))


def _enrolled_below(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Users enrolled in courses of the bound account or below, cross-listed sections counting for both their courses."""
    return (
        select(enrollments.c.user_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .join(
            courses,
            or_(courses.c.id == enrollments.c.course_id, courses.c.id == course_sections.c.nonxlist_course_id),
        )
        .where(courses.c.account_id.in_(_below()), *conditions)
    )


_NOT_DELETED = enrollments.c.workflow_state != "deleted"


def _people_of_account(key: RosterKey) -> Select[Any]:
    """A page of the people of an account. Indexes: ix_users_sortable_key_id, ix_logins_user_id_…, ix_account_lineage_…."""
    conditions: list[ColumnElement[bool]] = []
    if key.is_root:
        # Everybody of a root has a login there; asked person by person, so that a sorted page stops early.
        known = [logins.c.user_id == users.c.id, logins.c.account_id == _bind("account_id")]
        if not key.deleted:
            known.append(logins.c.workflow_state != "deleted")
        conditions.append(exists().where(*known))
    else:
        admins = select(account_users.c.user_id).where(account_users.c.account_id.in_(_below()))
        everybody = [] if key.deleted else [_NOT_DELETED]
        if not key.deleted:
            admins = admins.where(account_users.c.workflow_state == "active")
        conditions.append(users.c.id.in_(union(admins, _enrolled_below(*everybody))))
    if not key.deleted:
        conditions.append(users.c.workflow_state != "deleted")
    if key.exact:
        conditions.append(users.c.id == _bind("exact_id"))
    elif key.term:
        conditions.append(matches(by_login=key.by_login, by_sis=key.by_sis, by_email=key.by_email))
    if key.typed:
        conditions.append(
            users.c.id.in_(_enrolled_below(_NOT_DELETED, any_of(enrollments.c.type, "types", of=TextList)))
        )
    if key.by_role:
        having = enrollments.c.role_id == _bind("role_id")
        holding = select(account_users.c.user_id).where(
            account_users.c.account_id.in_(_below()),
            account_users.c.role_id == _bind("role_id"),
            account_users.c.workflow_state == "active",
        )
        conditions.append(or_(users.c.id.in_(holding), users.c.id.in_(_enrolled_below(_NOT_DELETED, having))))
    if key.after:
        at = _bind("after")
        conditions.append(users.c.id < at if key.descending else users.c.id > at)
    statement = _ordered(select_people().where(and_(*conditions)), key.sort, descending=key.descending)
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


PEOPLE_OF_ACCOUNT = Dynamic(_people_of_account, into=Person, slow=True)


async def people_of_account(
    uow: UnitOfWork,
    key: RosterKey,
    *,
    account_id: int,
    term: str | None,
    types: list[str],
    role_id: int,
    after: int,
    window: Window,
) -> list[Person]:
    """One page (and one more) of the people of an account. A term of digits is an id first, a text if nobody has that id."""
    values: dict[str, Any] = {"account_id": account_id, "types": types, "role_id": role_id, "after": after}
    values |= {"limit": window.limit, "offset": window.offset}
    number = parse_number(term) if term is not None else None
    if number is not None:
        exact = replace(key, exact=True)
        # The person may stand before the bookmark, where the list has ended.
        found = await uow.all(
            PEOPLE_OF_ACCOUNT.at(replace(exact, after=False)),
            **(values | {"offset": 0, "limit": 1, "exact_id": number}),
        )
        if found:
            return found if window.number == 1 and not key.after else []
    return await uow.all(PEOPLE_OF_ACCOUNT.at(key), term=like(fold(term)) if term is not None else None, **values)


async def member_of_account(uow: UnitOfWork, account: Account, user_id: int) -> Person | None:
    """One of the people of an account; None where they are not, or have left. One statement."""
    key = RosterKey(
        is_root=account.is_root,
        sort="id",
        descending=False,
        term=True,
        by_login=False,
        by_sis=False,
        by_email=False,
        typed=False,
        by_role=False,
        deleted=False,
        after=False,
        exact=True,
    )
    return await uow.one(PEOPLE_OF_ACCOUNT.at(key), account_id=account.id, exact_id=user_id, limit=1, offset=0)


# --- a course ---------------------------------------------------------------------------------------------------------


class ClassKey(msgspec.Struct, frozen=True):
    """Which search of a course's people."""

    term: bool
    by_login: bool
    by_sis: bool
    by_email: bool
    typed: bool
    by_role: bool
    some: bool  # only the bound `ids`
    sectioned: bool  # only the bound `sections`
    sort: str = "username"
    descending: bool = False


def _people_of_course(key: ClassKey) -> Select[Any]:
    """A page of the people of a course. Index: ix_enrollments_course_id_type_…."""
    taking = [
        enrollments.c.course_id == _bind("course_id"),
        any_of(enrollments.c.workflow_state, "states", of=TextList),
    ]
    if key.typed:
        taking.append(any_of(enrollments.c.type, "types", of=TextList))
    if key.by_role:
        taking.append(any_of(enrollments.c.role_id, "role_ids"))
    if key.sectioned:
        taking.append(any_of(enrollments.c.course_section_id, "sections"))
    statement = select_people().where(
        users.c.id.in_(select(enrollments.c.user_id).where(*taking)), users.c.workflow_state != "deleted"
    )
    if key.some:
        statement = statement.where(any_of(users.c.id, "ids"))
    if key.term:
        text = matches(by_login=key.by_login, by_sis=key.by_sis, by_email=key.by_email)
        statement = statement.where(or_(text, users.c.id == _bind("exact_id")))
    statement = _ordered(statement, key.sort, descending=key.descending)
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


PEOPLE_OF_COURSE = Dynamic(_people_of_course, into=Person, slow=True)
