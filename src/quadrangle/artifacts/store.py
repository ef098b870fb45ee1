"""Everything asked of the database about what people have collected."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Integer, and_, bindparam, delete, exists, func, not_, or_, select, union_all, update
from sqlalchemy.sql.elements import ColumnElement

from quadrangle.artifacts.model import (
    ALL_OF_THEM,
    FILE_ARTIFACT,
    MINE,
    OTHERS,
    PRESENTATION,
    Association,
    Comment,
    Item,
    Member,
    Tag,
)
from quadrangle.artifacts.tables import portfolio_associations, portfolio_comments, portfolio_members, portfolio_tags
from quadrangle.db import Dynamic, Statement, any_of, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.files import AVAILABLE, USER, files
from quadrangle.kernel.text import contains
from quadrangle.people import users
from quadrangle.portfolios import eportfolio_members, eportfolios, portfolio_objects

_ID: Final = bindparam("item_id", type_=BigId)
_OWNER: Final = bindparam("owner_id", type_=BigId)
_LIMIT: Final = bindparam("limit", type_=BigId)
_AFTER: Final = bindparam("after", type_=BigId)
_object = portfolio_objects.c

_WITH_PLACE: Final = portfolio_objects.outerjoin(eportfolios, eportfolios.c.id == _object.eportfolio_id).outerjoin(
    files, and_(files.c.id == _object.file_id, files.c.workflow_state == AVAILABLE)
)
# A portfolio that was deleted is no presentation any more, a file that is gone no artifact.
_LIVE: Final[ColumnElement[bool]] = and_(
    _object.deleted_at.is_(None),
    or_(_object.type != PRESENTATION, eportfolios.c.workflow_state == "active"),
    or_(_object.type != FILE_ARTIFACT, files.c.id.is_not(None)),
)


def _columns() -> list[Any]:
    said = portfolio_comments.alias("said")
    other = portfolio_comments.alias("other")
    tags = select(portfolio_tags.c.text, portfolio_tags.c.type).where(portfolio_tags.c.item_id == _object.id)
    count = select(func.count()).select_from(said).where(said.c.item_id == _object.id)
    news = select(other.c.id).where(
        other.c.item_id == _object.id,
        other.c.id > func.coalesce(_object.read_to, 0),
        other.c.user_id != _object.user_id,
    )
    special: dict[str, Any] = {
        "own_name": _object.name.label("own_name"),
        "touched_at": _object.modified_at.label("touched_at"),
        "portfolio_name": eportfolios.c.name.label("portfolio_name"),
        "portfolio_spam": eportfolios.c.spam_status.label("portfolio_spam"),
        "portfolio_at": eportfolios.c.updated_at.label("portfolio_at"),
        "file_name": files.c.display_name.label("file_name"),
        "file_type": files.c.content_type.label("file_type"),
        "file_size": files.c.size.label("file_size"),
        "file_digest": files.c.digest.label("file_digest"),
        "tags": collect(tags, Tag).label("tags"),
        "comments_count": count.scalar_subquery().label("comments_count"),
        "unread": exists(news).label("unread"),
    }
    return [special.get(name, _object.get(name)) for name in Item.__struct_fields__]


_ITEM: Final = _columns()

# --- things

# A thing that is there, with its tags and what was said of it counted. Hot. Indexes: primary keys, ix_portfolio_comments_item_id_id.
ITEM = Statement(select(*_ITEM).select_from(_WITH_PLACE).where(_object.id == _ID, _LIVE), into=Item)
# The presentation that a portfolio is. Index: uq_portfolio_objects_eportfolio_id.
PRESENTATION_OF = Statement(
    select(*_ITEM).select_from(_WITH_PLACE).where(_object.eportfolio_id == bindparam("eportfolio_id", type_=BigId)),
    into=Item,
)
# One page of somebody's things. Hot: tags and counts come along. Index: ix_portfolio_objects_user_id_id.
ITEMS_OF = Statement(
    select(*_ITEM)
    .select_from(_WITH_PLACE)
    .where(_object.user_id == _OWNER, _object.id > _AFTER, _LIVE)
    .order_by(_object.id)
    .limit(_LIMIT),
    into=Item,
)
# Those of somebody's things that are named, in no order. Index: primary key.
ITEMS_AMONG = Statement(
    select(*_ITEM).select_from(_WITH_PLACE).where(any_of(_object.id, "ids"), _object.user_id == _OWNER, _LIVE),
    into=Item,
)
# Things that are there, whosever they are, in no order. Index: primary key.
ITEMS_NAMED = Statement(select(*_ITEM).select_from(_WITH_PLACE).where(any_of(_object.id, "ids"), _LIVE), into=Item)
# What somebody deleted and may still take back, the latest first. Index: ix_portfolio_objects_deleted.
DELETED_LATELY = Statement(
    select(*_ITEM)
    .select_from(_WITH_PLACE)
    .where(
        _object.user_id == _OWNER,
        _object.deleted_at > bindparam("since", type_=UtcTime),
        or_(_object.type != FILE_ARTIFACT, files.c.id.is_not(None)),
    )
    .order_by(_object.deleted_at.desc(), _object.id.desc()),
    into=Item,
)
# The row of a person, locked: their things and what connects them change under this lock alone. It does not stand in the way of rows that
# refer to the person. Index: primary key.
LOCK_OWNER = Statement(select(users.c.id).where(users.c.id == _OWNER).with_for_update(key_share=True), into=int)
# A file of somebody's that is there, locked. Index: primary key of files.
LOCK_OWN_FILE = Statement(
    select(files.c.id)
    .where(
        files.c.id == bindparam("file_id", type_=BigId),
        files.c.context_type == USER,
        files.c.context_id == _OWNER,
        files.c.workflow_state == AVAILABLE,
    )
    .with_for_update(),
    into=int,
)
# The artifact that a file is. Index: uq_portfolio_objects_file_id.
ITEM_OF_FILE = Statement(
    select(_object.id).where(
        _object.user_id == _OWNER,
        _object.file_id == bindparam("file_id", type_=BigId),
        _object.file_id.is_not(None),
        _object.deleted_at.is_(None),
    ),
    into=int,
)

# --- collections

# The things in a static collection in the order of their addition. Index: ix_portfolio_members_collection_id_position.
MEMBERS = Statement(
    select(_object.id)
    .select_from(_WITH_PLACE.join(portfolio_members, portfolio_members.c.item_id == _object.id))
    .where(portfolio_members.c.collection_id == _ID, _LIVE)
    .order_by(portfolio_members.c.position, _object.id),
    into=int,
)
MEMBER_ITEMS = Statement(
    select(*_ITEM)
    .select_from(_WITH_PLACE.join(portfolio_members, portfolio_members.c.item_id == _object.id))
    .where(portfolio_members.c.collection_id == _ID, _LIVE)
    .order_by(portfolio_members.c.position, _object.id),
    into=Item,
)


def _tagged() -> Any:
    """The things of somebody, but for one, that carry at least `need` of the tags."""
    return (
        select(portfolio_tags.c.item_id)
        .where(
            portfolio_tags.c.user_id == _OWNER,
            any_of(portfolio_tags.c.key, "keys", of=TextList),
            portfolio_tags.c.item_id != _ID,
        )
        .group_by(portfolio_tags.c.item_id)
        .having(func.count(portfolio_tags.c.key.distinct()) >= bindparam("need", type_=Integer))
    )


# What a dynamic collection consists of, as it is now. Index: ix_portfolio_tags_user_id_key_item_id.
TAGGED = Statement(
    select(_object.id).select_from(_WITH_PLACE).where(_object.id.in_(_tagged()), _LIVE).order_by(_object.id), into=int
)
TAGGED_ITEMS = Statement(
    select(*_ITEM).select_from(_WITH_PLACE).where(_object.id.in_(_tagged()), _LIVE).order_by(_object.id), into=Item
)
LAST_POSITION = Statement(
    select(func.coalesce(func.max(portfolio_members.c.position), 0)).where(portfolio_members.c.collection_id == _ID),
    into=int,
)
IS_MEMBER = Statement(
    select(portfolio_members.c.item_id).where(
        portfolio_members.c.collection_id == bindparam("collection_id", type_=BigId),
        portfolio_members.c.item_id == _ID,
    ),
    into=int,
)
_inside = (
    select(portfolio_members.c.item_id).where(portfolio_members.c.collection_id == _ID).cte("inside", recursive=True)
)
_inside = _inside.union(
    select(portfolio_members.c.item_id).where(portfolio_members.c.collection_id == _inside.c.item_id)
)
# Whether a thing is somewhere in a collection, however deep. Index: primary key of portfolio_members.
CONTAINS = Statement(
    select(_inside.c.item_id).where(_inside.c.item_id == bindparam("sought", type_=BigId)).limit(1), into=int
)
REMOVE_MEMBER = Statement[None](
    delete(portfolio_members).where(
        portfolio_members.c.collection_id == bindparam("collection_id", type_=BigId), portfolio_members.c.item_id == _ID
    )
)

# --- reflections and objectives

_KINDS: Final = any_of(portfolio_associations.c.kind, "kinds")
# What is said of a thing by reflections, and its objectives. Index: ix_portfolio_associations_item_id_kind_source_id.
ASSOCIATED_WITH = Statement(
    select(*_ITEM)
    .select_from(_WITH_PLACE.join(portfolio_associations, portfolio_associations.c.source_id == _object.id))
    .where(portfolio_associations.c.item_id == _ID, _KINDS, _LIVE)
    .order_by(_object.id),
    into=Item,
)
ASSOCIATION = Statement(
    select(portfolio_associations.c.item_id).where(
        portfolio_associations.c.source_id == bindparam("source_id", type_=BigId),
        portfolio_associations.c.item_id == _ID,
    ),
    into=int,
)
REMOVE_ASSOCIATION = Statement[None](
    delete(portfolio_associations).where(
        portfolio_associations.c.source_id == bindparam("source_id", type_=BigId),
        portfolio_associations.c.item_id == _ID,
    )
)


class Tie(msgspec.Struct, frozen=True):
    """One thing is in another, or is about it."""

    item_id: int
    within_id: int


# Which of several things are in which static collections among them, and are about which. Indexes: primary keys.
TIES = Statement(
    union_all(
        select(portfolio_members.c.item_id, portfolio_members.c.collection_id.label("within_id")).where(
            any_of(portfolio_members.c.item_id, "ids"), any_of(portfolio_members.c.collection_id, "ids")
        ),
        select(
            portfolio_associations.c.source_id.label("item_id"), portfolio_associations.c.item_id.label("within_id")
        ).where(any_of(portfolio_associations.c.source_id, "ids"), any_of(portfolio_associations.c.item_id, "ids")),
    ),
    into=Tie,
)

# --- comments

_COMMENT: Final = [
    users.c.sortable_name.label("author") if name == "author" else portfolio_comments.c[name]
    for name in Comment.__struct_fields__
]
_COMMENTS: Final = portfolio_comments.outerjoin(users, users.c.id == portfolio_comments.c.user_id)
# One page of what was said of a thing, the oldest first. Index: ix_portfolio_comments_item_id_id.
COMMENTS_ON = Statement(
    select(*_COMMENT)
    .select_from(_COMMENTS)
    .where(portfolio_comments.c.item_id == _ID, portfolio_comments.c.id > _AFTER)
    .order_by(portfolio_comments.c.id)
    .limit(_LIMIT),
    into=Comment,
)
# The same of several things at once. Index: ix_portfolio_comments_item_id_id.
COMMENTS_AMONG = Statement(
    select(*_COMMENT)
    .select_from(_COMMENTS)
    .where(any_of(portfolio_comments.c.item_id, "ids"))
    .order_by(portfolio_comments.c.item_id, portfolio_comments.c.id),
    into=Comment,
)
_BY_VIEWER: Final = portfolio_comments.c.user_id == bindparam("viewer_id", type_=BigId)
_OWN_THING: Final = _object.user_id == bindparam("viewer_id", type_=BigId)
_THINGS: Final = {MINE: [_OWN_THING], OTHERS: [not_(_OWN_THING), _BY_VIEWER]}
_AUTHORS: Final[dict[int, list[ColumnElement[bool]]]] = {
    ALL_OF_THEM: [],
    MINE: [_BY_VIEWER],
    OTHERS: [or_(portfolio_comments.c.user_id.is_(None), not_(_BY_VIEWER))],
}


def _comments_between(key: tuple[int, int]) -> Any:
    things, authors = key
    found = [
        select(portfolio_comments.c.id)
        .select_from(portfolio_comments)
        .join(portfolio_objects, _object.id == portfolio_comments.c.item_id)
        .outerjoin(eportfolios, eportfolios.c.id == _object.eportfolio_id)
        .outerjoin(files, and_(files.c.id == _object.file_id, files.c.workflow_state == AVAILABLE))
        .where(portfolio_comments.c.id > _AFTER, _LIVE, *_THINGS[which], *_AUTHORS[authors])
        for which in ((MINE, OTHERS) if things == ALL_OF_THEM else (things,))
    ]
    page = union_all(*found).order_by("id").limit(_LIMIT).subquery("page")
    return select(*_COMMENT).select_from(_COMMENTS.join(page, page.c.id == portfolio_comments.c.id)).order_by(page.c.id)


# One page of what was said of somebody's things, and of what they said of things of others, the oldest first; the key says of whose things,
# and by whom. Indexes: ix_portfolio_objects_user_id_id, ix_portfolio_comments_item_id_id, ix_portfolio_comments_user_id_id.
COMMENTS_BETWEEN = Dynamic(_comments_between, into=Comment)
COMMENT = Statement(
    select(*_COMMENT)
    .select_from(_COMMENTS)
    .where(portfolio_comments.c.item_id == _ID, portfolio_comments.c.id == bindparam("comment_id", type_=BigId)),
    into=Comment,
)
REMOVE_COMMENT = Statement[None](
    delete(portfolio_comments).where(portfolio_comments.c.id == bindparam("comment_id", type_=BigId))
)
# The owner of a thing has been shown what was said of it; never less than before. Index: primary key.
NOTE_READ = Statement[None](
    update(portfolio_objects)
    .where(_object.id == _ID, func.coalesce(_object.read_to, 0) < bindparam("to", type_=BigId))
    .values(read_to=bindparam("to", type_=BigId))
)

# --- going away. Indexes: those of the columns.


def _belonging(key: tuple[Any, str]) -> Any:
    table, column = key
    return delete(table).where(table.c[column] == _ID)


# What belongs to a thing; the key says where, and by which column.
REMOVE_BELONGING = Dynamic[Any](_belonging)
BELONGING: Final = (
    (portfolio_members, "item_id"),
    (portfolio_members, "collection_id"),
    (portfolio_associations, "source_id"),
    (portfolio_associations, "item_id"),
    (portfolio_tags, "item_id"),
    (portfolio_comments, "item_id"),
)
REMOVE_TAGS = Statement[None](delete(portfolio_tags).where(portfolio_tags.c.item_id == _ID))
REMOVE_TAG = Statement[None](
    delete(portfolio_tags).where(
        portfolio_tags.c.item_id == _ID,
        portfolio_tags.c.key == bindparam("key"),
        portfolio_tags.c.type == bindparam("type", type_=Integer),
    )
)

# The tags with which somebody has marked what is there, that begin with a text, in the order of the alphabet. Index:
# ix_portfolio_tags_user_id_key_item_id.
TAGS_LIKE = Statement(
    select(func.min(portfolio_tags.c.text).label("text"), portfolio_tags.c.type)
    .select_from(_WITH_PLACE.join(portfolio_tags, portfolio_tags.c.item_id == _object.id))
    .where(portfolio_tags.c.user_id == _OWNER, contains(portfolio_tags.c.key, bindparam("beginning")), _LIVE)
    .group_by(portfolio_tags.c.key, portfolio_tags.c.type)
    .order_by(portfolio_tags.c.key, portfolio_tags.c.type)
    .limit(_LIMIT),
    into=Tag,
)

# --- for packages


class Key(msgspec.Struct, frozen=True):
    """A thing by what identifies it. live: it is there."""

    id: int
    uid: str
    user_id: int
    type: int
    origin: str | None
    eportfolio_id: int | None
    file_id: int | None
    created_at: datetime
    live: bool


_KEY: Final = [_LIVE.label("live") if name == "live" else _object[name] for name in Key.__struct_fields__]


class Placed(msgspec.Struct, frozen=True):
    """What belongs to a page without a block."""

    entry_id: int
    item_id: int
    position: int


# All of somebody's things in the order of their making, without what they hold. Index: ix_portfolio_objects_user_id_id.
KEYS_OF = Statement(
    select(*_KEY).select_from(_WITH_PLACE).where(_object.user_id == _OWNER, _LIVE).order_by(_object.id),
    into=Key,
    slow=True,
)
# Whether somebody has anything at all. Index: ix_portfolio_objects_user_id_id.
HAS_ANY = Statement(
    select(exists(select(_object.id).select_from(_WITH_PLACE).where(_object.user_id == _OWNER, _LIVE))), into=bool
)
# Everybody who is there and has anything at all, in the order of their ids. Indexes: ix_portfolio_objects_user_id_id, primary key of users.
OWNERS = Statement(
    select(_object.user_id)
    .select_from(_WITH_PLACE.join(users, users.c.id == _object.user_id))
    .where(users.c.workflow_state != "deleted", _LIVE)
    .distinct()
    .order_by(_object.user_id),
    into=int,
    slow=True,
)
# Things named by anybody, whosever they are and whether they are there or not. Index: primary key.
KEYS_AMONG = Statement(select(*_KEY).select_from(_WITH_PLACE).where(any_of(_object.id, "ids")), into=Key, slow=True)
# Somebody's things by what packages call them, also those that are gone. Index: uq_portfolio_objects_user_id_uid.
KEYS_BY_UID = Statement(
    select(*_KEY).select_from(_WITH_PLACE).where(_object.user_id == _OWNER, any_of(_object.uid, "uids", of=TextList)),
    into=Key,
    slow=True,
)
# Somebody's things that are copies of others, or came from elsewhere. Index: ix_portfolio_objects_origin.
KEYS_BY_ORIGIN = Statement(
    select(*_KEY)
    .select_from(_WITH_PLACE)
    .where(_object.user_id == _OWNER, _object.origin.is_not(None), any_of(_object.origin, "origins", of=TextList))
    .order_by(_object.id),
    into=Key,
    slow=True,
)
_of_owner = portfolio_objects.alias("of_owner")
# Who is in which static collection of somebody, whether they are there or not. Indexes: ix_portfolio_objects_user_id_id, primary key.
MEMBERS_OF_ALL = Statement(
    select(*(portfolio_members.c[name] for name in Member.__struct_fields__))
    .join(_of_owner, _of_owner.c.id == portfolio_members.c.collection_id)
    .where(_of_owner.c.user_id == _OWNER)
    .order_by(portfolio_members.c.collection_id, portfolio_members.c.position, portfolio_members.c.item_id),
    into=Member,
    slow=True,
)
# Which reflections and objectives of somebody belong to which things. Indexes: the same.
ASSOCIATIONS_OF_ALL = Statement(
    select(*(portfolio_associations.c[name] for name in Association.__struct_fields__))
    .join(_of_owner, _of_owner.c.id == portfolio_associations.c.source_id)
    .where(_of_owner.c.user_id == _OWNER)
    .order_by(portfolio_associations.c.source_id, portfolio_associations.c.item_id),
    into=Association,
    slow=True,
)
# What belongs to pages without a block. Index: primary key of eportfolio_members.
PLACED_ON = Statement(
    select(*(eportfolio_members.c[name] for name in Placed.__struct_fields__))
    .where(any_of(eportfolio_members.c.entry_id, "ids"))
    .order_by(eportfolio_members.c.entry_id, eportfolio_members.c.position, eportfolio_members.c.item_id),
    into=Placed,
)
