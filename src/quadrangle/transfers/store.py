"""Everything asked of the database about exports and imports."""

import re
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from quadrangle.courses import courses, enrollments
from quadrangle.db import Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.people import logins, users
from quadrangle.portfolios import portfolio_objects
from quadrangle.transfers.model import ABORTED, ARRIVAL, IMPORT, QUEUED, UNFINISHED, Transfer
from quadrangle.transfers.tables import transfers

_OWNER: Final = bindparam("owner_id", type_=BigId)
_WHICH: Final = bindparam("transfer_id", type_=BigId)
_TRANSFER: Final = [transfers.c[name] for name in Transfer.__struct_fields__]

# --- transfers

# Index: primary key.
TRANSFER = Statement(select(*_TRANSFER).where(transfers.c.id == _WHICH), into=Transfer)
# The last export of one portfolio alone. Index: ix_transfers_eportfolio_id_id.
LAST_OF_PORTFOLIO = Statement(
    select(*_TRANSFER)
    .where(transfers.c.eportfolio_id == bindparam("eportfolio_id", type_=BigId))
    .order_by(transfers.c.id.desc())
    .limit(1),
    into=Transfer,
)


class Waiting(msgspec.Struct, frozen=True):
    """How many transfers are not over: of one person, and of everybody as far as one counts."""

    own: int
    all: int


_unfinished = transfers.alias("unfinished")
# Index: ix_transfers_unfinished.
WAITING = Statement(
    select(
        select(func.count())
        .select_from(transfers)
        .where(transfers.c.owner_id == _OWNER, transfers.c.state.in_(UNFINISHED))
        .scalar_subquery()
        .label("own"),
        select(func.count())
        .select_from(
            select(_unfinished.c.id).where(_unfinished.c.state.in_(UNFINISHED)).limit(bindparam("most")).subquery()
        )
        .scalar_subquery()
        .label("all"),
    ),
    into=Waiting,
)
# End one that is not over. Index: primary key.
END = Statement[None](
    update(transfers)
    .where(transfers.c.id == _WHICH, transfers.c.state.in_(UNFINISHED))
    .values(
        state=bindparam("to"),
        done=bindparam("count_done"),
        failed=bindparam("count_failed"),
        problems=bindparam("told", type_=transfers.c.problems.type),
        report=bindparam("reported", type_=transfers.c.report.type),
        file_id=bindparam("package_id", type_=BigId),
        ended_at=bindparam("now", type_=UtcTime),
    )
)
# Those that nobody began with in time. Index: ix_transfers_unfinished.
EXPIRE = Statement[None](
    update(transfers)
    .where(transfers.c.state == QUEUED, transfers.c.created_at < bindparam("before", type_=UtcTime))
    .values(state=ABORTED, ended_at=bindparam("now", type_=UtcTime))
)
# Those whose package has been kept for long enough. Index: ix_transfers_ended_at.
WITH_OLD_PACKAGES = Statement(
    select(*_TRANSFER)
    .where(transfers.c.ended_at < bindparam("before", type_=UtcTime), transfers.c.file_id.is_not(None))
    .order_by(transfers.c.ended_at, transfers.c.id)
    .limit(bindparam("limit")),
    into=Transfer,
)

# Packages of somebody that wait to be looked into. Index: ix_transfers_owner_id_id.
ARRIVALS_OF = Statement(
    select(*_TRANSFER).where(transfers.c.owner_id == _OWNER, transfers.c.kind == ARRIVAL), into=Transfer
)
# What came in for somebody, or waits to, the latest first. Index: ix_transfers_owner_id_id.
IMPORTS_OF = Statement(
    select(*_TRANSFER)
    .where(transfers.c.owner_id == _OWNER, transfers.c.kind.in_((ARRIVAL, IMPORT)))
    .order_by(transfers.c.id.desc())
    .limit(bindparam("limit")),
    into=Transfer,
)
# Packages that nobody has looked into in time, or that were given up since. Index: none; there is at most one of each person.
OLD_ARRIVALS = Statement(
    select(*_TRANSFER)
    .where(transfers.c.kind == ARRIVAL, transfers.c.created_at < bindparam("before", type_=UtcTime))
    .order_by(transfers.c.id)
    .limit(bindparam("limit")),
    into=Transfer,
)
# A package that still waits. Index: primary key.
FORGET_ARRIVAL = Statement[None](delete(transfers).where(transfers.c.id == _WHICH, transfers.c.kind == ARRIVAL))
# Those whose end may be forgotten. Index: ix_transfers_ended_at.
FORGET_ENDED = Statement[None](delete(transfers).where(transfers.c.ended_at < bindparam("before", type_=UtcTime)))

# --- for whom somebody may import

_teaching, _studying = enrollments.alias("teaching"), enrollments.alias("studying")
# A course somebody teaches: their enrollment and the course are both going on.
_TEACHES: Final = and_(
    _teaching.c.type == "TeacherEnrollment",
    _teaching.c.workflow_state == "active",
    exists(select(courses.c.id).where(courses.c.id == _teaching.c.course_id, courses.c.workflow_state != "deleted")),
)
# Whether somebody teaches at all. Index: ix_enrollments_user_id_course_id.
TEACHES = Statement(
    select(exists(select(_teaching.c.id).where(_teaching.c.user_id == bindparam("user_id", type_=BigId), _TEACHES))),
    into=bool,
)


class TargetRow(msgspec.Struct, frozen=True):
    """Somebody who was named. usable: they are there and can sign in. taught: a student in a course of the one who named them."""

    id: int
    usable: bool
    taught: bool


# People who were named. Indexes: primary key of users, ix_logins_user_id_…, ix_enrollments_user_id_course_id.
TARGETS = Statement(
    select(
        users.c.id,
        and_(
            users.c.workflow_state != "deleted",
            exists(select(logins.c.id).where(logins.c.user_id == users.c.id, logins.c.workflow_state == "active")),
        ).label("usable"),
        exists(
            select(_studying.c.id)
            .join(_teaching, _teaching.c.course_id == _studying.c.course_id)
            .where(
                _studying.c.user_id == users.c.id,
                _studying.c.type == "StudentEnrollment",
                _studying.c.workflow_state == "active",
                _teaching.c.user_id == bindparam("teacher_id", type_=BigId),
                _TEACHES,
            )
        ).label("taught"),
    ).where(any_of(users.c.id, "ids")),
    into=TargetRow,
)

# --- what somebody has


class UidOf(msgspec.Struct, frozen=True):
    """What a package calls an object of somebody, and the file it is of."""

    id: int
    uid: str
    file_id: int | None


# What packages call somebody's objects, by their ids or by the files they are of. Indexes: primary key, uq_portfolio_objects_file_id.
UIDS = Statement(
    select(portfolio_objects.c.id, portfolio_objects.c.uid, portfolio_objects.c.file_id).where(
        portfolio_objects.c.user_id == _OWNER,
        or_(any_of(portfolio_objects.c.id, "ids"), any_of(portfolio_objects.c.file_id, "file_ids")),
        portfolio_objects.c.deleted_at.is_(None),
    ),
    into=UidOf,
)

# --- the person


class Person(msgspec.Struct, frozen=True):
    """Whose portfolio it is."""

    uuid: str
    short_name: str
    sortable_name: str
    created_at: datetime

    def said_of(self, label: str) -> str:
        """What stands in a field that the system fills in, by what the field is called; nothing where that is not known."""
        family, _, given = (part.strip() for part in self.sortable_name.partition(","))
        name = re.sub(r"[^a-z]", "", label.lower())
        known = {"name": self.short_name, "displayname": self.short_name, "fullname": self.short_name}
        known |= {"firstname": given, "givenname": given, "lastname": family, "familyname": family, "surname": family}
        return known.get(name, "")


PERSON = Statement(
    select(users.c.uuid, users.c.short_name, users.c.sortable_name, users.c.created_at).where(users.c.id == _OWNER),
    into=Person,
)
