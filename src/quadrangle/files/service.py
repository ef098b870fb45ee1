"""What happens to files and folders: they arrive, take their place, move, change, go. Source: supporting-resources.md §9."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from quadrangle.accounts import MEGABYTE, ROOT_ID
from quadrangle.blobs import Blob, Blobs, forget_if_unused, old_blobs
from quadrangle.courses import acquaintance, standing_in
from quadrangle.db import UnitOfWork
from quadrangle.files import store
from quadrangle.files.access import Shelf
from quadrangle.files.model import (
    ACTIVE,
    ARRIVING,
    AVAILABLE,
    COURSE,
    DEEPEST,
    DELETED,
    GROUP,
    OVERWRITE,
    RENAME,
    UNFILED,
    USER,
    Closable,
    File,
    FileChange,
    Folder,
    FolderNotEmpty,
    NameTaken,
    Owner,
    QuotaExceeded,
    RootStays,
    name_key,
    numbered,
)
from quadrangle.files.store import FileList, FolderList
from quadrangle.files.tables import files, folders
from quadrangle.groups import group_standing
from quadrangle.jobs import enqueue
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.people import UserCard
from quadrangle.progress import QUEUED, begin_progress

FETCH_FILE: Final = "fetch_file"
THIRD_STEP_WITHIN: Final = timedelta(hours=1)
BYTES_KEPT_FOR: Final = timedelta(days=30)  # after a file was deleted
_QUOTAS: Final = {USER: 50 * MEGABYTE, GROUP: 50 * MEGABYTE}
_OTHER_QUOTA: Final = 500 * MEGABYTE
_BATCH: Final = 50  # names tried at once


# --- who is before whose files


async def shelf_of(uow: UnitOfWork, owner: Owner, user_id: int | None) -> Shelf:
    """Somebody before the files of a context; NotFound when that is gone. One statement."""
    ref = Ref("id", str(owner.id))
    if owner.kind == COURSE:
        course = await standing_in(uow, ref, user_id)
        if course is None:
            raise NotFound
        return Shelf(owner, user_id, course=course)
    if owner.kind == GROUP:
        group = await group_standing(uow, ref, user_id)
        if group is None:
            raise NotFound
        return Shelf(owner, user_id, group=group)
    if owner.kind == USER and user_id is not None and user_id != owner.id:
        known = await acquaintance(uow, user_id, owner.id)
        return Shelf(owner, user_id, administers=known.administers)
    return Shelf(owner, user_id)


# --- folders


async def root_of(uow: UnitOfWork, owner: Owner) -> Folder:
    """The root folder of a context; made when somebody first asks for it in a unit of work that writes."""
    found = await _find_root(uow, owner)
    if found is None:
        await _insert_folder(uow, owner, None, owner.root_name)
        found = await _find_root(uow, owner)
        assert found is not None
    return found


async def find_root(uow: UnitOfWork, owner: Owner) -> Folder | None:
    """The same, None when nobody has asked for it yet."""
    return await _find_root(uow, owner)


async def _find_root(uow: UnitOfWork, owner: Owner) -> Folder | None:
    return await uow.one(store.ROOT, context_type=owner.kind, context_id=owner.id)


async def _insert_folder(uow: UnitOfWork, owner: Owner, parent: Folder | None, name: str, **values: Any) -> int:
    full = name if parent is None else f"{parent.full_name}/{name}"
    settled = {"locked": False, "hidden": False, "unlock_at": None, "lock_at": None} | values
    position = settled.pop("position", None)
    return await uow.insert(
        folders,
        context_type=owner.kind,
        context_id=owner.id,
        parent_folder_id=None if parent is None else parent.id,
        name=name,
        name_key=name_key(name),
        full_name=full,
        position=position if position is not None else 1 if parent is None else parent.folders_count + 1,
        workflow_state=ACTIVE,
        created_at=uow.now,
        updated_at=uow.now,
        **settled,
    )


async def find_folder(uow: UnitOfWork, folder_id: int) -> Folder | None:
    return await uow.one(store.FOLDER, id=folder_id)


async def folder_in(uow: UnitOfWork, owner: Owner, folder_id: int) -> Folder:
    """A folder of a context, or NotFound."""
    found = await find_folder(uow, folder_id)
    if found is None or found.owner != owner:
        raise NotFound
    return found


async def along(uow: UnitOfWork, owner: Owner, names: Sequence[str]) -> list[Folder]:
    """The folders a path leads through, the root first; NotFound where one is missing. One statement for each."""
    at = await _find_root(uow, owner)
    found = [] if at is None else [at]
    for name in names:
        if not found:
            raise NotFound
        inner = await uow.one(store.NAMED, parent_id=found[-1].id, key=name_key(name))
        if inner is None:
            raise NotFound
        found.append(inner)
    return found


async def make_path(uow: UnitOfWork, granted: Granted[Shelf], names: Sequence[str]) -> Folder:
    """The folder at the end of a path; what is missing on the way is made."""
    return await way_to(uow, granted.subject.owner, names)


async def way_to(uow: UnitOfWork, owner: Owner, names: Sequence[str]) -> Folder:
    """The same for what the server does on behalf of the owner."""
    at = await root_of(uow, owner)
    for name in names:
        found = await uow.one(store.NAMED, parent_id=at.id, key=name_key(name))
        at = found or await _reload_folder(uow, await _insert_folder(uow, at.owner, at, name))
    return at


async def default_folder(uow: UnitOfWork, granted: Granted[Shelf]) -> Folder:
    return await make_path(uow, granted, [UNFILED])


async def make_folder(
    uow: UnitOfWork, granted: Granted[Shelf], parent: Folder, name: str, change: FileChange
) -> Folder:
    """A folder of that name in the parent; the one that is there already as it is, however many ask at once."""
    found = await uow.one(store.NAMED, parent_id=parent.id, key=name_key(name))
    if found is not None:
        return found
    if parent.full_name.count("/") >= DEEPEST:
        raise Invalid.field("parent_folder_id", f"more than {DEEPEST} folders deep", "too_deep")
    return await _reload_folder(uow, await _insert_folder(uow, parent.owner, parent, name, **_closing(change)))


async def change_folder(uow: UnitOfWork, granted: Granted[Shelf], folder: Folder, change: FileChange) -> Folder:
    """Rename, move, shut or open a folder. Raises RootStays, Invalid when it would lie in itself, NameTaken, NotFound."""
    values = _closing(change)
    moves = not isinstance(change.folder_id, Absent) and change.folder_id != folder.parent_folder_id
    renames = not isinstance(change.name, Absent) and change.name != folder.name
    if folder.is_root and (moves or renames):
        raise RootStays
    if moves or renames:
        name = folder.name if isinstance(change.name, Absent) else change.name
        parent_id = change.folder_id if moves else folder.parent_folder_id
        assert isinstance(parent_id, int)
        parent = await folder_in(uow, folder.owner, parent_id)
        below = await uow.all(store.BELOW, id=folder.id)
        if parent.id in below:
            raise Invalid.field("parent_folder_id", "cannot be the folder itself or one in it", "invalid")
        other = await uow.one(store.NAMED, parent_id=parent.id, key=name_key(name))
        if other is not None and other.id != folder.id:
            raise NameTaken("A folder of that name is there already")
        full = f"{parent.full_name}/{name}"
        values |= {"name": name, "name_key": name_key(name), "full_name": full, "parent_folder_id": parent.id}
        inner = sorted(set(below) - {folder.id})
        if inner:
            await uow.run(store.RENAME_BELOW, ids=inner, front=full, cut=len(folder.full_name) + 1, now=uow.now)
    if values:
        await uow.update(folders, {"id": folder.id, "workflow_state": ACTIVE}, updated_at=uow.now, **values)
    return await _reload_folder(uow, folder.id)


async def delete_folder(uow: UnitOfWork, granted: Granted[Shelf], folder: Folder, *, force: bool) -> None:
    """Delete a folder; with `force` all that is in it. Raises RootStays, FolderNotEmpty."""
    if folder.is_root:
        raise RootStays("The root folder cannot be deleted")
    if not force and (folder.files_count or folder.folders_count):
        raise FolderNotEmpty
    below = sorted(await uow.all(store.BELOW, id=folder.id))
    await uow.run(store.DELETE_FILES_IN, ids=below, now=uow.now)
    await uow.run(store.DELETE_FOLDERS, ids=below, now=uow.now)


async def _reload_folder(uow: UnitOfWork, folder_id: int) -> Folder:
    found = await find_folder(uow, folder_id)
    assert found is not None
    return found


def _closing(change: FileChange) -> dict[str, Any]:
    names = ("locked", "hidden", "unlock_at", "lock_at", "position")
    return {name: value for name in names if not isinstance(value := getattr(change, name), Absent)}


# --- what is shut


async def shut_folders(uow: UnitOfWork, owner: Owner) -> frozenset[int]:
    """The folders of a context that those who only read do not come into: shut or hidden themselves, or within one that is. One statement."""
    rows = {row.id: row for row in await uow.all(store.CLOSINGS, context_type=owner.kind, context_id=owner.id)}
    known: dict[int | None, bool] = {None: False}

    def is_shut(folder_id: int | None) -> bool:
        chain = []
        while folder_id not in known:
            chain.append(folder_id)
            row = rows.get(folder_id) if folder_id is not None else None
            if row is None:
                known[folder_id] = True  # in a folder that is deleted
            elif row.hidden or Closable(row.locked, row.hidden, row.unlock_at, row.lock_at).is_shut(uow.now):
                known[folder_id] = True
            else:
                folder_id = row.parent_folder_id
        found = known[folder_id]
        for one in chain:
            known[one] = found
        return found

    return frozenset(id for id in rows if is_shut(id))


# --- files


async def find_file(uow: UnitOfWork, file_id: int) -> File | None:
    """A file in any state."""
    return await uow.one(store.FILE, id=file_id)


async def file_of(uow: UnitOfWork, user_id: int, uuid: str) -> File | None:
    """A person's own file by its verifier."""
    return await uow.one(store.FILE_OF, context_type=USER, context_id=user_id, uuid=uuid)


async def files_of(uow: UnitOfWork, user_id: int, uuids: Collection[str]) -> dict[str, File]:
    """A person's own files by their verifiers; one statement, none for no verifiers."""
    found = await uow.all(store.FILES_OF, context_type=USER, context_id=user_id, uuids=sorted(uuids)) if uuids else []
    return {file.uuid: file for file in found}


async def files_by_id(uow: UnitOfWork, ids: Collection[int]) -> dict[int, File]:
    """Files by their ids, whatever their state; one statement, none for no ids."""
    found = await uow.all(store.FILES_BY_IDS, ids=sorted(ids)) if ids else []
    return {file.id: file for file in found}


async def open_files(uow: UnitOfWork, ids: Collection[int], user_id: int) -> dict[int, File]:
    """Those of several files whose bytes somebody may have. One statement, and two for each course, group or person they belong to."""
    found = {id: file for id, file in (await files_by_id(uow, ids)).items() if file.workflow_state == AVAILABLE}
    may: dict[int, File] = {}
    for owner in {file.owner for file in found.values()}:
        try:
            shelf = await shelf_of(uow, owner, user_id)
        except NotFound:
            continue
        if not shelf.reads:
            continue
        shut = frozenset[int]() if shelf.sees_all else await shut_folders(uow, owner)
        theirs = (file for file in found.values() if file.owner == owner)
        may |= {file.id: file for file in theirs if is_open_to(file, shelf=shelf, shut=shut, now=uow.now)}
    return may


async def available_file(uow: UnitOfWork, file_id: int) -> File:
    """A file that is there, or NotFound."""
    found = await find_file(uow, file_id)
    if found is None or found.workflow_state != AVAILABLE:
        raise NotFound
    return found


async def list_files(
    uow: UnitOfWork,
    shelf: Shelf,
    key: FileList,
    *,
    limit: int,
    offset: int,
    folder_id: int | None = None,
    **binds: Any,
) -> tuple[list[File], int]:
    """One page of the files somebody sees in a context or one of its folders, and how many there are."""
    binds |= {"folder_id": folder_id} if key.inside else _context(shelf.owner)
    if not shelf.sees_all:
        key = msgspec.structs.replace(key, open_only=True)
        binds |= {"now": uow.now, "shut": sorted(await shut_folders(uow, shelf.owner))}
    rows = await uow.all(store.FILES.at(key), limit=limit, offset=offset, **binds)
    total = await uow.one(store.COUNT_FILES.at(msgspec.structs.replace(key, sort="name", descending=False)), **binds)
    return rows, total or 0


async def uploaders(uow: UnitOfWork, user_ids: Collection[int]) -> list[UserCard]:
    """As much of the people who sent files as is shown beside them."""
    return await uow.all(store.UPLOADERS, ids=sorted(user_ids))


async def list_folders(
    uow: UnitOfWork, shelf: Shelf, *, limit: int, offset: int, parent_id: int | None = None
) -> tuple[list[Folder], int]:
    key = FolderList(inside=parent_id is not None)
    binds: dict[str, Any] = {"parent_id": parent_id} if key.inside else _context(shelf.owner)
    if not shelf.sees_all:
        key = FolderList(inside=key.inside, open_only=True)
        binds["shut"] = sorted(await shut_folders(uow, shelf.owner))
    rows = await uow.all(store.FOLDERS.at(key), limit=limit, offset=offset, **binds)
    return rows, await uow.one(store.COUNT_FOLDERS.at(key), **binds) or 0


def _context(owner: Owner) -> dict[str, Any]:
    return {"context_type": owner.kind, "context_id": owner.id}


# --- room


async def quota_of(uow: UnitOfWork, owner: Owner) -> tuple[int, int]:
    """How many bytes a context may hold, and how many it does."""
    which = {"root_id": ROOT_ID} if owner.kind == USER else {"context_id": owner.id}
    quota = await uow.one(store.QUOTA.at(owner.kind), **which)
    used = await uow.one(store.USED, **_context(owner))
    return quota or _QUOTAS.get(owner.kind, _OTHER_QUOTA), used or 0


async def make_sure_of_room(uow: UnitOfWork, owner: Owner, size: int) -> None:
    """Raises QuotaExceeded."""
    quota, used = await quota_of(uow, owner)
    if used + size > quota:
        raise QuotaExceeded


# --- arriving


class Arrival(msgspec.Struct, frozen=True):
    """A file whose bytes have come. user_id: who sends it."""

    owner: Owner
    folder_id: int
    name: str
    content_type: str
    user_id: int | None
    on_duplicate: str = OVERWRITE


async def arrive(uow: UnitOfWork, arrival: Arrival, blob: Blob) -> File:
    """Note a file whose bytes are stored; it is seen by nobody before it takes its place. Raises NotFound when its folder went away meanwhile,
    QuotaExceeded."""
    await folder_in(uow, arrival.owner, arrival.folder_id)
    await make_sure_of_room(uow, arrival.owner, blob.size)
    return await _reload_file(uow, await _insert_file(uow, arrival, blob, ARRIVING))


async def _insert_file(uow: UnitOfWork, arrival: Arrival, blob: Blob, state: str, **values: Any) -> int:
    settled = {
        "locked": False,
        "hidden": False,
        "unlock_at": None,
        "lock_at": None,
        "visibility_level": "inherit",
        "category": "uncategorized",
    } | values
    return await uow.insert(
        files,
        uuid=random_text(40),
        folder_id=arrival.folder_id,
        context_type=arrival.owner.kind,
        context_id=arrival.owner.id,
        user_id=arrival.user_id,
        display_name=arrival.name,
        name_key=name_key(arrival.name),
        filename=arrival.name,
        content_type=arrival.content_type,
        main_type=arrival.content_type.partition("/")[0],
        size=blob.size,
        digest=blob.digest,
        on_duplicate=arrival.on_duplicate,
        workflow_state=state,
        created_at=uow.now,
        modified_at=uow.now,
        updated_at=uow.now,
        **settled,
    )


async def take_place(uow: UnitOfWork, file: File) -> File | None:
    """The third step: the file appears in its folder; one of the same name is replaced, or the new one gets another name. None when that has
    happened already, or the folder is gone."""
    folder = await find_folder(uow, file.folder_id)
    if folder is None:
        return None
    name = await _make_way(uow, file.folder_id, file.display_name, file.on_duplicate, by=file.id)
    moved = await uow.update(
        files,
        {"id": file.id, "workflow_state": ARRIVING},
        workflow_state=AVAILABLE,
        display_name=name,
        name_key=name_key(name),
        updated_at=uow.now,
    )
    return await _reload_file(uow, file.id) if moved else None


async def fetch_file(
    uow: UnitOfWork,
    granted: Granted[Shelf],
    folder: Folder,
    name: str,
    *,
    url: str,
    content_type: str,
    user_id: int,
    on_duplicate: str,
) -> int:
    """Have a file fetched from an address, as a job; returns the id of its progress, whose results name the file in the end."""
    owner = granted.subject.owner
    progress_id = await begin_progress(
        uow, context_type=owner.kind, context_id=owner.id, tag="upload_via_url", user_id=user_id, state=QUEUED
    )
    await enqueue(
        uow,
        FETCH_FILE,
        owner_kind=owner.kind,
        owner_id=owner.id,
        folder_id=folder.id,
        name=name,
        content_type=content_type,
        user_id=user_id,
        on_duplicate=on_duplicate,
        url=url,
        progress_id=progress_id,
    )
    return progress_id


async def keep_file(uow: UnitOfWork, arrival: Arrival, blob: Blob) -> File:
    """The same without steps, for what the server itself makes: bytes that are stored become a file in its place."""
    name = await _make_way(uow, arrival.folder_id, arrival.name, arrival.on_duplicate)
    placed = msgspec.structs.replace(arrival, name=name)
    return await _reload_file(uow, await _insert_file(uow, placed, blob, AVAILABLE))


async def insert_available(uow: UnitOfWork, arrival: Arrival, blob: Blob) -> int:
    """A file in its place under a name that is known to be free there; its id."""
    return await _insert_file(uow, arrival, blob, AVAILABLE)


async def own_file_like(uow: UnitOfWork, owner: Owner, name: str, digest: str) -> int | None:
    """A file of the same name and the same bytes among those of an owner."""
    binds = {"context_type": owner.kind, "context_id": owner.id, "key": name_key(name), "digest": digest}
    return await uow.one(store.FILE_LIKE, **binds)


async def _make_way(uow: UnitOfWork, folder_id: int, name: str, on_duplicate: str, *, by: int | None = None) -> str:
    """The name a file can have in a folder, after another one has gone where it should."""
    other = await uow.one(store.FILE_NAMED, folder_id=folder_id, key=name_key(name))
    if other is None or other.id == by:
        return name
    if on_duplicate == RENAME:
        return await _free_name(uow, folder_id, name)
    values: dict[str, Any] = {} if by is None else {"replaced_by_id": by}
    await uow.update(
        files, {"id": other.id, "workflow_state": AVAILABLE}, workflow_state=DELETED, updated_at=uow.now, **values
    )
    return name


async def _free_name(uow: UnitOfWork, folder_id: int, name: str) -> str:
    number = 1
    while True:
        wanted = [numbered(name, n) for n in range(number, number + _BATCH)]
        taken = set(await uow.all(store.TAKEN, folder_id=folder_id, keys=[name_key(one) for one in wanted]))
        for one in wanted:
            if name_key(one) not in taken:
                return one
        number += _BATCH


# --- changing


async def change_file(
    uow: UnitOfWork, granted: Granted[Shelf], file: File, change: FileChange, *, on_duplicate: str | None = None
) -> File:
    """Rename, move, shut or open a file. Raises NameTaken unless on_duplicate says what to do, NotFound for a folder of others."""
    values = _closing(msgspec.structs.replace(change, position=ABSENT))
    if not isinstance(change.visibility_level, Absent):
        values["visibility_level"] = change.visibility_level
    name = file.display_name if isinstance(change.name, Absent) else change.name
    folder_id = file.folder_id if isinstance(change.folder_id, Absent) else change.folder_id
    if folder_id != file.folder_id:
        await folder_in(uow, file.owner, folder_id)
    if folder_id != file.folder_id or name_key(name) != name_key(file.display_name):
        other = await uow.one(store.FILE_NAMED, folder_id=folder_id, key=name_key(name))
        if other is not None and on_duplicate is None:
            raise NameTaken
        name = await _make_way(uow, folder_id, name, on_duplicate or OVERWRITE, by=file.id)
    if (name, folder_id) != (file.display_name, file.folder_id):
        values |= {"display_name": name, "name_key": name_key(name), "folder_id": folder_id}
    if values:
        moved = await uow.update(files, {"id": file.id, "workflow_state": AVAILABLE}, updated_at=uow.now, **values)
        if not moved:
            raise NotFound
    return await _reload_file(uow, file.id)


async def delete_file(uow: UnitOfWork, granted: Granted[Shelf], file: File) -> None:
    """Its bytes stay for thirty days."""
    if not await uow.update(
        files, {"id": file.id, "workflow_state": AVAILABLE}, workflow_state=DELETED, updated_at=uow.now
    ):
        raise NotFound


async def discard_file(uow: UnitOfWork, file_id: int) -> None:
    """A file that the server made and nobody needs any more: it goes at once, and its bytes with it."""
    await uow.update(files, {"id": file_id}, workflow_state=DELETED, digest=None, updated_at=uow.now)


async def copy_file(
    uow: UnitOfWork,
    granted: Granted[Shelf],
    source: File,
    into: Folder,
    *,
    user_id: int,
    on_duplicate: str | None = None,
) -> File:
    """The same bytes under the same name in another folder. Raises NameTaken unless on_duplicate says what to do, QuotaExceeded."""
    if on_duplicate is None:
        other = await uow.one(store.FILE_NAMED, folder_id=into.id, key=name_key(source.display_name))
        if other is not None:
            raise NameTaken
    if source.digest is None:
        raise NotFound
    await make_sure_of_room(uow, into.owner, source.size)
    arrival = Arrival(into.owner, into.id, source.display_name, source.content_type, user_id, on_duplicate or OVERWRITE)
    return await keep_file(uow, arrival, Blob(source.digest, source.size))


async def _reload_file(uow: UnitOfWork, file_id: int) -> File:
    found = await find_file(uow, file_id)
    assert found is not None
    return found


# --- clearing away


async def forget_stranded(uow: UnitOfWork) -> int:
    """Give up files whose third step has not come within an hour; how many."""
    return await uow.run(store.STRANDED, before=uow.now - THIRD_STEP_WITHIN, now=uow.now)


async def let_go_of_old_bytes(uow: UnitOfWork) -> int:
    """Let go of the bytes of files that were deleted thirty days ago; how many files."""
    return await uow.run(store.LET_GO, before=uow.now - BYTES_KEPT_FOR)


async def unused_among(uow: UnitOfWork, digests: Collection[str]) -> list[str]:
    """Those to which no file refers."""
    return [digest for digest in digests if await uow.one(store.REFERS, digest=digest) is None]


async def old_bytes(uow: UnitOfWork, *, limit: int, offset: int) -> tuple[list[str], int]:
    """Blobs that may be removed among the old ones, and how many were looked at."""
    found = await old_blobs(uow, limit=limit, offset=offset)
    return await unused_among(uow, found), len(found)


async def remove_bytes(uow: UnitOfWork, blobs: Blobs, digest: str) -> bool:
    """Remove a blob that still nobody refers to, in a unit of work of its own; whether it went."""
    if await uow.one(store.REFERS, digest=digest) is not None:
        return False
    return await forget_if_unused(uow, blobs, digest)


def is_open_to(file: File, *, shelf: Shelf, shut: frozenset[int], now: datetime) -> bool:
    """Whether somebody may have the bytes of a file they were shown."""
    return shelf.sees_all or not (file.is_shut(now) or file.folder_id in shut)
