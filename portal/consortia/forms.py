from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.validators import validate_moment
from portal.consortia.actions import GrantFacts, InstitutionData, OutageFacts, Source, TargetFigure
from portal.consortia.enums import Answer, Verdict
from portal.consortia.models import Consortium
from portal.programmes.refusals import refusal_of
from portal.programmes.ruleset import RuleSetError, parse_ruleset
from portal.programmes.yaml_reader import LARGEST, line_of, parse_yaml

REGISTRATION_NUMBER = r"^[0-9]{3}-?[0-9]{2}-?[0-9]{5}$"
DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]


class InstitutionForm(forms.Form):
    """One institution, told apart from others by its number."""

    institution_name_ko = forms.CharField(label=_("Institution, name in Korean"), max_length=200)
    institution_name_en = forms.CharField(label=_("Institution, name in English"), max_length=200)
    registration_number = forms.RegexField(
        REGISTRATION_NUMBER,
        label=_("Business registration number"),
        help_text=_("Ten digits, such as 123-45-67890."),
        error_messages={"invalid": _("Enter the ten digits of the number, such as 123-45-67890.")},
    )

    def clean_registration_number(self) -> str:
        return str(self.cleaned_data["registration_number"]).replace("-", "")

    @property
    def institution(self) -> InstitutionData:
        data: dict[str, Any] = self.cleaned_data
        return InstitutionData(data["institution_name_ko"], data["institution_name_en"], data["registration_number"])


class RegisterForm(InstitutionForm):
    name_ko = forms.CharField(label=_("Consortium, name in Korean"), max_length=200)
    name_en = forms.CharField(label=_("Consortium, name in English"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name for addresses"),
        max_length=60,
        help_text=_("Lower case letters, digits and hyphens. It cannot be changed later."),
    )

    field_order = ["name_ko", "name_en", "slug", "institution_name_ko", "institution_name_en", "registration_number"]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class InviteForm(InstitutionForm):
    email = forms.EmailField(
        label=_("Email address of its contact"),
        help_text=_("The invitation goes to this address and is open for 14 days."),
    )


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("Name of the token"), max_length=80, help_text=_("Such as the name of the machine that uploads.")
    )
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=30)


class MomentField(forms.DateTimeField):
    """A moment in Korean time, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
    default_validators = [validate_moment]


def _text(label: Any, *, rows: int = 4, required: bool = True, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=area, required=required, help_text=help_text, max_length=4000)


class ReasonForm(forms.Form):
    reason = _text(_("Reason"), rows=3, help_text=_("It goes into the record."))


class AmendmentForm(forms.Form):
    """The whole text of the rules, as it shall read; what differs is computed, never typed."""

    document = forms.CharField(
        label=_("Rules as they shall read (YAML)"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code-input"}),
        max_length=LARGEST,
        help_text=_("The present rules stand here; change what shall change. An error names the place and the line."),
    )
    reply_due = MomentField(label=_("Answers until (KST)"), help_text=_("Before receiving closes."))
    reason = _text(_("Reason"), help_text=_("It is published with the amendment."))

    def clean_document(self) -> Any:
        """The document itself takes the place of its text."""
        text = str(self.cleaned_data["document"])
        try:
            document = parse_yaml(text.encode(), name="rules.yaml")
            parse_ruleset(document)
        except RuleSetError as error:
            raise forms.ValidationError(str(refusal_of(error, line=line_of(text.encode(), error.path)))) from error
        return document


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Answer of the team"), choices=Answer.choices, widget=forms.RadioSelect)
    text = _text(_("Reason"), required=False, help_text=_("An objection needs one. It is published with the answer."))


class SourceForm(forms.Form):
    """What is proposed, and where everybody can read about it."""

    name = forms.CharField(label=_("Name"), max_length=120)
    version = forms.CharField(label=_("Version"), max_length=60)
    url = forms.URLField(label=_("Source (URL)"), max_length=500, assume_scheme="https")
    dated = forms.DateField(label=_("Date of this version"), widget=forms.DateInput(attrs={"type": "date"}))
    metric = forms.CharField(label=_("Metric"), max_length=80, help_text=_("Such as accuracy, or pass@1."))

    @property
    def source(self) -> Source:
        return Source(**{name: self.cleaned_data[name] for name in Source._fields})


class TargetForm(SourceForm):
    item = forms.ChoiceField(label=_("Item of the rules"))
    benchmark = forms.CharField(label=_("Benchmark on which it was measured"), max_length=120)
    score = forms.DecimalField(label=_("Score of the target model"), max_digits=20, decimal_places=8)

    field_order = ["item", "benchmark", "name", "version", "score", "metric", "url", "dated"]

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = items  # type: ignore[attr-defined]
        self.fields["name"].label = _("Target model")

    @property
    def figure(self) -> TargetFigure:
        part, _dot, item = str(self.cleaned_data["item"]).partition(".")
        return TargetFigure(part, item, self.cleaned_data["benchmark"], self.cleaned_data["score"])


class OpenRoundForm(forms.Form):
    minimum = forms.IntegerField(
        label=_("Teams that take a benchmark"), min_value=1, max_value=50, initial=3,
        help_text=_("The rules of the phase do not say it."),
    )  # fmt: skip


class QuestionForm(forms.Form):
    component = forms.ChoiceField(label=_("Kind of component"))
    text = _text(
        _("Question"),
        rows=6,
        help_text=_("What exactly you want to use, and how. The ruling is published without your name."),
    )

    def __init__(self, *args: Any, components: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["component"].choices = components  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Ruling"), choices=Verdict.choices, widget=forms.RadioSelect)
    published = _text(
        _("Question as published"), rows=6, help_text=_("Take out names, and what would tell which team asked.")
    )
    reason = _text(_("Reason"), help_text=_("It is published with the ruling and binds the phase."))


class GrantForm(forms.Form):
    card_type = forms.CharField(label=_("Type of card"), max_length=60, required=False)
    cards = forms.IntegerField(label=_("Cards"), min_value=0, max_value=1_000_000)
    starts = MomentField(label=_("From (KST)"))
    ends = MomentField(label=_("Until (KST)"))
    provider = forms.CharField(label=_("Provider"), max_length=120)
    data_budget = forms.IntegerField(label=_("Data budget (KRW)"), min_value=0, max_value=10**15, initial=0)

    @property
    def facts(self) -> GrantFacts:
        return GrantFacts(**{name: self.cleaned_data[name] for name in GrantFacts._fields})


class NewGrantForm(GrantForm):
    consortium = forms.ModelChoiceField(label=_("Consortium"), queryset=Consortium.objects.none())

    field_order = ["consortium"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consortium"].queryset = Consortium.objects.order_by("slug")  # type: ignore[attr-defined]


class Correction(forms.Form):
    """What a correction adds to the facts: its reason, the row it was read from, and whether the row is taken back."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    void = forms.BooleanField(label=_("Take this row back; it should never have been entered"), required=False)
    reason = _text(_("Reason of the correction"), rows=3)


class CorrectGrantForm(Correction, GrantForm):
    field_order = ["card_type", "cards", "starts", "ends", "provider", "data_budget", "void", "reason"]


class OutageForm(forms.Form):
    starts = MomentField(label=_("From (KST)"))
    ends = MomentField(label=_("Until (KST)"))
    cards = forms.IntegerField(label=_("Cards that stood still"), min_value=1, max_value=1_000_000)
    cause = forms.CharField(label=_("Cause"), max_length=300)

    @property
    def facts(self) -> OutageFacts:
        return OutageFacts(**{name: self.cleaned_data[name] for name in OutageFacts._fields})


class CorrectOutageForm(Correction, OutageForm):
    field_order = ["starts", "ends", "cards", "cause", "void", "reason"]


class EntryDeadlineForm(ReasonForm):
    deadline = MomentField(label=_("Deadline of this entry (KST)"))

    field_order = ["deadline", "reason"]
