"""What Northfield College and its faculties tell their people."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.announcements import NOBODY_ENROLLED
from quadrangle.demo.places import STUDENT, TA, TEACHER, day


class Notice(msgspec.Struct, frozen=True):
    """An announcement. account: its key; None is the college. login: who wrote it. roles: whom it is for; without any, everybody."""

    account: str | None
    login: str
    written: datetime
    start: datetime
    end: datetime
    subject: str
    message: str
    icon: str = "information"
    roles: tuple[str, ...] = ()


NOTICES: Final = (
    Notice(
        None, "mara.lindqvist", day("2026-08-17 09:00"), day("2026-08-24"), day("2026-09-12 23:59"),
        "Welcome to the new academic year",
        "<p>Term begins on Monday, 31 August. Timetables are final; rooms are on the page of each course.</p>",
    ),
    Notice(
        None, "mara.lindqvist", day("2026-09-01 10:30"), day("2026-09-01"), day("2027-07-31 23:59"),
        "Where to get help",
        "<p>The help desk in the library is open from 8:30 to 18:00, and answers mail on Saturdays too. "
        "Please bring your college card.</p>",
        icon="question",
    ),
    Notice(
        None, "mara.lindqvist", day("2026-10-19 14:05"), day("2026-10-20"), day("2027-01-15 23:59"),
        "Choose your spring courses by 15 January",
        "<p>Places in laboratories are given out in the order of choices. Talk to your tutor <strong>before</strong> "
        "you choose.</p>",
        icon="calendar", roles=(STUDENT,),
    ),
    Notice(
        None, "mara.lindqvist", day("2026-11-02 08:15"), day("2026-11-02"), day("2027-06-30 23:59"),
        "New pages for your teaching",
        "<p>Pages can be scheduled now: write on Sunday, publish on Tuesday at eight. The guide has an example.</p>",
        roles=(TEACHER, TA),
    ),
    Notice(
        None, "mara.lindqvist", day("2026-09-28 11:00"), day("2026-09-28"), day("2027-07-31 23:59"),
        "Not in any course yet?",
        "<p>Whoever has an account but no course finds the open ones in the catalogue; the registrar enrols you.</p>",
        roles=(NOBODY_ENROLLED,),
    ),
    Notice(
        None, "mara.lindqvist", day("2026-11-20 16:40"), day("2026-12-18"), day("2027-01-04 08:00"),
        "Closed over the holidays",
        "<p>All buildings but the greenhouse are closed. This server stays on.</p>",
        icon="calendar",
    ),
    Notice(
        "SCI", "hannah.weiss", day("2026-11-09 07:50"), day("2026-11-09"), day("2027-03-31 23:59"),
        "Laboratories: new rules for shared freezers",
        "<p>Label everything with name, course and date. From December, unlabelled samples are thrown away on the "
        "first Monday of the month.</p>",
        icon="warning",
    ),
    Notice(
        "BIO", "hannah.weiss", day("2026-11-16 12:00"), day("2026-11-16"), day("2027-05-31 23:59"),
        "Field trips: waterproofs and boots",
        "<p>Boots in all sizes can be borrowed from the store in the basement, against your card.</p>",
        roles=(STUDENT,),
    ),
    Notice(
        "ART", "ruben.castellanos", day("2026-10-05 13:20"), day("2026-10-05"), day("2027-04-30 23:59"),
        "Practice rooms can be booked",
        "<p>Two hours a day for everybody, from seven in the morning. Cancel what you do not use.</p>",
    ),
    Notice(
        "ART", "ruben.castellanos", day("2026-11-23 18:30"), day("2026-11-23"), day("2026-11-25 12:00"),
        "Power cut in the east wing",
        "<p>Tuesday night from eleven. Save your work.</p>",
        icon="error",
    ),
)  # fmt: skip
