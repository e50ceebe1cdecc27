"""A round from its draft to its end, and the evaluators taken into it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.formats.canonical import digest_of
from portal.console.actions.base import leave_trace, step
from portal.console.blinding import blinded
from portal.console.enums import AuditAction, RoundState
from portal.console.models import Round, Trial
from portal.console.selectors.endpoints import STANDING, served_entries
from portal.console.transitions import ROUND
from portal.consortia.models import Entry
from portal.review.actions import assign, blind_panel
from portal.review.actions.base import locked, require_outsider, require_role, require_stage
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Assignment, Panel, PanelSeat

CLEARED = ("clear", "allowed")


@dataclass(frozen=True)
class RoundTerms:
    """What is the same for every model and every evaluator of a round."""

    guide_ko: str
    guide_en: str
    minimum_seconds: int = 180
    pace_seconds: Decimal = Decimal(5)
    answer_seconds: int = 60
    answer_characters: int = 8000
    questions_most: int = 40
    answers_least: int = 1
    instruction: str = ""
    other_names: str = ""


@transaction.atomic
def draft_round(panel: Panel, *, terms: RoundTerms, drafted_by: User) -> Round:
    """Prepare a panel's evaluation. From here on the panel's own pages name no entry."""
    require_role(drafted_by, "officer")
    require_outsider(drafted_by, panel.phase)
    if Round.objects.filter(panel=panel).exists():
        raise NotPossible(_("There is a round for “%(panel)s” already.") % {"panel": panel})
    row = Round.objects.create(panel=panel, **asdict(terms))
    blind_panel(panel, blinded_by=drafted_by)
    leave_trace(AuditAction.ROUND_DRAFTED, by=drafted_by, subject=row, after={"terms": digest_of(asdict(terms))})
    return row


@transaction.atomic
def change_round(evaluation: Round, *, terms: RoundTerms, changed_by: User) -> Round:
    """Other terms, while nobody has seen a model: the same for all means the same from the first to the last."""
    require_role(changed_by, "officer")
    row = locked(evaluation)
    require_outsider(changed_by, row.panel.phase)
    if row.state != RoundState.DRAFTED:
        raise NotPossible(_("The terms are fixed once a round has opened: they are the same for every evaluator."))
    for name, value in asdict(terms).items():
        setattr(row, name, value)
    row.save(update_fields=list(asdict(terms)))
    leave_trace(AuditAction.ROUND_CHANGED, by=changed_by, subject=row, after={"terms": digest_of(asdict(terms))})
    return row


def open_round(evaluation: Round, *, opened_by: User) -> Round:
    """Open, then take in every cleared evaluator; what an interruption left out, `enrol` takes in later."""
    row = move_round(evaluation, "open", moved_by=opened_by)
    enrol(row, enrolled_by=opened_by)
    return row


@transaction.atomic
def move_round(evaluation: Round, event: str, *, moved_by: User, reason: str = "") -> Round:
    """One step of the table. The first opening asks that every model answered when it was tried, and draws the seed."""
    row = locked(evaluation)
    phase = row.panel.phase
    require_outsider(moved_by, phase)
    found = step(ROUND, event, row.state, by=moved_by, reason=reason)
    if found.target == RoundState.OPEN:
        require_stage(phase, "scoring", doing=_("Opening the evaluation"))
    if found.source == RoundState.DRAFTED:
        _require_ready(row)
        row.seed, row.opened_at = secrets.token_hex(32), timezone.now()
    row.state = RoundState(found.target)
    row.closed_at = timezone.now() if row.state == RoundState.CLOSED else None
    row.save(update_fields=["state", "seed", "opened_at", "closed_at"])
    leave_trace(
        AuditAction.ROUND_MOVED,
        by=moved_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "seed_digest": hashlib.sha256(row.seed.encode()).hexdigest()},
        reason=reason,
    )
    return row


def _require_ready(row: Round) -> None:
    served = served_entries(row.panel.phase)
    holes = [
        _("entry %(entry)s: no served model that answered when it was last tried") % {"entry": line.entry.code}
        for line in served
        if not line.is_ready
    ]
    if not served:
        holes.append(_("no team has entered yet"))
    if not _cleared_seats(row):
        holes.append(_("no evaluator has declared clear or been allowed"))
    if holes:
        raise Incomplete(_("The evaluation cannot open yet. Open:"), holes=holes)


def _cleared_seats(row: Round) -> list[PanelSeat]:
    """Alternates are taken in when they are seated as members."""
    seats = PanelSeat.objects.filter(panel=row.panel, declaration__state__in=CLEARED).exclude(kind="alternate")
    return list(seats.select_related("panel__phase", "declaration").order_by("pk"))


def enrol(evaluation: Round, *, enrolled_by: User) -> int:
    """Give every cleared evaluator the models not given yet; each evaluator in a transaction of its own. How many were new."""
    return sum(_enrol_seat(evaluation, seat, enrolled_by) for seat in _cleared_seats(evaluation))


@transaction.atomic
def _enrol_seat(evaluation: Round, seat: PanelSeat, user: User) -> bool:
    row = locked(evaluation)
    require_outsider(user, seat.panel.phase)
    if row.state not in {RoundState.OPEN, RoundState.PAUSED}:
        raise NotPossible(_("Evaluators are taken in once the round has opened."))
    standing = Entry.objects.select_for_update(of=("self",)).filter(phase=seat.panel.phase, state__in=STANDING)
    given = Trial.objects.filter(assignment__seat=seat).values("assignment__entry")
    missing = list(standing.exclude(pk__in=given))
    if not missing:
        return False
    assign(seat, entries=missing, assigned_by=user)
    trials = _make_trials(row, seat, missing)
    leave_trace(AuditAction.EVALUATORS_ENROLLED, by=user, subject=row, after={"seat": seat.pk, "trials": len(trials)})
    return True


def _make_trials(row: Round, seat: PanelSeat, entries: Iterable[Entry]) -> list[Trial]:
    """Keys of addresses are drawn apart from the seed, so that knowing it opens no page."""
    taken = set(row.trials.values_list("code_name", flat=True))
    before = Trial.objects.filter(assignment__seat=seat).count()
    assignments = {
        str(given.entry_id): given for given in Assignment.objects.filter(seat=seat, entry__in=list(entries))
    }
    return Trial.objects.bulk_create(
        Trial(
            round=row,
            assignment=assignments[line.entry],
            key=secrets.token_urlsafe(16),
            code_name=line.code_name,
            position=before + line.position,
        )
        for line in blinded(row.seed, evaluator=str(seat.pk), entries=assignments, taken=taken)
    )
