from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.validators import validate_moment
from portal.programmes.models import Phase, Programme
from portal.programmes.programme_file import SLUG
from portal.programmes.refusals import refusal_of
from portal.programmes.ruleset import RuleSetError
from portal.programmes.transitions import PLAN
from portal.programmes.yaml_reader import LARGEST, text_of


class MomentField(forms.DateTimeField):
    """A moment in Korean time, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": _("Enter a date and a time, such as 2027-02-12 16:00.")}
    default_validators = [validate_moment]


class SlugField(forms.RegexField):
    """The part of an address: a short name in lower case letters, digits and single hyphens."""

    def __init__(self) -> None:
        super().__init__(
            regex=rf"^{SLUG.pattern}\Z",
            max_length=80,
            label=_("Short name for addresses"),
            help_text=_("Lower case letters, digits and hyphens, such as dokja-2027-1. It stands in every address."),
            error_messages={"invalid": _("Use lower case letters, digits and single hyphens, such as dokja-2027-1.")},
        )


class PlanForm(forms.Form):
    """What a row of the plan says. `seen` is the fingerprint of the row as the form was drawn."""

    name_ko = forms.CharField(label=_("Name in Korean"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def changes(self) -> dict[str, Any]:
        """The fields that somebody changed, with what they typed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "seen"}

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class ProgrammeForm(PlanForm):
    slug = SlugField()

    field_order = ["name_ko", "name_en", "slug"]


class PhaseForm(PlanForm):
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=99)
    slug = SlugField()
    seats = forms.IntegerField(
        label=_("Seats"),
        min_value=0,
        max_value=999,
        required=False,
        help_text=_("How many advance. Leave it empty as long as it is not decided."),
    )
    opens_at = MomentField(label=_("Receiving opens (KST)"), required=False)
    closes_at = MomentField(label=_("Receiving closes (KST)"), required=False)
    objection_days = forms.IntegerField(label=_("Days for objections"), min_value=1, max_value=365, initial=10)
    embargo_until = MomentField(
        label=_("Embargo until (KST)"), required=False, help_text=_("No result is public before this moment.")
    )
    is_rehearsal = forms.BooleanField(
        label=_("This phase is a rehearsal"),
        required=False,
        help_text=_("The same pages and steps, but nobody is ranked and nothing is released."),
    )

    field_order = [
        "number", "name_ko", "name_en", "slug", "is_rehearsal", "seats", "opens_at", "closes_at", "objection_days",
        "embargo_until",
    ]  # fmt: skip

    def __init__(self, *args: Any, editable: frozenset[str] = PLAN, **kwargs: Any) -> None:
        """Fields that the state of the phase closes are left out; the page tells their values."""
        super().__init__(*args, **kwargs)
        for name in PLAN - editable:
            del self.fields[name]


def initial_of(row: Programme | Phase, names: Collection[str]) -> dict[str, Any]:
    """The values of a row as the browser's pickers give them back: moments to the minute."""
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


class RulesForm(forms.Form):
    """The text of a rule set, or a file that takes its place. `revision` is that of the draft the text began from."""

    text = forms.CharField(
        label=_("Rule set (YAML)"),
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 32, "class": "code-input", "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("YAML or JSON with the schema ruleset/1. An error names the place and the line."),
    )
    file = forms.FileField(
        label=_("File to import"),
        required=False,
        help_text=_("A file takes the place of the text above."),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = "file" not in self.files
        self.fields["text"].error_messages["required"] = _(
            "Write the rules, import a file, or start from a rule set that is there."
        )

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        upload = facts.get("file")
        try:
            facts["text"] = text_of(upload.read(LARGEST + 1), name=str(upload.name)) if upload else facts.get("text")
        except RuleSetError as error:
            self.add_error("file", str(refusal_of(error)))
        facts["text"] = (facts["text"] or "").replace("\r\n", "\n")
        if not facts["text"].strip() and not self.errors:
            self.add_error("text", self.fields["text"].error_messages["required"])
        return facts


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class DeadlineForm(ReasonForm):
    closes_at = MomentField(label=_("New deadline (KST)"), help_text=_("It applies to every entry."))

    field_order = ["closes_at", "reason"]
