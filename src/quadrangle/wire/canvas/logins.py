"""Logins of the Canvas family. Source: supporting-resources.md §2."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Logins")
