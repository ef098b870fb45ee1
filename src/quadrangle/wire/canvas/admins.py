"""Admins of the Canvas family. Source: supporting-resources.md §8."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Admins")
