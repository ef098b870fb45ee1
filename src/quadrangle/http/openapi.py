"""The OpenAPI 3.1 description, made from the routes: paths as they are, parameters with their real, bracketed names."""

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from quadrangle import __version__
from quadrangle.http.routing import Route
from quadrangle.kernel.params import Field, Params

SCREENS: Final = "web"  # the family of what is for people alone
_ERRORS = {
    "400": "A parameter could not be accepted",
    "401": "No, or no valid, credentials; or a refusal of the endpoint's own",
    "403": "Signed in, but not permitted",
    "404": "No such object",
    "405": "There is no such verb here",
    "409": "In conflict with what is there",
    "413": "The body is too large",
    "422": "The CSRF token of a session is missing or wrong",
    "429": "Throttled",
    "503": "Something this server stands on does not answer",
}


def path_of(template: str) -> str:
    """`/courses/:id` as `/courses/{id}`."""
    return re.sub(r"[:*](\w+)", r"{\1}", template)


def describe(routes: Iterable[Route], *, title: str = "Quadrangle") -> dict[str, Any]:
    """The whole description as plain data."""
    routes = [route for route in routes if route.family != SCREENS]
    shapes = [shape for route in routes for shape in (route.gives, route.takes) if shape is not None]
    schemas, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    schema_of = {id(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for route in routes:
        answer, body = (None if shape is None else schema_of[id(shape)] for shape in (route.gives, route.takes))
        paths.setdefault(path_of(route.template), {})[route.method.lower()] = _operation(route, answer, body)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": {"type": ["object", "array", "null"]}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, answer: Any, body: Any) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"[:*](\w+)", route.template)
    ]
    sent = {name: _property(field) for params in route.asks for name, field in _names(params)}
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "x-scope": route.scope,
    }
    if route.public:
        operation["security"] = [{}, {"token": []}]
    if route.method == "GET":
        parameters += [
            {"name": name, "in": "query", "schema": schema, "description": schema.get("description", "")}
            for name, schema in sent.items()
        ]
        if route.paged:
            parameters += [
                {"name": "page", "in": "query", "schema": {"type": "string"}},
                {
                    "name": "per_page",
                    "in": "query",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 100},
                },
            ]
    elif sent:
        required = [f"{params.group}" for params in route.asks if params.required]
        schema: dict[str, Any] = {"type": "object", "properties": sent}
        if required:
            schema["description"] = f"At least one parameter of {', '.join(required)} is required."
        content = {kind: {"schema": schema} for kind in ("application/x-www-form-urlencoded", "multipart/form-data")}
        operation["requestBody"] = {"content": content}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if parameters:
        operation["parameters"] = parameters
    success: dict[str, Any] = {"description": "Success"}
    if answer is not None:
        success["content"] = {"application/json": {"schema": answer}}
    error: dict[str, Any] = {
        kind: {"schema": {"type": "string"} if kind == "text/plain" else {"$ref": "#/components/schemas/Error"}}
        for kind in route.refusals
    }
    if route.screen is not None:
        html = {"text/html": {"schema": {"type": "string"}}}
        success["content"] = success.get("content", {}) | html
        error |= html
    operation["responses"] = {str(route.status): success} | {
        status: {"description": text, "content": error} for status, text in _ERRORS.items()
    }
    if route.awaits_more:
        operation["responses"]["308"] = {
            "description": "More is awaited; it is sent to Location, after the last byte of Range."
        }
    if route.refuses_in_silence:
        operation["responses"]["400"]["content"] = error | {"text/html": {"schema": {"type": "string"}}}
    return operation


def _names(params: type[Params]) -> list[tuple[str, Field]]:
    """Each field under the name a form body gives it: `wiki_page[title]`, `include[]`."""
    named = []
    for name, field in params.fields.items():
        key = field.key or name
        full = f"{params.group}[{key}]" if params.group else key
        named.append((f"{full}[]" if field.many else full, field))
    return named


def _property(field: Field) -> dict[str, Any]:
    return {**field.schema, **({"description": field.doc} if field.doc else {})}


def _operation_id(route: Route) -> str:
    """Some routes stand twice, below /api/v1 for tokens and on the web for sessions."""
    words = re.sub(r"\W+", "_", route.template.removeprefix("/api/v1")).strip("_")
    on_the_web = route.template.startswith(("/eportfolios", "/accounts"))
    return f"{route.method.lower()}_{'web_' if on_the_web else ''}{words}"
