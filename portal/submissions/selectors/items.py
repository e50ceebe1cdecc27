"""The parts of a hand-in as its page shows them: what is here, what is on its way, what went wrong."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from portal.artifacts.enums import OPEN, UploadState
from portal.artifacts.models import Bundle, Upload
from portal.artifacts.selectors import held_bytes, missing_parts
from portal.common.time import kst
from portal.submissions.enums import REQUIRED_ROLES, Role
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.selectors.arrival import owner_of, stored_bundles

TONES = {
    UploadState.DECLARED: "info",
    UploadState.CHECKING: "info",
    UploadState.COMPLETE: "success",
    UploadState.REFUSED: "danger",
    UploadState.EXPIRED: "warning",
    UploadState.CANCELLED: "warning",
}


class Standing(NamedTuple):
    """How an item stands. `explanation` says what to do and is empty when all is well."""

    label: str
    tone: str
    explanation: str
    is_stored: bool


class ItemLine(NamedTuple):
    item: SubmissionItem
    standing: Standing


class ChecklistRow(NamedTuple):
    role: Role
    required: bool
    items: list[ItemLine]

    @property
    def done(self) -> bool:
        """Whether the role is filled, with stored or with declared files."""
        return bool(self.items)


def checklist(submission: Submission) -> list[ChecklistRow]:
    """Return one row per role, required ones first."""
    here, owner = stored_bundles(submission), owner_of(submission)
    lines = [
        ItemLine(item, _standing(item, here.get(item.digest), owner=owner))
        for item in submission.items.select_related("bundle", "upload").defer("upload__manifest")
    ]
    rows = [
        ChecklistRow(role, role in REQUIRED_ROLES, [line for line in lines if line.item.role == role]) for role in Role
    ]
    return sorted(rows, key=lambda row: not row.required)


def item_documents(submission: Submission) -> list[dict[str, Any]]:
    """Describe the items for the API."""
    here = stored_bundles(submission)
    return [
        {
            "id": item.pk,
            "role": item.role,
            "bundle": item.digest,
            "step": item.step,
            "tokens": item.tokens,
            "stored": item.digest in here,
        }
        for item in submission.items.all()
    ]


def _standing(item: SubmissionItem, bundle: Bundle | None, *, owner: str) -> Standing:
    if bundle and bundle.destroyed_at:
        return Standing(_("bytes destroyed"), "neutral", kst(bundle.destroyed_at), is_stored=True)
    if bundle:
        return Standing(_("stored and verified"), "success", "", is_stored=True)
    upload = Upload.objects.filter(owner=owner, digest=item.digest, state__in=OPEN).first() or item.upload
    state = UploadState(upload.state) if upload else UploadState.EXPIRED
    return Standing(str(state.label), TONES[state], _explained(upload, state), is_stored=False)


def _explained(upload: Upload | None, state: UploadState) -> str:
    if upload is None or state in {UploadState.EXPIRED, UploadState.CANCELLED}:
        return _("The bytes do not come any more: push the files again.")
    if state == UploadState.REFUSED:
        return " ".join(str((upload.refusal or {}).get(key) or "") for key in ("where", "detail", "hint")).strip()
    if state == UploadState.CHECKING:
        return _("All bytes are here; they are being checked.")
    total = upload.plan.total_size
    return _("%(percent)s %% of the bytes are here.") % {"percent": _percent(upload, total)}


def _percent(upload: Upload, total: int) -> int:
    return 100 * held_bytes(upload, missing_parts(upload)) // total if total else 0
