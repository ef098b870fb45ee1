"""Folders. Source: supporting-resources.md §9.3."""

from collections.abc import Callable
from typing import Any

from quadrangle import files
from quadrangle.files import FileChange, Folder, Shelf
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Slice
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, integer, moment, text
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.file_json import FileJson, FolderJson, folder_json, in_context, shelf_for
from quadrangle.wire.canvas.files import FileListing, list_of_files, shown_file
from quadrangle.wire.canvas.ids import viewer_of
from quadrangle.wire.canvas.uploads import path_names

routes = Routes("canvas", "Folders")

_CONTEXTS = ("courses/:course_id", "groups/:group_id", "users/:user_id")


class FolderEdit(Params):
    """What is said of a folder; what is not sent stays."""

    name: str | None | Absent = text("Its name.")
    parent_folder_id: str | None | Absent = text("The folder it lies in.")
    parent_folder_path: str | None | Absent = text("The same by its path; made when missing.")
    lock_at: Any = moment("When it shuts.")
    unlock_at: Any = moment("When it opens.")
    locked: bool | Absent = flag("Whether it is shut.")
    hidden: bool | Absent = flag("Whether it is left out of lists.")
    position: int | None | Absent = integer("Where it stands among its neighbours.")

    def change(self, **more: Any) -> FileChange:
        return FileChange(
            locked=self.locked,
            hidden=self.hidden,
            lock_at=self.lock_at,
            unlock_at=self.unlock_at,
            position=self.position if isinstance(self.position, int) else ABSENT,
            **more,
        )


class FolderDeletion(Params):
    """How to delete a folder."""

    force: bool | Absent = flag("With all that is in it.")


class FileCopy(Params):
    """What is to be copied."""

    source_file_id: str | None | Absent = text("The file.")
    on_duplicate: str | None | Absent = text("What to do about a file of that name.", choices=files.ON_DUPLICATE)


def _of_each(method: str, rest: str, **options: Any) -> Callable[[Any], Any]:
    def register(handler: Any) -> Any:
        for context in _CONTEXTS:
            public = method == "GET" and not context.startswith("users")
            routes.add(method, f"/api/v1/{context}/{rest}", public=public, **options)(handler)
        return handler

    return register


async def _root(call: Call, shelf: Shelf) -> Folder:
    """The root folder, which comes about when it is first asked for."""
    found = await files.find_root(call.uow, shelf.owner)
    if found is None:
        call.write()
        found = await files.root_of(call.uow, shelf.owner)
    return found


async def _folder(call: Call) -> tuple[Folder, Shelf]:
    """The folder in the path with the caller before its context, or NotFound."""
    number = parse_number(call.path["id"])
    folder = None if number is None else await files.find_folder(call.uow, number)
    if folder is None:
        raise NotFound
    return folder, await files.shelf_of(call.uow, folder.owner, viewer_of(call))


async def _shut(call: Call, shelf: Shelf) -> frozenset[int]:
    return frozenset() if shelf.sees_all else await files.shut_folders(call.uow, shelf.owner)


# --- listing


@_of_each("GET", "folders", gives=list[FolderJson], paged=True)
async def list_folders(call: Call) -> Reply:
    """List all folders of a course, a group or a person, by their whole names."""
    shelf = await shelf_for(call)
    shelf.allow(files.READ)
    await _root(call, shelf)
    return await _list(call, shelf)


@routes.get("/api/v1/folders/:id/folders", public=True, gives=list[FolderJson], paged=True)
async def list_folders_inside(call: Call) -> Reply:
    """List the folders in a folder."""
    folder, shelf = await _folder(call)
    await _may_look_into(call, folder, shelf)
    return await _list(call, shelf, folder.id)


async def _list(call: Call, shelf: Shelf, parent_id: int | None = None) -> Reply:
    window = call.window()
    rows, total = await files.list_folders(
        call.uow, shelf, limit=window.limit, offset=window.offset, parent_id=parent_id
    )
    items = [folder_json(call, one, shelf) for one in rows[: window.size]]
    return Reply(200, Slice(items, window, has_more=len(rows) > window.size, total=total))


@routes.get("/api/v1/folders/:id/files", public=True, gives=list[FileJson], paged=True)
async def list_files_inside(call: Call, asked: Asked[FileListing]) -> Reply:
    """List the files in a folder."""
    folder, shelf = await _folder(call)
    await _may_look_into(call, folder, shelf)
    return await list_of_files(call, shelf, asked.read(), folder.id)


async def _may_look_into(call: Call, folder: Folder, shelf: Shelf) -> None:
    shelf.allow(files.READ)
    if not shelf.sees_all and folder.id in await files.shut_folders(call.uow, shelf.owner):
        shelf.allow(files.SEE_ALL)


@_of_each("GET", "folders/by_path", gives=list[FolderJson])
async def show_root_by_path(call: Call) -> Reply:
    """List the folders a path leads through: of an empty one the root alone."""
    return await _by_path(call, "")


@_of_each("GET", "folders/by_path/*full_path", gives=list[FolderJson])
async def show_by_path(call: Call) -> Reply:
    """List the folders a path leads through, the root first."""
    return await _by_path(call, call.path["full_path"])


async def _by_path(call: Call, path: str) -> Reply:
    shelf = await shelf_for(call)
    shelf.allow(files.READ)
    await _root(call, shelf)
    found = await files.along(call.uow, shelf.owner, path_names(shelf.owner, path))
    shut = await _shut(call, shelf)
    if any(one.id in shut for one in found):
        raise NotFound
    return Reply(200, [folder_json(call, one, shelf) for one in found])


# --- one folder


@_of_each("GET", "folders/:id", gives=FolderJson)
async def show_folder_of_context(call: Call) -> Reply:
    """Show a folder of a course, a group or a person; `root` is theirs."""
    shelf = await shelf_for(call)
    shelf.allow(files.READ)
    if call.path["id"] == "root":
        return Reply(200, folder_json(call, await _root(call, shelf), shelf))
    number = parse_number(call.path["id"])
    folder = in_context(shelf, None if number is None else await files.find_folder(call.uow, number))
    return Reply(200, folder_json(call, folder, shelf, await _shut(call, shelf)))


@routes.get("/api/v1/folders/:id", public=True, gives=FolderJson)
async def show_folder(call: Call) -> Reply:
    """Show a folder."""
    folder, shelf = await _folder(call)
    shelf.allow(files.READ)
    return Reply(200, folder_json(call, folder, shelf, await _shut(call, shelf)))


@_of_each("POST", "folders", gives=FolderJson)
async def create_folder(call: Call, asked: Asked[FolderEdit]) -> Reply:
    """Create a folder; one of that name that is there already is answered as it is."""
    shelf = await shelf_for(call)
    granted = shelf.allow(files.ADD)
    edit = asked.read()
    if edit.parent_folder_id and edit.parent_folder_path:
        raise refuse(message(400, "Can't set folder path and folder id"))
    name = files.folder_name(edit.name or None)
    if edit.parent_folder_id:
        number = parse_number(edit.parent_folder_id)
        if number is None:
            raise NotFound
        parent = await files.folder_in(call.uow, shelf.owner, number)
    elif edit.parent_folder_path:
        parent = await files.make_path(call.uow, granted, path_names(shelf.owner, edit.parent_folder_path))
    else:
        parent = await files.root_of(call.uow, shelf.owner)
    made = await files.make_folder(call.uow, granted, parent, name, edit.change())
    return Reply(200, folder_json(call, made, shelf))


@routes.post("/api/v1/folders/:id/folders", gives=FolderJson)
async def create_folder_inside(call: Call, asked: Asked[FolderEdit]) -> Reply:
    """Create a folder in a folder."""
    parent, shelf = await _folder(call)
    granted = shelf.allow(files.ADD)
    edit = asked.read()
    made = await files.make_folder(call.uow, granted, parent, files.folder_name(edit.name or None), edit.change())
    return Reply(200, folder_json(call, made, shelf))


@routes.put("/api/v1/folders/:id", gives=FolderJson)
async def update_folder(call: Call, asked: Asked[FolderEdit]) -> Reply:
    """Rename, move, shut or open a folder."""
    folder, shelf = await _folder(call)
    granted = shelf.allow(files.EDIT)
    edit = asked.read()
    more: dict[str, Any] = {}
    if edit.name is not None and not isinstance(edit.name, Absent):
        more["name"] = files.folder_name(edit.name)
    if edit.parent_folder_id:
        number = parse_number(edit.parent_folder_id)
        if number is None:
            raise NotFound
        more["folder_id"] = number
    changed = await files.change_folder(call.uow, granted, folder, edit.change(**more))
    return Reply(200, folder_json(call, changed, shelf))


@routes.delete("/api/v1/folders/:id", gives=FolderJson)
async def delete_folder(call: Call, asked: Asked[FolderDeletion]) -> Reply:
    """Delete a folder; with `force` all that is in it."""
    folder, shelf = await _folder(call)
    granted = shelf.allow(files.DELETE)
    await files.delete_folder(call.uow, granted, folder, force=asked.read().force is True)
    return Reply(200, folder_json(call, folder, shelf))


@routes.post("/api/v1/folders/:id/copy_file", gives=FileJson)
async def copy_file(call: Call, asked: Asked[FileCopy]) -> Reply:
    """Copy a file the caller reads into a folder they add to."""
    into, shelf = await _folder(call)
    granted = shelf.allow(files.ADD)
    wanted = asked.read()
    number = parse_number(wanted.source_file_id) if wanted.source_file_id else None
    if number is None:
        raise NotFound
    source = await files.available_file(call.uow, number)
    theirs = await files.shelf_of(call.uow, source.owner, viewer_of(call))
    theirs.allow(files.READ)
    if (await shown_file(call, source, theirs)).locked_for_user:
        theirs.allow(files.SEE_ALL)
    on_duplicate = wanted.on_duplicate or None
    if on_duplicate is not None and on_duplicate not in files.ON_DUPLICATE:
        raise refuse(message(400, "invalid on_duplicate option"))
    made = await files.copy_file(
        call.uow, granted, source, into, user_id=call.user().user_id, on_duplicate=on_duplicate
    )
    return Reply(200, await shown_file(call, made, shelf))
