"""Artifacts: files, links, and those of any kind. Source: brightspace-eportfolio.md §6.3, §6.4."""

from typing import Final

import msgspec

from quadrangle import artifacts
from quadrangle.artifacts import ARTIFACTS, FILE_ARTIFACT, URL_ARTIFACT, ItemChange
from quadrangle.blobs import Blob, store_bytes
from quadrangle.files import USER, Owner, file_name, quota_of, type_for
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.upload import receive_upload
from quadrangle.kernel.errors import Malformed, TooLarge
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.wire.brightspace.asking import EP, WithComments, granted_at, number_at, own_eportfolio
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.objects import deleting, revised, shown
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.brightspace.shapes import (
    EpFileArtifact,
    EpObject,
    EpUrlArtifact,
    LinkForm,
    ObjectForm,
    file_json,
    link_json,
    object_json,
)

routes = brightspace("ePortfolio artifacts")

_FILE: Final = frozenset({FILE_ARTIFACT})
_LINK: Final = frozenset({URL_ARTIFACT})


class Uploaded(Params):
    """What the query says of a file that is uploaded."""

    name: str | None | Absent = text("What it is called: `file` unless told.")
    description: str | None | Absent = text("What is said of it, as HTML.")

    def check(self) -> None:
        """Raises Invalid."""
        artifacts.checked_name(self.name or "file")
        artifacts.checked_html(self.description or "", "description")

    @property
    def change(self) -> ItemChange:
        return ItemChange(name=self.name or "file", description=self.description or "")


class Received(msgspec.Struct, frozen=True):
    """A file that has come, before it is anybody's."""

    blob: Blob
    name: str
    content_type: str


async def _receive(call: Call) -> None:
    """The bytes come before the unit of work that keeps them, as it may be run again when another upload overtakes it."""
    app, user_id = call.app, call.user().user_id
    async with call.read_only():
        await own_eportfolio(call)
        Uploaded.read(call.tree, call.reading()).check()
        quota, used = await quota_of(call.uow, Owner(USER, user_id))
    assert call.receive is not None
    async with app.blobs.incoming() as incoming:
        try:
            part = await receive_upload(
                call.receive,
                call.header("content-type") or "",
                incoming,
                lambda fields: max(quota - used, 0),
                single=True,
            )
        except TooLarge:
            raise Malformed("There is no room for a file of this size.") from None
        name = file_name(part.filename)
        blob = await store_bytes(app.database, app.clock, app.blobs, incoming)
    call.notes["received"] = Received(blob, name, type_for(name, part.content_type))


@routes.post(f"{EP}/artifacts/file/upload", gives=EpFileArtifact, streams=True, prepare=_receive)
async def upload_file(call: Call, asked: Asked[Uploaded]) -> Reply:
    """Upload a file, as multipart with one file part: it goes to the caller's files and becomes an artifact."""
    sent: Received = call.notes["received"]
    own = await own_eportfolio(call)
    made = await artifacts.add_upload(call.uow, own, sent.blob, sent.name, sent.content_type, asked.read().change)
    return Reply(200, file_json(artifacts.before_own(own.subject, made)))


@routes.get(f"{EP}/artifact/file/:objectId", gives=EpFileArtifact)
async def show_file(call: Call, asked: Asked[WithComments]) -> Reply:
    """A file artifact."""
    return Reply(200, file_json(*await shown(call, asked.read(), _FILE)))


@routes.post(f"{EP}/artifact/file/:objectId", gives=EpFileArtifact, takes=ObjectForm)
async def revise_file(call: Call) -> Reply:
    """Describe a file artifact anew; the file stays what it is."""
    own = await own_eportfolio(call)
    form = json_body(call, ObjectForm)
    wish = form.change(number_at(call, "objectId"))
    granted = await granted_at(call, own, artifacts.EDIT, kinds=_FILE)
    return Reply(200, file_json(await revised(call, own, granted, wish)))


@routes.post(f"{EP}/artifacts/link/new", gives=EpUrlArtifact, takes=LinkForm)
async def add_link(call: Call) -> Reply:
    """Collect a link."""
    own = await own_eportfolio(call)
    made = await artifacts.add_link(call.uow, own, json_body(call, LinkForm).change())
    return Reply(200, link_json(artifacts.before_own(own.subject, made)))


@routes.get(f"{EP}/artifact/link/:objectId", gives=EpUrlArtifact)
async def show_link(call: Call, asked: Asked[WithComments]) -> Reply:
    """A link."""
    return Reply(200, link_json(*await shown(call, asked.read(), _LINK)))


@routes.post(f"{EP}/artifact/link/:objectId", gives=EpUrlArtifact, takes=LinkForm)
async def revise_link(call: Call) -> Reply:
    """Describe a link anew, or give it another address."""
    own = await own_eportfolio(call)
    wish = json_body(call, LinkForm).change(number_at(call, "objectId"))
    granted = await granted_at(call, own, artifacts.EDIT, kinds=_LINK)
    return Reply(200, link_json(await revised(call, own, granted, wish)))


@routes.get(f"{EP}/artifact/:objectId", gives=EpObject)
async def show_artifact(call: Call, asked: Asked[WithComments]) -> Reply:
    """An artifact of any kind."""
    return Reply(200, object_json(*await shown(call, asked.read(), ARTIFACTS)))


_WHAT: Final = "an artifact; a file stays among the files of its owner"
deleting(routes, "artifact/file/:objectId", _FILE, _WHAT)
deleting(routes, "artifact/link/:objectId", _LINK, _WHAT)
deleting(routes, "artifact/:objectId", ARTIFACTS, _WHAT)
