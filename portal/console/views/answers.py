"""What pages of teams and staff share: the refusal of an act as text for a form, and what came of trying an endpoint."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.common.acts import REFUSALS, told
from portal.console import actions
from portal.console.selectors.endpoints import current_endpoint
from portal.consortia.models import Entry
from portal.review.views.flow import person


def refusal_of(act: Callable[[], Any]) -> str | None:
    """Carry out `act`; the cause when it was refused."""
    try:
        act()
    except REFUSALS as refusal:
        return told(refusal)
    return None


def tell_check(request: HttpRequest, entry: Entry) -> None:
    """Try the entry's endpoint and say how it went, in words of ours: nothing of the other side's reply is shown."""
    endpoint = current_endpoint(entry)
    if endpoint is None:
        messages.error(request, _("Enter first where the model is served."))
        return
    tried = actions.check_endpoint(endpoint, checked_by=person(request))
    if tried.failure:
        why = tried.get_failure_display()
        messages.error(request, _("The served model gave no answer: %(why)s.") % {"why": why})
    else:
        messages.success(request, _("The served model answered."))
