"""Access tokens of the Canvas family. Source: tokens.md."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Access tokens")
