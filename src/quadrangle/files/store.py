"""Everything asked of the database about files and folders."""

from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from quadrangle.accounts import account_lineage, accounts
from quadrangle.courses import courses
from quadrangle.db import Dynamic, Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.files.model import ACTIVE, ARRIVING, AVAILABLE, COURSE, GROUP, File, Folder, Piece, Upload
from quadrangle.files.tables import files, folders, upload_pieces, uploads
from quadrangle.groups import groups
from quadrangle.kernel.text import contains
from quadrangle.people import UserCard, users

_inner = folders.alias("inner_folder")
_within = files.alias("within")
_NOW: Final = bindparam("now", type_=UtcTime)

_FOLDER: Final = [
    *(folders.c[name] for name in Folder.__struct_fields__ if name in folders.c),
    select(func.count())
    .select_from(_within)
    .where(_within.c.folder_id == folders.c.id, _within.c.workflow_state == AVAILABLE)
    .correlate(folders)
    .scalar_subquery()
    .label("files_count"),
    select(func.count())
    .select_from(_inner)
    .where(_inner.c.parent_folder_id == folders.c.id, _inner.c.workflow_state == ACTIVE)
    .correlate(folders)
    .scalar_subquery()
    .label("folders_count"),
]
_FILE: Final = [files.c[name] for name in File.__struct_fields__]


def _in_context(table: Any) -> ColumnElement[bool]:
    return and_(
        table.c.context_type == bindparam("context_type"), table.c.context_id == bindparam("context_id", type_=BigId)
    )


_LIVE_FOLDER: Final = folders.c.workflow_state == ACTIVE

# --- folders

# One folder that is not deleted. Index: primary key.
FOLDER = Statement(select(*_FOLDER).where(folders.c.id == bindparam("id", type_=BigId), _LIVE_FOLDER), into=Folder)
# The root folder of a context. Index: uq_folders_root.
ROOT = Statement(select(*_FOLDER).where(_in_context(folders), folders.c.parent_folder_id.is_(None)), into=Folder)
# A folder in a folder by its name. Index: uq_folders_name.
NAMED = Statement(
    select(*_FOLDER).where(
        folders.c.parent_folder_id == bindparam("parent_id", type_=BigId),
        folders.c.name_key == bindparam("key"),
        _LIVE_FOLDER,
    ),
    into=Folder,
)


class Closing(msgspec.Struct, frozen=True):
    """What decides whether somebody who only reads comes into a folder."""

    id: int
    parent_folder_id: int | None
    locked: bool
    hidden: bool
    unlock_at: Any
    lock_at: Any


# All folders of a context, in short: what is shut in one is shut for all that is in it. Index: ix_folders_context_type_context_id_id.
CLOSINGS = Statement(
    select(
        folders.c.id,
        folders.c.parent_folder_id,
        folders.c.locked,
        folders.c.hidden,
        folders.c.unlock_at,
        folders.c.lock_at,
    ).where(_in_context(folders), _LIVE_FOLDER),
    into=Closing,
)


class FolderList(msgspec.Struct, frozen=True):
    """The shape of a list of folders. inside: in one folder; else in a whole context. open_only: without those that are shut or hidden."""

    inside: bool = False
    open_only: bool = False


def _folder_list(key: FolderList) -> list[ColumnElement[bool]]:
    wanted = [
        folders.c.parent_folder_id == bindparam("parent_id", type_=BigId) if key.inside else _in_context(folders),
        _LIVE_FOLDER,
    ]
    if key.open_only:
        wanted.append(~any_of(folders.c.id, "shut"))
    return wanted


# One page of folders, in a folder by position and name, of a context by their whole names. Indexes: uq_folders_name,
# ix_folders_context_type_context_id_id.
FOLDERS = Dynamic(
    lambda key: (
        select(*_FOLDER)
        .where(*_folder_list(key))
        .order_by(*((folders.c.position, folders.c.name_key) if key.inside else (folders.c.full_name,)), folders.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    ),
    into=Folder,
)
COUNT_FOLDERS = Dynamic(lambda key: select(func.count()).select_from(folders).where(*_folder_list(key)), into=int)

# A folder and all below it, in any depth; also what is deleted. Indexes: primary key, uq_folders_name.
_tree = select(folders.c.id).where(folders.c.id == bindparam("id", type_=BigId)).cte("tree", recursive=True)
_tree = _tree.union_all(
    select(folders.c.id).join(_tree, folders.c.parent_folder_id == _tree.c.id).where(folders.c.workflow_state == ACTIVE)
)
BELOW = Statement(select(_tree.c.id), into=int)
# Give all below a folder their whole names anew. Index: primary key.
RENAME_BELOW = Statement[Any](
    update(folders)
    .where(any_of(folders.c.id, "ids"))
    .values(
        full_name=bindparam("front", type_=Text) + func.substr(folders.c.full_name, bindparam("cut", type_=Integer)),
        updated_at=_NOW,
    )
)
# Delete folders, and the files in folders. Indexes: primary key, uq_files_name.
DELETE_FOLDERS = Statement[Any](
    update(folders).where(any_of(folders.c.id, "ids"), _LIVE_FOLDER).values(workflow_state="deleted", updated_at=_NOW)
)
DELETE_FILES_IN = Statement[Any](
    update(files)
    .where(any_of(files.c.folder_id, "ids"), files.c.workflow_state == AVAILABLE)
    .values(workflow_state="deleted", updated_at=_NOW)
)

# --- files

# One file in any state. Index: primary key.
FILE = Statement(select(*_FILE).where(files.c.id == bindparam("id", type_=BigId)), into=File)
# A file of a context by its verifier. Index: ix_files_context_type_context_id_workflow_state_name_key_id.
FILE_OF = Statement(
    select(*_FILE).where(_in_context(files), files.c.workflow_state == AVAILABLE, files.c.uuid == bindparam("uuid")),
    into=File,
)
# The same for several verifiers. Index: the same.
FILES_OF = Statement(
    select(*_FILE).where(
        _in_context(files), files.c.workflow_state == AVAILABLE, any_of(files.c.uuid, "uuids", of=TextList)
    ),
    into=File,
)
# Several files in any state, in no order. Index: primary key.
FILES_BY_IDS = Statement(select(*_FILE).where(any_of(files.c.id, "ids")), into=File)
# The file of a name in a folder. Index: uq_files_name.
FILE_NAMED = Statement(
    select(*_FILE).where(
        files.c.folder_id == bindparam("folder_id", type_=BigId),
        files.c.name_key == bindparam("key"),
        files.c.workflow_state == AVAILABLE,
    ),
    into=File,
)
# Which of several names are taken in a folder. Index: uq_files_name.
TAKEN = Statement(
    select(files.c.name_key).where(
        files.c.folder_id == bindparam("folder_id", type_=BigId),
        any_of(files.c.name_key, "keys", of=TextList),
        files.c.workflow_state == AVAILABLE,
    ),
    into=str,
)
# The names that are taken in a folder. Index: uq_files_name.
NAMES_IN = Statement(
    select(files.c.name_key).where(
        files.c.folder_id == bindparam("folder_id", type_=BigId), files.c.workflow_state == AVAILABLE
    ),
    into=str,
    slow=True,
)
# The first file of a context with this name and these bytes. Index: ix_files_digest.
FILE_LIKE = Statement(
    select(files.c.id)
    .where(
        files.c.digest == bindparam("digest"),
        files.c.name_key == bindparam("key"),
        files.c.context_type == bindparam("context_type"),
        files.c.context_id == bindparam("context_id", type_=BigId),
        files.c.workflow_state == AVAILABLE,
    )
    .order_by(files.c.id)
    .limit(1),
    into=int,
)


class FileList(msgspec.Struct, frozen=True):
    """The shape of a list of files. inside: in one folder; else in a whole context."""

    sort: str = "name"
    descending: bool = False
    inside: bool = False
    searching: bool = False
    typed: bool = False
    named: bool = False
    open_only: bool = False


_SORTS: Final[dict[str, ColumnElement[Any]]] = {
    "name": files.c.name_key,
    "size": files.c.size,
    "created_at": files.c.created_at,
    "updated_at": files.c.updated_at,
    "content_type": files.c.content_type,
    "user": select(users.c.sortable_key).where(users.c.id == files.c.user_id).correlate(files).scalar_subquery(),
}
SORTS: Final = tuple(_SORTS)


def _file_list(key: FileList) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        files.c.folder_id == bindparam("folder_id", type_=BigId) if key.inside else _in_context(files),
        files.c.workflow_state == AVAILABLE,
    ]
    if key.searching:
        wanted.append(contains(files.c.name_key, bindparam("term")))
    if key.typed:
        wanted.append(
            or_(any_of(files.c.content_type, "types", of=TextList), any_of(files.c.main_type, "types", of=TextList))
        )
    if key.named:
        wanted.append(any_of(files.c.name_key, "names", of=TextList))
    if key.open_only:
        wanted += [
            files.c.locked.is_(False),
            files.c.hidden.is_(False),
            or_(files.c.unlock_at.is_(None), files.c.unlock_at <= _NOW),
            or_(files.c.lock_at.is_(None), files.c.lock_at > _NOW),
            ~any_of(files.c.folder_id, "shut"),
        ]
    return wanted


def _files(key: FileList) -> Select[Any]:
    sort = _SORTS[key.sort]
    order = (sort.desc(), files.c.id.desc()) if key.descending else (sort, files.c.id)
    return select(*_FILE).where(*_file_list(key)).order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))


# One page of files, and their number. Indexes: ix_files_context_type_context_id_workflow_state_name_key_id, in a folder uq_files_name.
FILES = Dynamic(_files, into=File)
COUNT_FILES = Dynamic(lambda key: select(func.count()).select_from(files).where(*_file_list(key)), into=int)

# Who sent files. Index: primary key.
UPLOADERS = Statement(
    select(*(users.c[name] for name in UserCard.__struct_fields__)).where(any_of(users.c.id, "ids")), into=UserCard
)

# Bytes of all files of a context. Index: as of FILES.
USED = Statement(
    select(cast(func.coalesce(func.sum(files.c.size), 0), BigId)).where(
        _in_context(files), files.c.workflow_state == AVAILABLE
    ),
    into=int,
)


def _quota_above(column: str, account: ColumnElement[Any]) -> ColumnElement[Any]:
    above = accounts.alias("above")
    return (
        select(above.c[column])
        .join(account_lineage, account_lineage.c.ancestor_id == above.c.id)
        .where(account_lineage.c.account_id == account, above.c[column] > 0)
        .order_by(account_lineage.c.distance)
        .limit(1)
        .scalar_subquery()
    )


def _quota(kind: str) -> Select[Any]:
    which = bindparam("context_id", type_=BigId)
    if kind == COURSE:
        above = _quota_above("default_storage_quota", courses.c.account_id).correlate(courses)
        return select(func.coalesce(courses.c.storage_quota, above)).where(courses.c.id == which)
    if kind == GROUP:
        above = _quota_above("default_group_storage_quota", groups.c.account_id).correlate(groups)
        return select(func.coalesce(groups.c.storage_quota, above)).where(groups.c.id == which)
    return select(accounts.c.default_user_storage_quota).where(accounts.c.id == bindparam("root_id", type_=BigId))


# How many bytes a context may hold; the key is its kind. Indexes: primary keys.
QUOTA = Dynamic(_quota, into=int)

# Files whose third step never came. Index: ix_files_workflow_state_created_at.
STRANDED = Statement[Any](
    update(files)
    .where(files.c.workflow_state == ARRIVING, files.c.created_at < bindparam("before", type_=UtcTime))
    .values(workflow_state="deleted", digest=None, updated_at=_NOW)
)
# Let go of the bytes of files that were deleted long ago. Index: none; runs once a day.
LET_GO = Statement[Any](
    update(files)
    .where(
        files.c.workflow_state == "deleted",
        files.c.digest.is_not(None),
        files.c.updated_at < bindparam("before", type_=UtcTime),
    )
    .values(digest=None)
)
_piece = upload_pieces.c
# Whether a file, or a piece of one, refers to bytes. Indexes: ix_files_digest, ix_upload_pieces_digest.
REFERS = Statement(
    union_all(
        select(files.c.id).where(files.c.digest == bindparam("digest")),
        select(_piece.start).where(_piece.digest == bindparam("digest")),
    ).limit(1),
    into=int,
)

# --- uploads in pieces

_UPLOAD: Final = [uploads.c[name] for name in Upload.__struct_fields__]
_GOES_ON: Final = (
    uploads.c.user_id == bindparam("user_id", type_=BigId),
    uploads.c.touched_at > bindparam("since", type_=UtcTime),
)
# One of somebody's uploads. Index: primary key.
UPLOAD = Statement(select(*_UPLOAD).where(uploads.c.key == bindparam("key"), *_GOES_ON), into=Upload)
LOCK_UPLOAD = Statement(
    select(*_UPLOAD).where(uploads.c.key == bindparam("key"), *_GOES_ON).with_for_update(), into=Upload
)
# All of them. Index: ix_uploads_user_id.
UPLOADS_OF = Statement(select(*_UPLOAD).where(*_GOES_ON), into=Upload)
# The pieces of one, in their order. Index: primary key.
PIECES_OF = Statement(
    select(_piece.start, _piece.size, _piece.digest)
    .where(_piece.upload_key == bindparam("key"))
    .order_by(_piece.start),
    into=Piece,
)
# Uploads of which nothing more came, locked before their pieces go. Index: ix_uploads_touched_at.
LOCK_ABANDONED = Statement(
    select(uploads.c.key)
    .where(uploads.c.touched_at <= bindparam("before", type_=UtcTime))
    .order_by(uploads.c.key)
    .with_for_update(),
    into=str,
)
REMOVE_PIECES = Statement[None](delete(upload_pieces).where(any_of(_piece.upload_key, "keys", of=TextList)))
REMOVE_UPLOADS = Statement[None](delete(uploads).where(any_of(uploads.c.key, "keys", of=TextList)))
