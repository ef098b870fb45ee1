"""HTTP outside the wire families: health, readiness, metrics."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import literal, select

from quadrangle.db import Statement, reading
from quadrangle.db.migrate import HEAD
from quadrangle.http.call import Call, read_as_rails
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.jobs import RUNNING, WAITING, queue_lengths
from quadrangle.kernel.errors import Failure, NotFound, TooLarge, Unavailable
from quadrangle.settings import Settings

routes = Routes("system", "System")

_STATUSES: Final = ((NotFound, 404), (TooLarge, 413), (Unavailable, 503))
_PING: Final = Statement(select(literal(1)), into=int)


class SystemFamily:
    """Plain JSON, no callers to know."""

    name = "system"
    prefix = ""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, call: Call, body: bytes) -> None:
        read_as_rails(call, body)

    async def enter(self, call: Call) -> Reply | None:
        return None

    async def admit(self, call: Call) -> None:
        return None

    def failed(self, call: Call, failure: Failure) -> Reply:
        status = next((status for kind, status in _STATUSES if isinstance(failure, kind)), 400)
        return Reply(status, {"error": failure.code, "message": failure.says})

    def crashed(self, call: Call, report: int) -> Reply:
        return Reply(500, {"error": "crash", "message": "An error occurred.", "report": report})

    def leave(self, call: Call, reply: Reply) -> Reply:
        return reply.header("x-canvas-meta", "q=quadrangle;")


@routes.get("/", public=True, work="none", status=302)
async def start(call: Call) -> Reply:
    """Lead programs that open the bare address to the reference of the API; people get the screen."""
    return redirect("/api/docs")


@routes.get("/healthz", public=True, work="none")
async def healthz(call: Call) -> Reply:
    """Whether the process answers."""
    return Reply(200, {"status": "ok"})


@routes.get("/readyz", public=True, work="none")
async def readyz(call: Call) -> Reply:
    """Whether the database answers, its schema is the one this program needs, and files can be stored."""
    problems = []
    try:
        async with call.app.database.read() as connection:
            await connection.one(_PING)
        version = await call.app.database.version()
        if version != HEAD:
            problems.append(f"The schema is at {version}, this program needs {HEAD}: run `quad migrate`.")
    except Exception as error:
        call.app.log.warning("not ready", error=str(error))
        problems.append("The database does not answer.")
    if (problem := await call.app.blobs.problem()) is not None:
        call.app.log.warning("not ready", error=problem)
        problems.append(problem)
    return Reply(503 if problems else 200, {"status": "unavailable" if problems else "ok", "problems": problems})


@routes.get("/metrics", public=True, work="none")
async def metrics(call: Call) -> Reply:
    """Counters and timings for Prometheus."""
    registry = call.app.metrics.registry
    text = generate_latest(registry) + await _queue(call)
    return Reply(200, text, content_type=CONTENT_TYPE_LATEST.encode())


async def _queue(call: Call) -> bytes:
    """How many jobs wait and run, and for how long the first has waited; nothing while the database is away."""
    try:
        async with reading(call.app.database, call.app.clock) as uow:
            lengths = await queue_lengths(uow)
    except Exception as error:
        call.app.log.warning("the queue cannot be measured", error=repr(error))
        return b""
    registry = CollectorRegistry()
    number = Gauge("quadrangle_jobs", "Jobs that wait or run.", ["state"], registry=registry)
    age = Gauge("quadrangle_jobs_overdue_seconds", "For how long the first job has been due.", registry=registry)
    for state in (WAITING, RUNNING):
        number.labels(state)
    for one in lengths:
        number.labels(one.state).set(one.number)
        if one.state == WAITING:
            age.set(max(0.0, (uow.now - one.oldest).total_seconds()))
    return generate_latest(registry)
