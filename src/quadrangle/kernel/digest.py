"""Secrets: random texts, keyed digests for what is stored of them, comparison in constant time."""

import hashlib
import hmac
import secrets
import string
import uuid

_ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    """`length` characters of [A-Za-z0-9], from the system's generator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def random_uuid() -> str:
    return str(uuid.uuid4())


class Digester:
    """Keyed digests of secrets, so that a copy of the database alone opens nothing."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def __call__(self, secret: str, *, use: str) -> str:
        """Hex HMAC-SHA256 of `secret`; `use` keeps digests of different purposes apart."""
        return hmac.new(self._key, f"{use}\0{secret}".encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
