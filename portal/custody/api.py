"""Deposits over the API: what `portal-upload commit` calls."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import ApiToken
from portal.artifacts.models import Bundle, Upload
from portal.common.access import token_scope
from portal.common.api import ApiError
from portal.consortia.models import Entry
from portal.consortia.selectors import consortium_for_account
from portal.custody import actions
from portal.custody.errors import CustodyError
from portal.custody.models import Deposit
from portal.custody.selectors.deposits import deposit_document, summary

UPLOAD = token_scope("upload")
DIGEST = r"^[0-9a-f]{64}$"
LARGEST = 2**63 - 1
LISTED = 1000


class DepositSerializer(serializers.Serializer[dict[str, Any]]):
    entry = serializers.IntegerField(min_value=1, max_value=LARGEST)
    step = serializers.IntegerField(min_value=0, max_value=LARGEST)
    tokens = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, allow_null=True, default=None)
    digest = serializers.RegexField(DIGEST)
    bytes = serializers.IntegerField(min_value=1, max_value=LARGEST)
    files = serializers.IntegerField(min_value=1, max_value=10**9)
    log_digest = serializers.RegexField(DIGEST, required=False, allow_blank=True, default="")
    log_bytes = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, allow_null=True, default=None)
    sketch = serializers.UUIDField(required=False, allow_null=True, default=None)


@UPLOAD
@api_view(["GET", "POST"])
def deposits(request: Request) -> Response:
    """List the team's deposits and calls, or deposit a checkpoint's digest."""
    owned = Entry.objects.filter(consortium=consortium_for_account(_token(request).account_key))
    if request.method == "GET":
        rows = (
            Deposit.objects.filter(entry__in=owned).select_related("entry", "sketch", "call").order_by("-pk")[:LISTED]
        )
        return Response({"deposits": [summary(row) for row in rows]})
    form = DepositSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    data = form.validated_data
    entry = get_object_or_404(owned, pk=data["entry"])
    promise = actions.Promise(
        step=data["step"],
        tokens=data["tokens"],
        digest=data["digest"],
        size=data["bytes"],
        files=data["files"],
        log_digest=data["log_digest"],
        log_bytes=data["log_bytes"] if data["log_digest"] else None,
        sketch=_sketch(request, data["sketch"]),
    )
    try:
        deposit = actions.deposit_checkpoint(entry, promise, actor=_token(request).actor)
    except CustodyError as error:
        hint = _("GET this address lists what was deposited.")
        raise ApiError(
            error.code, str(error), status_code=status.HTTP_409_CONFLICT, where="entry", hint=hint
        ) from error
    return Response(deposit_document(deposit), status=status.HTTP_201_CREATED)


def _sketch(request: Request, upload: Any) -> Bundle | None:
    """The bundle of a completed upload of one safetensors file, the sketch."""
    if upload is None:
        return None
    row = Upload.objects.filter(pk=upload, owner=_token(request).account_key).select_related("bundle").first()
    files = row.bundle.file_list() if row and row.bundle else []
    if row is None or len(files) != 1 or not files[0]["path"].endswith(".safetensors"):
        raise ApiError(
            "sketch",
            _("The sketch must be a complete upload of one .safetensors file."),
            where="sketch",
            hint=_("Make it with python -m originality sketch FOLDER -o sketch.safetensors and push it alone."),
        )
    return row.bundle


def _token(request: Request) -> ApiToken:
    """The token behind the request; the scope's rule has already asked for one."""
    return cast("ApiToken", request.auth)
