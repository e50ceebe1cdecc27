"""The training declaration as a form: every field may stay empty, and what is empty is not declared."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from originality.core.trace.declaration import declaration_document, declaration_of
from originality.core.trace.facts import EVENTS, LAWS, OPTIMISERS, SCHEDULES, Declaration
from originality.core.trace.reading import DocumentError
from portal.submissions.declaration_forms.sheets import Sheet, Values, with_rows

READER_SAYS = (  # what the reader of files says of values that inputs let through
    gettext_noop("cannot be more than parameters"),
    gettext_noop("cannot be more than total_steps"),
    gettext_noop("cannot be after total_steps"),
    gettext_noop("cannot be above peak"),
    gettext_noop("is missing: wsd says at which step the decay begins"),
    gettext_noop("is before it starts"),
    gettext_noop("is before it started"),
    gettext_noop("must be above 0, unless the law is constant"),
    gettext_noop("must be from 0 and below 1"),
    gettext_noop("must be above 0 and at most 1000"),
    gettext_noop("must be a day (2026-01-31) or a moment (2026-01-31T09:00:00+09:00)"),
    gettext_noop("must say its time zone, for example 2026-01-31T09:00:00+09:00"),
)
OPTIMISER, SCHEDULE = "optimiser_", "schedule_"
SCALARS = (
    "vocabulary",
    "parameters",
    "active_parameters",
    "layers",
    "width",
    "sequence_length",
    "batch_tokens",
    "clip",
    "seed",
    "cards",
    "started",
    "ended",
)


def _whole(label: Any, *, low: int = 1, high: int = 10**15, help_text: Any = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=False, help_text=help_text, widget=widget
    )


def _number(label: Any, *, low: float = 0, high: float = 1e6, help_text: Any = "") -> forms.FloatField:
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.FloatField(
        label=label, min_value=low, max_value=high, required=False, help_text=help_text, widget=widget
    )


def _choice(label: Any, options: tuple[str, ...], *, required: bool = False) -> forms.ChoiceField:
    choices = [("", gettext_lazy("Not said")), *((name, name) for name in options)]
    return forms.ChoiceField(label=label, choices=choices, required=required)


class TrainingForm(forms.Form):
    """What stands once: the model, the optimiser, the schedule, the batch, the dates."""

    vocabulary = _whole(gettext_lazy("Size of the vocabulary"), low=2, high=2**31)
    parameters = _whole(gettext_lazy("Parameters"))
    active_parameters = _whole(gettext_lazy("Active parameters per token"))
    layers = _whole(gettext_lazy("Layers"), high=10**5)
    width = _whole(gettext_lazy("Width of the hidden state"), high=10**7)
    sequence_length = _whole(gettext_lazy("Tokens per sequence"), high=10**9)
    batch_tokens = _whole(gettext_lazy("Tokens per optimiser step"), high=10**12)
    optimiser_name = _choice(gettext_lazy("Optimiser"), OPTIMISERS)
    optimiser_beta1 = _number(gettext_lazy("Beta 1"), high=1)
    optimiser_beta2 = _number(gettext_lazy("Beta 2"), high=1)
    optimiser_epsilon = _number(gettext_lazy("Epsilon"), high=1)
    optimiser_weight_decay = _number(gettext_lazy("Weight decay"), high=1000)
    optimiser_others_for = forms.CharField(
        label=gettext_lazy("Tensors that another optimiser steps"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One pattern of names per line, such as *.embed_tokens.*"),
    )
    schedule_kind = _choice(gettext_lazy("Learning rate schedule"), SCHEDULES)
    schedule_peak = _number(gettext_lazy("Peak learning rate"), high=1000)
    schedule_warmup_steps = _whole(gettext_lazy("Warm-up steps"), low=0)
    schedule_total_steps = _whole(gettext_lazy("Steps of the whole schedule"))
    schedule_decay_start = _whole(
        gettext_lazy("Step at which the decay begins"),
        low=0,
        help_text=gettext_lazy("For wsd: warm-up, stable, decay."),
    )
    schedule_final = _number(gettext_lazy("Last learning rate"), high=1000)
    clip = _number(gettext_lazy("Gradient norm at which steps are clipped"), high=1e9)
    seed = _whole(gettext_lazy("Seed of the initialisation"), low=0, high=2**64 - 1)
    cards = _whole(gettext_lazy("Cards used at once"), high=10**7)
    started = forms.CharField(
        label=gettext_lazy("Training began"), required=False, max_length=40, help_text=gettext_lazy("As 2026-01-31.")
    )
    ended = forms.CharField(label=gettext_lazy("Training ended"), required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        """A part of the optimiser or of the schedule without its name says nothing that a check can use."""
        cleaned: dict[str, Any] = super().clean() or {}
        for prefix, needed in ((OPTIMISER, "name"), (SCHEDULE, "kind"), (SCHEDULE, "peak")):
            said = any(_is_said(value) for name, value in cleaned.items() if name.startswith(prefix))
            if said and not _is_said(cleaned.get(prefix + needed)) and prefix + needed not in self.errors:
                self.add_error(prefix + needed, _("Say this, or leave the fields beside it empty."))
        return cleaned


class LawForm(forms.Form):
    """How tensors were drawn before the first step."""

    pattern = forms.CharField(label=gettext_lazy("Pattern of names"), max_length=200)
    law = _choice(gettext_lazy("Law"), LAWS, required=True)
    scale = forms.FloatField(
        label=gettext_lazy("Scale of the law"),
        help_text=gettext_lazy("Standard deviation, half the width, or the constant."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class RateForm(forms.Form):
    """Tensors with a learning rate of their own."""

    pattern = forms.CharField(label=gettext_lazy("Pattern of names"), max_length=200)
    factor = forms.FloatField(
        label=gettext_lazy("Times the logged learning rate"),
        min_value=0,
        max_value=1e6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class ComputeForm(forms.Form):
    """Cards of the team itself."""

    card_type = forms.CharField(label=gettext_lazy("Type of card"), max_length=60)
    cards = forms.IntegerField(label=gettext_lazy("Cards"), min_value=1, max_value=10**7)
    starts = forms.CharField(label=gettext_lazy("From"), max_length=40)
    ends = forms.CharField(label=gettext_lazy("Until"), max_length=40)
    gpu_hours = forms.FloatField(label=gettext_lazy("Card-hours used"), min_value=0, max_value=1e12)


class EventForm(forms.Form):
    """What happened on the way."""

    step = forms.IntegerField(label=gettext_lazy("Step"), min_value=0, max_value=2**63 - 1)
    kind = _choice(gettext_lazy("What happened"), EVENTS, required=True)
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=500, required=False)


class TrainingSheet(Sheet):
    """The whole training declaration."""

    main = TrainingForm
    lists = {
        "init": (LawForm, 50),
        "rate_groups": (RateForm, 30),
        "own_compute": (ComputeForm, 20),
        "events": (EventForm, 60),
    }
    file_name = "training-declaration.json"

    def is_valid(self) -> bool:
        """Read it as a file is read, and put what is wrong where it was typed."""
        if not super().is_valid():
            return False
        try:
            self.declaration()
        except DocumentError as error:
            self._blame(error)
            return False
        return True

    def declaration(self) -> Declaration:
        """Return what was typed as the declaration it is."""
        typed = {name: value for name, value in self.form.cleaned_data.items() if _is_said(value)}
        document: dict[str, Any] = {name: typed[name] for name in SCALARS if name in typed}
        for key, prefix in (("optimiser", OPTIMISER), ("schedule", SCHEDULE)):
            if part := {name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)}:
                document[key] = part
        if others := document.get("optimiser", {}).get("others_for"):
            document["optimiser"]["others_for"] = [line.strip() for line in others.splitlines() if line.strip()]
        for name, rows in self.rows.items():
            document[name] = rows.filled
        return declaration_of(document)

    def content(self, *, name: str) -> bytes:
        """Return the declaration as the file that a team would write; the name of the entry is no part of it."""
        return json.dumps(declaration_document(self.declaration()), ensure_ascii=False, indent=1).encode()

    def _blame(self, error: DocumentError) -> None:
        """Translate the sentence where the catalogue has it; a place inside a list is named in the sentence."""
        field = error.where.replace(".", "_")
        known = field in self.form.fields
        self.form.add_error(
            field if known else None, _(error.message) if known else f"{error.where}: {_(error.message)}"
        )


def values_of_training(declaration: Declaration) -> Values:
    """Return a declaration as it would be typed."""
    document = declaration_document(declaration)
    values = {name: str(document[name]) for name in SCALARS if name in document}
    for key, prefix in (("optimiser", OPTIMISER), ("schedule", SCHEDULE)):
        for name, value in document.get(key, {}).items():
            values[prefix + name] = "\n".join(value) if isinstance(value, list) else str(value)
    for name in TrainingSheet.lists:
        rows = [{key: str(value) for key, value in row.items()} for row in document.get(name, [])]
        values = with_rows(values, name, rows)
    return values


def _is_said(value: Any) -> bool:
    return value not in (None, "")
