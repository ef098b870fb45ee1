"""What page tools look at before they touch a page. Source: supporting-resources.md §12."""

import pytest

from quadrangle.wire.canvas.neighbours import IN_A_COURSE, OF_A_USER
from tests.world import World

BELOW_A_COURSE = [path.replace(":quiz_id", "7") for path in IN_A_COURSE]


@pytest.mark.parametrize("path", BELOW_A_COURSE)
class TestAListOfACourse:
    def test_it_is_empty_and_paged_for_its_readers(self, world: World, path: str) -> None:
        reply = world.ben.get(f"{world.course}/{path}", per_page=100)
        assert (reply.status_code, reply.json()) == (200, [])
        assert 'rel="last"' in reply.headers["link"]

    def test_it_is_closed_to_others(self, world: World, path: str) -> None:
        assert world.eve.get(f"{world.course}/{path}").status_code == 403
        assert world.anyone.get(f"{world.course}/{path}").status_code == 401
        assert world.ada.get(f"/courses/999999/{path}").status_code == 404

    def test_nothing_can_be_put_into_it(self, world: World, path: str) -> None:
        assert world.ada.post(f"{world.course}/{path}", {"name": "x"}).status_code == 404
        assert world.ada.get(f"{world.course}/{path}/1").status_code == 404


@pytest.mark.parametrize("path", OF_A_USER)
def test_a_list_of_a_user_is_empty_and_wants_a_user(world: World, path: str) -> None:
    reply = world.eve.get(f"/{path}")
    assert (reply.status_code, reply.json()) == (200, [])
    assert world.anyone.get(f"/{path}").status_code == 401


class TestAnnouncements:
    def test_they_are_none_in_a_course_one_reads(self, world: World) -> None:
        code = f"course_{world.ids['physics']}"
        reply = world.ben.get("/announcements", params={"context_codes[]": code})
        assert (reply.status_code, reply.json()) == (200, [])
        assert world.eve.get("/announcements", params={"context_codes[]": code}).status_code == 403

    def test_an_unknown_course_is_not_found(self, world: World) -> None:
        for code in ("course_999999", "planet_1", ""):
            assert world.ben.get("/announcements", params={"context_codes[]": code}).status_code == 404
