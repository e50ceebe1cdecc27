"""Operations: objections, their admission and the ruling of a disjoint panel."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access, step_up_to_act
from portal.common.acts import tried
from portal.review import actions
from portal.review.decision_forms import ReferForm
from portal.review.forms import AdmissionForm, AppealRulingForm
from portal.review.models import Appeal
from portal.review.policies import rules, visible_to
from portal.review.views.flow import person
from portal.review.views.ops_phase import get_phase
from portal.review.windows import answer_due

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
def appeal(request: ViewerRequest, appeal_id: int) -> HttpResponse:
    """Admission first, then its panel, then the ruling of that panel, which shares nobody with the first."""
    row = get_object_or_404(
        Appeal.objects.select_related("decision__phase__ruleset", "decision__entry__consortium", "panel", "minutes"),
        pk=appeal_id,
    )
    phase = row.decision.phase
    posted = request.POST if request.method == "POST" else None
    wanted = posted.get("do", "") if posted is not None else ""
    admission = AdmissionForm(posted if wanted == "admission" else None)
    referral = ReferForm(posted if wanted == "refer" else None, phase=phase)
    ruling = AppealRulingForm(posted if wanted == "rule" else None, phase=phase, panel=row.panel)
    forms = Forms(admission, referral, ruling)
    if posted is not None and wanted in STEPS and STEPS[wanted](request, row, forms):
        return redirect("ops:appeal", appeal_id=row.pk)
    context = {
        "appeal": row,
        "decision": row.decision,
        "phase": phase,
        "admission_form": admission,
        "refer_form": referral,
        "ruling_form": ruling,
        "due": answer_due(row.lodged_at),
        "officer": request.viewer.has_role("officer"),
        "decider": request.viewer.has_role("decider"),
    }
    return render(request, "review/ops/appeal.html", context, status=200 if posted is None else UNPROCESSABLE)


class Forms(NamedTuple):
    """The forms of the page; the one of the step that was asked for is bound."""

    admission: AdmissionForm
    referral: ReferForm
    ruling: AppealRulingForm


def _admit(request: HttpRequest, row: Appeal, forms: Forms) -> bool:
    if not forms.admission.is_valid():
        return False
    data = forms.admission.cleaned_data
    admitted = data["admit"] == "yes"
    return tried(
        request,
        lambda: actions.rule_on_admission(row, admit=admitted, reason=data["reason"], ruled_by=person(request)),
        done=_("The ruling is recorded."),
    )


def _refer(request: HttpRequest, row: Appeal, forms: Forms) -> bool:
    return forms.referral.is_valid() and tried(
        request,
        lambda: actions.refer_appeal(row, panel=forms.referral.cleaned_data["panel"], referred_by=person(request)),
        done=_("The objection is referred to its panel."),
    )


def _rule(request: HttpRequest, row: Appeal, forms: Forms) -> bool:
    if not forms.ruling.is_valid():
        return False
    data, uphold = forms.ruling.cleaned_data, forms.ruling.upholds
    return tried(
        request,
        lambda: actions.rule_on_appeal(
            row, uphold=uphold, minutes=data["minutes"], reason=data["reason"], ruled_by=person(request)
        ),
        done=_("The ruling is recorded."),
    )


STEPS: dict[str, Callable[[HttpRequest, Appeal, Forms], bool]] = {
    "admission": _admit,
    "refer": _refer,
    "rule": _rule,
}
