"""Every page route has the scope its address says, and a token with that scope alone opens it. Source: contract-checklist.md, Pages."""

import pytest

from tests.specs.pages.conftest import make, wiki
from tests.world import World

COURSE, GROUP = "/api/v1/courses/:course_id", "/api/v1/groups/:group_id"
ONE = "pages/:url_or_id"

# Line of the checklist, verb, route below the context.
LINES = [
    ("P32 P34", "P33", "GET", "front_page"),
    ("P35 P37 P40 P41 P43", "P36", "PUT", "front_page"),
    ("P45 P46", None, "POST", f"{ONE}/duplicate"),
    ("P51", "P52", "GET", "pages"),
    ("P68", "P69", "POST", "pages"),
    ("P86", "P87", "GET", ONE),
    ("P89", "P90", "PUT", ONE),
    ("P104", "P105", "DELETE", ONE),
    ("P108", "P109", "GET", f"{ONE}/revisions"),
    ("P113", "P114", "GET", f"{ONE}/revisions/latest"),
    ("P115", "P116", "GET", f"{ONE}/revisions/:revision_id"),
    ("P120", "P121", "POST", f"{ONE}/revisions/:revision_id"),
]
CASES = [(line, COURSE, verb, rest) for line, _, verb, rest in LINES]
CASES += [(line, GROUP, verb, rest) for _, line, verb, rest in LINES if line is not None]


@pytest.mark.parametrize(("context", "verb", "rest"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
class TestTheScopeOfARoute:
    def test_it_opens_that_route_and_no_other(self, world: World, context: str, verb: str, rest: str) -> None:
        in_course = context == COURSE
        who = "ada" if in_course else "ben"
        at = world.course if in_course else world.group
        make(world, "Front", who=who, context=at, published=True, front_page=True, body="<p>Welcome</p>")
        make(world, "W", who=who, context=at, body="x")
        scope = f"url:{verb}|{context}/{rest}"
        path = f"{at}/{rest}".replace(":url_or_id", "w").replace(":revision_id", "1")

        def call(scopes: list[str]) -> int:
            form = {"token[purpose]": "scoped", "token[scopes][]": scopes}
            made = world.as_(who).post("/users/self/tokens", form)
            assert made.status_code == 200, made.text
            client = world.with_token(made.json()["visible_token"])
            return client.request(verb, path, data=wiki(title="Z") if verb in ("POST", "PUT") else None).status_code

        other = "url:GET|/api/v1/courses" if rest != "pages" or verb != "GET" else f"url:POST|{context}/pages"
        assert call([other]) == 401
        assert call([scope]) == 200

    def test_it_is_what_the_description_says(self, world: World, context: str, verb: str, rest: str) -> None:
        scopes = {route.scope for route in world.app.router.routes}
        assert f"url:{verb}|{context}/{rest}" in scopes
