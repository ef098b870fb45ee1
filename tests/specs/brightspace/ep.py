"""Somebody at the eP routes, and what they made there."""

from typing import Any

import httpx

from tests.world import World

EP = "/d2l/api/eP/2.5"
NOT_AUTHORIZED = b'{"Errors":[{"Message":"Not Authorized"}]}'
GEO = {"Latitude": 1.5, "Longitude": 2.0, "Altitude": None, "Bearing": None, "Precision": None}


class Person:
    """Paths are those below the version."""

    def __init__(self, world: World, who: str | None) -> None:
        self.world = world
        self.client = world.as_(who)
        self.id: int = world.ids.get(who or "", 0)

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self.client.request(method, EP + path, **how)

    def get(self, path: str, **query: Any) -> Any:
        reply = self.ask("GET", path, params=query or None)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any = None) -> Any:
        reply = self.ask("POST", path, json=body) if body is not None else self.ask("POST", path)
        assert reply.status_code == 200, reply.text
        return reply.json() if reply.content else None

    def delete(self, path: str) -> None:
        reply = self.ask("DELETE", path)
        assert (reply.status_code, reply.content) == (200, b""), reply.text

    def status(self, method: str, path: str, **how: Any) -> int:
        return self.ask(method, path, **how).status_code

    def link(self, name: str = "A link", url: str = "https://example.com/", **more: Any) -> int:
        return int(self.post("/artifacts/link/new", {"Name": name, "Url": url, **more})["ObjectId"])

    def reflection(self, name: str = "Words", **more: Any) -> int:
        return int(self.post("/reflections/new", {"Name": name, **more})["ObjectId"])

    def collection(self, name: str = "Gathered", **more: Any) -> int:
        return int(self.post("/collections/new", {"Name": name, **more})["ObjectId"])

    def presentation(self, name: str = "Shown", **more: Any) -> int:
        return int(self.post("/presentations/new", {"Name": name, **more})["ObjectId"])

    def upload(self, filename: str = "tides.txt", data: bytes = b"high and low", **query: Any) -> Any:
        reply = self.ask("POST", "/artifacts/file/upload", params=query, files={"file": (filename, data, "text/plain")})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def portfolio_of(self, presentation: int) -> int:
        (row,) = self.world.sql("SELECT eportfolio_id FROM portfolio_objects WHERE id = :id", id=presentation)
        return int(row[0])
