"""The rating of a model is the evaluator's sheet in reviewing: saved, signed and taken back there, under the code name here."""

from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.console.actions.base import require_round
from portal.console.actions.trials import RUNNING
from portal.console.enums import TrialState
from portal.console.models import Round, Trial
from portal.console.selectors.trials import trials_of
from portal.review.actions import SheetValues, save_score, sign_sheet, withdraw_signature
from portal.review.enums import SheetState
from portal.review.errors import Conflict, Incomplete, NotPossible
from portal.review.models import ScoreSheet


def rate(trial: Trial, *, values: SheetValues, version: int, rated_by: User) -> ScoreSheet:
    """Save the rating made from `version`; Conflict, as in reviewing, when another window saved something else in between.

    A button pressed while the same values are saving themselves is no conflict.
    """
    require_round(trial.round, *RUNNING)
    if trial.state != TrialState.OPEN:
        raise NotPossible(_("Open this model again before you change its rating."))
    try:
        return save_score(trial.assignment.sheet, values=values, version=version, saved_by=rated_by)
    except Conflict as conflict:
        if not _same(values, conflict.current):
            raise
        return ScoreSheet.objects.get(pk=trial.assignment.sheet.pk)


def _same(values: SheetValues, current: dict[str, Any]) -> bool:
    """Whether what stands is what was sent; lines that were not sent count as empty."""
    lines = set(values.scores) | set(current["scores"])
    return values.opinion == current["opinion"] and all(
        values.scores.get(key, "").strip() == current["scores"].get(key, "")
        and values.comments.get(key, "") == current["comments"].get(key, "")
        for key in lines
    )


def sign_ratings(evaluation: Round, *, signed_by: User) -> int:
    """Sign every rating at once, when all models are finished: who signed one alone could still learn from the rest.

    Each sheet is signed in a transaction of its own; after an interruption the same act signs what was left.
    """
    rows = [row for row in trials_of(signed_by.pk, evaluation) if row.assignment.sheet.state != SheetState.VOID]
    holes = [_("model %(code)s") % {"code": row.code_name} for row in rows if row.state != TrialState.FINISHED]
    if holes or not rows:
        raise Incomplete(_("Finish every model before you sign. Open:"), holes=holes)
    drafts = [row.assignment.sheet for row in rows if row.assignment.sheet.state == SheetState.DRAFT]
    for sheet in drafts:
        sign_sheet(sheet, signed_by=signed_by)
    return len(drafts)


def withdraw_rating(trial: Trial, *, withdrawn_by: User, reason: str) -> ScoreSheet:
    return withdraw_signature(trial.assignment.sheet, withdrawn_by=withdrawn_by, reason=reason)
