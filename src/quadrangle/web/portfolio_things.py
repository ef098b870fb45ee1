"""What can be put on a page beside words: files from this device, and what one has collected already. Source: web.md W5.

With scripts files are sent as programs send them, in three steps with their progress, and chosen things come among the blocks that are being
worked on. Here is what stands behind that, and the same for browsers without scripts, where a thing is put on the page at once.
"""

from typing import Any, Final

import msgspec

from quadrangle import artifacts, files, portfolios
from quadrangle.artifacts import COLLECTIONS, Item
from quadrangle.blobs import Blob, store_bytes
from quadrangle.files import RENAME, USER, Arrival, File, FileList, Owner
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.http.upload import FilePart, receive_upload
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound, TooLarge
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.portfolios import EntryChange, Standing
from quadrangle.web.blocks import FILE, Block
from quadrangle.web.portfolio_editing import PAGE, Step, before, entry_here, home_of, led_back, show_of, thing_block
from quadrangle.web.shell import part
from quadrangle.web.viewer import kind_of, size
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "ePortfolio files")

MOST: Final = 100  # that are offered
THINGS: Final = f"{PAGE}/things"
_KINDS: Final = {
    artifacts.REFLECTION: "Reflection",
    artifacts.ARTIFACT: "Artifact",
    artifacts.FORM_ARTIFACT: "Form",
    artifacts.URL_ARTIFACT: "Link",
    artifacts.OBJECTIVE: "Learning objective",
}


class Offer(msgspec.Struct, frozen=True):
    """Something that can be put on a page. step: what its button says to the blocks."""

    step: str
    name: str
    note: str


class Shelf(Params):
    """What to choose from."""

    of: str | None | Absent = text("`files` or `things`.", choices=("files", "things"))


# --- choosing


@screens.get(THINGS)
async def choose_thing(call: Call, asked: Asked[Shelf]) -> Reply:
    """What one may put on a page."""
    granted = await before(call)
    of = "things" if asked.read().of == "things" else "files"
    values: dict[str, Any] = {
        "address": f"{home_of(granted)}/pages/{number_for(call.path['eid'])}",
        "of": of,
        "offers": await (_collected(call) if of == "things" else _own_files(call)),
    }
    if call.header("hx-request"):
        return part("portfolio_edit/picker.html", inside=True, **values)
    return await show_of(
        call,
        granted,
        "portfolio_edit/things.html",
        inside=False,
        **values,
    )


async def _own_files(call: Call) -> list[Offer]:
    user_id = call.user().user_id
    shelf = await files.shelf_of(call.uow, Owner(USER, user_id), user_id)
    key = FileList(sort="updated_at", descending=True)
    found, _total = await files.list_files(call.uow, shelf, key, limit=MOST, offset=0)
    return [Offer(f"file-{one.id}", one.display_name, f"{kind_of(one)}, {size(one.size)}") for one in found]


async def _collected(call: Call) -> list[Offer]:
    own = await artifacts.standing_of(call.uow, call.user().user_id, keywords_of(call))
    granted = artifacts.allow(own, artifacts.USE)
    found = await artifacts.items_of(call.uow, granted, after=0, limit=1000)
    kept = [one for one in found if one.eportfolio_id is None and one.type not in COLLECTIONS]
    return [Offer(f"thing-{one.id}", one.name, _kind(one)) for one in reversed(kept)][:MOST]


def _kind(item: Item) -> str:
    return _("File") if item.file_id is not None else _(_KINDS.get(item.type, "Artifact"))


@screens.post(THINGS)
async def put_thing(call: Call, asked: Asked[Step]) -> Reply:
    """Put a thing at the end of a page."""
    granted = await before(call)
    step = str(asked.read().do)
    block = await thing_block(call, step)
    if block is None and step.startswith("file-"):
        block = Block(FILE, file_id=number_for(step.removeprefix("file-")))
    if block is None:
        raise NotFound
    return await _put(call, granted, block)


async def _put(call: Call, granted: Granted[Standing], block: Block) -> Reply:
    entry = await entry_here(call, granted)
    if block.kind == FILE:
        found = (await files.files_by_id(call.uow, {block.file_id})).get(block.file_id)
        if found is None or not _own(found, granted.subject.facts.user_id):
            raise NotFound
        placed: dict[str, Any] = {"section_type": FILE, "attachment_id": block.file_id}
    else:
        placed = {"section_type": block.kind, "content": block.html}
    wish = EntryChange(content=portfolios.with_block(entry.content, placed))
    saved = await portfolios.revise_entry(call.uow, granted, entry, wish)
    return await led_back(call, granted, f"{home_of(granted)}/pages/{saved.id}", _("It stands at the end of the page."))


def _own(file: File, owner_id: int) -> bool:
    return (file.context_type, file.context_id, file.workflow_state) == (USER, owner_id, files.AVAILABLE)


# --- sending, without scripts


class Sent(msgspec.Struct, frozen=True):
    part: FilePart
    blob: Blob


async def _receive(call: Call) -> None:
    """The bytes come before the unit of work that writes. The form's token stands in its address, as nothing else is read before them."""
    app = call.app
    async with call.read_only() as uow:
        granted = await before(call)
        quota, used = await files.quota_of(uow, Owner(USER, granted.subject.facts.user_id))
    assert call.receive is not None
    async with app.blobs.incoming() as incoming:
        try:
            found = await receive_upload(
                call.receive, call.header("content-type") or "", incoming, lambda fields: max(quota - used, 0)
            )
        except TooLarge:
            raise files.QuotaExceeded from None
        call.notes["sent"] = Sent(found, await store_bytes(app.database, app.clock, app.blobs, incoming))


@screens.post(f"{PAGE}/files", streams=True, prepare=_receive)
async def send_file(call: Call) -> Reply:
    """Put a file from this device at the end of a page."""
    sent: Sent = call.notes["sent"]
    granted = await before(call)
    user_id = call.user().user_id
    owner = Owner(USER, user_id)
    shelf = await files.shelf_of(call.uow, owner, user_id)
    folder = await files.default_folder(call.uow, shelf.allow(files.ADD))
    name = files.file_name(sent.part.filename)
    await files.make_sure_of_room(call.uow, owner, sent.blob.size)
    arrival = Arrival(owner, folder.id, name, files.type_for(name, None, sent.part.content_type), user_id, RENAME)
    kept = await files.keep_file(call.uow, arrival, sent.blob)
    return await _put(call, granted, Block(FILE, file_id=kept.id))
