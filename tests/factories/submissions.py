"""Drafts and hand-ins of small real files, through the real actions."""

import json
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from portal.artifacts.actions import store_folder
from portal.artifacts.models import Bundle, Upload
from portal.consortia.models import Consortium, Entry
from portal.submissions.actions import add_item, add_upload, open_draft, submit
from portal.submissions.enums import Role
from portal.submissions.models import Receipt, Submission
from tests.factories.artifacts import declare, write_weights
from tests.factories.consortia import make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset, rules_document

ACTOR = "user:1"
DECLARATION = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [
        {
            "type": "machine-learning-model",
            "name": "decoder",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "properties": [
                {"name": "portal:origin", "value": "own"},
                {"name": "portal:training", "value": "from_scratch"},
                {"name": "portal:share_of_parameters", "value": "1"},
            ],
        }
    ],
}


def receiving_entry(**phase_fields) -> Entry:
    return make_entry(make_phase("receiving", **phase_fields))


def graceful_entry(*, grace_hours: int, consortium: Consortium | None = None, **phase_fields) -> Entry:
    """An entry under rules that let bytes follow for so many hours after the deadline."""
    programme = make_programme()
    rules = make_ruleset(programme, document={**rules_document(), "grace_hours": grace_hours})
    phase = make_phase("receiving", programme=programme, ruleset=rules, **phase_fields)
    return make_entry(phase, consortium=consortium)


def late_entry() -> Entry:
    now = timezone.now()
    return receiving_entry(opens_at=now - timedelta(days=9), closes_at=now - timedelta(seconds=1))


def bundle_of(entry: Entry, folder: Path, files: dict[str, bytes]) -> Bundle:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return store_folder(folder, owner=entry.consortium.account_key, actor=ACTOR)


def checkpoint_of(entry: Entry, folder: Path, *, seed: int = 0, vocabulary: int = 2048) -> Bundle:
    write_weights(folder / "model.safetensors", seed=seed)
    return bundle_of(entry, folder, {"config.json": json.dumps({"vocab_size": vocabulary}).encode()})


def complete_draft(entry: Entry, tmp_path: Path, *, seed: int = 0) -> Submission:
    """A draft with everything that is required, ready to hand in."""
    draft = open_draft(entry, actor=ACTOR)
    here = tmp_path / f"{entry.pk}-{draft.version}"
    bundles = {
        Role.CHECKPOINT: checkpoint_of(entry, here / "model", seed=seed),
        Role.TRAINING_LOG: bundle_of(entry, here / "logs", {"train.csv": b"step,loss\n0,7.6\n1,7.5\n"}),
        Role.LOSS_CURVE: bundle_of(entry, here / "curve", {"loss.csv": b"step,loss\n0,7.6\n"}),
        Role.COMPONENT_DECLARATION: bundle_of(entry, here / "bom", {"bom.json": json.dumps(DECLARATION).encode()}),
    }
    for role, bundle in bundles.items():
        add_item(draft, role=role, bundle=bundle, actor=ACTOR)
    return draft


def declared_checkpoint(entry: Entry, folder: Path, *, seed: int = 9) -> Upload:
    """A checkpoint whose digests are declared and whose bytes are still to come."""
    weights = write_weights(folder / "declared" / "model.safetensors", seed=seed).read_bytes()
    return declare({"model.safetensors": weights}, owner=entry.consortium.account_key, part_size=8 << 20)


def handed_in_ahead(entry: Entry, tmp_path: Path) -> Receipt:
    """Handed in by the declared digests: the bytes of the checkpoint are outstanding."""
    draft = complete_draft(entry, tmp_path)
    add_upload(draft, role=Role.CHECKPOINT, upload=declared_checkpoint(entry, tmp_path), actor=ACTOR)
    return submit(draft, actor=ACTOR)


def handed_in(entry: Entry, tmp_path: Path, *, seed: int = 0) -> Receipt:
    return submit(complete_draft(entry, tmp_path, seed=seed), actor=ACTOR)
