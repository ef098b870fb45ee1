"""Enrollments of the Canvas family. Source: supporting-resources.md §5."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Enrollments")
