"""Who sees what happens to a checkpoint: its own team always, the programme's staff who belong to no team of it."""

from django.utils.translation import gettext as _

from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Consortium
from portal.consortia.policies import oversees_phase, reads_entry, sees_consortium, takes_part
from portal.consortia.selectors import is_manager, is_member
from portal.custody.enums import DestructionState, DrawState
from portal.custody.models import CalledCheckpoint, CheckpointDraw, Destruction
from portal.programmes.models import Phase
from portal.programmes.policies import STAFF


def has_team(viewer: Viewer) -> Verdict:
    """What the page lists is filtered by membership."""
    return Verdict(allowed=viewer.user_id is not None)


def sees_reads(viewer: Viewer, slug: str) -> Verdict:
    """The team itself; officers and auditors who belong to no team of a programme that it takes part in."""
    verdict = sees_consortium(viewer, slug)
    consortium = Consortium.objects.filter(slug=slug).first()
    if not verdict.allowed or consortium is None or is_member(viewer, consortium):
        return verdict
    programmes = set(consortium.entries.values_list("phase__programme", flat=True))
    return UNKNOWN if any(takes_part(viewer, programme) for programme in programmes) else verdict


def oversees_custody(viewer: Viewer) -> Verdict:
    return Verdict(allowed=viewer.has_role(*STAFF), reason=_("Your account does not have the role for this page."))


def runs_phase(viewer: Viewer, phase_id: int) -> Verdict:
    """The officer's own pages: setting, drawing."""
    return _of_officer(viewer, oversees_phase(viewer, phase_id))


def oversees_entry(viewer: Viewer, entry_id: int) -> Verdict:
    phase = Phase.objects.filter(entries=entry_id).first()
    return oversees_phase(viewer, phase.pk if phase else 0)


def oversees_destruction(viewer: Viewer, destruction_id: int) -> Verdict:
    entry = Destruction.objects.filter(pk=destruction_id).values_list("entry", flat=True).first()
    return oversees_entry(viewer, entry or 0)


def reads_call(viewer: Viewer, call_id: int) -> Verdict:
    entry = CalledCheckpoint.objects.filter(pk=call_id).values_list("deposit__entry", flat=True).first()
    return reads_entry(viewer, entry or 0)


def reads_destruction(viewer: Viewer, destruction_id: int) -> Verdict:
    """The team learns of a destruction when it is done; before, it is a draft of the office."""
    done = Destruction.objects.filter(pk=destruction_id, state=DestructionState.DONE)
    return reads_entry(viewer, done.values_list("entry", flat=True).first() or 0)


def replies_to_call(viewer: Viewer, call: CalledCheckpoint) -> bool:
    return call.state == "missed" and is_manager(viewer, call.deposit.entry.consortium)


def sees_draw(viewer: Viewer, draw_id: int) -> Verdict:
    """Public from the commitment on."""
    return ALLOWED if CheckpointDraw.objects.filter(pk=draw_id).exists() else UNKNOWN


def sees_draw_document(viewer: Viewer, draw_id: int) -> Verdict:
    made = CheckpointDraw.objects.filter(pk=draw_id, state=DrawState.DRAWN)
    return ALLOWED if made.exists() else UNKNOWN


def _of_officer(viewer: Viewer, seen: Verdict) -> Verdict:
    if not seen.allowed or viewer.has_role("officer"):
        return seen
    return Verdict(allowed=False, reason=_("Your account does not have the role for this page."))
