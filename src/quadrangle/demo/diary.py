"""What stands in the calendars of Northfield College: which accounts show one, and who put what in which."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.demo.places import day

LONDON: Final = "Europe/London"


class Shown(msgspec.Struct, frozen=True):
    """An account whose calendar is visible. account: its key; None is the college. auto: before everybody in it without their adding it."""

    account: str | None
    login: str
    at: datetime
    auto: bool = False


class Entry(msgspec.Struct, frozen=True):
    """An event. place: a kind of calendar and a key, `course BIO110`, `group choir`, `person zoe.laurent`, `account SCI`; `account` alone is the
    college. start, end: on the clocks of London. rule: RFC 5545, makes a series. evening: the section of that name has it at this time instead.
    """

    place: str
    login: str
    written: datetime
    title: str
    start: str
    end: str | None = None
    where: str | None = None
    text: str | None = None
    rule: str | None = None
    all_day: bool = False
    evening: tuple[str, str] | None = None


SHOWN: Final = (
    Shown(None, "mara.lindqvist", day("2026-08-06 10:00"), auto=True),
    Shown("SCI", "hannah.weiss", day("2026-08-07 09:15")),
    Shown("MUS", "ruben.castellanos", day("2026-08-10 11:40")),
)

ENTRIES: Final = (
    Entry(
        "account", "mara.lindqvist", day("2026-08-06 10:20"), "Michaelmas term begins", "2026-08-31", all_day=True,
        text="<p>Libraries and dining hall keep term hours from today.</p>",
    ),
    Entry("account", "mara.lindqvist", day("2026-08-06 10:25"), "Founders’ Day", "2026-11-30", all_day=True,
          where="Great Hall", text="<p>No lectures after noon. Tea for everybody at four.</p>"),
    Entry("account", "mara.lindqvist", day("2026-08-06 10:30"), "College closed", "2026-12-18", "2027-01-04", all_day=True),
    Entry("account", "mara.lindqvist", day("2026-09-21 13:00"), "Open day", "2026-12-05 10:00", "2026-12-05 16:00",
          where="Main quad", text="<p>Laboratories, studios and the observatory are open; students show the way.</p>"),
    Entry("account SCI", "hannah.weiss", day("2026-08-07 09:30"), "Science seminar", "2026-09-16 16:00", "2026-09-16 17:30",
          where="Lecture theatre 2", rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;COUNT=12",
          text="<p>Twenty minutes each, then questions. Titles are announced the Friday before.</p>"),
    Entry("account MUS", "ruben.castellanos", day("2026-08-10 11:50"), "Lunchtime recital", "2026-10-01 13:00", "2026-10-01 13:45",
          where="Chapel", rule="FREQ=MONTHLY;BYDAY=1TH;COUNT=8"),
    Entry("course BIO110", "ines.carvalho", day("2026-08-12 09:00"), "Field Biology: at the water", "2026-09-04 09:00",
          "2026-09-04 12:30", where="Car park B, boots on", rule="FREQ=WEEKLY;BYDAY=FR;UNTIL=20261218T235959Z"),
    Entry("course BIO110", "tomas.hlavacek", day("2026-11-10 08:20"), "Species test", "2026-12-11 14:00", "2026-12-11 15:00",
          where="Laboratory 3", text="<p>Thirty jars, thirty names. Bring a pencil.</p>"),
    Entry("course CMP120", "piotr.zielinski", day("2026-08-20 10:10"), "Programming: practice", "2026-12-01 10:00",
          "2026-12-01 12:00", where="Machine room", evening=("2026-12-01 18:00", "2026-12-01 20:00"),
          text="<p>Loops within loops.</p>"),
    Entry("course AST130", "samira.haddad", day("2026-11-02 17:00"), "Geminids, if the sky is clear", "2026-12-13 21:00",
          "2026-12-14 01:00", where="Observatory roof", text="<p>Warm clothes, red torches only.</p>"),
    Entry("group choir", "anneliese.vogt", day("2026-09-02 18:00"), "Choir rehearsal", "2026-09-08 18:30", "2026-09-08 20:30",
          where="School of Music, room 4", rule="FREQ=WEEKLY;BYDAY=TU;COUNT=30"),
    Entry("group choir", "anneliese.vogt", day("2026-10-20 20:45"), "Winter concert", "2026-12-15 19:30", "2026-12-15 21:15",
          where="Chapel", text="<p>Black, with something red. Be there at half past six.</p>"),
    Entry("person zoe.laurent", "zoe.laurent", day("2026-11-22 21:10"), "Dentist", "2026-12-02 08:45", "2026-12-02 09:15"),
    Entry("person mara.lindqvist", "mara.lindqvist", day("2026-11-20 17:00"), "Budget for next year: draft", "2026-12-04", all_day=True),
)  # fmt: skip

# Who added which account calendar to their own, by the accounts' keys.
ADDED: Final = {"aaliyah.brooks": ("SCI",), "zoe.laurent": ("MUS",), "marek.kowalczyk": ("SCI", "MUS")}
