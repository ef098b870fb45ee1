"""Modules and their items in the Canvas family. Source: supporting-resources.md §12, endpoints-clients-use.md §2."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, Struct

from quadrangle import files, modules, pages
from quadrangle.courses import CourseStanding
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu_or_none
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, integer, moment, text, words
from quadrangle.kernel.text import fold, like
from quadrangle.modules import Module, ModuleItem
from quadrangle.wire.canvas.ids import course_for, number_for
from quadrangle.wire.canvas.pages import wiki_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Modules")

_MODULES = "/api/v1/courses/:course_id/modules"
_ITEMS = f"{_MODULES}/:module_id/items"


class ModuleEdit(Params, group="module"):
    """What one may say of a module."""

    name: str | None | Absent = text("The name.", max=255)
    unlock_at: datetime | None | Absent = moment("Until then students cannot open it.")
    position: int | None | Absent = integer("Its place in the course, from 1.")
    require_sequential_progress: bool | Absent = flag("Whether items are to be done in their order.")
    prerequisite_module_ids: Any = anything("Modules that come before it.", schema={"type": "array"})
    published: bool | Absent = flag("Whether students see it.")


class ModuleList(Params):
    """What to list of the modules."""

    include: tuple[str, ...] = words("`items` adds the items.", choices=("items", "content_details"))
    search_term: str | None | Absent = text("Part of the name, at least two characters.")


class ItemEdit(Params, group="module_item"):
    """What one may say of an item. Of a page only `page_url` counts; of a file `content_id`; of an address `external_url`."""

    type: str | None | Absent = text("What it is.", choices=modules.ITEM_TYPES)
    title: str | None | Absent = text("The title.", max=255)
    page_url: str | None | Absent = text("The address of the page.")
    content_id: Any = anything("The id of the file.", schema={"type": "integer"})
    external_url: str | None | Absent = text("The address elsewhere.")
    position: int | None | Absent = integer("Its place in the module, from 1.")
    indent: int | None | Absent = integer("How far it is set in, 0 to 5.")
    new_tab: bool | Absent = flag("Whether an address opens in a new tab.")
    published: bool | Absent = flag("Whether students see it; a page is published as such.")
    module_id: Any = anything("The module to move it to.", schema={"type": "integer"})


class ModuleItemJson(Struct, frozen=True):
    """An item of a module."""

    id: int
    module_id: int
    position: int
    title: str
    indent: int
    type: str
    html_url: str
    published: bool
    page_url: str | Maybe = UNSET
    url: str | Maybe = UNSET
    content_id: int | None | Maybe = UNSET
    external_url: str | None | Maybe = UNSET
    new_tab: bool | Maybe = UNSET


class ModuleJson(Struct, frozen=True):
    """A module."""

    id: int
    name: str
    position: int
    unlock_at: Time | None
    require_sequential_progress: bool
    prerequisite_module_ids: list[int]
    published: bool
    workflow_state: str
    items_count: int
    items_url: str
    items: list[ModuleItemJson] | Maybe = UNSET


def module_json(
    call: Call, module: Module, items: list[ModuleItemJson] | None = None, *, state: str | None = None
) -> ModuleJson:
    """items: when they were asked for. state: of a module that was deleted just now."""
    return ModuleJson(
        id=module.id,
        name=module.name,
        position=module.position,
        unlock_at=zulu_or_none(module.unlock_at),
        require_sequential_progress=module.require_sequential_progress,
        prerequisite_module_ids=module.prerequisites,
        published=module.published,
        workflow_state=state or module.workflow_state,
        items_count=module.items_count,
        items_url=f"{call.base_url}/api/v1/courses/{module.course_id}/modules/{module.id}/items",
        items=UNSET if items is None else items,
    )


def item_json(call: Call, course_id: int, item: ModuleItem) -> ModuleItemJson:
    course = f"{call.base_url}/courses/{course_id}"
    page = UNSET if item.page_url is None else item.page_url
    address = None if item.page_url is None else quote(item.page_url, safe="")
    return ModuleItemJson(
        id=item.id,
        module_id=item.module_id,
        position=item.position,
        title=item.title,
        indent=item.indent,
        type=item.type,
        html_url=f"{course}/modules/items/{item.id}" if item.type != "SubHeader" else f"{course}/modules#{item.id}",
        published=item.published(call.now),
        page_url=page,
        url=f"{call.base_url}/api/v1/courses/{course_id}/pages/{address}"
        if address is not None
        else f"{call.base_url}/api/v1/courses/{course_id}/files/{item.content_id}"
        if item.type == "File"
        else UNSET,
        content_id=item.content_id if item.type == "File" else UNSET,
        external_url=item.external_url if item.type == "ExternalUrl" else UNSET,
        new_tab=item.new_tab if item.type == "ExternalUrl" else UNSET,
    )


# --- finding


async def _reader(call: Call) -> CourseStanding:
    standing = await course_for(call, call.path["course_id"])
    if not standing.reads:
        standing.refuse()
    return standing


async def _writer(call: Call, permission: str) -> CourseStanding:
    standing = await course_for(call, call.path["course_id"])
    standing.require(f"manage_course_content_{permission}")
    return standing


def _sees_all(standing: CourseStanding) -> bool:
    return any(standing.may(f"manage_course_content_{what}") for what in ("add", "edit", "delete"))


async def _module(call: Call, standing: CourseStanding, key: str) -> Module:
    """The module in the path; an unpublished one is there only for those who see all."""
    found = await call.uow.one(modules.MODULE, course_id=standing.course.id, id=number_for(call.path[key]))
    if found is None or not (found.published or _sees_all(standing)):
        raise NotFound
    return found


async def _item(call: Call, module: Module) -> ModuleItem:
    found = await call.uow.one(modules.ITEM, module_id=module.id, id=number_for(call.path["id"]))
    if found is None:
        raise NotFound
    return found


async def _items(call: Call, standing: CourseStanding, of: list[Module]) -> dict[int, list[ModuleItemJson]]:
    """The items of several modules that the caller may see, in one statement."""
    found: dict[int, list[ModuleItemJson]] = {module.id: [] for module in of}
    sees_all = _sees_all(standing)
    for item in await call.uow.all(modules.ITEMS_OF_MODULES, module_ids=list(found)):
        if sees_all or item.published(call.now):
            found[item.module_id].append(item_json(call, standing.course.id, item))
    return found


# --- modules


@routes.get(_MODULES, public=True, gives=list[ModuleJson], paged=True)
async def list_modules(call: Call, asked: Asked[ModuleList]) -> Reply:
    """List the modules of a course."""
    standing = await _reader(call)
    wanted, window = asked.read(), call.window()
    term = term_of(wanted.search_term, least=2)
    key = modules.ListKey(published_only=not _sees_all(standing), searching=term is not None)
    binds: dict[str, Any] = {"course_id": standing.course.id}
    if term is not None:
        binds["pattern"] = like(fold(term))
    rows = await call.uow.all(modules.MODULES.at(key), **binds, limit=window.limit, offset=window.offset)
    total = await call.uow.one(modules.COUNT_MODULES.at(key), **binds)
    part = cut(rows, window, total or 0)
    items = await _items(call, standing, list(part.items)) if "items" in wanted.include else {}
    return Reply(200, part.map([module_json(call, one, items.get(one.id)) for one in part.items]))


@routes.get(f"{_MODULES}/:id", public=True, gives=ModuleJson)
async def show_module(call: Call, asked: Asked[ModuleList]) -> Reply:
    """Show a module."""
    standing = await _reader(call)
    module = await _module(call, standing, "id")
    items = await _items(call, standing, [module]) if "items" in asked.read().include else {}
    return Reply(200, module_json(call, module, items.get(module.id)))


@routes.post(_MODULES, gives=ModuleJson)
async def create_module(call: Call, asked: Asked[ModuleEdit]) -> Reply:
    """Create a module."""
    standing = await _writer(call, "add")
    edit = asked.read()
    module = await modules.create_module(
        call.uow,
        standing.course.id,
        name=None if edit.name is ABSENT else edit.name,
        unlock_at=None if edit.unlock_at is ABSENT else edit.unlock_at,
        position=edit.position if isinstance(edit.position, int) else None,
        require_sequential_progress=edit.require_sequential_progress is True,
        prerequisites=_numbers(edit.prerequisite_module_ids),
        published=edit.published is True,
    )
    return Reply(200, module_json(call, module))


@routes.put(f"{_MODULES}/:id", gives=ModuleJson)
async def update_module(call: Call, asked: Asked[ModuleEdit]) -> Reply:
    """Update a module."""
    standing = await _writer(call, "edit")
    module = await _module(call, standing, "id")
    edit = asked.read()
    sent = edit.prerequisite_module_ids
    changed = await modules.change_module(
        call.uow,
        module,
        name=edit.name,
        unlock_at=edit.unlock_at,
        position=edit.position,
        require_sequential_progress=edit.require_sequential_progress,
        prerequisites=ABSENT if sent is ABSENT else _numbers(sent),
        published=edit.published,
    )
    return Reply(200, module_json(call, changed))


@routes.delete(f"{_MODULES}/:id", gives=ModuleJson)
async def delete_module(call: Call) -> Reply:
    """Delete a module; its pages stay."""
    standing = await _writer(call, "delete")
    module = await modules.delete_module(call.uow, await _module(call, standing, "id"))
    return Reply(200, module_json(call, module, state="deleted"))


def _numbers(sent: Any) -> list[int]:
    """Ids from a list, or from a comma-separated text."""
    pieces = sent if isinstance(sent, list) else str(sent).split(",") if isinstance(sent, str | int) else []
    found = (parse_number(str(piece)) for piece in pieces)
    return [number for number in found if number is not None]


# --- items


@routes.get(_ITEMS, public=True, gives=list[ModuleItemJson], paged=True)
async def list_items(call: Call) -> Reply:
    """List the items of a module."""
    standing = await _reader(call)
    module = await _module(call, standing, "module_id")
    found = await _items(call, standing, [module])
    return Reply(200, call.paged(found[module.id]))


@routes.get(f"{_ITEMS}/:id", public=True, gives=ModuleItemJson)
async def show_item(call: Call) -> Reply:
    """Show an item of a module."""
    standing = await _reader(call)
    item = await _item(call, await _module(call, standing, "module_id"))
    if not (item.published(call.now) or _sees_all(standing)):
        raise NotFound
    return Reply(200, item_json(call, standing.course.id, item))


@routes.post(_ITEMS, gives=ModuleItemJson)
async def create_item(call: Call, asked: Asked[ItemEdit]) -> Reply:
    """Add an item to a module."""
    standing = await _writer(call, "add")
    module = await _module(call, standing, "module_id")
    edit = asked.read()
    if edit.type not in modules.ITEM_TYPES:
        raise Invalid.field("type", "is not included in the list", "inclusion")
    page = await _page_of(call, edit) if edit.type == "Page" else None
    file = await _file_of(call, standing, edit) if edit.type == "File" else None
    title = edit.title if isinstance(edit.title, str) and edit.title.strip() else None
    item = await modules.create_item(
        call.uow,
        module,
        type=str(edit.type),
        title=title or (page.title if page else file.display_name if file else _text(edit.external_url)),
        page_id=None if page is None else page.id,
        content_id=None if file is None else file.id,
        external_url=_external(edit) if edit.type == "ExternalUrl" else None,
        position=edit.position if isinstance(edit.position, int) else None,
        indent=edit.indent if isinstance(edit.indent, int) else 0,
        new_tab=edit.new_tab is True,
        published=edit.published is True,
    )
    return Reply(200, item_json(call, standing.course.id, item))


@routes.put(f"{_ITEMS}/:id", gives=ModuleItemJson)
async def update_item(call: Call, asked: Asked[ItemEdit]) -> Reply:
    """Update an item, or move it to another module."""
    standing = await _writer(call, "edit")
    module = await _module(call, standing, "module_id")
    item = await _item(call, module)
    edit = asked.read()
    changed = await modules.change_item(
        call.uow,
        module,
        item,
        into=await _target(call, standing, edit),
        position=edit.position if isinstance(edit.position, int) else None,
        title=edit.title,
        indent=edit.indent if isinstance(edit.indent, int) else ABSENT,
        external_url=edit.external_url if item.type == "ExternalUrl" else ABSENT,
        new_tab=edit.new_tab,
        published=edit.published,
    )
    return Reply(200, item_json(call, standing.course.id, changed))


@routes.delete(f"{_ITEMS}/:id", gives=ModuleItemJson)
async def delete_item(call: Call) -> Reply:
    """Take an item out of a module; the page itself stays."""
    standing = await _writer(call, "delete")
    module = await _module(call, standing, "module_id")
    item = await _item(call, module)
    await modules.delete_item(call.uow, module, item)
    return Reply(200, item_json(call, standing.course.id, item))


async def _page_of(call: Call, edit: ItemEdit) -> pages.Page:
    reference = edit.page_url if isinstance(edit.page_url, str) else ""
    found = await pages.find_page(call.uow, await wiki_for(call), reference) if reference else None
    if found is None or found.deleted:
        raise Invalid.field("page_url", "is not the address of a page of this course", "invalid")
    return found


async def _target(call: Call, standing: CourseStanding, edit: ItemEdit) -> Module | None:
    number = parse_number(str(edit.module_id)) if isinstance(edit.module_id, str | int) else None
    if number is None:
        return None
    return await call.uow.one(modules.MODULE, course_id=standing.course.id, id=number)


async def _file_of(call: Call, standing: CourseStanding, edit: ItemEdit) -> files.File:
    """The file of the course an item is to lead to; Invalid for any other."""
    number = parse_number(str(edit.content_id)) if isinstance(edit.content_id, str | int) else None
    found = None if number is None else await files.find_file(call.uow, number)
    owner = files.Owner(files.COURSE, standing.course.id)
    if found is None or found.workflow_state != files.AVAILABLE or found.owner != owner:
        raise Invalid.field("content_id", "is not the id of a file of this course", "invalid")
    return found


def _external(edit: ItemEdit) -> str:
    address = _text(edit.external_url).strip()
    if not address.startswith(("http://", "https://", "/")):
        raise Invalid.field("external_url", "is not an address", "invalid")
    return address


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
