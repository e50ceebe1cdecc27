"""Reading a component declaration: a CycloneDX ML-BOM (1.6) that says of each part where it comes from and how it was trained."""

import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

TRAINING = ("from_scratch", "trained", "frozen")
PREFIX = "portal:"
PROPERTIES = ("part", "origin", "training", "share_of_parameters")
SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_TEXT = 300  # characters; every text goes into a frozen plan and onto pages
MOST_ROWS = 1000  # parts of a model, and ancestors of a part
MOST_PLACES = 20  # decimal places of a share
DEEPEST = 50  # levels of a document; what is read of it lies within eight
UNREADABLE = ("Cc", "Cs")  # Unicode: control characters, NUL among them, and halves of a surrogate pair


class DeclarationError(ValueError):
    """A declaration that cannot be read; `where` is the path inside the document."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


class Ancestor(NamedTuple):
    """A model that a part descends from; `digest` is the SHA-256 of its content where the team gave one."""

    name: str
    digest: str = ""


class Component(NamedTuple):
    part: str
    name: str
    origin: str
    licence: str
    training: str
    share_of_parameters: Decimal
    ancestors: tuple[Ancestor, ...] = ()

    @property
    def percent(self) -> Decimal:
        return (self.share_of_parameters * 100).normalize()


def parse_declaration(content: bytes) -> tuple[Component, ...]:
    """Return the declared parts. Their shares must not exceed the whole model."""
    document = read_json(content)
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        raise DeclarationError("bomFormat", "must be CycloneDX (ML-BOM 1.6 or later)")
    rows = _list(document, "components", "components")
    if not rows:
        raise DeclarationError("components", "must list at least one part of the model")
    parts = tuple(_component(row, f"components[{index}]") for index, row in enumerate(rows))
    if (total := sum(part.share_of_parameters for part in parts)) > 1:
        raise DeclarationError("components", f"shares of parameters add up to {total}, more than the whole model")
    return parts


def read_json(content: bytes) -> Any:
    """A number of thousands of digits is a ValueError of its own; nesting may exhaust the decoder before it is measured."""
    try:
        document = json.loads(content)
    except RecursionError:
        depth = DEEPEST + 1
    except ValueError as error:
        raise DeclarationError("component declaration", f"is not JSON that can be read: {error}") from error
    else:
        depth = _depth(document)
    if depth > DEEPEST:
        raise DeclarationError("component declaration", f"is nested deeper than {DEEPEST} levels; write it flatter")
    return document


def _depth(document: Any) -> int:
    depth, level = 0, [document]
    while level and depth <= DEEPEST:
        depth += 1
        level = [item for node in level for item in _inner(node)]
    return depth


def _inner(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _list(row: dict[str, Any], key: str, where: str) -> list[Any]:
    rows = row.get(key, [])
    if not isinstance(rows, list):
        raise DeclarationError(where, "must be a list; leave it out where there is nothing to say")
    if len(rows) > MOST_ROWS:
        raise DeclarationError(where, f"has {len(rows)} rows; give at most {MOST_ROWS}")
    return rows


def _text(value: Any, where: str) -> str:
    """Return a text that can be frozen, stored and shown."""
    if not isinstance(value, str):
        raise DeclarationError(where, "must be text; put it in quotation marks")
    if len(value) > LONGEST_TEXT:
        raise DeclarationError(where, f"has {len(value)} characters; shorten it to {LONGEST_TEXT}")
    for place, sign in enumerate(value):
        if unicodedata.category(sign) in UNREADABLE:
            raise DeclarationError(where, f"has the character U+{ord(sign):04X} at place {place + 1}; take it out")
    return value


def _name(row: Any, where: str) -> str:
    if not isinstance(row, dict):
        raise DeclarationError(where, "must be an object with a name")
    name = _text(row.get("name") or "", f"{where}.name")
    if not name.strip():
        raise DeclarationError(f"{where}.name", "is missing")
    return name


def _component(row: Any, where: str) -> Component:
    name = _name(row, where)
    properties = _properties(row, where)
    training = properties.get("training", "")
    if training not in TRAINING:
        raise DeclarationError(f"{where}.properties[{PREFIX}training]", f"must be one of {', '.join(TRAINING)}")
    return Component(
        part=properties.get("part") or _text(row.get("bom-ref") or name, f"{where}.bom-ref"),
        name=name,
        origin=_required(properties, "origin", where),
        licence=_licence(row, where),
        training=training,
        share_of_parameters=_share(_required(properties, "share_of_parameters", where), where),
        ancestors=_ancestors(row, where),
    )


def _properties(row: dict[str, Any], where: str) -> dict[str, str]:
    """Return the portal's own properties by their names; those of other tools are not looked at."""
    found: dict[str, str] = {}
    for index, item in enumerate(_list(row, "properties", f"{where}.properties")):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise DeclarationError(
                f"{where}.properties[{index}]", "must be an object with a name and a value, both text"
            )
        prefix, name = item["name"][: len(PREFIX)], item["name"][len(PREFIX) :]
        if prefix == PREFIX and name in PROPERTIES:
            value = item.get("value", "")
            plain = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
            found[name] = _text(plain, f"{where}.properties[{PREFIX}{name}]")
    return found


def _ancestors(row: dict[str, Any], where: str) -> tuple[Ancestor, ...]:
    """Read CycloneDX's pedigree: what the part was made from, each with a name."""
    pedigree = row.get("pedigree", {})
    if not isinstance(pedigree, dict):
        raise DeclarationError(f"{where}.pedigree", "must be an object; leave it out where there is nothing to say")
    place = f"{where}.pedigree.ancestors"
    rows = _list(pedigree, "ancestors", place)
    return tuple(_ancestor(item, f"{place}[{index}]") for index, item in enumerate(rows))


def _ancestor(row: Any, where: str) -> Ancestor:
    name = _name(row, where)
    digests = [
        str(item.get("content", "")).lower()
        for item in _list(row, "hashes", f"{where}.hashes")
        if isinstance(item, dict) and item.get("alg") == "SHA-256"
    ]
    if digests and not SHA256.fullmatch(digests[0]):
        raise DeclarationError(f"{where}.hashes", "SHA-256 must be 64 hexadecimal digits")
    return Ancestor(name, digests[0] if digests else "")


def _required(properties: dict[str, str], name: str, where: str) -> str:
    if not (value := properties.get(name)):
        raise DeclarationError(f"{where}.properties[{PREFIX}{name}]", "is missing")
    return value


def _share(text: str, where: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    place = f"{where}.properties[{PREFIX}share_of_parameters]"
    if not (share.is_finite() and 0 <= share <= 1):
        raise DeclarationError(place, f"must be a decimal from 0 to 1, not {text!r}")
    if -int(share.as_tuple().exponent) > MOST_PLACES:
        raise DeclarationError(place, f"must have at most {MOST_PLACES} decimal places, not {text!r}")
    return share


def _licence(row: dict[str, Any], where: str) -> str:
    rows = _list(row, "licenses", f"{where}.licenses")
    names = [
        _text(item["license"].get("id") or item["license"].get("name") or "", f"{where}.licenses[{index}].license")
        for index, item in enumerate(rows)
        if isinstance(item, dict) and isinstance(item.get("license"), dict)
    ]
    return _text(", ".join(name for name in names if name), f"{where}.licenses")
