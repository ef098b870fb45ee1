"""Decisions without I/O: what an announcement may say, and when its turn is."""

import calendar
from datetime import UTC, datetime
from typing import Any, Final

from quadrangle.accounts import SITE_ADMIN_ID
from quadrangle.announcements.model import (
    DEFAULT_ICON,
    ICONS,
    LONGEST_CYCLE,
    LONGEST_MESSAGE,
    LONGEST_SUBJECT,
    SURVEY,
    AnnouncementChange,
)
from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.html import sanitise, too_deep
from quadrangle.kernel.params import ABSENT

_REQUIRED: Final = ("subject", "message", "start_at", "end_at")
_UNSAID: Final = {
    "domain_specific": False,
    "send_message": False,
}  # what a new one says unless told otherwise; else nothing
HOSTED_KEEPS: Final = 4  # months for which the hosted service lists what is over


def columns_of(change: AnnouncementChange, known: dict[str, Any], account_id: int) -> dict[str, Any]:
    """The columns a change writes, sanitised and with their defaults; raises Invalid with everything that is wrong.

    known: what the announcement says so far; empty for a new one, which must then say all that is required.
    """
    errors: list[FieldError] = []
    written: dict[str, Any] = {}
    for name in (
        *_REQUIRED,
        "icon",
        "domain_specific",
        "required_account_service",
        "months_in_display_cycle",
        "send_message",
    ):
        value = getattr(change, name)
        if value is not ABSENT:
            written[name] = value
        elif not known:
            written[name] = _UNSAID.get(name)
    if "message" in written:
        _check_message(written, errors)
    for name in _REQUIRED:
        if name in written and (
            written[name] is None or (isinstance(written[name], str) and not written[name].strip())
        ):
            errors.append(FieldError(name, "blank", "blank"))
    subject = written.get("subject")
    if subject and len(subject) > LONGEST_SUBJECT:
        errors.append(FieldError("subject", f"is too long (maximum is {LONGEST_SUBJECT} characters)", "too_long"))
    start, end = ({**known, **written}.get(name) for name in ("start_at", "end_at"))
    if start is not None and end is not None and end < start:
        errors.append(FieldError("end_at", "must not be before start_at", "invalid"))
    if "icon" in written:
        written["icon"] = written.get("icon") or DEFAULT_ICON
        if written["icon"] not in ICONS:
            errors.append(FieldError("icon", "is not included in the list", "inclusion"))
    if "required_account_service" in written:
        written["required_account_service"] = written["required_account_service"] or None
        if written["required_account_service"] not in (None, SURVEY):
            errors.append(FieldError("required_account_service", "is not included in the list", "inclusion"))
    months = written.get("months_in_display_cycle")
    if months is not None and not 1 <= months <= LONGEST_CYCLE:
        errors.append(FieldError("months_in_display_cycle", f"must be between 1 and {LONGEST_CYCLE}", "inclusion"))
    if written.get("send_message") and account_id == SITE_ADMIN_ID:
        errors.append(FieldError("send_message", "Cannot send messages from the site admin account", "invalid"))
    if errors:
        raise Invalid(*errors)
    return written


def _check_message(written: dict[str, Any], errors: list[FieldError]) -> None:
    """Long or deep texts never reach the parser; what it leaves of the others is what is stored."""
    message = written["message"]
    if message is None:
        return
    if len(message.encode()) > LONGEST_MESSAGE:
        errors.append(FieldError("message", f"is too long (maximum is {LONGEST_MESSAGE} bytes)", "too_long"))
    elif too_deep(message):
        errors.append(FieldError("message", "is nested too deeply", "invalid"))
    else:
        written["message"] = sanitise(message)


def months_since_1970(moment: datetime) -> int:
    moment = moment.astimezone(UTC)
    return (moment.year - 1970) * 12 + moment.month - 1


def has_turn(user_id: int, months: int, moment: datetime) -> bool:
    """Each of `months` months it is another of as many parts of all people (account-notifications.md §3.6)."""
    return user_id % months == months_since_1970(moment) % months


def hosted_since(moment: datetime) -> datetime:
    """Midnight UTC of the day four months ago, the last of that month where it has no such day."""
    moment = moment.astimezone(UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 - HOSTED_KEEPS, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return datetime(year, month + 1, day, tzinfo=UTC)
