"""The directory in which a client looks up a campus before anybody has signed in. Source: accounts.md §5.14."""

from collections.abc import Iterable
from typing import Final

import msgspec

from quadrangle.kernel.text import fold, sort_key

MOST: Final = 5


class DirectoryEntry(msgspec.Struct, frozen=True):
    """A campus and where it is. authentication_provider: who vouches for its people; None says nothing."""

    name: str
    domain: str
    authentication_provider: str | None = None


class Lookup(msgspec.Struct, frozen=True):
    """What is looked for, each part in name, domain, or either of the two; blank parts ask for nothing."""

    name: str = ""
    domain: str = ""
    either: str = ""


def look_up(entries: Iterable[DirectoryEntry], wanted: Lookup) -> list[DirectoryEntry]:
    """The first five that hold all that is wanted, those that begin with it before the others, by name and domain.

    entries: of two with one domain the first is taken, with the provider of the second where it names none.
    """
    known: dict[str, DirectoryEntry] = {}
    for entry in entries:
        key = fold(entry.domain)
        first = known.setdefault(key, entry)
        if first.authentication_provider is None:
            known[key] = DirectoryEntry(first.name, first.domain, entry.authentication_provider)
    parts = [
        (fold(text.strip()), which)
        for text, which in ((wanted.name, (0,)), (wanted.domain, (1,)), (wanted.either, (0, 1)))
        if text.strip()
    ]
    found = []
    for entry in known.values():
        texts = (fold(entry.name), fold(entry.domain))
        if all(any(text in texts[at] for at in which) for text, which in parts):
            begins = all(any(texts[at].startswith(text) for at in which) for text, which in parts)
            found.append((not begins, sort_key(entry.name), fold(entry.domain), entry))
    return [entry for *_, entry in sorted(found, key=lambda one: one[:3])[:MOST]]
