"""An officer starts the server of an own architecture, or refuses it: nothing of a team's own runs before that."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.core.endpoint.contract import Serving
from portal.common.viewer import Viewer
from portal.consortia.actions.base import addresses_of
from portal.letters.actions import post_letter
from portal.measurements.actions.steps import leave_trace, require_staff, require_text
from portal.measurements.enums import AuditAction, ServerVerdict
from portal.measurements.errors import MeasurementError
from portal.measurements.models import ServerDecision
from portal.submissions.actions.serving import request_served_runs
from portal.submissions.enums import State
from portal.submissions.models import Submission
from portal.submissions.selectors.serving import HandedServer, server_of


@transaction.atomic
def start_server(submission: Submission, *, reason: str, by: Viewer) -> ServerDecision:
    """Ask for the suites of the rules through the server handed in. The bytes of server and weights are those of the receipt."""
    submission, handed = _decidable(submission, by=by)
    if handed.serving is None:
        raise MeasurementError(_("The contract cannot be read: %(problem)s") % {"problem": handed.problem})
    _require_possible(handed.serving)
    decision = _decide(submission, handed, ServerVerdict.START, reason=reason, by=by)
    rows = request_served_runs(submission, actor=by.actor)
    after = {"server": handed.bundle.digest, "submission": submission.digest, "runs": len(rows)}
    leave_trace(AuditAction.SERVER_STARTED, by=by, subject=decision, after=after, reason=decision.reason)
    return decision


@transaction.atomic
def refuse_server(submission: Submission, *, reason: str, by: Viewer) -> ServerDecision:
    """Do not start it, and tell the team why. It can be decided again."""
    submission, handed = _decidable(submission, by=by)
    decision = _decide(submission, handed, ServerVerdict.REFUSE, reason=reason, by=by)
    post_letter(
        addresses_of(submission.entry.consortium),
        kind="server_refused",
        subject_key=f"measurements.serverdecision:{decision.pk}",
        context={"submission": submission, "phase": submission.entry.phase, "decision": decision},
    )
    after = {"server": handed.bundle.digest, "submission": submission.digest}
    leave_trace(AuditAction.SERVER_REFUSED, by=by, subject=decision, after=after, reason=decision.reason)
    return decision


def _decidable(submission: Submission, *, by: Viewer) -> tuple[Submission, HandedServer]:
    rows = Submission.objects.select_for_update(of=("self",)).select_related(
        "entry__phase__programme", "entry__consortium", "entry__ruleset"
    )
    submission = rows.get(pk=submission.pk)
    require_staff(by, "officer", programme=submission.entry.phase.programme)
    handed = server_of(submission)
    if handed is None or submission.state != State.SUBMITTED:
        raise MeasurementError(_("This version does not count, or brings no server."))
    if submission.server_decisions.filter(verdict=ServerVerdict.START).exists():
        raise MeasurementError(_("The server was started already; a run is repeated on the run's own page."))
    if not submission.runs.exists():
        raise MeasurementError(_("The phase still receives: it is not certain yet which version counts."))
    return submission, handed


def _require_possible(serving: Serving) -> None:
    """What no worker of this installation could do is told now, not after days in the queue."""
    if serving.image is None and not settings.SERVING_LOCAL_PROCESS:
        raise MeasurementError(
            _("This installation runs images alone. Ask the team for an image with the same server in it.")
        )
    if serving.nodes > 1 and not settings.SERVING_INTERCONNECT:
        raise MeasurementError(
            _("The server asks for %(nodes)s nodes, and this installation names no network for several.")
            % {"nodes": serving.nodes}
        )


def _decide(
    submission: Submission, handed: HandedServer, verdict: ServerVerdict, *, reason: str, by: Viewer
) -> ServerDecision:
    return ServerDecision.objects.create(
        submission=submission,
        bundle=handed.bundle,
        verdict=verdict,
        reason=require_text(reason),
        decided_by=by.actor,
    )
