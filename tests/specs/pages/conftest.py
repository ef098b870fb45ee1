"""What the page tests share: pages of the physics course, made over HTTP as Ada."""

from typing import Any

import httpx

from tests.world import World


def wiki(**fields: Any) -> dict[str, Any]:
    """`wiki(title="A")` as the form fields `wiki_page[title]=A`; booleans as a client writes them."""
    return {
        f"wiki_page[{name}]": str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()
    }


def make(world: World, title: str, *, who: str = "ada", context: str | None = None, **fields: Any) -> dict[str, Any]:
    """Create a page and return it."""
    fields.setdefault("published", True)
    reply = world.as_(who).post(f"{context or world.course}/pages", wiki(title=title, **fields))
    assert reply.status_code == 200, reply.text
    page: dict[str, Any] = reply.json()
    return page


def course_lets_students_write(world: World) -> None:
    world.sql("UPDATE courses SET default_wiki_editing_roles = 'teachers,students'")


def says(reply: httpx.Response, field: str) -> str:
    """The first message about a field in a by-attribute answer."""
    message: str = reply.json()["errors"][field][0]["message"]
    return message


FORBIDDEN = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
