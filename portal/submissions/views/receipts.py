"""Pages of a receipt."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.common.access import ViewerRequest, access
from portal.submissions import policies, selectors
from portal.submissions.models import Receipt


@access(policies.sees_receipt)
@require_safe
def receipt_page(request: ViewerRequest, number: str) -> HttpResponse:
    row = get_object_or_404(Receipt.objects.select_related("submission__entry__phase"), number=number)
    return render(
        request, "submissions/receipt.html", {"receipt": row, "proof": selectors.receipt_document(row)["ledger"]}
    )


@access(policies.sees_receipt)
@require_safe
def receipt_file(request: ViewerRequest, number: str) -> HttpResponse:
    document = selectors.receipt_document(get_object_or_404(Receipt, number=number))
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="receipt-{number}.json"'
    return response
