"""How files and folders look, and whose they are. Source: supporting-resources.md §9.2 and §9.3."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, Struct, field

from quadrangle import files
from quadrangle.files import File, Folder, Owner, Shelf
from quadrangle.http.call import Call
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import NotFound
from quadrangle.wire.canvas.ids import course_for, group_for
from quadrangle.wire.canvas.shapes import Maybe, Time, UserShort
from quadrangle.wire.canvas.users import visible_person


class FileLockInfo(Struct, frozen=True):
    """Why a file is shut."""

    asset_string: str
    unlock_at: Time | Maybe = UNSET
    lock_at: Time | Maybe = UNSET
    manually_locked: bool | Maybe = UNSET


class FileJson(Struct, frozen=True, kw_only=True):
    """A file."""

    id: int
    uuid: str
    folder_id: int
    display_name: str
    filename: str
    upload_status: str = "success"
    content_type: str = field(name="content-type")
    url: str
    size: int
    created_at: Time
    updated_at: Time
    unlock_at: Time | None
    locked: bool
    hidden: bool
    lock_at: Time | None
    hidden_for_user: bool
    thumbnail_url: str | None = None
    modified_at: Time
    mime_class: str
    media_entry_id: str | None = None
    category: str
    locked_for_user: bool
    lock_info: FileLockInfo | Maybe = UNSET
    lock_explanation: str | Maybe = UNSET
    visibility_level: str
    preview_url: str | None | Maybe = UNSET
    user: UserShort | Maybe = UNSET
    context_asset_string: str | Maybe = UNSET


class FolderJson(Struct, frozen=True, kw_only=True):
    """A folder."""

    id: int
    name: str
    full_name: str
    context_id: int
    context_type: str
    parent_folder_id: int | None
    created_at: Time
    updated_at: Time
    lock_at: Time | None
    unlock_at: Time | None
    position: int
    locked: bool
    folders_url: str
    files_url: str
    files_count: int
    folders_count: int
    hidden: bool | None
    locked_for_user: bool
    hidden_for_user: bool
    for_submissions: bool = False
    can_upload: bool


def download_url(base_url: str, file: File) -> str:
    """Where the bytes are, for whoever has the address."""
    return f"{base_url}/files/{file.id}/download?download_frd=1&verifier={quote(file.uuid)}"


def file_json(
    call: Call,
    file: File,
    *,
    locked: bool,
    hidden: bool = False,
    include: frozenset[str] = frozenset(),
    user: UserShort | None = None,
) -> FileJson:
    """locked: the caller may not have the bytes. hidden: the caller is not shown it in lists."""
    return FileJson(
        id=file.id,
        uuid=file.uuid,
        folder_id=file.folder_id,
        display_name=file.display_name,
        filename=quote(file.filename, safe=" ").replace(" ", "+"),
        content_type=file.content_type,
        url="" if locked else download_url(call.base_url, file),
        size=file.size,
        created_at=zulu(file.created_at),
        updated_at=zulu(file.updated_at),
        unlock_at=zulu_or_none(file.unlock_at),
        locked=file.locked,
        hidden=file.hidden,
        lock_at=zulu_or_none(file.lock_at),
        hidden_for_user=hidden,
        modified_at=zulu(file.modified_at),
        mime_class=file.mime_class,
        category=file.category,
        locked_for_user=locked,
        lock_info=_lock_info(file, call.now) if locked else UNSET,
        lock_explanation="This file is currently locked." if locked else UNSET,
        visibility_level=file.visibility_level,
        preview_url=None if "enhanced_preview_url" in include else UNSET,
        user=user if user is not None and "user" in include else UNSET,
        context_asset_string=f"{file.context_type.lower()}_{file.context_id}"
        if "context_asset_string" in include
        else UNSET,
    )


def _lock_info(file: File, now: datetime) -> FileLockInfo:
    return FileLockInfo(
        asset_string=f"attachment_{file.id}",
        unlock_at=UNSET if file.unlock_at is None else zulu(file.unlock_at),
        lock_at=UNSET if file.lock_at is None else zulu(file.lock_at),
        manually_locked=True if file.locked else UNSET,
    )


def folder_json(call: Call, folder: Folder, shelf: Shelf, shut: frozenset[int] = frozenset()) -> FolderJson:
    closed = not shelf.sees_all and (folder.is_shut(call.now) or folder.id in shut)
    return FolderJson(
        id=folder.id,
        name=folder.name,
        full_name=folder.full_name,
        context_id=folder.context_id,
        context_type=folder.context_type,
        parent_folder_id=folder.parent_folder_id,
        created_at=zulu(folder.created_at),
        updated_at=zulu(folder.updated_at),
        lock_at=zulu_or_none(folder.lock_at),
        unlock_at=zulu_or_none(folder.unlock_at),
        position=folder.position,
        locked=folder.locked,
        folders_url=f"{call.base_url}/api/v1/folders/{folder.id}/folders",
        files_url=f"{call.base_url}/api/v1/folders/{folder.id}/files",
        files_count=folder.files_count,
        folders_count=folder.folders_count,
        hidden=folder.hidden,
        locked_for_user=closed,
        hidden_for_user=folder.hidden and not shelf.sees_all,
        can_upload=shelf.adds,
    )


async def shelf_for(call: Call) -> Shelf:
    """The caller before the files of the course, group or person in the path, or NotFound."""
    user_id = None if call.actor is None else call.actor.user_id
    if (course := call.path.get("course_id")) is not None:
        standing = await course_for(call, course)
        return Shelf(Owner(files.COURSE, standing.course.id), user_id, course=standing)
    if (group_id := call.path.get("group_id")) is not None:
        group = await group_for(call, group_id)
        return Shelf(Owner(files.GROUP, group.group.id), user_id, group=group)
    person, known = await visible_person(call, call.path["user_id"])
    return Shelf(Owner(files.USER, person.id), user_id, administers=known.administers)


def in_context(shelf: Shelf, found: Any) -> Any:
    """What belongs to the context in the path, or NotFound."""
    if found is None or found.owner != shelf.owner:
        raise NotFound
    return found
