"""How every page of this app carries out an act: done and told, or refused with what was typed still there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.common.transitions import TransitionError
from portal.programmes.errors import ChangedMeanwhile, ProgrammeError
from portal.programmes.refusals import refusal_of
from portal.programmes.ruleset import RuleSetError

REFUSALS = (ProgrammeError, RuleSetError, TransitionError, PermissionDenied)
OK, CONFLICT, REFUSED = 200, 409, 422


def tried(request: HttpRequest, act: Callable[[], object], *, done: str, form: forms.Form | None = None) -> int | None:
    """Carry out the act and say so: None. A refusal goes to the form, or above the next page: the status of the answer."""
    try:
        act()
    except REFUSALS as refusal:
        if form is None:
            messages.error(request, told(refusal))
        else:
            field = getattr(refusal, "field", "") or None
            form.add_error(field if field in form.fields else None, told(refusal))
        return CONFLICT if isinstance(refusal, ChangedMeanwhile) else REFUSED
    messages.success(request, done)
    return None


def status_of(form: forms.Form) -> int:
    """A form that was refused answers 422, and keeps what was typed."""
    return REFUSED if form.is_bound and form.errors else OK


def told(refusal: Exception) -> str:
    """The table and the roles speak of states and events; a person gets a sentence."""
    if isinstance(refusal, TransitionError):
        return _("This step is not possible in the present state. The page shows what is.")
    if isinstance(refusal, PermissionDenied):
        return _("Your role does not allow this step.")
    return str(refusal_of(refusal)) if isinstance(refusal, RuleSetError) else str(refusal)


def initial_or_posted(request: HttpRequest, form: Any, **kwargs: Any) -> Any:
    return form(request.POST, request.FILES, **kwargs) if request.method == "POST" else form(**kwargs)
