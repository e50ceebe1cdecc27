"""The support ledger of a programme, for staff: enter, correct, take back; every row that ever stood is shown."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access
from portal.common.acts import tried
from portal.common.viewer import viewer_of
from portal.consortia import actions
from portal.consortia.forms import CorrectGrantForm, CorrectOutageForm, NewGrantForm, OutageForm
from portal.consortia.models import GrantVersion, OutageVersion, SupportGrant, SupportOutage
from portal.consortia.policies import keeps_grant, keeps_outage, keeps_support, oversees_grant, oversees_support
from portal.consortia.selectors import support as ledger
from portal.consortia.views.flow import form_page
from portal.programmes.models import Programme


@access(oversees_support)
@require_safe
def support(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    rows = ledger.support_rows(programme)
    context = {
        "programme": programme,
        "rows": rows,
        "total": ledger.total("", rows),
        "void": ledger.grants_taken_back(programme),
        "may_write": viewer_of(request).has_role("officer"),
    }
    return render(request, "consortia/ops/support.html", context)


@access(keeps_support)
@require_http_methods(["GET", "POST"])
def new_grant(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    form = NewGrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        consortium = form.cleaned_data["consortium"]
        act = partial(
            actions.grant_support, programme, consortium=consortium, facts=form.facts, actor=viewer_of(request)
        )
        if tried(request, act, form=form, done=_("The grant is entered.")):
            return redirect("ops_consortia:support", slug=slug)
    return _page(request, programme, form, heading=_("Enter a grant"))


@access(oversees_grant)
@require_safe
def grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Every version of the grant and of its outages; the last of each counts."""
    found = _grant(grant_id)
    versions = list(ledger.history_of(found))
    outages = [(row, list(row.versions.order_by("number"))) for row in found.outages.prefetch_related("versions")]
    context = {
        "programme": found.programme,
        "grant": found,
        "versions": versions,
        "stands": not versions[-1].void,
        "outages": outages,
        "may_write": viewer_of(request).has_role("officer"),
    }
    return render(request, "consortia/ops/grant.html", context)


@access(keeps_grant)
@require_http_methods(["GET", "POST"])
def correct_grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    found = _grant(grant_id)
    form = CorrectGrantForm(request.POST or None, initial=_initial(found.versions.order_by("-number").first()))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.correct_grant, found, **_correction(form), actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The correction is entered; the row before it stays in the history.")):
            return redirect("ops_consortia:grant", grant_id=found.pk)
    return _page(request, found.programme, form, heading=_("Correct a grant"), grant=found)


@access(keeps_grant)
@require_http_methods(["GET", "POST"])
def new_outage(request: HttpRequest, grant_id: int) -> HttpResponse:
    found = _grant(grant_id)
    form = OutageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.record_outage, found, facts=form.facts, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The outage is entered.")):
            return redirect("ops_consortia:grant", grant_id=found.pk)
    return _page(request, found.programme, form, heading=_("Enter an outage"), grant=found)


@access(keeps_outage)
@require_http_methods(["GET", "POST"])
def correct_outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    found = get_object_or_404(
        SupportOutage.objects.select_related("grant__programme", "grant__consortium"), pk=outage_id
    )
    form = CorrectOutageForm(request.POST or None, initial=_initial(found.versions.order_by("-number").first()))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.correct_outage, found, **_correction(form), actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The correction is entered; the row before it stays in the history.")):
            return redirect("ops_consortia:grant", grant_id=found.grant_id)
    return _page(request, found.grant.programme, form, heading=_("Correct an outage"), grant=found.grant)


def _grant(number: int) -> SupportGrant:
    return get_object_or_404(SupportGrant.objects.select_related("programme", "consortium"), pk=number)


def _initial(row: GrantVersion | OutageVersion | None) -> dict[str, Any]:
    """The row that is corrected, and its number, so that two people do not correct it at once."""
    assert row is not None  # noqa: S101 - a grant and an outage are written with their first version
    names = ("starts", "ends", "cards", "card_type", "provider", "data_budget", "cause")
    return {"seen": row.number, **{name: getattr(row, name) for name in names if hasattr(row, name)}}


def _correction(form: Any) -> dict[str, Any]:
    data = form.cleaned_data
    return {"facts": None if data["void"] else form.facts, "reason": data["reason"], "seen": data["seen"]}


def _page(
    request: HttpRequest, programme: Programme, form: Any, *, heading: str, grant: SupportGrant | None = None
) -> HttpResponse:
    context = {"programme": programme, "form": form, "page_heading": heading, "grant": grant}
    return form_page(request, "consortia/ops/support_form.html", context)
