"""File artifacts that are uploaded in pieces. Source: brightspace-eportfolio.md §6.4, `/artifacts/file/new`, and §6.5.

The one place where a 308 is part of the protocol: it says that more is awaited, and leads nobody anywhere.
"""

import re
from typing import Final

import msgspec

from quadrangle import artifacts
from quadrangle.blobs import Blob, store_bytes
from quadrangle.files import Upload, file_name, joined, pieces_of, type_for
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.upload import receive_bytes
from quadrangle.kernel.errors import Malformed
from quadrangle.wire.brightspace.asking import EP, own_eportfolio
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.objects import nothing
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.brightspace.shapes import EpFileArtifact, ObjectForm, file_json

routes = brightspace("ePortfolio artifacts")

_SIZE: Final = re.compile(r"[0-9]{1,15}")
_RANGE: Final = re.compile(r"bytes[ =](?:([0-9]{1,15})-([0-9]{1,15})|\*)/([0-9]{1,15})")


class FileForm(ObjectForm, frozen=True, rename="pascal"):
    """A new file artifact. upload_key: of a file whose last byte has come."""

    upload_key: str | None = None


class Chunk(msgspec.Struct, frozen=True):
    """Bytes that were received: those after the first `seen` ones of the file; None where there was nothing new."""

    seen: int
    blob: Blob | None


def _begins(call: Call) -> bool:
    return any(call.header(name) is not None for name in ("x-upload-content-length", "x-upload-file-name"))


async def _join(call: Call) -> None:
    """The pieces of a complete upload are joined before the unit of work that makes a file of them."""
    if _begins(call):
        return
    app = call.app
    async with call.read_only():
        own = await own_eportfolio(call)
        key = _form_sent(call).upload_key or ""
        upload = await artifacts.upload_named(call.uow, own, key)
        if not upload.complete:
            raise Malformed(f"Of this file {upload.received} bytes have come, and {upload.size} were said.")
        pieces = await pieces_of(call.uow, upload)
    async with app.blobs.incoming() as incoming:
        async for data in joined(app.blobs, pieces):
            await incoming.write(data)
        call.notes["joined"] = await store_bytes(app.database, app.clock, app.blobs, incoming)


def _form_sent(call: Call) -> FileForm:
    form: FileForm = json_body(call, FileForm)
    if not form.upload_key:
        raise Malformed("A new file artifact names the key of its upload.")
    artifacts.checked_name(form.name)
    return form


@routes.post(f"{EP}/artifacts/file/new", gives=EpFileArtifact, takes=FileForm, prepare=_join, awaits_more=True)
async def add_file(call: Call) -> Reply:
    """Begin an upload, with the headers that say what comes; or make a file artifact of one that has come."""
    own = await own_eportfolio(call)
    if _begins(call):
        size = (call.header("x-upload-content-length") or "").strip()
        if not _SIZE.fullmatch(size):
            raise Malformed("X-Upload-Content-Length is a number of bytes.")
        name = file_name(_file_name_sent(call))
        kind = type_for(name, call.header("x-upload-content-type"))
        upload = await artifacts.begin_upload(call.uow, own, name, kind, int(size))
        return _awaiting(upload).header("location", f"{call.base_url}{call.raw_path.rstrip('/')}/{upload.key}")
    form = _form_sent(call)
    made = await artifacts.collect_upload(call.uow, own, form.upload_key or "", call.notes["joined"], form.change())
    return Reply(200, file_json(artifacts.before_own(own.subject, made)))


def _file_name_sent(call: Call) -> str:
    """As UTF-8, which headers are not said to be, or else as they are."""
    raw = call.headers.get(b"x-upload-file-name", b"")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


async def _receive(call: Call) -> None:
    """The bytes come before the unit of work that notes them. Those that are there already are passed over."""
    app = call.app
    async with call.read_only():
        own = await own_eportfolio(call)
        found = _RANGE.fullmatch((call.header("content-range") or "").strip())
        if found is None:
            raise Malformed("Content-Range says which bytes of how many these are.")
        upload = await artifacts.upload_named(call.uow, own, call.path["uploadKey"])
    if int(found[3]) != upload.size:
        raise Malformed(f"This file has {upload.size} bytes, as was said when its upload began.")
    if found[1] is None:
        call.notes["chunk"] = Chunk(upload.received, None)
        return
    start, end = int(found[1]), int(found[2]) + 1
    if not start < end <= upload.size:
        raise Malformed("These bytes are none of this file.")
    if start > upload.received:
        raise Malformed(f"Only the first {upload.received} bytes have come before these.")
    assert call.receive is not None
    async with app.blobs.incoming() as incoming:
        await receive_bytes(call.receive, incoming, end - start, skip=upload.received - start)
        blob = await store_bytes(app.database, app.clock, app.blobs, incoming) if incoming.size else None
    call.notes["chunk"] = Chunk(upload.received, blob)


@routes.post(f"{EP}/artifacts/file/new/:uploadKey", streams=True, prepare=_receive, awaits_more=True)
async def upload_piece(call: Call) -> Reply:
    """Send the next bytes of an upload; with `bytes */TOTAL` and no body, ask how many have come."""
    own = await own_eportfolio(call)
    chunk: Chunk = call.notes["chunk"]
    upload = await artifacts.go_on(call.uow, own, call.path["uploadKey"], chunk.seen, chunk.blob)
    return nothing() if upload.complete else _awaiting(upload)


def _awaiting(upload: Upload) -> Reply:
    reply = Reply(308, b"", content_type=b"text/plain; charset=utf-8")
    return reply.header("range", f"0-{upload.received - 1}") if upload.received else reply
