"""Minutes, notices and sheets as PDF and ODT, under the rules of their pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from portal.common.access import access
from portal.letters.papers.download import handed_over, of_document
from portal.review import actions
from portal.review.models import Minutes, Notice
from portal.review.policies import rules
from portal.review.selectors.papers import minutes_paper, notice_paper, sheet_paper
from portal.review.views.flow import person
from portal.review.views.sheets import sheet_or_404


@access(of_document(rules.sees_minutes))
def minutes(request: HttpRequest, minutes_id: int, form: str) -> HttpResponse:
    rows = Minutes.objects.select_related("panel__phase__programme", "panel__phase__ruleset", "recorded_by")
    row = get_object_or_404(rows, pk=minutes_id)
    return handed_over(request, minutes_paper(row), form=form, name=f"minutes-{row.pk}")


@access(of_document(rules.reads_notice))
def notice(request: HttpRequest, notice_id: int, form: str) -> HttpResponse:
    """Whoever takes the document has received the notice."""
    rows = Notice.objects.select_related("entry__phase__programme", "entry__phase__ruleset", "consortium")
    row = get_object_or_404(rows, pk=notice_id)
    actions.read_notice(row, read_by=person(request))
    return handed_over(request, notice_paper(row), form=form, name=f"notice-{row.pk}")


@access(of_document(rules.sees_notice))
def notice_of_staff(request: HttpRequest, notice_id: int, form: str) -> HttpResponse:
    rows = Notice.objects.select_related("entry__phase__programme", "entry__phase__ruleset", "consortium")
    row = get_object_or_404(rows, pk=notice_id)
    return handed_over(request, notice_paper(row), form=form, name=f"notice-{row.pk}")


@access(of_document(rules.sees_sheet))
def sheet(request: HttpRequest, sheet_id: int, form: str) -> HttpResponse:
    row = sheet_or_404(sheet_id)
    own = row.assignment.seat.user_id == person(request).pk
    return handed_over(request, sheet_paper(row, own=own), form=form, name=f"sheet-{row.pk}")
