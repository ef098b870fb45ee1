"""One request on its way through: what was asked, by whom, inside which unit of work."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from quadrangle.db import UnitOfWork
from quadrangle.http.body import Receive, tree_from_body
from quadrangle.kernel.errors import Unauthenticated
from quadrangle.kernel.paging import Slice, Window, bookmark_window_from, cut, link_header, window_from
from quadrangle.kernel.params import Params, Reading, Tree, merge, nest

if TYPE_CHECKING:
    from quadrangle.http.endpoint import Application
    from quadrangle.http.reply import Reply
    from quadrangle.http.routing import Route

P = TypeVar("P", bound=Params)

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:\d{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:\d{1,5})?\Z")


@lru_cache(maxsize=256)
def _origin_of(scheme: str, proto: bytes | None, forwarded: bytes | None, host: bytes | None) -> str | None:
    said = _first_of(proto).lower()
    scheme = said if said in ("http", "https") else scheme
    for name in (_first_of(forwarded), _first_of(host)):
        if _HOST.match(name):
            return f"{scheme}://{name}"
    return None


def _first_of(header: bytes | None) -> str:
    return (header or b"").decode("latin-1").split(",")[0].strip()


class NeedsToWrite(Exception):
    """A handler that reads found something to set right: it runs again, in a unit of work that may write."""


class Call:
    """Everything a handler may know of its request.

    path: decoded path parameters. tree: query, body and path as one parameter tree. body: its bytes as they came. actor: whoever is signed
    in, or None; its type is the family's. screen: whether the answer is a page for people; None where there is no choice. uow: set while the
    handler runs, unless its route does its own work; writing: it may change something.
    """

    __slots__ = (
        "_base_url",
        "_uow",
        "actor",
        "app",
        "body",
        "client",
        "headers",
        "later",
        "logged_path",
        "method",
        "notes",
        "path",
        "query",
        "raw_path",
        "receive",
        "request_id",
        "route",
        "scheme",
        "screen",
        "sent_method",
        "started",
        "tree",
        "writing",
        "zone",
    )  # fmt: skip

    def __init__(self, app: "Application", scope: dict[str, Any], request_id: str, started: float) -> None:
        self.app = app
        self.sent_method: str = scope["method"]
        self.method = self.sent_method  # what it is answered as: HEAD as GET, a POST perhaps as another
        self.raw_path: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        self.logged_path = self.raw_path
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.scheme: str = scope.get("scheme", "http")
        client = scope.get("client")
        self.client: str = client[0] if client else ""
        self.request_id = request_id
        self.started = started
        self.query: list[tuple[str, str | None]] = []
        self.tree: Tree = {}
        self.body = b""
        self.receive: Receive | None = None  # where the route reads the body itself
        self.path: dict[str, str] = {}
        self.route: Route | None = None
        self.screen: bool | None = None
        self.actor: Any = None
        self.zone: tzinfo = UTC
        self.notes: dict[str, Any] = {}  # what the family remembers between entering and leaving
        self.later: list[Callable[[], Awaitable[None]]] = []
        self._uow: UnitOfWork | None = None
        self.writing = False
        self._base_url: str | None = None

    @property
    def uow(self) -> UnitOfWork:
        assert self._uow is not None, "this route works without a unit of work"
        return self._uow

    @asynccontextmanager
    async def read_only(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work that reads, for a route that does its own: what comes after it holds no connection."""
        async with self.app.database.read() as connection:
            self._uow = UnitOfWork(connection, self.app.clock.now())
            try:
                yield self._uow
            finally:
                self._uow = None

    def write(self) -> None:
        """Go on only where something may be changed; a handler that reads is run again from its beginning."""
        if not self.writing:
            raise NeedsToWrite

    @property
    def now(self) -> datetime:
        return self.uow.now if self._uow is not None else self.app.clock.now()

    def header(self, name: str) -> str | None:
        raw = self.headers.get(name.lower().encode())
        return None if raw is None else raw.decode("latin-1")

    @property
    def base_url(self) -> str:
        """Scheme, host and port as the client sees them (conventions.md §6); the setting when the request names no usable host."""
        if self._base_url is None:
            self._base_url = self._origin() or self.app.settings.base_url
        return self._base_url

    def _origin(self) -> str | None:
        sent = self.headers.get
        return _origin_of(self.scheme, sent(b"x-forwarded-proto"), sent(b"x-forwarded-host"), sent(b"host"))

    @property
    def address(self) -> str:
        """The client's address; behind a proxy the first one it names."""
        forwarded = self.header("x-forwarded-for")
        return forwarded.split(",")[0].strip() if forwarded else self.client

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https:")

    def cookie(self, name: str) -> str | None:
        for piece in (self.header("cookie") or "").split(";"):
            key, _, value = piece.strip().partition("=")
            if key == name:
                return value
        return None

    def user(self) -> Any:
        """The actor; raises Unauthenticated for an anonymous caller."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    def window(self, *, alias: str | None = None) -> Window:
        return window_from(self.tree, alias=alias)

    def bookmark_window(self, *, alias: str | None = None) -> Window:
        return bookmark_window_from(self.tree, alias=alias)

    def paged(self, items: list[Any], *, alias: str | None = None) -> Slice[Any]:
        """A page of a list that is in memory as a whole."""
        window = self.window(alias=alias)
        rows = items[window.offset : window.offset + window.limit]
        return cut(rows, window, total=len(items))

    def link(self, part: Slice[Any]) -> str:
        return link_header(self.base_url + self.raw_path, self.query, part)

    def reading(self) -> Reading:
        return Reading(zone=self.zone)


class Asked(Generic[P]):
    """The parameters a handler declares. They are read when the handler says so, as what comes first, a refusal or a complaint about a
    parameter, is part of each endpoint's contract (conventions.md §1.3)."""

    __slots__ = ("_call", "_params")

    def __init__(self, params: type[P], call: Call) -> None:
        self._params = params
        self._call = call

    def read(self) -> P:
        return self._params.read(self._call.tree, self._call.reading())


def read_as_rails(call: Call, body: bytes) -> None:
    """The parameters of body and query in one tree, the way Rails reads them; a POST may name another verb (conventions.md §9.1)."""
    if body:
        call.tree = tree_from_body(body, call.header("content-type") or "")
    if call.query:
        merge(call.tree, nest(call.query))
    if call.method == "POST":
        wanted = call.tree.get("_method") or call.header("x-http-method-override")
        if isinstance(wanted, str) and wanted.upper() in ("PUT", "PATCH", "DELETE"):
            call.method = wanted.upper()


Answer = Callable[[Call], Awaitable["Reply"]]
