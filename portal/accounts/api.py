"""Sign-in of programs over HTTP: RFC 8628 in its two calls, and what a token says of itself.

Errors carry the names of the RFC in `error`, beside the shape of every error of this API.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from django.urls import reverse
from django.utils import timezone
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts import actions
from portal.accounts.errors import DeviceRefused
from portal.accounts.models import ApiToken
from portal.accounts.represented import represented_by
from portal.artifacts.selectors import limit_of, used_bytes
from portal.common.api import ApiError
from portal.common.formats.foreign_text import is_clean

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
LABEL_LENGTH = 80
NOT_KEPT = {"Cache-Control": "no-store"}


class DeviceView(APIView):
    """Open to everybody: who asks has no token yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_api_error(exc) if isinstance(exc, DeviceRefused) else exc)


class DeviceStart(DeviceView):
    def post(self, request: Request) -> Response:
        label = _text(request, "client_name")[:LABEL_LENGTH]
        address = get_adapter().get_client_ip(request._request)  # noqa: SLF001 - allauth knows Django's requests
        scopes = (_text(request, "scope") or "upload").split()
        grant, secret = actions.start_device(scopes=scopes, label=label, address=address)
        page = request.build_absolute_uri(reverse("device:code"))
        answer = {
            "device_code": secret,
            "user_code": grant.shown_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?code={grant.shown_code}",
            "expires_in": int((grant.expires_at - grant.created_at).total_seconds()),
            "interval": grant.interval,
        }
        return Response(answer, headers=NOT_KEPT)


class DeviceToken(DeviceView):
    def post(self, request: Request) -> Response:
        if _text(request, "grant_type") != GRANT_TYPE:
            raise DeviceRefused("unsupported_grant_type", "Unknown grant type.", hint=f"Send {GRANT_TYPE}.")
        token, secret = actions.redeem_device(_text(request, "device_code"))
        answer = {"access_token": secret, "token_type": "Bearer", **_description(token)}
        return Response(answer, headers=NOT_KEPT)


class OwnToken(APIView):
    """What the token of the request may do, and until when; DELETE ends it."""

    def get(self, request: Request) -> Response:
        token = _token(request)
        room = {"used": used_bytes(token.account_key), "limit": limit_of(token.account_key)}
        return Response({**_description(token), "room": room}, headers=NOT_KEPT)

    def delete(self, request: Request) -> Response:
        token = _token(request)
        actions.revoke_token(token, actor=token.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _token(request: Request) -> ApiToken:
    if not isinstance(request.auth, ApiToken):
        raise ApiError("no_token", "This address needs a token.", status_code=401, hint="portal-upload login")
    return request.auth


def _description(token: ApiToken) -> dict[str, Any]:
    names = {account.key: account.name for account in represented_by(token.user)}
    return {
        "account": token.account_key,
        "account_name": names.get(token.account_key, ""),
        "scope": token.scope_names,
        "label": token.label,
        "expires_at": token.expires_at.isoformat(),
        "expires_in": int((token.expires_at - timezone.now()).total_seconds()),
    }


def _text(request: Request, name: str) -> str:
    """A field of a form or of JSON; anything but text that prints counts as absent."""
    value = request.data.get(name, "") if hasattr(request.data, "get") else ""
    return value if isinstance(value, str) and is_clean(value) else ""


def _api_error(refusal: DeviceRefused) -> ApiError:
    extra = {"interval": refusal.interval} if refusal.interval else {}
    code = status.HTTP_429_TOO_MANY_REQUESTS if refusal.code == "slow_down" and not _polling(refusal) else 400
    return ApiError(refusal.code, str(refusal), status_code=code, hint=refusal.hint, extra=extra)


def _polling(refusal: DeviceRefused) -> bool:
    """RFC 8628 answers polling with 400; too many new sign-ins are another matter."""
    return isinstance(refusal, actions.NotYet)
