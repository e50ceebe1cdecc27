"""Writes on amendments: frozen rules change only by a dated, reasoned record on which every team was heard."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.time import kst
from portal.common.transitions import Transition, find
from portal.common.viewer import Viewer
from portal.consortia.actions.base import (
    addresses_of,
    locked_phase,
    require_outsider,
    require_spokesperson,
    require_state,
    require_text,
)
from portal.consortia.enums import AmendmentState, Answer, AuditAction
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Amendment, AmendmentReply, Entry
from portal.consortia.selectors import STILL_IN
from portal.consortia.selectors.amendments import last_replies, unheard
from portal.consortia.transitions import AMENDMENT
from portal.letters.actions import post_letter
from portal.programmes.actions import draft_version, replace_frozen_rules, show_version
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase, RuleSetVersion
from portal.programmes.policies import authorise, require_role

AMENDABLE = (PhaseState.RULES_FROZEN, PhaseState.RECEIVING)


@transaction.atomic
def propose_amendment(
    phase: Phase, *, after: RuleSetVersion, reply_due: datetime, reason: str, actor: Viewer
) -> Amendment:
    """Put a version to the teams. It becomes readable for everybody, so that whoever is asked knows the text."""
    require_role(actor, "officer")
    locked = locked_phase(phase.pk)
    require_outsider(actor, locked.programme)
    _must_be_possible(locked, after=after, reply_due=reply_due)
    assert locked.ruleset is not None  # noqa: S101 - past `drafted`, a constraint of the database holds it
    amendment = Amendment.objects.create(
        phase=locked,
        number=locked.amendments.count() + 1,
        before=locked.ruleset,
        after=after,
        reason=require_text(reason, _("An amendment is proposed with a reason; give one.")),
        reply_due=reply_due,
        proposed_by=actor.actor,
    )
    _tell_teams(amendment, "amendment_proposed")
    show_version(after, actor=actor)
    record(
        AuditAction.AMENDMENT_PROPOSED,
        actor=actor.actor,
        subject=f"amendment:{amendment.pk}",
        before={"ruleset_digest": locked.ruleset.digest},
        after={"ruleset_digest": after.digest, "phase": locked.slug, "reply_due": reply_due.isoformat()},
        reason=amendment.reason,
    )
    return amendment


@transaction.atomic
def propose_amended_text(phase: Phase, *, document: Any, reply_due: datetime, reason: str, actor: Viewer) -> Amendment:
    """Keep the document as a version and put it to the teams; neither happens without the other."""
    require_role(actor, "officer")
    locked = locked_phase(phase.pk)
    after = draft_version(locked.programme, document, actor=actor)
    return propose_amendment(locked, after=after, reply_due=reply_due, reason=reason, actor=actor)


def _must_be_possible(phase: Phase, *, after: RuleSetVersion, reply_due: datetime) -> None:
    require_state(phase, *AMENDABLE)
    if after.programme_id != phase.programme_id:
        raise ConsortiumError(_("This version belongs to another programme; choose one of this programme."))
    if phase.ruleset and after.digest == phase.ruleset.digest:
        raise ConsortiumError(_("These are the rules of the phase already; nothing would change."))
    if phase.amendments.filter(state=AmendmentState.PROPOSED).exists():
        raise ConsortiumError(_("An amendment of this phase is open already; adopt or drop it first."))
    if reply_due <= timezone.now():
        raise ConsortiumError(_("The teams need time to answer; choose a moment in the future."))
    if phase.closes_at and reply_due >= phase.closes_at:
        raise ConsortiumError(_("The answers must be due before receiving closes; choose an earlier moment."))


def _tell_teams(amendment: Amendment, kind: str) -> None:
    entries = amendment.phase.entries.filter(state__in=STILL_IN).select_related("consortium")
    post_letter(
        addresses_of(*(entry.consortium for entry in entries)),
        kind=kind,
        subject_key=f"consortia.{kind}:{amendment.pk}",
        context={"amendment": amendment, "phase": amendment.phase, "due": kst(amendment.reply_due)},
    )


@transaction.atomic
def answer_amendment(amendment: Amendment, *, entry: Entry, answer: str, text: str, actor: Viewer) -> AmendmentReply:
    """The team's consent or objection. The same answer twice is one; another answer in time takes its place."""
    locked = Amendment.objects.select_for_update().get(pk=amendment.pk)
    own = Entry.objects.select_related("consortium").get(pk=entry.pk)
    require_spokesperson(actor, own)
    if own.phase_id != locked.phase_id or answer not in Answer.values:
        raise ConsortiumError(_("This amendment is not put to this team."))
    if locked.state != AmendmentState.PROPOSED or locked.reply_due <= timezone.now():
        raise ConsortiumError(_("Answers to this amendment are closed."))
    if answer == Answer.OBJECTION:
        text = require_text(text, _("An objection says why; give the reason."))
    last = last_replies(locked).get(own.pk)
    if last and (last.answer, last.text) == (answer, text.strip()):
        return last
    reply = AmendmentReply.objects.create(
        amendment=locked,
        entry=own,
        number=last.number + 1 if last else 1,
        answer=answer,
        text=text.strip(),
        replied_by=actor.actor,
    )
    record(
        AuditAction.AMENDMENT_ANSWERED,
        actor=actor.actor,
        subject=f"amendment:{locked.pk}",
        before={"answer": last.answer} if last else None,
        after={"entry": own.code, "answer": answer, "number": reply.number},
        reason=reply.text,
    )
    return reply


@transaction.atomic
def adopt_amendment(amendment: Amendment, *, actor: Viewer, reason: str) -> Amendment:
    """A second person adopts: the phase and every entry still in it follow the new version from now on."""
    phase = locked_phase(amendment.phase_id)
    locked = Amendment.objects.select_for_update(of=("self",)).select_related("before", "after").get(pk=amendment.pk)
    step = find(AMENDMENT, "adopt", locked.state)
    authorise(step, actor=actor, reason=reason)
    _must_be_ripe(locked, phase=phase, actor=actor)
    _rule(locked, step, actor=actor, reason=reason, mirror=amendment)
    moved = Entry.objects.filter(phase=phase, state__in=STILL_IN)
    codes = list(moved.values_list("code", flat=True))
    moved.update(ruleset=locked.after)
    _tell_teams(locked, "amendment_adopted")
    replace_frozen_rules(phase, version=locked.after, amendment=f"amendment:{locked.pk}", actor=actor, reason=reason)
    _record_ruling(locked, AuditAction.AMENDMENT_ADOPTED, actor=actor, after={"entries": codes})
    return amendment


def _must_be_ripe(amendment: Amendment, *, phase: Phase, actor: Viewer) -> None:
    require_state(phase, *AMENDABLE)
    require_outsider(actor, phase.programme)
    if amendment.proposed_by == actor.actor:
        raise PermissionDenied(_("Whoever proposed an amendment does not adopt it; a second person does."))
    if phase.ruleset_id != amendment.before_id:
        raise ConsortiumError(_("The rules changed after this amendment was proposed; drop it and propose it anew."))
    if amendment.reply_due > timezone.now() and unheard(amendment):
        raise ConsortiumError(_("Not every team has answered, and the answers are not due yet."))


@transaction.atomic
def drop_amendment(amendment: Amendment, *, actor: Viewer, reason: str) -> Amendment:
    phase = locked_phase(amendment.phase_id)
    locked = Amendment.objects.select_for_update().get(pk=amendment.pk)
    step = find(AMENDMENT, "drop", locked.state)
    authorise(step, actor=actor, reason=reason)
    require_outsider(actor, phase.programme)
    _rule(locked, step, actor=actor, reason=reason, mirror=amendment)
    _tell_teams(locked, "amendment_dropped")
    _record_ruling(locked, AuditAction.AMENDMENT_DROPPED, actor=actor, after={})
    return amendment


def _rule(locked: Amendment, step: Transition, *, actor: Viewer, reason: str, mirror: Amendment) -> None:
    locked.state = mirror.state = AmendmentState(step.target)
    locked.ruling_reason = mirror.ruling_reason = reason.strip()
    locked.ruled_by, locked.ruled_at = actor.actor, timezone.now()
    locked.save(update_fields=["state", "ruling_reason", "ruled_by", "ruled_at"])
    mirror.ruled_by, mirror.ruled_at = locked.ruled_by, locked.ruled_at


def _record_ruling(locked: Amendment, action: AuditAction, *, actor: Viewer, after: dict[str, object]) -> None:
    answers = {reply.entry.code: reply.answer for reply in last_replies(locked).values()}
    record(
        action,
        actor=actor.actor,
        subject=f"amendment:{locked.pk}",
        before={"state": AmendmentState.PROPOSED},
        after={"state": locked.state, "answers": answers, **after},
        reason=locked.ruling_reason,
    )
