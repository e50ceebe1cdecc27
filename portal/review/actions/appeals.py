"""Objections: once per decision, within the window, on admissible grounds, answered by people other than the first panel."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.time import kst
from portal.review.actions.base import (
    locked,
    require_member,
    require_outsider,
    require_role,
    require_text,
    step,
)
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.enums import AppealGround, AppealState, AuditAction, DecisionState, NoticeKind, PanelKind
from portal.review.errors import NotPossible
from portal.review.models import Appeal, Decision, Minutes, Notice, Panel, PanelSeat
from portal.review.selectors.decisions import has_objected
from portal.review.selectors.rules import has_carried
from portal.review.transitions import APPEAL


@transaction.atomic
def lodge_appeal(decision: Decision, *, ground: AppealGround, text: str, lodged_by: User) -> Appeal:
    """A team's objection to its own decision. There is no second one."""
    row = locked(decision)
    if row.entry is None:
        raise NotPossible(_("This decision is not about one entry; there is no objection to it."))
    require_member(lodged_by, row.entry.consortium_id)
    require_text(text, _("Write what is wrong and where; that is what is judged."))
    if Appeal.objects.filter(decision=row).exists():
        raise NotPossible(_("An objection to this decision was already lodged; there is only one."))
    if has_objected(row):
        raise NotPossible(_("This decision follows from your objection; there is no second one."))
    if row.state != DecisionState.NOTIFIED or row.objection_until is None:
        raise NotPossible(_("Objections are possible only after the notice and before the decision is final."))
    now = timezone.now()
    if now > row.objection_until:
        raise NotPossible(_("The window for objections closed at %(until)s.") % {"until": kst(row.objection_until)})
    appeal = Appeal.objects.create(decision=row, ground=ground, text=text, lodged_by=lodged_by, lodged_at=now)
    leave_trace(AuditAction.APPEAL_LODGED, by=lodged_by, subject=appeal, after={"decision": row.pk, "ground": ground})
    return appeal


@transaction.atomic
def rule_on_admission(appeal: Appeal, *, admit: bool, reason: str, ruled_by: User) -> Appeal:
    """Admissible grounds are an evaluator's error, a misreading, an administrative error, another good reason;

    not the choice of the panel, the budget, the rules or the method. An inadmissible objection ends with a notice.
    """
    row = locked(appeal)
    require_outsider(ruled_by, row.decision.phase)
    found = step(APPEAL, "admit" if admit else "refuse", row.state, by=ruled_by, reason=reason)
    row.state, row.admission_reason = AppealState(found.target), reason
    row.save(update_fields=["state", "admission_reason"])
    notice = None if admit else _tell(row, reason=reason, sent_by=ruled_by)
    _trace(row, before=found.source, by=ruled_by, reason=reason)
    if notice is not None:
        trace_notice(notice)
    return row


@transaction.atomic
def refer_appeal(appeal: Appeal, *, panel: Panel, referred_by: User) -> Appeal:
    """Give an admitted objection to a disjoint panel; its members read the case once they have declared."""
    row = locked(appeal)
    require_role(referred_by, "officer")
    require_outsider(referred_by, row.decision.phase)
    if row.state != AppealState.ADMITTED:
        raise NotPossible(_("Only an admitted objection is referred to a panel."))
    _require_disjoint(row, panel)
    before, row.panel, row.referred_at = row.panel_id, panel, timezone.now()
    row.save(update_fields=["panel", "referred_at"])
    leave_trace(
        AuditAction.APPEAL_REFERRED, by=referred_by, subject=row, before={"panel": before}, after={"panel": panel.pk}
    )
    return row


@transaction.atomic
def rule_on_appeal(appeal: Appeal, *, uphold: bool, minutes: Minutes, reason: str, ruled_by: User) -> Appeal:
    """The ruling of a disjoint panel. An upheld objection leads to a superseding decision that re-opens the entry."""
    row = locked(appeal)
    require_outsider(ruled_by, row.decision.phase)
    found = step(APPEAL, "uphold" if uphold else "dismiss", row.state, by=ruled_by, reason=reason)
    _require_vote_of_its_panel(row, minutes, ruled_by)
    row.state, row.ruling_reason, row.minutes = AppealState(found.target), reason, minutes
    row.ruled_by, row.ruled_at = ruled_by, timezone.now()
    row.save(update_fields=["state", "ruling_reason", "minutes", "ruled_by", "ruled_at"])
    notice = _tell(row, reason=reason, sent_by=ruled_by)
    _trace(row, before=found.source, by=ruled_by, reason=reason)
    trace_notice(notice)
    return row


def _first_seats(row: Appeal) -> QuerySet[PanelSeat]:
    return PanelSeat.objects.filter(panel__phase=row.decision.phase).exclude(panel__kind=PanelKind.APPEAL)


def _require_disjoint(row: Appeal, panel: Panel) -> None:
    if panel.phase_id != row.decision.phase_id or panel.kind != PanelKind.APPEAL:
        raise NotPossible(_("An objection is answered by an appeal panel of the same phase."))
    if not panel.seats.exists():
        raise NotPossible(_("Nobody sits on this panel yet; fill its seats first."))
    if _first_seats(row).filter(user__in=panel.seats.values("user")).exists():
        raise NotPossible(_("An appeal panel shares nobody with the panels whose work it judges."))


def _require_vote_of_its_panel(row: Appeal, minutes: Minutes, ruled_by: User) -> None:
    if row.panel is None:
        raise NotPossible(_("Refer the objection to an appeal panel first."))
    _require_disjoint(row, row.panel)  # seats may have been filled since
    if minutes.panel_id != row.panel_id:
        raise NotPossible(_("These minutes are not of the panel that the objection was referred to."))
    if _first_seats(row).filter(user=ruled_by).exists():
        raise NotPossible(_("An appeal panel shares nobody with the panels whose work it judges."))
    if not has_carried(minutes):
        raise NotPossible(
            _("The vote did not carry: %(votes)s of %(seated)s seated members.")
            % {"votes": minutes.votes_for, "seated": minutes.seated}
        )


def _tell(row: Appeal, *, reason: str, sent_by: User) -> Notice:
    if row.decision.entry is None:
        raise NotPossible(_("This decision is not about one entry; there is no objection to it."))
    content = {"schema": "notice/1", "decision": row.decision_id, "ruling": row.state, "reason": reason}
    return write_notice(
        row.decision.entry, kind=NoticeKind.APPEAL, subject_key=f"appeal:{row.pk}", content=content, sent_by=sent_by
    )


def _trace(row: Appeal, *, before: str, by: User, reason: str) -> None:
    leave_trace(
        AuditAction.APPEAL_MOVED,
        by=by,
        subject=row,
        before={"state": before},
        after={"state": row.state},
        reason=reason,
    )
