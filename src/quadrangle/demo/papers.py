"""Files at Northfield College: hand-outs, tables, a score, and what people keep for themselves."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.demo.places import day


class Paper(msgspec.Struct, frozen=True):
    """A file. place: a course's code, a group's key, or a login for somebody's own. folder: its path below the root. opens: shut before."""

    place: str
    folder: str
    name: str
    login: str
    written: datetime
    text: str
    hidden: bool = False
    opens: datetime | None = None

    @property
    def data(self) -> bytes:
        return self.text.encode()


_SHEET: Final = """site,date,time,water_temp_c,width_m,depth_cm,flow,weather,observers
A (mill pond),2026-11-06,09:40,8.5,31,60,still,overcast,"Aaliyah, Linh"
B (river bend),2026-11-06,10:15,8.1,6,45,fast,overcast,"Zoë, Hana"
C (reed bed),2026-11-06,10:50,8.9,12,35,slow,drizzle,"Isla, Marek"
"""

_SCORES: Final = """taxon,common name,score
Heptageniidae,flat-headed mayflies,10
Perlodidae,stoneflies,10
Gammaridae,freshwater shrimps,6
Baetidae,swimming mayflies,4
Asellidae,water hog-lice,3
Chironomidae,non-biting midges,2
Oligochaeta,worms,1
"""

_TEST: Final = """Species test, 11 December
Thirty jars. One point for the family, one for the common name, none for a guess in pencil and ink at once.
"""

_LOOPS: Final = """# Week 4: loops within loops. Run it, then change the 10.
for row in range(1, 10):
    for column in range(1, 10):
        print(f"{row * column:4}", end="")
    print()
"""

_READING: Final = """The Short Story: reading list, first half
1. Chekhov, "The Lady with the Dog"
2. Mansfield, "The Garden Party"
3. Borges, "The Garden of Forking Paths"
4. Ocampo, "The House Made of Sugar"
5. Munro, "Walker Brothers Cowboy"
"""

_SONGS: Final = """College Choir, winter concert
Gaudete (piae cantiones)
Hator, hator (Basque)
In the bleak midwinter (Holst)
Shen khar venakhi (Georgia)
"""

PAPERS: Final = (
    Paper("BIO110", "field work", "field-sheet.csv", "tomas.hlavacek", day("2026-11-06 16:20"), _SHEET),
    Paper("BIO110", "field work", "biotic-index-scores.csv", "ines.carvalho", day("2026-09-11 09:05"), _SCORES),
    Paper("BIO110", "species test", "marking.txt", "ines.carvalho", day("2026-11-18 11:30"), _TEST, hidden=True),
    Paper(
        "BIO110", "species test", "results.csv", "tomas.hlavacek", day("2026-11-19 08:00"), "student,points\n",
        opens=day("2026-12-14 09:00"),
    ),
    Paper("CMP120", "week 4", "times_table.py", "piotr.zielinski", day("2026-09-24 10:00"), _LOOPS),
    Paper("LIT150", "", "reading-list.txt", "caoimhe.brennan", day("2026-08-25 14:00"), _READING),
    Paper("choir", "concerts/winter", "songs.txt", "anneliese.vogt", day("2026-10-21 19:00"), _SONGS),
    Paper("kingfishers", "", "our-counts.csv", "linh.nguyen", day("2026-11-13 17:45"), "jar,taxon,count\n1,Gammaridae,14\n2,Baetidae,9\n"),
    Paper("aaliyah.brooks", "drafts", "pond-essay.txt", "aaliyah.brooks", day("2026-11-22 20:10"), "The pond keeps its own time.\n"),
)  # fmt: skip
