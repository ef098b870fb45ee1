"""The Brightspace wire family: one file a noun, as in the Canvas family."""

from quadrangle.http.routing import Route
from quadrangle.wire.brightspace import users, versions


def all_routes() -> list[Route]:
    return [*versions.routes, *users.routes]
