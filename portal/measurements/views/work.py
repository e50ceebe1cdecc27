"""The work room: the queue, the jobs at work, recent failures, one job with its attempts and its log, quotas."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access, step_up_to_act
from portal.common.acts import REFUSALS, status_of, told, tried
from portal.common.posted import number_of, text_in
from portal.common.viewer import viewer_of
from portal.jobs.enums import ENDED_WITHOUT, JobState
from portal.jobs.logs import log_after
from portal.jobs.models import Attempt, Job
from portal.jobs.selectors import needs_text
from portal.measurements import work_policies as policies
from portal.measurements.actions import work as acts
from portal.measurements.selectors import work as selectors
from portal.measurements.work_forms import JobActForm, QuotaForm

Act = Callable[[], object]
JSON = {"ensure_ascii": False, "indent": 1}


@access(policies.sees_work)
@require_safe
def room(request: HttpRequest) -> HttpResponse:
    return render(request, "measurements/work/room.html", {"room": selectors.work_room(request.GET.get("page"))})


@access(policies.sees_work)
@require_safe
def room_document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(selectors.room_document(request.GET.get("page")), json_dumps_params=JSON)


@access(policies.sees_job)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: how it stands, every attempt, the log; cancel it, run it again, let it go first."""
    found = get_object_or_404(Job, pk=job_id)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    forms = forms_of(found, request, wanted)
    form = forms.get(wanted)
    if form is not None and form.is_valid():
        act, done = acts_on(found, form, request)[wanted]
        if tried(request, act, form=form, done=done):
            return redirect("ops_measurements:job", job_id=found.pk)
    found.refresh_from_db()
    context = page_of(found, request) | {"forms": forms, "wanted": wanted}
    return render(request, "measurements/work/job.html", context, status=status_of(form) if form else 200)


def forms_of(job: Job, request: HttpRequest, wanted: str) -> dict[str, JobActForm]:
    start = {"priority": job.priority}
    return {
        name: JobActForm(
            request.POST if wanted == name else None,
            auto_id=f"{name}_%s",
            initial=start,
            asks_priority=name == "priority",
        )
        for name in ("cancel", "again", "priority")
    }


def acts_on(job: Job, form: JobActForm, request: HttpRequest) -> dict[str, tuple[Act, str]]:
    facts = {"reason": form.cleaned_data["reason"], "by": viewer_of(request)}
    priority = form.cleaned_data.get("priority", 0)
    return {
        "cancel": (partial(acts.cancel_job, job, **facts), _("The job is cancelled.")),
        "again": (partial(acts.run_again, job, **facts), _("The job waits again.")),
        "priority": (partial(acts.set_priority, job, priority, **facts), _("The priority is set.")),
    }


def page_of(job: Job, request: HttpRequest) -> dict[str, Any]:
    viewer = viewer_of(request)
    return {
        "job": job,
        "needs": needs_text(job),
        "run": selectors.run_row_of(job),
        "owner": selectors.owner_of(job),
        "share": selectors.share_of(job),
        "newest": job.attempts.last() if policies.reads_log(viewer, job.pk).allowed else None,
        "may_act": policies.works_on_jobs(viewer).allowed,
        "can_cancel": not job.is_final,
        "can_repeat": job.state in ENDED_WITHOUT,
        "can_move": job.state == JobState.QUEUED,
    }


@access(policies.sees_job)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def job_document(request: HttpRequest, job_id: int) -> HttpResponse:
    """The job as JSON; POST with `do`, `reason` and for the priority `priority` acts on it and answers how it stands then."""
    found = get_object_or_404(Job, pk=job_id)
    if request.method == "POST":
        form = JobActForm(request.POST, asks_priority=request.POST.get("do") == "priority")
        known = form.is_valid() and acts_on(found, form, request).get(text_in(request.POST, "do"))
        if not known:
            hint = _("Give do (cancel, again or priority) and a reason.")
            return refused("incomplete", str(form.errors.as_text() or hint), hint=hint, status=422)
        try:
            known[0]()
        except REFUSALS as refusal:
            return refused(getattr(refusal, "code", "refused"), told(refusal), status=409)
        found.refresh_from_db()
    return JsonResponse(selectors.job_document(found), json_dumps_params=JSON)


def refused(code: str, detail: str, *, status: int, hint: str = "") -> JsonResponse:
    return JsonResponse({"error": code, "detail": detail, "where": "", "hint": hint}, status=status)


@access(policies.reads_log)
@require_safe
@never_cache
def log(request: HttpRequest, job_id: int) -> HttpResponse:
    """What an attempt printed after so many bytes; the page asks again while the attempt lasts."""
    fence = number_of(request.GET.get("attempt", ""), default=0)
    attempt = Attempt.objects.filter(job=job_id, fence=fence).first()
    if attempt is None:
        raise Http404
    part = log_after(attempt, offset=offset_of(request.GET.get("after", "")))
    context = {"attempt": attempt, "part": part, "address": request.path}
    return render(request, "jobs/components/log_part.html", context)


def offset_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else 0


@access(policies.sees_work)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def quotas(request: HttpRequest) -> HttpResponse:
    """What accounts may use and have used; set one."""
    form = QuotaForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        hours, reason = facts.pop("card_hours"), facts.pop("reason")
        account, kind = facts.pop("account"), facts.pop("kind")
        limits = acts.Limits(**facts, card_seconds=None if hours is None else hours * 3600)
        act = partial(acts.set_account_quota, account, kind, limits, reason=reason, by=viewer_of(request))
        if tried(request, act, form=form, done=_("The quota is set.")):
            return redirect("ops_measurements:quotas")
    context = {
        "rows": selectors.quota_rows(),
        "form": form,
        "may_act": policies.works_on_jobs(viewer_of(request)).allowed,
    }
    return render(request, "measurements/work/quotas.html", context, status=status_of(form))
