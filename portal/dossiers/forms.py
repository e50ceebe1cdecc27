"""Forms of a verification session, one for each act of the officer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.consortia.models import Membership
from portal.dossiers.enums import AttendeeKind, Part
from portal.dossiers.models import AgendaItem, VerificationSession
from portal.dossiers.selectors.people import members_for, officers_for, seats_for
from portal.review.forms import MomentField, long_text
from portal.review.models import PanelSeat

DAYS_TO_CONSENT = 7


class PlanForm(forms.Form):
    subject = forms.CharField(
        label=_("What is verified"),
        max_length=200,
        help_text=_("Public with the record: name what is looked at, not what anybody suspects."),
    )
    purpose = long_text(
        _("Why, and what it is not about"),
        rows=4,
        help_text=_("The team reads it at once, the public with the record."),
    )
    planned_for = MomentField(label=_("Date and time"))
    place = forms.CharField(label=_("Place"), max_length=200)


class RescheduleForm(forms.Form):
    planned_for = MomentField(label=_("Date and time"))
    place = forms.CharField(label=_("Place"), max_length=200)
    reason = long_text(_("Reason"), rows=2)


class CancelForm(forms.Form):
    reason = long_text(_("Reason"), rows=2)


class ItemForm(forms.Form):
    title = forms.CharField(label=_("Item"), max_length=200, help_text=_("Public with the record."))
    minutes = forms.IntegerField(label=_("Minutes set aside"), min_value=1, max_value=600, required=False)


class ShowForm(forms.Form):
    item = forms.ModelChoiceField(label=_("Under which item"), queryset=AgendaItem.objects.none())
    part = forms.ChoiceField(label=_("Evidence"), choices=Part.choices)


class SeatForm(forms.Form):
    seat = forms.ModelChoiceField(label=_("Seat on a panel"), queryset=PanelSeat.objects.none())


class MemberForm(forms.Form):
    membership = forms.ModelChoiceField(label=_("Member of the team"), queryset=Membership.objects.none())


class OfficerForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Person of the office"), queryset=User.objects.none())


class InstitutionForm(forms.Form):
    institution = forms.CharField(label=_("Institution"), max_length=200)
    role = forms.CharField(label=_("Role"), max_length=100, help_text=_("For example: measuring body, observer."))


class HoldForm(forms.Form):
    present = forms.MultipleChoiceField(label=_("Who is there"), widget=forms.CheckboxSelectMultiple)
    consent_days = forms.IntegerField(
        label=_("Days for the team to say what may be published"), min_value=1, max_value=90, initial=DAYS_TO_CONSENT
    )


class AskForm(forms.Form):
    asked_as = forms.ChoiceField(label=_("Asked by"), choices=AttendeeKind.choices, initial=AttendeeKind.PANEL)
    item = forms.ModelChoiceField(
        label=_("Under which item"), queryset=AgendaItem.objects.none(), required=False, empty_label="-"
    )
    text = long_text(_("Question"), rows=3)


class AnswerForm(forms.Form):
    text = long_text(_("Answer"), rows=3)


class MinutesForm(forms.Form):
    text = long_text(_("Paragraph of the minutes"), rows=4)


FORMS: dict[str, type[forms.Form]] = {
    "reschedule": RescheduleForm,
    "cancel": CancelForm,
    "item": ItemForm,
    "show": ShowForm,
    "seat": SeatForm,
    "member": MemberForm,
    "officer": OfficerForm,
    "institution": InstitutionForm,
    "hold": HoldForm,
    "ask": AskForm,
    "minutes": MinutesForm,
}


def form_for(name: str, session: VerificationSession, data: Any = None) -> forms.Form:
    """The form of an act with the choices of this session."""
    form = FORMS[name](data, auto_id=f"{name}_%s", initial=_initial(name, session))
    for field, choices in _choices(name, session).items():
        if field == "present":
            form.fields[field].choices = choices  # type: ignore[attr-defined]
        else:
            form.fields[field].queryset = choices  # type: ignore[attr-defined]
    return form


def _initial(name: str, session: VerificationSession) -> dict[str, Any]:
    return {"planned_for": session.planned_for, "place": session.place} if name == "reschedule" else {}


def _choices(name: str, session: VerificationSession) -> dict[str, Any]:
    if name in ("show", "ask"):
        return {"item": session.agenda.all()}
    if name == "seat":
        taken = session.attendees.filter(seat__isnull=False).values_list("seat", flat=True)
        keys = {seat.pk for seat in seats_for(session)} - set(taken)
        return {"seat": PanelSeat.objects.filter(pk__in=keys).select_related("panel").order_by("panel__name", "code")}
    if name == "member":
        return {"membership": members_for(session).exclude(user__in=session.attendees.values("user"))}
    if name == "officer":
        return {"user": officers_for(session).exclude(pk__in=session.attendees.exclude(user=None).values("user"))}
    if name == "hold":
        return {"present": [(row.pk, attendee_label(row)) for row in session.attendees.select_related("user", "seat")]}
    return {}


def attendee_label(row: Any) -> str:
    """For staff alone: kind, name, institution and role."""
    words = [row.get_kind_display(), str(row.user) if row.user else "", str(row.seat or ""), row.institution, row.role]
    return " · ".join(word for word in words if word)
