"""What happens to modules: they are made, moved, published, filled with items.

Modules lock pages: for an unlock date that has not come, and for a prerequisite that is not published (supporting-resources.md §12). A page is
asked about far more often than a module changes, so each change writes the locks of the course's pages down beside them.
"""

from datetime import datetime
from typing import Any, Final

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import Invalid
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.kernel.text import fold
from quadrangle.modules import store
from quadrangle.modules.model import (
    ACTIVE,
    DEEPEST_INDENT,
    DELETED,
    LONGEST_NAME,
    UNPUBLISHED,
    Module,
    ModuleItem,
    Neighbours,
)
from quadrangle.modules.tables import module_items, modules
from quadrangle.pages import Page, PageLock, Wiki, set_locks

FIRST: Final = 1


def check_name(field: str, name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Invalid.field(field, "can't be blank", "blank")
    if len(name) > LONGEST_NAME:
        raise Invalid.field(field, f"is too long (maximum is {LONGEST_NAME} characters)", "too_long")
    return name


async def create_module(
    uow: UnitOfWork,
    course_id: int,
    *,
    name: Any,
    unlock_at: datetime | None = None,
    position: int | None = None,
    require_sequential_progress: bool = False,
    prerequisites: list[int] | None = None,
    published: bool = False,
) -> Module:
    """Add a module to a course, unpublished and last unless said otherwise."""
    check_name("name", name)
    await uow.all(store.LOCK_MODULES, course_id=course_id)
    others = await uow.all(store.ALL_MODULES, course_id=course_id)
    module_id = await uow.insert(
        modules,
        course_id=course_id,
        name=name,
        name_folded=fold(name),
        position=len(others) + 1,
        workflow_state=ACTIVE if published else UNPUBLISHED,
        unlock_at=unlock_at,
        require_sequential_progress=require_sequential_progress,
        prerequisites=_known(prerequisites or [], others),
        created_at=uow.now,
        updated_at=uow.now,
    )
    if position is not None:
        await _reorder(uow, modules, [one.id for one in others], module_id, position)
    await refresh_locks(uow, course_id)
    return await module_of(uow, course_id, module_id)


async def change_module(uow: UnitOfWork, module: Module, **changes: Any) -> Module:
    """Change name, unlock_at, position, require_sequential_progress, prerequisites or published; the rest stays."""
    await uow.all(store.LOCK_MODULES, course_id=module.course_id)
    values: dict[str, Any] = {}
    if (name := changes.get("name", ABSENT)) is not ABSENT:
        values |= {"name": check_name("name", name), "name_folded": fold(name)}
    if changes.get("unlock_at", ABSENT) is not ABSENT:
        values["unlock_at"] = changes["unlock_at"]
    if changes.get("require_sequential_progress", ABSENT) is not ABSENT:
        values["require_sequential_progress"] = changes["require_sequential_progress"]
    if changes.get("published", ABSENT) is not ABSENT:
        values["workflow_state"] = ACTIVE if changes["published"] else UNPUBLISHED
    others = [one for one in await uow.all(store.ALL_MODULES, course_id=module.course_id) if one.id != module.id]
    if changes.get("prerequisites", ABSENT) is not ABSENT:
        values["prerequisites"] = _known(changes["prerequisites"], others)
    await uow.update(modules, {"id": module.id}, **values, updated_at=uow.now)
    position = changes.get("position")
    if isinstance(position, int):
        await _reorder(uow, modules, [one.id for one in others], module.id, position)
    await refresh_locks(uow, module.course_id)
    return await module_of(uow, module.course_id, module.id)


async def delete_module(uow: UnitOfWork, module: Module) -> Module:
    """Take a module and its items out of the course; the pages stay."""
    await uow.all(store.LOCK_MODULES, course_id=module.course_id)
    await uow.update(modules, {"id": module.id}, workflow_state=DELETED, updated_at=uow.now)
    others = await uow.all(store.ALL_MODULES, course_id=module.course_id)
    for position, other in enumerate(others, FIRST):
        if other.position != position:
            await uow.update(modules, {"id": other.id}, position=position)
    await refresh_locks(uow, module.course_id)
    return module


async def beside_page(uow: UnitOfWork, wiki: Wiki, page: Granted[Page]) -> Neighbours | None:
    """The pages before and after one in the module that leads through it, as far as its reader may see them; None where it is in none."""
    binds = {} if wiki.sees_unpublished else {"now": uow.now}
    statement = store.PAGES_BESIDE.at(wiki.sees_unpublished)
    found = {one.page_id: one for one in await uow.all(statement, page_id=page.subject.id, **binds)}
    if page.subject.id not in found:
        return None
    line = list(found.values())
    at = line.index(found[page.subject.id])
    return Neighbours(
        module_name=line[at].module_name,
        before=line[at - 1] if at else None,
        after=line[at + 1] if at + 1 < len(line) else None,
    )


async def module_of(uow: UnitOfWork, course_id: int, module_id: int) -> Module:
    found = await uow.one(store.MODULE, course_id=course_id, id=module_id)
    assert found is not None
    return found


async def create_item(
    uow: UnitOfWork,
    module: Module,
    *,
    type: str,
    title: str,
    page_id: int | None = None,
    content_id: int | None = None,
    external_url: str | None = None,
    position: int | None = None,
    indent: int = 0,
    new_tab: bool = False,
    published: bool = False,
) -> ModuleItem:
    """Add an item, last unless said otherwise."""
    await uow.all(store.LOCK_MODULES, course_id=module.course_id)
    others = await uow.all(store.ITEMS_OF_MODULES, module_ids=[module.id])
    item_id = await uow.insert(
        module_items,
        module_id=module.id,
        type=type,
        title=check_name("title", title),
        position=len(others) + 1,
        indent=_indent(indent),
        page_id=page_id,
        content_id=content_id,
        external_url=external_url,
        new_tab=new_tab,
        workflow_state=ACTIVE if published else UNPUBLISHED,
        created_at=uow.now,
        updated_at=uow.now,
    )
    if position is not None:
        await _reorder(uow, module_items, [one.id for one in others], item_id, position)
    await refresh_locks(uow, module.course_id)
    return await item_of(uow, module.id, item_id)


async def change_item(
    uow: UnitOfWork,
    module: Module,
    item: ModuleItem,
    *,
    into: Module | None = None,
    position: int | None = None,
    **values: Any,
) -> ModuleItem:
    """Change title, indent, external_url, new_tab or published of an item; `into` moves it to another module."""
    await uow.all(store.LOCK_MODULES, course_id=module.course_id)
    values = {name: value for name, value in values.items() if not isinstance(value, Absent)}
    if "title" in values:
        check_name("title", values["title"])
    if "indent" in values:
        values["indent"] = _indent(values["indent"])
    if "published" in values:
        values["workflow_state"] = ACTIVE if values.pop("published") else UNPUBLISHED
    target = into or module
    others = [one for one in await uow.all(store.ITEMS_OF_MODULES, module_ids=[target.id]) if one.id != item.id]
    if target.id != module.id:
        values |= {"module_id": target.id, "position": len(others) + 1}
    await uow.update(module_items, {"id": item.id}, **values, updated_at=uow.now)
    if position is not None:
        await _reorder(uow, module_items, [one.id for one in others], item.id, position)
    await refresh_locks(uow, module.course_id)
    return await item_of(uow, target.id, item.id)


async def delete_item(uow: UnitOfWork, module: Module, item: ModuleItem) -> None:
    await uow.all(store.LOCK_MODULES, course_id=module.course_id)
    await uow.update(module_items, {"id": item.id}, workflow_state=DELETED, updated_at=uow.now)
    rest = await uow.all(store.ITEMS_OF_MODULES, module_ids=[module.id])
    for position, other in enumerate(rest, FIRST):
        if other.position != position:
            await uow.update(module_items, {"id": other.id}, position=position)
    await refresh_locks(uow, module.course_id)


async def item_of(uow: UnitOfWork, module_id: int, item_id: int) -> ModuleItem:
    found = await uow.one(store.ITEM, module_id=module_id, id=item_id)
    assert found is not None
    return found


async def refresh_locks(uow: UnitOfWork, course_id: int) -> None:
    """Write down, beside each page of the course, which modules hold it and what may keep them shut.

    A page that stands in several published modules is open as soon as one of them is.
    """
    all_modules = await uow.all(store.ALL_MODULES, course_id=course_id)
    shut = {one.id for one in all_modules if not one.published}
    held: dict[int, list[PageLock]] = {}
    for item in await uow.all(store.ITEMS_OF_MODULES, module_ids=[one.id for one in all_modules if one.published]):
        if item.page_id is None:
            continue
        module = next(one for one in all_modules if one.id == item.module_id)
        held.setdefault(item.page_id, []).append(
            PageLock(
                module_id=module.id,
                module_name=module.name,
                unlock_at=None if module.unlock_at is None else zulu(module.unlock_at),
                waits_for_module=any(one in shut for one in module.prerequisites),
            )
        )
    await set_locks(uow, "Course", course_id, held)


async def _reorder(uow: UnitOfWork, table: Any, others: list[int], moved: int, position: int) -> None:
    """Put `moved` at `position` (from 1) among `others`, which keep their order."""
    at = min(max(position, FIRST), len(others) + 1) - 1
    for place, row_id in enumerate([*others[:at], moved, *others[at:]], FIRST):
        await uow.update(table, {"id": row_id}, position=place)


def _known(wanted: list[int], others: list[Module]) -> list[int]:
    known = {one.id for one in others}
    return [one for one in dict.fromkeys(wanted) if one in known]


def _indent(value: int) -> int:
    return min(max(value, 0), DEEPEST_INDENT)
