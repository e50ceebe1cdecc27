"""From a doubt to a ruling: raised, notified, replied to or lapsed, ruled by vote. No gate is ever failed without these steps."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.actions.base import (
    locked,
    require_member,
    require_outsider,
    require_role,
    require_stage,
    require_text,
    step,
)
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.enums import AuditAction, DisqualificationState, GateVerdict, MissingReport, NoticeKind
from portal.review.errors import NotPossible
from portal.review.labels import label_of
from portal.review.models import Disqualification, GateRuling, Minutes
from portal.review.selectors.findings import ORIGINALITY_GATE, findings_of, missing_report, report_outstanding
from portal.review.selectors.gates import OPEN_STATES, RULING_STAGES, open_verification
from portal.review.selectors.rules import gates_of, has_carried
from portal.review.transitions import DISQUALIFICATION


@transaction.atomic
def raise_disqualification(
    entry: Entry, *, gate: str, grounds: str, evidence: list[dict[str, Any]], raised_by: User
) -> Disqualification:
    """Put a doubt on record with its evidence (run ids, digests). The team is not told yet, and nothing is decided."""
    require_role(raised_by, "officer")
    check_gate(entry, gate)
    require_outsider(raised_by, entry.phase)
    require_text(grounds, _("Write the grounds: the team answers to them."))
    if Disqualification.objects.filter(entry=entry, gate=gate, state__in=OPEN_STATES).exists():
        raise NotPossible(_("A procedure on this gate is already open for %(entry)s.") % {"entry": entry})
    row = Disqualification.objects.create(
        entry=entry, gate=gate, grounds=grounds, evidence=evidence, raised_by=raised_by, raised_at=timezone.now()
    )
    leave_trace(
        AuditAction.DISQUALIFICATION_RAISED, by=raised_by, subject=row, after={"gate": gate, "entry": entry.code}
    )
    return row


def check_gate(entry: Entry, gate: str) -> None:
    """Raise unless the rule set has this gate and it can be ruled on now."""
    if Entry.objects.get(pk=entry.pk).state != EntryState.HELD:
        require_stage(Phase.objects.get(pk=entry.phase_id), *RULING_STAGES, doing=_("Ruling on a gate"))
    known = [row.key for row in gates_of(entry.phase)]
    if gate not in known:
        raise NotPossible(
            _("The rule set has no gate “%(gate)s”; it has: %(known)s.") % {"gate": gate, "known": ", ".join(known)}
        )


@transaction.atomic
def notify_disqualification(row: Disqualification, *, reply_due: datetime, notified_by: User) -> Disqualification:
    """Tell the team the grounds and evidence, and until when it may reply."""
    case = locked(row)
    require_outsider(notified_by, case.entry.phase)
    found = step(DISQUALIFICATION, "notify", case.state, by=notified_by)
    now = timezone.now()
    if reply_due <= now:
        raise NotPossible(_("The reply is due in the past; the right of reply needs time."))
    case.state, case.notified_at, case.reply_due = DisqualificationState(found.target), now, reply_due
    case.save(update_fields=["state", "notified_at", "reply_due"])
    notice = write_notice(
        case.entry,
        kind=NoticeKind.DISQUALIFICATION,
        subject_key=f"disqualification:{case.pk}",
        content={
            "schema": "notice/1",
            "gate": case.gate,
            "grounds": case.grounds,
            "evidence": case.evidence,
            "reply_due": reply_due.isoformat(),
        },
        sent_by=notified_by,
    )
    _trace(AuditAction.DISQUALIFICATION_NOTIFIED, case, before=found.source, by=notified_by)
    trace_notice(notice)
    return case


def _trace(action: AuditAction, case: Disqualification, *, before: str, by: User, reason: str = "") -> None:
    leave_trace(action, by=by, subject=case, before={"state": before}, after={"state": case.state}, reason=reason)


@transaction.atomic
def reply_to_disqualification(row: Disqualification, *, text: str, replied_by: User) -> Disqualification:
    """The team's answer, once and within the window; what comes later does not count."""
    case = locked(row)
    require_member(replied_by, case.entry.consortium_id)
    found = step(DISQUALIFICATION, "reply", case.state, by=replied_by)
    require_text(text, _("Write the reply."))
    now = timezone.now()
    if case.reply_due is None or now > case.reply_due:
        due = kst(case.reply_due) if case.reply_due else "-"
        raise NotPossible(_("The reply was due by %(due)s; the window is closed.") % {"due": due})
    case.state, case.reply = DisqualificationState(found.target), text
    case.replied_by, case.replied_at = replied_by, now
    case.save(update_fields=["state", "reply", "replied_by", "replied_at"])
    _trace(AuditAction.DISQUALIFICATION_REPLIED, case, before=found.source, by=replied_by)
    return case


@transaction.atomic
def lapse_disqualification(row: Disqualification, *, lapsed_by: User) -> Disqualification:
    """Record that the window passed without a reply; not possible before it has."""
    case = locked(row)
    found = step(DISQUALIFICATION, "lapse", case.state, by=lapsed_by)
    if case.reply_due is not None and timezone.now() <= case.reply_due:
        raise NotPossible(_("The team may reply until %(due)s.") % {"due": kst(case.reply_due)})
    case.state = DisqualificationState(found.target)
    case.save(update_fields=["state"])
    _trace(AuditAction.DISQUALIFICATION_LAPSED, case, before=found.source, by=lapsed_by)
    return case


@transaction.atomic
def rule_on_disqualification(
    row: Disqualification, *, uphold: bool, minutes: Minutes, reason: str, ruled_by: User
) -> GateRuling:
    """Uphold or drop after the reply, on minutes of a vote; the gate's ruling follows from it."""
    case = locked(row)
    check_gate(case.entry, case.gate)
    require_outsider(ruled_by, case.entry.phase)
    found = step(DISQUALIFICATION, "uphold" if uphold else "drop", case.state, by=ruled_by, reason=reason)
    _require_vote(minutes, case.entry, uphold=uphold)
    case.state = DisqualificationState(found.target)
    case.save(update_fields=["state"])
    verdict = GateVerdict.FAIL if uphold else GateVerdict.PASS
    ruling = _insert_ruling(
        case.entry, gate=case.gate, verdict=verdict, reason=reason, ruled_by=ruled_by, minutes=minutes, case=case
    )
    _trace(AuditAction.DISQUALIFICATION_RULED, case, before=found.source, by=ruled_by, reason=reason)
    _trace_ruling(ruling)
    return ruling


def _require_vote(minutes: Minutes, entry: Entry, *, uphold: bool) -> None:
    if minutes.panel.phase_id != entry.phase_id:
        raise NotPossible(_("These minutes belong to another phase."))
    if uphold and not has_carried(minutes):
        raise NotPossible(
            _("The vote did not carry: %(votes)s of %(seated)s seated members.")
            % {"votes": minutes.votes_for, "seated": minutes.seated}
        )


@transaction.atomic
def pass_gate(
    entry: Entry,
    *,
    gate: str,
    reason: str,
    ruled_by: User,
    minutes: Minutes | None = None,
    without_report: bool = False,
) -> GateRuling:
    """Record that an entry passes a gate on the evidence; refused while a procedure on it is open.

    `without_report` is said by the person who rules: the report on the entry did not come about, and the reason says why
    the gate is passed all the same. The ledger keeps it.
    """
    require_role(ruled_by, "officer", "decider")
    check_gate(entry, gate)
    require_outsider(ruled_by, entry.phase)
    require_text(reason, _("Give a reason: it goes into the record."))
    missing = _require_answered(entry, gate, without_report=without_report)
    if Disqualification.objects.filter(entry=entry, gate=gate, state__in=OPEN_STATES).exists():
        raise NotPossible(_("A procedure on this gate is open; rule on it instead."))
    if GateRuling.objects.filter(entry=entry, gate=gate).exists():
        raise NotPossible(_("This gate is already ruled for %(entry)s.") % {"entry": entry})
    ruling = _insert_ruling(
        entry, gate=gate, verdict=GateVerdict.PASS, reason=reason, ruled_by=ruled_by, minutes=minutes
    )
    _trace_ruling(ruling, missing)
    return ruling


def _require_answered(entry: Entry, gate: str, *, without_report: bool) -> MissingReport | None:
    """On the gate that rests on weights nothing passes before their report is there and the team was heard on it.

    Returns why there is none where somebody rules without it.
    """
    if gate != ORIGINALITY_GATE:
        return None
    if report_outstanding(entry):
        raise NotPossible(_("The originality report on %(entry)s is not finished yet.") % {"entry": entry})
    if findings_of(entry):
        raise NotPossible(
            _("The originality report on %(entry)s found common origin: the team's right of reply opens first.")
            % {"entry": entry}
        )
    missing = missing_report(entry)
    if missing and not without_report:
        raise NotPossible(
            _(
                "There is no originality report on %(entry)s (%(why)s). Have it made, or tick that the gate is passed "
                "without one and give the reason."
            )
            % {"entry": entry, "why": label_of(missing)}
        )
    return missing


@transaction.atomic
def overturn_disqualification(row: Disqualification, *, minutes: Minutes, reason: str, ruled_by: User) -> GateRuling:
    """Take back an upheld ruling while the entry is evaluated again. A new doubt starts a new procedure with its reply."""
    case = locked(row)
    check_gate(case.entry, case.gate)
    require_outsider(ruled_by, case.entry.phase)
    found = step(DISQUALIFICATION, "overturn", case.state, by=ruled_by, reason=reason)
    round_ = open_verification(case.entry)
    if round_ is None or round_.reopened_by_id is None:
        raise NotPossible(_("A ruling is overturned only while its entry is evaluated again."))
    _require_vote(minutes, case.entry, uphold=True)
    case.state = DisqualificationState(found.target)
    case.save(update_fields=["state"])
    ruling = _insert_ruling(
        case.entry, gate=case.gate, verdict=GateVerdict.PASS, reason=reason, ruled_by=ruled_by, minutes=minutes
    )
    _trace(AuditAction.DISQUALIFICATION_RULED, case, before=found.source, by=ruled_by, reason=reason)
    _trace_ruling(ruling)
    return ruling


def _insert_ruling(
    entry: Entry,
    *,
    gate: str,
    verdict: GateVerdict,
    reason: str,
    ruled_by: User,
    minutes: Minutes | None = None,
    case: Disqualification | None = None,
) -> GateRuling:
    number = GateRuling.objects.filter(entry=entry, gate=gate).count() + 1
    document = {
        "schema": "gate-ruling/1",
        "entry": entry.code,
        "gate": gate,
        "number": number,
        "verdict": verdict.value,
        "reason": reason,
        "minutes": minutes.digest if minutes else None,
        "reply": case.reply if case else None,
    }
    return GateRuling.objects.create(
        entry=entry,
        gate=gate,
        number=number,
        verdict=verdict,
        reason=reason,
        disqualification=case,
        minutes=minutes,
        ruled_by=ruled_by,
        ruled_at=timezone.now(),
        digest=digest_of(document),
    )


def _trace_ruling(ruling: GateRuling, missing: MissingReport | None = None) -> None:
    without = {"without_report": missing.value} if missing else {}
    leave_trace(
        AuditAction.GATE_RULED,
        by=ruling.ruled_by,
        subject=ruling,
        after={"gate": ruling.gate, "verdict": ruling.verdict, "digest": ruling.digest, **without},
        reason=ruling.reason,
    )
