"""What the acts of the console share: the step in the table, the ledger event, and whose trial it is."""

from collections.abc import Iterable
from functools import partial

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit import actions as ledger
from portal.common.transitions import Transition, TransitionError, find
from portal.console.enums import RoundState, TrialState
from portal.console.labels import LABELS
from portal.console.models import Round, Trial
from portal.review.actions.base import locked, require_role, require_stage, require_text
from portal.review.errors import NotPossible

# Texts stand in the ledger by digest, addresses and keys not at all.
leave_trace = partial(ledger.leave_trace, area="console")


def step(table: Iterable[Transition], event: str, state: str, *, by: User, reason: str = "") -> Transition:
    """The permitted transition, or NotPossible with the cause: state, role, or missing reason."""
    try:
        found = find(table, event, state)
    except TransitionError as error:
        words = LABELS[RoundState] | LABELS[TrialState]
        raise NotPossible(_("Not possible now: this is in the state “%(state)s”.") % {"state": words[state]}) from error
    require_role(by, *found.by)
    if found.needs_reason:
        require_text(reason, _("Give a reason: it goes into the record."))
    return found


def own_trial(trial: Trial, user: User) -> Trial:
    """The trial under a lock, for the evaluator who holds it and whose declaration stands, while the phase is scored."""
    row = locked(trial)
    seat = row.assignment.seat
    if seat.user_id != user.pk:
        raise NotPossible(_("A model is rated by the evaluator it was given to, and by nobody else."))
    if not seat.declaration.opens_content:
        raise NotPossible(_("Declare your interests first; nothing opens before that."))
    require_stage(seat.panel.phase, "scoring", doing=_("Rating"))
    return row


def require_round(evaluation: Round, *states: RoundState) -> None:
    if evaluation.state not in states:
        raise NotPossible(
            _("The evaluation is in the state “%(state)s”; the secretariat opens it again or explains.")
            % {"state": evaluation.get_state_display()}
        )
