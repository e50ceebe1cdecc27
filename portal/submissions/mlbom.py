"""Component declarations as CycloneDX ML-BOM: written by the reference library, checked against the official schema both ways."""

import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cyclonedx.exception import CycloneDxException
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as BomComponent
from cyclonedx.model.component import ComponentType, Pedigree
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft7Validator, FormatChecker

from portal.submissions.components import (
    PREFIX,
    PROPERTIES,
    UNREADABLE,
    Ancestor,
    Component,
    DeclarationError,
    read_json,
)

MOST_BYTES = 1 << 20
MOST_VALUES = 5_000  # of a document, before it is held to the schema: 2,500 components take the schema ten seconds
VERSIONS = {"1.5": SchemaVersion.V1_5, "1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}
NO_ADDRESS = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f]')  # characters that RFC 3987 leaves out of addresses
NAMESPACE = uuid.UUID("7f1a7d2c-3a60-5c0e-9a55-6a4a4f3a0c11")


class Imported(NamedTuple):
    """Rows for the form; what a document does not say is empty. `left_out` counts components that are no models."""

    rows: tuple[dict[str, str], ...]
    left_out: int


def to_mlbom(parts: Sequence[Component], *, name: str) -> bytes:
    """Return the declaration as CycloneDX 1.6 JSON: the same parts give the same bytes."""
    bom = Bom(components=[_component(part, number) for number, part in enumerate(parts, start=1)])
    model = BomComponent(name=name, type=ComponentType.MACHINE_LEARNING_MODEL, bom_ref="model")
    bom.metadata = BomMetaData(component=model)
    bom.metadata.timestamp = None  # type: ignore[assignment]
    bom.register_dependency(model, bom.components)
    bom.serial_number = uuid.uuid5(NAMESPACE, repr((name, parts)))
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    document["metadata"].pop("timestamp", None)
    _in_order(document["components"], parts)
    content = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()
    check_schema(content, version="1.6")
    return content


def _in_order(rows: list[dict[str, Any]], parts: Sequence[Component]) -> None:
    """Put parts and ancestors back as they were declared: the library keeps them as sets."""
    rows.sort(key=lambda row: int(row["bom-ref"].removeprefix("part-")))
    for row, part in zip(rows, parts, strict=True):
        names = [ancestor.name for ancestor in part.ancestors]
        row.get("pedigree", {}).get("ancestors", []).sort(key=lambda item, names=names: names.index(item["name"]))


def _component(part: Component, number: int) -> BomComponent:
    values = {
        "part": part.part,
        "origin": part.origin,
        "training": part.training,
        "share_of_parameters": format(part.share_of_parameters, "f"),
    }
    return BomComponent(
        name=part.name,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"part-{number}",
        licenses=_licences(part.licence),
        properties=[Property(name=f"{PREFIX}{name}", value=values[name]) for name in PROPERTIES],
        pedigree=Pedigree(ancestors=[_ancestor(row) for row in part.ancestors]) if part.ancestors else None,
    )


def _licences(text: str) -> list[License]:
    """An SPDX identifier stands as one, any other text as a name."""
    if not text:
        return []
    return [DisjunctiveLicense(id=text) if is_supported_id(text) else DisjunctiveLicense(name=text)]


def _ancestor(row: Ancestor) -> BomComponent:
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=row.digest)] if row.digest else None
    return BomComponent(name=row.name, type=ComponentType.MACHINE_LEARNING_MODEL, hashes=hashes)


def _is_address(value: object) -> bool:
    """Whether a text can be an address, in time that grows with its length alone."""
    if not isinstance(value, str):
        return True
    try:
        urlsplit(value)
    except ValueError:
        return False
    return not NO_ADDRESS.search(value)


def _formats() -> FormatChecker:
    """The formats of the schema; the usual parser of addresses takes a minute for one of thirty thousand characters."""
    formats = FormatChecker(formats=())
    formats.checkers = {
        **Draft7Validator.FORMAT_CHECKER.checkers,
        **dict.fromkeys(("iri", "iri-reference", "uri", "uri-reference"), (_is_address, ())),
    }
    return formats


class _Validator(JsonStrictValidator):
    @property
    def _validator(self) -> Any:
        return super()._validator.evolve(format_checker=_formats())


def check_schema(content: bytes, *, version: str) -> None:
    """Hold a document to the official schema of its version; DeclarationError names the first place that is not so."""
    error = _Validator(VERSIONS[version]).validate_str(content.decode())
    if error is not None:
        fault: Any = error.data
        where = ".".join(str(step) for step in fault.absolute_path) or "document"
        raise DeclarationError(where[:200], f"is not CycloneDX {version}: {str(fault.message)[:300]}")


def import_mlbom(content: bytes) -> Imported:
    """Read a CycloneDX document of any tool as rows that the team completes; it has to be valid by its own schema."""
    if len(content) > MOST_BYTES:
        raise DeclarationError("document", f"has {len(content)} bytes; at most {MOST_BYTES} are read")
    document = read_json(content)
    version = document.get("specVersion") if isinstance(document, dict) else None
    if not isinstance(version, str) or version not in VERSIONS or document.get("bomFormat") != "CycloneDX":
        raise DeclarationError("specVersion", f"must be CycloneDX {', '.join(VERSIONS)}, as JSON")
    if _values(document) > MOST_VALUES:
        raise DeclarationError(
            "document", f"has more than {MOST_VALUES} values; leave out what is no part of the model"
        )
    check_schema(json.dumps(document).encode(), version=version)
    bom = _bom(document)
    places = {(row["name"], row.get("bom-ref")): place for place, row in enumerate(document.get("components", []))}
    rows = sorted(bom.components, key=lambda row: places.get((row.name, row.bom_ref.value), len(places)))
    models = [row for row in rows if row.type == ComponentType.MACHINE_LEARNING_MODEL]
    return Imported(tuple(_row(row) for row in models), len(rows) - len(models))


def _bom(document: dict[str, Any]) -> Bom:
    """The schema leaves room for values that the library cannot read, such as a package address that is none."""
    try:
        bom: Bom = Bom.from_json(document)  # type: ignore[attr-defined]
    except (CycloneDxException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DeclarationError("document", f"has a value that cannot be read: {str(error)[:300]}") from error
    return bom


def _values(document: Any) -> int:
    total, level = 0, [document]
    while level:
        total += len(level)
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
        ]
    return total


def _row(row: BomComponent) -> dict[str, str]:
    said = {item.name.removeprefix(PREFIX): item.value or "" for item in row.properties if item.name.startswith(PREFIX)}
    values = {
        "part": said.get("part", ""),
        "name": row.name,
        "origin": said.get("origin", "") or (str(row.publisher) if row.publisher else ""),
        "licence": _licence_text(row.licenses),
        "training": said.get("training", ""),
        "share": said.get("share_of_parameters", ""),
    }
    lines = [_readable(_line(item)) for item in (row.pedigree.ancestors if row.pedigree else ())]
    return {name: _readable(value) for name, value in values.items()} | {"ancestors": "\n".join(lines)}


def _readable(text: str) -> str:
    """The text without control characters and halves of surrogate pairs, which a database does not keep."""
    return "".join(" " if unicodedata.category(sign) in UNREADABLE else sign for sign in text)


def _licence_text(licences: Iterable[License]) -> str:
    names = [row.value if isinstance(row, LicenseExpression) else row.id or row.name for row in licences]
    return ", ".join(name for name in names if name)


def _line(row: BomComponent) -> str:
    digest = next((item.content for item in row.hashes if item.alg == HashAlgorithm.SHA_256), "")
    return f"{row.name} {digest}".strip()
