"""How files come in: three steps, the second without a token. Source: supporting-resources.md §9.1, conventions.md §9.3."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from quadrangle import files
from quadrangle.blobs import store_bytes
from quadrangle.db import writing
from quadrangle.files import Arrival, Owner, Shelf
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.http.upload import receive_upload
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import Digester, same
from quadrangle.kernel.errors import Malformed, NotFound, TooLarge
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import Absent, Params, as_text, integer, text, words
from quadrangle.progress import find_progress
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.file_json import FileJson, file_json, shelf_for
from quadrangle.wire.canvas.ids import viewer_of
from quadrangle.wire.canvas.progress import ProgressJson, progress_json
from quadrangle.wire.canvas.shapes import Maybe

routes = Routes("canvas", "Files")

VALID_FOR: Final = timedelta(minutes=30)
_USE: Final = "upload"
_CORS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, PUT, DELETE, GET, OPTIONS"),
    (b"access-control-request-method", b"*"),
    (
        b"access-control-allow-headers",
        b"Origin, X-Requested-With, Content-Type, Accept, Authorization, Accept-Encoding",
    ),
)


class UploadAsked(Params):
    """What is going to be uploaded, and where to."""

    name: str | None | Absent = text("Name of the file.")
    size: int | None | Absent = integer("Its bytes.")
    content_type: str | None | Absent = text("Its type; by the name when missing.")
    parent_folder_id: str | None | Absent = text("The folder it goes to.")
    parent_folder_path: str | None | Absent = text("The folder by its path; made when missing.")
    on_duplicate: str | None | Absent = text("What to do about a file of that name.", choices=files.ON_DUPLICATE)
    url: str | None | Absent = text("Where the server is to fetch it: the answer is its progress.")
    success_include: tuple[str, ...] = words("What the last answer includes.", choices=("user", "context_asset_string"))


class UploadJson(Struct, frozen=True):
    """Where to send the file, with what before it; of a file that is fetched from elsewhere, how far that has come."""

    upload_url: str | Maybe = UNSET
    upload_params: dict[str, str] | Maybe = UNSET
    file_param: str | Maybe = UNSET
    progress: ProgressJson | Maybe = UNSET


class Policy(Struct, frozen=True, array_like=True):
    """What the first step allowed the second: signed, and good for half an hour."""

    owner_kind: str
    owner_id: int
    folder_id: int
    name: str
    content_type: str
    most: int
    user_id: int
    on_duplicate: str
    expires: datetime
    include: tuple[str, ...]

    def arrival(self, claim: str) -> Arrival:
        """claim: what the part says of its type, which counts when nothing else does."""
        kind = files.type_for(self.name, self.content_type, claim)
        return Arrival(
            Owner(self.owner_kind, self.owner_id), self.folder_id, self.name, kind, self.user_id, self.on_duplicate
        )


_read_policy = msgspec.json.Decoder(Policy)


def _signed(digest: Digester, policy: Policy) -> dict[str, str]:
    packed = urlsafe_b64encode(msgspec.json.encode(policy)).decode()
    return {
        "filename": policy.name,
        "content_type": policy.content_type,
        "policy": packed,
        "signature": digest(packed, use=_USE),
    }


def _policy_from(digest: Digester, fields: dict[str, str], now: datetime) -> Policy:
    """The policy in the fields of an upload; Malformed for any that was not signed here, was changed, or is too old."""
    packed = fields.get("policy", "")
    if not same(fields.get("signature", ""), digest(packed, use=_USE)):
        raise Malformed("The upload was not announced.")
    try:
        policy = _read_policy.decode(urlsafe_b64decode(packed))
    except (msgspec.MsgspecError, binascii.Error):
        raise Malformed("The upload was not announced.") from None
    if now >= policy.expires or any(fields.get(name) != value for name, value in _signed(digest, policy).items()):
        raise Malformed("The upload was not announced like this, or too long ago.")
    return policy


# --- the first step


def _into(template: str) -> Callable[[Any], Any]:
    return routes.post(f"/api/v1/{template}/files", gives=UploadJson)


@_into("courses/:course_id")
@_into("groups/:group_id")
@_into("users/:user_id")
async def start_upload(call: Call, asked: Asked[UploadAsked]) -> Reply:
    """Announce a file: the answer says where to send it."""
    shelf = await shelf_for(call)
    return await _announce(call, shelf.allow(files.ADD), asked.read(), None)


@_into("folders/:folder_id")
async def start_upload_into_folder(call: Call, asked: Asked[UploadAsked]) -> Reply:
    """Announce a file that goes into a folder."""
    number = parse_number(call.path["folder_id"])
    folder = None if number is None else await files.find_folder(call.uow, number)
    if folder is None:
        raise NotFound
    shelf = await files.shelf_of(call.uow, folder.owner, viewer_of(call))
    return await _announce(call, shelf.allow(files.ADD), asked.read(), folder.id)


async def _announce(call: Call, granted: Granted[Shelf], wanted: UploadAsked, folder_id: int | None) -> Reply:
    if wanted.parent_folder_id and wanted.parent_folder_path:
        raise refuse(message(400, "Can't set folder path and folder id"))
    on_duplicate = wanted.on_duplicate or files.OVERWRITE
    if on_duplicate not in files.ON_DUPLICATE:
        raise refuse(message(400, "invalid on_duplicate option"))
    owner = granted.subject.owner
    name = files.file_name(wanted.name or (files.name_in(wanted.url) if wanted.url else None))
    quota, used = await files.quota_of(call.uow, owner)
    size = wanted.size if isinstance(wanted.size, int) else None
    if used + max(size or 0, 0) > quota:
        raise refuse(message(400, files.QuotaExceeded.says))
    if wanted.url:
        return await _fetch(call, granted, wanted, name, folder_id or await _folder(call, granted, wanted))
    user = call.user()
    policy = Policy(
        owner.kind,
        owner.id,
        folder_id or await _folder(call, granted, wanted),
        name,
        files.type_for(name, wanted.content_type or None),
        quota - used if size is None or size < 0 else size,
        user.user_id,
        on_duplicate,
        call.now + VALID_FOR,
        wanted.success_include,
    )
    return Reply(200, UploadJson(f"{call.base_url}/files_api", _signed(call.app.digest, policy), "file"))


async def _fetch(call: Call, granted: Granted[Shelf], wanted: UploadAsked, name: str, folder_id: int) -> Reply:
    """The file is fetched after the answer; there is nothing to send."""
    assert isinstance(wanted.url, str)
    try:
        files.check_address(wanted.url)
    except files.NotFetched as error:
        raise refuse(message(400, str(error))) from None
    folder = await files.folder_in(call.uow, granted.subject.owner, folder_id)
    progress_id = await files.fetch_file(
        call.uow,
        granted,
        folder,
        name,
        url=wanted.url,
        content_type=wanted.content_type or "",
        user_id=call.user().user_id,
        on_duplicate=wanted.on_duplicate or files.OVERWRITE,
    )
    found = await find_progress(call.uow, progress_id)
    assert found is not None
    return Reply(200, UploadJson(progress=progress_json(call, found)))


async def _folder(call: Call, granted: Granted[Shelf], wanted: UploadAsked) -> int:
    owner = granted.subject.owner
    if wanted.parent_folder_id:
        number = parse_number(wanted.parent_folder_id)
        if number is None:
            raise NotFound
        return (await files.folder_in(call.uow, owner, number)).id
    if wanted.parent_folder_path is not None and not isinstance(wanted.parent_folder_path, Absent):
        return (await files.make_path(call.uow, granted, path_names(owner, wanted.parent_folder_path))).id
    return (await files.default_folder(call.uow, granted)).id


def path_names(owner: Owner, path: str) -> list[str]:
    """Names below the root; a path may begin with the root's own."""
    names = files.folder_names(path)
    return names[1:] if names and names[0] == owner.root_name else names


# --- the second and the third


@routes.post("/files_api", public=True, work="none", streams=True, status=302, refuses_in_silence=True)
async def receive_file(call: Call) -> Reply:
    """Take the file itself, as multipart with the fields of the first step before it."""
    app = call.app
    assert call.receive is not None
    known: list[Policy] = []

    def accept(fields: dict[str, str]) -> int:
        known.append(_policy_from(app.digest, fields, app.clock.now()))
        return known[0].most

    async with app.blobs.incoming() as incoming:
        try:
            part = await receive_upload(call.receive, call.header("content-type") or "", incoming, accept)
        except (Malformed, TooLarge):
            return _refused()
        [policy] = known
        blob = await store_bytes(app.database, app.clock, app.blobs, incoming)
    try:
        async with writing(app.database, app.clock) as uow:
            file = await files.arrive(uow, policy.arrival(part.content_type), blob)
    except files.QuotaExceeded as refused:
        return _with_cors(message(400, refused.says))
    more = "".join(f"&include[]={one}" for one in policy.include)
    reply = Reply(302, b"", content_type=b"text/html; charset=utf-8")
    reply.header("location", f"{call.base_url}/api/v1/files/{file.id}/create_success?uuid={file.uuid}{more}")
    return _with_cors(reply)


class Success(Params):
    """What proves that the file was sent."""

    uuid: str | None | Absent = text("As the address of this step says.")
    include: tuple[str, ...] = words("What to add.", choices=("user", "context_asset_string"))


@routes.get("/api/v1/files/:id/create_success", public=True, work="write", gives=FileJson, refuses_in_silence=True)
async def finish_upload(call: Call, asked: Asked[Success]) -> Reply:
    """Put a file that was sent into its place; works once, without a token."""
    wanted = asked.read()
    number = parse_number(call.path["id"])
    file = None if number is None else await files.find_file(call.uow, number)
    if file is None or file.workflow_state != files.ARRIVING or not same(file.uuid, as_text(wanted.uuid or "") or ""):
        return _refused()
    placed = await files.take_place(call.uow, file)
    if placed is None:
        return _refused()
    return _with_cors(Reply(200, file_json(call, placed, locked=False, include=frozenset(wanted.include))))


@routes.post("/api/v1/files/:id/create_success", public=True, work="write", gives=FileJson, refuses_in_silence=True)
async def finish_upload_by_post(call: Call, asked: Asked[Success]) -> Reply:
    """The same, for clients that post."""
    return await finish_upload(call, asked)


@routes.add("OPTIONS", "/files_api", public=True, work="none")
@routes.add("OPTIONS", "/api/v1/files/:id/create_success", public=True, work="none")
async def say_who_may_send(call: Call) -> Reply:
    """Tell browsers that pages from elsewhere may send files here: what proves them is in the form."""
    return _with_cors(Reply(200, b"", content_type=b"text/plain; charset=utf-8"))


def _refused() -> Reply:
    """Without a word, as the reference has it: whoever sends what was not announced learns nothing."""
    return _with_cors(Reply(400, b"", content_type=b"text/html; charset=utf-8"))


def _with_cors(reply: Reply) -> Reply:
    reply.headers.extend(_CORS)
    return reply


__all__ = ["path_names", "routes"]
