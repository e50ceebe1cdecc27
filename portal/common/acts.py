"""How every page carries out an act: done and told, or refused with what was typed still there."""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.common.refusals import CHANGED_MEANWHILE, Refusal
from portal.common.transitions import TransitionError

REFUSALS = (Refusal, PermissionDenied)
OK, CONFLICT, REFUSED = 200, 409, 422


def tried(request: HttpRequest, act: Callable[[], object], *, done: str, form: Any = None) -> bool:
    """Carry out the act and say so. A refusal goes to the form, or above the next page, and leaves everything as it was."""
    try:
        act()
    except REFUSALS as refusal:
        if form is None:
            messages.error(request, told(refusal))
        else:
            refuse(form, refusal)
        return False
    messages.success(request, done)
    return True


def refuse(form: Any, refusal: Exception) -> None:
    """Put the refusal where the form shows it: at the input it is about, or above all."""
    field = getattr(refusal, "field", "")
    error = ValidationError(told(refusal), code=getattr(refusal, "code", ""))
    form.add_error(field if field in form.fields else None, error)


def status_of(form: Any) -> int:
    """A form that was refused keeps what was typed: 422, or 409 when somebody else saved in between."""
    if not (form.is_bound and form.errors):
        return OK
    return CONFLICT if form.has_error(NON_FIELD_ERRORS, CHANGED_MEANWHILE) else REFUSED


@singledispatch
def told(refusal: Exception) -> str:
    """The refusal in the reader's language; an app registers what its own errors say."""
    return str(refusal) or _("Your role does not allow this step.")


@told.register
def _of_transition(refusal: TransitionError) -> str:
    return _("This step is not possible in the present state. The page shows what is.")
