"""One clock. Nobody else asks the time, neither Python code nor SQL."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is told to move; for tests and for the demo campus."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        self._now += timedelta(**delta)


def whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


@lru_cache(maxsize=16_384)
def zulu(moment: datetime) -> str:
    """`2012-07-01T23:59:00Z`: UTC, whole seconds. Source: conventions.md §6."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def zulu_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else zulu(moment)


def http_date(moment: datetime) -> str:
    """`Sun, 15 Feb 2026 12:00:00 GMT` (RFC 9110 §5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
