"""Schemathesis asks every operation what its description allows, and more. Source: issue "Foundation", bad input."""

import re
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from quadrangle.app import all_routes
from quadrangle.http.openapi import describe
from tests.world import World

EXAMPLES: Final = 8

schema = schemathesis.openapi.from_dict(describe(all_routes()))


def references(world: World) -> dict[str, str]:
    """Something that is there, by the segment of the path before it: what schemathesis makes up is nearly always a 404."""
    return {
        "accounts": str(world.ids["science"]),
        "courses": str(world.ids["physics"]),
        "enrollments": str(world.ids["enrollment:cleo"]),
        "group_categories": str(world.ids["birds"]),
        "groups": str(world.ids["owls"]),
        "pages": "week-one",
        "revisions": "1",
        "roles": str(world.ids["role:TeacherEnrollment"]),
        "users": str(world.ids["ben"]),
    }


def point(case: Any, known: dict[str, str]) -> None:
    """Lead two calls of three to something that is there."""
    for segment, name in re.findall(r"/(\w+)/\{(\w+)\}", case.operation.path):
        made_up = str(case.path_parameters[name])
        if segment in known and len(made_up) % 3:
            case.path_parameters[name] = known[segment]


@pytest.mark.parametrize("engine", ["sqlite"])
@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_an_operation_answers_as_described(case: Any, world: World) -> None:
    if "page" not in world.ids:
        page = {"wiki_page[title]": "Week one", "wiki_page[body]": "<p>Bring a pencil.</p>"}
        world.ids["page"] = world.ada.post(f"{world.course}/pages", page).json()["page_id"]
    point(case, references(world))
    reply = case.call(base_url=world.url, headers={"authorization": f"Bearer {world.tokens['root']}"})
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    if case.operation.path.startswith("/api/v1/"):
        checks.append(content_type_conformance)  # beside the API there are pages for people
    case.validate_response(reply, checks=checks)
