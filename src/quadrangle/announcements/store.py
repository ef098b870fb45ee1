"""Everything asked of the database about announcements."""

from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, exists, func, or_, select, union
from sqlalchemy.dialects import postgresql

from quadrangle.accounts import ROOT_ID, account_by, account_lineage, account_users, accounts, roles, user_bind
from quadrangle.announcements.access import Link, Membership, ReaderFacts
from quadrangle.announcements.model import Announcement, Audience
from quadrangle.announcements.tables import announcement_dismissals, announcement_roles, announcements
from quadrangle.courses import account_fact_columns, attendances, courses, enrollments
from quadrangle.db import Dynamic, Statement, any_of, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.people import users

# --- who reads

_root = accounts.alias("domain_root")
_above = accounts.alias("above")
_MINE: Final = (account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active")


def _reader(column: str) -> Select[Any]:
    memberships = (
        select(account_users.c.account_id, account_users.c.role_id)
        .join(_above, _above.c.id == account_users.c.account_id)
        .where(*_MINE, _above.c.workflow_state == "active")
    )
    places = union(
        select(account_users.c.account_id).where(*_MINE),
        select(courses.c.account_id)
        .join(enrollments, enrollments.c.course_id == courses.c.id)
        .where(enrollments.c.user_id == user_bind(), enrollments.c.workflow_state.in_(("active", "invited"))),
    ).subquery("places")
    lineage = (
        select(account_lineage.c.account_id, account_lineage.c.ancestor_id)
        .join(places, places.c.account_id == account_lineage.c.account_id)
        .join(_above, _above.c.id == account_lineage.c.ancestor_id)
        .where(_above.c.workflow_state == "active")
    )
    return (
        account_by(column)
        .join(_root, _root.c.id == ROOT_ID)
        .add_columns(
            *account_fact_columns(),
            _root.c.allowed_services.label("services"),
            _root.c.settings.label("root_settings"),
            attendances().label("attendances"),
            collect(memberships, Membership).label("memberships"),
            collect(lineage, Link).label("lineage"),
        )
    )


# An account by one of its references with everything about a user that decides what they are told there. Hot. Indexes: as said at
# account_by and at each column, uq_account_users_membership, ix_enrollments_user_id_course_id, primary key of account_lineage.
READER = Dynamic(_reader, into=ReaderFacts)

# --- announcements

_OWN: Final = [
    announcements.c[name]
    for name in Announcement.__struct_fields__
    if name not in ("author", "message", "audience", "dismissed")
]
_NOW: Final = bindparam("now", type_=UtcTime)
_DISMISSED: Final = exists(
    select(announcement_dismissals.c.user_id)
    .where(
        announcement_dismissals.c.user_id == user_bind(),
        announcement_dismissals.c.announcement_id == announcements.c.id,
    )
    .correlate(announcements)
)
_AUDIENCE: Final = collect(
    select(announcement_roles.c.position, announcement_roles.c.role_id, roles.c.name)
    .select_from(announcement_roles)
    .outerjoin(roles, roles.c.id == announcement_roles.c.role_id)
    .where(announcement_roles.c.announcement_id == announcements.c.id)
    .correlate(announcements),
    Audience,
)
# Not EXISTS: for that, PostgreSQL read the roles of all announcements there ever were, and looked each one up in them.
_OF_A_ROLE_HELD: Final = (
    select(func.min(announcement_roles.c.position))
    .where(
        announcement_roles.c.announcement_id == announcements.c.id,
        or_(
            any_of(announcement_roles.c.role_id, "role_ids"),
            and_(announcement_roles.c.role_id.is_(None), bindparam("unenrolled", type_=announcements.c.targeted.type)),
        ),
    )
    .correlate(announcements)
    .scalar_subquery()
    .is_not(None)
)


def _announcements() -> Select[Any]:
    columns: list[Any] = []
    own = iter(_OWN)
    for name in Announcement.__struct_fields__:
        match name:
            case "author":
                columns.append(users.c.name.label("author"))
            case "audience":
                columns.append(_AUDIENCE.label("audience"))
            case "dismissed":
                columns.append(_DISMISSED.label("dismissed"))
            case "message":
                columns.append(announcements.c.message)
            case _:
                columns.append(next(own))
    return (
        select(*columns)
        .select_from(announcements)
        .join(users, users.c.id == announcements.c.user_id)
        .where(announcements.c.workflow_state == "active")
    )


_REACHING: Final = (
    any_of(announcements.c.account_id, "account_ids"),
    announcements.c.start_at <= _NOW,
    or_(announcements.c.targeted.is_(False), _OF_A_ROLE_HELD),
)
_LAST_FIRST: Final = (announcements.c.end_at.desc(), announcements.c.id.desc())

# What is on now in some accounts, not closed by the user, for everybody or for a role they hold somewhere. The last word on roles has
# access.py. Hot: what is over is never read. Index: ix_announcements_account_id_end_at, primary keys of the other two tables.
CURRENT = Statement(
    _announcements().where(*_REACHING, announcements.c.end_at >= _NOW, ~_DISMISSED).order_by(*_LAST_FIRST),
    into=Announcement,
)

# The same with what is over, since a moment, and with what the user closed. Index: the same.
PAST = Statement(
    _announcements()
    .where(*_REACHING, announcements.c.end_at >= bindparam("since", type_=UtcTime))
    .order_by(*_LAST_FIRST),
    into=Announcement,
)

# Everything in some accounts, the latest beginning first. Index: the same.
EVERYTHING = Statement(
    _announcements()
    .where(any_of(announcements.c.account_id, "account_ids"))
    .order_by(announcements.c.start_at.desc(), announcements.c.id.desc()),
    into=Announcement,
)

# One announcement of an account that is still there. Index: primary key.
ANNOUNCEMENT = Statement(
    _announcements()
    .join(accounts, accounts.c.id == announcements.c.account_id)
    .where(announcements.c.id == bindparam("announcement_id", type_=BigId), accounts.c.workflow_state == "active"),
    into=Announcement,
)

# --- changes

# Note that a user closed an announcement; once more changes nothing. Index: primary key.
DISMISS = Statement[Any](
    postgresql.insert(announcement_dismissals)
    .values(
        user_id=user_bind(),
        announcement_id=bindparam("announcement_id", type_=BigId),
        dismissed_at=_NOW,
    )
    .on_conflict_do_nothing()
)

# Take all roles from an announcement. Index: primary key.
FORGET_ROLES = Statement[Any](
    delete(announcement_roles).where(announcement_roles.c.announcement_id == bindparam("announcement_id", type_=BigId))
)
