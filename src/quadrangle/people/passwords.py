"""Passwords: argon2id, always in a thread, never inside a transaction (30 ms would hold the writer)."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()
# Verified when there is no login, so that an unknown name takes as long as a wrong password.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Yk6QB3RTb4uLtEh4sRSPDU9qsw0J9HBqGrVqnkc4lZk"
SHORTEST: Final = 8


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(digest: str | None, password: str) -> bool:
    """Whether `password` made `digest`; takes as long for a login without one."""
    return await asyncio.to_thread(_verify, digest, password)


def _verify(digest: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(digest or _NOBODY, password) and digest is not None
    except (VerificationError, InvalidHashError):
        return False
