"""Reading a document that somebody else wrote: every value has a type and bounds, every fault its path inside the document."""

import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from originality.core.errors import InputError

DEEPEST = 12  # levels of nesting
LONGEST_TEXT = 500  # characters
MOST_ROWS = 1000
LARGEST = 2**63 - 1
UNREADABLE = ("Cc", "Cs")  # Unicode: control characters, NUL among them, and halves of a surrogate pair

Reader = Callable[[Any, str], Any]


class DocumentError(InputError):
    """A document that cannot be read; `where` is the path inside it, empty for the whole."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.message = message


def load_document(content: bytes, *, most: int) -> Any:
    """Decode strict JSON of at most `most` bytes: no name twice, no NaN, no deep nesting."""
    if len(content) > most:
        raise DocumentError("", f"has {len(content)} bytes; at most {most} are read")
    try:
        document = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except DocumentError:
        raise
    except RecursionError:
        raise DocumentError("", f"is nested deeper than {DEEPEST} levels; write it flatter") from None
    except ValueError as error:
        raise DocumentError("", f"is not JSON that can be read: {error}") from error
    if _deeper(document, DEEPEST):
        raise DocumentError("", f"is nested deeper than {DEEPEST} levels; write it flatter")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DocumentError("", f"says {twice[:60]!r} twice in one object; say it once")
    return found


def _no_constant(name: str) -> Any:
    raise DocumentError("", f"has {name}, which is not a number of JSON; leave the value out")


def _deeper(document: Any, levels: int) -> bool:
    rows = [document]
    for _ in range(levels):
        rows = [
            item
            for row in rows
            if isinstance(row, dict | list)
            for item in (row.values() if isinstance(row, dict) else row)
        ]
        if not rows:
            return False
    return True


def whole(low: int = 0, high: int = LARGEST) -> Reader:
    """Return a reader of whole numbers; 1e9 written with an exponent is one, too."""

    def read(value: Any, where: str) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise DocumentError(where, "must be a whole number, without quotation marks")
        if not low <= value <= high:
            raise DocumentError(where, f"must be from {low} to {high}")
        return value

    return read


def number(low: float = 0.0, high: float = 1e300, *, above: bool = False, below: bool = False) -> Reader:
    """Return a reader of numbers, which plans keep as text; `above` and `below` leave out the bounds themselves."""

    def read(value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise DocumentError(where, "must be a number")
        try:
            found = float(value)
        except (ValueError, OverflowError):
            raise DocumentError(where, "must be a number") from None
        inside = math.isfinite(found) and low <= found <= high
        if not inside or (above and found == low) or (below and found == high):
            raise DocumentError(where, f"must be {'above' if above else 'from'} {low:g} {_upper(high, below=below)}")
        return found

    return read


def _upper(high: float, *, below: bool) -> str:
    return f"and {'below' if below else 'at most'} {high:g}"


def text(most: int = LONGEST_TEXT, *, empty: bool = True) -> Reader:
    """Return a reader of texts that can be kept and shown."""

    def read(value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise DocumentError(where, "must be text; put it in quotation marks")
        if len(value) > most:
            raise DocumentError(where, f"has {len(value)} characters; shorten it to {most}")
        for place, sign in enumerate(value):
            if unicodedata.category(sign) in UNREADABLE:
                raise DocumentError(where, f"has the character U+{ord(sign):04X} at place {place + 1}; take it out")
        if not empty and not value.strip():
            raise DocumentError(where, "must not be empty")
        return value

    return read


def choice(options: tuple[str, ...]) -> Reader:
    def read(value: Any, where: str) -> str:
        if value not in options or not isinstance(value, str):
            raise DocumentError(where, f"must be one of {', '.join(options)}")
        return value

    return read


def moment(value: Any, where: str) -> str:
    """Return a day or a moment with its time zone, as it was written; empty where nothing is said."""
    found: str = text(40)(value, where)
    if not found:
        return found
    try:
        if len(found) == len("2026-01-31"):
            date.fromisoformat(found)
        elif datetime.fromisoformat(found).tzinfo is None:
            raise DocumentError(where, "must say its time zone, for example 2026-01-31T09:00:00+09:00")
    except DocumentError:
        raise
    except ValueError:
        raise DocumentError(where, "must be a day (2026-01-31) or a moment (2026-01-31T09:00:00+09:00)") from None
    return found


def digest(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise DocumentError(where, "must be a SHA-256 digest: 64 digits from 0 to 9 and letters from a to f")
    return value


def rows(each: Reader, most: int = MOST_ROWS) -> Reader:
    def read(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise DocumentError(where, "must be a list")
        if len(value) > most:
            raise DocumentError(where, f"has {len(value)} rows; give at most {most}")
        return tuple(each(item, f"{where}[{index}]") for index, item in enumerate(value))

    return read


class Absent(NamedTuple):
    """A field that may be left out or null, which is the default of the record."""

    reader: Reader


def record(kind: Any, fields: Mapping[str, Reader | Absent]) -> Reader:
    """Return a reader of objects with exactly these names; what is left out has the default of `kind`, or None."""
    without = {name: None for name in fields if name not in kind._field_defaults}

    def read(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise DocumentError(where, "must be an object")
        if unknown := sorted(set(value) - set(fields)):
            raise DocumentError(_inside(where, unknown[0][:60]), f"is not known; known are {', '.join(fields)}")
        found: dict[str, Any] = dict(without)
        for name, field in fields.items():
            place = _inside(where, name)
            if isinstance(field, Absent):
                if value.get(name) is not None:
                    found[name] = field.reader(value[name], place)
            elif name not in value:
                raise DocumentError(place, "is missing")
            else:
                found[name] = field(value[name], place)
        return kind(**found)

    return read


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def plain(value: Any) -> Any:
    """Return a record as a document that can be digested: fields by name, fractions as text, what is absent left out."""
    if hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items() if item is not None and item != ()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return repr(value) if isinstance(value, float) else value
