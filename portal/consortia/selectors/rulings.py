"""Reads on questions about components, and the rulings that bind a phase."""

from django.db.models import QuerySet

from portal.consortia.models import AdvanceRuling, ComponentQuestion, Entry
from portal.programmes.models import Phase
from portal.programmes.ruleset import Component, parse_ruleset


def component_table(phase: Phase) -> tuple[Component, ...]:
    return parse_ruleset(phase.ruleset.document).components if phase.ruleset else ()


def component_titled(phase: Phase, key: str) -> Component | None:
    return next((row for row in component_table(phase) if row.key == key), None)


def rulings_in(phase: Phase) -> QuerySet[AdvanceRuling]:
    """What everybody may read: component, question as published, ruling, reason. The asking team is not part of it."""
    return AdvanceRuling.objects.filter(question__phase=phase).select_related("question").order_by("number")


def questions_in(phase: Phase) -> QuerySet[ComponentQuestion]:
    """For staff: every question with its team and its ruling."""
    return phase.component_questions.select_related("entry__consortium", "ruling").order_by("asked_at")


def questions_by(entry: Entry) -> QuerySet[ComponentQuestion]:
    return entry.component_questions.select_related("ruling", "phase__ruleset").order_by("asked_at")
