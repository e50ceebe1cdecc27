"""The papers of an application: a member's consent, the version handed in, its receipt, the notice of the result."""

from functools import partial

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.calls import actions
from portal.calls.forms import ConsentForm, DeclineForm
from portal.calls.models import ApplicantNotice, ApplicationVersion, CallInvitation, Consent
from portal.calls.policies import answers_consent, answers_invitation, owns_version, reads_notice, sees_version
from portal.calls.selectors.applications import receipt_of
from portal.calls.selectors.calls import is_receiving, requirements_of, terms_of
from portal.calls.views.flow import page, replaced
from portal.common.access import ViewerRequest, access, step_up_to_act
from portal.common.acts import CONFLICT, tried
from portal.review.models import Decision
from portal.review.views.flow import person


@access(answers_consent)
@step_up_to_act
@require_http_methods(["GET", "POST"])
def consent(request: ViewerRequest, consent: int) -> HttpResponse:
    """The text as it stands, and the institution's answer to exactly this text."""
    rows = Consent.objects.select_related(
        "institution", "application__consortium", "application__call__phase__programme", "application__plan_bundle",
        "application__earlier_decision__phase", "answered_by",
    )  # fmt: skip
    row = get_object_or_404(rows, pk=consent)
    application = row.application
    digest = application.content_digest
    form = ConsentForm(request.POST or None, initial={"content_digest": digest})
    stale = False
    if request.method == "POST" and form.is_valid():
        data, gives = form.cleaned_data, form.gives
        answered = {"content_digest": data["content_digest"], "note": data["note"], "answered_by": person(request)}
        act = partial(actions.answer_consent, row, gives=gives, **answered)
        done = _("The consent is recorded.") if gives else _("The refusal is recorded.")
        if tried(request, act, form=form, done=done):
            return redirect("calls:consent", consent=row.pk)
        stale = data["content_digest"] != digest
    if stale:  # the text below is the new one, and the next answer is to it
        form.data = replaced(request.POST, content_digest=digest)
    context = {
        "consent": row,
        "application": application,
        "terms": terms_of(application.call),
        "requirements": [item for item in requirements_of(application.call) if item.number in application.confirmed],
        "digest": digest,
        "current": row.content_digest == digest,
        "receiving": is_receiving(application.call),
        "form": form,
    }
    return page(request, "calls/consent.html", context, status=CONFLICT if stale else 0)


@access(answers_invitation)
@require_http_methods(["GET", "POST"])
def decline(request: ViewerRequest, invitation: int) -> HttpResponse:
    rows = CallInvitation.objects.select_related("call__phase__programme", "call__terms", "consortium")
    row = get_object_or_404(rows, pk=invitation)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.decline_invitation, row, declined_by=person(request), reason=form.cleaned_data["reason"])
        if tried(request, act, form=form, done=_("Declined. You may still apply until the call closes.")):
            return redirect("calls:applications")
    return page(request, "calls/decline.html", {"invitation": row, "terms": terms_of(row.call), "form": form})


def _version(number: str) -> ApplicationVersion:
    rows = ApplicationVersion.objects.select_related(
        "application__call__phase__programme", "application__call__terms", "application__consortium", "handed_in_by"
    )
    return get_object_or_404(rows, number=number)


@access(sees_version)
@require_safe
def version(request: ViewerRequest, number: str) -> HttpResponse:
    """What was handed in, for the applicant, the staff and the committee alike."""
    row = _version(number)
    content = row.document["content"]
    earlier = Decision.objects.filter(pk=content["earlier_decision"]).select_related("phase", "entry").first()
    context = {
        "version": row,
        "application": row.application,
        "terms": terms_of(row.application.call),
        "content": content,
        "document": row.document,
        "earlier": earlier,
        "english": request.LANGUAGE_CODE == "en",
    }
    return page(request, "calls/version.html", context)


@access(owns_version)
@require_safe
def receipt(request: ViewerRequest, number: str) -> HttpResponse:
    row = _version(number)
    context = {"version": row, "terms": terms_of(row.application.call), "proof": receipt_of(row)["ledger"]}
    return page(request, "calls/receipt.html", context)


@access(owns_version)
@require_safe
def receipt_file(request: ViewerRequest, number: str) -> HttpResponse:
    response = JsonResponse(receipt_of(_version(number)), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="receipt-{number}.json"'
    return response


@access(reads_notice)
@require_safe
def notice(request: ViewerRequest, notice: int) -> HttpResponse:
    """The result. Opening it as a member of the consortium is the proof of receipt."""
    rows = ApplicantNotice.objects.select_related(
        "application__call__phase__programme", "application__call__terms", "application__consortium", "read_by"
    )
    row = actions.read_notice(get_object_or_404(rows, pk=notice), read_by=person(request))
    row = get_object_or_404(rows, pk=row.pk)
    lines = {item.number: item.text for item in requirements_of(row.application.call)}
    context = {
        "notice": row,
        "application": row.application,
        "terms": terms_of(row.application.call),
        "unmet": [(lines.get(item["requirement"], ""), item["note"]) for item in row.content["unmet"]],
    }
    return page(request, "calls/notice.html", context)
