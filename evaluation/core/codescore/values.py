"""Values between a program and its checker: JSON, with a tag where Python knows more kinds than JSON does.

This file is copied beside the program, so it needs nothing but the standard library. What the program does to it in its
own process changes only what it sends; the checker reads text and compares the forms, never an object of the program.
"""

import json
import math
from collections.abc import Callable
from typing import Any

DEEPEST = 50  # nested lists of an answer
MOST_BITS = 12_000  # of a whole number in decimal: the language refuses to read more than 4,300 digits
RELATIVE, ABSOLUTE = 1e-9, 1e-12  # between two floats that count as equal: order of summation is no error


class NotPlain(ValueError):
    """An answer that is no value of the agreed kinds."""


def encoded(value: Any, depth: int = 0) -> Any:
    """The form that travels; what is no plain value becomes the name of its type, which equals nothing."""
    if depth > DEEPEST:
        return {"$other": "nested too deeply"}
    if isinstance(value, dict):
        return encoded_dict(value, depth)
    for kind, tag in ((list, ""), (tuple, "$tuple"), (set, "$set"), (frozenset, "$set")):
        if isinstance(value, kind):
            items = [encoded(item, depth + 1) for item in value]
            return {tag: items} if tag else items
    return encoded_single(value)


def encoded_single(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() <= MOST_BITS else {"$int": hex(value)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, bytes | bytearray):
        return {"$bytes": bytes(value).hex()}
    return {"$other": type(value).__name__}


def encoded_dict(value: dict[Any, Any], depth: int) -> Any:
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: encoded(item, depth + 1) for key, item in value.items()}
    return {"$dict": [[encoded(key, depth + 1), encoded(item, depth + 1)] for key, item in value.items()]}


def decoded(form: Any) -> Any:
    """Back to a value of Python; raises NotPlain on a tag that is not known or not filled in as it must be."""
    if isinstance(form, list):
        return [decoded(item) for item in form]
    if not isinstance(form, dict):
        return form
    tag = next((key for key in form if key.startswith("$")), None)
    if tag is None:
        return {key: decoded(item) for key, item in form.items()}
    try:
        return made(tag, form[tag])
    except (TypeError, ValueError, RecursionError) as error:
        raise NotPlain(f"{tag}: {error}") from error


def made(tag: str, form: Any) -> Any:
    kinds: dict[str, Callable[[Any], Any]] = {
        "$tuple": lambda items: tuple(decoded(item) for item in items),
        "$set": lambda items: {decoded(item) for item in items},
        "$dict": lambda pairs: {decoded(key): decoded(item) for key, item in pairs},
        "$float": float,
        "$int": lambda digits: int(digits, 16),
        "$bytes": bytes.fromhex,
    }
    if tag not in kinds:
        raise NotPlain(f"{tag} is no value")
    return kinds[tag](form)


def same(wanted: Any, found: Any) -> bool:
    """Whether two forms stand for equal values.

    As in Python a list is no tuple and 2 equals 2.0, but True is not 1, and NaN equals NaN. Nothing is hashed:
    what a program sends could be made to collide.

    >>> same([1, 2.0], [1.0, 2]), same([1], {"$tuple": [1]}), same(True, 1)
    (True, False, False)
    """
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None or found is None:
        return wanted is found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return close(wanted, found)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(same, wanted, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(same_part(key, wanted[key], found[key]) for key in wanted)
    return type(wanted) is type(found) and bool(wanted == found)


def same_part(key: str, wanted: Any, found: Any) -> bool:
    """Sets and dictionaries have no order: both sides are put into one."""
    if key == "$other":
        return False
    if key in {"$set", "$dict"} and isinstance(wanted, list) and isinstance(found, list):
        return same(sorted(wanted, key=text_of), sorted(found, key=text_of))
    return same(wanted, found)


def close(wanted: float, found: float) -> bool:
    if isinstance(wanted, int) and isinstance(found, int):
        return wanted == found
    try:
        return math.isclose(wanted, found, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    except OverflowError:
        return wanted == found


def text_of(form: Any) -> str:
    return json.dumps(form, sort_keys=True)
