"""Who acts, and where the way goes on."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.models import User
from portal.common.acts import tried


def person(request: HttpRequest) -> User:
    """The signed-in user; every view that acts stands behind a rule that refuses anybody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def tried_and_go(request: HttpRequest, act: Callable[[], Any], *, done: str, to: str, **kwargs: Any) -> HttpResponse:
    tried(request, act, done=done)
    return redirect(to, **kwargs)
