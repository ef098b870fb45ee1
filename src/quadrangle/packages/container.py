"""The ZIP around a package: judged by its directory alone, and read member by member. Source: portfolio-package.md §1.2, §6.1.

Everything here blocks and belongs on a thread. A container holds no open file, so that any number of threads may read from it at once.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote

import msgspec

from quadrangle.packages.limits import DEFAULT, Damaged, Limits, Refused

MAIN_FILES: Final = ("leap2a.xml", "leap2.xml", "leap.xml")
PIECE: Final = 256 * 1024  # bytes
_STORED: Final = 0
_DEFLATED: Final = 8
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_MEMBER_DIRECTORY: Final = 2048  # bytes of the directory that one member may have on the average
_UTF8: Final = 0x800
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_IGNORED: Final = re.compile(r"(.*/)?(\.DS_Store|Thumbs\.db|desktop\.ini)\Z", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class MemberFile(msgspec.Struct, frozen=True):
    """A member: its name in NFC without the folder that counts as root, and where and how it lies. Sizes are as declared."""

    name: str
    size: int
    packed: int
    start: int
    deflated: bool
    crc: int | None


class Container:
    """A package as it lies on the disk. main: the member that is the feed. others: the rest but for what systems leave in archives."""

    def __init__(self, path: Path, limits: Limits, main: MemberFile, others: list[MemberFile]) -> None:
        self._path = path
        self.limits = limits
        self.main = main
        self.others = {member.name: member for member in others}
        folded = Counter(name.casefold() for name in self.others)
        self._by_case = {name.casefold(): name for name in self.others if folded[name.casefold()] == 1}

    def find(self, href: str) -> MemberFile | None:
        """The member an address names: percent-decoded once, then literally, then without regard to case (§6.5, 8)."""
        for name in (unquote(href, errors="surrogateescape"), href):
            found = self.others.get(unicodedata.normalize("NFC", name))
            if found is not None:
                return found
        for name in (unquote(href, errors="surrogateescape"), href):
            exact = self._by_case.get(unicodedata.normalize("NFC", name).casefold())
            if exact is not None:
                return self.others[exact]
        return None

    def pieces(self, member: MemberFile) -> Iterator[bytes]:
        """The bytes of a member. Raises Damaged for a wrong checksum or size; never gives more than was declared."""
        with self._path.open("rb") as file:
            file.seek(member.start)
            crc = size = 0
            for piece in _inflated(file, member) if member.deflated else _copied(file, member):
                size += len(piece)
                if size > member.size:
                    raise Damaged(f"{member.name} unpacks to more than was declared")
                crc = zlib.crc32(piece, crc)
                yield piece
        if size != member.size:
            raise Damaged(f"{member.name} has {size} bytes, not {member.size}")
        if member.crc is not None and crc != member.crc:
            raise Damaged(f"{member.name} has a wrong checksum")


def _copied(file: BinaryIO, member: MemberFile) -> Iterator[bytes]:
    left = member.packed
    while left and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, member: MemberFile) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _copied(file, member):
            if inflate.eof:
                raise Damaged(f"{member.name} has more than its packed bytes")
            while packed and not inflate.eof:
                if piece := inflate.decompress(packed, PIECE):
                    yield piece
                packed = inflate.unconsumed_tail
        while not inflate.eof and (piece := inflate.decompress(inflate.unconsumed_tail, PIECE)):
            yield piece
    except zlib.error as error:
        raise Damaged(f"{member.name} cannot be unpacked") from error
    if not inflate.eof or inflate.unused_data:
        raise Damaged(f"{member.name} does not end where it should")


def open_container(path: Path, limits: Limits = DEFAULT) -> Container:
    """A package by its container: a ZIP, or a bare XML file. Raises Refused, which names the clause of §6.1; nothing is unpacked."""
    size = path.stat().st_size
    if size == 0:
        raise Refused(1, "The file is empty.")
    if size > limits.upload:
        raise Refused(7, f"The file is larger than {limits.upload} bytes.")
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK"):
            return _zip(path, file, size, limits)
    if _looks_like_xml(head):
        if size > limits.main_file:
            raise Refused(7, f"The XML is larger than {limits.main_file} bytes.")
        return Container(path, limits, MemberFile(MAIN_FILES[0], size, size, 0, False, None), [])
    raise Refused(2, "The file is neither a ZIP nor XML.")


def _looks_like_xml(head: bytes) -> bool:
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.lstrip(b" \t\r\n\0").startswith(b"<")


# --- the directory ----------------------------------------------------------------------------------------------------


def _unreadable(why: str) -> Refused:
    return Refused(2, f"The ZIP cannot be read: {why}.")


def _zip(path: Path, file: BinaryIO, size: int, limits: Limits) -> Container:
    directory = _directory(file, size, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        struct.error,
        OSError,
        EOFError,
        OverflowError,
    ) as error:
        raise _unreadable("its directory is damaged") from error
    if len(infos) > limits.members:
        raise Refused(7, f"The ZIP has more than {limits.members} members.")
    found = [(info, _member(file, info)) for info in infos]
    _lie_apart([(info.header_offset, member) for info, member in found], directory)
    for info, member in found:
        _allowed(info, member, limits)
    members = [member for info, member in found if not info.is_dir() and not _ignored(member.name)]
    root = _root_of(members)
    main = _main_of(members, root)
    _named_once([member.name for _, member in found])
    if main.size > limits.main_file:
        raise Refused(7, f"{main.name} is larger than {limits.main_file} bytes.")
    if sum(member.size for member in members) > limits.unpacked:
        raise Refused(7, f"The ZIP unpacks to more than {limits.unpacked} bytes.")
    plain = [
        msgspec.structs.replace(member, name=member.name.removeprefix(root)) for member in members if member is not main
    ]
    return Container(path, limits, main, plain)


def _directory(file: BinaryIO, size: int, limits: Limits) -> int:
    """Where the directory begins, after the end record has been looked at: zipfile forgives what §6.1 does not."""
    tail_size = min(size, _END.size + 0xFFFF)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise _unreadable("it has no end, or is cut off")
    _, disk, first_disk, here, entries, length, start, comment = _END.unpack_from(tail, at)
    if len(tail) - at - _END.size != comment:
        raise _unreadable("something follows its end")
    end = size - tail_size + at
    file.seek(max(0, end - _LOCATOR_64.size))
    locator = file.read(_LOCATOR_64.size)
    if end >= _LOCATOR_64.size and locator.startswith(b"PK\6\7"):
        _, volume, end_64, volumes = _LOCATOR_64.unpack(locator)
        file.seek(min(end_64, size))
        record = file.read(_END_64.size)
        if len(record) < _END_64.size or not record.startswith(b"PK\6\6"):
            raise _unreadable("its ZIP64 end is damaged")
        _, rest, _, _, disk, first_disk, here, entries, length, start = _END_64.unpack(record)
        if volume or volumes > 1 or end_64 + 12 + rest != end - _LOCATOR_64.size:
            raise _unreadable("it is one of several volumes, or its ZIP64 end is damaged")
        end = end_64
    if disk or first_disk or here != entries:
        raise _unreadable("it is one of several volumes")
    if entries > limits.members or length > limits.members * _MEMBER_DIRECTORY:
        raise Refused(7, f"The ZIP has more than {limits.members} members.")
    if start + length != end:
        raise _unreadable("its directory is not where it should be")
    return int(start)


def _member(file: BinaryIO, info: zipfile.ZipInfo) -> MemberFile:
    if info.flag_bits & _ENCRYPTED:
        raise Refused(3, "A member of the ZIP is encrypted.")
    if info.compress_type not in (_STORED, _DEFLATED):
        raise Refused(3, "A member of the ZIP is neither stored nor deflated.")
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
        raise _unreadable("a member is not where its directory says")
    _, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack(header)
    raw = _raw_name(info)
    if flags & _ENCRYPTED:
        raise Refused(3, "A member of the ZIP is encrypted.")
    if file.read(name_size) != raw or method != info.compress_type:
        raise _unreadable("its directory and a member disagree")
    start = info.header_offset + _LOCAL.size + name_size + extra_size
    name = unicodedata.normalize("NFC", _decoded(raw, info))
    deflated = info.compress_type == _DEFLATED
    return MemberFile(name, info.file_size, info.compress_size, start, deflated, info.CRC)


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    try:
        return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
    except UnicodeError as error:
        raise _unreadable("the name of a member cannot be read") from error


def _decoded(raw: bytes, info: zipfile.ZipInfo) -> str:
    """Many programs write UTF-8 without saying so."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return info.orig_filename


def _lie_apart(members: list[tuple[int, MemberFile]], directory: int) -> None:
    """The first member begins the file, and none lies in another or in the directory: so a few bytes cannot be unpacked many times."""
    at = 0
    for number, (header, member) in enumerate(sorted(members, key=lambda one: one[0])):
        if header < at or (number == 0 and header != 0):
            raise _unreadable("members lie in one another, or something precedes them")
        at = member.start + member.packed
    if at > directory:
        raise _unreadable("members lie in one another, or something precedes them")
    if not members and directory:
        raise _unreadable("something precedes its directory")


def _allowed(info: zipfile.ZipInfo, member: MemberFile, limits: Limits) -> None:
    name = member.name.removesuffix("/") if info.is_dir() else member.name
    parts = name.split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if (
        not name
        or any(part in ("", "..") for part in parts)
        or "\\" in name
        or _CONTROLS.search(name)
        or re.match(r"[A-Za-z]:", name)
        or kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    ):
        raise Refused(5, f"The ZIP has a member of an unsafe name or kind: {name[:80]!r}.")
    if len(parts) > limits.path_depth or len(name.encode(errors="replace")) > limits.name:
        raise Refused(7, f"The ZIP has a member whose name is too long: {name[:80]!r}.")
    if member.size > limits.ratio_from and member.size > limits.ratio * max(1, member.packed):
        raise Refused(7, f"{name[:80]!r} would unpack to more than {limits.ratio} times its size.")
    if member.size > limits.unpacked:
        raise Refused(7, f"The ZIP unpacks to more than {limits.unpacked} bytes.")


def _named_once(names: list[str]) -> None:
    seen = set()
    for name in names:
        folded = unicodedata.normalize("NFC", name.removesuffix("/").casefold())
        if folded in seen:
            raise Refused(6, f"The ZIP has two members called {name[:80]!r}.")
        seen.add(folded)


def _ignored(name: str) -> bool:
    return name.startswith("__MACOSX/") or bool(_IGNORED.match(name))


def _root_of(members: list[MemberFile]) -> str:
    """ "", or the one folder that everything is in, where the main file is not in the root."""
    if any(member.name.lower() in MAIN_FILES for member in members):
        return ""
    tops = {member.name.partition("/")[0] for member in members}
    return f"{tops.pop()}/" if len(tops) == 1 else ""


def _main_of(members: list[MemberFile], root: str) -> MemberFile:
    for wanted in MAIN_FILES:
        found = [
            member
            for member in members
            if member.name.removeprefix(root).lower() == wanted and member.name.startswith(root)
        ]
        if len(found) > 1:
            raise Refused(4, f"The ZIP has more than one {wanted}.")
        if found:
            return found[0]
    raise Refused(4, "The ZIP has no leap2a.xml: it is no portfolio package.")
