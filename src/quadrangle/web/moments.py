"""Moments in words, in the zone of whoever reads them."""

from datetime import date, datetime, tzinfo

from quadrangle.kernel.words import _, counted

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def day(moment: datetime, zone: tzinfo) -> str:
    """`15 February 2026`."""
    return date_in_words(moment.astimezone(zone))


def date_in_words(day: date) -> str:
    """`15 February 2026`."""
    return f"{day.day} {day:%B %Y}"


class Moments:
    """What templates call `say`."""

    def __init__(self, zone: tzinfo, now: datetime) -> None:
        self._zone = zone
        self._now = now

    def day(self, moment: datetime) -> str:
        return day(moment, self._zone)

    def as_field(self, moment: datetime) -> str:
        """`2026-02-15`, as a field for a day holds it."""
        return moment.astimezone(self._zone).date().isoformat()

    def on(self, day: date) -> str:
        return date_in_words(day)

    def weekday(self, day: date) -> str:
        """`Monday`."""
        return f"{day:%A}"

    def month_of(self, day: date) -> str:
        """`February 2026`."""
        return f"{day:%B %Y}"

    def month(self, moment: datetime) -> str:
        """`Feb`."""
        return f"{moment.astimezone(self._zone):%b}"

    def number(self, moment: datetime) -> int:
        """The day of the month."""
        return moment.astimezone(self._zone).day

    def hour(self, moment: datetime) -> str:
        """`14:05`."""
        return f"{moment.astimezone(self._zone):%H:%M}"

    def at(self, moment: datetime) -> str:
        """`15 February 2026, 14:05`."""
        return f"{self.day(moment)}, {self.hour(moment)}"

    def ago(self, moment: datetime) -> str:
        """`5 minutes ago`, `yesterday`; after a week the day."""
        seconds = max(0.0, (self._now - moment).total_seconds())
        days = (self._now.astimezone(self._zone).date() - moment.astimezone(self._zone).date()).days
        if seconds < _MINUTE:
            return _("just now")
        if seconds < _HOUR:
            minutes = int(seconds // _MINUTE)
            return counted("%(num)s minute ago", "%(num)s minutes ago", minutes) % {"num": minutes}
        if seconds < _DAY and days == 0:
            hours = int(seconds // _HOUR)
            return counted("%(num)s hour ago", "%(num)s hours ago", hours) % {"num": hours}
        if days == 1:
            return _("yesterday")
        if days < 7:
            return counted("%(num)s day ago", "%(num)s days ago", days) % {"num": days}
        return self.day(moment)
