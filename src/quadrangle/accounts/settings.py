"""The settings of an account: which there are, how they are inherited, what may be stored. Pure. Source: accounts.md §1.3, §5.9.

Inheritable settings are stored as `{"value", "locked"}`, all others as plain values.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from quadrangle.accounts.help_links import links_from
from quadrangle.kernel.errors import FieldError
from quadrangle.kernel.params import as_text, leading_integer, truthy

Settings: TypeAlias = dict[str, Any]

INHERITABLE: Final = frozenset(
    {
        "restrict_student_past_view",
        "restrict_student_future_view",
        "restrict_student_future_listing",
        "restrict_quantitative_data",
        "lock_all_announcements",
        "usage_rights_required",
        "conditional_release",
        "enable_as_k5_account",
        "use_classic_font_in_k5",
        "enable_course_paces",
        "horizon_account",
    }
)
MICROSOFT_SYNC: Final = (
    "microsoft_sync_enabled",
    "microsoft_sync_tenant",
    "microsoft_sync_login_attribute",
    "microsoft_sync_login_attribute_suffix",
    "microsoft_sync_remote_attribute",
)
_FLAGS: Final = frozenset(
    {
        "open_registration",
        "suppress_notifications",
        "teachers_can_create_courses",
        "teachers_can_create_courses_anywhere",
        "students_can_create_courses",
        "students_can_create_courses_anywhere",
        "no_enrollments_can_create_courses",
        "enable_eportfolios",
        "limit_personal_access_tokens",
        "restrict_personal_access_tokens_from_students",
        "admin_manage_access_tokens",
        "scheduled_page_publication",
        "permanent_page_links",
        "block_editor",
        "users_can_edit_name",
        "course_templates",
        "include_integration_ids_in_gradebook_exports",
        "include_students_in_global_survey",
    }
)
_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "eportfolio_score": frozenset({"off", "review", "flag"}),
    "self_registration_type": frozenset({"none", "observer", "all"}),
}
_TEXTS: Final = frozenset({"help_link_name", "help_link_icon"})
ROOT_ONLY: Final = (
    _FLAGS
    | set(_CHOICES)
    | _TEXTS
    | {"accent_color", "calendar_contexts_limit", "password_policy", "custom_help_links"}
)

_PASSWORD_FLAGS: Final = ("allow_login_suspension", "require_number_characters", "require_symbol_characters")
_PASSWORD_NUMBERS: Final = ("minimum_character_length", "maximum_login_attempts")
_LOGIN_ATTRIBUTES: Final = frozenset({"email", "preferred_username", "sis_user_id", "integration_id", "sub", "oid"})
_REMOTE_ATTRIBUTES: Final = frozenset({"mail", "mailNickname", "userPrincipalName"})
_DOMAIN: Final = re.compile(
    r"(?=.{1,255}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+\Z", re.I
)
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}\Z")
_WHOLE: Final = re.compile(r"\s*[+-]?[0-9]{1,9}\s*\Z")
_LONGEST: Final = 255  # characters of a text setting


class _Bad(Exception):
    """Why a value cannot be stored."""


_FORGET: Final = object()


def effective_setting(chain: Iterable[Mapping[str, Any]], name: str) -> Any:
    """The value of an inheritable setting at the last account of a chain, or None when nobody set it.

    chain: the settings of the accounts from the root down. The first locked value ends the walk.
    """
    value = None
    for settings in chain:
        stored = settings.get(name)
        if isinstance(stored, Mapping):
            value = stored.get("value", value)
            if stored.get("locked"):
                break
    return value


def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `GET …/settings` shows: the stored ones of a short list (accounts.md §5.4)."""
    return {name: settings[name] for name in MICROSOFT_SYNC if settings.get(name) is not None}


def revised(
    stored: Mapping[str, Any], sent: Mapping[str, Any], *, is_root: bool, above: Iterable[Mapping[str, Any]] = ()
) -> tuple[Settings, list[FieldError]]:
    """The settings after a change, and what was wrong with it.

    sent: the raw `account[settings]`. above: the settings of the accounts above, the root first. Unknown names are ignored, and so are
    root-only ones on a sub-account.
    """
    settings = dict(stored)
    errors: list[FieldError] = []
    for name, value in sent.items():
        read = _reader_of(name, is_root)
        if read is None:
            continue
        try:
            new = read(value, settings.get(name))
        except _Bad as bad:
            errors.append(FieldError(name, str(bad), "invalid"))
            continue
        if new is _FORGET:
            settings.pop(name, None)
        else:
            settings[name] = new
    if any(name in sent for name in MICROSOFT_SYNC):
        errors += _microsoft_errors(settings)
    if "use_classic_font_in_k5" in settings and not effective_setting([*above, settings], "enable_as_k5_account"):
        del settings["use_classic_font_in_k5"]
    return settings, errors


_Read: TypeAlias = Callable[[Any, Any], Any]


def _reader_of(name: str, is_root: bool) -> _Read | None:
    if name in INHERITABLE:
        return _inheritable
    if name in ROOT_ONLY:
        return _root_reader(name) if is_root else None
    if name == "sis_assignment_name_length_input":
        return _name_length
    if name == "default_dashboard_view":
        return _dashboard_view
    if name == "microsoft_sync_enabled":
        return _flag
    return _text if name in MICROSOFT_SYNC else None


def _root_reader(name: str) -> _Read:
    if name in _FLAGS:
        return _flag
    if name in _CHOICES:
        return _choice(_CHOICES[name])
    if name == "accent_color":
        return _colour
    if name == "calendar_contexts_limit":
        return lambda value, _: _number(value)
    if name == "password_policy":
        return _password_policy
    return _help_links if name == "custom_help_links" else _text


def _scalar(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _Bad("is invalid")
    return value


def _flag(value: Any, _: Any) -> Any:
    return _FORGET if _scalar(value) is None else truthy(value)


def _colour(value: Any, _: Any) -> Any:
    """As browsers send it, `#1f5fa8`; an empty one is forgotten."""
    text = (as_text(_scalar(value)) or "").strip().lower()
    if not text:
        return _FORGET
    if not _COLOUR.match(text):
        raise _Bad("is invalid")
    return text


def _text(value: Any, _: Any) -> Any:
    text = as_text(_scalar(value))
    if text is not None and len(text) > _LONGEST:
        raise _Bad(f"is too long (maximum is {_LONGEST} characters)")
    return _FORGET if text is None else text


def _choice(choices: frozenset[str]) -> _Read:
    def read(value: Any, _: Any) -> Any:
        if value is None:
            return _FORGET
        if not isinstance(value, str) or value not in choices:
            raise _Bad("is not included in the list")
        return value

    return read


def _number(value: Any) -> Any:
    """A whole number above zero."""
    text = as_text(_scalar(value))
    if text is None or text == "":
        return _FORGET
    if not _WHOLE.match(text) or int(text) < 1:
        raise _Bad("must be a whole number greater than 0")
    return int(text)


def _inheritable(value: Any, _: Any) -> Any:
    if value is None:
        return _FORGET
    if not isinstance(value, dict):
        raise _Bad("is invalid")
    return {key: truthy(_scalar(value[key])) for key in ("value", "locked") if value.get(key) is not None} or _FORGET


def _name_length(value: Any, _: Any) -> Any:
    if not isinstance(value, dict) or "value" not in value:
        return _FORGET
    text = (as_text(_scalar(value["value"])) or "").strip()
    fits = _WHOLE.match(text) is not None and 0 <= int(text) <= 255
    return {"value": str(int(text)) if fits else "255"}


def _dashboard_view(value: Any, _: Any) -> Any:
    """Sent plain or as `{value, locked}`; stored as the latter, as it is inherited."""
    if isinstance(value, dict):
        text = _text(value.get("value"), None)
        locked = {"locked": truthy(value["locked"])} if "locked" in value else {}
        return _FORGET if text is _FORGET else {"value": text, **locked}
    text = _text(value, None)
    return _FORGET if text in (_FORGET, "") else {"value": text}


def _password_policy(value: Any, stored: Any) -> Any:
    if value is None:
        return _FORGET
    if not isinstance(value, dict):
        raise _Bad("is invalid")
    policy = dict(stored or {})
    for name in (*_PASSWORD_FLAGS, *_PASSWORD_NUMBERS):
        if name in value:
            new = _flag(value[name], None) if name in _PASSWORD_FLAGS else _number(value[name])
            if new is _FORGET:
                policy.pop(name, None)
            else:
                policy[name] = new
    return policy


def _help_links(value: Any, _: Any) -> Any:
    if value in (None, "", [], [""]):
        return _FORGET
    # A form numbers the links: custom_help_links[0][text]=…
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=lambda key: leading_integer(key))]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _Bad("is invalid")
    try:
        return links_from(value)
    except ValueError as error:
        raise _Bad(str(error)) from None


def _microsoft_errors(settings: Settings) -> list[FieldError]:
    """What stands in the way of switching the sync on; while it is off everything may be unfinished."""
    if not settings.get("microsoft_sync_enabled"):
        return []
    wrong = {
        "microsoft_sync_tenant": not _DOMAIN.match(settings.get("microsoft_sync_tenant") or ""),
        "microsoft_sync_login_attribute": settings.get("microsoft_sync_login_attribute") not in _LOGIN_ATTRIBUTES,
        "microsoft_sync_remote_attribute": settings.get("microsoft_sync_remote_attribute") not in _REMOTE_ATTRIBUTES,
        "microsoft_sync_login_attribute_suffix": bool(
            re.search(r"\s", suffix := settings.get("microsoft_sync_login_attribute_suffix") or "")
        )
        or len(suffix) >= _LONGEST,
    }
    return [FieldError(name, "is invalid", "invalid") for name, bad in wrong.items() if bad]
