from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.artifacts.models import Bundle
from portal.measurements.comparing import LEVELS
from portal.measurements.enums import Effect
from portal.measurements.logs import LogFigure

FACTOR_CHOICES = ((100, _("shares of 1, counted in percent (0.725 becomes 72.5)")), (1, _("as they stand in the logs")))


class ReportForm(forms.Form):
    """What both ways of reporting share: which logs, how figures become the value, a note."""

    log = forms.TypedChoiceField(label=_("Logs"), coerce=int, widget=forms.RadioSelect)
    factor = forms.TypedChoiceField(
        label=_("The figures are"), coerce=int, choices=FACTOR_CHOICES, initial=100, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("How it was measured"),
        help_text=_("Prompts, examples, number of runs: whatever somebody needs who runs it again."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )

    def __init__(self, *arguments: Any, logs: list[Bundle], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["log"].choices = [(log.pk, _log_label(log)) for log in logs]  # type: ignore[attr-defined]


class LogReportForm(ReportForm):
    figures = forms.MultipleChoiceField(label=_("Figures of the logs"), widget=forms.CheckboxSelectMultiple)
    field_order = ("log", "figures", "factor", "note")

    def __init__(self, *arguments: Any, logs: list[Bundle], figures: list[LogFigure], **options: Any) -> None:
        super().__init__(*arguments, logs=logs, **options)
        self.fields["figures"].choices = [(row.key, _figure_label(row)) for row in figures]  # type: ignore[attr-defined]


class TypedReportForm(ReportForm):
    harness = forms.CharField(label=_("Measured with"), help_text=_("Program and version."), max_length=100)
    figures = forms.CharField(
        label=_("Figures"),
        help_text=_(
            "One a line: task, metric, value, standard error, items, shots. Example: mmlu, acc, 0.725, 0.004, 14042, 5"
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
    )
    field_order = ("log", "harness", "figures", "factor", "note")


def _log_label(log: Bundle) -> str:
    names = [row["path"] for row in log.file_list()]
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return f"{names[0]}{more} ({log.digest[:12]})"


def _figure_label(row: LogFigure) -> str:
    error = f" ± {row.stderr[:8]}" if row.stderr else ""
    runs = f", {len(row.runs)} runs" if len(row.runs) > 1 else ""
    return f"{row.task} {row.metric} ({row.filter}): {row.value[:10]}{error}, n = {row.n}{runs}"


class CommitForm(forms.Form):
    seats = forms.IntegerField(label=_("Figures to run again per team"), min_value=1, max_value=50, initial=2)
    level = forms.ChoiceField(
        label=_("Level of the interval"), choices=[(level, level) for level in LEVELS], initial="0.95"
    )
    tolerance = forms.DecimalField(
        label=_("Tolerance"),
        help_text=_("A difference that means nothing, in the unit of the logs: 0.01 is one percentage point."),
        min_value=Decimal(0),
        max_value=Decimal(1),
        max_digits=6,
        decimal_places=5,
        initial=Decimal("0.01"),
    )
    effect = forms.ChoiceField(
        label=_("What a figure that is not reproduced means"), choices=Effect.choices, widget=forms.RadioSelect
    )
    days = forms.IntegerField(label=_("Days for an explanation"), min_value=1, max_value=60, initial=7)
    source = forms.CharField(
        label=_("Public figure that nobody knows yet"),
        help_text=_("For example the numbers of a lottery that is drawn after the pool closes. May stay empty."),
        max_length=200,
        required=False,
    )

    def clean_tolerance(self) -> str:
        return format(self.cleaned_data["tolerance"].normalize(), "f")


class ChoiceForm(forms.Form):
    choice = forms.ChoiceField(label=_("Suite and task"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class ExplanationForm(forms.Form):
    text = forms.CharField(
        label=_("Explanation"),
        help_text=_("One explanation; it stays beside the verdict."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
    )
