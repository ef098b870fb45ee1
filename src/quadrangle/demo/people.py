"""Who is who at Northfield College: sixty people, none of them real."""

from typing import Final

import msgspec


class Person(msgspec.Struct, frozen=True):
    """login: the part of the address before @example.com. sis: their number in the college's own books."""

    login: str
    name: str
    sis: str | None = None
    pronouns: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    title: str | None = None
    bio: str | None = None

    @property
    def address(self) -> str:
        return f"{self.login}@example.com"


ADMIN: Final = Person("mara.lindqvist", "Mara Lindqvist", title="Head of Learning Technology")

STAFF: Final = (
    Person("joseph.adeyemi", "Joseph Adeyemi", "S1002", title="Registrar"),
    Person("hannah.weiss", "Hannah Weiss", "S1003", title="Faculty Administrator, Science"),
    Person("ruben.castellanos", "Rubén Castellanos", "S1004", title="Faculty Administrator, Arts and Humanities"),
    Person("ines.carvalho", "Inês Carvalho", "S1005", "she/her", title="Lecturer in Ecology",
           bio="Counts what lives in ponds, and teaches others to count it the same way."),
    Person("david.okonkwo", "David Okonkwo", "S1006", title="Senior Lecturer in Plant Sciences"),
    Person("yuki.tanabe", "Yuki Tanabe", "S1007", title="Professor of Physics", time_zone="Asia/Tokyo"),
    Person("samira.haddad", "Samira Haddad", "S1008", "she/her", title="Lecturer in Astronomy",
           bio="Keeps the observatory on Weaver's Hill and its visitors' book."),
    Person("piotr.zielinski", "Piotr Zieliński", "S1009", title="Lecturer in Computing"),
    Person("grace.mbeki", "Grace Mbeki", "S1010", title="Lecturer in Databases"),
    Person("edmund.hartley", "Edmund Hartley", "S1011", title="Professor of Maritime History"),
    Person("leila.farahani", "Leila Farahani", "S1012", "she/her", title="Lecturer in Oral History"),
    Person("caoimhe.brennan", "Caoimhe Brennan", "S1013", "she/her", title="Lecturer in Modern Literature"),
    Person("mateo.quispe", "Mateo Quispe", "S1014", title="Lecturer in Translation", locale="es"),
    Person("anneliese.vogt", "Anneliese Vogt", "S1015", title="Lecturer in Harmony"),
    Person("thomas.whitfield", "Thomas Whitfield", "S1016", title="Tutor in Teaching Practice"),
    Person("priya.raman", "Priya Raman", "S1017", "she/her", title="Learning Designer"),
    Person("oskar.lindgren", "Oskar Lindgren", "S1018", title="Learning Designer"),
)  # fmt: skip

# Research students who also teach.
ASSISTANTS: Final = (
    Person("tomas.hlavacek", "Tomáš Hlaváček", "N2001"),
    Person("amina.diallo", "Amina Diallo", "N2002", "she/her"),
    Person("wei.zhang", "Zhang Wei", "N2003"),
    Person("freya.nilsen", "Freya Nilsen", "N2004", "they/them"),
    Person("kofi.asante", "Kofi Asante", "N2005"),
)

STUDENTS: Final = (
    Person("aaliyah.brooks", "Aaliyah Brooks", "N3001", "she/her"),
    Person("arjun.mehta", "Arjun Mehta", "N3002"),
    Person("beatriz.souza", "Beatriz Souza", "N3003"),
    Person("callum.macleod", "Callum MacLeod", "N3004"),
    Person("chidi.eze", "Chidi Eze", "N3005", "he/him"),
    Person("dilnoza.karimova", "Dilnoza Karimova", "N3006"),
    Person("elif.yildiz", "Elif Yıldız", "N3007", "she/her"),
    Person("emil.sorensen", "Emil Sørensen", "N3008"),
    Person("farid.rahimi", "Farid Rahimi", "N3009"),
    Person("giulia.moretti", "Giulia Moretti", "N3010"),
    Person("hana.novotna", "Hana Novotná", "N3011"),
    Person("ibrahim.toure", "Ibrahim Touré", "N3012"),
    Person("isla.ferguson", "Isla Ferguson", "N3013", "she/they"),
    Person("jiho.park", "Park Ji-ho", "N3014", time_zone="Asia/Seoul"),
    Person("katarina.horvat", "Katarina Horvat", "N3015"),
    Person("lars.vandenberg", "Lars van den Berg", "N3016"),
    Person("linh.nguyen", "Nguyễn Thị Linh", "N3017"),
    Person("lucia.fernandez", "Lucía Fernández", "N3018", locale="es"),
    Person("makoa.kealoha", "Makoa Kealoha", "N3019", time_zone="Pacific/Honolulu"),
    Person("marek.kowalczyk", "Marek Kowalczyk", "N3020"),
    Person("mei.lin", "Mei Lin", "N3021"),
    Person("miriam.goldberg", "Miriam Goldberg", "N3022", "she/her"),
    Person("nadia.petrova", "Nadia Petrova", "N3023"),
    Person("noah.redcloud", "Noah Redcloud", "N3024"),
    Person("omar.elsayed", "Omar El-Sayed", "N3025"),
    Person("rosa.jimenez", "Rosa Jiménez", "N3026"),
    Person("sofia.papadaki", "Sofía Papadáki", "N3027"),
    Person("tane.walker", "Tāne Walker", "N3028", "he/him", time_zone="Pacific/Auckland"),
    Person("viktoria.szabo", "Viktória Szabó", "N3029"),
    Person("zanele.dlamini", "Zanele Dlamini", "N3030", "she/her"),
    Person("zoe.laurent", "Zoé Laurent", "N3031"),
)

# Parents, mentors and a visiting inspector; they look on.
OBSERVERS: Final = (
    Person("denise.brooks", "Denise Brooks"),
    Person("sunil.mehta", "Sunil Mehta"),
    Person("margaret.ferguson", "Margaret Ferguson"),
    Person("henrik.sorensen", "Henrik Sørensen"),
    Person("adaeze.eze", "Adaeze Eze"),
    Person("paul.ashworth", "Paul Ashworth", title="External examiner"),
)

# Came, studied for a few weeks, and left: an administrator finds him with `include_deleted_users`, and may restore him.
GONE: Final = Person("otto.brandt", "Otto Brandt", "N3032", "he/him")

EVERYBODY: Final = (ADMIN, *STAFF, *ASSISTANTS, *STUDENTS, *OBSERVERS)
