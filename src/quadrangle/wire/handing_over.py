"""The bytes of files, for browsers and programs, whatever family they come through. Source: supporting-resources.md §9.2, ARCHITECTURE §3.

A file is what somebody sent, so nothing of it is ever run in our name: what is no picture, sound, film, plain text or PDF is handed over as
an attachment, and a policy without any rights goes with everything.
"""

import re
from typing import Final
from urllib.parse import quote

from quadrangle.files import File
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, streamed
from quadrangle.kernel.clock import http_date
from quadrangle.kernel.errors import NotFound

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
