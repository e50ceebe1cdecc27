from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actions import AccountError, accept_invitation, revoke_token
from portal.accounts.enums import SECOND_FACTOR_ROLES, Role
from portal.accounts.forms import AcceptInvitationForm
from portal.accounts.models import ApiToken, Invitation, User
from portal.accounts.policies import holder_of_invitation, own_token
from portal.accounts.purposes import origin_of
from portal.accounts.selectors import invitation_by_token, tokens_of
from portal.common.access import access, signed_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


@access(signed_in)
def me(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    names = user.role_names()
    context = {
        "roles": [Role(name).label for name in sorted(names)],
        "second_factor": is_mfa_enabled(user),
        "second_factor_required": not SECOND_FACTOR_ROLES.isdisjoint(names),
        "tokens": tokens_of(user),
    }
    return render(request, "accounts/me.html", context)


@access(signed_in)
@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """Any request starts the idle time anew; this one does nothing else."""
    return HttpResponse(status=204)


@access(own_token)
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    user = cast("User", request.user)
    revoke_token(ApiToken.objects.get(pk=token_id), actor=user.actor)
    messages.success(request, _("The token no longer works."))
    return redirect("accounts:me")


@access(holder_of_invitation)
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody new chooses name and password; somebody known signs in first and then only confirms."""
    invited = cast("Invitation", invitation_by_token(token))
    if request.user.is_authenticated:
        return _accept_as_known(request, token, invited)
    form = AcceptInvitationForm(request.POST or None, email=invited.email)
    if request.method == "POST" and form.is_valid():
        try:
            return _accept_as_new(request, token, form)
        except AccountError as error:
            form.add_error(None, str(error))
    return _page(request, invited, form)


def _accept_as_new(request: HttpRequest, token: str, form: AcceptInvitationForm) -> HttpResponse:
    data = form.cleaned_data
    _invitation, user = accept_invitation(token, name=data["name"], password=data["password"])
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="password", email=user.email)
    messages.success(request, _("Your account is ready."))
    return redirect("accounts:me")


def _accept_as_known(request: HttpRequest, token: str, invited: Invitation) -> HttpResponse:
    if request.method == "POST":
        try:
            accept_invitation(token, user=cast("User", request.user))
        except AccountError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The invitation is accepted."))
            return redirect("accounts:me")
    return _page(request, invited, None)


def _page(request: HttpRequest, invited: Invitation, form: AcceptInvitationForm | None) -> HttpResponse:
    known = User.objects.filter(email=invited.email).exists()
    context = {
        "invitation": invited,
        "origin": origin_of(invited),
        "role": Role(invited.role).label,
        "form": form,
        "known": known,
    }
    return render(request, "accounts/invitation.html", context)
