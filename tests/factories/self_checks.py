"""Uploads that are complete, and a team's own look at them."""

from pathlib import Path

from django.utils import timezone

from portal.artifacts.actions import store_folder
from portal.artifacts.enums import UploadState
from portal.artifacts.models import Upload
from portal.consortia.models import Consortium
from portal.submissions.actions import request_self_check
from portal.submissions.models import SelfCheck
from tests.factories.artifacts import write_weights

ACTOR = "user:1"


def stored_upload(consortium: Consortium, folder: Path, *, label: str = "") -> Upload:
    """The folder as a complete upload; an empty one gets a small file of weights."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        write_weights(folder / "model.safetensors")
    bundle = store_folder(folder, owner=consortium.account_key, actor=ACTOR)
    return Upload.objects.create(
        owner=consortium.account_key,
        actor=ACTOR,
        label=label,
        manifest=bundle.manifest,
        digest=bundle.digest,
        reserved=0,
        state=UploadState.COMPLETE,
        bundle=bundle,
        active_at=timezone.now(),
    )


def make_self_check(consortium: Consortium, folder: Path, *, label: str = "") -> SelfCheck:
    return request_self_check(consortium, upload=stored_upload(consortium, folder, label=label), actor=ACTOR)
