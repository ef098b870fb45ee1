"""Accounts of the Canvas family. Source: accounts.md."""

from quadrangle.http.routing import Routes

routes = Routes("canvas", "Accounts")
