"""Files and folders. Source: supporting-resources.md §9."""

import mimetypes
import re
import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

import msgspec

from quadrangle.kernel.errors import Conflict, FieldError, Invalid, LimitReached
from quadrangle.kernel.params import ABSENT, Absent

ARRIVING: Final = "arriving"  # its bytes are there, its third step is due
AVAILABLE: Final = "available"
ACTIVE: Final = "active"  # of a folder
DELETED: Final = "deleted"
OVERWRITE: Final = "overwrite"
RENAME: Final = "rename"
ON_DUPLICATE: Final = (OVERWRITE, RENAME)
VISIBILITY: Final = ("inherit", "course", "institution", "public")
COURSE: Final = "Course"
GROUP: Final = "Group"
USER: Final = "User"
ACCOUNT: Final = "Account"
EPORTFOLIO: Final = "Eportfolio"  # what is made of it
PACKAGE: Final = "Package"  # of a person: what they export, and what they are about to import
ROOT_NAMES: Final = {
    COURSE: "course files",
    GROUP: "files",
    USER: "my files",
    ACCOUNT: "files",
    EPORTFOLIO: "files",
    PACKAGE: "packages",
}
UNFILED: Final = "unfiled"  # where a file comes to lie for which no folder was named
LONGEST_NAME: Final = 255  # characters
DEEPEST: Final = 40  # folders within folders
UNKNOWN_TYPE: Final = "application/octet-stream"

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+\-]{1,100}/[A-Za-z0-9!#$&^_.+\-]{1,100}")


class NameTaken(Conflict):
    """A file of that name lies there already."""

    code = "file_name_taken"
    says = "file already exists; use on_duplicate='overwrite' or 'rename'"


class QuotaExceeded(LimitReached):
    """There is no room for it."""

    code = "file_quota"
    says = "file size exceeds quota"


class TooManyUploads(LimitReached):
    """So many of one person's have begun that no other one can."""

    code = "too_many_uploads"
    says = "too many uploads have begun and not ended"


class FolderNotEmpty(Conflict):
    """Something lies in it."""

    code = "folder_not_empty"
    says = "Cannot delete a non-empty folder without setting 'force' to true"


class RootStays(Conflict):
    """The root folder of a context is neither deleted nor moved nor renamed."""

    code = "root_folder_stays"
    says = "The root folder cannot be changed like this"


class Owner(msgspec.Struct, frozen=True):
    """Whose files: kind is Course, Group, User, Account, Eportfolio or Package."""

    kind: str
    id: int

    @property
    def root_name(self) -> str:
        return ROOT_NAMES[self.kind]


class Closable(msgspec.Struct, frozen=True):
    """What can be shut to those who only read: for good, or outside of two moments."""

    locked: bool
    hidden: bool
    unlock_at: datetime | None
    lock_at: datetime | None

    def is_shut(self, now: datetime) -> bool:
        early = self.unlock_at is not None and now < self.unlock_at
        late = self.lock_at is not None and now >= self.lock_at
        return self.locked or early or late


class Folder(Closable, frozen=True):
    """A folder. full_name: its names from the root down, with slashes. files_count, folders_count: what lies in it directly."""

    id: int
    context_type: str
    context_id: int
    parent_folder_id: int | None
    name: str
    full_name: str
    position: int
    workflow_state: str
    created_at: datetime
    updated_at: datetime
    files_count: int
    folders_count: int

    @property
    def owner(self) -> Owner:
        return Owner(self.context_type, self.context_id)

    @property
    def is_root(self) -> bool:
        return self.parent_folder_id is None

    @property
    def inner_name(self) -> str:
        """The name below the root: `a/b`; empty for the root."""
        return self.full_name.partition("/")[2]


class File(Closable, frozen=True):
    """A file. uuid: the verifier, which opens it to whoever has it. digest: of its bytes; size in bytes."""

    id: int
    uuid: str
    folder_id: int
    context_type: str
    context_id: int
    user_id: int | None
    display_name: str
    filename: str
    content_type: str
    size: int
    digest: str | None
    visibility_level: str
    category: str
    on_duplicate: str
    workflow_state: str
    created_at: datetime
    modified_at: datetime
    updated_at: datetime

    @property
    def owner(self) -> Owner:
        return Owner(self.context_type, self.context_id)

    @property
    def mime_class(self) -> str:
        return mime_class_of(self.content_type)


class Upload(msgspec.Struct, frozen=True):
    """A file that comes in pieces. key: what its sender calls it by. size, received: bytes it will have, and has."""

    key: str
    user_id: int
    filename: str
    content_type: str
    size: int
    received: int
    pieces: int
    touched_at: datetime

    @property
    def complete(self) -> bool:
        return self.received == self.size


class Piece(msgspec.Struct, frozen=True):
    """Bytes of an upload, from `start` on."""

    start: int
    size: int
    digest: str


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a file or folder; ABSENT stays as it is."""

    name: str | Absent = ABSENT
    folder_id: int | Absent = ABSENT
    locked: bool | Absent = ABSENT
    hidden: bool | Absent = ABSENT
    unlock_at: datetime | None | Absent = ABSENT
    lock_at: datetime | None | Absent = ABSENT
    visibility_level: str | Absent = ABSENT
    position: int | Absent = ABSENT


def name_key(name: str) -> str:
    """By which names are compared: two that differ in case alone are one."""
    return unicodedata.normalize("NFC", name).casefold()


def file_name(sent: str | None, field: str = "name") -> str:
    """The name a file gets: the last part of a path, without what cannot be printed. Raises Invalid when nothing is left, or too much."""
    parts = re.split(r"[/\\]", _UNPRINTABLE.sub("", sent or ""))
    return _checked(parts[-1], field)


def folder_names(path: str) -> list[str]:
    """The names along a path of folders. Raises Invalid for names that cannot be, or too many of them."""
    names = [_checked(part, "parent_folder_path") for part in path.split("/") if part.strip()]
    if len(names) > DEEPEST:
        raise Invalid(FieldError("parent_folder_path", f"more than {DEEPEST} folders deep", "too_deep"))
    return names


def folder_name(sent: str | None) -> str:
    if sent is not None and "/" in sent:
        raise Invalid.field("name", "may not contain a slash", "invalid")
    return _checked(sent or "", "name")


def _checked(name: str, field: str) -> str:
    name = unicodedata.normalize("NFC", _UNPRINTABLE.sub("", name)).strip()
    if not name or name in (".", ".."):
        raise Invalid.field(field, "can't be blank", "blank")
    if len(name) > LONGEST_NAME:
        raise Invalid.field(field, f"is too long (maximum is {LONGEST_NAME} characters)", "too_long")
    return name


def numbered(name: str, number: int) -> str:
    """`essay-1.pdf`, as long as a name may be."""
    path = PurePosixPath(name)
    suffix = path.suffix if path.stem else ""
    end = f"-{number}{suffix}"
    return name.removesuffix(suffix)[: LONGEST_NAME - len(end)] + end


def type_for(name: str, *claims: str | None) -> str:
    """The first of several claims that looks like a type, else what the name says."""
    for claim in claims:
        said = (claim or "").partition(";")[0].strip().lower()
        if _TYPE.fullmatch(said) and said != UNKNOWN_TYPE:
            return said
    return mimetypes.guess_type(name)[0] or UNKNOWN_TYPE


_CLASSES: Final = {
    "text/html": "html",
    "text/x-csharp": "code",
    "text/xml": "code",
    "text/css": "code",
    "application/javascript": "code",
    "text/javascript": "code",
    "application/json": "code",
    "text/plain": "text",
    "application/rtf": "doc",
    "text/rtf": "doc",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "doc",
    "application/vnd.oasis.opendocument.text": "doc",
    "application/pdf": "pdf",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "ppt",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "xls",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/x-zip": "zip",
}


def mime_class_of(content_type: str) -> str:
    """The word Canvas has for a kind of file, by which clients choose an icon."""
    known = _CLASSES.get(content_type)
    if known is not None:
        return known
    kind = content_type.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "file"
