"""Lists and receipt."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from portal.audit.models import Event
from portal.audit.selectors import checkpoint_covering, inclusion_proof
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.selectors import entries_of
from portal.submissions.enums import State
from portal.submissions.models import Receipt, Submission
from portal.submissions.selectors.deadline import Window, window_of
from portal.submissions.selectors.items import item_documents


class TeamEntry(NamedTuple):
    """An entry on the team's home: `current` counts, `awaiting` will when its bytes are here."""

    entry: Entry
    window: Window
    draft: Submission | None
    current: Submission | None
    awaiting: list[Submission]


def visible_to(viewer: Viewer) -> QuerySet[Submission]:
    """Return what the viewer may list: own submissions, and for officers and auditors all that were handed in."""
    rows = Submission.objects.select_related("entry__phase", "entry__consortium")
    if viewer.has_role("officer", "auditor"):
        return rows.exclude(state=State.DRAFT) | rows.filter(entry__in=entries_of(viewer))
    return rows.filter(entry__in=entries_of(viewer))


def team_entries(viewer: Viewer) -> list[TeamEntry]:
    """Return the viewer's entries with their draft and the submission that counts, newest phase first."""
    entries = (
        entries_of(viewer)
        .select_related("phase__programme", "consortium", "ruleset")
        .prefetch_related("submissions__receipt")
        .order_by("-phase__number", "code")
    )
    return [
        TeamEntry(
            entry,
            window_of(entry),
            next((row for row in entry.submissions.all() if row.state == State.DRAFT), None),
            next((row for row in entry.submissions.all() if row.state == State.SUBMITTED), None),
            [row for row in entry.submissions.all() if row.state == State.AWAITING],
        )
        for entry in entries
    ]


def current_submission(entry: Entry) -> Submission | None:
    """Return the submission that counts for this entry."""
    return entry.submissions.filter(state=State.SUBMITTED).first()


def summary(submission: Submission) -> dict[str, Any]:
    """Describe a submission for the API."""
    window = window_of(submission.entry)
    return {
        "id": submission.pk,
        "entry": submission.entry_id,
        "phase": submission.entry.phase.slug,
        "version": submission.version,
        "state": submission.state,
        "digest": submission.digest or None,
        "open": window.is_open,
        "deadline": window.deadline,
        "bytes_due": window.bytes_due,
        "items": item_documents(submission),
        "address": reverse("submissions:submission", kwargs={"submission": submission.pk}),
    }


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """Return the receipt with the ledger checkpoint that covers it and the proof of its place."""
    event = Event.objects.get(subject=f"receipt:{receipt.number}")
    checkpoint = checkpoint_covering(event)
    return {
        "receipt": receipt.document,
        "digest": receipt.digest,
        "ledger": None if checkpoint is None else inclusion_proof(event, checkpoint),
    }
