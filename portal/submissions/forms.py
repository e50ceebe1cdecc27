from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.artifacts.models import Upload
from portal.common.time import kst
from portal.consortia.models import Consortium
from portal.submissions.enums import STEPPED_ROLES, Role
from portal.submissions.selectors import RECEIPT_LIMIT, Finding, LooseUpload, NotAReceipt, check_number, check_text

HEX = RegexValidator(r"\A[0-9a-f]{64}\Z", _("A digest has 64 characters: digits and the letters a to f."))

LARGEST = 2**63 - 1  # what a column of the database holds


class SubmitForm(forms.Form):
    """The last step: what the team confirms when it hands in."""

    complete = forms.BooleanField(label=_("The files listed above are complete and are ours to hand in."))
    truthful = forms.BooleanField(
        label=_(
            "The component declaration is true. We know that undeclared reuse is shown to the panel, with our answer."
        )
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Kept with the record; the receipt stays readable."),
    )


class ItemForm(forms.Form):
    """What an upload is in the draft; step and tokens belong to checkpoints."""

    upload = forms.ChoiceField(label=_("Upload"))
    role = forms.ChoiceField(label=_("What it is"), choices=[("", "---"), *Role.choices])
    step = forms.IntegerField(label=_("Step"), min_value=0, max_value=LARGEST, required=False)
    tokens = forms.IntegerField(label=_("Training tokens"), min_value=0, max_value=LARGEST, required=False)

    def __init__(self, *args: Any, loose: Iterable[LooseUpload], **kwargs: Any) -> None:
        """Offer the uploads that are in no submission yet."""
        super().__init__(*args, **kwargs)
        choices = [(str(row.upload.pk), _named(row)) for row in loose]
        self.fields["upload"].choices = choices  # type: ignore[attr-defined]

    def clean_step(self) -> int | None:
        """Ask for the step where the part has one."""
        step: int | None = self.cleaned_data["step"]
        if step is None and self.cleaned_data.get("role") in STEPPED_ROLES:
            raise forms.ValidationError(_("An initial or intermediate checkpoint needs its step."))
        return step


def _named(row: LooseUpload) -> str:
    """Tell uploads apart by what people gave them, when, and how large they are."""
    words = (row.upload.label or row.short, kst(row.upload.declared_at), filesizeformat(row.total))
    return " · ".join(words)


class SelfCheckForm(forms.Form):
    """Which checkpoint the team looks at before it hands in."""

    upload = forms.ChoiceField(
        label=_("Checkpoint to look at"), help_text=_("An upload of your own whose files are all here.")
    )

    def __init__(self, *args: Any, uploads: Iterable[Upload], **kwargs: Any) -> None:
        """Offer the uploads with weights."""
        super().__init__(*args, **kwargs)
        self.uploads = {str(row.pk): row for row in uploads}
        choices = [(key, f"{row.label or key[:8]} · {kst(row.declared_at)}") for key, row in self.uploads.items()]
        self.fields["upload"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> Upload:
        """Return the upload that was chosen."""
        return self.uploads[self.cleaned_data["upload"]]


class LimitForm(forms.Form):
    """The room of one consortium; an empty limit goes back to the one for all."""

    consortium = forms.ModelChoiceField(label=_("Consortium"), queryset=Consortium.objects.all())
    gibibytes = forms.IntegerField(
        label=_("Limit in GiB"),
        min_value=0,
        max_value=1 << 20,
        required=False,
        help_text=_("Empty: the limit that holds for all."),
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def limit_in_bytes(self) -> int | None:
        """Return the limit in bytes; None is the one for all."""
        gibibytes: int | None = self.cleaned_data["gibibytes"]
        return None if gibibytes is None else gibibytes << 30


class NumberForm(forms.Form):
    """Number and digest as a printed receipt gives them; the digest may be typed in two lines."""

    number = forms.CharField(label=_("Number of the receipt"), max_length=32)
    digest = forms.CharField(
        label=_("Digest of the receipt"), max_length=80, help_text=_("64 characters, as printed on the receipt.")
    )

    def clean_digest(self) -> str:
        """Take it as it was typed from paper: capitals and blanks do not matter."""
        digest = "".join(self.cleaned_data["digest"].lower().split())
        HEX(digest)
        return digest

    def finding(self) -> Finding:
        """Answer for the number and the digest that were entered."""
        return check_number(self.cleaned_data["number"].strip(), self.cleaned_data["digest"])


class ReceiptFileForm(forms.Form):
    """The JSON file of a receipt: chosen, dropped on the field, or its text pasted."""

    file = forms.FileField(
        label=_("File of the receipt (JSON)"), required=False, help_text=_("Choose it or drop it here.")
    )
    text = forms.CharField(
        label=_("Or the text of the file"), required=False, strip=True, widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean(self) -> dict[str, object]:
        """Read the receipt where there is one, and keep what was found."""
        cleaned: dict[str, object] = super().clean() or {}
        file, text = cleaned.get("file"), str(cleaned.get("text") or "")
        if not file and not text:
            raise forms.ValidationError(_("Choose the file of a receipt or paste its text."))
        if file and file.size > RECEIPT_LIMIT:  # type: ignore[attr-defined]
            raise forms.ValidationError(_("This file is too large to be a receipt."))
        content = file.read() if file else text.encode()  # type: ignore[attr-defined]
        try:
            cleaned["finding"] = check_text(content)
        except NotAReceipt as error:
            message = _("This is not the file of a receipt. Take the JSON file that the receipt's page hands over.")
            raise forms.ValidationError(message) from error
        return cleaned

    def finding(self) -> Finding:
        """Answer for the file that was given."""
        found: Finding = self.cleaned_data["finding"]
        return found


class RunReasonForm(forms.Form):
    """Why a run is repeated or set aside: the team and the panel read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The team and the panel read it."),
    )
