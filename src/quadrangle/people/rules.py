"""What a name, a login, a password, an address, a zone or a language must look like. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from quadrangle.kernel.errors import FieldError

LONGEST_NAME: Final = 255  # characters, of every name and login
LONGEST_PASSWORD: Final = 255
SHORTEST_PASSWORD: Final = 8
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s.<>,;:\"()\[\]\\]+\Z")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\Z")


def looks_like_address(text: str) -> bool:
    """Whether `text` can be an e-mail address."""
    return len(text) <= LONGEST_NAME and _ADDRESS.match(text) is not None


def known_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def known_locale(name: str) -> bool:
    """Whether `name` has the form of a language tag."""
    return _LOCALE.match(name) is not None


def too_long(attribute: str, longest: int = LONGEST_NAME) -> FieldError:
    return FieldError(attribute, f"is too long (maximum is {longest} characters)", "too_long")


def user_problems(values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the given attributes of a user; only those given are looked at."""
    problems = []
    for attribute in ("name", "short_name", "sortable_name", "pronouns", "title"):
        if len(values.get(attribute) or "") > LONGEST_NAME:
            problems.append(too_long(attribute))
    if (zone := values.get("time_zone")) and not known_zone(zone):
        problems.append(FieldError("time_zone", "is not included in the list", "inclusion"))
    if (locale := values.get("locale")) and not known_locale(locale):
        problems.append(FieldError("locale", "is not included in the list", "inclusion"))
    return problems


def unique_id_problems(unique_id: str) -> list[FieldError]:
    if not unique_id:
        return [FieldError("unique_id", "blank", "blank")]
    return [too_long("unique_id")] if len(unique_id) > LONGEST_NAME else []


def least_password(policy: Mapping[str, Any] | None) -> int:
    """How many characters a password must have. policy: the root account's `password_policy`."""
    wanted = (policy or {}).get("minimum_character_length")
    if isinstance(wanted, int | str) and str(wanted).isdigit():
        return max(SHORTEST_PASSWORD, int(wanted))
    return SHORTEST_PASSWORD


def password_problems(password: str, policy: Mapping[str, Any] | None = None) -> list[FieldError]:
    """policy: the root account's `password_policy`; of it the least length counts."""
    least = least_password(policy)
    if len(password) < least:
        return [FieldError("password", f"is too short (minimum is {least} characters)", "too_short")]
    return [too_long("password", LONGEST_PASSWORD)] if len(password) > LONGEST_PASSWORD else []
