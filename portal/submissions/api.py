"""The hand-in over the API: what `portal-upload` calls after it pushed the bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import ApiToken
from portal.artifacts.models import Upload
from portal.common.access import token_scope
from portal.common.acts import told
from portal.common.api import ApiError
from portal.common.transitions import TransitionError
from portal.consortia.models import Consortium, Entry
from portal.consortia.selectors import consortium_for_account
from portal.submissions import actions, selectors
from portal.submissions.enums import Role
from portal.submissions.models import SelfCheck, Submission

UPLOAD = token_scope("upload")
LARGEST = 2**63 - 1  # what a column of the database holds


class ItemSerializer(serializers.Serializer[dict[str, Any]]):
    role = serializers.ChoiceField(choices=Role.choices)
    upload = serializers.UUIDField()
    step = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, allow_null=True, default=None)
    tokens = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, allow_null=True, default=None)


@UPLOAD
@api_view(["GET", "POST"])
def submissions(request: Request) -> Response:
    """List the account's submissions, or open the draft of an entry (`{"entry": id}`)."""
    owned = Entry.objects.filter(consortium=consortium_for_account(_token(request).account_key))
    if request.method == "GET":
        rows = Submission.objects.filter(entry__in=owned).select_related(
            "entry__phase", "entry__ruleset", "entry__consortium"
        )
        entries = [
            {"id": entry.pk, "phase": entry.phase.slug, "code": entry.code} for entry in owned.select_related("phase")
        ]
        return Response({"entries": entries, "submissions": [selectors.summary(row) for row in rows]})
    wanted = request.data.get("entry") if isinstance(request.data, dict) else None
    entry = get_object_or_404(owned, pk=_whole_number(wanted))
    with refusals_as_errors():
        draft = actions.open_draft(entry, actor=_token(request).actor)
    return Response(selectors.summary(draft), status=status.HTTP_201_CREATED)


@UPLOAD
@api_view(["GET"])
def submission(request: Request, submission: int) -> Response:
    """Say how one submission stands: its state, until when, and which of its bytes are here."""
    return Response(selectors.summary(owned_submission(request, submission)))


@UPLOAD
@api_view(["POST"])
def items(request: Request, submission: int) -> Response:
    """Give an upload its role in the draft; its bytes may still be on their way."""
    draft = owned_submission(request, submission)
    form = ItemSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    upload = Upload.objects.filter(pk=form.validated_data["upload"], owner=_token(request).account_key).first()
    if upload is None:
        raise Http404
    with refusals_as_errors():
        item = actions.add_upload(
            draft,
            role=form.validated_data["role"],
            upload=upload,
            step=form.validated_data["step"],
            tokens=form.validated_data["tokens"],
            actor=_token(request).actor,
        )
    body = {"id": item.pk, "role": item.role, "bundle": item.digest, "stored": item.bundle is not None}
    return Response(body, status=status.HTTP_201_CREATED)


@UPLOAD
@api_view(["POST"])
def submit(request: Request, submission: int) -> Response:
    """Hand in: seals the draft and answers with the receipt."""
    draft = owned_submission(request, submission)
    with refusals_as_errors():
        receipt = actions.submit(draft, actor=_token(request).actor)
    return Response(selectors.receipt_document(receipt), status=status.HTTP_201_CREATED)


@UPLOAD
@api_view(["GET"])
def receipt(request: Request, submission: int) -> Response:
    """Return the receipt with its place in the ledger."""
    row = owned_submission(request, submission)
    if not hasattr(row, "receipt"):
        raise Http404
    return Response(selectors.receipt_document(row.receipt))


class SelfCheckSerializer(serializers.Serializer[dict[str, Any]]):
    upload = serializers.UUIDField()


@UPLOAD
@api_view(["GET", "POST"])
def self_checks(request: Request) -> Response:
    """List the team's own looks at its checkpoints and what is left of its quota, or ask for one (`{"upload": id}`)."""
    team = _team(request)
    if request.method == "GET":
        rows = selectors.self_checks_of(team)
        return Response({"quota": _quota(team), "self_checks": [selectors.self_check_summary(row) for row in rows]})
    form = SelfCheckSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    upload = get_object_or_404(Upload, pk=form.validated_data["upload"], owner=team.account_key)
    with refusals_as_errors():
        check = actions.request_self_check(team, upload=upload, actor=_token(request).actor)
    body = selectors.self_check_summary(selectors.self_check_row(check))
    return Response(body, status=status.HTTP_201_CREATED)


@UPLOAD
@api_view(["GET", "DELETE"])
def self_check(request: Request, check: int) -> Response:
    """Say how one self-check stands, or cancel it: then it does not count."""
    row = get_object_or_404(SelfCheck.objects.select_related("run__job"), pk=check, consortium=_team(request))
    if request.method == "DELETE":
        with refusals_as_errors():
            row = actions.cancel_self_check(row, actor=_token(request).actor)
    return Response(selectors.self_check_summary(selectors.self_check_row(row)))


def _team(request: Request) -> Consortium:
    team = consortium_for_account(_token(request).account_key)
    if team is None:
        raise Http404
    return team


def _quota(team: Consortium) -> dict[str, Any]:
    quota = selectors.self_check_quota(team)
    next_at = quota.next_at.isoformat() if quota.next_at else None
    return {"limit": quota.limit, "days": quota.days, "left": quota.left, "next_at": next_at}


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """Answer a refusal of the rules in the one shape of API errors."""
    try:
        yield
    except actions.SubmissionRefused as error:
        code = status.HTTP_404_NOT_FOUND if error.code == "not_found" else status.HTTP_409_CONFLICT
        raise ApiError(error.code, error.detail, status_code=code, where=error.where, hint=error.hint) from error
    except TransitionError as error:
        raise ApiError(
            "not_possible",
            told(error),
            status_code=status.HTTP_409_CONFLICT,
            where="state",
            hint=_("Open a new draft."),
        ) from error


def _token(request: Request) -> ApiToken:
    """The token behind the request; the scope's rule has already asked for one."""
    return cast("ApiToken", request.auth)


def owned_submission(request: Request, submission: int) -> Submission:
    """The hand-in with this number, if it is the token's account's; else 404."""
    consortium = consortium_for_account(_token(request).account_key)
    return get_object_or_404(
        Submission.objects.select_related("entry__phase", "entry__ruleset", "entry__consortium"),
        pk=submission,
        entry__consortium=consortium,
    )


def _whole_number(value: object) -> int:
    if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20):
        return int(value)
    raise serializers.ValidationError({"entry": "must be the number of an entry; GET this address lists them"})
