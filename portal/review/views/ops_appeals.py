"""Operations: objections, their admission and the ruling of a disjoint panel."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.review import actions
from portal.review.forms import AdmissionForm, AppealRulingForm
from portal.review.models import Appeal
from portal.review.policies import rules, visible_to
from portal.review.views.flow import attempt, person, step_up_to_act
from portal.review.views.ops_phase import get_phase

UNPROCESSABLE = 422


@access(rules.oversees_phase)
def appeals(request: ViewerRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    rows = visible_to(request.viewer, Appeal.objects.filter(decision__phase=phase))
    return render(
        request,
        "review/ops/appeals.html",
        {"phase": phase, "appeals": rows.select_related("decision__entry__consortium")},
    )


@access(rules.sees_appeal)
@step_up_to_act
def appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Admission first, then the ruling of a panel that shares nobody with the first."""
    row = get_object_or_404(
        Appeal.objects.select_related("decision__phase__ruleset", "decision__entry__consortium"), pk=appeal_id
    )
    phase = row.decision.phase
    posted = request.POST if request.method == "POST" else None
    wanted = posted.get("do", "") if posted is not None else ""
    admission = AdmissionForm(posted if wanted == "admission" else None)
    ruling = AppealRulingForm(posted if wanted == "rule" else None, phase=phase)
    if posted is not None and _rule_on(request, row, wanted, admission, ruling):
        return redirect("ops:appeal", appeal_id=row.pk)
    context = {
        "appeal": row,
        "decision": row.decision,
        "phase": phase,
        "admission_form": admission,
        "ruling_form": ruling,
    }
    return render(request, "review/ops/appeal.html", context, status=200 if posted is None else UNPROCESSABLE)


def _rule_on(
    request: HttpRequest, row: Appeal, wanted: str, admission: AdmissionForm, ruling: AppealRulingForm
) -> bool:
    user = person(request)
    if wanted == "admission" and admission.is_valid():
        data = admission.cleaned_data
        admitted = data["admit"] == "yes"
        return attempt(
            request,
            lambda: actions.rule_on_admission(row, admit=admitted, reason=data["reason"], ruled_by=user),
            done=_("The ruling is recorded."),
        )
    if wanted == "rule" and ruling.is_valid():
        data = ruling.cleaned_data
        return attempt(
            request,
            lambda: actions.rule_on_appeal(
                row, uphold=ruling.upholds, minutes=data["minutes"], reason=data["reason"], ruled_by=user
            ),
            done=_("The ruling is recorded."),
        )
    return False
