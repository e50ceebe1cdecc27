"""Every write on programmes, phases, rule sets and calls. Each locks its row, asks the table, writes, and records."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.common.transitions import find
from portal.common.viewer import SYSTEM, Viewer
from portal.programmes.enums import AuditAction, CallState, PhaseState
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Call, DeadlineChange, Phase, Programme, RuleSetVersion
from portal.programmes.policies import authorise, require_role
from portal.programmes.programme_file import PhasePlan, read_programme
from portal.programmes.ruleset import parse_ruleset
from portal.programmes.transitions import CALL, PHASE

BEFORE_CLOSING = (PhaseState.DRAFTED, PhaseState.RULES_FROZEN, PhaseState.RECEIVING)


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
        )
        record(AuditAction.PHASE_ADDED, actor=actor.actor, subject=f"phase:{phase.pk}", after={"slug": row.slug})
    if phase.state == PhaseState.DRAFTED:
        propose_rules(phase, row.rules, actor=actor)


@transaction.atomic
def propose_rules(phase: Phase, document: Any, *, actor: Viewer) -> RuleSetVersion:
    """Make the document the phase's rule set; the same document again is the same version. RuleSetError if it cannot stand."""
    require_role(actor, "officer", "system")
    name = parse_ruleset(document).name
    locked = _lock(phase)
    if locked.state != PhaseState.DRAFTED:
        raise ProgrammeError(_("The rules of this phase are frozen and cannot be replaced."))
    version = _version_of(locked.programme, name=name, document=document)
    before = locked.ruleset.digest if locked.ruleset else None
    if before == version.digest:
        return version
    locked.ruleset = phase.ruleset = version
    locked.save(update_fields=["ruleset"])
    record(
        AuditAction.RULES_PROPOSED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"ruleset_digest": before},
        after={"ruleset_digest": version.digest, "version": version.version},
    )
    return version


def _version_of(programme: Programme, *, name: str, document: Any) -> RuleSetVersion:
    digest = digest_of(document)
    Programme.objects.select_for_update().get(pk=programme.pk)  # versions count within the programme
    versions = RuleSetVersion.objects.filter(programme=programme)
    known = versions.filter(digest=digest).first()
    if known:
        return known
    last = versions.aggregate(last=Max("version"))["last"] or 0
    return RuleSetVersion.objects.create(
        programme=programme, version=last + 1, name=name, document=document, digest=digest
    )


@transaction.atomic
def freeze_rules(phase: Phase, *, actor: Viewer) -> RuleSetVersion:
    """Fix the phase's rule set for good. A phase that is frozen already keeps what it has and records nothing."""
    locked = _lock(phase)
    if locked.state == PhaseState.RULES_FROZEN and locked.ruleset:
        require_role(actor, "officer")
        return locked.ruleset
    step = find(PHASE, "freeze_rules", locked.state)
    authorise(step, actor=actor)
    version = locked.ruleset
    if version is None:
        raise ProgrammeError(_("This phase has no rule set yet; upload one, then freeze it."))
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        version.save(update_fields=["frozen_at"])
    _move(locked, target=step.target, mirror=phase)
    record(
        AuditAction.RULES_FROZEN,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        after={"state": step.target, "ruleset_digest": version.digest, "version": version.version},
    )
    return version


@transaction.atomic
def move_phase(phase: Phase, event: str, *, actor: Viewer, reason: str = "") -> Phase:
    """Take one step of the table. Freezing does more than move, so it goes through `freeze_rules`."""
    if event == "freeze_rules":
        freeze_rules(phase, actor=actor)
        return phase
    locked = _lock(phase)
    step = find(PHASE, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    _must_fit_the_clock(locked, event=event, reason=reason)
    _move(locked, target=step.target, mirror=phase)
    record(
        AuditAction.PHASE_MOVED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return phase


def _must_fit_the_clock(phase: Phase, *, event: str, reason: str) -> None:
    now = timezone.now()
    if event in ("open_receiving", "reopen_receiving") and (phase.closes_at is None or phase.closes_at <= now):
        raise ProgrammeError(_("Receiving needs a deadline in the future; change the deadline first."))
    early = event == "close_receiving" and phase.closes_at is not None and phase.closes_at > now
    if early and not reason.strip():
        deadline = kst(phase.closes_at) if phase.closes_at else ""
        raise ProgrammeError(
            _("Receiving is announced until %(deadline)s; closing earlier is recorded with a reason.")
            % {"deadline": deadline}
        )


@transaction.atomic
def change_deadline(phase: Phase, *, closes_at: datetime, reason: str, actor: Viewer) -> DeadlineChange:
    """Move the deadline for every entry alike; an entry with a deadline of its own is moved by the same span."""
    require_role(actor, "officer")
    locked = _lock(phase)
    _must_be_a_possible_deadline(locked, closes_at=closes_at, reason=reason)
    change = DeadlineChange.objects.create(
        phase=locked, before=locked.closes_at, after=closes_at, reason=reason.strip(), decided_by=actor.actor
    )
    locked.closes_at = phase.closes_at = closes_at
    locked.save(update_fields=["closes_at"])
    record(
        AuditAction.DEADLINE_CHANGED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"closes_at": change.before.isoformat() if change.before else None},
        after={"closes_at": closes_at.isoformat()},
        reason=change.reason,
    )
    return change


def _must_be_a_possible_deadline(phase: Phase, *, closes_at: datetime, reason: str) -> None:
    if phase.state not in (*BEFORE_CLOSING, PhaseState.CLOSED):
        raise ProgrammeError(_("Scoring has begun; the deadline of this phase can no longer move."))
    if closes_at <= timezone.now():
        raise ProgrammeError(_("The new deadline lies in the past; choose a later one."))
    if phase.opens_at and closes_at <= phase.opens_at:
        raise ProgrammeError(_("The new deadline lies before receiving opens; choose a later one."))
    if closes_at == phase.closes_at:
        raise ProgrammeError(_("This is the deadline already."))
    if not reason.strip():
        raise ProgrammeError(_("A change of deadline is recorded with a reason; give one."))


@transaction.atomic
def draft_call(
    phase: Phase, *, seats: int, opens_at: datetime, closes_at: datetime, reason: str, actor: Viewer
) -> Call:
    """Announce a contest for seats of this phase: the phase that whoever is selected will enter."""
    require_role(actor, "officer")
    if closes_at <= opens_at or closes_at <= timezone.now():
        raise ProgrammeError(_("A call closes after it opens, and in the future; change its dates."))
    if seats < 1:
        raise ProgrammeError(_("A call is for at least one seat."))
    if not reason.strip():
        raise ProgrammeError(_("A call states its reason, such as the vacancy it fills."))
    call = Call.objects.create(phase=phase, seats=seats, opens_at=opens_at, closes_at=closes_at, reason=reason.strip())
    record(
        AuditAction.CALL_DRAFTED,
        actor=actor.actor,
        subject=f"call:{call.pk}",
        after={"phase": phase.slug, "seats": seats, "closes_at": closes_at.isoformat()},
        reason=call.reason,
    )
    return call


@transaction.atomic
def open_call(phase: Phase, *, seats: int, closes_at: datetime, reason: str, actor: Viewer) -> Call:
    """Draft a call and open it at once."""
    call = draft_call(phase, seats=seats, opens_at=timezone.now(), closes_at=closes_at, reason=reason, actor=actor)
    return move_call(call, "open", actor=actor)


@transaction.atomic
def move_call(call: Call, event: str, *, actor: Viewer, reason: str = "") -> Call:
    locked = Call.objects.select_for_update().get(pk=call.pk)
    step = find(CALL, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    locked.state = call.state = CallState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.CALL_MOVED,
        actor=actor.actor,
        subject=f"call:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return call


def _lock(phase: Phase) -> Phase:
    return Phase.objects.select_for_update(of=("self",)).select_related("programme", "ruleset").get(pk=phase.pk)


def _move(locked: Phase, *, target: str, mirror: Phase) -> None:
    """Write the new state, and show it on the caller's copy too."""
    locked.state = PhaseState(target)
    locked.save(update_fields=["state"])
    mirror.state = locked.state
    mirror.ruleset = locked.ruleset
