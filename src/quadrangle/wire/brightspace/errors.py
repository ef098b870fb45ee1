"""How failures look in the Brightspace family. Source: brightspace-eportfolio.md §2.1, §2.3, §4.1."""

from http import HTTPStatus
from typing import Final

import msgspec

from quadrangle.http.reply import Reply, text
from quadrangle.kernel.errors import (
    Conflict,
    Failure,
    Forbidden,
    LimitReached,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    WrongMethod,
)

PROBLEM: Final = b"application/problem+json"
NOT_AUTHORIZED: Final = {"Errors": [{"Message": "Not Authorized"}]}
SCOPE_MISSING: Final = 'Bearer error="insufficient_scope", scope="core:*:*"'


class BadToken(Unauthenticated):
    """The bearer token opens nothing."""

    code = "bad_bearer_token"
    says = "The access token is unknown, expired or revoked."


class ScopeMissing(Forbidden):
    """The bearer token is good, but not for this family."""

    code = "brightspace_scope_missing"


class SignatureRefused(Forbidden):
    """An ID-key signature that proves nothing; SDKs read the words literally, and nobody is told which half was wrong."""

    code = "signature_refused"
    says = "Invalid token"


class KeyExpired(SignatureRefused):
    code = "id_key_expired"
    says = "Token expired"


class ClockSkewed(SignatureRefused):
    """Signed at another time than the server's; the client signs again with what it learns here."""

    code = "clock_skewed"

    def __init__(self, server_time: int) -> None:
        super().__init__(f"Timestamp out of range\r\n{server_time}")


class VersionNotServed(NotFound):
    """The version in the path is none of those served."""

    code = "version_not_served"


_STATUSES: Final = (
    (WrongMethod, 405),
    (NotFound, 404),
    (Unauthenticated, 401),
    (TooLarge, 413),
    (Conflict, 409),
    (LimitReached, 429),
    (Unavailable, 503),
)


def problem(status: int, detail: str, instance: str) -> Reply:
    """RFC 7807."""
    body = {
        "type": "about:blank",
        "status": status,
        "title": HTTPStatus(status).phrase,
        "detail": detail,
        "instance": instance,
    }
    return Reply(status, msgspec.json.encode(body), content_type=PROBLEM)


def reply_for(failure: Failure, instance: str) -> Reply:
    """The answer to a failure, by its kind. instance: the path that was asked."""
    match failure:
        case SignatureRefused():
            return text(failure.says, 403)
        case ScopeMissing():
            return Reply(403, NOT_AUTHORIZED).header("www-authenticate", SCOPE_MISSING)
        case Forbidden():
            return Reply(403, NOT_AUTHORIZED)
    status = next((status for kind, status in _STATUSES if isinstance(failure, kind)), 400)
    reply = problem(status, failure.says, instance)
    match failure:
        case BadToken():
            reply.header("www-authenticate", 'Bearer error="invalid_token"')
        case Unauthenticated():
            reply.header("www-authenticate", "Bearer")
        case WrongMethod():
            reply.header("allow", ", ".join(failure.allowed))
        case Unavailable():
            reply.header("retry-after", "10")
    return reply
