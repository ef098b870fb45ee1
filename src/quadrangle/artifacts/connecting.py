"""What connects the things of one person, held while much is added: a package brings thousands of members. Source: portfolio-package.md §7."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from quadrangle.artifacts.model import Association, Member
from quadrangle.artifacts.packing import associations_of_all, members_of_all
from quadrangle.artifacts.tables import portfolio_associations, portfolio_members
from quadrangle.db import UnitOfWork
from quadrangle.kernel.clock import whole_seconds


class Connections:
    """Pairs of ids: who is in which collection, what is about what. The lock of their owner is held for as long as this is used."""

    def __init__(self, uow: UnitOfWork, members: Iterable[Member], associations: Iterable[Association]) -> None:
        self._uow = uow
        self._inside: dict[int, set[int]] = {}
        self._last: dict[int, int] = {}
        for one in members:
            self._inside.setdefault(one.collection_id, set()).add(one.item_id)
            self._last[one.collection_id] = max(self._last.get(one.collection_id, 0), one.position)
        self._associated = {(one.source_id, one.item_id) for one in associations}

    @classmethod
    async def of(cls, uow: UnitOfWork, owner_id: int) -> Self:
        return cls(uow, await members_of_all(uow, owner_id), await associations_of_all(uow, owner_id))

    def holds(self, collection_id: int, item_id: int) -> bool:
        """Whether a thing is a member already."""
        return item_id in self._inside.get(collection_id, ())

    def would_circle(self, collection_id: int, item_id: int) -> bool:
        """Whether a collection with this member would contain itself, however deep."""
        found, due = {item_id}, [item_id]
        while due:
            one = due.pop()
            if one == collection_id:
                return True
            new = self._inside.get(one, set()) - found
            found |= new
            due += new
        return False

    async def collect(self, collection_id: int, item_id: int, added_at: datetime | None = None) -> None:
        """A member at the end; nothing happens where it is one. Whoever calls has looked for circles."""
        if self.holds(collection_id, item_id):
            return
        position = self._last.get(collection_id, 0) + 1
        at = added_at or whole_seconds(self._uow.now)
        await self._uow.add(
            portfolio_members, collection_id=collection_id, item_id=item_id, position=position, added_at=at
        )
        self._inside.setdefault(collection_id, set()).add(item_id)
        self._last[collection_id] = position

    async def associate(self, source_id: int, item_id: int, kind: int) -> None:
        """What a reflection is about, or what an objective has for evidence; nothing happens where that is said, or with itself."""
        if source_id == item_id or (source_id, item_id) in self._associated:
            return
        at = whole_seconds(self._uow.now)
        await self._uow.add(portfolio_associations, source_id=source_id, item_id=item_id, kind=kind, created_at=at)
        self._associated.add((source_id, item_id))
