"""From closed to judged: eligibility, the committee and its interests, the meeting that votes on each application."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.calls.actions.base import locked_call, require_officer, require_text, step
from portal.calls.enums import ApplicationState, AuditAction
from portal.calls.errors import CallError, Incomplete
from portal.calls.models import Application, ApprovalVote, Committee, EligibilityCheck, Judgement
from portal.calls.selectors.applications import latest_version
from portal.calls.selectors.calls import requirements_of, selection_of
from portal.calls.selectors.judging import candidates, committee_of, is_cleared, latest_check, unchecked
from portal.calls.transitions import APPLICATION
from portal.common.viewer import viewer_of_user
from portal.programmes.actions import move_call
from portal.programmes.enums import CallState
from portal.programmes.models import Call
from portal.review.actions import Vote, hold_meeting
from portal.review.models import PanelSeat


@dataclass(frozen=True)
class Answer:
    """Whether one requirement is met; what is not met carries a note."""

    met: bool
    note: str = ""


@dataclass(frozen=True)
class Meeting:
    """The committee's meeting; `resolution` is its vote on the outcome as a whole, `dissent` what a minority held."""

    subject: str
    text: str
    held_at: datetime
    present: Iterable[PanelSeat]
    resolution: Vote
    votes: Mapping[int, Vote] = field(default_factory=dict)  # by application id
    dissent: str = ""


@transaction.atomic
def check_eligibility(
    application: Application, *, answers: Mapping[int, Answer], checked_by: User, reason: str = ""
) -> EligibilityCheck:
    """Answer the whole eligibility list of a closed call. One line that is not met rules the application out."""
    call = locked_call(application.call)
    require_officer(checked_by, call)
    row = Application.objects.select_for_update(of=("self",)).select_related("consortium").get(pk=application.pk)
    if call.state != CallState.CLOSED:
        raise CallError(_("Eligibility is checked after the call has closed and before the committee votes."))
    if row.state not in (ApplicationState.HANDED_IN, ApplicationState.INELIGIBLE):
        raise CallError(_("Only an application that was handed in is checked."))
    _require_whole_list(call, answers)
    eligible = all(answer.met for answer in answers.values())
    _rule(row, eligible=eligible, by=checked_by, reason=reason or _reason_of(answers))
    latest = latest_check(row)
    check = EligibilityCheck.objects.create(
        application=row,
        number=latest.number + 1 if latest else 1,
        answers=[
            {"requirement": number, "met": answer.met, "note": answer.note.strip()}
            for number, answer in sorted(answers.items())
        ],
        eligible=eligible,
        checked_by=checked_by,
        checked_at=timezone.now(),
    )
    after = {"eligible": eligible, "state": row.state, "number": check.number}
    leave_trace(AuditAction.ELIGIBILITY_CHECKED, by=checked_by, subject=row, after=after, reason=reason)
    return check


def _require_whole_list(call: Call, answers: Mapping[int, Answer]) -> None:
    numbers = {row.number for row in requirements_of(call)}
    holes = [_("requirement %(number)s") % {"number": number} for number in sorted(numbers - set(answers))]
    holes += [
        _("a note on requirement %(number)s, which is not met") % {"number": number}
        for number, answer in sorted(answers.items())
        if not answer.met and not answer.note.strip()
    ]
    if set(answers) - numbers:
        raise CallError(_("The eligibility list of this call has no such line."))
    if holes:
        raise Incomplete(_("Every line of the eligibility list needs an answer. Open:"), holes=holes)


def _reason_of(answers: Mapping[int, Answer]) -> str:
    return "; ".join(answer.note.strip() for answer in answers.values() if not answer.met) or _("All lines are met.")


def _rule(row: Application, *, eligible: bool, by: User, reason: str) -> None:
    wanted = ApplicationState.HANDED_IN if eligible else ApplicationState.INELIGIBLE
    if row.state == wanted:
        return
    found = step(APPLICATION, "readmit" if eligible else "rule_out", row.state, by=by, reason=reason)
    row.state = ApplicationState(found.target)
    row.save(update_fields=["state"])


@transaction.atomic
def record_judgement(call: Call, *, meeting: Meeting, recorded_by: User, reason: str = "") -> Judgement:
    """Record the meeting that voted on every eligible application; held again, with a reason, it takes the place of the last."""
    row = locked_call(call)
    require_officer(recorded_by, row)
    committee = _ready(row)
    again = row.state == CallState.JUDGED
    if again and selection_of(row) is not None:
        raise CallError(_("A decision on this call is on its way; return or discard it before another meeting."))
    present = list(meeting.present)
    _require_cleared(committee, present)
    _require_votes(row, meeting, present=len(present))
    minutes = hold_meeting(
        committee.panel,
        subject=meeting.subject,
        text=meeting.text,
        held_at=meeting.held_at,
        present=present,
        vote=meeting.resolution,
        dissent=meeting.dissent,
        recorded_by=recorded_by,
    )
    judgement = _write(row, minutes_id=minutes.pk, votes=meeting.votes)
    event = "judge_again" if again else "judge"
    call.state = move_call(row, event, actor=viewer_of_user(recorded_by), reason=reason).state
    after: dict[str, object] = {"minutes": minutes.digest, "votes": len(meeting.votes)}
    leave_trace(AuditAction.CALL_JUDGED, by=recorded_by, subject=row, after=after, reason=reason)
    return judgement


def _write(call: Call, *, minutes_id: int, votes: Mapping[int, Vote]) -> Judgement:
    judgement = Judgement.objects.create(call=call, minutes_id=minutes_id)
    ApprovalVote.objects.bulk_create(
        ApprovalVote(
            application=application,
            version=latest_version(application),
            judgement=judgement,
            votes_for=votes[application.pk].votes_for,
            votes_against=votes[application.pk].votes_against,
            votes_abstained=votes[application.pk].votes_abstained,
        )
        for application in candidates(call)
    )
    return judgement


def _ready(call: Call) -> Committee:
    if call.state not in (CallState.CLOSED, CallState.JUDGED):
        raise CallError(_("The committee judges after the call has closed."))
    committee = committee_of(call)
    if committee is None:
        raise CallError(_("Name the committee of this call first."))
    waiting = unchecked(call)
    if waiting:
        holes = [application.consortium.name for application in waiting]
        raise Incomplete(_("Check the eligibility of every application first. Open:"), holes=holes)
    return committee


def _require_cleared(committee: Committee, present: list[PanelSeat]) -> None:
    """Undeclared counts as conflicted, here too."""
    holes = [seat.code for seat in present if not is_cleared(committee, seat)]
    if holes:
        text = _("Only members whose declarations are in order take part in the vote. Not in order:")
        raise Incomplete(text, holes=holes)


def _require_votes(call: Call, meeting: Meeting, *, present: int) -> None:
    """One vote on each eligible application, each with as many answers as there are members present."""
    rows = {application.pk: application for application in candidates(call)}
    if set(meeting.votes) != set(rows):
        raise CallError(_("The committee votes on every eligible application, also on a single one."))
    holes = [
        _("%(name)s: %(cast)s of %(present)s")
        % {"name": rows[key].consortium.name, "cast": vote.cast, "present": present}
        for key, vote in meeting.votes.items()
        if vote.cast != present
    ]
    if holes:
        raise Incomplete(_("Count a vote or an abstention of everybody present. Differing:"), holes=holes)
    require_text(meeting.subject, _("Give the meeting a subject."))
