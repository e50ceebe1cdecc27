"""Writes on the support ledger. Rows are never edited: a correction is a new row with its reason, and both are events."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.viewer import Viewer
from portal.consortia.actions.base import require_outsider, require_text
from portal.consortia.enums import AuditAction
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, GrantVersion, OutageVersion, SupportGrant, SupportOutage
from portal.programmes.models import Programme
from portal.programmes.policies import require_role


class GrantFacts(NamedTuple):
    card_type: str
    cards: int
    starts: datetime
    ends: datetime
    provider: str
    data_budget: int = 0  # KRW


class OutageFacts(NamedTuple):
    starts: datetime
    ends: datetime
    cards: int
    cause: str


@transaction.atomic
def grant_support(programme: Programme, *, consortium: Consortium, facts: GrantFacts, actor: Viewer) -> SupportGrant:
    require_role(actor, "officer")
    require_outsider(actor, programme)
    _must_be_a_grant(facts)
    grant = SupportGrant.objects.create(programme=programme, consortium=consortium)
    GrantVersion.objects.create(grant=grant, number=1, entered_by=actor.actor, **facts._asdict())
    record(
        AuditAction.SUPPORT_GRANTED,
        actor=actor.actor,
        subject=f"support:{grant.pk}",
        after={"programme": programme.slug, "consortium": consortium.slug, **_document(facts)},
    )
    return grant


@transaction.atomic
def correct_grant(
    grant: SupportGrant, *, facts: GrantFacts | None, reason: str, actor: Viewer, seen: int
) -> GrantVersion:
    """Supersede the grant as it stands; `facts=None` takes it back. `seen` is the number of the row that was corrected."""
    require_role(actor, "officer")
    reason = require_text(reason, _("A correction is recorded with a reason; give one."))
    locked = SupportGrant.objects.select_for_update().get(pk=grant.pk)
    require_outsider(actor, locked.programme)
    before = _last(locked.versions.all(), seen=seen)
    held = _grant_facts(before)
    if facts is not None:
        _must_be_a_grant(facts)
        _must_hold_outages(locked, facts)
    row = GrantVersion.objects.create(
        grant=locked,
        number=before.number + 1,
        void=facts is None,
        reason=reason,
        entered_by=actor.actor,
        **(facts or held)._asdict(),
    )
    record(
        AuditAction.SUPPORT_CORRECTED,
        actor=actor.actor,
        subject=f"support:{locked.pk}",
        before=_document(held),
        after=_document(facts) if facts else {"void": True},
        reason=reason,
    )
    return row


@transaction.atomic
def record_outage(grant: SupportGrant, *, facts: OutageFacts, actor: Viewer) -> SupportOutage:
    require_role(actor, "officer")
    locked = SupportGrant.objects.select_for_update().get(pk=grant.pk)
    require_outsider(actor, locked.programme)
    _must_be_an_outage(_last(locked.versions.all()), facts)
    outage = SupportOutage.objects.create(grant=locked)
    OutageVersion.objects.create(outage=outage, number=1, entered_by=actor.actor, **facts._asdict())
    record(
        AuditAction.OUTAGE_RECORDED,
        actor=actor.actor,
        subject=f"outage:{outage.pk}",
        after={"support": locked.pk, **_document(facts)},
    )
    return outage


@transaction.atomic
def correct_outage(
    outage: SupportOutage, *, facts: OutageFacts | None, reason: str, actor: Viewer, seen: int
) -> OutageVersion:
    """Supersede the outage as it stands; `facts=None` takes it back."""
    require_role(actor, "officer")
    reason = require_text(reason, _("A correction is recorded with a reason; give one."))
    grant = SupportGrant.objects.select_for_update().get(pk=outage.grant_id)
    require_outsider(actor, grant.programme)
    before = _last(outage.versions.all(), seen=seen)
    held = _outage_facts(before)
    if facts is not None:
        _must_be_an_outage(_last(grant.versions.all()), facts)
    row = OutageVersion.objects.create(
        outage=outage,
        number=before.number + 1,
        void=facts is None,
        reason=reason,
        entered_by=actor.actor,
        **(facts or held)._asdict(),
    )
    record(
        AuditAction.OUTAGE_CORRECTED,
        actor=actor.actor,
        subject=f"outage:{outage.pk}",
        before=_document(held),
        after=_document(facts) if facts else {"void": True},
        reason=reason,
    )
    return row


def _last(versions: Any, *, seen: int | None = None) -> Any:
    """The row that stands. ConsortiumError if it was taken back, or if another one was entered since it was read."""
    last = versions.order_by("-number").first()
    if last.void:
        raise ConsortiumError(_("This row was taken back; enter a new one."))
    if seen is not None and last.number != seen:
        raise ConsortiumError(_("Somebody corrected this row meanwhile; read it again and correct what stands now."))
    return last


def _grant_facts(row: GrantVersion) -> GrantFacts:
    return GrantFacts(row.card_type, row.cards, row.starts, row.ends, row.provider, row.data_budget)


def _outage_facts(row: OutageVersion) -> OutageFacts:
    return OutageFacts(row.starts, row.ends, row.cards, row.cause)


def _document(facts: GrantFacts | OutageFacts) -> dict[str, object]:
    values = facts._asdict()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _must_be_a_grant(facts: GrantFacts) -> None:
    if facts.ends <= facts.starts:
        raise ConsortiumError(_("The grant must end after it starts; change its dates."))
    if facts.cards < 0 or facts.data_budget < 0 or not (facts.cards or facts.data_budget):
        raise ConsortiumError(_("A grant gives cards, or a data budget, or both."))
    if facts.cards and not facts.card_type.strip():
        raise ConsortiumError(_("Name the type of the cards."))


def _must_be_an_outage(grant: GrantVersion, facts: OutageFacts) -> None:
    if facts.ends <= facts.starts:
        raise ConsortiumError(_("The outage must end after it starts; change its dates."))
    if facts.starts < grant.starts or facts.ends > grant.ends:
        raise ConsortiumError(_("The outage lies outside of the grant's time; change its dates, or correct the grant."))
    if not 1 <= facts.cards <= grant.cards:
        raise ConsortiumError(_("The outage concerns between 1 and %(cards)s cards.") % {"cards": grant.cards})


def _must_hold_outages(grant: SupportGrant, facts: GrantFacts) -> None:
    """A corrected grant still covers the outages that were recorded for it."""
    for outage in grant.outages.all():
        last = outage.versions.order_by("-number").first()
        beyond = last and not last.void and (last.starts < facts.starts or last.ends > facts.ends)
        if last and not last.void and (beyond or last.cards > facts.cards):
            raise ConsortiumError(_("An outage lies outside of the corrected grant; correct the outage first."))
