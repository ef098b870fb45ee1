"""Who may do what with announcements. Source: account-notifications.md §3 and §4."""

from typing import Any, Final

from quadrangle.http.routing import Route
from tests.contracts.matrix import ADMINS, EVERYBODY, Row, at_each, in_root, who
from tests.world import World

# Everybody who belongs to Science or administers it; the clerk may do nothing, and Eve belongs elsewhere.
OF_SCIENCE: Final = "root site sub ada tia dee ben cleo dov"
EVERYWHERE: Final = {place: " ".join(EVERYBODY) for place in ("root", "science", "arts")}
EDIT: Final = {
    "account_notification[subject]": "Fire drill",
    "account_notification[message]": "<p>Tomorrow at ten.</p>",
    "account_notification[start_at]": "2026-02-14T00:00:00Z",
    "account_notification[end_at]": "2026-02-20T00:00:00Z",
}
SELF: Final = {"user_id": "self"}
_AT: Final = "/accounts/:account_id/account_notifications"
_OF_USER: Final = "/accounts/:account_id/users/:user_id/account_notifications"


def is_of_family(route: Route) -> bool:
    return route.template.startswith("/api/v1/") and "/account_notifications" in route.template


def told_at(place: str, **more: str) -> Any:
    """An announcement of the place that is on now."""

    def make(world: World) -> dict[str, Any]:
        sent = EDIT | {f"account_notification[{name}]": value for name, value in more.items()}
        return {"id": in_root(world, "POST", f"/accounts/{world.ids[place]}/account_notifications", sent)["id"]}

    return make


def _below(of: str, method: str, route: str, may: str, **more: Any) -> list[Row]:
    """The same announcement, asked for below its own account and below the root: which of the two hardly matters."""
    return [Row(method, route, who(may), at={"account_id": place}, given=told_at(of), **more) for place in ("root", of)]


ROWS: Final[list[Row]] = [
    *at_each(EVERYWHERE, "GET", _AT),
    *at_each(EVERYWHERE, "GET", _AT, query="include_past=true&show_is_closed=true"),
    *at_each(ADMINS, "GET", _AT, query="include_all=true"),
    *(Row("GET", _OF_USER, EVERYBODY, at={"account_id": place} | SELF) for place in EVERYWHERE),
    Row("GET", _OF_USER, ("ben",), at={"account_id": "root", "user_id": "ben"}, refused=404),
    # Whoever reads the account in the path is told what it announces, too (§3.1): the clerk.
    Row("GET", f"{_AT}/:id", who(OF_SCIENCE), at={"account_id": "root"}, given=told_at("science")),
    Row("GET", f"{_AT}/:id", who(f"{OF_SCIENCE} clerk"), at={"account_id": "science"}, given=told_at("science")),
    Row("GET", f"{_AT}/:id", who("root site"), at={"account_id": "root"}, given=told_at("arts")),
    Row("GET", f"{_AT}/:id", who("root site clerk"), at={"account_id": "arts"}, given=told_at("arts")),
    Row("GET", f"{_AT}/:id", EVERYBODY, at={"account_id": "root"}, given=told_at("root")),
    Row(
        "GET",
        f"{_AT}/:id",
        who("root site sub"),  # what is not on yet is seen by those alone who write there
        at={"account_id": "root"},
        given=told_at("science", start_at="2026-02-19T00:00:00Z"),
    ),
    Row("GET", f"{_OF_USER}/:id", who(OF_SCIENCE), at={"account_id": "root"} | SELF, given=told_at("science")),
    Row(
        "GET",
        f"{_OF_USER}/:id",
        ("ben",),
        at={"account_id": "root", "user_id": "ben"},
        given=told_at("root"),
        refused=404,
    ),
    *_below("arts", "DELETE", f"{_AT}/:id", " ".join(EVERYBODY)),
    *_below("science", "DELETE", f"{_AT}/:id", "root site sub", data={"remove": "true"}),
    *_below("arts", "DELETE", f"{_AT}/:id", "root site", data={"remove": "true"}),
    Row("DELETE", f"{_OF_USER}/:id", EVERYBODY, at={"account_id": "root"} | SELF, given=told_at("arts")),
    Row(
        "DELETE",
        f"{_OF_USER}/:id",
        ("ben",),
        at={"account_id": "root", "user_id": "ben"},
        given=told_at("root"),
        refused=404,
    ),
    *at_each(ADMINS, "POST", _AT, data=EDIT),
    *(
        row
        for place, names in ADMINS.items()
        for row in at_each({place: names}, "PUT", f"{_AT}/:id", given=told_at(place), data=EDIT)
    ),
]
