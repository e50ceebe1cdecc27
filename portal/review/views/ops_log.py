"""Operations: the decision log of a programme."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.common.access import ViewerRequest, access
from portal.programmes.models import Programme
from portal.review.policies import rules
from portal.review.selectors.decisions import decision_log as lines_of


@access(rules.oversees_programme)
def decision_log(request: ViewerRequest, slug: str) -> HttpResponse:
    """One line per decision, in the order of time; `?format=text` gives the lines of the command."""
    programme = get_object_or_404(Programme, slug=slug)
    lines = lines_of(programme)
    if request.GET.get("format") == "text":
        text = "".join(f"{line}\n" for line in lines)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return render(request, "review/ops/decision_log.html", {"programme": programme, "lines": lines})
