"""Hand-ins of models of their own architecture: the weights and the server that answers for them."""

import json
from pathlib import Path

from demo.serving.bundles import write_serving
from evaluation.actions import load_shipped_suites
from portal.artifacts.actions import store_folder
from portal.artifacts.models import Bundle
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.submissions.actions import add_item, request_runs, submit
from portal.submissions.enums import Role
from portal.submissions.models import Submission
from tests.factories.endpoints import write_layout
from tests.factories.programmes import make_phase, make_programme, make_ruleset, rules_document
from tests.factories.submissions import ACTOR, complete_draft, receiving_entry


def server_bundle(entry: Entry, folder: Path, *, name: str = "own", **serving: object) -> Bundle:
    written = write_serving(folder / "server", name=name, **serving)
    return store_folder(written, owner=entry.consortium.account_key, actor=ACTOR)


def image_bundle(entry: Entry, folder: Path) -> Bundle:
    """An image layout beside its serving.json."""
    at = folder / "image"
    manifest, _ = write_layout(at)
    written = write_serving(folder / "contract", name="own", image={"manifest": manifest})
    (at / "serving.json").write_bytes((written / "serving.json").read_bytes())
    return store_folder(at, owner=entry.consortium.account_key, actor=ACTOR)


def with_server(entry: Entry, folder: Path, *, bundle: Bundle | None = None) -> Submission:
    draft = complete_draft(entry, folder)
    add_item(draft, role=Role.SERVING, bundle=bundle or server_bundle(entry, folder), actor=ACTOR)
    return submit(draft, actor=ACTOR).submission


def waiting_server(folder: Path, *, entry: Entry | None = None, bundle: Bundle | None = None) -> Submission:
    """Handed in, receiving has closed, the other runs are asked for: an officer may decide."""
    load_shipped_suites()
    submission = with_server(entry or receiving_entry(), folder, bundle=bundle)
    Phase.objects.filter(pk=submission.entry.phase_id).update(state="closed")
    request_runs(submission)
    return Submission.objects.get(pk=submission.pk)


def phase_for(suite: str) -> Phase:
    """A receiving phase whose rules ask for this suite ("name/version")."""
    text = json.dumps(rules_document(), ensure_ascii=False, default=str).replace("small-korean/1", suite)
    programme = make_programme()
    return make_phase("receiving", programme=programme, ruleset=make_ruleset(programme, document=json.loads(text)))
