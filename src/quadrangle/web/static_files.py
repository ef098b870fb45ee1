"""`/static/…`: the files of the pages."""

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.http.static import serve_static

routes = Routes("system", "Web")


@routes.get("/static/*path", public=True, work="none")
async def static_file(call: Call) -> Reply:
    """A file that comes with the program."""
    return serve_static(call, call.path["path"])
