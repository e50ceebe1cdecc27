"""Privileged people set up their second factor before they see anything else."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from portal.accounts.enums import SECOND_FACTOR_ROLES

SEEN = "second_factor_seen"  # session key; holds because nobody who needs the factor can remove it
PAGES_WITHOUT = frozenset(
    {"mfa_activate_totp", "account_logout", "account_reauthenticate", "mfa_reauthenticate", "account_inactive"}
)


class SecondFactorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if lacks_second_factor(request) and not _reachable_without(request.path_info):
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def lacks_second_factor(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or request.session.get(SEEN) == user.pk:
        return False
    if SECOND_FACTOR_ROLES.isdisjoint(user.role_names()):
        return False
    if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        return True
    request.session[SEEN] = user.pk
    return False


def _reachable_without(path: str) -> bool:
    if path.startswith(settings.STATIC_URL):
        return True
    try:
        return resolve(path).url_name in PAGES_WITHOUT
    except Resolver404:
        return False
