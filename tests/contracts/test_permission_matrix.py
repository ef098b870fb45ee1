"""Every route of a family, asked by everybody, against the access tables of the specifications (tests/contracts/matrix)."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, add_admin
from quadrangle.app import all_routes
from quadrangle.db import UnitOfWork
from quadrangle.http.routing import Route
from tests.contracts.matrix import ANYONE, Row, accounts, announcements, calendars, reports
from tests.specs.accounts.conftest import add_custom_role, add_person
from tests.world import World

# By family: its rows, and which routes are of it. Another family is another line.
FAMILIES: Final[dict[str, tuple[list[Row], Callable[[Route], bool]]]] = {
    "accounts": (accounts.ROWS, accounts.is_of_family),
    "announcements": (announcements.ROWS, announcements.is_of_family),
    "calendars": (calendars.ROWS, calendars.is_of_family),
    "reports": (reports.ROWS, reports.is_of_family),
}
ALL_ROWS: Final = [pytest.param(row, id=row.name) for rows, _ in FAMILIES.values() for row in rows]


@pytest.fixture
def peopled(world: World) -> World:
    """The world with the two administrators it does not have: one without any permission, one of the site."""

    async def work(uow: UnitOfWork) -> None:
        clerk = await add_person(uow, world, "clerk", "Cora Clerk")
        role = await add_custom_role(uow, world, "Clerk", ROOT_ID)
        await add_admin(uow, account_id=ROOT_ID, user_id=clerk, role_id=role)
        site = await add_person(uow, world, "site", "Sid Site")
        await add_admin(uow, account_id=SITE_ADMIN_ID, user_id=site, role_id=world.ids["role:AccountAdmin"])

    world.do(work)
    return world


@pytest.mark.parametrize("row", ALL_ROWS)
def test_everybody_is_told_what_the_table_says(peopled: World, row: Row) -> None:
    said = {caller: row.ask(peopled, caller) for caller in ANYONE}
    assert said == {caller: row.expected(caller) for caller in ANYONE}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_route_has_a_row(family: str) -> None:
    rows, is_of_family = FAMILIES[family]
    walked = {(row.method, f"/api/v1{row.route}") for row in rows}
    routes: set[Any] = {(route.method, route.template) for route in all_routes() if is_of_family(route)}
    assert walked == routes
