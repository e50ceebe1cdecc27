"""Writes on proposals: a round opens, teams propose, it closes, and a second person freezes the result."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.consortia.actions.base import (
    addresses_of,
    locked_phase,
    require_outsider,
    require_spokesperson,
    require_state,
)
from portal.consortia.choosing import fold
from portal.consortia.enums import AuditAction, ProposalKind, RoundState
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Entry, Proposal, ProposalResult, ProposalRound
from portal.consortia.selectors import STILL_IN
from portal.consortia.selectors.proposals import DEFAULT_MINIMUM, minimum_for, result_document, target_items
from portal.consortia.transitions import PROPOSALS
from portal.letters.actions import post_letter
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase
from portal.programmes.policies import authorise, require_role

DIGITS = 32  # of a score as it is stored
WHILE = (PhaseState.RULES_FROZEN, PhaseState.RECEIVING)


class Source(NamedTuple):
    """What a benchmark or a model is, and where that can be read."""

    name: str
    version: str
    url: str
    dated: date
    metric: str


class TargetFigure(NamedTuple):
    """The target model's score on one item, and the benchmark on which it was measured."""

    part: str
    item: str
    benchmark: str
    score: Decimal


@transaction.atomic
def open_proposals(phase: Phase, *, actor: Viewer, minimum: int | None = None) -> ProposalRound:
    """Open the phase's round. The number of teams that take a benchmark is the rule set's, where it says one."""
    require_role(actor, "officer")
    locked = locked_phase(phase.pk)
    require_state(locked, *WHILE)
    require_outsider(actor, locked.programme)
    if ProposalRound.objects.filter(phase=locked).exists():
        raise ConsortiumError(_("This phase has its round of proposals already; open it again instead."))
    number = minimum_for(locked) or minimum or DEFAULT_MINIMUM
    found = ProposalRound.objects.create(phase=locked, minimum=number, opened_by=actor.actor)
    _ask_teams(found, turn=1)
    record(
        AuditAction.PROPOSALS_OPENED,
        actor=actor.actor,
        subject=f"proposals:{found.pk}",
        after={"phase": locked.slug, "minimum_teams": number},
    )
    return found


def _ask_teams(found: ProposalRound, *, turn: int) -> None:
    entries = found.phase.entries.filter(state__in=STILL_IN).select_related("consortium")
    post_letter(
        addresses_of(*(entry.consortium for entry in entries)),
        kind="proposals_opened",
        subject_key=f"consortia.proposals_opened:{found.pk}.{turn}",
        context={"phase": found.phase, "round": found},
    )


@transaction.atomic
def move_proposals(found: ProposalRound, event: str, *, actor: Viewer, reason: str = "") -> ProposalRound:
    """Close the round, or open it again. Freezing does more than move: `freeze_proposals`."""
    if event == "freeze":
        freeze_proposals(found, actor=actor)
        return found
    phase = locked_phase(found.phase_id)
    locked = ProposalRound.objects.select_for_update().get(pk=found.pk)
    step = find(PROPOSALS, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    require_outsider(actor, phase.programme)
    if event == "reopen":
        require_state(phase, *WHILE)
    closing = step.target == RoundState.CLOSED
    locked.state = found.state = RoundState(step.target)
    locked.closed_by, locked.closed_at = (actor.actor, timezone.now()) if closing else ("", None)
    locked.save(update_fields=["state", "closed_by", "closed_at"])
    if event == "reopen":
        _ask_teams(locked, turn=locked.results.count() + 1)
    record(
        AuditAction.PROPOSALS_MOVED,
        actor=actor.actor,
        subject=f"proposals:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason.strip(),
    )
    return found


@transaction.atomic
def freeze_proposals(found: ProposalRound, *, actor: Viewer) -> ProposalResult:
    """Fix which benchmarks are taken and which targets stand, with a digest. Not by whoever closed the round."""
    phase = locked_phase(found.phase_id)
    locked = ProposalRound.objects.select_for_update(of=("self",)).select_related("phase__ruleset").get(pk=found.pk)
    step = find(PROPOSALS, "freeze", locked.state)
    authorise(step, actor=actor)
    require_outsider(actor, phase.programme)
    require_state(phase, *WHILE, PhaseState.CLOSED)
    if locked.closed_by == actor.actor:
        raise PermissionDenied(_("Whoever closed the proposals does not freeze them; a second person does."))
    document = result_document(locked)
    result = ProposalResult.objects.create(
        round=locked,
        version=locked.results.count() + 1,
        document=document,
        digest=digest_of(document),
        frozen_by=actor.actor,
    )
    locked.state = found.state = RoundState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.PROPOSALS_FROZEN,
        actor=actor.actor,
        subject=f"proposals:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "version": result.version, "digest": result.digest},
    )
    return result


@transaction.atomic
def propose_benchmark(entry: Entry, *, source: Source, actor: Viewer) -> Proposal:
    own, found = _open_round(entry, actor)
    key = fold(source.name, source.version)
    if key.startswith("/") or key.endswith("/"):
        raise ConsortiumError(_("Name and version need at least one letter or digit each."))
    known = Proposal.objects.filter(round=found, entry=own, kind=ProposalKind.BENCHMARK, key=key, withdrawn_at=None)
    if known.exists():
        raise ConsortiumError(_("Your team has proposed this benchmark in this version already."))
    return _propose(own, found, kind=ProposalKind.BENCHMARK, source=source, key=key, actor=actor)


@transaction.atomic
def propose_target(entry: Entry, *, source: Source, figure: TargetFigure, actor: Viewer) -> Proposal:
    """The model that the team wants to be measured against on one item, and that model's score."""
    own, found = _open_round(entry, actor)
    if f"{figure.part}.{figure.item}" not in {row.key for row in target_items(found.phase)}:
        raise ConsortiumError(_("The rules of this phase ask for no target on this item."))
    if not figure.score.is_finite() or figure.score <= 0 or len(format(figure.score, "f")) > DIGITS:
        raise ConsortiumError(_("The target's score must be a number above 0."))
    known = Proposal.objects.filter(round=found, entry=own, part=figure.part, item=figure.item, withdrawn_at=None)
    if known.exists():
        raise ConsortiumError(_("Your team has a target model for this item already; take it back first."))
    return _propose(own, found, kind=ProposalKind.TARGET, source=source, figure=figure, actor=actor)


def _open_round(entry: Entry, actor: Viewer) -> tuple[Entry, ProposalRound]:
    """The entry and its phase's round, locked and open."""
    own = Entry.objects.select_related("consortium").get(pk=entry.pk)
    require_spokesperson(actor, own)
    rounds = ProposalRound.objects.select_for_update(of=("self",)).select_related("phase__ruleset")
    found = rounds.filter(phase=own.phase_id).first()
    if found is None or found.state != RoundState.OPEN:
        raise ConsortiumError(_("This phase takes no proposals now."))
    require_state(found.phase, *WHILE)
    return own, found


def _propose(
    entry: Entry,
    found: ProposalRound,
    *,
    kind: str,
    source: Source,
    actor: Viewer,
    key: str = "",
    figure: TargetFigure | None = None,
) -> Proposal:
    if not source.url.startswith(("https://", "http://")):
        raise ConsortiumError(_("The source must be an address on the web, starting with https://."))
    proposal = Proposal.objects.create(
        round=found,
        entry=entry,
        kind=kind,
        name=source.name.strip(),
        version=source.version.strip(),
        key=key or fold(source.name, source.version),
        source=source.url,
        dated=source.dated,
        metric=source.metric.strip(),
        part=figure.part if figure else "",
        item=figure.item if figure else "",
        benchmark=figure.benchmark.strip() if figure else "",
        score=format(figure.score, "f") if figure else "",
        proposed_by=actor.actor,
    )
    record(
        AuditAction.PROPOSAL_MADE,
        actor=actor.actor,
        subject=f"proposal:{proposal.pk}",
        after={"entry": entry.code, "kind": kind, "name": proposal.name, "version": proposal.version,
               "score": proposal.score},
    )  # fmt: skip
    return proposal


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, actor: Viewer) -> Proposal:
    _own, found = _open_round(proposal.entry, actor)
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk, round=found)
    if locked.withdrawn_at is not None:
        return proposal
    locked.withdrawn_at = proposal.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    record(AuditAction.PROPOSAL_WITHDRAWN, actor=actor.actor, subject=f"proposal:{locked.pk}")
    return proposal
