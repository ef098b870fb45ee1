"""`/static/…`: the files of the pages."""

from pathlib import Path
from typing import Final

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.http.static import StaticFolder

routes = Routes("system", "Pages")

STATIC: Final = StaticFolder(Path(__file__).parent / "static", "/static")


@routes.get("/static/*path", public=True, work="none")
async def static_file(call: Call) -> Reply:
    """A file that comes with the program."""
    return STATIC.reply(call, call.path["path"])
