"""Forms of held verdicts, objections, and decisions on decisions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import Basis, Outcome, PanelKind
from portal.review.forms import EvidenceTextMixin, MinutesChoiceForm, long_text
from portal.review.labels import LABELS
from portal.review.models import Panel

LATER_BASES = (Basis.FINDING, Basis.COURT, Basis.VOTE)


class HoldForm(forms.Form):
    reason = long_text(_("Reason"), rows=3, help_text=_("The team reads this at once."))


class EvidenceForm(forms.Form, EvidenceTextMixin):
    text = long_text(_("What was looked at, and what it shows"), rows=4)
    evidence = long_text(
        _("References"), rows=3, required=False, help_text=_("One a line: run or digest | what it shows.")
    )

    def clean_evidence(self) -> list[dict[str, str]]:
        return self.as_evidence(self.cleaned_data["evidence"])


class OverturnForm(MinutesChoiceForm):
    reason = long_text(_("Reason"), rows=4, help_text=_("It goes into the record."))


class ReferForm(forms.Form):
    panel = forms.ModelChoiceField(
        label=_("Appeal panel"),
        queryset=Panel.objects.none(),
        help_text=_("It shares nobody with the panels whose work it judges."),
    )

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Panel.objects.filter(phase=phase, kind=PanelKind.APPEAL)
        self.fields["panel"].queryset = rows  # type: ignore[attr-defined]


class LaterForm(forms.Form):
    """A decision on a decision; the entry is asked for only where a selection named several."""

    outcome = forms.ChoiceField(label=_("Later decision"))
    basis = forms.ChoiceField(label=_("Basis"), choices=[(basis.value, LABELS[Basis][basis]) for basis in LATER_BASES])
    entry = forms.ModelChoiceField(label=_("Entry"), queryset=Entry.objects.none(), required=False)
    public_rationale = long_text(_("Public rationale"), rows=4, help_text=_("The team and the public read this."))
    private_rationale = long_text(_("Private rationale"), rows=3, required=False, help_text=_("For the record alone."))

    def __init__(self, *args: Any, outcomes: Iterable[Outcome], entries: list[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(outcome.value, LABELS[Outcome][outcome]) for outcome in outcomes]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
        if len(entries) > 1:
            rows = Entry.objects.filter(pk__in=[entry.pk for entry in entries])
            self.fields["entry"].queryset = rows  # type: ignore[attr-defined]
        else:
            del self.fields["entry"]
