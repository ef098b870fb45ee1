"""Many files at once, each under the very name it came with. Source: portfolio-package.md §6.5, §8."""

from quadrangle.blobs import Blob
from quadrangle.db import UnitOfWork
from quadrangle.files import store
from quadrangle.files.model import Owner, QuotaExceeded, name_key
from quadrangle.files.service import Arrival, insert_available, quota_of, way_to


class Shelving:
    """Puts files into a folder of their owner; where a name is taken, into another folder beside it: `Import`, `Import 2`, `Import 3` …

    A file that got another name instead would not be recognised when it comes again. For one unit of work; the caller acts for the owner.
    """

    def __init__(self, uow: UnitOfWork, owner: Owner, folder: str) -> None:
        self._uow = uow
        self._owner = owner
        self._folder = folder
        self._folders: list[tuple[int, set[str]]] = []
        self._room: int | None = None

    async def put(self, name: str, content_type: str, blob: Blob) -> int:
        """The id of the new file. name: one that files can have (`file_name`). Raises QuotaExceeded, and has changed nothing then."""
        if self._room is None:
            quota, used = await quota_of(self._uow, self._owner)
            self._room = quota - used
        if blob.size > self._room:
            raise QuotaExceeded
        folder_id = await self._place_for(name_key(name))
        arrival = Arrival(self._owner, folder_id, name, content_type, self._owner.id)
        made = await insert_available(self._uow, arrival, blob)
        self._room -= blob.size
        return made

    async def _place_for(self, key: str) -> int:
        for folder_id, taken in self._folders:
            if key not in taken:
                taken.add(key)
                return folder_id
        while True:
            number = len(self._folders) + 1
            folder = await way_to(self._uow, self._owner, [self._folder if number == 1 else f"{self._folder} {number}"])
            taken = set(await self._uow.all(store.NAMES_IN, folder_id=folder.id))
            self._folders.append((folder.id, taken))
            if key not in taken:
                taken.add(key)
                return folder.id
