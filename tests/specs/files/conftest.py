"""What the file tests share: the three steps of an upload, as clients make them."""

from pathlib import Path
from typing import Any

import httpx

from tests.world import NO_TLS, World


def step_one(world: World, who: str | None, context: str, name: str = "notes.txt", /, **fields: Any) -> httpx.Response:
    """`context` is `/courses/1` and the like."""
    return world.as_(who).post(f"{context}/files", {"name": name, **fields})


def step_two(
    announced: Any, data: bytes, *, filename: str = "blob", params: dict[str, str] | None = None
) -> httpx.Response:
    """Without a token, and without following what is answered."""
    fields = announced["upload_params"] if params is None else params
    return httpx.post(
        announced["upload_url"], data=fields, files={"file": (filename, data)}, verify=NO_TLS, follow_redirects=False
    )


def uploaded(
    world: World, who: str, context: str, name: str = "notes.txt", data: bytes = b"Notes.", /, **fields: Any
) -> Any:
    """All three steps, which must succeed: the file as it is answered."""
    announced = step_one(world, who, context, name, **fields)
    assert announced.status_code == 200, announced.text
    sent = step_two(announced.json(), data)
    assert sent.status_code == 302, sent.text
    done = httpx.get(sent.headers["location"], verify=NO_TLS)
    assert done.status_code == 200, done.text
    return done.json()


def course(world: World) -> str:
    return f"/courses/{world.ids['physics']}"


def names(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [one["display_name"] for one in reply.json()]


def stored(world: World) -> list[Path]:
    """What lies in the storage: whole blobs and what is on its way."""
    return [path for path in Path(world.storage).rglob("*") if path.is_file()]
