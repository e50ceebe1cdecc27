"""A report that finds common origin opens the team's right of reply: nothing is ruled on the gate before it was heard.

The engine does not rule and does not accuse. The procedure it opens stays unknown to the team until an officer notifies
it, and ends like any other: by a vote of the panel, after the reply or its lapse.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from originality.models import Comparison
from portal.audit.actions import leave_trace
from portal.common.viewer import SYSTEM
from portal.consortia.models import Entry
from portal.jobs.steps import each_apart
from portal.review.actions.gates import check_gate
from portal.review.enums import AuditAction, DisqualificationState
from portal.review.errors import NotPossible
from portal.review.models import Disqualification
from portal.review.selectors.findings import ORIGINALITY_GATE, due_findings, findings_in
from portal.submissions.models import SubmissionRun

ENDED = (DisqualificationState.DROPPED, DisqualificationState.OVERTURNED)


def open_due_replies() -> int:
    """Open a procedure for every finding that has none; return how many were opened or joined."""
    return each_apart(due_findings(), open_reply)


@transaction.atomic
def open_reply(run: SubmissionRun) -> Disqualification | None:
    """Raise a procedure on the finding, or join the one that stands; None where the rules have no such gate."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("phase").get(pk=run.submission.entry_id)
    if Disqualification.objects.filter(finding=run).exists():
        return None
    try:
        check_gate(entry, ORIGINALITY_GATE)
    except NotPossible:
        return None
    standing = Disqualification.objects.filter(entry=entry, gate=ORIGINALITY_GATE).exclude(state__in=ENDED).first()
    return _join(standing, run) if standing else _raise(entry, run)


def _raise(entry: Entry, run: SubmissionRun) -> Disqualification:
    row = Disqualification.objects.create(
        entry=entry,
        gate=ORIGINALITY_GATE,
        grounds=grounds_of(run),
        evidence=evidence_of(run),
        finding=run,
        raised_at=timezone.now(),
    )
    after = {"gate": row.gate, "entry": entry.code, "report": str(run.originality_id)}
    leave_trace(AuditAction.DISQUALIFICATION_RAISED, by=SYSTEM, subject=row, after=after)
    return row


def _join(standing: Disqualification, run: SubmissionRun) -> Disqualification | None:
    """Add the finding to what the team will be told; one that was told already must have named this report."""
    told = any(str(run.originality_id) in str(item) for item in standing.evidence)
    if standing.state != DisqualificationState.RAISED and not told:
        return None  # opened once that procedure has ended
    if not told:
        standing.evidence = [*standing.evidence, *evidence_of(run)]
    standing.finding = run
    standing.save(update_fields=["evidence", "finding"])
    after = {"report": str(run.originality_id), "state": standing.state}
    leave_trace(AuditAction.DISQUALIFICATION_JOINED, by=SYSTEM, subject=standing, after=after)
    return standing


def grounds_of(run: SubmissionRun) -> str:
    """What the team is told, in the language of the proceedings; it names evidence and rules nothing."""
    names = ", ".join(row.reference.name for row in findings_in(run))
    with translation.override(settings.LANGUAGE_CODE):
        return _(
            "The originality report shows modules of common origin with %(names)s. Which of the two came first it does "
            "not determine, and it rules nothing: the team is heard before the panel rules."
        ) % {"names": names}


def evidence_of(run: SubmissionRun) -> list[dict[str, str]]:
    with translation.override(settings.LANGUAGE_CODE):
        return [_evidence(run, row) for row in findings_in(run)]


def _evidence(run: SubmissionRun, row: Comparison) -> dict[str, str]:
    """One reference: the level and its figures with null, coverage and declaration; the digest is that of the report."""
    note = _(
        "%(name)s (public since %(since)s): %(level)s; z %(z)s, unrelated models 0 ± 1; coverage %(coverage)s %%; %(declared)s"
    ) % {
        "name": row.reference.name,
        "since": row.reference.public_since.isoformat(),
        "level": row.get_level_display(),
        "z": "-" if row.z is None else f"{row.z:.1f}",
        "coverage": f"{100 * row.coverage:.1f}",
        "declared": _("declared by the team") if row.declared else _("not declared by the team"),
    }
    return {"reference": f"originality:{run.originality_id}", "digest": row.document.sha256, "note": note}
