"""How failures look in the Canvas family: five shapes, decided here once. Source: conventions.md §10."""

from collections.abc import Iterable

from quadrangle.calendars import BadRule, TooMany
from quadrangle.files import FolderNotEmpty, QuotaExceeded, RootStays
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import (
    Conflict,
    Failure,
    FieldError,
    Forbidden,
    Invalid,
    LimitReached,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from quadrangle.kernel.paging import PageNotNumbered
from quadrangle.kernel.params import GroupMissing
from quadrangle.pages import DeletedPageStays, FieldsRefused, NoFrontPage, PageNotFound, PagesTabHidden
from quadrangle.reports import UnknownTerm

NOT_FOUND = NotFound.says


class Answered(Failure):
    """A refusal whose body is the endpoint's own, written at the endpoint."""

    code = "answered"

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__()


def listed(status: int, message: str, word: str | None = None) -> Reply:
    """Shape 1: `{"errors":[{"message":…}]}`; word: the value of `status` beside it."""
    return Reply(status, {**({"status": word} if word else {}), "errors": [{"message": message}]})


def by_attribute(errors: Iterable[FieldError], status: int = 400) -> Reply:
    """Shape 2: `{"errors":{"title":[{"attribute","type","message"}]}}`."""
    return Reply(status, {"errors": grouped(errors)})


def grouped(errors: Iterable[FieldError]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for error in errors:
        found.setdefault(error.attribute, []).append(
            {"attribute": error.attribute, "type": error.type, "message": error.message}
        )
    return found


def message(status: int, text: str) -> Reply:
    """Shape 3: `{"message":…}`."""
    return Reply(status, {"message": text})


def bare(status: int, text: str) -> Reply:
    """Shape 5: `[{"message":…}]`."""
    return Reply(status, [{"message": text}])


def refuse(reply: Reply) -> Answered:
    """`raise refuse(message(400, "…"))`."""
    return Answered(reply)


def search_too_short(least: int) -> Answered:
    text = f"{least} or more characters is required"
    return Answered(Reply(400, {"errors": [{"field": "search_term", "code": "invalid", "message": text}]}))


def reply_for(failure: Failure, *, permission_error_status: int) -> Reply:
    """The answer to a failure, by its kind; names with a shape of their own come first."""
    match failure:
        case Answered():
            return failure.reply
        case Unauthenticated():
            return listed(401, failure.says, "unauthenticated").header("www-authenticate", 'Bearer realm="canvas-lms"')
        case Forbidden():
            return no_cache(listed(permission_error_status, failure.says, "unauthorized"))
        case FieldsRefused():
            return by_attribute(failure.errors, 401)
        case DeletedPageStays():
            return Reply(400, {"error": failure.says})
        case UnknownTerm():
            return Reply(400, {"error": failure.says})
        case PageNotFound() | NoFrontPage() | PagesTabHidden():
            return message(404, failure.says)
        case BadRule() | TooMany() | QuotaExceeded() | FolderNotEmpty() | RootStays():
            return message(400, failure.says)
        case PageNotNumbered():
            return Reply(404, {"errors": [{"message": Failure.says, "error_code": "not_found"}]})
        case NotFound():
            return listed(404, failure.says)
        case Invalid():
            return by_attribute(failure.errors)
        case GroupMissing() | Malformed():
            return listed(400, failure.says)
        case TooLarge():
            return listed(413, failure.says)
        case Conflict():
            return message(409, failure.says)
        case LimitReached():
            return listed(429, failure.says)
        case Unavailable():
            return listed(503, failure.says).header("retry-after", "10")
    return listed(400, failure.says)


def no_cache(reply: Reply) -> Reply:
    return reply.header("cache-control", "no-cache, no-store").header("pragma", "no-cache")
