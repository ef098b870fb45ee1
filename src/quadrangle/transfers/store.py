"""Everything asked of the database about exports and imports."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import bindparam, func, or_, select, update

from quadrangle.db import Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.people import users
from quadrangle.portfolios import (
    Entry,
    eportfolio_comments,
    eportfolio_entries,
    eportfolio_sections,
    portfolio_objects,
)
from quadrangle.transfers.model import ABORTED, QUEUED, UNFINISHED, Transfer
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
# A portfolio as what it is in the Brightspace family. Index: uq_portfolio_objects_eportfolio_id.
PRESENTATION_OF = Statement(
    select(portfolio_objects.c.id).where(portfolio_objects.c.eportfolio_id == bindparam("eportfolio_id", type_=BigId)),
    into=int,
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

# --- presentations

_PORTFOLIO: Final = bindparam("eportfolio_id", type_=BigId)
# All pages of a portfolio with their texts. Index: ix_eportfolio_entries_eportfolio_id_position.
ENTRIES = Statement(
    select(
        *(
            eportfolio_sections.c.slug.label("category_slug") if name == "category_slug" else eportfolio_entries.c[name]
            for name in Entry.__struct_fields__
        )
    )
    .select_from(
        eportfolio_entries.join(eportfolio_sections, eportfolio_sections.c.id == eportfolio_entries.c.section_id)
    )
    .where(eportfolio_entries.c.eportfolio_id == _PORTFOLIO)
    .order_by(eportfolio_sections.c.position, eportfolio_entries.c.position, eportfolio_entries.c.id),
    into=Entry,
)


class CommentRow(msgspec.Struct, frozen=True):
    """A comment on a page."""

    entry_id: int
    uid: str
    message: str
    created_at: datetime


# What was said of the pages of a portfolio, oldest first. Indexes: ix_eportfolio_entries_eportfolio_id_position,
# ix_eportfolio_comments_entry_id_id.
PAGE_COMMENTS = Statement(
    select(*(eportfolio_comments.c[name] for name in CommentRow.__struct_fields__))
    .select_from(
        eportfolio_comments.join(eportfolio_entries, eportfolio_entries.c.id == eportfolio_comments.c.entry_id)
    )
    .where(eportfolio_entries.c.eportfolio_id == _PORTFOLIO)
    .order_by(eportfolio_comments.c.created_at, eportfolio_comments.c.id),
    into=CommentRow,
)

# --- the person


class Person(msgspec.Struct, frozen=True):
    """Whose portfolio it is."""

    uuid: str
    short_name: str
    sortable_name: str
    created_at: datetime


PERSON = Statement(
    select(users.c.uuid, users.c.short_name, users.c.sortable_name, users.c.created_at).where(users.c.id == _OWNER),
    into=Person,
)
