"""The endpoint kernel: one ASGI application that decodes a request, lets its family admit it, calls the handler inside a unit of work,
and encodes the reply. No web framework reads Rails parameters or routes on the undecoded path, which is why this exists
(docs/decisions/0002-endpoint-kernel.md).
"""

import itertools
import math
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from quadrangle.blobs import Blobs
from quadrangle.db import Database, Overtaken, UnitOfWork
from quadrangle.http.body import Disconnected, Receive, receive_body
from quadrangle.http.call import Asked, Call, NeedsToWrite
from quadrangle.http.negotiate import prefers_html
from quadrangle.http.reply import Reply, Streamed
from quadrangle.http.routing import Handler, Match, Route, Router
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import Digester, request_ids
from quadrangle.kernel.errors import Conflict, Failure, Invalid, LimitReached, NotFound, WrongMethod
from quadrangle.kernel.paging import Slice
from quadrangle.kernel.params import pairs_from
from quadrangle.logs import request_log
from quadrangle.settings import Settings

Send = Callable[[dict[str, Any]], Awaitable[None]]

_JSON: Final = b"application/json; charset=utf-8"
NOT_ACCEPTED: Final = "not_accepted"  # the note under which `again` finds what a form was refused for
TRIES: Final = 4  # at a unit of work that others overtake
_STATUS: Final = {status.value: f"{status.value} {status.phrase}".encode() for status in HTTPStatus}


class Family(Protocol):
    """A wire family: who may enter, how failures look, what every answer carries."""

    name: str
    prefix: str  # of the paths it answers for where no route does; the longest counts

    def read(self, call: Call, body: bytes) -> None:
        """Make call.tree of query and body. Raises Malformed."""
        ...

    async def enter(self, call: Call) -> Reply | None:
        """Throttle and authenticate; sets call.actor. A Reply ends the request there."""
        ...

    async def admit(self, call: Call) -> None:
        """Inside the unit of work, before the handler: raises when this caller may not use this route at all."""
        ...

    def failed(self, call: Call, failure: Failure) -> Reply: ...

    def crashed(self, call: Call, report: int) -> Reply: ...

    def leave(self, call: Call, reply: Reply) -> Reply:
        """Last touch on every answer: headers of the family, string ids."""
        ...


class Beside(Protocol):
    """What runs beside the answering, from the start of the application to its stop."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class Metrics(Collector):
    """What /metrics tells, one registry an application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(self)
        self.statements = 0
        self._requests: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[str, _Durations] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request. It costs a tenth of prometheus_client's own counters, whose locks nothing here needs."""
        key = (method, route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        durations = self._seconds.get(route)
        if durations is None:
            durations = self._seconds[route] = _Durations()
        durations.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """What a scrape sees."""
        requests = CounterMetricFamily(
            "quadrangle_requests", "Answered requests.", labels=["method", "route", "status"]
        )
        for (method, route, status), number in self._requests.items():
            requests.add_metric([method, route, str(status)], number)
        yield requests
        seconds = HistogramMetricFamily("quadrangle_request_seconds", "Time to answer.", labels=["route"])
        for route, durations in self._seconds.items():
            seconds.add_metric([route], durations.buckets(), durations.sum)
        yield seconds
        yield CounterMetricFamily("quadrangle_statements", "Statements run for requests.", value=self.statements)


class _Durations:
    """A histogram: how many observations fell between two of the bounds."""

    BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

    __slots__ = ("_counts", "sum")

    def __init__(self) -> None:
        self._counts = [0] * (len(self.BOUNDS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self.BOUNDS, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Each upper bound with the number of observations up to it."""
        bounds = [floatToGoString(bound) for bound in (*self.BOUNDS, math.inf)]  # type: ignore[no-untyped-call]
        return list(zip(bounds, itertools.accumulate(self._counts), strict=True))


def _wants_screen(call: Call, *, choice: bool) -> bool | None:
    """Whether the answer is a page for people, where there is a choice (eportfolios.md §4); None: there is none."""
    if not choice:
        return None
    return prefers_html(call.headers.get(b"accept")) and not call.raw_path.rstrip("/").endswith(".json")


class Application:
    """The ASGI application: what families and handlers share for the life of the process."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        clock: Clock,
        blobs: Blobs,
        routes: Iterable[Route],
        families: Mapping[str, Family],
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.blobs = blobs
        self.digest = Digester(settings.secret_key)
        self.families = families
        self.router = Router()
        for route in routes:
            self.router.add(route)
        self.metrics = Metrics()
        self.beside: list[Beside] = []
        self.log = structlog.get_logger("quadrangle")
        self._log_request = request_log(settings.log)
        self._request_ids = request_ids()
        self._reports = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.database.start()
        await self.blobs.clear_left_behind(self.clock.now())
        for one in self.beside:
            await one.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for one in self.beside:
            await one.stop()
        await self.database.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        call = Call(self, scope, next(self._request_ids), time.perf_counter())
        match = self.router.match(call.raw_path)
        if match is not None and match.logged_path is not None:
            call.logged_path = match.logged_path
        choice = not self._named_by(call.raw_path).prefix if match is None else match.screens is not None
        call.screen = _wants_screen(call, choice=choice)
        family = self._family(call, match)
        try:
            reply = await self._answer(call, family, match, scope, receive)
        except Disconnected:
            self.log.info("client went away", request_id=call.request_id, path=call.logged_path)
            return
        await self._send(call, family, reply, send, head=scope["method"] == "HEAD")
        for act in call.later:
            try:
                await act()
            except Exception:
                self.log.exception("work after the answer failed", request_id=call.request_id)

    def _family(self, call: Call, match: Match | None) -> Family:
        if match is not None:
            return self.families[(match.screens if call.screen else None) or match.family]
        return self.families["web"] if call.screen else self._named_by(call.raw_path)

    def _named_by(self, raw_path: str) -> Family:
        """Who answers for a path that nothing matches: the family with the longest prefix of it."""
        path = raw_path.lower()
        return max(
            (one for one in self.families.values() if path.startswith(one.prefix)), key=lambda one: len(one.prefix)
        )

    async def _answer(
        self, call: Call, family: Family, match: Match | None, scope: dict[str, Any], receive: Receive
    ) -> Reply:
        try:
            malformed = await self._decode(call, family, match, scope, receive)
            ended = await family.enter(call)
            if ended is not None:
                return ended
            if malformed is not None:
                raise malformed
            if call.route is None:
                raise NotFound if match is None else WrongMethod(match.routes)
            return await self._work(call, family, call.route)
        except Failure as failure:
            return family.failed(call, failure)
        except Disconnected:
            raise
        except Exception:
            self._reports += 1
            self.log.exception("crashed", request_id=call.request_id, method=call.method, path=call.logged_path)
            return family.crashed(call, self._reports)

    async def _decode(
        self, call: Call, family: Family, match: Match | None, scope: dict[str, Any], receive: Receive
    ) -> Failure | None:
        """Read query and body into call.tree and choose the route; what is wrong with them is told after throttling."""
        try:
            if call.method == "HEAD":
                call.method = "GET"
            screen = call.screen is True
            call.route = route = None if match is None else match.route(call.method, screen=screen)
            call.query = pairs_from(scope.get("query_string", b""))
            if route is not None and route.streams:
                call.receive = receive
                body = b""
            else:
                body = call.body = await receive_body(receive, call.headers, self.settings.body_limit)
            family.read(call, body)
            if match is not None:
                call.route = match.route(call.method, screen=screen)
            if match is not None and call.route is not None:
                call.path = match.path(call.method)
                call.tree.update(call.path)
        except Failure as failure:
            return failure
        return None

    async def _work(self, call: Call, family: Family, route: Route) -> Reply:
        """Admit the caller and run the handler in its unit of work. Admission reads, so it never waits for the writer."""
        arguments = [Asked(params, call) for params in route.asks]
        async with self.database.read() as connection:
            uow = call._uow = UnitOfWork(connection, self.clock.now())
            await family.admit(call)
            if route.work == "read":
                try:  # twice as fast as contextlib.suppress, and in the way of every request
                    reply = await route.handler(call, *arguments)
                except NeedsToWrite:
                    pass
                else:
                    self.metrics.statements += uow.statements
                    return reply
        call._uow = None
        if route.prepare is not None:
            await route.prepare(call)
        if route.work == "none":
            return await route.handler(call, *arguments)
        self.metrics.statements += uow.statements
        try:
            reply, written = await self._write(call, route, arguments)
        except (Invalid, Conflict, LimitReached) as refused:
            if route.again is None:
                raise
            return await self._again(call, route.again, refused)
        self.metrics.statements += written.statements
        await written.committed()
        return reply

    async def _again(self, call: Call, show: Handler, refused: Failure) -> Reply:
        """The screen of a form that was not accepted. What it had changed until then is undone."""
        call.writing = False
        call.notes[NOT_ACCEPTED] = refused
        async with call.read_only() as uow:
            reply = await show(call)
        self.metrics.statements += uow.statements
        reply.status = 422
        return reply

    async def _write(self, call: Call, route: Route, arguments: list[Asked[Any]]) -> tuple[Reply, UnitOfWork]:
        """The handler in a transaction of its own. What overtook it left nothing behind, so that it can be run again: it then sees the
        row that was in its way."""
        noted = len(call.later)
        call.writing = True
        for attempt in itertools.count(1):
            try:
                async with self.database.write() as connection:
                    written = call._uow = UnitOfWork(connection, self.clock.now())
                    reply = await route.handler(call, *arguments)
                return reply, written
            except Overtaken:
                del call.later[noted:]
                if attempt == TRIES:
                    raise
        raise AssertionError("the last attempt answers or raises")

    async def _send(self, call: Call, family: Family, reply: Reply, send: Send, *, head: bool) -> None:
        if isinstance(reply.body, Slice):
            reply.header("link", call.link(reply.body))
        reply = family.leave(call, reply)
        body = reply.encoded()
        elapsed = time.perf_counter() - call.started
        headers = [
            (b"content-type", reply.content_type or _JSON),
            (b"content-length", str(reply.body.length if isinstance(reply.body, Streamed) else len(body)).encode()),
            (b"x-request-context-id", call.request_id.encode()),
            (b"x-runtime", b"%.6f" % elapsed),
            (b"status", _STATUS[reply.status]),
            *reply.headers,
        ]
        if call.screen is not None:
            headers.append((b"vary", b"accept"))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if isinstance(reply.body, Streamed) and not head:
            async for piece in reply.body.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            body = b""
        await send({"type": "http.response.body", "body": b"" if head else body})
        route = call.route.template if call.route is not None else "(none)"
        self.metrics.count(call.method, route, reply.status, elapsed)
        if self._log_request is not None:
            self._log_request(call.request_id, call.method, call.logged_path, reply.status, elapsed)
