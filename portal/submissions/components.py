"""Reading a component declaration: a CycloneDX ML-BOM (1.6) that says of each part where it comes from and how it was trained."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

TRAINING = ("from_scratch", "trained", "frozen")
PREFIX = "portal:"
SHA256 = re.compile(r"[0-9a-f]{64}")


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
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DeclarationError("component declaration", f"is not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        raise DeclarationError("bomFormat", "must be CycloneDX (ML-BOM 1.6 or later)")
    rows = document.get("components")
    if not isinstance(rows, list) or not rows:
        raise DeclarationError("components", "must list at least one part of the model")
    parts = tuple(_component(row, f"components[{index}]") for index, row in enumerate(rows))
    if (total := sum(part.share_of_parameters for part in parts)) > 1:
        raise DeclarationError("components", f"shares of parameters add up to {total}, more than the whole model")
    return parts


def _component(row: Any, where: str) -> Component:
    if not isinstance(row, dict) or not row.get("name"):
        raise DeclarationError(f"{where}.name", "is missing")
    properties = {
        item.get("name", ""): str(item.get("value", "")) for item in row.get("properties", []) if isinstance(item, dict)
    }
    training = properties.get(f"{PREFIX}training", "")
    if training not in TRAINING:
        raise DeclarationError(f"{where}.properties[{PREFIX}training]", f"must be one of {', '.join(TRAINING)}")
    return Component(
        part=properties.get(f"{PREFIX}part") or str(row.get("bom-ref") or row["name"]),
        name=str(row["name"]),
        origin=_required(properties, "origin", where),
        licence=_licence(row),
        training=training,
        share_of_parameters=_share(_required(properties, "share_of_parameters", where), where),
        ancestors=_ancestors(row, where),
    )


def _ancestors(row: dict[str, Any], where: str) -> tuple[Ancestor, ...]:
    """Read CycloneDX's pedigree: what the part was made from, each with a name."""
    pedigree = row.get("pedigree", {})
    rows = pedigree.get("ancestors", []) if isinstance(pedigree, dict) else None
    if not isinstance(rows, list):
        raise DeclarationError(f"{where}.pedigree.ancestors", "must be a list of models")
    return tuple(_ancestor(item, f"{where}.pedigree.ancestors[{index}]") for index, item in enumerate(rows))


def _ancestor(row: Any, where: str) -> Ancestor:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        raise DeclarationError(f"{where}.name", "is missing")
    hashes = row.get("hashes", [])
    digests = [
        str(item.get("content", "")).lower()
        for item in (hashes if isinstance(hashes, list) else [])
        if isinstance(item, dict) and item.get("alg") == "SHA-256"
    ]
    if digests and not SHA256.fullmatch(digests[0]):
        raise DeclarationError(f"{where}.hashes", "SHA-256 must be 64 hexadecimal digits")
    return Ancestor(row["name"], digests[0] if digests else "")


def _required(properties: dict[str, str], name: str, where: str) -> str:
    if not (value := properties.get(f"{PREFIX}{name}")):
        raise DeclarationError(f"{where}.properties[{PREFIX}{name}]", "is missing")
    return value


def _share(text: str, where: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 1):
        raise DeclarationError(
            f"{where}.properties[{PREFIX}share_of_parameters]", f"must be a decimal from 0 to 1, not {text!r}"
        )
    return share


def _licence(row: dict[str, Any]) -> str:
    names = [
        item["license"].get("id") or item["license"].get("name", "")
        for item in row.get("licenses", [])
        if isinstance(item, dict) and isinstance(item.get("license"), dict)
    ]
    return ", ".join(name for name in names if name)
