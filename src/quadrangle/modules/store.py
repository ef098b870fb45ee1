"""Everything asked of the database about modules and their items."""

from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, func, or_, select

from quadrangle.db import Dynamic, Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.files import files
from quadrangle.kernel.text import contains
from quadrangle.modules.model import Module, ModuleItem, PageInModule
from quadrangle.modules.tables import module_items, modules
from quadrangle.pages import pages

_COURSE = modules.c.course_id == bindparam("course_id", type_=BigId)
_LIVE_ITEM = and_(
    module_items.c.workflow_state != "deleted",
    or_(module_items.c.page_id.is_(None), pages.c.workflow_state != "deleted"),
    or_(module_items.c.type != "File", files.c.workflow_state == "available"),
)
_OF_A_FILE = and_(module_items.c.type == "File", files.c.id == module_items.c.content_id)
_ITEMS_COUNT = (
    select(func.count())
    .select_from(module_items)
    .outerjoin(pages, pages.c.id == module_items.c.page_id)
    .outerjoin(files, _OF_A_FILE)
    .where(module_items.c.module_id == modules.c.id, _LIVE_ITEM)
    .correlate(modules)
    .scalar_subquery()
)
_MODULE = [
    *(modules.c[name] for name in Module.__struct_fields__ if name in modules.c),
    _ITEMS_COUNT.label("items_count"),
]
_ITEM = [
    *(module_items.c[name] for name in ModuleItem.__struct_fields__ if name in module_items.c),
    pages.c.url.label("page_url"),
    pages.c.workflow_state.label("page_state"),
    pages.c.publishes_at.label("page_publishes_at"),
]


def _page_active() -> Any:
    due = and_(pages.c.workflow_state == "unpublished", pages.c.publishes_at <= bindparam("now", type_=UtcTime))
    return or_(pages.c.workflow_state == "active", due)


class ListKey(msgspec.Struct, frozen=True):
    """The shape of a list of modules."""

    published_only: bool
    searching: bool


def _matching(key: ListKey) -> list[Any]:
    clauses: list[Any] = [_COURSE, modules.c.workflow_state != "deleted"]
    if key.published_only:
        clauses.append(modules.c.workflow_state == "active")
    if key.searching:
        clauses.append(contains(modules.c.name_folded, bindparam("pattern")))
    return clauses


# One page of a course's modules in their order. Index: modules (course_id, position, id).
MODULES = Dynamic(
    lambda key: (
        select(*_MODULE)
        .where(*_matching(key))
        .order_by(modules.c.position, modules.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    ),
    into=Module,
)
# How many there are. Index: the same.
COUNT_MODULES = Dynamic(lambda key: select(func.count()).select_from(modules).where(*_matching(key)), into=int)
# One module. Index: primary key.
MODULE = Statement(
    select(*_MODULE).where(
        _COURSE, modules.c.id == bindparam("id", type_=BigId), modules.c.workflow_state != "deleted"
    ),
    into=Module,
)
# All modules of a course, for its order and for the locks of its pages. Index: modules (course_id, …).
ALL_MODULES = Statement(
    select(*_MODULE).where(_COURSE, modules.c.workflow_state != "deleted").order_by(modules.c.position, modules.c.id),
    into=Module,
)


def _items(*clauses: Any) -> Select[Any]:
    return (
        select(*_ITEM)
        .select_from(module_items)
        .outerjoin(pages, pages.c.id == module_items.c.page_id)
        .outerjoin(files, _OF_A_FILE)
        .where(_LIVE_ITEM, *clauses)
        .order_by(module_items.c.module_id, module_items.c.position, module_items.c.id)
    )


# The items of several modules in their order. Index: module_items (module_id, position, id).
ITEMS_OF_MODULES = Statement(_items(any_of(module_items.c.module_id, "module_ids")), into=ModuleItem)
# One item of a module. Index: primary key.
ITEM = Statement(
    _items(
        module_items.c.module_id == bindparam("module_id", type_=BigId),
        module_items.c.id == bindparam("id", type_=BigId),
    ),
    into=ModuleItem,
)
_HERE = module_items.alias("here")
_ITS_MODULE = modules.alias("its_module")
# The pages of the first published module of a course that a page stands in, in their order. Indexes: module_items (page_id),
# (module_id, position, id).
PAGES_BESIDE = Dynamic(
    lambda sees_unpublished: (
        select(modules.c.name.label("module_name"), pages.c.id.label("page_id"), pages.c.title, pages.c.url)
        .select_from(module_items)
        .join(modules, modules.c.id == module_items.c.module_id)
        .join(pages, pages.c.id == module_items.c.page_id)
        .where(
            module_items.c.module_id
            == select(_HERE.c.module_id)
            .join(_ITS_MODULE, _ITS_MODULE.c.id == _HERE.c.module_id)
            .where(
                _HERE.c.page_id == bindparam("page_id", type_=BigId),
                _HERE.c.workflow_state != "deleted",
                _ITS_MODULE.c.workflow_state == "active",
            )
            .order_by(_ITS_MODULE.c.position, _ITS_MODULE.c.id)
            .limit(1)
            .scalar_subquery(),
            module_items.c.workflow_state != "deleted",
            pages.c.workflow_state != "deleted",
            *([] if sees_unpublished else [_page_active()]),
        )
        .order_by(module_items.c.position, module_items.c.id)
    ),
    into=PageInModule,
)
# The lock under which positions of a course's modules change: its course row would also serve, but pages are read with it.
LOCK_MODULES = Statement(select(modules.c.id).where(_COURSE).order_by(modules.c.id).with_for_update(), into=int)
