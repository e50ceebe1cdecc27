"""What the page of a draft shows of bytes on their way, and the part that an upload from the page plays."""

import uuid
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.artifacts.models import Upload
from portal.artifacts.selectors import store_is_sealed
from portal.common.access import ViewerRequest, access
from portal.submissions import actions, by_browser, policies, selectors
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission

NOT_YET = uuid.UUID(int=0)  # stands in an address for an upload that the page has yet to declare
RECEIVES = frozenset({State.DRAFT, State.AWAITING})  # bytes may still come


def upload_context(request: ViewerRequest, submission: Submission) -> dict[str, Any]:
    """Return what the upload parts of the submission's page need, beside the submission itself."""
    context: dict[str, Any] = {"server": request.build_absolute_uri("/").rstrip("/")}
    if submission.state not in RECEIVES or not policies.owns_submission(request.viewer, submission.pk).allowed:
        return context
    room = selectors.room_of(submission)
    return {
        **context,
        **_watched(submission),
        "takes_bytes": True,
        "browser_roles": [(role.value, role.label) for role in by_browser.ROLES],
        "room": room,
        "store_is_sealed": store_is_sealed(),
        "browser_limit": by_browser.MAX_BYTES,
        "upload_rules": {
            **by_browser.rules(),
            "room": room.left,
            "account": submission.entry.consortium.account_key,
            "urls": {"uploads": reverse("artifacts:uploads"), "use": _use_address(submission)},
        },
    }


@access(policies.owns_submission)
@require_safe
def uploads(request: ViewerRequest, submission: int) -> HttpResponse:
    """The list of uploads on their way alone; the page asks for it every few seconds."""
    row = get_object_or_404(Submission.objects.select_related("entry__consortium"), pk=submission)
    return render(request, "submissions/components/on_the_way.html", {"submission": row, **_watched(row)})


@access(policies.sends_upload)
@require_POST
def use_upload(request: ViewerRequest, submission: int, upload: uuid.UUID) -> HttpResponse:
    """Give an upload of the own account its part in the draft; its bytes may still be on their way."""
    row = get_object_or_404(Submission.objects.select_related("entry__consortium"), pk=submission)
    found = get_object_or_404(Upload, pk=upload)
    role = request.POST.get("role", "")
    if role not in by_browser.ROLES:
        detail = _("Choose what the files are.")
        return JsonResponse({"error": "unknown_role", "detail": detail, "where": "role", "hint": ""}, status=422)
    try:
        item = actions.add_upload(row, role=Role(role), upload=found, actor=request.viewer.actor)
    except actions.SubmissionRefused as error:
        if error.code == "incomplete_upload":  # a part that is read first: the page asks again when its bytes are here
            return JsonResponse({"item": None, "stored": False}, status=202)
        body = {"error": error.code, "detail": error.detail, "where": error.where, "hint": error.hint}
        return JsonResponse(body, status=422)
    return JsonResponse({"item": item.pk, "stored": item.bundle_id is not None})


def _watched(submission: Submission) -> dict[str, Any]:
    return {
        "on_the_way": selectors.on_the_way(submission),
        "stand": selectors.stand_of(submission),
    }


def _use_address(submission: Submission) -> str:
    """Empty once the hand-in is sealed: bytes may follow, but nothing is added."""
    if submission.state != State.DRAFT:
        return ""
    return reverse("submissions:use_upload", kwargs={"submission": submission.pk, "upload": NOT_YET})
