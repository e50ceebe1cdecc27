"""An evaluator's way through one model: begin, set aside when it does not answer, come back, finish, reopen."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.console.actions.base import leave_trace, own_trial, require_round, step
from portal.console.enums import AuditAction, RoundState, TrialState
from portal.console.models import Trial
from portal.console.selectors.trials import answered, seconds_left
from portal.console.transitions import TRIAL
from portal.review.enums import SheetState
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import PanelSeat
from portal.review.selectors.rubric import rubric
from portal.review.selectors.sheets import current_values

RUNNING = (RoundState.OPEN, RoundState.PAUSED)
EVENTS = {TrialState.WAITING: "begin", TrialState.SET_ASIDE: "resume", TrialState.FINISHED: "reopen"}


@transaction.atomic
def begin(trial: Trial, *, begun_by: User) -> Trial:
    """Begin, come back to, or reopen a model. One at a time, and the first time in the evaluator's own order."""
    PanelSeat.objects.select_for_update().get(
        pk=trial.assignment.seat_id
    )  # two windows, two models: one after the other
    row = own_trial(trial, begun_by)
    require_round(row.round, *RUNNING)
    if row.state == TrialState.OPEN:
        return row
    if row.assignment.sheet.state != SheetState.DRAFT:
        raise NotPossible(_("The rating of this model is signed. Withdraw the signature first."))
    _require_turn(row)
    return _move(row, EVENTS[TrialState(row.state)], by=begun_by)


def _require_turn(row: Trial) -> None:
    others = Trial.objects.filter(round=row.round, assignment__seat=row.assignment.seat).exclude(pk=row.pk)
    under_way = others.filter(state=TrialState.OPEN).exclude(assignment__sheet__state=SheetState.VOID).first()
    if under_way is not None:
        raise NotPossible(
            _("Finish model %(code)s or set it aside first: one model at a time.") % {"code": under_way.code_name}
        )
    waiting = others.filter(state=TrialState.WAITING, position__lt=row.position)
    first = waiting.exclude(assignment__sheet__state=SheetState.VOID).order_by("position").first()
    if row.state == TrialState.WAITING and first is not None:
        raise NotPossible(_("Keep to your order: model %(code)s comes first.") % {"code": first.code_name})


@transaction.atomic
def set_aside(trial: Trial, *, set_aside_by: User) -> Trial:
    """Leave a model that does not answer and go on; it is taken up again later and is never scored for its silence."""
    row = own_trial(trial, set_aside_by)
    require_round(row.round, *RUNNING)
    return _move(row, "set_aside", by=set_aside_by)


@transaction.atomic
def finish(trial: Trial, *, finished_by: User) -> Trial:
    """Done with a model: it answered, the least time has passed, and every line is rated."""
    row = own_trial(trial, finished_by)
    require_round(row.round, *RUNNING)
    holes = _holes(row)
    if holes:
        raise Incomplete(_("This model is not finished yet. Open:"), holes=holes)
    return _move(row, "finish", by=finished_by)


def _holes(row: Trial) -> list[str]:
    left, least = seconds_left(row), row.round.answers_least
    holes = []
    if left:
        holes.append(ngettext("%(n)s more second with it", "%(n)s more seconds with it", left) % {"n": left})
    if answered(row) < least:
        holes.append(ngettext("%(n)s answer from it", "%(n)s answers from it", least) % {"n": least})
    sheet = row.assignment.sheet
    lines = rubric(sheet, current_values(sheet), strict=True)
    return holes + [f"{line.title}: {line.fault}" for line in lines if line.fault]


def _move(row: Trial, event: str, *, by: User) -> Trial:
    found, now = step(TRIAL, event, row.state, by=by), timezone.now()
    if found.source == TrialState.OPEN and row.opened_at is not None:
        row.seconds += int((now - row.opened_at).total_seconds())
    row.state = TrialState(found.target)
    row.opened_at = now if row.state == TrialState.OPEN else None
    row.finished_at = now if row.state == TrialState.FINISHED else None
    row.save(update_fields=["state", "seconds", "opened_at", "finished_at"])
    leave_trace(
        AuditAction.TRIAL_MOVED,
        by=by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "seconds": row.seconds},
    )
    return row
