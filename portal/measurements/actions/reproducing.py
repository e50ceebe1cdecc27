"""A drawn figure is run by the portal, compared by the published rule, explained by the team, and concluded."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.actions import request_run
from evaluation.models import TaskResult
from portal.common.time import kst
from portal.common.viewer import SYSTEM, Viewer
from portal.consortia.actions.base import addresses_of
from portal.consortia.selectors import is_manager
from portal.jobs.selectors import explain
from portal.jobs.steps import each_apart
from portal.letters.actions import post_letter
from portal.measurements.actions.steps import leave_trace, locked, require_staff, require_text, step
from portal.measurements.comparing import Figure, Rule, compare
from portal.measurements.enums import AuditAction, Method, ReproductionState, ServerVerdict
from portal.measurements.errors import MeasurementError
from portal.measurements.logs import is_share
from portal.measurements.models import Reproduction, ReproductionReply
from portal.measurements.selectors.reproducing import checkpoint_item, choices_for, finished, items_of, result_of
from portal.measurements.transitions import REPRODUCTION
from portal.programmes.models import Programme
from portal.submissions.models import Submission
from portal.submissions.selectors.serving import has_server, source_of


@transaction.atomic
def ask_reproduction(row: Reproduction, *, choice: str, by: Viewer) -> Reproduction:
    """Ask for the run on the checkpoint that was handed in. Figures of one suite and entry share a run."""
    fresh = _locked(row)
    require_staff(by, "officer", programme=_programme(fresh))
    found = step(REPRODUCTION, "ask", fresh.state, by=by)
    chosen = next((one for one in choices_for(fresh.figure) if one.key == choice), None)
    if chosen is None:
        raise MeasurementError(
            _("No suite of the portal measures this task with this metric; say that it cannot be run."), field="choice"
        )
    entry = fresh.figure.report.entry
    item = checkpoint_item(entry)
    if item is None or item.bundle is None:
        raise MeasurementError(_("There is no checkpoint that was handed in whole; say that it cannot be run."))
    _must_be_started(item.submission)
    key = f"reproduction:{fresh.draw_id}:{entry.pk}:{chosen.suite}:{fresh.tries}"
    source = source_of(item.submission)  # an own architecture answers through the server that was handed in
    fresh.run = request_run(item.bundle, suite=chosen.suite, key=key, actor=by.actor, source=source)
    fresh.state, fresh.suite, fresh.task = ReproductionState(found.target), chosen.suite, chosen.task
    fresh.asked_by, fresh.asked_at, fresh.tries, fresh.cause = by.actor, timezone.now(), fresh.tries + 1, ""
    fresh.save()
    after = {"run": str(fresh.run.pk), "suite": chosen.suite.digest, "bundle": item.bundle.digest}
    leave_trace(AuditAction.REPRODUCTION_ASKED, by=by, subject=fresh, before={"state": found.source}, after=after)
    return fresh


def _must_be_started(submission: Submission) -> None:
    """Nothing of a team's own runs unread, not by way of a reproduction either."""
    started = submission.server_decisions.filter(verdict=ServerVerdict.START)
    if has_server(submission) and not started.exists():
        raise MeasurementError(
            _("The server of this hand-in was not started by an officer; until then nothing of it runs.")
        )


@transaction.atomic
def give_up_reproduction(row: Reproduction, *, reason: str, by: Viewer) -> Reproduction:
    """The figure cannot be run here; the reported one stands, and everybody who may reads why."""
    fresh = _locked(row)
    require_staff(by, "officer", programme=_programme(fresh))
    found = step(REPRODUCTION, "give_up", fresh.state, by=by, reason=reason)
    fresh.state, fresh.cause, fresh.measured_at = ReproductionState(found.target), reason.strip(), timezone.now()
    fresh.save(update_fields=["state", "cause", "measured_at"])
    before = {"state": found.source}
    leave_trace(AuditAction.REPRODUCTION_GIVEN_UP, by=by, subject=fresh, before=before, reason=reason.strip())
    return fresh


def settle_reproductions() -> int:
    """Take down what the runs said. A reconciler step: run twice it does nothing twice."""
    return each_apart(finished(), _settle, atomic=False)


def _settle(row: Reproduction) -> bool:
    """Samples are read before the transaction begins: a write lock is not held for them."""
    items = items_of(row) if result_of(row) else None
    with transaction.atomic():
        fresh = _locked(row)
        if fresh.state != ReproductionState.RUNNING or fresh.run_id != row.run_id:
            return False
        result = result_of(fresh)
        if result is None:
            _take_down_failure(fresh)
        else:
            _take_down(fresh, result, items=items)
    return True


def _take_down_failure(row: Reproduction) -> None:
    found = step(REPRODUCTION, "fail", row.state, by=SYSTEM)
    row.state = ReproductionState(found.target)
    missing = _("The run ended without this figure.")
    row.cause = (explain(row.run.job) if row.run else "") or missing
    row.save(update_fields=["state", "cause"])
    leave_trace(AuditAction.REPRODUCTION_FAILED, by=SYSTEM, subject=row, before={"state": found.source})


def _take_down(
    row: Reproduction, result: TaskResult, *, items: tuple[dict[str, float], dict[str, float]] | None
) -> None:
    rule = Rule(row.draw.level, row.draw.tolerance)
    reported = Figure(row.figure.value, row.figure.stderr)
    found_again = Figure(result.value, result.stderr, result.n if is_share(row.figure.metric) else 0)
    outcome = compare(reported, found_again, rule=rule, items=items)
    found = step(REPRODUCTION, "agree" if outcome.agrees else "disagree", row.state, by=SYSTEM)
    row.state, row.value, row.stderr, row.n = ReproductionState(found.target), result.value, result.stderr, result.n
    row.difference, row.low, row.high = outcome.difference, outcome.low, outcome.high
    row.method = Method.PAIRED if outcome.paired else Method.TWO_ERRORS
    row.measured_at = timezone.now()
    if row.state == ReproductionState.DIFFERS:
        row.explain_until = due = row.measured_at + timedelta(days=row.draw.days)
        _tell(row, due=due)
    row.save()
    after = {"run": str(row.run_id), "verdict": str(row.state)}
    leave_trace(AuditAction.REPRODUCTION_MEASURED, by=SYSTEM, subject=row, after=after)


def _tell(row: Reproduction, *, due: datetime) -> None:
    entry = row.figure.report.entry
    post_letter(
        addresses_of(entry.consortium),
        kind="reproduction_differs",
        subject_key=f"measurements.reproduction:{row.pk}:differs",
        context={
            "reproduction": row,
            "figure": row.figure,
            "entry": entry,
            "phase": entry.phase,
            "due": kst(due),
        },
    )


@transaction.atomic
def explain_difference(row: Reproduction, *, text: str, by: Viewer) -> ReproductionReply:
    """The team's one explanation, while it is open; it stays beside the verdict."""
    fresh = _locked(row)
    if not is_manager(by, fresh.figure.report.entry.consortium):
        raise PermissionDenied(_("Only a manager of the consortium speaks for it."))
    found = step(REPRODUCTION, "explain", fresh.state, by=Viewer(by.actor, by.user_id, by.roles | {"team"}))
    if fresh.explain_until and timezone.now() > fresh.explain_until:
        raise MeasurementError(_("The time for an explanation ended at %(due)s.") % {"due": kst(fresh.explain_until)})
    reply = ReproductionReply.objects.create(
        reproduction=fresh, text=require_text(text, field="text"), replied_by=by.actor
    )
    fresh.state = ReproductionState(found.target)
    fresh.save(update_fields=["state"])
    leave_trace(AuditAction.REPRODUCTION_EXPLAINED, by=by, subject=fresh, before={"state": found.source})
    return reply


@transaction.atomic
def conclude_reproduction(row: Reproduction, *, event: str, reason: str, by: Viewer) -> Reproduction:
    """A decider accepts the explanation or upholds the verdict; without an explanation only when its time is over."""
    fresh = _locked(row)
    require_staff(by, "decider", programme=_programme(fresh))
    if event not in ("accept", "uphold"):
        raise MeasurementError(_("Accept the explanation or uphold the verdict."))
    found = step(REPRODUCTION, event, fresh.state, by=by, reason=reason)
    due = fresh.explain_until if fresh.state == ReproductionState.DIFFERS else None
    if due and timezone.now() <= due:
        raise MeasurementError(_("The team may explain until %(due)s.") % {"due": kst(due)})
    fresh.state, fresh.conclusion = ReproductionState(found.target), reason.strip()
    fresh.concluded_by, fresh.concluded_at = by.actor, timezone.now()
    fresh.save(update_fields=["state", "conclusion", "concluded_by", "concluded_at"])
    before, after = {"state": found.source}, {"state": str(fresh.state)}
    leave_trace(
        AuditAction.REPRODUCTION_CONCLUDED, by=by, subject=fresh, before=before, after=after, reason=fresh.conclusion
    )
    return fresh


def _locked(row: Reproduction) -> Reproduction:
    return locked(row)


def _programme(row: Reproduction) -> Programme:
    return row.figure.report.entry.phase.programme
