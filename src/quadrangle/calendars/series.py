"""How events repeat: rules as RFC 5545 writes them, within bounds, and in words. Pure.

A series is stored as its events, each a row that can be changed alone, as Canvas does; the rule says how they were made.
"""

import re
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Final

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from quadrangle.calendars.model import MOST_OF_A_SERIES, Copies
from quadrangle.calendars.timing import LAST_DAY, on_the_wall
from quadrangle.kernel.errors import Failure
from quadrangle.kernel.params import parse_time

FREQUENCIES: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_PARTS: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYSETPOS", "WKST"}
)
_WHOLE: Final = re.compile(r"[0-9]{1,4}\Z")
_LIST: Final = re.compile(r"[A-Z0-9,+-]{1,200}\Z")
_UNTIL: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?\Z")
_LARGEST: Final = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYSETPOS": 366}
_HORIZON: Final = timedelta(days=366 * 50)
# Days, weekdays and leap years repeat after this many years.
_CYCLE: Final = 400


class BadRule(Failure):
    """A rule that cannot be read or followed."""

    code = "bad_recurrence"


class TooMany(Failure):
    """More events than may be made at once."""

    code = "too_many_events"
    says = f"only a maximum of {MOST_OF_A_SERIES} events can be created"


def read_rule(text: str) -> dict[str, str]:
    """The parts of a rule, by name. Raises BadRule."""
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").strip(";").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or name not in _PARTS or name in parts or not _LIST.match(value):
            raise BadRule(f"The recurrence rule cannot be read at '{piece[:40]}'")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise BadRule("The recurrence rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and (not _WHOLE.match(parts[name]) or int(parts[name]) < 1):
            raise BadRule(f"{name} must be a whole number above zero")
    for name, largest in _LARGEST.items():
        if name in parts and not all(_within(one, largest) for one in parts[name].split(",")):
            raise BadRule(f"{name} reaches from 1 to {largest}")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise BadRule("The recurrence rule needs an end: either COUNT or UNTIL")
    if int(parts.get("COUNT", 0)) > MOST_OF_A_SERIES:
        raise TooMany
    return parts


def _within(number: str, largest: int) -> bool:
    return bool(_WHOLE.match(number.lstrip("+-"))) and 1 <= int(number.lstrip("+-")) <= largest


def written(parts: dict[str, str]) -> str:
    """The rule as it is stored and answered."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def occurrences(parts: dict[str, str], start: datetime, zone: tzinfo) -> list[datetime]:
    """What clocks in `zone` show when the events of a series start, the first at `start` or as soon as the rule allows after it.

    Raises BadRule when there is none, TooMany.
    """
    first = on_the_wall(start, zone)
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    rule = written({name: value for name, value in parts.items() if name != "UNTIL"})
    last = min(until or LAST_DAY, LAST_DAY if first > LAST_DAY - _HORIZON else first + _HORIZON)
    # A rule that fits no day is followed to the year 9999, which takes four seconds from today and a fifth of one from the last cycle.
    ahead = (MAXYEAR - first.year) // _CYCLE * _CYCLE
    try:
        days = iter(rrulestr(rule, dtstart=first.replace(year=first.year + ahead)))
        found = list(islice(_up_to((day.replace(year=day.year - ahead) for day in days), last), MOST_OF_A_SERIES + 1))
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BadRule("The recurrence rule cannot be followed") from None
    if not found:
        raise BadRule("The recurrence rule yields no event")
    if len(found) > MOST_OF_A_SERIES:
        raise TooMany
    return found


def _up_to(days: Iterator[datetime], last: datetime) -> Iterator[datetime]:
    for day in days:
        if day > last:
            return
        yield day


def _until(text: str, zone: tzinfo) -> datetime:
    """The last moment of a rule as clocks in `zone` show it; a plain date counts as a whole."""
    found = _UNTIL.match(text)
    if found is None:
        raise BadRule("UNTIL must be a date, or a date and a time")
    year, month, day, hour, minute, second, utc = found.groups()
    clock = f"T{hour}:{minute}:{second}" if hour else "T23:59:59"
    moment = parse_time(f"{year}-{month}-{day}{clock}", UTC if utc else zone)
    if moment is None:
        raise BadRule("UNTIL must be a date, or a date and a time")
    return on_the_wall(moment, zone)


def copy_days(copies: Copies, first: datetime) -> list[datetime]:
    """When the copies of an event start by the clock on the wall; of a month that is too short, on its last day. Raises BadRule, TooMany."""
    if copies.count > MOST_OF_A_SERIES:
        raise TooMany
    unit = {"daily": "days", "weekly": "weeks", "monthly": "months"}.get(copies.frequency)
    if unit is None:
        raise BadRule("frequency must be one of: daily, weekly, monthly")
    try:
        days = [
            first + relativedelta(**{unit: copies.interval * number})  # type: ignore[arg-type]
            for number in range(1, copies.count + 1)
        ]
    except (ValueError, OverflowError):
        days = [datetime.max]  # noqa: DTZ901 a clock on the wall has no zone
    if days and days[-1] > LAST_DAY:
        raise BadRule("The copies reach beyond the end of the calendar")
    return days


# --- in words ---------------------------------------------------------------------------------------------------------

_DAYS: Final = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ORDINALS: Final = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_EVERY: Final = {"DAILY": "Daily", "WEEKLY": "Weekly", "MONTHLY": "Monthly", "YEARLY": "Annually"}


def in_words(rule: str) -> str:
    """`Weekly on Mon, Wed, 10 times`."""
    parts = dict(piece.split("=", 1) for piece in rule.split(";"))
    interval = int(parts.get("INTERVAL", 1))
    unit = FREQUENCIES[parts["FREQ"]]
    said = _EVERY[parts["FREQ"]] if interval == 1 else f"Every {interval} {unit}s"
    if "BYMONTH" in parts:
        said += " in " + ", ".join(_MONTHS[int(one) - 1] for one in parts["BYMONTH"].split(","))
    if "BYDAY" in parts:
        said += " on " + ", ".join(_day_in_words(one) for one in parts["BYDAY"].split(","))
    if "BYMONTHDAY" in parts:
        said += " on day " + ", ".join(parts["BYMONTHDAY"].split(","))
    if "COUNT" in parts:
        return f"{said}, {parts['COUNT']} times"
    until = parts["UNTIL"]
    return f"{said}, until {_MONTHS[int(until[4:6]) - 1]} {int(until[6:8])}, {until[:4]}"


def _day_in_words(day: str) -> str:
    number, name = day[:-2], _DAYS[day[-2:]]
    if not number:
        return name
    return f"the {_ORDINALS.get(number.lstrip('+'), number)} {name}"
