"""What every page with a form does: try the act, say what came of it, and keep what was typed when it is refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.common.transitions import TransitionError
from portal.consortia.errors import ConsortiumError
from portal.programmes.errors import ProgrammeError
from portal.programmes.refusals import refusal_of
from portal.programmes.ruleset import RuleSetError

REFUSALS = (ConsortiumError, ProgrammeError, RuleSetError, TransitionError, PermissionDenied)


def tried(request: HttpRequest, act: Callable[[], object], *, done: str, form: Any = None) -> bool:
    """Carry out the act and say so; a refusal goes to the form, or above the next page."""
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
    return str(refusal_of(refusal)) if isinstance(refusal, RuleSetError) else str(refusal)


def form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form: 422 when the form came back refused, with everything still in it."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)
