"""Enrollment terms of the Canvas family. Source: supporting-resources.md §7."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Enrollment terms")
