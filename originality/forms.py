"""The public question: what does this figure mean?"""

import math

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from originality.evidence.explain import SHARES, Answer, explain, known_kinds

LONGEST = 20


class ExplainForm(forms.Form):
    """A figure as it was read somewhere, and what it was measured on."""

    figure = forms.CharField(
        label=gettext_lazy("Similarity figure"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("As it was published, for example 0.968"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Measured on"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the kinds that unrelated pairs are known for."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = known_kinds()  # type: ignore[attr-defined]

    def clean_figure(self) -> float:
        """Take a plain number; a percentage is told apart, so that nothing is a hundredfold off."""
        text = self.cleaned_data["figure"].strip()
        if text.endswith("%"):
            raise forms.ValidationError(_("Give the figure itself, not a percentage: 96.8 % is 0.968."))
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise forms.ValidationError(_("This is not a number. Write it with digits and a point, such as 0.968."))
        return value

    def clean(self) -> dict[str, object]:
        """Hold the figure to the range of its kind."""
        cleaned: dict[str, object] = super().clean() or {}
        figure, kind = cleaned.get("figure"), cleaned.get("kind")
        least = 0 if kind in SHARES else -1
        if isinstance(figure, float) and kind and not least <= figure <= 1:
            said = _("A figure of this kind lies between %(least)s and 1.") % {"least": least}
            self.add_error("figure", said)
        return cleaned

    def answer(self) -> Answer:
        """Return where the figure lies among unrelated pairs."""
        return explain(self.cleaned_data["figure"], kind=self.cleaned_data["kind"])
