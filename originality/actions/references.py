"""The registry's writes: references, their owners, and the nulls over them."""

import tempfile
from datetime import date
from pathlib import Path

from django.db import transaction

from originality.core.baselines import build_baselines, dump_baselines
from originality.core.readers import open_folder
from originality.core.registry import null_pairs, pair_scores
from originality.core.sketch import Progress, Sketch, build_sketch, silent
from originality.core.sketchfile import load_sketch, save_sketch
from originality.enums import AuditAction
from originality.models import Baseline, Reference
from originality.selectors import registry_digest
from portal.artifacts.actions import open_blob, store_file
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.audit.actions import record

REGISTRY = "registry"  # owner of the reference sketches' blobs


def add_reference(
    folder: Path,
    *,
    name: str,
    source: str,
    revision: str,
    licence: str,
    public_since: date,
    actor: str,
    descends_from: Reference | None = None,
    progress: Progress = silent,
) -> Reference:
    """Sketch a model folder into the registry. Adding it again under the same name and content changes nothing."""
    sketch = build_sketch(open_folder(folder), progress=progress)
    blob = _store_sketch(sketch)
    with transaction.atomic():
        reference, created = Reference.objects.get_or_create(
            name=name,
            digest=sketch.digest,
            defaults={
                "source": source,
                "revision": revision,
                "licence": licence,
                "public_since": public_since,
                "parameters": sketch.parameters,
                "family": sketch.family,
                "descends_from": descends_from,
                "sketch": blob,
            },
        )
        if created:
            after = {
                "name": name,
                "digest": sketch.digest,
                "sketch": blob.sha256,
                "source": source,
                "revision": revision,
            }
            record(AuditAction.REFERENCE_ADDED, actor=actor, subject=f"reference:{reference.pk}", after=after)
    return reference


def _store_sketch(sketch: Sketch) -> Blob:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference.sketch"
        save_sketch(sketch, path)
        return store_file(path, owner=REGISTRY)


def make_baselines() -> Baseline:
    """Compare every pair of references, so that each score has its null; a registry that did not change keeps its own."""
    digest = registry_digest()
    if existing := Baseline.objects.filter(registry_digest=digest).first():
        return existing
    members = list(Reference.objects.select_related("sketch", "descends_from"))
    sketches = {reference.name: _load(reference.sketch) for reference in members}
    kinship = [(member.name, member.descends_from.name if member.descends_from else "") for member in members]
    scores = [(kin, pair_scores(sketches[a], sketches[b], names=(a, b))) for a, b, kin in null_pairs(kinship)]
    baselines = build_baselines([item for kin, item in scores if not kin], [item for kin, item in scores if kin])
    document = dump_baselines(baselines)
    return Baseline.objects.get_or_create(registry_digest=digest, defaults={"document": document})[0]


def _load(blob: Blob) -> Sketch:
    with (
        tempfile.NamedTemporaryFile(suffix=".sketch") as copy,
        open_blob(blob, reader="system", purpose=ReadPurpose.REFERENCE) as stream,
    ):
        while part := stream.read(1 << 20):
            copy.write(part)
        copy.flush()
        return load_sketch(Path(copy.name))


@transaction.atomic
def own_reference(reference: Reference, *, account: str, actor: str) -> Reference:
    """Write down whose own earlier model a reference is; an empty account takes it back."""
    row = Reference.objects.select_for_update().get(pk=reference.pk)
    before, row.account = row.account, account
    row.save(update_fields=["account"])
    record(
        AuditAction.REFERENCE_OWNED,
        actor=actor,
        subject=f"reference:{row.pk}",
        before={"account": before},
        after={"account": account},
    )
    return row
