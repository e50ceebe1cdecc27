"""What every page with a form does: try the act, say what came of it, go on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.models import User
from portal.common.transitions import TransitionError
from portal.consortia.errors import ConsortiumError
from portal.programmes.errors import ProgrammeError
from portal.review.errors import ReviewError

REFUSALS = (ReviewError, ConsortiumError, ProgrammeError, PermissionDenied, TransitionError)


def person(request: HttpRequest) -> User:
    """The signed-in user; every view that acts stands behind a rule that refuses anybody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def attempt(request: HttpRequest, act: Callable[[], Any], *, done: str) -> bool:
    """Carry out `act`; a refusal becomes a message with its cause and leaves everything as it was."""
    try:
        act()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def attempt_and_go(request: HttpRequest, act: Callable[[], Any], *, done: str, to: str, **kwargs: Any) -> HttpResponse:
    attempt(request, act, done=done)
    return redirect(to, **kwargs)
