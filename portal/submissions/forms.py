from django import forms
from django.utils.translation import gettext_lazy as _


class SubmitForm(forms.Form):
    """The last step: what the team confirms when it hands in."""

    complete = forms.BooleanField(label=_("The files listed above are complete and are ours to hand in."))
    truthful = forms.BooleanField(
        label=_(
            "The component declaration is true. We know that undeclared reuse is shown to the panel, with our answer."
        )
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Kept with the record; the receipt stays readable."),
    )
