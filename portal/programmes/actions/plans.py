"""Programmes and phases as an officer writes them down: created, and corrected as long as the table allows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.viewer import Viewer
from portal.programmes.actions.base import locked_phase
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.errors import ChangedMeanwhile, ProgrammeError
from portal.programmes.models import Phase, Programme
from portal.programmes.policies import editable_fields, require_role
from portal.programmes.selectors import fingerprint
from portal.programmes.transitions import PLAN

PROGRAMME_FIELDS = frozenset({"slug", "name_ko", "name_en"})
RESERVED = frozenset({"new", "of", "calls"})  # parts of addresses


@transaction.atomic
def create_programme(facts: Mapping[str, Any], *, actor: Viewer) -> Programme:
    """`facts` are slug, name_ko and name_en."""
    require_role(actor, "officer")
    programme = Programme(**_known(facts, PROGRAMME_FIELDS))
    _saved(programme, taken=_("Another programme has this short name already; choose another one."))
    record(
        AuditAction.PROGRAMME_ADDED,
        actor=actor.actor,
        subject=f"programme:{programme.pk}",
        after=_told(facts),
    )
    return programme


@transaction.atomic
def edit_programme(programme: Programme, changes: Mapping[str, Any], *, seen: str, actor: Viewer) -> Programme:
    """Correct the names; the address stays as soon as the rules of one of its phases are frozen."""
    require_role(actor, "officer")
    locked = Programme.objects.select_for_update().get(pk=programme.pk)
    _must_be_as_seen(locked, seen)
    if "slug" in changes and locked.phases.exclude(state=PhaseState.DRAFTED).exists():
        raise ProgrammeError(_("The rules of a phase are frozen; the address stays as it was announced."), field="slug")
    before = _apply(locked, _known(changes, PROGRAMME_FIELDS))
    if before:
        _saved(locked, taken=_("Another programme has this short name already; choose another one."))
        record(
            AuditAction.PROGRAMME_EDITED,
            actor=actor.actor,
            subject=f"programme:{locked.pk}",
            before=_told(before),
            after=_told({name: getattr(locked, name) for name in before}),
        )
    return locked


@transaction.atomic
def create_phase(programme: Programme, facts: Mapping[str, Any], *, actor: Viewer) -> Phase:
    """`facts` name fields of the plan (`transitions.PLAN`); what is left out is unknown or as usual."""
    require_role(actor, "officer")
    owner = Programme.objects.select_for_update().get(pk=programme.pk)
    phase = Phase(programme=owner, **_known(facts, PLAN))
    _must_be_possible(phase)
    _saved(phase, taken=_("Another phase has this short name already; choose another one."))
    record(AuditAction.PHASE_ADDED, actor=actor.actor, subject=f"phase:{phase.pk}", after=_told(facts))
    return phase


@transaction.atomic
def edit_phase(phase: Phase, changes: Mapping[str, Any], *, seen: str, actor: Viewer) -> Phase:
    """Write the changed fields. What the phase's state no longer allows is refused whole, and so is an outdated view."""
    require_role(actor, "officer")
    locked = locked_phase(phase)
    _must_be_as_seen(locked, seen)
    closed = set(changes) - editable_fields(locked)
    if closed:
        raise ProgrammeError(
            _("This can no longer be changed: the phase is past it. A later deadline is a decision of its own."),
            field=min(closed),
        )
    before = _apply(locked, _known(changes, PLAN))
    if before:
        _must_be_possible(locked)
        _saved(locked, taken=_("Another phase has this short name already; choose another one."))
        record(
            AuditAction.PHASE_EDITED,
            actor=actor.actor,
            subject=f"phase:{locked.pk}",
            before=_told(before),
            after=_told({name: getattr(locked, name) for name in before}),
        )
    return locked


def _must_be_as_seen(row: Programme | Phase, seen: str) -> None:
    if fingerprint(row) != seen:
        raise ChangedMeanwhile(
            _("Somebody else changed this while you were writing. Your text is kept below; compare it and save again.")
        )


def _must_be_possible(phase: Phase) -> None:
    if phase.slug in RESERVED:
        raise ProgrammeError(_("This short name is part of other addresses; choose another one."), field="slug")
    others = Phase.objects.filter(programme_id=phase.programme_id, number=phase.number).exclude(pk=phase.pk)
    if others.exists():
        raise ProgrammeError(
            _("This programme has a phase with this number already; choose another one."), field="number"
        )
    if phase.opens_at and phase.closes_at and phase.closes_at <= phase.opens_at:
        raise ProgrammeError(_("Receiving closes before it opens; change one of the two."), field="closes_at")


def _known(facts: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    unknown = set(facts) - names
    if unknown:
        raise TypeError(f"Not fields of the plan: {', '.join(sorted(unknown))}")
    return dict(facts)


def _apply(row: models.Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs; the values that stood there before."""
    before = {name: getattr(row, name) for name, value in changes.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, changes[name])
    return before


def _saved(row: models.Model, *, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ProgrammeError(taken, field="slug") from error


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
