"""The Brightspace wire family: one file a noun, as in the Canvas family."""

from quadrangle.http.routing import Route
from quadrangle.wire.brightspace import (
    artifacts,
    enrollments,
    exports,
    gathered,
    imports,
    objects,
    uploads,
    users,
    versions,
)


def all_routes() -> list[Route]:
    return [
        *versions.routes,
        *users.routes,
        *enrollments.routes,
        *objects.routes,
        *artifacts.routes,
        *uploads.routes,
        *gathered.routes,
        *exports.routes,
        *imports.routes,
    ]
