"""What originality reports found and the team has not been heard on yet."""

from django.db.models import QuerySet

from originality.core.outcome import OWN_LINEAGE
from originality.enums import Level
from originality.models import Comparison
from originality.selectors import found_reuse
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.jobs.enums import FINAL, JobState
from portal.review.enums import MissingReport
from portal.review.models import Disqualification
from portal.review.selectors.gates import RULING_STAGES
from portal.submissions.enums import Role, RunKind, State
from portal.submissions.models import SubmissionItem, SubmissionRun

ENDED_WITHOUT = {JobState.FAILED.value: MissingReport.FAILED, JobState.CANCELLED.value: MissingReport.CANCELLED}
HANDED_IN = (State.SUBMITTED, State.AWAITING)
ORIGINALITY_GATE = "originality"  # the key of the gate in the rule set


def reports_that_count() -> QuerySet[SubmissionRun]:
    """Originality runs of the versions that count; a team's self-check is none of them."""
    return SubmissionRun.objects.filter(kind=RunKind.ORIGINALITY, submission__state=State.SUBMITTED)


def report_outstanding(entry: Entry) -> bool:
    """Say whether a report on the entry is still being made."""
    rows = reports_that_count().filter(submission__entry=entry)
    return rows.exclude(originality__job__state__in=FINAL).exists()


def missing_report(entry: Entry) -> MissingReport | None:
    """Say why an entry with a checkpoint has no finished report; None where it has one, or no checkpoint to report on."""
    handed_in = SubmissionItem.objects.filter(submission__entry=entry, submission__state__in=HANDED_IN)
    if not handed_in.filter(role=Role.CHECKPOINT).exists():
        return None
    states = reports_that_count().filter(submission__entry=entry).values_list("originality__job__state", flat=True)
    if JobState.SUCCEEDED in (found := list(states)):
        return None
    return next((ENDED_WITHOUT[state] for state in found if state in ENDED_WITHOUT), MissingReport.NOT_REQUESTED)


def unheard_findings() -> QuerySet[SubmissionRun]:
    """Finished reports that found common origin with a model that is not the team's own, and led to no procedure yet."""
    found = Comparison.objects.filter(level__gte=Level.COMMON_ORIGIN).exclude(outcome=OWN_LINEAGE)
    rows = reports_that_count().filter(originality__job__state=JobState.SUCCEEDED, disqualification=None)
    return rows.filter(originality__in=found.values("run")).order_by("pk")


def findings_of(entry: Entry) -> list[SubmissionRun]:
    return list(unheard_findings().filter(submission__entry=entry))


def due_findings() -> list[SubmissionRun]:
    """Findings on entries whose gates can be ruled on now."""
    rows = unheard_findings().select_related("submission__entry__phase", "originality")
    return [row for row in rows if _is_ruled_now(row.submission.entry)]


def _is_ruled_now(entry: Entry) -> bool:
    return entry.phase.state in RULING_STAGES or entry.state == EntryState.HELD


def procedure_on(run: SubmissionRun) -> Disqualification | None:
    """Return the procedure that a report led to; who may see it is for the policy of procedures."""
    return Disqualification.objects.filter(finding=run).select_related("entry__phase").first()


def findings_in(run: SubmissionRun) -> list[Comparison]:
    return found_reuse(run.originality) if run.originality else []
