"""What the specifications of courses need beside the small world."""

from typing import Any

from tests.world import World


def make(world: World, account: str = "science", **data: Any) -> dict[str, Any]:
    """A course as root makes it; data: `offer`, or keys of the course."""
    sent = {key if key in ("offer", "enroll_me") else f"course[{key}]": value for key, value in data.items()}
    reply = world.root.post(f"/accounts/{world.ids[account] if account != 'root' else 1}/courses", sent)
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


def enroll(world: World, course_id: int, who: str, type: str = "Student", state: str = "active", **more: Any) -> Any:
    sent = {
        "enrollment[user_id]": world.ids[who],
        "enrollment[type]": f"{type}Enrollment",
        "enrollment[enrollment_state]": state,
        **{f"enrollment[{key}]": value for key, value in more.items()},
    }
    reply = world.root.post(f"/courses/{course_id}/enrollments", sent)
    assert reply.status_code == 200, reply.text
    return reply.json()


def ids(reply: Any) -> list[int]:
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.json()]
