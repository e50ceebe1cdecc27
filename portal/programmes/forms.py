from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portal.programmes.ruleset import RuleSetError, parse_ruleset
from portal.programmes.yaml_reader import LARGEST, parse_yaml


class MomentField(forms.DateTimeField):
    """A moment in Korean time, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class RulesForm(forms.Form):
    document = forms.FileField(
        label=_("Rule set file"),
        help_text=_(
            "YAML or JSON with the schema ruleset/1. An error names the place, such as parts[2].criteria[0].max."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.json"}),
    )

    def clean_document(self) -> Any:
        """The document itself takes the place of its file."""
        upload: UploadedFile = self.cleaned_data["document"]
        try:
            document = parse_yaml(upload.read(LARGEST + 1), name=str(upload.name))
            parse_ruleset(document)
        except RuleSetError as error:
            raise forms.ValidationError(str(error)) from error
        return document


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class DeadlineForm(ReasonForm):
    closes_at = MomentField(label=_("New deadline (KST)"), help_text=_("It applies to every entry."))

    field_order = ["closes_at", "reason"]


class CallForm(ReasonForm):
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=50, initial=1)
    opens_at = MomentField(label=_("Opens (KST)"))
    closes_at = MomentField(label=_("Closes (KST)"))

    field_order = ["seats", "opens_at", "closes_at", "reason"]
