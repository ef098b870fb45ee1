"""Where the ePortfolios of authors are found: under `/api/v1` for tokens, and under the web path for sessions. Source: eportfolios.md §4."""

from collections.abc import Callable
from typing import Any

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound
from quadrangle.portfolios import Standing
from quadrangle.wire.canvas.eportfolio_links import opened_in
from quadrangle.wire.canvas.eportfolios import standing_in
from quadrangle.wire.canvas.ids import number_for


def twice(routes: Routes) -> Callable[..., Callable[[Any], Any]]:
    """`both(method, path, …)`: the route for tokens and for sessions; the web lets anonymous visitors ask, who read what is public."""

    def both(method: str, path: str, **options: Any) -> Callable[[Any], Any]:
        def register(handler: Any) -> Any:
            routes.add(method, f"/api/v1{path}", **options)(handler)
            routes.add(method, path, **{"public": method == "GET", **options})(handler)
            return handler

        return register

    return both


async def active_here(call: Call) -> Standing:
    """The caller before the portfolio in the path; for these routes a deleted one does not exist. On the web private links count."""
    opened = None
    if not call.raw_path.startswith("/api/"):
        opened, _ = await opened_in(call, number_for(call.path["id"]))
    standing = await standing_in(call, call.path["id"], lock=call.writing, opened=opened)
    if standing.portfolio_there.deleted:
        raise NotFound
    return standing


async def granted_here(call: Call, right: str) -> Granted[Standing]:
    return portfolios.allow(await active_here(call), right)
