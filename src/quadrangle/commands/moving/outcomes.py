"""What came of a transfer, for people and for programs."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from quadrangle.artifacts import (
    ARTIFACT,
    ARTIFACTS,
    COLLECTION,
    COLLECTIONS,
    DYNAMIC_COLLECTION,
    FILE_ARTIFACT,
    FORM_ARTIFACT,
    OBJECTIVE,
    PRESENTATION,
    REFLECTION,
    URL_ARTIFACT,
)
from quadrangle.transfers import ABORTED, COMPLETE, PROCESSING, QUEUED, WITH_ERRORS, Landed, Transfer, Trouble

STATUSES: Final = {
    QUEUED: "queued",
    ABORTED: "aborted",
    COMPLETE: "complete",
    WITH_ERRORS: "complete with errors",
    PROCESSING: "processing",
}
OUGHT_TO_EXIT: Final = {COMPLETE: 0, WITH_ERRORS: 3, ABORTED: 1}

_KINDS: Final = {
    PRESENTATION: ("portfolio", "portfolios"),
    FILE_ARTIFACT: ("file", "files"),
    URL_ARTIFACT: ("link", "links"),
    FORM_ARTIFACT: ("form", "forms"),
    REFLECTION: ("reflection", "reflections"),
    OBJECTIVE: ("learning objective", "learning objectives"),
    ARTIFACT: ("entry", "entries"),
    DYNAMIC_COLLECTION: ("dynamic collection", "dynamic collections"),
    COLLECTION: ("collection", "collections"),
}
_LEARNED: Final = ("piece of course work", "pieces of course work")


class Problem(msgspec.Struct, frozen=True):
    """ref: a uid, an id or a path of what it is about."""

    code: str
    ref: str
    text: str


def _words_for(type: int) -> tuple[str, str]:
    if type in COLLECTIONS and type not in _KINDS:
        return _KINDS[COLLECTION]
    return _KINDS.get(type, _LEARNED if type in ARTIFACTS else _KINDS[ARTIFACT])


def kind_of(type: int) -> str:
    return _words_for(type)[0]


def counted(things: Iterable[Landed]) -> str:
    """3 files, 1 portfolio."""
    numbers = Counter(_words_for(one.type) for one in things)
    most_first = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{number:,} {words[0] if number == 1 else words[1]}" for words, number in most_first)


def problems_of(troubles: Iterable[Trouble], *, errors: bool) -> list[Problem]:
    return [Problem(one.code, one.ref, one.text) for one in troubles if one.error == errors]


def why_aborted(transfer: Transfer) -> str:
    """The last thing that is said of a transfer without result."""
    return transfer.troubles[-1].text if transfer.troubles else "Nothing of it was there any more."
