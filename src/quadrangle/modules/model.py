"""Modules and their items. Source: supporting-resources.md §12, endpoints-clients-use.md §2."""

from datetime import datetime
from typing import Final

import msgspec

ACTIVE: Final = "active"
UNPUBLISHED: Final = "unpublished"
DELETED: Final = "deleted"
ITEM_TYPES: Final = ("Page", "SubHeader", "ExternalUrl", "File")
LONGEST_NAME: Final = 255  # characters
DEEPEST_INDENT: Final = 5


class Module(msgspec.Struct, frozen=True):
    """A module: a part of a course with items in an order. prerequisites: ids of modules that come before it."""

    id: int
    course_id: int
    name: str
    position: int
    workflow_state: str
    unlock_at: datetime | None
    require_sequential_progress: bool
    prerequisites: list[int]
    items_count: int

    @property
    def published(self) -> bool:
        return self.workflow_state == ACTIVE


class PageInModule(msgspec.Struct, frozen=True):
    """A page as one of those that a module leads through."""

    module_name: str
    page_id: int
    title: str
    url: str


class Neighbours(msgspec.Struct, frozen=True):
    """What comes before and after a page in its module."""

    module_name: str
    before: PageInModule | None
    after: PageInModule | None


class ModuleItem(msgspec.Struct, frozen=True):
    """One item of a module. page_*: of the page a Page item leads to."""

    id: int
    module_id: int
    type: str
    title: str
    position: int
    indent: int
    page_id: int | None
    content_id: int | None
    external_url: str | None
    new_tab: bool
    workflow_state: str
    page_url: str | None
    page_state: str | None
    page_publishes_at: datetime | None

    def published(self, now: datetime) -> bool:
        """A Page item is published when its page is."""
        if self.type != "Page":
            return self.workflow_state == ACTIVE
        due = self.page_publishes_at
        return self.page_state == ACTIVE or (due is not None and due <= now)
