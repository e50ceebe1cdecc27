"""Forms of the ministry's and the teams' pages. The scoring form is built from the rule set in `selectors.rubric`."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.common.time import kst
from portal.common.validators import validate_moment
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import AppealGround, Basis, Outcome, PanelKind, RecusalGround, SeatKind
from portal.review.labels import choices_of
from portal.review.models import Minutes, Panel, PanelSeat
from portal.review.selectors.minutes import minutes_number
from portal.review.selectors.rules import gates_of, here, scored_parts

DECISION_OUTCOMES = (Outcome.ADVANCE, Outcome.CUT, Outcome.DISQUALIFY, Outcome.RE_EVALUATE)


def long_text(label: Any, *, rows: int = 5, required: bool = True, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=area, required=required, help_text=help_text, max_length=20000)


class MomentField(forms.DateTimeField):
    """A moment typed in Korean time, with the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    default_validators = [validate_moment]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Korean standard time (KST)."))
        super().__init__(**kwargs)


class ReasonForm(forms.Form):
    reason = long_text(_("Reason"), rows=3, help_text=_("It goes into the record."))


class PanelForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=choices_of(PanelKind))
    name = forms.CharField(label=_("Name"), max_length=120)
    part = forms.ChoiceField(label=_("Part of the rule set that it scores"), required=False)

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = [("", _("None (committee, appeal panel)"))]
        parts = [(part.key, here(part.title)) for part in scored_parts(phase)] if phase.ruleset else []
        self.fields["part"].choices = none + parts  # type: ignore[attr-defined]


class SeatForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Reviewer"), queryset=User.objects.none())
    kind = forms.ChoiceField(label=_("Kind of seat"), choices=choices_of(SeatKind), initial=SeatKind.REGULAR)

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, role_grants__role="reviewer").exclude(panel_seats__panel=panel)
        self.fields["user"].queryset = people.distinct().order_by("email")  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    event = forms.ChoiceField(
        label=_("Ruling"), choices=[("allow", _("Allow")), ("recuse", _("Recuse"))], widget=forms.RadioSelect
    )
    ground = forms.ChoiceField(
        label=_("Ground of a recusal"), choices=[("", "-"), *choices_of(RecusalGround)], required=False
    )
    reason = long_text(_("Reason"), rows=3, help_text=_("It goes into the record."))


class EvidenceTextMixin:
    """One piece of evidence a line: "run or digest | what it shows"."""

    @staticmethod
    def as_evidence(text: str) -> list[dict[str, str]]:
        rows = [line.partition("|") for line in text.splitlines() if line.strip()]
        return [{"reference": left.strip(), "note": right.strip()} for left, _bar, right in rows]


class RaiseForm(forms.Form, EvidenceTextMixin):
    gate = forms.ChoiceField(label=_("Gate"))
    grounds = long_text(_("Grounds"), help_text=_("The team reads this and answers to it."))
    evidence = long_text(
        _("Evidence"), rows=4, required=False, help_text=_("One a line: run or digest | what it shows.")
    )

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gate"].choices = [(gate.key, here(gate.title)) for gate in gates_of(phase)]  # type: ignore[attr-defined]

    def clean_evidence(self) -> list[dict[str, str]]:
        return self.as_evidence(self.cleaned_data["evidence"])


class PassGateForm(forms.Form):
    gate = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=2000)
    without_report = forms.BooleanField(required=False)


class DueForm(forms.Form):
    due = MomentField(label=_("Reply due by"))


class QuestionForm(forms.Form):
    text = long_text(_("Question"))
    due = MomentField(label=_("Answer due by"))


class AnswerForm(forms.Form):
    text = long_text(_("Your answer"), rows=8, help_text=_("It stands as it is sent; there is one answer."))


class ReplyForm(forms.Form):
    text = long_text(_("Your reply"), rows=10, help_text=_("It stands as it is sent; there is one reply."))


class MinutesForm(forms.Form):
    """The minutes of one panel; `present` offers its seats."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    held_at = MomentField(label=_("Held at"), initial=lambda: timezone.localtime().strftime("%Y-%m-%dT%H:%M"))
    present = forms.ModelMultipleChoiceField(
        label=_("Present"), queryset=PanelSeat.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    votes_for = forms.IntegerField(label=_("Votes for"), min_value=0)
    votes_against = forms.IntegerField(label=_("Votes against"), min_value=0, initial=0)
    votes_abstained = forms.IntegerField(label=_("Abstentions"), min_value=0, initial=0)
    text = long_text(_("What was discussed and decided"))
    dissent = long_text(_("Dissent"), rows=3, required=False)

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = panel.seats.select_related("user")  # type: ignore[attr-defined]


class MinutesChoice(forms.ModelChoiceField):
    """Minutes told apart by number, day, panel, subject and vote: two meetings may have one subject."""

    def label_from_instance(self, obj: Minutes) -> str:
        vote = f"{obj.votes_for}:{obj.votes_against}:{obj.votes_abstained}"
        return f"{minutes_number(obj)} · {kst(obj.held_at)} · {obj.panel.name} · {obj.subject} ({vote})"


class MinutesChoiceForm(forms.Form):
    minutes = MinutesChoice(label=_("Minutes of the vote"), queryset=Minutes.objects.none())

    def __init__(self, *args: Any, phase: Phase, panel: Panel | None = None, **kwargs: Any) -> None:
        """`panel` narrows the choice to the meetings of one panel."""
        super().__init__(*args, **kwargs)
        rows = Minutes.objects.filter(panel__phase=phase).select_related("panel").order_by("-pk")
        self.fields["minutes"].queryset = rows.filter(panel=panel) if panel else rows  # type: ignore[attr-defined]


class UpholdForm(MinutesChoiceForm):
    uphold = forms.ChoiceField(
        label=_("Ruling"), choices=[("yes", _("Uphold")), ("no", _("Drop"))], widget=forms.RadioSelect
    )
    reason = long_text(_("Reason"), rows=4, help_text=_("It goes into the record."))

    @property
    def upholds(self) -> bool:
        return bool(self.cleaned_data["uphold"] == "yes")


class AppealRulingForm(MinutesChoiceForm):
    uphold = forms.ChoiceField(
        label=_("Ruling"), choices=[("yes", _("Uphold")), ("no", _("Dismiss"))], widget=forms.RadioSelect
    )
    reason = long_text(_("Reason"), rows=4, help_text=_("The team reads this."))

    @property
    def upholds(self) -> bool:
        return bool(self.cleaned_data["uphold"] == "yes")


class AdmissionForm(forms.Form):
    admit = forms.ChoiceField(
        label=_("Admission"),
        choices=[("yes", _("Admit")), ("no", _("Inadmissible"))],
        widget=forms.RadioSelect,
        help_text=_("Not admissible: the choice of the panel, the budget, the rules, the method."),
    )
    reason = long_text(_("Reason"), rows=3)


class DecisionForm(forms.Form):
    entry = forms.ModelChoiceField(label=_("Entry"), queryset=Entry.objects.none())
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[row for row in choices_of(Outcome) if row[0] in DECISION_OUTCOMES]
    )
    basis = forms.ChoiceField(label=_("Basis"), choices=choices_of(Basis))
    public_rationale = long_text(_("Public rationale"), help_text=_("The team and the public read this."))
    private_rationale = long_text(_("Private rationale"), rows=3, required=False, help_text=_("For the record alone."))
    supersede = forms.BooleanField(label=_("This supersedes the standing decision on the entry"), required=False)

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = Entry.objects.filter(phase=phase).exclude(state="withdrawn").select_related("consortium")
        self.fields["entry"].queryset = entries  # type: ignore[attr-defined]


class VacancyForm(forms.Form):
    seats = forms.IntegerField(label=_("Vacant seats"), min_value=1, max_value=50, initial=1)
    public_rationale = long_text(_("Public rationale"), rows=3)


class CallForm(forms.Form):
    phase = forms.ModelChoiceField(
        label=_("Phase to be entered"),
        queryset=Phase.objects.none(),
        help_text=_("The phase that whoever is selected enters."),
    )
    closes = MomentField(label=_("Applications close"))

    def __init__(self, *args: Any, vacated: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = Phase.objects.filter(programme=vacated.programme)  # type: ignore[attr-defined]


class AppealForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=choices_of(AppealGround), widget=forms.RadioSelect)
    text = long_text(_("What is wrong, and where"), rows=8)
