"""The doors of the console: an evaluator's own models, a team's own endpoint, the staff's rounds."""

from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.console.models import Trial
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.models import PanelSeat
from portal.review.policies import STAGES, oversees_phase, runs_phase
from portal.review.policies.rules import is_of_team
from portal.review.policies.scopes import standing_of


def evaluates(viewer: Viewer, **kwargs: object) -> Verdict:
    """The evaluators' list: for everybody with a seat on a panel that rates blind, also before its round opens."""
    held = (
        viewer.user_id is not None and PanelSeat.objects.filter(user_id=viewer.user_id, panel__is_blind=True).exists()
    )
    return Verdict(allowed=held, reason=_("This page is for evaluators who rate in the blind console."))


def evaluates_in(viewer: Viewer, round_id: int) -> Verdict:
    if viewer.user_id is None:
        return UNKNOWN
    row = Trial.objects.filter(round_id=round_id, assignment__seat__user_id=viewer.user_id)
    return _while_cleared(viewer, row.select_related("round__panel__phase").first())


def owns_trial(viewer: Viewer, key: str) -> Verdict:
    """The evaluator's own; another person's does not exist."""
    if viewer.user_id is None:
        return UNKNOWN
    row = Trial.objects.filter(key=key, assignment__seat__user_id=viewer.user_id)
    return _while_cleared(viewer, row.select_related("round__panel__phase").first())


def _while_cleared(viewer: Viewer, trial: Trial | None) -> Verdict:
    if trial is None:
        return UNKNOWN
    cleared = standing_of(viewer, trial.round.panel.phase).is_cleared
    return Verdict(allowed=cleared, reason=_("Declare your interests first; nothing opens before that."))


def enters_own_endpoint(viewer: Viewer, entry_id: int) -> Verdict:
    return is_of_team(viewer, entry_id)


def oversees_round(viewer: Viewer, round_id: int) -> Verdict:
    phase = _phase_of(round_id)
    return oversees_phase(viewer, phase_id=phase.pk) if phase is not None else UNKNOWN


def runs_round(viewer: Viewer, round_id: int) -> Verdict:
    phase = _phase_of(round_id)
    return runs_phase(viewer, phase_id=phase.pk) if phase is not None else UNKNOWN


def reads_record(viewer: Viewer, round_id: int) -> Verdict:
    """Which code name was which entry, and how long each took: for staff, once the sheets are sealed."""
    verdict = oversees_round(viewer, round_id)
    if not verdict.allowed:
        return verdict
    phase = _phase_of(round_id)
    sealed = phase is not None and STAGES.index(phase.state) >= STAGES.index("sealed")
    return Verdict(allowed=sealed, reason=_("Code names are resolved once the sheets are sealed."))


def _phase_of(round_id: int) -> Phase | None:
    return Phase.objects.filter(panels__console_round=round_id).first()


def _entry_in(phase_id: int, entry_id: int) -> bool:
    return Entry.objects.filter(pk=entry_id, phase_id=phase_id).exists()


def oversees_endpoint(viewer: Viewer, phase_id: int, entry_id: int) -> Verdict:
    return oversees_phase(viewer, phase_id=phase_id) if _entry_in(phase_id, entry_id) else UNKNOWN


def runs_endpoint(viewer: Viewer, phase_id: int, entry_id: int) -> Verdict:
    return runs_phase(viewer, phase_id=phase_id) if _entry_in(phase_id, entry_id) else UNKNOWN
