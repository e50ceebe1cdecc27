"""Names of quantities and numbers in the reader's language."""

import math

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

QUANTITIES = {
    "loss": gettext_lazy("Training loss"),
    "validation_loss": gettext_lazy("Validation loss"),
    "learning_rate": gettext_lazy("Learning rate"),
    "grad_norm": gettext_lazy("Gradient norm"),
    "tokens": gettext_lazy("Tokens seen"),
    "throughput": gettext_lazy("Tokens per second"),
    "memory": gettext_lazy("Memory in use"),
}
TOGETHER = {"loss": "validation_loss", "validation_loss": "loss"}  # drawn on one axis: they have one unit


def quantity_name(quantity: str) -> str:
    return str(QUANTITIES.get(quantity, quantity))


def names_of(quantities: list[str]) -> list[tuple[str, str]]:
    return [(quantity, quantity_name(quantity)) for quantity in quantities]


def whole(number: int) -> str:
    """1234567 → "1,234,567"."""
    return str(number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True))


def figure(value: float) -> str:
    """Five significant digits; "-" for what is no number."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:,.5g}"


def counted(total: int, shown: int) -> str:
    """Say how many of the points are drawn."""
    if shown >= total:
        return _("%(total)s points") % {"total": whole(total)}
    return _("%(shown)s of %(total)s points") % {"total": whole(total), "shown": whole(shown)}


def words_of_chart() -> dict[str, str]:
    """Return what the chart says by itself, with {places} for its numbers."""
    return {
        "at": _("step {x}: {values}"),
        "atTokens": _("after {x} tokens: {values}"),
        "none": _("no value"),
        "shown": _("The window was read anew: {count}."),
        "failed": _("The window could not be read. What was drawn before still stands; try again."),
    }
