"""What every page with a form does: try the act, say what came of it, go on. A refused form stays, with its text, as 422."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from portal.calls.errors import CallError
from portal.common.transitions import TransitionError
from portal.consortia.errors import ConsortiumError
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Call
from portal.review.errors import ReviewError

REFUSALS = (CallError, ReviewError, ConsortiumError, ProgrammeError, TransitionError, PermissionDenied)
UNPROCESSABLE, CONFLICT = 422, 409


def tried(request: HttpRequest, act: Callable[[], object], *, done: str, form: Any = None) -> bool:
    """Carry out the act; a refusal goes to the form, or above the next page, and leaves everything as it was."""
    try:
        act()
    except REFUSALS as refusal:
        if form is None:
            messages.error(request, told(refusal))
        else:
            form.add_error(None, told(refusal))
        return False
    messages.success(request, done)
    return True


def told(refusal: Exception) -> str:
    """The table speaks of states and events; a person gets a sentence."""
    if isinstance(refusal, TransitionError):
        return _("This step is not possible in the present state. The page shows what is.")
    return str(refusal) or _("Your role does not allow this step.")


def replaced(sent: QueryDict, **values: object) -> QueryDict:
    """What was sent, with some hidden fields brought up to date: everything that was typed is kept."""
    copy = sent.copy()
    for name, value in values.items():
        copy[name] = str(value)
    return copy


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 0) -> HttpResponse:
    """A page with a form: 200 when it is read, 422 when what was sent comes back."""
    refused = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, template, context, status=status or refused)


def get_call(pk: int) -> Call:
    rows = Call.objects.select_related("phase__programme", "phase__ruleset__programme", "terms")
    return get_object_or_404(rows, pk=pk)
