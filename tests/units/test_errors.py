"""Every kind of failure has one status and one envelope in the Canvas family (STYLE §9). Source: conventions.md §1.2 and §10."""

import ast
import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import quadrangle
from quadrangle.calendars import BadRule, TooMany
from quadrangle.files import FolderNotEmpty, QuotaExceeded, RootStays
from quadrangle.kernel import errors
from quadrangle.kernel.errors import FieldError
from quadrangle.kernel.paging import PageNotNumbered
from quadrangle.kernel.params import GroupMissing
from quadrangle.packages import Refused
from quadrangle.pages import (
    DeletedPageStays,
    FieldsRefused,
    NoFrontPage,
    PageNotFound,
    PageSavedMeanwhile,
    PagesTabHidden,
)
from quadrangle.reports import UnknownTerm
from quadrangle.wire.canvas.errors import bare, by_attribute, listed, message, refuse, reply_for, search_too_short

NOT_THERE = {"errors": [{"message": "The specified resource does not exist."}]}
ONE = {"attribute": "title", "type": "blank", "message": "can't be blank"}

TABLE: list[tuple[errors.Failure, int, Any]] = [
    (errors.NotFound(), 404, NOT_THERE),
    (
        errors.Forbidden(),
        403,
        {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]},
    ),
    (
        errors.Unauthenticated(),
        401,
        {"status": "unauthenticated", "errors": [{"message": "user authorization required"}]},
    ),
    (errors.Invalid(FieldError("title", "can't be blank", "blank")), 400, {"errors": {"title": [ONE]}}),
    (
        errors.Invalid.field("base", "No"),
        400,
        {"errors": {"base": [{"attribute": "base", "type": "No", "message": "No"}]}},
    ),
    (errors.Conflict("file already exists"), 409, {"message": "file already exists"}),
    (errors.LimitReached("Too many"), 429, {"errors": [{"message": "Too many"}]}),
    (errors.Malformed("Bad"), 400, {"errors": [{"message": "Bad"}]}),
    (errors.TooLarge("Big"), 413, {"errors": [{"message": "Big"}]}),
    (GroupMissing("token"), 400, {"errors": [{"message": "token is missing"}]}),
    (PageNotNumbered(), 404, {"errors": [{"message": "An error occurred.", "error_code": "not_found"}]}),
    (PageNotFound(), 404, {"message": PageNotFound.says}),
    (NoFrontPage(), 404, {"message": NoFrontPage.says}),
    (PagesTabHidden(), 404, {"message": PagesTabHidden.says}),
    (BadRule("No end"), 400, {"message": "No end"}),
    (TooMany(), 400, {"message": TooMany.says}),
    (QuotaExceeded(), 400, {"message": "file size exceeds quota"}),
    (FolderNotEmpty(), 400, {"message": FolderNotEmpty.says}),
    (Refused(2, "No ZIP"), 400, {"errors": [{"message": "No ZIP"}]}),
    (RootStays(), 400, {"message": RootStays.says}),
    (errors.WrongMethod(["GET"]), 404, NOT_THERE),
    (errors.Unavailable("Later"), 503, {"errors": [{"message": "Later"}]}),
    (PageSavedMeanwhile(), 409, {"message": PageSavedMeanwhile.says}),
    (DeletedPageStays(), 400, {"error": DeletedPageStays.says}),
    (UnknownTerm("x"), 400, {"error": "invalid enrollment_term_id 'x'"}),
    (FieldsRefused(FieldError("title", "can't be blank", "blank")), 401, {"errors": {"title": [ONE]}}),
    (
        search_too_short(2),
        400,
        {"errors": [{"field": "search_term", "code": "invalid", "message": "2 or more characters is required"}]},
    ),
    (refuse(listed(401, "No")), 401, {"errors": [{"message": "No"}]}),
    (refuse(message(404, "role not found")), 404, {"message": "role not found"}),
    (refuse(bare(400, "token[purpose] is missing")), 400, [{"message": "token[purpose] is missing"}]),
    (
        refuse(by_attribute([FieldError("a", "b", "c")])),
        400,
        {"errors": {"a": [{"attribute": "a", "type": "c", "message": "b"}]}},
    ),
]


@pytest.mark.parametrize(("failure", "status", "body"), TABLE, ids=lambda one: getattr(one, "code", None))
def test_it_has_its_status_and_envelope(failure: errors.Failure, status: int, body: Any) -> None:
    reply = reply_for(failure, permission_error_status=403)
    assert (reply.status, reply.body) == (status, body)


def test_only_a_bad_token_asks_to_sign_in_again() -> None:
    asking = {
        type(failure).__name__
        for failure, _, _ in TABLE
        if any(name == b"www-authenticate" for name, _ in reply_for(failure, permission_error_status=403).headers)
    }
    assert asking == {"Unauthenticated"}


def test_a_refusal_may_be_401_and_is_never_kept() -> None:
    reply = reply_for(errors.Forbidden(), permission_error_status=401)
    assert reply.status == 401
    assert reply.body["status"] == "unauthorized"
    assert (b"cache-control", b"no-cache, no-store") in reply.headers


def _named() -> set[type[errors.Failure]]:
    for module in pkgutil.walk_packages(quadrangle.__path__, "quadrangle."):
        if "migrations" not in module.name and not module.name.endswith(("__main__", "cli")):
            importlib.import_module(module.name)
    found: set[type[errors.Failure]] = set()
    waiting = [errors.Failure]
    while waiting:
        for one in waiting.pop().__subclasses__():
            found.add(one)
            waiting.append(one)
    return found


def test_every_name_is_of_a_kind_that_stands_in_the_table() -> None:
    kinds = tuple(type(failure) for failure, _, _ in TABLE)
    strays = [one.__qualname__ for one in _named() if not issubclass(one, kinds)]
    assert strays == []


def test_every_name_has_a_code_of_its_own() -> None:
    codes = [one.__dict__.get("code") for one in _named()]
    assert None not in codes
    assert len(codes) == len(set(codes))


def test_every_name_with_a_shape_of_its_own_stands_in_the_table() -> None:
    """What `reply_for` tells apart is what this table lists."""
    cases = ast.walk(ast.parse(inspect.getsource(reply_for)))
    told_apart = {node.cls.id for node in cases if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name)}
    assert told_apart <= {type(failure).__name__ for failure, _, _ in TABLE}
