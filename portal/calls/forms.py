"""Forms of calls: what applicants write, and the plain acts of the secretariat."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.artifacts.models import Bundle
from portal.calls.actions import Content
from portal.calls.models import Application, CallInvitation
from portal.calls.selectors.applications import bar_to_applying, earlier_decisions, managed_by
from portal.calls.selectors.calls import requirements_of
from portal.common.viewer import Viewer
from portal.consortia.models import Consortium
from portal.programmes.models import Call
from portal.review.forms import MomentField
from portal.review.models import Decision

PLAN_LIMIT = 40_000  # characters


def text_field(label: Any, *, rows: int = 4, required: bool = True, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=area, required=required, help_text=help_text, max_length=PLAN_LIMIT)


class NeededLater(forms.Field):
    """Needed when the application is handed in, yet saved empty before: its label does not say that it is optional."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class LaterText(NeededLater, forms.CharField):
    pass


class LaterChoices(NeededLater, forms.TypedMultipleChoiceField):
    pass


class ReasonForm(forms.Form):
    reason = text_field(_("Reason"), rows=3, help_text=_("It goes into the record."))


class CloseForm(forms.Form):
    """Closing at the deadline needs no reason, closing before it does: the act itself says so."""

    reason = text_field(
        _("Reason"), rows=3, required=False, help_text=_("Needed to close before the announced deadline.")
    )


class DeadlineForm(ReasonForm):
    closes_at = MomentField(label=_("New deadline (KST)"), help_text=_("It applies to every applicant."))

    field_order = ["closes_at", "reason"]


class InviteForm(forms.Form):
    consortium = forms.ModelChoiceField(label=_("Consortium"), queryset=Consortium.objects.none())

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invited = CallInvitation.objects.filter(call=call).values("consortium")
        self.fields["consortium"].queryset = Consortium.objects.exclude(pk__in=invited)  # type: ignore[attr-defined]


class ApplyForm(forms.Form):
    """The consortia that the viewer manages; the act says why one of them cannot apply."""

    consortium = forms.ModelChoiceField(label=_("Consortium"), queryset=Consortium.objects.none(), empty_label=None)

    def __init__(self, *args: Any, viewer: Viewer, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = managed_by(viewer)
        free = [row.pk for row in mine if not bar_to_applying(row, call)]
        self.fields["consortium"].queryset = mine.filter(pk__in=free)  # type: ignore[attr-defined]


class _ByDecision(NeededLater, forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        decision: Decision = obj
        return f"{decision.phase.name} · {decision.get_outcome_display()} · {decision.public_rationale[:60]}"


class _ByBundle(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        bundle: Bundle = obj
        return f"{bundle.file_list()[0]['path']} ({len(bundle.file_list())}) · {bundle.digest[:16]}"


class ApplicationForm(forms.Form):
    """What an application says. Half of it may be saved; handing in asks for the whole."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    plan = LaterText(
        label=_("Development plan"),
        widget=forms.Textarea(attrs={"rows": 16}),
        max_length=PLAN_LIMIT,
        help_text=_("What you will build until when, with which data, computing power and people. 40,000 characters."),
    )
    plan_bundle = _ByBundle(
        label=_("Files of the plan"),
        queryset=Bundle.objects.none(),
        required=False,
        help_text=_("Uploaded before with portal-upload push. They are kept with the application."),
    )
    earlier_decision = _ByDecision(label=_("Earlier decision that you answer to"), queryset=Decision.objects.none())
    answer = LaterText(
        label=_("Answer to the ground of the earlier decision"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=PLAN_LIMIT,
        help_text=_("What has changed since, and how that can be seen."),
    )
    confirmed = LaterChoices(label=_("Eligibility list"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consortium, call = application.consortium, application.call
        earlier = earlier_decisions(consortium, call.phase.programme)
        if earlier.exists():
            self.fields["earlier_decision"].queryset = earlier  # type: ignore[attr-defined]
        else:
            del self.fields["earlier_decision"], self.fields["answer"]
        bundles = Bundle.objects.filter(owner=consortium.account_key)
        if bundles.exists():
            self.fields["plan_bundle"].queryset = bundles  # type: ignore[attr-defined]
        else:
            del self.fields["plan_bundle"]
        lines = [(row.number, row.text) for row in requirements_of(call)]
        if lines:
            self.fields["confirmed"].choices = lines  # type: ignore[attr-defined]
        else:
            del self.fields["confirmed"]

    @staticmethod
    def initial_of(application: Application) -> dict[str, Any]:
        names = ("revision", "plan", "answer", "earlier_decision", "plan_bundle", "confirmed")
        return {name: getattr(application, name) for name in names}

    @property
    def content(self) -> Content:
        data = self.cleaned_data
        return Content(
            plan=data["plan"],
            answer=data.get("answer", ""),
            earlier_decision=data.get("earlier_decision"),
            plan_bundle=data.get("plan_bundle"),
            confirmed=tuple(data.get("confirmed", ())),
        )


class HandInForm(forms.Form):
    """What the manager confirms when the application is handed in."""

    truthful = forms.BooleanField(label=_("What the application says is true, and we may speak for its members."))


class ConsentForm(forms.Form):
    """The answer is bound to the text that was shown."""

    content_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    answer = forms.ChoiceField(
        label=_("Answer of the institution"),
        choices=[("give", _("We consent to this application")), ("refuse", _("We do not consent"))],
        widget=forms.RadioSelect,
    )
    note = text_field(_("Reason"), rows=3, required=False, help_text=_("Needed when you do not consent."))

    @property
    def gives(self) -> bool:
        return bool(self.cleaned_data["answer"] == "give")


class DeclineForm(forms.Form):
    reason = text_field(_("Reason"), rows=3, required=False, help_text=_("The programme's staff read it."))
