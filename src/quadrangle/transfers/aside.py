"""Values put aside in a temporary file, to be gone through more than once without being held."""

import asyncio
import pickle
import tempfile
from collections.abc import AsyncIterator, Sequence

from quadrangle.packages import Packed


class Aside:
    """What a package carries, some at a time. Whoever makes one closes it, and the file is gone."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`

    def close(self) -> None:
        self._file.close()

    async def put(self, packed: Sequence[Packed]) -> None:
        await asyncio.to_thread(pickle.dump, packed, self._file)

    async def items(self) -> AsyncIterator[Packed]:
        """All of it, from the beginning, in the order in which it came; one iteration at a time."""
        await asyncio.to_thread(self._file.seek, 0)
        while together := await asyncio.to_thread(self._next):
            for one in together:
                yield one

    def _next(self) -> Sequence[Packed] | None:
        try:
            found: Sequence[Packed] = pickle.load(self._file)
        except EOFError:
            return None
        return found
