"""Few kinds of failure, many names.

A noun names its failures by subclassing a kind; a wire family decides status and envelope once per kind, and for the few
names whose shape is part of the contract. Anything that is not a Failure is a crash.
"""

from collections.abc import Iterable
from typing import ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong with one attribute; `base` is the object as a whole."""

    attribute: str
    message: str
    type: str


class Failure(Exception):
    """Base of every expected failure. `says` is shown to people."""

    code: ClassVar[str] = "failure"
    says: str = "An error occurred."

    def __init__(self, says: str | None = None) -> None:
        if says is not None:
            self.says = says
        super().__init__(self.says)


class NotFound(Failure):
    code = "not_found"
    says = "The specified resource does not exist."


class WrongMethod(NotFound):
    """The path is there, but not for this verb."""

    code = "wrong_method"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__()


class Forbidden(Failure):
    code = "forbidden"
    says = "user not authorized to perform that action"


class Unauthenticated(Failure):
    code = "unauthenticated"
    says = "user authorization required"


class Conflict(Failure):
    code = "conflict"


class LimitReached(Failure):
    code = "limit_reached"


class Invalid(Failure):
    """What was sent cannot be accepted. `errors` names the attributes, in the order they were found wrong."""

    code = "invalid"
    says = "invalid"

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__("; ".join(error.message for error in errors) or self.says)

    @classmethod
    def field(cls, attribute: str, message: str, type: str | None = None) -> "Invalid":
        """A failure of one attribute. Without a machine word the type equals the message (pages.md §0)."""
        return cls(FieldError(attribute, message, type or message))


class Malformed(Failure):
    """The request cannot even be read: bad encoding, clashing shapes, too deep, too many."""

    code = "malformed"
    says = "The request could not be read."


class TooLarge(Failure):
    code = "too_large"
    says = "The request is too large."


class Unavailable(Failure):
    """Something this server stands on does not answer: nobody did anything wrong, and later it may work."""

    code = "unavailable"
    says = "The server cannot do this just now."
