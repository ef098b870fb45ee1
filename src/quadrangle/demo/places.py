"""Where and when at Northfield College: accounts, terms, courses with their people, groups."""

from datetime import UTC, datetime
from typing import Final

import msgspec

TEACHER: Final = "TeacherEnrollment"
TA: Final = "TaEnrollment"
DESIGNER: Final = "DesignerEnrollment"
STUDENT: Final = "StudentEnrollment"
OBSERVER: Final = "ObserverEnrollment"


def day(text: str) -> datetime:
    """`2026-09-01` or `2026-09-01 14:30`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


FOUNDED: Final = day("2025-08-04 08:00")
# When somebody came, and left again.
CAME: Final = day("2026-09-14 10:00")
LEFT: Final = day("2026-10-09 15:30")
# When the administrator asked for reports.
ASKED: Final = day("2026-10-12 09:00")


class Place(msgspec.Struct, frozen=True):
    """An account. key: also its SIS id. below: the key of the account above; None for the college itself."""

    key: str
    name: str
    below: str | None


ACCOUNTS: Final = (
    Place("SCI", "Faculty of Science", None),
    Place("ART", "Faculty of Arts and Humanities", None),
    Place("EDU", "School of Education and Outreach", None),
    Place("BIO", "Department of Biology", "SCI"),
    Place("PHY", "Department of Physics and Astronomy", "SCI"),
    Place("CMP", "Department of Computing", "SCI"),
    Place("HIS", "Department of History", "ART"),
    Place("LIT", "Department of Literature and Languages", "ART"),
    Place("MUS", "School of Music", "ART"),
)


class Year(msgspec.Struct, frozen=True):
    """An enrollment term."""

    key: str
    name: str
    start: datetime
    end: datetime


TERMS: Final = (
    Year("AY25", "Academic year 2025–26", day("2025-08-25"), day("2026-07-31 23:59")),
    Year("AY26", "Academic year 2026–27", day("2026-08-24"), day("2027-07-31 23:59")),
    Year("AY27", "Academic year 2027–28", day("2027-08-23"), day("2028-07-28 23:59")),
)


class CoursePlan(msgspec.Struct, frozen=True):
    """A course. people: logins by enrollment type, observers as `observer>student`. sections: more than the default one, students in turns.

    published, public, signed_in, wiki: who may open it, and whether students write its pages. over: the day it was concluded by hand.
    """

    code: str
    name: str
    account: str | None
    term: str | None
    opened: datetime
    people: dict[str, str]
    published: bool = True
    public: bool = False
    signed_in: bool = False
    wiki: str = "teachers"
    sections: tuple[str, ...] = ()
    over: datetime | None = None
    blurb: str | None = None


COURSES: Final = (
    CoursePlan(
        "HIS330", "Oral History Workshop", "HIS", "AY25", day("2025-08-18 09:00"),
        {
            TEACHER: "leila.farahani",
            TA: "kofi.asante",
            STUDENT: "miriam.goldberg noah.redcloud rosa.jimenez tane.walker zanele.dlamini ibrahim.toure",
        },
        wiki="teachers,students",
        over=day("2026-06-26 16:00"),
        blurb="How to ask, how to listen, and what to do with the tape afterwards.",
    ),
    CoursePlan(
        "PHY250", "Waves and Optics", "PHY", "AY25", day("2025-08-19 09:00"),
        {TEACHER: "yuki.tanabe", TA: "freya.nilsen", STUDENT: "jiho.park katarina.horvat lars.vandenberg mei.lin omar.elsayed"},
    ),
    CoursePlan(
        "GEN001", "First Weeks at Northfield", None, None, day("2026-07-20 09:00"),
        {
            TEACHER: "joseph.adeyemi mara.lindqvist",
            DESIGNER: "priya.raman",
            STUDENT: "aaliyah.brooks arjun.mehta beatriz.souza callum.macleod chidi.eze dilnoza.karimova elif.yildiz emil.sorensen "
            "farid.rahimi giulia.moretti hana.novotna ibrahim.toure isla.ferguson jiho.park katarina.horvat lars.vandenberg "
            "linh.nguyen lucia.fernandez makoa.kealoha marek.kowalczyk",
        },
        signed_in=True,
        blurb="Where things are, who to ask, and what everybody wishes they had been told in week one.",
    ),
    CoursePlan(
        "BIO110", "Field Biology of Ponds and Rivers", "BIO", "AY26", day("2026-08-10 08:30"),
        {
            TEACHER: "ines.carvalho",
            TA: "tomas.hlavacek",
            DESIGNER: "priya.raman",
            STUDENT: "aaliyah.brooks arjun.mehta beatriz.souza callum.macleod chidi.eze elif.yildiz emil.sorensen hana.novotna "
            "isla.ferguson linh.nguyen marek.kowalczyk zoe.laurent",
            OBSERVER: "denise.brooks>aaliyah.brooks sunil.mehta>arjun.mehta margaret.ferguson>isla.ferguson",
        },
        wiki="teachers,students",
        blurb="Twelve weeks with wet feet: sampling, naming and counting what lives in fresh water.",
    ),
    CoursePlan(
        "BIO240", "Plant Physiology", "BIO", "AY26", day("2026-08-11 09:00"),
        {
            TEACHER: "david.okonkwo",
            TA: "amina.diallo",
            STUDENT: "dilnoza.karimova giulia.moretti nadia.petrova sofia.papadaki viktoria.szabo zoe.laurent",
            OBSERVER: "paul.ashworth",
        },
    ),
    CoursePlan(
        "PHY101", "Mechanics", "PHY", "AY26", day("2026-08-12 09:00"),
        {
            TEACHER: "yuki.tanabe",
            TA: "freya.nilsen",
            STUDENT: "callum.macleod emil.sorensen farid.rahimi jiho.park lars.vandenberg omar.elsayed tane.walker mei.lin",
            OBSERVER: "henrik.sorensen>emil.sorensen",
        },
    ),
    CoursePlan(
        "AST130", "The Night Sky", "PHY", "AY26", day("2026-08-12 15:00"),
        {
            TEACHER: "samira.haddad",
            TA: "freya.nilsen",
            STUDENT: "makoa.kealoha isla.ferguson noah.redcloud lucia.fernandez tane.walker",
        },
        public=True,
        blurb="An open course: anybody may read along.",
    ),
    CoursePlan(
        "CMP120", "Programming from Scratch", "CMP", "AY26", day("2026-08-13 09:00"),
        {
            TEACHER: "piotr.zielinski grace.mbeki",
            TA: "wei.zhang",
            DESIGNER: "oskar.lindgren",
            STUDENT: "aaliyah.brooks chidi.eze farid.rahimi giulia.moretti ibrahim.toure jiho.park katarina.horvat linh.nguyen "
            "makoa.kealoha mei.lin rosa.jimenez viktoria.szabo",
            OBSERVER: "adaeze.eze>chidi.eze denise.brooks>aaliyah.brooks",
        },
        sections=("Evening",),
    ),
    CoursePlan(
        "HIS205", "Ports and Empires", "HIS", "AY26", day("2026-08-13 14:00"),
        {
            TEACHER: "edmund.hartley",
            TA: "kofi.asante",
            STUDENT: "beatriz.souza ibrahim.toure katarina.horvat miriam.goldberg omar.elsayed sofia.papadaki zanele.dlamini",
        },
    ),
    CoursePlan(
        "LIT150", "The Short Story", "LIT", "AY26", day("2026-08-14 09:00"),
        {
            TEACHER: "caoimhe.brennan",
            TA: "amina.diallo",
            STUDENT: "dilnoza.karimova elif.yildiz hana.novotna lucia.fernandez miriam.goldberg nadia.petrova noah.redcloud rosa.jimenez",
        },
    ),
    CoursePlan(
        "MUS101", "Hearing Harmony", "MUS", "AY26", day("2026-08-14 11:00"),
        {TEACHER: "anneliese.vogt", STUDENT: "arjun.mehta marek.kowalczyk sofia.papadaki viktoria.szabo zanele.dlamini zoe.laurent"},
        signed_in=True,
    ),
    CoursePlan(
        "EDU400", "Teaching Practice", "EDU", "AY26", day("2026-08-17 10:00"),
        {
            TEACHER: "thomas.whitfield",
            # People who teach elsewhere learn how to teach here.
            STUDENT: "tomas.hlavacek amina.diallo wei.zhang freya.nilsen kofi.asante",
            OBSERVER: "paul.ashworth",
        },
    ),
    CoursePlan(
        "LIT290", "Translation Workshop", "LIT", "AY26", day("2026-10-05 09:00"),
        {TEACHER: "mateo.quispe", DESIGNER: "oskar.lindgren", STUDENT: "lucia.fernandez zoe.laurent"},
        published=False,
    ),
    CoursePlan(
        "CMP310", "Databases", "CMP", "AY27", day("2026-11-02 09:00"),
        {TEACHER: "grace.mbeki", TA: "wei.zhang", STUDENT: "chidi.eze linh.nguyen viktoria.szabo"},
    ),
)  # fmt: skip


class GroupPlan(msgspec.Struct, frozen=True):
    """A group. course: its code, None for a group of the whole college. leader: also a moderator."""

    key: str
    name: str
    category: str
    course: str | None
    members: str
    about: str | None = None


GROUPS: Final = (
    GroupPlan("kingfishers", "Kingfishers", "Field teams", "BIO110", "aaliyah.brooks callum.macleod elif.yildiz linh.nguyen",
              "Site A, the mill pond"),
    GroupPlan("otters", "Otters", "Field teams", "BIO110", "arjun.mehta chidi.eze hana.novotna zoe.laurent",
              "Site B, the river bend"),
    GroupPlan("herons", "Herons", "Field teams", "BIO110", "beatriz.souza emil.sorensen isla.ferguson marek.kowalczyk",
              "Site C, the reed bed"),
    GroupPlan("pair-one", "Pair 1", "Programming pairs", "CMP120", "chidi.eze linh.nguyen"),
    GroupPlan("pair-two", "Pair 2", "Programming pairs", "CMP120", "giulia.moretti jiho.park"),
    GroupPlan("pair-three", "Pair 3", "Programming pairs", "CMP120", "rosa.jimenez makoa.kealoha"),
    GroupPlan("lisbon", "Lisbon", "Harbour cities", "HIS205", "beatriz.souza miriam.goldberg omar.elsayed"),
    GroupPlan("zanzibar", "Zanzibar", "Harbour cities", "HIS205", "ibrahim.toure sofia.papadaki zanele.dlamini"),
    GroupPlan("choir", "College Choir", "Societies", None,
              "anneliese.vogt marek.kowalczyk zanele.dlamini zoe.laurent giulia.moretti caoimhe.brennan mara.lindqvist"),
    GroupPlan("garden", "Kitchen Garden", "Societies", None, "david.okonkwo dilnoza.karimova rosa.jimenez callum.macleod"),
)  # fmt: skip
