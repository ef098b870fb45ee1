"""The ePortfolios of Northfield College: a dozen people who show their work, and two who should not."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.demo.papers import Paper
from quadrangle.demo.pictures import bars
from quadrangle.demo.places import day


class Picture(Paper, frozen=True):
    """A chart. bars: its values; ink: red, green and blue."""

    bars: tuple[int, ...] = ()
    ink: tuple[int, int, int] = (31, 95, 168)

    @property
    def data(self) -> bytes:
        return bars(self.bars, self.ink)


class Placed(msgspec.Struct, frozen=True):
    """A file of the author's on a page."""

    name: str


class Said(msgspec.Struct, frozen=True):
    """A comment on a page."""

    login: str
    at: datetime
    text: str


class Sheet(msgspec.Struct, frozen=True):
    """A page. blocks: HTML, or files. earlier: its first text, which stays in its history. said: comments, which it then allows."""

    section: str
    name: str
    blocks: tuple[str | Placed, ...]
    earlier: str | None = None
    said: tuple[Said, ...] = ()


class Shared(msgspec.Struct, frozen=True):
    """A private link. section: the only one it opens."""

    name: str
    section: str | None = None
    expires: datetime | None = None


class Folio(msgspec.Struct, frozen=True):
    """A portfolio.

    fate: what a moderator or its author did with it at `ended`: safe, spam, asked (it was flagged, and its author asked for a review), deleted
    (by its author) or removed (by a moderator). words: keywords that the server looked for then.
    """

    login: str
    name: str | None
    made: datetime
    sheets: tuple[Sheet, ...] = ()
    shared: tuple[Shared, ...] = ()
    public: bool = False
    fate: str | None = None
    ended: datetime | None = None
    words: tuple[str, ...] = ()


_POND_WELCOME: Final = """<p>In September I was given a net, a white tray and a pond. This is what I made of the three of them.</p>
<p>Start with <em>Three sites</em> if you want to know where I stood, with <em>What lives there</em> if you want to know what looked
back.</p>
<blockquote>Count first, name later, and write both down before lunch. (Dr Carvalho, week one)</blockquote>"""
_POND_SITES: Final = """<h2>A, B and C</h2>
<table><thead><tr><th>Site</th><th>Width</th><th>Depth</th><th>Flow</th></tr></thead><tbody>
<tr><td>A, mill pond</td><td>31 m</td><td>60 cm</td><td>still</td></tr>
<tr><td>B, river bend</td><td>6 m</td><td>45 cm</td><td>fast</td></tr>
<tr><td>C, reed bed</td><td>12 m</td><td>35 cm</td><td>slow</td></tr></tbody></table>
<p>Each was visited on the same morning, in the same boots. The sheet below is the one we filled in on the bank; the smudge in row three
is real.</p>"""
_POND_LIFE: Final = """<h2>Freshwater shrimps, mostly</h2>
<p>The chart shows how many of each family were in ten sweeps at site B. From left to right: flat-headed mayflies, stoneflies, freshwater
shrimps, swimming mayflies, water hog-lice, midges, worms.</p>"""
_POND_AFTER: Final = """<p>The biotic index of site B is 6.4, of A 4.1. One stonefly was worth more than ninety midges, which seemed
unfair until
somebody explained oxygen to me.</p>"""
_POND_DAY: Final = """<p>On the second visit the tray blew into the mill pond. I have learned three things:</p>
<ol><li>A tray floats.</li><li>A clipboard does not.</li><li>Everything that is written in pencil can still be read when it has dried.</li></ol>
<p>The numbers of that day are missing, and I say so wherever they would have stood.</p>"""

_BIRDS: Final = """<p>Four of us counted for ten Fridays. <strong>We never saw a kingfisher.</strong> We kept the name.</p>
<p>What we did see is on the next pages; who did what is at the end.</p>"""
_BIRDS_METHOD: Final = """<h2>How we counted</h2><p>Two sweep, one sorts, one writes. After twenty minutes we change. Nobody counts their
own tray twice.</p>
<pre><code>jar  taxon        count
1    Gammaridae   14
2    Baetidae      9
3    Asellidae    22</code></pre>"""
_BIRDS_WHO: Final = (
    """<p>Linh kept the table, Hana the boots, Marek the map, and Zoë, as everybody will confirm, the biscuits.</p>"""
)

_CODE: Final = (
    """<p>Three programs, each shorter than its explanation. All of them were longer when I handed them in.</p>"""
)
_CODE_LOOPS: Final = """<h2>Loops within loops</h2><p>The exercise wanted a multiplication table. The second version is the one I
understand.</p>
<pre><code>for row in range(1, 10):
    print(" ".join(f"{row * column:2}" for column in range(1, 10)))</code></pre>
<p>What changed: I stopped counting columns by hand.</p>"""
_CODE_SORT: Final = """<h2>Sorting names with accents</h2><p>“Élodie” came after “Zanele”, and nobody in the group thought that right.
The key is not the name:</p>
<pre><code>import unicodedata

def key(name):
    plain = unicodedata.normalize("NFKD", name)
    return [c for c in plain.casefold() if not unicodedata.combining(c)]

print(sorted(["Zanele", "Élodie", "Ömer", "Ibrahim"], key=key))</code></pre>"""
_CODE_BUG: Final = """<h2>The bug that taught me most</h2><p>An account with no deposits had an average of <code>nan</code>, which is not
equal to
itself, so that the test “has it changed?” was always true and the mail went out every night
for a week. <b>I have apologised to the treasurer.</b></p>"""

_WORDS: Final = """<p>Six pages I have carried from one language into another, and what fell off on the way.</p>"""
_WORDS_ONE: Final = """<h2>« Le pré est vénéneux mais joli en automne »</h2><p>Seven syllables that everybody at school knew by heart.
<i>The meadow is poisonous, but pretty in the autumn</i> says the same thing and forgets to be a song.</p>
<p>Second try: <i>Poison the meadow, lovely in fall.</i> It has the beat back and has lost the “but”, which was the whole poem.</p>"""
_WORDS_TWO: Final = (
    """<h2>Saudade, and why I left it</h2><p>A footnote is a small defeat. I have put up with one here.</p>"""
)

_SKY: Final = """<p>Ko Tāne ahau. I count stars from two hemispheres, and from Weaver’s Hill I miss half of mine.</p>"""
_SKY_SEEN: Final = """<h2>Nights with the ten-inch</h2>
<table><thead><tr><th>Night</th><th>What</th><th>Seeing</th></tr></thead><tbody>
<tr><td>9 October</td><td>Saturn, and the shadow on its rings</td><td>good</td></tr>
<tr><td>16 October</td><td>Cloud</td><td>none</td></tr>
<tr><td>6 November</td><td>The Pleiades: Matariki, low and cold</td><td>very good</td></tr></tbody></table>
<p>The chart is the number of meteors I saw in each half hour of 17 November, from eleven to three.</p>"""
_SKY_MATARIKI: Final = """<h2>Matariki from the wrong side</h2><p>At home they rise before dawn in June, and the year begins. Here they
climb all
evening in November, and the year does no such thing. Same seven sisters, same nine, other kitchen window.</p>"""

_CHORD: Final = (
    """<p>Exercises I passed, with the parallel fifths I did not see marked in red by somebody who did.</p>"""
)
_CHORD_ONE: Final = """<h2>Harmonising a chorale</h2><p style="color: #7a1f1f">Bar 5: fifths between alto and bass.</p>
<p>The second version moves the alto up. It is duller, and right.</p>"""

_TEACH: Final = """<p>I study the cell walls of seagrass and teach forty people on Tuesdays. This portfolio is about the Tuesdays.</p>"""
_TEACH_ONE: Final = """<h2>A lesson that went wrong</h2><p>I explained osmosis for thirty minutes. Then I gave everybody a grape, and
they explained it to me in three.</p>
<p><strong>What I changed:</strong> the grape comes first now.</p>"""
_TEACH_TWO: Final = """<h2>How they answered</h2><p>Answers to “I could explain this to a friend”, from one to five, before the grape and
after.</p>"""

_HARBOUR: Final = """<p>Eleven people who worked at the harbour before the crane went, in their own words. They have read every page, and
so has their union.</p>"""
_HARBOUR_ONE: Final = """<h2>Mrs Petrakis, net store</h2><blockquote><p>You could hear who it was by the boots. Now you hear the
fridges.</p></blockquote>
<p>Recorded on 14 October, 52 minutes; the tape is with the college archive, closed until 2046, as she wished.</p>"""

_DICE: Final = """<h2>Casino night, or what a fair wheel costs</h2><p>Our group built a roulette wheel out of a bicycle for the open day,
and worked out what
it would earn. This is about <em>expected value</em>; nobody can win anything here.</p>
<p>With 37 fields and a payout of 35 to 1 the house keeps 1/37, which is 2.7 % of whatever is put down, whoever puts it where.</p>"""

_ESSAYS: Final = "".join(
    f'<p><a href="https://essays-{number}.example/order">Brilliant essays, cheap and quick, handed in tomorrow</a> ok</p>'
    for number in range(1, 31)
)

PAPERS: Final[tuple[Paper, ...]] = (
    Picture("aaliyah.brooks", "portfolio", "sweeps-site-b.png", "aaliyah.brooks", day("2026-10-30 18:05"), "",
            bars=(4, 2, 38, 21, 9, 30, 12)),
    Paper("aaliyah.brooks", "portfolio", "field-sheet.csv", "aaliyah.brooks", day("2026-10-30 18:10"),
          "site,water_temp_c,width_m,depth_cm,flow\nA,8.5,31,60,still\nB,8.1,6,45,fast\nC,8.9,12,35,slow\n"),
    Paper("linh.nguyen", "portfolio", "ten-fridays.csv", "linh.nguyen", day("2026-11-13 17:50"),
          "friday,sweeps,animals,kingfishers\n1,10,88,0\n2,10,102,0\n3,9,71,0\n4,10,95,0\n"),
    Picture("tane.walker", "portfolio", "leonids.png", "tane.walker", day("2026-11-18 09:15"), "",
            bars=(2, 3, 5, 4, 9, 14, 11, 6), ink=(74, 52, 140)),
    Paper("sofia.papadaki", "portfolio", "chorale.txt", "sofia.papadaki", day("2026-10-12 21:30"),
          "S  g' g' a' b' | c'' b' a' g'\nA  d' e' f' d' | e' d' d' b\nT  b  c' c' g  | g  g  f  d\nB  G  C  F  G  | C  G  d  G\n"),
    Picture("amina.diallo", "portfolio", "before-and-after.png", "amina.diallo", day("2026-11-04 19:40"), "",
            bars=(9, 14, 11, 4, 2, 1, 3, 8, 15, 13), ink=(28, 120, 84)),
)  # fmt: skip

FOLIOS: Final = (
    Folio("aaliyah.brooks", "The pond on Mill Lane", day("2026-10-30 18:00"), public=True, fate="safe",
          ended=day("2026-11-10 09:30"), sheets=(
        Sheet("Home", "Welcome", (_POND_WELCOME,)),
        Sheet("Field notes", "Three sites", (_POND_SITES, Placed("field-sheet.csv")),
              earlier="<p>To do: say where the three sites are.</p>"),
        Sheet("Field notes", "What lives there", (_POND_LIFE, Placed("sweeps-site-b.png"), _POND_AFTER), said=(
            Said("ines.carvalho", day("2026-11-03 08:50"), "The chart says it at once. Add the number of sweeps to its title?"),
            Said("linh.nguyen", day("2026-11-03 12:10"), "We had the same at the bend, and no stonefly."),
            Said("aaliyah.brooks", day("2026-11-03 18:45"), "Ten sweeps; it stands above the chart now."))),
        Sheet("Looking back", "A bad day", (_POND_DAY,)))),
    Folio("linh.nguyen", "Kingfishers: ten Fridays", day("2026-11-13 18:00"), shared=(
        Shared("For our tutor"), Shared("How we counted, for the next group", "Method"),
        Shared("Until the prize-giving", expires=day("2026-12-05 12:00"))), sheets=(
        Sheet("Home", "Welcome", (_BIRDS,)),
        Sheet("Method", "Sweeping", (_BIRDS_METHOD, Placed("ten-fridays.csv"))),
        Sheet("Us", "Who did what", (_BIRDS_WHO,)))),
    Folio("chidi.eze", "Code I am not ashamed of", day("2026-10-08 22:15"), public=True, sheets=(
        Sheet("Home", "Welcome", (_CODE,)),
        Sheet("Programs", "A table", (_CODE_LOOPS,), earlier="<pre><code>print(1*1, 1*2, 1*3)</code></pre>"),
        Sheet("Programs", "Names", (_CODE_SORT,), said=(
            Said("piotr.zielinski", day("2026-10-15 10:20"), "Look up what a collation is. Then come and tell the others."),)),
        Sheet("Programs", "The bug", (_CODE_BUG,)))),
    Folio("zoe.laurent", "Traductions", day("2026-10-20 16:40"), sheets=(
        Sheet("Home", "Welcome", (_WORDS,)),
        Sheet("Du français", "Les colchiques", (_WORDS_ONE,), earlier="<p><i>The meadow is poisonous, but pretty in the autumn.</i></p>"),
        Sheet("Do português", "Saudade", (_WORDS_TWO,)))),
    Folio("tane.walker", "Ngā whetū: the sky from Weaver’s Hill", day("2026-10-11 23:10"), public=True, sheets=(
        Sheet("Home", "Welcome", (_SKY,)),
        Sheet("Nights", "What I saw", (_SKY_SEEN, Placed("leonids.png")), said=(
            Said("samira.haddad", day("2026-11-19 11:00"), "Fourteen in half an hour is more than I had. You stayed out longer."),)),
        Sheet("Nights", "Matariki", (_SKY_MATARIKI,)))),
    Folio("sofia.papadaki", "Four parts", day("2026-10-12 21:20"), sheets=(
        Sheet("Home", "Welcome", (_CHORD,)),
        Sheet("Chorales", "Number 3", (_CHORD_ONE, Placed("chorale.txt"))))),
    Folio("amina.diallo", "Tuesdays: a teaching portfolio", day("2026-11-04 19:30"), public=True, fate="safe",
          ended=day("2026-11-10 09:40"), sheets=(
        Sheet("Home", "Welcome", (_TEACH,)),
        Sheet("Lessons", "The grape", (_TEACH_ONE,), said=(
            Said("thomas.whitfield", day("2026-11-06 14:00"), "Put the grape on the first page of your application."),)),
        Sheet("Lessons", "What they said", (_TEACH_TWO, Placed("before-and-after.png"))))),
    Folio("giulia.moretti", "Voices of the harbour", day("2026-10-22 10:30"), shared=(Shared("For the eleven"),), sheets=(
        Sheet("Home", "Welcome", (_HARBOUR,)), Sheet("Voices", "Mrs Petrakis", (_HARBOUR_ONE,)))),
    Folio("emil.sorensen", None, day("2026-11-20 13:05")),
    Folio("mei.lin", "Physics notebook", day("2026-11-16 20:00"), sheets=(
        Sheet("Home", "Welcome", ("<p>Nothing is finished here. That is what it is for.</p>",)),)),
    Folio("farid.rahimi", "What a fair wheel costs", day("2026-11-12 15:00"), public=True, fate="asked",
          ended=day("2026-11-13 08:10"), words=("casino",), sheets=(Sheet("Open day", "The wheel", (_DICE,)),)),
    Folio("omar.elsayed", "Study help", day("2026-11-17 03:12"), public=True, fate="spam", ended=day("2026-11-17 08:45"),
          words=("cheap",), sheets=(Sheet("Home", "Welcome", (_ESSAYS,)),)),
    Folio("callum.macleod", "First try", day("2026-10-02 19:00"), fate="deleted", ended=day("2026-11-15 21:20"),
          sheets=(Sheet("Home", "Welcome", ("<p>I began again somewhere else. This stays for a month, in case.</p>",)),)),
    Folio("katarina.horvat", "Answers to last year’s test", day("2026-11-01 17:00"), public=True, fate="removed",
          ended=day("2026-11-02 09:00"), sheets=(Sheet("Home", "Welcome", ("<p>1 b, 2 c, 3 a, 4 all of them.</p>",)),)),
)  # fmt: skip
