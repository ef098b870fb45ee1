"""What accounts announce to their people. The public door of this noun."""

from quadrangle.announcements.access import MANAGE, ORDINARY, PAST, RULES, SHOW, Facts, Reader, manage, shows
from quadrangle.announcements.model import (
    ICONS,
    LONGEST_CYCLE,
    LONGEST_SUBJECT,
    NOBODY_ENROLLED,
    SURVEY,
    Announcement,
    AnnouncementChange,
    Audience,
)
from quadrangle.announcements.service import (
    announce,
    current,
    dismiss,
    everything,
    find_announcement,
    reader_at,
    remove,
    revise,
    with_past,
)
from quadrangle.announcements.store import CURRENT, READER
from quadrangle.announcements.tables import announcement_dismissals, announcement_roles, announcements

__all__ = [
    "CURRENT",
    "ICONS",
    "LONGEST_CYCLE",
    "LONGEST_SUBJECT",
    "MANAGE",
    "NOBODY_ENROLLED",
    "ORDINARY",
    "PAST",
    "READER",
    "RULES",
    "SHOW",
    "SURVEY",
    "Announcement",
    "AnnouncementChange",
    "Audience",
    "Facts",
    "Reader",
    "announce",
    "announcement_dismissals",
    "announcement_roles",
    "announcements",
    "current",
    "dismiss",
    "everything",
    "find_announcement",
    "manage",
    "reader_at",
    "remove",
    "revise",
    "shows",
    "with_past",
]
