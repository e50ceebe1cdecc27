"""`{% load letters %}`: a document's number, and the buttons that hand it over."""

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse

from portal.letters.papers.download import ODT, PDF
from portal.letters.papers.pdf import is_available
from portal.letters.selectors import number_of

register = template.Library()


@register.inclusion_tag("letters/components/downloads.html")
def downloads(url_name: str, pk: int | str) -> dict[str, Any]:
    """Links to a document as PDF and ODT; says so where this installation writes no PDF."""
    return {
        "pdf_url": reverse(url_name, args=[pk, PDF]),
        "odt_url": reverse(url_name, args=[pk, ODT]),
        "pdf": is_available(),
    }


@register.simple_tag
def document_number(kind: str, row: Model) -> str:
    """`{% document_number "review.minutes" minutes as number %}`: empty while it has none."""
    return number_of(f"{kind}:{row.pk}")
