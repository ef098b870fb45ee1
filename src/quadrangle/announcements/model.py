"""Announcements, whom they are for, and what a change of one says. Source: account-notifications.md §1."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.kernel.errors import Conflict
from quadrangle.kernel.params import ABSENT, Absent

ACTIVE: Final = "active"
DELETED: Final = "deleted"
ICONS: Final = ("warning", "information", "question", "error", "calendar")
DEFAULT_ICON: Final = "warning"
SURVEY: Final = "account_survey_notifications"
NOBODY_ENROLLED: Final = "NilEnrollment"  # how the role of those without an enrollment is written
LONGEST_SUBJECT: Final = 255  # characters
LONGEST_MESSAGE: Final = 64 * 1024  # bytes
LONGEST_CYCLE: Final = 48  # months


class Audience(msgspec.Struct, frozen=True, array_like=True):
    """One role an announcement is for; role_id and name are None for those without an enrollment."""

    position: int
    role_id: int | None
    name: str | None


class Announcement(msgspec.Struct, frozen=True):
    """One announcement as one person meets it. audience: empty is everybody. dismissed: closed by that person."""

    id: int
    account_id: int
    root_account_id: int
    user_id: int
    author: str
    subject: str
    start_at: datetime
    end_at: datetime
    icon: str
    domain_specific: bool
    required_account_service: str | None
    months_in_display_cycle: int | None
    send_message: bool
    message: str
    audience: list[Audience]
    dismissed: bool

    @property
    def roles(self) -> list[Audience]:
        return sorted(self.audience, key=lambda one: one.position)


class AnnouncementChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an announcement; what is ABSENT stays as it is. message: HTML, not yet sanitised.

    roles: ids or names as they were sent, None for the role of those without an enrollment. They always replace what was there.
    """

    subject: str | None | Absent = ABSENT
    message: str | None | Absent = ABSENT
    start_at: datetime | None | Absent = ABSENT
    end_at: datetime | None | Absent = ABSENT
    icon: str | None | Absent = ABSENT
    domain_specific: bool | Absent = ABSENT
    required_account_service: str | None | Absent = ABSENT
    months_in_display_cycle: int | None | Absent = ABSENT
    send_message: bool | Absent = ABSENT
    roles: tuple[str | None, ...] = ()


class Draft(msgspec.Struct, frozen=True):
    """What readers would see of an announcement. message: sanitised."""

    subject: str
    message: str
    icon: str


class NotYetBegun(Conflict):
    """What nobody has seen cannot be over."""

    code = "announcement_not_begun"
    says = "It has not begun yet: change its times, or delete it."
