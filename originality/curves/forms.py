"""Which window of which series is asked for, and which name of the log stands for which quantity."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from originality.curves.document import POINTS
from originality.curves.words import QUANTITIES, names_of, quantity_name

FARTHEST = 2**63 - 1  # steps are stored in 64 bits
LONGEST_TAG = 500  # characters of a name in a log


class WindowForm(forms.Form):
    """All of it stands in the address, so that a view of a curve can be linked and works without script."""

    quantity = forms.ChoiceField(label=gettext_lazy("Series"), required=False)
    first = forms.IntegerField(
        label=gettext_lazy("From step"), required=False, min_value=-FARTHEST, max_value=FARTHEST, localize=False
    )
    last = forms.IntegerField(
        label=gettext_lazy("To step"), required=False, min_value=-FARTHEST, max_value=FARTHEST, localize=False
    )
    log = forms.BooleanField(label=gettext_lazy("Logarithmic"), required=False)
    x = forms.ChoiceField(required=False, choices=[("", ""), ("step", "step"), ("tokens", "tokens")])
    points = forms.IntegerField(required=False, min_value=2, max_value=POINTS)

    def __init__(self, data: Any, *, quantities: list[str]) -> None:
        super().__init__(data)
        self.fields["quantity"].choices = [("", ""), *names_of(quantities)]  # type: ignore[attr-defined]
        self.quantities = quantities

    def clean(self) -> dict[str, Any]:
        """Hold the first step before the last."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is not None and last is not None and first > last:
            self.add_error("last", _("The last step lies before the first. Give them in order."))
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """Return what was asked for; what is missing or was refused is that of the whole first series."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        whole = {
            "quantity": self.quantities[0],
            "first": None,
            "last": None,
            "log": False,
            "x": "step",
            "points": POINTS,
        }
        return {**whole, **given}

    def window(self) -> dict[str, Any]:
        wanted = self.wanted()
        return {name: wanted[name] for name in ("quantity", "first", "last", "points")} | {"axis": wanted["x"]}


class NamesForm(forms.Form):
    """Which name of the log stands for which quantity. All of them at once: what is left empty is not in the log."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody who sees the curves reads this beside the correction."),
    )

    def __init__(self, data: Any = None, *, tags: list[str], used: dict[str, str]) -> None:
        super().__init__(data)
        self.tags, self.used = tags, used
        for quantity, label in QUANTITIES.items():
            self.fields[quantity] = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_TAG,
                strip=False,
                initial=used.get(quantity, ""),
                widget=forms.TextInput(attrs={"list": "log-names", "autocomplete": "off"}),
            )
        self.order_fields([*QUANTITIES, "reason"])

    def clean(self) -> dict[str, Any]:
        """Take only names that the log has, each for one quantity, and at least one change."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for quantity in QUANTITIES:
            tag = cleaned.get(quantity, "")
            if tag and tag not in self.tags:
                self.add_error(quantity, _("The log has no series of this name. Choose one of the list."))
            elif tag and tag in taken:
                said = _("This name already stands for: %(quantity)s.") % {"quantity": quantity_name(taken[tag])}
                self.add_error(quantity, said)
            taken[tag] = quantity
        if not self.errors and self.mapping() == {name: self.used.get(name, "") for name in QUANTITIES}:
            raise forms.ValidationError(_("Nothing was changed. The names stand as they are."))
        return cleaned

    def mapping(self) -> dict[str, str]:
        return {quantity: self.cleaned_data.get(quantity, "") for quantity in QUANTITIES}
