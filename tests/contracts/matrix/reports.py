"""Who may ask for reports and see them. Source: permissions.md §6, account-reports.md §2."""

from typing import Any, Final

from quadrangle.http.routing import Route
from tests.contracts.matrix import ADMINS, Given, Row, at_each, in_root
from tests.world import World

_AT: Final = "/accounts/:account_id/reports"


def is_of_family(route: Route) -> bool:
    return route.template.startswith("/api/v1/") and "/reports" in route.template


def asked_at(place: str) -> Given:
    """A run somebody has asked for."""

    def make(world: World) -> dict[str, Any]:
        run = in_root(world, "POST", f"/accounts/{world.ids[place]}/reports/unused_courses_csv")
        return {"report": run["report"], "id": run["id"]}

    return make


ROWS: Final[list[Row]] = [
    *at_each(ADMINS, "GET", _AT),
    *(
        row
        for place, names in ADMINS.items()
        for method, route in (
            ("POST", f"{_AT}/:report"),
            ("GET", f"{_AT}/:report"),
            ("GET", f"{_AT}/:report/:id"),
            ("DELETE", f"{_AT}/:report/:id"),
            ("PUT", f"{_AT}/:report/:id/abort"),
        )
        for row in at_each({place: names}, method, route, given=asked_at(place))
    ),
]
