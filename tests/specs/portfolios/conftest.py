"""What the portfolio tests share. Ben owns, Root moderates, Cleo is another student (U, M and O of the specification)."""

from typing import Any

import pytest

from quadrangle import portfolios
from quadrangle.db import UnitOfWork
from quadrangle.portfolios import PortfolioChange, keywords
from tests.world import World

FORBIDDEN = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
UNAUTHENTICATED = {"status": "unauthenticated", "errors": [{"message": "user authorization required"}]}
NOT_FOUND = {"errors": [{"message": "The specified resource does not exist."}]}
KEYS = ["id", "user_id", "name", "public", "created_at", "updated_at", "workflow_state", "deleted_at", "spam_status"]
PAGE_KEYS = ["id", "eportfolio_id", "position", "name", "content", "created_at", "updated_at"]


def make(world: World, who: str, name: str | None, *, public: bool = False) -> int:
    """A portfolio of somebody; its id."""

    async def work(uow: UnitOfWork) -> int:
        owner = world.ids[who]
        standing = await portfolios.standing_to(uow, owner, owner, keywords((), ()))
        made = await portfolios.create_portfolio(
            uow, portfolios.allow(standing, portfolios.CREATE), PortfolioChange(name=name, public=public)
        )
        return made.id

    made: int = world.do(work)
    return made


def set_status(world: World, portfolio: int, status: str | None) -> None:
    order = {None: "NULL", portfolios.FLAGGED: "1", portfolios.SPAM: "2", portfolios.SAFE: "3"}[status]
    said = "NULL" if status is None else f"'{status}'"
    world.sql(f"UPDATE eportfolios SET spam_status = {said}, spam_order = {order} WHERE id = {portfolio} RETURNING id")


class Campus:
    """The fixture of eportfolios.md, "Worked cases": P1 fruitcake, P2 flagged, P3 safe, P4 spam, P5 deleted, all Ben's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.p1, self.p2, self.p3, self.p4, self.p5 = (
            make(world, "ben", name) for name in ("Fruitcake", "Flagged", "Safe", "Spam", "Gone")
        )
        set_status(world, self.p2, portfolios.FLAGGED)
        set_status(world, self.p3, portfolios.SAFE)
        set_status(world, self.p4, portfolios.SPAM)
        world.ben.delete(f"/eportfolios/{self.p5}")
        self.ben = f"/users/{world.ids['ben']}/eportfolios"

    @property
    def active(self) -> list[int]:
        return [self.p1, self.p2, self.p3, self.p4]

    def publish(self, portfolio: int) -> None:
        self.world.sql(f"UPDATE eportfolios SET public = true WHERE id = {portfolio} RETURNING id")

    def show(self, portfolio: int, who: str = "root") -> Any:
        return self.world.as_(who).get(f"/eportfolios/{portfolio}").json()


@pytest.fixture
def campus(world: World) -> Campus:
    return Campus(world)
