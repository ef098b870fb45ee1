"""What happens to enrollment terms. Source: supporting-resources.md §7."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.accounts.model import LONGEST_NAME, Account, Term
from quadrangle.accounts.service import LONGEST_SIS_ID, SisIdTaken
from quadrangle.accounts.tables import enrollment_terms
from quadrangle.accounts.term_store import find_term
from quadrangle.db import IntegrityViolation, UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu_or_none
from quadrangle.kernel.errors import FieldError, Invalid, NotFound
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.kernel.text import fold

OVERRIDE_TYPES: Final = ("StudentEnrollment", "TeacherEnrollment", "TaEnrollment", "DesignerEnrollment")


class Dates(msgspec.Struct, frozen=True):
    """From when to when; ABSENT was not sent, None is open."""

    start_at: datetime | None | Absent = ABSENT
    end_at: datetime | None | Absent = ABSENT


class TermChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is written of a term; ABSENT was not sent. overrides: by enrollment type."""

    name: str | None | Absent = ABSENT
    start_at: datetime | None | Absent = ABSENT
    end_at: datetime | None | Absent = ABSENT
    sis_id: str | None | Absent = ABSENT
    overrides: Mapping[str, Dates] = {}


async def create_term(uow: UnitOfWork, *, root_id: int, name: str, is_default: bool = False, **more: Any) -> int:
    """Add an enrollment term. more: start_at, end_at, sis_source_id, overrides."""
    return await uow.insert(
        enrollment_terms,
        root_account_id=root_id,
        name=name,
        name_folded=fold(name),
        workflow_state="active",
        is_default=is_default,
        created_at=uow.now,
        updated_at=uow.now,
        **{"overrides": {}, **more},
    )


async def add_term(uow: UnitOfWork, root: Granted[Account], change: TermChange) -> Term:
    """Add a term to a root account. Raises Invalid, SisIdTaken."""
    values = _values(change, None)
    try:
        made = await create_term(uow, root_id=root.subject.id, **{"name": "", **values})
    except IntegrityViolation:
        raise SisIdTaken(str(change.sis_id)) from None
    return await _reload(uow, root.subject.id, made)


async def revise_term(uow: UnitOfWork, root: Granted[Account], term: Term, change: TermChange) -> Term:
    """Write what was sent. Raises Invalid, SisIdTaken."""
    values = _values(change, term)
    if "name" in values:
        values["name_folded"] = fold(values["name"])
    try:
        if values:
            await uow.update(enrollment_terms, {"id": term.id}, **values, updated_at=uow.now)
    except IntegrityViolation:
        raise SisIdTaken(str(change.sis_id)) from None
    return await _reload(uow, root.subject.id, term.id)


async def remove_term(uow: UnitOfWork, root: Granted[Account], term: Term, *, in_use: bool) -> Term:
    """Delete a term. in_use: whether a course that is not deleted stands in it. Raises Invalid for that and for the default term."""
    if term.is_default:
        raise Invalid.field("workflow_state", "Cannot delete the default term")
    if in_use:
        raise Invalid.field("workflow_state", "Cannot delete a term with active courses")
    moved = await uow.update(
        enrollment_terms, {"id": term.id, "workflow_state": "active"}, workflow_state="deleted", updated_at=uow.now
    )
    if not moved:
        raise NotFound
    return msgspec.structs.replace(term, workflow_state="deleted")


async def _reload(uow: UnitOfWork, root_id: int, term_id: int) -> Term:
    term = await find_term(uow, Ref("id", str(term_id)), root_id, uow.now)
    assert term is not None
    return term


def _values(change: TermChange, term: Term | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    if change.name is not ABSENT:
        values["name"] = change.name or ""
        if len(values["name"]) > LONGEST_NAME:
            errors.append(_too_long("name", LONGEST_NAME))
    if change.sis_id is not ABSENT:
        values["sis_source_id"] = change.sis_id or None
        if len(change.sis_id or "") > LONGEST_SIS_ID:
            errors.append(_too_long("sis_source_id", LONGEST_SIS_ID))
    for name in ("start_at", "end_at"):
        if (sent := getattr(change, name)) is not ABSENT:
            values[name] = sent
    now = {"start_at": term.start_at, "end_at": term.end_at} if term is not None else {}
    if _upside_down({**now, **values}):
        errors.append(_ENDS_FIRST)
    if change.overrides:
        overrides = {**(term.overrides if term is not None else {})}
        for type_, dates in change.overrides.items():
            _override(overrides, type_, dates, errors)
        values["overrides"] = overrides
    if errors:
        raise Invalid(*errors)
    return values


_ENDS_FIRST: Final = FieldError(
    "base", "End dates cannot be before start dates", "End dates cannot be before start dates"
)


def _too_long(field: str, most: int) -> FieldError:
    return FieldError(field, f"is too long (maximum is {most} characters)", "too_long")


def _upside_down(dates: Mapping[str, Any]) -> bool:
    start, end = dates.get("start_at"), dates.get("end_at")
    return start is not None and end is not None and end < start


def _override(overrides: dict[str, Any], type_: str, dates: Dates, errors: list[FieldError]) -> None:
    """One enrollment type's own dates; an override with both ends open is none."""
    stored = overrides.get(type_) or {}
    merged = {
        name: stored.get(name) if sent is ABSENT else zulu_or_none(sent)
        for name, sent in (("start_at", dates.start_at), ("end_at", dates.end_at))
    }
    if _upside_down(merged):
        errors.append(_ENDS_FIRST)
    if any(merged.values()):
        overrides[type_] = merged
    else:
        overrides.pop(type_, None)
