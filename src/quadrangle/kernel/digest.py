"""Secrets: random texts, keyed digests for what is stored of them, comparison in constant time."""

import hashlib
import hmac
import os
import random
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ALPHABET = string.ascii_letters + string.digits
_SYSTEM = secrets.SystemRandom()
_source: ContextVar[random.Random] = ContextVar("_source", default=_SYSTEM)


def random_text(length: int) -> str:
    """`length` characters of [A-Za-z0-9], from the system's generator."""
    choice = _source.get().choice
    return "".join(choice(_ALPHABET) for _ in range(length))


def random_uuid() -> str:
    """A version 4 UUID."""
    return _uuid_of(f"{_source.get().getrandbits(128):032x}")


def _uuid_of(digits: str) -> str:
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def request_ids() -> Iterator[str]:
    """Version 4 UUIDs without end, from the system's generator, which is asked for 256 at a time: each request takes one."""
    while True:
        digits = os.urandom(4096).hex()
        for at in range(0, len(digits), 32):
            yield _uuid_of(digits[at : at + 32])


@contextmanager
def predictable(seed: str) -> Iterator[None]:
    """Within the block, in this task only, random texts are the same at every run: for the demo campus, where nothing is secret."""
    token = _source.set(random.Random(seed))
    try:
        yield
    finally:
        _source.reset(token)


class Digester:
    """Keyed digests of secrets, so that a copy of the database alone opens nothing."""

    def __init__(self, key: str) -> None:
        self._keyed = hmac.new(key.encode(), digestmod=hashlib.sha256)

    def __call__(self, secret: str, *, use: str) -> str:
        """Hex HMAC-SHA256 of `secret`; `use` keeps digests of different purposes apart."""
        made = self._keyed.copy()  # half the price of a new one
        made.update(f"{use}\0{secret}".encode())
        return made.hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
