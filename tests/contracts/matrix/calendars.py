"""Who may do what with calendars of accounts and with events. Source: account-calendars.md §3, supporting-resources.md §10."""

from typing import Any, Final

from quadrangle.http.routing import Route
from tests.contracts.matrix import ADMINS, EVERYBODY, Given, Row, at_each, in_root, who
from tests.world import World

# Ben's course and group are in Science; the clerk administers the root without any permission, Eve belongs to the root alone.
IN_COURSE: Final = "root site sub ada tia dee ben cleo dov"
MANAGE_COURSE: Final = "root site sub ada tia dee"
OF_SCIENCE: Final = f"{IN_COURSE} clerk"
OWLS: Final = "ben"


def is_of_family(route: Route) -> bool:
    return route.template.startswith("/api/v1/") and route.tag in {"Account calendars", "Calendar events"}


def shown(place: str) -> Given:
    """The calendar of the place is visible."""

    def make(world: World) -> dict[str, Any]:
        in_root(world, "PUT", f"/account_calendars/{world.ids[place]}", {"visible": "true"})
        return {}

    return make


def _code(world: World, kind: str, key: str) -> str:
    return f"{kind}_{world.ids[key]}"


def _edit(code: str) -> dict[str, Any]:
    return {
        "calendar_event[context_code]": code,
        "calendar_event[title]": "Open day",
        "calendar_event[start_at]": "2026-02-15T14:00:00Z",
    }


def new_in(kind: str, key: str) -> Given:
    """What is sent to make an event there."""

    def make(world: World) -> dict[str, Any]:
        if kind == "account":
            shown(key)(world)
        return {f"={name}": value for name, value in _edit(_code(world, kind, key)).items()}

    return make


def event_in(kind: str, key: str, maker: str = "root") -> Given:
    """An event that is there."""

    def make(world: World) -> dict[str, Any]:
        if kind == "account":
            shown(key)(world)
        reply = world.as_(maker).post("/calendar_events", _edit(_code(world, kind, key)))
        assert reply.status_code == 201, reply.text
        return {"id": reply.json()["id"]}

    return make


def bulk(place: str) -> Given:
    return lambda world: {"=_json[][id]": world.ids[place], "=_json[][visible]": "true"}


_LIST: Final = "/accounts/:account_id/account_calendars"
_EVENTS: Final = "/calendar_events"
_HOMES: Final = (
    ("user", "ben", "ben", "ben", "ben"),
    ("course", "physics", IN_COURSE, MANAGE_COURSE, "root"),
    ("group", "owls", f"{MANAGE_COURSE} ben", OWLS, "ben"),
    ("account", "science", OF_SCIENCE, "root site sub", "root"),
)

ROWS: Final[list[Row]] = [
    Row("GET", "/account_calendars", EVERYBODY),
    # Hidden, and shown.
    *at_each(ADMINS, "GET", "/account_calendars/:account_id"),
    Row("GET", "/account_calendars/:account_id", EVERYBODY, at={"account_id": "root"}, given=shown("root")),
    Row("GET", "/account_calendars/:account_id", who(OF_SCIENCE), at={"account_id": "science"}, given=shown("science")),
    Row(
        "GET", "/account_calendars/:account_id", who("root site clerk"), at={"account_id": "arts"}, given=shown("arts")
    ),
    *at_each(ADMINS, "PUT", "/account_calendars/:account_id", data={"visible": "true"}),
    *at_each(ADMINS, "GET", _LIST),
    *at_each(ADMINS, "GET", _LIST, query="filter=hidden"),
    *(row for place, names in ADMINS.items() for row in at_each({place: names}, "PUT", _LIST, given=bulk(place))),
    *at_each(ADMINS, "GET", "/accounts/:account_id/visible_calendars_count"),
    # Events.
    Row("GET", _EVENTS, EVERYBODY),
    Row("GET", "/users/:user_id/calendar_events", EVERYBODY, at={"user_id": "self"}),
    Row(
        "GET",
        "/users/:user_id/calendar_events",
        who("root site sub ben dov"),
        at={"user_id": "ben"},
        unseen=who("clerk cleo eve"),
    ),
    *(
        Row("POST", _EVENTS, who(writers), given=new_in(kind, key), done=201, query=f"to={kind}")
        for kind, key, _, writers, _ in _HOMES
    ),
    *(
        Row(method, f"{_EVENTS}/:id", who(may), given=event_in(kind, key, maker), query=f"in={kind}", **more)
        for kind, key, readers, writers, maker in _HOMES
        for method, may, more in (
            ("GET", readers, {}),
            ("PUT", writers, {"data": {"calendar_event[title]": "Closed day"}}),
            ("DELETE", writers, {}),
        )
    ),
    Row("GET", f"{_EVENTS}/visible_contexts", EVERYBODY),
    Row("POST", f"{_EVENTS}/save_enabled_account_calendars", EVERYBODY),
]
