"""One byte form for every document that is digested: sorted keys, UTF-8, no spaces, decimals as strings, no floats."""

import hashlib
import json
from decimal import Decimal
from typing import Any

MAX_DEPTH = 64


class CanonicalError(ValueError):
    """A value that has no canonical form; `path` says where it stands, such as `$.scores[2].value`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def canonical_json(value: Any) -> bytes:
    """Keys sort by code point. A Decimal keeps its places ("8.50" is not "8.5"), because rounding is part of a rule.

    >>> canonical_json({"b": Decimal("8.50"), "a": [1, None, True, "가"]}).decode()
    '{"a":[1,null,true,"가"],"b":"8.50"}'
    """
    plain = _plain(value, path="$", depth=0)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: Any) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(value: Any, *, path: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise CanonicalError(path, f"nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return _text(value, path=path)
    if isinstance(value, Decimal):
        return _decimal(value, path=path)
    if isinstance(value, dict):
        return {
            _key(key, path=path): _plain(item, path=f"{path}.{key}", depth=depth + 1) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, path=f"{path}[{n}]", depth=depth + 1) for n, item in enumerate(value)]
    if isinstance(value, float):
        raise CanonicalError(path, "a float has no exact decimal form; pass a Decimal or a string")
    raise CanonicalError(path, f"{type(value).__name__} is not a document value; convert it to text or numbers first")


def _key(key: Any, *, path: str) -> str:
    if not isinstance(key, str):
        raise CanonicalError(path, f"the key {key!r} is not a string")
    return _text(key, path=path)


def _text(value: str, *, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CanonicalError(path, f"half a surrogate pair at character {error.start}; this is not text") from error
    return str(value)


def _decimal(value: Decimal, *, path: str) -> str:
    if not value.is_finite():
        raise CanonicalError(path, f"{value} is not a finite number")
    return format(value, "f")
