"""What every page with a form answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form: 422 when the form came back refused, with everything still in it."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)
