"""Everything asked of the database about enrollment terms."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from quadrangle.accounts.model import Term
from quadrangle.accounts.tables import enrollment_terms as terms
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.text import contains

TERM_COLUMNS = [terms.c[name] for name in Term.__struct_fields__]
_OF_ROOT = terms.c.root_account_id == bindparam("root_id", type_=BigId)


def _filters(key: tuple[str, bool]) -> list[Any]:
    """key: the states wanted ("active", "deleted", "all", "none"), and whether a name is looked for."""
    states, named = key
    found: list[Any] = [_OF_ROOT]
    if states != "all":
        found.append(terms.c.workflow_state == states)
    if named:
        found.append(contains(terms.c.name_folded, bindparam("pattern")))
    return found


# One page of the terms of a root, latest first; terms without dates come before all. Index: ix_enrollment_terms_root_account_id_….
TERMS = Dynamic(
    lambda key: (
        select(*TERM_COLUMNS)
        .where(*_filters(key))
        .order_by(terms.c.start_at.desc().nulls_first(), terms.c.end_at.desc().nulls_first(), terms.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    ),
    into=Term,
)
COUNT_TERMS = Dynamic(lambda key: select(func.count()).select_from(terms).where(*_filters(key)), into=int)

# A term that is not deleted, by id, SIS id or being the default; the key is the column. Indexes: primary key, uq_enrollment_terms_….
_TERM_BY = Dynamic(
    lambda column: select(*TERM_COLUMNS).where(
        _OF_ROOT,
        terms.c.workflow_state == "active",
        terms.c.is_default.is_(True) if column == "is_default" else terms.c[column] == bindparam("value"),
    ),
    into=Term,
)

_NOW = bindparam("now", type_=UtcTime)

_IN_TIME = and_(
    or_(terms.c.start_at.is_(None), terms.c.start_at <= _NOW), or_(terms.c.end_at.is_(None), terms.c.end_at >= _NOW)
)

# Dated terms that contain a moment; two are enough to know that there is not just one. Index: ix_enrollment_terms_root_account_id_….
_CURRENT = Statement(
    select(*TERM_COLUMNS)
    .where(
        _OF_ROOT,
        terms.c.workflow_state == "active",
        or_(terms.c.start_at.is_not(None), terms.c.end_at.is_not(None)),
        _IN_TIME,
    )
    .limit(2),
    into=Term,
)

# The active terms of a root, all or those a moment lies in. Index: ix_enrollment_terms_root_account_id_….
_TERMS_OF = Dynamic(
    lambda timely: (
        select(*TERM_COLUMNS)
        .where(_OF_ROOT, terms.c.workflow_state == "active", *([_IN_TIME] if timely else []))
        .order_by(terms.c.id)
    ),
    into=Term,
)

_COLUMN_OF_KIND = {"id": "id", "sis_term_id": "sis_source_id", "sis_integration_id": "integration_id"}


# The active terms of a root that have one of some ids, SIS ids or integration ids. Index: ix_enrollment_terms_root_account_id_….
_NAMED = Statement(
    select(*TERM_COLUMNS).where(
        _OF_ROOT,
        terms.c.workflow_state == "active",
        or_(
            any_of(terms.c.id, "ids"),
            any_of(terms.c.sis_source_id, "sis_ids", of=TextList),
            any_of(terms.c.integration_id, "integration_ids", of=TextList),
        ),
    ),
    into=Term,
)


async def find_terms(uow: UnitOfWork, refs: Collection[Ref], root_id: int, now: datetime) -> list[Term] | None:
    """The active terms of a root that several references name; None when one of them names none. One statement, and one for each word."""
    found = await _terms_named(uow, refs, root_id)
    for kind, column in _COLUMN_OF_KIND.items():
        if not _values(refs, kind) <= {str(getattr(term, column)) for term in found}:
            return None
    meant = await _terms_meant(uow, refs, root_id, now)
    return None if None in meant else [*found, *(term for term in meant if term is not None)]


async def terms_among(uow: UnitOfWork, refs: Collection[Ref], root_id: int, now: datetime) -> list[Term]:
    """Those active terms of a root that one of several references names. One statement, and one for each word."""
    found = [*await _terms_named(uow, refs, root_id), *await _terms_meant(uow, refs, root_id, now)]
    return list({term.id: term for term in found if term is not None}.values())


async def _terms_named(uow: UnitOfWork, refs: Collection[Ref], root_id: int) -> list[Term]:
    """By ids, SIS ids and integration ids."""
    return await uow.all(
        _NAMED,
        root_id=root_id,
        ids=sorted(map(int, _values(refs, "id"))),
        sis_ids=sorted(_values(refs, "sis_term_id")),
        integration_ids=sorted(_values(refs, "sis_integration_id")),
    )


async def _terms_meant(uow: UnitOfWork, refs: Collection[Ref], root_id: int, now: datetime) -> list[Term | None]:
    """By words; None for each that means none now."""
    return [await find_term(uow, word, root_id, now) for word in {ref for ref in refs if ref.kind == "word"}]


def _values(refs: Collection[Ref], kind: str) -> set[str]:
    return {ref.value for ref in refs if ref.kind == kind}


async def terms_of(uow: UnitOfWork, root_id: int, *, at: datetime | None = None) -> list[Term]:
    """The active terms of a root by their ids; with a moment, those it lies in, ends that are open counting."""
    return await uow.all(_TERMS_OF.at(at is not None), root_id=root_id, now=at)


async def find_term(uow: UnitOfWork, ref: Ref, root_id: int, now: datetime) -> Term | None:
    """The active term of a root that a reference names; the words are `default` and `current` (conventions.md §4.1)."""
    if ref.kind == "word":
        if ref.value == "default":
            return await uow.one(_TERM_BY.at("is_default"), root_id=root_id)
        found = await uow.all(_CURRENT, root_id=root_id, now=now)
        return found[0] if len(found) == 1 else None
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(_TERM_BY.at(column), root_id=root_id, value=value)
