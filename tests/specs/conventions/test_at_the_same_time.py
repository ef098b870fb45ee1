"""Two who want the same at once: both get the answer they would get one after the other, never a crash. Source: issue 2, "bad input"."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.world import World

MANY = 6


def at_once(world: World, method: str, path: str, body: dict[str, Any]) -> list[Any]:
    """The answers to one request of the root administrator, sent many times at once."""
    clients = [world.with_token(world.tokens["root"]) for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(lambda client: client.request(method, path, json=body), clients))


def statuses(replies: list[Any]) -> dict[int, int]:
    return dict(Counter(reply.status_code for reply in replies))


class TestTheSameAtOnce:
    def test_an_administrator_is_appointed_once(self, world: World) -> None:
        replies = at_once(world, "POST", "/accounts/1/admins", {"user_id": world.ids["eve"]})
        assert statuses(replies) == {200: MANY}
        assert len({reply.json()["id"] for reply in replies}) == 1

    def test_a_permission_is_overridden_once(self, world: World) -> None:
        role = f"/accounts/1/roles/{world.ids['role:TeacherEnrollment']}"
        wish = {"permissions": {"manage_wiki_create": {"explicit": True, "enabled": False}}}
        assert statuses(at_once(world, "PUT", role, wish)) == {200: MANY}
        assert world.root.get(role).json()["permissions"]["manage_wiki_create"]["enabled"] is False

    def test_a_role_gets_its_label_once(self, world: World) -> None:
        body = {"label": "Librarian", "base_role_type": "StudentEnrollment"}
        assert statuses(at_once(world, "POST", "/accounts/1/roles", body)) == {200: 1, 400: MANY - 1}

    def test_a_login_gets_its_name_once(self, world: World) -> None:
        body = {"user": {"name": "Zoe"}, "pseudonym": {"unique_id": "zoe"}}
        replies = at_once(world, "POST", "/accounts/1/users", body)
        assert statuses(replies) == {200: 1, 400: MANY - 1}
        refused = next(reply for reply in replies if reply.status_code == 400)
        assert refused.json()["errors"]["pseudonym"]["unique_id"][0]["type"] == "taken"

    def test_somebody_is_enrolled_once(self, world: World) -> None:
        body = {"enrollment": {"user_id": world.ids["eve"], "type": "StudentEnrollment"}}
        replies = at_once(world, "POST", f"{world.course}/enrollments", body)
        assert statuses(replies) == {200: MANY}
        assert len({reply.json()["id"] for reply in replies}) == 1

    def test_a_course_is_deleted_once(self, world: World) -> None:
        found = statuses(at_once(world, "DELETE", world.course, {"event": "delete"}))
        assert found.pop(200) == 1
        assert found.keys() <= {400, 404}
