"""What a call is to whoever looks: its terms, whether it receives now, the vacancy it fills and the decision on it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from portal.calls.models import CallTerms, Requirement, Selected
from portal.programmes.enums import CallState
from portal.programmes.models import Call, Phase
from portal.review.actions.vacancies import SELECTIONS
from portal.review.enums import DecisionState, Outcome
from portal.review.models import Decision

OVER = (CallState.CLOSED, CallState.JUDGED, CallState.FILLED, CallState.LEFT_VACANT)
ENDED = (CallState.FILLED, CallState.LEFT_VACANT)
TOLD = (DecisionState.NOTIFIED, DecisionState.FINAL, DecisionState.ANNULLED)
REPLACED = (DecisionState.SUPERSEDED, DecisionState.DISCARDED)


def calls() -> "QuerySet[Call]":
    return Call.objects.select_related("phase__programme", "phase__ruleset", "terms").order_by("-opens_at", "-pk")


def announced_calls() -> "QuerySet[Call]":
    return calls().exclude(state=CallState.DRAFTED)


def terms_of(call: Call) -> CallTerms:
    """The terms as written; a call that was opened without any is named after the phase it leads to."""
    found = getattr(call, "terms", None)
    return found if found is not None else default_terms(call.phase, call=call)


def default_terms(phase: Phase, *, call: Call | None = None) -> CallTerms:
    """An unsaved first draft."""
    titles = {"name_ko": f"{phase.name_ko} 참가 공모", "name_en": f"Call for {phase.name_en}"}
    return CallTerms(call=call, **titles) if call is not None else CallTerms(**titles)


def requirements_of(call: Call) -> list[Requirement]:
    return list(Requirement.objects.filter(call=call).order_by("number"))


def is_receiving(call: Call, *, at: datetime | None = None) -> bool:
    """The one place that says whether applications come in: opened, begun, and before the deadline."""
    now = at or timezone.now()
    return call.state == CallState.OPEN and call.opens_at <= now < call.closes_at


def vacancy_of(call: Call) -> Decision | None:
    """The decision that left the seat vacant, where the call has one; a first selection has none."""
    return Decision.objects.filter(call=call, outcome=Outcome.VACATE_SEAT).select_related("phase").first()


def selection_of(call: Call) -> Decision | None:
    """The decision on the call that was neither superseded nor discarded; one that was annulled later stays readable."""
    rows = Decision.objects.filter(call=call, outcome__in=SELECTIONS).exclude(state__in=REPLACED)
    return rows.select_related("minutes", "drafted_by", "approved_by", "phase").order_by("-pk").first()


def published_outcome(call: Call) -> Decision | None:
    """What the public reads of the selection, once the applicants have been told."""
    found = selection_of(call)
    return found if found is not None and call.state in ENDED and found.state in TOLD else None


def selected_by(decision: Decision) -> list[Selected]:
    rows = Selected.objects.filter(decision=decision).select_related("application__consortium", "application__call")
    return list(rows.order_by("application__consortium__slug"))


def titles_of(call: Call) -> tuple[str, str]:
    """The title in Korean and in English, for letters and documents that carry both."""
    terms = terms_of(call)
    with override("ko"):
        korean = terms.name
    return korean, terms.name_en
