"""The permission matrix: rows that say who may do what, walked as everybody by test_permission_matrix.py.

A family is a file here with `ROWS` and `ROUTES`; test_permission_matrix.py lists the families. A new one is added by adding its file.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from tests.world import World

# Everybody: the people of tests/world.py, the clerk (an administrator of the root without any permission), a site administrator, and a
# caller without credentials. Ada, Tia and Dee are staff of a course in Science, Ben and Cleo study there, Dov observes Ben.
EVERYBODY: Final = ("root", "site", "clerk", "sub", "ada", "tia", "dee", "ben", "cleo", "dov", "eve")
ANYONE: Final = (*EVERYBODY, None)

# At each account of the world, who holds an account-only permission there: its administrators and those of the accounts above.
ADMINS: Final = {"root": "root site", "science": "root site sub", "arts": "root site"}
# Any membership reads, and so do the staff of a course directly there.
READERS: Final = {
    "root": "root site clerk",
    "science": "root site clerk sub ada tia dee",
    "arts": "root site clerk",
}


Who = tuple[str | None, ...]
Given = Callable[[World], dict[str, Any]]


def who(names: str) -> Who:
    return tuple(names.split())


class Row(msgspec.Struct, frozen=True):
    """One route at one place: who may, and what everybody else is told.

    route: as it is registered, without /api/v1. at: by parameter of the route, a key of `world.ids` or a reference. given: makes what the
    request is about, anew for each caller, and returns more parameters of the route or, under names with a `=` before them, of the body.
    done: what is answered to who may. unseen: for whom it does not exist.
    """

    method: str
    route: str
    may: Who
    at: dict[str, str] = {}
    data: dict[str, Any] = {}
    given: Given | None = None
    query: str = ""
    refused: int = 403
    done: int = 200
    unseen: Who = ()
    anonymous: int = 401

    @property
    def name(self) -> str:
        places = " ".join(self.at.values())
        return f"{self.method} {self.route}{' at ' + places if places else ''}{' ' + self.query if self.query else ''}"

    def expected(self, caller: str | None) -> int:
        if caller in self.may:
            return self.done
        if caller in self.unseen:
            return 404
        return self.anonymous if caller is None else self.refused

    def ask(self, world: World, caller: str | None) -> int:
        made = self.given(world) if self.given is not None else {}
        values = {name: world.ids.get(value, value) for name, value in self.at.items()}
        values |= {name: value for name, value in made.items() if not name.startswith("=")}
        data = self.data | {name[1:]: value for name, value in made.items() if name.startswith("=")}
        path = "/".join(str(values[part[1:]]) if part.startswith(":") else part for part in self.route.split("/"))
        path += f"?{self.query}" if self.query else ""
        return world.as_(caller).request(self.method, path, data=data or None).status_code


def in_root(world: World, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
    """What the root administrator is answered, who must succeed."""
    reply = world.root.request(method, path, data=data)
    assert reply.status_code < 300, reply.text
    return reply.json()


def at_each(places: dict[str, str], method: str, route: str, **more: Any) -> list[Row]:
    """The same row at several accounts. places: by account, who may there."""
    name = "id" if ":account_id" not in route else "account_id"
    return [Row(method, route, who(names), at={name: place}, **more) for place, names in places.items()]
