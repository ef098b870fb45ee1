"""The only wiring: settings → database, blobs, worker → routes → one ASGI application."""

from quadrangle.blobs import open_blobs
from quadrangle.db import Database, open_database
from quadrangle.http.endpoint import Application
from quadrangle.http.routing import Route, with_screens
from quadrangle.kernel.clock import Clock, SystemClock
from quadrangle.kernel.digest import Digester
from quadrangle.settings import Settings
from quadrangle.web import all_screens, reference, static_files
from quadrangle.web.family import WebFamily
from quadrangle.wire import system
from quadrangle.wire.brightspace import all_routes as brightspace_routes
from quadrangle.wire.brightspace.family import BrightspaceFamily
from quadrangle.wire.canvas import all_routes as canvas_routes
from quadrangle.wire.canvas.family import CanvasFamily
from quadrangle.work import create_worker


def all_routes() -> list[Route]:
    routes = [*system.routes, *static_files.routes, *reference.routes, *canvas_routes(), *brightspace_routes()]
    return with_screens(routes, all_screens())


def create_app(
    settings: Settings, *, clock: Clock | None = None, database: Database | None = None, worker: bool = False
) -> Application:
    """One application over one database. settings must hold a secret key (`with_secret_key`). worker: it also runs jobs."""
    canvas = CanvasFamily(settings, Digester(settings.secret_key))
    app = Application(
        settings=settings,
        database=database or open_database(settings.database_url, synchronous=settings.sqlite_synchronous),
        clock=clock or SystemClock(),
        blobs=open_blobs(settings.storage_url),
        routes=all_routes(),
        families={
            "canvas": canvas,
            "brightspace": BrightspaceFamily(settings, Digester(settings.secret_key)),
            "system": system.SystemFamily(settings),
            "web": WebFamily(canvas),
        },
    )
    if worker:
        app.beside.append(create_worker(settings, app.database, app.blobs, app.clock, registry=app.metrics.registry))
    return app
