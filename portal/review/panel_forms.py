"""Forms around panels: lists, draws, invitations, namings and challenges."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.review.forms import MomentField
from portal.review.lists import MAX_BYTES, BadRow, text_of


def _area(label: Any, *, rows: int = 4, help_text: Any = "", required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, required=required, help_text=help_text, max_length=20000)


class ListForm(forms.Form):
    """A CSV file or the same lines pasted; `text` of the cleaned data is the list either way."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(
        label=_("Or the lines themselves"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, columns: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,text/csv"
        self.fields["text"].help_text = _("First line: %(columns)s") % {"columns": columns}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        uploaded = data.get("file")
        if uploaded:
            try:
                data["text"] = text_of(uploaded.read(MAX_BYTES + 1))
            except BadRow as fault:
                raise ValidationError(str(fault)) from fault
        if not (data.get("text") or "").strip():
            raise ValidationError(_("Choose a file or paste the lines."))
        return data


class InviteForm(ListForm):
    answer_due = MomentField(label=_("Answer due by"))


class AnswerDueForm(forms.Form):
    answer_due = MomentField(label=_("Answer due by"))


class RosterForm(forms.Form):
    challenge_due = MomentField(label=_("Challenges until"))


class CommitForm(forms.Form):
    source = forms.CharField(
        label=_("Public figure that will be drawn elsewhere before the draw"),
        max_length=200,
        required=False,
        help_text=_(
            "For example the numbers of a lottery on a date to come. It goes into the seed, so that nobody can know the draw."
        ),
    )


class FigureForm(forms.Form):
    figure = forms.CharField(label=_("The figure"), max_length=200)


class NamingForm(forms.Form):
    person = forms.CharField(label=_("Name and affiliation"), max_length=120)
    email = forms.EmailField(label=_("Email address, where you know it"), required=False)
    reason = _area(_("Reason"), help_text=_("The person does not learn of it. The secretariat rules with a reason."))


class NamingRulingForm(forms.Form):
    uphold = forms.ChoiceField(
        label=_("Ruling"), choices=[("yes", _("Not to be seated")), ("no", _("Dismiss"))], widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("Email address of the person"), required=False, help_text=_("This address gets no seat in the phase.")
    )
    reason = _area(_("Reason"), rows=3, help_text=_("The team reads it."))


class ChallengeForm(forms.Form):
    reason = _area(_("Why this member cannot judge impartially"))


class WithdrawalForm(forms.Form):
    reason = _area(_("Why you withdraw"), help_text=_("Until the ruling nothing of the phase is open to you."))


class RecusalRulingForm(forms.Form):
    grant = forms.ChoiceField(
        label=_("Ruling"), choices=[("yes", _("Recuse")), ("no", _("Refuse"))], widget=forms.RadioSelect
    )
    reason = _area(_("Reason"), rows=3, help_text=_("It goes into the record, and to whoever asked."))


class DeclineForm(forms.Form):
    reason = _area(_("Reason, if you like"), rows=2, required=False)
