"""Exports and imports of portfolios as values. Source: brightspace-eportfolio.md §5."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import LARGEST_ID

EXPORT: Final = "export"
IMPORT: Final = "import"
ARRIVAL: Final = "arrival"  # a package that has come, and is looked into by its owner before it becomes an import

# JOBSTATUS (§5.1): the numbers are not in the order of a job's life.
QUEUED: Final = 0
ABORTED: Final = 1
COMPLETE: Final = 2
WITH_ERRORS: Final = 3
PROCESSING: Final = 4
UNFINISHED: Final = (QUEUED, PROCESSING)
WITH_PACKAGE: Final = (COMPLETE, WITH_ERRORS)

DIALECTS: Final = ("standard", "mahara22")  # of packages (portfolio-package.md §1.1); the first is the usual one

TRIES: Final = 3
WAITS_FOR: Final = timedelta(hours=24)
REUSED_FOR: Final = timedelta(hours=1)  # of a portfolio that did not change
TRIED_AGAIN_AFTER: Final = timedelta(minutes=5)
MOST_REPORTED: Final = 1_000  # things that an import names

UNKNOWN_OBJECT: Final = "unknown-object"
OBJECT_GONE: Final = "object-gone"
FILE_UNREADABLE: Final = "file-unreadable"
OBJECT_FAILED: Final = "object-failed"


class Bounds(msgspec.Struct, frozen=True):
    """How many transfers may be unfinished at once: of one person, and of everybody."""

    of_one: int = 20
    of_all: int = 200_000


class Trouble(msgspec.Struct, frozen=True):
    """One thing that went wrong with a transfer. ref: a uid, or `object:<id>`; error: something is missing because of it."""

    code: str
    ref: str
    text: str
    error: bool = True


class Landed(msgspec.Struct, frozen=True, array_like=True):
    """What became of one packaged thing. fate: create, recognise or copy; type, id: of what it is here."""

    fate: str
    type: int
    id: int
    name: str


class Report(msgspec.Struct, frozen=True):
    """What came of an import. things: the first of them."""

    created: int = 0
    recognised: int = 0
    copied: int = 0
    things: list[Landed] = []


class InsidePortfolio(msgspec.Struct, frozen=True, array_like=True):
    """A portfolio in a package: the names of its first pages, and how many there are."""

    name: str
    pages: list[str]
    count: int


class InsideFile(msgspec.Struct, frozen=True, array_like=True):
    """size: bytes, where the package tells."""

    name: str
    size: int | None


class InsideThing(msgspec.Struct, frozen=True, array_like=True):
    """Anything else. type: EPOBJ_T."""

    type: int
    name: str


class Contents(msgspec.Struct, frozen=True):
    """What is in a package, as far as it can be known before it is imported.

    own: a system that speaks as ours does wrote it. counts: by type, as text, and of `pages`. bytes: of its files, unpacked. troubles: ref is a
    name here. names: of the first things, by what the package calls them.
    """

    own: bool
    counts: dict[str, int]
    bytes: int
    portfolios: list[InsidePortfolio]
    files: list[InsideFile]
    things: list[InsideThing]
    troubles: list[Trouble]
    names: dict[str, str] = {}

    @property
    def empty(self) -> bool:
        return not any(self.counts.values())


class ExportWish(msgspec.Struct, frozen=True):
    """What to export. object_ids: None is everything. The flags each add what is one step away from the list (§5.3)."""

    object_ids: tuple[int, ...] | None = None
    forms: bool = False
    associated_reflections: bool = False
    reflections_associations: bool = False
    associated_items: bool = False
    dialect: str = "standard"

    @property
    def ids(self) -> list[int]:
        """Those of the list that can be ids of rows."""
        return sorted({id for id in self.object_ids or () if 0 < id <= LARGEST_ID})


class Transfer(msgspec.Struct, frozen=True):
    """A package on its way out or in. state: JOBSTATUS. name: of the package's file. total: how many items there are, as far as that is known;
    done, failed: how many of them."""

    id: int
    kind: str
    owner_id: int
    creator_id: int
    state: int
    asks: dict[str, Any]
    name: str
    file_id: int | None
    total: int | None
    done: int
    failed: int
    problems: list[dict[str, Any]]
    report: dict[str, Any] | None
    created_at: datetime
    ended_at: datetime | None

    @property
    def over(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def dialect(self) -> str:
        """Of an export."""
        return str(self.asks.get("wish", {}).get("dialect", DIALECTS[0]))

    @property
    def troubles(self) -> list[Trouble]:
        return msgspec.convert(self.problems, list[Trouble])

    @property
    def contents(self) -> Contents | None:
        """Of a package that was looked into."""
        found = self.asks.get("contents")
        return None if found is None else msgspec.convert(found, Contents)

    @property
    def reported(self) -> Report:
        return msgspec.convert(self.report or {}, Report)


class NothingToExport(Invalid):
    """No id names an object, or there is none at all."""

    code = "nothing_to_export"
    says = "There is nothing to export."


class ObjectsOfOthers(Forbidden):
    """An id names an object of somebody else; nothing is exported."""

    code = "objects_of_others"


class NoTask(NotFound):
    """A task cannot be created: too many wait (§5.2)."""

    code = "no_task"
    says = "A task could not be created."


class TransferOver(Exception):
    """The transfer has ended, or is gone: nothing is left to do."""
