"""A receipt as page, file and paper, and the public page that checks one."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import access, anyone
from portal.letters.papers.download import handed_over, of_document
from portal.submissions import policies, selectors
from portal.submissions.forms import NumberForm, ReceiptFileForm
from portal.submissions.models import Receipt


@access(policies.sees_receipt)
@require_safe
def receipt_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the receipt; the print style makes a paper of it too."""
    row = _receipt(number)
    context = {
        "receipt": row,
        "proof": selectors.receipt_document(row)["ledger"],
        "files": selectors.shown_files(row),
        "hidden_files": selectors.hidden_files(row),
        "portal_url": settings.PORTAL_URL.rstrip("/"),
    }
    return render(request, "submissions/receipt.html", context)


@access(policies.sees_receipt)
@require_safe
def receipt_file(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over the receipt with its proof: it can be checked without the portal."""
    document = selectors.receipt_document(_receipt(number))
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="receipt-{number}.json"'
    return response


@access(of_document(policies.sees_receipt))
@require_safe
def receipt_document(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Hand over the receipt as PDF or ODT."""
    row = _receipt(number)
    ledger = selectors.receipt_document(row)["ledger"]
    paper = selectors.receipt_paper(row, ledger=ledger, portal=settings.PORTAL_URL.rstrip("/"))
    return handed_over(request, paper, form=form, name=f"receipt-{number}")


@access(anyone)
@require_http_methods(["GET", "HEAD", "POST"])
def verify_receipt(request: HttpRequest) -> HttpResponse:
    """Say of a receipt that it is valid, changed or unknown: by number and digest in the address, or by its file.

    A file is too long for an address, so its answer comes with the POST, which changes nothing.
    """
    asked = {"number": request.GET.get("number"), "digest": request.GET.get("digest")}
    by_number = NumberForm(None if asked["number"] is None else asked)
    by_file = ReceiptFileForm(request.POST or None, request.FILES or None)
    form = by_file if request.method == "POST" else by_number
    finding = form.finding() if form.is_bound and form.is_valid() else None
    refused = form.is_bound and bool(form.errors)
    context = {"by_number": by_number, "by_file": by_file, "finding": finding}
    return render(request, "submissions/verify_receipt.html", context, status=422 if refused else 200)


def _receipt(number: str) -> Receipt:
    rows = Receipt.objects.select_related("submission__entry__phase__programme", "submission__entry__consortium")
    return get_object_or_404(rows, number=number)
