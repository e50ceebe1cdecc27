"""`{% load letters %}`: the buttons under a document, and its number."""

from typing import Any

from django import template

from portal.letters.papers.pdf import is_available
from portal.letters.selectors import number_of

register = template.Library()


@register.inclusion_tag("letters/components/downloads.html")
def downloads(pdf_url: str, odt_url: str) -> dict[str, Any]:
    """Links to the document as PDF and ODT; says so where this installation writes no PDF."""
    return {"pdf_url": pdf_url, "odt_url": odt_url, "pdf": is_available()}


@register.simple_tag
def document_number(subject_key: str) -> str:
    return number_of(subject_key)
