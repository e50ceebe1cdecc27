from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.common.access import access, anyone, signed_in


@access(signed_in)
def me(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/me.html")


@access(signed_in)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    return render(request, "accounts/me.html")


@access(anyone)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "accounts/me.html")
