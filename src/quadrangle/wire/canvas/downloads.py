"""The bytes of files, for browsers and programs. Source: supporting-resources.md §9.2, ARCHITECTURE §3.

A file is what somebody sent, so nothing of it is ever run in our name: what is no picture, sound, film, plain text or PDF is handed over as
an attachment, and a policy without any rights goes with everything.
"""

import re
from typing import Final
from urllib.parse import quote

from quadrangle import files
from quadrangle.files import File
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, streamed
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import http_date
from quadrangle.kernel.digest import same
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.kernel.params import Absent, Params, flag, text
from quadrangle.wire.canvas.files import file_for

routes = Routes("canvas", "Files")

_SHOWN: Final = frozenset(
    {
        "application/pdf",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/plain",
    }
)
# Whatever stands in it may do nothing at all; pictures and the like may at least be shown by the browser's own viewers.
_NOTHING: Final = "default-src 'none'; sandbox"
_PLAIN: Final = "default-src 'none'; img-src 'self'; media-src 'self'; object-src 'self'; style-src 'unsafe-inline'"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z", re.ASCII)


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


async def hand_over(call: Call, file: File, *, attachment: bool) -> Reply:
    """The bytes of a file somebody may have: all of them, or the one range that was asked for (RFC 9110 §14)."""
    if file.digest is None:
        raise NotFound
    tag = f'"{file.digest[:32]}"'
    shown = file.content_type in _SHOWN or file.content_type.startswith(("audio/", "video/"))
    reply = Reply(content_type=file.content_type.encode("latin-1", "replace"))
    reply.header("etag", tag).header("accept-ranges", "bytes").header("last-modified", http_date(file.modified_at))
    reply.header("cache-control", "private, max-age=300").header("x-content-type-options", "nosniff")
    reply.header("content-security-policy", _PLAIN if shown else _NOTHING)
    reply.header("content-disposition", _disposition(file.display_name, inline=shown and not attachment))
    if tag in (call.header("if-none-match") or ""):
        reply.status, reply.body = 304, b""
        return reply
    part = _range(call, file.size, tag)
    if part is None:
        reply.body = await streamed(call.app.blobs.stream(file.digest), file.size)
        return reply
    start, end = part
    if start >= end:
        reply.status, reply.body = 416, b""
        return reply.header("content-range", f"bytes */{file.size}")
    reply.status = 206
    reply.body = await streamed(call.app.blobs.stream(file.digest, start, end), end - start)
    return reply.header("content-range", f"bytes {start}-{end - 1}/{file.size}")


def _range(call: Call, size: int, tag: str) -> tuple[int, int] | None:
    """From where up to where (not included); nothing in between: it cannot be given. None: everything, as of several ranges or of a file that
    is another one by now."""
    found = _RANGE.match((call.header("range") or "").replace(" ", ""))
    if found is None or found[1] == found[2] == "" or (call.header("if-range") or tag) != tag:
        return None
    if not found[1]:
        return max(size - int(found[2]), 0) if int(found[2]) else size, size
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return None
    return start, end


def _disposition(name: str, *, inline: bool) -> str:
    """With the name in the form every program reads and in the one that holds all of it (RFC 6266)."""
    plain = re.sub(r'[^ !#-\[\]-~]|[%/\\"]', "_", name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


for template in ("files/:id/download", "files/:id/preview"):
    _each(template)
