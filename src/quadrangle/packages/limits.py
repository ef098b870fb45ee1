"""How much a package may hold, and what is said of one. Source: portfolio-package.md §6."""

from collections import Counter
from typing import Final

import msgspec

from quadrangle.kernel.errors import Malformed


class Limits(msgspec.Struct, frozen=True):
    """Sizes in bytes. ratio: of a member larger than `ratio_from`, unpacked to packed. links: of all entries together. path_depth:
    components of a name; name: its bytes in UTF-8. markup: `<` and `=` in one entry; what a parser keeps of an element is a hundred
    times what the shortest takes in the file.
    """

    upload: int = 500 * 1024 * 1024
    unpacked: int = 2 * 1024 * 1024 * 1024
    members: int = 20_000
    ratio: int = 200
    ratio_from: int = 1024 * 1024
    main_file: int = 64 * 1024 * 1024
    entries: int = 50_000
    links: int = 400_000
    path_depth: int = 20
    name: int = 255
    markup: int = 500_000


DEFAULT: Final = Limits()


class Refused(Malformed):
    """No package, by its container alone: 400, and no job (§6.1). rule: the clause's number; what it says names it to people."""

    code = "package_refused"
    says = "The file is no portfolio package."

    def __init__(self, rule: int, says: str) -> None:
        self.rule = rule
        super().__init__(says)


class Aborted(Exception):
    """Nothing of a package can be imported, and nothing is written (§6.2). reason: a stable word; text: for people."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        self.text = text
        super().__init__(text)


class Damaged(Exception):
    """The bytes of a member are not what was declared."""


# Reasons of Aborted.
MAIN_FILE_DAMAGED: Final = "main-file-damaged"
NOT_WELL_FORMED: Final = "not-well-formed"
ENCODING: Final = "encoding"
DOCTYPE: Final = "doctype"
TOO_DEEP: Final = "too-deep"
NOT_A_FEED: Final = "not-a-feed"
VERSION: Final = "version"
FORMAT: Final = "format"
TOO_MANY_ENTRIES: Final = "too-many-entries"
TOO_LARGE: Final = "too-large"
NOTHING_IMPORTED: Final = "nothing-imported"

# Errors (§6.3): the job ends CompleteWithErrors. The last two are for whoever knows quota and rights.
ERRORS: Final = frozenset(
    {
        "attachment-missing",
        "attachment-damaged",
        "duplicate-id",
        "no-id",
        "forbidden-url",
        "invalid-item",
        "quota",
        "not-allowed",
    }
)
# Warnings (§6.4): the job still ends Complete. foreign-dropped: kept elements of more than 64 KiB (§6.5, 5).
WARNINGS: Final = frozenset(
    {
        "relation-dangling",
        "relation-cycle",
        "relation-ignored",
        "type-unknown",
        "category-unknown",
        "element-unknown",
        "html-changed",
        "file-unreferenced",
        "timestamp-invalid",
        "title-missing",
        "person-ignored",
        "remote-enclosure",
        "page-shared",
        "item-absent",
        "name-cut",
        "foreign-dropped",
    }
)


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with a package. ref: uid, id or path of what it is about."""

    code: str
    ref: str
    text: str

    @property
    def error(self) -> bool:
        return self.code in ERRORS


MOST_LISTED: Final = 1_000  # problems of one code; a feed of 64 MiB can have millions


class Problems:
    """Gathered while a package is read: each once, and of each code so many; then how many more there were."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._of_code: Counter[str] = Counter()

    def add(self, code: str, ref: str, text: str) -> None:
        assert code in ERRORS or code in WARNINGS, code
        problem = Problem(code, ref, text)
        if problem not in self._found:
            self._of_code[code] += 1
            if self._of_code[code] <= MOST_LISTED:
                self._found[problem] = None

    def found(self) -> list[Problem]:
        more = {code: number - MOST_LISTED for code, number in self._of_code.items() if number > MOST_LISTED}
        return [
            *self._found,
            *(Problem(code, "", f"This was found {number} times more.") for code, number in more.items()),
        ]
