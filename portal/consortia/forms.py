from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.consortia.actions import InstitutionData

REGISTRATION_NUMBER = r"^[0-9]{3}-?[0-9]{2}-?[0-9]{5}$"
DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]


class InstitutionForm(forms.Form):
    """One institution, told apart from others by its number."""

    institution_name_ko = forms.CharField(label=_("Institution, name in Korean"), max_length=200)
    institution_name_en = forms.CharField(label=_("Institution, name in English"), max_length=200)
    registration_number = forms.RegexField(
        REGISTRATION_NUMBER,
        label=_("Business registration number"),
        help_text=_("Ten digits, such as 123-45-67890."),
        error_messages={"invalid": _("Enter the ten digits of the number, such as 123-45-67890.")},
    )

    def clean_registration_number(self) -> str:
        return str(self.cleaned_data["registration_number"]).replace("-", "")

    @property
    def institution(self) -> InstitutionData:
        data: dict[str, Any] = self.cleaned_data
        return InstitutionData(data["institution_name_ko"], data["institution_name_en"], data["registration_number"])


class RegisterForm(InstitutionForm):
    name_ko = forms.CharField(label=_("Consortium, name in Korean"), max_length=200)
    name_en = forms.CharField(label=_("Consortium, name in English"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name for addresses"),
        max_length=60,
        help_text=_("Lower case letters, digits and hyphens. It cannot be changed later."),
    )

    field_order = ["name_ko", "name_en", "slug", "institution_name_ko", "institution_name_en", "registration_number"]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class InviteForm(InstitutionForm):
    email = forms.EmailField(
        label=_("Email address of its contact"),
        help_text=_("The invitation goes to this address and is open for 14 days."),
    )


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("Name of the token"), max_length=80, help_text=_("Such as the name of the machine that uploads.")
    )
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=30)
