"""What is refused before any job, by the container alone, and what is not. Source: portfolio-package.md §1.2, §6.1.

Each bad file is made here. Numbers are those of the clauses of §6.1.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from quadrangle.packages import Damaged, Limits, Refused, open_container
from tests.specs.packages.making import central, feed, found_in, opened, package, patched, zip_of


def refusal(folder: Path, content: bytes, limits: Limits | None = None) -> int:
    with pytest.raises(Refused) as raised:
        opened(folder, content, limits)
    assert raised.value.says
    return raised.value.rule


def named(name: str, mode: int = 0, *, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.flag_bits |= flags
    return info


def end_of(content: bytes) -> int:
    return content.rfind(b"PK\5\6")


class TestNoFile:
    def test_1_it_is_empty(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, b"") == 1


class TestNoZip:
    @pytest.mark.parametrize(
        "content", [b"Hello", b"\x89PNG\r\n", b"%PDF-1.4 <a/>", b"   \n\n", b"\0" * 100, b"Rar!\x1a\x07"]
    )
    def test_2_it_is_neither_zip_nor_xml(self, tmp_path: Path, content: bytes) -> None:
        assert refusal(tmp_path, content) == 2

    @pytest.mark.parametrize("kept", [4, 30, 100, -1, -22, -40])
    def test_2_it_is_cut_off(self, tmp_path: Path, kept: int) -> None:
        assert refusal(tmp_path, package(members={"files/1-a": b"a" * 500})[:kept]) == 2

    def test_2_something_precedes_the_first_member(self, tmp_path: Path) -> None:
        whole = package()
        assert refusal(tmp_path, b"PK\3\4" + whole) == 2
        moved = io.BytesIO()
        moved.write(b"PK\3\4junk")
        with zipfile.ZipFile(moved, "a") as archive:  # offsets are right for the whole file
            archive.writestr("leap2a.xml", feed())
        assert refusal(tmp_path, moved.getvalue()) == 2

    def test_2_something_follows_the_end(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package() + b"\0") == 2

    def test_2_the_directory_and_a_member_disagree_about_a_name(self, tmp_path: Path) -> None:
        whole = package(members={"files/1-a": b"a"})
        at = whole.index(b"files/1-a")
        assert refusal(tmp_path, whole[:at] + b"files/1-b" + whole[at + 9 :]) == 2

    def test_2_they_disagree_about_the_method(self, tmp_path: Path) -> None:
        whole = package()
        assert refusal(tmp_path, patched(whole, 8, "<H", 0)) == 2

    def test_2_it_is_one_of_several_volumes(self, tmp_path: Path) -> None:
        whole = package()
        assert refusal(tmp_path, patched(whole, end_of(whole) + 4, "<2H", 1, 1)) == 2

    def test_2_members_lie_in_one_another(self, tmp_path: Path) -> None:
        """As in a bomb that unpacks the same bytes again and again."""
        whole = package(members={"files/1-a": b"a" * 100, "files/2-b": b"b" * 100})
        first = struct.unpack_from("<L", whole, central(whole, 1) + 42)[0]
        assert refusal(tmp_path, patched(whole, central(whole, 2) + 42, "<L", first)) == 2
        longer = patched(whole, central(whole, 1) + 20, "<L", 5000)
        assert refusal(tmp_path, longer) == 2

    def test_2_the_directory_is_garbage(self, tmp_path: Path) -> None:
        whole = package()
        at = central(whole)
        assert refusal(tmp_path, whole[:at] + b"\xff" * 20 + whole[at + 20 :]) == 2


class TestForbiddenMethods:
    @pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
    def test_3_a_member_is_encrypted(self, tmp_path: Path, flag: int) -> None:
        whole = package(members={"files/1-a": b"a"})
        assert refusal(tmp_path, patched(whole, central(whole, 1) + 8, "<H", flag)) == 3

    def test_3_only_the_member_itself_says_that_it_is_encrypted(self, tmp_path: Path) -> None:
        whole = package()
        assert refusal(tmp_path, patched(whole, 6, "<H", 1)) == 3

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_3_a_member_is_packed_in_another_way(self, tmp_path: Path, method: int) -> None:
        assert refusal(tmp_path, zip_of({"leap2a.xml": feed()}, method=method)) == 3


class TestTheMainFile:
    @pytest.mark.parametrize(
        "members",
        [
            {},
            {"files/1-a": b"a"},
            {"portfolio.xml": feed()},
            {"imsmanifest.xml": "<manifest/>"},
            {"one/leap2a.xml": feed(), "two/a": b"a"},
            {"leap2a.xml/a": b"a", "other": b"b"},
            {"one/two/leap2a.xml": feed()},
        ],
    )
    def test_4_there_is_none(self, tmp_path: Path, members: dict[str, bytes | str]) -> None:
        assert refusal(tmp_path, zip_of(members)) == 4

    def test_4_there_are_two(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, zip_of({"leap2a.xml": feed(), "LEAP2A.xml": feed()})) == 4

    @pytest.mark.parametrize("name", ["leap2a.xml", "LEAP2A.XML", "leap2.xml", "Leap.xml", "portfolio/leap2a.xml"])
    def test_it_has_one_of_these_names(self, tmp_path: Path, name: str) -> None:
        assert opened(tmp_path, zip_of({name: feed()})).main.name == name

    def test_the_first_of_these_names_counts(self, tmp_path: Path) -> None:
        whole = zip_of({"leap.xml": "", "leap2.xml": "", "leap2a.xml": feed()})
        assert opened(tmp_path, whole).main.name == "leap2a.xml"

    def test_a_folder_that_has_everything_counts_as_the_root(self, tmp_path: Path) -> None:
        whole = zip_of(
            {"my/leap2a.xml": feed(), "my/files/1-a": b"a", "__MACOSX/my/._leap2a.xml": b"x", "my/.DS_Store": b"x"}
        )
        assert sorted(opened(tmp_path, whole).others) == ["files/1-a"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_xml_alone_is_a_package_without_attachments(self, tmp_path: Path, encoding: str) -> None:
        xml = feed().replace("UTF-8", "utf-8" if encoding.startswith("utf-8") else "utf-16")
        found = found_in(tmp_path, xml.encode(encoding))
        assert found.items == []
        assert found.problems == []

    def test_blanks_may_precede_it(self, tmp_path: Path) -> None:
        found = found_in(tmp_path, b"\n  " + feed().partition("\n")[2].encode())
        assert found.problems == []


class TestUnsafeNames:
    @pytest.mark.parametrize(
        "name",
        [
            "/etc/passwd",
            "../a",
            "files/../../a",
            "files/..",
            "a\\b",
            "..\\a",
            "C:/a",
            "c:a",
            "files//a",
            "//host/a",
            "files/a\x07",
            "files/\x85",
            "a\nb",
        ],
    )
    def test_5_it_is_called(self, tmp_path: Path, name: str) -> None:
        assert refusal(tmp_path, zip_of([("leap2a.xml", feed()), (named(name), b"a")])) == 5

    def test_5_it_has_a_nul(self, tmp_path: Path) -> None:
        whole = zip_of({"leap2a.xml": feed(), "files/1_a": b"a"}).replace(b"files/1_a", b"files/1\0a")
        assert refusal(tmp_path, whole) == 5

    @pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
    def test_5_it_is_a_link_or_device(self, tmp_path: Path, kind: int) -> None:
        assert refusal(tmp_path, zip_of([("leap2a.xml", feed()), (named("a", kind | 0o777), b"/etc/passwd")])) == 5

    def test_folders_and_plain_files_are_fine(self, tmp_path: Path) -> None:
        members = [
            ("leap2a.xml", feed()),
            (named("files/", stat.S_IFDIR | 0o755), b""),
            (named("files/1-..a", stat.S_IFREG), b"a"),
        ]
        assert list(opened(tmp_path, zip_of(members)).others) == ["files/1-..a"]


class TestTheSameName:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("files/1-a", "files/1-A"),
            ("files/é", "files/e\N{COMBINING ACUTE ACCENT}"),
            ("files/ß", "files/SS"),
            ("files/É", "files/e\N{COMBINING ACUTE ACCENT}"),
        ],
    )
    def test_6_it_comes_twice_after_normalising(self, tmp_path: Path, one: str, other: str) -> None:
        assert refusal(tmp_path, package(members={one: b"a", other: b"b"})) == 6

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_6_it_comes_twice(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, zip_of([("leap2a.xml", feed()), ("a", b"a"), ("a", b"a")])) == 6


class TestLimits:
    def test_7_the_upload_is_too_large(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package(), Limits(upload=100)) == 7

    def test_7_it_unpacks_to_too_much(self, tmp_path: Path) -> None:
        whole = package(members={f"files/{n}": bytes(1000) for n in range(10)})
        assert refusal(tmp_path, whole, Limits(unpacked=5000)) == 7

    def test_7_a_member_says_that_it_is_huge(self, tmp_path: Path) -> None:
        whole = zip_of({"leap2a.xml": feed(), "files/1-a": b"a" * 100}, method=zipfile.ZIP_STORED)
        assert refusal(tmp_path, patched(whole, central(whole, 1) + 24, "<L", 3 << 30)) == 7

    def test_7_it_has_too_many_members(self, tmp_path: Path) -> None:
        whole = package(members={str(n): b"" for n in range(30)})
        assert refusal(tmp_path, whole, Limits(members=30)) == 7
        assert len(opened(tmp_path, whole, Limits(members=31)).others) == 30

    def test_7_it_has_20001_members(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package(members={str(n): b"" for n in range(20_000)})) == 7

    def test_7_it_says_that_it_has_fewer_members_than_it_has(self, tmp_path: Path) -> None:
        whole = package(members={str(n): b"" for n in range(30)})
        assert refusal(tmp_path, patched(whole, end_of(whole) + 8, "<2H", 5, 5), Limits(members=20)) == 7

    def test_7_a_zip_bomb(self, tmp_path: Path) -> None:
        bomb = package(members={"files/1-a": bytes(2 * 1024 * 1024)})
        assert refusal(tmp_path, bomb) == 7

    def test_small_members_may_shrink_as_they_like(self, tmp_path: Path) -> None:
        assert opened(tmp_path, package(members={"files/1-a": bytes(1024 * 1024)})).others

    def test_a_zip_in_a_zip_is_a_file_like_any_other(self, tmp_path: Path) -> None:
        inner = zip_of({"a": bytes(50_000_000)})
        whole = zip_of({"leap2a.xml": feed(), "files/1-a.zip": zip_of({"b.zip": inner})})
        container = opened(tmp_path, whole)
        assert sum(map(len, container.pieces(container.others["files/1-a.zip"]))) < 100_000

    def test_7_the_main_file_is_too_large(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package(), Limits(main_file=100)) == 7
        assert refusal(tmp_path, feed().encode(), Limits(main_file=100)) == 7

    def test_7_a_path_is_too_deep(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package(members={"a/" * 20 + "a": b"a"})) == 7
        assert opened(tmp_path, package(members={"a/" * 19 + "a": b"a"})).others

    def test_7_a_name_is_too_long(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, package(members={"é" * 128: b"a"})) == 7
        assert opened(tmp_path, package(members={"é" * 127 + "a": b"a"})).others


class TestWhatIsRead:
    def test_zip64_is_read(self, tmp_path: Path) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, content in (("leap2a.xml", feed().encode()), ("files/1-a", b"abc")):
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(content)
        container = opened(tmp_path, made.getvalue())
        assert b"".join(container.pieces(container.others["files/1-a"])) == b"abc"

    def test_a_directory_in_zip64_is_read(self, tmp_path: Path) -> None:
        whole = package(members={"files/1-a": b"abc"})
        end = end_of(whole)
        _, _, _, here, entries, length, start, _ = struct.unpack_from("<4s4H2LH", whole, end)
        record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, here, entries, length, start)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        container = opened(tmp_path, whole[:end] + record + locator + last)
        assert b"".join(container.pieces(container.others["files/1-a"])) == b"abc"

    def test_data_descriptors_and_any_order_are_read(self, tmp_path: Path) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

            def tell(self) -> int:
                raise OSError

        made = Pipe()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("files/1-a", b"abc" * 100)
            archive.writestr("leap2a.xml", feed())
        container = opened(tmp_path, made.getvalue())
        assert b"".join(container.pieces(container.others["files/1-a"])) == b"abc" * 100

    def test_a_comment_at_the_end_is_overlooked(self, tmp_path: Path) -> None:
        made = io.BytesIO(package())
        with zipfile.ZipFile(made, "a") as archive:
            archive.comment = b"made by hand"
        assert opened(tmp_path, made.getvalue()).main.size

    def test_what_systems_leave_behind_is_overlooked(self, tmp_path: Path) -> None:
        names = ["__MACOSX/files/._1-a", ".DS_Store", "files/.DS_Store", "Thumbs.db", "desktop.ini"]
        found = found_in(tmp_path, package(members=dict.fromkeys(names, b"x")))
        assert found.problems == []

    def test_names_that_are_utf8_without_saying_so_are_read(self, tmp_path: Path) -> None:
        whole = package(members={"files/1-é": b"a"})
        for at in (whole.index("files/1-é".encode()) - 24, central(whole, 1) + 8):
            whole = patched(whole, at, "<H", 0)
        assert list(opened(tmp_path, whole).others) == ["files/1-é"]


class TestDamage:
    def damaged(self, folder: Path, change: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> bool:
        whole = zip_of({"leap2a.xml": feed(), "files/1-a": b"Quadrangle " * 100}, method=method)
        container = opened(folder, change(whole))
        try:
            size = sum(map(len, container.pieces(container.others["files/1-a"])))
        except Damaged:
            return True
        assert size == 1100
        return False

    def test_it_is_whole(self, tmp_path: Path) -> None:
        assert not self.damaged(tmp_path, lambda whole: whole)

    def test_a_checksum_is_wrong(self, tmp_path: Path) -> None:
        assert self.damaged(tmp_path, lambda whole: patched(whole, central(whole, 1) + 16, "<L", 1))

    @pytest.mark.parametrize("size", [0, 1099, 1101, 5000])
    def test_a_size_is_wrong(self, tmp_path: Path, size: int) -> None:
        assert self.damaged(tmp_path, lambda whole: patched(whole, central(whole, 1) + 24, "<L", size))
        assert self.damaged(
            tmp_path, lambda whole: patched(whole, central(whole, 1) + 24, "<L", size), zipfile.ZIP_STORED
        )

    def test_it_unpacks_to_more_than_it_says_with_a_checksum_of_what_it_says(self, tmp_path: Path) -> None:
        def shorter(whole: bytes) -> bytes:
            whole = patched(whole, central(whole, 1) + 24, "<L", 11)
            return patched(whole, central(whole, 1) + 16, "<L", zlib.crc32(b"Quadrangle "))

        assert self.damaged(tmp_path, shorter)

    def test_bytes_are_others(self, tmp_path: Path) -> None:
        at = zip_of({"leap2a.xml": feed()}).rindex(b"PK\1\2")
        assert self.damaged(tmp_path, lambda whole: whole[: at + 45] + b"\xff\xff\xff" + whole[at + 48 :])

    def test_nothing_is_written_anywhere(self, tmp_path: Path) -> None:
        """Names of members are never paths here; a reader opens the package alone."""
        path = tmp_path / "p.zip"
        path.write_bytes(package(members={"files/1-a": b"a"}))
        container = open_container(path)
        list(container.pieces(container.others["files/1-a"]))
        assert [one.name for one in tmp_path.iterdir()] == ["p.zip"]
