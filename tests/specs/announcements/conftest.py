"""What the announcement tests share: the campus of accounts.md §8 with the notifications N1 … N8 of account-notifications.md."""

from datetime import datetime
from typing import Any

import pytest

from quadrangle import announcements
from quadrangle.accounts import ROOT_ID, reload, rights_at
from quadrangle.announcements import AnnouncementChange
from quadrangle.db import UnitOfWork
from tests.specs.accounts.conftest import campus as accounts_campus
from tests.world import World

campus = accounts_campus
FORBIDDEN = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
FIELDS = {
    "account_notification[subject]": "Snow day",
    "account_notification[message]": "<p>Stay at home.</p>",
    "account_notification[start_at]": "2026-02-01T00:00:00Z",
    "account_notification[end_at]": "2026-03-01T00:00:00Z",
}


class Board:
    """The notifications of the fixture by their names, and where they hang."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        science, arts, dept = (world.ids[key] for key in ("science", "arts", "physics_dept"))
        self.root = f"/accounts/{ROOT_ID}/account_notifications"
        self.science = f"/accounts/{science}/account_notifications"
        self.arts = f"/accounts/{arts}/account_notifications"
        self.put_up("N1", ROOT_ID)
        self.put_up("N2", science, end="2026-02-20")
        self.put_up("N3", arts)
        self.put_up("N4", ROOT_ID, roles=("StudentEnrollment",), end="2026-02-25")
        self.put_up("N5", ROOT_ID, start="2026-01-01", end="2026-01-31")
        self.put_up("N6", ROOT_ID, start="2026-02-16")
        self.put_up("N7", ROOT_ID, roles=("NilEnrollment",), end="2026-02-24")
        self.put_up("N8", dept, roles=("TeacherEnrollment",), end="2026-02-22")

    def put_up(
        self,
        name: str,
        account_id: int,
        *,
        start: str = "2026-02-01",
        end: str = "2026-03-01",
        roles: tuple[str, ...] = (),
        **more: Any,
    ) -> int:
        """A notification by the root administrator; its id. start, end: dates or times in UTC."""

        async def work(uow: UnitOfWork) -> int:
            account = await reload(uow, account_id)
            rights = await rights_at(uow, self.world.ids["root"], account)
            granted = announcements.manage(rights, account)
            change = AnnouncementChange(
                subject=name,
                message=f"<p>{name}</p>",
                start_at=_time(start),
                end_at=_time(end),
                roles=roles,
                **more,
            )
            made = await announcements.announce(uow, granted, rights.chain, self.world.ids["root"], change)
            return made.id

        made: int = self.world.do(work)
        self.ids[name] = made
        self.names[made] = name
        return made

    def names_of(self, reply: Any) -> list[str]:
        assert reply.status_code == 200, reply.text
        return [self.names.get(one["id"], one["subject"]) for one in reply.json()]

    def seen(self, who: str, path: str | None = None, **query: Any) -> list[str]:
        """The names of what somebody's list shows, in its order."""
        return self.names_of(self.world.as_(who).get(path or self.root, **query))

    def at(self, name: str, path: str | None = None) -> str:
        return f"{path or self.root}/{self.ids[name]}"

    def post(self, who: str, path: str | None = None, **changed: Any) -> Any:
        """The four required fields with `changed` ones, sent to an account; None leaves a field out."""
        fields = dict(FIELDS)
        for key, value in changed.items():
            wire = key if key.startswith("account_notification") else f"account_notification[{key}]"
            if value is None:
                fields.pop(wire, None)
            else:
                fields[wire] = value
        return self.world.as_(who).post(path or self.root, fields)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text if "T" in text else text + "T00:00:00+00:00")


@pytest.fixture
def board(campus: World) -> Board:
    return Board(campus)
