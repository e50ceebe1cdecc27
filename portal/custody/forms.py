from django import forms
from django.utils.translation import gettext_lazy as _

from portal.artifacts.enums import ReadPurpose
from portal.custody.actions import destroyable_roles
from portal.submissions.enums import Role

LONGEST_KEPT = 36_500  # days, a hundred years


class ReadsForm(forms.Form):
    """The filter of the list of reads."""

    purpose = forms.ChoiceField(label=_("Purpose"), required=False)

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.fields["purpose"].choices = [("", _("All purposes")), *ReadPurpose.choices]  # type: ignore[attr-defined]


class CommitForm(forms.Form):
    seats = forms.IntegerField(label=_("Checkpoints to call per team"), min_value=1, max_value=100, initial=1)
    days = forms.IntegerField(label=_("Days for sending the bytes"), min_value=1, max_value=90, initial=14)
    source = forms.CharField(
        label=_("Public figure that nobody knows yet"),
        help_text=_("For example the numbers of a lottery that is drawn after the pool closes. May stay empty."),
        max_length=200,
        required=False,
    )


class FigureForm(forms.Form):
    figure = forms.CharField(label=_("The figure as published"), max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Reply"),
        help_text=_("One reply; it stays beside the record."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
    )


class RetentionForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days kept after the phase is final"), min_value=0, max_value=LONGEST_KEPT, initial=365
    )
    roles = forms.MultipleChoiceField(label=_("What is destroyed then"), widget=forms.CheckboxSelectMultiple)
    everywhere = forms.BooleanField(
        label=_("For all phases of the programme that have no period of their own"), required=False
    )
    reason = forms.CharField(
        label=_("Legal ground or reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.fields["roles"].choices = [(name, Role(name).label) for name in destroyable_roles()]  # type: ignore[attr-defined]
