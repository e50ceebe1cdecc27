from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.posted import number_of
from portal.measurements.selectors.answers import Wanted

OUTCOMES = (("", _("all")), ("right", _("answered right")), ("wrong", _("answered wrong")))
MOST_PAGES = 100_000


class AnswersForm(forms.Form):
    """Which answers of a run to show: one task, and of it those that hold a text or were right or wrong."""

    task = forms.ChoiceField(label=_("Task"))
    only = forms.ChoiceField(label=_("Answers"), choices=OUTCOMES, required=False)
    q = forms.CharField(label=_("With the text"), max_length=200, required=False)

    def __init__(self, *arguments: Any, tasks: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["task"].choices = [(name, f"{title} ({name})") for name, title in tasks]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was asked for; whatever is not understood falls back to everything of the first task."""
        found = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        first = next((name for name, _title in self.fields["task"].choices), "")  # type: ignore[attr-defined]
        return Wanted(found.get("task") or str(first), text=found.get("q") or "", outcome=found.get("only") or "")


def page_number(text: str) -> int:
    """From 1; a number that no run has pages for is the first page."""
    number = number_of(text, default=1)
    return number if 1 <= number <= MOST_PAGES else 1
