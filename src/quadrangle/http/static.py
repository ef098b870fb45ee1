"""Files that come with the program, served from memory with a digest in their address."""

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import NotFound

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
FOREVER: Final = "public, max-age=31536000, immutable"
SHORTLY: Final = "public, max-age=300"
_SHRINKS: Final = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt"})
_DIGEST_LENGTH: Final = 16
_OF_OTHERS: Final = "vendor/"  # served byte for byte
_URL: Final = re.compile(r"url\(([A-Za-z0-9./_-]+)\)")


class StaticFile(msgspec.Struct, frozen=True):
    """One file, whole. zipped: None where compression gains nothing."""

    content_type: str
    digest: str
    plain: bytes
    zipped: bytes | None


class StaticFolder:
    """What lies under one folder, read when it is first asked for. An address from `url` may be kept forever: it changes with the file."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        # Only what is there when the server starts is served, by its exact name: no path of a request ever reaches the file system.
        self._paths = {
            str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES
        }
        self._read: dict[str, StaticFile] = {}

    def file(self, name: str) -> StaticFile:
        """Raises NotFound."""
        known = self._read.get(name)
        if known is None:
            path = self._paths.get(name)
            if path is None:
                raise NotFound
            known = self._read[name] = _load(path, None if name.startswith(_OF_OTHERS) else self._own_addresses)
        return known

    def _own_addresses(self, style: str) -> str:
        """A style sheet that names files here by the addresses that may be kept forever."""
        return _URL.sub(lambda found: f"url({self.url(found[1])})" if found[1] in self._paths else found[0], style)

    def url(self, name: str) -> str:
        return f"{self._prefix}/{name}?v={self.file(name).digest}"

    def reply(self, call: Call, name: str) -> Reply:
        """The file, or 304 when the caller has it."""
        found = self.file(name)
        tag = f'"{found.digest}"'
        forever = call.tree.get("v") == found.digest
        if tag in (call.header("if-none-match") or ""):
            reply = Reply(304, b"", content_type=found.content_type.encode())
        elif found.zipped is not None and "gzip" in (call.header("accept-encoding") or ""):
            reply = Reply(200, found.zipped, content_type=found.content_type.encode()).header(
                "content-encoding", "gzip"
            )
        else:
            reply = Reply(200, found.plain, content_type=found.content_type.encode())
        return (
            reply.header("etag", tag)
            .header("cache-control", FOREVER if forever else SHORTLY)
            .header("vary", "accept-encoding")
            .header("x-content-type-options", "nosniff")
            .header("content-security-policy", "default-src 'none'")
        )


STATIC: Final = StaticFolder(Path(__file__).parent.parent / "web" / "static", "/static")


def serve_static(call: Call, name: str) -> Reply:
    """A file of the web interface. Raises NotFound."""
    return STATIC.reply(call, name)


def _load(path: Path, with_addresses: Callable[[str], str] | None) -> StaticFile:
    plain = path.read_bytes()
    if path.suffix == ".css" and with_addresses is not None:
        plain = with_addresses(plain.decode()).encode()
    zipped = gzip.compress(plain, 6, mtime=0) if path.suffix in _SHRINKS and len(plain) > 1024 else None
    return StaticFile(TYPES[path.suffix], hashlib.sha256(plain).hexdigest()[:_DIGEST_LENGTH], plain, zipped)
