"""What the calendar tests share: the campus of accounts.md §8 with the calendars of account-calendars.md: A2 and A3 visible, all manual."""

from typing import Any

import pytest

from quadrangle.accounts import accounts
from quadrangle.db import UnitOfWork
from tests.specs.accounts.conftest import campus as accounts_campus
from tests.world import World

campus = accounts_campus
FORBIDDEN = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
ACCOUNTS = {"A1": "root", "A2": "science", "A3": "physics_dept", "A4": "arts"}


class Calendars:
    """The four calendars by the names of the spec."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids = {name: world.ids[key] for name, key in ACCOUNTS.items()}
        self.names = {id: name for name, id in self.ids.items()}

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    def at(self, name: str) -> str:
        return f"/account_calendars/{self.ids[name]}"

    def under(self, name: str) -> str:
        return f"/accounts/{self.ids[name]}/account_calendars"

    def set(self, name: str, *, visible: bool | None = None, auto: bool | None = None) -> None:
        """Change a calendar behind the API's back."""
        values: dict[str, Any] = {} if visible is None else {"account_calendar_visible": visible}
        if auto is not None:
            values["account_calendar_subscription_type"] = "auto" if auto else "manual"

        async def work(uow: UnitOfWork) -> None:
            await uow.update(accounts, {"id": self.ids[name]}, **values)

        self.world.do(work)

    def listed(self, reply: Any) -> list[str]:
        """The names of the accounts of an answer, in its order."""
        assert reply.status_code == 200, reply.text
        return [self.names[one["id"]] for one in reply.json()]

    def state(self, name: str) -> tuple[bool, bool]:
        """(visible, auto_subscribe) as the root administrator is told."""
        calendar = self.world.root.get(self.at(name)).json()
        return calendar["visible"], calendar["auto_subscribe"]


@pytest.fixture
def calendars(campus: World) -> Calendars:
    made = Calendars(campus)
    made.set("A2", visible=True)
    made.set("A3", visible=True)
    return made


def make(world: World, who: str, code: str, title: str = "Open day", /, **fields: Any) -> Any:
    """An event of a calendar, by somebody; today from 14 to 15 unless said otherwise. `params` are more fields by their whole names."""
    more = fields.pop("params", {})
    when = {"start_at": "2026-02-15T14:00:00Z", "end_at": "2026-02-15T15:00:00Z"} if "start_at" not in fields else {}
    sent = {"context_code": code, "title": title, **when, **fields}
    data = {f"calendar_event[{name}]": value for name, value in sent.items() if value is not None}
    return world.as_(who).post("/calendar_events", data | more)


def made(world: World, who: str, code: str, title: str = "Open day", /, **fields: Any) -> Any:
    """The same, which must succeed: the event as it was answered."""
    reply = make(world, who, code, title, **fields)
    assert reply.status_code == 201, reply.text
    return reply.json()


def titles(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [one["title"] for one in reply.json()]


def listed(world: World, who: str, *codes: str, **query: Any) -> list[str]:
    """The titles in somebody's list of these calendars."""
    return titles(world.as_(who).get("/calendar_events", params={"context_codes[]": list(codes), **query}))
