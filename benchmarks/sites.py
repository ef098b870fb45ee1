"""A portfolio of 100 pages with 10 MB of files as a web site, beside a plain deflate (level 6) of the same bytes; and what scoring a page costs.

Half of the files shrink, as texts and tables do, and half do not, as pictures do.
"""

import asyncio
import io
import random
import statistics
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from benchmarks import servers
from benchmarks.reports import call
from quadrangle.blobs import open_blobs, store_bytes
from quadrangle.campus import FIRST_USER_ID, begin
from quadrangle.db import migrate, open_database, writing
from quadrangle.files import USER, Arrival, Owner, keep_file, root_of
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.portfolios.score import passages_of, reasons_of

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PAGES: Final = 100
FILE: Final = 100 * 1024  # bytes; one on each page
TEXT: Final = (
    "<p>Between the tides the water stands still for a while, and so did we, with our notebooks on the quay.</p>" * 40
)
LINKS: Final = "".join(
    f'<p>One of <a href="https://site{n}.example/{n}">many places</a> to go to.</p>' for n in range(1_500)
)


class SiteFigures(msgspec.Struct):
    """Seconds of the export, as the server tells them, and of the plain deflate (medians); megabytes the server grew by; milliseconds to
    score a page of 100,000 characters."""

    engine: str
    seconds: float
    plain: float
    grew: float
    megabytes: float
    score_ms: float

    @property
    def times(self) -> float:
        return self.seconds / self.plain


def _bytes_of(number: int) -> bytes:
    chance = random.Random(number)
    if number % 2:
        return chance.randbytes(FILE)
    words = [f"{chance.random():.3f};{chance.choice(('low', 'high'))} water" for _ in range(FILE // 16)]
    return "\n".join(words).encode()[:FILE]


async def _furnish(url: str, storage: str) -> list[int]:
    """A campus whose administrator has a file for every page; their ids."""
    database, clock = open_database(url), SettableClock(START)
    await database.start()
    blobs = open_blobs(storage)
    async with writing(database, clock) as uow:
        await begin(
            uow,
            Digester(servers.KEY),
            account_name="Bench",
            admin_email="admin@example.com",
            password_digest="none",
            admin_token=servers.ADMIN_TOKEN,
        )
    owner = Owner(USER, FIRST_USER_ID)
    ids = []
    for number in range(PAGES):
        async with blobs.incoming() as incoming:
            await incoming.write(_bytes_of(number))
            blob = await store_bytes(database, clock, blobs, incoming)
        async with writing(database, clock) as uow:
            folder = await root_of(uow, owner)
            name = f"file {number}.{'png' if number % 2 else 'csv'}"
            kind = "image/png" if number % 2 else "text/csv"
            ids.append((await keep_file(uow, Arrival(owner, folder.id, name, kind, FIRST_USER_ID), blob)).id)
    await database.stop()
    return ids


def _write(port: int, files: list[int]) -> int:
    made = call(port, "POST", "/eportfolios", {"eportfolio": {"name": "Bench"}})["eportfolio"]["id"]
    section = call(port, "GET", f"/eportfolios/{made}/categories")[0]["eportfolio_category"]["id"]
    for number, file in enumerate(files):
        page = {
            "eportfolio_entry": {"eportfolio_category_id": section, "name": f"Page {number}"},
            "section_count": 2,
            "section_1": {"section_type": "rich_text", "content": TEXT},
            "section_2": {"section_type": "attachment", "attachment_id": file},
        }
        call(port, "POST", f"/eportfolios/{made}/entries", page)
    return int(made)


def _export(port: int, portfolio: int, number: int) -> tuple[float, bytes]:
    """Seconds from the question to the archive, and the archive; the name changes, so that nothing is given again."""
    call(port, "PUT", f"/eportfolios/{portfolio}", {"eportfolio": {"name": f"Bench {number}"}})
    began = time.perf_counter()
    told = call(port, "GET", f"/eportfolios/{portfolio}/export")
    while told["workflow_state"] in ("to_be_zipped", "zipping"):
        time.sleep(0.03)
        told = call(port, "GET", f"/eportfolios/{portfolio}/export")
    seconds = time.perf_counter() - began
    if told["workflow_state"] != "zipped":
        raise RuntimeError(f"the export ended as {told}")
    with urllib.request.urlopen(told["url"], timeout=600) as answer:
        return seconds, answer.read()


def _deflate(archive: bytes) -> float:
    """Seconds that the members of an archive take when they are deflated one by one, and nothing else is done with them."""
    members = zipfile.ZipFile(io.BytesIO(archive))
    plain = [members.read(name) for name in members.namelist()]
    began = time.perf_counter()
    for one in plain:
        zlib.compress(one, 6)
    return time.perf_counter() - began


def _score() -> float:
    content = [{"section_type": "rich_text", "content": (TEXT + LINKS)[:100_000]}]
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        passages_of(content)
        reasons_of(content, author_since=START - timedelta(days=1), now=START, repeated_by=3)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def measure(engine: str, url: str, *, times: int, say: Callable[[str], None]) -> SiteFigures:
    say(f"{engine}: a portfolio as a web site")
    migrate.upgrade(url)
    with TemporaryDirectory(prefix="quad-bench-files-") as folder:
        storage = f"file://{Path(folder)}"
        files = asyncio.run(_furnish(url, storage))
        with servers.quadrangle(url, "/healthz", storage_url=storage) as server:
            portfolio = _write(server.port, files)
            before = server.resident()
            with servers.Watching(server) as watching:
                runs = [_export(server.port, portfolio, number) for number in range(times)]
        archive = runs[-1][1]
        return SiteFigures(
            engine=engine,
            seconds=statistics.median(seconds for seconds, _ in runs),
            plain=statistics.median(_deflate(archive) for _ in range(times)),
            grew=watching.largest - before,
            megabytes=len(archive) / 1e6,
            score_ms=_score(),
        )
