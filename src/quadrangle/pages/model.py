"""Pages, their revisions, and what a change of one says. Source: pages.md §1."""

from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.kernel.errors import Conflict, FieldError, Invalid, NotFound
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.people import UserCard

ACTIVE: Final = "active"
UNPUBLISHED: Final = "unpublished"
DELETED: Final = "deleted"
EDITING_ROLES: Final = ("teachers", "students", "members", "public")
LONGEST_TITLE: Final = 255  # characters


class PageNotFound(NotFound):
    """No page answers to this address."""

    code = "page_not_found"
    says = "page not found"


class NoFrontPage(NotFound):
    """The wiki has no front page."""

    code = "no_front_page"
    says = "No front page has been set"


class PagesTabHidden(NotFound):
    """The course hides its list of pages from this caller."""

    code = "pages_tab_hidden"
    says = "That page has been disabled for this course"


class DeletedPageStays(Invalid):
    """A deleted page cannot be duplicated."""

    code = "page_deleted"
    says = "cannot duplicate deleted page"


class FieldsRefused(Invalid):
    """A caller without full update sent fields they may not change (pages.md §4.3)."""

    code = "page_fields_refused"


class PageSavedMeanwhile(Conflict):
    """Somebody saved another text since the editor began to write (web.md W10)."""

    code = "page_saved_meanwhile"
    says = "Somebody else saved this page while you were writing."


class PageLock(msgspec.Struct, frozen=True):
    """What one published module says of a page in it. unlock_at: ISO text; waits_for_module: a prerequisite is not published."""

    module_id: int
    module_name: str
    unlock_at: str | None = None
    waits_for_module: bool = False

    @property
    def opens_at(self) -> datetime | None:
        return None if self.unlock_at is None else datetime.fromisoformat(self.unlock_at)

    def shut(self, now: datetime) -> bool:
        opens_at = self.opens_at
        return self.waits_for_module or (opens_at is not None and opens_at > now)


class PageSummary(msgspec.Struct, frozen=True):
    """A page without its text, as lists show it. `user_id` is the last editor, whose card rides along, and row_updated_at when they last
    changed anything of it, its state for instance."""

    id: int
    wiki_id: int
    title: str
    url: str
    workflow_state: str
    editing_roles: str | None
    user_id: int | None
    editor: str
    publish_at: datetime | None
    publishes_at: datetime | None
    todo_date: datetime | None
    locks: list[dict[str, Any]] | None
    latest_revision: int
    created_at: datetime
    revised_at: datetime
    row_updated_at: datetime
    front_page_id: int | None
    editor_name: str | None
    editor_pronouns: str | None
    editor_avatar: str | None

    def active(self, now: datetime) -> bool:
        """Published, by hand or because its scheduled moment has come (pages.md §7)."""
        if self.workflow_state == ACTIVE:
            return True
        due = self.publishes_at
        return self.workflow_state == UNPUBLISHED and due is not None and due <= now

    def lock(self, now: datetime) -> PageLock | None:
        """The lock that is shown of a page that is shut; None for one that is open, as soon as one of its modules is."""
        if not self.locks:
            return None
        locks = msgspec.convert(self.locks, list[PageLock])
        if not all(one.shut(now) for one in locks):
            return None
        return min(locks, key=lambda one: (one.opens_at is None, one.opens_at or now))

    @property
    def deleted(self) -> bool:
        return self.workflow_state == DELETED

    @property
    def is_front(self) -> bool:
        return self.front_page_id == self.id

    @property
    def last_edited_by(self) -> UserCard | None:
        return card_of(self.user_id, self.editor_name, self.editor_pronouns, self.editor_avatar)


class Page(PageSummary, frozen=True):
    """A page with its text."""

    body: str | None
    blocks: dict[str, Any] | None


class Revision(msgspec.Struct, frozen=True):
    """One saved version; numbers run from 1. Text fields are None in lists."""

    number: int
    revised_at: datetime
    user_id: int | None
    editor_name: str | None
    editor_pronouns: str | None
    editor_avatar: str | None

    @property
    def edited_by(self) -> UserCard | None:
        return card_of(self.user_id, self.editor_name, self.editor_pronouns, self.editor_avatar)


class ListedRevision(Revision, frozen=True, array_like=True):
    """The same as part of a list that came with its page."""


class PageWithVersions(PageSummary, frozen=True):
    """A page with a part of its history, in any order."""

    versions: list[ListedRevision]


class RevisionWithText(Revision, frozen=True):
    """One saved version with what it said."""

    title: str
    url: str
    body: str | None


def card_of(user_id: int | None, name: str | None, pronouns: str | None, avatar: str | None) -> UserCard | None:
    if user_id is None or name is None:
        return None
    return UserCard(user_id, name, pronouns, avatar)


class ListedText(RevisionWithText, frozen=True, array_like=True):
    """The same as part of what came with its page."""


class PageWithTexts(PageWithVersions, frozen=True):
    """A page with a part of its history, and one or two of its versions with their texts."""

    texts: list[ListedText]


class PageChange(msgspec.Struct, frozen=True):
    """What a caller wants of a page; ABSENT fields stay as they are.

    todo_date: None clears. blocks: of the block editor, plain data. notify: tell the participants.
    """

    title: str | None | Absent = ABSENT
    body: str | None | Absent = ABSENT
    editing_roles: str | None | Absent = ABSENT
    published: bool | Absent = ABSENT
    front_page: bool | Absent = ABSENT
    publish_at: datetime | None | Absent = ABSENT
    todo_date: datetime | None | Absent = ABSENT
    blocks: dict[str, Any] | Absent = ABSENT
    notify: bool = False


def wrong(attribute: str, message: str) -> FieldError:
    """An error added as plain text: its type is its message (pages.md §0)."""
    return FieldError(attribute, message, message)
