"""Enrollment terms of the Canvas family. Source: supporting-resources.md §7."""

from typing import Any

from msgspec import UNSET, Struct

from quadrangle.accounts import (
    COUNT_TERMS,
    MANAGE_SETTINGS,
    OVERRIDE_TYPES,
    TERMS,
    Account,
    AccountRights,
    Dates,
    Term,
    TermChange,
    add_term,
    grant,
    remove_term,
    revise_term,
    rights_at,
)
from quadrangle.courses import has_courses_in_term, reads_terms
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, moment, parse_time, text, words
from quadrangle.kernel.text import fold, like
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import account_for, term_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Enrollment terms")


class DatesJson(Struct, frozen=True):
    start_at: Time | None
    end_at: Time | None


class TermJson(Struct, frozen=True):
    """An enrollment term. overrides: other dates by enrollment type."""

    id: int
    name: str
    start_at: Time | None
    end_at: Time | None
    created_at: Time
    workflow_state: str
    grading_period_group_id: int | None
    sis_term_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    overrides: dict[str, DatesJson] | Maybe = UNSET


class TermsJson(Struct, frozen=True):
    """Terms stand under a key of their own."""

    enrollment_terms: list[TermJson]


def term_json(term: Term, at_root: AccountRights, *, overrides: bool) -> TermJson:
    """at_root: the caller's rights at the root account, which decide about SIS keys."""
    own = {kind: DatesJson(dates.get("start_at"), dates.get("end_at")) for kind, dates in term.overrides.items()}
    return TermJson(
        id=term.id,
        name=term.name,
        start_at=zulu_or_none(term.start_at),
        end_at=zulu_or_none(term.end_at),
        created_at=zulu(term.created_at),
        workflow_state=term.workflow_state,
        grading_period_group_id=term.grading_period_group_id,
        sis_term_id=term.sis_source_id if at_root.sees_sis else UNSET,
        sis_import_id=term.sis_batch_id if at_root.may("manage_sis") else UNSET,
        overrides=own if overrides else UNSET,
    )


async def _root(call: Call) -> tuple[Account, AccountRights]:
    account = await account_for(call, call.path["account_id"])
    if not account.is_root:
        raise refuse(message(400, "Terms only belong to root_accounts."))
    return account, await rights_at(call.uow, call.user().user_id, account)


class TermList(Params):
    workflow_state: tuple[str, ...] = words("Default: active.", choices=("active", "deleted", "all"))
    include: tuple[str, ...] = words("Further keys.", choices=("overrides",))
    term_name: str | None | Absent = text("A part of the name.")


@routes.get("/api/v1/accounts/:account_id/terms", gives=TermsJson, paged=True)
async def list_terms(call: Call, asked: Asked[TermList]) -> Reply:
    """List the enrollment terms of a root account."""
    root, rights = await _root(call)
    if not await reads_terms(call.uow, rights, root):
        raise Forbidden
    params, window = asked.read(), call.window()
    name = (params.term_name or "").strip()
    key = (_states(params.workflow_state), bool(name))
    values: dict[str, Any] = {"root_id": root.id} | ({"pattern": like(fold(name))} if name else {})
    rows = await call.uow.all(TERMS.at(key), **values, limit=window.limit, offset=window.offset)
    total = await call.uow.one(COUNT_TERMS.at(key), **values)
    part = cut(rows, window, total=total)
    shown = [term_json(term, rights, overrides="overrides" in params.include) for term in part.items]
    return Reply(200, part.map(shown), wrap="enrollment_terms")


def _states(wanted: tuple[str, ...]) -> str:
    """ "active", "deleted", "all", or "none" when only unknown words were sent."""
    if not wanted:
        return "active"
    if "all" in wanted or {"active", "deleted"} <= set(wanted):
        return "all"
    return next((one for one in wanted if one in ("active", "deleted")), "none")


@routes.get("/api/v1/accounts/:account_id/terms/:id", gives=TermJson)
async def show_term(call: Call) -> Reply:
    """Show an enrollment term."""
    root, rights = await _root(call)
    term = await term_for(call, call.path["id"], root.id)
    if not await reads_terms(call.uow, rights, root):
        raise Forbidden
    return Reply(200, term_json(term, rights, overrides=True))


class TermEdit(Params, group="enrollment_term", required=True):
    name: Any = text("", max=255)
    start_at: Any = moment("Unreadable text is no date.")
    end_at: Any = anything("A date without a time is the end of that day.", schema={"type": ["string", "null"]})
    sis_term_id: Any = text("Needs the right to manage SIS data.", max=255)
    overrides: Any = anything("enrollment type → start_at, end_at", schema={"type": "object"})


async def term_change(
    call: Call, asked: Asked[TermEdit], term: Term | None
) -> tuple[Granted[Account], AccountRights, TermChange]:
    """What is to be written, and the proof that the caller may."""
    root, rights = await _root(call)
    granted = grant(MANAGE_SETTINGS, rights, root)
    edit = asked.read()
    sis_id = edit.sis_term_id
    if sis_id is not ABSENT:
        sis_id = (sis_id or "").strip() or None
        if sis_id != (None if term is None else term.sis_source_id):
            rights.require("manage_sis")
    return (
        granted,
        rights,
        TermChange(
            name=edit.name,
            start_at=edit.start_at,
            end_at=_end(call, edit.end_at),
            sis_id=sis_id,
            overrides=_overrides(call, edit),
        ),
    )


def _overrides(call: Call, edit: TermEdit) -> dict[str, Dates]:
    sent = edit.overrides
    if sent is ABSENT or sent in (None, ""):
        return {}
    if not isinstance(sent, dict) or not all(kind in OVERRIDE_TYPES for kind in sent):
        raise refuse(message(400, "Invalid enrollment type in overrides"))
    return {kind: _dates(call, inner if isinstance(inner, dict) else {}) for kind, inner in sent.items()}


def _dates(call: Call, sent: dict[str, Any]) -> Dates:
    start = sent.get("start_at", ABSENT)
    if start is not ABSENT:
        start = parse_time(start, call.zone) if isinstance(start, str) else None
    return Dates(start, _end(call, sent.get("end_at", ABSENT)))


def _end(call: Call, sent: Any) -> Any:
    """A bound at the end: a plain date reaches to the end of its day (conventions.md §5.4)."""
    if sent is ABSENT:
        return ABSENT
    return parse_time(sent, call.zone, end=True) if isinstance(sent, str) else None


@routes.post("/api/v1/accounts/:account_id/terms", gives=TermJson)
async def create_enrollment_term(call: Call, asked: Asked[TermEdit]) -> Reply:
    """Create an enrollment term."""
    granted, rights, change = await term_change(call, asked, None)
    term = await add_term(call.uow, granted, change)
    return Reply(200, term_json(term, rights, overrides=True))


@routes.put("/api/v1/accounts/:account_id/terms/:id", gives=TermJson)
async def update_enrollment_term(call: Call, asked: Asked[TermEdit]) -> Reply:
    """Change an enrollment term."""
    root, _ = await _root(call)
    term = await term_for(call, call.path["id"], root.id)
    granted, rights, change = await term_change(call, asked, term)
    revised = await revise_term(call.uow, granted, term, change)
    return Reply(200, term_json(revised, rights, overrides=True))


@routes.delete("/api/v1/accounts/:account_id/terms/:id", gives=TermJson)
async def delete_enrollment_term(call: Call) -> Reply:
    """Delete an enrollment term that no course stands in."""
    root, rights = await _root(call)
    granted = grant(MANAGE_SETTINGS, rights, root)
    term = await term_for(call, call.path["id"], root.id)
    gone = await remove_term(call.uow, granted, term, in_use=await has_courses_in_term(call.uow, term.id))
    return Reply(200, term_json(gone, rights, overrides=True))
