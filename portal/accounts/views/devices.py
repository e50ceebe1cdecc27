"""The pages on which a person signs a program in: type the code it shows, see what it asks for, decide."""

from functools import partial
from typing import cast

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts import actions
from portal.accounts.enums import Scope
from portal.accounts.errors import DeviceRefused
from portal.accounts.forms import CodeForm, DeviceForm
from portal.accounts.models import DeviceGrant, User
from portal.accounts.policies import decides_device
from portal.accounts.represented import represented_by
from portal.common.access import access, signed_in, step_up_to_act
from portal.common.acts import refuse, status_of, tried


@access(signed_in)
@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The program's link fills the code in; the person still compares it and goes on by a button."""
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:20]})
    if request.method == "POST":
        if not ratelimit.consume(request, action="device_code", user=request.user):
            return ratelimit.respond_429(request)
        if form.is_valid():
            try:
                grant = actions.claim_device(form.cleaned_data["code"], user=cast("User", request.user))
                return redirect("device:decision", grant=grant.pk)
            except DeviceRefused as refusal:
                refuse(form, refusal)
    return render(request, "accounts/device.html", {"form": form}, status=status_of(form))


@access(decides_device)
@never_cache
@require_http_methods(["GET", "POST"])
@step_up_to_act
def decide_device(request: HttpRequest, grant: int) -> HttpResponse:
    user = cast("User", request.user)
    found = get_object_or_404(DeviceGrant, pk=grant)
    accounts = represented_by(user)
    if request.POST.get("act") == "deny":
        tried(request, partial(actions.deny_device, found, user=user), done=_("The program was not signed in."))
        return redirect("device:code")
    form = DeviceForm(request.POST or None, accounts=accounts)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.approve_device, found, user=user, **form.cleaned_data)
        if tried(request, act, form=form, done=_("Approved. The program is signed in within a few seconds.")):
            return redirect("accounts:me")
    scopes = [Scope(name).label for name in found.scope_names.split()]
    context = {"grant": found, "form": form, "accounts": accounts, "scopes": scopes}
    return render(request, "accounts/device_decision.html", context, status=status_of(form))
