"""A programme from a file: what ships with the portal, or what an installation writes for itself."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.viewer import SYSTEM, Viewer
from portal.programmes.actions.rulesets import propose_rules
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Phase, Programme
from portal.programmes.policies import require_role
from portal.programmes.programme_file import PhasePlan, read_programme


@transaction.atomic
def load_programme(path: Path, *, actor: Viewer = SYSTEM) -> Programme:
    """Create what the file describes. Loading it again adds what is new and proposes changed rules to drafted phases."""
    require_role(actor, "officer", "system")
    plan = read_programme(path, today=timezone.localdate())
    programme, created = Programme.objects.get_or_create(
        slug=plan.slug, defaults={"name_ko": plan.name.ko, "name_en": plan.name.en}
    )
    for row in plan.phases:
        _load_phase(programme, row, actor=actor)
    if created:
        record(
            AuditAction.PROGRAMME_LOADED,
            actor=actor.actor,
            subject=f"programme:{programme.pk}",
            after={"slug": plan.slug},
        )
    return programme


def _load_phase(programme: Programme, row: PhasePlan, *, actor: Viewer) -> None:
    phase = Phase.objects.filter(slug=row.slug).first()
    if phase is not None and phase.programme_id != programme.pk:
        raise ProgrammeError(
            _("Another programme has a phase %(slug)s already; choose another short name.") % {"slug": row.slug}
        )
    if phase is None:
        phase = Phase.objects.create(
            programme=programme,
            number=row.number,
            slug=row.slug,
            name_ko=row.name.ko,
            name_en=row.name.en,
            seats=row.seats,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            objection_days=row.objection_days,
            embargo_until=row.embargo_until,
            is_rehearsal=row.is_rehearsal,
        )
        record(AuditAction.PHASE_ADDED, actor=actor.actor, subject=f"phase:{phase.pk}", after={"slug": row.slug})
    if phase.state == PhaseState.DRAFTED:
        propose_rules(phase, row.rules, actor=actor)
