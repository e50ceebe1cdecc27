"""What an upload promises: the files of a bundle with sizes and digests, and the parts in which the bytes travel.

The digest covers paths, sizes and SHA-256 of the files alone. Parts are transport: the same checkpoint sent with
another part size is the same bundle.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.common.formats.canonical import digest_of
from portal.common.formats.paths import PathError, check_path, check_path_set

SCHEMA = "manifest/1"
MIB = 1 << 20
DEFAULT_PART_SIZE = 64 * MIB
EMPTY_SHA256 = hashlib.sha256().hexdigest()
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestError(ValueError):
    """A manifest that cannot be accepted: what, `where` (a JSON path or a file's name) and what to do."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where
        self.hint = hint


@dataclass(frozen=True)
class Limits:
    """Bounds of one manifest. A file of at most one part may be smaller than `min_part_size`."""

    min_part_size: int = 8 * MIB
    max_part_size: int = 512 * MIB
    max_files: int = 20_000
    max_file_size: int = 4 * 1024 * 1024 * MIB
    max_parts: int = 2_000_000


@dataclass(frozen=True)
class FileEntry:
    path: str
    size: int
    sha256: str
    parts: tuple[str, ...] = ()

    def content(self) -> dict[str, Any]:
        return {"path": self.path, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Manifest:
    """Files stand in the order of their paths; a file's index in an address is its place in this order."""

    part_size: int
    files: tuple[FileEntry, ...]
    total_size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", tuple(sorted(self.files, key=lambda entry: entry.path)))
        object.__setattr__(self, "total_size", sum(entry.size for entry in self.files))

    @cached_property
    def digest(self) -> str:
        return digest_of(self.content())

    def content(self) -> dict[str, Any]:
        """The document that the digest covers."""
        return {"schema": SCHEMA, "files": [entry.content() for entry in self.files]}

    def document(self) -> dict[str, Any]:
        """The form that travels: content, part size and part digests."""
        files = [{**entry.content(), "parts": list(entry.parts)} for entry in self.files]
        return {"schema": SCHEMA, "part_size": self.part_size, "files": files}

    def span(self, entry: FileEntry, number: int) -> tuple[int, int]:
        """Offset and length of a part in bytes."""
        offset = number * self.part_size
        if number < 0 or offset >= entry.size:
            raise ManifestError(f"there is no part {number}", where=entry.path)
        return offset, min(self.part_size, entry.size - offset)


def part_count(size: int, part_size: int) -> int:
    return -(-size // part_size)


def parse_manifest(obj: Any, *, limits: Limits | None = None) -> Manifest:
    """Check an untrusted document and return the manifest, or raise a ManifestError that names the place."""
    limits = limits or Limits()
    document = _mapping(obj, where="$")
    if unknown := sorted(set(document) - {"schema", "part_size", "files"}):
        raise ManifestError(f"unknown field {unknown[0]!r}", where="$")
    if document.get("schema", SCHEMA) != SCHEMA:
        raise ManifestError(f"unknown schema {document['schema']!r}", where="$.schema", hint=f'Use "{SCHEMA}".')
    part_size = _integer(document.get("part_size"), where="$.part_size", low=1, high=limits.max_part_size)
    files = _file_list(document.get("files"), limits=limits)
    entries = [_entry(item, where=f"$.files[{n}]", part_size=part_size, limits=limits) for n, item in enumerate(files)]
    _check_part_size(entries, part_size=part_size, limits=limits)
    _check_paths(entries)
    _check_sizes(entries)
    return Manifest(part_size=part_size, files=tuple(entries))


def _file_list(value: Any, *, limits: Limits) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ManifestError("files must be a list with at least one file", where="$.files")
    if len(value) > limits.max_files:
        raise ManifestError(
            f"{len(value)} files; at most {limits.max_files} are allowed",
            where="$.files",
            hint="Send larger shards, or several bundles.",
        )
    return value


def _entry(value: Any, *, where: str, part_size: int, limits: Limits) -> FileEntry:
    item = _mapping(value, where=where)
    if unknown := sorted(set(item) - {"path", "size", "sha256", "parts"}):
        raise ManifestError(f"unknown field {unknown[0]!r}", where=where)
    path = item.get("path")
    if not isinstance(path, str):
        raise ManifestError("path must be text", where=f"{where}.path")
    size = _integer(item.get("size"), where=f"{where}.size", low=0, high=limits.max_file_size)
    sha256 = _sha256(item.get("sha256"), where=f"{where}.sha256")
    parts = item.get("parts")
    if not isinstance(parts, list) or len(parts) > limits.max_parts:
        raise ManifestError("parts must be a list of digests", where=f"{where}.parts")
    digests = tuple(_sha256(part, where=f"{where}.parts[{n}]") for n, part in enumerate(parts))
    entry = FileEntry(path=path, size=size, sha256=sha256, parts=digests)
    _check_parts(entry, where=where, part_size=part_size)
    return entry


def _check_parts(entry: FileEntry, *, where: str, part_size: int) -> None:
    expected = part_count(entry.size, part_size)
    if len(entry.parts) != expected:
        raise ManifestError(
            f"{entry.size} bytes in parts of {part_size} make {expected} parts, but {len(entry.parts)} are listed",
            where=f"{where}.parts",
        )
    if expected == 1 and entry.parts[0] != entry.sha256:
        raise ManifestError("the only part must have the digest of the file", where=f"{where}.parts[0]")
    if entry.size == 0 and entry.sha256 != EMPTY_SHA256:
        raise ManifestError("an empty file has the digest of nothing (e3b0c442…)", where=f"{where}.sha256")


def _check_part_size(entries: list[FileEntry], *, part_size: int, limits: Limits) -> None:
    if part_size < limits.min_part_size and any(len(entry.parts) > 1 for entry in entries):
        raise ManifestError(
            f"parts of {part_size} bytes are smaller than {limits.min_part_size}",
            where="$.part_size",
            hint=f"Choose a part size between {limits.min_part_size} and {limits.max_part_size} bytes.",
        )
    if (total := sum(len(entry.parts) for entry in entries)) > limits.max_parts:
        raise ManifestError(
            f"{total} parts; at most {limits.max_parts} are allowed",
            where="$.part_size",
            hint="Choose a larger part size.",
        )


def _check_paths(entries: list[FileEntry]) -> None:
    try:
        for entry in entries:
            check_path(entry.path)
        check_path_set([entry.path for entry in entries])
    except PathError as error:
        raise ManifestError(error.message, where=error.path, hint=error.hint) from error


def _check_sizes(entries: list[FileEntry]) -> None:
    """Equal bytes travel once, so nothing but the declaration would speak for a second size."""
    sizes: dict[str, int] = {}
    for entry in entries:
        if sizes.setdefault(entry.sha256, entry.size) != entry.size:
            raise ManifestError(
                f"the digest is that of another file with {sizes[entry.sha256]} bytes",
                where=entry.path,
                hint="Hash the file again.",
            )


def _mapping(value: Any, *, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ManifestError("must be an object", where=where)
    return value


def _integer(value: Any, *, where: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ManifestError(f"must be a whole number between {low} and {high}", where=where)
    return value


def _sha256(value: Any, *, where: str) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ManifestError("must be a SHA-256 digest: 64 lower-case hex digits", where=where)
    return value
