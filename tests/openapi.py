"""Every answer of the suite is held against the published description of the API."""

from functools import lru_cache
from typing import Any

import httpx
import jsonschema

from quadrangle.http.openapi import describe


@lru_cache(maxsize=8)
def _description(app: Any) -> dict[str, Any]:
    return describe(app.router.routes)


@lru_cache(maxsize=1024)
def _validator(app: Any, method: str, template: str, status: str) -> Any:
    description = _description(app)
    path = description["paths"].get(template)
    if path is None:
        return None
    responses = path[method.lower()]["responses"]
    answer = responses.get(status)
    assert answer is not None, f"{method} {template} answers {status}, which its description does not know"
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    return jsonschema.Draft202012Validator({**schema, "components": description["components"]})


def check(app: Any, reply: httpx.Response) -> None:
    """Raise when an answer is not what /api/openapi.json says it is."""
    request = reply.request
    match = app.router.match(request.url.raw_path.decode().partition("?")[0])
    if match is None:
        return
    method = "GET" if request.method == "HEAD" else request.method
    route = match.route(method)
    if route is None or not reply.content or "canvas-string-ids" in request.headers.get("accept", ""):
        return  # string ids are not spelled out in the description
    from quadrangle.http.openapi import path_of

    validator = _validator(app, method, path_of(route.template), str(reply.status_code))
    if validator is not None and "json" in reply.headers["content-type"]:
        validator.validate(reply.json())
