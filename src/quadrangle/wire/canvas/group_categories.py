"""Group categories of the Canvas family. Source: supporting-resources.md §6."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Group categories")
