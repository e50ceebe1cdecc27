"""Reads on programmes."""

from datetime import timedelta

from django.db.models import Max, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Lag

from portal.common.formats.canonical import digest_of
from portal.common.transitions import Transition
from portal.common.viewer import Viewer
from portal.programmes.enums import CallState, PhaseState
from portal.programmes.models import Call, DeadlineChange, Phase, Programme, RuleSetDraft, RuleSetVersion
from portal.programmes.policies import STAFF, needs_reason
from portal.programmes.ruleset import RuleSet, parse_ruleset
from portal.programmes.transitions import PHASE, PLAN


def programmes() -> QuerySet[Programme]:
    return Programme.objects.order_by("-created_at", "slug").prefetch_related(
        Prefetch("phases", queryset=Phase.objects.select_related("ruleset__programme"))
    )


def fingerprint(row: Programme | Phase) -> str:
    """Stands for everything a form may write: two people who write one row are told apart by it."""
    names = sorted(PLAN) if isinstance(row, Phase) else ["name_en", "name_ko", "slug"]
    return digest_of([str(getattr(row, name)) for name in names])


def next_number(programme: Programme) -> int:
    return (programme.phases.aggregate(last=Max("number"))["last"] or 0) + 1


def draft_of(phase: Phase) -> RuleSetDraft | None:
    return RuleSetDraft.objects.filter(phase=phase).first()


def grace_of(version: RuleSetVersion) -> timedelta:
    """How long after the deadline the bytes of what was declared in time may still arrive; a rule set may say nothing."""
    return timedelta(hours=int(version.document.get("grace_hours", 0)))


def phase_by_slug(slug: str) -> Phase:
    return Phase.objects.select_related("programme", "ruleset").get(slug=slug)


def phases_receiving() -> QuerySet[Phase]:
    return Phase.objects.filter(state=PhaseState.RECEIVING).select_related("programme", "ruleset")


def rulesets_for(viewer: Viewer, programme: Programme) -> QuerySet[RuleSetVersion]:
    """Versions that are frozen or put to everybody as a proposal; drafts for staff alone. `previous` is the one before."""
    versions = programme.rulesets.order_by("version").prefetch_related("phases")
    if not viewer.has_role(*STAFF):
        versions = versions.filter(Q(frozen_at__isnull=False) | Q(shown_at__isnull=False))
    return versions.annotate(previous=Window(Lag("version"), order_by="version"))


def rules_of(phase: Phase) -> RuleSet | None:
    return parse_ruleset(phase.ruleset.document) if phase.ruleset else None


def deadline_changes_of(phase: Phase) -> QuerySet[DeadlineChange]:
    return phase.deadline_changes.order_by("decided_at")


def deadline_changes_in(programme: Programme) -> QuerySet[DeadlineChange]:
    return DeadlineChange.objects.filter(phase__programme=programme).select_related("phase").order_by("decided_at")


def announced_calls_in(programme: Programme) -> QuerySet[Call]:
    announced = Call.objects.filter(phase__programme=programme).exclude(state=CallState.DRAFTED)
    return announced.select_related("phase").order_by("opens_at")


def calls_of(phase: Phase) -> QuerySet[Call]:
    return phase.calls.order_by("opens_at")


def steps_open_to(viewer: Viewer, phase: Phase) -> list[Transition]:
    """The rows the table allows in this state to one of the viewer's roles; `needs_reason` as of this moment."""
    rows = [row for row in PHASE if row.source == phase.state and viewer.has_role(*row.by)]
    return [row._replace(needs_reason=needs_reason(row, phase)) for row in rows]
