"""The members of an appeal panel: the objection, the decision it is against, and the evidence of that one entry."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.common.access import access
from portal.review.enums import NoticeKind
from portal.review.models import Appeal, Notice
from portal.review.policies import rules
from portal.review.selectors.results import result_rows
from portal.review.windows import answer_due
from portal.submissions.selectors import current_submission, dossier


@access(rules.judges_appeal)
def appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """What the team was told and what it objects to; single sheets stay closed, as they are to the team."""
    rows = Appeal.objects.select_related(
        "decision__phase__programme", "decision__phase__ruleset", "decision__entry__consortium", "panel"
    )
    row = get_object_or_404(rows, pk=appeal_id)
    decision, entry = row.decision, row.decision.entry
    notice = Notice.objects.filter(kind=NoticeKind.RESULT, subject_key=f"decision:{decision.pk}").first()
    submission = current_submission(entry) if entry else None
    context = {
        "appeal": row,
        "decision": decision,
        "entry": entry,
        "phase": decision.phase,
        "due": answer_due(row.lodged_at),
        "dossier": dossier(submission) if submission else None,
        "questions": entry.questions.select_related("answer") if entry else [],
        **result_rows(decision.phase, notice.content if notice else None),
    }
    return render(request, "review/appeal.html", context)
