"""An OCI image layout held against the digest that pins it, reading JSON alone: layers are never opened here.

Image format specification 1.1 (Open Container Initiative, 2024): every blob is named by its SHA-256, the manifest names
its configuration and layers.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from evaluation.core.endpoint.faults import Fault, ServedError

LARGEST_DOCUMENT = 4 * 1024 * 1024  # bytes, the bound registries use for manifests
MANIFESTS = frozenset({
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
})  # fmt: skip


def check_layout(folder: Path, *, manifest: str) -> str:
    """Return the digest of the image's configuration, which is the id an engine gives the image."""
    if (version := _document(folder / "oci-layout").get("imageLayoutVersion")) != "1.0.0":
        raise ServedError(Fault.CONTRACT, "oci-layout", f"is of version {version!r}; known is 1.0.0")
    listed = [row.get("digest") for row in _rows(_document(folder / "index.json"), "manifests", where="index.json")]
    if listed != [manifest]:
        raise ServedError(Fault.CONTRACT, "index.json", f"must list exactly the manifest {manifest[:19]}… and no other")
    at = f"blobs/sha256/{manifest[7:19]}…"
    document = _document(_blob(folder, manifest), digest=manifest)
    if document.get("mediaType") not in {None, *MANIFESTS}:
        raise ServedError(Fault.CONTRACT, at, "is not the manifest of one image; export it for one platform alone")
    config = document.get("config")
    parts = [config, *_rows(document, "layers", where=at)]
    for part in parts:
        _require(folder, part, where=at)
    return str(config["digest"]) if isinstance(config, dict) else ""


def _require(folder: Path, part: Any, *, where: str) -> None:
    """The part is here with the size the manifest gives; its bytes are bound by the bundle's own digests."""
    digest = part.get("digest") if isinstance(part, dict) else None
    path = _blob(folder, str(digest))
    if not path.is_file() or path.stat().st_size != part.get("size"):
        raise ServedError(Fault.CONTRACT, where, f"names {str(digest)[:19]}…, which is missing or of another size")


def _blob(folder: Path, digest: str) -> Path:
    kind, _, name = digest.partition(":")
    if kind != "sha256" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise ServedError(Fault.CONTRACT, "blobs", f"{digest[:80]!r} is not a SHA-256 digest")
    return folder / "blobs" / "sha256" / name


def _rows(document: dict[str, Any], key: str, *, where: str) -> list[dict[str, Any]]:
    rows = document.get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ServedError(Fault.CONTRACT, where, f'must hold a list "{key}" of objects')
    return rows


def _document(path: Path, *, digest: str = "") -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_DOCUMENT + 1)
        document = json.loads(raw) if len(raw) <= LARGEST_DOCUMENT else None
    except (OSError, ValueError, RecursionError) as error:
        raise ServedError(Fault.CONTRACT, path.name, "is not readable as JSON") from error
    if not isinstance(document, dict):
        raise ServedError(Fault.CONTRACT, path.name, f"must be a JSON object of at most {LARGEST_DOCUMENT} bytes")
    if digest and "sha256:" + hashlib.sha256(raw).hexdigest() != digest:
        raise ServedError(Fault.CHANGED, path.name, "does not have the digest that names it")
    return document
