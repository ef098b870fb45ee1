"""Ids have types. A reference is what a client wrote; an id is what a row has. References are parsed once, at the edge."""

import re
from typing import NewType

import msgspec

UserId = NewType("UserId", int)
LoginId = NewType("LoginId", int)
AccountId = NewType("AccountId", int)
RoleId = NewType("RoleId", int)
TermId = NewType("TermId", int)
CourseId = NewType("CourseId", int)
SectionId = NewType("SectionId", int)
EnrollmentId = NewType("EnrollmentId", int)
GroupId = NewType("GroupId", int)
GroupCategoryId = NewType("GroupCategoryId", int)
MembershipId = NewType("MembershipId", int)
WikiId = NewType("WikiId", int)
PageId = NewType("PageId", int)
TokenId = NewType("TokenId", int)
DeveloperKeyId = NewType("DeveloperKeyId", int)

LARGEST_ID = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}\Z")
_UUID = re.compile(r"\w{40,}\Z", re.ASCII)


class Ref(msgspec.Struct, frozen=True):
    """A parsed reference: `kind` is "id", "word" (self, default, …), "uuid" or a SIS/LTI kind such as "sis_course_id"."""

    kind: str
    value: str

    @property
    def number(self) -> int:
        return int(self.value)


def parse_number(text: str) -> int | None:
    """A database id, or None. Blanks around it are stripped; beyond 64 bits it names nothing."""
    text = text.strip()
    if not _DIGITS.match(text):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def parse_ref(text: str, *, kinds: frozenset[str], words: frozenset[str] = frozenset()) -> Ref | None:
    """Read `123`, `sis_<kind>_id:x`, `lti_…:x`, `uuid:x`, `hex:sis_…:<hex>`, or one of `words`.

    kinds: the prefixes this object understands. Returns None for anything that can name no object.
    Source: conventions.md §4.1.
    """
    text = text.strip()
    if text in words:
        return Ref("word", text)
    number = parse_number(text)
    if number is not None:
        return Ref("id", str(number))
    prefix, colon, value = text.partition(":")
    if not colon:
        return None
    if prefix == "hex":
        prefix, colon, encoded = value.partition(":")
        if prefix == "uuid":
            return None
        try:
            value = bytes.fromhex(encoded).decode()
        except ValueError:
            return None
        if "\0" in value:
            return None
    if prefix not in kinds or not value:
        return None
    if prefix == "uuid" and not _UUID.match(value):
        return None
    return Ref(prefix, value)
