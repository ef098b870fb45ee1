"""Fetching a file from an address somebody gave, for `url` of supporting-resources.md §9.1.

The address comes from outside, and what lies behind it must not be our own network: every connection, also after a redirect, goes to an
address that was looked up and checked, not to a name that is looked up again.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

PIECE: Final = 256 * 1024  # bytes
PATIENCE: Final = 20.0  # seconds without a word
LONGEST: Final = 600.0  # seconds in all
REDIRECTS: Final = 5
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # RFC 6052
_REDIRECTING: Final = (301, 302, 303, 307, 308)

Network = IPv4Network | IPv6Network


class NotFetched(Exception):
    """The address gives no file, however often it is asked; the text says why."""


class Fetched:
    """An answer that has begun. content_type: as the server says, None if it does not; pieces: its bytes, read as they come. Blocks."""

    def __init__(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._answer = answer
        self._began = time.monotonic()
        self.content_type = answer.getheader("content-type")
        self.length = answer.length

    def pieces(self) -> Iterator[bytes]:
        """Raises OSError when it breaks off or takes too long."""
        size = 0
        while piece := self._answer.read1(PIECE):
            size += len(piece)
            if time.monotonic() - self._began > LONGEST:
                raise TimeoutError("it took too long")
            yield piece
        if self.length is not None and size != self.length:
            raise ConnectionError("it broke off")

    def close(self) -> None:
        self._connection.close()


def open_address(url: str, inside: Sequence[Network] = ()) -> Fetched:
    """Ask for an http or https address, following redirects. Blocks.

    inside: networks that may be reached beside the public Internet. Raises NotFetched, and OSError for what may work later.
    """
    for _ in range(REDIRECTS + 1):
        connection, path = _connection(url, inside)
        try:
            connection.request("GET", path, headers={"user-agent": "Quadrangle", "accept": "*/*"})
            answer = connection.getresponse()
        except http.client.HTTPException as error:
            connection.close()
            raise ConnectionError(f"it does not speak HTTP: {type(error).__name__}") from error
        except BaseException:
            connection.close()
            raise
        if answer.status == 200:
            return Fetched(connection, answer)
        connection.close()
        if answer.status not in _REDIRECTING:
            problem = f"The address answers {answer.status}"
            raise ConnectionError(problem) if answer.status in (429, 502, 503, 504) else NotFetched(f"{problem}.")
        url = urljoin(url, answer.getheader("location") or "")
    raise NotFetched("The address leads on and on.")


def name_in(url: str) -> str:
    """What a file from an address may be called."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def check_address(url: str) -> None:
    """Raises NotFetched for what can be no address of a file."""
    _parts(url)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched("The address cannot be read.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise NotFetched("Only addresses with http:// or https:// are fetched.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if " " in path:
        raise NotFetched("The address cannot be read.")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


def _connection(url: str, inside: Sequence[Network]) -> tuple[http.client.HTTPConnection, str]:
    scheme, host, port, path = _parts(url)
    address = _reachable(host, port, inside)
    kind = _Https if scheme == "https" else _Http
    return kind(host, port, address), path


def _reachable(host: str, port: int, inside: Sequence[Network]) -> str:
    """The first address of a host, if all of them may be reached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectionError(f"{host} is not found") from error
    addresses = [str(one[4][0]) for one in found]
    for address in addresses:
        number = _inner(ip_address(address.partition("%")[0]))
        public = number.is_global and not number.is_multicast
        if not public and not any(number in network for network in inside):
            raise NotFetched("Addresses within the network of this server are not fetched.")
    return addresses[0]


def _inner(number: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that counts: one of IPv4 may be wrapped in one of IPv6, and reaches the same host."""
    if isinstance(number, IPv4Address):
        return number
    if number in _TRANSLATED:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number


class _Http(http.client.HTTPConnection):
    """To an address that has been checked."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), PATIENCE)


class _Https(_Http):
    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
