"""The list obeys the access table: nobody finds in it a page they may not open, or misses one they may. Source: STYLE.md §2."""

from tests.specs.pages.conftest import make
from tests.world import World

EVERYONE = ("root", "sub", "ada", "tia", "dee", "ben", "cleo", "dov", "eve", None)


def test_they_agree_for_everybody_in_the_world(world: World) -> None:
    make(world, "Open", published=True)
    make(world, "Draft", published=False)
    make(world, "Due", publish_at="2026-02-15T12:30:00Z")
    make(world, "Later", publish_at="2026-02-15T14:00:00Z")
    make(world, "Gone")
    world.ada.delete(f"{world.course}/pages/gone")
    make(world, "Nest", who="ben", context=world.group)
    world.clock.advance(hours=1)
    every = ("open", "draft", "due", "later", "gone", "nest")
    for state, public in (("available", False), ("available", True), ("claimed", False), ("completed", False)):
        world.sql("UPDATE courses SET workflow_state = :state, is_public = :public", state=state, public=public)
        for who in EVERYONE:
            for context in (world.course, world.group):
                reply = world.as_(who).get(f"{context}/pages")
                listed = [page["url"] for page in reply.json()] if reply.status_code == 200 else []
                opened = [slug for slug in every if world.as_(who).get(f"{context}/pages/{slug}").status_code == 200]
                assert sorted(listed) == sorted(opened), (state, public, who, context)
