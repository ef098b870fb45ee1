"""`/profile/settings/files`: one's files, and how much room there is. Source: web.md W19."""

from typing import Final

from quadrangle import files
from quadrangle.files import FileList, Owner, Shelf
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.words import _
from quadrangle.web.flash import done
from quadrangle.web.settings.frame import FILES, show_tab
from quadrangle.wire.canvas.file_json import download_url
from quadrangle.wire.canvas.ids import number_for

screens = Routes("web", "Settings")

_AT_ONCE: Final = 50  # files on one screen
_UNITS: Final = ("bytes", "KB", "MB", "GB", "TB")


def size_in_words(size: int) -> str:
    """`1.5 MB`, in steps of 1024."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or amount >= 10 else f"{amount:.1f} {_UNITS[unit]}"


def _shelf(call: Call) -> Shelf:
    user_id: int = call.user().user_id
    return Shelf(Owner(files.USER, user_id), user_id)


@screens.get(FILES)
async def list_files(call: Call) -> Reply:
    """One's files, the largest first."""
    shelf = _shelf(call)
    shelf.allow(files.READ)
    page = max(1, parse_number(str(call.tree.get("page", ""))) or 1)
    key = FileList(sort="size", descending=True)
    rows, total = await files.list_files(call.uow, shelf, key, limit=_AT_ONCE, offset=(page - 1) * _AT_ONCE)
    quota, used = await files.quota_of(call.uow, shelf.owner)
    return await show_tab(
        call,
        "files.html",
        FILES,
        rows=[(one, download_url("", one), size_in_words(one.size)) for one in rows],
        page=page,
        pages=-(-total // _AT_ONCE),
        address=lambda number: f"{FILES}?page={number}",
        taken=min(100, round(100 * used / quota)) if quota else 100,
        used=size_in_words(used),
        quota=size_in_words(quota),
    )


@screens.get(f"{FILES}/:id/delete")
async def ask_about_file(call: Call) -> Reply:
    """Whether a file is to be deleted."""
    shelf = _shelf(call)
    shelf.allow(files.DELETE)
    file = await files.available_file(call.uow, number_for(call.path["id"]))
    if file.owner != shelf.owner:
        raise NotFound
    return await show_tab(call, "file_delete.html", FILES, file=file, size=size_in_words(file.size))


@screens.post(f"{FILES}/:id/delete")
async def delete_file(call: Call) -> Reply:
    """Delete a file."""
    shelf = _shelf(call)
    file = await files.available_file(call.uow, number_for(call.path["id"]))
    if file.owner != shelf.owner:
        raise NotFound
    await files.delete_file(call.uow, shelf.allow(files.DELETE), file)
    return done(call, FILES, _("“%(name)s” was deleted.") % {"name": file.display_name})
