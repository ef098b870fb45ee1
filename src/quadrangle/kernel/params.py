"""Request parameters as Rails clients write them.

Two halves. `nest` turns pairs such as `wiki_page[title]=x` into one tree (Rack's rules, conventions.md §5.2); `Params` classes then
declare, field by field, what a route reads out of that tree and how text becomes a value (conventions.md §5.3 and §5.4). Reading is
lenient as the contract asks: unknown keys are ignored, a boolean is never an error, absence differs from null.
"""

import enum
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, tzinfo
from functools import partial
from typing import Any, ClassVar, Final, Literal, Self, TypeAlias, dataclass_transform
from urllib.parse import unquote_to_bytes

import msgspec

from quadrangle.kernel.errors import Failure, Malformed
from quadrangle.kernel.ids import LARGEST_ID

Tree: TypeAlias = dict[str, Any]  # str | None | int | float | bool | list | dict, nested


class Absent(enum.Enum):
    """The type of ABSENT: the key was not sent. Null is something else."""

    ABSENT = "absent"

    def __bool__(self) -> Literal[False]:
        return False


ABSENT: Final = Absent.ABSENT

MAX_DEPTH: Final = 32
MAX_KEYS: Final = 5_000


# --- from bytes to a tree ---------------------------------------------------------------------------------------------


def text_from(raw: bytes) -> str:
    """UTF-8 text without NUL, or Malformed."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("Invalid UTF-8 in a parameter.") from None
    if "\0" in text:
        raise Malformed("NUL character in a parameter.")
    return text


def _unescape(raw: bytes) -> str:
    return text_from(unquote_to_bytes(raw.replace(b"+", b" ")))


def pairs_from(raw: bytes) -> list[tuple[str, str | None]]:
    """Read `a=1&b[]=2`. A name without `=` has the value None."""
    if not raw:
        return []
    pieces = raw.split(b"&")
    if len(pieces) > MAX_KEYS:
        raise Malformed(f"More than {MAX_KEYS} parameters.")
    pairs: list[tuple[str, str | None]] = []
    for piece in pieces:
        if not piece:
            continue
        name, equals, value = piece.partition(b"=")
        pairs.append((_unescape(name), _unescape(value) if equals else None))
    return pairs


def nest(pairs: Iterable[tuple[str, Any]]) -> Tree:
    """One tree from bracketed names. Clashing shapes, too many levels or too many keys are Malformed."""
    tree: Tree = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_KEYS:
            raise Malformed(f"More than {MAX_KEYS} parameters.")
        if "[" not in name:
            if isinstance(tree.get(name), dict | list):
                raise Malformed(f"Parameter {name} has two shapes.")
            if name:
                tree[name] = value
        else:
            _place(tree, name, value, 0)
    return tree


_LIST_OF_OBJECTS = re.compile(r"\[\](?:\[([^\[\]]+)\]|(.+))\Z", re.DOTALL)


def _split(name: str, depth: int) -> tuple[str, str]:
    """The first key of a name, and what follows it."""
    if depth == 0:
        start = name.find("[", 1)
        return (name, "") if start < 0 else (name[:start], name[start:])
    if name.startswith("[]"):
        return "[]", name[2:]
    if name.startswith("["):
        end = name.find("]", 1)
        if end > 0:
            return name[1:end], name[end + 1 :]
    start = name.find("[", 1)
    return (name, "") if start < 0 else (name[:start], name[start:])


def _place(tree: Tree, name: str, value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Malformed(f"Parameters nested more than {MAX_DEPTH} levels deep.")
    key, rest = _split(name, depth)
    if not key:
        return
    if not rest:
        if isinstance(tree.get(key), dict | list):
            raise Malformed(f"Parameter {key} has two shapes.")
        tree[key] = value
    elif rest == "[":
        tree[name] = value
    elif rest == "[]":
        _list_at(tree, key).append(value)
    elif found := _LIST_OF_OBJECTS.match(rest):
        child = found[1] or found[2]
        items = _list_at(tree, key)
        last = items[-1] if items else None
        if not isinstance(last, dict) or _has(last, child):
            last = {}
            items.append(last)
        _place(last, child, value, depth + 1)
    else:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            raise Malformed(f"Parameter {key} has two shapes.")
        _place(inner, rest, value, depth + 1)


def _list_at(tree: Tree, key: str) -> list[Any]:
    items = tree.setdefault(key, [])
    if not isinstance(items, list):
        raise Malformed(f"Parameter {key} has two shapes.")
    return items


def _has(tree: Tree, name: str) -> bool:
    """Whether the whole path of keys in `name` is already taken, so that a new list element begins."""
    at: Any = tree
    depth = 1
    while name:
        key, name = _split(name, depth)
        if key == "[]":
            return False
        if not isinstance(at, dict) or key not in at:
            return False
        at = at[key]
        depth += 1
    return True


def merge(tree: Tree, stronger: Tree) -> None:
    """Put `stronger` over `tree`, key by key of the top level. Together they hold no more keys than one may."""
    if tree and _size(tree) + _size(stronger) > MAX_KEYS:
        raise Malformed(f"More than {MAX_KEYS} parameters.")
    tree.update(stronger)


def _size(value: object) -> int:
    """How many keys and list elements a value holds, at every depth."""
    if isinstance(value, dict):
        return len(value) + sum(_size(inner) for inner in value.values())
    if isinstance(value, list):
        return len(value) + sum(_size(inner) for inner in value)
    return 0


def tree_from_json(raw: bytes) -> Tree:
    """A JSON body as the tree; a top-level list is under `_json` (conventions.md §5.1)."""
    text_from(raw)
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise Malformed("The body is not valid JSON.") from None
    _check_json(value, 0, [0])
    if isinstance(value, dict):
        return value
    return {"_json": value}


def _check_json(value: object, depth: int, count: list[int]) -> None:
    if depth > MAX_DEPTH + 1:
        raise Malformed(f"Parameters nested more than {MAX_DEPTH} levels deep.")
    if isinstance(value, dict):
        count[0] += len(value)
        if count[0] > MAX_KEYS:
            raise Malformed(f"More than {MAX_KEYS} parameters.")
        for key, inner in value.items():
            _no_nul(key)
            _check_json(inner, depth + 1, count)
    elif isinstance(value, list):
        count[0] += len(value)
        if count[0] > MAX_KEYS:
            raise Malformed(f"More than {MAX_KEYS} parameters.")
        for inner in value:
            _check_json(inner, depth + 1, count)
    elif isinstance(value, str):
        _no_nul(value)


def _no_nul(text: str) -> None:
    if "\0" in text:
        raise Malformed("NUL character in a parameter.")
    if not is_encodable(text):
        raise Malformed("Invalid UTF-8 in a parameter.")


def is_encodable(text: str) -> bool:
    """Whether `text` can be written as UTF-8: half of a surrogate pair cannot."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


# --- from text to values ----------------------------------------------------------------------------------------------

_TRUE: Final = frozenset({"true", "t", "yes", "y", "on"})
_LEADING_INTEGER = re.compile(r"\s*([+-]?[0-9]+)")


def truthy(value: object) -> bool:
    """The boolean rule of conventions.md §5.3: never an error; unknown text is read as a number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    if not isinstance(value, str):
        return False
    text = value.strip().lower()
    return text in _TRUE or leading_integer(text) != 0


def leading_integer(value: object) -> int:
    """Leading digits count, text is 0."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        try:
            return int(value)
        except (OverflowError, ValueError):
            return 0
    if isinstance(value, str) and (found := _LEADING_INTEGER.match(value[:400])):
        return int(found[1])
    return 0


def as_text(value: object) -> str | None:
    """A scalar as text: JSON numbers and booleans are written as JSON writes them."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


_ISO = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})|( \d{2}:\d{2}))?)?\s*\Z",
    re.IGNORECASE | re.ASCII,
)


def parse_time(text: str, zone: tzinfo = UTC, *, end: bool = False) -> datetime | None:
    """A moment in UTC, or None when the text is none. Source: conventions.md §5.4.

    zone: the zone of a text that names none. end: a plain date means the end of that day.
    """
    found = _ISO.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, offset, bare_offset = found.groups()
    if bare_offset is not None:
        offset = f"+{bare_offset[1:]}"  # a plus that was not escaped in a form arrives as a blank
    try:
        if hour is None:
            clock = time(23, 59, 59) if end else time(0)
            moment = datetime.combine(datetime(int(year), int(month), int(day)), clock)  # noqa: DTZ001 zone below
        else:
            micro = int((fraction or "0").ljust(6, "0")[:6])
            moment = datetime(  # noqa: DTZ001 zone below
                int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro
            )
        if offset is None:
            return moment.replace(tzinfo=zone).astimezone(UTC)
        if offset in "Zz":
            return moment.replace(tzinfo=UTC)
        digits = offset[1:].replace(":", "").ljust(4, "0")
        return datetime.fromisoformat(f"{moment.isoformat()}{offset[0]}{digits[:2]}:{digits[2:]}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# --- declared fields --------------------------------------------------------------------------------------------------


class Reading(msgspec.Struct, frozen=True):
    """What a field needs to know of the request beside its own value."""

    zone: tzinfo


class Field(msgspec.Struct, frozen=True):
    """One declared parameter: how its value is read, and how the API description shows it."""

    read: Callable[[Any, Reading], Any]
    schema: Mapping[str, Any]
    doc: str = ""
    default: Any = ABSENT
    alias: str | None = None
    many: bool = False
    key: str | None = None


_SCALAR = (str, int, float, bool, type(None))


def _text(value: Any, _: Reading) -> Any:
    return as_text(value) if isinstance(value, _SCALAR) else ABSENT


def _flag(value: Any, _: Reading) -> Any:
    if value is None:
        return ABSENT
    return truthy(value) if isinstance(value, _SCALAR) else ABSENT


def _integer(value: Any, _: Reading) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, _SCALAR):
        return ABSENT
    # Beyond 64 bits neither engine takes a number; the limits of the field itself are the service's.
    return max(-LARGEST_ID, min(leading_integer(value), LARGEST_ID))


def _moment(value: Any, reading: Reading, *, end: bool = False) -> Any:
    if not isinstance(value, _SCALAR):
        return ABSENT
    return parse_time(value, reading.zone, end=end) if isinstance(value, str) else None


def _words(value: Any, _: Reading) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for item in value if isinstance(item, _SCALAR) and (text := as_text(item)) is not None)
    if isinstance(value, _SCALAR) and value is not None:
        return (as_text(value) or "",)
    return ()


def _words_of_a_list(value: Any, reading: Reading) -> Any:
    return _words(value, reading) if isinstance(value, list) else ABSENT


def text(doc: str = "", *, max: int | None = None, key: str | None = None, choices: Iterable[str] = ()) -> Any:
    """`str | None | Absent`: text; null stays null. `max` and `choices` describe; services check."""
    schema: dict[str, Any] = {"type": ["string", "null"]}
    if max is not None:
        schema["maxLength"] = max
    if choices:
        schema = {"type": "string", "enum": list(choices)}
    return Field(_text, schema, doc, key=key)


def flag(doc: str = "", *, key: str | None = None) -> Any:
    """`bool | Absent`."""
    return Field(_flag, {"type": "boolean"}, doc, key=key)


def integer(doc: str = "", *, key: str | None = None) -> Any:
    """`int | None | Absent`."""
    return Field(_integer, {"type": ["integer", "null"]}, doc, key=key)


def moment(doc: str = "", *, end: bool = False, key: str | None = None) -> Any:
    """`datetime | None | Absent`: unreadable text is None (conventions.md §5.4). end: a plain date means the end of that day."""
    return Field(partial(_moment, end=end), {"type": ["string", "null"], "format": "date-time"}, doc, key=key)


def words(
    doc: str = "",
    *,
    choices: Iterable[str] = (),
    alias: str | None = None,
    key: str | None = None,
    bare: bool = True,
) -> Any:
    """`tuple[str, ...]`: a list of texts. Absent is empty. Unknown words stay. bare: one bare scalar is a list of one, else it is as good
    as absent."""
    item: dict[str, Any] = {"type": "string"}
    if choices:
        item["enum"] = list(choices)
    read = _words if bare else _words_of_a_list
    return Field(read, {"type": "array", "items": item}, doc, default=(), alias=alias, many=True, key=key)


def anything(doc: str = "", *, schema: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
    """The raw part of the tree, for the few parameters with a shape of their own."""
    return Field(lambda value, _: value, schema or {}, doc, key=key)


class GroupMissing(Failure):
    """A required group such as `token[...]` was not sent, is empty, or is not a group (conventions.md §5.3)."""

    code = "parameter_missing"

    def __init__(self, group: str) -> None:
        self.group = group
        super().__init__(f"{group} is missing")


@dataclass_transform(kw_only_default=True, field_specifiers=(text, flag, integer, moment, words, anything))
class Params:
    """Declare what a route reads: annotated fields, each a call of text(), flag(), moment(), … .

    class PageEdit(Params, group="wiki_page"): …   reads wiki_page[title] and so on; `required=True` makes the group itself
    required. `sent` holds the names of the fields whose key was in the request.
    """

    group: ClassVar[str | None] = None
    required: ClassVar[bool] = False
    fields: ClassVar[dict[str, Field]] = {}
    sent: frozenset[str]

    def __init_subclass__(cls, group: str | None = None, required: bool = False) -> None:
        cls.fields = dict(cls.fields)
        for name in inspect.get_annotations(cls):
            field = cls.__dict__.get(name)
            if isinstance(field, Field):
                cls.fields[name] = field
                setattr(cls, name, field.default)
        if group is not None:
            cls.group = group
        cls.required = required

    def __init__(self, **values: Any) -> None:
        self.sent = frozenset(name for name, value in values.items() if value is not ABSENT)
        for name, value in values.items():
            if name not in self.fields:
                raise TypeError(f"{type(self).__name__} has no field {name}")
            setattr(self, name, value)

    @classmethod
    def read(cls, tree: Tree, reading: Reading) -> Self:
        """Take this class's fields out of a request's tree."""
        if cls.group is not None:
            tree = cls._grouped(tree)
        values: dict[str, Any] = {}
        for name, field in cls.fields.items():
            key = field.key or name
            if key not in tree and (field.alias is None or (key := field.alias) not in tree):
                continue
            value = field.read(tree[key], reading)
            if value is not ABSENT:
                values[name] = value
        return cls(**values)

    @classmethod
    def _grouped(cls, tree: Tree) -> Tree:
        assert cls.group is not None
        inner = tree.get(cls.group)
        if isinstance(inner, dict) and (inner or not cls.required):
            return inner
        # A scalar here is 500 in Canvas; we answer as for a missing group (conventions.md §5.3).
        if cls.required or inner not in (None, ""):
            raise GroupMissing(cls.group)
        return {}
