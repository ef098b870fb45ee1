"""Where an application's users may be led back to. Pure. Source: brightspace-eportfolio.md §2.2."""

from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlencode, urlsplit

LONGEST_TARGET: Final = 2000  # characters
_PORTS: Final = {"http": 80, "https": 443}
# Browsers read a backslash as a slash; the others end an address in a header or in HTML.
_NEVER: Final = frozenset(' \\"<>')


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str


def is_address(url: str) -> bool:
    """Whether somebody could be led there at all: http or https, a host, nobody's name in it, and no way up in its path."""
    return _parts(url) is not None


def leads_below(trusted: str | None, target: str) -> bool:
    """Whether `target` has scheme, host and port of the trusted address and a path that is its, or lies below it. None trusts nothing."""
    wanted, known = _parts(target), _parts(trusted or "")
    if wanted is None or known is None or wanted[:3] != known[:3]:
        return False
    base = known.path.rstrip("/")
    return wanted.path == base or wanted.path.startswith(f"{base}/") or not base


def with_query(target: str, values: dict[str, str]) -> str:
    """The target with some more parameters; what it has already, and a fragment, stay."""
    address, mark, fragment = target.partition("#")
    joint = "?" if "?" not in address else "" if address.endswith(("?", "&")) else "&"
    return f"{address}{joint}{urlencode(values, quote_via=quote)}{mark}{fragment}"


def _parts(url: str) -> _Parts | None:
    if len(url) > LONGEST_TARGET or not url.isascii() or not url.isprintable() or not _NEVER.isdisjoint(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    usual = _PORTS.get(parts.scheme)
    if usual is None or not host or "@" in parts.netloc or _climbs(parts.path):
        return None
    return _Parts(parts.scheme, host, usual if port is None else port, parts.path)


def _climbs(path: str) -> bool:
    """Whether a segment is, or becomes when it is decoded however often, `.` or `..`; what follows `;` is no part of it to some servers."""
    decoded = unquote(path)
    while decoded != path:
        path, decoded = decoded, unquote(decoded)
    segments = path.replace("\\", "/").split("/")
    return any(segment.partition(";")[0].strip() in (".", "..") for segment in segments)
