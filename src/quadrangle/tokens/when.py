"""Moments as people write them: `jun 1 2011`, `1 June 2011 5:30 pm`, ISO 8601. Pure. Source: tokens.md §4.2."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from quadrangle.kernel.params import parse_time

_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4})"
_NUMBER: Final = r"(?P<number>\d{1,2})"  # of the month
_CLOCK: Final = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_OFFSET: Final = r"(?P<offset>Z|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|UTC|GMT|[ECMP][SD]T)?"
_TIME: Final = rf"(?:(?:,|\s|\s+at|T)\s*{_CLOCK}\s*{_OFFSET})?"
_WEEKDAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_FORMS: Final = tuple(
    re.compile(rf"\s*{_WEEKDAY}{form}(?:\s*\([^()]*\))?\s*\Z", re.IGNORECASE)
    for form in (
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}{_TIME}",
        rf"{_DAY}[\s-]+{_MONTH}[\s,-]+{_YEAR}{_TIME}",
        rf"{_YEAR}[\s-]+{_MONTH}[\s-]+{_DAY}{_TIME}",
        rf"{_YEAR}[-/. ]{_NUMBER}[-/. ]{_DAY}{_TIME}",
        rf"{_DAY}[-/.]{_NUMBER}[-/.]{_YEAR}{_TIME}",  # the day first, as upstream reads it
        rf"{_MONTH}\s+{_DAY}\s+{_CLOCK}\s*{_OFFSET}\s+{_YEAR}",  # of C and of Unix
        rf"{_YEAR}(?P<number>\d{{2}})(?P<day>\d{{2}})(?:T?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?{_OFFSET})?(?P<half>)",
    )
)
_HOURS_AWAY: Final = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # RFC 822
LONGEST: Final = 100  # characters


def parse_when(text: str, zone: tzinfo) -> datetime | None:
    """A moment in UTC, or None when the text is none. zone: the zone of a text that names none."""
    if len(text) > LONGEST or not text.isascii():
        return None
    if (moment := parse_time(text, zone)) is not None:
        return moment
    for form in _FORMS:
        if (found := form.match(text)) is not None:
            return _moment(found.groupdict(), zone)
    return None


def _moment(parts: dict[str, str | None], zone: tzinfo) -> datetime | None:
    month = parts.get("month")
    number = _MONTHS.index(month[:3].lower()) + 1 if month else int(parts.get("number") or 0)
    hour = int(parts["hour"] or 0)
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    try:
        naive = (int(parts["year"] or 0), number, int(parts["day"] or 0), hour, int(parts["minute"] or 0))
        return datetime(*naive, int(parts["second"] or 0), tzinfo=_zone(parts["offset"], zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if offset is None:
        return zone
    offset = offset.upper()
    if (hours := _HOURS_AWAY.get(offset)) is not None:
        return timezone(timedelta(hours=hours))
    offset = offset.removeprefix("UTC").removeprefix("GMT").removeprefix("Z")
    if not offset:
        return UTC
    digits = offset[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if offset[0] == "-" else away)
