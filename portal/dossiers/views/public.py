"""Public: the records of verification sessions, each as it was published."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.common.access import access, anyone
from portal.dossiers import policies
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.sessions import published_sessions


@access(anyone)
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    return render(request, "dossiers/public/records.html", {"sessions": published_sessions()})


@access(policies.sees_record)
@require_safe
def record(request: HttpRequest, session_id: int) -> HttpResponse:
    """The stored record and nothing else: what the rows say today is not asked."""
    session = get_object_or_404(VerificationSession, pk=session_id)
    return render(request, "dossiers/public/record.html", {"session": session, "record": session.public_record})


@access(policies.sees_record)
@require_safe
def record_document(request: HttpRequest, session_id: int) -> HttpResponse:
    """The record whose digest stands in the ledger: SHA-256 of its canonical JSON."""
    session = get_object_or_404(VerificationSession, pk=session_id)
    text = json.dumps(session.record, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="verification-{session.pk}.json"'}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)
