from django import forms
from django.utils.translation import gettext_lazy as _

from portal.results.enums import Scope
from portal.results.models import SCOPES


class PrepareForm(forms.Form):
    scope = forms.ChoiceField(
        label=_("Scope"),
        choices=SCOPES,
        initial=Scope.FULL,
        help_text=_("The rule set's disclosure matrix applies within the scope; it is never exceeded."),
    )
    embargo_until = forms.DateTimeField(
        label=_("Embargo until (KST)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: the phase's own embargo, or none."),
    )


class CorrectForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason of the correction"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is published with the new version."),
    )
