"""When an event is: whole days, and the clock on the wall, which jumps twice a year. Pure."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

from quadrangle.kernel.errors import Invalid

# Between these any zone's clock can be read, whatever else Python can count.
FIRST_DAY: Final = datetime(2, 1, 1)  # noqa: DTZ001 what a clock on the wall shows has no zone
LAST_DAY: Final = datetime(9998, 12, 31)  # noqa: DTZ001


class Times(msgspec.Struct, frozen=True):
    """When an event is; times None: undated. all_day_date: `YYYY-MM-DD` in the zone of the event."""

    start_at: datetime | None
    end_at: datetime | None
    all_day: bool = False
    all_day_date: str | None = None


UNDATED = Times(None, None)


def is_in_range(moment: datetime) -> bool:
    return FIRST_DAY <= moment.replace(tzinfo=None) <= LAST_DAY


def on_the_wall(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks in `zone` show, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def from_the_wall(shown: datetime, zone: tzinfo) -> datetime:
    """The moment at which clocks in `zone` show this; of two the first, and for an hour that is left out, the same time after it."""
    return shown.replace(tzinfo=zone).astimezone(UTC)


def settle(
    start: datetime | None, end: datetime | None, *, all_day: bool | None, was_all_day: bool, zone: tzinfo
) -> Times:
    """The times of an event from what was said of them; raises Invalid when it ends before it starts.

    An end that is missing is the start, and the other way about. all_day: None was not said; then an event of no length at midnight is a
    whole day, and one that was a whole day stays one as long as both its ends are midnights.
    """
    start, end = start or end, end or start
    if start is None or end is None:
        return UNDATED
    if not (is_in_range(start) and is_in_range(end)):
        raise Invalid.field("start_at" if not is_in_range(start) else "end_at", "is out of range", "invalid")
    if end < start:
        raise Invalid.field("end_at", "End time cannot be before start time", "invalid")
    first, last = on_the_wall(start, zone), on_the_wall(end, zone)
    if all_day is None:
        midnights = first.time() == time(0) and last.time() == time(0)
        all_day = midnights and (was_all_day or first == last)
    if not all_day:
        return Times(start, end)
    start, end = (from_the_wall(datetime.combine(one, time(0)), zone) for one in (first, last))
    return Times(start, end, all_day=True, all_day_date=first.date().isoformat())


def moved(times: Times, first: datetime, length: timedelta, zone: tzinfo) -> Times:
    """The same event when clocks show `first`, for as long by the same clocks."""
    start = from_the_wall(first, zone)
    end = max(from_the_wall(first + length, zone), start)
    return Times(start, end, times.all_day, first.date().isoformat() if times.all_day else None)


def length_on_the_wall(times: Times, zone: tzinfo) -> timedelta:
    """How long it is by the clock on the wall: what lasts from nine to five does so in the week the clocks change as well."""
    assert times.start_at is not None
    assert times.end_at is not None
    return on_the_wall(times.end_at, zone) - on_the_wall(times.start_at, zone)
