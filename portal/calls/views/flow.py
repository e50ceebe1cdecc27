"""What every page with a form of this app shares. A refused form stays, with its text, as 422."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from portal.common.acts import REFUSED
from portal.programmes.models import Call


def replaced(sent: QueryDict, **values: object) -> QueryDict:
    """What was sent, with some hidden fields brought up to date: everything that was typed is kept."""
    copy = sent.copy()
    for name, value in values.items():
        copy[name] = str(value)
    return copy


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 0) -> HttpResponse:
    """A page with a form: 200 when it is read, 422 when what was sent comes back."""
    return render(request, template, context, status=status or (REFUSED if request.method == "POST" else 200))


def get_call(pk: int) -> Call:
    rows = Call.objects.select_related("phase__programme", "phase__ruleset__programme", "terms")
    return get_object_or_404(rows, pk=pk)
