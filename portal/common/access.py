"""Default deny at the door of every view: a rule decides before the view runs.

A rule is a pure function of the viewer and the URL's arguments. It lives in its app's
`policies.py`; a test walks the URLconf and fails on a view that carries none.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, cast

from allauth.account import app_settings as account_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission

from portal.common.viewer import Viewer, viewer_of


@dataclass(frozen=True)
class Verdict:
    """`exists=False` answers 404 and so hides that the thing is there; `reason` is shown on the 403 page."""

    allowed: bool
    reason: str = ""
    exists: bool = True


ALLOWED = Verdict(allowed=True)
UNKNOWN = Verdict(allowed=False, exists=False)

Rule = Callable[..., Verdict]
View = Callable[..., HttpResponseBase]


class ViewerRequest(HttpRequest):
    """A request that has passed `@access`; for annotations."""

    viewer: Viewer


class GuardedView(Protocol):
    access_rule: Rule
    step_up: bool

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase: ...


def anyone(viewer: Viewer, **kwargs: Any) -> Verdict:
    return ALLOWED


def signed_in(viewer: Viewer, **kwargs: Any) -> Verdict:
    return Verdict(allowed=not viewer.is_anonymous, reason=_("Sign in to see this page."))


def role(*names: str) -> Rule:
    """The rule that asks for one of the global roles."""

    def has_role(viewer: Viewer, **kwargs: Any) -> Verdict:
        return Verdict(allowed=viewer.has_role(*names), reason=_("Your account does not have the role for this page."))

    return has_role


def access(rule: Rule) -> Callable[[View], GuardedView]:
    """Guard a function view: sets `request.viewer`, answers 404, sign-in or 403 as the rule's verdict says."""

    def guard(view: View) -> GuardedView:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            viewer = viewer_of(request)
            refusal = _refusal(request, viewer, rule(viewer, **kwargs))
            if refusal is not None:
                return refusal
            request.viewer = viewer  # type: ignore[attr-defined]
            return view(request, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        guarded.step_up = getattr(view, "step_up", False)  # type: ignore[attr-defined]
        return cast("GuardedView", guarded)

    return guard


def _refusal(request: HttpRequest, viewer: Viewer, verdict: Verdict) -> HttpResponseBase | None:
    if not verdict.exists:
        raise Http404
    if verdict.allowed:
        return None
    if viewer.is_anonymous:
        return redirect_to_login(request.get_full_path())
    return render(request, "403.html", {"reason": verdict.reason}, status=403)


def step_up(view: View) -> View:
    """Ask again for the password, and for the one-time code where the person has one, unless both are recent.

    For signing, deciding and releasing. Put it below `@access`. A POST is kept and carried out after the proof.
    """

    @wraps(view)
    def proved(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        missing = missing_proof(request)
        if missing is not None:
            return suspend_request(request, redirect_to=reverse(missing))
        return view(request, **kwargs)

    proved.step_up = True  # type: ignore[attr-defined]
    return proved


def step_up_to_act(view: View) -> View:
    """Step-up for a page that is read by GET and acted on by POST: reading asks for nothing."""
    proved = step_up(view)

    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return proved(request, **kwargs) if request.method == "POST" else view(request, **kwargs)

    page.step_up = True  # type: ignore[attr-defined]
    return page


def missing_proof(request: HttpRequest) -> str | None:
    """The name of the page that asks for what is not recent, or None."""
    since = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
    recent = {row["method"] for row in get_authentication_records(request, request.user) if row["at"] > since}
    if "password" not in recent:
        return "account_reauthenticate"
    if "mfa" not in recent and is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        return "mfa_reauthenticate"
    return None


def token_scope(scope: str) -> Callable[[View], GuardedView]:
    """Guard an API view by the scope of its token; put it outermost, above `@api_view` or around `as_view()`.

    The token is known only inside the view's dispatch, so the check is made there, as its only permission.
    """

    def has_scope(viewer: Viewer, **kwargs: Any) -> Verdict:
        return Verdict(allowed=not viewer.is_anonymous, reason=_("This address needs a token."))

    class TokenHasScope(BasePermission):
        message = f"This token does not carry the scope {scope!r}."
        code = "scope_missing"

        def has_permission(self, request: Any, view: Any) -> bool:
            if request.auth is None:
                raise NotAuthenticated("This address needs a token.")
            return scope in request.auth.scopes

    def guard(view: Any) -> GuardedView:
        view.cls.permission_classes = [TokenHasScope]
        view.access_rule = has_scope
        view.step_up = False
        return cast("GuardedView", view)

    return guard
