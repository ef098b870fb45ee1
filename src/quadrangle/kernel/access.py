"""Access is a table of named predicates: any row grants, all of a row must hold.

`Granted[T]` is the proof that a check was made. Only `authorise` makes one, and service verbs ask for it, so no path, wire, web
or job, reaches a verb unchecked.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, final

from quadrangle.kernel.errors import Forbidden

F = TypeVar("F")
T = TypeVar("T")

Predicate = Callable[[F], bool]
Rows = Sequence[Sequence[Predicate[F]]]
Table = Mapping[str, Rows[F]]

_KEY = object()


@final
class Granted(Generic[T]):
    """What may be acted upon, and the right that was granted."""

    __slots__ = ("right", "subject")

    def __init__(self, subject: T, right: str, key: object) -> None:
        if key is not _KEY:
            raise TypeError("Granted is made by authorise() alone")
        self.subject = subject
        self.right = right


def permits(table: Table[F], right: str, facts: F) -> bool:
    for row in table[right]:
        for holds in row:
            if not holds(facts):
                break
        else:
            return True
    return False


def authorise(table: Table[F], right: str, facts: F, subject: T) -> Granted[T]:
    """Prove that `right` is held, or raise Forbidden."""
    if not permits(table, right, facts):
        raise Forbidden
    return Granted(subject, right, _KEY)
