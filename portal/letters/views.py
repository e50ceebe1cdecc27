"""Operations: what was mailed, what was not, what was read; and the register of document numbers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.access import ViewerRequest, access
from portal.common.transitions import TransitionError
from portal.letters import actions, selectors
from portal.letters.enums import LetterState
from portal.letters.forms import ReasonForm
from portal.letters.models import Letter, OfficialNumber
from portal.letters.policies import oversees_letters, sends_again

PAGE = 50
UNPROCESSABLE = 422


@access(oversees_letters)
@require_safe
def letters(request: ViewerRequest) -> HttpResponse:
    """All letters, or those of one state; failed ones are counted on every one of these pages."""
    state = request.GET.get("state", "")
    rows = selectors.letters_in(state if state in LetterState.values else "")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "counts": selectors.counts(), "chosen": state}
    return render(request, "letters/letters.html", context)


@access(oversees_letters)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: ViewerRequest, letter_id: int) -> HttpResponse:
    row = get_object_or_404(Letter, pk=letter_id)
    may_send = sends_again(request.viewer).allowed
    form = ReasonForm(request.POST or None)
    posted = request.method == "POST"
    if posted and not may_send:
        return render(request, "403.html", {"reason": sends_again(request.viewer).reason}, status=403)
    if posted and form.is_valid() and _sent_again(request, row, reason=form.cleaned_data["reason"]):
        return redirect("ops_letters:letter", letter_id=row.pk)
    may_send = may_send and row.state == LetterState.FAILED
    context = {"letter": row, "form": form, "may_send": may_send}
    return render(request, "letters/letter.html", context, status=UNPROCESSABLE if posted else 200)


def _sent_again(request: ViewerRequest, row: Letter, *, reason: str) -> bool:
    try:
        actions.send_again(row, actor=request.viewer.actor, reason=reason)
    except TransitionError:
        messages.error(request, _("Only a letter that was given up is sent again; look at its state."))
        return False
    messages.success(request, _("The letter is back in the outbox and leaves within a minute."))
    return True


@access(oversees_letters)
@require_safe
def numbers(request: ViewerRequest) -> HttpResponse:
    page = Paginator(OfficialNumber.objects.all(), PAGE).get_page(request.GET.get("page"))
    return render(request, "letters/numbers.html", {"page_obj": page})
