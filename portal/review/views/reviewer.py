"""A reviewer's home, the declaration before anything opens, and the own comparison."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.common.posted import number_of
from portal.review import actions
from portal.review.enums import DeclarationState
from portal.review.labels import PLEDGE
from portal.review.models import PanelSeat
from portal.review.policies import rules
from portal.review.selectors.desk import comparison, desk_of
from portal.review.selectors.invitations import invitations_open_to
from portal.review.selectors.panels import institutions_to_declare
from portal.review.views.flow import person


@access(rules.reviews)
def home(request: ViewerRequest) -> HttpResponse:
    """Declaration first, then the assigned work n of m, then what comes next."""
    user = person(request)
    return render(
        request, "review/home.html", {"desks": desk_of(user.pk), "invitations": invitations_open_to(user.email)}
    )


def _seat(seat_id: int) -> PanelSeat:
    rows = PanelSeat.objects.select_related("panel__phase__programme", "panel__phase__ruleset", "declaration")
    return get_object_or_404(rows, pk=seat_id)


@access(rules.owns_seat)
def declaration(request: HttpRequest, seat_id: int) -> HttpResponse:
    seat = _seat(seat_id)
    if request.method == "POST":
        answers = _answers(seat, request.POST)
        pledged = [number_of(number, default=0) for number in request.POST.getlist("pledge")]
        if tried(
            request,
            lambda: actions.declare(seat.declaration, declared_by=person(request), interests=answers, pledged=pledged),
            done=_("Your declaration is recorded."),
        ):
            return redirect("review:home")
        return _declaration_page(request, seat, posted=request.POST, status=422)
    return _declaration_page(request, seat, posted=None)


def _answers(seat: PanelSeat, posted: QueryDict) -> dict[tuple[int, int], str | None]:
    """None for "no interest"; the explanation for an interest; institutions left open are not in the result."""
    answers: dict[tuple[int, int], str | None] = {}
    for place in institutions_to_declare(seat.panel.phase):
        name = _name(place.key)
        if posted.get(name) == "no":
            answers[place.key] = None
        elif posted.get(name) == "yes":
            answers[place.key] = posted.get(f"{name}-why", "")
    return answers


def _name(key: tuple[int, int]) -> str:
    return f"interest-{key[0]}-{key[1]}"


def _declaration_page(
    request: HttpRequest, seat: PanelSeat, *, posted: QueryDict | None, status: int = 200
) -> HttpResponse:
    known = {(row.consortium_id, row.institution_id): row for row in seat.declaration.interests.all()}
    rows = []
    for place in institutions_to_declare(seat.panel.phase):
        name, before = _name(place.key), known.get(place.key)
        answer = ("yes" if before.interest else "no") if before else ""
        why = before.explanation if before else ""
        if posted is not None:
            answer, why = posted.get(name, ""), posted.get(f"{name}-why", "")
        rows.append({"place": place, "name": name, "answer": answer, "why": why})
    ticked = set(posted.getlist("pledge")) if posted else set()
    context = {
        "seat": seat,
        "phase": seat.panel.phase,
        "rows": rows,
        "pledge": [(number, text, str(number) in ticked) for number, text in enumerate(PLEDGE, start=1)],
        "open": seat.declaration.state in {DeclarationState.MISSING, DeclarationState.CLEAR, DeclarationState.ALLOWED},
    }
    return render(request, "review/declaration.html", context, status=status)


@access(rules.owns_cleared_seat)
def comparison_page(request: HttpRequest, seat_id: int) -> HttpResponse:
    """The reviewer's own scores side by side; nobody else's appear anywhere on it."""
    seat = _seat(seat_id)
    return render(request, "review/comparison.html", {"seat": seat, "phase": seat.panel.phase, **comparison(seat)})
