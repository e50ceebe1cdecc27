"""Public: every suite that is loaded, as a page and as the document that its digest is of."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation.models import Suite
from portal.common.access import access, anyone
from portal.measurements.selectors.suites import all_suites, in_words, suite_document, suite_view


@access(anyone)
@require_safe
def suites(request: HttpRequest) -> HttpResponse:
    rows = [(row, in_words(row.document["title"]), len(row.document["tasks"])) for row in all_suites()]
    return render(request, "measurements/suites/list.html", {"suites": rows})


@access(anyone)
@require_safe
def suite(request: HttpRequest, name: str, version: int) -> HttpResponse:
    row = get_object_or_404(Suite, name=name, version=version)
    return render(request, "measurements/suites/suite.html", {"row": row, "view": suite_view(row)})


@access(anyone)
@require_safe
def document(request: HttpRequest, name: str, version: int) -> HttpResponse:
    row = get_object_or_404(Suite, name=name, version=version)
    return JsonResponse(suite_document(row), json_dumps_params={"ensure_ascii": False, "indent": 2})
