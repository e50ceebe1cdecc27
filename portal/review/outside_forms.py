"""Forms around figures of outside bodies: the document, one figure, a list of figures."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.actions import measured_places
from portal.review.lists import BadRow
from portal.review.models import OutsideDocument
from portal.review.outside_list import raw_figures
from portal.review.panel_forms import ListForm
from portal.review.selectors.rules import here, rules_of


class OutsideDocumentForm(forms.Form):
    body = forms.CharField(label=_("Measured by"), max_length=120)
    title = forms.CharField(label=_("Title of the document"), max_length=200)
    file = forms.FileField(
        label=_("Document"),
        help_text=_("As it came: PDF, ODT, HWP, a table or text, at most 50 MiB. Its digest is computed."),
    )


def _documents(phase: Phase) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=_("Document"), queryset=OutsideDocument.objects.filter(phase=phase))


class OutsideResultForm(forms.Form):
    entry = forms.ModelChoiceField(label=_("Entry"), queryset=Entry.objects.none())
    place = forms.ChoiceField(label=_("Item"))
    value = forms.CharField(label=_("Value"), max_length=32)
    target = forms.CharField(label=_("Target value"), max_length=32, required=False)
    stderr = forms.CharField(label=_("Standard error"), max_length=32, required=False)
    raw = forms.CharField(
        label=_("Raw figures"),
        help_text=_("What the body gives beside the value, one a line: name=number."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason of a correction"),
        max_length=500,
        required=False,
        help_text=_("Only where a figure stands already: a new version follows it and waits for a second person."),
    )
    field_order = ("document", "entry", "place", "value", "target", "stderr", "raw", "reason")

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"] = _documents(phase)
        self.fields["entry"].queryset = Entry.objects.filter(phase=phase).select_related("consortium")  # type: ignore[attr-defined]
        self.fields["place"].choices = list(_measured_items(phase))  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def clean_raw(self) -> dict[str, str]:
        try:
            return raw_figures(self.cleaned_data["raw"])
        except BadRow as fault:
            raise ValidationError(str(fault)) from fault

    @property
    def part_and_item(self) -> tuple[str, str]:
        part, _slash, item = self.cleaned_data["place"].partition("/")
        return part, item


class OutsideListForm(ListForm):
    """A list of figures of one document; the document is chosen first."""

    field_order = ("document", "file", "text")

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"] = _documents(phase)
        self.order_fields(self.field_order)


def _measured_items(phase: Phase) -> Iterable[tuple[str, str]]:
    places = measured_places(phase)
    for part in rules_of(phase).parts:
        for item in part.items:
            if (part.key, item.key) in places:
                yield f"{part.key}/{item.key}", f"{here(part.title)} / {here(item.title)}"
