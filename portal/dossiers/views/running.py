"""The acts of the officer's page by the name that its forms and buttons send."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.common.posted import number_in, text_in
from portal.common.viewer import Viewer
from portal.dossiers import actions
from portal.dossiers.enums import AttendeeKind, Part
from portal.dossiers.models import AgendaItem, Attendee, Exhibit, SessionQuestion, VerificationSession

Act = tuple[Callable[[], object], str]


def act_of(name: str, row: VerificationSession, data: dict[str, Any], by: Viewer) -> Act:
    """The act behind a valid form, and what is said when it is done."""
    return _PLANNING[name](row, data, by) if name in _PLANNING else _ATTENDING[name](row, data, by)


def _show(row: VerificationSession, data: dict[str, Any], by: Viewer) -> Act:
    act = partial(actions.show_part, data["item"], part=Part(data["part"]), by=by)
    return act, _("The evidence is on the agenda, as it stands now.")


def _hold(row: VerificationSession, data: dict[str, Any], by: Viewer) -> Act:
    present = {int(key) for key in data["present"]}
    act = partial(actions.hold_session, row, present=present, consent_days=data["consent_days"], by=by)
    return act, _("The session has begun. The agenda stands as it is.")


def _ask(row: VerificationSession, data: dict[str, Any], by: Viewer) -> Act:
    asked_as = AttendeeKind(data["asked_as"])
    act = partial(actions.ask_in_session, row, text=data["text"], asked_as=asked_as, item=data["item"], by=by)
    return act, _("The question is recorded.")


_PLANNING: dict[str, Callable[[VerificationSession, dict[str, Any], Viewer], Act]] = {
    "reschedule": lambda row, data, by: (
        partial(actions.reschedule_session, row, by=by, **data),
        _("The session is at another time or place; everybody was told."),
    ),
    "cancel": lambda row, data, by: (
        partial(actions.cancel_session, row, by=by, **data),
        _("The session is called off; everybody was told."),
    ),
    "item": lambda row, data, by: (partial(actions.add_item, row, by=by, **data), _("The item is on the agenda.")),
    "show": _show,
    "hold": _hold,
    "ask": _ask,
    "minutes": lambda row, data, by: (
        partial(actions.write_minutes, row, by=by, **data),
        _("The paragraph is in the minutes."),
    ),
}
_INVITING: dict[str, Callable[..., object]] = {
    "seat": actions.invite_seat,
    "member": actions.invite_member,
    "officer": actions.invite_officer,
    "institution": actions.invite_institution,
}
_ATTENDING: dict[str, Callable[[VerificationSession, dict[str, Any], Viewer], Act]] = {
    name: lambda row, data, by, invite=invite: (partial(invite, row, by=by, **data), _("Added to who attends."))  # type: ignore[misc]
    for name, invite in _INVITING.items()
}


def pressed(
    name: str, row: VerificationSession, post: QueryDict, by: Viewer
) -> tuple[Callable[[], object] | None, str]:
    """The act of a button on one row of this session; None when the row is gone or the button is of an old page."""
    key = number_in(post, "key", default=0)
    if name == "answer":
        question = SessionQuestion.objects.filter(session=row, pk=key).first()
        text = text_in(post, "text")
        act = partial(actions.answer_in_session, question, text=text, by=by) if question else None
        return act, _("The answer is recorded.")
    models: dict[str, tuple[Any, Callable[..., object], str]] = {
        "remove_item": (AgendaItem, actions.remove_item, _("The item is off the agenda.")),
        "up": (AgendaItem, actions.move_item_up, _("The item comes earlier now.")),
        "withdraw": (Exhibit, actions.withdraw_exhibit, _("The evidence is off the agenda.")),
        "strike": (Attendee, actions.strike_attendee, _("Taken off the list of who attends.")),
    }
    if name not in models:
        return None, ""
    model, action, done = models[name]
    found = model.objects.select_related("session").filter(session=row, pk=key).first()
    return (partial(action, found, by=by) if found else None), done
