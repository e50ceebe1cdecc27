from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.represented import Represented
from portal.accounts.tokens import CODE_LENGTH, typed_code

DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]


class SignInForm(LoginForm):
    """allauth's, without the placeholders that repeat the labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AcceptInvitationForm(forms.Form):
    """Name and password of somebody new; the address is the invitation's and cannot be chosen."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As it shall stand beside your comments and signatures.")
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )
    repeated = forms.CharField(
        label=_("Password, once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password")
        if password and data.get("repeated") not in (None, password):
            self.add_error("repeated", _("The two passwords differ."))
        if password:
            try:
                validate_password(password, User(email=self.email, name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Eight letters that the program shows, such as BCDF-GHJK."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if len(code) != CODE_LENGTH:
            raise ValidationError(_("A code has eight letters. Compare it with what the program shows."))
        return code


class DeviceForm(forms.Form):
    """For which team, and for how long; a team may have been chosen already where there is only one."""

    account_key = forms.ChoiceField(label=_("Team"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=30)

    def __init__(self, *args: Any, accounts: list[Represented], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account_key"]
        field.choices = [(account.key, account.name) for account in accounts]  # type: ignore[attr-defined]
        if len(accounts) == 1:
            field.initial = accounts[0].key
