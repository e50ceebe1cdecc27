"""Forms of the staff's and the teams' pages. The rating form is built from the rule set, as in reviewing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from portal.console.actions import EndpointData, RoundTerms
from portal.console.addresses import target_of
from portal.console.errors import AddressNotAllowed
from portal.console.models import Round

LIMITS = {
    "minimum_seconds": (1, 3600),
    "pace_seconds": (1, 30),
    "answer_seconds": (5, 60),
    "answer_characters": (200, 50_000),
    "questions_most": (1, 200),
    "answers_least": (1, 20),
}
GUIDE_KO = """\
모델마다 같은 질문을 해 보세요. 아는 것을 묻는 질문, 글을 고쳐 달라는 부탁, 여러 단계를 거쳐야 풀리는 문제를 섞으면 좋습니다.
답의 내용만 평가하세요. 빠르기와 화면 모양은 모든 모델이 같게 되어 있습니다.
누가 만든 모델인지 묻거나 짐작하지 마세요. 만든 곳의 이름은 답에서 가려집니다.
답이 오지 않으면 같은 질문을 다시 하거나 모델을 잠시 미뤄 두세요. 답이 없다는 이유로 낮은 점수를 주지 않습니다."""
GUIDE_EN = """\
Put the same questions to every model. Mix what you know the answer to, a text to improve, and a problem of several steps.
Judge what the answers say. Speed and looks are made the same for all models.
Do not ask or guess who made a model. Names of makers are masked in the answers.
When no answer comes, ask again or set the model aside for a while. Silence is never a reason for a low score."""


class TermsForm(forms.ModelForm):
    """What is the same for every model and every evaluator."""

    class Meta:
        model = Round
        fields = [
            "minimum_seconds",
            "answers_least",
            "questions_most",
            "answer_seconds",
            "pace_seconds",
            "answer_characters",
            "guide_ko",
            "guide_en",
            "instruction",
            "other_names",
        ]
        help_texts = {
            "pace_seconds": _("An answer is held until the next full step, so that speed does not tell models apart."),
            "answer_seconds": _("Afterwards the evaluator is offered to repeat the question."),
            "instruction": _("Sent ahead of every conversation, the same to all. Leave empty to send none."),
            "other_names": _("Teams, institutions and models of this phase are masked anyway."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in LIMITS.items():
            field = self.fields[name]
            field.validators += [MinValueValidator(least), MaxValueValidator(most)]
            field.widget.attrs.update({"min": least, "max": most})
        if self.instance.pk is None:
            self.initial = {"guide_ko": GUIDE_KO, "guide_en": GUIDE_EN, **self.initial}

    def terms(self) -> RoundTerms:
        return RoundTerms(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class EndpointForm(forms.Form):
    """Where a model is served. A key is taken in and never given out again."""

    base_url = forms.CharField(
        label=_("Base address"),
        max_length=300,
        help_text=_("Of an OpenAI-compatible service, such as https://host:8443/v1."),
    )
    model = forms.CharField(label=_("Name of the model in requests"), max_length=200)
    key = forms.CharField(
        label=_("Key"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown. Empty keeps the one entered before."),
    )
    drop_key = forms.BooleanField(label=_("Forget the key: the service asks for none"), required=False)
    other_names = forms.CharField(
        label=_("Further names of the maker and the model, one a line"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Short forms, spellings and product names. They are masked in the answers of every model."),
    )

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"]).strip()
        try:
            target_of(address)
        except AddressNotAllowed as refusal:
            raise ValidationError(str(refusal)) from refusal
        return address

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if not key.isascii() or not key.isprintable():
            raise ValidationError(_("A key has Latin letters, digits and signs only."))
        return key

    def data_of(self) -> EndpointData:
        return EndpointData(**self.cleaned_data)


class StaffEndpointForm(EndpointForm):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text=_("Needed once evaluators have met the model. It goes into the record."),
    )
