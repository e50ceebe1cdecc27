"""Which curves of which entries stand side by side; all of it in the address, so that a view can be linked."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from originality.curves.words import QUANTITIES
from portal.review.selectors.curves import MOST, Team


class SideBySideForm(forms.Form):
    """Where nothing is chosen, the first entries by their codes are."""

    entry = forms.MultipleChoiceField(label=_("Entries"), required=False, widget=forms.CheckboxSelectMultiple)
    quantity = forms.ChoiceField(label=_("Series"), required=False, choices=list(QUANTITIES.items()))
    x = forms.ChoiceField(
        label=_("Along the axis"), required=False, choices=[("tokens", _("tokens seen")), ("step", _("steps"))]
    )
    log = forms.BooleanField(label=_("Logarithmic"), required=False)

    def __init__(self, data: QueryDict, *, teams: list[Team]) -> None:
        chosen = data.copy()
        chosen.setlist("entry", data.getlist("entry") or [team.entry.code for team in teams[:MOST]])
        super().__init__(chosen)
        self.teams = teams
        self.fields["entry"].choices = [(team.entry.code, team.label) for team in teams]  # type: ignore[attr-defined]
        self.fields["entry"].help_text = gettext("At most %(most)s at once.") % {"most": MOST}

    def clean_entry(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["entry"]
        if len(chosen) > MOST:
            raise forms.ValidationError(gettext("Choose at most %(most)s entries.") % {"most": MOST})
        return chosen

    def wanted(self) -> dict[str, Any]:
        """Return what was asked for, and what stands in its place where nothing was, or something else."""
        cleaned = self.cleaned_data
        chosen = cleaned.get("entry", [])
        return {
            "teams": [team for team in self.teams if team.entry.code in chosen],
            "quantity": cleaned.get("quantity") or "loss",
            "axis": cleaned.get("x") or "tokens",
            "log": cleaned.get("log", False),
        }
