"""Sessions of the Canvas family. Source: conventions.md §1.5."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Sessions")
