"""Routes in a tree of path segments, matched on the undecoded path so that an id may contain `%2F` (conventions.md §4.2)."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final, TypeVar, get_args, get_origin
from urllib.parse import unquote_to_bytes

import msgspec

from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.params import Params, text_from

Handler = Callable[..., Awaitable[Reply]]
H = TypeVar("H", bound=Handler)

_KNOWN_PATHS: Final = 4096
_LONG_PATH: Final = 256
_MAY_END_IN_JSON: Final = ("/api/v1/", "/eportfolios/", "/dashboard/", "/accounts/")
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Route(msgspec.Struct, frozen=True, eq=False):
    """One verb on one path.

    public: answers anonymous callers too. gives: what a success is made of, for the API description. work: "read" or "write" opens a unit
    of work of that kind around the handler, "none" leaves it to the handler. prepare: runs before that unit of work, for what must not be
    awaited inside (hashing a password). secret_path: a parameter of the path is a secret, so that logs show the template. streams: the
    handler reads the body itself, as it comes. refuses_in_silence: a 400 may come without a body. takes: what a JSON body is made of.
    awaits_more: a 308 without a body may come, which asks for more of what was begun. any_case: fixed segments match in whatever case.
    refusals: content types of what is not a success. screen: the same for people, as HTML: it answers whoever would rather have that, where
    the path does not end in `.json`. again: shows a form once more when what it sent was not accepted; it reads, after the change was
    undone.
    """

    method: str
    template: str
    handler: Handler
    family: str
    tag: str
    summary: str
    public: bool
    gives: Any
    work: str
    asks: tuple[type[Params], ...]
    prepare: Callable[[Call], Awaitable[None]] | None
    status: int
    paged: bool
    secret_path: bool
    streams: bool
    refuses_in_silence: bool
    takes: Any
    any_case: bool
    refusals: tuple[str, ...]
    awaits_more: bool = False
    screen: "Route | None" = None
    again: Handler | None = None

    @property
    def scope(self) -> str:
        return f"url:{self.method}|{self.template}"


class Routes:
    """The routes of one module; `app` adds them up."""

    def __init__(
        self, family: str, tag: str, *, any_case: bool = False, refusals: tuple[str, ...] = ("application/json",)
    ) -> None:
        self.any_case = any_case
        self.refusals = refusals
        self.family = family
        self.tag = tag
        self.routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def add(
        self,
        method: str,
        template: str,
        *,
        public: bool = False,
        gives: Any = None,
        work: str | None = None,
        prepare: Callable[[Call], Awaitable[None]] | None = None,
        status: int = 200,
        paged: bool = False,
        secret_path: bool = False,
        streams: bool = False,
        refuses_in_silence: bool = False,
        takes: Any = None,
        awaits_more: bool = False,
        again: Handler | None = None,
    ) -> Callable[[H], H]:
        def register(handler: H) -> H:
            summary = (inspect.getdoc(handler) or handler.__name__.replace("_", " ")).split("\n")[0]
            self.routes.append(
                Route(
                    method=method,
                    template=template,
                    handler=handler,
                    family=self.family,
                    tag=self.tag,
                    summary=summary,
                    public=public,
                    gives=gives,
                    work=work or ("read" if method == "GET" else "write"),
                    asks=_asked(handler),
                    prepare=prepare,
                    status=status,
                    paged=paged,
                    secret_path=secret_path,
                    streams=streams,
                    refuses_in_silence=refuses_in_silence,
                    takes=takes,
                    any_case=self.any_case,
                    refusals=self.refusals,
                    awaits_more=awaits_more,
                    again=again,
                )
            )
            return handler

        return register

    def get(self, template: str, **options: Any) -> Callable[[H], H]:
        return self.add("GET", template, **options)

    def post(self, template: str, **options: Any) -> Callable[[H], H]:
        return self.add("POST", template, **options)

    def put(self, template: str, **options: Any) -> Callable[[H], H]:
        return self.add("PUT", template, **options)

    def delete(self, template: str, **options: Any) -> Callable[[H], H]:
        return self.add("DELETE", template, **options)


def with_screens(routes: Iterable[Route], screens: Iterable[Route]) -> list[Route]:
    """The routes, each with the screen of its verb and path; a screen that has no such route stands alone."""
    waiting = {screen.scope: screen for screen in screens}
    joined = [msgspec.structs.replace(route, screen=waiting.pop(route.scope, None)) for route in routes]
    return [*joined, *waiting.values()]


def _asked(handler: Handler) -> tuple[type[Params], ...]:
    """The parameter classes of a handler: every argument after the call is annotated Asked[…]."""
    annotations = list(inspect.get_annotations(handler, eval_str=True).items())
    found = []
    for name, annotation in annotations[1:]:
        if name == "return":
            continue
        origin: Any = get_origin(annotation)
        if origin is not Asked:
            raise TypeError(f"{handler.__name__}({name}) must be annotated Asked[…]")
        found.append(get_args(annotation)[0])
    return tuple(found)


class _Node:
    __slots__ = ("child", "fixed", "rest", "routes")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.child: _Node | None = None
        self.rest: _Node | None = None
        self.routes: dict[str, tuple[Route, tuple[str, ...]]] = {}

    def matched(self, segments: list[str]) -> "Match":
        first = next(iter(self.routes.values()))[0]
        screen = next((route.screen for route, _ in self.routes.values() if route.screen is not None), None)
        return Match(
            self.routes,
            segments,
            first.family,
            None if screen is None else screen.family,
            first.template if first.secret_path else None,
        )


class Match(msgspec.Struct, frozen=True):
    """Every verb of the path that matched, and its undecoded parameters. screens: the family of its screens, where it has some. logged_path:
    what logs show, where the path holds a secret."""

    routes: dict[str, tuple[Route, tuple[str, ...]]]
    segments: list[str]
    family: str
    screens: str | None
    logged_path: str | None

    def route(self, method: str, *, screen: bool = False) -> Route | None:
        """screen: the one for people, where there is one."""
        found = self.routes.get(method)
        if found is None:
            return None
        return found[0].screen or found[0] if screen else found[0]

    def path(self, method: str) -> dict[str, str]:
        """Path parameters by name, decoded. Raises Malformed for bytes that are no text."""
        names = self.routes[method][1]
        return {
            name: segment if "%" not in segment else text_from(unquote_to_bytes(segment))
            for name, segment in zip(names, self.segments, strict=True)
        }


class Router:
    """Fixed segments win over parameters, parameters over `*rest`; methods of one path share a node."""

    def __init__(self) -> None:
        self._top = _Node()
        self._any_case = (
            _Node()
        )  # a tree of its own, asked when the first has nothing: its fixed segments are in lower case
        self._known: dict[str, Match | None] = {}
        self.routes: list[Route] = []

    def add(self, route: Route) -> None:
        node = self._any_case if route.any_case else self._top
        names: list[str] = []
        for segment in route.template.strip("/").split("/"):
            if segment.startswith(":"):
                names.append(segment[1:])
                node.child = node.child or _Node()
                node = node.child
            elif segment.startswith("*"):
                names.append(segment[1:])
                node.rest = node.rest or _Node()
                node = node.rest
            else:
                node = node.fixed.setdefault(segment.lower() if route.any_case else segment, _Node())
        if route.method in node.routes:
            raise ValueError(f"two routes for {route.method} {route.template}")
        self._known.clear()
        node.routes[route.method] = (route, tuple(names))
        self.routes.append(route)

    def match(self, raw_path: str) -> Match | None:
        """The same path is asked again and again, so that the last few thousand are remembered. See `_find`."""
        if len(raw_path) > _LONG_PATH:
            return self._find(raw_path)
        try:
            return self._known[raw_path]
        except KeyError:
            if len(self._known) >= _KNOWN_PATHS:
                self._known.clear()
            match = self._known[raw_path] = self._find(raw_path)
            return match

    def _find(self, raw_path: str) -> Match | None:
        """raw_path: percent-encoded, without query. One trailing slash, and `.json` at the end, are ignored (conventions.md §9).

        `.json` goes before ids are read, so that no id ends in it; it stays where a route or a file is named so (`/api/openapi.json`).
        """
        path = raw_path[:-1] if raw_path.endswith("/") else raw_path
        if path.endswith(".json") and path.startswith(_MAY_END_IN_JSON):
            found = self._walk(self._top, path[1 : -len(".json")].split("/"), 0, [])
            if found is not None:
                return found
        segments = path[1:].split("/") if path else [""]
        return self._walk(self._top, segments, 0, []) or self._walk(self._any_case, segments, 0, [], any_case=True)

    def _walk(
        self, node: _Node, segments: list[str], at: int, taken: list[str], *, any_case: bool = False
    ) -> Match | None:
        if at == len(segments):
            return node.matched(taken) if node.routes else None
        segment = segments[at]
        fixed = node.fixed.get(segment.lower() if any_case else segment)
        if fixed is not None and (found := self._walk(fixed, segments, at + 1, taken, any_case=any_case)) is not None:
            return found
        if node.child is not None and segment:
            found = self._walk(node.child, segments, at + 1, [*taken, segment], any_case=any_case)
            if found is not None:
                return found
        if node.rest is not None:
            return node.rest.matched([*taken, "/".join(segments[at:])])
        return None
