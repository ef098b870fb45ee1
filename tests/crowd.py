"""A campus with many people who each have a little: a file of their own, a link, and a reflection on it."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

from quadrangle import artifacts
from quadrangle.accounts import ROOT_ID
from quadrangle.artifacts import FILE_ARTIFACT, REFLECTION, URL_ARTIFACT, Details
from quadrangle.blobs import open_blobs, store_bytes
from quadrangle.db import open_database, writing
from quadrangle.files import USER, Owner, Shelving
from quadrangle.kernel.clock import SettableClock
from quadrangle.people import create_login, create_user

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
EACH = 3  # objects of one person


def login(number: int) -> str:
    return f"person{number:04}@example.com"


def sis(number: int) -> str:
    return f"S{number:04}"


def people(url: str, number: int) -> list[int]:
    """So many people without anything, on a campus that has begun; their ids."""

    async def run() -> list[int]:
        database, made = open_database(url, synchronous="normal"), []
        await database.start()
        async with writing(database, SettableClock(START)) as uow:
            for one in range(1, number + 1):
                user_id = await create_user(uow, name=f"Person {one:04}")
                await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id=login(one), sis_user_id=sis(one))
                made.append(user_id)
        await database.stop()
        return made

    return asyncio.run(run())


def furnish(url: str, storage: str, user_ids: list[int], *, size: int = 2_000) -> None:
    """size: bytes of each one's file; half of it shrinks."""

    async def run() -> None:
        database, clock, blobs = open_database(url, synchronous="normal"), SettableClock(START), open_blobs(storage)
        await database.start()
        for number, user_id in enumerate(user_ids, 1):
            async with blobs.incoming() as incoming:
                text = b"low water at noon, high water at six; " * (size // 76)
                await incoming.write(text + hashlib.shake_256(str(user_id).encode()).digest(size // 2))
                blob = await store_bytes(database, clock, blobs, incoming)
            clock.set(START + timedelta(seconds=number))
            async with writing(database, clock) as uow:
                shelf = Shelving(uow, Owner(USER, user_id), "Fieldwork")
                file = await shelf.put(f"tides {number}.csv", "text/csv", blob)
                put = artifacts.put_item
                await put(uow, user_id, FILE_ARTIFACT, name=None, details=Details(), file_id=file)
                link = await put(
                    uow,
                    user_id,
                    URL_ARTIFACT,
                    name="Tide tables",
                    details=Details(url=f"https://tides.example/{number}"),
                )
                words = await put(
                    uow, user_id, REFLECTION, name="What the tides taught me", description="<p>Patience.</p>",
                    details=Details(),
                )  # fmt: skip
                connections = await artifacts.Connections.of(uow, user_id)
                await connections.associate(words, link, artifacts.ON_REFLECTION)
        await database.stop()

    asyncio.run(run())
