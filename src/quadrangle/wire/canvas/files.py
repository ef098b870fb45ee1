"""Files: listing, showing, changing, deleting. Source: supporting-resources.md §9.2, endpoints-clients-use.md §1."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from quadrangle import files
from quadrangle.files import File, FileChange, FileList, Shelf
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.digest import same
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Slice
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, moment, text, words
from quadrangle.kernel.text import like
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.file_json import FileJson, download_url, file_json, in_context, shelf_for
from quadrangle.wire.canvas.ids import viewer_of
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import UserShort, user_short

routes = Routes("canvas", "Files")

_INCLUDES = ("user", "usage_rights", "enhanced_preview_url", "context_asset_string")


class FileListing(Params):
    """Which files, in which order."""

    search_term: str | None | Absent = text("Part of the name, at least two characters.")
    content_types: tuple[str, ...] = words("Types, `image` or `image/png`.")
    sort: str | None | Absent = text("What to sort by.", choices=files.SORTS)
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    only: tuple[str, ...] = words("Only files of these names.")
    include: tuple[str, ...] = words("What to add.", choices=_INCLUDES)


class FileShow(Params):
    """How to show a file."""

    verifier: str | None | Absent = text("The file's uuid, which opens it to whoever has it.")
    include: tuple[str, ...] = words("What to add.", choices=_INCLUDES)


class FileEdit(Params):
    """What is to change; what is not sent stays."""

    name: str | None | Absent = text("The new name.")
    parent_folder_id: str | None | Absent = text("The folder to move it to.")
    on_duplicate: str | None | Absent = text("What to do about a file of that name.", choices=files.ON_DUPLICATE)
    lock_at: Any = moment("When it shuts.")
    unlock_at: Any = moment("When it opens.")
    locked: bool | Absent = flag("Whether it is shut.")
    hidden: bool | Absent = flag("Whether it is left out of lists.")
    visibility_level: str | None | Absent = text("Who sees it.", choices=files.VISIBILITY)

    def change(self) -> FileChange:
        folder_id = parse_number(self.parent_folder_id) if self.parent_folder_id else None
        if self.parent_folder_id and folder_id is None:
            raise NotFound
        if self.visibility_level and self.visibility_level not in files.VISIBILITY:
            raise Invalid.field("visibility_level", "is not included in the list", "inclusion")
        return FileChange(
            name=files.file_name(self.name) if self.name is not None and not isinstance(self.name, Absent) else ABSENT,
            folder_id=ABSENT if folder_id is None else folder_id,
            locked=self.locked,
            hidden=self.hidden,
            lock_at=self.lock_at,
            unlock_at=self.unlock_at,
            visibility_level=self.visibility_level or ABSENT,
        )


class QuotaJson(Struct, frozen=True):
    """Room for files, in bytes."""

    quota: int
    quota_used: int


class PublicUrlJson(Struct, frozen=True):
    """An address that opens a file without a token."""

    public_url: str


_CONTEXTS = ("courses/:course_id", "groups/:group_id", "users/:user_id")


def of_each(method: str, rest: str, *, alone: str | None = None, **options: Any) -> Callable[[Any], Any]:
    """A route below each kind of context; alone: and at a path of its own."""

    def register(handler: Any) -> Any:
        for context in _CONTEXTS:
            public = not context.startswith("users")
            routes.add(method, f"/api/v1/{context}/{rest}", public=public, **options)(handler)
        if alone is not None:
            routes.add(method, f"/api/v1/{alone}", public=True, **options)(handler)
        return handler

    return register


# --- listing


@of_each("GET", "files", gives=list[FileJson], paged=True)
async def list_files(call: Call, asked: Asked[FileListing]) -> Reply:
    """List the files of a course, a group or a person."""
    shelf = await shelf_for(call)
    shelf.allow(files.READ)
    return await list_of_files(call, shelf, asked.read())


async def list_of_files(call: Call, shelf: Shelf, wanted: FileListing, folder_id: int | None = None) -> Reply:
    window = call.window()
    term = term_of(wanted.search_term, least=2)
    binds: dict[str, Any] = {}
    if term is not None:
        binds["term"] = like(files.name_key(term))
    if wanted.content_types:
        binds["types"] = [kind.strip().lower() for kind in wanted.content_types]
    if wanted.only:
        binds["names"] = [files.name_key(name) for name in wanted.only]
    key = FileList(
        sort=wanted.sort if wanted.sort in files.SORTS else "name",
        descending=wanted.order == "desc",
        inside=folder_id is not None,
        searching=term is not None,
        typed=bool(wanted.content_types),
        named=bool(wanted.only),
    )
    rows, total = await files.list_files(
        call.uow, shelf, key, limit=window.limit, offset=window.offset, folder_id=folder_id, **binds
    )
    page = rows[: window.size]
    include = frozenset(wanted.include)
    people = await _uploaders(call, page) if "user" in include else {}
    items = [file_json(call, one, locked=False, include=include, user=people.get(one.user_id or 0)) for one in page]
    return Reply(200, Slice(items, window, has_more=len(rows) > window.size, total=total))


async def _uploaders(call: Call, page: list[File]) -> dict[int, UserShort]:
    wanted = {one.user_id for one in page if one.user_id is not None}
    return {card.id: user_short(call, card) for card in await files.uploaders(call.uow, wanted)}


@of_each("GET", "files/quota", gives=QuotaJson)
async def show_quota(call: Call) -> Reply:
    """Tell how much room there is for files, and how much is taken."""
    shelf = await shelf_for(call)
    shelf.allow(files.ADD)
    return Reply(200, QuotaJson(*await files.quota_of(call.uow, shelf.owner)))


# --- one file


async def file_for(call: Call) -> tuple[File, Shelf]:
    """The file the path names, with the caller before its context; NotFound when it is not there or of another context."""
    shelf = await shelf_for(call) if any(name in call.path for name in ("course_id", "group_id", "user_id")) else None
    number = parse_number(call.path["id"])
    if number is None:
        raise NotFound
    file = await files.available_file(call.uow, number)
    if shelf is not None:
        in_context(shelf, file)
        return file, shelf
    return file, await files.shelf_of(call.uow, file.owner, viewer_of(call))


async def shown_file(call: Call, file: File, shelf: Shelf, include: tuple[str, ...] = ()) -> FileJson:
    shut = frozenset[int]() if shelf.sees_all else await files.shut_folders(call.uow, shelf.owner)
    people = await _uploaders(call, [file]) if "user" in include else {}
    return file_json(
        call,
        file,
        locked=not files.is_open_to(file, shelf=shelf, shut=shut, now=call.now),
        hidden=file.hidden and not shelf.sees_all,
        include=frozenset(include),
        user=people.get(file.user_id or 0),
    )


@of_each("GET", "files/:id", alone="files/:id", gives=FileJson)
async def show_file(call: Call, asked: Asked[FileShow]) -> Reply:
    """Show a file."""
    file, shelf = await file_for(call)
    wanted = asked.read()
    if not (wanted.verifier and same(wanted.verifier, file.uuid)):
        shelf.allow(files.READ)
    return Reply(200, await shown_file(call, file, shelf, wanted.include))


@routes.get("/api/v1/files/:id/public_url", public=True, gives=PublicUrlJson)
async def show_public_url(call: Call) -> Reply:
    """Give an address that opens the file without a token."""
    file, shelf = await file_for(call)
    shelf.allow(files.READ)
    shown = await shown_file(call, file, shelf)
    if shown.locked_for_user:
        raise Forbidden
    return Reply(200, PublicUrlJson(download_url(call.base_url, file)))


@routes.put("/api/v1/files/:id", gives=FileJson)
async def update_file(call: Call, asked: Asked[FileEdit]) -> Reply:
    """Rename, move, shut or open a file."""
    file, shelf = await file_for(call)
    granted = shelf.allow(files.EDIT)
    edit = asked.read()
    on_duplicate = edit.on_duplicate or None
    if on_duplicate is not None and on_duplicate not in files.ON_DUPLICATE:
        raise refuse(message(400, "invalid on_duplicate option"))
    changed = await files.change_file(call.uow, granted, file, edit.change(), on_duplicate=on_duplicate)
    return Reply(200, await shown_file(call, changed, shelf))


@routes.delete("/api/v1/files/:id", gives=FileJson)
async def delete_file(call: Call) -> Reply:
    """Delete a file; module items that lead to it go with it."""
    file, shelf = await file_for(call)
    try:
        granted = shelf.allow(files.DELETE)
    except Forbidden:
        raise refuse(message(401, "Unauthorized to delete this file")) from None
    shown = await shown_file(call, file, shelf)
    await files.delete_file(call.uow, granted, file)
    return Reply(200, shown)
