"""The upload protocol over HTTP: declare, ask what is missing, send parts, complete.

Part bodies are read from the WSGI stream in chunks; nothing in front of the view may read or spool them.
"""

import json
import logging
from collections.abc import Iterable
from typing import Any, Protocol, cast
from uuid import UUID

from django.db import transaction
from django.http import UnreadablePostError
from django.urls import reverse
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.artifacts import actions, selectors
from portal.artifacts.conf import store_settings
from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import LABEL_LENGTH, Upload
from portal.common.api import ApiError
from portal.common.formats.foreign_text import is_clean
from portal.common.formats.manifest import Manifest, ManifestError, parse_manifest

LISTED = 100  # uploads in one answer
SENT_AT_ONCE = 1000  # parts in one message
LENGTH_DIGITS = 19  # of a Content-Length

logger = logging.getLogger(__name__)

STATUS = {
    "over_quota": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    "disk_short": status.HTTP_507_INSUFFICIENT_STORAGE,
    "wrong_digest": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "file_refused": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "no_such_part": status.HTTP_404_NOT_FOUND,
    "other_part_size": status.HTTP_409_CONFLICT,
    "part_busy": status.HTTP_409_CONFLICT,
    "parts_missing": status.HTTP_409_CONFLICT,
    "not_open": status.HTTP_409_CONFLICT,
    "not_direct": status.HTTP_409_CONFLICT,
    "object_missing": status.HTTP_500_INTERNAL_SERVER_ERROR,
    "store_unreachable": status.HTTP_503_SERVICE_UNAVAILABLE,
    "store_changed": status.HTTP_503_SERVICE_UNAVAILABLE,
    "seal_broken": status.HTTP_500_INTERNAL_SERVER_ERROR,
    "store_key": status.HTTP_503_SERVICE_UNAVAILABLE,
}


class UploadToken(Protocol):
    """What the sign-in of an upper layer puts on the request."""

    account_key: str
    actor: str


class UploadView(APIView):
    """Turns refusals of the actions into answers, and shows each account its own uploads only."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_api_error(exc) if isinstance(exc, ArtifactError | ManifestError) else exc)

    @property
    def token(self) -> UploadToken:
        return cast("UploadToken", self.request.auth)

    def own_upload(self, upload: UUID, *, without: Iterable[str] = ()) -> Upload:
        """`without` names large columns that are not needed."""
        own = Upload.objects.filter(pk=upload, owner=self.token.account_key)
        row = own.select_related("bundle").defer(*without).first()
        if row is None:
            raise ApiError("not_found", "Your account has no such upload.", status_code=404, hint="Declare it first.")
        return row


class UploadList(UploadView):
    """The account's uploads; a POST declares one."""

    def get(self, request: Request) -> Response:
        """One manifest in memory at a time: a hundred of them with thousands of files each are a gigabyte."""
        rows = Upload.objects.filter(owner=self.token.account_key).select_related("bundle").defer("bundle__manifest")
        return Response({"uploads": [_summary(upload) for upload in rows[:LISTED].iterator(chunk_size=1)]})

    def post(self, request: Request) -> Response:
        document = _read_json(request)
        manifest, label = _declaration(document)
        if request.query_params.get("plan") == "1":
            return Response(self._plan(manifest, label))
        upload = actions.declare_upload(manifest, owner=self.token.account_key, actor=self.token.actor, label=label)
        return Response(_description(upload, direct=_wants_direct(request)), status=status.HTTP_201_CREATED)

    def _plan(self, manifest: Manifest, label: str) -> dict[str, Any]:
        """What a declaration would answer, refusals included, without leaving a trace."""
        with transaction.atomic():
            token = self.token
            upload = actions.declare_upload(manifest, owner=token.account_key, actor=token.actor, label=label)
            answer = _description(upload)
            transaction.set_rollback(True)
        begun = Upload.objects.filter(pk=upload.pk).exists()
        return answer if begun else {**answer, "id": None, "address": None}


class UploadDetail(UploadView):
    """What is stored and what is missing; a DELETE gives the upload up."""

    def get(self, request: Request, upload: UUID) -> Response:
        return Response(_description(self.own_upload(upload), direct=_wants_direct(request)))

    def delete(self, request: Request, upload: UUID) -> Response:
        actions.cancel_upload(self.own_upload(upload), actor=self.token.actor)
        return Response(_summary(self.own_upload(upload)))


class UploadPart(UploadView):
    """One part's bytes, raw."""

    def put(self, request: Request, upload: UUID, index: int, number: int) -> Response:
        length = _content_length(request)
        row = self.own_upload(upload, without=("manifest", "bundle__manifest"))
        stream = request._request  # noqa: SLF001 - the framework's own stream would parse the body
        try:
            stored = actions.write_part(row, index=index, number=number, stream=stream, length=length)
        except UnreadablePostError as error:
            raise ArtifactError("short_body", "The connection ended within the part.", hint="Send it again.") from error
        return Response({"stored": stored, "bytes": length})


class UploadParts(UploadView):
    """Parts that were sent straight to object storage; the answer may have addresses for the next."""

    def post(self, request: Request, upload: UUID) -> Response:
        sent = _sent_parts(_read_json(request))
        outcome = actions.confirm_parts(self.own_upload(upload), sent)
        places = {name: [[part.file, part.number] for part in parts] for name, parts in outcome._asdict().items()}
        more = _description(self.own_upload(upload), direct=True) if _wants_direct(request) else {}
        return Response({**more, **places})


class UploadCompletion(UploadView):
    """Check the files and make the bundle: at once when it is small, as a job (202, ask again) when it is large."""

    def post(self, request: Request, upload: UUID) -> Response:
        row = self.own_upload(upload)
        inline = store_settings().checks_inline(row.plan)
        begun = actions.begin_check(row, actor=self.token.actor, elsewhere=not inline)
        if inline and begun.state == UploadState.CHECKING:
            _check_now(begun, actor=self.token.actor)
        row = self.own_upload(upload)
        checking = row.state == UploadState.CHECKING
        return Response(_summary(row), status=status.HTTP_202_ACCEPTED if checking else status.HTTP_200_OK)


def _check_now(upload: Upload, *, actor: str) -> None:
    """Another process that is at it comes to its end without us."""
    try:
        actions.run_check(upload, actor=actor)
    except ArtifactError as error:
        if error.code != "checking":
            raise


def _api_error(error: ArtifactError | ManifestError) -> APIException:
    if isinstance(error, ManifestError):
        return ApiError("manifest", error.message, where=error.where, hint=error.hint)
    code = STATUS.get(error.code, status.HTTP_400_BAD_REQUEST)
    if status.is_server_error(code):
        logger.error("%s", error)  # an answer may say less than the operator needs
    return ApiError(error.code, error.detail, status_code=code, where=error.where, hint=error.hint, extra=error.extra)


def _read_json(request: Request) -> Any:
    limit = store_settings().max_declaration_bytes
    if _content_length(request) > limit:
        raise ApiError(
            "too_long", f"A declaration has at most {limit} bytes.", status_code=413, hint="Use larger parts."
        )
    try:
        return json.loads(request._request.read())  # noqa: SLF001 - bounded above, unlike the framework's parser
    except (ValueError, RecursionError) as error:
        raise ApiError("not_json", "The body is not JSON.", where="$", hint="Send the declaration as JSON.") from error


def _declaration(document: Any) -> tuple[Manifest, str]:
    if not isinstance(document, dict) or not isinstance(label := document.get("label", ""), str):
        raise ApiError("manifest", 'The body must be {"manifest": {...}, "label": "..."}.', where="$")
    if len(label) > LABEL_LENGTH:
        raise ApiError("manifest", f"The label has more than {LABEL_LENGTH} characters.", where="$.label")
    if not is_clean(label):
        raise ApiError("manifest", "The label holds a character that does not print.", where="$.label")
    return parse_manifest(document.get("manifest"), limits=store_settings().limits()), label


def _content_length(request: Request) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not (text.isascii() and text.isdigit() and len(text) <= LENGTH_DIGITS):
        raise ApiError("no_length", "The request needs a Content-Length.", status_code=411, hint="Do not send chunked.")
    return int(text)


def _summary(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "label": upload.label,
        "state": upload.state,
        "digest": upload.digest,
        "part_size": upload.manifest["part_size"],
        "files": len(upload.manifest["files"]),
        "bytes": upload.plan.total_size,
        "checked": upload.checked,
        "checked_bytes": upload.checked_bytes,
        "refusal": upload.refusal,
        "bundle": upload.bundle.digest if upload.bundle else None,
        "address": reverse("artifacts:upload", kwargs={"upload": upload.pk}),
    }


def _description(upload: Upload, *, direct: bool = False) -> dict[str, Any]:
    """With `direct`, addresses of object storage for some missing parts; they are made for those who ask for them alone."""
    missing = selectors.missing_parts(upload) if upload.state == UploadState.DECLARED else {}
    offers = {"direct": actions.offer_parts(upload, missing)} if direct else {}
    return {**_summary(upload), "held": selectors.held_bytes(upload, missing), "missing": missing, **offers}


def _wants_direct(request: Request) -> bool:
    return request.query_params.get("direct") == "1"


def _sent_parts(document: Any) -> list[actions.Sent]:
    parts = document.get("parts") if isinstance(document, dict) else None
    if not isinstance(parts, list) or len(parts) > SENT_AT_ONCE:
        hint = f"At most {SENT_AT_ONCE} parts at once."
        raise ApiError("parts", 'The body must be {"parts": [[file, number, etag], …]}.', where="$.parts", hint=hint)
    for place, part in enumerate(parts):
        if not isinstance(part, list) or [type(value) for value in part] != [int, int, str]:
            raise ApiError("parts", "A part is [file, number, etag].", where=f"$.parts[{place}]")
    return [actions.Sent(*part) for part in parts]
