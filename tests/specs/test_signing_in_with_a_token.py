"""How a token opens the door. Source: conventions.md §1."""

from tests.world import World


class TestABearerToken:
    def test_it_is_whoever_it_was_made_for(self, world: World) -> None:
        me = world.ada.get("/users/self")
        assert me.status_code == 200
        assert me.json()["name"] == "Ada Byron"

    def test_it_opens_a_course_to_its_teacher(self, world: World) -> None:
        assert world.ada.get(world.course).json()["course_code"] == "PHY101"

    def test_it_does_not_open_a_course_to_a_stranger(self, world: World) -> None:
        reply = world.eve.get(world.course)
        assert reply.status_code == 403
        assert reply.json() == {
            "status": "unauthorized",
            "errors": [{"message": "user not authorized to perform that action"}],
        }
        assert "www-authenticate" not in reply.headers

    def test_without_one_the_answer_says_so(self, world: World) -> None:
        reply = world.anyone.get("/users/self")
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == 'Bearer realm="canvas-lms"'
        assert reply.json() == {
            "status": "unauthenticated",
            "errors": [{"message": "user authorization required"}],
        }
