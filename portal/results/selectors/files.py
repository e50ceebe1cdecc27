"""The files of a release as the data page offers them: bytes by name, the same in the live route and on static pages."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.audit.models import Event
from portal.audit.selectors import checkpoint_covering, inclusion_proof
from portal.common.formats.canonical import canonical_json
from portal.common.spreadsheets import CSV, Row, csv_of
from portal.results.bundle import root_document
from portal.results.enums import AuditAction
from portal.results.models import Release
from portal.results.verifier import verify_release

VERIFIER = Path(verify_release.__file__)
CONTENT_TYPES = {".json": "application/json", ".csv": CSV, ".py": "text/x-python; charset=utf-8"}


def files_of(release: Release) -> dict[str, bytes]:
    """Every file but the list of sums comes first; SHA256SUMS covers them all."""
    content = release.content
    public = json.loads(content.public)
    document = root_document(auditor_digest=content.auditor_digest, public_digest=content.public_digest)
    files = {
        "public.json": content.public.encode(),
        "release.json": canonical_json({"root": content.root, "document": document}),
        "results.csv": csv_of(result_rows(public)),
        "items.csv": csv_of(item_rows(public)),
        "verify_release.py": VERIFIER.read_bytes(),
    }
    if proof := ledger_proof(release):
        files["ledger.json"] = canonical_json(proof)
    return {**files, "SHA256SUMS": sums_of(files)}


def sums_of(files: dict[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())]
    return "".join(lines).encode()


def ledger_proof(release: Release) -> dict[str, Any] | None:
    """That the root was committed to: the event in the ledger, under the first checkpoint signed after it."""
    event = Event.objects.filter(subject=f"release:{release.pk}", action=AuditAction.RELEASE_COMMITTED).first()
    checkpoint = checkpoint_covering(event) if event else None
    return inclusion_proof(event, checkpoint) if event and checkpoint else None


def result_rows(public: dict[str, Any]) -> Iterable[Row]:
    """One row per team, total and part points as far as they are public."""
    parts = [part["key"] for part in public["ruleset"]["document"]["parts"]]
    yield ("code", "name_ko", "name_en", "outcome", "basis", "rank_among_eligible", "rank_by_score", "total", *parts)
    for entry in public["entries"]:
        points = {part["part"]: _value(part["points"]) for part in entry["parts"]}
        rank, outcome = entry["rank"] or {}, entry["outcome"] or {}
        yield (
            entry["code"],
            entry["name"]["ko"],
            entry["name"]["en"],
            outcome.get("outcome"),
            outcome.get("basis"),
            rank.get("among_eligible"),
            rank.get("by_score"),
            _value(entry["total"]),
            *(points.get(part) for part in parts),
        )


def item_rows(public: dict[str, Any]) -> Iterable[Row]:
    """One row per published number below a part: criterion means and measured items."""
    yield ("code", "part", "kind", "item", "value", "stderr", "target", "points", "class", "source")
    for entry in public["entries"]:
        for part in entry["parts"]:
            for row in part["criteria"]:
                mean = row["mean"] or {"value": None, "class": None}
                yield (
                    entry["code"],
                    part["part"],
                    "criterion",
                    row["criterion"],
                    mean["value"],
                    None,
                    None,
                    None,
                    mean["class"],
                    None,
                )
            for row in part["items"]:
                source = row["source"].get("run") or row["source"].get("body")
                yield (
                    entry["code"], part["part"], "item", row["item"], row["value"], row["stderr"], row["target"],
                    _value(row["points"]), row["class"], source,
                )  # fmt: skip


def content_type_of(name: str) -> str:
    return CONTENT_TYPES.get(Path(name).suffix, "text/plain; charset=utf-8")


def _value(number: dict[str, Any] | None) -> str | None:
    return number["value"] if number else None
