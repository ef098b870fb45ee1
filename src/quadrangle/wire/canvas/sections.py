"""Sections of the Canvas family. Source: supporting-resources.md §4."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Sections")
