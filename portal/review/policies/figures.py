"""Who may see the weight sensitivity and the trace of an entry's figures."""

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.policies.rules import view
from portal.review.policies.scopes import Standing, audiences_of, scope_of, standing_of
from portal.review.policies.table import STAGES, Audience, Subject, audiences_for
from portal.review.selectors.rules import rules_of

SUBJECT = "weight_sensitivity"  # as the rule set's disclosure matrix calls it
STAFF = ("officer", "decider", "auditor")
OTHERS = frozenset({"public", "other_consortia"})


def keys_of(standing: Standing) -> frozenset[str]:
    """The audiences of the disclosure matrix that a viewer belongs to; staff read what the matrix opens to the auditor."""
    if standing.teams:
        return frozenset({"public", "own_consortium", "other_consortia"})
    staff = standing.viewer.has_role(*STAFF)
    return frozenset({"public", "auditor"} if staff else {"public"})


def opened_to(phase: Phase, keys: frozenset[str], *, at: str) -> frozenset[str]:
    """Of `keys` those to whom the matrix opens the weight sensitivity at a stage; before `final` it is open to nobody.

    Under the phase's embargo it opens to no public and no rival: who would go under other weights tells who went.
    """
    if phase.ruleset is None or STAGES.index(at) < STAGES.index("final"):
        return frozenset()
    matrix = rules_of(phase).disclosure.get(SUBJECT, {})
    embargoed = phase.embargo_until is not None and timezone.now() < phase.embargo_until
    opens = {key: matrix.get(key, "never") for key in (keys - OTHERS if embargoed else keys)}
    return frozenset(key for key, stage in opens.items() if stage in STAGES and STAGES.index(at) >= STAGES.index(stage))


def sees_sensitivity(viewer: Viewer, phase_id: int) -> Verdict:
    """Nobody before `final`, whatever the matrix says; afterwards as it says. Hidden where it never opens."""
    phase = Phase.objects.select_related("ruleset").filter(pk=phase_id).first()
    if phase is None:
        return UNKNOWN
    keys = keys_of(standing_of(viewer, phase))
    if opened_to(phase, keys, at=phase.state):
        return Verdict(allowed=True)
    later = opened_to(phase, keys, at=STAGES[-1])
    if not later or viewer.is_anonymous:
        return UNKNOWN
    return Verdict(
        allowed=False, reason=_("The weight sensitivity opens when the phase is final, and to nobody before.")
    )


def own_codes(viewer: Viewer, phase: Phase) -> frozenset[str] | None:
    """The viewer's own entries, where the matrix opens nothing but these; None where it opens the whole page."""
    standing = standing_of(viewer, phase)
    if opened_to(phase, keys_of(standing), at=phase.state) != {"own_consortium"}:
        return None
    rows = Entry.objects.filter(phase=phase, consortium_id__in=standing.teams)
    return frozenset(rows.values_list("code", flat=True))


def sees_trace(viewer: Viewer, entry_id: int) -> Verdict:
    """Staff and the chair from the tally on, with the sheets; the own team from the notice on, without them."""
    entry = Entry.objects.select_related("phase").filter(pk=entry_id).first()
    if entry is None:
        return UNKNOWN
    stage = entry.phase.state
    mine = _audiences(viewer, entry)
    if mine & _open_at(stage):
        return Verdict(allowed=True)
    if any(mine & _open_at(later) for later in STAGES):
        return Verdict(allowed=False, reason=_("This opens at a later stage of the evaluation."))
    return UNKNOWN


def sees_sheets_behind(viewer: Viewer, entry: Entry) -> bool:
    """Whether the single sheets behind a figure are open: to whom the tally itself is."""
    return bool(_audiences(viewer, entry) & audiences_for(Subject.TALLY, entry.phase.state))


def _audiences(viewer: Viewer, entry: Entry) -> frozenset[Audience]:
    return audiences_of(viewer, scope_of(entry))


def _open_at(stage: str) -> frozenset[Audience]:
    own = audiences_for(Subject.OWN_RESULT, stage) & {Audience.OWN_CONSORTIUM}
    return audiences_for(Subject.TALLY, stage) | own


def sees_curves(viewer: Viewer, phase_id: int) -> Verdict:
    """The training curves of all entries side by side, from the seal on."""
    phase = Phase.objects.filter(pk=phase_id).first()
    return view(viewer, Subject.SIDE_BY_SIDE, phase) if phase else UNKNOWN
