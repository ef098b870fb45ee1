"""Who reads which calendar and who writes in it. Source: supporting-resources.md §10.

Every kind of calendar has its own reason: one's own, a course one reads, a group one belongs to, an account one knows. A `Desk` is one person
before one of them; all that are asked about at once are found together, in a statement for each kind.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select, type_coerce
from sqlalchemy.types import Boolean

from quadrangle.accounts import ROOT_ID, accounts, root_setting, user_bind
from quadrangle.calendars.access import may_add_events
from quadrangle.calendars.model import Context
from quadrangle.courses import (
    AccountStanding,
    AccountWithFacts,
    CourseStanding,
    account_fact_columns,
    associated_account_ids,
    course_sections,
    courses_for_user,
)
from quadrangle.db import Statement, UnitOfWork, any_of
from quadrangle.groups import GroupStanding, group_standings
from quadrangle.kernel.access import Granted, Table, authorise, permits
from quadrangle.people import users

CALENDARS_LIMIT: Final = "calendar_contexts_limit"  # the setting of a root: how many calendars one request may name
MOST_CALENDARS: Final = 100  # whatever the setting says


class KnownAccount(AccountWithFacts, frozen=True):
    """An account with what decides about the bound user's rights there, and whether they are associated with it."""

    associated: bool


# Several accounts with the standing of one user. Hot. Indexes: primary key, those said at account_fact_columns and associated_account_ids.
_ACCOUNTS = Statement(
    select(
        *(accounts.c[name] for name in AccountWithFacts.__struct_fields__ if name in accounts.c),
        *account_fact_columns(),
        type_coerce(accounts.c.id.in_(associated_account_ids(user_bind())), Boolean).label("associated"),
    ).where(any_of(accounts.c.id, "ids"), accounts.c.workflow_state == "active"),
    into=KnownAccount,
)


class _Section(msgspec.Struct, frozen=True):
    id: int
    course_id: int


# The courses of several sections. Index: primary key.
_SECTIONS = Statement(
    select(course_sections.c.id, course_sections.c.course_id).where(
        any_of(course_sections.c.id, "ids"), course_sections.c.workflow_state != "deleted"
    ),
    into=_Section,
)

# Which of several people there are. Index: primary key.
_PEOPLE = Statement(select(users.c.id).where(any_of(users.c.id, "ids"), users.c.workflow_state != "deleted"), into=int)

# The settings of the root. Index: primary key.
_ROOT_SETTINGS = Statement(
    select(accounts.c.settings).where(accounts.c.id == bindparam("root_id")), into=dict[str, Any]
)


class Desk:
    """One person before one calendar."""

    __slots__ = ("account", "associated", "context", "course", "group", "observed", "user_id")

    def __init__(
        self,
        context: Context,
        user_id: int,
        *,
        course: CourseStanding | None = None,
        group: GroupStanding | None = None,
        account: AccountStanding | None = None,
        associated: bool = False,
        observed: bool = False,
    ) -> None:
        """course: of the course, or of that of the section. observed: the person whose calendar it is lets the user look into it."""
        self.context = context
        self.user_id = user_id
        self.course = course
        self.group = group
        self.account = account
        self.associated = associated
        self.observed = observed

    @property
    def calendar_code(self) -> str:
        """Where events of this context are listed."""
        if self.context.kind == "course_section" and self.course is not None:
            return f"course_{self.course.course.id}"
        return self.context.code

    @property
    def own_sections(self) -> frozenset[str]:
        """The sections of the course the user takes part in or took part in."""
        if self.course is None:
            return frozenset()
        enrolled = (*self.course.active, *self.course.concluded_ones)
        return frozenset(f"course_section_{one.section_id}" for one in enrolled)

    @property
    def reads(self) -> bool:
        return permits(EVENT_RULES, READ, self)

    @property
    def writes(self) -> bool:
        return permits(EVENT_RULES, WRITE, self)

    @property
    def sees_all_sections(self) -> bool:
        return self.course is not None and (self.course.is_staff or self.course.is_admin or self.writes)

    def reading(self) -> Granted[Context]:
        """Proof that the calendar may be read, or Forbidden."""
        return authorise(EVENT_RULES, READ, self, self.context)

    def writing(self) -> Granted["Desk"]:
        """Proof that events may be made, changed and deleted here, or Forbidden."""
        return authorise(EVENT_RULES, WRITE, self, self)


def is_own(one: Desk) -> bool:
    return one.context.kind == "user" and one.context.id == one.user_id


def is_observed(one: Desk) -> bool:
    return one.context.kind == "user" and one.observed


def is_section(one: Desk) -> bool:
    return one.context.kind == "course_section"


def is_course(one: Desk) -> bool:
    return one.context.kind == "course"


def course_is_read(one: Desk) -> bool:
    return one.course is not None and one.course.reads


def is_in_section(one: Desk) -> bool:
    return one.context.code in one.own_sections


def is_course_staff(one: Desk) -> bool:
    return one.course is not None and (one.course.is_staff or one.course.is_admin)


def manages_course_calendar(one: Desk) -> bool:
    return one.course is not None and one.course.may("manage_calendar")


def group_is_read(one: Desk) -> bool:
    return one.group is not None and one.group.reads


def is_member(one: Desk) -> bool:
    return one.group is not None and one.group.is_member


def account_is_read(one: Desk) -> bool:
    return one.account is not None and one.account.reads


def account_is_visible(one: Desk) -> bool:
    return one.account is not None and one.account.account.account_calendar_visible


def is_associated_with_account(one: Desk) -> bool:
    return one.associated


def adds_account_events(one: Desk) -> bool:
    return one.account is not None and may_add_events(one.account.account.account_calendar_visible, one.account.rights)


READ: Final = "read"
WRITE: Final = "write"

EVENT_RULES: Final[Table[Desk]] = {
    READ: [
        [is_own],
        [is_observed],
        [is_course, course_is_read],
        [is_section, course_is_read, is_in_section],
        [is_section, is_course_staff],
        [is_section, manages_course_calendar],
        [group_is_read],
        [account_is_read],
        [account_is_visible, is_associated_with_account],
    ],
    WRITE: [[is_own], [manages_course_calendar], [is_member], [adds_account_events]],
}


class Desks(msgspec.Struct, frozen=True):
    """One person before several calendars, in the order they were named; None: there is no such thing."""

    several: dict[Context, Desk | None]
    settings: dict[str, Any] | None  # of the root, where they came along

    async def within_limit(self, uow: UnitOfWork) -> list[Desk | None]:
        """As many as one request may name."""
        settings = self.settings
        if settings is None and len(self.several) > 1:
            settings = await uow.one(_ROOT_SETTINGS, root_id=ROOT_ID)
        limit = root_setting(settings or {}, CALENDARS_LIMIT)
        return list(self.several.values())[: limit if isinstance(limit, int) and limit > 0 else None]


async def desks_of(
    uow: UnitOfWork, user_id: int, contexts: Iterable[Context], *, observing: Collection[int] = ()
) -> Desks:
    """A user before the calendars of several contexts. observing: people whose own calendars they may look into.

    One statement for each kind of context that is named, two for sections, three for groups, none for oneself.
    """
    wanted = list(dict.fromkeys(contexts))[:MOST_CALENDARS]
    ids: dict[str, set[int]] = {}
    for context in wanted:
        ids.setdefault(context.kind, set()).add(context.id)
    found: dict[Context, Desk] = {}
    others = ids.get("user", set()) - {user_id}
    people = {user_id, *(await uow.all(_PEOPLE, ids=sorted(others)) if others else ())}
    for one in people & ids.get("user", set()):
        context = Context("user", one)
        found[context] = Desk(context, user_id, observed=one in observing)
    settings = await _courses(uow, user_id, ids, found)
    if "group" in ids:
        for group in await group_standings(uow, ids["group"], user_id):
            context = Context("group", group.group.id)
            found[context] = Desk(context, user_id, group=group)
    if "account" in ids:
        for account in await uow.all(_ACCOUNTS, ids=sorted(ids["account"]), user_id=user_id):
            context = Context("account", account.id)
            standing = AccountStanding(account, user_id)
            found[context] = Desk(context, user_id, account=standing, associated=account.associated)
            settings = account.settings if account.id == ROOT_ID else settings
    return Desks({context: found.get(context) for context in wanted}, settings)


async def _courses(
    uow: UnitOfWork, user_id: int, ids: dict[str, set[int]], found: dict[Context, Desk]
) -> dict[str, Any] | None:
    """Add the desks of courses and sections; returns the settings of the root, when there was a course."""
    sections = await uow.all(_SECTIONS, ids=sorted(ids["course_section"])) if "course_section" in ids else []
    course_ids = ids.get("course", set()) | {section.course_id for section in sections}
    rows = await courses_for_user(uow, course_ids, user_id)
    standings = {row.id: CourseStanding(row, user_id, uow.now) for row in rows if row.workflow_state != "deleted"}
    named = [Context("course", id) for id in ids.get("course", ())]
    of_course = {context: context.id for context in named}
    of_course |= {Context("course_section", section.id): section.course_id for section in sections}
    for context, course_id in of_course.items():
        if course_id in standings:
            found[context] = Desk(context, user_id, course=standings[course_id])
    return rows[0].root_settings if rows else None


async def desk_at(uow: UnitOfWork, user_id: int, context: Context) -> Desk | None:
    """A user before one calendar; None when there is no such thing."""
    return (await desks_of(uow, user_id, [context])).several[context]
