"""The component declaration as rows: part, name, origin, licence, training, share, and what it descends from."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.submissions.components import (
    LONGEST_TEXT,
    MOST_PLACES,
    Ancestor,
    Component,
    DeclarationError,
    parse_declaration,
)
from portal.submissions.declaration_forms.sheets import Sheet, Values, with_rows
from portal.submissions.mlbom import Imported, to_mlbom

PARTS = "parts"
MOST_PARTS = 60
DIGEST_AT_END = re.compile(r"^(.*?)[ \t]+([0-9a-fA-F]{64})$")


class PartForm(forms.Form):
    """One part of the model."""

    part = forms.CharField(
        label=gettext_lazy("Part of the model"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("For example: language model, vision encoder, projector."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_TEXT)
    origin = forms.CharField(
        label=gettext_lazy("Origin"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("Your own, or the name of the model that it was taken from."),
    )
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=LONGEST_TEXT, required=False)
    training = forms.ChoiceField(
        label=gettext_lazy("Training"),
        choices=[
            ("", gettext_lazy("Choose")),
            ("from_scratch", gettext_lazy("from scratch")),
            ("trained", gettext_lazy("trained further")),
            ("frozen", gettext_lazy("frozen")),
        ],
    )
    percent = forms.DecimalField(
        label=gettext_lazy("Share of parameters in percent"),
        min_value=0,
        max_value=100,
        max_digits=MOST_PLACES + 1,
        decimal_places=MOST_PLACES - 2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    ancestors = forms.CharField(
        label=gettext_lazy("Descends from"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One model per line; its SHA-256 digest may follow the name."),
    )

    def clean_ancestors(self) -> tuple[Ancestor, ...]:
        """Read a model per line."""
        lines = [line.strip() for line in self.cleaned_data["ancestors"].splitlines() if line.strip()]
        if any(len(line) > LONGEST_TEXT for line in lines):
            raise forms.ValidationError(_("A name has at most %(most)s characters.") % {"most": LONGEST_TEXT})
        return tuple(_ancestor(line) for line in lines)


def _ancestor(line: str) -> Ancestor:
    found = DIGEST_AT_END.match(line)
    return Ancestor(found[1].strip(), found[2].lower()) if found and found[1].strip() else Ancestor(line)


class ComponentSheet(Sheet):
    """All parts of the model, which together are no more than the whole."""

    lists = {PARTS: (PartForm, MOST_PARTS)}
    file_name = "components.cdx.json"

    def is_valid(self) -> bool:
        """Ask for a part, and that the shares fit into one model."""
        if not super().is_valid():
            return False
        filled = self.rows[PARTS].filled
        if not filled:
            self.form.add_error(None, _("List at least one part of the model."))
        elif (total := sum(row["percent"] for row in filled)) > 100:
            message = _("The shares add up to %(total)s percent, more than the whole model.")
            self.form.add_error(None, message % {"total": total.normalize()})
        else:
            self._read_back()
        return not self.form.errors

    def _read_back(self) -> None:
        """Ask the reader of files, which knows characters that no input refuses."""
        try:
            self.content(name="")
        except DeclarationError as error:
            self.form.add_error(None, str(error))

    def content(self, *, name: str) -> bytes:
        """Return the declaration as CycloneDX, read back as a file would be."""
        parts = [_component(row) for row in self.rows[PARTS].filled]
        content = to_mlbom(parts, name=name)
        parse_declaration(content)
        return content


def _component(row: dict[str, Any]) -> Component:
    return Component(
        part=row["part"],
        name=row["name"],
        origin=row["origin"],
        licence=row["licence"],
        training=row["training"],
        share_of_parameters=Decimal(row["percent"]).scaleb(-2),
        ancestors=row["ancestors"],
    )


def values_of_parts(parts: Sequence[Component]) -> Values:
    """Return a declaration as it would be typed."""
    rows = [
        {
            "part": part.part,
            "name": part.name,
            "origin": part.origin,
            "licence": part.licence,
            "training": part.training,
            "percent": format(part.share_of_parameters.scaleb(2).normalize(), "f"),
            "ancestors": "\n".join(f"{row.name} {row.digest}".strip() for row in part.ancestors),
        }
        for part in parts
    ]
    return with_rows({}, PARTS, rows)


def values_of_import(found: Imported) -> Values:
    """Return the rows of a document of another tool; a share that is no number is left to be typed."""
    return with_rows({}, PARTS, [{**row, "percent": _percent(row["share"])} for row in found.rows])


def _percent(share: str) -> str:
    plain = re.fullmatch(r"[01](?:\.\d{1,20})?", share)
    return format((Decimal(share) * 100).normalize(), "f") if plain else ""
