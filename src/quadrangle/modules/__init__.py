"""Modules of courses and their items. The public door of this noun."""

from quadrangle.modules.model import ITEM_TYPES, Module, ModuleItem, Neighbours, PageInModule
from quadrangle.modules.service import (
    beside_page,
    change_item,
    change_module,
    create_item,
    create_module,
    delete_item,
    delete_module,
)
from quadrangle.modules.store import COUNT_MODULES, ITEM, ITEMS_OF_MODULES, MODULE, MODULES, ListKey
from quadrangle.modules.tables import module_items, modules

__all__ = [
    "COUNT_MODULES",
    "ITEM",
    "ITEMS_OF_MODULES",
    "ITEM_TYPES",
    "MODULE",
    "MODULES",
    "ListKey",
    "Module",
    "ModuleItem",
    "Neighbours",
    "PageInModule",
    "beside_page",
    "change_item",
    "change_module",
    "create_item",
    "create_module",
    "delete_item",
    "delete_module",
    "module_items",
    "modules",
]
