"""OAuth 2 of the Canvas family. Source: conventions.md §2."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "OAuth 2")
