"""Operations: documents of outside bodies, the figures two people take down from them, and lists of many at once."""

from functools import partial
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import refuse, status_of, tried
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.errors import NotPossible
from portal.review.models import OutsideDocument, OutsideResult
from portal.review.outside_forms import OutsideDocumentForm, OutsideListForm, OutsideResultForm
from portal.review.outside_list import COLUMNS, read_figures
from portal.review.policies import Subject, rules, view
from portal.review.selectors.outside import corrected_figures, outside_documents, standing_figures
from portal.review.views.flow import person, tried_and_go
from portal.review.views.ops_phase import get_phase

FORMS = ("keep", "enter", "import")


@access(rules.oversees_phase)
@require_http_methods(["GET", "HEAD", "POST"])
def outside_results(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """Keep a document, enter figures by hand or as a list. Values show from the seal on; before, to the two who enter them."""
    row = get_phase(phase_id)
    wanted = request.POST.get("do", "enter") if request.method == "POST" else ""
    forms = _forms(request, row, wanted)
    form = forms.get(wanted)
    if form is not None and form.is_valid() and _carry_out(request, row, wanted, form):
        return redirect("ops:outside_results", phase_id=row.pk)
    shown = view(request.viewer, Subject.OUTSIDE_RESULT, row).allowed
    staff = request.viewer.has_role("officer", "decider")
    context = {
        "phase": row,
        "forms": forms,
        "wanted": wanted,
        "documents": outside_documents(row, viewer=request.viewer, shown=shown),
        "results": standing_figures(row).select_related("entry", "entered_by", "confirmed_by", "document"),
        "corrected": corrected_figures(row),
        "shown": shown,
        "me": person(request),
        "officer": request.viewer.has_role("officer"),
        "staff": staff,
    }
    return render(request, "review/ops/outside_results.html", context, status=status_of(form) if form else 200)


def _forms(request: HttpRequest, phase: Phase, wanted: str) -> dict[str, Any]:
    def data(name: str) -> tuple[Any, Any]:
        return (request.POST, request.FILES) if wanted == name else (None, None)

    return {
        "keep": OutsideDocumentForm(*data("keep"), auto_id="keep_%s"),
        "enter": OutsideResultForm(*data("enter"), phase=phase),
        "import": OutsideListForm(*data("import"), phase=phase, columns=", ".join(COLUMNS), auto_id="list_%s"),
    }


def _carry_out(request: HttpRequest, phase: Phase, wanted: str, form: Any) -> bool:
    data, by = form.cleaned_data, person(request)
    if wanted == "keep":
        facts = {"body": data["body"], "title": data["title"], "name": data["file"].name}
        keep = partial(actions.keep_outside_document, phase, chunks=data["file"].chunks(), kept_by=by, **facts)
        return tried(request, keep, form=form, done=_("The document is kept; its digest is computed."))
    if wanted == "import":
        return _import(request, phase, form)
    return tried(request, lambda: _enter(request, form), form=form, done=_("The figure is entered."))


def _import(request: HttpRequest, phase: Phase, form: Any) -> bool:
    """Every fault with its line; nothing is taken from a list that has one."""
    lines, faults = read_figures(form.cleaned_data["text"], document=form.cleaned_data["document"])
    told = [str(fault) for fault in faults]
    if not told:
        told = actions.import_outside_results(phase, lines=lines, entered_by=person(request))
    for fault in told[:50]:
        refuse(form, NotPossible(fault))
    if told:
        return False
    return tried(request, lambda: None, done=_("%(count)s figures are entered.") % {"count": len(lines)})


def _enter(request: HttpRequest, form: OutsideResultForm) -> OutsideResult:
    data = form.cleaned_data
    part, item = form.part_and_item
    figure = actions.OutsideFigure(
        part, item, data["value"], data["document"], target=data["target"], stderr=data["stderr"], raw=data["raw"]
    )
    return actions.enter_outside_result(data["entry"], figure=figure, entered_by=person(request), reason=data["reason"])


@access(rules.oversees_phase)
@step_up
@require_POST
def confirm_outside_result(request: HttpRequest, phase_id: int, result_id: int) -> HttpResponse:
    result = get_object_or_404(OutsideResult, pk=result_id, phase_id=phase_id)
    return tried_and_go(
        request,
        lambda: actions.confirm_outside_result(result, confirmed_by=person(request)),
        done=_("The figure is confirmed."),
        to="ops:outside_results",
        phase_id=phase_id,
    )


@access(rules.oversees_phase)
@step_up
@require_POST
def confirm_outside_document(request: HttpRequest, phase_id: int, outsidedocument_id: int) -> HttpResponse:
    """Every figure of one document at once, after a list was imported from it."""
    document = get_object_or_404(OutsideDocument, pk=outsidedocument_id, phase_id=phase_id)
    return tried_and_go(
        request,
        lambda: actions.confirm_outside_document(document, confirmed_by=person(request)),
        done=_("The figures of the document are confirmed."),
        to="ops:outside_results",
        phase_id=phase_id,
    )


@access(rules.reads_outside_document)
@require_safe
def outside_document(request: ViewerRequest, phase_id: int, outsidedocument_id: int) -> FileResponse:
    """The file as it came, always as a download: it is a stranger's."""
    row = get_object_or_404(OutsideDocument, pk=outsidedocument_id, phase_id=phase_id)
    stream = open_blob(row.blob, reader=request.viewer.actor, purpose=ReadPurpose.REPORT)
    return FileResponse(stream, as_attachment=True, filename=row.name, content_type="application/octet-stream")


@access(rules.oversees_phase)
@require_safe
def outside_results_json(request: ViewerRequest, phase_id: int) -> JsonResponse:
    """The same as the page, for programs: values under the same seal."""
    row = get_phase(phase_id)
    shown = view(request.viewer, Subject.OUTSIDE_RESULT, row).allowed
    rows = standing_figures(row).select_related("entry", "document")
    return JsonResponse({"phase": row.slug, "figures": [_figure(figure, shown=shown) for figure in rows]})


def _figure(row: OutsideResult, *, shown: bool) -> dict[str, Any]:
    values = ("value", "target", "stderr", "raw")
    return {
        "entry": row.entry.code,
        "part": row.part,
        "item": row.item,
        "version": row.version,
        "body": row.body,
        "document": row.document_digest,
        "confirmed": row.confirmed_by_id is not None,
        **{name: (getattr(row, name) or None) if shown else None for name in values},
    }
