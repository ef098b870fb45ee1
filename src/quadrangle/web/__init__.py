"""Pages for people. docs/guides/web.md tells how one is made.

Their files lie in static/, where vendor/ holds what others made, locked by vendor/LOCK.
"""

from quadrangle.http.routing import Route
from quadrangle.web import accent, artifacts, courses, dashboard, home, id_keys, portfolios, styleguide


def all_screens() -> list[Route]:
    modules = (home, courses, dashboard, portfolios, artifacts, accent, id_keys, styleguide)
    return [route for module in modules for route in module.screens]
