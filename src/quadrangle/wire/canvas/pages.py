"""Pages of the Canvas family. Source: pages.md."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Pages")
