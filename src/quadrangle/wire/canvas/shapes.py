"""Pieces that stand inside many objects of the Canvas family."""

from functools import lru_cache
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from quadrangle.http.call import Call
from quadrangle.people import UserCard

Time: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Maybe: TypeAlias = UnsetType  # `field: str | Maybe = UNSET` is a key that is there or not


class UserShort(Struct, frozen=True):
    """A person inside another object. Source: supporting-resources.md §1."""

    id: int
    anonymous_id: str
    display_name: str
    avatar_image_url: str | None
    html_url: str
    pronouns: str | None


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=4096)
def base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def user_short(call: Call, card: UserCard, *, context: str = "") -> UserShort:
    """context: the path before `/users/…`, such as `/courses/1`."""
    return UserShort(
        id=card.id,
        anonymous_id=base36(card.id),
        display_name=card.short_name,
        avatar_image_url=card.avatar_url or f"{call.base_url}/images/avatar-50.png",
        html_url=f"{call.base_url}{context}/users/{card.id}",
        pronouns=card.pronouns,
    )


__all__ = ["UNSET", "Maybe", "Time", "UserShort", "base36", "user_short"]
