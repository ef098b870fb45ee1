"""From what clients call objects to the ids these have."""

from collections.abc import Iterable, Mapping
from typing import Any

from quadrangle.db.statement import Dynamic
from quadrangle.db.uow import UnitOfWork
from quadrangle.kernel.ids import Ref


async def ids_named(
    uow: UnitOfWork, refs: Iterable[Ref], columns: Mapping[str, str], statements: Dynamic[int], **values: Any
) -> set[int]:
    """The ids that several references name; plain ids are taken as they are, what is unknown is left out.

    columns: by kind of reference. statements: by column, the ids of the rows that have one of the bound `values` there; one runs for
    each kind that occurs.
    """
    found: set[int] = set()
    texts: dict[str, list[str]] = {}
    for ref in refs:
        column = columns.get(ref.kind)
        if column == "id":
            found.add(ref.number)
        elif column is not None:
            texts.setdefault(column, []).append(ref.value)
    for column, wanted in texts.items():
        found.update(await uow.all(statements.at(column), values=wanted, **values))
    return found
