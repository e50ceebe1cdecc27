"""Handing a document to a browser. The view's own rule decides who may have it: there is none here."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.common.access import UNKNOWN, Rule, Verdict
from portal.common.viewer import Viewer
from portal.letters.papers.model import Paper
from portal.letters.papers.odt import odt_of
from portal.letters.papers.pdf import PdfUnavailable, pdf_of

PDF, ODT = "pdf", "odt"
TYPES = {PDF: "application/pdf", ODT: "application/vnd.oasis.opendocument.text"}


def of_document(rule: Rule) -> Rule:
    """The rule of a page for its documents: the same answer, and other endings than .pdf and .odt do not exist."""

    @wraps(rule)
    def with_form(viewer: Viewer, *, form: str, **kwargs: Any) -> Verdict:
        return rule(viewer, **kwargs) if form in TYPES else UNKNOWN

    return with_form


def handed_over(request: HttpRequest, paper: Paper, *, form: str, name: str) -> HttpResponse:
    """The file as an attachment called `name`; a page with the reason where PDF cannot be written here."""
    try:
        content = pdf_of(paper) if form == PDF else odt_of(paper)
    except PdfUnavailable:
        return render(request, "letters/no_pdf.html", status=503)
    answer = HttpResponse(content, content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
