"""The bytes of files in the Canvas family. Source: supporting-resources.md §9.2."""

from quadrangle import files
from quadrangle.files import File
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.digest import same
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.params import Absent, Params, flag, text
from quadrangle.wire.canvas.files import file_for
from quadrangle.wire.handing_over import hand_over

routes = Routes("canvas", "Files")


class Download(Params):
    """How to hand a file over."""

    verifier: str | None | Absent = text("The file's uuid, which opens it to whoever has it.")
    download_frd: bool | Absent = flag("As an attachment, whatever it is.")


def _each(template: str) -> None:
    for context in ("", "courses/:course_id/", "groups/:group_id/", "users/:user_id/"):
        routes.get(f"/{context}{template}", public=True, work="none")(download_file)


async def download_file(call: Call, asked: Asked[Download]) -> Reply:
    """Hand the bytes of a file over, or a part of them."""
    wanted = asked.read()
    async with call.read_only():
        file = await _open_file(call, wanted.verifier or None)
    return await hand_over(call, file, attachment=wanted.download_frd is True)


async def _open_file(call: Call, verifier: str | None) -> File:
    """The file in the path for whoever knows its verifier or may read it; NotFound, Forbidden, Unauthenticated."""
    file, shelf = await file_for(call)
    if verifier is not None and same(verifier, file.uuid):
        return file
    shelf.allow(files.READ)
    shut = frozenset[int]() if shelf.sees_all else await files.shut_folders(call.uow, shelf.owner)
    if not files.is_open_to(file, shelf=shelf, shut=shut, now=call.now):
        raise Forbidden
    return file


for template in ("files/:id/download", "files/:id/preview"):
    _each(template)
