from django import forms
from django.utils.translation import gettext_lazy as _

from portal.jobs.registry import kind_names

MOST = 10**6


class JobActForm(forms.Form):
    """A reason, and for the priority its new value."""

    priority = forms.IntegerField(label=_("Priority"), min_value=-100, max_value=100)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)

    def __init__(self, *arguments: object, asks_priority: bool = False, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        if not asks_priority:
            del self.fields["priority"]


class QuotaForm(forms.Form):
    account = forms.CharField(
        label=_("Account"),
        help_text=_(
            "As on the page of a job, such as consortium:4; empty for each account without a quota of its own."
        ),
        max_length=64,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind of job"), required=False)
    days = forms.IntegerField(label=_("Period in days"), min_value=1, max_value=366, initial=30)
    runs = forms.IntegerField(label=_("Runs in the period"), min_value=0, max_value=MOST, required=False)
    card_hours = forms.IntegerField(label=_("Card-hours in the period"), min_value=0, max_value=MOST, required=False)
    concurrent = forms.IntegerField(label=_("Jobs at once"), min_value=0, max_value=1000, required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        choices = [("", _("All kinds together")), *((name, name) for name in kind_names())]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
