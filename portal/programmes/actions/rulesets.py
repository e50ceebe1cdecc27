"""Every write on rule sets: proposed, frozen, and replaced by an adopted amendment."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.programmes.actions.base import locked_phase, write_state
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Phase, Programme, RuleSetVersion
from portal.programmes.policies import authorise, require_role
from portal.programmes.ruleset import parse_ruleset
from portal.programmes.transitions import PHASE


@transaction.atomic
def propose_rules(phase: Phase, document: Any, *, actor: Viewer) -> RuleSetVersion:
    """Make the document the phase's rule set; the same document again is the same version. RuleSetError if it cannot stand."""
    require_role(actor, "officer", "system")
    name = parse_ruleset(document).name
    locked = locked_phase(phase)
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
def freeze_rules(phase: Phase, *, actor: Viewer, digest: str = "") -> RuleSetVersion:
    """Fix the phase's rule set for good. A phase that is frozen already keeps what it has and records nothing.

    `digest` is that of the rules somebody read; other rules than these are not frozen in their name.
    """
    locked = locked_phase(phase)
    if locked.state == PhaseState.RULES_FROZEN and locked.ruleset:
        require_role(actor, "officer")
        return locked.ruleset
    step = find(PHASE, "freeze_rules", locked.state)
    authorise(step, actor=actor)
    version = locked.ruleset
    if version is None:
        raise ProgrammeError(_("This phase has no rule set yet; write one, then freeze it."))
    if digest and digest != version.digest:
        raise ProgrammeError(_("The rules were changed while you were reading them. Read them again, then freeze."))
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        version.save(update_fields=["frozen_at"])
    write_state(locked, target=step.target, mirror=phase)
    record(
        AuditAction.RULES_FROZEN,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        after={"state": step.target, "ruleset_digest": version.digest, "version": version.version},
    )
    return version


@transaction.atomic
def draft_version(programme: Programme, document: Any, *, actor: Viewer) -> RuleSetVersion:
    """Keep the document as a version that no phase follows yet, for an amendment to propose. RuleSetError if it cannot stand."""
    require_role(actor, "officer")
    name = parse_ruleset(document).name
    last = programme.rulesets.aggregate(last=Max("version"))["last"] or 0
    version = _version_of(programme, name=name, document=document)
    if version.version > last:
        record(
            AuditAction.RULES_DRAFTED,
            actor=actor.actor,
            subject=f"programme:{programme.pk}",
            after={"ruleset_digest": version.digest, "version": version.version},
        )
    return version


@transaction.atomic
def show_version(version: RuleSetVersion, *, actor: Viewer) -> RuleSetVersion:
    """Let everybody read a version that is proposed and not frozen: whoever is asked for consent must know the text."""
    require_role(actor, "officer", "decider")
    locked = RuleSetVersion.objects.select_for_update().get(pk=version.pk)
    if locked.shown_at is None and locked.frozen_at is None:
        locked.shown_at = version.shown_at = timezone.now()
        locked.save(update_fields=["shown_at"])
        record(
            AuditAction.RULES_SHOWN,
            actor=actor.actor,
            subject=f"programme:{locked.programme_id}",
            after={"ruleset_digest": locked.digest, "version": locked.version},
        )
    return version


@transaction.atomic
def replace_frozen_rules(
    phase: Phase, *, version: RuleSetVersion, amendment: str, actor: Viewer, reason: str
) -> RuleSetVersion:
    """Make `version` the rules of a phase whose rules are frozen, because `amendment` (its ledger subject) was adopted.

    Both versions stay frozen and readable. A phase that follows the version already keeps it and records nothing.
    Possible as long as the table allows it; ProgrammeError says why not.
    """
    locked = locked_phase(phase)
    step = find(PHASE, "replace_rules", locked.state)
    authorise(step, actor=actor, reason=reason)
    after = RuleSetVersion.objects.select_for_update().get(pk=version.pk)
    before = locked.ruleset
    if after.programme_id != locked.programme_id:
        raise ProgrammeError(_("This version belongs to another programme; choose one of this programme."))
    if before == after:
        return after
    if after.frozen_at is None:
        after.frozen_at = version.frozen_at = timezone.now()
        after.save(update_fields=["frozen_at"])
    locked.ruleset = phase.ruleset = after
    locked.save(update_fields=["ruleset"])
    record(
        AuditAction.RULES_REPLACED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        before={"ruleset_digest": before.digest if before else None},
        after={"ruleset_digest": after.digest, "version": after.version, "amendment": amendment},
        reason=reason.strip(),
    )
    return after
